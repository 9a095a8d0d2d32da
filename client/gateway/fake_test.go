package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"iter"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/access"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/database"
	"carec.example/cats/client/exchange"
	"carec.example/cats/client/fsck"
)

const someMRN = "26CN4TB0Q9V7HWKXJ5"

// fake stands in for the ledger: it takes steps on one movement, which it remembers by message, and fails as a test tells it.
type fake struct {
	Movements

	mu       sync.Mutex
	movement transit.Movement
	// asked are the calls that came, by name.
	asked []string
	// fail is what the next calls fail with, in turn; nil succeeds.
	fail []error
	// lose: the call is done, and the answer is lost.
	lose bool
	// block, when set, holds a call until it is closed.
	block  chan struct{}
	inside chan struct{}
	page   []*transit.Movement
	events []*cats.Event
	report *fsck.Report
	closed int
}

func newFake() *fake {
	return &fake{movement: transit.Movement{
		Course: transit.Course{
			V: 1, ID: "CN4TB0Q9V7HWKX", MRN: someMRN, State: transit.Accepted, Seq: 3, Holder: "CN916501007TSL1",
			Legs: []transit.Leg{{Country: "CN", MSP: "CNMSP"}, {Country: "KZ", MSP: "KZMSP"}},
		},
		Declared: transit.Declared{Declarant: transit.Declarant{MSP: "CNMSP", Operator: "CN916501007TSL1"}},
	}}
}

func (f *fake) ledger() *Ledger {
	return &Ledger{
		Movements: f, Guarantees: fakeGuarantees{f: f}, Registry: fakeRegistry{f: f}, Node: fakeNode{f}, Messages: fakeMessages{f},
		Close: func() error { f.closed++; return nil },
	}
}

// calls are the calls that came.
func (f *fake) calls() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.asked)
}

func (f *fake) next(name string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = append(f.asked, name)
	if len(f.fail) == 0 {
		return nil
	}
	err := f.fail[0]
	f.fail = f.fail[1:]
	return err
}

