package cats

import (
	"context"
	"fmt"
	"slices"
	"time"

	"carec.example/cats/chaincode/transit"
)

// Passage is one thing that happened to a movement, as the blocks tell it.
type Passage struct {
	transit.EventStep
	// At is the time that the acting client declared.
	At          time.Time `json:"at"`
	Transaction string    `json:"transactionId"`
	Block       uint64    `json:"block"`
	// Signer is whose certificate signed.
	Signer    Signer   `json:"signer"`
	Endorsers []string `json:"endorsers"`
}

// History reads a movement's whole life out of the blocks: its steps, the deliveries
// of its content, and what they did to its guarantees. Blocks older than the
// movement are not read.
func (m *Movements) History(ctx context.Context, movement *transit.Movement) ([]Passage, error) {
	lodged, err := time.Parse(time.RFC3339, movement.LodgedAt)
	if err != nil {
		return nil, fmt.Errorf("couldn't read when %s was lodged: %w", movement.ID, err)
	}
	height, err := m.c.Height(ctx)
	if err != nil || height == 0 {
		return nil, err
	}
	from, err := m.c.blockBefore(ctx, lodged, height)
	if err != nil {
		return nil, err
	}
	var passages []Passage
	for block, err := range m.c.Blocks(ctx, from, height-1) {
		if err != nil {
			return nil, err
		}
		for _, tx := range block.Transactions {
			passages = append(passages, passagesOf(tx, movement.ID)...)
		}
		if complete(passages, movement) {
			break
		}
	}
	return passages, nil
}

// complete reports whether all that the movement as it was read tells of is there: its last step, every file and grant,
// a delivery to every further country and grantee, and one of every annex to every country but its author's. What leaves no
// trace on the record, a grant made and revoked after the last step or a purge, is told only when it comes before that.
func complete(passages []Passage, m *transit.Movement) bool {
	told := map[string]int{}
	for _, p := range passages {
		if p.ID != m.ID {
			continue
		}
		told[p.Record]++
		switch p.Record {
		case "movement":
			told[fmt.Sprint("step ", p.Seq)]++
		case "delivery":
			told["to "+p.Custodian]++
		case "grant":
			told["granted to "+p.Custodian+" "+transit.Stamp(p.At)]++
		}
	}
	wanted := []string{fmt.Sprint("step ", m.Seq)}
	for _, to := range receivers(m) {
		wanted = append(wanted, "to "+to)
	}
	for _, g := range m.Grants {
		wanted = append(wanted, "granted to "+g.MSP+" "+g.GrantedAt)
	}
	return told["attachment"] >= len(m.Attachments) && told["annex"] >= annexDeliveries(m) &&
		!slices.ContainsFunc(wanted, func(what string) bool { return told[what] == 0 })
}

// receivers are the organisations that the content or a part of it is brought to.
func receivers(m *transit.Movement) []string {
	var out []string
	for i := range m.Legs {
		if i > 0 && m.Legs[i].MSP != m.Legs[0].MSP {
			out = append(out, m.Legs[i].MSP)
		}
	}
	for _, g := range m.Grants {
		if g.MSP != m.Legs[0].MSP {
			out = append(out, g.MSP)
		}
	}
	return out
}

// DeliveryStatus is the state of the content at one organisation and when it came there.
type DeliveryStatus struct {
	transit.Delivery
	// At is the time of the last delivery, zero when the passages tell of none.
	At          time.Time `json:"at,omitzero"`
	Transaction string    `json:"transactionId,omitempty"`
}

// Deliveries puts to the state of each delivery, which follows from what the organisation holds now, the time of the last
// transaction that brought something there. The country of departure has its content since lodging or amendment.
func Deliveries(view *transit.MovementView, passages []Passage) []DeliveryStatus {
	var out []DeliveryStatus
	for _, d := range view.Deliveries {
		s := DeliveryStatus{Delivery: d}
		for _, p := range passages {
			if p.ID == view.Movement.ID && brings(p, view.Movement, d.MSP) {
				s.At, s.Transaction = p.At, p.Transaction
			}
		}
		out = append(out, s)
	}
	return out
}

func brings(p Passage, m *transit.Movement, msp string) bool {
	if len(m.Legs) == 0 || msp != m.Legs[0].MSP {
		return p.Record == "delivery" && p.Custodian == msp
	}
	step := transit.Step(p.Step)
	return p.Record == "attachment" || p.Record == "movement" && (step == transit.StepLodge || step == transit.StepAmend)
}

// passagesOf returns the steps of a transaction's event when one of them is the movement's.
func passagesOf(tx *Transaction, id string) []Passage {
	if !tx.Valid() || tx.Event == nil {
		return nil
	}
	concerns := false
	var passages []Passage
	for _, s := range tx.Event.Steps {
		concerns = concerns || (s.Record != "guarantee" && s.ID == id)
		passages = append(passages, Passage{
			EventStep: s, At: tx.At.UTC().Truncate(time.Second), Transaction: tx.ID, Block: tx.Block, Signer: tx.Creator, Endorsers: tx.Endorsers,
		})
	}
	if !concerns {
		return nil
	}
	return passages
}
