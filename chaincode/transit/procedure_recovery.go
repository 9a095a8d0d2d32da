package transit

import (
	"fmt"
	"slices"
)

// recoveryRows are the steps of enquiry and recovery.
func recoveryRows() []Transition {
	return slices.Concat(enquiryRows(), debtRows(), claimRows())
}

func enquiryRows() []Transition {
	return []Transition{
		{
			Step: StepStartEnquiry, Message: "IE140, IE142", From: []State{Released}, By: ByDeparture, To: UnderEnquiry,
			Takes: []string{"annex"}, Annex: AnnexNote, guard: limitPassed, apply: startEnquiry,
		},
		{
			Step: StepAnswerEnquiry, Message: "IE141", From: []State{UnderEnquiry}, By: ByDeclarant,
			Takes: []string{"annex"}, Annex: AnnexNote, apply: answerEnquiry,
		},
		{
			Step: StepRespondEnquiry, Message: "IE143", From: []State{UnderEnquiry}, By: ByDestination,
			Takes: []string{"reason*", "annex"}, Annex: AnnexNote, apply: respondEnquiry,
		},
		{
			Step: StepCloseEnquiry, Message: "IE059", From: []State{UnderEnquiry}, By: ByDeparture, To: Released,
			Takes: []string{"reason*"}, apply: closeEnquiry,
		},
	}
}

func debtRows() []Transition {
	takes := []string{"reason*", "annex"}
	return []Transition{
		{
			Step: StepStartRecovery, Message: "IE063", From: []State{UnderEnquiry}, By: ByCollector, To: UnderRecovery,
			Takes: takes, Annex: AnnexNote, guard: enquiryExhausted, apply: startRecovery,
		},
		{
			Step: StepStartRecovery, Message: "IE063", From: []State{WaitingResolution}, By: ByCollector, To: UnderRecovery,
			Takes: takes, Annex: AnnexNote, guard: resolutionOverdue, apply: startRecovery,
		},
		{
			Step: StepStartRecovery, Message: "IE063", From: []State{Released}, By: ByCollector, To: UnderRecovery,
			Takes: takes, Annex: AnnexNote, guard: incidentHappened, apply: startRecovery,
		},
		{
			Step: StepAskRecovery, Message: "IE150", From: []State{UnderRecovery}, By: ByRecovery,
			Takes: []string{"office*"}, guard: recoveryAskable, apply: askRecovery,
		},
		{Step: StepTakeRecovery, Message: "IE151", From: []State{UnderRecovery}, By: ByAskedOffice, apply: takeRecovery},
		{
			Step: StepDeclineRecovery, Message: "IE151", From: []State{UnderRecovery}, By: ByAskedOffice,
			Takes: []string{"reason*"}, apply: declineRecovery,
		},
		{
			Step: StepWriteOff, Message: "IE045", From: []State{UnderRecovery}, By: ByRecovery, To: WrittenOff,
			Effect: SettleGuarantees, Takes: takes, Annex: AnnexNote, guard: claimsClosed, apply: writeOff,
		},
	}
}

func claimRows() []Transition {
	return []Transition{
		{
			Step: StepNotifyGuarantor, Message: "IE023", From: []State{UnderRecovery}, By: ByRecovery,
			guard: guarantorThere, apply: notifyGuarantor,
		},
		{
			Step: StepClaim, Message: "IE035", From: []State{UnderRecovery}, By: ByRecovery,
			Takes: []string{"claims*"}, guard: claimable, apply: claim,
		},
		{
			Step: StepContestClaim, Message: "", From: []State{UnderRecovery}, By: ByGuarantor,
			Takes: []string{"grn*", "reason*"}, guard: claimIs(ClaimMade), apply: setClaim(ClaimContested),
		},
		{
			Step: StepPayClaim, Message: "", From: []State{UnderRecovery}, By: ByRecovery,
			Takes: []string{"grn*"}, guard: claimIs(ClaimMade, ClaimContested), apply: setClaim(ClaimPaid),
		},
		{
			Step: StepWithdrawClaim, Message: "", From: []State{UnderRecovery}, By: ByRecovery,
			Takes: []string{"grn*", "reason*"}, guard: claimIs(ClaimMade, ClaimContested), apply: setClaim(ClaimWithdrawn),
		},
	}
}

