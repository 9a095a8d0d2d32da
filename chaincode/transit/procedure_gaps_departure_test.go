package transit

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestWhatPresentationDemandsStandsInTheContentFromThenOn(t *testing.T) {
	early := testFace()
	early.AdditionalType = "D"
	m := lodged(early)
	require.Equal(t, PreLodged, m.State)
	_, fault := attempt(m, StepPresent, "declarant")
	refusedAs(t, fault, InvalidDocument, "", "amend it first")
	require.Equal(t, "IE170", fault.Violations[0].Rule)

	open := func(r *Request) { r.Face.Presentable = false }
	whole := func(r *Request) { r.Face.Presentable = true }
	still, fault := attempt(m, StepAmend, "declarant", open)
	require.Nil(t, fault, "before presentation it may stay open")
	require.False(t, still.Presentable)
	m, fault = attempt(m, StepAmend, "declarant", whole)
	require.Nil(t, fault)
	require.True(t, m.Presentable)
	require.True(t, m.Face().Presentable)
	m, fault = attempt(m, StepPresent, "declarant")
	require.Nil(t, fault)

	accepted := play(t, m, "urumqi Accept")
	for name, presented := range map[string]*Movement{
		"submitted": m, "accepted": accepted,
		"amendment asked":   play(t, accepted, "urumqi DecideControl", "urumqi RequestAmendment"),
		"guarantee refused": play(t, accepted, "urumqi RefuseGuarantee"),
	} {
		_, fault = attempt(presented, StepAmend, "declarant", open)
		refusedAs(t, fault, InvalidDocument, "", "leave nothing open")
		require.Equal(t, "/face/presentable", fault.Violations[0].Pointer, name)
		_, fault = attempt(presented, StepAmend, "declarant", whole)
		require.Nil(t, fault, name)
	}
}

func TestNothingIsReleasedAfterTheDayOfItsFirstArrival(t *testing.T) {
	m := play(t, testMovement(), "urumqi Accept")
	on := func(day time.Time) *Movement {
		n := *m
		n.FirstArrival = DateOf(day)
		return &n
	}
	today := later(m, time.Minute)
	_, fault := attempt(on(today.AddDate(0, 0, -1)), StepRelease, "urumqi")
	refusedAs(t, fault, InvalidDocument, "", "has to be amended")
	require.Equal(t, []string{"R0004", "/firstArrival"}, []string{fault.Violations[0].Rule, fault.Violations[0].Pointer})
	for _, day := range []time.Time{today, today.AddDate(0, 0, 1)} {
		n, fault := attempt(on(day), StepRelease, "urumqi")
		require.Nil(t, fault)
		require.Equal(t, DateOf(day), n.FirstArrival)
	}
}
