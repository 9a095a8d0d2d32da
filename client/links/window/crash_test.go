package window_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/database/databasetest"
	"carec.example/cats/client/links/window"
)

// Whatever statement fails, nothing of its transaction stands, as when the process died there: the next process does it all,
// and the window has every document once.
func TestADepositSurvivesTheFailureOfEachStatement(t *testing.T) {
	for _, at := range []string{
		"INSERT ON window_checkpoint", "UPDATE OF reader ON window_checkpoint", "UPDATE OF block ON window_checkpoint", "INSERT ON window_event",
		"INSERT ON window_delivery", "UPDATE OF claim ON window_delivery", "UPDATE OF body ON window_event", "UPDATE OF state ON window_delivery",
		"UPDATE OF reference ON window_delivery",
	} {
		t.Run(at, func(t *testing.T) {
			t.Parallel()
			address := databasetest.SQLite(t)
			db := databasetest.Open(t, address)
			l := newLedger(t, "CNMSP", "CN")
			d := newDesk(t, nil)
			first := open(t, db, l, nil)
			add(t, first, plain(t, d))
			if at != "INSERT ON window_checkpoint" { // the ledger is followed from here on
				stop := run(t, first)
				require.Eventually(t, func() bool { return checkpoint(t, first) }, 10*time.Second, 5*time.Millisecond)
				stop()
			}
			_, err := db.ExecContext(t.Context(), fmt.Sprintf("CREATE TRIGGER dies BEFORE %s BEGIN SELECT RAISE(ABORT, 'dies'); END", at))
			require.NoError(t, err)
			l.step(transit.StepLodge, transit.Submitted)
			l.step(transit.StepAccept, transit.Accepted)
			stop := run(t, open(t, db, l, nil))
			time.Sleep(150 * time.Millisecond)
			stop()
			all, err := first.Deposits(t.Context(), window.Filter{State: window.Deposited})
			require.NoError(t, err)
			require.Empty(t, all.Items, "nothing counts")
			_, err = db.ExecContext(t.Context(), "DROP TRIGGER dies")
			require.NoError(t, err)
			// The time for which a dead process holds its claim is over.
			_, err = db.ExecContext(t.Context(), "UPDATE window_delivery SET claimed_until = 0, due_at = 0")
			require.NoError(t, err)
			last := open(t, databasetest.Open(t, address), l, nil)
			run(t, last)
			settled(t, last, window.Deposited, 3)
			require.ElementsMatch(t, []string{"TransitCustomsDeclaration", "TransportationStatus", "TransportationStatus"}, d.documents())
			require.Len(t, d.known, 3, "and the window has taken each number with one document")
			for _, r := range d.all() {
				require.Equal(t, string(d.known[r.number()]), string(r.body), "the same bytes however often")
			}
		})
	}
}

func TestTwoProcessesOnOneDatabaseDepositOnce(t *testing.T) {
	databasetest.Addresses(t, func(t *testing.T, address string) {
		t.Helper()
		l := newLedger(t, "CNMSP", "CN")
		d := newDesk(t, nil)
		first, second := open(t, databasetest.Open(t, address), l, nil), open(t, databasetest.Open(t, address), l, nil)
		add(t, first, plain(t, d))
		stop := run(t, first)
		run(t, second)
		const n = 24
		for i := range n {
			if i == n/2 {
				d.await(n / 4)
				stop() // the other one takes over
			}
			l.step(transit.StepRegisterIncident, transit.Released)
		}
		settled(t, second, window.Deposited, n)
		require.Len(t, d.all(), n, "each once, with nothing that fails")
		require.Len(t, d.documents(), n)
	})
}

func TestWhatIsPurgedIsNotKept(t *testing.T) {
	db := databasetest.Open(t, databasetest.SQLite(t))
	l := newLedger(t, "CNMSP", "CN")
	d := newDesk(t, nil)
	w := open(t, db, l, func(c *window.Config) { c.FirstPause, c.LongestPause = time.Hour, time.Hour })
	d.Start()
	terms := plain(t, d)
	terms.Documents = []window.Kind{window.Declaration}
	d.Close() // nobody answers
	add(t, w, terms)
	run(t, w)
	l.step(transit.StepLodge, transit.Submitted)
	kept := func() (n int) {
		require.NoError(t, db.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM window_event WHERE body <> ''").Scan(&n))
		return n
	}
	require.Eventually(t, func() bool { return kept() == 1 }, 10*time.Second, 5*time.Millisecond)
	purged := transit.EventStep{Record: "purge", ID: movement, Step: "Purge", By: "KZMSP"}
	l.append(nil, purged)
	purged.By = "CNMSP"
	l.append(nil, purged)
	require.Eventually(t, func() bool { return kept() == 0 }, 10*time.Second, 5*time.Millisecond)
}
