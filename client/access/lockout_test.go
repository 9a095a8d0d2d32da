package access

import (
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"carec.example/cats/client/database"
	"carec.example/cats/client/database/databasetest"
)

func TestWrongPasswordsMakeOneWait(t *testing.T) {
	w, g := onSQLite(t)
	wrong := func() answer { return g.browser().logIn("aigul", another, "") }
	for range accountLeniency.free + 1 {
		wrong().refused(t, WrongCredentials)
	}
	a := wrong()
	a.refused(t, LockedOut)
	require.Equal(t, "1", a.Header.Get("Retry-After"))

	t.Run("The right password waits too, without being looked at", func(t *testing.T) {
		require.Zero(t, w.hashes.during(func() { g.browser().logIn("aigul", good, "").refused(t, LockedOut) }))
	})

	t.Run("An unknown name is treated alike", func(t *testing.T) {
		for range accountLeniency.free + 1 {
			g.browser().logIn("nobody", another, "").refused(t, WrongCredentials)
		}
		g.browser().logIn("nobody", another, "").refused(t, LockedOut)
	})

	t.Run("The wait doubles up to its end", func(t *testing.T) {
		for want := time.Second; want < 4*accountLeniency.longest; want *= 2 {
			a := wrong()
			a.refused(t, LockedOut)
			seconds, err := strconv.Atoi(a.Header.Get("Retry-After"))
			require.NoError(t, err)
			require.Equal(t, min(want, accountLeniency.longest), time.Duration(seconds)*time.Second)
			w.clock.pass(time.Duration(seconds) * time.Second)
			wrong().refused(t, WrongCredentials)
		}
	})

	t.Run("Hammering does not prolong it", func(t *testing.T) {
		for range 10 {
			wrong().refused(t, LockedOut)
			w.clock.pass(accountLeniency.longest / 10)
		}
		require.Equal(t, http.StatusCreated, g.browser().logIn("aigul", good, "").StatusCode)
	})

	t.Run("The right password clears the account", func(t *testing.T) {
		for range accountLeniency.free + 1 {
			wrong().refused(t, WrongCredentials)
		}
	})

	t.Run("So does the administrator", func(t *testing.T) {
		wrong().refused(t, LockedOut)
		require.NoError(t, w.people.Enable(t.Context(), "", "aigul"))
		require.Equal(t, http.StatusCreated, g.browser().logIn("aigul", good, "").StatusCode)
	})

	t.Run("And time", func(t *testing.T) {
		for range accountLeniency.free + 1 {
			wrong().refused(t, WrongCredentials)
		}
		w.clock.pass(accountLeniency.forget)
		for range accountLeniency.free + 1 {
			wrong().refused(t, WrongCredentials)
		}
	})
}

func TestNobodyIsLockedOutForEver(t *testing.T) {
	w, g := onSQLite(t)
	owner := g.browser()
	require.Equal(t, http.StatusCreated, owner.logIn("aigul", good, "").StatusCode)
	require.Equal(t, http.StatusNoContent, owner.do(http.MethodDelete, SessionPath, "").StatusCode)

	// An attacker takes each chance that the account gives, for a day.
	for range accountLeniency.free {
		g.browser().logIn("aigul", another, "").refused(t, WrongCredentials)
	}
	for begun := w.clock.now(); w.clock.now().Sub(begun) < 24*time.Hour; w.clock.pass(accountLeniency.longest) {
		g.browser().logIn("aigul", another, "").refused(t, WrongCredentials)
		g.browser().logIn("aigul", good, "").refused(t, LockedOut)
	}
	for i := range addressLeniency.free + 10 {
		w.clock.pass(time.Second) // below the rate of log-ins
		g.browser().logIn("nobody"+strconv.Itoa(i), another, "")
	}
	for range 40 {
		_ = g.browser().logIn("somebody-else", good, "")
	}
	g.browser().logIn("somebody-else", good, "").refused(t, TooManyRequests)
	require.Equal(t, http.StatusCreated, owner.logIn("aigul", good, "").StatusCode,
		"a browser in which the owner has logged in before is counted by itself, even at the attacker's address")

	t.Run("A known browser has only as many chances as anybody", func(t *testing.T) {
		for range accountLeniency.free + 1 {
			owner.logIn("aigul", another, "").refused(t, WrongCredentials)
		}
		owner.logIn("aigul", good, "").refused(t, LockedOut)
	})

	t.Run("It is known only for the account it was used for, and not after a new password", func(t *testing.T) {
		w.clock.pass(addressLeniency.forget)
		for range accountLeniency.free + 1 {
			g.browser().logIn("nobody", another, "").refused(t, WrongCredentials)
		}
		owner.logIn("nobody", another, "").refused(t, LockedOut)
		require.NoError(t, w.people.SetPassword(t.Context(), "aigul", another))
		for range accountLeniency.free + 1 {
			g.browser().logIn("aigul", good, "").refused(t, WrongCredentials)
		}
		owner.logIn("aigul", another, "").refused(t, LockedOut)
	})
}

