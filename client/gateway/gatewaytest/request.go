package gatewaytest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Request is one request as it goes over the wire.
type Request struct {
	// Operation for which it was made; what is wrong with it can make it meet another.
	Operation *Operation
	Method    string
	// Path is escaped, Query raw.
	Path, Query string
	Header      http.Header
	Body        []byte
	// Cut: the connection ends before the body does.
	Cut bool
	// Slow is the pause between the parts of a body that comes slowly.
	Slow time.Duration
	// Wrong says what was done to it; empty when it is valid by the document.
	Wrong []string
}

func (q *Request) String() string {
	body := q.Body
	if len(body) > 600 {
		body = append(bytes.Clone(body[:600]), "..."...)
	}
	target := q.target()
	if len(target) > 600 {
		target = target[:600] + "..."
	}
	header := fmt.Sprintf("%.600q", fmt.Sprint(q.Header))
	return fmt.Sprintf("%s (%s) %s %s %s cut=%t slow=%s\n%q", q.Operation.ID, strings.Join(q.Wrong, ", "), q.Method, target, header, q.Cut, q.Slow, body)
}

func (q *Request) target() string {
	if q.Query == "" {
		return q.Path
	}
	return q.Path + "?" + q.Query
}

// Request makes a request for an operation: every third is valid, the others have one to three things wrong with them.
func (d *Document) Request(r *rand.Rand, o *Operation) *Request {
	for {
		q := d.valid(r, o)
		if n := r.IntN(6) - 1; n > 0 {
			for range (n + 1) / 2 {
				d.spoil(r, q)
			}
		}
		// What is no target of a request at all, the HTTP server refuses below the gateway.
		if _, err := url.ParseRequestURI(q.target()); err == nil && !strings.HasPrefix(q.Path, "//") {
			return q
		}
	}
}

// valid makes a request that is valid by the document.
func (d *Document) valid(r *rand.Rand, o *Operation) *Request {
	q := &Request{Operation: o, Method: o.Method, Path: o.Path, Header: http.Header{}}
	query := url.Values{}
	for _, p := range o.parameters {
		if !p.required && r.IntN(2) == 0 {
			continue
		}
		value := d.parameter(r, p)
		switch p.in {
		case "path":
			q.Path = strings.Replace(q.Path, "{"+p.name+"}", url.PathEscape(nonempty(value)), 1)
		case "query":
			query.Set(p.name, value)
		case "header":
			if headerSafe(value) {
				q.Header.Set(p.name, value)
			}
		}
	}
	q.Query = query.Encode()
	switch {
	case o.file:
		q.Body = []byte(pick(r, "%PDF-1.7", "<CC015C/>", "", word(r), "\x00\xff"))
		q.Header.Set("Content-Type", pick(r, "application/pdf", "application/xml", "text/plain; charset=utf-8"))
	case o.body != nil && (o.required || r.IntN(2) == 0):
		q.setBody(d.value(r, o.body, 0))
	}
	return q
}

func (q *Request) setBody(v any) {
	b, err := json.Marshal(v)
	if err != nil {
		b = []byte("{}")
	}
	q.Body = b
	q.Header.Set("Content-Type", "application/json")
}

func (d *Document) parameter(r *rand.Rand, p parameter) string {
	if p.example != nil && r.IntN(10) < 6 {
		text, _ := p.example.(string)
		return text
	}
	value, _ := d.value(r, p.schema, 0).(string)
	return value
}

func nonempty(s string) string {
	if s == "" || s == "." || s == ".." {
		return "x"
	}
	return s
}

// headerSafe reports whether a text can be the value of a header.
func headerSafe(s string) bool {
	for _, c := range []byte(s) {
		if c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return strings.TrimSpace(s) == s
}

// Answer is what came.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
	// Took is how long it took.
	Took time.Duration
	// Gone: no answer came, since the request was cut.
	Gone bool
}

// Timeout bounds the time from the request to the end of its answer.
const Timeout = 20 * time.Second

// maxAnswer bounds what is read of an answer.
const maxAnswer = 16 << 20

// Send sends the request to the gateway at an address such as https://127.0.0.1:8443. Of a stream it reads the beginning. An
// error is a request that got no answer in time.
func (q *Request) Send(ctx context.Context, client *http.Client, base string, headers ...string) (*Answer, error) {
	begun := time.Now()
	ctx, cancel := context.WithTimeout(ctx, Timeout)
	defer cancel()
	hr, err := http.NewRequestWithContext(ctx, q.Method, base, nil)
	if err != nil {
		return nil, err
	}
	hr.URL.Opaque = q.Path
	hr.URL.RawQuery = q.Query
	hr.Header = q.Header.Clone()
	for i := 0; i < len(headers); i += 2 {
		hr.Header.Set(headers[i], headers[i+1])
	}
	q.bring(hr)
	res, err := client.Do(hr)
	if err != nil {
		if q.Cut && ctx.Err() == nil {
			return &Answer{Gone: true, Status: http.StatusBadRequest}, nil
		}
		return nil, fmt.Errorf("no answer: %w", err)
	}
	defer res.Body.Close()
	a := &Answer{Status: res.StatusCode, Header: res.Header}
	if q.Method != http.MethodHead && strings.HasPrefix(res.Header.Get("Content-Type"), "text/event-stream") {
		a.Body, err = readBeginning(res.Body)
	} else {
		a.Body, err = io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	}
	a.Took = time.Since(begun)
	switch {
	case err != nil && q.Cut: // the connection has gone with the request
		a.Gone = true
	case err != nil:
		return nil, fmt.Errorf("the answer did not come to its end: %w", err)
	}
	return a, nil
}

// bring has the body come as it shall.
func (q *Request) bring(hr *http.Request) {
	if len(q.Body) == 0 && !q.Cut {
		return
	}
	hr.ContentLength = int64(len(q.Body))
	body := &trickle{left: q.Body, pause: q.Slow}
	if q.Cut {
		hr.ContentLength += 100
		body.end = errCut
	}
	hr.Body = io.NopCloser(body)
}

var errCut = errors.New("the connection ends here, as the test wants")

// trickle gives a body in at most eight parts, with pauses in between.
type trickle struct {
	left  []byte
	pause time.Duration
	end   error
	parts int
}

func (t *trickle) Read(b []byte) (int, error) {
	if len(t.left) == 0 {
		if t.end != nil {
			return 0, t.end
		}
		return 0, io.EOF
	}
	if t.pause > 0 && t.parts < 8 {
		t.parts++
		time.Sleep(t.pause)
		b = b[:min(len(b), 1+len(t.left)/8)]
	}
	n := copy(b, t.left)
	t.left = t.left[n:]
	return n, nil
}

// beginning is how long a stream is read after its first block.
const beginning = 150 * time.Millisecond

// readBeginning reads a stream of events for a while, and what of it has come whole.
func readBeginning(body io.ReadCloser) ([]byte, error) {
	var out []byte
	b := make([]byte, 4096)
	first := true
	for len(out) < 64<<10 {
		n, err := body.Read(b)
		out = append(out, b[:n]...)
		whole := bytes.LastIndex(out, []byte("\n\n")) + 1
		if err != nil {
			if whole == 0 {
				return nil, err
			}
			return out[:whole], nil
		}
		if first && whole > 0 {
			first = false
			defer time.AfterFunc(beginning, func() { _ = body.Close() }).Stop()
		}
	}
	return out[:bytes.LastIndex(out, []byte("\n\n"))+1], nil
}
