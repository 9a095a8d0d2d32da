package projection

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"github.com/stretchr/testify/require"

	"carec.example/cats/client/cats"
	"carec.example/cats/client/database"
	"carec.example/cats/client/database/databasetest"
)

func follower(db *database.DB, s Source) *Projection {
	return NewFrom(db, s, slog.New(slog.DiscardHandler))
}

// dump is everything in the model as text, the organisation's own content included.
func dump(t *testing.T, db *database.DB) []string {
	t.Helper()
	var out []string
	all := append(tables(), [2]string{"ledger_projection", "one"}, [2]string{"ledger_identifier", "movement, kind, value"})
	for _, table := range all {
		r, err := rowsOf(t.Context(), db, table[0], table[1])
		require.NoError(t, err)
		for r.next() {
			out = append(out, table[0]+" "+r.row)
			r.taken = true
		}
		require.NoError(t, r.err)
		r.close()
	}
	// Tries and their times are no part of what the blocks say.
	contents, err := list(t.Context(), db, "SELECT movement, n, version, state FROM ledger_content ORDER BY movement", nil,
		func(scan func(...any) error, v *[4]string) error { return scan(&v[0], &v[1], &v[2], &v[3]) })
	require.NoError(t, err)
	texts, err := list(t.Context(), db, "SELECT rowid FROM ledger_text ORDER BY rowid", nil,
		func(scan func(...any) error, v *int64) error { return scan(v) })
	require.NoError(t, err)
	return append(out, fmt.Sprint(contents), fmt.Sprint(texts))
}

// followed is the dump of a model that was made in one go.
func followed(t *testing.T, s Source) []string {
	t.Helper()
	db := databasetest.Open(t, databasetest.SQLite(t))
	require.NoError(t, follower(db, s).CatchUp(t.Context()))
	return dump(t, db)
}

func TestTheSameBlocksMakeTheSameRowsInBothDatabasesAndAtAnyPace(t *testing.T) {
	w := lived(t)
	source := w.at("CNMSP", "urumqi")
	want := followed(t, source)
	require.Contains(t, fmt.Sprint(want), "LRN-5")
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		t.Helper()
		for height := 1; height <= len(source.blocks); height++ {
			part := &peerOf{w: w, msp: source.msp, who: source.who, blocks: source.blocks[:height]}
			require.NoError(t, follower(db, part).CatchUp(t.Context()))
		}
		require.Equal(t, want, dump(t, db), "block by block")
		require.NoError(t, follower(db, source).Rebuild(t.Context()))
		require.Equal(t, want, dump(t, db), "rebuilt")
	})
}

// Statement after statement of following is broken, in a model that is empty at first. Whoever follows next makes the very same model.
func TestAFollowerMayFailAtEveryStatement(t *testing.T) {
	w := lived(t)
	source := w.at("CNMSP", "urumqi")
	want := followed(t, source)
	killed := errors.New("killed")
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		t.Helper()
		step := map[database.Dialect]int{database.SQLite: 5, database.PostgreSQL: 29}[db.Dialect]
		if testing.Short() {
			step *= 5
		}
		for at := 1; ; at += step {
			_, err := Open(t.Context(), db)
			require.NoError(t, err)
			require.NoError(t, db.InTx(t.Context(), func(tx *sql.Tx) error { return follower(db, source).empty(t.Context(), tx) }))
			n := 0
			p := follower(db, source)
			p.before = func() error {
				if n++; n == at {
					return killed
				}
				return nil
			}
			err = p.CatchUp(t.Context())
			if err == nil {
				require.Greater(t, n, 500)
				return
			}
			require.ErrorIs(t, err, killed)
			// A content that was being read is due again when its time has come.
			_, err = db.ExecContext(t.Context(), "UPDATE ledger_content SET retry_at = 0")
			require.NoError(t, err)
			require.NoError(t, follower(db, source).CatchUp(t.Context()))
			require.Equal(t, want, dump(t, db), "statement %d", at)
		}
	})
}

