package cats

import (
	"context"

	"carec.example/cats/chaincode/transit"
)

// StartEnquiry begins the search for goods that were not presented in time (IE140, IE142). The note may be nil.
func (m *Movements) StartEnquiry(
	ctx context.Context, movement string, note *transit.Note, opts ...CallOption,
) (*transit.Course, Receipt, error) {
	return m.noted(ctx, transit.StepStartEnquiry, transit.StepRequest{Movement: movement}, note, m.step, opts)
}

// AnswerEnquiry is the declarant's answer (IE141). The note may be nil.
func (m *Movements) AnswerEnquiry(
	ctx context.Context, movement string, note *transit.Note, opts ...CallOption,
) (*transit.Course, Receipt, error) {
	return m.noted(ctx, transit.StepAnswerEnquiry, transit.StepRequest{Movement: movement}, note, m.step, opts)
}

// RespondEnquiry is the answer of the office of destination (IE143). The note may be nil.
func (m *Movements) RespondEnquiry(
	ctx context.Context, movement, reason string, note *transit.Note, opts ...CallOption,
) (*transit.Course, Receipt, error) {
	return m.noted(ctx, transit.StepRespondEnquiry, transit.StepRequest{Movement: movement, Reason: reason}, note, m.step, opts)
}

// CloseEnquiry ends the enquiry: the goods are found and go on (IE059).
func (m *Movements) CloseEnquiry(ctx context.Context, movement, reason string, opts ...CallOption) (*transit.Course, Receipt, error) {
	return m.step(ctx, transit.StepCloseEnquiry.Function(), transit.StepRequest{Movement: movement, Reason: reason}, opts)
}

// StartRecovery begins the recovery of the debt at an office of recovery of the country of departure (IE063): after an enquiry,
// after discrepancies that were not resolved in time, or after an incident. The note may be nil.
func (m *Movements) StartRecovery(
	ctx context.Context, movement, reason string, note *transit.Note, opts ...CallOption,
) (*transit.Course, Receipt, error) {
	return m.noted(ctx, transit.StepStartRecovery, transit.StepRequest{Movement: movement, Reason: reason}, note, m.step, opts)
}

// AskRecovery asks another office of recovery on the route to take over (IE150).
func (m *Movements) AskRecovery(ctx context.Context, movement, office string, opts ...CallOption) (*transit.Course, Receipt, error) {
	return m.step(ctx, transit.StepAskRecovery.Function(), transit.StepRequest{Movement: movement, Office: office}, opts)
}

// TakeRecovery takes over (IE151).
func (m *Movements) TakeRecovery(ctx context.Context, movement string, opts ...CallOption) (*transit.Course, Receipt, error) {
	return m.step(ctx, transit.StepTakeRecovery.Function(), transit.StepRequest{Movement: movement}, opts)
}

// DeclineRecovery leaves the recovery where it is (IE151).
func (m *Movements) DeclineRecovery(ctx context.Context, movement, reason string, opts ...CallOption) (*transit.Course, Receipt, error) {
	return m.step(ctx, transit.StepDeclineRecovery.Function(), transit.StepRequest{Movement: movement, Reason: reason}, opts)
}

// NotifyGuarantor tells the guarantor that the movement was not discharged (IE023), which comes before any claim.
func (m *Movements) NotifyGuarantor(ctx context.Context, movement string, opts ...CallOption) (*transit.Course, Receipt, error) {
	return m.step(ctx, transit.StepNotifyGuarantor.Function(), transit.StepRequest{Movement: movement}, opts)
}

// Claim demands amounts of guarantee references, each at most what it covers of the movement (IE035).
func (m *Movements) Claim(
	ctx context.Context, movement string, claims []transit.ClaimRequest, opts ...CallOption,
) (*transit.Course, Receipt, error) {
	return m.step(ctx, transit.StepClaim.Function(), transit.StepRequest{Movement: movement, Claims: claims}, opts)
}

// ContestClaim is the guarantor's objection.
func (m *Movements) ContestClaim(ctx context.Context, movement, grn, reason string, opts ...CallOption) (*transit.Course, Receipt, error) {
	request := transit.StepRequest{Movement: movement, GRN: grn, Reason: reason}
	return m.step(ctx, transit.StepContestClaim.Function(), request, opts)
}

// PayClaim records that the guarantor has paid.
func (m *Movements) PayClaim(ctx context.Context, movement, grn string, opts ...CallOption) (*transit.Course, Receipt, error) {
	return m.step(ctx, transit.StepPayClaim.Function(), transit.StepRequest{Movement: movement, GRN: grn}, opts)
}

// WithdrawClaim takes a claim back.
func (m *Movements) WithdrawClaim(ctx context.Context, movement, grn, reason string, opts ...CallOption) (*transit.Course, Receipt, error) {
	request := transit.StepRequest{Movement: movement, GRN: grn, Reason: reason}
	return m.step(ctx, transit.StepWithdrawClaim.Function(), request, opts)
}

// WriteOff ends a recovery whose claims are paid or withdrawn (IE045): what was paid is gone from the guarantee, the rest is
// freed, in the same transaction. The note may be nil.
func (m *Movements) WriteOff(
	ctx context.Context, movement, reason string, note *transit.Note, opts ...CallOption,
) (*transit.Course, Receipt, error) {
	request := transit.StepRequest{Movement: movement, Reason: reason}
	return m.noted(ctx, transit.StepWriteOff, request, note, m.freeing, opts)
}
