package fsck

import (
	"testing"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/fakeledger"
	"carec.example/cats/chaincode/ledger"
	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

// governed is a ledger on which Kazakhstan charges duty on the goods of a movement that was accepted with a reason, and Kyrgyzstan
// is suspended.
func governed(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	for _, org := range []string{"CNMSP", "KZMSP", "KGMSP"} {
		w.people["admin-"+org] = w.ledger.Client(org, "admin", fakeledger.AsRole(fakeledger.RoleAdmin))
	}
	w.guarantee()
	entries := transit.Entries{Tariff: []transit.TariffLine{{
		Validity: transit.Validity{From: "2026-01-01"}, HS: "851713", Duty: 100_000, Currency: "USD", ReferencePerKg: 1_000_000_00,
	}}}
	put := transit.PutEntriesRequest{Country: "KZ", Entries: entries}
	submit[transit.PutEntriesResult](w, "admin-KZMSP", transit.FnPutEntries, put)
	put.Tariff[0].From = "2026-06-01"
	submit[transit.PutEntriesResult](w, "admin-KZMSP", transit.FnPutEntries, put)
	m := w.lodge("LRN-1")
	require.NotNil(t, m.Required)
	w.step("urumqi", transit.FnAccept, transit.StepRequest{Movement: m.ID, OverrideReason: "spoilt"})
	p := submit[transit.Proposal](w, "admin-CNMSP", transit.FnPropose, transit.ProposeRequest{ID: "p1", Change: transit.Change{
		Suspend: &transit.SuspendChange{MSP: "KGMSP", Reason: "x"},
	}})
	submit[transit.Proposal](w, "admin-KZMSP", transit.FnApprove, transit.ApproveRequest{ID: "p1", Digest: p.Digest})
	r := submit[transit.Proposal](w, "admin-CNMSP", transit.FnPropose, transit.ProposeRequest{ID: "p2", Change: transit.Change{
		Rates: []transit.Rate{{Validity: transit.Validity{From: "2026-01-01"}, Base: "EUR", Quote: "KZT", Numerator: 5, Denominator: 1}},
	}})
	submit[transit.Proposal](w, "admin-KZMSP", transit.FnApprove, transit.ApproveRequest{ID: "p2", Digest: r.Digest})
	w.step("urumqi", transit.FnCancel, transit.StepRequest{Movement: m.ID, Reason: "x"})
	w.read()
	return w
}

func TestTheRegistryOfAnHonestLedgerHasNoFindings(t *testing.T) {
	report := check(t, governed(t))
	require.Empty(t, report.Findings)
}

func TestEveryForgeryOfTheRegistryIsFound(t *testing.T) {
	page := func(edit func(*transit.Page)) func(*world) {
		return func(w *world) { change(w, last(w, transit.FnPutEntries), "page", edit) }
	}
	for name, c := range map[string]struct {
		forge func(*world)
		rule  string
	}{
		"a version is left out":           {page(func(p *transit.Page) { p.Seq++ }), "contiguous"},
		"time runs backwards":             {page(func(p *transit.Page) { p.At = "2020-01-01T00:00:00Z" }), "time"},
		"a page names itself another":     {page(func(p *transit.Page) { p.Name = "84" }), "named"},
		"an entry of another page":        {page(func(p *transit.Page) { p.Tariff[0].HS = "010121" }), "entry"},
		"an entry that is none":           {page(func(p *transit.Page) { p.Tariff[0].Duty = -1 }), "entry"},
		"an entry newer than the page":    {page(func(p *transit.Page) { p.Tariff[0].Seq = 9 }), "entry"},
		"another's name":                  {page(func(p *transit.Page) { p.By = "CNMSP" }), "owner"},
		"another's administrator":         {func(w *world) { last(w, transit.FnPutEntries).Creator.MSP = "CNMSP" }, "owner"},
		"its own peer has not endorsed":   {func(w *world) { last(w, transit.FnPutEntries).Endorsers = []string{"CNMSP", "KGMSP"} }, "endorsed"},
		"nobody but its own peer has":     {func(w *world) { last(w, transit.FnPutEntries).Endorsers = []string{"KZMSP"} }, "endorsed"},
		"another function wrote the page": {func(w *world) { last(w, transit.FnPutEntries).Function = transit.FnApprove }, "procedure"},
		"the policy names another": {func(w *world) {
			policy, err := ledger.Policy(transit.Endorsement{All: []string{"CNMSP"}, Any: []string{"KZMSP"}})
			require.NoError(w.t, err)
			tx := last(w, transit.FnPutEntries)
			for i := range tx.Policies {
				tx.Policies[i].Policy = policy
			}
		}, "policy"},
		"a page of a country that is none": {func(w *world) {
			tx := last(w, transit.FnPutEntries)
			tx.Writes = append(tx.Writes, cats.Write{
				Key: ledger.PageKey("UZ", transit.BookRates, "all"), Value: []byte(`{"v":1,"country":"UZ","book":"rates","name":"all","seq":1,"at":"","by":""}`),
			})
		}, "owner"},
		"a suspended organisation acts": {func(w *world) { last(w, transit.FnCancel).Creator.MSP = "KGMSP" }, "suspended"},
		"nobody said why": {func(w *world) {
			change(w, last(w, transit.FnAccept), "movement", func(m *transit.Course) { m.Override = nil })
		}, "cover"},
	} {
		t.Run(name, func(t *testing.T) {
			w := governed(t)
			c.forge(w)
			var rules []string
			for _, f := range check(t, w).Findings {
				rules = append(rules, f.Rule)
			}
			require.Contains(t, rules, c.rule)
		})
	}
}
