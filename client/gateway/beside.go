package gateway

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/links/queue"
	"carec.example/cats/client/links/risk"
	"carec.example/cats/client/links/webhook"
	"carec.example/cats/client/links/window"
	"carec.example/cats/client/projection"
)

// Beside are the parts of the organisation's application that stand beside the ledger, in its own database. An operation of a part
// that is nil answers 404.
type Beside struct {
	// MSP of the organisation. The read model answers nobody without it.
	MSP      string
	Model    ReadModel
	Webhooks Webhooks
	// Deposits tells how the deposits with single windows stand, for the metrics; nil where it is not told.
	Deposits func(ctx context.Context) (window.Backlog, error)
	// Assess asks the country's risk-management service; nil where none is set.
	Assess func(ctx context.Context, q risk.Question) (*risk.Assessment, error)
	// Assessments lists what officers were told, of one movement or of all, the latest first.
	Assessments func(ctx context.Context, movement string) ([]risk.Assessment, error)
}

// ReadModel is what the gateway needs of [projection.Model]: it asks for a reader, and of the model itself how far it has come and how much is in it.
type ReadModel interface {
	View(r projection.Reader) *projection.View
	Progress(ctx context.Context) (projection.Progress, error)
	Status(ctx context.Context) (*projection.Status, error)
}

// Webhooks are the calls of [webhook.Hooks].
type Webhooks interface {
	Add(ctx context.Context, address string, types []string, private bool) (*webhook.Subscription, string, error)
	List(ctx context.Context) ([]webhook.Subscription, error)
	Get(ctx context.Context, id string) (*webhook.Subscription, error)
	Remove(ctx context.Context, id string) error
	Pause(ctx context.Context, id string) error
	Enable(ctx context.Context, id string) error
	Rotate(ctx context.Context, id string, overlap time.Duration) (string, error)
	Log(ctx context.Context, f webhook.Filter) (*queue.Page[webhook.Delivery], error)
	Replay(ctx context.Context, id string, which webhook.Which) (int, error)
	Test(ctx context.Context, id string) (webhook.Outcome, error)
	Backlog(ctx context.Context) (webhook.Backlog, error)
}

// absent is the answer of operations of a part that this gateway does not have.
func absent(part string) error {
	return problem(codeNoSuchOperation, "This gateway has no "+part+".")
}

// besideTime bounds a question to the organisation's own database.
const besideTime = 15 * time.Second

// act completes the row of an operation that changes something of the organisation's own, and nothing on the ledger.
func act[B, R any](o operation, do func(ctx context.Context, r *request, body B) (R, error)) operation {
	o.changes, o.local = true, true
	if t := reflect.TypeFor[B](); t != reflect.TypeFor[nothing]() {
		o.body, o.optional = t, allOptional(t)
	}
	o.result = reflect.TypeFor[R]()
	o.perform = func(ctx context.Context, _ *Ledger, r *request) (*reply, error) {
		var body B
		if err := r.decode(&body); err != nil {
			return nil, err
		}
		result, err := do(ctx, r, body)
		if err != nil {
			return nil, err
		}
		return &reply{body: result}, nil
	}
	return o
}

// look completes the row of a query to the organisation's own database.
func look[R any](o operation, do func(ctx context.Context, r *request) (R, error)) operation {
	o.local = true
	return read(o, func(ctx context.Context, _ *Ledger, r *request) (R, error) {
		ctx, cancel := context.WithTimeout(ctx, besideTime)
		defer cancel()
		return do(ctx, r)
	})
}

// The headers that tell how new an answer of the read model is.
const (
	headerModelBlocks = "Cats-Model-Blocks"
	headerModelTime   = "Cats-Model-Time"
)

