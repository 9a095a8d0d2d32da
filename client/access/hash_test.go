package access

import (
	"context"
	"encoding/base64"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/client/database/databasetest"
)

func TestAPasswordIsHashedAsStated(t *testing.T) {
	h := newHasher()
	stored, err := h.hash(t.Context(), good)
	require.NoError(t, err)
	require.Regexp(t, `^\$argon2id\$v=19\$m=65536,t=3,p=4\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$`, stored)
	right, outdated, err := h.verify(t.Context(), stored, good)
	require.NoError(t, err)
	require.True(t, right)
	require.False(t, outdated)
	right, _, err = h.verify(t.Context(), stored, another)
	require.NoError(t, err)
	require.False(t, right)
	again, err := h.hash(t.Context(), good)
	require.NoError(t, err)
	require.NotEqual(t, stored, again, "each has a salt of its own")

	t.Run("Nobody's password costs the same and is never right", func(t *testing.T) {
		c, _, _, err := parsePHC(h.nobody)
		require.NoError(t, err)
		require.Equal(t, h.cost, c)
		right, _, err := h.verify(t.Context(), h.nobody, "")
		require.NoError(t, err)
		require.False(t, right)
	})
}

// The value is of the reference implementation, phc-winner-argon2 (its test for argon2id, version 19, t=2, m=64 MiB, p=1).
func TestAHashOfTheReferenceImplementationIsRead(t *testing.T) {
	stored := "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	right, outdated, err := newHasher().verify(t.Context(), stored, "password")
	require.NoError(t, err)
	require.True(t, right)
	require.True(t, outdated, "it was made at another cost")
}

func TestComposedAndDecomposedLettersAreOnePassword(t *testing.T) {
	h := newHasher()
	new(hashCount).cheapen(h)
	stored, err := h.hash(t.Context(), "\u0439 is one letter") // й
	require.NoError(t, err)
	right, _, err := h.verify(t.Context(), stored, "\u0438\u0306 is one letter") // и with a breve
	require.NoError(t, err)
	require.True(t, right)
}

func TestFewHashesAtATime(t *testing.T) {
	h := newHasher()
	var now, most atomic.Int32
	release := make(chan struct{})
	h.derive = func(_, _ []byte, _ cost, length uint32) []byte {
		if n := now.Add(1); n > most.Load() {
			most.Store(n)
		}
		<-release
		now.Add(-1)
		return make([]byte, length)
	}
	var all sync.WaitGroup
	for range hashesWait {
		all.Go(func() { _, _ = h.hash(context.Background(), good) })
	}
	require.Eventually(t, func() bool { return len(h.queue) == hashesWait && now.Load() == hashesAtOnce }, 10*time.Second, time.Millisecond)

	t.Run("Who comes to a full queue is told at once", func(t *testing.T) {
		_, err := h.hash(t.Context(), good)
		var refused *Error
		require.ErrorAs(t, err, &refused)
		require.Equal(t, TooManyRequests, refused.Code)
		require.NotZero(t, refused.RetryAfter)
	})
	close(release)
	all.Wait()
	require.EqualValues(t, hashesAtOnce, most.Load())
	require.Empty(t, h.queue)

	t.Run("Who gives up leaves the queue", func(t *testing.T) {
		h.places = make(chan struct{}) // nobody gets a place
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := h.hash(ctx, good)
		require.ErrorIs(t, err, context.Canceled)
		require.Empty(t, h.queue)
	})
}

func TestAPasswordOfAnotherCostIsRenewedWhenItIsUsed(t *testing.T) {
	w, g := onSQLite(t)
	stored := func() (s string) {
		require.NoError(t, w.db.QueryRowContext(t.Context(), `SELECT password FROM access_people WHERE name = 'aigul'`).Scan(&s))
		return s
	}
	before := stored()
	g.guard.hasher.memory = 16
	g.browser().logIn("aigul", another, "").refused(t, WrongCredentials)
	require.Equal(t, before, stored())
	require.Equal(t, 201, g.browser().logIn("aigul", good, "").StatusCode)
	require.Contains(t, stored(), "$m=16,t=1,p=1$")
	require.Equal(t, 1, w.hashes.during(func() { require.Equal(t, 201, g.browser().logIn("aigul", good, "").StatusCode) }))
}

func TestWhatIsNoHashIsRefused(t *testing.T) {
	salt, key := strings.Repeat("A", 22), strings.Repeat("A", 43)
	for name, text := range map[string]string{
		"Nothing":                        "",
		"Another function":               "$argon2i$v=19$m=64,t=1,p=1$" + salt + "$" + key,
		"Another version":                "$argon2id$v=16$m=64,t=1,p=1$" + salt + "$" + key,
		"More memory than is bearable":   "$argon2id$v=19$m=9999999,t=1,p=1$" + salt + "$" + key,
		"Less than argon2 can work with": "$argon2id$v=19$m=7,t=1,p=1$" + salt + "$" + key,
		"More passes than are bearable":  "$argon2id$v=19$m=64,t=17,p=1$" + salt + "$" + key,
		"No passes":                      "$argon2id$v=19$m=64,t=0,p=1$" + salt + "$" + key,
		"No lanes":                       "$argon2id$v=19$m=64,t=1,p=0$" + salt + "$" + key,
		"More than eight bits of lanes":  "$argon2id$v=19$m=9999,t=1,p=257$" + salt + "$" + key,
		"Hardly any salt":                "$argon2id$v=19$m=64,t=1,p=1$AAAA$" + key,
		"Hardly any hash":                "$argon2id$v=19$m=64,t=1,p=1$" + salt + "$AAAA",
		"Something behind it":            "$argon2id$v=19$m=64,t=1,p=1$" + salt + "$" + key + "$",
	} {
		t.Run(name, func(t *testing.T) {
			_, _, _, err := parsePHC(text)
			require.ErrorIs(t, err, errPHC)
		})
	}
}

