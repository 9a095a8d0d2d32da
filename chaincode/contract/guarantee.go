package contract

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"reflect"
	"regexp"
	"slices"

	"carec.example/cats/chaincode/guard"
	"carec.example/cats/chaincode/ledger"
	"carec.example/cats/chaincode/transit"
)

// A guarantee comes on the ledger like a declaration, in two transactions: the
// guarantor's peer alone undertakes the terms and keeps them in its private
// collection; the registration, which others endorse too, is compared with the hash of
// that. So nobody registers a guarantee in a guarantor's name without the guarantor's
// own peer. For a waiver the customs authority of the office of guarantee, which grants it,
// stands where the guarantor stands otherwise: it is the keeper of the guarantee.

func guaranteeFunctions() []guard.Function {
	return []guard.Function{
		with(transit.FnUndertake, undertake, transit.TransientAccessCodes, transit.TransientSalt),
		with(transit.FnRegister, register),
		with(transit.FnReplaceAccessCodes, replaceAccessCodes, transit.TransientAccessCodes, transit.TransientSalt),
		with(transit.FnSellVoucher, sellVoucher, transit.TransientAccessCodes, transit.TransientSalt),
		with(transit.FnUpdateGuarantee, updateGuarantee),
		with(transit.FnCancelGuarantee, cancelGuarantee),
		with(transit.FnRevokeVoucher, revokeVoucher),
		with(transit.FnInvalidateGuarantee, invalidateGuarantee),
		with(transit.FnQueryGuarantee, queryGuarantee, transit.TransientAccessCodes),
		with(transit.FnCheckGuarantees, checkGuarantees),
		with(transit.FnGetGuarantee, getGuarantee),
		with(transit.FnListGuarantees, listGuarantees),
	}
}

// undertake checks the terms at the keeper and answers with the public record to register.
func undertake(c *call, req *transit.UndertakeRequest) (*transit.Guarantee, error) {
	if err := c.mayUndertake(&req.Terms); err != nil {
		return nil, err
	}
	if err := c.withinLimits(&req.Terms); err != nil {
		return nil, err
	}
	codes, err := c.accessCodes(req.Terms.GRN)
	if err != nil {
		return nil, err
	}
	was, err := c.Guarantee(req.Terms.GRN)
	if err != nil {
		return nil, err
	}
	if was != nil {
		return nil, alreadyRegistered(was)
	}
	g := &transit.Guarantee{V: 1, Terms: req.Terms, Keeper: c.actor.MSP, Seq: 1, AccessCodes: codes}
	value, err := transit.Canonical(g)
	if err != nil {
		return nil, fmt.Errorf("couldn't encode the guarantee: %w", err)
	}
	c.PutPrivate(g.Keeper, ledger.UndertakingKey(g.Terms.GRN), value)
	return g, nil
}

// mayUndertake lets in whoever stands for the guarantee, with terms that break no rule and an office that is one of guarantee.
func (c *call) mayUndertake(t *transit.Terms) error {
	if v := t.Check(); len(v) > 0 {
		return transit.Faultf(transit.InvalidDocument, "the terms break %d rules", len(v)).With(v...)
	}
	stands, err := c.standsFor(t)
	if err != nil {
		return err
	}
	if !stands {
		return transit.Faultf(transit.NotAuthorised, "%s does not stand for guarantee %s", c.actor, t.GRN).At("/terms/guarantor")
	}
	if t.Office == "" {
		return nil
	}
	o, err := c.Office(t.Office)
	if err != nil {
		return err
	}
	if o == nil || !o.Has(transit.OfficeGuarantee) {
		return transit.Faultf(transit.InvalidDocument, "%s is no office of guarantee", t.Office).With(transit.Violation{
			Code: "12", Pointer: "/terms/office", Rule: "CL174", Value: t.Office, Text: "name an office with the role guarantee",
		})
	}
	return nil
}

// standsFor reports whether the actor speaks for who bears the guarantee: the guarantor's clerk, or for a waiver an officer of
// the office of guarantee that grants it. Only they let it cover more.
func (c *call) standsFor(t *transit.Terms) (bool, error) {
	if !t.Waiver() {
		return c.actor.Role == transit.RoleGuarantor && c.actor.MSP == t.Guarantor, nil
	}
	return c.officeOfGuarantee(t)
}

// officeOfGuarantee reports whether the actor is an officer of the guarantee's office of guarantee, or of any in the country of
// the GRN when the terms name none.
func (c *call) officeOfGuarantee(t *transit.Terms) (bool, error) {
	if c.actor.Role != transit.RoleOfficer || transit.OfficeCountry(c.actor.Office) != transit.GRN(t.GRN).Country() {
		return false, nil
	}
	if t.Office != "" && t.Office != c.actor.Office {
		return false, nil
	}
	o, err := c.Office(c.actor.Office)
	return o != nil && o.Has(transit.OfficeGuarantee), err
}

