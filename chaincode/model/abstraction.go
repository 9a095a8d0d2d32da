package model

import (
	"slices"

	"carec.example/cats/chaincode/transit"
)

// abstraction is what is left of a step's guard and of what it does to the record. A guard may be left out (the model then
// takes more steps than the code, which is safe for what must never happen), but never added.
type abstraction struct {
	guard string
	apply string
	// fresh makes a new content: another route or amount, as far as the state lets it.
	fresh bool
	// route: it changes nothing but the route and who stands where on it, for which the guarantee's model has no place.
	route bool
}

// before is what happens to the content before the row's own effect.
func (a abstraction) before(from []transit.State) string {
	switch {
	case !a.fresh:
		return ""
	case slices.Contains(from, transit.GuaranteeUnderAmendment):
		return "content = true; NEW_AMOUNT" // Its route has to stay.
	}
	return "content = true; NEW_ROUTE; NEW_AMOUNT"
}

// participant is what is left of who may take a step: the organisation whose officer or trader asks, and what there must be
// for there to be such a person.
type participant struct {
	organisation string
	guard        string
}

// participants: a person who may be of any organisation counts as nobody's.
func participants() map[transit.Who]participant {
	departure, destination := participant{organisation: "CN"}, participant{organisation: "COUNTRY_OF_DESTINATION"}
	custodian, anybody := participant{organisation: "CUSTODIAN"}, participant{organisation: "NOBODY"}
	return map[transit.Who]participant{
		transit.ByDeclarant: departure, transit.ByDeparture: departure, transit.ByApplicant: departure, transit.ByCollector: departure,
		transit.ByCustodian: custodian, transit.ByExit: custodian,
		transit.ByReceiver:    {organisation: "RECEIVER", guard: "HANDOFF_OPEN"},
		transit.ByDestination: destination, transit.ByDischarger: destination, transit.ByNotifier: destination, transit.ByConsignee: destination,
		transit.ByMeeting: anybody, transit.ByAsker: anybody, transit.ByRecovery: anybody, transit.ByAskedOffice: anybody,
		transit.ByHolder: anybody, transit.ByNewHolder: anybody,
		transit.ByGuarantor: {organisation: "GU"},
	}
}

// abstractions of every step of the procedure. An empty one only writes papers, dates and notes on the record, and its guard
// asks for those or for a time that has come: in the model it may come at once.
func abstractions() map[transit.Step]abstraction {
	note := abstraction{}
	return map[transit.Step]abstraction{
		transit.StepAmend: {fresh: true}, transit.StepPresent: note, transit.StepExpirePreLodgement: note,
		transit.StepAccept: note, transit.StepReject: note,
		transit.StepDecideControl: note, transit.StepAnnounceControl: note, transit.StepRequestAmendment: note, transit.StepRequestRelease: note,
		transit.StepRefuseReleaseRequest: note, transit.StepRecordControl: note,
		transit.StepRefuseGuarantee: note, transit.StepRelease: {apply: "START_LEG"}, transit.StepRefuseRelease: note,
		transit.StepRequestCancel: note, transit.StepRefuseCancel: note, transit.StepCancel: {apply: "CLOSE_HANDOFF"},
		transit.StepRegisterFallback: {apply: "START_LEG; draft.paper = true"}, transit.StepEndFallback: {guard: "draft.paper"},

		transit.StepProposeHandOff:  {route: true, guard: "ON_LEDGER && TERRITORY_AHEAD", apply: "OPEN_HANDOFF"},
		transit.StepAcceptHandOff:   {route: true, guard: "HANDOFF_OPEN", apply: "PASS_CUSTODY"},
		transit.StepRefuseHandOff:   {route: true, guard: "HANDOFF_OPEN", apply: "CLOSE_HANDOFF"},
		transit.StepWithdrawHandOff: {route: true, guard: "HANDOFF_OPEN", apply: "CLOSE_HANDOFF"},
		transit.StepAskDiversion:    note, transit.StepGrantDiversion: {route: true, apply: "ROUTE_AHEAD"},
		transit.StepRefuseDiversion: note, transit.StepWithdrawDiversion: note,
		transit.StepRecordExit: note, transit.StepRegisterIncident: note,

		transit.StepNotifyArrival: note, transit.StepRejectArrival: note, transit.StepArrive: {guard: "ON_LEDGER && LAST_TERRITORY"},
		transit.StepPermitUnloading: note, transit.StepRemarkUnloading: note, transit.StepRejectRemarks: note, transit.StepReleaseGoods: note,
		transit.StepRecordResults:        {guard: "draft.res == 0", apply: "draft.res = CONFORM"},
		transit.StepRecordDiscrepancies:  {guard: "draft.res == 0", apply: "draft.res = DISCREPANT"},
		transit.StepResolveDiscrepancies: note, transit.StepDischarge: {guard: "draft.res == CONFORM"},

		transit.StepStartEnquiry: note, transit.StepAnswerEnquiry: note, transit.StepRespondEnquiry: note, transit.StepCloseEnquiry: note,
		transit.StepStartRecovery: {apply: "CLOSE_HANDOFF"},
		transit.StepAskRecovery:   note, transit.StepTakeRecovery: note, transit.StepDeclineRecovery: note,
		transit.StepProposeTransfer: note, transit.StepAcceptTransfer: note, transit.StepRefuseTransfer: note, transit.StepWithdrawTransfer: note,
		transit.StepNotifyGuarantor: note, transit.StepClaim: {guard: "draft.claim == 0", apply: "draft.claim = CLAIMED; CLAIM_SOME"},
		transit.StepContestClaim:  note,
		transit.StepPayClaim:      {guard: "PAYABLE", apply: "draft.claim = PAID"},
		transit.StepWithdrawClaim: {guard: "draft.claim == CLAIMED", apply: "draft.claim = 0; UNDUE"},
		transit.StepWriteOff:      {guard: "UNCLAIMED"},
	}
}