func FuzzParsePHC(f *testing.F) {
	f.Add("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")
	f.Add("$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	f.Add("$argon2id$v=19$m=08,t=01,p=1$AAAA$AAAA")
	f.Fuzz(func(t *testing.T, text string) {
		c, salt, key, err := parsePHC(text)
		if err != nil {
			return
		}
		require.LessOrEqual(t, c.memory, uint32(highestMemory))
		require.NotZero(t, c.passes)
		require.NotZero(t, c.lanes)
		again, salt2, key2, err := parsePHC(c.format(salt, key))
		require.NoError(t, err)
		require.Equal(t, c, again)
		require.Equal(t, salt, salt2)
		require.Equal(t, key, key2)
		require.Contains(t, text, base64.RawStdEncoding.EncodeToString(key))
	})
}

func TestPasswordsAreJudgedByLengthAndByWhatIsTriedFirst(t *testing.T) {
	for password, want := range map[string]string{
		good: "",
		"двенадцать букв и слов":          "",
		"一二三四五六七八九十十一":                    "",
		"eleven char":                     "too short",
		strings.Repeat("long ", 26):       "too long",
		"aaaaaaaaaaaaaaaa":                "fewer than 5 different",
		"abababababababab":                "fewer than 5 different",
		"my name is aigul":                "contains the account's name",
		"MY NAME IS AIGUL":                "contains the account's name",
		"Password1234":                    "tried first",
		"qwertyuiop2026!!":                "tried first",
		"Kazakhstan2031!":                 "tried first",
		"correct horse battery staple":    "tried first",
		"with a tab\tin the middle":       "cannot be typed",
		"with invalid \xff in its middle": "cannot be typed",
	} {
		t.Run(password, func(t *testing.T) {
			err := CheckPassword("aigul", password)
			if want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, want)
			require.NotContains(t, err.Error(), password)
		})
	}
}

func TestNamesOfAccounts(t *testing.T) {
	for name, want := range map[string]string{
		"Aigul": "aigul", "айгүл": "айгүл", "АЙГҮЛ": "айгүл", "a.b_c-d@e1": "a.b_c-d@e1", "ａｉｇｕｌ": "aigul", "王": "王",
		"": "", "a b": "", "a/b": "", "a\x00": "", strings.Repeat("a", 65): "", strings.Repeat("a", 300): "",
	} {
		folded, ok := foldName(name)
		require.Equal(t, want != "", ok, name)
		if ok {
			require.Equal(t, want, folded)
		}
	}
}

func TestTheBookOfPeople(t *testing.T) {
	w := newWorld(t, databasetest.Open(t, databasetest.SQLite(t)))
	ctx := t.Context()
	require.NoError(t, w.people.Add(ctx, "Aigul", good, []string{korday, almaty}))
	require.NoError(t, w.people.Link(ctx, "https://id.example", "00u1", []string{trader}))
	require.ErrorIs(t, w.people.Add(ctx, "AIGUL", good, []string{almaty}), ErrExists)
	require.ErrorIs(t, w.people.Link(ctx, "https://id.example", "00u1", []string{almaty}), ErrExists)
	require.ErrorIs(t, w.people.Add(ctx, "a b", good, []string{almaty}), ErrName)
	require.ErrorContains(t, w.people.Add(ctx, "dana", "short", []string{almaty}), "too short")
	require.ErrorContains(t, w.people.Add(ctx, "dana", good, nil), "at least one identity")
	require.ErrorContains(t, w.people.Add(ctx, "dana", good, []string{almaty, almaty}), "given twice")
	require.ErrorContains(t, w.people.Add(ctx, "dana", good, []string{"kz-nobody"}), "no identity")
	require.ErrorContains(t, w.people.Link(ctx, "", "x", []string{almaty}), "issuer and name")
	require.ErrorContains(t, w.people.Link(ctx, "https://id.example", "a\x00b", []string{almaty}), "issuer and name")
	for _, do := range []error{
		w.people.SetPassword(ctx, "dana", good), w.people.Disable(ctx, "", "dana"), w.people.Enable(ctx, "", "00u1"),
		w.people.Remove(ctx, "https://id.example", "aigul"), w.people.Assign(ctx, "", "a b", []string{almaty}),
	} {
		require.ErrorIs(t, do, ErrNoPerson)
	}
	require.NoError(t, w.people.Disable(ctx, "https://id.example", "00u1"))
	require.NoError(t, w.people.Assign(ctx, "", "aigul", []string{trader, almaty}))

	people, err := w.people.List(ctx)
	require.NoError(t, err)
	now := w.clock.now().UTC()
	require.Equal(t, []Person{
		{Name: "aigul", Identities: []string{trader, almaty}, Created: now},
		{Issuer: "https://id.example", Name: "00u1", Identities: []string{trader}, Disabled: true, Created: now},
	}, people)
}
