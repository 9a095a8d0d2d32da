package webhook_test

import (
	"crypto/x509"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/database"
	"carec.example/cats/client/database/databasetest"
	"carec.example/cats/client/links/webhook"
)

func TestWhatHappensIsDeliveredSignedOverTLS(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		t.Helper()
		l := newLedger()
		s := newSubscriber(t, true, nil)
		roots := x509.NewCertPool()
		roots.AddCert(s.Certificate())
		h := open(t, db, l, func(c *webhook.Config) { c.Roots = roots })
		id, secret := subscribe(t, h, s, "movement")
		run(t, h)
		l.append(
			transit.EventStep{Record: "movement", ID: "M1", MRN: "26M1", Seq: 4, Step: "Release", By: "CNMSP"},
			transit.EventStep{Record: "guarantee", ID: "G1", Step: "locked", By: "CNMSP"},
		)
		l.release("M2", 1)
		got := s.await(t, 2)
		settled(t, h, "delivered", 2)
		for _, r := range got {
			require.NoError(t, verify(t, secret, r))
			require.Error(t, verify(t, "whsec_"+strings.Repeat("A", 43)+"=", r), "another secret")
			require.Equal(t, r.event.ID, r.id())
			require.Equal(t, "org.carec.cats.movement.released", r.event.Type, "only what was asked for")
			require.Equal(t, "application/cloudevents+json; charset=utf-8", r.header.Get("Content-Type"))
			altered := r
			altered.body = []byte(strings.Replace(string(r.body), "CNMSP", "KZMSP", 1))
			require.Error(t, verify(t, secret, altered))
		}
		require.ElementsMatch(t, []string{"1.0000.0", "1.0001.0"}, s.ids())
		log, err := h.Log(t.Context(), webhook.Filter{Subscription: id})
		require.NoError(t, err)
		require.Equal(t, "26M2", log.Items[0].Subject)
		require.Equal(t, http.StatusNoContent, log.Items[0].Status)
	})
}

func TestAFailedDeliveryIsTriedAgainInTheOrderOfTheMovement(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		t.Helper()
		l := newLedger()
		refused := 0
		s := newSubscriber(t, false, func(_ int, r received) int {
			if r.event.Data.ID == "SLOW" && r.event.Data.Seq == 1 && refused < 3 { // one request of a movement at a time
				refused++
				return http.StatusServiceUnavailable
			}
			return http.StatusOK
		})
		h := open(t, db, l, nil)
		subscribe(t, h, s)
		run(t, h)
		for seq := 1; seq <= 4; seq++ {
			l.release("SLOW", seq)
			l.release("OTHER", seq)
		}
		settled(t, h, "delivered", 8)
		var order = map[string][]int{}
		for _, r := range s.all() {
			order[r.event.Data.ID] = append(order[r.event.Data.ID], r.event.Data.Seq)
		}
		require.Equal(t, []int{1, 1, 1, 1, 2, 3, 4}, order["SLOW"])
		require.Equal(t, []int{1, 2, 3, 4}, order["OTHER"])
	})
}

func TestADeliveryThatWasSentButNotMarkedComesAgainUnderItsID(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		t.Helper()
		l := newLedger()
		s := newSubscriber(t, false, nil)
		h := open(t, db, l, nil)
		subscribe(t, h, s)
		stop := run(t, h)
		l.release("M1", 1)
		settled(t, h, "delivered", 1)
		stop()
		// What a process leaves that died after the answer and before the mark: the delivery waits, claimed by nobody alive.
		claim := func(until time.Time) {
			_, err := db.ExecContext(t.Context(), "UPDATE webhook_delivery SET state = 'waiting', claim = 'dead', claimed_until = $1, done_at = 0",
				until.UnixMilli())
			require.NoError(t, err)
		}
		claim(time.Now().Add(time.Hour))
		l.release("M1", 2)
		next := open(t, db, l, nil)
		stop = run(t, next)
		time.Sleep(200 * time.Millisecond)
		require.Len(t, s.all(), 1, "while the claim holds, neither it nor what comes behind it is sent")
		stop()
		claimFirst := "UPDATE webhook_delivery SET claimed_until = $1 WHERE claim = 'dead'"
		_, err := db.ExecContext(t.Context(), claimFirst, time.Now().Add(-time.Second).UnixMilli())
		require.NoError(t, err)
		run(t, open(t, db, l, nil))
		settled(t, h, "delivered", 2)
		require.Equal(t, []string{"1.0000.0", "1.0000.0", "1.0001.0"}, s.ids())
	})
}

