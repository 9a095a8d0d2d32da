package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

func TestEachStepIsToldByWhatItLedTo(t *testing.T) {
	for want, step := range map[string]transit.EventStep{
		"offered on by KZMSP": {Step: "ProposeHandOff", Custodian: "KZMSP", From: transit.Released, To: transit.Released},
		"custody of KGMSP":    {Step: "AcceptHandOff", Custodian: "KGMSP", From: transit.Released, To: transit.Released},
		"stays with KZMSP":    {Step: "RefuseHandOff", Custodian: "KZMSP", From: transit.Released, To: transit.Released},
		"content replaced":    {Step: "Amend", From: transit.PreLodged, To: transit.PreLodged},
		"accepted":            {Step: "Amend", From: transit.GuaranteeUnderAmendment, To: transit.Accepted},
		"pre-lodged":          {Step: "Lodge", To: transit.PreLodged},
		"":                    {Step: "RecordResults", From: transit.Arrived, To: transit.Arrived},
	} {
		require.Equal(t, want, outcome(cats.Passage{EventStep: step}), step.Step)
	}
	money := &transit.Money{Minor: 616_667, Currency: "USD"}
	require.Equal(t, "6 166.67 USD freed, the rest claimed", movedText(cats.Passage{EventStep: transit.EventStep{Step: "claimed", Change: money}}))
	require.Equal(t, "6 166.67 USD locked", movedText(cats.Passage{EventStep: transit.EventStep{Step: "locked", Change: money}}))
}

func TestWhereTheContentIsDependsOnTheRelease(t *testing.T) {
	movement := func(state transit.State, released string) *transit.Movement {
		return &transit.Movement{Course: transit.Course{State: state, ReleasedAt: released}}
	}
	const at = "2026-11-24T06:00:00Z"
	require.Equal(t, "sent at release", heldText(movement(transit.Accepted, ""), cats.DeliveryStatus{}))
	require.Equal(t, "never sent", heldText(movement(transit.Cancelled, ""), cats.DeliveryStatus{}))
	require.Equal(t, "not there yet", heldText(movement(transit.Released, at), cats.DeliveryStatus{}))
	require.Equal(t, "there", heldText(movement(transit.Released, at), cats.DeliveryStatus{Delivery: transit.Delivery{Delivered: true}}))
}

func TestADeclarationLodgedBeforeTheGoodsSaysSo(t *testing.T) {
	m := &transit.Movement{Declared: transit.Declared{DeclarationType: "T1", AdditionalType: "D"}}
	require.Equal(t, "T1, lodged before the goods (D)", declarationText(m))
	m.AdditionalType = "A"
	require.Equal(t, "T1", declarationText(m))
}
