package remote

import (
	"context"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

func (l recordedMovements) Lodge(_ context.Context, std *transit.STD, opts ...option) (*transit.Movement, receipt, error) {
	return took[*transit.Movement](l.recorder, "Movements.Lodge", opts, std)
}

func (l recordedMovements) DryRun(_ context.Context, std *transit.STD) (*transit.Face, error) {
	return told[*transit.Face](l.recorder, "Movements.DryRun", std)
}

func (l recordedMovements) Amend(_ context.Context, movement string, std *transit.STD, opts ...option) (*transit.Movement, receipt, error) {
	return took[*transit.Movement](l.recorder, "Movements.Amend", opts, movement, std)
}

func (l recordedMovements) Present(_ context.Context, movement string, opts ...option) (course, receipt, error) {
	return took[course](l.recorder, "Movements.Present", opts, movement)
}

func (l recordedMovements) ExpirePreLodgement(_ context.Context, movement string, opts ...option) (course, receipt, error) {
	return took[course](l.recorder, "Movements.ExpirePreLodgement", opts, movement)
}

func (l recordedMovements) AnnounceControl(
	_ context.Context, movement string, d cats.ControlDecision, opts ...option,
) (course, receipt, error) {
	return took[course](l.recorder, "Movements.AnnounceControl", opts, movement, d)
}

func (l recordedMovements) Accept(_ context.Context, movement string, opts ...option) (course, receipt, error) {
	return took[course](l.recorder, "Movements.Accept", opts, movement)
}

func (l recordedMovements) Reject(_ context.Context, movement, reason string, opts ...option) (course, receipt, error) {
	return took[course](l.recorder, "Movements.Reject", opts, movement, reason)
}

func (l recordedMovements) DecideControl(
	_ context.Context, movement string, d cats.ControlDecision, opts ...option,
) (course, receipt, error) {
	return took[course](l.recorder, "Movements.DecideControl", opts, movement, d)
}

func (l recordedMovements) RequestAmendment(_ context.Context, movement, reason string, opts ...option) (course, receipt, error) {
	return took[course](l.recorder, "Movements.RequestAmendment", opts, movement, reason)
}

func (l recordedMovements) RequestRelease(_ context.Context, movement string, opts ...option) (course, receipt, error) {
	return took[course](l.recorder, "Movements.RequestRelease", opts, movement)
}

func (l recordedMovements) RefuseReleaseRequest(_ context.Context, movement, reason string, opts ...option) (course, receipt, error) {
	return took[course](l.recorder, "Movements.RefuseReleaseRequest", opts, movement, reason)
}

func (l recordedMovements) RecordControl(_ context.Context, movement, result string, opts ...option) (course, receipt, error) {
	return took[course](l.recorder, "Movements.RecordControl", opts, movement, result)
}

func (l recordedMovements) RefuseGuarantee(
	_ context.Context, movement, reason, timeLimit string, opts ...option,
) (course, receipt, error) {
	return took[course](l.recorder, "Movements.RefuseGuarantee", opts, movement, reason, timeLimit)
}

func (l recordedMovements) Release(_ context.Context, movement, timeLimit string, opts ...option) (course, receipt, error) {
	return took[course](l.recorder, "Movements.Release", opts, movement, timeLimit)
}

func (l recordedMovements) RefuseRelease(_ context.Context, movement, reason string, opts ...option) (course, receipt, error) {
	return took[course](l.recorder, "Movements.RefuseRelease", opts, movement, reason)
}

func (l recordedMovements) RequestCancel(_ context.Context, movement, reason string, opts ...option) (course, receipt, error) {
	return took[course](l.recorder, "Movements.RequestCancel", opts, movement, reason)
}

func (l recordedMovements) RefuseCancel(_ context.Context, movement, reason string, opts ...option) (course, receipt, error) {
	return took[course](l.recorder, "Movements.RefuseCancel", opts, movement, reason)
}

func (l recordedMovements) Cancel(_ context.Context, movement, reason string, opts ...option) (course, receipt, error) {
	return took[course](l.recorder, "Movements.Cancel", opts, movement, reason)
}

func (l recordedMovements) RegisterFallback(
	_ context.Context, movement, startedOn, timeLimit string, opts ...option,
) (course, receipt, error) {
	return took[course](l.recorder, "Movements.RegisterFallback", opts, movement, startedOn, timeLimit)
}

func (l recordedMovements) EndFallback(
	_ context.Context, movement, reason string, note *transit.Note, opts ...option,
) (course, receipt, error) {
	return took[course](l.recorder, "Movements.EndFallback", opts, movement, reason, note)
}

func (l recordedMovements) ProposeHandOff(_ context.Context, movement string, opts ...option) (course, receipt, error) {
	return took[course](l.recorder, "Movements.ProposeHandOff", opts, movement)
}

func (l recordedMovements) AcceptHandOff(_ context.Context, movement string, opts ...option) (course, receipt, error) {
	return took[course](l.recorder, "Movements.AcceptHandOff", opts, movement)
}

func (l recordedMovements) RefuseHandOff(_ context.Context, movement, reason string, opts ...option) (course, receipt, error) {
	return took[course](l.recorder, "Movements.RefuseHandOff", opts, movement, reason)
}

func (l recordedMovements) WithdrawHandOff(_ context.Context, movement, reason string, opts ...option) (course, receipt, error) {
	return took[course](l.recorder, "Movements.WithdrawHandOff", opts, movement, reason)
}

func (l recordedMovements) RecordExit(_ context.Context, movement string, opts ...option) (course, receipt, error) {
	return took[course](l.recorder, "Movements.RecordExit", opts, movement)
}

func (l recordedMovements) AskDiversion(_ context.Context, movement, kind string, opts ...option) (course, receipt, error) {
	return took[course](l.recorder, "Movements.AskDiversion", opts, movement, kind)
}

func (l recordedMovements) GrantDiversion(_ context.Context, movement string, d cats.Detour, opts ...option) (course, receipt, error) {
	return took[course](l.recorder, "Movements.GrantDiversion", opts, movement, d)
}

func (l recordedMovements) RefuseDiversion(_ context.Context, movement, reason string, opts ...option) (course, receipt, error) {
	return took[course](l.recorder, "Movements.RefuseDiversion", opts, movement, reason)
}

func (l recordedMovements) WithdrawDiversion(_ context.Context, movement, reason string, opts ...option) (course, receipt, error) {
	return took[course](l.recorder, "Movements.WithdrawDiversion", opts, movement, reason)
}

func (l recordedMovements) RegisterIncident(
	_ context.Context, movement string, incident transit.Incident, opts ...option,
) (course, receipt, error) {
	return took[course](l.recorder, "Movements.RegisterIncident", opts, movement, incident)
}

func (l recordedMovements) ProposeTransfer(_ context.Context, movement, newHolder string, opts ...option) (course, receipt, error) {
	return took[course](l.recorder, "Movements.ProposeTransfer", opts, movement, newHolder)
}

func (l recordedMovements) AcceptTransfer(
	_ context.Context, movement string, guarantees []transit.GuaranteeClaim, opts ...option,
) (course, receipt, error) {
	return took[course](l.recorder, "Movements.AcceptTransfer", opts, movement, guarantees)
}

func (l recordedMovements) RefuseTransfer(_ context.Context, movement, reason string, opts ...option) (course, receipt, error) {
	return took[course](l.recorder, "Movements.RefuseTransfer", opts, movement, reason)
}

func (l recordedMovements) WithdrawTransfer(_ context.Context, movement, reason string, opts ...option) (course, receipt, error) {
	return took[course](l.recorder, "Movements.WithdrawTransfer", opts, movement, reason)
}

func (l recordedMovements) NotifyArrival(_ context.Context, movement string, simplified bool, opts ...option) (course, receipt, error) {
	return took[course](l.recorder, "Movements.NotifyArrival", opts, movement, simplified)
}

func (l recordedMovements) RejectArrival(_ context.Context, movement, reason string, opts ...option) (course, receipt, error) {
	return took[course](l.recorder, "Movements.RejectArrival", opts, movement, reason)
}

func (l recordedMovements) Arrive(_ context.Context, movement string, opts ...option) (course, receipt, error) {
	return took[course](l.recorder, "Movements.Arrive", opts, movement)
}

func (l recordedMovements) PermitUnloading(_ context.Context, movement string, opts ...option) (course, receipt, error) {
	return took[course](l.recorder, "Movements.PermitUnloading", opts, movement)
}

func (l recordedMovements) RemarkUnloading(
	_ context.Context, movement string, r transit.UnloadingRemarks, opts ...option,
) (course, receipt, error) {
	return took[course](l.recorder, "Movements.RemarkUnloading", opts, movement, r)
}

func (l recordedMovements) RejectRemarks(_ context.Context, movement, reason string, opts ...option) (course, receipt, error) {
	return took[course](l.recorder, "Movements.RejectRemarks", opts, movement, reason)
}

func (l recordedMovements) ReleaseGoods(_ context.Context, movement, extent string, opts ...option) (course, receipt, error) {
	return took[course](l.recorder, "Movements.ReleaseGoods", opts, movement, extent)
}

func (l recordedMovements) RecordResults(_ context.Context, movement, result string, opts ...option) (course, receipt, error) {
	return took[course](l.recorder, "Movements.RecordResults", opts, movement, result)
}

func (l recordedMovements) RecordDiscrepancies(
	_ context.Context, movement, result, timeLimit string, note *transit.Note, opts ...option,
) (course, receipt, error) {
	return took[course](l.recorder, "Movements.RecordDiscrepancies", opts, movement, result, timeLimit, note)
}

func (l recordedMovements) ResolveDiscrepancies(
	_ context.Context, movement, reason string, note *transit.Note, opts ...option,
) (course, receipt, error) {
	return took[course](l.recorder, "Movements.ResolveDiscrepancies", opts, movement, reason, note)
}

func (l recordedMovements) Discharge(_ context.Context, movement string, opts ...option) (course, receipt, error) {
	return took[course](l.recorder, "Movements.Discharge", opts, movement)
}

func (l recordedMovements) StartEnquiry(_ context.Context, movement string, note *transit.Note, opts ...option) (course, receipt, error) {
	return took[course](l.recorder, "Movements.StartEnquiry", opts, movement, note)
}

func (l recordedMovements) AnswerEnquiry(
	_ context.Context, movement string, note *transit.Note, opts ...option,
) (course, receipt, error) {
	return took[course](l.recorder, "Movements.AnswerEnquiry", opts, movement, note)
}

func (l recordedMovements) RespondEnquiry(
	_ context.Context, movement, reason string, note *transit.Note, opts ...option,
) (course, receipt, error) {
	return took[course](l.recorder, "Movements.RespondEnquiry", opts, movement, reason, note)
}

func (l recordedMovements) CloseEnquiry(_ context.Context, movement, reason string, opts ...option) (course, receipt, error) {
	return took[course](l.recorder, "Movements.CloseEnquiry", opts, movement, reason)
}

func (l recordedMovements) StartRecovery(
	_ context.Context, movement, reason string, note *transit.Note, opts ...option,
) (course, receipt, error) {
	return took[course](l.recorder, "Movements.StartRecovery", opts, movement, reason, note)
}

func (l recordedMovements) AskRecovery(_ context.Context, movement, office string, opts ...option) (course, receipt, error) {
	return took[course](l.recorder, "Movements.AskRecovery", opts, movement, office)
}

func (l recordedMovements) TakeRecovery(_ context.Context, movement string, opts ...option) (course, receipt, error) {
	return took[course](l.recorder, "Movements.TakeRecovery", opts, movement)
}

func (l recordedMovements) DeclineRecovery(_ context.Context, movement, reason string, opts ...option) (course, receipt, error) {
	return took[course](l.recorder, "Movements.DeclineRecovery", opts, movement, reason)
}

func (l recordedMovements) NotifyGuarantor(_ context.Context, movement string, opts ...option) (course, receipt, error) {
	return took[course](l.recorder, "Movements.NotifyGuarantor", opts, movement)
}

func (l recordedMovements) Claim(
	_ context.Context, movement string, claims []transit.ClaimRequest, opts ...option,
) (course, receipt, error) {
	return took[course](l.recorder, "Movements.Claim", opts, movement, claims)
}

func (l recordedMovements) ContestClaim(_ context.Context, movement, grn, reason string, opts ...option) (course, receipt, error) {
	return took[course](l.recorder, "Movements.ContestClaim", opts, movement, grn, reason)
}

func (l recordedMovements) PayClaim(_ context.Context, movement, grn string, opts ...option) (course, receipt, error) {
	return took[course](l.recorder, "Movements.PayClaim", opts, movement, grn)
}

func (l recordedMovements) WithdrawClaim(_ context.Context, movement, grn, reason string, opts ...option) (course, receipt, error) {
	return took[course](l.recorder, "Movements.WithdrawClaim", opts, movement, grn, reason)
}

func (l recordedMovements) WriteOff(
	_ context.Context, movement, reason string, note *transit.Note, opts ...option,
) (course, receipt, error) {
	return took[course](l.recorder, "Movements.WriteOff", opts, movement, reason, note)
}

func (l recordedMovements) Deliver(_ context.Context, movement, toMSP string) (*transit.Delivery, receipt, error) {
	return took[*transit.Delivery](l.recorder, "Movements.Deliver", nil, movement, toMSP)
}

func (l recordedMovements) Annex(_ context.Context, movement, digest string) (*cats.Paper, error) {
	return told[*cats.Paper](l.recorder, "Movements.Annex", movement, digest)
}

func (l recordedMovements) DeliverAnnex(_ context.Context, movement, digest, toMSP string) (*transit.AnnexRef, receipt, error) {
	return took[*transit.AnnexRef](l.recorder, "Movements.DeliverAnnex", nil, movement, digest, toMSP)
}

func (l recordedMovements) Attach(_ context.Context, movement string, f transit.File) (*transit.Attachment, receipt, error) {
	return took[*transit.Attachment](l.recorder, "Movements.Attach", nil, movement, f)
}

func (l recordedMovements) Grant(_ context.Context, r transit.GrantRequest) (*transit.Grant, receipt, error) {
	return took[*transit.Grant](l.recorder, "Movements.Grant", nil, r)
}

func (l recordedMovements) Revoke(_ context.Context, r transit.RevokeRequest) (*transit.Grant, receipt, error) {
	return took[*transit.Grant](l.recorder, "Movements.Revoke", nil, r)
}

func (l recordedMovements) Purge(_ context.Context, movement, holding string) (*transit.Purged, receipt, error) {
	return took[*transit.Purged](l.recorder, "Movements.Purge", nil, movement, holding)
}

func (l recordedMovements) Get(_ context.Context, movement string) (*transit.MovementView, error) {
	return told[*transit.MovementView](l.recorder, "Movements.Get", movement)
}

func (l recordedGuarantees) Register(
	_ context.Context, terms transit.Terms, accessCodes []string, opts ...option,
) (*transit.Guarantee, receipt, error) {
	return took[*transit.Guarantee](l.recorder, "Guarantees.Register", opts, terms, accessCodes)
}

func (l recordedGuarantees) ReplaceAccessCodes(
	_ context.Context, grn string, accessCodes []string, opts ...option,
) (*transit.Guarantee, receipt, error) {
	return took[*transit.Guarantee](l.recorder, "Guarantees.ReplaceAccessCodes", opts, grn, accessCodes)
}

func (l recordedGuarantees) Update(
	_ context.Context, grn string, changes transit.GuaranteeUpdate, opts ...option,
) (*transit.Guarantee, receipt, error) {
	return took[*transit.Guarantee](l.recorder, "Guarantees.Update", opts, grn, changes)
}

func (l recordedGuarantees) Cancel(_ context.Context, grn string, e cats.End, opts ...option) (*transit.Guarantee, receipt, error) {
	return took[*transit.Guarantee](l.recorder, "Guarantees.Cancel", opts, grn, e)
}

func (l recordedGuarantees) Revoke(_ context.Context, grn string, e cats.End, opts ...option) (*transit.Guarantee, receipt, error) {
	return took[*transit.Guarantee](l.recorder, "Guarantees.Revoke", opts, grn, e)
}

func (l recordedGuarantees) Invalidate(_ context.Context, grn string, e cats.End, opts ...option) (*transit.Guarantee, receipt, error) {
	return took[*transit.Guarantee](l.recorder, "Guarantees.Invalidate", opts, grn, e)
}

func (l recordedGuarantees) Sell(
	_ context.Context, grn, holder string, accessCodes []string, opts ...option,
) (*transit.Guarantee, receipt, error) {
	return took[*transit.Guarantee](l.recorder, "Guarantees.Sell", opts, grn, holder, accessCodes)
}

func (l recordedGuarantees) Get(_ context.Context, grn string) (*transit.GuaranteeView, error) {
	return told[*transit.GuaranteeView](l.recorder, "Guarantees.Get", grn)
}

func (l recordedGuarantees) Check(_ context.Context, movement string) (*transit.GuaranteeCheck, error) {
	return told[*transit.GuaranteeCheck](l.recorder, "Guarantees.Check", movement)
}

func (l recordedRegistry) Found(_ context.Context, document []byte) (*transit.Consortium, receipt, error) {
	return took[*transit.Consortium](l.recorder, "Registry.Found", nil, document)
}

func (l recordedRegistry) Get(_ context.Context) (*transit.Consortium, error) {
	return told[*transit.Consortium](l.recorder, "Registry.Get")
}

func (l recordedRegistry) Join(_ context.Context, o transit.Organisation) (*transit.Organisation, receipt, error) {
	return took[*transit.Organisation](l.recorder, "Registry.Join", nil, o)
}

func (l recordedRegistry) Propose(_ context.Context, id string, c transit.Change) (*transit.Proposal, receipt, error) {
	return took[*transit.Proposal](l.recorder, "Registry.Propose", nil, id, c)
}

func (l recordedRegistry) Approve(_ context.Context, id, digest string) (*transit.Proposal, receipt, error) {
	return took[*transit.Proposal](l.recorder, "Registry.Approve", nil, id, digest)
}

func (l recordedRegistry) Proposal(_ context.Context, id string) (*transit.Proposal, error) {
	return told[*transit.Proposal](l.recorder, "Registry.Proposal", id)
}

func (l recordedRegistry) Page(_ context.Context, country string, b transit.Book, page string) (*transit.Page, error) {
	return told[*transit.Page](l.recorder, "Registry.Page", country, b, page)
}
