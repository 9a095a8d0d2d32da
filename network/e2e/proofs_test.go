package e2e

import (
	"crypto/rand"
	"slices"
	"testing"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
)

type assertCollect = assert.CollectT

const (
	valid   = peer.TxValidationCode_VALID
	refused = peer.TxValidationCode_ENDORSEMENT_POLICY_FAILURE
)

// fresh is an identification nobody has used.
func fresh() string { return rand.Text() }

func ask(m *transit.Movement) transit.StepRequest {
	return transit.StepRequest{Header: transit.Header{MessageID: fresh()}, Movement: m.Reference()}
}

func sortedCopy(s []string) []string {
	out := slices.Clone(s)
	slices.Sort(out)
	return out
}

// released takes a fresh movement to release through the SDK.
func (w *world) released(t *testing.T) *transit.Movement {
	t.Helper()
	ctx := within(t, 2*time.Minute)
	m := w.accepted(t)
	course, _, err := w.as(t, "cn-officer-urumqi").Movements().Release(ctx, m.MRN, time.Now().UTC().AddDate(0, 0, 9).Format(time.DateOnly))
	require.NoError(t, err)
	return &transit.Movement{Course: *course, Declared: m.Declared}
}

// accepted takes a fresh movement to acceptance through the SDK. Its guarantee stands since the main job.
func (w *world) accepted(t *testing.T) *transit.Movement {
	t.Helper()
	std := load(t, examples+"cn-kz-kg-electronics.xml", nil)
	std.TransitOperation.LRN = "P" + fresh()[:20]
	std.Guarantees[0].GuaranteeReferences[0].AmountToBeCovered = "100.00"
	return w.accept(t, std)
}

func (w *world) accept(t *testing.T, std *transit.STD) *transit.Movement {
	t.Helper()
	ctx := within(t, 2*time.Minute)
	m, _, err := w.as(t, "cn-trader-tianshan").Movements().Lodge(ctx, std)
	require.NoError(t, err)
	course, _, err := w.as(t, "cn-officer-urumqi").Movements().Accept(ctx, m.ID)
	require.NoError(t, err)
	return &transit.Movement{Course: *course, Declared: m.Declared}
}

// proofs shows on the running network what endorsement alone forbids, whatever a
// client does: the chaincode's own rules are satisfied in each case.
func (w *world) proofs(t *testing.T) {
	urumqi, khorgos, korday := w.attacker(t, "cn-officer-urumqi"), w.attacker(t, "kz-officer-khorgos"), w.attacker(t, "kz-officer-korday")
	m := w.released(t)

	t.Run("a: the custodian's peer alone cannot change a movement", func(t *testing.T) {
		require.Equal(t, refused, urumqi.order(urumqi.endorse(transit.StepProposeHandOff, ask(m), "CNMSP")))
	})
	t.Run("b: all others together cannot change it without the custodian", func(t *testing.T) {
		tx := urumqi.endorse(transit.StepProposeHandOff, ask(m), "KZMSP", "KGMSP", "CGMMSP", "CARECMSP")
		require.Equal(t, refused, urumqi.order(tx))
	})
	t.Run("e: a client certificate cannot endorse", func(t *testing.T) {
		tx := urumqi.endorse(transit.StepProposeHandOff, ask(m), "CNMSP", "KZMSP")
		require.Equal(t, refused, urumqi.order(urumqi.resign(tx, forge(t, "KZMSP", khorgos))), "in the witness's place")
		tx = urumqi.endorse(transit.StepProposeHandOff, ask(m), "CNMSP", "KZMSP")
		require.Equal(t, refused, urumqi.order(urumqi.resign(tx, forge(t, "CNMSP", urumqi))), "in the custodian's place")
		tx = urumqi.endorse(transit.StepProposeHandOff, ask(m), "CNMSP", "KZMSP")
		require.Equal(t, valid, urumqi.order(urumqi.resign(tx, func(*peer.ChaincodeEndorsedAction) {})), "only the forgery is refused")
	})
	t.Run("c: custody passes only with the receiver's own peer, and the former custodian no longer can", func(t *testing.T) {
		tx := khorgos.endorse(transit.StepAcceptHandOff, ask(m), "CNMSP", "KGMSP", "CGMMSP", "CARECMSP")
		require.Equal(t, refused, khorgos.order(tx), "without the receiver's peer")
		tx = khorgos.endorse(transit.StepAcceptHandOff, ask(m), "KZMSP", "KGMSP", "CGMMSP", "CARECMSP")
		require.Equal(t, refused, khorgos.order(tx), "without the custodian's peer")
		tx = khorgos.endorse(transit.StepAcceptHandOff, ask(m), "CNMSP", "KZMSP")
		require.Equal(t, valid, khorgos.order(tx))
		tx = korday.endorse(transit.StepProposeHandOff, ask(m), "CNMSP", "KGMSP", "CGMMSP", "CARECMSP")
		require.Equal(t, refused, korday.order(tx), "the former custodian and all others")
		tx = korday.endorse(transit.StepProposeHandOff, ask(m), "KZMSP", "CNMSP")
		require.Equal(t, valid, korday.order(tx))
	})
	t.Run("d: a guarantee's balance cannot change without the guarantor's peer", func(t *testing.T) {
		m := w.accepted(t)
		r := ask(m)
		r.TimeLimit = time.Now().UTC().AddDate(0, 0, 9).Format(time.DateOnly)
		tx := urumqi.endorse(transit.StepRelease, r, "CNMSP", "KZMSP", "KGMSP", "CARECMSP")
		require.Equal(t, refused, urumqi.order(tx))
		r.MessageID = fresh()
		tx = urumqi.endorse(transit.StepRelease, r, "CNMSP", "CGMMSP")
		require.Equal(t, valid, urumqi.order(tx), "two organisations suffice when they are the right ones")
	})
}
