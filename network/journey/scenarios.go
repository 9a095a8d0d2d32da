package journey

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/gateway"
)

// Scenario is a story of the procedure's exceptions. It checks what it tells: its error says what did not end as told.
type Scenario struct {
	// Name by which it is chosen, About in a sentence.
	Name, About string

	tell func(*travel, context.Context) error
}

// Scenarios are all stories, in the order in which they are told.
func Scenarios() []Scenario {
	return []Scenario{
		{"prelodged", "declared before the goods are there: amended, presented, accepted; and one whose goods never come", (*travel).prelodged},
		{
			"guarantee-under-amendment", "the guarantee is refused at release, replaced by an amendment of it alone, and the goods go",
			(*travel).guaranteeUnderAmendment,
		},
		{"incident", "the lorry breaks down in Kazakhstan, the trailer goes on behind another tractor and under a new seal", (*travel).incident},
		{"diversion", "the pass is closed: the goods take another way, through a country that was not declared, to another office", (*travel).diversion},
		{"recovery", "goods that travelled on paper during an outage never arrive: enquiry, recovery, one claim contested, one paid", (*travel).recovery},
		{"discrepancies", "packages are missing at destination; what is there is released, the rest is cleared up", (*travel).discrepancies},
		{"refused", "a faulty document is refused with everything that is wrong at once", (*travel).refusedDocument},
		{
			"national", "three national systems declare in their own languages, and read the status in them: EAEU-style, ASYCUDA-style, a CSV list",
			(*travel).national,
		},
		{"hot-guarantee", "many releases at the same time on one guarantee: exact to the cent, never overdrawn", (*travel).hotGuarantee},
	}
}

// Names of the scenarios.
func Names() []string {
	var out []string
	for _, s := range Scenarios() {
		out = append(out, s.Name)
	}
	return out
}

// Play tells one scenario, with a document like the one given and a guarantee of its own.
func Play(ctx context.Context, name string, std *transit.STD, o Options) (*Report, error) {
	i := slices.IndexFunc(Scenarios(), func(s Scenario) bool { return s.Name == name })
	if i < 0 {
		return nil, fmt.Errorf("there is no scenario %q; there are %s", name, strings.Join(Names(), ", "))
	}
	s := Scenarios()[i]
	document, err := clone(std)
	if err != nil {
		return nil, err
	}
	o.FreshLRN, o.FreshGuarantees, o.Refusals = true, true, false
	t, err := newTravel(document, o)
	if err != nil {
		return nil, err
	}
	defer t.close()
	t.tell.printf("Scenario    %s: %s", s.Name, s.About)
	t.tell.over(t.Over)
	if err := s.tell(t, ctx); err != nil {
		return t.report, fmt.Errorf("scenario %s: %w", s.Name, err)
	}
	t.tell.ended(s.Name, t.report)
	return t.report, nil
}

// begin brings the declaration on the ledger, with a guarantee of its own.
func (t *travel) begin(ctx context.Context) error {
	return inTurn(ctx, t.examine, t.insure, t.lodge)
}

func inTurn(ctx context.Context, parts ...func(context.Context) error) error {
	for _, part := range parts {
		if err := part(ctx); err != nil {
			return err
		}
	}
	return nil
}

// move is one step of a story.
type move struct {
	step transit.Step
	name string
	// by finds the identity that signs.
	by func() (string, error)
	do act
}

// moves takes the steps one after the other.
func (t *travel) moves(ctx context.Context, all ...move) error {
	for _, m := range all {
		by, err := m.by()
		if err != nil {
			return err
		}
		if err := t.step(ctx, m.step, m.name, by, m.do); err != nil {
			return err
		}
	}
	return nil
}

// at finds the officer of an office.
func (t *travel) at(office string) func() (string, error) {
	return func() (string, error) { return t.officer(office) }
}

// declarant is who lodged.
func (t *travel) declarant() (string, error) { return t.trader, nil }

// traderOf finds a trader of a country.
func (t *travel) traderOf(country string) func() (string, error) {
	return func() (string, error) {
		return t.find("a trader of "+country, func(id cats.IdentityProfile) bool {
			return id.Role == transit.RoleTrader && t.Profile.Organisations[id.Organisation].Country == country
		})
	}
}

