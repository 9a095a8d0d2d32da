package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"mime"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/access"
)

// callTimeout bounds one call of the ledger.
const callTimeout = 110 * time.Second

// Config is what a gateway needs.
type Config struct {
	// Organisation is the short name of the organisation served: callers of another are refused.
	Organisation string
	// Open opens the ledger as an identity.
	Open Opener
	// Prepare opens the ledger for an identity that signs elsewhere; nil where nothing is prepared.
	Prepare Opener
	// KeyElsewhere reports whether the key of an identity is not here, so that whatever it changes is prepared; nil: never.
	KeyElsewhere func(identity string) bool
	// Observer is the identity with which the gateway itself follows the ledger, for events and readiness.
	Observer string
	// Door lets in whom it knows, within their rates: next finds the caller with [access.From].
	Door func(next http.Handler) http.Handler
	// LogIn serves the log-in of people below /v1/session and /v1/oidc; nil where there is none.
	LogIn http.Handler
	// Answers keeps the answers to requests with an Idempotency-Key.
	Answers Answers
	// Jobs keeps long work and its results.
	Jobs *JobStore
	// Beside are the parts of the application beside the ledger.
	Beside Beside
	// Log takes the access log and failures; never content or personal data.
	Log *slog.Logger
	// Clients bounds the clients of the ledger that are open at once (64).
	Clients int
	// Streams bounds the readers of events at once (64): each takes one of the streams that the peer has for all its clients.
	Streams int
	// Metrics are shown beside the gateway's own.
	Metrics []prometheus.Collector
	// Now is the clock; time.Now when nil.
	Now func() time.Time
}

// Gateway serves the ledger over HTTP. [Gateway.Handler] is for the network, [Gateway.Operations] for the organisation's own
// monitoring, and [Gateway.Run] works until its context ends; [Gateway.Close] comes last.
type Gateway struct {
	organisation string
	observer     string
	door         func(http.Handler) http.Handler
	logIn        http.Handler
	answers      Answers
	beside       Beside
	log          *slog.Logger
	now          func() time.Time
	pool         *pool
	// preparing keeps the clients of identities that sign elsewhere; nil where nothing is prepared.
	preparing    *pool
	keyElsewhere func(identity string) bool
	// rows finds the operation of a request that was signed elsewhere.
	rows     *http.ServeMux
	document *document
	metrics  *metrics
	jobs     *jobs
	// streams are the places for readers of events; hungUp ends them all.
	streams chan struct{}
	hungUp  context.Context
	// HangUp ends the readers of events, which a server that shuts down must not wait for.
	HangUp context.CancelFunc
}

func (c Config) withDefaults() Config {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Clients < 1 {
		c.Clients = 64
	}
	if c.Streams < 1 {
		c.Streams = 64
	}
	return c
}

// New makes a gateway. Nothing is connected yet.
func New(c Config) (*Gateway, error) {
	if c.Open == nil || c.Door == nil || c.Answers == nil || c.Jobs == nil || c.Log == nil || c.Organisation == "" || c.Observer == "" {
		return nil, errors.New("a gateway needs an organisation, an observer, a ledger, a log, and who its callers are")
	}
	c = c.withDefaults()
	g := &Gateway{
		organisation: c.Organisation, observer: c.Observer, door: c.Door, logIn: c.LogIn, answers: c.Answers, beside: c.Beside, log: c.Log,
		now:  c.Now,
		pool: newPool(c.Open, c.Clients), document: theDocument(), metrics: newMetrics(),
	}
	if err := g.metrics.show(c.Metrics); err != nil {
		return nil, err
	}
	if g.keyElsewhere = c.KeyElsewhere; g.keyElsewhere == nil {
		g.keyElsewhere = func(string) bool { return false }
	}
	if c.Prepare != nil {
		g.preparing = newPool(c.Prepare, c.Clients)
	}
	g.streams = make(chan struct{}, c.Streams)
	g.hungUp, g.HangUp = context.WithCancel(context.Background())
	g.jobs = newJobs(c.Jobs, g.pool, c.Now, g.metrics, c.Log)
	g.rows = routed(operations(g.jobs))
	g.metrics.registry.MustRegister(newBesideMetrics(g))
	return g, nil
}

// Run lets go of what has expired, and takes on the jobs of processes that have ended, until the context ends. It returns nil then.
func (g *Gateway) Run(ctx context.Context) error {
	var working sync.WaitGroup
	working.Go(func() { g.jobs.run(ctx) })
	g.expire(ctx)
	working.Wait()
	return nil
}

// Close ends the readers of events and the jobs, and closes the clients. It comes after the last request.
func (g *Gateway) Close() error {
	g.HangUp()
	g.jobs.close()
	err := g.pool.close()
	if g.preparing != nil {
		err = errors.Join(err, g.preparing.close())
	}
	return err
}

// expire deletes answers whose time is over, now and then.
func (g *Gateway) expire(ctx context.Context) {
	every := time.NewTicker(10 * time.Minute)
	defer every.Stop()
	for {
		if err := g.answers.Expire(ctx, g.now()); err != nil && ctx.Err() == nil {
			g.log.WarnContext(ctx, "expired answers not deleted", "error", err.Error())
		}
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
	}
}

