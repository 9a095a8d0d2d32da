package transit

// AnnexDelivery tells which organisations of the itinerary hold an annex of the record, by the hashes that every peer has.
type AnnexDelivery struct {
	Annex
	// Held are the MSPs that hold it, the author's first; Missing are those of the itinerary that do not hold it yet.
	Held    []string `json:"held"`
	Missing []string `json:"missing,omitempty"`
}
