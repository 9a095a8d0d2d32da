package contract

import (
	"fmt"
	"slices"

	"carec.example/cats/chaincode/guard"
	"carec.example/cats/chaincode/transit"
)

// FnSettleForTest ends a movement with claims on its usages.
const FnSettleForTest transit.Function = "test:Settle"

// SettleRequest claims amounts of a movement's usages, by their index, and ends it.
type SettleRequest struct {
	Movement string          `json:"movement"`
	Claims   []transit.Money `json:"claims,omitempty"`
	// At (RFC 3339) is when the claims were raised; empty means now.
	At string `json:"at,omitempty"`
	// Arrived marks the goods as arrived first.
	Arrived bool `json:"arrived,omitempty"`
}

// NewWithSettlement is the chaincode with a function that settles a movement, whatever its state: what the guarantees do is
// tested apart from the steps of the procedure that ask for it.
func NewWithSettlement(c Config) (*guard.Guard, error) {
	functions := slices.Concat(movementFunctions(), guaranteeFunctions(), registryFunctions(c))
	for _, s := range steps() {
		functions = append(functions, with(s.Function(), step(s)))
	}
	return guard.New(append(functions, with(FnSettleForTest, settleForTest)), c.Log)
}

func settleForTest(c *call, req *SettleRequest) (*transit.Written, error) {
	was, err := c.movement(req.Movement)
	if err != nil {
		return nil, err
	}
	m := *was
	m.Guarantees = slices.Clone(was.Guarantees)
	if req.Arrived {
		transit.MarkArrived(&m)
	}
	for i, amount := range req.Claims {
		if amount.Minor == 0 {
			continue
		}
		if fault := transit.ClaimUsage(&m, i, amount, c.At()); fault != nil {
			return nil, fault
		}
		if req.At != "" {
			m.Guarantees[i].ClaimedAt = req.At
		}
	}
	m.Seq++
	m.State = transit.WrittenOff
	if err := c.affect(transit.SettleGuarantees, &m, nil); err != nil {
		return nil, fmt.Errorf("couldn't settle: %w", err)
	}
	return written(&m), c.PutMovement(&m, was)
}
