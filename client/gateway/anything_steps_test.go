package gateway

import (
	"context"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

// anySteps are the steps of [anything].
type anySteps struct{ a *anything }

func (s anySteps) step() (course, receipt, error) { return done[course](s.a) }

func (s anySteps) Present(context.Context, string, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) ExpirePreLodgement(context.Context, string, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) AnnounceControl(context.Context, string, cats.ControlDecision, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) Accept(context.Context, string, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) Reject(context.Context, string, string, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) DecideControl(context.Context, string, cats.ControlDecision, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) RequestAmendment(context.Context, string, string, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) RequestRelease(context.Context, string, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) RefuseReleaseRequest(context.Context, string, string, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) RecordControl(context.Context, string, string, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) RefuseGuarantee(context.Context, string, string, string, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) Release(context.Context, string, string, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) RefuseRelease(context.Context, string, string, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) RequestCancel(context.Context, string, string, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) RefuseCancel(context.Context, string, string, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) Cancel(context.Context, string, string, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) RegisterFallback(context.Context, string, string, string, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) EndFallback(context.Context, string, string, *transit.Note, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) ProposeHandOff(context.Context, string, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) AcceptHandOff(context.Context, string, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) RefuseHandOff(context.Context, string, string, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) WithdrawHandOff(context.Context, string, string, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) RecordExit(context.Context, string, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) AskDiversion(context.Context, string, string, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) GrantDiversion(context.Context, string, cats.Detour, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) RefuseDiversion(context.Context, string, string, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) WithdrawDiversion(context.Context, string, string, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) RegisterIncident(context.Context, string, transit.Incident, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) ProposeTransfer(context.Context, string, string, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) AcceptTransfer(context.Context, string, []transit.GuaranteeClaim, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) RefuseTransfer(context.Context, string, string, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) WithdrawTransfer(context.Context, string, string, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) NotifyArrival(context.Context, string, bool, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) RejectArrival(context.Context, string, string, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) Arrive(context.Context, string, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) PermitUnloading(context.Context, string, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) RemarkUnloading(context.Context, string, transit.UnloadingRemarks, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) RejectRemarks(context.Context, string, string, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) ReleaseGoods(context.Context, string, string, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) RecordResults(context.Context, string, string, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) RecordDiscrepancies(context.Context, string, string, string, *transit.Note, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) ResolveDiscrepancies(context.Context, string, string, *transit.Note, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) Discharge(context.Context, string, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) StartEnquiry(context.Context, string, *transit.Note, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) AnswerEnquiry(context.Context, string, *transit.Note, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) RespondEnquiry(context.Context, string, string, *transit.Note, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) CloseEnquiry(context.Context, string, string, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) StartRecovery(context.Context, string, string, *transit.Note, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) AskRecovery(context.Context, string, string, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) TakeRecovery(context.Context, string, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) DeclineRecovery(context.Context, string, string, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) NotifyGuarantor(context.Context, string, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) Claim(context.Context, string, []transit.ClaimRequest, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) ContestClaim(context.Context, string, string, string, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) PayClaim(context.Context, string, string, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) WithdrawClaim(context.Context, string, string, string, ...option) (course, receipt, error) {
	return s.step()
}

func (s anySteps) WriteOff(context.Context, string, string, *transit.Note, ...option) (course, receipt, error) {
	return s.step()
}
