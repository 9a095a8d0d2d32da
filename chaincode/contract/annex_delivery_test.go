package contract_test

import (
	"errors"
	"strings"
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
	w.inside(org, func(stub shim.ChaincodeStubInterface) error {
		collection := ledger.Collection(org)
		return errors.Join(stub.PurgePrivateData(collection, ledger.AnnexKey(movement, digest)),
			stub.PutPrivateData(collection, ledger.PurgedKey(movement, digest), ledger.PurgedMark()))
	})
}

// enquired is a movement under enquiry, with a note of the office of departure and its sealed value.
func (w *world) enquired(lrn string) (m *transit.Movement, digest string, sealed []byte) {
	w.t.Helper()
	m = w.released(lrn)
	wait(w, 60)
	note := w.note("urumqi", m, "where are the goods?")
	m = w.must("urumqi", transit.StepStartEnquiry, m, with(note))
	return m, note.Digest, w.ledger.PrivateState("CNMSP", ledger.Collection("CNMSP"), ledger.AnnexKey(m.ID, note.Digest))
}

// endorseAnnex has the receiver's peer endorse the delivery of an annex.
func (w *world) endorseAnnex(m *transit.Movement, digest, to string, sealed []byte) (*fakeledger.Transaction, error) {
	return w.people["courier"].With(fakeledger.Endorsers(to), fakeledger.Transient(map[string][]byte{transit.TransientAnnex: sealed})).
		Endorse(string(transit.FnDeliverAnnex), toJSON(transit.DeliverAnnexRequest{Movement: m.ID, Digest: digest, To: to}))
}

func TestAStepInTheSameMomentDoesNotSpoilTheDeliveryOfAnAnnex(t *testing.T) {
	w := insured(t, 1)
	m, digest, sealed := w.enquired("LRN-1")
	delivery, err := w.endorseAnnex(m, digest, "KZMSP", sealed)
	require.NoError(t, err)
	proposal, err := w.people["khorgos-cn"].Endorse(string(transit.FnProposeHandOff), w.ask(m))
	require.NoError(t, err)
	b, err := w.ledger.Order(proposal, delivery)
	require.NoError(t, err)
	require.Equal(t, []peer.TxValidationCode{peer.TxValidationCode_VALID, peer.TxValidationCode_VALID}, b.Codes())
	require.Equal(t, sealed, w.ledger.PrivateState("KZMSP", ledger.Collection("KZMSP"), ledger.AnnexKey(m.ID, digest)))
	w.checkLedger()
}

// TestADeliveryThatLooksAtTheRecordBringsNoMoreThanItSays: not binding the transaction to the record opens nothing.
func TestADeliveryThatLooksAtTheRecordBringsNoMoreThanItSays(t *testing.T) {
	w := insured(t, 1)
	m, digest, sealed := w.enquired("LRN-1")
	other := strings.Repeat("0", len(digest))
	refused := func(why transit.Code, digest, to string, value []byte) {
		t.Helper()
		_, err := w.endorseAnnex(m, digest, to, value)
		require.Equal(t, why, code(err))
	}
	refused(transit.ContentMismatch, digest, "KZMSP", append([]byte(" "), sealed...))
	refused(transit.NotFound, other, "KZMSP", sealed)
	refused(transit.NotAuthorised, digest, "CGMMSP", sealed)

	now, err := w.endorseAnnex(m, digest, "KZMSP", sealed)
	require.NoError(t, err)
	_, err = w.ledger.Order(now)
	require.NoError(t, err)
	held, err := w.endorseAnnex(m, digest, "KZMSP", sealed)
	require.NoError(t, err)
	w.unhold("KZMSP", ledger.AnnexKey(m.ID, digest))
	b, err := w.ledger.Order(held)
	require.NoError(t, err)
	require.Equal(t, peer.TxValidationCode_MVCC_READ_CONFLICT, b.Codes()[0], "a delivery that was held back brings nothing back")

	early, err := w.endorseAnnex(m, digest, "KGMSP", sealed)
	require.NoError(t, err)
	w.expired("KGMSP", m.ID, digest)
	b, err = w.ledger.Order(early)
	require.NoError(t, err)
	require.Equal(t, peer.TxValidationCode_MVCC_READ_CONFLICT, b.Codes()[0], "and nothing after the end of its retention")
	refused(transit.OutOfSequence, digest, "KGMSP", sealed)

	require.NoError(t, w.ledger.Lag("KZMSP"))
	note := w.note("bishkek", m, "nothing has arrived")
	m = w.must("bishkek", transit.StepRespondEnquiry, m, with(note), reason)
	late := w.ledger.PrivateState("KGMSP", ledger.Collection("KGMSP"), ledger.AnnexKey(m.ID, note.Digest))
	refused(transit.NotFound, note.Digest, "KZMSP", late)
	require.NoError(t, w.ledger.CatchUp("KZMSP"))
	_, err = w.endorseAnnex(m, note.Digest, "KZMSP", late)
	require.NoError(t, err, "a peer that has not seen the step yet refuses, and takes the annex once it has")
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
