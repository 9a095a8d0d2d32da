package contract_test

import (
	"testing"
	"time"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/fakeledger"
	"carec.example/cats/chaincode/ledger"
	"carec.example/cats/chaincode/transit"
)

// evaluate and submit call a function and decode its result.
func evaluate[T any](w *world, c *fakeledger.Client, fn transit.Function, request any) (*T, error) {
	w.t.Helper()
	out, err := c.Evaluate(string(fn), toJSON(request))
	if err != nil {
		return nil, err
	}
	return fromJSON[T](w.t, out), nil
}

func submit[T any](w *world, c *fakeledger.Client, fn transit.Function, request any) (*T, error) {
	w.t.Helper()
	receipt, err := c.Submit(string(fn), toJSON(request))
	if err != nil {
		return nil, err
	}
	return fromJSON[T](w.t, receipt.Payload()), nil
}

// at lets somebody speak to one organisation's peer alone.
func at(c *fakeledger.Client, msp string, transient map[string][]byte) *fakeledger.Client {
	return c.With(fakeledger.AtPeer(msp), fakeledger.Endorsers(msp), fakeledger.Transient(transient))
}

func (w *world) grant(who string, g transit.GrantRequest) error {
	_, err := submit[transit.Grant](w, w.people[who], transit.FnGrant, g)
	return err
}

// read decrypts what a function of content answers at the reader's own peer.
func (w *world) read(c *fakeledger.Client, fn transit.Function, request any) (*transit.Content, error) {
	w.t.Helper()
	key := map[string][]byte{transit.TransientReaderKey: seed()}
	e, err := evaluate[transit.EncryptedContent](w, at(c, c.MSP(), key), fn, request)
	if err != nil {
		return nil, err
	}
	return transit.DecryptContent(seed(), e)
}

// sections are the sealed sections of the country of departure, by name.
func (w *world) sections(m *transit.Movement, names ...string) map[string][]byte {
	w.t.Helper()
	c, err := w.content("courier", "CNMSP", m.ID)
	require.NoError(w.t, err)
	out := map[string][]byte{}
	for _, s := range c.Sections {
		for _, n := range names {
			if n == s.Name {
				out[n] = s.Value
			}
		}
	}
	return out
}

func (w *world) deliver(m *transit.Movement, to string, transient map[string][]byte, attachment string) error {
	_, err := submit[transit.Delivery](w, at(w.people["courier"], to, transient), transit.FnDeliver,
		transit.DeliverRequest{Movement: m.ID, To: to, Attachment: attachment})
	return err
}

func (w *world) look(m *transit.Movement) *transit.MovementView {
	w.t.Helper()
	v, err := evaluate[transit.MovementView](w, w.people["analyst"], transit.FnGetMovement, transit.MovementQuery{Movement: m.ID})
	require.NoError(w.t, err)
	return v
}

func (w *world) purge(c *fakeledger.Client, id, holding string) (*transit.Purged, error) {
	return submit[transit.Purged](w, at(c, c.MSP(), nil), transit.FnPurge, transit.PurgeRequest{Movement: id, Holding: holding})
}

func (w *world) purgeable(c *fakeledger.Client) []transit.Purgeable {
	w.t.Helper()
	var out []transit.Purgeable
	q := transit.ListQuery{Size: 1}
	for {
		page, err := evaluate[transit.PurgeablePage](w, at(c, c.MSP(), nil), transit.FnListPurgeable, q)
		require.NoError(w.t, err)
		out = append(out, page.Due...)
		if page.Bookmark == "" {
			return out
		}
		q.Bookmark = page.Bookmark
	}
}

const goods = transit.SectionGoods

