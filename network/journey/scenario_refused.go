package journey

import (
	"context"
	"errors"
	"fmt"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/gateway"
)

// refusedDocument: a declaration with several mistakes comes back with all of them at once, nothing of it stands on the
// ledger, and corrected it is taken under the same LRN.
func (t *travel) refusedDocument(ctx context.Context) error {
	if err := inTurn(ctx, t.examine, t.insure); err != nil {
		return err
	}
	faulty, err := clone(t.std)
	if err != nil {
		return err
	}
	spoil(faulty)
	c, err := t.as(ctx, t.trader)
	if err != nil {
		return err
	}
	_, _, err = c.Movements().Lodge(ctx, faulty)
	if err := t.refused("lodge", t.trader, err, transit.InvalidDocument); err != nil {
		return err
	}
	if err := t.allAtOnce(t.report.Refused[len(t.report.Refused)-1].Fault.Violations); err != nil {
		return err
	}
	id, err := t.movementID(c, t.std)
	if err != nil {
		return err
	}
	if _, err := c.Movements().Get(ctx, id); !isCode(err, transit.NotFound) {
		return fmt.Errorf("something of the refused document stands on the ledger: %w", orNothing(err))
	}
	t.tell.note("nothing of it stands on the ledger; corrected, it is taken under the same LRN")
	if err := t.lodge(ctx); err != nil {
		return err
	}
	cancel := because(gateway.Movements.Cancel, "a demonstration")
	if err := t.moves(ctx, move{transit.StepCancel, "cancel", t.declarant, cancel}); err != nil {
		return err
	}
	return t.ended(transit.Cancelled)
}

// spoil makes one mistake each in format, code lists, sums, numbers, offices and the guarantee.
func spoil(std *transit.STD) {
	std.TransitOperation.DeclarationType = "T9"
	std.DestinationOffice.ReferenceNumber = "KGXXX999"
	std.Consignment.GrossMass = "1.000"
	std.Consignment.TransportEquipment[0].ContainerIdentificationNumber = "TSLU5304170"
	std.Consignment.HouseConsignments[0].ConsignmentItems[0].Commodity.DescriptionOfGoods = ""
	std.Consignment.HouseConsignments[0].ConsignmentItems[1].DeclarationGoodsItemNumber = 7
	std.Guarantees[0].GuaranteeReferences[0].Currency = "ZZZ"
}

// allAtOnce makes sure that a refusal names every mistake.
func (t *travel) allAtOnce(told []transit.Violation) error {
	for _, want := range []string{
		"/transitOperation/declarationType", "/customsOfficeOfDestinationDeclared/referenceNumber", "/consignment/grossMass",
		"/consignment/houseConsignments/0/consignmentItems/0/commodity/descriptionOfGoods",
		"/consignment/houseConsignments/0/consignmentItems/1/declarationGoodsItemNumber",
		"/guarantees/0/guaranteeReferences/0/currency",
	} {
		if !has(told, want) {
			return fmt.Errorf("the refusal does not name %s", want)
		}
	}
	t.tell.note("%d violations in one answer, each with code, place, rule, value and what to correct", len(told))
	return nil
}

func has(violations []transit.Violation, pointer string) bool {
	for _, v := range violations {
		if v.Pointer == pointer {
			return true
		}
	}
	return false
}

func isCode(err error, code transit.Code) bool {
	var fault *transit.Fault
	return errors.As(err, &fault) && fault.Code == code
}
