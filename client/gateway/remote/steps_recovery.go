package remote

import (
	"context"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/gateway"
)

// The steps of enquiry and recovery.

func (m movements) StartEnquiry(ctx context.Context, movement string, note *transit.Note, opts ...option) (course, receipt, error) {
	return m.step(ctx, transit.StepStartEnquiry, movement, gateway.JustNote{Note: note}, opts)
}

func (m movements) AnswerEnquiry(ctx context.Context, movement string, note *transit.Note, opts ...option) (course, receipt, error) {
	return m.step(ctx, transit.StepAnswerEnquiry, movement, gateway.JustNote{Note: note}, opts)
}

func (m movements) RespondEnquiry(
	ctx context.Context, movement, reason string, note *transit.Note, opts ...option,
) (course, receipt, error) {
	return m.step(ctx, transit.StepRespondEnquiry, movement, gateway.ReasonedNote{Reason: reason, Note: note}, opts)
}

func (m movements) CloseEnquiry(ctx context.Context, movement, reason string, opts ...option) (course, receipt, error) {
	return m.step(ctx, transit.StepCloseEnquiry, movement, gateway.Reason{Reason: reason}, opts)
}

func (m movements) StartRecovery(
	ctx context.Context, movement, reason string, note *transit.Note, opts ...option,
) (course, receipt, error) {
	return m.step(ctx, transit.StepStartRecovery, movement, gateway.ReasonedNote{Reason: reason, Note: note}, opts)
}

func (m movements) AskRecovery(ctx context.Context, movement, office string, opts ...option) (course, receipt, error) {
	return m.step(ctx, transit.StepAskRecovery, movement, gateway.OfficeAsked{Office: office}, opts)
}

func (m movements) TakeRecovery(ctx context.Context, movement string, opts ...option) (course, receipt, error) {
	return m.step(ctx, transit.StepTakeRecovery, movement, nil, opts)
}

func (m movements) DeclineRecovery(ctx context.Context, movement, reason string, opts ...option) (course, receipt, error) {
	return m.step(ctx, transit.StepDeclineRecovery, movement, gateway.Reason{Reason: reason}, opts)
}

func (m movements) NotifyGuarantor(ctx context.Context, movement string, opts ...option) (course, receipt, error) {
	return m.step(ctx, transit.StepNotifyGuarantor, movement, nil, opts)
}

func (m movements) Claim(
	ctx context.Context, movement string, claims []transit.ClaimRequest, opts ...option,
) (course, receipt, error) {
	return m.step(ctx, transit.StepClaim, movement, gateway.Claims{Claims: claims}, opts)
}

func (m movements) ContestClaim(ctx context.Context, movement, grn, reason string, opts ...option) (course, receipt, error) {
	return m.step(ctx, transit.StepContestClaim, movement, gateway.ClaimReasoned{GRN: grn, Reason: reason}, opts)
}

func (m movements) PayClaim(ctx context.Context, movement, grn string, opts ...option) (course, receipt, error) {
	return m.step(ctx, transit.StepPayClaim, movement, gateway.ClaimNamed{GRN: grn}, opts)
}

func (m movements) WithdrawClaim(ctx context.Context, movement, grn, reason string, opts ...option) (course, receipt, error) {
	return m.step(ctx, transit.StepWithdrawClaim, movement, gateway.ClaimReasoned{GRN: grn, Reason: reason}, opts)
}

func (m movements) WriteOff(
	ctx context.Context, movement, reason string, note *transit.Note, opts ...option,
) (course, receipt, error) {
	return m.step(ctx, transit.StepWriteOff, movement, gateway.ReasonedNote{Reason: reason, Note: note}, opts)
}
