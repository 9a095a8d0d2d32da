package cats

import (
	"context"

	"carec.example/cats/chaincode/transit"
)

// RecordExit records that the goods have left through the office of exit for transit (IE168).
func (m *Movements) RecordExit(ctx context.Context, movement string, opts ...CallOption) (*transit.Course, Receipt, error) {
	return m.step(ctx, transit.StepRecordExit.Function(), transit.StepRequest{Movement: movement}, opts)
}

// AskDiversion asks the office of departure about goods that an undeclared office has met (IE114, IE002, IE164). The kind is
// [transit.DivertTransit], [transit.DivertDestination] or [transit.DivertExit].
func (m *Movements) AskDiversion(ctx context.Context, movement, kind string, opts ...CallOption) (*transit.Course, Receipt, error) {
	return m.step(ctx, transit.StepAskDiversion.Function(), transit.StepRequest{Movement: movement, Diversion: kind}, opts)
}

// Detour is the way that remains after a diversion was granted.
type Detour struct {
	// Route are the offices at which the territories still ahead are entered, in order; empty when the goods are in the last one.
	Route []string
	// Destination is the office of destination when it changes.
	Destination string
}

// GrantDiversion lets the goods go on through the office that has asked (IE115, IE003, IE165). For a diversion of exit the detour is empty.
func (m *Movements) GrantDiversion(ctx context.Context, movement string, d Detour, opts ...CallOption) (*transit.Course, Receipt, error) {
	request := transit.StepRequest{Movement: movement, Route: d.Route, Destination: d.Destination}
	return m.step(ctx, transit.StepGrantDiversion.Function(), request, opts)
}

// RefuseDiversion answers with no: the goods have to keep to the declared way.
func (m *Movements) RefuseDiversion(ctx context.Context, movement, reason string, opts ...CallOption) (*transit.Course, Receipt, error) {
	return m.step(ctx, transit.StepRefuseDiversion.Function(), transit.StepRequest{Movement: movement, Reason: reason}, opts)
}

// WithdrawDiversion takes back what the own office has asked for; the reason may be empty.
func (m *Movements) WithdrawDiversion(
	ctx context.Context, movement, reason string, opts ...CallOption,
) (*transit.Course, Receipt, error) {
	return m.step(ctx, transit.StepWithdrawDiversion.Function(), transit.StepRequest{Movement: movement, Reason: reason}, opts)
}

// RegisterIncident registers what has happened to the goods (IE180): its code on the record, what it did to which goods, seals
// and means of transport in the annex.
func (m *Movements) RegisterIncident(
	ctx context.Context, movement string, incident transit.Incident, opts ...CallOption,
) (*transit.Course, Receipt, error) {
	request := transit.StepRequest{Movement: movement, Incident: incident.Code}
	return m.annexed(ctx, transit.StepRegisterIncident, request, paper{transit.AnnexIncident, incident}, m.step, opts)
}
