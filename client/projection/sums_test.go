package projection

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/database"
	"carec.example/cats/client/database/databasetest"
)

// rowsAddUpTo are the queries whose rows the sums of all time must have: what the sums would be if they were added up each time.
func rowsAddUpTo() map[string][2]string {
	exposure := func(side, guarantor, holder string) string {
		balance := func(column string) string {
			return "COALESCE(SUM((SELECT SUM(b." + column + ") FROM ledger_balance b WHERE b.grn = g.grn)), 0)"
		}
		return "SELECT '" + side + "', " + guarantor + " AS a, " + holder + " AS b, g.currency, COUNT(*), " + balance("movements") + ", " +
			"SUM(g.reference), " + balance("available") + " + SUM(g.pending), " + balance("locked") + ", " + balance("claimed") + ", " +
			"COALESCE(SUM((SELECT SUM(c.amount) FROM ledger_claim c WHERE c.grn = g.grn AND c.state IN ('claimed', 'contested'))), 0) " +
			"FROM ledger_guarantee g GROUP BY a, b, g.currency"
	}
	count := func(condition string) string { return "SUM(CASE WHEN " + condition + " THEN 1 ELSE 0 END)" }
	late := "arrived_at <> '' AND time_limit <> '' AND SUBSTR(arrived_at, 1, 10) > time_limit"
	return map[string][2]string{
		"states": {
			"SELECT state, movements FROM ledger_state", "SELECT state, COUNT(*) FROM ledger_movement GROUP BY state",
		},
		"crossings": {
			"SELECT from_country, to_country, SUM(crossings), SUM(seconds), MAX(longest) FROM ledger_crossed WHERE period = '' " +
				"GROUP BY from_country, to_country",
			"SELECT from_country, to_country, COUNT(*), SUM(seconds), MAX(seconds) FROM ledger_crossing WHERE accepted_at <> '' " +
				"GROUP BY from_country, to_country",
		},
		"discharges": {
			"SELECT departure, destination, released, in_time, late, under_way, enquiry, recovery, written_off FROM ledger_discharge WHERE period = ''",
			"SELECT SUBSTR(departure, 1, 2) AS a, SUBSTR(destination, 1, 2) AS b, COUNT(*), " +
				count("state = 'discharged' AND NOT ("+late+")") + ", " + count("state = 'discharged' AND "+late) + ", " +
				count("state IN ('released', 'arrived', 'waiting resolution')") + ", " + count("state = 'under enquiry'") + ", " +
				count("state = 'under recovery'") + ", " + count("state = 'written off'") +
				" FROM ledger_movement WHERE released_at <> '' GROUP BY a, b",
		},
		"claims": {
			"SELECT guarantor, state, currency, claims, amount FROM ledger_claimed WHERE period = ''",
			"SELECT COALESCE(g.guarantor, '') AS a, c.state, c.currency, COUNT(*), SUM(c.amount) FROM ledger_claim c " +
				"LEFT JOIN ledger_guarantee g ON g.grn = c.grn GROUP BY a, c.state, c.currency",
		},
		"exposure of guarantors": {"SELECT * FROM ledger_exposure WHERE side = 'guarantor'", exposure("guarantor", "g.guarantor", "''")},
		"exposure of holders":    {"SELECT * FROM ledger_exposure WHERE side = 'holder'", exposure("holder", "''", "g.holder")},
		"exposure of both":       {"SELECT * FROM ledger_exposure WHERE side = 'both'", exposure("both", "g.guarantor", "g.holder")},
		"contents": {
			"SELECT state, SUM(contents) FROM ledger_content_state GROUP BY state HAVING SUM(contents) <> 0",
			"SELECT state, COUNT(*) FROM ledger_content GROUP BY state",
		},
	}
}

func requireSums(ctx context.Context, t require.TestingT, db *database.DB) {
	for name, queries := range rowsAddUpTo() {
		require.Equal(t, sorted(ctx, t, db, queries[1]), sorted(ctx, t, db, queries[0]), name)
	}
}

// sorted are the rows of a query as texts.
func sorted(ctx context.Context, t require.TestingT, db *database.DB, query string) []string {
	rows, err := db.QueryContext(ctx, query)
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	columns, err := rows.Columns()
	require.NoError(t, err)
	out := []string{}
	for rows.Next() {
		values := make([]any, len(columns))
		for i := range values {
			values[i] = new(any)
		}
		require.NoError(t, rows.Scan(values...))
		texts := make([]string, len(values))
		for i, v := range values {
			texts[i], _ = valueOf(*v.(*any))
		}
		out = append(out, strings.Join(texts, " "))
	}
	require.NoError(t, rows.Err())
	slices.Sort(out)
	return out
}

