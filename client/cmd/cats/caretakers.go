package main

import (
	"maps"
	"slices"
	"strings"
	"time"

	"carec.example/cats/chaincode/transit"
)

// caretakers are the organisations, by MSP, that were gone for good and for which others act, and since when.
type caretakers map[string]time.Time

// concerning leaves those that have to do with a movement: its custodian, the countries of its itinerary, its guarantors.
func concerning(m *transit.Movement, all caretakers) caretakers {
	found := caretakers{}
	for msp, since := range all {
		if msp == m.Custodian || m.Concerns(msp) {
			found[msp] = since
		}
	}
	return found
}

func (c caretakers) text() string {
	var parts []string
	for _, msp := range slices.Sorted(maps.Keys(c)) {
		parts = append(parts, "acts for "+msp+" since "+moment(transit.Stamp(c[msp]))+", by consortium override")
	}
	return strings.Join(parts, "; ")
}
