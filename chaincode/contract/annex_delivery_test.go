package contract_test

import (
	"errors"
	"testing"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/fakeledger"
	"carec.example/cats/chaincode/ledger"
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

	w.expired("KGMSP", m.ID, note.Digest)
	want.Held, want.Purged = []string{"CNMSP"}, []string{"KGMSP"}
	require.Equal(t, []transit.AnnexDelivery{want}, annexes(), "nobody brings it there again")
}

// expired purges an annex at an organisation as at the end of its retention.
func (w *world) expired(org, movement, digest string) {
	w.t.Helper()
	require.NoError(w.t, w.ledger.Install(org, rogue(func(stub shim.ChaincodeStubInterface) *peer.Response {
		collection := ledger.Collection(org)
		if err := errors.Join(stub.PurgePrivateData(collection, ledger.AnnexKey(movement, digest)),
			stub.PutPrivateData(collection, ledger.PurgedKey(movement, digest), ledger.PurgedMark())); err != nil {
			return shim.Error(err.Error())
		}
		return shim.Success(nil)
	})))
	_, err := at(w.ledger.Client(org, "insider"), org, nil).Submit("purge")
	require.NoError(w.t, err)
	require.NoError(w.t, w.ledger.Install(org, genuine(w.t)))
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
