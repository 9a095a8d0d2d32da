package cats

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"time"
)

// choose picks the records for a waiter, or reports that it must wait. Records it
// returns are not busy. Served without records means that the guarantee looks short.
func (a *account) choose(w *waiter, now time.Time) (indices []int, served bool) {
	if w.exactly != nil {
		return w.exactly, a.allFree(w.exactly)
	}
	own, others, contested := a.groups(w.place, now)
	for _, group := range [][]int{own, others} {
		if i, found := a.covering(group, w.minor); found {
			return []int{i}, true
		}
	}
	if a.worthWaiting(w.minor, now) {
		return nil, false
	}
	if i, found := a.covering(contested, w.minor); found {
		return []int{i}, true
	}
	if together := a.together(slices.Concat(own, others, contested), w.minor); together != nil {
		return together, true
	}
	return nil, !a.couldCover(w.minor)
}

func (a *account) allFree(indices []int) bool {
	return !slices.ContainsFunc(indices, func(i int) bool { return a.at(i).busy })
}

// groups sorts the free records that take usages into the place's own, others', and
// those where somebody else was met lately; each by credit, most first.
func (a *account) groups(p place, now time.Time) (own, others, contested []int) {
	for i := range a.records {
		r := &a.records[i]
		switch {
		case r.busy || r.open >= fullAt || r.available <= 0:
		case now.Before(r.contestedUntil):
			contested = append(contested, i)
		case p.owns(i):
			own = append(own, i)
		default:
			others = append(others, i)
		}
	}
	for _, group := range [][]int{own, others, contested} {
		slices.SortFunc(group, func(x, y int) int { return cmp.Compare(a.records[y].available, a.records[x].available) })
	}
	return own, others, contested
}

// covering picks one of a group, which is sorted by credit, that covers the amount.
// Any will do, and chance keeps programs that know nothing of each other apart.
func (a *account) covering(group []int, minor int64) (index int, found bool) {
	n, _ := slices.BinarySearchFunc(group, minor, func(i int, minor int64) int {
		if a.records[i].available >= minor {
			return -1
		}
		return 1
	})
	if n == 0 {
		return 0, false
	}
	return group[rand.IntN(n)], true
}

// worthWaiting reports whether a busy record where nobody else was met covers the
// amount: waiting for it is better than colliding or splitting the amount.
func (a *account) worthWaiting(minor int64, now time.Time) bool {
	return slices.ContainsFunc(a.records, func(r balance) bool {
		return r.busy && !now.Before(r.contestedUntil) && r.open < fullAt && r.available >= minor
	})
}

// together collects free records until they cover the amount, or returns nil.
func (a *account) together(group []int, minor int64) []int {
	for n, i := range group {
		if minor -= a.records[i].available; minor <= 0 {
			return group[:n+1]
		}
	}
	return nil
}

// couldCover reports whether the records cover the amount when all of them are free again.
func (a *account) couldCover(minor int64) bool {
	for i := range a.records {
		if r := &a.records[i]; r.open < fullAt && r.available > 0 {
			minor -= r.available
		}
	}
	return minor <= 0
}
