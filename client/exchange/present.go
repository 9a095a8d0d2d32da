package exchange

import (
	"bytes"
	"context"
	"slices"
	"strconv"
	"strings"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/formats/ncts"
)

// presentedWith is the mark of the amendment that a presentation brings with it. It is no kind of message: nothing answers it but the
// office's answer to the presentation.
const presentedWith = "q"

// present presents the goods of a pre-lodged declaration. What the message says of transport, place and seals is what was not known
// when the declaration was lodged; it amends the declaration first, when it says anything new, in a transaction of its own. After a
// crash between the two the message, sent again, finds the declaration amended and presents the goods.
//
// An amendment shows the access codes of its guarantees anew, which stand nowhere on the ledger, and this message has no place for
// them. Where the declaration has any, a presentation that says anything new is refused for it, and the sender amends first.
func present(ctx context.Context, r *request) (cats.Receipt, error) {
	c := r.Content.(*ncts.CC170C)
	record, err := r.find(ctx, c.TransitOperation.MRN, c.TransitOperation.LRN)
	if err != nil || record == nil {
		return cats.Receipt{}, err
	}
	if record.State == transit.PreLodged {
		if err := r.complete(ctx, record, c); err != nil {
			return cats.Receipt{}, err
		}
	}
	return r.to.Present(ctx, record.Reference(), r.id)
}

// complete amends the declaration by what the presentation says.
func (r *request) complete(ctx context.Context, record *transit.Movement, c *ncts.CC170C) error {
	document, err := r.declared(ctx, record)
	if err != nil {
		return err
	}
	was, err := transit.Canonical(document.STD)
	if err != nil {
		return err
	}
	std := new(transit.STD)
	if err := transit.DecodeStrict(was, std); err != nil {
		return err
	}
	if err := presentation(std, c); err != nil {
		return err
	}
	is, err := transit.Canonical(std)
	if err != nil || bytes.Equal(was, is) {
		return err
	}
	if slices.ContainsFunc(std.Guarantees, func(g transit.DeclaredGuarantee) bool { return transit.KeptByReference(g.GuaranteeType) }) {
		return news(document.STD, c)
	}
	_, err = r.to.Amend(ctx, record.Reference(), std, presentedWith+r.Header().Identification)
	return err
}

// news refuses a presentation for what it says otherwise than the declaration.
func news(std *transit.STD, c *ncts.CC170C) error {
	declared := map[string]string{}
	for _, leaf := range ncts.Leaves(std) {
		declared[leaf.Pointer] = leaf.Value
	}
	const houses = "/consignment/houseConsignments/"
	var found []transit.Violation
	for _, leaf := range ncts.Leaves(c) {
		at := leaf.Pointer
		if rest, within := strings.CutPrefix(at, houses); within {
			i, below, _ := strings.Cut(rest, "/")
			n, _ := strconv.Atoi(i)
			at = houses + strconv.Itoa(houseAt(std, c.Consignment.HouseConsignments[n].SequenceNumber)) + "/" + below
		}
		ours := strings.HasPrefix(at, "/consignment/") || strings.HasPrefix(at, "/representative/") || at == "/transitOperation/limitDate"
		if ours && declared[at] != leaf.Value {
			found = append(found, transit.Violation{
				Code: transit.CodeRuleViolation, Pointer: leaf.Pointer, Value: leaf.Value, Text: "is not what the declaration says",
			})
		}
	}
	return transit.Faultf(transit.InvalidDocument,
		"the presentation says what the declaration does not; amend it first (CC013C), which shows the access codes of the guarantees").With(found...)
}

// presentation puts what the message says in the place of what the declaration says.
func presentation(std *transit.STD, c *ncts.CC170C) error {
	if c.TransitOperation.LimitDate != "" {
		std.TransitOperation.LimitDate = c.TransitOperation.LimitDate
	}
	if c.Representative != nil {
		std.Representative = &transit.Representative{}
		ncts.Carry(std.Representative, c.Representative)
	}
	consignment := c.Consignment
	consignment.HouseConsignments = nil // A house consignment of the message is not a whole one.
	ncts.Carry(&std.Consignment, &consignment)
	for i := range c.Consignment.HouseConsignments {
		house := &c.Consignment.HouseConsignments[i]
		at := houseAt(std, house.SequenceNumber)
		if at < 0 {
			return transit.Faultf(transit.InvalidDocument, "the declaration has no house consignment %d", house.SequenceNumber).
				With(transit.Violation{
					Code: transit.CodeRuleViolation, Pointer: "/consignment/houseConsignments/" + strconv.Itoa(i) + "/sequenceNumber",
					Value: strconv.Itoa(house.SequenceNumber), Text: "must be one of the declaration",
				})
		}
		ncts.Carry(&std.Consignment.HouseConsignments[at], house)
	}
	return nil
}

// houseAt is where a house consignment of the declaration stands, or -1.
func houseAt(std *transit.STD, number int) int {
	return slices.IndexFunc(std.Consignment.HouseConsignments, func(h transit.HouseConsignment) bool { return h.SequenceNumber == number })
}
