package fakeledger

import (
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
)

// chaincodeVersion is the version in every chaincode action.
const chaincodeVersion = "1"

// Config describes a ledger. Only Orgs is required.
type Config struct {
	// Orgs are the MSP ids of the organisations; each runs one peer.
	Orgs []string
	// Policy is the chaincode-wide endorsement policy; nil: a majority of the organisations' peers.
	Policy *common.SignaturePolicyEnvelope
	// Collections are the explicit private data collections.
	Collections []Collection
	// Channel and Chaincode are names; empty: "channel" and "chaincode".
	Channel, Chaincode string
	// Start is what the clock shows at first; zero: 1 January 2026, 00:00 UTC. The clock stands still until a test moves it.
	Start time.Time
}

func (c Config) withDefaults() Config {
	if c.Policy == nil {
		c.Policy = Majority(c.Orgs...)
	}
	if c.Channel == "" {
		c.Channel = "channel"
	}
	if c.Chaincode == "" {
		c.Chaincode = "chaincode"
	}
	if c.Start.IsZero() {
		c.Start = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
	}
	return c
}
