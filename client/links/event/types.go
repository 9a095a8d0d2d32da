package event

import (
	"slices"
	"strings"

	"carec.example/cats/chaincode/transit"
)

// Kind is one type of event, with what it means.
type Kind struct {
	// Record and Step as the ledger names them.
	Record, Step string
	// Name is the type without its [Prefix].
	Name string
}

// Type is the type of the CloudEvent.
func (k Kind) Type() string { return Prefix + k.Name }

// Types are all types, in the order of the procedure. Names are appended, never changed.
func Types() []Kind { return slices.Clone(kinds) }

// TypeOf is the type of a step's event.
func TypeOf(s transit.EventStep) string {
	if name, known := names[key{s.Record, s.Step}]; known {
		return Prefix + name
	}
	if record := strings.ToLower(s.Record); slices.Contains(records(), record) {
		return Prefix + record + ".changed"
	}
	return Prefix + "record.changed"
}

// records are the kinds of records that the ledger has.
func records() []string {
	var out []string
	for _, k := range kinds {
		if !slices.Contains(out, k.Record) {
			out = append(out, k.Record)
		}
	}
	return out
}

// Matches reports whether a type is one of those asked for: a whole type or the beginning of one up to a full stop, with or
// without the prefix ("movement", "movement.released"). No wishes ask for all.
func Matches(wishes []string, kind string) bool {
	kind = strings.TrimPrefix(kind, Prefix)
	return len(wishes) == 0 || slices.ContainsFunc(wishes, func(w string) bool {
		w = strings.TrimPrefix(w, Prefix)
		return w == kind || strings.HasPrefix(kind, w+".")
	})
}

// Known reports whether any type answers to a wish.
func Known(wish string) bool {
	return slices.ContainsFunc(kinds, func(k Kind) bool { return Matches([]string{wish}, k.Type()) })
}

type key struct{ record, step string }

// names is built once and never changed.
var names = byStep(kinds)

func byStep(list []Kind) map[key]string {
	out := make(map[key]string, len(list))
	for _, k := range list {
		out[key{k.Record, k.Step}] = k.Name
	}
	return out
}

// kinds is built once and never changed.
var kinds = slices.Concat(
	kindsOf("movement", "movement.", [][2]string{
		{"Lodge", "lodged"}, {"Amend", "amended"}, {"Present", "presented"}, {"ExpirePreLodgement", "pre-lodgement-expired"},
		{"AnnounceControl", "control-announced"}, {"Accept", "accepted"}, {"Reject", "rejected"},
		{"DecideControl", "control-decided"}, {"RequestAmendment", "amendment-requested"},
		{"RequestRelease", "release-requested"}, {"RefuseReleaseRequest", "release-request-refused"},
		{"RecordControl", "control-recorded"}, {"RefuseGuarantee", "guarantee-refused"}, {"Release", "released"},
		{"RefuseRelease", "release-refused"}, {"RequestCancel", "cancellation-requested"},
		{"RefuseCancel", "cancellation-refused"}, {"Cancel", "cancelled"}, {"RegisterFallback", "fallback-registered"},
		{"EndFallback", "fallback-ended"},
		{"ProposeHandOff", "hand-off-proposed"}, {"AcceptHandOff", "hand-off-accepted"}, {"RefuseHandOff", "hand-off-refused"},
		{"WithdrawHandOff", "hand-off-withdrawn"}, {"RecordExit", "exit-recorded"}, {"AskDiversion", "diversion-asked"},
		{"GrantDiversion", "diversion-granted"}, {"RefuseDiversion", "diversion-refused"},
		{"WithdrawDiversion", "diversion-withdrawn"}, {"RegisterIncident", "incident-registered"},
		{"NotifyArrival", "arrival-notified"}, {"RejectArrival", "arrival-rejected"}, {"Arrive", "arrived"},
		{"PermitUnloading", "unloading-permitted"}, {"RemarkUnloading", "unloading-remarked"},
		{"RejectRemarks", "remarks-rejected"}, {"ReleaseGoods", "goods-released"}, {"RecordResults", "results-recorded"},
		{"RecordDiscrepancies", "discrepancies-recorded"}, {"ResolveDiscrepancies", "discrepancies-resolved"},
		{"Discharge", "discharged"},
		{"StartEnquiry", "enquiry-started"}, {"AnswerEnquiry", "enquiry-answered"}, {"RespondEnquiry", "enquiry-responded"},
		{"CloseEnquiry", "enquiry-closed"}, {"StartRecovery", "recovery-started"}, {"AskRecovery", "recovery-asked"},
		{"TakeRecovery", "recovery-taken"}, {"DeclineRecovery", "recovery-declined"},
		{"NotifyGuarantor", "guarantor-notified"}, {"Claim", "claimed"}, {"ContestClaim", "claim-contested"},
		{"PayClaim", "claim-paid"}, {"WithdrawClaim", "claim-withdrawn"}, {"WriteOff", "written-off"},
		{"ProposeTransfer", "transfer-proposed"}, {"AcceptTransfer", "transfer-accepted"},
		{"RefuseTransfer", "transfer-refused"}, {"WithdrawTransfer", "transfer-withdrawn"},
	}),
	kindsOf("delivery", "movement.content-", [][2]string{{"Deliver", "delivered"}}),
	kindsOf("annex", "movement.annex-", [][2]string{{"DeliverAnnex", "delivered"}}),
	kindsOf("attachment", "movement.attachment-", [][2]string{{"Attach", "added"}}),
	kindsOf("grant", "movement.content-", [][2]string{{"Grant", "granted"}, {"Revoke", "grant-revoked"}}),
	kindsOf("purge", "movement.content-", [][2]string{{"Purge", "purged"}}),
	kindsOf("guarantee", "guarantee.", [][2]string{
		{"Register", "registered"}, {"ReplaceAccessCodes", "access-codes-replaced"}, {"Update", "updated"}, {"Cancel", "cancelled"},
		{"Revoke", "revoked"}, {"Invalidate", "invalidated"}, {"Sell", "voucher-sold"},
		{"declared", "usage.declared"}, {"locked", "usage.locked"}, {"arrived", "usage.arrived"}, {"freed", "usage.freed"},
		{"cancelled", "usage.cancelled"}, {"claimed", "usage.claimed"},
	}),
	kindsOf("registry", "registry.", [][2]string{
		{"Found", "founded"}, {"Join", "joined"}, {"Propose", "change-proposed"}, {"Approve", "change-approved"}, {"Put", "entries-written"},
	}),
)

func kindsOf(record, prefix string, rows [][2]string) []Kind {
	out := make([]Kind, len(rows))
	for i, r := range rows {
		out[i] = Kind{Record: record, Step: r[0], Name: prefix + r[1]}
	}
	return out
}
