// Package journey takes one declaration over the whole route: the guarantee is
// registered, the declaration lodged, accepted and released, handed from country to
// country, and discharged, each step signed by the person who may take it. It tells what
// happens while it happens, so that a newcomer sees what the ledger is for, and it checks
// what it tells, so that a test can use it as its main job.
package journey

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/formats/national"
	"carec.example/cats/client/gateway"
)

// Options say with whom and how to travel.
type Options struct {
	Profile *cats.Profile
	// Over is the way on which everybody reaches the ledger; nothing is [SDK].
	Over Over
	// Out receives the narration; nil tells nothing.
	Out io.Writer
	// Refusals adds two steps that must fail: acceptance by a wrong country, and a release beyond the guarantee.
	Refusals bool
	// FreshLRN replaces the declared LRN, which a declarant may use only once.
	FreshLRN bool
	// FreshGuarantees replaces every declared guarantee by one registered for this journey alone.
	FreshGuarantees bool
	// Before, when set, is called before each step of the movement, for tests that disturb the network.
	Before func(step transit.Step, m *transit.Movement)
}

// Report is what came of a journey.
type Report struct {
	Movement *transit.Movement
	// Others are further movements of a story.
	Others []*transit.Movement
	// Steps taken, in order, refusals not among them.
	Steps []Step
	// Refused are the refusals that were provoked.
	Refused []*cats.Error
}

// Step is one step as it was taken.
type Step struct {
	Name string
	// By is the name of the identity that signed.
	By      string
	Before  transit.State
	After   transit.State
	Receipt cats.Receipt
}

// Unfit says that a document cannot become a movement, with every rule it breaks.
type Unfit struct{ Violations []transit.Violation }

func (u *Unfit) Error() string {
	s := fmt.Sprintf("the document breaks %d rules", len(u.Violations))
	for _, v := range u.Violations {
		s += "\n  " + v.String()
	}
	return s
}

// Run takes the journey. The document is changed when its LRN has been used. Errors:
// [*Unfit] when the document breaks rules, else what the client returned.
func Run(ctx context.Context, std *transit.STD, o Options) (*Report, error) {
	t, err := newTravel(std, o)
	if err != nil {
		return nil, err
	}
	defer t.close()
	t.tell.over(t.Over)
	for _, part := range []func(context.Context) error{
		t.examine, t.insure, t.lodge, t.depart, t.deliver, t.cross, t.arrive,
	} {
		if err := part(ctx); err != nil {
			return t.report, err
		}
	}
	t.tell.end(t.report)
	return t.report, nil
}

func newTravel(std *transit.STD, o Options) (*travel, error) {
	if err := o.Over.Set(string(o.Over)); err != nil {
		return nil, err
	}
	if o.Out == nil {
		o.Out = io.Discard
	}
	return &travel{
		Options: o, std: std, tell: &narrator{out: o.Out}, parties: map[string]party{}, queues: cats.NewQueues(), report: &Report{},
	}, nil
}

// travel is one journey under way.
type travel struct {
	Options
	std     *transit.STD
	tell    *narrator
	parties map[string]party
	queues  *cats.Queues
	// mappings of national documents; nil in most stories.
	mappings *national.Set
	offices  map[string]*transit.Office
	members  map[string]string // country -> MSP
	trader   string            // identity
	report   *Report
	// after, when set, is called after each step.
	after func(context.Context) error
}

func (t *travel) close() {
	for _, p := range t.parties {
		_ = p.Close() // Nothing is in flight any more.
	}
}

// find looks for the identity that fits; the names are sorted, so it is always the same one.
func (t *travel) find(what string, fits func(cats.IdentityProfile) bool) (string, error) {
	for _, name := range t.Profile.Names() {
		id, err := t.Profile.Identity(name)
		if err != nil {
			return "", err
		}
		if fits(id) {
			return name, nil
		}
	}
	return "", fmt.Errorf("no identity in the profile is %s", what)
}