func TestSumsAreWhatTheRowsAddUpToAfterEachBlock(t *testing.T) {
	w := lived(t)
	source := w.at("CNMSP", "urumqi")
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		t.Helper()
		for height := 1; height <= len(source.blocks); height++ {
			part := &peerOf{w: w, msp: source.msp, who: source.who, blocks: source.blocks[:height]}
			require.NoError(t, follower(db, part).CatchUp(t.Context()))
			requireSums(t.Context(), t, db)
		}
		for name, queries := range rowsAddUpTo() {
			require.NotEmpty(t, sorted(t.Context(), t, db, queries[0]), name)
		}
	})
}

// Guarantees, balances, movements and claims change as no contract would change them, in blocks of any cut.
func TestSumsAreWhatTheRowsAddUpToWhateverIsWritten(t *testing.T) {
	pick := func(t *rapid.T, name string, of ...string) string { return rapid.SampledFrom(of).Draw(t, name) }
	minor := func(t *rapid.T) int64 { return rapid.Int64Range(0, 1000).Draw(t, "minor") }
	day := func(t *rapid.T) string {
		return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 500).Draw(t, "day")).Format(time.RFC3339)
	}
	grn := func(t *rapid.T) string { return pick(t, "grn", "G1", "G2", "G3") }
	changes := map[string]func(*rapid.T, context.Context, *writer) error{
		"guarantee": func(t *rapid.T, ctx context.Context, w *writer) error {
			g := &transit.Guarantee{Pending: minor(t), Terms: transit.Terms{
				GRN: grn(t), Guarantor: pick(t, "guarantor", "", "CGMMSP"), Holder: pick(t, "holder", "H1", "H2"),
				ReferenceAmount: transit.Money{Minor: minor(t), Currency: pick(t, "currency", "USD", "EUR")},
			}}
			return w.guarantee(ctx, g)
		},
		"balance": func(t *rapid.T, ctx context.Context, w *writer) error {
			return w.balance(ctx, &transit.Balance{
				GRN: grn(t), Index: rapid.IntRange(0, 2).Draw(t, "index"), Available: minor(t), Claimed: minor(t),
				Open: map[string]int64{"a": minor(t), "b": minor(t)},
			})
		},
		"movement": func(t *rapid.T, ctx context.Context, w *writer) error {
			m := &transit.Movement{}
			m.ID = pick(t, "id", "M1", "M2", "M3")
			m.State = rapid.SampledFrom(transit.States()).Draw(t, "state")
			m.ReleasedAt, m.ArrivedAt, m.TimeLimit = day(t), day(t), day(t)[:10]
			m.Departure, m.Destination = pick(t, "departure", "CN000001", "CN000002", "KZ000001"), pick(t, "destination", "KG000001", "KZ000002")
			if m.State == transit.UnderRecovery || m.State == transit.WrittenOff {
				m.Recovery = &transit.Recovery{Claims: []transit.Claim{{
					GRN: grn(t), Amount: transit.Money{Minor: minor(t), Currency: "USD"}, At: day(t),
					State: rapid.SampledFrom([]transit.ClaimState{transit.ClaimMade, transit.ClaimContested, transit.ClaimPaid}).Draw(t, "claim"),
				}}}
			}
			n := map[string]int64{"M1": 1, "M2": 2, "M3": 3}[m.ID]
			return w.movement(ctx, m.ID, n, &changed{course: &m.Course, declared: &m.Declared})
		},
	}
	db := databasetest.Open(t, databasetest.SQLite(t))
	_, err := Open(t.Context(), db)
	require.NoError(t, err)
	ctx := t.Context()
	rapid.Check(t, func(t *rapid.T) {
		p := follower(db, &peerOf{msp: "CNMSP"})
		require.NoError(t, db.InTx(ctx, func(tx *sql.Tx) error { return p.empty(ctx, tx) }))
		for range rapid.IntRange(1, 5).Draw(t, "transactions") {
			require.NoError(t, db.InTx(ctx, func(tx *sql.Tx) error {
				w := p.writer(tx)
				defer w.close()
				for range rapid.IntRange(1, 6).Draw(t, "writes") {
					kind := pick(t, "kind", "guarantee", "balance", "movement", "balance", "guarantee")
					if err := changes[kind](t, ctx, w); err != nil {
						return err
					}
				}
				return w.addUp(ctx)
			}))
			// A claim on a guarantee that is registered later has no guarantor yet, which no ledger has.
			for name, queries := range rowsAddUpTo() {
				if name != "claims" {
					require.Equal(t, sorted(ctx, t, db, queries[1]), sorted(ctx, t, db, queries[0]), name)
				}
			}
		}
	})
}

