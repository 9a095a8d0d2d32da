package contract

import (
	"fmt"
	"regexp"
	"slices"

	"carec.example/cats/chaincode/ledger"
	"carec.example/cats/chaincode/transit"
)

// The country of departure alone sees the content, and its peer computes the face. That
// its hash stands in the country's private collection proves who made it, not that it is
// right: a country could run other code. So every endorser of the publication checks
// whatever of the face can be checked without the content.

// checkFace makes sure that the face is the one which the country of departure computed,
// and one that it could have computed.
func (c *call) checkFace(req *transit.LodgeRequest) error {
	f := &req.Face
	if fault := checkMessageID(req.MessageID); fault != nil {
		return fault
	}
	if c.actor.Role != transit.RoleTrader || c.actor.MSP != f.Declarant.MSP || c.actor.Operator != f.Declarant.Operator {
		return transit.Faultf(transit.NotAuthorised, "the declaration is the declarant's to lodge, not for %s", c.actor)
	}
	for _, check := range []func(*transit.Face) error{
		faceIdentity, faceDays, c.faceLegs, c.faceExits, faceSections, c.faceSigned, c.faceGuarantees, faceRequired, c.faceDeposited,
	} {
		if err := check(f); err != nil {
			return err
		}
	}
	return nil
}

func badFace(pointer, format string, args ...any) error {
	return transit.Faultf(transit.ContentMismatch, "the face is not one that a declaration gives: "+format, args...).At("/face" + pointer)
}

// faceIdentity: the identification follows from the declarant and its LRN, in the country of departure.
func faceIdentity(f *transit.Face) error {
	switch {
	case f.V != 1 || f.Version < 1:
		return badFace("/v", "unknown format or version")
	case transit.ValidateCustomsOffice(f.Departure) != nil || transit.ValidateCustomsOffice(f.Destination) != nil:
		return badFace("/departure", "departure or destination is no customs office")
	case transit.ValidateLRN(f.LRN) != nil:
		return badFace("/lrn", "the LRN is not valid")
	case !transit.DeclarationTypes().Has(f.DeclarationType) || !transit.SecurityCodes().Has(f.Security) ||
		!transit.AdditionalDeclarationTypes().Has(f.AdditionalType):
		return badFace("/declarationType", "declaration type, additional type or security is not in its code list")
	}
	id, err := transit.NewMovementID(transit.OfficeCountry(f.Departure), f.Declarant.MSP, f.Declarant.Operator, f.LRN)
	if err != nil || id.String() != f.ID {
		return badFace("/id", "the identification does not follow from declarant and LRN")
	}
	return nil
}

// faceDays: what the content says of presentation and arrival, in the form that it has.
func faceDays(f *transit.Face) error {
	if f.Presentable && f.AdditionalType != transit.AdditionalPreLodged {
		return badFace("/presentable", "only a declaration that is lodged before presentation says whether its goods can be presented")
	}
	if _, err := f.FirstArrival.Parse(); f.FirstArrival != "" && err != nil {
		return badFace("/firstArrival", "it is no day")
	}
	return nil
}

// maxLegs bounds an itinerary: nine offices of transit, and departure.
const maxLegs = 10

// faceLegs: each leg is the territory of a member, entered at an office of its own that has the role, and not begun.
func (c *call) faceLegs(f *transit.Face) error {
	if len(f.Legs) == 0 || len(f.Legs) > maxLegs {
		return badFace("/legs", "an itinerary has 1 to %d territories", maxLegs)
	}
	for i := range f.Legs {
		if err := c.faceLeg(f, i); err != nil {
			return err
		}
	}
	if f.Legs[0].EntryOffice != f.Departure {
		return badFace("/legs/0", "the first leg begins elsewhere than at the office of departure")
	}
	return c.faceOffice(f.Destination, f.Legs[len(f.Legs)-1].MSP, transit.OfficeDestination)
}

func (c *call) faceLeg(f *transit.Face, i int) error {
	l, role := f.Legs[i], transit.OfficeTransit
	if i == 0 {
		role = transit.OfficeDeparture
	}
	if err := c.faceOffice(l.EntryOffice, l.MSP, role); err != nil {
		return err
	}
	if org := c.customsOf(l.Country); org == nil || org.MSP != l.MSP {
		return badFace(fmt.Sprintf("/legs/%d", i), "%s is not the customs authority of %s", l.MSP, l.Country)
	}
	if err := c.legStands(i, l.MSP); err != nil {
		return err
	}
	if l != (transit.Leg{Country: l.Country, MSP: l.MSP, EntryOffice: l.EntryOffice, State: transit.LegExpected}) {
		return badFace(fmt.Sprintf("/legs/%d", i), "the leg has begun")
	}
	if i > 0 && f.Legs[i-1].Country == l.Country {
		return badFace(fmt.Sprintf("/legs/%d", i), "the territory is entered twice running")
	}
	return nil
}

