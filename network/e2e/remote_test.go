package e2e

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/gateway/remote"
)

// over opens an identity's client at the gateway of its organisation.
func (w *world) over(t *testing.T, identity string) *remote.Client {
	t.Helper()
	c, err := remote.Open(w.profile, identity)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c
}

// remote has programs work over the gateways as they would with the SDK, and compares what the two tell.
func (w *world) remote(t *testing.T) {
	ctx := within(t, 3*time.Minute)
	std := w.guaranteedOver(ctx, t)
	trader, officer := w.over(t, "cn-trader-tianshan"), w.over(t, "cn-officer-urumqi")

	wrong := *std
	wrong.Consignment.GrossMass = "-1"
	_, told := trader.Movements().DryRun(ctx, &wrong)
	_, wanted := w.as(t, "cn-trader-tianshan").Movements().DryRun(ctx, &wrong)
	require.Equal(t, faultIn(t, wanted), faultIn(t, told), "all violations, as the SDK tells them")

	lodged, receipt, err := trader.Movements().Lodge(ctx, std)
	require.NoError(t, err)
	again, repeated, err := trader.Movements().Lodge(ctx, std)
	require.NoError(t, err, "it is known again by its content")
	require.Equal(t, lodged, again)
	require.Empty(t, repeated.TransactionID)
	awaited(ctx, t, officer, receipt)
	accepted, _, err := officer.Movements().Accept(ctx, lodged.ID, cats.ExpectedSeq(1), cats.MessageID("the only one"))
	require.NoError(t, err)
	same, _, err := officer.Movements().Accept(ctx, lodged.ID, cats.ExpectedSeq(1), cats.MessageID("the only one"))
	require.NoError(t, err)
	require.Equal(t, accepted, same)
	_, _, err = officer.Movements().Release(ctx, accepted.MRN, nextMonth(), cats.ExpectedSeq(1))
	require.Equal(t, transit.Stale, faultIn(t, err).Code)

	height, err := officer.Height(ctx)
	require.NoError(t, err)
	_, receipt, err = officer.Movements().Release(ctx, accepted.MRN, nextMonth())
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(receipt.Endorsers), 2)
	event := firstOf(ctx, t, officer, height, receipt.TransactionID)
	require.Equal(t, receipt.BlockNumber, event.BlockNumber)

	_, receipt, err = officer.Movements().StartEnquiry(ctx, accepted.MRN, &transit.Note{Text: "too early"})
	require.Error(t, err, "the time limit has not passed")
	require.Empty(t, receipt.TransactionID)
	w.comparedOver(ctx, t, accepted.MRN)
}

// guaranteedOver is a declaration whose guarantee its guarantor has registered over its gateway.
func (w *world) guaranteedOver(ctx context.Context, t *testing.T) *transit.STD {
	t.Helper()
	std := load(t, examples+"cn-kz-kg-electronics.xml", nil)
	std.TransitOperation.LRN = "G" + fresh()[:20]
	wanted := freshGuarantee(t, std)
	clerk := w.over(t, "cgm-clerk")
	registered, receipt, err := clerk.Guarantees().Register(ctx, wanted.Terms, wanted.AccessCodes)
	require.NoError(t, err)
	require.Equal(t, wanted.Terms, registered.Terms)
	awaited(ctx, t, w.over(t, "cn-trader-tianshan"), receipt)
	return std
}

// comparedOver compares what the SDK and the gateway tell of a movement.
func (w *world) comparedOver(ctx context.Context, t *testing.T, mrn string) {
	t.Helper()
	at, in := w.over(t, "cn-officer-urumqi"), w.as(t, "cn-officer-urumqi")
	view, err := at.Movements().Get(ctx, mrn)
	require.NoError(t, err)
	wantedView, err := in.Movements().Get(ctx, mrn)
	require.NoError(t, err)
	require.Equal(t, wantedView.Movement, view.Movement)

	content, err := at.Movements().Content(ctx, mrn)
	require.NoError(t, err)
	wantedContent, err := in.Movements().Content(ctx, mrn)
	require.NoError(t, err)
	require.Equal(t, wantedContent.STD, content.STD)
	require.Equal(t, wantedContent.Signature.JWS, content.Signature.JWS)
	require.NoError(t, content.Signature.Problem)
	require.Equal(t, wantedContent.Signature.Proof.Operator, content.Signature.Proof.Operator)
	require.True(t, wantedContent.Signature.Proof.At.Equal(content.Signature.Proof.At))

	story, err := at.Movements().History(ctx, view.Movement)
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(story), 3)
	guarantee, err := at.Guarantees().Get(ctx, view.Movement.Guarantees[0].GRN)
	require.NoError(t, err)
	wantedGuarantee, err := in.Guarantees().Get(ctx, view.Movement.Guarantees[0].GRN)
	require.NoError(t, err)
	require.Equal(t, wantedGuarantee, guarantee)
	consortium, err := at.Registry().Get(ctx)
	require.NoError(t, err)
	wantedConsortium, err := in.Registry().Get(ctx)
	require.NoError(t, err)
	require.Equal(t, wantedConsortium, consortium)

	report, err := w.over(t, "carec-analyst").Check(ctx)
	require.NoError(t, err)
	require.Empty(t, report.Findings)
	require.NotZero(t, report.Height)
}

// awaited waits until a client's peer has what another has done.
func awaited(ctx context.Context, t *testing.T, c *remote.Client, r cats.Receipt) {
	t.Helper()
	block, err := c.Await(ctx, r.TransactionID)
	require.NoError(t, err)
	require.Equal(t, r.BlockNumber, block)
}

// firstOf follows the events from a block on until that of a transaction.
func firstOf(ctx context.Context, t *testing.T, c *remote.Client, block uint64, transaction string) *cats.Event {
	t.Helper()
	for event, err := range c.EventsAfter(ctx, cats.Position{Block: block}) {
		require.NoError(t, err)
		if event.TransactionID == transaction {
			return event
		}
	}
	require.Fail(t, "the stream has ended")
	return nil
}

func faultIn(t *testing.T, err error) *transit.Fault {
	t.Helper()
	var fault *transit.Fault
	require.ErrorAs(t, err, &fault)
	return fault
}

func nextMonth() string { return time.Now().UTC().AddDate(0, 0, 20).Format(time.DateOnly) }
