package exchange

import (
	"slices"
	"strings"

	"carec.example/cats/client/formats"
	"carec.example/cats/client/formats/ncts"
)

// LeftOut is a value of a message or document in that has not come to the ledger, and why. It is for the sender alone.
type LeftOut struct {
	// Place is the path of the element, such as /CC007C/Consignment/Incident[1]/code or /list/row[3]/Plate.
	Place string `json:"place" example:"/CC007C/Consignment/Incident[1]/code"`
	// Line of a national document; 0 in messages of NCTS.
	Line  int    `json:"line,omitempty"`
	Value string `json:"value,omitempty"`
	// Reason why it stays behind.
	Reason string `json:"reason"`
}

// Part is one row of the table of what comes to the ledger of the messages in.
type Part struct {
	// At is the path of the element or group, without the root; a row further down counts more.
	At string
	// Left says why the values stay behind; empty when the ledger gets them, or holds them already and they are compared with it.
	Left string
}

// Reasons for leaving values out.
const (
	ledgersTime  = "the ledger keeps its own time of the step"
	registryHas  = "the registry of operators has it under the identification number"
	byNumber     = "the ledger knows the holder by the identification number"
	officesWord  = "the decision is the office's"
	noPlace      = "the step has no place for it"
	officersStep = "an incident comes to the ledger from the customs office that is told of it on the way"
	conforming   = "remarks that everything conforms have no content on the ledger"
	inFull       = "the message is taken as the whole declaration"
)

// Parts is the table for a message in, such as CC007C. What no row names stays behind, because the step has no place for it. The
// header of a message is the sender's and the exchange's: its identification stands on the ledger, sender and recipient change
// places in the answers, and it is never listed as left out.
func Parts(kind string) []Part {
	holder := []Part{
		{At: "HolderOfTheTransitProcedure/identificationNumber"},
		{"HolderOfTheTransitProcedure", registryHas}, {"HolderOfTheTransitProcedure/TIRHolderIdentificationNumber", byNumber},
	}
	switch kind {
	case "CC015C":
		return []Part{{}}
	case "CC013C":
		return []Part{{}, {"TransitOperation/amendmentTypeFlag", inFull}}
	case "CC014C":
		return append(holder, Part{At: "TransitOperation"}, Part{At: "CustomsOfficeOfDeparture"}, Part{At: "Invalidation/justification"},
			Part{"Invalidation/requestDateAndTime", ledgersTime}, Part{"Invalidation", officesWord})
	case "CC170C":
		return append(holder, Part{At: "TransitOperation"}, Part{At: "CustomsOfficeOfDeparture"}, Part{At: "Consignment"},
			Part{At: "Representative"})
	case "CC054C":
		return append(holder, Part{At: "TransitOperation"}, Part{At: "CustomsOfficeOfDeparture"},
			Part{"TransitOperation/releaseRequestDateAndTime", ledgersTime})
	case "CC141C":
		return append(holder, Part{At: "TransitOperation"}, Part{At: "CustomsOfficeOfDestinationActual"}, Part{At: "Enquiry"},
			Part{At: "Consignment"}, Part{At: "CustomsOfficeOfEnquiryAtDeparture"})
	case "CC007C":
		return []Part{
			{At: "TransitOperation/MRN"}, {At: "TransitOperation/simplifiedProcedure"},
			{"TransitOperation/arrivalNotificationDateAndTime", ledgersTime}, {"TransitOperation/incidentFlag", officersStep},
			{At: "CustomsOfficeOfDestinationActual"}, {At: "TraderAtDestination/identificationNumber"},
			{"Consignment/Incident", officersStep},
		}
	case "CC044C":
		return []Part{{}}
	}
	return nil
}

// conformParts is the table for unloading remarks that everything conforms: they are a step without a paper.
func conformParts() []Part {
	return []Part{
		{At: "TransitOperation/MRN"}, {At: "CustomsOfficeOfDestinationActual"}, {At: "TraderAtDestination"},
		{At: "UnloadingRemark/conform"}, {At: "UnloadingRemark/unloadingCompletion"},
		{"UnloadingRemark", conforming}, {"Consignment", conforming}, {"TransitOperation", conforming},
	}
}

// leftOut lists what of a message its step does not bring to the ledger. It depends on the message alone, so that one that is sent
// again is told the same.
func leftOut(m *formats.Message) []LeftOut {
	parts := Parts(m.Kind.Name)
	if c, is := m.Content.(*ncts.CC044C); is && c.UnloadingRemark.Conform.Set() {
		parts = conformParts()
	}
	var gone []string
	if c, is := m.Content.(*ncts.CC013C); is {
		if a, err := formats.AmendmentOf(c); err == nil {
			gone = a.Left
		}
	}
	var left []LeftOut
	for _, leaf := range ncts.Leaves(m.Content) {
		if strings.HasPrefix(leaf.Pointer, "/message/") {
			continue
		}
		place := ncts.XPath(m.Schema(), leaf.Pointer)
		reason := reasonFor(parts, place)
		if reason == "" && slices.ContainsFunc(gone, func(at string) bool { return leaf.Pointer == at || strings.HasPrefix(leaf.Pointer, at+"/") }) {
			reason = noPlace
		}
		if reason != "" {
			left = append(left, LeftOut{Place: place, Value: leaf.Value, Reason: reason})
		}
	}
	return left
}

// reasonFor finds the row that is furthest down on the way to a place.
func reasonFor(parts []Part, place string) string {
	path := plain(place)
	reason, best := noPlace, -1
	for _, p := range parts {
		if len(p.At) > best && (p.At == "" || path == p.At || strings.HasPrefix(path, p.At+"/")) {
			reason, best = p.Left, len(p.At)
		}
	}
	return reason
}

// plain is a path without the root and the numbers of list elements.
func plain(place string) string {
	_, path, _ := strings.Cut(strings.TrimPrefix(place, "/"), "/")
	var b strings.Builder
	for part := range strings.SplitSeq(path, "/") {
		if b.Len() > 0 {
			b.WriteByte('/')
		}
		name, _, _ := strings.Cut(part, "[")
		b.WriteString(name)
	}
	return b.String()
}
