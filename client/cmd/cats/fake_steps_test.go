package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

func (f fakeMovements) Present(_ context.Context, id string, o ...cats.CallOption) (*transit.Course, cats.Receipt, error) {
	return f.step("present", id, o)
}

func (f fakeMovements) ExpirePreLodgement(_ context.Context, id string, o ...cats.CallOption) (*transit.Course, cats.Receipt, error) {
	return f.step("expire", id, o)
}

func (f fakeMovements) RequestAmendment(_ context.Context, id, reason string, o ...cats.CallOption) (*transit.Course, cats.Receipt, error) {
	return f.step("request amendment", id, o, reason)
}

func (f fakeMovements) RequestRelease(_ context.Context, id string, o ...cats.CallOption) (*transit.Course, cats.Receipt, error) {
	return f.step("request release", id, o)
}

func (f fakeMovements) RefuseReleaseRequest(
	_ context.Context, id, reason string, o ...cats.CallOption,
) (*transit.Course, cats.Receipt, error) {
	return f.step("control goes on", id, o, reason)
}

func (f fakeMovements) RefuseGuarantee(
	_ context.Context, id, reason, limit string, o ...cats.CallOption,
) (*transit.Course, cats.Receipt, error) {
	return f.step("refuse guarantee", id, o, reason, limit)
}

func (f fakeMovements) RefuseCancel(_ context.Context, id, reason string, o ...cats.CallOption) (*transit.Course, cats.Receipt, error) {
	return f.step("refuse cancel", id, o, reason)
}

func (f fakeMovements) RegisterFallback(
	_ context.Context, id, started, limit string, o ...cats.CallOption,
) (*transit.Course, cats.Receipt, error) {
	return f.step("register fallback", id, o, started, limit)
}

func (f fakeMovements) EndFallback(
	_ context.Context, id, reason string, note *transit.Note, o ...cats.CallOption,
) (*transit.Course, cats.Receipt, error) {
	return f.step("end fallback", id, o, reason, written(note))
}

func (f fakeMovements) RecordExit(_ context.Context, id string, o ...cats.CallOption) (*transit.Course, cats.Receipt, error) {
	return f.step("exit", id, o)
}

func (f fakeMovements) AskDiversion(_ context.Context, id, kind string, o ...cats.CallOption) (*transit.Course, cats.Receipt, error) {
	return f.step("ask diversion", id, o, kind)
}

func (f fakeMovements) CheckDetour(_ context.Context, id string, d cats.Detour) ([]transit.Violation, error) {
	f.detours = append(f.detours, strings.Join(append([]string{id}, d.Route...), ",")+" "+d.Destination)
	return f.broken, f.fail
}

func (f fakeMovements) GrantDiversion(
	_ context.Context, id string, d cats.Detour, o ...cats.CallOption,
) (*transit.Course, cats.Receipt, error) {
	return f.step("grant diversion", id, o, strings.Join(d.Route, ","), d.Destination)
}

func (f fakeMovements) RefuseDiversion(_ context.Context, id, reason string, o ...cats.CallOption) (*transit.Course, cats.Receipt, error) {
	return f.step("refuse diversion", id, o, reason)
}

func (f fakeMovements) WithdrawDiversion(_ context.Context, id, reason string, o ...cats.CallOption) (*transit.Course, cats.Receipt, error) {
	return f.step("withdraw diversion", id, o, reason)
}

func (f fakeMovements) RegisterIncident(
	_ context.Context, id string, incident transit.Incident, o ...cats.CallOption,
) (*transit.Course, cats.Receipt, error) {
	return f.step("incident", id, o, written(incident))
}

func (f fakeMovements) NotifyArrival(
	_ context.Context, id string, simplified bool, o ...cats.CallOption,
) (*transit.Course, cats.Receipt, error) {
	return f.step("notify", id, o, fmt.Sprint(simplified))
}

func (f fakeMovements) RejectArrival(_ context.Context, id, reason string, o ...cats.CallOption) (*transit.Course, cats.Receipt, error) {
	return f.step("reject arrival", id, o, reason)
}

func (f fakeMovements) PermitUnloading(_ context.Context, id string, o ...cats.CallOption) (*transit.Course, cats.Receipt, error) {
	return f.step("permit unloading", id, o)
}

func (f fakeMovements) RemarkUnloading(
	_ context.Context, id string, r transit.UnloadingRemarks, o ...cats.CallOption,
) (*transit.Course, cats.Receipt, error) {
	return f.step("remark", id, o, written(r))
}

func (f fakeMovements) RejectRemarks(_ context.Context, id, reason string, o ...cats.CallOption) (*transit.Course, cats.Receipt, error) {
	return f.step("reject remarks", id, o, reason)
}