// guarantor finds who speaks for the guarantor.
func (t *travel) guarantor() (string, error) { return t.byRole(transit.RoleGuarantor) }

// officeOf finds an office of a country with a role and an officer in the profile; the fewer other roles it has, the better.
func (t *travel) officeOf(country, role string) (string, error) {
	best := ""
	for _, name := range t.Profile.Names() {
		id, err := t.Profile.Identity(name)
		if err != nil {
			return "", err
		}
		o := t.offices[id.Office]
		if id.Role != transit.RoleOfficer || o == nil || !o.Has(role) || transit.OfficeCountry(o.Reference) != country {
			continue
		}
		if best == "" || len(o.Roles) < len(t.offices[best].Roles) {
			best = o.Reference
		}
	}
	if best == "" {
		return "", fmt.Errorf("no officer in the profile is at an office of %s in %s", role, country)
	}
	return best, nil
}

// plain, because and noting make the call of a step.
func plain(call func(gateway.Movements, context.Context, string, ...cats.CallOption) (*transit.Course, cats.Receipt, error)) act {
	return func(ctx context.Context, m gateway.Movements, mrn string) (*transit.Course, cats.Receipt, error) {
		return call(m, ctx, mrn)
	}
}

func because(
	call func(gateway.Movements, context.Context, string, string, ...cats.CallOption) (*transit.Course, cats.Receipt, error), reason string,
) act {
	return func(ctx context.Context, m gateway.Movements, mrn string) (*transit.Course, cats.Receipt, error) {
		return call(m, ctx, mrn, reason)
	}
}

func noting(
	call func(gateway.Movements, context.Context, string, *transit.Note, ...cats.CallOption) (*transit.Course, cats.Receipt, error), text string,
) act {
	return func(ctx context.Context, m gateway.Movements, mrn string) (*transit.Course, cats.Receipt, error) {
		return call(m, ctx, mrn, &transit.Note{Text: text})
	}
}

func becauseNoting(
	call func(gateway.Movements, context.Context, string, string, *transit.Note, ...cats.CallOption) (*transit.Course, cats.Receipt, error),
	reason, text string,
) act {
	return func(ctx context.Context, m gateway.Movements, mrn string) (*transit.Course, cats.Receipt, error) {
		return call(m, ctx, mrn, reason, &transit.Note{Text: text})
	}
}

// try takes a step that the ledger must refuse.
func (t *travel) try(ctx context.Context, name string, by func() (string, error), do act, want transit.Code) error {
	identity, err := by()
	if err != nil {
		return err
	}
	c, err := t.as(ctx, identity)
	if err != nil {
		return err
	}
	m := t.report.Movement
	if err := t.seenBy(ctx, c, m.Reference(), m.Seq); err != nil {
		return err
	}
	_, _, err = do(ctx, c.Movements(), m.Reference())
	return t.refused(name, identity, err, want)
}

// released takes the movement from acceptance to release without a control, and waits for the content.
func (t *travel) released(ctx context.Context) error {
	departure := t.at(t.report.Movement.Departure)
	err := t.moves(ctx,
		move{transit.StepAccept, "accept", departure, accept},
		move{transit.StepRelease, "release", departure, release})
	if err != nil {
		return err
	}
	return t.deliver(ctx)
}

// crossTo hands the movement over to the next territory of its itinerary.
func (t *travel) crossTo(ctx context.Context) error {
	m := t.report.Movement
	i := slices.IndexFunc(m.Legs, func(l transit.Leg) bool { return l.State == transit.LegExpected })
	if i < 1 {
		return fmt.Errorf("movement %s has no territory ahead", m.Reference())
	}
	proposer := func() (string, error) { return t.officerOf(m.Legs[i-1].MSP, m.Legs[i-1].ActualOffice) }
	return t.moves(ctx,
		move{transit.StepProposeHandOff, "propose hand-off", proposer, proposeHandOff},
		move{transit.StepAcceptHandOff, "accept hand-off", t.at(m.Legs[i].EntryOffice), acceptHandOff})
}