// step takes a step as the ledger does: a message that stands on the record changes nothing.
func (f *fake) step(name string, opts []option) (course, receipt, error) {
	if f.inside != nil {
		f.inside <- struct{}{}
		<-f.block
	}
	if err := f.next(name); err != nil {
		return nil, receipt{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	asked := cats.AskedBy(opts...)
	message, expected := asked.MessageID, asked.ExpectedSeq
	if message != "" && slices.Contains(f.movement.Messages, message) {
		c := f.movement.Course
		return &c, receipt{MessageID: message}, nil
	}
	if expected != 0 && expected != f.movement.Seq {
		fault := transit.Faultf(transit.Stale, "movement is at step %d, not %d", f.movement.Seq, expected).At("/expectedSeq")
		return nil, receipt{}, &cats.Error{Op: name, Class: cats.Conflict, Fault: fault}
	}
	f.movement.Seq++
	f.movement.Messages = append(f.movement.Messages, message)
	if f.lose {
		f.lose = false
		return nil, receipt{}, &cats.Error{Op: name, Class: cats.UnknownOutcome, TransactionID: strings.Repeat("ab12", 16), MessageID: message}
	}
	c := f.movement.Course
	return &c, receipt{TransactionID: "cd34", BlockNumber: 12, Endorsers: []string{"CNMSP", "KZMSP"}, MessageID: message}, nil
}

func (f *fake) Accept(_ context.Context, _ string, opts ...option) (course, receipt, error) {
	return f.step("Accept", opts)
}

func (f *fake) Reject(_ context.Context, _, reason string, opts ...option) (course, receipt, error) {
	return f.step("Reject "+reason, opts)
}

func (f *fake) Present(_ context.Context, _ string, opts ...option) (course, receipt, error) {
	return f.step("Present", opts)
}

func (f *fake) Claim(_ context.Context, _ string, _ []transit.ClaimRequest, opts ...option) (course, receipt, error) {
	return f.step("Claim", opts)
}

func (f *fake) Lodge(_ context.Context, std *transit.STD, opts ...option) (movement, receipt, error) {
	_, done, err := f.step("Lodge "+std.TransitOperation.LRN, opts)
	if err != nil {
		return nil, receipt{}, err
	}
	return &f.movement, done, nil
}

func (f *fake) Get(context.Context, string) (*transit.MovementView, error) {
	if err := f.next("Get"); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	m := f.movement
	return &transit.MovementView{Movement: &m, Deliveries: []transit.Delivery{}}, nil
}

func (f *fake) Attach(_ context.Context, _ string, file transit.File) (*transit.Attachment, receipt, error) {
	return &transit.Attachment{Name: "attachment-1", Digest: file.Name + " " + file.MediaType}, receipt{}, f.next("Attach")
}

func (f *fake) Attachment(context.Context, string, string) (*transit.File, error) {
	return &transit.File{Name: "счёт.pdf", MediaType: "application/pdf", Data: []byte("%PDF")}, f.next("Attachment")
}

func (f *fake) ListPage(_ context.Context, q transit.ListQuery) (*transit.MovementPage, error) {
	at := slices.IndexFunc(f.page, func(m *transit.Movement) bool { return m.ID >= q.Bookmark })
	if at < 0 {
		return &transit.MovementPage{}, f.next("ListPage")
	}
	end, next := min(len(f.page), at+max(q.Size, 1)), ""
	if end < len(f.page) {
		next = f.page[end].ID
	}
	return &transit.MovementPage{Movements: f.page[at:end], Bookmark: next}, f.next("ListPage")
}

func (f *fake) List(context.Context) iter.Seq2[*transit.Movement, error] {
	return func(yield func(*transit.Movement, error) bool) {
		for _, m := range f.page {
			if !yield(m, nil) {
				return
			}
		}
	}
}

type fakeGuarantees struct {
	Guarantees
	f *fake
}

func (f fakeGuarantees) ListPage(context.Context, transit.ListQuery) (*transit.GuaranteePage, error) {
	return &transit.GuaranteePage{}, f.f.next("ListPage")
}

func (f fakeGuarantees) Get(context.Context, string) (*transit.GuaranteeView, error) {
	return &transit.GuaranteeView{Guarantee: &transit.Guarantee{Terms: transit.Terms{Guarantor: "CGMMSP"}}}, f.f.next("GetGuarantee")
}

func (f fakeGuarantees) Cancel(context.Context, string, cats.End, ...option) (*transit.Guarantee, receipt, error) {
	return &transit.Guarantee{Seq: 4}, receipt{}, f.f.next("CancelGuarantee")
}

func (f fakeGuarantees) Revoke(context.Context, string, cats.End, ...option) (*transit.Guarantee, receipt, error) {
	return &transit.Guarantee{Seq: 4}, receipt{}, f.f.next("RevokeGuarantee")
}

type fakeRegistry struct {
	Registry
	f *fake
}

func (f fakeRegistry) Get(context.Context) (*transit.Consortium, error) {
	return &transit.Consortium{V: 1, Organisations: []transit.Organisation{}}, f.f.next("GetRegistry")
}

type fakeNode struct{ *fake }

func (f fakeNode) MSP() string { return "CNMSP" }

func (f fakeNode) Info(context.Context) (*transit.Info, error) {
	return &transit.Info{Version: "1.0", Founded: true}, f.next("Info")
}

func (f fakeNode) Height(context.Context) (uint64, error) { return 20, nil }

func (f fakeNode) Await(context.Context, string) (uint64, error) { return 12, f.next("Await") }

func (f fakeNode) Check(context.Context) (*fsck.Report, error) { return f.report, f.next("Check") }

func (f fakeNode) EventsAfter(ctx context.Context, at cats.Position) iter.Seq2[*cats.Event, error] {
	return func(yield func(*cats.Event, error) bool) {
		seen := at.TransactionID == ""
		for _, e := range f.events {
			if e.BlockNumber < at.Block {
				continue
			}
			if !seen {
				seen = e.TransactionID == at.TransactionID
				continue
			}
			if !yield(e, nil) {
				return
			}
		}
		<-ctx.Done()
		yield(nil, ctx.Err())
	}
}

// callers are those whom the tests' door knows, by a header.
type callers map[string]access.Caller

func (c callers) door(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if known, is := c[r.Header.Get("X-Test-Caller")]; is {
			r = r.WithContext(access.With(r.Context(), known))
		}
		next.ServeHTTP(w, r)
	})
}

