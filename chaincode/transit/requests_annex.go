package transit

// AnnexDelivery tells which organisations of the itinerary hold an annex of the record, by the hashes that every peer has.
type AnnexDelivery struct {
	Annex
	// Held are the MSPs that hold it, the author's first; Missing are those of the itinerary that do not hold it yet, and Purged
	// those that held it until the end of their retention.
	Held    []string `json:"held"`
	Missing []string `json:"missing,omitempty"`
	Purged  []string `json:"purged,omitempty"`
}
