package projection

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/database"
	"carec.example/cats/client/database/databasetest"
)

// modelOf is the model of a lived ledger in a database.
func modelOf(t *testing.T, w *world, db *database.DB) *Model {
	t.Helper()
	require.NoError(t, follower(db, w.at("CNMSP", "urumqi")).CatchUp(t.Context()))
	model, err := Open(t.Context(), db)
	require.NoError(t, err)
	return model
}

// work renders a work list as "kind LRN".
func work(t *testing.T, m *Model, w Work) string {
	t.Helper()
	page, err := m.Worklist(t.Context(), w)
	require.NoError(t, err)
	var out []string
	for _, i := range page.Items {
		out = append(out, string(i.Kind)+" "+i.Movement.LRN)
		require.NotEmpty(t, i.Since)
	}
	return strings.Join(out, ", ")
}

func TestAWorkListTellsWhatWaitsForWhom(t *testing.T) {
	w := lived(t)
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		t.Helper()
		m := modelOf(t, w, db)
		require.Equal(t, "accept LRN-4", work(t, m, Work{Office: "CNURM001"}))
		require.Equal(t, "accept LRN-4", work(t, m, Work{Office: "CNURM001", Role: "departure"}))
		require.Empty(t, work(t, m, Work{Office: "CNURM001", Role: "recovery"}))
		require.Equal(t, "accept-hand-off LRN-2", work(t, m, Work{Office: "KZHOR001"}))
		require.Equal(t, "settle-claim LRN-5", work(t, m, Work{Guarantor: "CGMMSP"}))
		require.Empty(t, work(t, m, Work{Office: "KGFRU001"}), "what is discharged waits for nobody")
		counted, err := m.WorkCounts(t.Context(), Work{Office: "CNURM001"})
		require.NoError(t, err)
		require.Equal(t, map[Task]int{ToAccept: 1}, counted)
		_, err = m.Worklist(t.Context(), Work{})
		require.Error(t, err)
		_, err = m.Worklist(t.Context(), Work{Office: "A", Guarantor: "B"})
		require.Error(t, err)
	})
}

