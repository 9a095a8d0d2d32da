package cats

import (
	"crypto"
	"errors"
	"time"

	"google.golang.org/grpc"

	"carec.example/cats/chaincode/signature"
)

// Timeouts bound each phase of a transaction. The caller's context bounds the whole.
type Timeouts struct {
	// Evaluate bounds one query (5 s).
	Evaluate time.Duration
	// Endorse bounds the collection of endorsements (15 s).
	Endorse time.Duration
	// Submit bounds one hand-over to the orderers (5 s).
	Submit time.Duration
	// CommitStatus bounds how long a submitted transaction's fate is sought (60 s).
	CommitStatus time.Duration
	// Overall bounds a call whose context has no deadline (2 min).
	Overall time.Duration
}

// Retries bound how often a call is proposed anew, by reason. A refusal never is.
// While peers are unavailable it is repeated until the context's deadline.
type Retries struct {
	// Conflict: lost races, MVCC_READ_CONFLICT and PHANTOM_READ_CONFLICT (8).
	Conflict int
	// Mismatch: endorsing peers at different heights disagreed (3).
	Mismatch int
	// Policy: the record's custodian changed in flight, ENDORSEMENT_POLICY_FAILURE (1).
	Policy int
	// Base is the first upper bound of the full-jitter back-off (100 ms); it doubles to at most Cap (2 s).
	Base, Cap time.Duration
}

// Option configures a [Client].
type Option func(*config) error

type config struct {
	timeouts    Timeouts
	retries     Retries
	concurrency int
	queues      *Queues
	horizon     *Horizon
	conns       []grpc.ClientConnInterface
	dial        []grpc.DialOption
	secret      []byte
	signer      *signature.Signer
	expiry      time.Duration
	keys        func(uri string) (crypto.Signer, error)
}

func defaults() config {
	return config{
		timeouts: Timeouts{
			Evaluate: 5 * time.Second, Endorse: 15 * time.Second, Submit: 5 * time.Second,
			CommitStatus: time.Minute, Overall: 2 * time.Minute,
		},
		retries:     Retries{Conflict: 8, Mismatch: 3, Policy: 1, Base: 100 * time.Millisecond, Cap: 2 * time.Second},
		concurrency: 400,
		expiry:      DefaultExpiry,
	}
}

// WithTimeouts replaces the deadlines of the phases; zero fields keep their default.
func WithTimeouts(t Timeouts) Option {
	return func(c *config) error {
		set := func(to *time.Duration, from time.Duration) {
			if from > 0 {
				*to = from
			}
		}
		set(&c.timeouts.Evaluate, t.Evaluate)
		set(&c.timeouts.Endorse, t.Endorse)
		set(&c.timeouts.Submit, t.Submit)
		set(&c.timeouts.CommitStatus, t.CommitStatus)
		set(&c.timeouts.Overall, t.Overall)
		return nil
	}
}

// WithRetries replaces the bounds of the retries. Base and Cap keep their default when zero.
func WithRetries(r Retries) Option {
	return func(c *config) error {
		if r.Base == 0 {
			r.Base = c.retries.Base
		}
		if r.Cap == 0 {
			r.Cap = c.retries.Cap
		}
		if r.Conflict < 0 || r.Mismatch < 0 || r.Policy < 0 || r.Base < 0 || r.Cap < r.Base {
			return errors.New("retries must not be negative, and the cap not below the base")
		}
		c.retries = r
		return nil
	}
}

// WithConcurrency bounds the calls in flight to the gateway peers (400). A peer
// refuses more than 500 from all its clients together.
func WithConcurrency(n int) Option {
	return func(c *config) error {
		if n < 1 {
			return errors.New("concurrency must be at least 1")
		}
		c.concurrency = n
		return nil
	}
}

// WithQueues shares the guarantee queues between the clients of one process, so
// that releases by several officers on one guarantee do not collide either.
func WithQueues(q *Queues) Option {
	return func(c *config) error {
		c.queues = q
		return nil
	}
}

// WithHorizon shares what is known of the ledger's height between the clients of one process, so that none of them builds on less
// than another one has seen when it turns to another peer.
func WithHorizon(h *Horizon) Option {
	return func(c *config) error {
		c.horizon = h
		return nil
	}
}

// WithConnections uses open connections to the organisation's peers instead of
// dialling those of the profile; they stay open when the client is closed. One
// connection carries any number of identities.
func WithConnections(conns ...grpc.ClientConnInterface) Option {
	return func(c *config) error {
		c.conns = conns
		return nil
	}
}

// WithDialOptions adds options to the gRPC connections that the client opens.
func WithDialOptions(opts ...grpc.DialOption) Option {
	return func(c *config) error {
		c.dial = append(c.dial, opts...)
		return nil
	}
}

// WithSecret replaces the secret from which message identifications and salts of
// lodgings are derived. By default it is derived from the signing key. A
// declaration lodged again under the same secret is recognised as the same.
func WithSecret(secret []byte) Option {
	return func(c *config) error {
		if len(secret) < 16 {
			return errors.New("the secret must have at least 16 bytes")
		}
		c.secret = append([]byte(nil), secret...)
		return nil
	}
}

// WithKeys opens the keys that the profile names by a URI after RFC 7512 (pkcs11:...) instead of a file, such as
// [carec.example/cats/client/token.Keys.Key]. They must be ECDSA keys and stay open as long as the client.
func WithKeys(open func(uri string) (crypto.Signer, error)) Option {
	return func(c *config) error {
		c.keys = open
		return nil
	}
}

// WithExpiry sets how long a change that [Client.For] prepares waits for its signature, at most a day.
func WithExpiry(d time.Duration) Option {
	return func(c *config) error {
		if d <= 0 || d > 24*time.Hour {
			return errors.New("a prepared change may wait up to a day")
		}
		c.expiry = d
		return nil
	}
}

// CallOption configures one call that changes a record.
type CallOption func(*callConfig)

type callConfig struct {
	messageID   string
	repeat      bool
	expectedSeq int
	// overrideReason is for acceptance and release.
	overrideReason string
	signature      []byte
}

// MessageID repeats a call whose outcome stayed unknown under the message
// identification of [Error.MessageID]: when the ledger has the message already,
// the call succeeds with the record as it stands. Without it a fresh one is made.
func MessageID(id string) CallOption {
	return func(c *callConfig) { c.messageID, c.repeat = id, true }
}

// ExpectedSeq makes the ledger refuse the call when the record's sequence number is another.
func ExpectedSeq(seq int) CallOption {
	return func(c *callConfig) { c.expectedSeq = seq }
}

func callOptions(opts []CallOption) callConfig {
	var c callConfig
	for _, o := range opts {
		o(&c)
	}
	return c
}

// Asked is what options ask of a call.
type Asked struct {
	MessageID      string
	ExpectedSeq    int
	OverrideReason string
	// Signature is that of [Signed].
	Signature []byte
}

// AskedBy tells what options ask, for those who stand in for the ledger or pass calls on to it.
func AskedBy(opts ...CallOption) Asked {
	c := callOptions(opts)
	return Asked{MessageID: c.messageID, ExpectedSeq: c.expectedSeq, OverrideReason: c.overrideReason, Signature: c.signature}
}
