package gateway

import (
	"carec.example/cats/chaincode/transit"
)

// The bodies of the steps. Their fields are named as those of [transit.StepRequest]; a note stands where that has an annex,
// since the gateway brings the paper to the ledger itself.

// Reason is the body of refusals, rejections and requests.
type Reason struct {
	// Why. It stands on the public record.
	Reason string `json:"reason" maxLength:"512" example:"documents do not match the goods"`
}

// OptionalReason is the body of withdrawals.
type OptionalReason struct {
	// Why. It stands on the public record.
	Reason string `json:"reason,omitempty" maxLength:"512" example:"entered by mistake"`
}

// CoverOverride is the body of an acceptance.
type CoverOverride struct {
	// Why the office takes guarantees that do not cover what is required; refused when they do. It stands on the
	// public record.
	OverrideReason string `json:"overrideReason,omitempty" maxLength:"512" example:"comprehensive cover confirmed by telephone"`
}

// ControlOrder is a decision to control the goods.
type ControlOrder struct {
	// Types of control (CL716): 10 documents, 40 physical, ...
	ControlTypes []string `json:"controlTypes" minItems:"1" example:"[\"10\"]"`
	// Types of the documents requested from the declarant (CL213).
	Documents []string `json:"documents,omitempty" example:"[\"N325\"]"`
}

// ControlResult is the body of the recording of a control that ends well.
type ControlResult struct {
	// Control result code (CL047): A1 satisfactory, A2 considered satisfactory, A3 simplified procedure.
	Result string `json:"result" example:"A2"`
}

// Refusal is the refusal of a guarantee.
type Refusal struct {
	// Why. It stands on the public record.
	Reason string `json:"reason" maxLength:"512" example:"the guarantee is not valid in KG"`
	// Last day (UTC) on which the declarant may replace the guarantee.
	TimeLimit string `json:"timeLimit" format:"date" example:"2026-12-15"`
}

// ReleaseOrder is the body of a release.
type ReleaseOrder struct {
	// Last day (UTC) on which the goods must be presented at destination.
	TimeLimit string `json:"timeLimit" format:"date" example:"2026-12-31"`
	// Why the office takes guarantees that do not cover what is required; refused when they do. It stands on the
	// public record.
	OverrideReason string `json:"overrideReason,omitempty" maxLength:"512" example:"comprehensive cover confirmed by telephone"`
}

// PaperStart is the registration of a movement that began on paper.
type PaperStart struct {
	// Day of the release on paper.
	StartedOn string `json:"startedOn" format:"date" example:"2026-11-20"`
	// Last day to present the goods, as it stands on the paper.
	TimeLimit string `json:"timeLimit" format:"date" example:"2026-12-31"`
	// Why the office takes guarantees that do not cover what is required; refused when they do. It stands on the
	// public record.
	OverrideReason string `json:"overrideReason,omitempty" maxLength:"512" example:"comprehensive cover confirmed by telephone"`
}

// ReasonedNote is a public reason with a confidential note.
type ReasonedNote struct {
	// Why. It stands on the public record.
	Reason string `json:"reason" maxLength:"512" example:"the goods were found"`
	// Confidential paper, which only the countries of the route read.
	Note *transit.Note `json:"note,omitempty"`
}

// JustNote is a confidential note.
type JustNote struct {
	// Confidential paper, which only the countries of the route read.
	Note *transit.Note `json:"note,omitempty"`
}

// DiversionAsked says which undeclared office has met the goods.
type DiversionAsked struct {
	// What the office that asks, and is not declared, shall become.
	Diversion string `json:"diversion" enum:"transit,destination,exit" example:"transit"`
}

// DetourGranted is the way that remains after a diversion was granted.
type DetourGranted struct {
	// Offices at which the territories still ahead are entered, in order; none when the goods are in the last one.
	Route []string `json:"route,omitempty" example:"[\"KZHOR001\"]"`
	// Office of destination, when it changes.
	Destination string `json:"destination,omitempty" example:"KGOSS001"`
}

// Notification is the notification of arrival.
type Notification struct {
	// By an authorised consignee, at its own place.
	Simplified bool `json:"simplified,omitempty"`
}

// Extent is how much of the goods is released at destination.
type Extent struct {
	// Whether some or all of the goods are released.
	GoodsReleased string `json:"goodsReleased" enum:"partial,full" example:"full"`
}

// Discrepancies are control results that are not satisfactory.
type Discrepancies struct {
	// Control result code (CL047): A5 discrepancies, B1 not satisfactory.
	Result string `json:"result" example:"B1"`
	// Last day (UTC) on which the office of departure can resolve them before recovery.
	TimeLimit string `json:"timeLimit" format:"date" example:"2026-12-31"`
	// What differs. Only the countries of the route read it.
	Note *transit.Note `json:"note"`
}

// OfficeAsked names an office of recovery.
type OfficeAsked struct {
	// Office of recovery that shall take over: the country and six characters.
	Office string `json:"office" example:"KGOSS001"`
}

// Claims is what is demanded of the guarantees.
type Claims struct {
	// An amount for each guarantee reference, at most what it covers of the movement.
	Claims []transit.ClaimRequest `json:"claims" minItems:"1"`
}

// ClaimNamed names a claim.
type ClaimNamed struct {
	// Guarantee reference number of the claim.
	GRN string `json:"grn" example:"26CN00000000001G4"`
}

// ClaimReasoned names a claim and says why.
type ClaimReasoned struct {
	// Guarantee reference number of the claim.
	GRN string `json:"grn" example:"26CN00000000001G4"`
	// Why. It stands on the public record.
	Reason string `json:"reason" maxLength:"512" example:"the debt was paid by the holder"`
}

// Offer offers the document to another operator.
type Offer struct {
	// Identification number of the operator to whom the document is offered.
	NewHolder string `json:"newHolder" example:"KZ123456789012"`
}

// TakeOver are the new holder's guarantees.
type TakeOver struct {
	// The new holder's own guarantees, which take the place of the former holder's.
	Guarantees []transit.GuaranteeClaim `json:"guarantees" minItems:"1"`
}
