package contract

import (
	"slices"

	"carec.example/cats/chaincode/ledger"
	"carec.example/cats/chaincode/transit"
)

// annexDeliveries tells for each annex of the record which organisations of the itinerary hold it, and its author's.
func (c *call) annexDeliveries(m *transit.Movement) ([]transit.AnnexDelivery, error) {
	var out []transit.AnnexDelivery
	for _, a := range m.Annexes {
		d := transit.AnnexDelivery{Annex: a, Held: []string{}}
		parties := []string{a.MSP}
		for _, leg := range m.Legs {
			if !slices.Contains(parties, leg.MSP) {
				parties = append(parties, leg.MSP)
			}
		}
		for _, msp := range parties {
			held, err := c.PrivateDigest(msp, ledger.AnnexKey(m.ID, a.Digest))
			if err != nil {
				return nil, err
			}
			if held == a.Digest {
				d.Held = append(d.Held, msp)
			} else {
				d.Missing = append(d.Missing, msp)
			}
		}
		out = append(out, d)
	}
	return out, nil
}
