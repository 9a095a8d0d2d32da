package fsck

import (
	"fmt"
	"time"
)

// Finding is one thing that should not be.
type Finding struct {
	// Block and Transaction in which it came about; empty for the comparison with the peer.
	Block       uint64 `json:"block,omitempty"`
	Transaction string `json:"transactionId,omitempty"`
	// Record is the movement identification, GRN or key concerned.
	Record string `json:"record"`
	// Rule that is broken, in a word or two.
	Rule string `json:"rule"`
	Text string `json:"text"`
}

func (f Finding) String() string {
	return fmt.Sprintf("block %d, %s: %s: %s", f.Block, f.Record, f.Rule, f.Text)
}

// Report is the outcome of a check.
type Report struct {
	// Height is the number of blocks read.
	Height uint64 `json:"height"`
	// Transactions of the chaincode, and how many of them took effect.
	Transactions int `json:"transactions"`
	Valid        int `json:"valid"`
	// Invalid counts the others by the peers' verdict and the function called, as in "MVCC_READ_CONFLICT movement:Deliver".
	Invalid map[string]int `json:"invalid,omitempty"`
	// Movements by state.
	Movements map[string]int `json:"movements"`
	// Versions is the number of versions of movements, guarantees and balances looked at.
	Versions   int `json:"versions"`
	Guarantees int `json:"guarantees"`
	Balances   int `json:"balances"`
	Offices    int `json:"offices"`
	// Private is the number of private values whose hashes were seen.
	Private int `json:"private"`
	// Compared is the number of records compared with the peer's answer, Hidden of those it does not show to the caller.
	Compared int           `json:"compared"`
	Hidden   int           `json:"hidden,omitempty"`
	Findings []Finding     `json:"findings"`
	Took     time.Duration `json:"took"`
}

// Clean reports whether nothing was found.
func (r *Report) Clean() bool { return len(r.Findings) == 0 }
