package contract_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/contract"
	"carec.example/cats/chaincode/fakeledger"
	"carec.example/cats/chaincode/ledger"
	"carec.example/cats/chaincode/transit"
)

const (
	holder    = "CN91650100MA775"
	marker    = "ZEBRA-MARKER-7731"
	departure = "CN650100"
	border    = "KZ550100"
	border2   = "KG001001"
	inland    = "KG001002"
)

// world is a founded consortium on the fake ledger with the people of a movement.
type world struct {
	t       testing.TB
	ledger  *fakeledger.Ledger
	people  map[string]*fakeledger.Client
	message int
}

func founding() []byte {
	offices := []transit.Office{}
	for _, ref := range []string{departure, "CN651100", border, "KZ750200", border2, inland} {
		offices = append(offices, transit.Office{
			Reference: ref, Name: ref, MSP: ref[:2] + "MSP", Roles: []string{"departure", "transit", "destination"},
		})
	}
	for ref, role := range map[string]string{"CN650900": "recovery", "KZ750900": "recovery", "KZ550200": "exit"} {
		offices = append(offices, transit.Office{Reference: ref, Name: ref, MSP: ref[:2] + "MSP", Roles: []string{role}})
	}
	slices.SortFunc(offices, func(a, b transit.Office) int { return strings.Compare(a.Reference, b.Reference) })
	doc, err := transit.Canonical(transit.FoundingRequest{V: 1, Offices: offices, Organisations: []transit.Organisation{
		{MSP: "CNMSP", Name: "China", Country: "CN", Kind: transit.Customs},
		{MSP: "KZMSP", Name: "Kazakhstan", Country: "KZ", Kind: transit.Customs},
		{MSP: "KGMSP", Name: "Kyrgyzstan", Country: "KG", Kind: transit.Customs},
		{MSP: "CGMMSP", Name: "Guarantee chain", Kind: transit.Guarantor},
		{MSP: "CARECMSP", Name: "Secretariat", Kind: transit.Regulator},
	}})
	if err != nil {
		panic(err)
	}
	return doc
}

// newWorld builds the ledger. Nothing is founded yet.
func newWorld(t testing.TB) *world {
	t.Helper()
	return worldOf(t, founding())
}

// foundedBy is a world founded by a document of one's own.
func foundedBy(t testing.TB, document *transit.FoundingRequest) *world {
	t.Helper()
	doc, err := transit.Canonical(document)
	require.NoError(t, err)
	w := worldOf(t, doc)
	_, err = w.people["admin-CNMSP"].Submit(string(transit.FnFound), string(doc))
	require.NoError(t, err)
	return w
}

