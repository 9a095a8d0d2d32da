package cats

import (
	"math/rand/v2"
	"time"
)

// budget counts the attempts of one call by the reason of their failure.
type budget struct {
	limits Retries
	spent  map[reason]int
}

func newBudget(limits Retries) *budget { return &budget{limits: limits, spent: map[reason]int{}} }

// next reports whether another attempt may be made, and after which wait.
func (b *budget) next(v verdict) (time.Duration, bool) {
	n := b.spent[v.reason]
	b.spent[v.reason]++
	switch v.reason {
	case lostRace:
		return b.jitter(n), n < b.limits.Conflict
	case disagreement:
		return b.limits.Base + b.jitter(n), n < b.limits.Mismatch
	case notHere:
		return b.jitter(n), n < b.limits.Mismatch
	case policyMoved:
		return b.jitter(n), n < b.limits.Policy
	case unreachable:
		return b.limits.Base/2 + b.jitter(n), true
	default:
		return 0, false
	}
}

// jitter is the full-jitter back-off: anything between nothing and a bound that doubles.
func (b *budget) jitter(n int) time.Duration {
	bound := b.limits.Base << min(n, 16)
	if bound > b.limits.Cap || bound <= 0 {
		bound = b.limits.Cap
	}
	return rand.N(bound + 1)
}
