package contract

import (
	"errors"
	"fmt"
	"slices"

	"carec.example/cats/chaincode/ledger"
	"carec.example/cats/chaincode/transit"
)

// A declaration comes on the ledger in two transactions. Deposit carries the content,
// in the transient map, to the country of departure, whose peer alone endorses: it
// checks format and logic, keeps the content in its private collection, and answers
// with the face, the public facts. Lodge publishes the face. The second transaction is
// endorsed by other countries too, and none of them sees the content; but every peer
// holds the hash of the face which the country of departure computed, so none of them
// endorses another one.

// deposit keeps the content at the country of departure.
func deposit(c *call, req *transit.DepositRequest) (*transit.Face, error) {
	if c.actor.Role != transit.RoleTrader {
		return nil, transit.Faultf(transit.NotAuthorised, "a declaration is lodged by a trader, not by %s", c.actor)
	}
	std, seed, err := c.transientSTD()
	if err != nil {
		return nil, err
	}
	if fault := agrees(req, std); fault != nil {
		return nil, fault
	}
	jws, refused, err := c.declarantSignature(std)
	if err != nil {
		return nil, err
	}
	face, err := c.examine(std, req, refused...)
	if err != nil {
		return nil, err
	}
	if err := c.mayDeposit(std, face); err != nil {
		return nil, err
	}
	return face, c.keep(std, face, seed, jws)
}

func (c *call) transientSTD() (*transit.STD, []byte, error) {
	t, err := c.Stub().GetTransient()
	if err != nil {
		return nil, nil, fmt.Errorf("couldn't read the transient map: %w", err)
	}
	seed := t[transit.TransientSalt]
	if len(seed) != transit.SeedLength {
		return nil, nil, transit.Faultf(transit.MalformedRequest, "the transient salt has %d bytes, not %d", len(seed), transit.SeedLength)
	}
	std, err := transit.DecodeSTD(t[transit.TransientSTD])
	if err == nil {
		return std, seed, nil
	}
	v := transit.Violation{Code: "15", Text: err.Error()}
	var at *transit.DecodeError
	if errors.As(err, &at) {
		v.Pointer, v.Text = at.Pointer, at.Msg
	}
	return nil, nil, transit.Faultf(transit.InvalidDocument, "the document cannot be read").With(v)
}

// agrees compares the public argument with the content: both name the same declaration.
func agrees(req *transit.DepositRequest, std *transit.STD) *transit.Fault {
	if req.LRN != std.TransitOperation.LRN || req.Departure != std.DepartureOffice.ReferenceNumber {
		return transit.Faultf(transit.MalformedRequest, "the request names another LRN or office of departure than the document")
	}
	if req.Version < 1 {
		return transit.Faultf(transit.MalformedRequest, "versions of the content count from 1").At("/version")
	}
	return nil
}

// examine does the format and logic control, and computes the face. Everything that
// format and rules have against the document is told at once, together with what was found before; the guarantees are asked
// when nothing is.
func (c *call) examine(std *transit.STD, req *transit.DepositRequest, before ...transit.Violation) (*transit.Face, error) {
	rules, err := c.ruleContext(std)
	if err != nil {
		return nil, err
	}
	found := slices.Concat(before, transit.Check(std, rules), transit.Unsupported(std))
	if len(found) > 0 {
		return nil, transit.Faultf(transit.InvalidDocument, "the declaration breaks rules in %d places", len(found)).With(found...)
	}
	face, err := c.face(std, req.Version)
	if err != nil {
		return nil, err
	}
	face.Presentable = face.AdditionalType == transit.AdditionalPreLodged && len(transit.CheckPresentation(std, rules)) == 0
	face.FirstArrival = transit.FirstArrival(std)
	refused, err := c.claims(std, face)
	if err != nil {
		return nil, err
	}
	if len(refused) > 0 {
		return nil, transit.Faultf(transit.GuaranteeRefused, "the guarantee is not valid for the declaration").With(refused...)
	}
	face.Required, err = c.required(std, face)
	return face, err
}

