package remote

import (
	"context"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/gateway"
)

// The steps at destination.

func (m movements) NotifyArrival(ctx context.Context, movement string, simplified bool, opts ...option) (course, receipt, error) {
	return m.step(ctx, transit.StepNotifyArrival, movement, gateway.Notification{Simplified: simplified}, opts)
}

func (m movements) RejectArrival(ctx context.Context, movement, reason string, opts ...option) (course, receipt, error) {
	return m.step(ctx, transit.StepRejectArrival, movement, gateway.Reason{Reason: reason}, opts)
}

func (m movements) Arrive(ctx context.Context, movement string, opts ...option) (course, receipt, error) {
	return m.step(ctx, transit.StepArrive, movement, nil, opts)
}

func (m movements) PermitUnloading(ctx context.Context, movement string, opts ...option) (course, receipt, error) {
	return m.step(ctx, transit.StepPermitUnloading, movement, nil, opts)
}

func (m movements) RemarkUnloading(
	ctx context.Context, movement string, r transit.UnloadingRemarks, opts ...option,
) (course, receipt, error) {
	return m.step(ctx, transit.StepRemarkUnloading, movement, r, opts)
}

func (m movements) RejectRemarks(ctx context.Context, movement, reason string, opts ...option) (course, receipt, error) {
	return m.step(ctx, transit.StepRejectRemarks, movement, gateway.Reason{Reason: reason}, opts)
}

func (m movements) ReleaseGoods(ctx context.Context, movement, extent string, opts ...option) (course, receipt, error) {
	return m.step(ctx, transit.StepReleaseGoods, movement, gateway.Extent{GoodsReleased: extent}, opts)
}

func (m movements) RecordResults(ctx context.Context, movement, result string, opts ...option) (course, receipt, error) {
	return m.step(ctx, transit.StepRecordResults, movement, gateway.ControlResult{Result: result}, opts)
}

func (m movements) RecordDiscrepancies(
	ctx context.Context, movement, result, timeLimit string, note *transit.Note, opts ...option,
) (course, receipt, error) {
	return m.step(ctx, transit.StepRecordDiscrepancies, movement, gateway.Discrepancies{Result: result, TimeLimit: timeLimit, Note: note}, opts)
}

func (m movements) ResolveDiscrepancies(
	ctx context.Context, movement, reason string, note *transit.Note, opts ...option,
) (course, receipt, error) {
	return m.step(ctx, transit.StepResolveDiscrepancies, movement, gateway.ReasonedNote{Reason: reason, Note: note}, opts)
}

func (m movements) Discharge(ctx context.Context, movement string, opts ...option) (course, receipt, error) {
	return m.step(ctx, transit.StepDischarge, movement, nil, opts)
}
