package remote

import (
	"context"
	"net/url"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/gateway"
)

// The steps along the route, and those by which the document passes to another holder.

func (m movements) ProposeHandOff(ctx context.Context, movement string, opts ...option) (course, receipt, error) {
	return m.step(ctx, transit.StepProposeHandOff, movement, nil, opts)
}

func (m movements) AcceptHandOff(ctx context.Context, movement string, opts ...option) (course, receipt, error) {
	return m.step(ctx, transit.StepAcceptHandOff, movement, nil, opts)
}

func (m movements) RefuseHandOff(ctx context.Context, movement, reason string, opts ...option) (course, receipt, error) {
	return m.step(ctx, transit.StepRefuseHandOff, movement, gateway.Reason{Reason: reason}, opts)
}

func (m movements) WithdrawHandOff(ctx context.Context, movement, reason string, opts ...option) (course, receipt, error) {
	return m.step(ctx, transit.StepWithdrawHandOff, movement, gateway.OptionalReason{Reason: reason}, opts)
}

func (m movements) RecordExit(ctx context.Context, movement string, opts ...option) (course, receipt, error) {
	return m.step(ctx, transit.StepRecordExit, movement, nil, opts)
}

func (m movements) AskDiversion(ctx context.Context, movement, kind string, opts ...option) (course, receipt, error) {
	return m.step(ctx, transit.StepAskDiversion, movement, gateway.DiversionAsked{Diversion: kind}, opts)
}

func (m movements) RefuseDiversion(ctx context.Context, movement, reason string, opts ...option) (course, receipt, error) {
	return m.step(ctx, transit.StepRefuseDiversion, movement, gateway.Reason{Reason: reason}, opts)
}

func (m movements) WithdrawDiversion(ctx context.Context, movement, reason string, opts ...option) (course, receipt, error) {
	return m.step(ctx, transit.StepWithdrawDiversion, movement, gateway.OptionalReason{Reason: reason}, opts)
}

func (m movements) RegisterIncident(
	ctx context.Context, movement string, incident transit.Incident, opts ...option,
) (course, receipt, error) {
	return m.step(ctx, transit.StepRegisterIncident, movement, incident, opts)
}

func (m movements) ProposeTransfer(ctx context.Context, movement, newHolder string, opts ...option) (course, receipt, error) {
	return m.step(ctx, transit.StepProposeTransfer, movement, gateway.Offer{NewHolder: newHolder}, opts)
}

func (m movements) AcceptTransfer(
	ctx context.Context, movement string, guarantees []transit.GuaranteeClaim, opts ...option,
) (course, receipt, error) {
	return m.step(ctx, transit.StepAcceptTransfer, movement, gateway.TakeOver{Guarantees: guarantees}, opts)
}

func (m movements) RefuseTransfer(ctx context.Context, movement, reason string, opts ...option) (course, receipt, error) {
	return m.step(ctx, transit.StepRefuseTransfer, movement, gateway.Reason{Reason: reason}, opts)
}

func (m movements) WithdrawTransfer(ctx context.Context, movement, reason string, opts ...option) (course, receipt, error) {
	return m.step(ctx, transit.StepWithdrawTransfer, movement, gateway.OptionalReason{Reason: reason}, opts)
}

// GrantDiversion grants as the SDK does, whatever the content would break in a country that is added: [movements.CheckDetour] tells.
func (m movements) GrantDiversion(ctx context.Context, movement string, d cats.Detour, opts ...option) (course, receipt, error) {
	k := stepCall(transit.StepGrantDiversion, movement, gateway.DetourGranted{Route: d.Route, Destination: d.Destination}, opts)
	k.query = url.Values{"nevertheless": {"true"}}
	return m.taken(ctx, k)
}

// CheckDetour reads the content and the rules of the countries, and holds the one against the others here, as the SDK does.
func (m movements) CheckDetour(ctx context.Context, movement string, d cats.Detour) ([]transit.Violation, error) {
	content, err := m.Content(ctx, movement)
	if err != nil {
		return nil, err
	}
	return cats.CheckDetour(ctx, m.c.Registry().Page, content, d)
}