// ruleContext is what the rules may ask of the registry about a document.
func (c *call) ruleContext(std *transit.STD) (transit.RuleContext, error) {
	offices, err := c.officesOf(std)
	if err != nil {
		return transit.RuleContext{}, err
	}
	operators, err := c.operatorsOf(std)
	if err != nil {
		return transit.RuleContext{}, err
	}
	packs, err := c.packsOf(offices)
	return transit.RuleContext{
		Now:        c.At(),
		Office:     func(reference string) *transit.Office { return offices[reference] },
		Member:     func(country string) bool { return c.customsOf(country) != nil },
		Registered: func(number string) *transit.Operator { return operators[number] },
		Pack:       func(country string) string { return packs[country] },
	}, err
}

// maxOffices bounds the offices that are read for one document: departure, destination, and nine each of transit and exit.
const maxOffices = 20

// officesOf reads every customs office that the document names for the route. A document that names more than it may is
// refused for that.
func (c *call) officesOf(std *transit.STD) (map[string]*transit.Office, error) {
	references := []string{std.DepartureOffice.ReferenceNumber, std.DestinationOffice.ReferenceNumber}
	for _, o := range std.TransitOffices {
		references = append(references, o.ReferenceNumber)
	}
	for _, o := range std.ExitOffices {
		references = append(references, o.ReferenceNumber)
	}
	out := map[string]*transit.Office{}
	for _, r := range references[:min(len(references), maxOffices)] {
		if transit.ValidateCustomsOffice(r) != nil {
			continue
		}
		o, err := c.Office(r)
		if err != nil {
			return nil, err
		}
		if o != nil && c.Organisation(o.MSP) != nil {
			out[r] = o
		}
	}
	return out, nil
}

// face computes the public facts of a document that has passed the rules.
func (c *call) face(std *transit.STD, version int) (*transit.Face, error) {
	departure := std.DepartureOffice.ReferenceNumber
	declarant := transit.Declarant{MSP: c.actor.MSP, Operator: c.actor.Operator}
	if std.Holder.IdentificationNumber != declarant.Operator &&
		(std.Representative == nil || std.Representative.IdentificationNumber != declarant.Operator) {
		return nil, transit.Faultf(transit.NotAuthorised,
			"operator %s is neither the holder of the procedure nor its representative in the declaration", declarant.Operator)
	}
	id, err := transit.NewMovementID(transit.OfficeCountry(departure), declarant.MSP, declarant.Operator, std.TransitOperation.LRN)
	if err != nil {
		return nil, fmt.Errorf("couldn't derive the movement identification: %w", err)
	}
	face := &transit.Face{
		V: 1, ID: id.String(), Version: version, LRN: std.TransitOperation.LRN, Declarant: declarant,
		Holder:          std.Holder.IdentificationNumber,
		DeclarationType: std.TransitOperation.DeclarationType, Security: std.TransitOperation.Security,
		AdditionalType: std.TransitOperation.AdditionalDeclarationType,
		Departure:      departure, Destination: std.DestinationOffice.ReferenceNumber,
		Guarantors: []string{}, Guarantees: []transit.GuaranteeClaim{}, Sections: []transit.SectionDigest{},
	}
	for _, o := range std.ExitOffices {
		face.ExitOffices = append(face.ExitOffices, o.ReferenceNumber)
	}
	face.Legs, err = c.legs(std)
	return face, err
}

func (c *call) legs(std *transit.STD) ([]transit.Leg, error) {
	territories, found := transit.Itinerary(std)
	if len(found) > 0 {
		return nil, transit.Faultf(transit.InvalidDocument, "the itinerary cannot be followed").With(found...)
	}
	legs := make([]transit.Leg, len(territories))
	for i, t := range territories {
		org := c.customsOf(t.Country)
		if org == nil {
			return nil, transit.Faultf(transit.InvalidDocument, "%s is no customs territory of the consortium", t.Country)
		}
		if err := c.legStands(i, org.MSP); err != nil {
			return nil, err
		}
		legs[i] = transit.Leg{
			Country: t.Country, MSP: org.MSP, EntryOffice: t.EntryOffice, State: transit.LegExpected,
		}
	}
	return legs, nil
}

// claims checks each guarantee reference against the guarantee on the ledger, access
// code and goods included, and puts the claims on the face. Of a guarantee that is not kept by
// reference only type and amount become public.
func (c *call) claims(std *transit.STD, face *transit.Face) ([]transit.Violation, error) {
	var refused []transit.Violation
	for i, d := range std.Guarantees {
		at := fmt.Sprintf("/guarantees/%d", i)
		if len(d.GuaranteeReferences) == 0 {
			refused = append(refused, addClaim(face, transit.GuaranteeClaim{Type: d.GuaranteeType}, at)...)
		}
		for k, ref := range d.GuaranteeReferences {
			v, err := c.claim(std, d.GuaranteeType, ref, face, fmt.Sprintf("%s/guaranteeReferences/%d", at, k))
			if err != nil {
				return nil, err
			}
			refused = append(refused, v...)
		}
	}
	slices.Sort(face.Guarantors)
	face.Guarantors = slices.Compact(face.Guarantors)
	return refused, nil
}

