package window

import (
	"slices"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/formats/ubl"
)

// Kind is a kind of document.
type Kind string

// Kinds of documents.
const (
	Declaration Kind = "declaration"
	Status      Kind = "status"
	Guarantee   Kind = "guarantee"
)

// Kinds are all of them.
func Kinds() []Kind { return []Kind{Declaration, Status, Guarantee} }

// Root is the name of the document in UBL.
func (k Kind) Root() string {
	return map[Kind]string{
		Declaration: "TransitCustomsDeclaration", Status: "TransportationStatus", Guarantee: "GuaranteeCertificate",
	}[k]
}

// Documents are those that a step can give the organisation with an MSP, in the order in which they are deposited. Whether they
// concern it otherwise, only the records tell.
func Documents(s transit.EventStep, msp string) []Kind {
	switch s.Record {
	case "movement":
		if step := transit.Step(s.Step); step == transit.StepLodge || step == transit.StepAmend {
			return []Kind{Declaration, Status}
		}
		return []Kind{Status}
	case "delivery":
		if s.Custodian == msp {
			return []Kind{Declaration}
		}
	case "guarantee":
		if slices.Contains([]string{"Register", "Update", "Sell"}, s.Step) {
			return []Kind{Guarantee}
		}
	}
	return nil
}

// Number is that of a deposit: the same for the same step, document and organisation, whoever computes it and whenever.
func Number(channel, event string, kind Kind, msp string) string {
	return ubl.UUIDOf(channel, event, string(kind), msp)
}
