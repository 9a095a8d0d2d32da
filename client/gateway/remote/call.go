package remote

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/gateway"
)

// The types of the interfaces, shorter.
type (
	course   = *transit.Course
	movement = *transit.Movement
	receipt  = cats.Receipt
	option   = cats.CallOption
)

// answerLimit bounds an answer. The largest are contents, of at most [transit.MaxSTDBytes], beside the public record.
const answerLimit = 64 << 20

// call is one call of the gateway.
type call struct {
	// operation is its id in the gateway's document.
	operation string
	// path are the values of the parameters of the path, in order.
	path  []string
	query url.Values
	// body goes as JSON; [file] and [raw] go as they are; nil is none.
	body any
	// asked is what the caller's options ask for.
	asked cats.Asked
	// remembered: the ledger knows the change again, by a message identification or by its content.
	remembered bool
	// byContent: it does so by the content, when the caller gives no key.
	byContent bool
}

// file is a body of any media type.
type file struct {
	mediaType string
	data      []byte
}

// raw is a body that is JSON already, and goes byte for byte.
type raw []byte

// answer is a success, and what it took.
type answer struct {
	status   int
	header   http.Header
	body     []byte
	attempts int
	took     time.Duration
	// key under which it was done; empty without one.
	key string
}

// message is a request that can be made again and again.
type message struct {
	endpoint    gateway.Endpoint
	url         string
	contentType string
	body        []byte
	header      map[string]string
	key         string
}

// query asks for something that has no effect.
func query[R any](ctx context.Context, c *Client, k *call) (R, error) {
	var result R
	a, err := c.do(ctx, k)
	if err != nil {
		return result, err
	}
	err = a.decode(k, &result)
	return result, err
}

// change asks for a change and takes the record and the receipt out of its answer.
func change[R any](ctx context.Context, c *Client, k *call) (R, receipt, error) {
	var done gateway.Changed[R]
	a, err := c.do(ctx, k)
	if err == nil {
		err = a.decode(k, &done)
	}
	if err != nil {
		return done.Record, receipt{}, err
	}
	return done.Record, a.receipt(done.Receipt), nil
}

// receipt is what proves a change, with what is known here alone.
func (a *answer) receipt(r gateway.Receipt) receipt { return receiptOf(r, a.took, a.attempts) }

func receiptOf(r gateway.Receipt, took time.Duration, attempts int) receipt {
	return receipt{
		TransactionID: r.TransactionID, BlockNumber: r.BlockNumber, Endorsers: r.Endorsers, MessageID: r.MessageID,
		Latency: took, Attempts: attempts,
	}
}

func (a *answer) decode(k *call, into any) error {
	if err := json.Unmarshal(a.body, into); err != nil {
		// What was asked has been done; only its answer is not what it should be.
		e := &cats.Error{Op: k.operation, Class: cats.Internal, MessageID: a.key, Attempts: a.attempts}
		return e.Because(fmt.Errorf("couldn't read the gateway's answer: %w", err))
	}
	return nil
}

// do makes the request, again as long as that makes sense, and returns its success.
func (c *Client) do(ctx context.Context, k *call) (*answer, error) {
	m, err := c.message(k)
	if err != nil {
		return nil, err
	}
	if _, bounded := ctx.Deadline(); !bounded {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.pace.overall)
		defer cancel()
	}
	began := time.Now()
	t := &trial{call: k, message: m, pace: c.pace}
	for {
		if err := ctx.Err(); err != nil {
			return nil, t.givenUp(err)
		}
		t.attempts++
		a, sent, err := c.send(ctx, m)
		if err == nil && a.status >= 200 && a.status < 300 {
			a.attempts, a.took, a.key = t.attempts, time.Since(began), m.key
			return a, t.elsewhere(a)
		}
		if v := t.judge(ctx, a, sent, err); !v.again || !sleep(ctx, v.pause) {
			return nil, v.failure
		}
	}
}

// send makes one request. Sent tells whether the gateway may have it.
func (c *Client) send(ctx context.Context, m *message) (a *answer, sent bool, err error) {
	var connected atomic.Bool
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }}
	r, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, trace), m.endpoint.Method, m.url, bytes.NewReader(m.body))
	if err != nil {
		return nil, false, err
	}
	for name, value := range m.header {
		r.Header.Set(name, value)
	}
	if m.contentType != "" {
		r.Header.Set("Content-Type", m.contentType)
	}
	response, err := c.http.Do(r)
	if err != nil {
		return nil, connected.Load(), err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, answerLimit+1))
	if err == nil && len(body) > answerLimit {
		err = errTooLarge
	}
	return &answer{status: response.StatusCode, header: response.Header, body: body}, true, err
}

// errTooLarge is an answer that a gateway never gives.
var errTooLarge = fmt.Errorf("the gateway's answer is larger than %d MiB", answerLimit>>20)

// message makes the request of a call.
func (c *Client) message(k *call) (*message, error) {
	e, known := c.endpoints[k.operation]
	if !known {
		return nil, (&cats.Error{Op: k.operation, Class: cats.Internal}).Because(errors.ErrUnsupported)
	}
	path, err := fill(k, e.Path)
	if err != nil {
		return nil, err
	}
	m := &message{endpoint: e, url: c.base + path, header: map[string]string{}}
	if len(k.query) > 0 {
		m.url += "?" + k.query.Encode()
	}
	switch body := k.body.(type) {
	case nil:
	case file:
		m.contentType, m.body = body.mediaType, body.data
	case raw:
		m.contentType, m.body = "application/json", body
	default:
		m.contentType = "application/json"
		if m.body, err = json.Marshal(body); err != nil {
			return nil, refused(k, transit.MalformedRequest, "the request cannot be written: %v", err)
		}
	}
	m.ask(k)
	for name, value := range m.header {
		if strings.ContainsFunc(value, func(c rune) bool { return c < ' ' || c > '~' }) {
			return nil, refused(k, transit.MalformedRequest, "%s takes printable ASCII characters", name)
		}
	}
	return m, nil
}

// ask puts the caller's options into the headers.
func (m *message) ask(k *call) {
	if m.endpoint.Changes {
		if m.key = k.asked.MessageID; m.key == "" && !k.byContent {
			m.key = rand.Text()
		}
	}
	if m.key != "" {
		m.header[gateway.KeyHeader] = m.key
	}
	if k.asked.ExpectedSeq > 0 {
		m.header["If-Match"] = gateway.ETag(k.asked.ExpectedSeq)
	}
	if k.asked.Signature != nil {
		m.header[gateway.DeclarationHeader] = string(k.asked.Signature)
	}
}

// fill puts values in the place of the parameters of a path, in order. A value that would make it another path is refused.
func fill(k *call, path string) (string, error) {
	var b strings.Builder
	for _, value := range k.path {
		before, rest, found := strings.Cut(path, "{")
		name, after, closed := strings.Cut(rest, "}")
		if !found || !closed {
			break
		}
		if value == "" || value == "." || value == ".." {
			return "", refused(k, transit.MalformedRequest, "%q names no %s", value, name)
		}
		b.WriteString(before)
		b.WriteString(url.PathEscape(value))
		path = after
	}
	b.WriteString(path)
	return b.String(), nil
}

// refused is a call that does not get as far as the gateway.
func refused(k *call, code transit.Code, format string, args ...any) error {
	return &cats.Error{Op: k.operation, Class: cats.Refused, Fault: transit.Faultf(code, format, args...)}
}

// sleep pauses, unless the context ends before.
func sleep(ctx context.Context, d time.Duration) bool {
	if deadline, bounded := ctx.Deadline(); bounded && time.Until(deadline) < d {
		return false
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