func someCallers() callers {
	return callers{
		"officer": {Name: "o", Identity: "cn-officer-urumqi", Organisation: "CN", Role: transit.RoleOfficer, Office: "CNURM001", Scheme: access.MutualTLS},
		"other":   {Name: "p", Identity: "cn-officer-horgos", Organisation: "CN", Role: transit.RoleOfficer, Office: "CNHRS001", Scheme: access.MutualTLS},
		"trader":  {Name: "t", Identity: "cn-trader", Organisation: "CN", Role: transit.RoleTrader, Operator: "CN916501007TSL1", Scheme: access.MutualTLS},
		"admin":   {Name: "a", Identity: "cn-admin", Organisation: "CN", Role: transit.RoleAdministrator, Scheme: access.MutualTLS},
		"foreign": {Name: "k", Identity: "kz-officer", Organisation: "KZ", Role: transit.RoleOfficer, Scheme: access.MutualTLS},
	}
}

// server is a gateway over a fake ledger.
type server struct {
	t    testing.TB
	fake *fake
	// ledger is what the gateway opens: the fake's, where there is one.
	ledger  func() *Ledger
	gateway *Gateway
	http    *httptest.Server
	answers Answers
	jobs    *JobStore
	clock   *clock
	log     *bytes.Buffer
	// movements, when set, stand in for those of the fake.
	movements Movements
	parts     Beside
	// logIn of people, where a test has one.
	logIn http.Handler
	// out takes what is logged: log, where there is a fake, so that a test reads it.
	out io.Writer
}

type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// locked lets a test read a log that handlers write.
type locked struct {
	mu *sync.Mutex
	w  io.Writer
}

func (l locked) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(b)
}

func newServer(t *testing.T, f *fake) *server {
	t.Helper()
	db := newDatabase(t)
	clock := &clock{at: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)}
	s := &server{
		t: t, fake: f, answers: kept(t, db), jobs: jobsIn(t, db), clock: clock, log: &bytes.Buffer{},
	}
	s.begin()
	t.Cleanup(s.end)
	return s
}

// beside is another gateway of the same organisation, over the same ledger and the same database.
func (s *server) beside() *server {
	s.t.Helper()
	other := &server{t: s.t, fake: s.fake, answers: s.answers, jobs: s.jobs, clock: s.clock, log: &bytes.Buffer{}, parts: s.parts}
	other.begin()
	s.t.Cleanup(other.end)
	return other
}

func (s *server) begin() {
	if s.fake != nil {
		s.ledger, s.out = s.fake.ledger, s.log
	}
	g, err := New(Config{
		Organisation: "CN", Observer: "cn-courier", Door: everybody().door, Beside: s.parts, LogIn: s.logIn, Answers: s.answers,
		Jobs: s.jobs, Now: s.clock.now,
		Open: func(context.Context, string) (*Ledger, error) {
			l := s.ledger()
			if s.movements != nil {
				l.Movements = s.movements
			}
			return l, nil
		},
		Log: slog.New(slog.NewJSONHandler(locked{mu: &sync.Mutex{}, w: s.out}, nil)),
	})
	require.NoError(s.t, err)
	s.gateway, s.http = g, httptest.NewServer(g.Handler())
}

func (s *server) end() {
	s.gateway.HangUp()
	s.http.Close()
	require.NoError(s.t, s.gateway.Close())
}

// answered is an answer as a test looks at it.
type answered struct {
	status int
	header http.Header
	body   []byte
}

