package cats

import (
	"context"

	"carec.example/cats/chaincode/transit"
)

// NotifyArrival tells the office of destination that the goods are there (IE007), by the trader who presents them; simplified
// is for an authorised consignee, at its own place.
func (m *Movements) NotifyArrival(ctx context.Context, movement string, simplified bool, opts ...CallOption) (*transit.Course, Receipt, error) {
	request := transit.StepRequest{Movement: movement, Simplified: simplified}
	return m.step(ctx, transit.StepNotifyArrival.Function(), request, opts)
}

// RejectArrival rejects the notification (IE057).
func (m *Movements) RejectArrival(ctx context.Context, movement, reason string, opts ...CallOption) (*transit.Course, Receipt, error) {
	return m.step(ctx, transit.StepRejectArrival.Function(), transit.StepRequest{Movement: movement, Reason: reason}, opts)
}

// PermitUnloading lets the trader unload (IE043), again after remarks that it was not completed.
func (m *Movements) PermitUnloading(ctx context.Context, movement string, opts ...CallOption) (*transit.Course, Receipt, error) {
	return m.step(ctx, transit.StepPermitUnloading.Function(), transit.StepRequest{Movement: movement}, opts)
}

// RejectRemarks rejects the unloading remarks (IE057).
func (m *Movements) RejectRemarks(ctx context.Context, movement, reason string, opts ...CallOption) (*transit.Course, Receipt, error) {
	return m.step(ctx, transit.StepRejectRemarks.Function(), transit.StepRequest{Movement: movement, Reason: reason}, opts)
}

// ReleaseGoods releases the goods at destination from customs' hold (IE025): [transit.ReleasedPartly] or [transit.ReleasedFully].
func (m *Movements) ReleaseGoods(ctx context.Context, movement, extent string, opts ...CallOption) (*transit.Course, Receipt, error) {
	request := transit.StepRequest{Movement: movement, GoodsReleased: extent}
	return m.step(ctx, transit.StepReleaseGoods.Function(), request, opts)
}

// RecordDiscrepancies records control results A5 or B1 (IE018, IE019); what differs stands in the note. The office of departure
// resolves them, until the end of the day given (YYYY-MM-DD) at least.
func (m *Movements) RecordDiscrepancies(
	ctx context.Context, movement, result, timeLimit string, note *transit.Note, opts ...CallOption,
) (*transit.Course, Receipt, error) {
	request := transit.StepRequest{Movement: movement, Result: result, TimeLimit: timeLimit}
	return m.noted(ctx, transit.StepRecordDiscrepancies, request, note, m.step, opts)
}

// ResolveDiscrepancies discharges a movement whose discrepancies are cleared, and frees its guarantees (IE049). The note may be nil.
func (m *Movements) ResolveDiscrepancies(
	ctx context.Context, movement, reason string, note *transit.Note, opts ...CallOption,
) (*transit.Course, Receipt, error) {
	request := transit.StepRequest{Movement: movement, Reason: reason}
	return m.noted(ctx, transit.StepResolveDiscrepancies, request, note, m.freeing, opts)
}

// RemarkUnloading makes the unloading remarks (IE044): whether everything conforms and the unloading is complete on the record,
// and what differs in the annex.
func (m *Movements) RemarkUnloading(
	ctx context.Context, movement string, remarks transit.UnloadingRemarks, opts ...CallOption,
) (*transit.Course, Receipt, error) {
	conform, complete := remarks.Conform.Set(), remarks.UnloadingCompletion.Set()
	request := transit.StepRequest{Movement: movement, Conform: &conform, Complete: &complete}
	if conform {
		return m.step(ctx, transit.StepRemarkUnloading.Function(), request, opts)
	}
	return m.annexed(ctx, transit.StepRemarkUnloading, request, paper{transit.AnnexRemarks, remarks}, m.step, opts)
}
