package transit

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestOfAMovementWithoutLegsStandsOnlyWhatIsGranted(t *testing.T) {
	m := withFiles(true)
	m.Legs = nil
	m.Grants = []Grant{{MSP: "CGMMSP", Parts: []string{SectionGoods}, Until: "2026-11-30"}}
	require.Empty(t, m.MayStand("CNMSP", noon()))
	require.Empty(t, m.MayStand("", noon()))
	require.Equal(t, []string{SectionGoods}, names(m.MayStand("CGMMSP", noon())))
}

// The last day is a date, and so counts from its midnight.
func TestAGrantMayLastTwoYearsToTheDay(t *testing.T) {
	midnight := noon().Truncate(24 * time.Hour)
	last := midnight.Add(longestGrant)
	for at, want := range map[time.Time]bool{midnight: true, midnight.Add(-time.Second): false, midnight.Add(time.Second): true} {
		_, fault := withFiles(true).WithGrant(Grant{MSP: "KZMSP", Parts: []string{SectionGoods}, Until: Day(last)}, at)
		require.Equal(t, want, fault == nil, "%s: %v", at, fault)
	}
}

func TestTheFirstGrantCanBeRevokedAndAMissingOneIsNamed(t *testing.T) {
	d := withFiles(true).Declared
	d.Grants = []Grant{{MSP: "KZMSP", Operator: "KZ1"}, {MSP: "UZMSP"}}
	left, ended, fault := d.WithoutGrant("KZMSP", "KZ1")
	require.Nil(t, fault)
	require.Equal(t, "KZ1", ended.Operator)
	require.Equal(t, []Grant{{MSP: "UZMSP"}}, left.Grants)
	left, _, fault = left.WithoutGrant("UZMSP", "")
	require.Nil(t, fault)
	require.Nil(t, left.Grants, "a record without grants has no list of them")
	_, _, fault = left.WithoutGrant("UZMSP", "")
	require.Equal(t, "there is no grant to UZMSP", fault.Message)
	_, _, fault = left.WithoutGrant("UZMSP", "UZ1")
	require.Equal(t, "there is no grant to UZMSP for UZ1", fault.Message)
}
