package cats

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"carec.example/cats/chaincode/transit"
)

// memory is a store of which every checkpoint is remembered.
type memory struct {
	mu    sync.Mutex
	saved []Checkpoint
	full  bool
}

func (m *memory) Load() (Checkpoint, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.saved) == 0 {
		return Checkpoint{}, nil
	}
	return m.saved[len(m.saved)-1], nil
}

func (m *memory) Save(c Checkpoint) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.full {
		return errors.New("no space left")
	}
	m.saved = append(m.saved, c)
	return nil
}

// loaded is a courier over a route, with waits short enough for a test.
func loaded(t *testing.T, r *route, store Store, change func(*Courier)) (stop func()) {
	t.Helper()
	c := newCourier(r, store, WithBackOff(time.Millisecond, 5*time.Millisecond))
	c.crowding = 20 * time.Millisecond
	if change != nil {
		change(c)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx) }()
	return func() {
		cancel()
		require.NoError(t, <-done)
	}
}

func (r *route) releaseMany(n int) {
	for i := range n {
		r.release(fmt.Sprintf("CN%03d", i), "CNMSP", false)
	}
}

// total counts what a country has been brought.
func (r *route) total(to string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := 0
	for p, times := range r.delivered {
		if p.To == to {
			n += times
		}
	}
	return n
}

func (r *route) tried(to string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.tries[to]
}

func (r *route) hang(to string) (release func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	free := make(chan struct{})
	r.hangs[to] = free
	return func() {
		r.mu.Lock()
		delete(r.hangs, to)
		r.mu.Unlock()
		close(free)
	}
}

func TestCourierUnderLoad(t *testing.T) {
	t.Run("Brings each movement in the order of its legs, several movements at a time", func(t *testing.T) {
		r := newRoute()
		free := r.hang("KZMSP")
		stop := loaded(t, r, &memory{}, func(c *Courier) { c.places, c.crowding = 4, time.Minute })
		r.releaseMany(40)
		eventually(t, func() bool { return r.tried("KZMSP") == 4 })
		require.Zero(t, r.tried("KGMSP"), "the first country of the way is served first")
		free()
		eventually(t, func() bool { return r.total("KZMSP") == 40 && r.total("KGMSP") == 40 })
		stop()
		require.Equal(t, 4, r.most["KZMSP"], "as many as there are places, no more")
		require.LessOrEqual(t, r.most["KGMSP"], 4)
		for i := range 40 {
			id := fmt.Sprintf("CN%03d", i)
			require.Less(t, slices.Index(r.order, Pending{Movement: id, To: "KZMSP"}), slices.Index(r.order, Pending{Movement: id, To: "KGMSP"}), id)
		}
	})

	t.Run("A country that is slow holds up no other, and is served when it answers again", func(t *testing.T) {
		r := newRoute()
		free := r.hang("KZMSP")
		stop := loaded(t, r, &memory{}, func(c *Courier) { c.workers, c.places = 8, 3 })
		r.releaseMany(60)
		eventually(t, func() bool { return r.total("KGMSP") == 60-3 })
		require.Equal(t, 3, r.tried("KZMSP"), "no more than its places wait for it")
		free()
		eventually(t, func() bool { return r.total("KZMSP") == 60 && r.total("KGMSP") == 60 })
		stop()
	})

	t.Run("A country that is down is tried by one delivery at a time, ever more seldom, and all follow when it is back", func(t *testing.T) {
		r, store := newRoute(), &memory{}
		r.set(true, "KZMSP")
		stop := loaded(t, r, store, func(c *Courier) {
			c.backOff = Retries{Base: 30 * time.Millisecond, Cap: 60 * time.Millisecond}
			c.places = 4
		})
		r.releaseMany(100)
		eventually(t, func() bool { return r.total("KGMSP") == 100 })
		before := r.tried("KZMSP")
		require.Less(t, before, 40, "the country is left alone, not asked for each movement")
		time.Sleep(300 * time.Millisecond)
		require.LessOrEqual(t, r.tried("KZMSP")-before, 20, "at most every 15 ms")
		r.set(false, "KZMSP")
		eventually(t, func() bool {
			last, err := store.Load()
			return err == nil && len(last.Pending) == 0 && r.total("KZMSP") == 100
		})
		stop()
		last, err := store.Load()
		require.NoError(t, err)
		require.Empty(t, last.Pending)
		require.Equal(t, Position{Block: 100, TransactionID: "CN099"}, last.Position)
	})

	t.Run("A delivery that is refused by itself holds up no other to the same country", func(t *testing.T) {
		r, store := newRoute(), &memory{}
		bad := Pending{Movement: "CN000", To: "KZMSP"}
		r.bad[bad] = &Error{Op: "deliver", Class: Refused, Fault: transit.Faultf(transit.ContentMismatch, "not what the record says")}
		stop := loaded(t, r, store, nil)
		r.releaseMany(30)
		eventually(t, func() bool {
			last, err := store.Load()
			return err == nil && len(last.Pending) == 1 && r.total("KZMSP") == 29 && r.total("KGMSP") == 30
		})
		stop()
		last, err := store.Load()
		require.NoError(t, err)
		require.Equal(t, []Pending{bad}, last.Pending, "it stays, and is tried again")
	})

	t.Run("What happens to a movement while it is being served is looked at as well", func(t *testing.T) {
		r := newRoute()
		free := r.hang("KZMSP")
		stop := loaded(t, r, &memory{}, func(c *Courier) { c.crowding = time.Minute })
		r.release("CN1", "CNMSP", false)
		eventually(t, func() bool { return r.tried("KZMSP") == 1 })
		r.happens("CN1", transit.StepRespondEnquiry, transit.Annex{AnnexRef: transit.AnnexRef{Kind: transit.AnnexNote, Digest: "d1"}, MSP: "CNMSP"})
		free()
		eventually(t, func() bool { return r.counted(Pending{Movement: "CN1", To: "KGMSP", Annex: "d1"}) == 1 })
		stop()
		require.Equal(t, 1, r.count("CN1", "KZMSP"))
	})

	t.Run("Stops with an error when its state cannot be kept", func(t *testing.T) {
		r := newRoute()
		r.release("CN1", "CNMSP", false)
		require.ErrorContains(t, newCourier(r, &memory{full: true}).Run(t.Context()), "no space left")
	})
}

