package remote

import (
	"context"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/gateway"
)

// The steps at departure.

func (m movements) Present(ctx context.Context, movement string, opts ...option) (course, receipt, error) {
	return m.step(ctx, transit.StepPresent, movement, nil, opts)
}

func (m movements) ExpirePreLodgement(ctx context.Context, movement string, opts ...option) (course, receipt, error) {
	return m.step(ctx, transit.StepExpirePreLodgement, movement, nil, opts)
}

func (m movements) AnnounceControl(
	ctx context.Context, movement string, d cats.ControlDecision, opts ...option,
) (course, receipt, error) {
	return m.step(ctx, transit.StepAnnounceControl, movement, gateway.ControlOrder{ControlTypes: d.Types, Documents: d.Documents}, opts)
}

func (m movements) Reject(ctx context.Context, movement, reason string, opts ...option) (course, receipt, error) {
	return m.step(ctx, transit.StepReject, movement, gateway.Reason{Reason: reason}, opts)
}

func (m movements) DecideControl(
	ctx context.Context, movement string, d cats.ControlDecision, opts ...option,
) (course, receipt, error) {
	return m.step(ctx, transit.StepDecideControl, movement, gateway.ControlOrder{ControlTypes: d.Types, Documents: d.Documents}, opts)
}

func (m movements) RequestAmendment(ctx context.Context, movement, reason string, opts ...option) (course, receipt, error) {
	return m.step(ctx, transit.StepRequestAmendment, movement, gateway.Reason{Reason: reason}, opts)
}

func (m movements) RequestRelease(ctx context.Context, movement string, opts ...option) (course, receipt, error) {
	return m.step(ctx, transit.StepRequestRelease, movement, nil, opts)
}

func (m movements) RefuseReleaseRequest(ctx context.Context, movement, reason string, opts ...option) (course, receipt, error) {
	return m.step(ctx, transit.StepRefuseReleaseRequest, movement, gateway.Reason{Reason: reason}, opts)
}

func (m movements) RecordControl(ctx context.Context, movement, result string, opts ...option) (course, receipt, error) {
	return m.step(ctx, transit.StepRecordControl, movement, gateway.ControlResult{Result: result}, opts)
}

func (m movements) RefuseGuarantee(ctx context.Context, movement, reason, timeLimit string, opts ...option) (course, receipt, error) {
	return m.step(ctx, transit.StepRefuseGuarantee, movement, gateway.Refusal{Reason: reason, TimeLimit: timeLimit}, opts)
}

func (m movements) RefuseRelease(ctx context.Context, movement, reason string, opts ...option) (course, receipt, error) {
	return m.step(ctx, transit.StepRefuseRelease, movement, gateway.Reason{Reason: reason}, opts)
}

func (m movements) RequestCancel(ctx context.Context, movement, reason string, opts ...option) (course, receipt, error) {
	return m.step(ctx, transit.StepRequestCancel, movement, gateway.Reason{Reason: reason}, opts)
}

func (m movements) RefuseCancel(ctx context.Context, movement, reason string, opts ...option) (course, receipt, error) {
	return m.step(ctx, transit.StepRefuseCancel, movement, gateway.Reason{Reason: reason}, opts)
}

func (m movements) Cancel(ctx context.Context, movement, reason string, opts ...option) (course, receipt, error) {
	return m.step(ctx, transit.StepCancel, movement, gateway.Reason{Reason: reason}, opts)
}

func (m movements) EndFallback(
	ctx context.Context, movement, reason string, note *transit.Note, opts ...option,
) (course, receipt, error) {
	return m.step(ctx, transit.StepEndFallback, movement, gateway.ReasonedNote{Reason: reason, Note: note}, opts)
}

func (m movements) Accept(ctx context.Context, movement string, opts ...option) (course, receipt, error) {
	body := gateway.CoverOverride{OverrideReason: cats.AskedBy(opts...).OverrideReason}
	return m.overridable(ctx, transit.StepAccept, movement, body, opts)
}

func (m movements) Release(ctx context.Context, movement, timeLimit string, opts ...option) (course, receipt, error) {
	body := gateway.ReleaseOrder{TimeLimit: timeLimit, OverrideReason: cats.AskedBy(opts...).OverrideReason}
	return m.overridable(ctx, transit.StepRelease, movement, body, opts)
}

func (m movements) RegisterFallback(ctx context.Context, movement, startedOn, timeLimit string, opts ...option) (course, receipt, error) {
	body := gateway.PaperStart{StartedOn: startedOn, TimeLimit: timeLimit, OverrideReason: cats.AskedBy(opts...).OverrideReason}
	return m.overridable(ctx, transit.StepRegisterFallback, movement, body, opts)
}