func TestAGrantShowsItsPartsToItsGranteeUntilItEnds(t *testing.T) {
	w := insured(t, 1)
	m := w.lodged(document("LRN-1"))
	query := transit.MovementQuery{Movement: m.ID}
	shared := func(who string) (*transit.Content, error) { return w.read(w.people[who], transit.FnGetShared, query) }
	_, err := shared("clerk")
	require.Equal(t, transit.NotAuthorised, code(err), "no grant yet")
	require.Equal(t, transit.NotAuthorised, code(w.deliver(m, "CGMMSP", w.sections(m, goods), "")))

	insurer := transit.GrantRequest{Movement: m.ID, MSP: "CGMMSP", Parts: []string{goods}, Until: "2026-12-24"}
	require.NoError(t, w.grant("trader", insurer))
	_, err = shared("clerk")
	require.Equal(t, transit.NotFound, code(err), "granted, not delivered")
	require.Equal(t, transit.DeliveryPending, w.look(m).Shared[0].State)
	require.Equal(t, transit.MalformedRequest, code(w.deliver(m, "CGMMSP", w.sections(m, goods, transit.SectionParties), "")), "more than granted")
	require.Equal(t, transit.MalformedRequest, code(w.deliver(m, "CGMMSP", w.sections(m, transit.SectionParties), "")), "another part")
	forged := map[string][]byte{goods: []byte(`{}`)}
	require.Equal(t, transit.ContentMismatch, code(w.deliver(m, "CGMMSP", forged, "")))
	require.NoError(t, w.deliver(m, "CGMMSP", w.sections(m, goods), ""))

	c, err := shared("clerk")
	require.NoError(t, err)
	require.Len(t, c.Sections, 1, "exactly its section")
	i := len(m.Sections) - 1
	require.Equal(t, goods, m.Sections[i].Name)
	section, err := transit.UnsealSection(c.Sections[0].Value, m.Sections[i])
	require.NoError(t, err)
	require.Contains(t, string(section.Content), marker)
	share := w.look(m).Shared[0]
	require.True(t, share.Live)
	require.Equal(t, transit.Delivered, share.State)
	for _, who := range []string{"analyst", "khorgos", "rival"} {
		_, err := shared(who)
		require.Equal(t, transit.NotAuthorised, code(err), who)
	}
	_, err = w.read(w.people["clerk"], transit.FnGetContent, query)
	require.Equal(t, transit.NotAuthorised, code(err), "the whole content is not granted")
	require.Empty(t, w.purgeable(w.people["clerk"]))
	_, err = w.purge(w.people["clerk"], m.ID, "1")
	require.Equal(t, transit.OutOfSequence, code(err), "not while the grant holds")

	_, err = submit[transit.Grant](w, w.people["trader"], transit.FnRevoke, transit.RevokeRequest{Movement: m.ID, MSP: "CGMMSP"})
	require.NoError(t, err)
	_, err = shared("clerk")
	require.Equal(t, transit.NotAuthorised, code(err), "refused at once")
	due := []transit.Purgeable{{Movement: m.ID, Holding: "1", Reason: transit.PurgeRevoked}}
	require.Equal(t, due, w.purgeable(w.people["clerk"]))
	gone, err := w.purge(w.people["clerk"], m.ID, "1")
	require.NoError(t, err)
	require.Equal(t, []string{goods}, gone.Parts)
	require.Nil(t, w.ledger.PrivateState("CGMMSP", ledger.Collection("CGMMSP"), ledger.SectionKey(m.ID, 1, goods)))
	require.Empty(t, w.purgeable(w.people["clerk"]))
	require.Empty(t, w.ledger.Exposures(marker))

	require.NoError(t, w.grant("trader", insurer))
	require.NoError(t, w.deliver(m, "CGMMSP", w.sections(m, goods), ""), "granted anew, delivered anew")
	w.ledger.SetTime(time.Date(2026, 12, 25, 0, 0, 1, 0, time.UTC))
	_, err = shared("clerk")
	require.Equal(t, transit.NotAuthorised, code(err), "the last day is over")
	require.Equal(t, due, w.purgeable(w.people["clerk"]))
	require.Equal(t, transit.NotAuthorised, code(w.deliver(m, "CGMMSP", w.sections(m, goods), "")))
}

