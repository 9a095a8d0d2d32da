package contract

import (
	"fmt"
	"slices"

	"carec.example/cats/chaincode/transit"
)

// exchange puts the new holder's guarantees in the place of the former holder's. Where an amount is locked, the new
// guarantees are locked before the old ones are freed, in the same transaction: the movement is covered all the time. No
// access code is asked: the guarantee must be the new holder's own, and its certificate has signed.
func (c *call) exchange(m *transit.Movement, r *transit.Request) error {
	former := *m
	former.Guarantees = slices.Clone(m.Guarantees)
	guarantors, err := c.guarantorsOf(r.Step.Guarantees)
	if err != nil {
		return err
	}
	pages := &dutyPages{call: c, read: map[string]*transit.Page{}}
	fault := m.Exchange(r.Step.Guarantees, guarantors, pages.source())
	if pages.err != nil {
		return pages.err
	}
	if fault != nil {
		return fault
	}
	if m.ReleasedAt == "" {
		return c.admitAll(m)
	}
	if err := c.lockAll(m, r); err != nil {
		return err
	}
	return c.endAll(&former, c.free)
}

// guarantorsOf lists who stands behind the claimed guarantees. A guarantee that is bound to goods is refused (G12, G06): the
// goods are confidential, and only the country of departure could hold them against it.
func (c *call) guarantorsOf(claims []transit.GuaranteeClaim) ([]string, error) {
	var out []string
	var refused []transit.Violation
	for i, claim := range claims {
		pointer := fmt.Sprintf("/guarantees/%d", i)
		g, err := c.Guarantee(claim.GRN)
		switch {
		case err != nil:
			return nil, err
		case g == nil:
			refused = append(refused, unknownGuarantee(claim.GRN, pointer))
			continue
		}
		if reason := boundToGoods(&g.Terms); reason != "" {
			refused = append(refused, transit.Violation{
				Code: reason, Pointer: pointer, Rule: "IE055", Value: claim.GRN, Text: "a guarantee that is bound to goods cannot take over a movement",
			})
		}
		if g.Terms.Guarantor != "" {
			out = append(out, g.Terms.Guarantor)
		}
	}
	return out, notCovered(refused)
}

func boundToGoods(t *transit.Terms) string {
	switch {
	case len(t.Goods) > 0 || len(t.ExcludedGoods) > 0:
		return "G12"
	case t.NoSuspendedGoods:
		return "G06"
	}
	return ""
}

func notCovered(refused []transit.Violation) error {
	if len(refused) == 0 {
		return nil
	}
	return transit.Faultf(transit.GuaranteeRefused, "the new holder's guarantees are not valid for the movement").With(refused...)
}

// admitAll asks each guarantee of the movement whether it admits it, before release when nothing is locked yet.
func (c *call) admitAll(m *transit.Movement) error {
	var refused []transit.Violation
	face := m.Face()
	for i, claim := range face.Guarantees {
		_, v, err := c.admission(claim, face, fmt.Sprintf("/guarantees/%d", i))
		if err != nil {
			return err
		}
		refused = append(refused, v...)
	}
	return notCovered(refused)
}
