package cats

import (
	"context"

	"carec.example/cats/chaincode/transit"
)

// Present notifies the presentation of goods that were declared before (IE170). The declaration is submitted with it.
func (m *Movements) Present(ctx context.Context, movement string, opts ...CallOption) (*transit.Course, Receipt, error) {
	return m.step(ctx, transit.StepPresent.Function(), transit.StepRequest{Movement: movement}, opts)
}

// ExpirePreLodgement ends a declaration whose goods were not presented within [transit.PreLodgementDays] (IE056).
func (m *Movements) ExpirePreLodgement(ctx context.Context, movement string, opts ...CallOption) (*transit.Course, Receipt, error) {
	return m.step(ctx, transit.StepExpirePreLodgement.Function(), transit.StepRequest{Movement: movement}, opts)
}

// RequestAmendment asks the declarant for an amendment while the goods are under control (IE022); it comes by [Movements.Amend].
func (m *Movements) RequestAmendment(ctx context.Context, movement, reason string, opts ...CallOption) (*transit.Course, Receipt, error) {
	return m.step(ctx, transit.StepRequestAmendment.Function(), transit.StepRequest{Movement: movement, Reason: reason}, opts)
}

// RequestRelease asks the office of departure, which controls, to release the goods (IE054).
func (m *Movements) RequestRelease(ctx context.Context, movement string, opts ...CallOption) (*transit.Course, Receipt, error) {
	return m.step(ctx, transit.StepRequestRelease.Function(), transit.StepRequest{Movement: movement}, opts)
}

// RefuseReleaseRequest answers that the control goes on (IE056).
func (m *Movements) RefuseReleaseRequest(
	ctx context.Context, movement, reason string, opts ...CallOption,
) (*transit.Course, Receipt, error) {
	return m.step(ctx, transit.StepRefuseReleaseRequest.Function(), transit.StepRequest{Movement: movement, Reason: reason}, opts)
}

// RefuseGuarantee refuses the guarantee declared (IE055). The declarant may replace it by [Movements.Amend] until the end of
// the day given (YYYY-MM-DD).
func (m *Movements) RefuseGuarantee(
	ctx context.Context, movement, reason, timeLimit string, opts ...CallOption,
) (*transit.Course, Receipt, error) {
	request := transit.StepRequest{Movement: movement, Reason: reason, TimeLimit: timeLimit}
	return m.step(ctx, transit.StepRefuseGuarantee.Function(), request, opts)
}

// RefuseCancel answers a request of cancellation with no (IE009).
func (m *Movements) RefuseCancel(ctx context.Context, movement, reason string, opts ...CallOption) (*transit.Course, Receipt, error) {
	return m.step(ctx, transit.StepRefuseCancel.Function(), transit.StepRequest{Movement: movement, Reason: reason}, opts)
}

// RegisterFallback registers a movement that was released on paper while the ledger could not be reached, under the day of
// that release and the time limit on the paper (YYYY-MM-DD). Its guarantees are locked in the same transaction.
func (m *Movements) RegisterFallback(
	ctx context.Context, movement, startedOn, timeLimit string, opts ...CallOption,
) (*transit.Course, Receipt, error) {
	request := transit.StepRequest{Movement: movement, StartedOn: startedOn, TimeLimit: timeLimit}
	return m.locking(ctx, transit.StepRegisterFallback.Function(), request, opts)
}

// EndFallback discharges a movement that has ended on paper, as it began, and frees its guarantees (IE045). The note may be nil.
func (m *Movements) EndFallback(
	ctx context.Context, movement, reason string, note *transit.Note, opts ...CallOption,
) (*transit.Course, Receipt, error) {
	request := transit.StepRequest{Movement: movement, Reason: reason}
	return m.noted(ctx, transit.StepEndFallback, request, note, m.freeing, opts)
}
