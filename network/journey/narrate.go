package journey

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"carec.example/cats/chaincode/signature"
	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

// narrator writes the journey for people.
type narrator struct {
	out   io.Writer
	count int
}

func (n *narrator) printf(format string, args ...any) {
	fmt.Fprintf(n.out, format+"\n", args...)
}

// over tells which way it goes.
func (n *narrator) over(way Over) {
	text := "the SDK: everybody acts at the peers, with the own key"
	if way == REST {
		text = "REST: everybody acts at the gateway of the own organisation, with the own TLS certificate, and nobody at a peer"
	}
	n.printf("Over        %s", text)
}

// opening tells what is declared, and heads the table.
func (n *narrator) opening(std *transit.STD, offices map[string]*transit.Office) {
	items := 0
	for _, h := range std.Consignment.HouseConsignments {
		items += len(h.ConsignmentItems)
	}
	place := func(reference string) string {
		if o := offices[reference]; o != nil {
			return o.Name + " " + reference
		}
		return reference
	}
	route := []string{place(std.DepartureOffice.ReferenceNumber)}
	for _, o := range std.TransitOffices {
		route = append(route, place(o.ReferenceNumber))
	}
	route = append(route, place(std.DestinationOffice.ReferenceNumber))
	goods := "1 item"
	if items != 1 {
		goods = fmt.Sprintf("%d items", items)
	}
	n.printf("Declaration %s, holder %s, %s, %s kg", std.TransitOperation.LRN, std.Holder.IdentificationNumber, goods,
		std.Consignment.GrossMass)
	n.printf("Route       %s\n", strings.Join(route, " → "))
	n.row("", "step", "signed by", "endorsed by", "state", "ms")
	n.printf("%s", strings.Repeat("-", 112))
}

// row prints one row; the widths count characters, not bytes.
func (n *narrator) row(no, step, by, endorsed, state, ms string) {
	n.printf("%s %s %s %s %s %s", pad(no, -2), pad(step, 19), pad(by, 20), pad(endorsed, 18), pad(state, 38), pad(ms, -6))
}

// pad fills to a width on the right, or on the left when it is negative.
func pad(s string, width int) string {
	fill := strings.Repeat(" ", max(0, max(width, -width)-utf8.RuneCountInString(s)))
	if width < 0 {
		return fill + s
	}
	return s + fill
}

// organisations shortens MSP names for the table.
func organisations(msps []string) string {
	var out []string
	for _, m := range msps {
		out = append(out, strings.TrimSuffix(m, "MSP"))
	}
	return strings.Join(out, " ")
}

func (n *narrator) line(step, by, state string, r cats.Receipt) {
	n.count++
	n.row(fmt.Sprint(n.count), step, by, organisations(r.Endorsers), state, fmt.Sprint(r.Latency.Milliseconds()))
}

func (n *narrator) registered(by string, r cats.Receipt) {
	n.line("register guarantee", by, "→ registered", r)
}

func (n *narrator) step(s Step, m *transit.Movement) {
	state := string(s.Before) + " → " + string(s.After)
	if s.Before == s.After {
		state = string(s.After)
	}
	n.line(s.Name, s.By, state+aside(s, m), s.Receipt)
	switch {
	case s.Before == "":
		n.note("content checked and sealed at %s's own peer first; the public record holds %d digests of it",
			organisations([]string{m.Custodian}), len(m.Sections))
		if transit.IsSigned(m.Sections) {
			n.note("signed with the declarant's own key, for whoever reads it; a digest is all the record shows of that too")
		}
	case s.Before == transit.Submitted && s.After == transit.Accepted:
		n.note("MRN %s", m.MRN)
	}
}

// aside is what of the record a step has changed besides its state.
func aside(s Step, m *transit.Movement) string {
	is := func(step string) bool { return strings.HasPrefix(s.Name, step) }
	switch {
	case m.HandOff != nil:
		return ", offered to " + organisations([]string{m.HandOff.MSP})
	case is("accept hand"):
		return ", custody of " + organisations([]string{m.Custodian})
	case m.Diversion != nil:
		return fmt.Sprintf(", asked as %s by %s", m.Diversion.Kind, m.Diversion.Office)
	case is("grant"):
		return ", on by " + m.Diversions[len(m.Diversions)-1].Office
	case is("register incident"):
		return ", incident code " + m.Incidents[len(m.Incidents)-1].Code
	case (is("claim") || strings.HasSuffix(s.Name, "claim")) && m.Recovery != nil:
		return ", " + string(m.Recovery.Claims[len(m.Recovery.Claims)-1].State)
	}
	return ""
}

// note is a line of the story between the rows.
func (n *narrator) note(format string, args ...any) { n.printf("   . "+format, args...) }

// signed tells what a reader finds who verifies the declarant's signature. One who reads over REST has the word of the own gateway,
// which has verified it and does not hand on the certificates.
func (n *narrator) signed(p *signature.Proof) {
	at := p.At.Format("2006-01-02 15:04:05")
	if len(p.Chain) == 0 {
		n.note("  and the declarant's signature: operator %s at %s, valid as the gateway has verified it", p.Operator, at)
		return
	}
	leaf := p.Chain[0]
	n.note("  and the declarant's signature: operator %s at %s, certificate %.12s of %s, valid", p.Operator, at,
		leaf.SerialNumber.Text(16), leaf.Issuer.CommonName)
}

func (n *narrator) guarantee(what string, v *transit.GuaranteeView) {
	g := v.Guarantee.Terms
	n.note("guarantee %s (type %s, %s) %s: reference amount %s, free %s", g.GRN, g.Type, organisations([]string{v.Guarantee.Keeper}), what,
		g.ReferenceAmount, v.Available)
}

func (n *narrator) change(before, after *transit.GuaranteeView) {
	n.note("guarantee %s: free %s → %s, locked %s → %s", after.Guarantee.Terms.GRN,
		before.Available, after.Available, before.Locked, after.Locked)
}

func (n *narrator) refusal(what, by string, e *cats.Error) {
	n.row("", what, by, "", "REFUSED "+string(e.Fault.Code), "")
	n.note("%s", e.Fault.Message)
	for _, v := range e.Fault.Violations {
		n.note("%s", v)
	}
}

func (n *narrator) end(r *Report) {
	n.printf("\n%s is %s: one document, one guarantee, %d steps, %d countries.", r.Movement.MRN, r.Movement.State, n.count, len(r.Movement.Legs))
}

// ended tells that a scenario has ended as it should.
func (n *narrator) ended(name string, r *Report) {
	if r.Movement == nil {
		n.printf("\nScenario %s ended as told, with %s.", name, refusals(len(r.Refused)))
		return
	}
	n.printf("\nScenario %s ended as told: %s is %s after %d steps and %s.",
		name, r.Movement.Reference(), r.Movement.State, len(r.Steps), refusals(len(r.Refused)))
}

func refusals(n int) string {
	if n == 1 {
		return "1 refusal"
	}
	return fmt.Sprintf("%d refusals", n)
}
