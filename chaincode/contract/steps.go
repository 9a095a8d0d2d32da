package contract

import (
	"fmt"
	"time"

	"carec.example/cats/chaincode/ledger"
	"carec.example/cats/chaincode/transit"
)

// step makes the handler of one step of the procedure.
func step(s transit.Step) func(*call, *transit.StepRequest) (*transit.Written, error) {
	return func(c *call, req *transit.StepRequest) (*transit.Written, error) {
		if fault := checkMessageID(req.MessageID); fault != nil {
			return nil, fault
		}
		if fault := checkReasons(req); fault != nil {
			return nil, fault
		}
		m, err := c.movement(req.Movement)
		if err != nil {
			return nil, err
		}
		r := c.request(*req)
		if err := c.checkAnnex(m, req.Annex); err != nil {
			return nil, err
		}
		if err := c.checkNamed(s, m, r); err != nil {
			return nil, err
		}
		return c.take(s, m, r)
	}
}

func checkReasons(req *transit.StepRequest) *transit.Fault {
	for _, r := range []struct{ pointer, text string }{{"/reason", req.Reason}, {"/overrideReason", req.OverrideReason}} {
		if r.text == "" {
			continue
		}
		if err := transit.ValidateText(r.text, maxReason); err != nil {
			return transit.Faultf(transit.MalformedRequest, "the reason: %v", err).At(r.pointer)
		}
	}
	return nil
}

// movement finds a movement by MRN or identification.
func (c *call) movement(reference string) (*transit.Movement, error) {
	id, fault := ledger.MovementOf(reference)
	if fault != nil {
		return nil, fault
	}
	m, err := c.Movement(id)
	if err != nil {
		return nil, err
	}
	return known(m, id, reference)
}

// known refuses a movement that does not exist, or has another MRN than the one asked for.
func known(m *transit.Movement, id, reference string) (*transit.Movement, error) {
	if m == nil || (len(reference) != len(id) && m.MRN != reference) {
		return nil, transit.Faultf(transit.NotFound, "there is no movement %s", reference).
			With(transit.Violation{Code: "90", Pointer: "/movement", Value: reference, Text: "unknown MRN"})
	}
	return m, nil
}

// take lets the procedure take the step, and writes the record, the guarantees'
// balances and the event.
func (c *call) take(s transit.Step, m *transit.Movement, r *transit.Request) (*transit.Written, error) {
	next, row, fault := m.Next(s, r)
	if fault != nil {
		return nil, fault
	}
	if fault := c.bindsAnew(s, m, next); fault != nil {
		return nil, fault
	}
	if next.AcceptedAt != m.AcceptedAt {
		if err := c.allocate(next); err != nil {
			return nil, err
		}
	}
	if err := c.affect(row.Effect, next, r); err != nil {
		return nil, err
	}
	if err := c.PutMovement(next, m); err != nil {
		return nil, err
	}
	c.Emit(transit.EventStep{
		Record: "movement", ID: next.ID, MRN: next.MRN, Seq: next.Seq, Step: string(s), From: m.State, To: next.State,
		Custodian: next.Custodian, By: c.actor.MSP, Office: c.actor.Office,
	})
	return written(next), nil
}

// written is the answer of a step. It does not repeat the record, which stands in the transaction's write set already.
func written(m *transit.Movement) *transit.Written {
	return &transit.Written{ID: m.ID, MRN: m.MRN, Seq: m.Seq, State: m.State}
}

// allocate gives the movement its MRN. Nothing is drawn at random and no counter is
// kept: the identification is unique because the key is, and the MRN is the
// identification with the year of acceptance, the procedure letter (R0410) and the
// check digit (R0028).
func (c *call) allocate(m *transit.Movement) error {
	face := m.Face()
	want, err := faceDigest(&face)
	if err != nil {
		return err
	}
	digest, err := c.PrivateDigest(m.Legs[0].MSP, ledger.FaceKey(m.ID, m.Version))
	if err != nil {
		return err
	}
	if digest != want {
		return transit.Faultf(transit.ContentMismatch, "the content of %s is not in the collection of the country of departure", m.ID)
	}
	id, err := transit.ParseMovementID(m.ID)
	if err != nil {
		return fmt.Errorf("couldn't parse the identification on a record: %w", err)
	}
	accepted, err := time.Parse(time.RFC3339, m.AcceptedAt)
	if err != nil {
		return fmt.Errorf("couldn't parse the time of acceptance: %w", err)
	}
	mrn, err := id.MRN(accepted.Year(), transit.ProcedureLetter(m.Security))
	if err != nil {
		return fmt.Errorf("couldn't allocate an MRN to %s: %w", m.ID, err)
	}
	m.MRN = mrn.String()
	return nil
}