// Whatever checkpoint a crash leaves, a courier that starts from it brings everything that the ledger has.
func TestFromEveryCheckpointACourierGoesOnToTheEnd(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		r, store := newRoute(), &memory{}
		down := rapid.SampledFrom([]string{"", "KZMSP", "KGMSP"}).Draw(rt, "down")
		r.set(true, down)
		stop := loaded(t, r, store, func(c *Courier) { c.workers, c.places = 3, 2 })
		n := rapid.IntRange(1, 8).Draw(rt, "movements")
		r.releaseMany(n)
		time.Sleep(time.Duration(rapid.IntRange(0, 3).Draw(rt, "ms")) * time.Millisecond)
		stop()

		store.mu.Lock()
		left := Checkpoint{}
		if len(store.saved) > 0 {
			left = store.saved[rapid.IntRange(0, len(store.saved)-1).Draw(rt, "checkpoint")]
		}
		store.mu.Unlock()
		// The ledger of the second start has no list, so only the checkpoint and the events behind it tell.
		r.set(false, down)
		again := &memory{saved: []Checkpoint{left}}
		stop = loaded(t, r, again, func(c *Courier) { c.ledger = unlisted{r} })
		eventually(t, func() bool { return r.all(n) })
		stop()
	})
}

// unlisted is a route whose movements nobody can look through.
type unlisted struct{ *route }

func (unlisted) list(context.Context) iter.Seq2[*transit.Movement, error] {
	return func(func(*transit.Movement, error) bool) {}
}

// all reports whether each of n movements has come to both countries.
func (r *route) all(n int) bool {
	for i := range n {
		id := fmt.Sprintf("CN%03d", i)
		if r.count(id, "KZMSP") == 0 || r.count(id, "KGMSP") == 0 {
			return false
		}
	}
	return true
}
