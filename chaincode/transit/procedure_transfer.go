package transit

import (
	"fmt"
	"slices"
)

// Steps by which the document passes to another holder. The former holder signs the offer and the new one the
// acceptance, which exchanges the guarantees in the same transaction.
const (
	StepProposeTransfer  Step = "ProposeTransfer"
	StepAcceptTransfer   Step = "AcceptTransfer"
	StepRefuseTransfer   Step = "RefuseTransfer"
	StepWithdrawTransfer Step = "WithdrawTransfer"
)

// Those who take part in a transfer.
const (
	ByHolder    Who = "holder of the procedure"
	ByNewHolder Who = "operator to whom the document is offered"
)

// ExchangeGuarantees puts the new holder's guarantees in the place of the former holder's: when an amount is locked, the
// new one is locked before the old one is freed.
const ExchangeGuarantees Effect = "exchange"

// Transfer is an open offer of the document to another operator.
type Transfer struct {
	To         string `json:"to"`
	ProposedAt string `json:"proposedAt"`
}

// transferRows are the rows of the procedure for a transfer. Before acceptance a declaration is lodged anew instead, and
// once the goods have arrived the holder's obligations are being settled.
func transferRows() []Transition {
	from := []State{Accepted, Released}
	return []Transition{
		{
			Step: StepProposeTransfer, From: from, By: ByHolder,
			Takes: []string{"newHolder*"}, guard: mayOffer, apply: proposeTransfer,
		},
		{
			Step: StepAcceptTransfer, From: from, By: ByNewHolder, Effect: ExchangeGuarantees,
			Takes: []string{"guarantees*", "balances"}, guard: mayTakeOver, apply: takeOver,
		},
		{Step: StepRefuseTransfer, From: from, By: ByNewHolder, Takes: []string{"reason*"}, apply: closeTransfer},
		{Step: StepWithdrawTransfer, From: from, By: ByHolder, Takes: []string{"reason"}, guard: transferOpen, apply: closeTransfer},
	}
}

// isOperator reports whether the actor is this operator, certified by its own country.
func isOperator(a Actor, operator string) bool {
	return a.Role == RoleTrader && a.Operator == operator && a.Country == operator[:min(2, len(operator))]
}

func mayOffer(m *Movement, r *Request) *Fault {
	switch {
	case m.Fallback != nil:
		return outOfSequence("movement %s goes on paper, and so does its document", m.Reference())
	case m.Transfer != nil:
		return outOfSequence("the document is offered to %s already", m.Transfer.To)
	case ValidateOperator(r.Step.NewHolder) != nil:
		return Faultf(MalformedRequest, "%q is no identification number of an operator", r.Step.NewHolder).At("/newHolder")
	case r.Step.NewHolder == m.Holder:
		return Faultf(MalformedRequest, "%s is the holder already", m.Holder).At("/newHolder")
	}
	return nil
}

func transferOpen(m *Movement, _ *Request) *Fault {
	if m.Transfer == nil {
		return outOfSequence("no transfer of movement %s is open", m.Reference())
	}
	return nil
}

func proposeTransfer(m *Movement, r *Request) {
	m.Transfer = &Transfer{To: r.Step.NewHolder, ProposedAt: Stamp(r.At)}
}

func closeTransfer(m *Movement, r *Request) {
	m.Transfer = nil
	m.Reason = r.Step.Reason
}

// mayTakeOver checks what the record alone can tell; the guarantees themselves are asked with [ExchangeGuarantees].
func mayTakeOver(m *Movement, r *Request) *Fault {
	if m.HandOff != nil {
		return outOfSequence("custody is just passing to %s; take the document over afterwards", m.HandOff.MSP)
	}
	if !m.Concerns(r.Actor.MSP) {
		return Faultf(NotAuthorised, "%s is not on the itinerary of movement %s, so its traders cannot read the content", r.Actor.MSP, m.Reference())
	}
	if r.Step.ExpectedSeq == 0 {
		return Faultf(MalformedRequest, "the new holder signs for the record that it has seen, by its sequence number").At("/expectedSeq")
	}
	for i := range r.Step.Guarantees {
		if text := r.Step.Guarantees[i].CheckClaim(m.DeclarationType); text != "" {
			return Faultf(MalformedRequest, "%s", text).At(fmt.Sprintf("/guarantees/%d", i))
		}
	}
	return covers(m.Guarantees, r.Step.Guarantees)
}

