package cats

import (
	"context"
	"fmt"
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

// complete reports whether nothing more can come of the movement as it was read: its last
// step is there, and a delivery to every further country.
func complete(passages []Passage, m *transit.Movement) bool {
	last, delivered := false, map[string]bool{}
	for _, p := range passages {
		switch {
		case p.Record == "movement" && p.ID == m.ID && p.Seq == m.Seq:
			last = true
		case p.Record == "delivery" && p.ID == m.ID:
			delivered[p.Custodian] = true
		}
	}
	if !last {
		return false
	}
	for i := range m.Legs {
		if i > 0 && !delivered[m.Legs[i].MSP] {
			return false
		}
	}
	return true
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
