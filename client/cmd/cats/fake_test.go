package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"iter"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/signature"
	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/fsck"
	"carec.example/cats/client/projection"
)

// fake stands in for the ledger: it answers every call with what a test has put
// there, and remembers what was asked.
type fake struct {
	caretakers map[string]time.Time
	fail       error
	record     *transit.Movement
	view       *transit.MovementView
	passages   []cats.Passage
	guarantee  *transit.GuaranteeView
	proposal   *transit.Proposal
	report     *fsck.Report
	std        *transit.STD
	calls      []string
	options    int
	terms      transit.Terms
	codes      []string
	change     transit.Change
	document   []byte
	courierRan bool
	keeperRan  atomic.Bool
	entries    transit.Entries
	pages      map[string]fakePage
	// signature is that of the content; proof what a verification proves.
	signature *cats.DocumentSignature
	proof     *signature.Proof
	verified  []string
	// detours are the routes that were checked, and broken is what is found on them.
	detours []string
	broken  []transit.Violation
}

func (f *fake) backend() *backend {
	return &backend{
		movements: fakeMovements{f}, contents: fakeContents{f}, guarantees: fakeGuarantees{f}, registry: fakeRegistry{f}, node: fakeNode{f},
		close: func() error { return nil },
	}
}

func (f *fake) called(parts ...string) { f.calls = append(f.calls, strings.Join(parts, " ")) }

func receipt() cats.Receipt {
	return cats.Receipt{
		TransactionID: "968f9123e365ec0aab50863e6c0856b6767cab2300b6cae2508b78d937e5dd96", BlockNumber: 12,
		Endorsers: []string{"CNMSP", "CGMMSP"}, Latency: 196 * time.Millisecond, Attempts: 1, MessageID: "M-1",
	}
}

type fakeMovements struct{ *fake }

func (f fakeMovements) step(name, movement string, opts []cats.CallOption, more ...string) (*transit.Course, cats.Receipt, error) {
	f.called(append([]string{name, movement}, more...)...)
	f.options = len(opts)
	if f.fail != nil {
		return nil, cats.Receipt{}, f.fail
	}
	return &f.record.Course, receipt(), nil
}

// lodged is a step that returns the whole movement.
func (f fakeMovements) lodged(name, movement string, opts []cats.CallOption, more ...string) (*transit.Movement, cats.Receipt, error) {
	_, r, err := f.step(name, movement, opts, more...)
	if err != nil {
		return nil, r, err
	}
	return f.record, r, nil
}

func (f fakeMovements) Lodge(_ context.Context, std *transit.STD, opts ...cats.CallOption) (*transit.Movement, cats.Receipt, error) {
	f.std = std
	return f.lodged("lodge", std.TransitOperation.LRN, opts)
}

func (f fakeMovements) DryRun(_ context.Context, std *transit.STD) (*transit.Face, error) {
	f.called("check", std.TransitOperation.LRN)
	if f.fail != nil {
		return nil, f.fail
	}
	face := f.record.Face()
	return &face, nil
}

func (f fakeMovements) Amend(_ context.Context, id string, std *transit.STD, o ...cats.CallOption) (*transit.Movement, cats.Receipt, error) {
	return f.lodged("amend", id, o, std.TransitOperation.LRN)
}

func (f fakeMovements) Accept(_ context.Context, id string, o ...cats.CallOption) (*transit.Course, cats.Receipt, error) {
	return f.step("accept", id, o)
}

func (f fakeMovements) Reject(_ context.Context, id, reason string, o ...cats.CallOption) (*transit.Course, cats.Receipt, error) {
	return f.step("reject", id, o, reason)
}

func (f fakeMovements) AnnounceControl(
	_ context.Context, id string, d cats.ControlDecision, o ...cats.CallOption,
) (*transit.Course, cats.Receipt, error) {
	return f.step("announce", id, o, strings.Join(d.Types, ","), strings.Join(d.Documents, ","))
}

func (f fakeMovements) DecideControl(
	_ context.Context, id string, d cats.ControlDecision, o ...cats.CallOption,
) (*transit.Course, cats.Receipt, error) {
	return f.step("decide", id, o, strings.Join(d.Types, ","), strings.Join(d.Documents, ","))
}

func (f fakeMovements) RecordControl(_ context.Context, id, result string, o ...cats.CallOption) (*transit.Course, cats.Receipt, error) {
	return f.step("record", id, o, result)
}