// A commit may get through and yet look failed: what it stored is not stored again.
func TestBlocksThatAreStoredAreNotStoredAgain(t *testing.T) {
	w := lived(t)
	source := w.at("CNMSP", "urumqi")
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		t.Helper()
		p := follower(db, source)
		require.NoError(t, p.begin(t.Context()))
		require.NoError(t, p.store(t.Context(), source.blocks[:10]))
		stored := dump(t, db)
		require.ErrorIs(t, p.store(t.Context(), source.blocks[:10]), errOvertaken)
		require.ErrorIs(t, p.store(t.Context(), source.blocks[5:15]), errOvertaken)
		require.ErrorIs(t, p.store(t.Context(), source.blocks[11:12]), errOvertaken, "a gap")
		require.Equal(t, stored, dump(t, db))
	})
}

func TestAnInvalidTransactionLeavesNoTrace(t *testing.T) {
	w := lived(t)
	source := w.at("CNMSP", "urumqi")
	want := followed(t, source)
	// The same writes once more, with another verdict and another state.
	for _, b := range source.blocks[1:] {
		copied := *b.Transactions[0]
		copied.Code, copied.ID, copied.Index = peer.TxValidationCode_MVCC_READ_CONFLICT, "refused-"+copied.ID, len(b.Transactions)
		b.Transactions = append(b.Transactions, &copied)
	}
	require.Equal(t, want, followed(t, source))
}

func TestTwoFollowersOnOneDatabaseMakeOneModel(t *testing.T) {
	w := lived(t)
	source := w.at("CNMSP", "urumqi")
	want := followed(t, source)
	databasetest.Addresses(t, func(t *testing.T, address string) {
		t.Helper()
		const followers = 3
		done := make(chan error, followers)
		require.NoError(t, follower(databasetest.Open(t, address), source).begin(t.Context()))
		for range followers {
			p := follower(databasetest.Open(t, address), source)
			go func() {
				for height := 1; height <= len(source.blocks); height++ {
					part := &peerOf{w: w, msp: source.msp, who: source.who, blocks: source.blocks[:height], away: true}
					p.source = part
					if err := p.CatchUp(context.Background()); err != nil {
						done <- err
						return
					}
				}
				done <- nil
			}()
		}
		for range followers {
			require.NoError(t, <-done)
		}
		db := databasetest.Open(t, address)
		_, err := db.ExecContext(t.Context(), "UPDATE ledger_content SET retry_at = 0")
		require.NoError(t, err)
		require.NoError(t, follower(db, source).CatchUp(t.Context()))
		require.Equal(t, want, dump(t, db))
	})
}

func TestAModelOfAnotherLedgerIsRefusedUntilItIsRebuilt(t *testing.T) {
	w := lived(t)
	source := w.at("CNMSP", "urumqi")
	db := databasetest.Open(t, databasetest.SQLite(t))
	require.NoError(t, follower(db, source).CatchUp(t.Context()))
	kept := dump(t, db)
	other := newWorld(t).at("CNMSP", "urumqi")
	other.blocks[0].Transactions[0].ID = "another"
	require.ErrorIs(t, follower(db, other).Run(t.Context()), ErrOtherLedger)
	require.Equal(t, kept, dump(t, db))
	require.NoError(t, follower(db, other).Rebuild(t.Context()))
	require.NotContains(t, fmt.Sprint(dump(t, db)), "LRN-5")
}

func TestAModelOfAnotherMappingIsMadeAnew(t *testing.T) {
	source := lived(t).at("CNMSP", "urumqi")
	db := databasetest.Open(t, databasetest.SQLite(t))
	require.NoError(t, follower(db, source).CatchUp(t.Context()))
	want := dump(t, db)
	_, err := db.ExecContext(t.Context(), "UPDATE ledger_projection SET model = 0")
	require.NoError(t, err)
	_, err = db.ExecContext(t.Context(), "UPDATE ledger_movement SET state = 'old'")
	require.NoError(t, err)
	require.NoError(t, follower(db, source).CatchUp(t.Context()))
	require.Equal(t, want, dump(t, db))
}

