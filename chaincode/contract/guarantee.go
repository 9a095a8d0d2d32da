package contract

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
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
// own peer.

func guaranteeFunctions() []guard.Function {
	return []guard.Function{
		with(transit.FnUndertake, undertake, transit.TransientAccessCodes, transit.TransientSalt),
		with(transit.FnRegister, register),
		with(transit.FnReplaceAccessCodes, replaceAccessCodes, transit.TransientAccessCodes, transit.TransientSalt),
		with(transit.FnGetGuarantee, getGuarantee),
		with(transit.FnListGuarantees, listGuarantees),
	}
}

// undertake checks the terms at the guarantor and answers with the public record to register.
func undertake(c *call, req *transit.UndertakeRequest) (*transit.Guarantee, error) {
	if c.actor.Role != transit.RoleGuarantor || c.actor.MSP != req.Terms.Guarantor {
		return nil, transit.Faultf(transit.NotAuthorised, "%s does not speak for guarantor %q", c.actor, req.Terms.Guarantor).At("/terms/guarantor")
	}
	if v := req.Terms.Check(); len(v) > 0 {
		return nil, transit.Faultf(transit.InvalidDocument, "the terms break %d rules", len(v)).With(v...)
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
	g := &transit.Guarantee{V: 1, Terms: req.Terms, Seq: 1, AccessCodes: codes}
	value, err := transit.Canonical(g)
	if err != nil {
		return nil, fmt.Errorf("couldn't encode the guarantee: %w", err)
	}
	c.PutPrivate(c.actor.MSP, ledger.UndertakingKey(g.Terms.GRN), value)
	return g, nil
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
	if c.actor.Role != transit.RoleGuarantor || c.actor.MSP != g.Terms.Guarantor {
		return nil, transit.Faultf(transit.NotAuthorised, "%s does not speak for guarantor %q", c.actor, g.Terms.Guarantor)
	}
	if v := g.Terms.Check(); len(v) > 0 {
		return nil, transit.Faultf(transit.InvalidDocument, "the terms break %d rules", len(v)).With(v...)
	}
	if fault := asUndertaken(g); fault != nil {
		return nil, fault
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

// asUndertaken refuses a record that undertake does not make, whatever the guarantor's peer keeps.
func asUndertaken(g *transit.Guarantee) *transit.Fault {
	hexadecimal := regexp.MustCompile(`^[0-9a-f]+$`)
	ok := g.V == 1 && g.Seq == 1 && g.At == "" && len(g.Messages) == 0 &&
		len(g.AccessCodes) >= 1 && len(g.AccessCodes) <= transit.MaxAccessCodes
	for _, a := range g.AccessCodes {
		ok = ok && len(a.Salt) == 32 && len(a.Hash) == 64 && hexadecimal.MatchString(a.Salt+a.Hash)
	}
	if !ok {
		return transit.Faultf(transit.ContentMismatch, "the guarantee is not one that an undertaking gives").At("/guarantee")
	}
	return nil
}

// undertaken compares the guarantee with the one its guarantor's peer undertook.
func (c *call) undertaken(g *transit.Guarantee) error {
	value, err := transit.Canonical(g)
	if err != nil {
		return transit.Faultf(transit.MalformedRequest, "%v", err).At("/guarantee")
	}
	digest, err := c.PrivateDigest(g.Terms.Guarantor, ledger.UndertakingKey(g.Terms.GRN))
	if err != nil {
		return err
	}
	if digest != ledger.Digest(value) {
		return transit.Faultf(transit.ContentMismatch, "the guarantee is not the one undertaken by %s", g.Terms.Guarantor).At("/guarantee")
	}
	return nil
}

// putNew writes the record and its balances under the policy that asks the
// guarantor's peer, and a customs authority's, for every change of the exposure.
func (c *call) putNew(g *transit.Guarantee) error {
	e := &transit.Endorsement{All: []string{g.Terms.Guarantor}, Any: c.members(transit.Customs)}
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
	if !c.owns(g) {
		return nil, transit.Faultf(transit.NotAuthorised, "access codes of %s are for its guarantor or holder, not for %s", req.GRN, c.actor)
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

// owns reports whether the actor is the guarantor's clerk or the holder.
func (c *call) owns(g *transit.Guarantee) bool {
	switch c.actor.Role {
	case transit.RoleGuarantor:
		return c.actor.MSP == g.Terms.Guarantor
	case transit.RoleTrader:
		return c.actor.Operator == g.Terms.Holder
	}
	return false
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

// maySeeGuarantee: its owner, customs and regulators (R0261, C0818); a guarantor not another's.
func (c *call) maySeeGuarantee(g *transit.Guarantee) bool {
	return c.owns(g) || slices.Contains([]transit.Role{
		transit.RoleOfficer, transit.RoleCourier, transit.RoleAnalyst, transit.RoleAdministrator,
	}, c.actor.Role)
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
	view := &transit.GuaranteeView{Guarantee: g, Balances: []transit.Balance{}}
	for i := range g.Terms.Balances {
		b, err := c.balance(req.GRN, i)
		if err != nil {
			return nil, err
		}
		view.Balances = append(view.Balances, *b)
	}
	available, locked := transit.Totals(view.Balances)
	currency := g.Terms.ReferenceAmount.Currency
	view.Available = transit.Money{Minor: available, Currency: currency}
	view.Locked = transit.Money{Minor: locked, Currency: currency}
	return view, nil
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