func (f fakeMovements) Release(_ context.Context, id, limit string, o ...cats.CallOption) (*transit.Course, cats.Receipt, error) {
	return f.step("release", id, o, limit)
}

func (f fakeMovements) RefuseRelease(_ context.Context, id, reason string, o ...cats.CallOption) (*transit.Course, cats.Receipt, error) {
	return f.step("refuse", id, o, reason)
}

func (f fakeMovements) RequestCancel(_ context.Context, id, reason string, o ...cats.CallOption) (*transit.Course, cats.Receipt, error) {
	return f.step("request cancel", id, o, reason)
}

func (f fakeMovements) Cancel(_ context.Context, id, reason string, o ...cats.CallOption) (*transit.Course, cats.Receipt, error) {
	return f.step("cancel", id, o, reason)
}

func (f fakeMovements) ProposeHandOff(_ context.Context, id string, o ...cats.CallOption) (*transit.Course, cats.Receipt, error) {
	return f.step("propose", id, o)
}

func (f fakeMovements) AcceptHandOff(_ context.Context, id string, o ...cats.CallOption) (*transit.Course, cats.Receipt, error) {
	return f.step("accept hand-off", id, o)
}

func (f fakeMovements) RefuseHandOff(_ context.Context, id, reason string, o ...cats.CallOption) (*transit.Course, cats.Receipt, error) {
	return f.step("refuse hand-off", id, o, reason)
}

func (f fakeMovements) WithdrawHandOff(
	_ context.Context, id, reason string, o ...cats.CallOption,
) (*transit.Course, cats.Receipt, error) {
	return f.step("withdraw hand-off", id, o, reason)
}

func (f fakeMovements) Arrive(_ context.Context, id string, o ...cats.CallOption) (*transit.Course, cats.Receipt, error) {
	return f.step("arrive", id, o)
}

func (f fakeMovements) RecordResults(_ context.Context, id, result string, o ...cats.CallOption) (*transit.Course, cats.Receipt, error) {
	return f.step("results", id, o, result)
}

func (f fakeMovements) Discharge(_ context.Context, id string, o ...cats.CallOption) (*transit.Course, cats.Receipt, error) {
	return f.step("discharge", id, o)
}

func (f fakeMovements) Get(_ context.Context, id string) (*transit.MovementView, error) {
	f.called("get", id)
	return f.view, f.fail
}

func (f fakeMovements) List(context.Context) iter.Seq2[*transit.Movement, error] {
	return func(yield func(*transit.Movement, error) bool) {
		for _, state := range []transit.State{transit.Submitted, transit.Released, transit.Discharged} {
			m := *f.record
			m.State = state
			if !yield(&m, nil) {
				return
			}
		}
	}
}

func (f fakeMovements) History(context.Context, *transit.Movement) ([]cats.Passage, error) {
	return f.passages, f.fail
}

func (f fakeMovements) Content(context.Context, string) (*cats.Document, error) {
	return &cats.Document{Movement: f.record, STD: f.std, Signature: f.signature}, f.fail
}

func (f fakeMovements) Deliver(_ context.Context, id, to string) (*transit.Delivery, cats.Receipt, error) {
	f.called("deliver", id, to)
	return &transit.Delivery{MSP: to, Country: to[:2], Delivered: true}, receipt(), f.fail
}

type fakeGuarantees struct{ *fake }

func (f fakeGuarantees) Register(
	_ context.Context, terms transit.Terms, codes []string, _ ...cats.CallOption,
) (*transit.Guarantee, cats.Receipt, error) {
	f.terms, f.codes = terms, codes
	return &transit.Guarantee{Terms: terms, Seq: 1}, receipt(), f.fail
}

func (f fakeGuarantees) ReplaceAccessCodes(
	_ context.Context, grn string, codes []string, _ ...cats.CallOption,
) (*transit.Guarantee, cats.Receipt, error) {
	f.called("codes", grn)
	f.codes = codes
	return f.guarantee.Guarantee, receipt(), f.fail
}

func (f fakeGuarantees) Get(context.Context, string) (*transit.GuaranteeView, error) {
	return f.guarantee, f.fail
}

func (f fakeGuarantees) List(context.Context) iter.Seq2[*transit.Guarantee, error] {
	return func(yield func(*transit.Guarantee, error) bool) { yield(f.guarantee.Guarantee, f.fail) }
}

type fakeRegistry struct{ *fake }