func TestAGrantForOneOperatorIsForThatOperator(t *testing.T) {
	w := insured(t, 1)
	m := w.lodged(document("LRN-1"))
	const operator = "KZ190840012345"
	require.NoError(t, w.grant("trader", transit.GrantRequest{
		Movement: m.ID, MSP: "KZMSP", Operator: operator, Parts: []string{transit.SectionTransport}, Until: "2026-12-24",
	}))
	require.NoError(t, w.deliver(m, "KZMSP", w.sections(m, transit.SectionTransport), ""))
	query := transit.MovementQuery{Movement: m.ID}
	carrier := w.ledger.Client("KZMSP", "carrier", fakeledger.Attributes(map[string]string{"role": "trader", "operator": operator}))
	other := w.ledger.Client("KZMSP", "other", fakeledger.Attributes(map[string]string{"role": "trader", "operator": "KZ1"}))
	c, err := w.read(carrier, transit.FnGetShared, query)
	require.NoError(t, err)
	require.Len(t, c.Sections, 1)
	_, err = evaluate[transit.MovementView](w, carrier, transit.FnGetMovement, query)
	require.NoError(t, err, "the record with the digests")
	for _, c := range []*fakeledger.Client{other, w.people["khorgos"]} {
		_, err = w.read(c, transit.FnGetShared, query)
		require.Equal(t, transit.NotAuthorised, code(err))
	}
	_, err = evaluate[transit.MovementView](w, other, transit.FnGetMovement, query)
	require.Equal(t, transit.NotAuthorised, code(err))
}

func TestGrantsAreTheDeclarantsToMake(t *testing.T) {
	w := insured(t, 1)
	m := w.lodged(document("LRN-1"))
	good := transit.GrantRequest{Movement: m.ID, MSP: "CGMMSP", Parts: []string{transit.SectionParties, goods}, Until: "2026-12-24"}
	for _, who := range []string{"rival", "urumqi", "courier", "clerk", "analyst", "admin-CNMSP", "khorgos"} {
		require.Equal(t, transit.NotAuthorised, code(w.grant(who, good)), who)
	}
	for name, change := range map[string]func(*transit.GrantRequest){
		"/msp":      func(g *transit.GrantRequest) { g.MSP = "XXMSP" },
		"/operator": func(g *transit.GrantRequest) { g.Operator = "KZ1" },
		"/parts":    func(g *transit.GrantRequest) { g.Parts = nil },
		"/parts/1":  func(g *transit.GrantRequest) { g.Parts = []string{goods, transit.SectionParties} },
		"/parts/0":  func(g *transit.GrantRequest) { g.Parts = []string{"attachment-1"} },
		"/until":    func(g *transit.GrantRequest) { g.Until = "2026-11-23" },
	} {
		g := good
		change(&g)
		err := w.grant("trader", g)
		require.Equal(t, transit.MalformedRequest, code(err), name)
		require.Equal(t, name, fault(t, err).Pointer)
	}
	for _, until := range []string{"2029-01-01", "24.12.2026", "2026-02-30"} {
		g := good
		g.Until = until
		require.Equal(t, transit.MalformedRequest, code(w.grant("trader", g)), until)
	}
	require.NoError(t, w.grant("trader", good))
	good.Parts = []string{goods}
	require.NoError(t, w.grant("trader", good))
	require.Len(t, w.stored(m.ID).Grants, 1, "one grant for each grantee, the last")
	require.Equal(t, []string{goods}, w.stored(m.ID).Grants[0].Parts)
	_, err := submit[transit.Grant](w, w.people["trader"], transit.FnRevoke, transit.RevokeRequest{Movement: m.ID, MSP: "CARECMSP"})
	require.Equal(t, transit.NotFound, code(err))
	w.checkLedger()
}

// TestNobodyForgesAGrant: the grant is written under the policy of the movement's key, which exists from lodging on.
func TestNobodyForgesAGrant(t *testing.T) {
	const refused = peer.TxValidationCode_ENDORSEMENT_POLICY_FAILURE
	w := insured(t, 1)
	m := w.released("LRN-1")
	for _, orgs := range [][]string{{"CNMSP"}, {"KZMSP", "KGMSP", "CGMMSP", "CARECMSP"}} {
		signed, err := w.people["trader"].Endorse(string(transit.FnGrant), toJSON(transit.GrantRequest{
			Movement: m.ID, MSP: "CGMMSP", Parts: []string{goods}, Until: "2026-12-24",
		}))
		require.NoError(t, err)
		b, err := w.ledger.Order(w.endorsedBy(signed, orgs...))
		require.NoError(t, err)
		require.Equal(t, refused, b.Codes()[0], orgs)
	}
	require.Empty(t, w.stored(m.ID).Grants)
}