// worldOf is a world whose organisations agree to a founding document.
func worldOf(t testing.TB, doc []byte) *world {
	t.Helper()
	sum := sha256.Sum256(doc)
	cc, err := contract.New(contract.Config{Founding: hex.EncodeToString(sum[:]), Version: "test", Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	l, err := fakeledger.New(cc, fakeledger.Config{
		Orgs: []string{"CNMSP", "KZMSP", "KGMSP", "CGMMSP", "CARECMSP"}, Policy: fakeledger.Majority("CNMSP", "KZMSP", "KGMSP"),
		Start: time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC),
	})
	require.NoError(t, err)
	w := &world{t: t, ledger: l, people: map[string]*fakeledger.Client{}}
	add := func(name, msp string, attributes map[string]string) {
		w.people[name] = l.Client(msp, name, fakeledger.Attributes(attributes))
	}
	add("trader", "CNMSP", map[string]string{"role": "trader", "operator": holder})
	add("rival", "CNMSP", map[string]string{"role": "trader", "operator": "CN000"})
	add("urumqi", "CNMSP", map[string]string{"role": "officer", "office": departure})
	add("khorgos-cn", "CNMSP", map[string]string{"role": "officer", "office": "CN651100"})
	add("khorgos", "KZMSP", map[string]string{"role": "officer", "office": border})
	add("korday", "KZMSP", map[string]string{"role": "officer", "office": "KZ750200"})
	add("akjol", "KGMSP", map[string]string{"role": "officer", "office": border2})
	add("bishkek", "KGMSP", map[string]string{"role": "officer", "office": inland})
	add("cn-collector", "CNMSP", map[string]string{"role": "officer", "office": "CN650900"})
	add("kz-collector", "KZMSP", map[string]string{"role": "officer", "office": "KZ750900"})
	add("aktau", "KZMSP", map[string]string{"role": "officer", "office": "KZ550200"})
	add("consignee", "KGMSP", map[string]string{"role": "trader", "operator": "KG01234567"})
	add("clerk", "CGMMSP", map[string]string{"role": "guarantor"})
	add("analyst", "CARECMSP", map[string]string{"role": "analyst"})
	add("courier", "CNMSP", map[string]string{"role": "courier"})
	for _, org := range []string{"CNMSP", "KZMSP", "KGMSP", "CGMMSP"} {
		w.people["admin-"+org] = l.Client(org, "admin", fakeledger.AsRole(fakeledger.RoleAdmin))
	}
	return w
}

// founded is a world with a registry.
func founded(t testing.TB) *world {
	t.Helper()
	w := newWorld(t)
	_, err := w.people["admin-CNMSP"].Submit(string(transit.FnFound), string(founding()))
	require.NoError(t, err)
	return w
}

// insured is a founded world with one guarantee of 100 000.00 EUR.
func insured(t testing.TB, balances int) *world {
	t.Helper()
	w := founded(t)
	w.guarantee(terms(balances))
	return w
}

func terms(balances int) transit.Terms {
	grn, err := transit.NewGRN(2026, "KZ", "000001000001")
	if err != nil {
		panic(err)
	}
	return transit.Terms{
		GRN: grn.String(), Type: "1", Guarantor: "CGMMSP", Holder: holder, Percentage: 100, Balances: balances,
		ReferenceAmount: transit.Money{Minor: 10_000_000, Currency: "EUR"}, ValidFrom: "2026-01-01", ValidUntil: "2027-12-31",
	}
}

func seed() []byte { return []byte("0123456789abcdef0123456789abcdef") }

func (w *world) guarantee(t transit.Terms) *transit.Guarantee {
	w.t.Helper()
	codes := map[string][]byte{transit.TransientAccessCodes: []byte(`["A1B2"]`), transit.TransientSalt: seed()}
	clerk := w.people["clerk"].With(fakeledger.Transient(codes), fakeledger.Endorsers("CGMMSP"), fakeledger.AtPeer("CGMMSP"))
	receipt, err := clerk.Submit(string(transit.FnUndertake), toJSON(transit.UndertakeRequest{Terms: t}))
	require.NoError(w.t, err)
	g := fromJSON[transit.Guarantee](w.t, receipt.Payload())
	receipt, err = w.people["clerk"].Submit(string(transit.FnRegister), toJSON(transit.RegisterRequest{MessageID: w.id(), Guarantee: *g}))
	require.NoError(w.t, err)
	return fromJSON[transit.Guarantee](w.t, receipt.Payload())
}

func (w *world) id() string {
	w.message++
	return fmt.Sprintf("m%d", w.message)
}

// document is a small valid declaration.
func document(lrn string) *transit.STD {
	packages := 12
	return &transit.STD{
		Message: transit.Message{
			Sender: "TRADER", Recipient: "CATS", PreparationDateAndTime: "2026-11-24T07:00:00", Identification: "MSG1", Type: "CC015C",
		},
		TransitOperation: transit.TransitOperation{
			LRN: lrn, DeclarationType: "T1", AdditionalDeclarationType: "A", Security: "0", ReducedDatasetIndicator: "0", BindingItinerary: "0",
		},
		DepartureOffice:   transit.CustomsOffice{ReferenceNumber: departure},
		DestinationOffice: transit.CustomsOffice{ReferenceNumber: inland},
		TransitOffices: []transit.TransitOffice{
			{SequenceNumber: 1, ReferenceNumber: border}, {SequenceNumber: 2, ReferenceNumber: border2},
		},
		Holder: transit.Holder{IdentificationNumber: holder},
		Guarantees: []transit.DeclaredGuarantee{{SequenceNumber: 1, GuaranteeType: "1", GuaranteeReferences: []transit.DeclaredReference{{
			SequenceNumber: 1, GRN: terms(1).GRN, AccessCode: "A1B2", AmountToBeCovered: "12000.00", Currency: "EUR",
		}}}},
		Consignment: transit.Consignment{
			CountryOfDispatch: "CN", CountryOfDestination: "KG", ContainerIndicator: "0", InlandModeOfTransport: "3",
			ModeOfTransportAtTheBorder: "3", GrossMass: "100.0", ReferenceNumberUCR: "UCR-1",
			Consignor:          &transit.Party{IdentificationNumber: holder},
			Consignee:          &transit.Consignee{IdentificationNumber: "KG02306199510101"},
			TransportEquipment: []transit.TransportEquipment{},
			LocationOfGoods: &transit.LocationOfGoods{
				TypeOfLocation: "A", QualifierOfIdentification: "V", CustomsOffice: &transit.CustomsOffice{ReferenceNumber: departure},
			},
			DepartureTransportMeans: []transit.TransportMeans{{
				SequenceNumber: 1, TypeOfIdentification: "30", IdentificationNumber: "XIN A12345", Nationality: "CN",
			}},
			PlaceOfLoading: &transit.Place{UNLocode: "CNURC"},
			HouseConsignments: []transit.HouseConsignment{{
				SequenceNumber: 1, GrossMass: "100.0",
				ConsignmentItems: []transit.ConsignmentItem{{
					GoodsItemNumber: 1, DeclarationGoodsItemNumber: 1,
					Commodity: transit.Commodity{
						DescriptionOfGoods: marker, CommodityCode: &transit.CommodityCode{HarmonizedSystemSubHeadingCode: "851712"},
						GoodsMeasure: &transit.GoodsMeasure{GrossMass: "100.0", NetMass: "90.0"},
					},
					Packaging: []transit.Packaging{{SequenceNumber: 1, TypeOfPackages: "CT", NumberOfPackages: &packages, ShippingMarks: "NONE"}},
				}},
			}},
		},
	}
}

// deposit brings the content to the country of departure and returns the face.
func (w *world) deposit(who string, std *transit.STD, version int) (*transit.Face, error) {
	w.t.Helper()
	content, err := transit.Canonical(std)
	require.NoError(w.t, err)
	c := w.people[who].With(fakeledger.Endorsers("CNMSP"), fakeledger.AtPeer("CNMSP"),
		fakeledger.Transient(map[string][]byte{transit.TransientSTD: content, transit.TransientSalt: seed()}))
	receipt, err := c.Submit(string(transit.FnDeposit), toJSON(transit.DepositRequest{
		Departure: std.DepartureOffice.ReferenceNumber, LRN: std.TransitOperation.LRN, Version: version,
	}))
	if err != nil {
		return nil, err
	}
	return fromJSON[transit.Face](w.t, receipt.Payload()), nil
}

// lodged brings a declaration on the ledger.
func (w *world) lodged(std *transit.STD) *transit.Movement {
	w.t.Helper()
	face, err := w.deposit("trader", std, 1)
	require.NoError(w.t, err)
	receipt, err := w.people["trader"].Submit(string(transit.FnLodge), toJSON(transit.LodgeRequest{Header: w.header(), Face: *face}))
	require.NoError(w.t, err)
	return w.written(receipt)
}

// stored is the movement as its two records stand on the ledger.
func (w *world) stored(id string) *transit.Movement {
	return &transit.Movement{
		Course:   *fromJSON[transit.Course](w.t, w.ledger.State(ledger.MovementKey(id))),
		Declared: *fromJSON[transit.Declared](w.t, w.ledger.State(ledger.DeclaredKey(id))),
	}
}

// written is the record that a committed step wrote; the answer only names it.
func (w *world) written(r *fakeledger.Receipt) *transit.Movement {
	w.t.Helper()
	answer := fromJSON[transit.Written](w.t, r.Payload())
	m := w.stored(answer.ID)
	require.Equal(w.t, transit.Written{ID: m.ID, MRN: m.MRN, Seq: m.Seq, State: m.State}, *answer)
	return m
}

func (w *world) header() transit.Header { return transit.Header{MessageID: w.id()} }

// do takes one step of the procedure and returns the record after it.
func (w *world) do(who string, s transit.Step, m *transit.Movement, set ...func(*transit.StepRequest)) (*transit.Movement, error) {
	w.t.Helper()
	receipt, err := w.people[who].Submit(string(s.Function()), w.ask(m, set...))
	if err != nil {
		return nil, err
	}
	return w.written(receipt), nil
}

func (w *world) must(who string, s transit.Step, m *transit.Movement, set ...func(*transit.StepRequest)) *transit.Movement {
	w.t.Helper()
	w.ledger.Advance(time.Second)
	n, err := w.do(who, s, m, set...)
	require.NoError(w.t, err, "%s by %s", s, who)
	return n
}

func (w *world) ask(m *transit.Movement, set ...func(*transit.StepRequest)) string {
	r := transit.StepRequest{Header: w.header(), Movement: m.Reference()}
	for _, f := range set {
		f(&r)
	}
	return toJSON(r)
}

func limit(r *transit.StepRequest)  { r.TimeLimit = "2026-12-10" }
func reason(r *transit.StepRequest) { r.Reason = "because" }
func a1(r *transit.StepRequest)     { r.Result = "A1" }

// released is a movement under way in the custody of China.
func (w *world) released(lrn string) *transit.Movement {
	w.t.Helper()
	m := w.must("urumqi", transit.StepAccept, w.lodged(document(lrn)))
	return w.must("urumqi", transit.StepRelease, m, limit)
}

// content reads a movement's content as somebody at an organisation's peer.
func (w *world) content(who, at, movement string) (*transit.Content, error) {
	w.t.Helper()
	out, err := w.people[who].With(fakeledger.AtPeer(at), fakeledger.Transient(map[string][]byte{transit.TransientReaderKey: seed()})).
		Evaluate(string(transit.FnGetContent), toJSON(transit.MovementQuery{Movement: movement}))
	if err != nil {
		return nil, err
	}
	return transit.DecryptContent(seed(), fromJSON[transit.EncryptedContent](w.t, out))
}

func (w *world) view() *transit.GuaranteeView {
	w.t.Helper()
	out, err := w.people["clerk"].Evaluate(string(transit.FnGetGuarantee), toJSON(transit.GuaranteeQuery{GRN: terms(1).GRN}))
	require.NoError(w.t, err)
	return fromJSON[transit.GuaranteeView](w.t, out)
}

// checkLedger re-derives what must always hold from the whole world state.
func (w *world) checkLedger() {
	w.t.Helper()
	locked := map[string]int64{}
	rows, err := w.ledger.StateByPartialCompositeKey("movement")
	require.NoError(w.t, err)
	for _, kv := range rows {
		m := fromJSON[transit.Movement](w.t, kv.Value)
		e, err := ledger.ParsePolicy(w.ledger.PolicyBytes(kv.Key))
		require.NoError(w.t, err)
		require.Equal(w.t, m.Endorsement(), e, "the key's policy follows from the record")
		for _, u := range m.Guarantees {
			for _, p := range u.Parts {
				if u.State.Open() {
					locked[m.ID] += p.Minor
				}
			}
		}
	}
	rows, err = w.ledger.StateByPartialCompositeKey("balance")
	require.NoError(w.t, err)
	balances := map[string][]transit.Balance{}
	for _, kv := range rows {
		b := fromJSON[transit.Balance](w.t, kv.Value)
		balances[b.GRN] = append(balances[b.GRN], *b)
		for id, minor := range b.Open {
			locked[id] -= minor
		}
	}
	for id, rest := range locked {
		require.Zero(w.t, rest, "balances and movement %s disagree", id)
	}
	for grn, all := range balances {
		g := fromJSON[transit.Guarantee](w.t, w.ledger.State(ledger.GuaranteeKey(grn)))
		require.True(w.t, g.Exact(all), "guarantee %s, pending %d, does not add up: %+v", grn, g.Pending, all)
	}
}

// code is the fault code of an error, "" when it carries none.
func code(err error) transit.Code {
	var refusal *fakeledger.ChaincodeError
	if !errors.As(err, &refusal) {
		return ""
	}
	f, ok := transit.ParseFault(refusal.Message)
	if !ok {
		return ""
	}
	return f.Code
}

func fault(t *testing.T, err error) *transit.Fault {
	t.Helper()
	var refusal *fakeledger.ChaincodeError
	require.ErrorAs(t, err, &refusal)
	f, ok := transit.ParseFault(refusal.Message)
	require.True(t, ok, refusal.Message)
	require.Equal(t, f.Code.Status(), refusal.Status)
	return f
}

func toJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func fromJSON[T any](t testing.TB, b []byte) *T {
	t.Helper()
	v := new(T)
	require.NoError(t, transit.DecodeStrict(b, v))
	return v
}
