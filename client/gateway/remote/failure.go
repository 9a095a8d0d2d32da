package remote

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"mime"
	"net"
	"net/http"
	"slices"
	"strconv"
	"time"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/gateway"
)

// trial are the attempts at one call.
type trial struct {
	*call
	*message
	pace     pace
	attempts int
	// open: an attempt may have taken effect, and its answer has not been seen.
	open bool
	last error
}

// verdict is what an attempt has come to that failed: whether and when to try again, and what the call fails with if not.
type verdict struct {
	again   bool
	pause   time.Duration
	failure error
}

// judge looks at an attempt that got an answer, or broke.
func (t *trial) judge(ctx context.Context, a *answer, sent bool, broken error) verdict {
	var v verdict
	var e *cats.Error
	if broken != nil {
		v.again = t.broke(sent, broken)
		if err := ctx.Err(); err != nil {
			return verdict{failure: t.givenUp(errors.Join(err, broken))}
		}
		e = t.unsettled(t.error(cats.Unavailable, fmt.Errorf("the gateway did not answer: %w", broken)))
	} else {
		e, v.pause, v.again = t.answered(a)
	}
	if v.again {
		e = t.unsettled(e)
	}
	v.failure, t.last = e, e
	v.again = v.again && t.attempts < t.pace.attempts
	v.pause = max(v.pause, t.pace.jitter(t.attempts))
	return v
}

// broke tells whether a request that got no answer is made again.
func (t *trial) broke(sent bool, err error) bool {
	var stranger *tls.CertificateVerificationError
	var operation *net.OpError
	if errors.As(err, &stranger) || errors.As(err, &operation) && operation.Op == "remote error" {
		return false // One of the two does not know the other (an alert of TLS), and nothing was asked.
	}
	t.open = t.open || sent && t.writes()
	return !errors.Is(err, errTooLarge)
}

// writes reports whether the operation has effects; a message has, though the ledger knows it again without a key.
func (t *trial) writes() bool { return t.endpoint.Changes || t.remembered }

// answered makes the failure of an answer.
func (t *trial) answered(a *answer) (e *cats.Error, pause time.Duration, again bool) {
	p := problemOf(a)
	if e = t.error(classOf(p, a.status), p); p.Code == "" {
		e = e.Because(fmt.Errorf("answered with %d %s and no problem", a.status, http.StatusText(a.status)))
	}
	e.TransactionID = p.TransactionID
	if slices.Contains(transit.Codes(), p.Code) {
		e.Fault = &transit.Fault{Code: p.Code, Message: p.Detail, Pointer: p.Pointer, Violations: p.Violations}
	}
	switch {
	case a.status == http.StatusTooManyRequests, p.Code == gateway.CodeUnavailable, p.Code == "" && a.status == http.StatusServiceUnavailable:
		again = true
	case p.Code == gateway.CodeKeyBusy, p.Code == "" && (a.status == http.StatusBadGateway || a.status == http.StatusGatewayTimeout):
		t.open, again = t.open || t.writes(), true
	case e.Class == cats.UnknownOutcome && t.writes():
		t.open, again = true, t.remembered
	}
	return e, retryAfter(a.header), again
}

// unsettled says that the outcome is unknown when an attempt may have taken effect.
func (t *trial) unsettled(e *cats.Error) *cats.Error {
	if t.open {
		e.Class = cats.UnknownOutcome
	}
	return e
}

// error makes a failure of the call.
func (t *trial) error(class cats.Class, cause error) *cats.Error {
	e := &cats.Error{Op: t.operation, Class: class, MessageID: t.key, Attempts: t.attempts}
	return e.Because(cause)
}

// givenUp is the failure of a call whose context has ended.
func (t *trial) givenUp(err error) error {
	class := cats.Unavailable
	if errors.Is(err, context.Canceled) {
		class = cats.Canceled
	}
	return t.unsettled(t.error(class, errors.Join(err, t.last)))
}

// elsewhere refuses what the gateway has only prepared, since the key that signs is not there.
func (t *trial) elsewhere(a *answer) error {
	if a.status != http.StatusAccepted || !prepared(a.body) {
		return nil
	}
	return t.error(cats.Refused, fmt.Errorf("the caller's key is not at the gateway, and the change waits to be signed: %w", errors.ErrUnsupported))
}

func prepared(body []byte) bool {
	var p cats.Prepared
	return json.Unmarshal(body, &p) == nil && p.Change != nil
}

// problemOf reads the problem of a failure. What comes from elsewhere, such as a proxy, is one without a code.
func problemOf(a *answer) *gateway.Problem {
	p := &gateway.Problem{}
	media, _, err := mime.ParseMediaType(a.header.Get("Content-Type"))
	if err == nil && media == "application/problem+json" && json.Unmarshal(a.body, p) == nil && p.Code != "" {
		return p
	}
	return &gateway.Problem{Status: a.status}
}

// classOf is the class that the gateway tells. Of what it refuses itself it tells none.
func classOf(p *gateway.Problem, status int) cats.Class {
	switch {
	case p.Class != "":
		return p.Class
	case p.Code == transit.Stale:
		return cats.Conflict
	case p.Code == gateway.CodeKeyBusy:
		return cats.UnknownOutcome
	case status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable,
		p.Code == "" && (status == http.StatusBadGateway || status == http.StatusGatewayTimeout):
		return cats.Unavailable
	case status < http.StatusBadRequest, status >= http.StatusInternalServerError:
		return cats.Internal
	}
	return cats.Refused
}

// retryAfter is the pause that an answer asks for, in seconds (RFC 9110, 10.2.3); 0 for none.
func retryAfter(h http.Header) time.Duration {
	seconds, err := strconv.ParseUint(h.Get("Retry-After"), 10, 16)
	if err != nil {
		return 0
	}
	return time.Duration(seconds) * time.Second
}

// jitter is the full-jitter pause after an attempt: anything up to a bound that doubles.
func (p pace) jitter(attempts int) time.Duration {
	return rand.N(min(p.base<<min(attempts-1, 16), p.limit) + 1)
}