// A period is made up of parts that have each of its days once and no other.
func TestAPeriodIsMadeUpOfItsDays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 900).Draw(t, "first"))
		days := rapid.IntRange(0, 900).Draw(t, "days")
		period := Period{first.Format(time.DateOnly), first.AddDate(0, 0, days).Format(time.DateOnly)}
		parts, err := period.parts()
		require.NoError(t, err)
		require.LessOrEqual(t, len(parts), 50)
		for i := -50; i <= days+50; i++ {
			in := 0
			for _, p := range periods(first.AddDate(0, 0, i).Format(time.RFC3339)) {
				if slices.Contains(parts, any(p)) {
					in++
				}
			}
			require.Equal(t, map[bool]int{true: 1, false: 0}[i >= 0 && i <= days], in, "day %d of %v", i, period)
		}
	})
	for _, c := range []struct {
		period Period
		want   []any
	}{
		{Period{}, []any{""}},
		{Period{From: "2026-01-01", Until: "2026-12-31"}, []any{"2026"}},
		{Period{From: "2024-02-01", Until: "2024-02-29"}, []any{"2024-02"}},
		{Period{From: "2026-11-30", Until: "2026-12-11"}, []any{"2026-11-3", "2026-12-0", "2026-12-10", "2026-12-11"}},
		{Period{From: "2026-11-24", Until: "2026-11-23"}, []any{}},
		{Period{From: "2098-12-31"}, []any{"2098-12-31", "2099"}},
	} {
		got, err := c.period.parts()
		require.NoError(t, err)
		require.Equal(t, c.want, got, c.period)
	}
	for _, bad := range []Period{{From: "24.11.2026"}, {Until: "2026-13-01"}} {
		_, err := bad.parts()
		require.ErrorIs(t, err, ErrDay)
	}
}

// The percentiles of buckets are never below the exact ones, and less than a 32nd above.
func TestPercentilesAreNearestRanks(t *testing.T) {
	write := func(t require.TestingT, ctx context.Context, db *database.DB, lengths []int64) {
		p := follower(db, &peerOf{msp: "CNMSP"})
		require.NoError(t, db.InTx(ctx, func(tx *sql.Tx) error {
			if err := p.empty(ctx, tx); err != nil {
				return err
			}
			w := p.writer(tx)
			defer w.close()
			for _, seconds := range lengths {
				w.crossed("CN", "KZ", "2026-11-24T00:00:00Z", seconds)
			}
			return w.addUp(ctx)
		}))
	}
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		t.Helper()
		m, err := Open(t.Context(), db)
		require.NoError(t, err)
		write(t, t.Context(), db, []int64{900, 100, 800, 200, 700, 300, 600, 400, 500, 1000})
		for _, period := range []Period{{}, {From: "2026-11-24"}, {Until: "2026-11-24"}} {
			got, err := m.Crossings(t.Context(), period)
			require.NoError(t, err)
			require.Equal(t, []Crossing{{From: "CN", To: "KZ", Crossings: 10, Mean: 550, P50: 500, P90: 900, P99: 1000, Max: 1000}}, got)
		}
	})
	db := databasetest.Open(t, databasetest.SQLite(t))
	m, err := Open(t.Context(), db)
	require.NoError(t, err)
	ctx := t.Context()
	rapid.Check(t, func(t *rapid.T) {
		lengths := rapid.SliceOfN(rapid.Int64Range(0, 1<<22), 1, 60).Draw(t, "seconds")
		write(t, ctx, db, lengths)
		found, err := m.Crossings(ctx, Period{})
		require.NoError(t, err)
		require.Len(t, found, 1)
		got := found[0]
		slices.Sort(lengths)
		require.Equal(t, []any{len(lengths), lengths[len(lengths)-1]}, []any{got.Crossings, got.Max})
		for percent, is := range map[int]int64{50: got.P50, 90: got.P90, 99: got.P99} {
			exact := lengths[(percent*len(lengths)+99)/100-1]
			require.GreaterOrEqual(t, is, exact, "p%d of %v", percent, lengths)
			require.LessOrEqual(t, is, exact+exact/32, "p%d of %v", percent, lengths)
		}
	})
}

