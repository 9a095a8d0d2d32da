package exchange

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/formats"
	"carec.example/cats/client/formats/ncts"
)

// The functions of this file say what a step's message tells beyond header, movement, offices and parties.

func acknowledged(_ context.Context, h *happening, m *formats.Message) error {
	h.put(m, "TransitOperation/LRN", h.declared.LRN)
	return nil
}

func amended(_ context.Context, h *happening, m *formats.Message) error {
	h.reference(m)
	h.put(m, "TransitOperation/amendmentSubmissionDateAndTime", string(h.at()))
	h.put(m, "TransitOperation/amendmentAcceptanceDateAndTime", string(h.at()))
	return nil
}

func accepted(_ context.Context, h *happening, m *formats.Message) error {
	h.put(m, "TransitOperation/LRN", h.declared.LRN)
	h.put(m, "TransitOperation/MRN", h.course.MRN)
	h.put(m, "TransitOperation/declarationAcceptanceDate", day(h.course.AcceptedAt))
	return nil
}

// otherReason is the rejectionCode of a rejection that its text explains.
const otherReason = "4"

func rejected(what string) func(context.Context, *happening, *formats.Message) error {
	return func(_ context.Context, h *happening, m *formats.Message) error {
		h.reference(m)
		h.put(m, "TransitOperation/businessRejectionType", what)
		h.rejection(m)
		return nil
	}
}

func rejectedAtDestination(what string) func(context.Context, *happening, *formats.Message) error {
	return func(_ context.Context, h *happening, m *formats.Message) error {
		h.put(m, "TransitOperation/businessRejectionType", what)
		h.rejection(m)
		return nil
	}
}

func (h *happening) rejection(m *formats.Message) {
	h.put(m, "TransitOperation/rejectionDateAndTime", string(h.at()))
	h.put(m, "TransitOperation/rejectionCode", otherReason)
	h.put(m, "TransitOperation/rejectionReason", cut(h.course.Reason, maxErrorText))
}

// controlled announces a control; kind 0 becomes 1 when documents are asked for.
func controlled(kind string) func(context.Context, *happening, *formats.Message) error {
	return func(_ context.Context, h *happening, m *formats.Message) error {
		h.reference(m)
		h.put(m, "TransitOperation/controlNotificationDateAndTime", string(h.at()))
		c := h.course.Control
		if c == nil {
			c = &transit.Control{}
		}
		notification := kind
		if kind == "0" && len(c.Documents) > 0 {
			notification = "1"
		}
		h.put(m, "TransitOperation/notificationType", notification)
		for i, t := range c.Types {
			at := fmt.Sprintf("TypeOfControls[%d]/", i+1)
			h.put(m, at+"sequenceNumber", strconv.Itoa(i+1))
			h.put(m, at+"type", cut(t, 3))
		}
		for i, d := range c.Documents {
			at := fmt.Sprintf("RequestedDocument[%d]/", i+1)
			h.put(m, at+"sequenceNumber", strconv.Itoa(i+1))
			h.document4(m, at, d)
		}
		return nil
	}
}

// document4 names a document by its type when it is one of the four characters of the list, else in words.
func (h *happening) document4(m *formats.Message, at, name string) {
	const unlisted = "Y999"
	if len(name) == len(unlisted) {
		h.put(m, at+"documentType", name)
		return
	}
	h.put(m, at+"documentType", unlisted)
	h.put(m, at+"description", cut(name, maxErrorText))
}

func amendmentAsked(_ context.Context, h *happening, m *formats.Message) error {
	h.put(m, "TransitOperation/MRN", h.course.MRN)
	h.put(m, "TransitOperation/amendmentNotificationDateAndTime", string(h.at()))
	if h.course.Reason != "" {
		h.put(m, "FunctionalError[1]/sequenceNumber", "1")
		h.put(m, "FunctionalError[1]/errorPointer", "/CC015C")
		h.put(m, "FunctionalError[1]/errorCode", transit.CodeRuleViolation)
		h.put(m, "FunctionalError[1]/originalAttributeValue", cut(h.course.Reason, maxErrorText))
	}
	return nil
}

// refusedGuarantee is the reason code (CL252) for what only the text explains.
const refusedGuarantee = "G11"