// officer finds the officer of an office.
func (t *travel) officer(office string) (string, error) {
	return t.find("an officer at "+office, func(id cats.IdentityProfile) bool {
		return id.Role == transit.RoleOfficer && id.Office == office
	})
}

// officerOf finds some officer of an organisation, best one at the office.
func (t *travel) officerOf(msp, office string) (string, error) {
	if name, err := t.officer(office); err == nil {
		return name, nil
	}
	return t.find("an officer of "+msp, func(id cats.IdentityProfile) bool {
		return id.Role == transit.RoleOfficer && t.Profile.Organisations[id.Organisation].MSP == msp
	})
}

func (t *travel) byRole(role transit.Role) (string, error) {
	return t.find("a "+string(role), func(id cats.IdentityProfile) bool { return id.Role == role })
}

// examine reads the registry and checks the document against the rules before anything is written.
func (t *travel) examine(ctx context.Context) error {
	analyst, err := t.byRole(transit.RoleAnalyst)
	if err != nil {
		return err
	}
	c, err := t.as(ctx, analyst)
	if err != nil {
		return err
	}
	if t.offices, err = officesOf(ctx, c.Registry()); err != nil {
		return err
	}
	t.members = map[string]string{}
	consortium, err := c.Registry().Get(ctx)
	if err != nil {
		return err
	}
	for _, o := range consortium.Organisations {
		if o.Kind == transit.Customs {
			t.members[o.Country] = o.MSP
		}
	}
	if t.FreshLRN {
		t.std.TransitOperation.LRN = freshLRN()
	}
	found := transit.Check(t.std, transit.RuleContext{
		Now:    time.Now().UTC(),
		Member: func(country string) bool { return t.members[country] != "" },
		Office: func(reference string) *transit.Office { return t.offices[reference] },
	})
	found = append(found, transit.Unsupported(t.std)...)
	if len(found) > 0 {
		return &Unfit{Violations: found}
	}
	t.tell.opening(t.std, t.offices)
	return t.findTrader()
}

// officesOf reads all customs offices.
func officesOf(ctx context.Context, registry gateway.Registry) (map[string]*transit.Office, error) {
	all := map[string]*transit.Office{}
	for q := (transit.ListQuery{}); ; {
		page, err := registry.OfficePage(ctx, q)
		if err != nil {
			return nil, err
		}
		for i := range page.Offices {
			all[page.Offices[i].Reference] = &page.Offices[i]
		}
		if q.Bookmark = page.Bookmark; q.Bookmark == "" {
			return all, nil
		}
	}
}

// findTrader looks for who declares: the holder of the procedure, or its representative.
func (t *travel) findTrader() error {
	operators := []string{t.std.Holder.IdentificationNumber}
	if t.std.Representative != nil {
		operators = append(operators, t.std.Representative.IdentificationNumber)
	}
	var err error
	for _, operator := range operators {
		t.trader, err = t.find("a trader for operator "+operator, func(id cats.IdentityProfile) bool {
			return id.Role == transit.RoleTrader && id.Operator == operator
		})
		if err == nil {
			break
		}
	}
	return err
}

// freshLRN makes a local reference number (an..22) from the time.
func freshLRN() string { return "LRN" + time.Now().UTC().Format("060102150405.000000") }

// lodge brings the declaration on the ledger, under a fresh LRN when the declared one has been used.
func (t *travel) lodge(ctx context.Context) error {
	c, err := t.as(ctx, t.trader)
	if err != nil {
		return err
	}
	m, receipt, err := c.Movements().Lodge(ctx, t.std)
	if used(err) || (err == nil && m.Seq > 1) {
		t.tell.note("LRN %s has been used before; the declaration is lodged under a new one", t.std.TransitOperation.LRN)
		t.std.TransitOperation.LRN = freshLRN()
		m, receipt, err = c.Movements().Lodge(ctx, t.std)
	}
	if err != nil {
		return err
	}
	t.took("lodge", t.trader, "", m, receipt)
	return nil
}