func (f fakeRegistry) Found(_ context.Context, document []byte) (*transit.Consortium, cats.Receipt, error) {
	f.document = document
	c, err := f.Get(context.Background())
	return c, receipt(), err
}

func (f fakeRegistry) Get(context.Context) (*transit.Consortium, error) {
	return &transit.Consortium{V: 1, Seq: 1, Organisations: []transit.Organisation{
		{MSP: "CNMSP", Name: "中华人民共和国海关总署", Country: "CN", Kind: transit.Customs},
		{MSP: "CGMMSP", Name: "Guarantee chain", Kind: transit.Guarantor},
	}}, f.fail
}

func (f fakeRegistry) Offices(context.Context) iter.Seq2[*transit.Office, error] {
	return func(yield func(*transit.Office, error) bool) {
		for _, o := range []*transit.Office{
			{Reference: "CNURM001", Name: "乌鲁木齐 Urumqi", MSP: "CNMSP", Roles: []string{"departure"}},
			{Reference: "KZDOS001", Name: "Dostyk", MSP: "KZMSP", Roles: []string{}},
		} {
			if !yield(o, nil) {
				return
			}
		}
	}
}

func (f fakeRegistry) Join(_ context.Context, o transit.Organisation) (*transit.Organisation, cats.Receipt, error) {
	f.called("join", o.MSP, o.Name, string(o.Kind))
	return &o, receipt(), f.fail
}

func (f fakeRegistry) Propose(_ context.Context, id string, c transit.Change) (*transit.Proposal, cats.Receipt, error) {
	f.change = c
	f.called("propose", id)
	return f.proposal, receipt(), f.fail
}

func (f fakeRegistry) Approve(_ context.Context, id, digest string) (*transit.Proposal, cats.Receipt, error) {
	f.called("approve", id, digest)
	return f.proposal, receipt(), f.fail
}

func (f fakeRegistry) Proposal(context.Context, string) (*transit.Proposal, error) {
	return f.proposal, f.fail
}

func (f fakeRegistry) Put(_ context.Context, country string, e transit.Entries) ([]transit.WrittenPage, []cats.Receipt, error) {
	f.entries = e
	f.called("put", country)
	return []transit.WrittenPage{{Book: transit.BookTariff, Page: "85", Seq: 2}}, []cats.Receipt{receipt()}, f.fail
}

func (f fakeRegistry) Page(_ context.Context, country string, b transit.Book, name string) (*transit.Page, error) {
	f.called("page", country, string(b), name)
	return f.pages[string(b)+name].in(country, b, name), f.fail
}

// in is the page with its place; a page that a test has not put there is empty.
func (p fakePage) in(country string, b transit.Book, name string) *transit.Page {
	return &transit.Page{V: 1, Country: country, Book: b, Name: name, Seq: 1, Entries: transit.Entries(p)}
}

type fakePage transit.Entries

func (f fakeRegistry) VerifyDocument(
	_ context.Context, std *transit.STD, jws []byte, operator string, at time.Time,
) (*signature.Proof, error) {
	f.verified = []string{std.TransitOperation.LRN, string(jws), operator, transit.Stamp(at)}
	return f.proof, f.fail
}

type fakeNode struct{ *fake }

func (fakeNode) MSP() string { return "CGMMSP" }

func (f fakeNode) Info(context.Context) (*transit.Info, error) {
	return &transit.Info{Version: "1.0", Build: "test", Functions: []string{"a", "b"}, Founded: true}, f.fail
}

func (f fakeNode) Caretakers(context.Context) (map[string]time.Time, error) {
	return f.caretakers, f.fail
}

func (f fakeNode) Height(context.Context) (uint64, error) { return 21, f.fail }

func (f fakeNode) Await(_ context.Context, id string) (uint64, error) {
	f.called("await", id)
	return 12, nil
}

func (f fakeNode) Check(context.Context) (*fsck.Report, error) { return f.report, f.fail }

func (f fakeNode) Source() projection.Source { return fakeSource{} }

func (f fakeNode) Courier(cats.Store, ...cats.CourierOption) courier { return f }

func (f fakeNode) Keeper(time.Duration, *slog.Logger) courier { return fakeKeeper(f) }

func (f fakeNode) Run(ctx context.Context) error {
	f.courierRan = true
	<-ctx.Done()
	return f.fail
}

// outcome of one command line.
type result struct {
	code     int
	out, err string
}

// session runs command lines as they are typed, in a home of its own.
type session struct {
	t    *testing.T
	fake *fake
	env  map[string]string
	in   string
	who  string
	dir  string
	// limit is the time that the last command had.
	limit time.Duration
}

