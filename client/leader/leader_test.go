package leader_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"carec.example/cats/client/cats"
	"carec.example/cats/client/database"
	"carec.example/cats/client/database/databasetest"
	"carec.example/cats/client/leader"
)

func TestMain(m *testing.M) { os.Exit(databasetest.Main(m)) }

// quick is a pace for tests: slow enough for a loaded machine to keep it.
func quick() leader.Pace {
	return leader.Pace{Beat: 100 * time.Millisecond, Look: 20 * time.Millisecond, Patience: time.Second}
}

func opened(t *testing.T, db *database.DB) *leader.Elections {
	t.Helper()
	e, err := leader.Open(t.Context(), db, slog.New(slog.DiscardHandler), leader.WithPace(quick()))
	require.NoError(t, err)
	return e
}

// shown is what the metric says.
func shown(t *testing.T, e *leader.Elections) float64 {
	t.Helper()
	registry := prometheus.NewRegistry()
	require.NoError(t, registry.Register(e.Metrics()))
	families, err := registry.Gather()
	require.NoError(t, err)
	require.Len(t, families, 1)
	require.Equal(t, "cats_leads", families[0].GetName())
	return families[0].GetMetric()[0].GetGauge().GetValue()
}

// candidate is a process that stands for election until it is ended.
type candidate struct {
	leads atomic.Int64
	terms chan leader.Term
	end   func() error
}

// stand has a process stand; while it leads, overlap counts it.
func stand(t *testing.T, e *leader.Elections, overlap *atomic.Int64) *candidate {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	c := &candidate{terms: make(chan leader.Term, 100)}
	ended := make(chan error, 1)
	go func() {
		ended <- e.Lead(ctx, "courier", func(ctx context.Context, term leader.Term) error {
			if overlap.Add(1) > 1 {
				t.Error("two lead at once")
			}
			defer overlap.Add(-1)
			c.leads.Add(1)
			c.terms <- term
			<-ctx.Done()
			return nil
		})
	}()
	c.end = sync.OnceValue(func() error { cancel(); return <-ended })
	t.Cleanup(func() { _ = c.end() })
	return c
}

func TestOneLeadsAndAnotherFollowsAtOnceWhenItEnds(t *testing.T) {
	databasetest.Addresses(t, func(t *testing.T, address string) {
		t.Helper()
		var overlap atomic.Int64
		first := opened(t, databasetest.Open(t, address))
		second := opened(t, databasetest.Open(t, address))
		one := stand(t, first, &overlap)
		term := <-one.terms
		other := stand(t, second, &overlap)
		require.Never(t, func() bool { return other.leads.Load() > 0 }, 2*time.Second, 50*time.Millisecond, "longer than the patience")
		require.InDelta(t, 1, shown(t, first), 0)
		begun := time.Now()
		require.NoError(t, one.end())
		next := <-other.terms
		require.Less(t, time.Since(begun), quick().Patience, "who ends of itself gives the place back")
		require.Greater(t, next.Number(), term.Number())
		require.InDelta(t, 0, shown(t, first), 0)
		require.InDelta(t, 1, shown(t, second), 0)
	})
}

// A database that goes away stands for a process that is cut off from it: it must stop before another one begins.
func TestALeaderThatIsCutOffStopsBeforeAnotherBegins(t *testing.T) {
	databasetest.Addresses(t, func(t *testing.T, address string) {
		t.Helper()
		var overlap atomic.Int64
		db := databasetest.Open(t, address)
		one := stand(t, opened(t, db), &overlap)
		<-one.terms
		other := stand(t, opened(t, databasetest.Open(t, address)), &overlap)
		require.NoError(t, db.Close())
		select {
		case <-other.terms: // the overlap is counted there
		case <-time.After(10 * time.Second):
			t.Fatal("nobody leads any more")
		}
	})
}

func TestOfManyOneLeads(t *testing.T) {
	address := databasetest.SQLite(t)
	var overlap atomic.Int64
	var all []*candidate
	for range 4 {
		all = append(all, stand(t, opened(t, databasetest.Open(t, address)), &overlap))
	}
	require.Eventually(t, func() bool { return overlap.Load() == 1 }, 10*time.Second, time.Millisecond)
	for _, c := range all {
		require.NoError(t, c.end())
	}
	require.Zero(t, overlap.Load())
}

func TestWorkThatFailsEndsTheLeadUnlessItsMemoryFailed(t *testing.T) {
	e := opened(t, databasetest.Open(t, databasetest.SQLite(t)))
	failed := errors.New("the ledger refuses")
	require.ErrorIs(t, e.Lead(t.Context(), "courier", func(context.Context, leader.Term) error { return failed }), failed)
	tries := 0
	require.NoError(t, e.Lead(t.Context(), "courier", func(context.Context, leader.Term) error {
		if tries++; tries < 3 {
			return leader.ErrMemory
		}
		return nil
	}))
	require.Equal(t, 3, tries)
}

func TestACheckpointIsTheLeadersAlone(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		t.Helper()
		e := opened(t, db)
		lead := func() leader.Term {
			var got leader.Term
			require.NoError(t, e.Lead(t.Context(), "courier", func(_ context.Context, term leader.Term) error { got = term; return nil }))
			return got
		}
		former, err := cats.NewFileStore(filepath.Join(t.TempDir(), "courier.json"))
		require.NoError(t, err)
		before := cats.Checkpoint{Position: cats.Position{Block: 7, TransactionID: "ab"}, Pending: []cats.Pending{{Movement: "m", To: "KZMSP"}}}
		require.NoError(t, former.Save(before))

		first := lead()
		store := first.Checkpoints(former)
		kept, err := store.Load()
		require.NoError(t, err)
		require.Equal(t, before, kept, "what the file had is taken over")
		later := cats.Checkpoint{Position: cats.Position{Block: 9}, Pending: []cats.Pending{}}
		require.NoError(t, store.Save(later))

		second := lead().Checkpoints(former)
		kept, err = second.Load()
		require.NoError(t, err)
		require.Equal(t, later, kept, "the file counts no longer")
		require.ErrorIs(t, store.Save(before), leader.ErrLost, "the former leader writes nothing any more")
		kept, err = second.Load()
		require.NoError(t, err)
		require.Equal(t, later, kept)

		require.NoError(t, db.Close())
		require.ErrorIs(t, second.Save(later), leader.ErrMemory)
		_, err = second.Load()
		require.ErrorIs(t, err, leader.ErrMemory)
	})
}

func TestThereIsNoCheckpointAtTheBeginning(t *testing.T) {
	e := opened(t, databasetest.Open(t, databasetest.SQLite(t)))
	require.NoError(t, e.Lead(t.Context(), "courier", func(_ context.Context, term leader.Term) error {
		kept, err := term.Checkpoints(nil).Load()
		require.Equal(t, cats.Checkpoint{}, kept)
		return err
	}))
}