func TestAHandOffInTheSameMomentDoesNotSpoilADelivery(t *testing.T) {
	w := insured(t, 1)
	m := w.released("LRN-1")
	all := w.sections(m, transit.SectionNames()...)
	endorse := func(to string) *fakeledger.Transaction {
		tx, err := at(w.people["courier"], to, all).Endorse(string(transit.FnDeliver), toJSON(transit.DeliverRequest{Movement: m.ID, To: to}))
		require.NoError(t, err)
		return tx
	}
	early := endorse("KZMSP")
	proposal, err := w.people["khorgos-cn"].Endorse(string(transit.FnProposeHandOff), w.ask(m))
	require.NoError(t, err)
	b, err := w.ledger.Order(proposal, early)
	require.NoError(t, err)
	const valid = peer.TxValidationCode_VALID
	require.Equal(t, []peer.TxValidationCode{valid, valid}, b.Codes())
	late := endorse("KGMSP")
	acceptance, err := w.people["khorgos"].Endorse(string(transit.FnAcceptHandOff), w.ask(m))
	require.NoError(t, err)
	b, err = w.ledger.Order(acceptance, late)
	require.NoError(t, err)
	require.Equal(t, []peer.TxValidationCode{valid, valid}, b.Codes(), "the acceptance moves the policy of what was declared")
	require.Equal(t, map[string]bool{"CNMSP": true, "KZMSP": true, "KGMSP": true}, w.deliveries(w.stored(m.ID)))
}

func TestNothingIsDeliveredBeforeRelease(t *testing.T) {
	w := insured(t, 1)
	m := w.must("urumqi", transit.StepAccept, w.lodged(document("LRN-1")))
	all := w.sections(m, transit.SectionNames()...)
	require.Equal(t, transit.OutOfSequence, code(w.deliver(m, "KZMSP", all, "")))
	require.NoError(t, w.ledger.Lag("KZMSP"))
	m = w.must("urumqi", transit.StepRelease, m, limit)
	require.Error(t, w.deliver(m, "KZMSP", all, ""), "a peer that has not seen the release yet refuses")
	require.NoError(t, w.ledger.CatchUp("KZMSP"))
	require.NoError(t, w.deliver(m, "KZMSP", all, ""))
	d := w.look(m).Deliveries
	require.Equal(t, []transit.DeliveryState{transit.Delivered, transit.Delivered, transit.DeliveryPending}, []transit.DeliveryState{
		d[0].State, d[1].State, d[2].State,
	})
	require.Equal(t, transit.SectionNames(), d[2].Missing)
}

// TestWhatWasPurgedDoesNotComeBack: a delivery that was endorsed and held back is worth nothing once the content was purged.
func TestWhatWasPurgedDoesNotComeBack(t *testing.T) {
	w := insured(t, 1)
	m := w.lodged(document("LRN-1"))
	require.NoError(t, w.grant("trader", transit.GrantRequest{Movement: m.ID, MSP: "CGMMSP", Parts: []string{goods}, Until: "2026-12-24"}))
	require.NoError(t, w.deliver(m, "CGMMSP", w.sections(m, goods), ""))
	held, err := at(w.people["courier"], "CGMMSP", w.sections(m, goods)).Endorse(string(transit.FnDeliver),
		toJSON(transit.DeliverRequest{Movement: m.ID, To: "CGMMSP"}))
	require.NoError(t, err)
	m2 := w.released("LRN-2")
	all := w.sections(m2, transit.SectionNames()...)
	require.NoError(t, w.deliver(m2, "KZMSP", all, ""))
	_, err = submit[transit.Grant](w, w.people["trader"], transit.FnRevoke, transit.RevokeRequest{Movement: m.ID, MSP: "CGMMSP"})
	require.NoError(t, err)
	late, err := at(w.people["courier"], "KZMSP", all).Endorse(string(transit.FnDeliver), toJSON(transit.DeliverRequest{Movement: m2.ID, To: "KZMSP"}))
	require.NoError(t, err)
	w.unhold("KZMSP", ledger.SectionKey(m2.ID, 1, goods))
	_, err = w.purge(w.people["clerk"], m.ID, "1")
	require.NoError(t, err)
	b, err := w.ledger.Order(held, late)
	require.NoError(t, err)
	const conflict = peer.TxValidationCode_MVCC_READ_CONFLICT
	require.Equal(t, []peer.TxValidationCode{conflict, conflict}, b.Codes(), "to a grantee, and along the route")
	require.Nil(t, w.ledger.PrivateHash(ledger.Collection("CGMMSP"), ledger.SectionKey(m.ID, 1, goods)))
}

