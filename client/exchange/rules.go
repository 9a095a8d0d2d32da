package exchange

import (
	"context"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/formats"
)

// To tells who gets a message.
type To string

// Those who get messages.
const (
	// ToHolder is the declarant, for the holder of the procedure.
	ToHolder To = "holder"
	// ToTrader is the trader at destination who notified the arrival.
	ToTrader To = "trader at destination"
)

// Rule is one row of the table: what a step of the procedure tells.
type Rule struct {
	Step transit.Step
	// Message, such as CC028C; empty when the step tells nobody anything.
	Message string
	To      To
	// Silent says why there is no message.
	Silent string
	// Answers is the mark of the message that this one answers, if any.
	answers string
	fill    func(context.Context, *happening, *formats.Message) error
	// each splits the step into several messages; nil for one.
	each func(*happening) int
}

// Rules is the table, one row for each step of [transit.Procedure] and for the lodging.
func Rules() []Rule {
	var all []Rule
	for _, part := range [][]Rule{departureRules(), routeRules(), destinationRules(), recoveryRules()} {
		all = append(all, part...)
	}
	return all
}

// rules is built once and never changed.
var rules = func() map[transit.Step]*Rule {
	found := map[transit.Step]*Rule{}
	for _, r := range Rules() {
		found[r.Step] = &r
	}
	return found
}()

func ruleOf(step transit.EventStep) *Rule { return rules[transit.Step(step.Step)] }

// Reasons for silence.
const (
	ownMessage     = "the party's own message; the office answers it"
	betweenOffices = "between customs offices"
	nextTells      = "the release, its refusal or the discharge tells it"
	noSuchMessage  = "NCTS has no message for it"
	toGuarantor    = "between the office of recovery and the guarantor"
)

func departureRules() []Rule {
	return []Rule{
		{Step: transit.StepLodge, Message: "CC928C", To: ToHolder, answers: "d", fill: acknowledged},
		{Step: transit.StepAmend, Message: "CC004C", To: ToHolder, answers: "a", fill: amended},
		{Step: transit.StepPresent, Silent: ownMessage},
		{Step: transit.StepExpirePreLodgement, Message: "CC056C", To: ToHolder, answers: "d", fill: rejected("015")},
		{Step: transit.StepAnnounceControl, Message: "CC060C", To: ToHolder, fill: controlled("2")},
		{Step: transit.StepAccept, Message: "CC028C", To: ToHolder, answers: "d", fill: accepted},
		{Step: transit.StepReject, Message: "CC056C", To: ToHolder, answers: "d", fill: rejected("015")},
		{Step: transit.StepDecideControl, Message: "CC060C", To: ToHolder, fill: controlled("0")},
		{Step: transit.StepRequestAmendment, Message: "CC022C", To: ToHolder, fill: amendmentAsked},
		{Step: transit.StepRequestRelease, Silent: ownMessage},
		{Step: transit.StepRefuseReleaseRequest, Message: "CC056C", To: ToHolder, answers: "r", fill: rejected("054")},
		{Step: transit.StepRecordControl, Silent: nextTells},
		{Step: transit.StepRefuseGuarantee, Message: "CC055C", To: ToHolder, answers: "d", fill: guaranteeRefused},
		{Step: transit.StepRelease, Message: "CC029C", To: ToHolder, answers: "d", fill: released},
		{Step: transit.StepRefuseRelease, Message: "CC051C", To: ToHolder, answers: "d", fill: notReleased},
		{Step: transit.StepRequestCancel, Silent: ownMessage},
		{Step: transit.StepRefuseCancel, Message: "CC009C", To: ToHolder, answers: "i", fill: invalidated(transit.FlagNo)},
		{Step: transit.StepCancel, Message: "CC009C", To: ToHolder, answers: "i", fill: invalidated(transit.FlagYes)},
		{Step: transit.StepRegisterFallback, Message: "CC028C", To: ToHolder, answers: "d", fill: accepted},
		{Step: transit.StepEndFallback, Message: "CC045C", To: ToHolder, fill: writtenOff},
	}
}

func routeRules() []Rule {
	return []Rule{
		{Step: transit.StepProposeHandOff, Silent: betweenOffices},
		{Step: transit.StepAcceptHandOff, Silent: betweenOffices},
		{Step: transit.StepRefuseHandOff, Silent: betweenOffices},
		{Step: transit.StepWithdrawHandOff, Silent: betweenOffices},
		{Step: transit.StepRecordExit, Silent: betweenOffices},
		{Step: transit.StepAskDiversion, Silent: betweenOffices},
		{Step: transit.StepGrantDiversion, Silent: betweenOffices},
		{Step: transit.StepRefuseDiversion, Silent: betweenOffices},
		{Step: transit.StepWithdrawDiversion, Silent: betweenOffices},
		{Step: transit.StepRegisterIncident, Message: "CC182C", To: ToHolder, fill: incident},
		{Step: transit.StepProposeTransfer, Silent: noSuchMessage},
		{Step: transit.StepAcceptTransfer, Silent: noSuchMessage},
		{Step: transit.StepRefuseTransfer, Silent: noSuchMessage},
		{Step: transit.StepWithdrawTransfer, Silent: noSuchMessage},
	}
}

func destinationRules() []Rule {
	return []Rule{
		{Step: transit.StepNotifyArrival, Silent: ownMessage},
		{Step: transit.StepRejectArrival, Message: "CC057C", To: ToTrader, answers: "n", fill: rejectedAtDestination("007")},
		{Step: transit.StepArrive, Silent: betweenOffices},
		{Step: transit.StepPermitUnloading, Message: "CC043C", To: ToTrader, answers: "n", fill: unloadingPermitted},
		{Step: transit.StepRemarkUnloading, Silent: ownMessage},
		{Step: transit.StepRejectRemarks, Message: "CC057C", To: ToTrader, answers: "u", fill: rejectedAtDestination("044")},
		{Step: transit.StepReleaseGoods, Message: "CC025C", To: ToTrader, answers: "n", fill: goodsReleased},
		{Step: transit.StepRecordResults, Silent: betweenOffices},
		{Step: transit.StepRecordDiscrepancies, Message: "CC019C", To: ToHolder, fill: discrepant},
		{Step: transit.StepResolveDiscrepancies, Message: "CC045C", To: ToHolder, fill: writtenOff},
		{Step: transit.StepDischarge, Message: "CC045C", To: ToHolder, fill: writtenOff},
	}
}

func recoveryRules() []Rule {
	return []Rule{
		{Step: transit.StepStartEnquiry, Message: "CC140C", To: ToHolder, fill: enquired},
		{Step: transit.StepAnswerEnquiry, Silent: ownMessage},
		{Step: transit.StepRespondEnquiry, Silent: betweenOffices},
		{Step: transit.StepCloseEnquiry, Silent: betweenOffices},
		{Step: transit.StepStartRecovery, Silent: betweenOffices},
		{Step: transit.StepAskRecovery, Silent: betweenOffices},
		{Step: transit.StepTakeRecovery, Silent: betweenOffices},
		{Step: transit.StepDeclineRecovery, Silent: betweenOffices},
		{Step: transit.StepNotifyGuarantor, Silent: toGuarantor},
		{Step: transit.StepClaim, Message: "CC035C", To: ToHolder, fill: claimed, each: newClaims},
		{Step: transit.StepContestClaim, Silent: toGuarantor},
		{Step: transit.StepPayClaim, Silent: toGuarantor},
		{Step: transit.StepWithdrawClaim, Silent: toGuarantor},
		{Step: transit.StepWriteOff, Message: "CC045C", To: ToHolder, fill: writtenOff},
	}
}
