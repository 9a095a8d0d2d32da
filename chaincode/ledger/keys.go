// Package ledger is the only place that touches the world state: keys, codecs, the
// unit of work of one transaction, and the key-level endorsement policies.
package ledger

import (
	"fmt"
	"strings"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"

	"carec.example/cats/chaincode/transit"
)

// Object types of the composite keys.
const (
	typeMovement   = "movement"
	typeDeclared   = "declared"
	typeGuarantee  = "guarantee"
	typeBalance    = "balance"
	typeConsortium = "registry"
	typeOffice     = "office"
	typeProposal   = "proposal"
)

// Keys are composite keys. They name records by public references only: the names
// stand in every block.

// MovementKey is the key of what a movement's steps write, its [transit.Course].
func MovementKey(id string) string { return compose(typeMovement, id) }

// DeclaredKey is the key of what a movement's lodging and amendments write, its [transit.Declared].
func DeclaredKey(id string) string { return compose(typeDeclared, id) }

// GuaranteeKey is the key of a guarantee's record.
func GuaranteeKey(grn string) string { return compose(typeGuarantee, grn) }

// BalanceKey is the key of one balance record of a guarantee.
func BalanceKey(grn string, index int) string {
	return compose(typeBalance, grn, fmt.Sprintf("%02d", index))
}

// ConsortiumKey is the key of the registry's list of organisations.
func ConsortiumKey() string { return compose(typeConsortium, "consortium") }

// OfficeKey is the key of a customs office.
func OfficeKey(reference string) string { return compose(typeOffice, reference) }

// ProposalKey is the key of a proposed change of the registry.
func ProposalKey(id string) string { return compose(typeProposal, id) }

// compose builds a composite key. Its parts have been checked by then (references
// are ASCII), so that the shim's only refusals, for invalid characters, cannot occur.
func compose(objectType string, parts ...string) string {
	key, err := shim.CreateCompositeKey(objectType, parts)
	if err != nil {
		panic("composite key of unchecked parts: " + err.Error())
	}
	return key
}

// Collection is the implicit private collection of an organisation. Its
// endorsement policy is that organisation's peer.
func Collection(msp string) string { return "_implicit_org_" + msp }

// SectionKey is the private key of one section of one version of a movement's content.
func SectionKey(id string, version int, section string) string {
	return strings.Join([]string{"content", id, fmt.Sprint(version), section}, "~")
}

// FaceKey is the private key under which the departure country keeps the face it computed.
func FaceKey(id string, version int) string {
	return strings.Join([]string{"face", id, fmt.Sprint(version)}, "~")
}

// AnnexKey is the private key of an annex of a movement, named by its digest.
func AnnexKey(id, digest string) string { return strings.Join([]string{"annex", id, digest}, "~") }

// UndertakingKey is the private key under which a guarantor keeps the guarantee it undertook.
func UndertakingKey(grn string) string { return "undertaking~" + grn }

// JoiningKey is the private key under which a candidate keeps the registry entry it agrees to.
func JoiningKey(msp string) string { return "joining~" + msp }

// MovementOf finds the movement identification in an MRN or an identification.
func MovementOf(reference string) (string, *transit.Fault) {
	if mrn, err := transit.ParseMRN(reference); err == nil {
		return mrn.MovementID().String(), nil
	} else if len(reference) == mrnLength {
		return "", transit.Faultf(transit.MalformedRequest, "%v", err).At("/movement").
			With(transit.Violation{Code: "93", Pointer: "/movement", Rule: "R0028", Value: reference, Text: "invalid MRN"})
	}
	id, err := transit.ParseMovementID(reference)
	if err != nil {
		return "", transit.Faultf(transit.MalformedRequest, "neither an MRN nor a movement identification: %v", err).At("/movement")
	}
	return id.String(), nil
}

const mrnLength = 18