func (f fakeMovements) ReleaseGoods(_ context.Context, id, extent string, o ...cats.CallOption) (*transit.Course, cats.Receipt, error) {
	return f.step("release goods", id, o, extent)
}

func (f fakeMovements) RecordDiscrepancies(
	_ context.Context, id, result, limit string, note *transit.Note, o ...cats.CallOption,
) (*transit.Course, cats.Receipt, error) {
	return f.step("discrepancies", id, o, result, limit, written(note))
}

func (f fakeMovements) ResolveDiscrepancies(
	_ context.Context, id, reason string, note *transit.Note, o ...cats.CallOption,
) (*transit.Course, cats.Receipt, error) {
	return f.step("resolve", id, o, reason, written(note))
}

func (f fakeMovements) StartEnquiry(
	_ context.Context, id string, note *transit.Note, o ...cats.CallOption,
) (*transit.Course, cats.Receipt, error) {
	return f.step("start enquiry", id, o, written(note))
}

func (f fakeMovements) AnswerEnquiry(
	_ context.Context, id string, note *transit.Note, o ...cats.CallOption,
) (*transit.Course, cats.Receipt, error) {
	return f.step("answer enquiry", id, o, written(note))
}

func (f fakeMovements) RespondEnquiry(
	_ context.Context, id, reason string, note *transit.Note, o ...cats.CallOption,
) (*transit.Course, cats.Receipt, error) {
	return f.step("respond enquiry", id, o, reason, written(note))
}

func (f fakeMovements) CloseEnquiry(_ context.Context, id, reason string, o ...cats.CallOption) (*transit.Course, cats.Receipt, error) {
	return f.step("close enquiry", id, o, reason)
}

func (f fakeMovements) StartRecovery(
	_ context.Context, id, reason string, note *transit.Note, o ...cats.CallOption,
) (*transit.Course, cats.Receipt, error) {
	return f.step("start recovery", id, o, reason, written(note))
}

func (f fakeMovements) AskRecovery(_ context.Context, id, office string, o ...cats.CallOption) (*transit.Course, cats.Receipt, error) {
	return f.step("ask recovery", id, o, office)
}

func (f fakeMovements) TakeRecovery(_ context.Context, id string, o ...cats.CallOption) (*transit.Course, cats.Receipt, error) {
	return f.step("take recovery", id, o)
}

func (f fakeMovements) DeclineRecovery(_ context.Context, id, reason string, o ...cats.CallOption) (*transit.Course, cats.Receipt, error) {
	return f.step("decline recovery", id, o, reason)
}

func (f fakeMovements) NotifyGuarantor(_ context.Context, id string, o ...cats.CallOption) (*transit.Course, cats.Receipt, error) {
	return f.step("notify guarantor", id, o)
}

func (f fakeMovements) Claim(
	_ context.Context, id string, claims []transit.ClaimRequest, o ...cats.CallOption,
) (*transit.Course, cats.Receipt, error) {
	return f.step("claim", id, o, written(claims))
}

func (f fakeMovements) ContestClaim(_ context.Context, id, grn, reason string, o ...cats.CallOption) (*transit.Course, cats.Receipt, error) {
	return f.step("contest", id, o, grn, reason)
}

func (f fakeMovements) PayClaim(_ context.Context, id, grn string, o ...cats.CallOption) (*transit.Course, cats.Receipt, error) {
	return f.step("pay", id, o, grn)
}

func (f fakeMovements) WithdrawClaim(_ context.Context, id, grn, reason string, o ...cats.CallOption) (*transit.Course, cats.Receipt, error) {
	return f.step("withdraw claim", id, o, grn, reason)
}

func (f fakeMovements) WriteOff(
	_ context.Context, id, reason string, note *transit.Note, o ...cats.CallOption,
) (*transit.Course, cats.Receipt, error) {
	return f.step("write off", id, o, reason, written(note))
}

func (f fakeMovements) Annex(_ context.Context, id, digest string) (*cats.Paper, error) {
	f.called("annex", id, digest)
	if f.fail != nil {
		return nil, f.fail
	}
	return &cats.Paper{
		Annex:   transit.Annex{AnnexRef: transit.AnnexRef{Kind: transit.AnnexNote, Digest: digest}, MSP: "KZMSP", Seq: 5},
		Content: json.RawMessage(`{"references":["CMR 4711"],"text":"the driver has called"}`),
	}, nil
}

func (f fakeMovements) DeliverAnnex(_ context.Context, id, digest, to string) (*transit.AnnexRef, cats.Receipt, error) {
	f.called("deliver annex", id, digest, to)
	return &transit.AnnexRef{Kind: transit.AnnexNote, Digest: digest}, receipt(), f.fail
}

// written is what a call has brought, as JSON.
func written(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(raw)
}