// addClaim puts a claim on the face, unless it is not one that its type gives.
func addClaim(face *transit.Face, claim transit.GuaranteeClaim, pointer string) []transit.Violation {
	if text := claim.CheckClaim(face.DeclarationType); text != "" {
		return []transit.Violation{{Code: "14", Pointer: pointer, Rule: "C0086", Value: claim.Type, Text: text}}
	}
	face.Guarantees = append(face.Guarantees, claim)
	return nil
}

func (c *call) claim(
	std *transit.STD, guaranteeType string, ref transit.DeclaredReference, face *transit.Face, pointer string,
) ([]transit.Violation, error) {
	amount, err := transit.ParseMoney(string(ref.AmountToBeCovered), ref.Currency)
	if err != nil {
		return []transit.Violation{{Code: "14", Pointer: pointer + "/amountToBeCovered", Text: err.Error()}}, nil //nolint:nilerr // it is the violation
	}
	claim := transit.GuaranteeClaim{GRN: ref.GRN, Type: guaranteeType, Amount: amount}
	if ref.GRN == "" {
		return addClaim(face, claim, pointer), nil
	}
	if slices.ContainsFunc(face.Guarantees, func(g transit.GuaranteeClaim) bool { return g.GRN == claim.GRN }) {
		return []transit.Violation{{Code: "15", Pointer: pointer + "/grn", Value: ref.GRN, Text: "the guarantee is named twice"}}, nil
	}
	g, refused, err := c.admission(claim, *face, pointer)
	if err != nil || len(refused) > 0 {
		return refused, err
	}
	// Last, since it costs a millisecond and must not be tried by those whom the guarantee is not for anyway.
	opens, err := g.Opens(ref.AccessCode)
	if err != nil {
		return nil, err
	}
	if !opens {
		// The wrong code is not repeated in the refusal.
		return []transit.Violation{{
			Code: "G03", Pointer: pointer + "/accessCode", Rule: "C0086", Text: "the access code is not one of guarantee " + ref.GRN,
		}}, nil
	}
	if refused := g.Terms.AdmitsGoods(std, pointer); len(refused) > 0 {
		return refused, nil
	}
	if g.Terms.Guarantor != "" {
		face.Guarantors = append(face.Guarantors, g.Terms.Guarantor)
	}
	return addClaim(face, claim, pointer), nil
}

// mayDeposit lets a declaration in once, and an amendment only by its declarant.
func (c *call) mayDeposit(std *transit.STD, face *transit.Face) error {
	m, err := c.Movement(face.ID)
	if err != nil {
		return err
	}
	switch { // In this order: each case counts on those before it.
	case m == nil && face.Version == 1:
		return nil
	case m == nil:
		return transit.Faultf(transit.NotFound, "there is no movement %s to amend", face.ID)
	case face.Version == 1:
		return alreadyLodged(m)
	case !amendableState(m):
		return transit.Faultf(transit.OutOfSequence, "movement %s is %s and cannot be amended", m.Reference(), m.State)
	case face.Version != m.Version+1:
		return transit.Faultf(transit.Stale, "the next content of movement %s has version %d", m.Reference(), m.Version+1).At("/version")
	}
	return c.mayAmend(m, std)
}

// amendableState reports whether the procedure has a row for an amendment now.
func amendableState(m *transit.Movement) bool {
	switch m.State {
	case transit.PreLodged, transit.Submitted, transit.Accepted, transit.GuaranteeUnderAmendment:
		return true
	case transit.UnderControl:
		return m.AmendmentAsked != ""
	}
	return false
}

