package exchange_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/contract"
	"carec.example/cats/chaincode/fakeledger"
	"carec.example/cats/chaincode/ledger"
	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/exchange"
	"carec.example/cats/client/formats"
)

const (
	grn       = "26KZCGM0000000015"
	operator  = "CN916501007TSL1"
	consignee = "KG02805199610107"
	zhetysu   = "KZ190840012345"
	alatoo    = "KG00123456789"
)

// world is the real contract on a ledger in memory, with everybody a movement needs.
type world struct {
	t       *testing.T
	ledger  *fakeledger.Ledger
	people  map[string]*fakeledger.Client
	message int
	// contents are the declarations by movement; away are those that have not been delivered yet.
	contents map[string]*transit.STD
	away     bool
	papers   map[string][]byte
}

func founding(t *testing.T) []byte {
	t.Helper()
	request := transit.FoundingRequest{V: 1, Organisations: []transit.Organisation{
		{MSP: "CNMSP", Name: "China", Country: "CN", Kind: transit.Customs},
		{MSP: "KZMSP", Name: "Kazakhstan", Country: "KZ", Kind: transit.Customs},
		{MSP: "KGMSP", Name: "Kyrgyzstan", Country: "KG", Kind: transit.Customs},
		{MSP: "CGMMSP", Name: "Guarantee chain", Kind: transit.Guarantor},
		{MSP: "CARECMSP", Name: "Secretariat", Kind: transit.Regulator},
	}}
	for _, reference := range []string{"CNURM001", "CNHRS001", "KZHOR001", "KZKOR001", "KZALA001", "KGAKZ001", "KGFRU001"} {
		request.Offices = append(request.Offices, transit.Office{
			Reference: reference, Name: reference, MSP: reference[:2] + "MSP",
			Roles: []string{"departure", "transit", "destination", "guarantee", "recovery"},
		})
	}
	document, err := transit.Canonical(request)
	require.NoError(t, err)
	return document
}