// Every stage that the procedure can be in waits for somebody, except the ends.
func TestTasksFollowTheProcedure(t *testing.T) {
	m := func(s transit.State, edit func(*transit.Movement)) *transit.Movement {
		v := &transit.Movement{Course: transit.Course{
			State: s, At: "2026-11-24T08:00:00Z", Destination: "KGFRU001", ReleasedAt: "2026-11-24T07:00:00Z", TimeLimit: "2026-12-20",
			Legs: []transit.Leg{{EntryOffice: "CNURM001", State: transit.LegStarted}, {EntryOffice: "KZHOR001", State: transit.LegExpected}},
		}, Declared: transit.Declared{Departure: "CNURM001", Declarant: transit.Declarant{Operator: "CN1"}, Guarantors: []string{"CGMMSP"}}}
		if edit != nil {
			edit(v)
		}
		return v
	}
	for name, c := range map[string]struct {
		m    *transit.Movement
		want string
	}{
		"pre-lodged": {m(transit.PreLodged, nil), "present operator CN1"},
		"submitted":  {m(transit.Submitted, nil), "accept office CNURM001"},
		"accepted":   {m(transit.Accepted, nil), "decide-control office CNURM001"},
		"cancellation asked for": {m(transit.Accepted, func(v *transit.Movement) {
			v.CancelAsked = "t"
		}), "answer-cancel office CNURM001; decide-control office CNURM001"},
		"under control": {m(transit.UnderControl, func(v *transit.Movement) {
			v.Control = &transit.Control{DecidedAt: "t"}
		}), "control office CNURM001"},
		"controlled": {m(transit.Accepted, func(v *transit.Movement) {
			v.Control = &transit.Control{Result: "A1"}
		}), "release office CNURM001"},
		"release asked for": {m(transit.UnderControl, func(v *transit.Movement) {
			v.ReleaseAsked = "t"
		}), "control office CNURM001; release office CNURM001"},
		"guarantee refused": {m(transit.GuaranteeUnderAmendment, nil), "amend operator CN1"},
		"under way":         {m(transit.Released, nil), "expect office KZHOR001"},
		"under way in the last leg": {m(transit.Released, func(v *transit.Movement) {
			v.Legs[1].State = transit.LegStarted
		}), "expect office KGFRU001"},
		"at the border": {m(transit.Released, func(v *transit.Movement) {
			v.HandOff = &transit.HandOff{Office: "KZKOR001"}
		}), "accept-hand-off office KZKOR001"},
		"a diversion asked for": {m(transit.Released, func(v *transit.Movement) {
			v.Diversion = &transit.Diversion{}
		}), "decide-diversion office CNURM001; expect office KZHOR001"},
		"offered to another": {m(transit.Released, func(v *transit.Movement) {
			v.Transfer = &transit.Transfer{To: "KZ9"}
		}), "accept-transfer operator KZ9; expect office KZHOR001"},
		"notified": {m(transit.Released, func(v *transit.Movement) {
			v.Arrival = &transit.Arrival{NotifiedAt: "t"}
		}), "arrive office KGFRU001"},
		"arrived": {m(transit.Arrived, nil), "record-results office KGFRU001"},
		"unloading permitted": {m(transit.Arrived, func(v *transit.Movement) {
			v.Arrival = &transit.Arrival{UnloadingPermittedAt: "t", Trader: transit.Declarant{Operator: "KG5"}}
		}), "record-results office KGFRU001; remark operator KG5"},
		"results recorded": {m(transit.Arrived, func(v *transit.Movement) { v.Results = "A1" }), "discharge office KGFRU001"},
		"discrepancies":    {m(transit.WaitingResolution, nil), "resolve office CNURM001"},
		"enquiry": {m(transit.UnderEnquiry, func(v *transit.Movement) {
			v.Enquiry = &transit.Enquiry{}
		}), "enquire office CNURM001; answer-enquiry operator CN1; answer-enquiry office KGFRU001; expect office KZHOR001"},
		"enquiry answered": {m(transit.UnderEnquiry, func(v *transit.Movement) {
			v.Enquiry = &transit.Enquiry{HolderAnsweredAt: "t", DestinationAnsweredAt: "u"}
		}), "close-enquiry office CNURM001; expect office KZHOR001"},
		"recovery": {m(transit.UnderRecovery, func(v *transit.Movement) {
			v.Recovery = &transit.Recovery{Office: "CNHRS001"}
		}), "recover office CNHRS001"},
		"recovery elsewhere asked": {m(transit.UnderRecovery, func(v *transit.Movement) {
			v.Recovery = &transit.Recovery{Office: "CNHRS001", Asked: "KZALA001"}
		}), "take-recovery office KZALA001; recover office CNHRS001"},
		"a claim": {m(transit.UnderRecovery, claims(transit.ClaimMade)), "settle-claim guarantor CGMMSP"},
		"a contested claim": {
			m(transit.UnderRecovery, claims(transit.ClaimContested, transit.ClaimMade)),
			"decide-claim office CNHRS001; settle-claim guarantor CGMMSP",
		},
		"all claims paid or gone": {m(transit.UnderRecovery, claims(transit.ClaimPaid, transit.ClaimWithdrawn)), "close-recovery office CNHRS001"},
		"discharged":              {m(transit.Discharged, nil), ""},
		"rejected":                {m(transit.Rejected, nil), ""},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, k := range tasksOf(c.m) {
				require.Contains(t, Tasks(), k.kind)
				got = append(got, string(k.kind)+" "+k.who)
			}
			require.Equal(t, c.want, strings.Join(got, "; "))
		})
	}
	for _, s := range transit.States() {
		require.Equal(t, s.Terminal(), len(tasksOf(m(s, nil))) == 0, s)
	}
}

func claims(states ...transit.ClaimState) func(*transit.Movement) {
	return func(v *transit.Movement) {
		v.Recovery = &transit.Recovery{Office: "CNHRS001"}
		for _, s := range states {
			v.Recovery.Claims = append(v.Recovery.Claims, transit.Claim{State: s})
		}
	}
}

func TestPagesJoinToTheWholeList(t *testing.T) {
	w := newWorld(t)
	w.guarantee()
	for i := range 7 {
		w.lodge(fmt.Sprintf("LRN-%d", i))
	}
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		t.Helper()
		m := modelOf(t, w, db)
		whole, err := m.Worklist(t.Context(), Work{Office: "CNURM001"})
		require.NoError(t, err)
		require.Len(t, whole.Items, 7)
		require.Empty(t, whole.Next)
		var joined []WorkItem
		for after := ""; ; {
			page, err := m.Worklist(t.Context(), Work{Office: "CNURM001", Paging: Paging{Limit: 3, After: after}})
			require.NoError(t, err)
			joined = append(joined, page.Items...)
			if after = page.Next; after == "" {
				break
			}
		}
		require.Equal(t, whole.Items, joined)
		found := ""
		for after := ""; ; {
			page, err := m.Search(t.Context(), Search{Text: "CN916501007TSL1", Paging: Paging{Limit: 2, After: after}})
			require.NoError(t, err)
			for _, h := range page.Items {
				found += h.Movement.LRN + " "
			}
			if after = page.Next; after == "" {
				break
			}
		}
		require.Equal(t, "LRN-6 LRN-5 LRN-4 LRN-3 LRN-2 LRN-1 LRN-0 ", found)
		for _, bad := range []string{"x", "bm90IGpzb24", encodeCursor("a"), encodeCursor("a", "b\x00", "c")} {
			_, err := m.Worklist(t.Context(), Work{Office: "CNURM001", Paging: Paging{After: bad}})
			require.ErrorIs(t, err, ErrCursor)
		}
	})
}

