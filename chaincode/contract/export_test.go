package contract

import (
	"fmt"
	"slices"

	"carec.example/cats/chaincode/guard"
	"carec.example/cats/chaincode/transit"
)

// FnSettleForTest ends a movement with claims on its usages.
const FnSettleForTest transit.Function = "test:Settle"

// SettleRequest has paid amounts on a movement's usages, by their index, and ends it.
type SettleRequest struct {
	Movement string          `json:"movement"`
	Paid     []transit.Money `json:"paid,omitempty"`
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
	for i, amount := range req.Paid {
		m.Guarantees[i].Claimed = amount
	}
	m.Seq++
	m.State = transit.WrittenOff
	if err := c.affect(transit.SettleGuarantees, &m, nil); err != nil {
		return nil, fmt.Errorf("couldn't settle: %w", err)
	}
	return written(&m), c.PutMovement(&m, was)
}