// unhold purges a value at an organisation, whose retention is over, so to speak.
func (w *world) unhold(org, key string) {
	w.t.Helper()
	w.inside(org, func(stub shim.ChaincodeStubInterface) error {
		return stub.PurgePrivateData(ledger.Collection(org), key)
	})
}

// inside does something to an organisation's own collection, as only its own peer can.
func (w *world) inside(org string, do func(shim.ChaincodeStubInterface) error) {
	w.t.Helper()
	require.NoError(w.t, w.ledger.Install(org, rogue(func(stub shim.ChaincodeStubInterface) *peer.Response {
		if err := do(stub); err != nil {
			return shim.Error(err.Error())
		}
		return shim.Success(nil)
	})))
	_, err := at(w.ledger.Client(org, "insider"), org, nil).Submit("purge")
	require.NoError(w.t, err)
	require.NoError(w.t, w.ledger.Install(org, genuine(w.t)))
}

// endorsedBy is a transaction with the endorsements of these organisations' peers, and no others.
func (w *world) endorsedBy(tx *fakeledger.Transaction, orgs ...string) *fakeledger.Transaction {
	w.t.Helper()
	for _, org := range tx.Endorsers() {
		tx = tx.WithoutEndorsementsOf(org)
	}
	for _, org := range orgs {
		peerOf, err := w.ledger.Enrol(org, "peer", fakeledger.AsRole(fakeledger.RolePeer))
		require.NoError(w.t, err)
		tx = tx.EndorsedBy(peerOf)
	}
	return tx
}

func TestADeliveryUnderAGrantDiesWithTheGrant(t *testing.T) {
	w := insured(t, 1)
	m := w.lodged(document("LRN-1"))
	require.NoError(t, w.grant("trader", transit.GrantRequest{Movement: m.ID, MSP: "CGMMSP", Parts: []string{goods}, Until: "2026-12-24"}))
	held, err := at(w.people["courier"], "CGMMSP", w.sections(m, goods)).Endorse(string(transit.FnDeliver),
		toJSON(transit.DeliverRequest{Movement: m.ID, To: "CGMMSP"}))
	require.NoError(t, err)
	_, err = submit[transit.Grant](w, w.people["trader"], transit.FnRevoke, transit.RevokeRequest{Movement: m.ID, MSP: "CGMMSP"})
	require.NoError(t, err)
	b, err := w.ledger.Order(held)
	require.NoError(t, err)
	require.Equal(t, peer.TxValidationCode_MVCC_READ_CONFLICT, b.Codes()[0])
	require.Empty(t, w.purgeable(w.people["clerk"]), "there is nothing to purge")
}