// view completes the row of a query of the read model. How far the model has come is read before it is asked, so that the answer is at
// least as new as its headers say.
func view[R any](o operation, do func(ctx context.Context, v *projection.View, r *request) (R, error)) operation {
	o.local, o.modelled = true, true
	o.result = reflect.TypeFor[R]()
	o.perform = func(ctx context.Context, _ *Ledger, r *request) (*reply, error) {
		model := r.beside.Model
		if model == nil {
			return nil, absent("read model")
		}
		ctx, cancel := context.WithTimeout(ctx, besideTime)
		defer cancel()
		progress, err := model.Progress(ctx)
		if err != nil {
			return nil, err
		}
		result, err := do(ctx, model.View(r.reader()), r)
		if err != nil {
			return nil, ofModel(err)
		}
		out := &reply{body: result, reading: true, header: map[string]string{
			headerModelBlocks: strconv.FormatUint(progress.Next, 10),
		}}
		if progress.At != "" {
			out.header[headerModelTime] = progress.At
		}
		return out, nil
	}
	return o
}

// reader is the caller as the read model knows readers.
func (r *request) reader() projection.Reader {
	return projection.Reader{MSP: r.beside.MSP, Role: r.caller.Role, Operator: r.caller.Operator}
}

// ofModel tells a refusal of the read model as the ledger would.
func ofModel(err error) error {
	var refused *projection.NotForReader
	switch {
	case errors.As(err, &refused):
		return transit.Faultf(transit.NotAuthorised, "%s", refused.What)
	case errors.Is(err, projection.ErrNotFound):
		return transit.Faultf(transit.NotFound, "there is no such movement for the caller").At("/movement")
	case errors.Is(err, projection.ErrCursor):
		return transit.Faultf(transit.MalformedRequest, "this is no cursor of the list").At("/cursor")
	}
	return err
}

// paging reads size and cursor of a list of the read model.
func (r *request) paging() (projection.Paging, error) {
	q, err := listQuery(r.operation.id, r)
	if q.Size == 0 {
		q.Size = projection.DefaultLimit
	}
	return projection.Paging{Limit: q.Size, After: q.Bookmark}, err
}

func pageParameters(more ...parameter) []parameter {
	return append(more,
		parameter{name: "size", description: "How many a page has at most: 1 to 100, 50 when left out.", example: "50"},
		parameter{name: "cursor", description: "The cursor of the page before; the first page when left out."},
	)
}

// legible refuses what no database has under any reference: text that is none, and control characters. The ledger has words of its own
// for that.
func (r *request) legible() *Problem {
	if !r.operation.local {
		return nil
	}
	asked, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return problem(codeBadRequest, "The query cannot be read.")
	}
	all := []string{r.URL.Path}
	for _, values := range asked {
		all = append(all, values...)
	}
	if slices.ContainsFunc(all, illegible) {
		return problem(codeBadRequest, "Path and query are UTF-8 without control characters.")
	}
	return nil
}

func illegible(text string) bool {
	return !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl)
}

// day reads a day of the query; empty when it is left out.
func (r *request) day(name string) (string, error) {
	text := r.query(name)
	if text == "" {
		return "", nil
	}
	if _, err := transit.Date(text).Parse(); err != nil {
		return "", transit.Faultf(transit.MalformedRequest, "%v", err).At("/" + name)
	}
	return text, nil
}

// choices reads a list of the query, separated by commas, of values that there are.
func choices[T ~string](r *request, name string, all []T) ([]T, error) {
	var out []T
	for text := range strings.SplitSeq(r.query(name), ",") {
		if text == "" {
			continue
		}
		if err := oneOf(name, text, all); err != nil {
			return nil, err
		}
		out = append(out, T(text))
	}
	return out, nil
}

// oneOf refuses a value of the query that there is not.
func oneOf[T ~string](name, text string, all []T) error {
	for _, v := range all {
		if string(v) == text {
			return nil
		}
	}
	fault := transit.Faultf(transit.MalformedRequest, "%s is %s", name, listed(all)).At("/" + name)
	return fault.With(transit.Violation{Code: transit.CodeListViolation, Pointer: "/" + name, Value: text, Text: "one of the list is wanted"})
}

func listed[T ~string](all []T) string {
	names := make([]string, len(all))
	for i, v := range all {
		names[i] = string(v)
	}
	return fmt.Sprintf("one of %s", strings.Join(names, ", "))
}

func texts[T ~string](all []T) []string {
	out := make([]string, len(all))
	for i, v := range all {
		out[i] = string(v)
	}
	return out
}
