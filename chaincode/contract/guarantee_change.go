package contract

import (
	"strings"

	"carec.example/cats/chaincode/transit"
)

// A change of a guarantee rewrites its own record and no balance record, so that it meets the releases of a busy guarantee in
// one place only. The key's policy asks the keeper's peer and another customs authority's. Who may ask: what covers more, only
// who stands for the guarantee; what covers less, the office of guarantee too; its end, the holder as well.

// alter makes the next version of a guarantee and writes it with its event.
func (c *call) alter(
	g *transit.Guarantee, h transit.Header, step string, do func(*transit.Guarantee) (*transit.Guarantee, error),
) (*transit.Guarantee, error) {
	if fault := checkMessageID(h.MessageID); fault != nil {
		return nil, fault
	}
	next, fault := g.Next(c.actor, h, c.At())
	if fault != nil {
		return nil, fault
	}
	next, err := do(next)
	if err != nil {
		return nil, err
	}
	event := transit.EventStep{Record: "guarantee", ID: g.Terms.GRN, Seq: next.Seq, Step: step, By: c.actor.MSP, Office: c.actor.Office}
	if more := next.Terms.ReferenceAmount.Minor - g.Terms.ReferenceAmount.Minor; more != 0 {
		event.Change = &transit.Money{Minor: more, Currency: g.Terms.ReferenceAmount.Currency}
	}
	c.Emit(event)
	return next, c.PutGuarantee(next, nil)
}

// orFault keeps a nil fault a nil error.
func orFault(g *transit.Guarantee, fault *transit.Fault) (*transit.Guarantee, error) {
	if fault != nil {
		return nil, fault
	}
	return g, nil
}

// updateGuarantee changes amount, validity or restrictions (IE225).
func updateGuarantee(c *call, req *transit.GuaranteeUpdateRequest) (*transit.Guarantee, error) {
	g, err := c.guarantee(req.GRN)
	if err != nil {
		return nil, err
	}
	stands, office, err := c.rights(g)
	if err != nil {
		return nil, err
	}
	if !stands && !office {
		return nil, transit.Faultf(transit.NotAuthorised, "guarantee %s is changed by who stands for it or its office of guarantee, not by %s",
			req.GRN, c.actor)
	}
	return c.alter(g, req.Header, "Update", func(n *transit.Guarantee) (*transit.Guarantee, error) {
		changed, wider, fault := n.Update(req.GuaranteeUpdate, c.At())
		if fault != nil {
			return nil, fault
		}
		if wider && !stands {
			return nil, transit.Faultf(transit.NotAuthorised, "only who stands for guarantee %s lets it cover more, not %s", req.GRN, c.actor)
		}
		return changed, nil
	})
}

// rights tells whether the actor stands for the guarantee, and whether it is of its office of guarantee.
func (c *call) rights(g *transit.Guarantee) (stands, office bool, err error) {
	if stands, err = c.standsFor(&g.Terms); err != nil {
		return false, false, err
	}
	office, err = c.officeOfGuarantee(&g.Terms)
	return stands, office, err
}

// cancelGuarantee ends a guarantee by its holder or guarantor (IE231).
func cancelGuarantee(c *call, req *transit.GuaranteeEndRequest) (*transit.Guarantee, error) {
	g, err := c.guarantee(req.GRN)
	if err != nil {
		return nil, err
	}
	if g.Terms.Type == transit.GuaranteeVoucher {
		return nil, transit.Faultf(transit.OutOfSequence, "guarantee %s is a voucher: it is revoked", req.GRN)
	}
	if owns, err := c.owns(g); err != nil || !owns {
		return nil, orRefused(err, "guarantee %s is cancelled by its holder or who stands for it, not by %s", req.GRN, c.actor)
	}
	return c.end(g, req, "Cancel")
}

// revokeVoucher ends a voucher, sold or not (IE229). One that is in use stays good for its movement.
func revokeVoucher(c *call, req *transit.GuaranteeEndRequest) (*transit.Guarantee, error) {
	g, err := c.guarantee(req.GRN)
	if err != nil {
		return nil, err
	}
	if g.Terms.Type != transit.GuaranteeVoucher {
		return nil, transit.Faultf(transit.OutOfSequence, "guarantee %s is no voucher: it is cancelled or invalidated", req.GRN)
	}
	stands, office, err := c.rights(g)
	if err != nil || !stands && !office {
		return nil, orRefused(err, "voucher %s is revoked by its guarantor or its office of guarantee, not by %s", req.GRN, c.actor)
	}
	return c.end(g, req, "Revoke")
}

// invalidateGuarantee ends a guarantee, and from another day on the liability for it, by the office of guarantee (IE228).
func invalidateGuarantee(c *call, req *transit.GuaranteeEndRequest) (*transit.Guarantee, error) {
	g, err := c.guarantee(req.GRN)
	if err != nil {
		return nil, err
	}
	if office, err := c.officeOfGuarantee(&g.Terms); err != nil || !office {
		return nil, orRefused(err, "guarantee %s is invalidated by its office of guarantee, not by %s", req.GRN, c.actor)
	}
	if req.LiabilityLiberationDate == "" {
		return nil, transit.Faultf(transit.MalformedRequest, "an invalidation names the day on which the liability ends").
			At("/liabilityLiberationDate")
	}
	return c.end(g, req, "Invalidate")
}

func (c *call) end(g *transit.Guarantee, req *transit.GuaranteeEndRequest, step string) (*transit.Guarantee, error) {
	if step != "Invalidate" && req.LiabilityLiberationDate != "" {
		return nil, transit.Faultf(transit.MalformedRequest, "only the office of guarantee ends the liability, by an invalidation").
			At("/liabilityLiberationDate")
	}
	if req.Reason != "" {
		if err := transit.ValidateText(req.Reason, maxReason); err != nil {
			return nil, transit.Faultf(transit.MalformedRequest, "the reason: %v", err).At("/reason")
		}
	}
	return c.alter(g, req.Header, step, func(n *transit.Guarantee) (*transit.Guarantee, error) {
		by := strings.TrimSuffix(transit.MessageOf(c.actor, ""), "/")
		return orFault(n.End(req.InvalidityDate, req.LiabilityLiberationDate, by, req.Reason, c.At()))
	})
}

// sellVoucher gives an unsold voucher its holder and the holder's access codes (IE224).
func sellVoucher(c *call, req *transit.VoucherSaleRequest) (*transit.Guarantee, error) {
	g, err := c.guarantee(req.GRN)
	if err != nil {
		return nil, err
	}
	if stands, err := c.standsFor(&g.Terms); err != nil || !stands {
		return nil, orRefused(err, "voucher %s is sold by its guarantor, not by %s", req.GRN, c.actor)
	}
	return c.alter(g, req.Header, "Sell", func(n *transit.Guarantee) (*transit.Guarantee, error) {
		sold, fault := n.Sell(req.Holder, c.At())
		if fault != nil {
			return nil, fault
		}
		codes, err := c.accessCodes(req.GRN)
		if err != nil {
			return nil, err
		}
		sold.AccessCodes = codes
		return sold, nil
	})
}
