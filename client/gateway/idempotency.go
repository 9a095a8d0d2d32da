package gateway

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"net/http"
	"time"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

// A request with an Idempotency-Key is done once. The key becomes the identification under which the ledger remembers the
// message, and the answer is kept under the key in the organisation's database.
//
// What may happen in between:
//
//   - The gateway ends before it has asked the ledger: the claim on the key runs out within seconds, and the repetition, at any
//     gateway of the organisation, does it.
//   - It ends after the ledger has committed, before the answer is kept: the repetition asks the ledger under the same
//     message identification; the ledger refuses what it has seen, and the SDK answers with the record as it stands.
//   - The answer was kept: the repetition gets it, byte for byte.
//   - The outcome is unknown, or the ledger could not be reached: nothing is kept, and the claim is given back. The
//     repetition asks again under the same message identification.
//
// What is signed elsewhere has an answer only when it is committed; until then the claim is given back at every stage. The
// request travels with what is to be signed, and so its key does.
//
// The message identification derives from caller, key and request. So a key that comes with another request after its
// answer has expired is another message, and can't be taken for the one before.

// KeyLife is how long an answer is kept under its key.
const KeyLife = 24 * time.Hour

// A claim is renewed while its request is being done, and lasts claimLife without that: so long the repetition has to wait when a
// gateway is killed. A claim that runs out although its gateway works on, because that was cut off from the database or a
// clock is wrong, does no harm: the repetition asks the ledger under the same message identification.
const (
	claimLife  = 8 * time.Second
	claimRenew = 2 * time.Second
)

// keyLimit bounds an Idempotency-Key.
const keyLimit = 255

// Key is the Idempotency-Key of a caller; each caller has keys of its own. The caller is a digest: what is kept names nobody.
type Key struct {
	Caller string
	Key    string
}

// Claim asks for a key for one request.
type Claim struct {
	Key
	// Request is a digest of the request.
	Request string
	// Token tells this claim from an earlier one that has run out.
	Token string
	// Now is the time of the claim; it lasts until Until.
	Now, Until time.Time
}

// Answer is a whole answer, to be given again.
type Answer struct {
	Status int
	// Header are the headers that belong to the answer: Content-Type, ETag, Location.
	Header map[string]string
	Body   []byte
}

// What stands against a claim.
var (
	// ErrKeyReused: the key came with another request.
	ErrKeyReused = errors.New("the key came with another request")
	// ErrKeyBusy: a request with this key is being answered.
	ErrKeyBusy = errors.New("a request with this key is being answered")
)

// Answers keeps the answers to requests with an Idempotency-Key. It is safe for concurrent use, also by several processes.
type Answers interface {
	// Claim takes the key for a request. It returns the answer when there is one that has not expired, and nil when the
	// claim stands and the request is to be done. Errors: [ErrKeyReused], [ErrKeyBusy].
	Claim(ctx context.Context, c Claim) (*Answer, error)
	// Renew lets a claim last until a time. One that was lost to another claim is left alone.
	Renew(ctx context.Context, c Claim, until time.Time) error
	// Keep puts the answer under the key until a time. A claim that was lost to another keeps nothing.
	Keep(ctx context.Context, c Claim, a Answer, until time.Time) error
	// Release gives the key back without an answer.
	Release(ctx context.Context, c Claim) error
	// Expire deletes what no longer counts at a time.
	Expire(ctx context.Context, now time.Time) error
}

// claimOf makes the claim of a request. Everything that makes it this request goes into its digest.
func claimOf(r *request, key string, now time.Time) Claim {
	sum := sha256.New()
	parts := []string{r.Method, r.URL.Path, r.URL.RawQuery, r.mediaType(), r.Header.Get("If-Match"), string(r.body)}
	if jws := r.Header.Get(declarationHeader); jws != "" {
		parts = append(parts, jws)
	}
	for _, part := range parts {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(part)))
		sum.Write(n[:])
		sum.Write([]byte(part))
	}
	who := sha256.Sum256([]byte(r.caller.Identity + "\x00" + r.caller.Name))
	return Claim{
		Key: Key{Caller: text32(who[:]), Key: key}, Request: text32(sum.Sum(nil)), Token: rand.Text(),
		Now: now, Until: now.Add(claimLife),
	}
}

// messageID is the identification under which the ledger remembers the request.
func (c Claim) messageID() string {
	sum := sha256.Sum256([]byte("cats idempotency\x00" + c.Caller + "\x00" + c.Key.Key + "\x00" + c.Request))
	return text32(sum[:])[:32]
}

func text32(b []byte) string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b)
}

// checkKey accepts an Idempotency-Key: printable ASCII.
func checkKey(key string) *Problem {
	if len(key) > keyLimit {
		return problem(codeBadRequest, "An Idempotency-Key has at most 255 characters.")
	}
	for _, c := range []byte(key) {
		if c < ' ' || c > '~' {
			return problem(codeBadRequest, "An Idempotency-Key has printable ASCII characters.")
		}
	}
	return nil
}

// once does a request under its key, or gives the answer that stands there.
func (g *Gateway) once(ctx context.Context, r *request, key string) Answer {
	c := claimOf(r, key, g.now())
	kept, err := g.answers.Claim(ctx, c)
	switch {
	case errors.Is(err, ErrKeyReused):
		return g.refuse(r, problem(codeKeyReused, "The Idempotency-Key came with another request before."))
	case errors.Is(err, ErrKeyBusy):
		p := problem(codeKeyBusy, "A request with this Idempotency-Key is being answered; repeat it later.")
		p.retryAfter = time.Second
		return g.refuse(r, p)
	case err != nil:
		g.log.ErrorContext(ctx, "the answers cannot be reached", "error", err.Error())
		return g.refuse(r, unavailable("The gateway cannot remember the Idempotency-Key now; nothing was done."))
	case kept != nil:
		g.metrics.replayed.Inc()
		return *kept
	}
	r.messageID = c.messageID()
	done := g.renew(ctx, c)
	a, final := g.perform(ctx, r)
	done()
	// From here on the ledger may have what was asked. If the answer can't be kept, the claim runs out, and the repetition
	// finds the message on the ledger.
	if final {
		err = g.answers.Keep(ctx, c, a, g.now().Add(KeyLife))
	} else {
		err = g.answers.Release(ctx, c)
	}
	if err != nil {
		g.log.ErrorContext(ctx, "an answer could not be kept", "operation", r.operation.id, "error", err.Error())
	}
	return a
}

// renew renews a claim until done is called.
func (g *Gateway) renew(ctx context.Context, c Claim) (done func()) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		every := time.NewTicker(claimRenew)
		defer every.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-every.C:
			}
			if err := g.answers.Renew(ctx, c, g.now().Add(claimLife)); err != nil && ctx.Err() == nil {
				g.log.WarnContext(ctx, "a claim could not be renewed", "error", err.Error())
			}
		}
	}()
	return func() {
		cancel()
		<-ended
	}
}

// perform does the request and makes the answer. Final is an answer that the same request always gets.
func (g *Gateway) perform(ctx context.Context, r *request) (a Answer, final bool) {
	result, err := g.ask(ctx, r)
	if err == nil {
		return g.answer(r, result), true
	}
	if waits := (*cats.Unsigned)(nil); errors.As(err, &waits) {
		// Not final: until it is signed nothing has been done, and a repetition is prepared anew under the same message.
		return g.prepared(r, waits), false
	}
	p := failed(err)
	if p.Code == transit.Stale && r.expectedSeq > 0 {
		p.Status = http.StatusPreconditionFailed
	}
	return g.refuse(r, p), p.final
}