func guaranteeRefused(ctx context.Context, h *happening, m *formats.Message) error {
	if m.Kind.Name == "CC022C" {
		return amendmentAsked(ctx, h, m)
	}
	h.put(m, "TransitOperation/MRN", h.course.MRN)
	h.put(m, "TransitOperation/declarationAcceptanceDate", day(h.course.AcceptedAt))
	n := 0
	for _, u := range h.course.Guarantees {
		if u.GRN == "" {
			continue
		}
		n++
		at := fmt.Sprintf("GuaranteeReference[%d]/", n)
		h.put(m, at+"sequenceNumber", strconv.Itoa(n))
		h.put(m, at+"GRN", u.GRN)
		h.put(m, at+"InvalidGuaranteeReason[1]/sequenceNumber", "1")
		h.put(m, at+"InvalidGuaranteeReason[1]/code", refusedGuarantee)
		h.put(m, at+"InvalidGuaranteeReason[1]/text", cut(h.course.Reason, maxErrorText))
	}
	return nil
}

// released tells the whole declaration, as it was released. What the declaration may leave out of a means of transport or of a
// guarantee and the release may not is left out with its group.
func released(ctx context.Context, h *happening, m *formats.Message) error {
	std, err := h.document(ctx)
	if err != nil {
		return err
	}
	header := *m.Header()
	ncts.Carry(m.Content, std)
	*m.Header() = header
	h.put(m, "TransitOperation/MRN", h.course.MRN)
	h.put(m, "TransitOperation/declarationAcceptanceDate", day(h.course.AcceptedAt))
	h.put(m, "TransitOperation/releaseDate", day(h.course.ReleasedAt))
	h.put(m, "Consignment/containerIndicator", string(containers(std)))
	if c := h.course.Control; c != nil && c.Result != "" {
		h.put(m, "ControlResult/code", c.Result)
		h.put(m, "ControlResult/date", day(c.ResultAt))
		h.put(m, "ControlResult/controlledBy", c.Office)
	}
	ncts.Prune(m.Content, m.Schema())
	return nil
}

// containers is the indicator that the release must give though the declaration need not.
func containers(std *transit.STD) transit.Flag {
	if std.Consignment.ContainerIndicator != "" {
		return std.Consignment.ContainerIndicator
	}
	for _, e := range std.Consignment.TransportEquipment {
		if e.ContainerIdentificationNumber != "" {
			return transit.FlagYes
		}
	}
	return transit.FlagNo
}

// unexplained is the noReleaseMotivationCode of a refusal that its text explains.
const unexplained = "Z9"

func notReleased(_ context.Context, h *happening, m *formats.Message) error {
	h.put(m, "TransitOperation/MRN", h.course.MRN)
	h.put(m, "TransitOperation/declarationSubmissionDateAndTime", string(moment(h.declared.LodgedAt)))
	h.put(m, "TransitOperation/noReleaseMotivationCode", unexplained)
	h.put(m, "TransitOperation/noReleaseMotivationText", cut(h.course.Reason, maxErrorText))
	return nil
}

// invalidated tells the decision; customs initiated it when nobody had asked and an officer acted.
func invalidated(decision transit.Flag) func(context.Context, *happening, *formats.Message) error {
	return func(_ context.Context, h *happening, m *formats.Message) error {
		h.reference(m)
		byCustoms := transit.FlagNo
		if decision == transit.FlagYes && h.course.CancelAsked == "" && h.step.Office != "" {
			byCustoms = transit.FlagYes
			m.Header().CorrelationIdentifier = "" // An earlier request has had its answer.
		}
		if asked := h.course.CancelAsked; asked != "" {
			h.put(m, "Invalidation/requestDateAndTime", string(moment(asked)))
		}
		h.put(m, "Invalidation/decisionDateAndTime", string(h.at()))
		h.put(m, "Invalidation/decision", string(decision))
		h.put(m, "Invalidation/initiatedByCustoms", string(byCustoms))
		h.put(m, "Invalidation/justification", cut(h.course.Reason, maxErrorText))
		return nil
	}
}

func writtenOff(_ context.Context, h *happening, m *formats.Message) error {
	h.put(m, "TransitOperation/MRN", h.course.MRN)
	h.put(m, "TransitOperation/writeOffDate", day(h.course.At))
	return nil
}