func TestACheckFindsEveryRowThatTheBlocksDoNotMake(t *testing.T) {
	w := lived(t)
	source := w.at("CNMSP", "urumqi")
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		t.Helper()
		require.NoError(t, follower(db, source).CatchUp(t.Context()))
		checked, err := Check(t.Context(), db, source)
		require.NoError(t, err)
		require.True(t, checked.Clean(), checked.Differences)
		require.Equal(t, uint64(len(source.blocks)), checked.Next)
		require.Greater(t, checked.Rows, 50)
		for name, forge := range map[string]string{
			"a changed state":    "UPDATE ledger_movement SET state = 'discharged' WHERE lrn = 'LRN-5'",
			"a lost event":       "DELETE FROM ledger_event WHERE step = 'Accept'",
			"a forged balance":   "UPDATE ledger_balance SET available = available + 1 WHERE item = 2",
			"an invented office": "INSERT INTO ledger_office VALUES ('XX000001', 'x', 'XMSP', '')",
			"a task less":        "DELETE FROM ledger_task WHERE kind = 'accept-hand-off'",
		} {
			_, err := db.ExecContext(t.Context(), forge)
			require.NoError(t, err, name)
			checked, err = Check(t.Context(), db, source)
			require.NoError(t, err)
			require.NotEmpty(t, checked.Differences, name)
			require.NoError(t, follower(db, source).Rebuild(t.Context()))
		}
	})
}

// The rows are those of the records as the ledger has them, not only what the writer made of the blocks.
func TestTheModelTellsWhatTheRecordsTell(t *testing.T) {
	w := lived(t)
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		t.Helper()
		require.NoError(t, follower(db, w.at("CNMSP", "urumqi")).CatchUp(t.Context()))
		model, err := Open(t.Context(), db)
		require.NoError(t, err)
		page, err := model.Search(t.Context(), Search{Text: "LRN-", Kinds: []Kind{ByLRN}})
		require.NoError(t, err)
		require.Len(t, page.Items, 5)
		for _, h := range page.Items {
			got, err := model.Movement(t.Context(), h.Movement.Reference())
			require.NoError(t, err)
			want := w.record(got.ID)
			require.Equal(t, []any{want.MRN, string(want.State), want.Custodian, want.Seq, want.At, want.Holder, want.Destination, want.TimeLimit},
				[]any{got.MRN, got.State, got.Custodian, got.Seq, got.At, got.Holder, got.Destination, got.TimeLimit})
			require.Equal(t, []any{want.LRN, want.Departure, want.Declarant.Operator, want.Version, want.LodgedAt},
				[]any{got.LRN, got.Departure, got.Declarant, got.Version, got.LodgedAt})
			require.Len(t, got.Legs, len(want.Legs))
			for i, l := range want.Legs {
				require.Equal(t, []string{l.Country, l.EntryOffice, l.ActualOffice, string(l.State), l.StartedAt, l.EndedAt},
					[]string{got.Legs[i].Country, got.Legs[i].EntryOffice, got.Legs[i].ActualOffice, got.Legs[i].State, got.Legs[i].StartedAt, got.Legs[i].EndedAt})
			}
			timeline, err := model.Timeline(t.Context(), got.ID, Paging{Limit: 100})
			require.NoError(t, err)
			steps := 0
			for _, e := range timeline.Items {
				if e.Record == "movement" {
					steps++
					require.Equal(t, steps, e.Seq)
				}
			}
			require.Equal(t, want.Seq, steps)
		}
	})
}

var _ Source = clientSource{(*cats.Client)(nil)}
