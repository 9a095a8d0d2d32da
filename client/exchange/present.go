package exchange

import (
	"bytes"
	"context"
	"errors"
	"strconv"

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
	document, err := r.to.Content(ctx, record.ID)
	if err != nil {
		if errors.Is(err, &transit.Fault{Code: transit.NotFound}) {
			return errNotYet // The record is there, so its content will be.
		}
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
	_, err = r.to.Amend(ctx, record.Reference(), std, presentedWith+r.Header().Identification)
	return err
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
		declared := houseOf(std, house.SequenceNumber)
		if declared == nil {
			return transit.Faultf(transit.InvalidDocument, "the declaration has no house consignment %d", house.SequenceNumber).
				With(transit.Violation{
					Code: transit.CodeRuleViolation, Pointer: "/consignment/houseConsignments/" + strconv.Itoa(i) + "/sequenceNumber",
					Value: strconv.Itoa(house.SequenceNumber), Text: "must be one of the declaration",
				})
		}
		ncts.Carry(declared, house)
	}
	return nil
}

func houseOf(std *transit.STD, number int) *transit.HouseConsignment {
	for i := range std.Consignment.HouseConsignments {
		if h := &std.Consignment.HouseConsignments[i]; h.SequenceNumber == number {
			return h
		}
	}
	return nil
}
