package cats

import (
	"context"
	"iter"

	"carec.example/cats/chaincode/transit"
	"github.com/hyperledger/fabric-gateway/pkg/client"
)

// Movements are the calls on movements. A movement is named by its MRN or, before
// acceptance, by its movement identification. A step returns the course of the movement
// exactly as the step's own transaction wrote it; [Movements.Get] has what was declared, too.
type Movements struct{ c *Client }

// ControlDecision is the decision to control the goods before release (IE060).
type ControlDecision struct {
	// Types of control after code list CL716: 10 documents, 40 physical, ...
	Types []string
	// Documents requested from the declarant.
	Documents []string
}

// Get returns a movement and where its content has been delivered.
func (m *Movements) Get(ctx context.Context, movement string) (*transit.MovementView, error) {
	view, err := query[transit.MovementView](ctx, m.c, transit.FnGetMovement, transit.MovementQuery{Movement: movement})
	if err == nil {
		m.c.movements.keep(&view.Movement.Course)
	}
	return view, err
}

// List goes through all movements in the order of their identifications. It ends
// after the first error. A page is fetched when it is needed.
func (m *Movements) List(ctx context.Context) iter.Seq2[*transit.Movement, error] {
	return pages(func(bookmark string) ([]*transit.Movement, string, error) {
		page, err := query[transit.MovementPage](ctx, m.c, transit.FnListMovements, transit.ListQuery{Size: pageSize, Bookmark: bookmark})
		if err != nil {
			return nil, "", err
		}
		return page.Movements, page.Bookmark, nil
	})
}

// Accept accepts a declaration and allocates its MRN (IE028).
func (m *Movements) Accept(ctx context.Context, movement string, opts ...CallOption) (*transit.Course, Receipt, error) {
	return m.step(ctx, transit.FnAccept, transit.StepRequest{Movement: movement}, opts)
}

// Reject rejects a declaration (IE056); the reason is for the declarant.
func (m *Movements) Reject(ctx context.Context, movement, reason string, opts ...CallOption) (*transit.Course, Receipt, error) {
	return m.step(ctx, transit.FnReject, transit.StepRequest{Movement: movement, Reason: reason}, opts)
}

// AnnounceControl tells an authorised economic operator, before the goods are presented, that they will be controlled
// (IE060, type 2). It is refused for other declarants.
func (m *Movements) AnnounceControl(
	ctx context.Context, movement string, d ControlDecision, opts ...CallOption,
) (*transit.Course, Receipt, error) {
	request := transit.StepRequest{Movement: movement, ControlTypes: d.Types, Documents: d.Documents}
	return m.step(ctx, transit.StepAnnounceControl.Function(), request, opts)
}

// DecideControl announces a control before release (IE060).
func (m *Movements) DecideControl(
	ctx context.Context, movement string, d ControlDecision, opts ...CallOption,
) (*transit.Course, Receipt, error) {
	request := transit.StepRequest{Movement: movement, ControlTypes: d.Types, Documents: d.Documents}
	return m.step(ctx, transit.FnDecideControl, request, opts)
}

// RecordControl records the result of the control at departure: A1, A2 or A3 lead
// back to accepted (IE017).
func (m *Movements) RecordControl(ctx context.Context, movement, result string, opts ...CallOption) (*transit.Course, Receipt, error) {
	return m.step(ctx, transit.FnRecordControl, transit.StepRequest{Movement: movement, Result: result}, opts)
}

// RefuseRelease refuses to release the goods for transit (IE051).
func (m *Movements) RefuseRelease(ctx context.Context, movement, reason string, opts ...CallOption) (*transit.Course, Receipt, error) {
	return m.freeing(ctx, transit.FnRefuseRelease, transit.StepRequest{Movement: movement, Reason: reason}, opts)
}

// RequestCancel asks the office of departure to cancel a declaration that it has
// accepted (IE014); the declarant's own [Movements.Cancel] ends with the acceptance.
func (m *Movements) RequestCancel(ctx context.Context, movement, reason string, opts ...CallOption) (*transit.Course, Receipt, error) {
	return m.step(ctx, transit.FnRequestCancel, transit.StepRequest{Movement: movement, Reason: reason}, opts)
}

// Cancel ends a movement: the declarant before acceptance (IE014), the office of departure
// after it, and also after release until the goods have arrived (IE009). What was locked is freed.
func (m *Movements) Cancel(ctx context.Context, movement, reason string, opts ...CallOption) (*transit.Course, Receipt, error) {
	return m.freeing(ctx, transit.FnCancel, transit.StepRequest{Movement: movement, Reason: reason}, opts)
}

