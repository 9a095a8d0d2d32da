package exchange

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"carec.example/cats/chaincode/ledger"
	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/formats"
	"carec.example/cats/client/formats/ncts"
)

// action is what a message in leads to.
type action struct {
	// mark is the letter by which the ledger remembers the kind. It is in lower case, which no identification that the client
	// makes begins with.
	mark string
	// rejection is the type of the message's rejection (businessRejectionType), and by whom: CC056C or CC057C.
	rejection, by string
	take          func(ctx context.Context, r *request) (cats.Receipt, error)
}

// request is one message on its way to the ledger.
type request struct {
	*formats.Message
	ledger Ledger
	from   Party
	to     Movements
	// id is how the ledger remembers the message.
	id string
}

// actions are the messages in. Their marks stand on the ledger and keep their meaning.
func actions() map[string]action {
	return map[string]action{
		"CC015C": {"d", "015", "CC056C", lodge},
		"CC013C": {"a", "013", "CC056C", amend},
		"CC014C": {"i", "014", "CC056C", invalidate},
		"CC170C": {"p", "170", "CC056C", present},
		"CC054C": {"r", "054", "CC056C", requestRelease},
		"CC141C": {"e", "141", "CC056C", answerEnquiry},
		"CC007C": {"n", "007", "CC057C", notifyArrival},
		"CC044C": {"u", "044", "CC057C", remarkUnloading},
	}
}

func lodge(ctx context.Context, r *request) (cats.Receipt, error) {
	std := r.Content.(*transit.STD)
	record, receipt, err := r.to.Lodge(ctx, std, r.id)
	switch {
	case errors.Is(err, &transit.Fault{Code: transit.AlreadyExists}):
		// The record remembers the last few messages only, but the content tells a repetition.
		if r.lodgedBefore(ctx, std) {
			return receipt, nil
		}
		return receipt, err
	case err != nil || receipt.TransactionID != "":
		return receipt, err
	}
	return receipt, r.sameContent(ctx, record.ID, std)
}

// lodgedBefore tells whether the sender's movement of this LRN still has the content of the message.
func (r *request) lodgedBefore(ctx context.Context, std *transit.STD) bool {
	country := transit.OfficeCountry(std.DepartureOffice.ReferenceNumber)
	id, err := transit.NewMovementID(country, r.from.MSP, r.from.Operator, std.TransitOperation.LRN)
	if err != nil {
		return false
	}
	document, err := r.to.Content(ctx, id.String())
	return err == nil && document.Movement.Version == 1 && r.sameContent(ctx, id.String(), std) == nil
}

// sameContent refuses another declaration under the identification of one that is on the ledger: the ledger takes it for its
// repetition.
func (r *request) sameContent(ctx context.Context, movement string, std *transit.STD) error {
	document, err := r.to.Content(ctx, movement)
	if err != nil {
		return err
	}
	// The access codes of the guarantees stand nowhere on the ledger.
	was, err := transit.SignedContent(document.STD)
	if err != nil {
		return err
	}
	is, err := transit.SignedContent(std)
	if err != nil {
		return err
	}
	if bytes.Equal(was, is) || document.Movement.Version > 1 {
		return nil
	}
	return transit.Faultf(transit.Duplicate, "another declaration was sent under the identification %s", r.Header().Identification).
		With(transit.Violation{
			Code: "26", Pointer: "/message/messageIdentification", Value: r.Header().Identification, Text: "message identification used before",
		})
}

// invalidate cancels what is not accepted yet, and asks the office of departure afterwards.
func invalidate(ctx context.Context, r *request) (cats.Receipt, error) {
	c := r.Content.(*ncts.CC014C)
	record, err := r.find(ctx, c.TransitOperation.MRN, c.TransitOperation.LRN)
	if err != nil || record == nil {
		return cats.Receipt{}, err
	}
	reason := cmp.Or(c.Invalidation.Justification, "requested by the holder of the procedure")
	step := r.to.RequestCancel
	if s := record.State; s == transit.PreLodged || s == transit.Submitted {
		step = r.to.Cancel
	}
	return step(ctx, record.Reference(), reason, r.id)
}