// faceExits: the offices of exit are members' and have the role.
func (c *call) faceExits(f *transit.Face) error {
	if len(f.ExitOffices) > maxLegs {
		return badFace("/exitOffices", "there are more than %d offices of exit", maxLegs)
	}
	for _, o := range f.ExitOffices {
		org := c.customsOf(transit.OfficeCountry(o))
		if org == nil {
			return badFace("/exitOffices", "%q lies in no member's territory", o)
		}
		if err := c.faceOffice(o, org.MSP, transit.OfficeExit); err != nil {
			return err
		}
	}
	return nil
}

func (c *call) faceOffice(reference, msp, role string) error {
	if transit.ValidateCustomsOffice(reference) != nil {
		return badFace("/legs", "%q is no customs office", reference)
	}
	o, err := c.Office(reference)
	if err != nil {
		return err
	}
	if o == nil || o.MSP != msp || !o.Has(role) {
		return badFace("/legs", "%s is no office of %s for %s", reference, role, msp)
	}
	return nil
}

// faceSections: every section has one digest; the signature, where there is one, is the last.
func faceSections(f *transit.Face) error {
	digest := regexp.MustCompile(`^[0-9a-f]{64}$`)
	names := transit.AllSections()
	if unsigned := len(transit.SectionNames()); len(f.Sections) < unsigned || len(f.Sections) > len(names) {
		return badFace("/sections", "it has not one digest for each section")
	}
	for i, s := range f.Sections {
		if s.Name != names[i] || !digest.MatchString(s.Digest) {
			return badFace(fmt.Sprintf("/sections/%d", i), "not the digest of section %s", names[i])
		}
	}
	return nil
}

// faceGuarantees: each claim is one that its type gives, each guarantee kept by reference stands on the ledger and admits the
// claim, and the guarantors are theirs. The goods are the country of departure's to compare.
func (c *call) faceGuarantees(f *transit.Face) error {
	if len(f.Guarantees) == 0 || len(f.Guarantees) > transit.MaxReferences {
		return badFace("/guarantees", "1 to %d guarantees are needed", transit.MaxReferences)
	}
	guarantors, seen := []string{}, []string{}
	for i, claim := range f.Guarantees {
		pointer := fmt.Sprintf("/guarantees/%d", i)
		if text := claim.CheckClaim(f.DeclarationType); text != "" {
			return badFace(pointer, "%s", text)
		}
		if claim.GRN == "" {
			continue
		}
		if slices.Contains(seen, claim.GRN) {
			return badFace(pointer, "the guarantee is named twice")
		}
		seen = append(seen, claim.GRN)
		guarantor, err := c.faceGuarantee(f, claim, pointer)
		if err != nil {
			return err
		}
		if guarantor != "" {
			guarantors = append(guarantors, guarantor)
		}
	}
	slices.Sort(guarantors)
	if !slices.Equal(slices.Compact(guarantors), f.Guarantors) {
		return badFace("/guarantors", "the guarantors are not those of the guarantees")
	}
	return nil
}

// faceGuarantee holds one claim against its guarantee and tells who stands behind it; nobody behind a waiver.
func (c *call) faceGuarantee(f *transit.Face, claim transit.GuaranteeClaim, pointer string) (string, error) {
	if _, err := transit.ParseGRN(claim.GRN); err != nil {
		return "", badFace(pointer, "the reference is not valid")
	}
	g, refused, err := c.admission(claim, *f, "/face"+pointer)
	if err != nil {
		return "", err
	}
	if g == nil {
		return "", badFace(pointer, "there is no guarantee %s", claim.GRN)
	}
	if len(refused) > 0 {
		return "", transit.Faultf(transit.GuaranteeRefused, "the guarantee is not valid for the declaration").With(refused...)
	}
	return g.Terms.Guarantor, nil
}

// faceDeposited compares the face with the hash of the one that the country of departure keeps.
func (c *call) faceDeposited(f *transit.Face) error {
	want, err := faceDigest(f)
	if err != nil {
		return err
	}
	digest, err := c.PrivateDigest(f.Legs[0].MSP, ledger.FaceKey(f.ID, f.Version))
	if err != nil {
		return err
	}
	if digest != want {
		return transit.Faultf(transit.ContentMismatch, "the face is not the one deposited with %s", f.Legs[0].MSP).At("/face")
	}
	return nil
}

func faceDigest(f *transit.Face) (string, error) {
	value, err := transit.Canonical(f)
	if err != nil {
		return "", transit.Faultf(transit.MalformedRequest, "%v", err).At("/face")
	}
	return ledger.Digest(value), nil
}