// serve makes the handler of an operation.
func (g *Gateway) serve(o *operation) http.HandlerFunc {
	return func(w http.ResponseWriter, hr *http.Request) {
		caller, _ := access.From(hr.Context())
		r := &request{Request: hr, operation: o, schemas: g.document.schemas, caller: caller, beside: &g.beside}
		if p := g.admit(w, r); p != nil {
			g.give(w, r, g.refuse(r, p))
			return
		}
		// The request is in; what bounds its answer is the call's own time.
		_ = http.NewResponseController(w).SetReadDeadline(time.Time{})
		ctx, cancel := g.callContext(r)
		defer cancel()
		if o.answer != nil {
			g.give(w, r, o.answer(ctx, g, r))
			return
		}
		g.give(w, r, g.done(ctx, r))
	}
}

// done does a request, once if it has a key.
func (g *Gateway) done(ctx context.Context, r *request) Answer {
	if key := r.Header.Get(KeyHeader); r.operation.changes && key != "" {
		return g.once(ctx, r, key)
	}
	a, _ := g.perform(ctx, r)
	return a
}

// callContext bounds the call. A change goes on when the caller hangs up: it may be on its way to the orderers, and its
// answer belongs under its key.
func (g *Gateway) callContext(r *request) (context.Context, context.CancelFunc) {
	ctx := r.Context()
	if r.operation.changes || r.operation.answer != nil {
		ctx = context.WithoutCancel(ctx)
	}
	return context.WithTimeout(ctx, callTimeout)
}

// admit reads the request and refuses at the door what the ledger would refuse anyway.
func (g *Gateway) admit(w http.ResponseWriter, r *request) *Problem {
	o := r.operation
	if !admits(o.roles, r.caller.Role) {
		return problem(transit.NotAuthorised, fmt.Sprintf("%s is for %s, not for a caller with the role %q.", o.id, roleNames(o.roles), r.caller.Role))
	}
	if p := checkKey(r.Header.Get(KeyHeader)); p != nil {
		return p
	}
	if p := r.legible(); p != nil {
		return p
	}
	for _, q := range o.query {
		if q.required && r.query(q.name) == "" {
			return problem(codeBadRequest, "The query names no "+q.name+".")
		}
	}
	var p *Problem
	if r.expectedSeq, p = expectedSeq(r.Header.Get("If-Match"), o.guarded); p != nil {
		return p
	}
	if p := g.admitElsewhere(r); p != nil {
		return p
	}
	return r.readBody(w)
}

// ask lends the caller's client, where the operation needs one, and performs it.
func (g *Gateway) ask(ctx context.Context, r *request) (*reply, error) {
	if r.operation.local {
		return r.operation.perform(ctx, nil, r)
	}
	pool := g.pool
	if r.elsewhere {
		pool = g.preparing
	}
	l, give, err := pool.get(ctx, r.caller.Identity)
	switch {
	case errors.Is(err, errPoolFull), errors.Is(err, errPoolClosed):
		return nil, unavailable("The gateway has no place for another caller now; nothing was done.")
	case err != nil:
		return nil, err
	}
	defer give()
	g.metrics.inFlight.Inc()
	defer g.metrics.inFlight.Dec()
	if r.resumes() {
		if ctx, err = forwarded(ctx, l, r.signed); err != nil {
			return nil, err
		}
	}
	return r.operation.perform(ctx, l, r)
}

// answer makes the answer of a success.
func (g *Gateway) answer(r *request, result *reply) Answer {
	a := Answer{Status: r.operation.status, Header: map[string]string{}}
	if a.Status == 0 {
		a.Status = http.StatusOK
	}
	tag := result.tag
	if result.file == nil {
		a.Body = encode(result.body)
		if tag == "" && result.reading {
			tag = representationTag(result.body, a.Body)
		}
	}
	if tag != "" {
		a.Header["ETag"] = quoted(tag)
	}
	if result.location != "" {
		a.Header["Location"] = result.location
	}
	for name, value := range result.header {
		a.Header[name] = value
	}
	if r.Method == http.MethodGet && noneMatches(r.Header.Get("If-None-Match"), tag) {
		a.Status, a.Body = http.StatusNotModified, nil
		return a
	}
	if f := result.file; f != nil {
		a.Header["Content-Type"], a.Body = f.MediaType, f.Data
		a.Header["Content-Disposition"] = mime.FormatMediaType("attachment", map[string]string{"filename": f.Name})
		return a
	}
	a.Header["Content-Type"] = "application/json"
	return a
}

// refuse makes the answer of a failure. A defect goes to the log, once, here.
func (g *Gateway) refuse(r *request, p *Problem) Answer {
	if p.cause != nil {
		g.log.ErrorContext(r.Context(), "operation failed", "operation", r.operation.id, "request", requestID(r.Context()), "kind", kindOf(p.cause))
	}
	if p.Instance == "" {
		p.Instance = "urn:request:" + requestID(r.Context())
	}
	h := http.Header{}
	p.headers(h)
	a := Answer{Status: p.Status, Header: map[string]string{"Content-Type": problemMedia}, Body: encode(p)}
	for name := range h {
		a.Header[name] = h.Get(name)
	}
	return a
}

// give writes an answer.
func (g *Gateway) give(w http.ResponseWriter, _ *request, a Answer) {
	for name, value := range a.Header {
		w.Header().Set(name, value)
	}
	if a.Status != http.StatusNotModified {
		w.Header().Set("Content-Length", strconv.Itoa(len(a.Body)))
	}
	w.WriteHeader(a.Status)
	_, _ = w.Write(a.Body) // A reader that has gone gets the answer by its key.
}

func writeJSON(w http.ResponseWriter, status int, media string, v any) {
	body := encode(v)
	w.Header().Set("Content-Type", media)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// encode writes JSON without what is only for browsers' scripts.
func encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return []byte("{}") // The types of the answers can be encoded, as the document's test proves.
	}
	return b.Bytes()
}