// mayAmend compares an amendment with the content that it replaces, which only the country of departure can read (R0520).
func (c *call) mayAmend(m *transit.Movement, std *transit.STD) error {
	values := make([][]byte, len(m.Sections))
	for i, s := range m.Sections {
		var err error
		if values[i], err = c.Private(m.Legs[0].MSP, ledger.SectionKey(m.ID, m.Version, s.Name)); err != nil {
			return err
		}
	}
	was, err := joined(m, values)
	if err != nil {
		return err
	}
	if found := transit.CheckAmendment(was, std, m.State == transit.GuaranteeUnderAmendment); len(found) > 0 {
		return transit.Faultf(transit.InvalidDocument, "the amendment changes what has to stay").With(found...)
	}
	if m.PresentedAt == "" {
		return nil
	}
	rules, err := c.ruleContext(std)
	if err != nil {
		return err
	}
	if found := transit.CheckPresentation(std, rules); len(found) > 0 {
		return transit.Faultf(transit.InvalidDocument, "the goods were presented; an amendment may leave nothing open any more").With(found...)
	}
	return nil
}

func alreadyLodged(m *transit.Movement) error {
	return transit.Faultf(transit.AlreadyExists, "the declarant has used LRN %s for movement %s, which is %s", m.LRN, m.Reference(), m.State).
		With(transit.Violation{Code: "26", Pointer: "/lrn", Value: m.LRN, Text: "LRN used before"})
}

// keep seals the sections into the departure country's collection, and with them the face. Access codes have been checked
// by then and stay behind: the content travels to every country of the route, and the codes are for none of them.
func (c *call) keep(std *transit.STD, face *transit.Face, seed, jws []byte) error {
	sections, err := std.WithoutAccessCodes().Sections()
	if err != nil {
		return fmt.Errorf("couldn't split the document: %w", err)
	}
	if jws != nil {
		signed, err := transit.NewSignatureSection(jws)
		if err != nil {
			return err
		}
		sections = append(sections, signed)
	}
	owner := face.Legs[0].MSP
	for _, s := range sections {
		value, digest, err := transit.SealSection(s, seed)
		if err != nil {
			return err
		}
		face.Sections = append(face.Sections, digest)
		c.PutPrivate(owner, ledger.SectionKey(face.ID, face.Version, s.Name), value)
	}
	value, err := transit.Canonical(face)
	if err != nil {
		return fmt.Errorf("couldn't encode the face: %w", err)
	}
	c.PutPrivate(owner, ledger.FaceKey(face.ID, face.Version), value)
	return c.PutHeld(owner, face.ID, transit.Holding(face.Version))
}

// lodge publishes a deposited face as a new record.
func lodge(c *call, req *transit.LodgeRequest) (*transit.Written, error) {
	if err := c.checkFace(req); err != nil {
		return nil, err
	}
	if req.Face.Version != 1 {
		return nil, transit.Faultf(transit.MalformedRequest, "a declaration has version 1").At("/face/version")
	}
	was, err := c.Movement(req.Face.ID)
	if err != nil {
		return nil, err
	}
	if was != nil && was.Recorded(c.actor, req.MessageID) {
		return nil, transit.Faultf(transit.Duplicate, "the message %s was recorded before; movement %s is %s", req.MessageID, was.Reference(), was.State)
	}
	if was != nil {
		return nil, alreadyLodged(was)
	}
	m := transit.NewMovement(req.Face, c.request(transit.StepRequest{Header: req.Header}), c.members(transit.Regulator))
	if len(m.Endorsement().Any) == 0 {
		return nil, transit.Faultf(transit.InvalidDocument, "nobody but the custodian would endorse: the route needs a second organisation")
	}
	if err := c.PutMovement(m, nil); err != nil {
		return nil, err
	}
	c.Emit(transit.EventStep{
		Record: "movement", ID: m.ID, Seq: m.Seq, Step: string(transit.StepLodge), To: m.State, Custodian: m.Custodian, By: c.actor.MSP,
	})
	return written(m), nil
}

// amend publishes a deposited face as the new content of a record.
func amend(c *call, req *transit.LodgeRequest) (*transit.Written, error) {
	if err := c.checkFace(req); err != nil {
		return nil, err
	}
	m, err := c.movement(req.Face.ID)
	if err != nil {
		return nil, err
	}
	if f := &req.Face; f.Legs[0].MSP != m.Legs[0].MSP || f.Declarant != m.Declarant {
		return nil, transit.Faultf(transit.NotAuthorised, "an amendment comes from the same declarant through the same country of departure")
	}
	r := c.request(transit.StepRequest{Header: req.Header})
	r.Face = &req.Face
	return c.take(transit.StepAmend, m, r)
}
