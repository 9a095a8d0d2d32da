package projection

import (
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
	"sync"
	"testing"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/contract"
	"carec.example/cats/chaincode/fakeledger"
	"carec.example/cats/chaincode/ledger"
	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/database/databasetest"
	"carec.example/cats/client/formats"
)

func TestMain(m *testing.M) { os.Exit(databasetest.Main(m)) }

const grn = "26KZCGM0000000015"

// world is the real contract on a ledger in memory, with everybody a movement needs.
type world struct {
	t       *testing.T
	ledger  *fakeledger.Ledger
	people  map[string]*fakeledger.Client
	message int
}

func newWorld(t *testing.T) *world {
	t.Helper()
	request := transit.FoundingRequest{V: 1, Organisations: []transit.Organisation{
		{MSP: "CNMSP", Name: "China", Country: "CN", Kind: transit.Customs},
		{MSP: "KZMSP", Name: "Kazakhstan", Country: "KZ", Kind: transit.Customs},
		{MSP: "KGMSP", Name: "Kyrgyzstan", Country: "KG", Kind: transit.Customs},
		{MSP: "CGMMSP", Name: "Guarantee chain", Kind: transit.Guarantor},
		{MSP: "CARECMSP", Name: "Secretariat", Kind: transit.Regulator},
	}, RetentionDays: 30}
	for _, reference := range []string{"CNURM001", "CNHRS001", "KZHOR001", "KZKOR001", "KZALA001", "KGAKZ001", "KGFRU001"} {
		request.Offices = append(request.Offices, transit.Office{
			Reference: reference, Name: reference, MSP: reference[:2] + "MSP",
			Roles: []string{"departure", "transit", "destination", "guarantee", "recovery", "registry"},
		})
	}
	document, err := transit.Canonical(request)
	require.NoError(t, err)
	digest := sha256.Sum256(document)
	cc, err := contract.New(contract.Config{Founding: hex.EncodeToString(digest[:]), Version: "test", Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	l, err := fakeledger.New(cc, fakeledger.Config{
		Orgs: []string{"CNMSP", "KZMSP", "KGMSP", "CGMMSP", "CARECMSP"}, Policy: fakeledger.Majority("CNMSP", "KZMSP", "KGMSP"),
		Start: time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC),
	})
	require.NoError(t, err)
	w := &world{t: t, ledger: l, people: map[string]*fakeledger.Client{}}
	for name, about := range map[string][3]string{
		"trader": {"CNMSP", "trader", "CN916501007TSL1"}, "urumqi": {"CNMSP", "officer", "CNURM001"},
		"khorgos": {"KZMSP", "officer", "KZHOR001"}, "akzhol": {"KGMSP", "officer", "KGAKZ001"},
		"bishkek": {"KGMSP", "officer", "KGFRU001"}, "clerk": {"CGMMSP", "guarantor", ""}, "courier": {"CNMSP", "courier", ""},
		"almaty": {"KZMSP", "officer", "KZALA001"},
	} {
		attributes := map[string]string{"role": about[1], "office": about[2]}
		if about[1] == "trader" {
			attributes = map[string]string{"role": "trader", "operator": about[2]}
		}
		w.people[name] = l.Client(about[0], name, fakeledger.Attributes(attributes))
	}
	_, err = l.Client("CNMSP", "admin", fakeledger.AsRole(fakeledger.RoleAdmin)).Submit(string(transit.FnFound), string(document))
	require.NoError(t, err)
	return w
}

// submit makes one transaction, which must be valid, and decodes its answer.
func submit[T any](w *world, who string, fn transit.Function, request any, opts ...fakeledger.CallOption) *T {
	w.t.Helper()
	argument, err := json.Marshal(request)
	require.NoError(w.t, err)
	receipt, err := w.people[who].With(opts...).Submit(string(fn), string(argument))
	require.NoError(w.t, err)
	require.Equal(w.t, peer.TxValidationCode_VALID, receipt.Code)
	v := new(T)
	require.NoError(w.t, json.Unmarshal(receipt.Payload(), v))
	return v
}

func (w *world) record(id string) *transit.Movement {
	w.t.Helper()
	m := new(transit.Movement)
	require.NoError(w.t, json.Unmarshal(w.ledger.State(ledger.MovementKey(id)), &m.Course))
	require.NoError(w.t, json.Unmarshal(w.ledger.State(ledger.DeclaredKey(id)), &m.Declared))
	return m
}

func (w *world) header() transit.Header {
	w.message++
	return transit.Header{MessageID: fmt.Sprintf("M-%d", w.message)}
}

func (w *world) step(who string, step transit.Step, r transit.StepRequest) *transit.Movement {
	w.t.Helper()
	r.Header = w.header()
	return w.record(submit[transit.Written](w, who, step.Function(), r).ID)
}

func (w *world) guarantee() {
	w.t.Helper()
	terms := transit.Terms{
		GRN: grn, Type: "1", Guarantor: "CGMMSP", Holder: "CN916501007TSL1", Percentage: 100, Balances: 4,
		ReferenceAmount: transit.Money{Minor: 40_000_00, Currency: "USD"}, ValidFrom: "2026-01-01", ValidUntil: "2027-12-31",
	}
	g := submit[transit.Guarantee](w, "clerk", transit.FnUndertake, transit.UndertakeRequest{Terms: terms}, fakeledger.Endorsers("CGMMSP"),
		fakeledger.Transient(map[string][]byte{transit.TransientAccessCodes: []byte(`["TS17"]`), transit.TransientSalt: seed()}))
	submit[transit.Guarantee](w, "clerk", transit.FnRegister, transit.RegisterRequest{MessageID: w.header().MessageID, Guarantee: *g})
}

func seed() []byte { return make([]byte, transit.SeedLength) }

func document(t testing.TB) *transit.STD {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "formats", "examples", "cn-kz-kg-electronics.xml"))
	require.NoError(t, err)
	defer func() { _ = f.Close() }()
	std, err := formats.ReadCC015C(f)
	require.NoError(t, err)
	return std
}

