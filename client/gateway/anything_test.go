package gateway

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"math/rand/v2"
	"reflect"
	"sync"
	"time"

	"carec.example/cats/chaincode/signature"
	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/exchange"
	"carec.example/cats/client/fsck"
	"carec.example/cats/client/gateway/gatewaytest"
)

// anything is a ledger that takes everything and answers with any record that the document allows, or refuses with any of the
// codes that a ledger refuses with. It is always there: no failure of it excuses one of the gateway.
type anything struct {
	document *gatewaytest.Document

	mu     sync.Mutex
	chance *rand.Rand
	// broken is a type that could not carry what its schema allows.
	broken error
}

func newAnything(document *gatewaytest.Document) *anything {
	return &anything{document: document, chance: gatewaytest.Seeded(1, 1)}
}

func (a *anything) ledger() *Ledger {
	return &Ledger{
		Movements: anyMovements{anySteps{a}, a}, Guarantees: anyGuarantees{a}, Registry: anyRegistry{a}, Node: anyNode{a}, Messages: anyMessages{a},
		Close: func() error { return nil },
	}
}

func (a *anything) defect() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.broken
}

// refusal is one of what a ledger that works answers instead of a record; a step and a reading are refused in other ways.
func (a *anything) refusal(step bool) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.chance.IntN(3) > 0 {
		return nil
	}
	codes := []transit.Code{
		transit.MalformedRequest, transit.NotAuthorised, transit.NotFound, transit.ContentMismatch, transit.NotFounded, transit.Suspended,
		transit.ClockRefused, transit.UnknownFunction,
	}
	if step {
		codes = append(codes, transit.OutOfSequence, transit.Duplicate, transit.AlreadyExists, transit.Stale, transit.InvalidDocument,
			transit.GuaranteeRefused, transit.AlreadyFounded, "")
	}
	code := codes[a.chance.IntN(len(codes))]
	if code == "" {
		return &cats.Error{Op: "movement:Any", Class: cats.Conflict, TransactionID: "ab12"}
	}
	violation := transit.Violation{Code: "12", Pointer: "/a", Rule: "R0001", Value: "\ufffd", Text: "другой"}
	fault := transit.Faultf(code, "it is so").At("/a/0").With(violation)
	return &cats.Error{Op: "movement:Any", Class: cats.Refused, Fault: fault, TransactionID: "ab12", MessageID: "M1"}
}

// some makes a record that is valid by the schema of its type, which so proves that the type can carry and write it.
func some[T any](a *anything, step bool) (T, error) {
	var out T
	if err := a.refusal(step); err != nil {
		return out, err
	}
	t := reflect.TypeFor[T]()
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	a.mu.Lock()
	value := a.document.Value(a.chance, nameOf(t, t.Name()))
	a.mu.Unlock()
	raw, err := json.Marshal(value)
	if err == nil {
		err = json.Unmarshal(raw, &out)
	}
	if err != nil {
		a.mu.Lock()
		a.broken = fmt.Errorf("%T does not take what its schema allows: %w: %s", out, err, raw)
		a.mu.Unlock()
	}
	return out, err
}

// done is a record after a step, and what proves it.
func done[T any](a *anything) (T, receipt, error) {
	out, err := some[T](a, true)
	if err != nil {
		return out, receipt{}, err
	}
	return out, receipt{TransactionID: "cd34", BlockNumber: 7, Endorsers: []string{"CNMSP", "KZMSP"}, MessageID: "M2"}, nil
}