func newSession(t *testing.T) *session {
	t.Helper()
	dir := t.TempDir()
	profile := map[string]any{
		"channel": "transit", "chaincode": "cats",
		"organisations": map[string]any{
			"CN":  map[string]any{"msp": "CNMSP", "country": "CN", "kind": "customs"},
			"CGM": map[string]any{"msp": "CGMMSP", "kind": "guarantor"},
		},
		"identities": map[string]any{
			"cn-officer-urumqi":  map[string]any{"organisation": "CN", "role": "officer", "office": "CNURM001"},
			"cn-trader-tianshan": map[string]any{"organisation": "CN", "role": "trader", "operator": "CN916501007TSL1"},
			"cn-courier":         map[string]any{"organisation": "CN", "role": "courier"},
			"cgm-clerk":          map[string]any{"organisation": "CGM", "role": "guarantor"},
		},
	}
	raw, err := json.Marshal(profile)
	require.NoError(t, err)
	path := filepath.Join(dir, "profile.json")
	require.NoError(t, os.WriteFile(path, raw, 0o600))
	return &session{t: t, fake: life(), dir: dir, env: map[string]string{"CATS_PROFILE": path, "CATS_AS": "cn-officer-urumqi", "HOME": dir}}
}

func (s *session) run(args ...string) result {
	s.t.Helper()
	return s.runWith(context.Background(), args...)
}

func (s *session) runWith(ctx context.Context, args ...string) result {
	s.t.Helper()
	var out, errs bytes.Buffer
	code := run(ctx, args, environment{
		in: strings.NewReader(s.in), out: &out, err: &errs, getenv: func(name string) string { return s.env[name] },
		open: func(ctx context.Context, _ *cats.Profile, identity string) (*backend, error) {
			s.who = identity
			if end, ok := ctx.Deadline(); ok {
				s.limit = time.Until(end)
			}
			return s.fake.backend(), nil
		},
	})
	return result{code: code, out: out.String(), err: errs.String()}
}