func (w *world) lodge(lrn string, edits ...func(*transit.STD)) *transit.Movement {
	w.t.Helper()
	std := document(w.t)
	std.TransitOperation.LRN = lrn
	for _, edit := range edits {
		edit(std)
	}
	content, err := transit.Canonical(std)
	require.NoError(w.t, err)
	face := submit[transit.Face](w, "trader", transit.FnDeposit,
		transit.DepositRequest{Departure: "CNURM001", LRN: lrn, Version: 1}, fakeledger.Endorsers("CNMSP"),
		fakeledger.Transient(map[string][]byte{transit.TransientSTD: content, transit.TransientSalt: seed()}))
	return w.record(submit[transit.Written](w, "trader", transit.FnLodge, transit.LodgeRequest{Header: w.header(), Face: *face}).ID)
}

func (w *world) release(lrn string, edits ...func(*transit.STD)) *transit.Movement {
	w.t.Helper()
	m := w.step("urumqi", transit.StepAccept, transit.StepRequest{Movement: w.lodge(lrn, edits...).ID})
	return w.step("urumqi", transit.StepRelease, transit.StepRequest{Movement: m.MRN, TimeLimit: "2026-12-20"})
}

// sealed reads the content that an organisation holds, as its people do.
func (w *world) sealed(who, movement string) (*transit.Content, error) {
	key := make([]byte, transit.SeedLength)
	argument, err := json.Marshal(transit.MovementQuery{Movement: movement})
	if err != nil {
		return nil, err
	}
	raw, err := w.people[who].With(fakeledger.Transient(map[string][]byte{transit.TransientReaderKey: key})).
		Evaluate(string(transit.FnGetContent), string(argument))
	if err != nil {
		return nil, err
	}
	encrypted := new(transit.EncryptedContent)
	if err := json.Unmarshal(raw, encrypted); err != nil {
		return nil, err
	}
	return transit.DecryptContent(key, encrypted)
}

func (w *world) deliver(m *transit.Movement, to string) {
	w.t.Helper()
	content, err := w.sealed("urumqi", m.ID)
	require.NoError(w.t, err)
	sections := map[string][]byte{}
	for _, s := range content.Sections {
		sections[s.Name] = s.Value
	}
	submit[transit.Delivery](w, "courier", transit.FnDeliver, transit.DeliverRequest{Movement: m.ID, To: to},
		fakeledger.Endorsers(to), fakeledger.Transient(sections))
}