func alreadyRegistered(g *transit.Guarantee) error {
	return transit.Faultf(transit.AlreadyExists, "guarantee %s is registered already", g.Terms.GRN).At("/terms/grn")
}

// accessCodes hashes the codes of the transient map, each with its own salt.
func (c *call) accessCodes(grn string) ([]transit.AccessCode, error) {
	t, err := c.Stub().GetTransient()
	if err != nil {
		return nil, fmt.Errorf("couldn't read the transient map: %w", err)
	}
	var codes []string
	if err := transit.DecodeStrict(t[transit.TransientAccessCodes], &codes); err != nil {
		return nil, transit.Faultf(transit.MalformedRequest, "the transient access codes are no JSON array of texts")
	}
	seed := t[transit.TransientSalt]
	if len(seed) != transit.SeedLength || len(codes) == 0 || len(codes) > transit.MaxAccessCodes {
		return nil, transit.Faultf(transit.MalformedRequest, "1 to %d access codes and a salt of %d bytes are needed",
			transit.MaxAccessCodes, transit.SeedLength)
	}
	out := make([]transit.AccessCode, len(codes))
	for i, code := range codes {
		if transit.ValidateAccessCode(code) != nil {
			return nil, transit.Faultf(transit.MalformedRequest, "access code %d does not have four characters", i+1)
		}
		mac := hmac.New(sha256.New, seed)
		fmt.Fprintf(mac, "%s %d", grn, i)
		if out[i], err = transit.HashAccessCode(grn, code, mac.Sum(nil)[:16]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// register publishes an undertaken guarantee and opens its balances.
func register(c *call, req *transit.RegisterRequest) (*transit.Guarantee, error) {
	g := &req.Guarantee
	if fault := checkMessageID(req.MessageID); fault != nil {
		return nil, fault
	}
	if err := c.mayUndertake(&g.Terms); err != nil {
		return nil, err
	}
	if fault := asUndertaken(g, c.actor.MSP); fault != nil {
		return nil, fault
	}
	if err := c.withinLimits(&g.Terms); err != nil {
		return nil, err
	}
	if err := c.undertaken(g); err != nil {
		return nil, err
	}
	was, err := c.Guarantee(g.Terms.GRN)
	if err != nil {
		return nil, err
	}
	if was != nil {
		return nil, alreadyRegistered(was)
	}
	g.At, g.Messages = transit.Stamp(c.At()), []string{transit.MessageOf(c.actor, req.MessageID)}
	return g, c.putNew(g)
}

// asUndertaken refuses a record that undertake does not make, whatever the keeper's peer keeps.
func asUndertaken(g *transit.Guarantee, keeper string) *transit.Fault {
	bare := *g
	bare.AccessCodes = nil
	made := reflect.DeepEqual(bare, transit.Guarantee{V: 1, Terms: g.Terms, Keeper: keeper, Seq: 1})
	if !made || !wellFormedCodes(g.AccessCodes) {
		return transit.Faultf(transit.ContentMismatch, "the guarantee is not one that an undertaking gives").At("/guarantee")
	}
	return nil
}

func wellFormedCodes(codes []transit.AccessCode) bool {
	hexadecimal := regexp.MustCompile(`^[0-9a-f]+$`)
	for _, a := range codes {
		if len(a.Salt) != 32 || len(a.Hash) != 64 || !hexadecimal.MatchString(a.Salt+a.Hash) {
			return false
		}
	}
	return len(codes) >= 1 && len(codes) <= transit.MaxAccessCodes
}

// undertaken compares the guarantee with the one its keeper's peer undertook.
func (c *call) undertaken(g *transit.Guarantee) error {
	value, err := transit.Canonical(g)
	if err != nil {
		return transit.Faultf(transit.MalformedRequest, "%v", err).At("/guarantee")
	}
	digest, err := c.PrivateDigest(g.Keeper, ledger.UndertakingKey(g.Terms.GRN))
	if err != nil {
		return err
	}
	if digest != ledger.Digest(value) {
		return transit.Faultf(transit.ContentMismatch, "the guarantee is not the one undertaken by %s", g.Keeper).At("/guarantee")
	}
	return nil
}

// putNew writes the record and its balances under the policy that asks the
// keeper's peer, and another customs authority's, for every change of the exposure.
func (c *call) putNew(g *transit.Guarantee) error {
	others := slices.DeleteFunc(c.members(transit.Customs), func(msp string) bool { return msp == g.Keeper })
	e := &transit.Endorsement{All: []string{g.Keeper}, Any: others}
	if err := c.PutGuarantee(g, e); err != nil {
		return err
	}
	for _, b := range g.Terms.Open() {
		if err := c.PutBalance(&b, e); err != nil {
			return err
		}
	}
	c.Emit(transit.EventStep{
		Record: "guarantee", ID: g.Terms.GRN, Seq: g.Seq, Step: "Register", By: c.actor.MSP,
		Change: &g.Terms.ReferenceAmount,
	})
	return nil
}

// replaceAccessCodes deletes all access codes and takes new ones (IE026).
func replaceAccessCodes(c *call, req *transit.AccessCodesRequest) (*transit.Guarantee, error) {
	if fault := checkMessageID(req.MessageID); fault != nil {
		return nil, fault
	}
	g, err := c.guarantee(req.GRN)
	if err != nil {
		return nil, err
	}
	if owns, err := c.owns(g); err != nil || !owns {
		return nil, orRefused(err, "access codes of %s are for who stands for it or its holder, not for %s", req.GRN, c.actor)
	}
	if condition := g.Condition(c.At()); condition == transit.Invalid || condition == transit.Liberated {
		return nil, transit.Faultf(transit.OutOfSequence, "guarantee %s is %s", req.GRN, condition)
	}
	next, fault := g.Next(c.actor, req.Header, c.At())
	if fault != nil {
		return nil, fault
	}
	if next.AccessCodes, err = c.accessCodes(req.GRN); err != nil {
		return nil, err
	}
	c.Emit(transit.EventStep{Record: "guarantee", ID: req.GRN, Seq: next.Seq, Step: "ReplaceAccessCodes", By: c.actor.MSP})
	return next, c.PutGuarantee(next, nil)
}

// owns reports whether the actor stands for the guarantee or holds it.
func (c *call) owns(g *transit.Guarantee) (bool, error) {
	if c.holds(g) {
		return true, nil
	}
	return c.standsFor(&g.Terms)
}

func (c *call) holds(g *transit.Guarantee) bool {
	return c.actor.Role == transit.RoleTrader && c.actor.Operator == g.Terms.Holder
}

// orRefused is the error that occurred, or the refusal when none did.
func orRefused(err error, format string, args ...any) error {
	if err != nil {
		return err
	}
	return transit.Faultf(transit.NotAuthorised, format, args...)
}

// guarantee finds a guarantee by its GRN.
func (c *call) guarantee(grn string) (*transit.Guarantee, error) {
	if _, err := transit.ParseGRN(grn); err != nil {
		return nil, transit.Faultf(transit.MalformedRequest, "%v", err).At("/grn")
	}
	g, err := c.Guarantee(grn)
	if err != nil {
		return nil, err
	}
	if g == nil {
		return nil, transit.Faultf(transit.NotFound, "there is no guarantee %s", grn).With(unknownGuarantee(grn, "/grn"))
	}
	return g, nil
}

// maySeeGuarantee: its holder and guarantor, customs and regulators (R0261, C0818); a guarantor not another's.
func (c *call) maySeeGuarantee(g *transit.Guarantee) bool {
	switch c.actor.Role {
	case transit.RoleTrader:
		return c.holds(g)
	case transit.RoleGuarantor:
		return c.actor.MSP == g.Terms.Guarantor
	}
	return true
}

// getGuarantee answers with the terms, the balances and their sums.
func getGuarantee(c *call, req *transit.GuaranteeQuery) (*transit.GuaranteeView, error) {
	g, err := c.guarantee(req.GRN)
	if err != nil {
		return nil, err
	}
	if !c.maySeeGuarantee(g) {
		return nil, transit.Faultf(transit.NotAuthorised, "guarantee %s is not for %s", req.GRN, c.actor)
	}
	balances, err := c.balances(g)
	if err != nil {
		return nil, err
	}
	sums, in := g.Sums(balances), func(minor int64) transit.Money {
		return transit.Money{Minor: minor, Currency: g.Terms.ReferenceAmount.Currency}
	}
	return &transit.GuaranteeView{
		Guarantee: g, Available: in(sums.Available), Locked: in(sums.Open), Claimed: in(sums.Claimed), Balances: balances,
	}, nil
}

// balances reads all balance records of a guarantee, in their order.
func (c *call) balances(g *transit.Guarantee) ([]transit.Balance, error) {
	keys := make([]string, g.Terms.Balances)
	for i := range keys {
		keys[i] = ledger.BalanceKey(g.Terms.GRN, i)
	}
	if err := c.Prefetch(keys...); err != nil {
		return nil, err
	}
	out := make([]transit.Balance, len(keys))
	for i := range out {
		b, err := c.balance(g.Terms.GRN, i)
		if err != nil {
			return nil, err
		}
		out[i] = *b
	}
	return out, nil
}

// listGuarantees answers with one page of those that the caller may see; a page can be shorter than asked.
func listGuarantees(c *call, req *transit.ListQuery) (*transit.GuaranteePage, error) {
	if fault := checkPage(*req); fault != nil {
		return nil, fault
	}
	all, bookmark, err := c.Guarantees(*req)
	if err != nil {
		return nil, err
	}
	page := &transit.GuaranteePage{Guarantees: []*transit.Guarantee{}, Bookmark: bookmark}
	for _, g := range all {
		if c.maySeeGuarantee(g) {
			page.Guarantees = append(page.Guarantees, g)
		}
	}
	return page, nil
}