// many are some records, and where a list goes on.
func many[T any](a *anything) ([]T, string, error) {
	one, err := some[T](a, false)
	if err != nil {
		return nil, "", err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	switch a.chance.IntN(3) {
	case 0:
		return nil, "", nil
	case 1:
		return []T{one}, "next\x00key\xff", nil
	}
	return []T{one, one}, "", nil
}

type anyMovements struct {
	anySteps
	a *anything
}

func (m anyMovements) Lodge(context.Context, *transit.STD, ...option) (movement, receipt, error) {
	return done[movement](m.a)
}

func (m anyMovements) DryRun(context.Context, *transit.STD) (*transit.Face, error) {
	return some[*transit.Face](m.a, true)
}

func (m anyMovements) Amend(context.Context, string, *transit.STD, ...option) (movement, receipt, error) {
	return done[movement](m.a)
}

func (m anyMovements) CheckDetour(context.Context, string, cats.Detour) ([]transit.Violation, error) {
	return nil, m.a.refusal(true)
}

func (m anyMovements) Get(context.Context, string) (*transit.MovementView, error) {
	return some[*transit.MovementView](m.a, false)
}

func (m anyMovements) List(context.Context) iter.Seq2[movement, error] {
	return func(yield func(movement, error) bool) { yield(some[movement](m.a, false)) }
}

func (m anyMovements) ListPage(context.Context, transit.ListQuery) (*transit.MovementPage, error) {
	items, next, err := many[movement](m.a)
	return &transit.MovementPage{Movements: items, Bookmark: next}, err
}

func (m anyMovements) History(context.Context, movement) ([]cats.Passage, error) {
	items, _, err := many[cats.Passage](m.a)
	return items, err
}

func (m anyMovements) Content(context.Context, string) (*cats.Document, error) {
	c, err := some[*Content](m.a, false)
	if err != nil {
		return nil, err
	}
	return &cats.Document{Movement: c.Movement, STD: c.STD}, nil
}

func (m anyMovements) Deliver(context.Context, string, string) (*transit.Delivery, receipt, error) {
	return done[*transit.Delivery](m.a)
}

func (m anyMovements) Annex(context.Context, string, string) (*cats.Paper, error) {
	return some[*cats.Paper](m.a, false)
}

func (m anyMovements) DeliverAnnex(context.Context, string, string, string) (*transit.AnnexRef, receipt, error) {
	return done[*transit.AnnexRef](m.a)
}

func (m anyMovements) Attach(context.Context, string, transit.File) (*transit.Attachment, receipt, error) {
	return done[*transit.Attachment](m.a)
}

func (m anyMovements) Attachment(_ context.Context, _, name string) (*transit.File, error) {
	return &transit.File{Name: name, MediaType: "application/pdf", Data: []byte("%PDF")}, m.a.refusal(false)
}

func (m anyMovements) Grant(context.Context, transit.GrantRequest) (*transit.Grant, receipt, error) {
	return done[*transit.Grant](m.a)
}

func (m anyMovements) Revoke(context.Context, transit.RevokeRequest) (*transit.Grant, receipt, error) {
	return done[*transit.Grant](m.a)
}

func (m anyMovements) Shared(ctx context.Context, movement string) (*cats.Document, error) {
	return m.Content(ctx, movement)
}

func (m anyMovements) PurgeablePage(context.Context, transit.ListQuery) (*transit.PurgeablePage, error) {
	items, next, err := many[transit.Purgeable](m.a)
	return &transit.PurgeablePage{Due: items, Bookmark: next}, err
}

func (m anyMovements) Purge(context.Context, string, string) (*transit.Purged, receipt, error) {
	return done[*transit.Purged](m.a)
}

type anyGuarantees struct{ a *anything }

func (g anyGuarantees) step() (guaranteeRecord, receipt, error) { return done[guaranteeRecord](g.a) }

func (g anyGuarantees) Register(context.Context, transit.Terms, []string, ...option) (guaranteeRecord, receipt, error) {
	return g.step()
}

func (g anyGuarantees) ReplaceAccessCodes(context.Context, string, []string, ...option) (guaranteeRecord, receipt, error) {
	return g.step()
}

func (g anyGuarantees) Update(context.Context, string, transit.GuaranteeUpdate, ...option) (guaranteeRecord, receipt, error) {
	return g.step()
}

func (g anyGuarantees) Cancel(context.Context, string, cats.End, ...option) (guaranteeRecord, receipt, error) {
	return g.step()
}

func (g anyGuarantees) Revoke(context.Context, string, cats.End, ...option) (guaranteeRecord, receipt, error) {
	return g.step()
}

func (g anyGuarantees) Invalidate(context.Context, string, cats.End, ...option) (guaranteeRecord, receipt, error) {
	return g.step()
}

func (g anyGuarantees) Sell(context.Context, string, string, []string, ...option) (guaranteeRecord, receipt, error) {
	return g.step()
}

func (g anyGuarantees) Get(context.Context, string) (*transit.GuaranteeView, error) {
	return some[*transit.GuaranteeView](g.a, false)
}

func (g anyGuarantees) ListPage(context.Context, transit.ListQuery) (*transit.GuaranteePage, error) {
	items, next, err := many[guaranteeRecord](g.a)
	return &transit.GuaranteePage{Guarantees: items, Bookmark: next}, err
}

func (g anyGuarantees) Query(context.Context, transit.GuaranteeInquiry, string) (*transit.GuaranteeAnswer, error) {
	return some[*transit.GuaranteeAnswer](g.a, false)
}

func (g anyGuarantees) Check(context.Context, string) (*transit.GuaranteeCheck, error) {
	return some[*transit.GuaranteeCheck](g.a, false)
}

type anyRegistry struct{ a *anything }

func (r anyRegistry) Found(context.Context, []byte) (*transit.Consortium, receipt, error) {
	return done[*transit.Consortium](r.a)
}

func (r anyRegistry) Get(context.Context) (*transit.Consortium, error) {
	return some[*transit.Consortium](r.a, false)
}

func (r anyRegistry) OfficePage(context.Context, transit.ListQuery) (*transit.OfficePage, error) {
	items, next, err := many[transit.Office](r.a)
	return &transit.OfficePage{Offices: items, Bookmark: next}, err
}

func (r anyRegistry) Join(context.Context, transit.Organisation) (*transit.Organisation, receipt, error) {
	return done[*transit.Organisation](r.a)
}

func (r anyRegistry) Propose(context.Context, string, transit.Change) (*transit.Proposal, receipt, error) {
	return done[*transit.Proposal](r.a)
}

func (r anyRegistry) Approve(context.Context, string, string) (*transit.Proposal, receipt, error) {
	return done[*transit.Proposal](r.a)
}

func (r anyRegistry) Proposal(context.Context, string) (*transit.Proposal, error) {
	return some[*transit.Proposal](r.a, false)
}

func (r anyRegistry) Put(context.Context, string, transit.Entries) ([]transit.WrittenPage, []receipt, error) {
	page, done, err := done[transit.WrittenPage](r.a)
	return []transit.WrittenPage{page}, []receipt{done}, err
}

func (r anyRegistry) Page(context.Context, string, transit.Book, string) (*transit.Page, error) {
	return some[*transit.Page](r.a, false)
}

func (r anyRegistry) Operator(context.Context, string, transit.Date) (*transit.Operator, error) {
	return some[*transit.Operator](r.a, false)
}

func (r anyRegistry) VerifyDocument(context.Context, *transit.STD, []byte, string, time.Time) (*signature.Proof, error) {
	p, err := some[*Proof](r.a, false)
	if err != nil {
		return nil, &signature.Error{Text: "the signature is another's"}
	}
	return &signature.Proof{Operator: p.Operator, Algorithm: p.Algorithm, At: p.At}, nil
}

type anyNode struct{ a *anything }

func (n anyNode) MSP() string { return "CNMSP" }

func (n anyNode) Info(context.Context) (*transit.Info, error) {
	return some[*transit.Info](n.a, false)
}

func (n anyNode) Height(context.Context) (uint64, error) { return 20, nil }

func (n anyNode) Await(context.Context, string) (uint64, error) { return 12, n.a.refusal(false) }

func (n anyNode) Check(context.Context) (*fsck.Report, error) {
	return &fsck.Report{}, n.a.refusal(false)
}

func (n anyNode) EventsAfter(ctx context.Context, _ cats.Position) iter.Seq2[*cats.Event, error] {
	return func(yield func(*cats.Event, error) bool) {
		<-ctx.Done()
		yield(nil, ctx.Err())
	}
}

type anyMessages struct{ a *anything }

func (m anyMessages) PostAs(context.Context, string, []byte) (*exchange.Outcome, error) {
	refused := exchange.Answer{ID: "A1", Kind: "CC056C", Refusal: true, MediaType: "application/xml", Text: []byte("<a>\u0001</a>")}
	return &exchange.Outcome{Answers: []exchange.Answer{refused}}, m.a.refusal(true)
}

func (m anyMessages) Status(context.Context, string, string) (*exchange.Answer, error) {
	return &exchange.Answer{ID: "A3", Kind: "CC029C", MediaType: "application/xml", Text: []byte("<a/>")}, m.a.refusal(false)
}

func (m anyMessages) Answers(context.Context, exchange.Cursor) (exchange.Page, error) {
	return exchange.Page{Answers: []exchange.Answer{{ID: "A2", Kind: "CC028C"}}, More: true}, m.a.refusal(false)
}

func (m anyMessages) Statuses(context.Context, exchange.Cursor) (exchange.Page, error) {
	status := exchange.Answer{ID: "A4", Kind: "TransportationStatus", MediaType: "application/xml", Text: []byte("<b/>")}
	return exchange.Page{Answers: []exchange.Answer{status}}, m.a.refusal(false)
}
