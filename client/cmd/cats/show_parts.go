package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

// incidentNames are short for CL019.
func incidentName(code string) string {
	name := map[string]string{
		"1": "deviation from the route", "2": "seals broken", "3": "transhipment", "4": "imminent danger",
		"5": "other", "6": "means of transport changed",
	}[code]
	if name == "" {
		return "incident " + code
	}
	return name
}

// legText is the state of a leg. One that ended with its movement without having begun was not entered, as far as the ledger knows.
func legText(m *transit.Movement, l transit.Leg) string {
	switch {
	case l.StartedAt != "" || l.State == transit.LegExpected:
		return string(l.State)
	case m.Fallback != nil:
		return string(l.State) + " on paper"
	}
	return "not entered"
}

// printOnTheWay prints what the goods met between release and arrival, in the order of time.
func (a *app) printOnTheWay(s style, m *transit.Movement) {
	var met [][]string
	for _, d := range m.Diversions {
		what := "as office of " + d.Kind
		if d.Instead != "" {
			what += ", instead of " + d.Instead
		}
		met = append(met, []string{moment(d.At), "diverted", d.Office, what})
	}
	for _, e := range m.Exits {
		met = append(met, []string{moment(e.At), "exit", e.Office})
	}
	for _, i := range m.Incidents {
		met = append(met, []string{moment(i.At), "incident " + i.Code, i.Office, incidentName(i.Code) + ", annex " + short(i.Annex)})
	}
	if d := m.Diversion; d != nil {
		met = append(met, []string{moment(d.AskedAt), "diversion asked", d.Office, "as office of " + d.Kind + ", not answered yet"})
	}
	if len(met) == 0 {
		return
	}
	slices.SortStableFunc(met, func(x, y []string) int { return cmp.Compare(x[0], y[0]) })
	fmt.Fprintf(a.out, "\n%s\n", s.head("On the way"))
	t := newTable("when", "what", "office", "")
	for _, row := range met {
		t.row(row...)
	}
	t.print(a.out, s)
}

func (a *app) printArrival(s style, m *transit.Movement) {
	if m.Arrival == nil && m.ArrivedAt == "" {
		return
	}
	fmt.Fprintf(a.out, "\n%s\n", s.head("Arrival"))
	var notified, permitted, remarks, released string
	if n := m.Arrival; n != nil {
		if n.Trader.Operator != "" {
			notified = fmt.Sprintf("%s by %s of %s", moment(n.NotifiedAt), n.Trader.Operator, n.Trader.MSP)
		}
		if n.Simplified {
			notified += ", at the consignee's place"
		}
		permitted, released = moment(n.UnloadingPermittedAt), n.GoodsReleased
		if n.Remarks != nil {
			remarks = moment(n.Remarks.At) + remarksText(n.Remarks)
		}
	}
	results := m.Results
	if results == "A5" || results == "B1" {
		results = s.warn(results + ", discrepancies")
	}
	facts(a.out, s, "notified", notified, "arrived", moment(m.ArrivedAt)+" at "+m.Destination, "unloading permitted", permitted,
		"unloading remarks", remarks, "control results", results, "to be resolved by", m.ResolveBy, "goods released", released)
}

func remarksText(r *transit.Remarks) string {
	text := ", conform"
	if !r.Conform {
		text = ", not conform"
	}
	if !r.Complete {
		text += ", unloading goes on"
	}
	return text
}

func (a *app) printEnquiry(s style, m *transit.Movement) {
	e := m.Enquiry
	if e == nil {
		return
	}
	fmt.Fprintf(a.out, "\n%s\n", s.head("Enquiry"))
	facts(a.out, s, "started", moment(e.StartedAt)+" at "+e.Office, "declarant answered", moment(e.HolderAnsweredAt),
		"destination answered", moment(e.DestinationAnsweredAt))
}

func (a *app) printRecovery(s style, m *transit.Movement) {
	r := m.Recovery
	if r == nil {
		return
	}
	fmt.Fprintf(a.out, "\n%s\n", s.head("Recovery"))
	asked := ""
	if r.Asked != "" {
		asked = "to take over, not answered yet"
	}
	facts(a.out, s, "started", moment(r.StartedAt), "office in charge", r.Office+" of "+r.MSP, "asked "+r.Asked, asked,
		"guarantor notified", moment(r.GuarantorNotifiedAt))
	if len(r.Claims) == 0 {
		return
	}
	t := newTable("claim on", "amount", "state", "since", "reason").numbers(1)
	for _, c := range r.Claims {
		t.row(c.GRN, c.Amount.String(), string(c.State), moment(c.At), c.Reason)
	}
	fmt.Fprintln(a.out)
	t.print(a.out, s)
}

func (a *app) printAnnexes(s style, view *transit.MovementView) {
	if len(view.Movement.Annexes) == 0 {
		return
	}
	fmt.Fprintf(a.out, "\n%s\n", s.head("Annexes"))
	t := newTable("annex", "kind", "step", "of", "there", "not there yet", "purged").numbers(2)
	where := map[string]transit.AnnexDelivery{}
	for _, d := range view.Annexes {
		where[d.Digest] = d
	}
	for _, x := range view.Movement.Annexes {
		d := where[x.Digest]
		t.row(short(x.Digest), string(x.Kind), fmt.Sprint(x.Seq), x.MSP,
			strings.Join(d.Held, ", "), strings.Join(d.Missing, ", "), strings.Join(d.Purged, ", "))
	}
	t.print(a.out, s)
}

// printHistory prints one line per step under its day, and what the step did to guarantees below it.
func (a *app) printHistory(s style, passages []cats.Passage, wide bool) {
	if len(passages) == 0 {
		return
	}
	fmt.Fprintf(a.out, "\n%s\n", s.head("History"))
	t := newTable("when", "step", "then", "by", "office", "endorsed by", "block", "transaction").numbers(6)
	day := ""
	for _, p := range stepsFirst(passages) {
		if d := p.At.Format("2006-01-02"); d != day {
			day = d
			t.heading(day)
		}
		if p.Record == "guarantee" {
			t.row("", "  "+p.ID, movedText(p))
			continue
		}
		endorsers, transaction := strings.Join(p.Endorsers, ", "), p.Transaction
		if !wide {
			endorsers, transaction = strings.ReplaceAll(endorsers, "MSP", ""), short(transaction)
		}
		t.row(p.At.Format("15:04:05"), p.Step, outcome(p), p.Signer.Name, p.Office, endorsers, fmt.Sprint(p.Block), transaction)
	}
	t.print(a.out, s)
}

// outcome is what a step has led to.
func outcome(p cats.Passage) string {
	switch transit.Step(p.Step) {
	case "Deliver":
		return "content at " + p.Custodian
	case "DeliverAnnex":
		return "annex at " + p.Custodian
	case transit.StepProposeHandOff:
		return "offered on by " + p.Custodian
	case transit.StepAcceptHandOff:
		return "custody of " + p.Custodian
	case transit.StepRefuseHandOff, transit.StepWithdrawHandOff:
		return "stays with " + p.Custodian
	}
	switch {
	case p.From != p.To || p.From == "":
		return string(p.To)
	case transit.Step(p.Step) == transit.StepAmend:
		return "content replaced"
	}
	return ""
}

// movedText tells what a step did to a guarantee. The change of a paid claim is what was freed besides.
func movedText(p cats.Passage) string {
	if transit.UsageState(p.Step) == transit.UsageClaimed {
		return p.Change.String() + " freed, the rest claimed"
	}
	return p.Change.String() + " " + p.Step
}