// maxTakenOver bounds the guarantees that a transfer names, as a declaration does.
const maxTakenOver = 9

// covers reports whether the claims are guarantees of their own and cover, in each currency, what the usages cover.
func covers(usages []Usage, claims []GuaranteeClaim) *Fault {
	if len(claims) > maxTakenOver {
		return Faultf(MalformedRequest, "at most %d guarantees", maxTakenOver).At("/guarantees")
	}
	var seen []string
	for _, u := range usages {
		seen = append(seen, u.GRN)
	}
	for i, c := range claims {
		_, err := ParseGRN(c.GRN)
		if err != nil || slices.Contains(seen, c.GRN) || c.Amount.Minor <= 0 || c.Amount.Minor > MaxMinor {
			return Faultf(MalformedRequest, "the guarantee is not valid, in use for the movement already, or without an amount").
				At(fmt.Sprintf("/guarantees/%d", i))
		}
		seen = append(seen, c.GRN)
	}
	for _, u := range usages {
		due, offered := sum(usages, u.Amount.Currency, func(u Usage) Money { return u.Amount }),
			sum(claims, u.Amount.Currency, func(c GuaranteeClaim) Money { return c.Amount })
		if offered < due {
			text := fmt.Sprintf("the former guarantees cover %s", Money{Minor: due, Currency: u.Amount.Currency})
			return Faultf(GuaranteeRefused, "the new holder's guarantees do not cover the movement").With(Violation{
				Code: "G09", Pointer: "/guarantees", Rule: "IE055", Value: Money{Minor: offered, Currency: u.Amount.Currency}.String(), Text: text,
			})
		}
	}
	return nil
}

// sum adds up the amounts in one currency; nine amounts of at most [MaxMinor] stay within 64 bits.
func sum[T any](all []T, currency string, amount func(T) Money) int64 {
	var total int64
	for _, a := range all {
		if m := amount(a); m.Currency == currency {
			total += m.Minor
		}
	}
	return total
}

// takeOver makes the actor holder and declarant: it owns the content from then on. The former owner's grants end.
func takeOver(m *Movement, r *Request) {
	m.Transfer, m.Grants = nil, nil
	m.Holder = r.Actor.Operator
	m.Declarant = Declarant{MSP: r.Actor.MSP, Operator: r.Actor.Operator}
}

// Exchange puts other claims in the place of the usages, backed by these guarantors, and says anew what they cover of the required
// amount, at the rates of the source. Who could look over the custodian's shoulder before still can. When they cover less
// than is required and no office has taken that, the fault is GuaranteeRefused; the record is then not for writing.
func (m *Movement) Exchange(claims []GuaranteeClaim, guarantors []string, rates DutySource) *Fault {
	m.Guarantees = make([]Usage, len(claims))
	for i, c := range claims {
		m.Guarantees[i] = Usage{GRN: c.GRN, Type: c.Type, Amount: c.Amount, State: UsageDeclared}
	}
	slices.Sort(guarantors)
	m.Guarantors = slices.Compact(guarantors)
	m.Witnesses = witnesses(m.Face(), m.Witnesses)
	if m.Required == nil {
		return nil
	}
	required := *m.Required
	required.Cover = (&dutyCalculation{source: rates, currency: required.Amount.Currency}).cover(claims)
	m.Required = &required
	if !m.short() {
		return nil
	}
	return Faultf(GuaranteeRefused, "the new holder's guarantees cover %s of what is required for movement %s", required.Cover, m.Reference()).
		With(Violation{
			Code: "G09", Pointer: "/guarantees", Rule: "STD22", Value: required.Cover.String(), Text: "the required amount is " + required.text(),
		})
}
