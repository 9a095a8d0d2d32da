package contract_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/ledger"
	"carec.example/cats/chaincode/transit"
)

func TestContentIsPurgedWhenItsRetentionIsOver(t *testing.T) {
	w := insured(t, 1)
	require.NoError(t, w.change("p1", transit.Change{RetentionDays: 30}, "admin-CNMSP", "admin-KZMSP"))
	m := w.lodged(document("LRN-1"))
	a, err := w.deposeFile("trader", m, 1, file("a.pdf", []byte("x")))
	require.NoError(t, err)
	require.NoError(t, w.publishFile("trader", m, a))
	m = w.must("urumqi", transit.StepRelease, w.must("urumqi", transit.StepAccept, m), limit)
	all := w.sections(m, transit.SectionNames()...)
	sealed := w.ledger.PrivateState("CNMSP", ledger.Collection("CNMSP"), ledger.AttachmentKey(m.ID, a.Name))
	require.NoError(t, w.deliver(m, "KZMSP", all, ""))
	require.NoError(t, w.deliver(m, "KZMSP", map[string][]byte{transit.TransientAttachment: sealed}, a.Name))
	for _, s := range [][2]string{
		{"khorgos-cn", "ProposeHandOff"}, {"khorgos", "AcceptHandOff"}, {"korday", "ProposeHandOff"}, {"akjol", "AcceptHandOff"},
		{"bishkek", "Arrive"}, {"bishkek", "RecordResults"}, {"bishkek", "Discharge"},
	} {
		m = w.must(s[0], transit.Step(s[1]), m, fields(transit.Step(s[1])))
	}
	w.ledger.Advance(30*24*time.Hour - time.Minute)
	require.Empty(t, w.purgeable(w.people["khorgos"]))
	_, err = w.purge(w.people["khorgos"], m.ID, "1")
	require.Equal(t, transit.OutOfSequence, code(err))
	w.ledger.Advance(2 * time.Minute)
	require.Equal(t, []transit.Purgeable{
		{Movement: m.ID, Holding: "1", Reason: transit.PurgeRetention}, {Movement: m.ID, Holding: a.Name, Reason: transit.PurgeRetention},
	}, w.purgeable(w.people["khorgos"]))
	for _, who := range []string{"khorgos", "courier"} {
		for _, p := range w.purgeable(w.people[who]) {
			_, err = w.purge(w.people[who], p.Movement, p.Holding)
			require.NoError(t, err)
		}
		require.Empty(t, w.purgeable(w.people[who]))
	}
	view := w.look(m)
	require.Equal(t, transit.DeliveryPurged, view.Deliveries[0].State)
	require.Equal(t, transit.DeliveryPurged, view.Deliveries[1].State)
	require.Equal(t, transit.DeliveryPending, view.Deliveries[2].State, "what never came is not called purged")
	require.NotEmpty(t, view.Movement.Sections, "record and digests stay")
	_, err = w.content("khorgos", "KZMSP", m.ID)
	require.Equal(t, transit.NotFound, code(err))
	_, err = submit[transit.Delivery](w, at(w.people["courier"], "KZMSP", all), transit.FnDeliver, transit.DeliverRequest{Movement: m.ID, To: "KZMSP"})
	require.Equal(t, transit.OutOfSequence, code(err), "what was purged does not come back")
	require.Equal(t, transit.OutOfSequence, code(w.deliver(m, "KGMSP", all, "")), "and what never came stays away")
	require.Equal(t, transit.OutOfSequence, code(w.grant("trader", transit.GrantRequest{
		Movement: m.ID, MSP: "CGMMSP", Parts: []string{goods}, Until: w.ledger.Now().AddDate(0, 0, 3).Format(time.DateOnly),
	})), "nothing is left to grant")
	w.checkLedger()
}
