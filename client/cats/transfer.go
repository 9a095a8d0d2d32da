package cats

import (
	"context"

	"carec.example/cats/chaincode/transit"
)

// ProposeTransfer offers the document to another operator. Only its holder can. What the other is to see before it
// accepts is shown to it with [Movements.Grant].
func (m *Movements) ProposeTransfer(ctx context.Context, movement, newHolder string, opts ...CallOption) (*transit.Course, Receipt, error) {
	return m.step(ctx, transit.StepProposeTransfer.Function(), transit.StepRequest{Movement: movement, NewHolder: newHolder}, opts)
}

// AcceptTransfer takes the document over, with guarantees of the new holder's own that cover what the former ones do. In
// the same transaction they are locked, if the goods are released, and the former ones freed. The new holder signs for
// the record at one sequence number: that of the option [ExpectedSeq], or else as it is read now.
func (m *Movements) AcceptTransfer(
	ctx context.Context, movement string, guarantees []transit.GuaranteeClaim, opts ...CallOption,
) (*transit.Course, Receipt, error) {
	if cfg := callOptions(opts); cfg.expectedSeq == 0 {
		view, err := m.Get(ctx, movement)
		if err != nil {
			return nil, Receipt{}, err
		}
		opts = append(opts, ExpectedSeq(view.Movement.Seq))
	}
	return m.step(ctx, transit.StepAcceptTransfer.Function(), transit.StepRequest{Movement: movement, Guarantees: guarantees}, opts)
}

// RefuseTransfer leaves the document with its holder.
func (m *Movements) RefuseTransfer(ctx context.Context, movement, reason string, opts ...CallOption) (*transit.Course, Receipt, error) {
	return m.step(ctx, transit.StepRefuseTransfer.Function(), transit.StepRequest{Movement: movement, Reason: reason}, opts)
}

// WithdrawTransfer takes an offer back; the reason may be empty.
func (m *Movements) WithdrawTransfer(ctx context.Context, movement, reason string, opts ...CallOption) (*transit.Course, Receipt, error) {
	return m.step(ctx, transit.StepWithdrawTransfer.Function(), transit.StepRequest{Movement: movement, Reason: reason}, opts)
}