func used(err error) bool {
	var fault *transit.Fault
	return errors.As(err, &fault) && fault.Code == transit.AlreadyExists
}

// took keeps and tells a step.
func (t *travel) took(name, by string, before transit.State, m *transit.Movement, receipt cats.Receipt) {
	t.report.Movement = m
	s := Step{Name: name, By: by, Before: before, After: m.State, Receipt: receipt}
	t.report.Steps = append(t.report.Steps, s)
	t.tell.step(s, m)
}

// act is the call of one step of the procedure.
type act func(context.Context, gateway.Movements, string) (*transit.Course, cats.Receipt, error)

// step takes one step of the movement as an identity.
func (t *travel) step(ctx context.Context, s transit.Step, name, identity string, do act) error {
	m := t.report.Movement
	if t.Before != nil {
		t.Before(s, m)
	}
	c, err := t.as(ctx, identity)
	if err != nil {
		return err
	}
	if err := t.seenBy(ctx, c, m.Reference(), m.Seq); err != nil {
		return fmt.Errorf("%s by %s: %w", name, identity, err)
	}
	n, receipt, err := do(ctx, c.Movements(), m.Reference())
	if err != nil {
		return fmt.Errorf("%s by %s: %w", name, identity, err)
	}
	t.took(name, identity, m.State, &transit.Movement{Course: *n, Declared: m.Declared}, receipt)
	if t.after != nil {
		return t.after(ctx)
	}
	return nil
}

// seenBy waits until the organisation's own peer has the last step, as an officer would
// who acts on what the screen shows: another organisation's peer may commit a block later.
func (t *travel) seenBy(ctx context.Context, c party, reference string, seq int) error {
	return poll(ctx, 30*time.Second, func() (bool, error) {
		view, err := c.Movements().Get(ctx, reference)
		var fault *transit.Fault
		switch {
		case errors.As(err, &fault) && fault.Code == transit.NotFound:
			return false, nil
		case errors.As(err, &fault) && fault.Code == transit.NotAuthorised:
			return true, nil // A trader to whom the movement is nothing yet: it is told about the goods by their driver.
		}
		return err == nil && view.Movement.Seq >= seq, err
	})
}

// depart takes the movement from acceptance over a control to release.
func (t *travel) depart(ctx context.Context) error {
	officer, err := t.officer(t.report.Movement.Departure)
	if err != nil {
		return err
	}
	if t.report.Movement.State == transit.PreLodged {
		if err := t.step(ctx, transit.StepPresent, "present the goods", t.trader, present); err != nil {
			return err
		}
	}
	if err := t.step(ctx, transit.StepAccept, "accept", officer, accept); err != nil {
		return err
	}
	if err := t.step(ctx, transit.StepDecideControl, "decide control", officer, decideControl); err != nil {
		return err
	}
	if err := t.step(ctx, transit.StepRecordControl, "control result A1", officer, recordControl); err != nil {
		return err
	}
	before, err := t.balances(ctx)
	if err != nil {
		return err
	}
	if err := t.step(ctx, transit.StepRelease, "release", officer, release); err != nil {
		return err
	}
	if err := t.tellBalances(ctx, before); err != nil {
		return err
	}
	if t.Refusals {
		return t.overdraw(ctx, officer)
	}
	return nil
}

func present(ctx context.Context, m gateway.Movements, movement string) (*transit.Course, cats.Receipt, error) {
	return m.Present(ctx, movement)
}

func accept(ctx context.Context, m gateway.Movements, mrn string) (*transit.Course, cats.Receipt, error) {
	return m.Accept(ctx, mrn)
}

func decideControl(ctx context.Context, m gateway.Movements, mrn string) (*transit.Course, cats.Receipt, error) {
	return m.DecideControl(ctx, mrn, cats.ControlDecision{Types: []string{"10"}})
}

