package e2e

import (
	"context"
	"errors"
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/token"
	"carec.example/cats/client/token/tokentest"
)

// keysElsewhere shows the two ways in which a person's key is not a file beside the client: on a token that signs at once, and
// somewhere the ledger cannot be reached from, to which what is to be signed travels.
func (w *world) keysElsewhere(t *testing.T) {
	const trader, officer = "cn-trader-tianshan", "cn-officer-urumqi"
	std := load(t, examples+"cn-kz-kg-electronics.xml", nil)
	std.TransitOperation.LRN = "E" + fresh()[:20]
	std.Guarantees[0].GuaranteeReferences[0].AmountToBeCovered = "100.00"
	var movement string

	t.Run("a declaration is lodged with signatures made elsewhere", func(t *testing.T) {
		away, err := w.profile.Signer(trader, nil)
		require.NoError(t, err)
		jws, err := cats.SignDocument(away, std, time.Now())
		require.NoError(t, err)
		c := w.preparing(t, "cn-courier", trader)
		signatures := 0
		sign := func(u *cats.Unsigned) error {
			signatures++
			return u.Sign(away.Key)
		}
		m := elsewhere(t, w, sign, func(ctx context.Context) (*transit.Movement, error) {
			m, _, err := c.Movements().Lodge(ctx, std, cats.Signed(jws))
			return m, err
		})
		require.Equal(t, transit.Submitted, m.State)
		require.Equal(t, 4, signatures, "two transactions, each with its proposal")
		movement = m.ID
	})

	card := tokentest.New(t)
	id, err := w.profile.Identity(officer)
	require.NoError(t, err)
	card.Import(t, "officer", w.path(id.Key))
	keys := &token.Keys{}
	t.Cleanup(func() { require.NoError(t, keys.Close()) })
	id.Key = card.URI("officer")
	onToken := *w.profile
	onToken.Identities = maps.Clone(w.profile.Identities)
	onToken.Identities[officer] = id

	t.Run("an officer's token signs at once", func(t *testing.T) {
		_, err := cats.Open(t.Context(), &onToken, officer)
		require.ErrorContains(t, err, "opens none")
		c, err := cats.Open(t.Context(), &onToken, officer, cats.WithKeys(keys.Key))
		require.NoError(t, err)
		defer func() { require.NoError(t, c.Close()) }()
		m, receipt, err := c.Movements().Accept(within(t, time.Minute), movement)
		require.NoError(t, err)
		require.Equal(t, transit.Accepted, m.State)
		require.GreaterOrEqual(t, len(receipt.Endorsers), 2)
		movement = m.MRN
	})

	t.Run("what the token signs says in words what it does, and does it once", func(t *testing.T) {
		key, err := keys.Key(id.Key)
		require.NoError(t, err)
		c := w.preparing(t, "cn-courier", officer)
		var last *cats.Unsigned
		sign := func(u *cats.Unsigned) error {
			s, err := u.Statement()
			require.NoError(t, err)
			require.Equal(t, transit.FnRelease, s.Function)
			require.Equal(t, "CNURM001", s.Claims.Office)
			if u.Stage == cats.StageTransaction {
				require.Equal(t, transit.Released, s.Record.State)
				require.Equal(t, transit.UsageLocked, s.Record.Guarantees[0].State)
				require.Contains(t, s.Endorsers, "CGMMSP", "the guarantor's peer has endorsed")
				last = u
			}
			return u.Sign(key)
		}
		limit := time.Now().AddDate(0, 0, 8).UTC().Format(time.DateOnly)
		m := elsewhere(t, w, sign, func(ctx context.Context) (*transit.Course, error) {
			m, _, err := c.Movements().Release(ctx, movement, limit)
			return m, err
		})
		require.Equal(t, transit.Released, m.State)

		again, err := w.as(t, "cn-courier").Forward(within(t, time.Minute), last)
		require.NoError(t, err)
		require.Equal(t, last.TransactionID, again.Done[0].Receipt.TransactionID, "the same transaction, not a second one")
		view, err := w.as(t, "carec-analyst").Movements().Get(within(t, time.Minute), movement)
		require.NoError(t, err)
		require.Equal(t, m.Seq, view.Movement.Seq)
	})
}

// preparing is a client that reads as one identity and prepares for another.
func (w *world) preparing(t *testing.T, reader, identity string) *cats.Client {
	t.Helper()
	c, err := w.as(t, reader).For(identity)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c
}

// elsewhere takes an action through its signatures to its end.
func elsewhere[T any](t *testing.T, w *world, sign func(*cats.Unsigned) error, action func(context.Context) (*T, error)) *T {
	t.Helper()
	ctx := within(t, 2*time.Minute)
	forwarder := w.as(t, "cn-courier")
	var done []cats.Done
	for {
		result, err := action(cats.Resuming(ctx, done))
		var u *cats.Unsigned
		if !errors.As(err, &u) {
			require.NoError(t, err)
			return result
		}
		for u.Stage != cats.StageDone {
			require.NoError(t, sign(u))
			u, err = forwarder.Forward(ctx, u)
			require.NoError(t, err)
		}
		done = u.Done
	}
}
