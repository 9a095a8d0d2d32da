package projection

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"carec.example/cats/chaincode/transit"
)

// Reader is for whom a [View] answers, as the organisation knows it.
type Reader struct {
	// MSP of its organisation, whose database this is.
	MSP  string
	Role transit.Role
	// Operator is the number of a trader.
	Operator string
}

// View answers one reader. The tables hold the public record of all movements and, for the search, what the content says of
// those that the organisation's peer holds: more than each of the organisation's people may read at the ledger. A view tells
// nobody more than the ledger would, and lists no more than is the reader's business. Whoever has the database itself asks the
// [Model].
//
// Officers and couriers find every movement by its public references, as the ledger lets them read every public record, and by what
// the content says those on whose itinerary their organisation is, whose content the ledger lets them read. Overdue movements are
// those of their organisation, work lists those of its offices.
//
// Traders find, and read the timeline of, what they have declared or hold and what waits for them; by what the content says only
// what they have declared themselves. Work lists are their own, exposure that of their own guarantees. They get no statistics, in
// which a movement of somebody else's could be told by a difference.
//
// Guarantors find every movement by its public references and none by its content. Exposure, claims, work lists and overdue
// movements are those for which their organisation stands.
//
// Analysts of a regulator see all that is public; they search no content. Administrators do not either, and get the lists of
// their organisation.
//
// Anybody else is refused. What a reader may not see is not there: a list goes on without it, a movement is [ErrNotFound]. What a
// reader may not ask is [*NotForReader].
type View struct {
	model *Model
	of    Reader
}

// View makes the view of a reader.
func (m *Model) View(r Reader) *View {
	return &View{model: m, of: r}
}

// NotForReader means that a question is not for the reader, whatever the answer would be.
type NotForReader struct{ What string }

func (e *NotForReader) Error() string { return e.What }

func refuse(format string, args ...any) error {
	return &NotForReader{What: fmt.Sprintf(format, args...)}
}

// bound is a condition on the row m of a movement, in which ? stands for the values. The zero value bounds nothing.
type bound struct {
	text string
	args []any
	// few, where it is set, selects the numbers of all movements that meet the condition, which are few beside all that there are.
	few     string
	fewArgs []any
}

// scope bounds a search: what may be found by the public record, and what by the content.
type scope struct{ record, content bound }

// ofNobody is met by no movement.
func ofNobody() bound { return bound{text: "1 = 0"} }

// ofOperator are the movements that a trader has declared.
func (v *View) ofOperator() bound {
	args := []any{v.of.Operator, v.of.MSP}
	return bound{
		text: "m.declarant = ? AND m.declarant_msp = ?", args: args,
		few: "SELECT n FROM ledger_movement WHERE declarant = ? AND declarant_msp = ?", fewArgs: args,
	}
}

// seen is met by the movements whose public record the reader may read.
func (v *View) seen() bound {
	switch v.of.Role {
	case transit.RoleOfficer, transit.RoleCourier, transit.RoleGuarantor, transit.RoleAnalyst, transit.RoleAdministrator:
		return bound{}
	case transit.RoleTrader:
		if v.of.Operator == "" {
			break
		}
		b := v.ofOperator()
		further := []any{v.of.Operator, forOperator(v.of.Operator)}
		return bound{
			text: "(" + b.text + " OR m.holder = ? OR EXISTS (SELECT 1 FROM ledger_task t WHERE t.movement = m.id AND t.who = ?))",
			args: slices.Concat(b.args, further),
			few: b.few + " UNION SELECT n FROM ledger_movement WHERE holder = ? " +
				"UNION SELECT w.n FROM ledger_task t JOIN ledger_movement w ON w.id = t.movement WHERE t.who = ?",
			fewArgs: slices.Concat(b.fewArgs, further),
		}
	}
	return ofNobody()
}

// readable is met by the movements whose content the ledger lets the reader read at the organisation's peer.
func (v *View) readable() bound {
	switch v.of.Role {
	case transit.RoleOfficer, transit.RoleCourier:
		return bound{text: "EXISTS (SELECT 1 FROM ledger_leg l WHERE l.movement = m.id AND l.msp = ?)", args: []any{v.of.MSP}}
	case transit.RoleTrader:
		if v.of.Operator != "" {
			return v.ofOperator()
		}
	}
	return ofNobody()
}