func requestRelease(ctx context.Context, r *request) (cats.Receipt, error) {
	c := r.Content.(*ncts.CC054C)
	if !c.TransitOperation.ReleaseRequested.Set() {
		return cats.Receipt{}, transit.Faultf(transit.InvalidDocument, "the message asks for nothing").With(transit.Violation{
			Code: transit.CodeRuleViolation, Pointer: "/transitOperation/releaseRequested", Value: string(c.TransitOperation.ReleaseRequested),
			Text: "must be 1",
		})
	}
	record, err := r.find(ctx, c.TransitOperation.MRN, "")
	if err != nil || record == nil {
		return cats.Receipt{}, err
	}
	return r.to.RequestRelease(ctx, c.TransitOperation.MRN, r.id)
}

// answerEnquiry keeps what the answer says as a note: the text, and the rest as references, or in the text when it is too long for one.
func answerEnquiry(ctx context.Context, r *request) (cats.Receipt, error) {
	c := r.Content.(*ncts.CC141C)
	record, err := r.find(ctx, c.TransitOperation.MRN, "")
	if err != nil || record == nil {
		return cats.Receipt{}, err
	}
	note := &transit.Note{}
	if c.Enquiry != nil {
		note.Text = c.Enquiry.Text
		refer(note, "delivered on", string(c.Enquiry.TC11DeliveryDate))
	}
	if o := c.DestinationOffice; o != nil {
		refer(note, "actual office of destination", o.ReferenceNumber)
	}
	if c.Consignment != nil {
		who := c.Consignment.ConsigneeActual
		refer(note, "consignee", who.IdentificationNumber)
		refer(note, "consignee's name", who.Name)
		refer(note, "consignee's street and number", who.Address.StreetAndNumber)
		refer(note, "consignee's postcode", who.Address.Postcode)
		refer(note, "consignee's city", who.Address.City)
		refer(note, "consignee's country", who.Address.Country)
	}
	note.Text = cmp.Or(strings.TrimSpace(note.Text), "no information")
	return r.to.AnswerEnquiry(ctx, c.TransitOperation.MRN, note, r.id)
}

// maxReference is how many characters a reference of a note has at most.
const maxReference = 70

func refer(note *transit.Note, label, value string) {
	switch text := label + " " + value; {
	case value == "":
	case utf8.RuneCountInString(text) <= maxReference:
		note.References = append(note.References, text)
	default:
		note.Text += "\n" + text
	}
}

func notifyArrival(ctx context.Context, r *request) (cats.Receipt, error) {
	c := r.Content.(*ncts.CC007C)
	if err := r.atDestination(ctx, c.TransitOperation.MRN, c.DestinationOffice.ReferenceNumber); err != nil {
		return cats.Receipt{}, err
	}
	return r.to.NotifyArrival(ctx, c.TransitOperation.MRN, c.TransitOperation.SimplifiedProcedure.Set(), r.id)
}

// atDestination refuses a message to another office than that of destination; another one first asks for a diversion. Before its
// notification the trader may not ask for the movement: then the blocks tell.
func (r *request) atDestination(ctx context.Context, mrn, office string) error {
	destination, err := r.destination(ctx, mrn)
	if err != nil || destination == "" || destination == office {
		return err
	}
	return transit.Faultf(transit.OutOfSequence, "movement %s is expected at %s", mrn, destination).With(transit.Violation{
		Code: transit.CodeListViolation, Pointer: "/customsOfficeOfDestinationActual/referenceNumber", Value: office,
		Text: "is not the office of destination; it can ask for a diversion",
	})
}

// destination is the office of destination; empty when the movement's last step lies too far back to be found.
func (r *request) destination(ctx context.Context, mrn string) (string, error) {
	view, err := r.to.Get(ctx, mrn)
	if err == nil {
		return view.Movement.Destination, nil
	}
	id, fault := ledger.MovementOf(mrn)
	if fault != nil || !errors.Is(err, &transit.Fault{Code: transit.NotAuthorised}) {
		return "", err
	}
	height, err := r.ledger.Height(ctx)
	if err != nil || height == 0 {
		return "", err
	}
	course, err := lastCourse(ctx, r.ledger, id, height-1, math.MaxInt)
	if err != nil || course == nil {
		return "", err
	}
	return course.Destination, nil
}