func TestASlowSubscriberDoesNotHoldUpOthers(t *testing.T) {
	l := newLedger()
	hang := make(chan struct{})
	slow := newSubscriber(t, false, func(int, received) int { <-hang; return http.StatusOK })
	fast := newSubscriber(t, false, nil)
	db := databasetest.Open(t, databasetest.SQLite(t))
	h := open(t, db, l, func(c *webhook.Config) { c.PerReceiver = 2; c.Timeout = time.Minute })
	subscribe(t, h, slow)
	subscribe(t, h, fast)
	stop := run(t, h)
	for i := range 20 {
		l.release(fmt.Sprintf("M%d", i), 1)
	}
	fast.await(t, 20)
	require.Len(t, slow.all(), 2, "as many as it may have at a time")
	close(hang)
	stop()
}

func TestTwoProcessesOnOneDatabaseSendOnce(t *testing.T) {
	databasetest.Addresses(t, func(t *testing.T, address string) {
		t.Helper()
		l := newLedger()
		s := newSubscriber(t, false, nil)
		first := open(t, databasetest.Open(t, address), l, nil)
		second := open(t, databasetest.Open(t, address), l, nil)
		subscribe(t, first, s)
		stop := run(t, first)
		run(t, second)
		const n = 40
		for i := range n / 2 {
			l.release(fmt.Sprintf("M%d", i%7), i)
		}
		s.await(t, n/2)
		stop() // the other one takes over
		for i := n / 2; i < n; i++ {
			l.release(fmt.Sprintf("M%d", i%7), i)
		}
		settled(t, second, "delivered", n)
		seen := map[string]bool{}
		for _, id := range s.ids() {
			require.False(t, seen[id], "%s came twice", id)
			seen[id] = true
		}
		require.Len(t, seen, n)
	})
}

func TestTwoReadersOfTheLedgerEnqueueOnce(t *testing.T) {
	databasetest.Addresses(t, func(t *testing.T, address string) {
		t.Helper()
		l := newLedger()
		s := newSubscriber(t, false, nil)
		db := databasetest.Open(t, address)
		first, second := open(t, db, l, nil), open(t, databasetest.Open(t, address), l, nil)
		subscribe(t, first, s)
		run(t, first)
		l.release("M", 1)
		s.await(t, 1)
		// As if the clock of the second were hours ahead: it takes the turn while the first one reads on.
		_, err := db.ExecContext(t.Context(), "UPDATE webhook_checkpoint SET reads_until = 0")
		require.NoError(t, err)
		run(t, second)
		time.Sleep(100 * time.Millisecond)
		for seq := 2; seq <= 30; seq++ {
			l.release("M", seq)
		}
		settled(t, first, "delivered", 30)
		var order []int
		for _, r := range s.all() {
			order = append(order, r.event.Data.Seq)
		}
		require.Len(t, order, 30)
		require.IsIncreasing(t, order)
	})
}

func TestWhatIsGivenUpIsDeadAndCanBeReplayed(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		t.Helper()
		l := newLedger()
		broken := make(chan struct{})
		s := newSubscriber(t, false, func(int, received) int {
			select {
			case <-broken:
				return http.StatusOK
			default:
				return http.StatusInternalServerError
			}
		})
		h := open(t, db, l, func(c *webhook.Config) { c.GiveUp = 150 * time.Millisecond })
		id, secret := subscribe(t, h, s)
		run(t, h)
		l.release("M", 1)
		l.release("M", 2)
		settled(t, h, "dead", 2)
		close(broken)
		time.Sleep(50 * time.Millisecond)
		before := len(s.all())
		n, err := h.Replay(t.Context(), id, webhook.Which{Dead: true})
		require.NoError(t, err)
		require.Equal(t, 2, n)
		settled(t, h, "delivered", 2)
		again := s.all()[before:]
		require.Equal(t, []string{"1.0000.0", "1.0001.0"}, []string{again[0].id(), again[1].id()})
		require.NoError(t, verify(t, secret, again[1]))
		n, err = h.Replay(t.Context(), id, webhook.Which{Event: "1.0001.0"})
		require.NoError(t, err)
		require.Equal(t, 1, n)
		s.await(t, before+3)
		n, err = h.Replay(t.Context(), id, webhook.Which{Since: time.Now().Add(-time.Hour)})
		require.NoError(t, err)
		require.Equal(t, 2, n)
		_, err = h.Replay(t.Context(), "WHNOBODY", webhook.Which{Dead: true})
		require.ErrorIs(t, err, webhook.ErrNoSubscription)
	})
}