// lived is a ledger with a movement discharged, one under way, one rejected, one lodged, and one whose guarantor was asked to pay.
func lived(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.guarantee()
	m := w.step("urumqi", transit.StepAccept, transit.StepRequest{Movement: w.lodge("LRN-1").ID})
	w.step("urumqi", transit.StepDecideControl, transit.StepRequest{Movement: m.MRN, ControlTypes: []string{"10"}})
	w.step("urumqi", transit.StepRecordControl, transit.StepRequest{Movement: m.MRN, Result: "A1"})
	w.step("urumqi", transit.StepRelease, transit.StepRequest{Movement: m.MRN, TimeLimit: "2026-12-20"})
	w.deliver(m, "KZMSP")
	w.deliver(m, "KGMSP")
	w.step("urumqi", transit.StepProposeHandOff, transit.StepRequest{Movement: m.MRN})
	w.ledger.Advance(2 * time.Hour)
	w.step("khorgos", transit.StepAcceptHandOff, transit.StepRequest{Movement: m.MRN})
	w.step("khorgos", transit.StepProposeHandOff, transit.StepRequest{Movement: m.MRN})
	w.ledger.Advance(30 * time.Minute)
	w.step("akzhol", transit.StepAcceptHandOff, transit.StepRequest{Movement: m.MRN})
	w.step("bishkek", transit.StepArrive, transit.StepRequest{Movement: m.MRN})
	w.step("bishkek", transit.StepRecordResults, transit.StepRequest{Movement: m.MRN, Result: "A1"})
	w.step("bishkek", transit.StepDischarge, transit.StepRequest{Movement: m.MRN})
	second := w.release("LRN-2")
	w.step("urumqi", transit.StepProposeHandOff, transit.StepRequest{Movement: second.MRN})
	w.step("urumqi", transit.StepReject, transit.StepRequest{Movement: w.lodge("LRN-3").ID, Reason: "not presented"})
	w.lodge("LRN-4")
	fifth := w.release("LRN-5")
	w.ledger.Advance(28 * 24 * time.Hour)
	w.step("urumqi", transit.StepStartEnquiry, transit.StepRequest{Movement: fifth.MRN})
	w.ledger.Advance((transit.EnquiryDays + 2) * 24 * time.Hour)
	w.step("urumqi", transit.StepStartRecovery, transit.StepRequest{Movement: fifth.MRN, Reason: "not found"})
	w.step("urumqi", transit.StepNotifyGuarantor, transit.StepRequest{Movement: fifth.MRN})
	w.step("urumqi", transit.StepClaim, transit.StepRequest{Movement: fifth.MRN, Claims: []transit.ClaimRequest{
		{GRN: grn, Amount: transit.Money{Minor: 1_000_00, Currency: "USD"}},
	}})
	return w
}

// peerOf is a Source: the world as an organisation's peer shows it. It may be cut off at a height.
type peerOf struct {
	w      *world
	msp    string
	who    string
	blocks []*cats.Block
	mu     sync.Mutex
	asked  int
	// away makes contents unreadable.
	away bool
}

// at makes the source of an organisation from the blocks that there are now. The ledger in memory begins with number 1, after a
// first block that names it.
func (w *world) at(msp, who string) *peerOf {
	w.t.Helper()
	p := &peerOf{w: w, msp: msp, who: who, blocks: []*cats.Block{{Transactions: []*cats.Transaction{{ID: "genesis"}}}}}
	for _, b := range w.ledger.Blocks() {
		block, err := cats.ReadBlock(b.Proto(), "chaincode")
		require.NoError(w.t, err)
		p.blocks = append(p.blocks, block)
	}
	return p
}

func (p *peerOf) MSP() string                            { return p.msp }
func (p *peerOf) Height(context.Context) (uint64, error) { return uint64(len(p.blocks)), nil }

func (p *peerOf) Blocks(ctx context.Context, from, to uint64) iter.Seq2[*cats.Block, error] {
	return func(yield func(*cats.Block, error) bool) {
		for n := from; n <= to; n++ {
			if n >= uint64(len(p.blocks)) {
				<-ctx.Done()
				yield(nil, ctx.Err())
				return
			}
			if !yield(p.blocks[n], nil) {
				return
			}
		}
	}
}

func (p *peerOf) Content(_ context.Context, movement string) (*cats.Document, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked++
	if p.away {
		return nil, errors.New("the peer is away")
	}
	content, err := p.w.sealed(p.who, movement)
	if err != nil {
		return nil, err
	}
	m := p.w.record(movement)
	sections := make([]transit.Section, len(m.Sections))
	for i, s := range m.Sections {
		for _, held := range content.Sections {
			if held.Name == s.Name {
				if sections[i], err = transit.UnsealSection(held.Value, s); err != nil {
					return nil, err
				}
			}
		}
	}
	std, err := transit.JoinSections(sections)
	return &cats.Document{Movement: m, STD: std}, err
}