func TestSupersededAndUnpublishedContentIsPurgedSoon(t *testing.T) {
	w := insured(t, 1)
	m := w.lodged(document("LRN-1"))
	courier := w.people["courier"]
	require.Empty(t, w.purgeable(courier))
	amended := document("LRN-1")
	amended.Consignment.HouseConsignments[0].ConsignmentItems[0].Commodity.DescriptionOfGoods = "Telephones"
	face, err := w.deposit("trader", amended, 2)
	require.NoError(t, err)
	_, err = w.purge(courier, m.ID, "2")
	require.Equal(t, transit.OutOfSequence, code(err), "a deposit waits for its publication")
	_, err = w.amend(face)
	require.NoError(t, err)
	require.Equal(t, []transit.Purgeable{{Movement: m.ID, Holding: "1", Reason: transit.PurgeSuperseded}}, w.purgeable(courier))
	_, err = w.purge(w.people["clerk"], m.ID, "1")
	require.Equal(t, transit.NotFound, code(err), "another organisation has no such holding")
	_, err = submit[transit.Purged](w, w.people["trader"], transit.FnPurge, transit.PurgeRequest{Movement: m.ID, Holding: "1"})
	require.Equal(t, transit.NotAuthorised, code(err))
	gone, err := w.purge(courier, m.ID, "1")
	require.NoError(t, err)
	require.Equal(t, transit.SectionNames(), gone.Parts)
	_, err = w.content("courier", "CNMSP", m.ID)
	require.NoError(t, err, "the amended content stays")

	orphan, err := w.deposit("trader", document("LRN-2"), 1)
	require.NoError(t, err)
	require.Empty(t, w.purgeable(courier))
	w.ledger.Advance(25 * time.Hour)
	require.Equal(t, []transit.Purgeable{{Movement: orphan.ID, Holding: "1", Reason: transit.PurgeUnpublished}}, w.purgeable(courier))
	gone, err = w.purge(courier, orphan.ID, "1")
	require.NoError(t, err)
	require.Contains(t, gone.Parts, "face")
	_, err = w.lodge(w.people["trader"], orphan)
	require.Equal(t, transit.ContentMismatch, code(err), "what was purged cannot be lodged")
	again, err := w.deposit("trader", document("LRN-2"), 1)
	require.NoError(t, err)
	_, err = w.lodge(w.people["trader"], again)
	require.NoError(t, err, "deposited anew it can")
	require.Empty(t, w.purgeable(courier))
}

func TestADepositThatIsLodgedInTheSameMomentStays(t *testing.T) {
	w := insured(t, 1)
	face, err := w.deposit("trader", document("LRN-1"), 1)
	require.NoError(t, err)
	w.ledger.Advance(25 * time.Hour)
	lodging, err := w.people["trader"].Endorse(string(transit.FnLodge), toJSON(transit.LodgeRequest{Header: w.header(), Face: *face}))
	require.NoError(t, err)
	purge, err := at(w.people["courier"], "CNMSP", nil).Endorse(string(transit.FnPurge), toJSON(transit.PurgeRequest{Movement: face.ID, Holding: "1"}))
	require.NoError(t, err)
	b, err := w.ledger.Order(lodging, purge)
	require.NoError(t, err)
	require.Equal(t, []peer.TxValidationCode{peer.TxValidationCode_VALID, peer.TxValidationCode_MVCC_READ_CONFLICT}, b.Codes())
	_, err = w.content("courier", "CNMSP", face.ID)
	require.NoError(t, err)
}

func TestACountryThatADiversionAddsIsServedToo(t *testing.T) {
	w := insured(t, 1)
	m := w.short("LRN-1")
	all := w.sections(m, transit.SectionNames()...)
	require.Equal(t, transit.NotAuthorised, code(w.deliver(m, "KGMSP", all, "")), "not on the route yet")
	m = w.must("bishkek", transit.StepAskDiversion, m, func(r *transit.StepRequest) { r.Diversion = transit.DivertDestination })
	m = w.must("urumqi", transit.StepGrantDiversion, m, func(r *transit.StepRequest) {
		r.Route, r.Destination = []string{border2}, inland
	})
	require.Equal(t, transit.DeliveryPending, w.look(m).Deliveries[2].State)
	require.NoError(t, w.deliver(m, "KGMSP", all, ""))
	require.Equal(t, transit.Delivered, w.look(m).Deliveries[2].State)
	_, err := w.content("bishkek", "KGMSP", m.ID)
	require.NoError(t, err)
}

func TestAPeerWithoutTheContentSendsTheReaderOn(t *testing.T) {
	w := insured(t, 1)
	m := w.lodged(document("LRN-1"))
	// What the peer lacks, it lacks in one way, whether it is one of the organisation's own that was away or somebody else's.
	_, err := w.content("courier", "KZMSP", m.ID)
	require.Equal(t, transit.NotHere, code(err))
	_, err = w.content("courier", "CNMSP", m.ID)
	require.NoError(t, err)
}
