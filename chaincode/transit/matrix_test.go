package transit

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// authority says who may take a step, whenever it is possible (the messages and their senders). It is written down apart from
// the table of the procedure, which is compared with it.
func authority(s Step, stage string) string {
	customs := "alashankou urumqi cn-collector"
	switch {
	case strings.Contains(stage, "last") || slices.Contains([]string{"arrival notified"}, stage):
		customs = "akjol bishkek osh"
	case !slices.Contains([]string{"released", "hand-off open", "offered"}, stage):
		customs = "khorgos aktau almaty kz-collector"
	}
	recovery := "cn-collector"
	if stage == "recovery taken" {
		recovery = "kz-collector"
	}
	return map[Step]string{
		StepAmend: "declarant", StepPresent: "declarant", StepRequestRelease: "declarant", StepRequestCancel: "declarant",
		StepAnswerEnquiry: "declarant", StepExpirePreLodgement: "urumqi", StepAccept: "urumqi", StepReject: "urumqi",
		StepDecideControl: "urumqi", StepAnnounceControl: "urumqi",
		StepRequestAmendment: "urumqi", StepRefuseReleaseRequest: "urumqi", StepRecordControl: "urumqi",
		StepRefuseGuarantee: "urumqi", StepRelease: "urumqi", StepRefuseRelease: "urumqi", StepRefuseCancel: "urumqi",
		StepCancel:           map[bool]string{true: "declarant urumqi", false: "urumqi"}[stage == "submitted" || stage == "pre-lodged"],
		StepRegisterFallback: "urumqi", StepEndFallback: "urumqi",
		StepProposeHandOff: customs, StepWithdrawHandOff: customs, StepRegisterIncident: customs,
		StepAcceptHandOff: "khorgos", StepRefuseHandOff: "khorgos",
		StepRecordExit:   "aktau",
		StepAskDiversion: "tashkent osh almaty alashankou khorgos", StepWithdrawDiversion: "tashkent",
		StepGrantDiversion: "urumqi", StepRefuseDiversion: "urumqi",
		StepNotifyArrival: "consignee neighbour", StepRemarkUnloading: "consignee",
		StepRejectArrival: "bishkek", StepArrive: "bishkek", StepPermitUnloading: "bishkek", StepRejectRemarks: "bishkek",
		StepReleaseGoods: "bishkek", StepRecordResults: "bishkek", StepRecordDiscrepancies: "bishkek",
		StepResolveDiscrepancies: "urumqi", StepDischarge: "bishkek urumqi",
		StepStartEnquiry: "urumqi", StepRespondEnquiry: "bishkek", StepCloseEnquiry: "urumqi",
		StepStartRecovery: "cn-collector", StepAskRecovery: recovery, StepTakeRecovery: "kz-collector", StepDeclineRecovery: "kz-collector",
		StepNotifyGuarantor: recovery, StepClaim: recovery, StepPayClaim: recovery, StepWithdrawClaim: recovery,
		StepWriteOff: recovery, StepContestClaim: "clerk",
		StepProposeTransfer: "declarant", StepWithdrawTransfer: "declarant", StepAcceptTransfer: "buyer", StepRefuseTransfer: "buyer",
	}[s]
}