// A model that an earlier program made, without sums, says nothing until it is made anew, which the next follower does by itself.
func TestAModelOfAnEarlierVersionIsMadeAnew(t *testing.T) {
	w := lived(t)
	source := w.at("CNMSP", "urumqi")
	want := followed(t, source)
	earlier := fstest.MapFS{}
	for _, name := range []string{"00001_ledger.sql", "00002_text.sqlite.sql", "00002_text.postgres.sql", "00003_order.postgres.sql"} {
		raw, err := migrations.ReadFile("migrations/" + name)
		require.NoError(t, err)
		earlier[name] = &fstest.MapFile{Data: raw}
	}
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		t.Helper()
		require.NoError(t, db.Migrate(t.Context(), earlier, versionTable))
		for _, row := range []string{
			"INSERT INTO ledger_projection (one, ledger, model, next_block) VALUES (1, '" + source.blocks[0].Transactions[0].ID + "', 1, 7)",
			"INSERT INTO ledger_movement (id, n, state) VALUES ('CNOLD', 1, 'released')",
			"INSERT INTO ledger_task (movement, kind, who, since, due) VALUES ('CNOLD', 'arrive', 'office KZALA001', 'a', '')",
		} {
			_, err := db.ExecContext(t.Context(), row)
			require.NoError(t, err)
		}
		m, err := Open(t.Context(), db)
		require.NoError(t, err)
		status, err := m.Status(t.Context())
		require.NoError(t, err)
		require.Equal(t, &Status{Movements: map[string]int{}, Contents: map[string]int{}}, status)
		log := new(strings.Builder)
		require.NoError(t, NewFrom(db, source, slog.New(slog.NewTextHandler(log, nil))).CatchUp(t.Context()))
		require.Contains(t, log.String(), "made anew")
		require.Equal(t, want, dump(t, db))
	})
}

// What many begin with is found as what few do: the newest first, page by page. A trader finds its own, though they come after
// any number of others.
func TestManyBeginningsArePaged(t *testing.T) {
	many := selective + 100
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		t.Helper()
		m, err := Open(t.Context(), db)
		require.NoError(t, err)
		require.NoError(t, db.InTx(t.Context(), func(tx *sql.Tx) error {
			w := follower(db, &peerOf{msp: "CNMSP"}).writer(tx)
			defer w.close()
			for i := range many {
				id := fmt.Sprintf("M%05d", i)
				declarant := []string{"EVERY THIRD", "OTHERS", "OTHERS"}[i%3]
				if i == 7 || i == 8 {
					declarant = "TWO OLD ONES"
				}
				if err := w.put(t.Context(), "ledger_movement", 1, []column{
					{"id", id}, {"lrn", "LRN" + id}, {"n", i}, {"declarant", declarant}, {"declarant_msp", "CNMSP"},
				}); err != nil {
					return err
				}
				if err := w.run(t.Context(), "INSERT INTO ledger_identifier (movement, kind, value, n) VALUES ($1, 'seal', $2, $3)",
					id, "SEAL"+id, i); err != nil {
					return err
				}
			}
			return nil
		}))
		for kind, texts := range map[Kind][2]string{ByLRN: {"LRN", "LRNM000"}, BySeal: {"SEA", "SEALM000"}} {
			for i, text := range texts {
				s := Search{Text: text, Kinds: []Kind{kind}, Paging: Paging{Limit: 60}}
				newest := []int{many, 100}[i]
				first, err := m.Search(t.Context(), s)
				require.NoError(t, err)
				require.Equal(t, fmt.Sprintf("M%05d", newest-1), first.Items[0].Movement.ID)
				s.After = first.Next
				second, err := m.Search(t.Context(), s)
				require.NoError(t, err)
				require.Equal(t, fmt.Sprintf("M%05d", newest-61), second.Items[0].Movement.ID)
				require.Len(t, second.Items, []int{60, 40}[i])
			}
			for operator, want := range map[string][]int{
				"EVERY THIRD": {5097, 5094, 5091}, "TWO OLD ONES": {8, 7}, "NOBODY": nil,
			} {
				v := m.View(Reader{MSP: "CNMSP", Role: transit.RoleTrader, Operator: operator})
				page, err := v.Search(t.Context(), Search{Text: texts[0], Kinds: []Kind{kind}, Paging: Paging{Limit: 3}})
				require.NoError(t, err)
				var got []int
				for _, h := range page.Items {
					got = append(got, int(h.Movement.n))
				}
				require.Equal(t, want, got, operator)
			}
		}
	})
}