func recordControl(ctx context.Context, m gateway.Movements, mrn string) (*transit.Course, cats.Receipt, error) {
	return m.RecordControl(ctx, mrn, "A1")
}

// limit is how many days the goods may be under way.
const limit = 14

func release(ctx context.Context, m gateway.Movements, mrn string) (*transit.Course, cats.Receipt, error) {
	return m.Release(ctx, mrn, time.Now().UTC().AddDate(0, 0, limit).Format(time.DateOnly))
}

// cross hands the movement from territory to territory.
func (t *travel) cross(ctx context.Context) error {
	for i := 1; i < len(t.report.Movement.Legs); i++ {
		from, to := t.report.Movement.Legs[i-1], t.report.Movement.Legs[i]
		proposer, err := t.officerOf(from.MSP, from.ActualOffice)
		if err != nil {
			return err
		}
		receiver, err := t.officer(to.EntryOffice)
		if err != nil {
			return err
		}
		if err := t.step(ctx, transit.StepProposeHandOff, "propose hand-off", proposer, proposeHandOff); err != nil {
			return err
		}
		if t.Refusals && i == 1 {
			if err := t.intrude(ctx, to); err != nil {
				return err
			}
		}
		if err := t.read(ctx, receiver); err != nil {
			return err
		}
		if err := t.step(ctx, transit.StepAcceptHandOff, "accept hand-off", receiver, acceptHandOff); err != nil {
			return err
		}
	}
	return nil
}

func proposeHandOff(ctx context.Context, m gateway.Movements, mrn string) (*transit.Course, cats.Receipt, error) {
	return m.ProposeHandOff(ctx, mrn)
}

func acceptHandOff(ctx context.Context, m gateway.Movements, mrn string) (*transit.Course, cats.Receipt, error) {
	return m.AcceptHandOff(ctx, mrn)
}

// read shows that the receiving officer has the content, from the own country's collection.
func (t *travel) read(ctx context.Context, officer string) error {
	c, err := t.as(ctx, officer)
	if err != nil {
		return err
	}
	doc, err := c.Movements().Content(ctx, t.report.Movement.Reference())
	if err != nil {
		return fmt.Errorf("reading the content as %s: %w", officer, err)
	}
	goods := doc.STD.Consignment.HouseConsignments[0].ConsignmentItems[0].Commodity.DescriptionOfGoods
	t.tell.note("%s reads the declaration %s: %q, gross mass %s kg", officer, t.verified("digests"), goods, doc.STD.Consignment.GrossMass)
	if s := doc.Signature; s != nil {
		if s.Problem != nil {
			return fmt.Errorf("the declarant's signature, as %s reads it: %w", officer, s.Problem)
		}
		t.tell.signed(s.Proof)
	}
	return nil
}

// arrive takes the movement from arrival to discharge.
func (t *travel) arrive(ctx context.Context) error {
	officer, err := t.officer(t.report.Movement.Destination)
	if err != nil {
		return err
	}
	if err := t.step(ctx, transit.StepArrive, "arrive", officer, arrival); err != nil {
		return err
	}
	if err := t.step(ctx, transit.StepRecordResults, "control results A1", officer, recordResults); err != nil {
		return err
	}
	before, err := t.balances(ctx)
	if err != nil {
		return err
	}
	if err := t.step(ctx, transit.StepDischarge, "discharge", officer, discharge); err != nil {
		return err
	}
	return t.tellBalances(ctx, before)
}

func arrival(ctx context.Context, m gateway.Movements, mrn string) (*transit.Course, cats.Receipt, error) {
	return m.Arrive(ctx, mrn)
}

func recordResults(ctx context.Context, m gateway.Movements, mrn string) (*transit.Course, cats.Receipt, error) {
	return m.RecordResults(ctx, mrn, "A1")
}

func discharge(ctx context.Context, m gateway.Movements, mrn string) (*transit.Course, cats.Receipt, error) {
	return m.Discharge(ctx, mrn)
}