// ProposeHandOff offers custody to the next territory of the itinerary. Until it
// is accepted, refused or withdrawn, both sides' peers must endorse every change.
func (m *Movements) ProposeHandOff(ctx context.Context, movement string, opts ...CallOption) (*transit.Course, Receipt, error) {
	return m.step(ctx, transit.FnProposeHandOff, transit.StepRequest{Movement: movement}, opts)
}

// AcceptHandOff takes custody at the office of transit (IE118).
func (m *Movements) AcceptHandOff(ctx context.Context, movement string, opts ...CallOption) (*transit.Course, Receipt, error) {
	return m.step(ctx, transit.FnAcceptHandOff, transit.StepRequest{Movement: movement}, opts)
}

// RefuseHandOff leaves custody where it is; the reason is for the custodian.
func (m *Movements) RefuseHandOff(ctx context.Context, movement, reason string, opts ...CallOption) (*transit.Course, Receipt, error) {
	return m.step(ctx, transit.FnRefuseHandOff, transit.StepRequest{Movement: movement, Reason: reason}, opts)
}

// WithdrawHandOff takes back a proposal; the reason may be empty.
func (m *Movements) WithdrawHandOff(
	ctx context.Context, movement, reason string, opts ...CallOption,
) (*transit.Course, Receipt, error) {
	return m.step(ctx, transit.FnWithdrawHandOff, transit.StepRequest{Movement: movement, Reason: reason}, opts)
}

// Arrive records the arrival at the office of destination (IE006).
func (m *Movements) Arrive(ctx context.Context, movement string, opts ...CallOption) (*transit.Course, Receipt, error) {
	return m.step(ctx, transit.FnArrive, transit.StepRequest{Movement: movement}, opts)
}

// RecordResults records the control results at destination (IE018).
func (m *Movements) RecordResults(ctx context.Context, movement, result string, opts ...CallOption) (*transit.Course, Receipt, error) {
	return m.step(ctx, transit.FnRecordResults, transit.StepRequest{Movement: movement, Result: result}, opts)
}

// Discharge ends the movement and frees its guarantees in the same transaction (IE045).
func (m *Movements) Discharge(ctx context.Context, movement string, opts ...CallOption) (*transit.Course, Receipt, error) {
	return m.freeing(ctx, transit.FnDischarge, transit.StepRequest{Movement: movement}, opts)
}

// step takes a step that leaves the guarantees alone.
func (m *Movements) step(
	ctx context.Context, fn transit.Function, request transit.StepRequest, opts []CallOption,
) (*transit.Course, Receipt, error) {
	k := m.stepCall(fn, &request, opts)
	k.prepare = fixed(request)
	return m.take(ctx, k)
}

// stepCall fills in the header and makes the call, without its preparation.
func (m *Movements) stepCall(fn transit.Function, request *transit.StepRequest, opts []CallOption) *call {
	cfg := callOptions(opts)
	if cfg.messageID == "" {
		cfg.messageID = newMessageID()
	}
	request.Header = transit.Header{MessageID: cfg.messageID, ExpectedSeq: cfg.expectedSeq}
	request.OverrideReason = cfg.overrideReason
	return &call{
		fn: fn, messageID: cfg.messageID, repeat: cfg.repeat,
		recorded: m.recorded(request.Movement, cfg.messageID),
	}
}

// take submits a step and remembers what it wrote.
func (m *Movements) take(ctx context.Context, k *call) (*transit.Course, Receipt, error) {
	k.writes = true
	course, receipt, err := change[transit.Course](ctx, m.c, k)
	if err == nil {
		m.c.movements.keep(course)
	}
	return course, receipt, err
}

// recorded looks whether the movement remembers the message.
func (m *Movements) recorded(movement, messageID string) func(context.Context) ([]byte, bool, error) {
	return func(ctx context.Context) ([]byte, bool, error) {
		view, err := m.Get(ctx, movement)
		if err != nil {
			return nil, false, err
		}
		if !view.Movement.Recorded(m.c.actor(), messageID) {
			return nil, false, nil
		}
		raw, err := encode(view.Movement)
		return raw, err == nil, err
	}
}

// at directs a query to the peers of an organisation.
func at(msp string) client.ProposalOption { return client.WithEndorsingOrganizations(msp) }