func (s *session) file(name, text string) string {
	s.t.Helper()
	path := filepath.Join(s.dir, name)
	require.NoError(s.t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// updateGolden rewrites the golden files: go test ./client/cmd/cats -update.
var updateGolden = flag.Bool("update", false, "rewrite the golden files")

// golden compares what a person sees with the file that was looked at and found pleasant.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *updateGolden {
		require.NoError(t, os.MkdirAll("testdata", 0o750))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

// life is a movement on its way, with its guarantee and history.
func life() *fake {
	usd := func(minor int64) transit.Money { return transit.Money{Minor: minor, Currency: "USD"} }
	m := &transit.Movement{
		Course: transit.Course{
			V: 1, ID: "CNRZZ6S4CA8HDP", MRN: "26CNRZZ6S4CA8HDPJ5", State: transit.Released, Custodian: "KZMSP", Seq: 7,
			At: "2026-11-24T06:07:42Z", Holder: "CN916501007TSL1", Destination: "KGFRU001",
			Legs: []transit.Leg{
				{Country: "CN", MSP: "CNMSP", EntryOffice: "CNURM001", ActualOffice: "CNURM001", State: transit.LegTerminated,
					StartedAt: "2026-11-24T06:07:41Z", EndedAt: "2026-11-24T06:07:42Z"},
				{Country: "KZ", MSP: "KZMSP", EntryOffice: "KZHOR001", ActualOffice: "KZDOS001", State: transit.LegStarted, StartedAt: "2026-11-24T06:07:42Z"},
				{Country: "KG", MSP: "KGMSP", EntryOffice: "KGAKZ001", State: transit.LegExpected},
			},
			Guarantees: []transit.Usage{{
				GRN: "26KZCGM0000000015", Type: "1", Amount: usd(1850000), State: transit.UsageLocked,
				Parts: []transit.UsagePart{{Balance: 0, Minor: 1250000}, {Balance: 3, Minor: 600000}},
			}},
			HandOff:   &transit.HandOff{Leg: 2, MSP: "KGMSP", Office: "KGAKZ001", FromOffice: "KZKOR001", ProposedAt: "2026-11-24T09:00:00Z"},
			TimeLimit: "2026-12-20", Messages: []string{"M-1"}, ReleasedAt: "2026-11-24T06:07:41Z",
		},
		Declared: transit.Declared{
			Version: 1, LRN: "TSL-2026-000117", Declarant: transit.Declarant{MSP: "CNMSP", Operator: "CN916501007TSL1"},
			DeclarationType: "T1", Security: "0", Departure: "CNURM001", LodgedAt: "2026-11-24T06:07:31Z",
		},
	}
	step := func(step, to, custodian, who, office, at, tx string, block uint64, endorsers ...string) cats.Passage {
		when, err := time.Parse(time.RFC3339, at)
		if err != nil {
			panic(err)
		}
		return cats.Passage{
			EventStep: transit.EventStep{
				Record: "movement", ID: m.ID, Step: step, To: transit.State(to), Custodian: custodian, By: who[:2] + "MSP", Office: office,
			},
			At: when, Transaction: tx + strings.Repeat("0", 52), Block: block, Signer: cats.Signer{MSP: "CNMSP", Name: who}, Endorsers: endorsers,
		}
	}
	locked := step("locked", "", "", "cn-officer-urumqi", "", "2026-11-24T06:07:41Z", "fed7416536b5", 12)
	change := usd(-1850000)
	locked.Record, locked.ID, locked.Change = "guarantee", "26KZCGM0000000015", &change
	delivered := step("Deliver", "", "KZMSP", "cn-courier", "", "2026-11-24T06:07:42Z", "870b396c8935", 13, "KZMSP")
	delivered.Record = "delivery"
	return &fake{
		record: m,
		view: &transit.MovementView{Movement: m, Deliveries: []transit.Delivery{
			{MSP: "CNMSP", Country: "CN", Delivered: true}, {MSP: "KZMSP", Country: "KZ", Delivered: true}, {MSP: "KGMSP", Country: "KG"},
		}},
		passages: []cats.Passage{
			step("Lodge", "submitted", "CNMSP", "cn-trader-tianshan", "", "2026-11-24T06:07:31Z", "968f9123e365", 8, "CNMSP", "KZMSP"),
			step("Accept", "accepted", "CNMSP", "cn-officer-urumqi", "CNURM001", "2026-11-24T06:07:41Z", "020bfaa40416", 9, "CNMSP", "KGMSP"),
			locked,
			step("Release", "released", "CNMSP", "cn-officer-urumqi", "CNURM001", "2026-11-24T06:07:41Z", "fed7416536b5", 12, "CNMSP", "CGMMSP"),
			delivered,
			step("AcceptHandOff", "released", "KZMSP", "kz-officer-khorgos", "KZHOR001", "2026-11-24T06:07:42Z", "cbb3e477c07e", 15, "KZMSP", "CNMSP"),
		},
		guarantee: &transit.GuaranteeView{
			Guarantee: &transit.Guarantee{V: 1, Seq: 1, Keeper: "CGMMSP", AccessCodes: make([]transit.AccessCode, 2), Terms: transit.Terms{
				GRN: "26KZCGM0000000015", Type: "1", Guarantor: "CGMMSP", Holder: "CN916501007TSL1", ReferenceAmount: usd(5000000),
				Percentage: 100, ValidFrom: "2026-01-01", ValidUntil: "2027-12-31", ExcludedCountries: []string{"AF"}, Balances: 4,
			}},
			Available: usd(3150000), Locked: usd(1850000),
			Balances: []transit.Balance{
				{Index: 0, Available: 0, Open: map[string]int64{m.ID: 1250000}, Uses: 1}, {Index: 1, Available: 1250000, Uses: 0},
				{Index: 2, Available: 1250000}, {Index: 3, Available: 650000, Open: map[string]int64{m.ID: 600000}, Uses: 1},
			},
		},
		proposal: &transit.Proposal{V: 1, ID: "P7Q2", Proposer: "KZMSP", ProposedAt: "2026-11-24T06:00:00Z", Approvals: []string{"KZMSP"},
			Digest: "aa", Change: transit.Change{CloseOffice: "KZDOS001"}},
		report: &fsck.Report{
			Height: 21, Transactions: 18, Valid: 17, Invalid: map[string]int{"MVCC_READ_CONFLICT movement:Release": 1}, Versions: 25,
			Movements: map[string]int{"released": 1, "discharged": 2}, Guarantees: 1, Balances: 4, Private: 20, Compared: 4, Took: 126 * time.Millisecond,
			Findings: []fsck.Finding{},
		},
		std: &transit.STD{TransitOperation: transit.TransitOperation{LRN: "TSL-2026-000117"}},
	}
}
