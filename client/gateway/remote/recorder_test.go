package remote

import (
	"context"
	"encoding/json"
	"iter"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/signature"
	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/exchange"
	"carec.example/cats/client/fsck"
	"carec.example/cats/client/gateway"
	"carec.example/cats/client/gateway/gatewaytest"
)

// recorder is a ledger that remembers what it was asked, and answers with records that the gateway's document allows.
type recorder struct {
	t        testing.TB
	document *gatewaytest.Document

	mu     sync.Mutex
	chance *rand.Rand
	asked  []asked
	// fail is what the next calls fail with, in turn; nil succeeds.
	fail   []error
	events []*cats.Event
}

// asked is one call: what came and what was answered.
type asked struct {
	name   string
	args   []any
	asked  cats.Asked
	result any
}

func newRecorder(t testing.TB, seed int) *recorder {
	t.Helper()
	document, err := gatewaytest.Read(gateway.Document(false))
	require.NoError(t, err)
	return &recorder{t: t, document: document, chance: gatewaytest.Seeded(seed, seed)}
}

func (r *recorder) ledger() *gateway.Ledger {
	return &gateway.Ledger{
		Movements: recordedMovements{r}, Guarantees: recordedGuarantees{r}, Registry: recordedRegistry{r}, Node: recordedNode{r},
		Messages: recordedMessages{r}, Close: func() error { return nil },
	}
}

// calls are those of a name that came, or all.
func (r *recorder) calls(name string) []asked {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(r.asked), func(a asked) bool { return name != "" && a.name != name })
}

// next remembers a call and tells whether it fails.
func (r *recorder) next(name string, opts []option, result any, args []any) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked = append(r.asked, asked{name: name, args: args, asked: cats.AskedBy(opts...), result: result})
	if len(r.fail) == 0 {
		return nil
	}
	err := r.fail[0]
	r.fail = r.fail[1:]
	return err
}

// some makes a value that is valid by the schema of its type.
func some[T any](r *recorder) T {
	t := reflect.TypeFor[T]()
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	raw, err := json.Marshal(r.document.Value(r.chance, t.Name()))
	require.NoError(r.t, err)
	var out T
	require.NoError(r.t, json.Unmarshal(raw, &out), "%s", raw)
	return out
}

// took is a change that was asked for.
func took[T any](r *recorder, name string, opts []option, args ...any) (T, receipt, error) {
	out := some[T](r)
	if err := r.next(name, opts, out, args); err != nil {
		var none T
		return none, receipt{}, err
	}
	return out, someReceipt(), nil
}

func someReceipt() receipt {
	return receipt{TransactionID: "cd34", BlockNumber: 1<<53 + 1, Endorsers: []string{"CNMSP", "KZMSP"}, MessageID: "M1"}
}

// told is a question that was asked.
func told[T any](r *recorder, name string, args ...any) (T, error) {
	out := some[T](r)
	return out, r.next(name, nil, out, args)
}

// answered is a question with an answer of the test's own.
func answered[T any](r *recorder, out T, name string, args ...any) (T, error) {
	return out, r.next(name, nil, out, args)
}

type recordedMovements struct{ *recorder }

// another is where a list of two pages goes on.
const another = "next\x00key"

// listing is the first or the second page of a list.
func listing[T any](r *recorder, q transit.ListQuery) ([]T, string) {
	if q.Bookmark == "" {
		return []T{some[T](r), some[T](r)}, another
	}
	return []T{some[T](r)}, ""
}

func (r recordedMovements) ListPage(_ context.Context, q transit.ListQuery) (*transit.MovementPage, error) {
	items, next := listing[*transit.Movement](r.recorder, q)
	return answered(r.recorder, &transit.MovementPage{Movements: items, Bookmark: next}, "Movements.ListPage", q)
}

// List is for the gateway's jobs, and not asked here.
func (r recordedMovements) List(context.Context) iter.Seq2[*transit.Movement, error] { return nil }

