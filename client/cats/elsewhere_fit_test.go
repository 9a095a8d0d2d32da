package cats

import (
	"context"
	"crypto"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
)

func TestWhatDoesNotFit(t *testing.T) {
	ctx := context.Background()
	p := &mockPeer{onEndorse: accepted(t)}
	reader := connectTo(t, p)
	c, key := elsewhere(t, reader), device(t, reader)
	_, _, err := accept(ctx, c)
	good := prepared(t, err)
	require.NoError(t, good.Sign(key))
	stranger := connectTo(t, &mockPeer{})
	other := elsewhere(t, stranger)
	foreignLedger := &Client{name: "x", org: reader.org, cfg: reader.cfg, profile: &Profile{Channel: "another", Chaincode: "cats"}}
	impatient := &Client{name: "x", org: c.org, cfg: c.cfg, profile: c.profile, elsewhere: c.elsewhere}
	impatient.cfg.expiry = -time.Second

	for name, check := range map[string]struct {
		by     *Client
		change func(*Unsigned)
		flaw   Flaw
	}{
		"after its time":                        {reader, func(u *Unsigned) { u.Expires = time.Now().Add(-time.Second) }, FlawExpired},
		"after its time, prolonged beside":      {impatient, func(u *Unsigned) { u.Expires = time.Now().Add(time.Hour) }, FlawExpired},
		"without a signature":                   {reader, func(u *Unsigned) { u.Signature = nil }, FlawUnsigned},
		"with half a signature":                 {reader, func(u *Unsigned) { u.Signature = u.Signature[:20] }, FlawSignature},
		"with bytes that are none":              {reader, func(u *Unsigned) { u.Bytes = []byte{1} }, FlawBytes},
		"at a stage that is not signed":         {reader, func(u *Unsigned) { u.Stage = StageDone }, FlawBytes},
		"by a client for another":               {other, func(*Unsigned) {}, FlawSigner},
		"by a client of another ledger":         {foreignLedger, func(*Unsigned) {}, FlawLedger},
		"with the signature of another message": {reader, func(u *Unsigned) { u.Signature = signatureOfNothing(t, key) }, FlawSignature},
	} {
		t.Run(name, func(t *testing.T) {
			u := *good
			check.change(&u)
			_, err := check.by.Forward(ctx, &u)
			require.Equal(t, Refused, failureOf(t, err).Class)
			var unfit *Unfit
			require.ErrorAs(t, err, &unfit)
			require.Equal(t, check.flaw, unfit.Flaw)
		})
	}
	require.Empty(t, p.proposals())
}

func signatureOfNothing(t *testing.T, key crypto.Signer) []byte {
	t.Helper()
	signature, err := signMessage(key, nil)
	require.NoError(t, err)
	return signature
}

// throughTo signs and forwards until the call returns its result.
func throughTo[T any](t *testing.T, c *Client, sign func(*Unsigned) error, call func(context.Context) (T, Receipt, error)) (T, Receipt) {
	t.Helper()
	var done []Done
	for {
		result, receipt, err := call(Resuming(context.Background(), done))
		var u *Unsigned
		if !errors.As(err, &u) {
			require.NoError(t, err)
			return result, receipt
		}
		for u.Stage != StageDone {
			require.NoError(t, sign(u))
			u, err = c.Forward(context.Background(), travelled(t, u))
			require.NoError(t, err)
		}
		done = u.Done
	}
}

func TestARepeatedCallTellsWhatItsOwnTransactionDid(t *testing.T) {
	record := &transit.Movement{Course: transit.Course{ID: someID, State: transit.Accepted, Legs: []transit.Leg{{Country: "CN", MSP: "CNMSP"}}}}
	p := &mockPeer{}
	p.onEvaluate = func(*invocation) ([]byte, error) {
		return asJSON(t, transit.MovementView{Movement: record}), nil
	}
	p.onEndorse = func(i *invocation) ([]byte, error) {
		switch i.fn {
		case transit.FnAnnex:
			return asJSON(t, transit.AnnexRef{Kind: transit.AnnexNote, Digest: "ab"}), nil
		case transit.StepStartEnquiry.Function():
			var r transit.StepRequest
			i.decode(t, &r)
			record.Annexes = append(record.Annexes, transit.Annex{AnnexRef: *r.Annex})
			record.Messages = append(record.Messages, transit.MessageOf(transit.Actor{MSP: "CNMSP", Office: "CN001100", Operator: "CN1234567"}, r.MessageID))
			return asJSON(t, record), nil
		}
		return nil, errors.New(string(i.fn))
	}
	reader := connectTo(t, p)
	c, key := elsewhere(t, reader), device(t, reader)
	sign := func(u *Unsigned) error { return u.Sign(key) }
	enquire := func(ctx context.Context) (*transit.Course, Receipt, error) {
		return c.Movements().StartEnquiry(ctx, someID, &transit.Note{Text: "not presented in time"})
	}
	_, receipt := throughTo(t, c, sign, enquire)
	require.NotEmpty(t, receipt.TransactionID, "the record shows the step already, but it is the call's own")
	require.Len(t, p.proposals(), 2)

	_, receipt, err := enquire(context.Background())
	require.NoError(t, err, "without its results it is the repetition of what is done")
	require.Empty(t, receipt.TransactionID)
	require.Len(t, p.proposals(), 2)
}

func TestNobodyIsAskedToSignWhatIsDone(t *testing.T) {
	record := &transit.Movement{Course: transit.Course{ID: someID, State: transit.Accepted}}
	p := &mockPeer{onEvaluate: func(*invocation) ([]byte, error) { return asJSON(t, transit.MovementView{Movement: record}), nil }}
	c := elsewhere(t, connectTo(t, p))
	_, _, err := accept(context.Background(), c, MessageID("M-1"))
	require.NotNil(t, prepared(t, err))
	record.Messages = []string{transit.MessageOf(c.actor(), "M-1")}
	m, receipt, err := accept(context.Background(), c, MessageID("M-1"))
	require.NoError(t, err)
	require.Equal(t, transit.Accepted, m.State)
	require.Equal(t, "M-1", receipt.MessageID)
	require.Empty(t, receipt.TransactionID)
}
