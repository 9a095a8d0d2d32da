package access

import (
	"container/list"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Rate is how many requests a second are allowed in the long run, and how many at once.
type Rate struct {
	PerSecond float64
	Burst     int
}

// Limits are the rates of one gateway process; several gateways count each for itself. What is
// zero has its default.
type Limits struct {
	// Caller is the rate of one caller (default 300, 600 at once).
	Caller Rate
	// Address is the rate of one address, known or not (default 600, 1200 at once).
	Address Rate
	// LogIn is the rate of log-ins from one address (default 2, 30 at once).
	LogIn Rate
	// Keys is how many callers and addresses are told apart at a time (default 10,000); more share one rate.
	Keys int
}

func (l Limits) withDefaults() Limits {
	or := func(r, otherwise Rate) Rate {
		if r.PerSecond <= 0 || r.Burst <= 0 {
			return otherwise
		}
		return r
	}
	l.Caller = or(l.Caller, Rate{300, 600})
	l.Address = or(l.Address, Rate{600, 1200})
	l.LogIn = or(l.LogIn, Rate{2, 30})
	if l.Keys <= 0 {
		l.Keys = 10_000
	}
	return l
}

// limiter keeps the rate of each of a bounded number of keys. A key that has been quiet until
// its rate is full again is forgotten: that changes nothing for it. When there is no room for
// one more key, the newcomers share one rate.
type limiter struct {
	Rate
	most int
	now  func() time.Time

	mu     sync.Mutex
	byKey  map[string]*list.Element
	recent *list.List // of *bucket, the one used last in front
	shared *rate.Limiter
}

type bucket struct {
	key  string
	used time.Time
	rate *rate.Limiter
}

func newLimiter(r Rate, most int, now func() time.Time) *limiter {
	l := &limiter{Rate: r, most: most, now: now, byKey: map[string]*list.Element{}, recent: list.New()}
	l.shared = l.fresh()
	return l
}

func (l *limiter) fresh() *rate.Limiter { return rate.NewLimiter(rate.Limit(l.PerSecond), l.Burst) }

// take counts one request of a key. It returns how long to wait instead when the rate is exceeded.
func (l *limiter) take(key string) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	l.forget(now)
	of := l.of(key, now)
	reserved := of.ReserveN(now, 1)
	wait := reserved.DelayFrom(now)
	if wait > 0 {
		reserved.CancelAt(now)
	}
	return wait
}

// exhausted reports whether a key could not take anything now; it counts nothing.
func (l *limiter) exhausted(key string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	of := l.shared
	if known, ok := l.byKey[key]; ok {
		of = known.Value.(*bucket).rate
	} else if l.recent.Len() < l.most {
		return false
	}
	return of.TokensAt(l.now()) < 1
}

func (l *limiter) of(key string, now time.Time) *rate.Limiter {
	if known, ok := l.byKey[key]; ok {
		l.recent.MoveToFront(known)
		b := known.Value.(*bucket)
		b.used = now
		return b.rate
	}
	if l.recent.Len() >= l.most {
		return l.shared
	}
	b := &bucket{key: key, used: now, rate: l.fresh()}
	l.byKey[key] = l.recent.PushFront(b)
	return b.rate
}

// forget drops a few keys that are full again, oldest first; each new key pays for two old ones.
func (l *limiter) forget(now time.Time) {
	full := time.Duration(float64(l.Burst) / l.PerSecond * float64(time.Second))
	for range 2 {
		oldest := l.recent.Back()
		if oldest == nil || now.Sub(oldest.Value.(*bucket).used) < full {
			return
		}
		l.recent.Remove(oldest)
		delete(l.byKey, oldest.Value.(*bucket).key)
	}
}

// check refuses a request above the rate.
func (l *limiter) check(key string) error {
	if wait := l.take(key); wait > 0 {
		return &Error{Code: TooManyRequests, Detail: "too many requests; send fewer", RetryAfter: wait}
	}
	return nil
}