func newWorld(t *testing.T) *world {
	t.Helper()
	document := founding(t)
	digest := sha256.Sum256(document)
	cc, err := contract.New(contract.Config{Founding: hex.EncodeToString(digest[:]), Version: "test", Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	l, err := fakeledger.New(cc, fakeledger.Config{
		Orgs: []string{"CNMSP", "KZMSP", "KGMSP", "CGMMSP", "CARECMSP"}, Policy: fakeledger.Majority("CNMSP", "KZMSP", "KGMSP"),
		Start: time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC),
	})
	require.NoError(t, err)
	w := &world{t: t, ledger: l, people: map[string]*fakeledger.Client{}, contents: map[string]*transit.STD{}, papers: map[string][]byte{}}
	for name, attributes := range map[string][3]string{
		"trader": {"CNMSP", "trader", operator}, "urumqi": {"CNMSP", "officer", "CNURM001"},
		"khorgos": {"KZMSP", "officer", "KZHOR001"}, "akzhol": {"KGMSP", "officer", "KGAKZ001"},
		"courier": {"CNMSP", "courier", ""}, "bishkek": {"KGMSP", "officer", "KGFRU001"}, "clerk": {"CGMMSP", "guarantor", ""},
		"consignee": {"KGMSP", "trader", consignee}, "almaty": {"KZMSP", "officer", "KZALA001"},
		"zhetysu": {"KZMSP", "trader", zhetysu}, "alatoo": {"KGMSP", "trader", alatoo},
		"horgos": {"CNMSP", "officer", "CNHRS001"}, "korday": {"KZMSP", "officer", "KZKOR001"},
	} {
		about := map[string]string{"role": attributes[1], "office": attributes[2]}
		if attributes[1] == "trader" {
			about = map[string]string{"role": "trader", "operator": attributes[2]}
		}
		w.people[name] = l.Client(attributes[0], name, fakeledger.Attributes(about))
	}
	admin := l.Client("CNMSP", "admin", fakeledger.AsRole(fakeledger.RoleAdmin))
	_, err = admin.Submit(string(transit.FnFound), string(document))
	require.NoError(t, err)
	w.guarantee(grn, operator, "TS17")
	return w
}

// try makes one transaction; a refusal is its fault.
func try[T any](w *world, who string, fn transit.Function, request any, opts ...fakeledger.CallOption) (*T, cats.Receipt, error) {
	argument, err := json.Marshal(request)
	require.NoError(w.t, err)
	receipt, err := w.people[who].With(opts...).Submit(string(fn), string(argument))
	if err != nil {
		return nil, cats.Receipt{}, faultOf(err)
	}
	require.Equal(w.t, peer.TxValidationCode_VALID, receipt.Code)
	v := new(T)
	require.NoError(w.t, json.Unmarshal(receipt.Payload(), v))
	return v, cats.Receipt{TransactionID: receipt.ID(), BlockNumber: receipt.Block}, nil
}

func submit[T any](w *world, who string, fn transit.Function, request any, opts ...fakeledger.CallOption) *T {
	w.t.Helper()
	v, _, err := try[T](w, who, fn, request, opts...)
	require.NoError(w.t, err)
	return v
}

func seed() []byte { return make([]byte, transit.SeedLength) }

func (w *world) header() transit.Header {
	w.message++
	return transit.Header{MessageID: fmt.Sprintf("M-%d", w.message)}
}

func (w *world) guarantee(grn, holder, code string) {
	w.t.Helper()
	terms := transit.Terms{
		GRN: grn, Type: "1", Guarantor: "CGMMSP", Holder: holder, Percentage: 100, Balances: 4,
		ReferenceAmount: transit.Money{Minor: 40_000_00, Currency: "USD"}, ValidFrom: "2026-01-01", ValidUntil: "2027-12-31",
	}
	g := submit[transit.Guarantee](w, "clerk", transit.FnUndertake, transit.UndertakeRequest{Terms: terms}, fakeledger.Endorsers("CGMMSP"),
		fakeledger.Transient(map[string][]byte{transit.TransientAccessCodes: []byte(`["` + code + `"]`), transit.TransientSalt: seed()}))
	submit[transit.Guarantee](w, "clerk", transit.FnRegister, transit.RegisterRequest{MessageID: w.header().MessageID, Guarantee: *g})
}

// record is a movement as it stands.
func (w *world) record(reference string) (*transit.Movement, error) {
	id := reference
	if len(reference) == 18 {
		id = reference[2:16]
	}
	raw := w.ledger.State(ledger.MovementKey(id))
	if raw == nil {
		return nil, transit.Faultf(transit.NotFound, "there is no movement %s", reference).With(transit.Violation{
			Code: "90", Pointer: "/movement", Value: reference, Text: "unknown MRN",
		})
	}
	m := new(transit.Movement)
	require.NoError(w.t, json.Unmarshal(raw, &m.Course))
	require.NoError(w.t, json.Unmarshal(w.ledger.State(ledger.DeclaredKey(id)), &m.Declared))
	return m, nil
}

func (w *world) step(who string, s transit.Step, r transit.StepRequest) *transit.Movement {
	w.t.Helper()
	r.Header = w.header()
	written := submit[transit.Written](w, who, s.Function(), r)
	m, err := w.record(written.ID)
	require.NoError(w.t, err)
	return m
}

// deliver brings the content to a further country, as the courier does.
func (w *world) deliver(m *transit.Movement, to string) {
	w.t.Helper()
	sealed := map[string][]byte{}
	for _, s := range m.Sections {
		sealed[s.Name] = w.ledger.PrivateState("CNMSP", ledger.Collection("CNMSP"), ledger.SectionKey(m.ID, m.Version, s.Name))
	}
	submit[transit.Delivery](w, "courier", transit.FnDeliver, transit.DeliverRequest{Movement: m.ID, To: to},
		fakeledger.Endorsers(to), fakeledger.AtPeer(to), fakeledger.Transient(sealed))
}

// annex keeps a paper at its author's own peer.
func (w *world) annex(who, movement string, kind transit.AnnexKind, content any) *transit.AnnexRef {
	w.t.Helper()
	text, err := transit.Canonical(content)
	require.NoError(w.t, err)
	ref := submit[transit.AnnexRef](w, who, transit.FnAnnex, transit.AnnexRequest{Movement: movement, Kind: kind},
		fakeledger.Endorsers(w.people[who].MSP()), fakeledger.AtPeer(w.people[who].MSP()), fakeledger.Transient(map[string][]byte{
			transit.TransientAnnex: text, transit.TransientSalt: seed(),
		}))
	w.papers[ref.Digest] = text
	return ref
}

// seat is the ledger as one of the traders sees it.
type seat struct {
	*world
	who   string
	party exchange.Party
	// before is called ahead of every change; an error stands for a failure on the way.
	before func() error
}

func (w *world) at(who string) *seat {
	party := map[string]exchange.Party{
		"trader": {MSP: "CNMSP", Operator: operator}, "consignee": {MSP: "KGMSP", Operator: consignee},
		"zhetysu": {MSP: "KZMSP", Operator: zhetysu}, "alatoo": {MSP: "KGMSP", Operator: alatoo},
	}[who]
	return &seat{world: w, who: who, party: party}
}

func (s *seat) Party() exchange.Party         { return s.party }
func (s *seat) Movements() exchange.Movements { return s }

func (s *seat) Height(context.Context) (uint64, error) {
	return uint64(len(s.ledger.Blocks())) + 1, nil
}

func (s *seat) Blocks(_ context.Context, from, to uint64) iter.Seq2[*cats.Block, error] {
	return func(yield func(*cats.Block, error) bool) {
		for _, b := range s.ledger.Blocks() {
			block, err := cats.ReadBlock(b.Proto(), "chaincode")
			if err == nil && (block.Number < from || block.Number > to) {
				continue
			}
			if !yield(block, err) || err != nil {
				return
			}
		}
	}
}

func (s *seat) Get(_ context.Context, movement string) (*transit.MovementView, error) {
	argument, err := json.Marshal(transit.MovementQuery{Movement: movement})
	require.NoError(s.t, err)
	raw, err := s.people[s.who].Evaluate(string(transit.FnGetMovement), string(argument))
	if err != nil {
		return nil, faultOf(err)
	}
	view := new(transit.MovementView)
	return view, json.Unmarshal(raw, view)
}

func (s *seat) Content(_ context.Context, movement string) (*cats.Document, error) {
	m, err := s.record(movement)
	if err != nil {
		return nil, err
	}
	if s.away {
		return nil, transit.Faultf(transit.NotFound, "not delivered")
	}
	return &cats.Document{Movement: m, STD: s.contents[m.ID].WithoutAccessCodes()}, nil // as the sections are kept
}

func (s *seat) Annex(_ context.Context, _, digest string) (*cats.Paper, error) {
	if s.away {
		return nil, transit.Faultf(transit.NotFound, "not delivered")
	}
	return &cats.Paper{Content: s.papers[digest]}, nil
}

// deposit publishes a content as the client does.
func (s *seat) deposit(fn transit.Function, std *transit.STD, version int, id string) (*transit.Movement, cats.Receipt, error) {
	content, err := transit.Canonical(std)
	require.NoError(s.t, err)
	country := transit.OfficeCountry(std.DepartureOffice.ReferenceNumber)
	face, _, err := try[transit.Face](s.world, s.who, transit.FnDeposit, transit.DepositRequest{
		Departure: std.DepartureOffice.ReferenceNumber, LRN: std.TransitOperation.LRN, Version: version,
	}, fakeledger.Endorsers(country+"MSP"), fakeledger.AtPeer(country+"MSP"), fakeledger.Transient(map[string][]byte{
		transit.TransientSTD: content, transit.TransientSalt: seed(),
	}))
	if err != nil {
		known, ask := transit.NewMovementID(country, s.party.MSP, s.party.Operator, std.TransitOperation.LRN)
		require.NoError(s.t, ask)
		if m, ask := s.record(known.String()); ask == nil && m.Recorded(s.actor(), id) {
			return m, cats.Receipt{}, nil
		}
		return nil, cats.Receipt{}, err
	}
	written, receipt, err := try[transit.Written](s.world, s.who, fn, transit.LodgeRequest{Header: transit.Header{MessageID: id}, Face: *face})
	if err != nil {
		return nil, receipt, err
	}
	s.contents[written.ID] = std.WithoutAccessCodes()
	m, err := s.record(written.ID)
	return m, receipt, err
}

func (s *seat) actor() transit.Actor {
	return transit.Actor{MSP: s.party.MSP, Operator: s.party.Operator}
}

func (s *seat) Lodge(_ context.Context, std *transit.STD, id string) (*transit.Movement, cats.Receipt, error) {
	if err := s.fails(); err != nil {
		return nil, cats.Receipt{}, err
	}
	return s.deposit(transit.FnLodge, std, 1, id)
}

func (s *seat) fails() error {
	if s.before == nil {
		return nil
	}
	return s.before()
}

func (s *seat) Amend(_ context.Context, movement string, std *transit.STD, id string) (cats.Receipt, error) {
	m, err := s.record(movement)
	if err != nil {
		return cats.Receipt{}, err
	}
	_, receipt, err := s.deposit(transit.FnAmend, std, m.Version+1, id)
	return receipt, err
}

// take takes a step; one that the record remembers is a success without a transaction, as with the client.
func (s *seat) take(step transit.Step, r transit.StepRequest, id string) (cats.Receipt, error) {
	if err := s.fails(); err != nil {
		return cats.Receipt{}, err
	}
	m, err := s.record(r.Movement)
	if err != nil {
		return cats.Receipt{}, err
	}
	if m.Recorded(s.actor(), id) {
		return cats.Receipt{}, nil
	}
	r.MessageID = id
	_, receipt, err := try[transit.Written](s.world, s.who, step.Function(), r)
	return receipt, err
}

func (s *seat) Present(_ context.Context, movement, id string) (cats.Receipt, error) {
	return s.take(transit.StepPresent, transit.StepRequest{Movement: movement}, id)
}

func (s *seat) Cancel(_ context.Context, movement, reason, id string) (cats.Receipt, error) {
	return s.take(transit.StepCancel, transit.StepRequest{Movement: movement, Reason: reason}, id)
}

func (s *seat) RequestCancel(_ context.Context, movement, reason, id string) (cats.Receipt, error) {
	return s.take(transit.StepRequestCancel, transit.StepRequest{Movement: movement, Reason: reason}, id)
}

func (s *seat) RequestRelease(_ context.Context, movement, id string) (cats.Receipt, error) {
	return s.take(transit.StepRequestRelease, transit.StepRequest{Movement: movement}, id)
}

func (s *seat) AnswerEnquiry(_ context.Context, movement string, note *transit.Note, id string) (cats.Receipt, error) {
	ref := s.annex(s.who, movement, transit.AnnexNote, note)
	return s.take(transit.StepAnswerEnquiry, transit.StepRequest{Movement: movement, Annex: ref}, id)
}

func (s *seat) NotifyArrival(_ context.Context, movement string, simplified bool, id string) (cats.Receipt, error) {
	return s.take(transit.StepNotifyArrival, transit.StepRequest{Movement: movement, Simplified: simplified}, id)
}

func (s *seat) RemarkUnloading(_ context.Context, movement string, remarks transit.UnloadingRemarks, id string) (cats.Receipt, error) {
	conform, complete := remarks.Conform.Set(), remarks.UnloadingCompletion.Set()
	r := transit.StepRequest{Movement: movement, Conform: &conform, Complete: &complete}
	if !conform {
		text, err := transit.Canonical(remarks)
		require.NoError(s.t, err)
		salt := sha256.Sum256([]byte(id))
		ref, _, err := try[transit.AnnexRef](s.world, s.who, transit.FnAnnex, transit.AnnexRequest{Movement: movement, Kind: transit.AnnexRemarks},
			fakeledger.Endorsers(s.party.MSP), fakeledger.AtPeer(s.party.MSP), fakeledger.Transient(map[string][]byte{
				transit.TransientAnnex: text, transit.TransientSalt: salt[:],
			}))
		if err != nil {
			return cats.Receipt{}, err
		}
		r.Annex = ref
	}
	return s.take(transit.StepRemarkUnloading, r, id)
}

// faultOf reads the fault out of a refusal of the ledger in memory.
func faultOf(err error) error {
	var fault *transit.Fault
	if errors.As(err, &fault) {
		return fault
	}
	if f, known := transit.ParseFault(err.Error()); known {
		return f
	}
	return err
}

// declaration is the example declaration under another LRN and identification.
func declaration(t testing.TB, lrn string) *transit.STD {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "formats", "examples", "cn-kz-kg-electronics.xml"))
	require.NoError(t, err)
	std, err := formats.ReadCC015C(bytes.NewReader(text))
	require.NoError(t, err)
	std.TransitOperation.LRN, std.Message.Identification = lrn, "MSG-"+lrn
	return std
}
