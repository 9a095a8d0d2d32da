package contract

import (
	"encoding/json"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"

	"carec.example/cats/chaincode/guard"
	"carec.example/cats/chaincode/ledger"
	"carec.example/cats/chaincode/transit"
)

// getMovement answers with the public record and where the content is.
func getMovement(c *call, req *transit.MovementQuery) (*transit.MovementView, error) {
	m, err := c.movement(req.Movement)
	if err != nil {
		return nil, err
	}
	if !c.maySee(m) {
		return nil, transit.Faultf(transit.NotAuthorised, "movement %s is not for %s", m.Reference(), c.actor)
	}
	d, err := c.deliveries(m)
	if err != nil {
		return nil, err
	}
	shared, err := c.shares(m)
	if err != nil {
		return nil, err
	}
	annexes, err := c.annexDeliveries(m)
	if err != nil {
		return nil, err
	}
	return &transit.MovementView{Movement: m, Deliveries: d, Shared: shared, Annexes: annexes}, nil
}

// maySee keeps traders to the movements that they hold, have declared, are offered or have notified as arrived; organisations of
// the consortium hold the public record anyway.
func (c *call) maySee(m *transit.Movement) bool {
	if c.actor.Role != transit.RoleTrader {
		return true
	}
	return c.actor.Operator == m.Holder || transit.ByDeclarant.Admits(m, c.actor) || transit.ByConsignee.Admits(m, c.actor) ||
		c.invited(m)
}

func checkPage(q transit.ListQuery) *transit.Fault {
	if q.Size < 0 || q.Size > ledger.MaxPage {
		return transit.Faultf(transit.MalformedRequest, "a page has 1 to %d records", ledger.MaxPage).At("/size")
	}
	return nil
}

// listMovements answers with one page of those records that the caller may see; a page can be shorter than asked.
func listMovements(c *call, req *transit.ListQuery) (*transit.MovementPage, error) {
	if fault := checkPage(*req); fault != nil {
		return nil, fault
	}
	all, bookmark, err := c.Movements(*req)
	if err != nil {
		return nil, err
	}
	page := &transit.MovementPage{Movements: []*transit.Movement{}, Bookmark: bookmark}
	for _, m := range all {
		if c.maySee(m) {
			page.Movements = append(page.Movements, m)
		}
	}
	return page, nil
}

// info answers without a registry, so that an administrator can ask before the founding.
func info(c Config, functions []guard.Function) func(shim.ChaincodeStubInterface, []byte) ([]byte, error) {
	names := make([]string, len(functions))
	for i, f := range functions {
		names[i] = string(f.Name)
	}
	return func(stub shim.ChaincodeStubInterface, arg []byte) ([]byte, error) {
		if err := decode(arg, &transit.Empty{}); err != nil {
			return nil, err
		}
		tx, err := ledger.Begin(stub)
		if err != nil {
			return nil, err
		}
		registry, err := tx.Consortium()
		if err != nil {
			return nil, err
		}
		return json.Marshal(transit.Info{Version: c.Version, Build: c.Build, Functions: names, Founded: registry != nil})
	}
}