func TestASubscriberThatTakesNothingIsDisabledWithAMark(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		after  time.Duration
		why    string
	}{
		"for too long": {http.StatusBadGateway, 100 * time.Millisecond, "it has taken nothing since"},
		"gone":         {http.StatusGone, time.Hour, "it answered 410 Gone"},
	} {
		t.Run(name, func(t *testing.T) {
			databasetest.Each(t, func(t *testing.T, db *database.DB) {
				t.Helper()
				l := newLedger()
				s := newSubscriber(t, false, func(int, received) int { return c.status })
				h := open(t, db, l, func(cfg *webhook.Config) { cfg.DisableAfter = c.after })
				id, _ := subscribe(t, h, s)
				run(t, h)
				l.append( // in one transaction: both wait before the first is answered
					transit.EventStep{Record: "movement", ID: "M", Seq: 1, Step: "Release", By: "CNMSP"},
					transit.EventStep{Record: "movement", ID: "N", Seq: 1, Step: "Release", By: "CNMSP"},
				)
				settled(t, h, "dead", 2)
				list, err := h.List(t.Context())
				require.NoError(t, err)
				require.False(t, list[0].DisabledAt.IsZero())
				require.Contains(t, list[0].DisabledWhy, c.why)
				l.release("M", 2)
				require.Eventually(t, func() bool {
					var n int
					return db.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM webhook_event").Scan(&n) == nil && n == 3
				}, 10*time.Second, 10*time.Millisecond)
				require.Equal(t, map[string]int{"dead": 2}, states(t, h, webhook.Filter{}), "nothing is enqueued for it meanwhile")
				_, err = h.Replay(t.Context(), id, webhook.Which{Dead: true})
				require.ErrorIs(t, err, webhook.ErrDisabled)
				require.NoError(t, h.Enable(t.Context(), id))
				n, err := h.Replay(t.Context(), id, webhook.Which{Since: time.Now().Add(-time.Hour)})
				require.NoError(t, err)
				require.Equal(t, 3, n, "what came meanwhile included")
			})
		})
	}
}

func TestBothSecretsSignWhileTheyOverlap(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		t.Helper()
		l := newLedger()
		s := newSubscriber(t, false, nil)
		h := open(t, db, l, nil)
		id, old := subscribe(t, h, s)
		renewed, err := h.Rotate(t.Context(), id, time.Hour)
		require.NoError(t, err)
		run(t, h)
		l.release("M", 1)
		r := s.await(t, 1)[0]
		require.NoError(t, verify(t, old, r))
		require.NoError(t, verify(t, renewed, r))
		newest, err := h.Rotate(t.Context(), id, 0)
		require.NoError(t, err)
		l.release("M", 2)
		r = s.await(t, 2)[1]
		require.Error(t, verify(t, old, r))
		require.Error(t, verify(t, renewed, r))
		require.NoError(t, verify(t, newest, r))
		for range webhook.MaxSecrets - 1 {
			_, err = h.Rotate(t.Context(), id, time.Hour)
			require.NoError(t, err)
		}
		_, err = h.Rotate(t.Context(), id, time.Hour)
		require.ErrorContains(t, err, "count still")
	})
}

func TestATestTellsWhatCameOfIt(t *testing.T) {
	db := databasetest.Open(t, databasetest.SQLite(t))
	h := open(t, db, nil, nil)
	s := newSubscriber(t, false, func(n int, _ received) int { return map[bool]int{true: 204, false: 302}[n == 1] })
	id, secret := subscribe(t, h, s)
	o, err := h.Test(t.Context(), id)
	require.NoError(t, err)
	require.True(t, o.Taken())
	require.NoError(t, verify(t, secret, s.all()[0]))
	require.Equal(t, "org.carec.cats.webhook.test", s.all()[0].event.Type)
	o, err = h.Test(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, "answered 302; redirections are not followed", o.Problem)
	require.NoError(t, h.Remove(t.Context(), id))
	_, err = h.Test(t.Context(), id)
	require.ErrorIs(t, err, webhook.ErrNoSubscription)
}

func TestOldEventsAreTakenAway(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		t.Helper()
		l := newLedger()
		s := newSubscriber(t, false, nil)
		h := open(t, db, l, nil)
		subscribe(t, h, s)
		stop := run(t, h)
		l.release("M", 1)
		settled(t, h, "delivered", 1)
		stop()
		_, err := db.ExecContext(t.Context(), "UPDATE webhook_event SET at = 1")
		require.NoError(t, err)
		run(t, open(t, db, l, nil))
		settled(t, h, "delivered", 0)
		l.release("M", 2)
		settled(t, h, "delivered", 1)
		require.Equal(t, []string{"1.0000.0", "1.0001.0"}, s.ids())
	})
}