func (a answered) problem(t *testing.T) Problem {
	t.Helper()
	require.Equal(t, problemMedia, a.header.Get("Content-Type"), "%s", a.body)
	var p Problem
	require.NoError(t, json.Unmarshal(a.body, &p))
	require.Equal(t, a.status, p.Status)
	return p
}

// do asks as a caller, with further headers in pairs.
func (s *server) do(caller, method, path, body string, headers ...string) answered {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.http.URL+path, bytes.NewReader([]byte(body)))
	require.NoError(s.t, err)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if caller != "" {
		r.Header.Set("X-Test-Caller", caller)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := s.http.Client().Do(r)
	require.NoError(s.t, err)
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	require.NoError(s.t, err)
	return answered{status: res.StatusCode, header: res.Header, body: raw}
}

// newDatabase is one of the test's own.
func newDatabase(t testing.TB) *database.DB {
	t.Helper()
	db, err := database.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "node.db"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

func kept(t testing.TB, db *database.DB) Answers {
	t.Helper()
	a, err := OpenAnswers(t.Context(), db)
	require.NoError(t, err)
	return a
}

func jobsIn(t testing.TB, db *database.DB) *JobStore {
	t.Helper()
	s, err := OpenJobs(t.Context(), db)
	require.NoError(t, err)
	return s
}

func newMemory(t *testing.T) Answers {
	t.Helper()
	return kept(t, newDatabase(t))
}

// forgetful is a memory whose gateway ends before an answer is kept, or that cannot be reached.
type forgetful struct {
	Answers
	fail error
}

func (m *forgetful) Claim(ctx context.Context, c Claim) (*Answer, error) {
	if m.fail != nil {
		return nil, m.fail
	}
	return m.Answers.Claim(ctx, c)
}

func (m *forgetful) Keep(context.Context, Claim, Answer, time.Time) error { return nil }

type fakeMessages struct{ f *fake }

// PostAs answers with what came.
func (m fakeMessages) PostAs(_ context.Context, mapping string, message []byte) (*exchange.Outcome, error) {
	if err := m.f.next("Post " + mapping); err != nil {
		return nil, err
	}
	if mapping != "" {
		return &exchange.Outcome{
			Answers: []exchange.Answer{{ID: "A3", Kind: mapping, Mapping: mapping, MediaType: "text/csv", Text: message}},
			LeftOut: []exchange.LeftOut{{Place: "/list/row/Colour", Line: 2, Value: "red", Reason: "nobody reads it"}},
		}, nil
	}
	return &exchange.Outcome{Answers: []exchange.Answer{{ID: "A1", Kind: "CC928C", MediaType: "application/xml", Text: message}}}, nil
}

func (m fakeMessages) Status(_ context.Context, mapping, movement string) (*exchange.Answer, error) {
	if err := m.f.next("Status " + mapping + " " + movement); err != nil {
		return nil, err
	}
	return &exchange.Answer{ID: movement, Kind: mapping, Mapping: mapping, MediaType: "text/csv", Text: []byte("a;b\n")}, nil
}

func (m fakeMessages) Answers(_ context.Context, after exchange.Cursor) (exchange.Page, error) {
	if err := m.f.next("Answers after " + after.String()); err != nil {
		return exchange.Page{}, err
	}
	told := []exchange.Answer{{ID: "A2", Kind: "CC028C", MediaType: "application/xml", Text: []byte("<a/>")}}
	return exchange.Page{Answers: told, Next: exchange.Cursor{Block: 12, Index: 3}}, nil
}

func (m fakeMessages) Statuses(_ context.Context, after exchange.Cursor) (exchange.Page, error) {
	if err := m.f.next("Statuses after " + after.String()); err != nil {
		return exchange.Page{}, err
	}
	return exchange.Page{Answers: []exchange.Answer{{ID: "A3", Kind: "TransportationStatus", MediaType: "application/xml", Text: []byte("<b/>")}}}, nil
}
