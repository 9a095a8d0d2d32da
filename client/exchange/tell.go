package exchange

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/formats"
	"carec.example/cats/client/formats/ncts"
)

// tell makes the messages of a rule, when the party is the one that it is for.
func (x *Exchange) tell(ctx context.Context, h *happening, rule *Rule) ([]Answer, error) {
	mine, err := h.mine(ctx, rule.To)
	if err != nil || !mine {
		return nil, err
	}
	count := 1
	if rule.each != nil {
		count = rule.each(h)
	}
	var answers []Answer
	for i := range count {
		answer, err := x.message(ctx, h, rule, i)
		switch {
		case errors.Is(err, errPurged):
			continue // What the message would say may not be kept any more.
		case err != nil:
			return nil, err
		}
		answers = append(answers, answer)
	}
	return answers, nil
}

// mine tells whether the message is for the party.
func (h *happening) mine(ctx context.Context, to To) (bool, error) {
	party := h.ledger.Party()
	if to == ToHolder {
		var err error
		h.declared, err = h.declaredOf(ctx, h.course.ID)
		return h.declared.Declarant == transit.Declarant{MSP: party.MSP, Operator: party.Operator}, err
	}
	arrival := h.course.Arrival
	if arrival == nil {
		// A rejected notification is gone from the record.
		was, err := h.before(ctx)
		if err != nil || was == nil {
			return false, err
		}
		arrival = was.Arrival
	}
	return arrival != nil && arrival.Trader == transit.Declarant{MSP: party.MSP, Operator: party.Operator}, nil
}

func (x *Exchange) message(ctx context.Context, h *happening, rule *Rule, i int) (Answer, error) {
	h.index = i
	m, err := x.fill(ctx, h, rule, x.phase)
	if err != nil {
		return Answer{}, err
	}
	answer, err := write(m, false)
	if errors.Is(err, &transit.Fault{Code: transit.InvalidDocument}) && x.phase == transit.Phase6 {
		// A declaration of phase 5 can have what phase 6 has no place for.
		if m, err = x.fill(ctx, h, rule, transit.Phase5); err == nil {
			answer, err = write(m, false)
		}
	}
	if err != nil {
		return Answer{}, fmt.Errorf("couldn't make %s about step %d of movement %s: %w", rule.Message, h.course.Seq, h.course.ID, err)
	}
	return answer, nil
}

func (x *Exchange) fill(ctx context.Context, h *happening, rule *Rule, phase transit.Phase) (*formats.Message, error) {
	name := rule.Message
	if name == "CC055C" && !h.hasReference() {
		name = "CC022C" // A guarantee without a reference cannot be named: the holder is asked to amend.
	}
	m := formats.NewMessage(name, phase)
	header := m.Header()
	office, party := h.declared.Departure, h.ledger.Party()
	if rule.To == ToTrader {
		office = h.course.Destination
	}
	header.Sender, header.Recipient = "NTA."+transit.OfficeCountry(office), party.Operator
	header.PreparationDateAndTime = h.at()
	header.Identification = answerID(h.tx.ID, h.course.ID, strconv.Itoa(h.course.Seq), rule.Message, string(rule.To), strconv.Itoa(h.index))
	header.CorrelationIdentifier = h.correlation(rule)
	if rule.To == ToTrader {
		h.put(m, "TransitOperation/MRN", h.course.MRN)
		h.put(m, "CustomsOfficeOfDestinationActual/referenceNumber", office)
		h.put(m, "TraderAtDestination/identificationNumber", party.Operator)
	} else {
		h.put(m, "CustomsOfficeOfDeparture/referenceNumber", office)
		if name != "CC182C" {
			h.put(m, "HolderOfTheTransitProcedure/identificationNumber", h.course.Holder)
		}
	}
	return m, rule.fill(ctx, h, m)
}

func (h *happening) hasReference() bool {
	for _, u := range h.course.Guarantees {
		if u.GRN != "" {
			return true
		}
	}
	return false
}

// correlation is the identification of the party's message that this one answers, as the record remembers it (R0008).
func (h *happening) correlation(rule *Rule) string {
	if rule.answers == "" {
		return ""
	}
	mark := h.ledger.Party().Operator + "/" + rule.answers
	for i := len(h.course.Messages) - 1; i >= 0; i-- {
		if id, found := strings.CutPrefix(h.course.Messages[i], mark); found {
			return id
		}
	}
	return ""
}

func (h *happening) put(m *formats.Message, path, value string) { ncts.Set(m.Content, path, value) }

// at is when the step was taken.
func (h *happening) at() transit.DateTime { return moment(h.course.At) }

// moment turns a time of the ledger into one of the messages.
func moment(at string) transit.DateTime { return transit.DateTime(strings.TrimSuffix(at, "Z")) }

// day is the day of a time of the ledger.
func day(at string) string { return at[:min(len(at), len("2026-03-31"))] }

// reference names the movement by its MRN, before acceptance by its LRN (C0467).
func (h *happening) reference(m *formats.Message) {
	if h.course.MRN != "" {
		h.put(m, "TransitOperation/MRN", h.course.MRN)
		return
	}
	h.put(m, "TransitOperation/LRN", h.declared.LRN)
}

// errPurged: the party's organisation may not keep the content any more.
var errPurged = errors.New("the content has been purged")

// document is the content of the declaration, which only its declarant and the customs authorities of the route read.
func (h *happening) document(ctx context.Context) (*transit.STD, error) {
	document, err := h.ledger.Movements().Content(ctx, h.course.ID)
	if err != nil {
		return nil, h.withheld(ctx, err)
	}
	return document.STD, nil
}

// withheld tells content that will come from content that is gone for good.
func (h *happening) withheld(ctx context.Context, err error) error {
	if !errors.Is(err, &transit.Fault{Code: transit.NotFound}) {
		return fmt.Errorf("couldn't read what movement %s declares: %w", h.course.ID, err)
	}
	view, ask := h.ledger.Movements().Get(ctx, h.course.ID)
	if ask != nil {
		return fmt.Errorf("couldn't read movement %s: %w", h.course.ID, ask)
	}
	for _, d := range view.Deliveries {
		if d.MSP == h.ledger.Party().MSP && d.State == transit.DeliveryPurged {
			return errPurged
		}
	}
	for _, a := range view.Annexes {
		if a.Seq == h.course.Seq && slices.Contains(a.Purged, h.ledger.Party().MSP) {
			return errPurged
		}
	}
	return errNotYet
}

// paper is the annex that came with the step.
func (h *happening) paper(ctx context.Context) (*cats.Paper, error) {
	for _, a := range h.course.Annexes {
		if a.Seq != h.course.Seq {
			continue
		}
		p, err := h.ledger.Movements().Annex(ctx, h.course.ID, a.Digest)
		if err != nil {
			return nil, h.withheld(ctx, err)
		}
		return p, nil
	}
	return nil, errPurged
}