func TestExposureOverdueAndStatisticsAddUp(t *testing.T) {
	w := lived(t)
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		t.Helper()
		m := modelOf(t, w, db)
		usd := func(minor int64) transit.Money { return transit.Money{Minor: minor, Currency: "USD"} }
		covered := w.record(w.find(t, m, "LRN-2")).Guarantees[0].Amount.Minor
		for _, by := range []Side{OfGuarantor, OfHolder} {
			page, err := m.Exposure(t.Context(), Exposed{By: by})
			require.NoError(t, err)
			require.Len(t, page.Items, 1)
			x := page.Items[0]
			require.Equal(t, map[Side]string{OfGuarantor: "CGMMSP", OfHolder: "CN916501007TSL1"}[by], x.Name)
			require.Equal(t, 1, x.Guarantees)
			require.Equal(t, usd(40_000_00), x.Reference)
			require.Equal(t, usd(2*covered), x.Locked, "two are open: one under way, one in recovery")
			require.Equal(t, usd(40_000_00-2*covered), x.Available)
			require.Equal(t, usd(1_000_00), x.ClaimsOpen)
			require.Equal(t, usd(0), x.Claimed)
		}
		late, err := m.Overdue(t.Context(), Late{Day: "2027-01-10"})
		require.NoError(t, err)
		require.Len(t, late.Items, 1)
		require.Equal(t, "LRN-2", late.Items[0].Movement.LRN)
		require.Equal(t, 21, late.Items[0].Days)
		none, err := m.Overdue(t.Context(), Late{Day: "2026-12-20"})
		require.NoError(t, err)
		require.Empty(t, none.Items, "the last day counts")

		crossings, err := m.Crossings(t.Context(), Period{})
		require.NoError(t, err)
		require.Len(t, crossings, 2)
		require.Equal(t, []any{"CN", "KZ", 1}, []any{crossings[0].From, crossings[0].To, crossings[0].Crossings})
		require.GreaterOrEqual(t, crossings[0].P50, int64(7200))
		require.Equal(t, crossings[0].P50, crossings[0].Max)
		require.InDelta(t, 1800, crossings[1].P90, 120)
		outside, err := m.Crossings(t.Context(), Period{Until: "2026-01-01"})
		require.NoError(t, err)
		require.Empty(t, outside)

		discharges, err := m.Discharges(t.Context(), Period{From: "2026-11-24"})
		require.NoError(t, err)
		require.Equal(t, []Discharge{{
			Departure: "CN", Destination: "KG", Released: 3, InTime: 1, Open: 1, Recovery: 1, Rate: 3333,
		}}, discharges)
		claimed, err := m.Claims(t.Context(), Period{})
		require.NoError(t, err)
		require.Equal(t, []ClaimSum{{Guarantor: "CGMMSP", State: "claimed", Claims: 1, Amount: usd(1_000_00)}}, claimed)
	})
}

// find is the identification of a movement by its LRN.
func (w *world) find(t *testing.T, m *Model, lrn string) string {
	t.Helper()
	page, err := m.Search(t.Context(), Search{Text: lrn, Kinds: []Kind{ByLRN}})
	require.NoError(t, err)
	require.Len(t, page.Items, 1)
	return page.Items[0].Movement.ID
}

func TestNoCellOfACSVIsAFormula(t *testing.T) {
	for text, want := range map[string]string{
		"=1+1": "'=1+1", "+7 701": "'+7 701", "-5": "'-5", "@SUM(A1)": "'@SUM(A1)", "\t=1": "\"'\t=1\"", " =1": "' =1", "\u00a0=1": "'\u00a0=1",
		"＝1": "'＝1", "plain, with comma": `"plain, with comma"`, `say "so"`: `"say ""so"""`, "26CN": "26CN", "": "", "中文": "中文",
	} {
		var b bytes.Buffer
		require.NoError(t, WriteCSV(&b, []string{"a", "b"}, [][]any{{text, -5}}))
		got := strings.TrimSuffix(strings.TrimPrefix(b.String(), "a,b\r\n"), ",-5\r\n")
		require.Equal(t, strings.Trim(want, `"`), strings.Trim(got, `"`), "%q", text)
	}
}