func limitPassed(m *Movement, r *Request) *Fault {
	return passed("presentation at destination", m.TimeLimit, r)
}

func startEnquiry(m *Movement, r *Request) {
	m.Enquiry = &Enquiry{StartedAt: Stamp(r.At), Office: r.Actor.Office}
}

func answerEnquiry(m *Movement, r *Request) { m.Enquiry.HolderAnsweredAt = Stamp(r.At) }

func respondEnquiry(m *Movement, r *Request) {
	m.Enquiry.DestinationAnsweredAt = Stamp(r.At)
	m.Reason = r.Step.Reason
}

func closeEnquiry(m *Movement, r *Request) {
	m.Enquiry = nil
	m.Reason = r.Step.Reason
}

// enquiryExhausted: the holder has answered, or has had the time to.
func enquiryExhausted(m *Movement, r *Request) *Fault {
	if m.Enquiry.HolderAnsweredAt != "" {
		return nil
	}
	return passed("answer to the enquiry", dayAfter(m.Enquiry.StartedAt, EnquiryDays), r)
}

func resolutionOverdue(m *Movement, r *Request) *Fault {
	return passed("resolution of the discrepancies", m.ResolveBy, r)
}

// incidentHappened: goods lost in an incident are not waited for.
func incidentHappened(m *Movement, _ *Request) *Fault {
	if len(m.Incidents) == 0 {
		return outOfSequence("movement %s has had no incident; goods that do not arrive are enquired after first", m.Reference())
	}
	return nil
}

func startRecovery(m *Movement, r *Request) {
	m.Recovery = &Recovery{StartedAt: Stamp(r.At), Office: r.Actor.Office, MSP: r.Actor.MSP}
	m.Reason = r.Step.Reason
	m.HandOff, m.Diversion = nil, nil
}

func recoveryAskable(m *Movement, r *Request) *Fault {
	office := r.Step.Office
	if err := ValidateCustomsOffice(office); err != nil {
		return Faultf(MalformedRequest, "%v", err).At("/office")
	}
	onRoute := slices.ContainsFunc(m.Legs, func(l Leg) bool { return l.Country == OfficeCountry(office) })
	switch {
	case !onRoute || office == m.Recovery.Office:
		return Faultf(MalformedRequest, "another office of recovery of a country of the route can take over").At("/office")
	case m.Recovery.Asked != "":
		return outOfSequence("office %s has been asked already", m.Recovery.Asked)
	case slices.ContainsFunc(m.Recovery.Claims, func(c Claim) bool { return c.State != ClaimWithdrawn }):
		return outOfSequence("the office that has claimed keeps the recovery of movement %s", m.Reference())
	}
	return nil
}

func askRecovery(m *Movement, r *Request) { m.Recovery.Asked = r.Step.Office }

func takeRecovery(m *Movement, r *Request) {
	m.Recovery.Office, m.Recovery.MSP, m.Recovery.Asked = r.Actor.Office, r.Actor.MSP, ""
}

func declineRecovery(m *Movement, r *Request) {
	m.Recovery.Asked = ""
	m.Reason = r.Step.Reason
}

func guarantorThere(m *Movement, _ *Request) *Fault {
	switch {
	case len(m.Guarantors) == 0:
		return outOfSequence("no guarantor stands behind movement %s", m.Reference())
	case m.Recovery.GuarantorNotifiedAt != "":
		return outOfSequence("the guarantor was notified at %s", m.Recovery.GuarantorNotifiedAt)
	}
	return nil
}

func notifyGuarantor(m *Movement, r *Request) { m.Recovery.GuarantorNotifiedAt = Stamp(r.At) }

