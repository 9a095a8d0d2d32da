package webhook_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"carec.example/cats/client/database"
	"carec.example/cats/client/database/databasetest"
	"carec.example/cats/client/links/queue"
	"carec.example/cats/client/links/webhook"
)

func TestTheLogIsReadAPageAtATimeWhileItGrows(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		t.Helper()
		h := open(t, db, newLedger(), nil)
		subscriber := newSubscriber(t, false, func(int, received) int { return 204 })
		one, _ := subscribe(t, h, subscriber)
		other, _ := subscribe(t, h, subscriber)
		write := func(seq int) {
			_, err := db.ExecContext(t.Context(), "INSERT INTO webhook_event VALUES ($1, $2, 'org.carec.cats.movement.released', 'M', 'L', '{}', 1)",
				seq, fmt.Sprint(seq))
			require.NoError(t, err)
			for _, id := range []string{one, other} {
				_, err := db.ExecContext(t.Context(), "INSERT INTO webhook_delivery VALUES ($1, $2, 'L', 'waiting', 0, 1, 1, '', 0, 0, 0, '')", id, seq)
				require.NoError(t, err)
			}
		}
		for seq := range 5 {
			write(seq + 1)
		}
		var got []string
		seen := map[string]int{}
		f := webhook.Filter{Limit: 3}
		for page := 0; ; page++ {
			p, err := h.Log(t.Context(), f)
			require.NoError(t, err)
			for _, d := range p.Items {
				got = append(got, d.Event)
				seen[d.Event+" "+d.Subscription]++
			}
			if f.After = p.Next; f.After == "" {
				break
			}
			require.Len(t, p.Items, 3)
			write(10 + page) // is before the first, and so on no later page
			_, err = db.ExecContext(t.Context(), "UPDATE webhook_delivery SET state = 'delivered', done_at = 2 WHERE seq = 1")
			require.NoError(t, err)
		}
		require.Equal(t, []string{"5", "5", "4", "4", "3", "3", "2", "2", "1", "1"}, got)
		require.Len(t, seen, 10, "each once")
		require.Len(t, listed(t, h, webhook.Filter{Subscription: one, State: queue.Waiting}), 7, "2 to 5, and the three that came")
	})
}

func TestACursorThatIsNoneIsRefused(t *testing.T) {
	h := open(t, databasetest.Open(t, databasetest.SQLite(t)), newLedger(), nil)
	for _, after := range []string{"x", "1", "1.", ".A", "-1.A", "1.A\x00", "1.A'", "99999999999999999999.A"} {
		_, err := h.Log(context.Background(), webhook.Filter{After: after})
		require.ErrorIs(t, err, queue.ErrCursor, after)
	}
}

func listed(t *testing.T, h *webhook.Hooks, f webhook.Filter) []webhook.Delivery {
	t.Helper()
	p, err := h.Log(t.Context(), f)
	require.NoError(t, err)
	return p.Items
}