func (r recordedMovements) PurgeablePage(_ context.Context, q transit.ListQuery) (*transit.PurgeablePage, error) {
	items, next := listing[transit.Purgeable](r.recorder, q)
	return answered(r.recorder, &transit.PurgeablePage{Due: items, Bookmark: next}, "Movements.PurgeablePage", q)
}

func (r recordedMovements) History(_ context.Context, m *transit.Movement) ([]cats.Passage, error) {
	return answered(r.recorder, []cats.Passage{some[cats.Passage](r.recorder)}, "Movements.History", m)
}

// Content is what a gateway's own client gives, with the sealed sections and certificates that do not come over.
func (r recordedMovements) Content(_ context.Context, movement string) (*cats.Document, error) {
	p := some[gateway.Proof](r.recorder)
	return answered(r.recorder, &cats.Document{
		Movement: some[*transit.Movement](r.recorder), STD: some[*transit.STD](r.recorder),
		Signature: &cats.DocumentSignature{
			JWS: []byte("a..b"), Proof: &signature.Proof{Operator: p.Operator, Algorithm: p.Algorithm, At: p.At},
		},
	}, "Movements.Content", movement)
}

func (r recordedMovements) Shared(_ context.Context, movement string) (*cats.Document, error) {
	d := &cats.Document{Movement: some[*transit.Movement](r.recorder), STD: some[*transit.STD](r.recorder)}
	return answered(r.recorder, d, "Movements.Shared", movement)
}

func (r recordedMovements) Attachment(_ context.Context, movement, name string) (*transit.File, error) {
	f := &transit.File{Name: "счёт 1.pdf", MediaType: "application/pdf", Data: []byte("%PDF\x00\xff")}
	return answered(r.recorder, f, "Movements.Attachment", movement, name)
}

// CheckDetour is what the gateway asks before it grants, unless it is granted nevertheless.
func (r recordedMovements) CheckDetour(_ context.Context, movement string, d cats.Detour) ([]transit.Violation, error) {
	return answered(r.recorder, []transit.Violation{{Code: "14"}}, "Movements.CheckDetour", movement, d)
}

type recordedGuarantees struct{ *recorder }

func (r recordedGuarantees) ListPage(_ context.Context, q transit.ListQuery) (*transit.GuaranteePage, error) {
	items, next := listing[*transit.Guarantee](r.recorder, q)
	return answered(r.recorder, &transit.GuaranteePage{Guarantees: items, Bookmark: next}, "Guarantees.ListPage", q)
}

func (r recordedGuarantees) Query(_ context.Context, q transit.GuaranteeInquiry, accessCode string) (*transit.GuaranteeAnswer, error) {
	a := some[*transit.GuaranteeAnswer](r.recorder)
	if a.Bookmark = ""; q.Query == "1" && q.Bookmark == "" { // usages come in pages
		a.Bookmark = another
	}
	return answered(r.recorder, a, "Guarantees.Query", q, accessCode)
}

type recordedRegistry struct{ *recorder }

func (r recordedRegistry) OfficePage(_ context.Context, q transit.ListQuery) (*transit.OfficePage, error) {
	items, next := listing[transit.Office](r.recorder, q)
	return answered(r.recorder, &transit.OfficePage{Offices: items, Bookmark: next}, "Registry.OfficePage", q)
}

func (r recordedRegistry) Put(_ context.Context, country string, e transit.Entries) ([]transit.WrittenPage, []receipt, error) {
	pages, err := answered(r.recorder, []transit.WrittenPage{some[transit.WrittenPage](r.recorder)}, "Registry.Put", country, e)
	return pages, []receipt{{TransactionID: "ab12", BlockNumber: 7}, someReceipt()}, err
}

func (r recordedRegistry) Operator(_ context.Context, number string, day transit.Date) (*transit.Operator, error) {
	if strings.HasSuffix(number, "0") {
		return answered[*transit.Operator](r.recorder, nil, "Registry.Operator", number, day)
	}
	return told[*transit.Operator](r.recorder, "Registry.Operator", number, day)
}

