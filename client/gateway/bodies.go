package gateway

import (
	"carec.example/cats/chaincode/transit"
)

// The bodies of the steps. Their fields are named as those of [transit.StepRequest]; a note stands where that has an annex,
// since the gateway brings the paper to the ledger itself.

// Reason is the body of refusals, rejections and requests.
type Reason struct {
	Reason string `json:"reason" maxLength:"512" example:"documents do not match the goods" doc:"Why. It stands on the public record."`
}

// OptionalReason is the body of withdrawals.
type OptionalReason struct {
	Reason string `json:"reason,omitempty" maxLength:"512" example:"entered by mistake" doc:"Why. It stands on the public record."`
}

// CoverOverride is the body of an acceptance.
type CoverOverride struct {
	OverrideReason string `json:"overrideReason,omitempty" maxLength:"512" example:"comprehensive cover confirmed by telephone" doc:"Why the office takes guarantees that do not cover what is required; refused when they do. It stands on the public record."`
}

// ControlOrder is a decision to control the goods.
type ControlOrder struct {
	ControlTypes []string `json:"controlTypes" minItems:"1" example:"[\"10\"]" doc:"Types of control (CL716): 10 documents, 40 physical, ..."`
	Documents    []string `json:"documents,omitempty" example:"[\"N325\"]" doc:"Types of the documents requested from the declarant (CL213)."`
}

// ControlResult is the body of the recording of a control that ends well.
type ControlResult struct {
	Result string `json:"result" example:"A2" doc:"Control result code (CL047): A1 satisfactory, A2 considered satisfactory, A3 simplified procedure."`
}

// Refusal is the refusal of a guarantee.
type Refusal struct {
	Reason    string `json:"reason" maxLength:"512" example:"the guarantee is not valid in KG" doc:"Why. It stands on the public record."`
	TimeLimit string `json:"timeLimit" format:"date" example:"2026-12-15" doc:"Last day (UTC) on which the declarant may replace the guarantee."`
}

// ReleaseOrder is the body of a release.
type ReleaseOrder struct {
	TimeLimit      string `json:"timeLimit" format:"date" example:"2026-12-31" doc:"Last day (UTC) on which the goods must be presented at destination."`
	OverrideReason string `json:"overrideReason,omitempty" maxLength:"512" example:"comprehensive cover confirmed by telephone" doc:"Why the office takes guarantees that do not cover what is required; refused when they do. It stands on the public record."`
}

// PaperStart is the registration of a movement that began on paper.
type PaperStart struct {
	StartedOn      string `json:"startedOn" format:"date" example:"2026-11-20" doc:"Day of the release on paper."`
	TimeLimit      string `json:"timeLimit" format:"date" example:"2026-12-31" doc:"Last day to present the goods, as it stands on the paper."`
	OverrideReason string `json:"overrideReason,omitempty" maxLength:"512" example:"comprehensive cover confirmed by telephone" doc:"Why the office takes guarantees that do not cover what is required; refused when they do. It stands on the public record."`
}

// ReasonedNote is a public reason with a confidential note.
type ReasonedNote struct {
	Reason string        `json:"reason" maxLength:"512" example:"the goods were found" doc:"Why. It stands on the public record."`
	Note   *transit.Note `json:"note,omitempty" doc:"Confidential paper, which only the countries of the route read."`
}

// JustNote is a confidential note.
type JustNote struct {
	Note *transit.Note `json:"note,omitempty" doc:"Confidential paper, which only the countries of the route read."`
}

// DiversionAsked says which undeclared office has met the goods.
type DiversionAsked struct {
	Diversion string `json:"diversion" enum:"transit,destination,exit" example:"transit" doc:"What the office that asks, and is not declared, shall become."`
}

// DetourGranted is the way that remains after a diversion was granted.
type DetourGranted struct {
	Route       []string `json:"route,omitempty" example:"[\"KZHOR001\"]" doc:"Offices at which the territories still ahead are entered, in order; none when the goods are in the last one."`
	Destination string   `json:"destination,omitempty" example:"KGOSS001" doc:"Office of destination, when it changes."`
}

// Notification is the notification of arrival.
type Notification struct {
	Simplified bool `json:"simplified,omitempty" doc:"By an authorised consignee, at its own place."`
}

// Extent is how much of the goods is released at destination.
type Extent struct {
	GoodsReleased string `json:"goodsReleased" enum:"partial,full" example:"full" doc:"Whether some or all of the goods are released."`
}

// Discrepancies are control results that are not satisfactory.
type Discrepancies struct {
	Result    string        `json:"result" example:"B1" doc:"Control result code (CL047): A5 discrepancies, B1 not satisfactory."`
	TimeLimit string        `json:"timeLimit" format:"date" example:"2026-12-31" doc:"Last day (UTC) on which the office of departure can resolve them before recovery."`
	Note      *transit.Note `json:"note" doc:"What differs. Only the countries of the route read it."`
}

// OfficeAsked names an office of recovery.
type OfficeAsked struct {
	Office string `json:"office" example:"KGOSS001" doc:"Office of recovery that shall take over: the country and six characters."`
}

// Claims is what is demanded of the guarantees.
type Claims struct {
	Claims []transit.ClaimRequest `json:"claims" minItems:"1" doc:"An amount for each guarantee reference, at most what it covers of the movement."`
}

// ClaimNamed names a claim.
type ClaimNamed struct {
	GRN string `json:"grn" example:"26CN00000000001G4" doc:"Guarantee reference number of the claim."`
}

// ClaimReasoned names a claim and says why.
type ClaimReasoned struct {
	GRN    string `json:"grn" example:"26CN00000000001G4" doc:"Guarantee reference number of the claim."`
	Reason string `json:"reason" maxLength:"512" example:"the debt was paid by the holder" doc:"Why. It stands on the public record."`
}

// Offer offers the document to another operator.
type Offer struct {
	NewHolder string `json:"newHolder" example:"KZ123456789012" doc:"Identification number of the operator to whom the document is offered."`
}

// TakeOver are the new holder's guarantees.
type TakeOver struct {
	Guarantees []transit.GuaranteeClaim `json:"guarantees" minItems:"1" doc:"The new holder's own guarantees, which take the place of the former holder's."`
}
