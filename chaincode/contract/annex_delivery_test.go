package contract_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/fakeledger"
	"carec.example/cats/chaincode/transit"
)

func TestAMovementTellsWhereItsAnnexesAre(t *testing.T) {
	w := insured(t, 1)
	m := w.released("LRN-1")
	wait(w, 60)
	note := w.note("urumqi", m, "where are the goods?")
	m = w.must("urumqi", transit.StepStartEnquiry, m, with(note))
	annexes := func() []transit.AnnexDelivery {
		out, err := w.people["urumqi"].Evaluate(string(transit.FnGetMovement), toJSON(transit.MovementQuery{Movement: m.MRN}))
		require.NoError(t, err)
		return fromJSON[transit.MovementView](t, out).Annexes
	}
	want := transit.AnnexDelivery{Annex: m.Annexes[0], Held: []string{"CNMSP"}, Missing: []string{"KZMSP", "KGMSP"}}
	require.Equal(t, []transit.AnnexDelivery{want}, annexes())

	read, err := w.people["urumqi"].With(fakeledger.AtPeer("CNMSP"), fakeledger.Transient(map[string][]byte{transit.TransientReaderKey: seed()})).
		Evaluate(string(transit.FnGetAnnex), toJSON(transit.AnnexQuery{Movement: m.MRN, Digest: note.Digest}))
	require.NoError(t, err)
	content, err := transit.DecryptContent(seed(), fromJSON[transit.EncryptedContent](t, read))
	require.NoError(t, err)
	carried := fakeledger.Transient(map[string][]byte{transit.TransientAnnex: content.Sections[0].Value})
	_, err = w.people["courier"].With(fakeledger.Endorsers("KGMSP"), carried).
		Submit(string(transit.FnDeliverAnnex), toJSON(transit.DeliverAnnexRequest{Movement: m.MRN, Digest: note.Digest, To: "KGMSP"}))
	require.NoError(t, err)
	want.Held, want.Missing = []string{"CNMSP", "KGMSP"}, []string{"KZMSP"}
	require.Equal(t, []transit.AnnexDelivery{want}, annexes())
}

func TestWhoNotifiesAnArrivalSeesTheMovement(t *testing.T) {
	w := insured(t, 1)
	m := w.released("LRN-1")
	see := func(who string) error {
		_, err := w.people[who].Evaluate(string(transit.FnGetMovement), toJSON(transit.MovementQuery{Movement: m.MRN}))
		return err
	}
	require.Equal(t, transit.NotAuthorised, code(see("consignee")), "a movement that is nothing to it yet")
	w.must("consignee", transit.StepNotifyArrival, m)
	require.NoError(t, see("consignee"))
	require.Equal(t, transit.NotAuthorised, code(see("rival")))
}