func remarkUnloading(ctx context.Context, r *request) (cats.Receipt, error) {
	c := r.Content.(*ncts.CC044C)
	if err := r.atDestination(ctx, c.TransitOperation.MRN, c.DestinationOffice.ReferenceNumber); err != nil {
		return cats.Receipt{}, err
	}
	remarks := transit.UnloadingRemarks{OtherThingsToReport: c.TransitOperation.OtherThingsToReport}
	ncts.Carry(&remarks, &c.UnloadingRemark)
	if c.Consignment != nil {
		remarks.Consignment = &transit.FoundConsignment{}
		ncts.Carry(remarks.Consignment, c.Consignment)
	}
	receipt, err := r.to.RemarkUnloading(ctx, c.TransitOperation.MRN, remarks, r.id)
	if errors.Is(err, &transit.Fault{Code: transit.NotFound}) {
		// The movement is there, so it is the content that has not come to the country of destination yet: no fault of the sender.
		return receipt, fmt.Errorf("%w: %s", errNotYet, err.Error())
	}
	return receipt, err
}

// find finds the movement that a message is about, by its MRN or before acceptance by its LRN (C0467). It is nil when the ledger
// remembers the message: its step has been taken.
func (r *request) find(ctx context.Context, mrn, lrn string) (*transit.Movement, error) {
	reference := mrn
	if reference == "" {
		office := ncts.Get(r.Content, "CustomsOfficeOfDeparture/referenceNumber")
		id, err := transit.NewMovementID(transit.OfficeCountry(office), r.from.MSP, r.from.Operator, lrn)
		if lrn == "" || err != nil {
			return nil, transit.Faultf(transit.InvalidDocument, "the message names no movement").With(transit.Violation{
				Code: transit.CodeMissing, Pointer: "/transitOperation/mrn", Rule: "C0467", Text: "an MRN or an LRN is required",
			})
		}
		reference = id.String()
	}
	view, err := r.to.Get(ctx, reference)
	if err != nil {
		return nil, err
	}
	if view.Movement.Recorded(transit.Actor{MSP: r.from.MSP, Operator: r.from.Operator}, r.id) {
		return nil, nil //nolint:nilnil // nothing is left to do
	}
	return view.Movement, r.agrees(view.Movement)
}

// agrees holds what the message repeats of the movement against the record, so that nothing that the sender believes otherwise is
// passed over. An amendment says what shall be, and is left to the ledger.
func (r *request) agrees(m *transit.Movement) error {
	if r.Kind.Name == "CC013C" {
		return nil
	}
	enquirer := ""
	if m.Enquiry != nil {
		enquirer = m.Enquiry.Office
	}
	var found []transit.Violation
	for _, c := range []struct{ path, pointer, is string }{
		{"CustomsOfficeOfDeparture/referenceNumber", "/customsOfficeOfDeparture/referenceNumber", m.Departure},
		{"HolderOfTheTransitProcedure/identificationNumber", "/holderOfTheTransitProcedure/identificationNumber", m.Holder},
		{"TransitOperation/LRN", "/transitOperation/lrn", m.LRN},
		{"CustomsOfficeOfEnquiryAtDeparture/referenceNumber", "/customsOfficeOfEnquiryAtDeparture/referenceNumber", enquirer},
	} {
		if said := ncts.Get(r.Content, c.path); said != "" && c.is != "" && said != c.is {
			found = append(found, transit.Violation{
				Code: transit.CodeRuleViolation, Pointer: c.pointer, Value: said, Text: "must be that of the movement, " + c.is,
			})
		}
	}
	if found == nil {
		return nil
	}
	return transit.Faultf(transit.InvalidDocument, "the message says otherwise of movement %s than the ledger", m.Reference()).With(found...)
}