// claimable accepts claims within what each locked usage covers, one for each, after the guarantor was told (IE023 before
// IE035; the debtor comes first).
func claimable(m *Movement, r *Request) *Fault {
	if m.Recovery.GuarantorNotifiedAt == "" {
		return outOfSequence("the guarantor of movement %s has to be notified before a claim", m.Reference())
	}
	for i, c := range r.Step.Claims {
		pointer := fmt.Sprintf("/claims/%d", i)
		u := m.usage(c.GRN)
		earlier := slices.ContainsFunc(r.Step.Claims[:i], func(x ClaimRequest) bool { return x.GRN == c.GRN })
		switch {
		case u == nil || len(u.Parts) == 0:
			return Faultf(MalformedRequest, "guarantee %s has locked nothing for movement %s", c.GRN, m.Reference()).At(pointer)
		case earlier || m.openClaim(c.GRN) != nil:
			return Faultf(Duplicate, "there is a claim on guarantee %s already", c.GRN).At(pointer)
		case c.Amount.Currency != u.Amount.Currency || c.Amount.Minor <= 0 || c.Amount.Minor > u.Amount.Minor:
			return Faultf(GuaranteeRefused, "guarantee %s covers %s of movement %s", c.GRN, u.Amount, m.Reference()).At(pointer).
				With(Violation{Code: "G09", Pointer: pointer + "/amount", Rule: "IE035", Value: c.Amount.String(), Text: "more than is covered"})
		}
	}
	return nil
}

// usage finds the use of a guarantee reference.
func (m *Movement) usage(grn string) *Usage {
	for i := range m.Guarantees {
		if m.Guarantees[i].GRN == grn {
			return &m.Guarantees[i]
		}
	}
	return nil
}

// openClaim finds the claim on a guarantee reference that was not withdrawn.
func (m *Movement) openClaim(grn string) *Claim {
	if m.Recovery == nil {
		return nil
	}
	for i := range m.Recovery.Claims {
		if c := &m.Recovery.Claims[i]; c.GRN == grn && c.State != ClaimWithdrawn {
			return c
		}
	}
	return nil
}

// maxClaims bounds the claims of one movement, withdrawn ones among them.
const maxClaims = 2 * MaxReferences

func claim(m *Movement, r *Request) {
	for _, c := range r.Step.Claims {
		m.Recovery.Claims = append(m.Recovery.Claims, Claim{GRN: c.GRN, Amount: c.Amount, State: ClaimMade, At: Stamp(r.At)})
	}
	// Withdrawn claims make way for new ones.
	for len(m.Recovery.Claims) > maxClaims {
		i := slices.IndexFunc(m.Recovery.Claims, func(c Claim) bool { return c.State == ClaimWithdrawn })
		m.Recovery.Claims = slices.Delete(m.Recovery.Claims, i, i+1)
	}
}

// claimIs wants the claim on the guarantee reference in one of the states.
func claimIs(states ...ClaimState) func(*Movement, *Request) *Fault {
	return func(m *Movement, r *Request) *Fault {
		c := m.openClaim(r.Step.GRN)
		if c == nil {
			return Faultf(NotFound, "there is no claim on guarantee %q", r.Step.GRN).At("/grn")
		}
		if !slices.Contains(states, c.State) {
			return outOfSequence("the claim on guarantee %s has been %s", c.GRN, c.State)
		}
		return nil
	}
}

func setClaim(s ClaimState) func(*Movement, *Request) {
	return func(m *Movement, r *Request) {
		c := m.openClaim(r.Step.GRN)
		c.State, c.At, c.Reason = s, Stamp(r.At), r.Step.Reason
		if s == ClaimPaid {
			m.usage(c.GRN).Claimed = c.Amount
		}
	}
}

func claimsClosed(m *Movement, _ *Request) *Fault {
	for _, c := range m.Recovery.Claims {
		if c.State == ClaimMade || c.State == ClaimContested {
			return outOfSequence("the claim on guarantee %s is still open (%s)", c.GRN, c.State)
		}
	}
	return nil
}

func writeOff(m *Movement, r *Request) {
	m.Reason = r.Step.Reason
	discharge(m, r)
}
