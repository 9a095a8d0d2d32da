package window

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"carec.example/cats/chaincode/transit"
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
	sum := sha256.Sum256([]byte(fmt.Sprintf("%q %q %q %q", channel, event, kind, msp)))
	u := sum[:16]
	u[6], u[8] = u[6]&0x0f|0x80, u[8]&0x3f|0x80 // version 8, variant of RFC 9562
	h := hex.EncodeToString(u)
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}
