package transit

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// busyMovement has everything open at once that a role can refer to, each at an office of its own.
func busyMovement() *Movement {
	m := testMovement()
	m.Custodian = "KZMSP"
	m.HandOff = &HandOff{Leg: 1, MSP: "KZMSP", Office: "KZ550100"}
	m.Diversion = &Diversion{Kind: DivertTransit, Office: "UZ000001", MSP: "UZMSP"}
	m.Arrival = &Arrival{Trader: Declarant{MSP: "KGMSP", Operator: "KG1"}}
	m.Recovery = &Recovery{Office: "CN650900", MSP: "CNMSP", Asked: "KZ750900"}
	return m
}

func TestARefusalNamesThoseWhoMayTakeTheStep(t *testing.T) {
	busy, quiet := busyMovement(), testMovement()
	for w, c := range map[Who]struct{ busy, quiet string }{
		ByDeclarant:   {" (CN91650100MA775)", " (CN91650100MA775)"},
		ByDeparture:   {" (CN650100)", " (CN650100)"},
		ByApplicant:   {" (CN650100)", " (CN650100)"},
		ByCustodian:   {" (KZMSP)", " (CNMSP)"},
		ByReceiver:    {" (KZ550100)", ""},
		ByExit:        {" (KZMSP)", " (CNMSP)"},
		ByMeeting:     {"", ""},
		ByAsker:       {" (UZ000001)", ""},
		ByDestination: {" (KG001002)", " (KG001002)"},
		ByDischarger:  {" (KG001002, CN650100)", " (KG001002, CN650100)"},
		ByNotifier:    {" (KG)", " (KG)"},
		ByConsignee:   {" (KG1)", ""},
		ByRecovery:    {" (CN650900)", ""},
		ByCollector:   {" (CN)", " (CN)"},
		ByAskedOffice: {" (KZ750900)", ""},
		ByGuarantor:   {"", ""},
	} {
		quiet.Custodian = "CNMSP"
		require.Equal(t, c.busy, busy.place(w), "%s, everything open", w)
		require.Equal(t, c.quiet, quiet.place(w), "%s, nothing open", w)
	}
	busy.Recovery.Asked, busy.Arrival.Trader = "", Declarant{}
	require.Empty(t, busy.place(ByAskedOffice), "no other office was asked")
	require.Empty(t, busy.place(ByConsignee), "nobody notified the arrival")
	require.Equal(t, " (CN650900)", busy.place(ByRecovery))

	fault := busy.notAdmitted(&Transition{Step: StepRefuseHandOff, By: ByReceiver}, cast()["aktau"])
	require.Equal(t, NotAuthorised, fault.Code)
	require.Contains(t, fault.Message, "is for the "+string(ByReceiver)+" (KZ550100), not for ")
}

// Every role against everybody, when everything that a role can refer to is open at once and when nothing is.
func TestWhoIsAdmitted(t *testing.T) {
	busy, quiet := busyMovement(), testMovement()
	quiet.Custodian = ""
	for w, c := range map[Who]struct{ busy, quiet []string }{
		ByReceiver:    {[]string{"khorgos"}, nil},
		ByAsker:       {[]string{"tashkent"}, nil},
		ByConsignee:   {[]string{"consignee"}, nil},
		ByRecovery:    {[]string{"cn-collector"}, nil},
		ByAskedOffice: {[]string{"kz-collector"}, nil},
		ByNewHolder:   {nil, nil},
		ByCollector:   {[]string{"cn-collector"}, []string{"cn-collector"}},
		ByGuarantor:   {[]string{"clerk"}, []string{"clerk"}},
		ByCustodian:   {[]string{"aktau", "almaty", "khorgos", "kz-collector"}, nil},
		ByExit:        {[]string{"aktau"}, nil},
		"passer-by":   {nil, nil},
	} {
		for m, want := range map[*Movement][]string{busy: c.busy, quiet: c.quiet} {
			var admitted []string
			for _, who := range everybody() {
				if w.Admits(m, cast()[who]) {
					admitted = append(admitted, who)
				}
			}
			require.Equal(t, want, admitted, w)
		}
	}
	busy.Recovery.Asked = ""
	require.False(t, ByAskedOffice.Admits(busy, Actor{MSP: "KZMSP", Role: RoleOfficer}), "an officer without office is not one of no office")
}