// incident tells the incident out of its paper.
func incident(ctx context.Context, h *happening, m *formats.Message) error {
	p, err := h.paper(ctx)
	if err != nil {
		return err
	}
	var content transit.Incident
	if err := json.Unmarshal(p.Content, &content); err != nil {
		return fmt.Errorf("couldn't read the incident of movement %s: %w", h.course.ID, err)
	}
	h.put(m, "TransitOperation/MRN", h.course.MRN)
	h.put(m, "TransitOperation/incidentNotificationDateAndTime", string(h.at()))
	h.put(m, "CustomsOfficeOfIncidentRegistration/referenceNumber", h.step.Office)
	h.put(m, "Consignment/Incident[1]/sequenceNumber", strconv.Itoa(len(h.course.Incidents)))
	c := m.Content.(*ncts.CC182C)
	ncts.Carry(&c.Consignment.Incidents[0], &content)
	return nil
}

// unloadingPermitted leaves the consignment out: the ledger shows it to the declarant and to the customs authorities of the route
// alone. After remarks that the unloading was not complete the permission is for going on.
func unloadingPermitted(ctx context.Context, h *happening, m *formats.Message) error {
	view, err := h.ledger.Movements().Get(ctx, h.course.ID)
	if err != nil {
		return fmt.Errorf("couldn't read movement %s: %w", h.course.ID, err)
	}
	h.put(m, "TransitOperation/declarationType", view.Movement.DeclarationType)
	h.put(m, "TransitOperation/declarationAcceptanceDate", day(h.course.AcceptedAt))
	h.put(m, "TransitOperation/security", view.Movement.Security)
	h.put(m, "TransitOperation/reducedDatasetIndicator", string(transit.FlagNo))
	return nil
}

// Values of releaseIndicator.
const (
	fullRelease    = "1"
	partialRelease = "2"
)

func goodsReleased(_ context.Context, h *happening, m *formats.Message) error {
	indicator := partialRelease
	if h.course.Arrival != nil && h.course.Arrival.GoodsReleased == transit.ReleasedFully {
		indicator = fullRelease
	}
	h.put(m, "TransitOperation/releaseDate", day(h.course.At))
	h.put(m, "TransitOperation/releaseIndicator", indicator)
	return nil
}

func discrepant(_ context.Context, h *happening, m *formats.Message) error {
	h.put(m, "TransitOperation/MRN", h.course.MRN)
	h.put(m, "TransitOperation/discrepanciesNotificationDate", day(h.course.At))
	text := "result of the control at destination: " + h.course.Results
	if h.course.ResolveBy != "" {
		text += "; to be resolved by " + h.course.ResolveBy
	}
	h.put(m, "TransitOperation/discrepanciesNotificationText", text)
	return nil
}

func enquired(_ context.Context, h *happening, m *formats.Message) error {
	at, err := time.Parse(time.RFC3339, h.course.At)
	if err != nil {
		return fmt.Errorf("step %d of movement %s has no time: %w", h.course.Seq, h.course.ID, err)
	}
	h.put(m, "TransitOperation/MRN", h.course.MRN)
	h.put(m, "TransitOperation/requestOnNonArrivedMovementDate", day(h.course.At))
	h.put(m, "TransitOperation/limitForResponseDate", string(transit.DateOf(at.AddDate(0, 0, transit.EnquiryDays))))
	h.put(m, "CustomsOfficeOfEnquiryAtDeparture/referenceNumber", h.course.Enquiry.Office)
	return nil
}

// newClaims counts the claims that the step has made.
func newClaims(h *happening) int { return len(h.claims()) }

func (h *happening) claims() []transit.Claim {
	var made []transit.Claim
	if h.course.Recovery == nil {
		return nil
	}
	for _, c := range h.course.Recovery.Claims {
		if c.At == h.course.At && c.State == transit.ClaimMade {
			made = append(made, c)
		}
	}
	return made
}

func claimed(_ context.Context, h *happening, m *formats.Message) error {
	c := h.claims()[h.index]
	h.put(m, "TransitOperation/MRN", h.course.MRN)
	h.put(m, "TransitOperation/declarationAcceptanceDate", day(h.course.AcceptedAt))
	h.put(m, "RecoveryNotification/recoveryNotificationDate", day(c.At))
	h.put(m, "RecoveryNotification/recoveryNotificationText", cut("claimed on guarantee "+c.GRN, maxErrorText))
	h.put(m, "RecoveryNotification/amountClaimed", c.Amount.Decimal())
	h.put(m, "RecoveryNotification/currency", c.Amount.Currency)
	h.put(m, "CustomsOfficeOfRecoveryAtDeparture/referenceNumber", h.course.Recovery.Office)
	return nil
}
