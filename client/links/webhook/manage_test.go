package webhook_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/client/database"
	"carec.example/cats/client/database/databasetest"
	"carec.example/cats/client/links/webhook"
)

func TestAPausedSubscriberIsToldNothingUntilItCountsAgain(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		t.Helper()
		l := newLedger()
		answer := 204
		s := newSubscriber(t, false, func(int, received) int { return answer })
		h := open(t, db, l, nil)
		id, _ := subscribe(t, h, s)
		run(t, h)
		l.release("M", 1)
		settled(t, h, "delivered", 1)

		require.NoError(t, h.Pause(t.Context(), id))
		paused, err := h.Get(t.Context(), id)
		require.NoError(t, err)
		require.False(t, paused.DisabledAt.IsZero())
		require.Equal(t, "it was paused", paused.DisabledWhy)
		require.Len(t, paused.Secrets, 1)
		before := paused.DisabledAt
		require.NoError(t, h.Pause(t.Context(), id))
		paused, err = h.Get(t.Context(), id)
		require.NoError(t, err)
		require.Equal(t, before, paused.DisabledAt)

		begun := time.Now()
		l.release("M", 2)
		require.Eventually(t, func() bool {
			var n int
			require.NoError(t, db.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM webhook_event").Scan(&n))
			return n == 2
		}, 20*time.Second, 10*time.Millisecond)
		require.Len(t, s.all(), 1)

		require.NoError(t, h.Enable(t.Context(), id))
		n, err := h.Replay(t.Context(), id, webhook.Which{Since: begun.Add(-time.Millisecond)})
		require.NoError(t, err)
		require.Equal(t, 1, n, "what came meanwhile was kept")
		s.await(t, 2)
		require.NoError(t, h.Remove(t.Context(), id))
		require.ErrorIs(t, h.Pause(t.Context(), id), webhook.ErrNoSubscription)
		_, err = h.Get(t.Context(), id)
		require.ErrorIs(t, err, webhook.ErrNoSubscription)
	})
}

func TestTheBacklogCountsWhatWaitsAndWhatHasFailed(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		t.Helper()
		h := open(t, db, nil, nil)
		empty, err := h.Backlog(t.Context())
		require.NoError(t, err)
		require.Zero(t, empty)
		l := newLedger()
		refusing := newSubscriber(t, false, func(int, received) int { return 500 })
		taking := newSubscriber(t, false, nil)
		h = open(t, db, l, func(c *webhook.Config) { c.FirstPause, c.LongestPause = time.Hour, time.Hour })
		subscribe(t, h, refusing)
		subscribe(t, h, taking)
		third, _ := subscribe(t, h, taking)
		require.NoError(t, h.Pause(t.Context(), third))
		stop := run(t, h)
		l.release("M", 1)
		l.release("N", 1)
		settled(t, h, "delivered", 2)
		require.Eventually(t, func() bool {
			b, err := h.Backlog(t.Context())
			require.NoError(t, err)
			return b.Failing == 1
		}, 20*time.Second, 10*time.Millisecond)
		b, err := h.Backlog(t.Context())
		require.NoError(t, err)
		require.Positive(t, b.Oldest)
		b.Oldest = 0
		require.Equal(t, webhook.Backlog{Waiting: 2, InForce: 1, Failing: 1, Disabled: 1}, b)
		stop()
		_, err = db.ExecContext(t.Context(), "UPDATE webhook_delivery SET state = 'dead' WHERE state = 'waiting'")
		require.NoError(t, err)
		b, err = h.Backlog(t.Context())
		require.NoError(t, err)
		require.Equal(t, webhook.Backlog{Dead: 2, InForce: 1, Failing: 1, Disabled: 1}, b)
	})
}

func TestTooManySubscriptionsAreRefused(t *testing.T) {
	db := databasetest.Open(t, databasetest.SQLite(t))
	h := open(t, db, nil, nil)
	for range webhook.MaxSubscriptions {
		_, _, err := h.Add(t.Context(), "https://hooks.example/", nil, false)
		require.NoError(t, err)
	}
	_, _, err := h.Add(t.Context(), "https://hooks.example/", nil, false)
	require.ErrorIs(t, err, webhook.ErrTooMany)
}