// possible says which steps lead on from a stage, when their time has come.
func possible() map[string]string {
	still := "ProposeHandOff RegisterIncident AskDiversion NotifyArrival "
	moving := still + "ProposeTransfer "
	recovering := "StartRecovery "
	return map[string]string{
		"pre-lodged":         "Amend Present ExpirePreLodgement AnnounceControl Cancel",
		"submitted":          "Amend Accept Reject Cancel RegisterFallback",
		"accepted":           "Amend DecideControl RefuseGuarantee Release RefuseRelease RequestCancel Cancel ProposeTransfer",
		"cancellation asked": "Amend DecideControl RefuseGuarantee Release RefuseRelease RequestCancel RefuseCancel Cancel ProposeTransfer",
		"guarantee refused":  "Amend RefuseRelease RequestCancel Cancel",
		"under control":      "RequestAmendment RequestRelease RecordControl RefuseRelease RequestCancel Cancel",
		"amendment asked":    "Amend RequestAmendment RequestRelease RecordControl RefuseRelease RequestCancel Cancel",
		"release asked":      "RequestAmendment RefuseReleaseRequest RecordControl RefuseRelease RequestCancel Cancel",
		"on paper":           "EndFallback StartEnquiry Cancel",
		"released":           moving + "StartEnquiry Cancel",
		"offered":            still + "StartEnquiry Cancel AcceptTransfer RefuseTransfer WithdrawTransfer",
		"hand-off open": "AcceptHandOff RefuseHandOff WithdrawHandOff RegisterIncident AskDiversion NotifyArrival StartEnquiry Cancel " +
			"ProposeTransfer",
		"second territory": moving + "RecordExit StartEnquiry Cancel",
		"exit passed":      moving + "StartEnquiry Cancel",
		"incident":         moving + "RecordExit StartEnquiry Cancel " + recovering,
		"diversion asked": "ProposeHandOff RegisterIncident NotifyArrival RecordExit GrantDiversion RefuseDiversion WithdrawDiversion " +
			"StartEnquiry Cancel ProposeTransfer",
		"diverted":           moving + "RecordExit StartEnquiry Cancel",
		"last territory":     "RegisterIncident AskDiversion NotifyArrival Arrive StartEnquiry Cancel ProposeTransfer",
		"arrival notified":   "RegisterIncident AskDiversion RejectArrival Arrive StartEnquiry Cancel ProposeTransfer",
		"arrived":            "ReleaseGoods RecordResults RecordDiscrepancies",
		"presented":          "PermitUnloading ReleaseGoods RecordResults RecordDiscrepancies",
		"unloading":          "RemarkUnloading ReleaseGoods",
		"unloaded":           "RejectRemarks ReleaseGoods RecordResults RecordDiscrepancies",
		"goods released":     "RejectRemarks RecordResults RecordDiscrepancies",
		"conform":            "ReleaseGoods Discharge",
		"discrepancies":      "ReleaseGoods ResolveDiscrepancies " + recovering,
		"under enquiry":      still + "RecordExit AnswerEnquiry RespondEnquiry CloseEnquiry " + recovering,
		"enquiry answered":   still + "RecordExit AnswerEnquiry RespondEnquiry CloseEnquiry " + recovering,
		"recovery":           "AskRecovery NotifyGuarantor WriteOff",
		"recovery asked":     "TakeRecovery DeclineRecovery NotifyGuarantor WriteOff",
		"recovery taken":     "AskRecovery NotifyGuarantor WriteOff",
		"guarantor notified": "AskRecovery Claim WriteOff",
		"claimed":            "ContestClaim PayClaim WithdrawClaim",
		"contested":          "PayClaim WithdrawClaim",
		"paid":               "WriteOff",
		"withdrawn":          "Claim WriteOff AskRecovery",
		"rejected":           "", "not released": "", "cancelled": "", "discharged": "", "ended on paper": "", "written off": "",
	}
}

// timely is a wait after which the step is possible: those whose limit must have passed take long.
func timely(s Step, stage string) time.Duration {
	switch {
	case slices.Contains([]Step{StepExpirePreLodgement, StepStartEnquiry, StepStartRecovery}, s),
		s == StepRefuseRelease && stage == "guarantee refused":
		return 60 * 24 * time.Hour
	}
	return time.Minute
}

func TestEveryStepFromEveryStageByEverybody(t *testing.T) {
	all := stages(t)
	require.Len(t, possible(), len(all), "every stage is in the matrix")
	reached := map[State]bool{}
	for stage, m := range all {
		reached[m.State] = true
		steps := strings.Fields(possible()[stage])
		for _, s := range allSteps() {
			for _, name := range everybody() {
				want := slices.Contains(steps, string(s)) && slices.Contains(strings.Fields(authority(s, stage)), name) && !expected(stage, s, name)
				n, _, fault := m.Next(s, ask(s, m, cast()[name], later(m, timely(s, stage))))
				require.Equal(t, want, fault == nil, "%s at stage %s by %s: %v", s, stage, name, fault)
				if fault != nil {
					require.Nil(t, n)
					require.Contains(t, []Code{OutOfSequence, NotAuthorised, MalformedRequest, NotFound, Duplicate}, fault.Code)
				}
			}
		}
	}
	for _, s := range States() {
		require.True(t, reached[s] || s == Rejected, "no stage reaches %s", s)
	}
}

// expected: an office that is on the way already has nothing to ask for.
func expected(stage string, s Step, name string) bool {
	if s != StepAskDiversion {
		return false
	}
	return (stage == "diverted" && name == "tashkent") ||
		(name == "alashankou" && slices.Contains([]string{"released", "hand-off open", "offered"}, stage)) ||
		(name == "khorgos" && !strings.Contains(stage, "last") && stage != "arrival notified")
}

func TestEveryStepIsInTheMatrix(t *testing.T) {
	for _, s := range allSteps() {
		require.NotEmpty(t, authority(s, "released"), s)
		used := false
		for _, steps := range possible() {
			used = used || slices.Contains(strings.Fields(steps), string(s))
		}
		require.True(t, used, "no stage has %s", s)
	}
}
