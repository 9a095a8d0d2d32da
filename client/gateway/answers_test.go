package gateway

import (
	"errors"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/client/database"
	"carec.example/cats/client/database/databasetest"
)

func TestMain(m *testing.M) { os.Exit(databasetest.Main(m)) }

// TestAnswersOnBothDatabases takes two gateways of one organisation, which share a database.
func TestAnswersOnBothDatabases(t *testing.T) {
	at := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	claim := func(token string, now time.Time) Claim {
		return Claim{Key: Key{Caller: "c", Key: "k"}, Request: "r", Token: token, Now: now, Until: now.Add(claimLife)}
	}
	answer := Answer{Status: 200, Header: map[string]string{"ETag": `"4"`}, Body: []byte(`{"a":"ä"}`)}

	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		t.Helper()
		one, err := OpenAnswers(t.Context(), db)
		require.NoError(t, err)
		two, err := OpenAnswers(t.Context(), db)
		require.NoError(t, err)

		won := claimBoth(t, one, two, claim, at)
		require.NoError(t, one.Keep(t.Context(), won, answer, at.Add(KeyLife)))
		kept, err := two.Claim(t.Context(), claim("later", at.Add(time.Hour)))
		require.NoError(t, err)
		require.Equal(t, &answer, kept)
		other := claim("other", at.Add(time.Hour))
		other.Request = "s"
		_, err = two.Claim(t.Context(), other)
		require.ErrorIs(t, err, ErrKeyReused)

		require.NoError(t, two.Expire(t.Context(), at.Add(KeyLife-time.Second)))
		kept, err = one.Claim(t.Context(), claim("still", at.Add(KeyLife-time.Second)))
		require.NoError(t, err)
		require.NotNil(t, kept)

		after := at.Add(KeyLife)
		require.NoError(t, two.Expire(t.Context(), after))
		dead := claim("dead", after)
		kept, err = one.Claim(t.Context(), dead)
		require.NoError(t, err)
		require.Nil(t, kept)
		heir := claim("heir", after.Add(claimLife))
		kept, err = two.Claim(t.Context(), heir)
		require.NoError(t, err, "the claim of a gateway that has ended runs out")
		require.Nil(t, kept)
		require.NoError(t, one.Keep(t.Context(), dead, Answer{Status: 500}, after.Add(KeyLife)), "who lost the claim keeps nothing")
		require.NoError(t, one.Release(t.Context(), dead))
		_, err = one.Claim(t.Context(), claim("third", after.Add(claimLife)))
		require.ErrorIs(t, err, ErrKeyBusy)
		require.NoError(t, two.Release(t.Context(), heir))
		kept, err = one.Claim(t.Context(), claim("fourth", after.Add(claimLife)))
		require.NoError(t, err)
		require.Nil(t, kept)
	})
}

// claimBoth has two gateways claim one key many times at once; exactly one gets it.
func claimBoth(t *testing.T, one, two Answers, claim func(string, time.Time) Claim, at time.Time) Claim {
	t.Helper()
	var mu sync.Mutex
	var won []Claim
	var odd []error
	var working sync.WaitGroup
	for i := range 8 {
		working.Go(func() {
			c := claim(string(rune('a'+i)), at)
			kept, err := []Answers{one, two}[i%2].Claim(t.Context(), c)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil && kept == nil:
				won = append(won, c)
			case !errors.Is(err, ErrKeyBusy):
				odd = append(odd, err)
			}
		})
	}
	working.Wait()
	require.Empty(t, odd)
	require.Len(t, won, 1)
	return won[0]
}
