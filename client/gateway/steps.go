package gateway

import (
	"context"
	"slices"
	"strings"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

// steps are the rows of the procedure: who may take a step, from which states, and after which message it is, comes from
// [transit.Procedure] itself.
func steps() []operation {
	return slices.Concat(departureSteps(), routeSteps(), destinationSteps(), recoverySteps(), transferSteps())
}

func departureSteps() []operation {
	return tagged(tagDeparture,
		step(transit.StepPresent, "Present the goods of a declaration lodged before them", plain(Movements.Present)),
		step(transit.StepExpirePreLodgement, "End a declaration whose goods were not presented in time", plain(Movements.ExpirePreLodgement)),
		step(transit.StepAnnounceControl, "Tell an authorised operator of a coming control", controlled(Movements.AnnounceControl)),
		step(transit.StepAccept, "Accept a declaration, which allocates its MRN", overridable(Movements.Accept)),
		step(transit.StepReject, "Reject a declaration", reasoned(Movements.Reject)),
		step(transit.StepDecideControl, "Decide to control the goods before release", controlled(Movements.DecideControl)),
		step(transit.StepRequestAmendment, "Ask the declarant for an amendment under control", reasoned(Movements.RequestAmendment)),
		step(transit.StepRequestRelease, "Ask for release while under control", plain(Movements.RequestRelease)),
		step(transit.StepRefuseReleaseRequest, "Answer that the control goes on", reasoned(Movements.RefuseReleaseRequest)),
		step(transit.StepRecordControl, "Record the result of the control at departure", resulting(Movements.RecordControl)),
		step(transit.StepRefuseGuarantee, "Refuse the guarantee that was declared",
			func(ctx context.Context, m Movements, id string, b Refusal, o ...option) (course, receipt, error) {
				return m.RefuseGuarantee(ctx, id, b.Reason, b.TimeLimit, o...)
			}),
		step(transit.StepRelease, "Release the goods for transit, which locks the guarantees",
			func(ctx context.Context, m Movements, id string, b ReleaseOrder, o ...option) (course, receipt, error) {
				return m.Release(ctx, id, b.TimeLimit, overriding(b.OverrideReason, o)...)
			}),
		step(transit.StepRefuseRelease, "Refuse to release the goods", reasoned(Movements.RefuseRelease)),
		step(transit.StepRequestCancel, "Ask for the cancellation of an accepted declaration", reasoned(Movements.RequestCancel)),
		step(transit.StepRefuseCancel, "Refuse a cancellation", reasoned(Movements.RefuseCancel)),
		step(transit.StepCancel, "Cancel a movement, which frees what it has locked", reasoned(Movements.Cancel)),
		step(transit.StepRegisterFallback, "Register a movement that was released on paper",
			func(ctx context.Context, m Movements, id string, b PaperStart, o ...option) (course, receipt, error) {
				return m.RegisterFallback(ctx, id, b.StartedOn, b.TimeLimit, overriding(b.OverrideReason, o)...)
			}),
		step(transit.StepEndFallback, "Discharge a movement that has ended on paper", reasonedNote(Movements.EndFallback)),
	)
}

func routeSteps() []operation {
	return tagged(tagRoute,
		step(transit.StepProposeHandOff, "Offer custody to the next territory", plain(Movements.ProposeHandOff)),
		step(transit.StepAcceptHandOff, "Take custody at the office of transit", plain(Movements.AcceptHandOff)),
		step(transit.StepRefuseHandOff, "Leave custody where it is", reasoned(Movements.RefuseHandOff)),
		step(transit.StepWithdrawHandOff, "Take an offer of custody back", mayReason(Movements.WithdrawHandOff)),
		step(transit.StepRecordExit, "Record that the goods have left through the office of exit", plain(Movements.RecordExit)),
		step(transit.StepRegisterIncident, "Register what has happened to the goods",
			func(ctx context.Context, m Movements, id string, b transit.Incident, o ...option) (course, receipt, error) {
				return m.RegisterIncident(ctx, id, b, o...)
			}),
		step(transit.StepAskDiversion, "Ask about goods that an undeclared office has met",
			func(ctx context.Context, m Movements, id string, b DiversionAsked, o ...option) (course, receipt, error) {
				return m.AskDiversion(ctx, id, b.Diversion, o...)
			}),
		grantDiversion(),
		step(transit.StepRefuseDiversion, "Refuse a diversion", reasoned(Movements.RefuseDiversion)),
		step(transit.StepWithdrawDiversion, "Take the own office's question about a diversion back", mayReason(Movements.WithdrawDiversion)),
	)
}

func destinationSteps() []operation {
	return tagged(tagDestination,
		step(transit.StepNotifyArrival, "Tell the office of destination that the goods are there",
			func(ctx context.Context, m Movements, id string, b Notification, o ...option) (course, receipt, error) {
				return m.NotifyArrival(ctx, id, b.Simplified, o...)
			}),
		step(transit.StepRejectArrival, "Reject a notification of arrival", reasoned(Movements.RejectArrival)),
		step(transit.StepArrive, "Record the arrival at the office of destination", plain(Movements.Arrive)),
		step(transit.StepPermitUnloading, "Let the trader unload", plain(Movements.PermitUnloading)),
		step(transit.StepRemarkUnloading, "Make the unloading remarks",
			func(ctx context.Context, m Movements, id string, b transit.UnloadingRemarks, o ...option) (course, receipt, error) {
				return m.RemarkUnloading(ctx, id, b, o...)
			}),
		step(transit.StepRejectRemarks, "Reject the unloading remarks", reasoned(Movements.RejectRemarks)),
		step(transit.StepReleaseGoods, "Release the goods at destination",
			func(ctx context.Context, m Movements, id string, b Extent, o ...option) (course, receipt, error) {
				return m.ReleaseGoods(ctx, id, b.GoodsReleased, o...)
			}),
		step(transit.StepRecordResults, "Record satisfactory control results at destination", resulting(Movements.RecordResults)),
		step(transit.StepRecordDiscrepancies, "Record discrepancies at destination",
			func(ctx context.Context, m Movements, id string, b Discrepancies, o ...option) (course, receipt, error) {
				return m.RecordDiscrepancies(ctx, id, b.Result, b.TimeLimit, b.Note, o...)
			}),
		step(transit.StepResolveDiscrepancies, "Discharge a movement whose discrepancies are cleared",
			reasonedNote(Movements.ResolveDiscrepancies)),
		step(transit.StepDischarge, "Discharge the movement, which frees its guarantees", plain(Movements.Discharge)),
	)
}

func recoverySteps() []operation {
	return tagged(tagRecovery,
		step(transit.StepStartEnquiry, "Begin the search for goods that were not presented", noted(Movements.StartEnquiry)),
		step(transit.StepAnswerEnquiry, "Answer an enquiry as the declarant", noted(Movements.AnswerEnquiry)),
		step(transit.StepRespondEnquiry, "Answer an enquiry as the office of destination", reasonedNote(Movements.RespondEnquiry)),
		step(transit.StepCloseEnquiry, "End an enquiry: the goods are found and go on", reasoned(Movements.CloseEnquiry)),
		step(transit.StepStartRecovery, "Begin the recovery of the debt", reasonedNote(Movements.StartRecovery)),
		step(transit.StepAskRecovery, "Ask another office of recovery to take over",
			func(ctx context.Context, m Movements, id string, b OfficeAsked, o ...option) (course, receipt, error) {
				return m.AskRecovery(ctx, id, b.Office, o...)
			}),
		step(transit.StepTakeRecovery, "Take a recovery over", plain(Movements.TakeRecovery)),
		step(transit.StepDeclineRecovery, "Leave a recovery where it is", reasoned(Movements.DeclineRecovery)),
		step(transit.StepWriteOff, "End a recovery whose claims are paid or withdrawn", reasonedNote(Movements.WriteOff)),
		step(transit.StepNotifyGuarantor, "Tell the guarantor that the movement was not discharged", plain(Movements.NotifyGuarantor)),
		step(transit.StepClaim, "Claim amounts of guarantees",
			func(ctx context.Context, m Movements, id string, b Claims, o ...option) (course, receipt, error) {
				return m.Claim(ctx, id, b.Claims, o...)
			}),
		step(transit.StepContestClaim, "Contest a claim", claimed(Movements.ContestClaim)),
		step(transit.StepPayClaim, "Record that a claim is paid",
			func(ctx context.Context, m Movements, id string, b ClaimNamed, o ...option) (course, receipt, error) {
				return m.PayClaim(ctx, id, b.GRN, o...)
			}),
		step(transit.StepWithdrawClaim, "Take a claim back", claimed(Movements.WithdrawClaim)),
	)
}

func transferSteps() []operation {
	return tagged(tagTransfer,
		step(transit.StepProposeTransfer, "Offer the document to another holder",
			func(ctx context.Context, m Movements, id string, b Offer, o ...option) (course, receipt, error) {
				return m.ProposeTransfer(ctx, id, b.NewHolder, o...)
			}),
		step(transit.StepAcceptTransfer, "Take the document over with own guarantees",
			func(ctx context.Context, m Movements, id string, b TakeOver, o ...option) (course, receipt, error) {
				return m.AcceptTransfer(ctx, id, b.Guarantees, o...)
			}),
		step(transit.StepRefuseTransfer, "Leave the document with its holder", reasoned(Movements.RefuseTransfer)),
		step(transit.StepWithdrawTransfer, "Take an offer of the document back", mayReason(Movements.WithdrawTransfer)),
	)
}

// tagged puts rows under a heading of the document.
func tagged(tag string, rows ...operation) []operation {
	for i := range rows {
		rows[i].tag = tag
	}
	return rows
}

// taking is how a step with a body is taken.
type taking[B any] func(ctx context.Context, m Movements, id string, body B, opts ...option) (course, receipt, error)

// step makes the row of a step of the procedure.
func step[B any](s transit.Step, summary string, take taking[B]) operation {
	return change(operation{
		id: lowerFirst(string(s)), method: "POST", path: "/v1/movements/{movement}/" + kebab(string(s)),
		summary: summary, description: describeStep(s), roles: rolesOf(s), functions: stepFunctions(s), guarded: true,
	}, func(ctx context.Context, l *Ledger, r *request, body B) (course, receipt, error) {
		return take(ctx, l.Movements, r.path("movement"), body, r.options()...)
	})
}

// stepFunctions are those of the chaincode that a step needs: its own, and that of its annex.
func stepFunctions(s transit.Step) []transit.Function {
	for _, t := range transit.Procedure() {
		if t.Step == s && t.Annex != "" {
			return []transit.Function{s.Function(), transit.FnAnnex}
		}
	}
	return []transit.Function{s.Function()}
}

func plain(take func(Movements, context.Context, string, ...option) (course, receipt, error)) taking[nothing] {
	return func(ctx context.Context, m Movements, id string, _ nothing, opts ...option) (course, receipt, error) {
		return take(m, ctx, id, opts...)
	}
}

func overridable(take func(Movements, context.Context, string, ...option) (course, receipt, error)) taking[CoverOverride] {
	return func(ctx context.Context, m Movements, id string, b CoverOverride, opts ...option) (course, receipt, error) {
		return take(m, ctx, id, overriding(b.OverrideReason, opts)...)
	}
}

func overriding(reason string, opts []option) []option {
	if reason == "" {
		return opts
	}
	return append(opts, cats.OverrideReason(reason))
}

func reasoned(take func(Movements, context.Context, string, string, ...option) (course, receipt, error)) taking[Reason] {
	return func(ctx context.Context, m Movements, id string, b Reason, opts ...option) (course, receipt, error) {
		return take(m, ctx, id, b.Reason, opts...)
	}
}

func mayReason(take func(Movements, context.Context, string, string, ...option) (course, receipt, error)) taking[OptionalReason] {
	return func(ctx context.Context, m Movements, id string, b OptionalReason, opts ...option) (course, receipt, error) {
		return take(m, ctx, id, b.Reason, opts...)
	}
}

func resulting(take func(Movements, context.Context, string, string, ...option) (course, receipt, error)) taking[ControlResult] {
	return func(ctx context.Context, m Movements, id string, b ControlResult, opts ...option) (course, receipt, error) {
		return take(m, ctx, id, b.Result, opts...)
	}
}

func controlled(
	take func(Movements, context.Context, string, cats.ControlDecision, ...option) (course, receipt, error),
) taking[ControlOrder] {
	return func(ctx context.Context, m Movements, id string, b ControlOrder, opts ...option) (course, receipt, error) {
		return take(m, ctx, id, cats.ControlDecision{Types: b.ControlTypes, Documents: b.Documents}, opts...)
	}
}

func noted(take func(Movements, context.Context, string, *transit.Note, ...option) (course, receipt, error)) taking[JustNote] {
	return func(ctx context.Context, m Movements, id string, b JustNote, opts ...option) (course, receipt, error) {
		return take(m, ctx, id, b.Note, opts...)
	}
}

func reasonedNote(
	take func(Movements, context.Context, string, string, *transit.Note, ...option) (course, receipt, error),
) taking[ReasonedNote] {
	return func(ctx context.Context, m Movements, id string, b ReasonedNote, opts ...option) (course, receipt, error) {
		return take(m, ctx, id, b.Reason, b.Note, opts...)
	}
}

func claimed(take func(Movements, context.Context, string, string, string, ...option) (course, receipt, error)) taking[ClaimReasoned] {
	return func(ctx context.Context, m Movements, id string, b ClaimReasoned, opts ...option) (course, receipt, error) {
		return take(m, ctx, id, b.GRN, b.Reason, opts...)
	}
}

// kebab writes a name of the procedure as a segment of a path: "AcceptHandOff" is "accept-hand-off".
func kebab(name string) string {
	var b strings.Builder
	for i, r := range name {
		if i > 0 && r >= 'A' && r <= 'Z' {
			b.WriteByte('-')
		}
		b.WriteString(strings.ToLower(string(r)))
	}
	return b.String()
}

func upperFirst(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

func lowerFirst(s string) string { return strings.ToLower(s[:1]) + s[1:] }