// concerned is met by the movements that are the business of the reader: of a trader its own, of an analyst all, of others those on
// whose itinerary their organisation is or for which it stands.
func (v *View) concerned() bound {
	if v.of.Role == transit.RoleTrader || v.of.Role == transit.RoleAnalyst {
		return v.seen()
	}
	return bound{
		text: "(EXISTS (SELECT 1 FROM ledger_leg l WHERE l.movement = m.id AND l.msp = ?) OR ' ' || m.guarantors || ' ' LIKE ?)",
		args: []any{v.of.MSP, "% " + v.of.MSP + " %"},
	}
}

// known refuses those whose role the ledger gives no part.
func (v *View) known() error {
	if v.of.MSP == "" || v.of.Role == transit.RoleTrader && v.of.Operator == "" {
		return refuse("the read model is for people of the organisation")
	}
	switch v.of.Role {
	case transit.RoleOfficer, transit.RoleCourier, transit.RoleTrader, transit.RoleGuarantor, transit.RoleAnalyst, transit.RoleAdministrator:
		return nil
	}
	return refuse("the read model is not for a reader with the role %q", v.of.Role)
}

// Worklist is [Model.Worklist] for the reader.
func (v *View) Worklist(ctx context.Context, w Work) (*Page[WorkItem], error) {
	if err := v.mayWork(ctx, &w); err != nil {
		return nil, err
	}
	return v.model.Worklist(ctx, w)
}

// WorkCounts is [Model.WorkCounts] for the reader.
func (v *View) WorkCounts(ctx context.Context, w Work) (map[Task]int, error) {
	if err := v.mayWork(ctx, &w); err != nil {
		return nil, err
	}
	return v.model.WorkCounts(ctx, w)
}

// mayWork holds whose list it is against the reader's organisation.
func (v *View) mayWork(ctx context.Context, w *Work) error {
	if err := v.known(); err != nil || v.of.Role == transit.RoleAnalyst {
		return err
	}
	trader := v.of.Role == transit.RoleTrader
	if w.Operator != "" && (!trader || w.Operator != v.of.Operator) {
		return refuse("a work list of an operator is for that operator")
	}
	if w.Guarantor != "" && (trader || w.Guarantor != v.of.MSP) {
		return refuse("a work list of a guarantor is for that guarantor")
	}
	if w.Office == "" {
		return nil
	}
	return v.mayWorkAt(ctx, w.Office)
}

// mayWorkAt keeps the lists of offices to the people of their organisation.
func (v *View) mayWorkAt(ctx context.Context, office string) error {
	if v.of.Role == transit.RoleTrader {
		return refuse("work lists of offices are not for traders")
	}
	own, err := v.ownOffice(ctx, office)
	if err == nil && !own {
		err = refuse("work lists of an office are for the organisation to which it belongs")
	}
	return err
}

func (v *View) ownOffice(ctx context.Context, reference string) (bool, error) {
	var msp string
	err := v.model.db.QueryRowContext(ctx, "SELECT msp FROM ledger_office WHERE reference = $1", reference).Scan(&msp)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("couldn't read office %s: %w", reference, err)
	}
	return msp == v.of.MSP, nil
}

// Kinds are those by which the reader may search.
func (v *View) Kinds() []Kind {
	switch v.of.Role {
	case transit.RoleOfficer, transit.RoleCourier, transit.RoleTrader:
		return Kinds()
	}
	return []Kind{ByMRN, ByLRN, ByOperator}
}

// Search is [Model.Search] for the reader: in all ways that are open to it unless it names some.
func (v *View) Search(ctx context.Context, s Search) (*Page[Hit], error) {
	if err := v.known(); err != nil {
		return nil, err
	}
	open := v.Kinds()
	if len(s.Kinds) == 0 {
		s.Kinds = open
	}
	for _, k := range s.Kinds {
		if !slices.Contains(open, k) {
			return nil, refuse("searching by %s looks into the content, which is not for a reader with the role %q", k, v.of.Role)
		}
	}
	return v.model.search(ctx, s, scope{record: v.seen(), content: v.readable()})
}

// Movement is [Model.Movement] for the reader.
func (v *View) Movement(ctx context.Context, reference string) (*Movement, error) {
	if err := v.see(ctx, reference); err != nil {
		return nil, err
	}
	return v.model.Movement(ctx, reference)
}

// Timeline is [Model.Timeline] for the reader; [ErrNotFound] when there is no such movement.
func (v *View) Timeline(ctx context.Context, reference string, p Paging) (*Page[Moment], error) {
	if err := v.see(ctx, reference); err != nil {
		return nil, err
	}
	return v.model.Timeline(ctx, reference, p)
}

