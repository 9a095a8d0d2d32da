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
			if err := c.annexAt(m, msp, &d); err != nil {
				return nil, err
			}
		}
		out = append(out, d)
	}
	return out, nil
}

// annexAt adds to the delivery whether an organisation holds the annex.
func (c *call) annexAt(m *transit.Movement, msp string, d *transit.AnnexDelivery) error {
	held, err := c.PrivateDigest(msp, ledger.AnnexKey(m.ID, d.Digest))
	if err != nil {
		return err
	}
	if held == d.Digest {
		d.Held = append(d.Held, msp)
		return nil
	}
	purged, err := c.purged(m.ID, msp, d.Digest)
	if err != nil {
		return err
	}
	if purged {
		d.Purged = append(d.Purged, msp)
	} else {
		d.Missing = append(d.Missing, msp)
	}
	return nil
}