// papers waits until every country of the itinerary holds the annexes. The couriers of their authors' countries bring them by
// themselves; where none runs, an officer does.
func (t *travel) papers(ctx context.Context) error {
	start := time.Now()
	officer, err := t.officer(t.report.Movement.Departure)
	if err != nil {
		return err
	}
	c, err := t.as(ctx, officer)
	if err != nil {
		return err
	}
	var missing []transit.AnnexDelivery
	look := func() (bool, error) {
		view, err := c.Movements().Get(ctx, t.report.Movement.Reference())
		if err != nil {
			return false, err
		}
		missing = slices.DeleteFunc(view.Annexes, func(d transit.AnnexDelivery) bool { return len(d.Missing) == 0 })
		return len(view.Movement.Annexes) == len(t.report.Movement.Annexes) && len(missing) == 0, nil
	}
	if poll(ctx, patience, look) == nil {
		t.tell.note("the author's courier has brought the annex to every other country of the itinerary (%d ms)", time.Since(start).Milliseconds())
		return nil
	}
	return t.bringPapers(ctx, missing)
}

// bringPapers brings annexes by hand, by officers of their authors' countries.
func (t *travel) bringPapers(ctx context.Context, missing []transit.AnnexDelivery) error {
	for _, d := range missing {
		officer, err := t.officerOf(d.MSP, "")
		if err != nil {
			return err
		}
		c, err := t.as(ctx, officer)
		if err != nil {
			return err
		}
		for _, to := range d.Missing {
			if _, _, err := c.Movements().DeliverAnnex(ctx, t.report.Movement.Reference(), d.Digest, to); err != nil {
				return fmt.Errorf("delivering the annex to %s: %w", to, err)
			}
		}
		t.tell.note("%s has brought the annex to %s", officer, organisations(d.Missing))
	}
	return nil
}

// readPaper shows that an officer reads the last annex at the own peer, and that it says what its author wrote.
func (t *travel) readPaper(ctx context.Context, office, wants string) error {
	officer, err := t.officer(office)
	if err != nil {
		return err
	}
	c, err := t.as(ctx, officer)
	if err != nil {
		return err
	}
	annexes := t.report.Movement.Annexes
	last := annexes[len(annexes)-1]
	var p *cats.Paper
	err = poll(ctx, patience, func() (bool, error) {
		p, err = c.Movements().Annex(ctx, t.report.Movement.Reference(), last.Digest)
		if isCode(err, transit.NotFound) {
			return false, nil // The own peer may be a block behind.
		}
		return err == nil, err
	})
	if err != nil {
		return fmt.Errorf("reading the annex as %s: %w", officer, err)
	}
	if !strings.Contains(string(p.Content), wants) {
		return fmt.Errorf("the annex that %s reads does not say %q", officer, wants)
	}
	t.tell.note("%s reads the annex %s: %s", officer, t.verified("digest"), inShort(p.Content))
	return nil
}

// inShort is the text of an annex, or its beginning.
func inShort(content json.RawMessage) string {
	var says struct {
		Text   string `json:"text"`
		Remark string `json:"unloadingRemark"`
	}
	text := string(content)
	if json.Unmarshal(content, &says) == nil && says.Text+says.Remark != "" {
		text = says.Text + says.Remark
	}
	if r := []rune(text); len(r) > 90 {
		text = string(r[:90]) + "…"
	}
	return fmt.Sprintf("%q", text)
}

// ended makes sure that the movement has ended as told.
func (t *travel) ended(want transit.State) error {
	if m := t.report.Movement; m.State != want {
		return fmt.Errorf("movement %s is %s, not %s", m.Reference(), m.State, want)
	}
	return nil
}

// settled waits until the guarantor's peer shows nothing locked for the movement, and makes sure that its first guarantee
// has the amount free that is told.
func (t *travel) settled(ctx context.Context, before []*transit.GuaranteeView, free transit.Money) error {
	if err := t.tellBalances(ctx, before); err != nil {
		return err
	}
	after, err := t.balances(ctx)
	if err != nil {
		return err
	}
	if after[0].Available != free {
		return fmt.Errorf("guarantee %s has %s free, not %s", after[0].Guarantee.Terms.GRN, after[0].Available, free)
	}
	return nil
}

// day is a date some days from today, in UTC.
func day(from int) string { return time.Now().UTC().AddDate(0, 0, from).Format(time.DateOnly) }