func TestGuessesAtTheSameMomentAreAllCounted(t *testing.T) {
	databasetest.Addresses(t, func(t *testing.T, address string) {
		t.Helper()
		w, one := started(t, databasetest.Open(t, address))
		cfg := w.config()
		cfg.Database = databasetest.Open(t, address)
		two := w.start(cfg)
		codes := make(chan int, 24)
		hashed := w.hashes.during(func() {
			var all sync.WaitGroup
			for i := range cap(codes) {
				b := []*gateway{one, two}[i%2].browser()
				all.Go(func() { codes <- b.logIn("aigul", another, "").StatusCode })
			}
			all.Wait()
		})
		close(codes)
		judged := 0
		for code := range codes {
			switch code {
			case http.StatusUnauthorized:
				judged++
			default:
				require.Equal(t, http.StatusTooManyRequests, code)
			}
		}
		require.Equal(t, accountLeniency.free+1, judged)
		require.Equal(t, judged, hashed)
	})
}

func TestAnAddressWaitsForWhatItTriesOnManyAccounts(t *testing.T) {
	w, g := onSQLite(t)
	for i := range addressLeniency.free + 1 {
		w.clock.pass(time.Second) // below the rate of log-ins
		g.browser().logIn("name"+strconv.Itoa(i), another, "").refused(t, WrongCredentials)
	}
	g.browser().logIn("aigul", good, "").refused(t, LockedOut)
	w.clock.pass(time.Second)

	t.Run("One success takes back only itself", func(t *testing.T) {
		require.Equal(t, http.StatusCreated, g.browser().logIn("aigul", good, "").StatusCode)
		g.browser().logIn("name0", another, "").refused(t, LockedOut)
	})
}

func TestTheWaitNeverFallsAndNeverExceedsItsEnd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := rapid.SampledFrom([]leniency{accountLeniency, addressLeniency}).Draw(t, "leniency")
		n := rapid.IntRange(0, 1<<40).Draw(t, "failures")
		require.LessOrEqual(t, l.wait(n), l.wait(n+1))
		require.LessOrEqual(t, l.wait(n), l.longest)
		require.Equal(t, n > l.free, l.wait(n) > 0)
	})
}

func TestNoNameIsKeptOfWhoFailed(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		t.Helper()
		_, g := started(t, db)
		g.browser().logIn("perhaps a password", another, "").refused(t, WrongCredentials)
		rows, err := db.QueryContext(t.Context(), `SELECT subject FROM access_failures`)
		require.NoError(t, err)
		defer rows.Close()
		n := 0
		for rows.Next() {
			var subject string
			require.NoError(t, rows.Scan(&subject))
			require.Regexp(t, `^(account|address):[0-9a-f]{32}$`, subject)
			n++
		}
		require.NoError(t, rows.Err())
		require.Equal(t, 2, n)
	})
}

func TestAnAttemptThatWasNotJudgedDoesNotCount(t *testing.T) {
	w, g := onSQLite(t)
	for range hashesWait {
		g.guard.hasher.queue <- struct{}{} // a crowd
	}
	for range accountLeniency.free + 5 {
		a := g.browser().logIn("aigul", good, "")
		a.refused(t, TooManyRequests)
		require.NotEmpty(t, a.Header.Get("Retry-After"))
	}
	for range hashesWait {
		<-g.guard.hasher.queue
	}
	require.Equal(t, http.StatusCreated, g.browser().logIn("aigul", good, "").StatusCode)
	var left int
	require.NoError(t, w.db.QueryRowContext(t.Context(), `SELECT COALESCE(SUM(failures), 0) FROM access_failures`).Scan(&left))
	require.Zero(t, left)
}