func (r recordedRegistry) VerifyDocument(
	_ context.Context, std *transit.STD, jws []byte, operator string, at time.Time,
) (*signature.Proof, error) {
	p := some[gateway.Proof](r.recorder)
	proof := &signature.Proof{Operator: p.Operator, Algorithm: p.Algorithm, At: p.At}
	return answered(r.recorder, proof, "Registry.VerifyDocument", std, jws, operator, at)
}

type recordedNode struct{ *recorder }

func (r recordedNode) MSP() string { return "CNMSP" }

func (r recordedNode) Info(context.Context) (*transit.Info, error) {
	return told[*transit.Info](r.recorder, "Node.Info")
}

func (r recordedNode) Height(context.Context) (uint64, error) {
	return answered[uint64](r.recorder, 1<<53+1, "Node.Height")
}

func (r recordedNode) Await(_ context.Context, id string) (uint64, error) {
	return answered[uint64](r.recorder, 1<<53+1, "Node.Await", id)
}

func (r recordedNode) Check(context.Context) (*fsck.Report, error) {
	report := &fsck.Report{Height: 20, Movements: map[string]int{"released": 1}, Findings: []fsck.Finding{}, Took: time.Second}
	return answered(r.recorder, report, "Node.Check")
}

func (r recordedNode) EventsAfter(ctx context.Context, at cats.Position) iter.Seq2[*cats.Event, error] {
	_, _ = answered[any](r.recorder, nil, "Node.EventsAfter", at)
	return func(yield func(*cats.Event, error) bool) {
		for _, e := range r.events {
			behind := e.BlockNumber > at.Block || e.BlockNumber == at.Block && e.TransactionID > at.TransactionID
			if behind && !yield(e, nil) {
				return
			}
		}
		<-ctx.Done()
		yield(nil, ctx.Err())
	}
}

type recordedMessages struct{ *recorder }

func (r recordedMessages) PostAs(_ context.Context, mapping string, message []byte) (*exchange.Outcome, error) {
	return answered(r.recorder, &exchange.Outcome{
		Answers: []exchange.Answer{
			{ID: "A1", Kind: "CC056C", Refusal: true, MediaType: "application/xml", Text: []byte("<a/>")},
			{ID: "A2", Kind: "goods-list", Mapping: "goods-list", MediaType: "text/csv", Text: []byte("a;b\n")},
		},
		LeftOut: []exchange.LeftOut{{Place: "/list/row/Colour", Line: 2, Value: "red", Reason: "nobody reads it"}},
		Receipt: someReceipt(),
	}, "Messages.PostAs", mapping, message)
}

func (r recordedMessages) Status(_ context.Context, mapping, movement string) (*exchange.Answer, error) {
	a := &exchange.Answer{ID: movement, Kind: mapping, MediaType: "application/xml", Text: []byte("<a/>")}
	if mapping != exchange.UBL {
		a.Mapping, a.MediaType = mapping, "text/csv"
	}
	return answered(r.recorder, a, "Messages.Status", mapping, movement)
}

func (r recordedMessages) Answers(_ context.Context, after exchange.Cursor) (exchange.Page, error) {
	page := exchange.Page{
		Answers: []exchange.Answer{{ID: "A3", Kind: "CC028C", MediaType: "application/xml", Text: []byte("<b/>")}},
		Next:    exchange.Cursor{Block: 12, Index: 3}, More: true,
	}
	return answered(r.recorder, page, "Messages.Answers", after)
}

func (r recordedMessages) Statuses(_ context.Context, after exchange.Cursor) (exchange.Page, error) {
	page := exchange.Page{
		Answers: []exchange.Answer{{ID: "A4", Kind: "TransportationStatus", MediaType: "application/xml", Text: []byte("<c/>")}},
		Next:    exchange.Cursor{Block: 13},
	}
	return answered(r.recorder, page, "Messages.Statuses", after)
}