// see is ErrNotFound for a movement that is not there or not for the reader, who cannot tell which.
func (v *View) see(ctx context.Context, reference string) error {
	if err := v.known(); err != nil {
		return err
	}
	var c conditions
	c.add("m.id = ?", identificationOf(reference))
	c.holds(v.seen())
	var n int
	err := v.model.db.QueryRowContext(ctx, "SELECT COUNT(*) FROM ledger_movement m"+c.where(), c.args...).Scan(&n)
	if err != nil {
		return fmt.Errorf("couldn't look for movement %s: %w", reference, err)
	}
	if n == 0 {
		return ErrNotFound
	}
	return nil
}

// Overdue is [Model.Overdue] for the reader.
func (v *View) Overdue(ctx context.Context, l Late) (*Page[Overdue], error) {
	if err := v.known(); err != nil {
		return nil, err
	}
	return v.model.overdue(ctx, l, v.concerned())
}

// Exposure is [Model.Exposure] for the reader: a trader's own guarantees, a guarantor's own, all for others.
func (v *View) Exposure(ctx context.Context, e Exposed) (*Page[Exposure], error) {
	if err := v.known(); err != nil {
		return nil, err
	}
	switch v.of.Role {
	case transit.RoleTrader:
		if e.Holder != "" && e.Holder != v.of.Operator {
			return nil, refuse("exposure of another holder is not for a trader")
		}
		e.Holder = v.of.Operator
	case transit.RoleGuarantor:
		if e.Guarantor != "" && e.Guarantor != v.of.MSP {
			return nil, refuse("exposure of another guarantor is not for a guarantor")
		}
		e.Guarantor = v.of.MSP
	}
	return v.model.Exposure(ctx, e)
}

// mayCount refuses statistics to traders.
func (v *View) mayCount() error {
	if v.of.Role == transit.RoleTrader {
		return refuse("statistics are not for traders")
	}
	return v.known()
}

// Crossings is [Model.Crossings] for the reader.
func (v *View) Crossings(ctx context.Context, p Period) ([]Crossing, error) {
	if err := v.mayCount(); err != nil {
		return nil, err
	}
	return v.model.Crossings(ctx, p)
}

// Discharges is [Model.Discharges] for the reader.
func (v *View) Discharges(ctx context.Context, p Period) ([]Discharge, error) {
	if err := v.mayCount(); err != nil {
		return nil, err
	}
	return v.model.Discharges(ctx, p)
}

// Claims is [Model.Claims] for the reader: on a guarantor alone when it is one.
func (v *View) Claims(ctx context.Context, p Period) ([]ClaimSum, error) {
	if err := v.mayCount(); err != nil {
		return nil, err
	}
	all, err := v.model.Claims(ctx, p)
	if err == nil && v.of.Role == transit.RoleGuarantor {
		all = slices.DeleteFunc(all, func(c ClaimSum) bool { return c.Guarantor != v.of.MSP })
	}
	return all, err
}

// States is [Model.States] for the reader.
func (v *View) States(ctx context.Context) ([]StateCount, error) {
	if err := v.mayCount(); err != nil {
		return nil, err
	}
	return v.model.States(ctx)
}

// within adds a bound to a query of all movements.
func (c *conditions) within(b bound) {
	if b.few != "" {
		c.add("m.n IN ("+b.few+")", b.fewArgs...)
		return
	}
	c.holds(b)
}

// holds adds a bound to a query of movements that are few already.
func (c *conditions) holds(b bound) {
	if b.text != "" {
		c.add(b.text, b.args...)
	}
}

// within bounds the movements that a query of the search finds. It is held against each of them as they come, newest first: the sign
// before a number keeps SQLite from asking the index of words for each of the few, which costs more than to go through what it found.
func (q *question) within(b bound) *question {
	c := conditions{args: slices.Clone(q.args)}
	switch {
	case b.few != "":
		c.add("+"+q.number+" IN ("+b.few+")", b.fewArgs...)
	case b.text != "":
		c.add("EXISTS (SELECT 1 FROM ledger_movement m WHERE m.n = "+q.number+" AND "+b.text+")", b.args...)
	default:
		return q
	}
	out := *q
	out.text, out.args = q.text+" AND "+c.texts[0], c.args
	return &out
}
