package transit

// HandOff is an open proposal to pass custody to the next territory.
type HandOff struct {
	// Leg is the index of the receiving leg.
	Leg int `json:"leg"`
	// MSP of the receiving customs authority.
	MSP string `json:"msp"`
	// Office at which the goods are expected.
	Office string `json:"office"`
	// FromOffice is the office of the officer who proposed.
	FromOffice string `json:"fromOffice"`
	ProposedAt string `json:"proposedAt"`
}

// Control is a control decision (IE060) and its result at departure (IE017) .
type Control struct {
	// Types of control, code list CL716: 10 documents, 20 nuclear, 30 non-intrusive, 40 physical, ...
	Types []string `json:"types"`
	// Documents requested.
	Documents []string `json:"documents,omitempty"`
	DecidedAt string   `json:"decidedAt"`
	Office    string   `json:"office"`
	// Result code (A1 satisfactory, A2 considered satisfactory, A3 simplified procedure, B1 unsatisfactory).
	Result   string `json:"result,omitempty"`
	ResultAt string `json:"resultAt,omitempty"`
}

// Exit is the passing of an office of exit for transit (IE168): the goods have left the security area.
type Exit struct {
	Office string `json:"office"`
	At     string `json:"at"`
}

// Kinds of diversion: which undeclared office has met the goods.
const (
	DivertTransit     = "transit"
	DivertDestination = "destination"
	DivertExit        = "exit"
)

// Diversion is a request of an office that met goods it was not declared for (IE114, IE002, IE164).
type Diversion struct {
	// Kind is [DivertTransit], [DivertDestination] or [DivertExit].
	Kind    string `json:"kind"`
	Office  string `json:"office"`
	MSP     string `json:"msp"`
	AskedAt string `json:"askedAt"`
}

// DiversionEntry is a diversion that the office of departure has granted (IE115, IE003, IE165).
type DiversionEntry struct {
	Kind   string `json:"kind"`
	Office string `json:"office"`
	// Instead is the office of destination that was named before, for a change of destination.
	Instead string `json:"instead,omitempty"`
	At      string `json:"at"`
}

// IncidentEntry is the public mark of an incident during the movement (IE180, IE182); what happened, where and to what
// stands in its annex.
type IncidentEntry struct {
	// Code after CL019: 1 deviation, 2 seals, 3 transhipment, 4 imminent danger, 5 other, 6 means of transport.
	Code    string `json:"code"`
	Office  string `json:"office"`
	Country string `json:"country"`
	At      string `json:"at"`
	// Annex is the digest of its paper.
	Annex string `json:"annex"`
}

// Arrival is what happens at destination between the trader's notification and the control results.
type Arrival struct {
	NotifiedAt string `json:"notifiedAt"`
	// Trader at destination; nobody when the goods came without a notification.
	Trader Declarant `json:"trader,omitzero"`
	// Simplified: an authorised consignee receives the goods at its own place (C522).
	Simplified bool `json:"simplified,omitempty"`
	// UnloadingPermittedAt (IE043).
	UnloadingPermittedAt string   `json:"unloadingPermittedAt,omitempty"`
	Remarks              *Remarks `json:"remarks,omitempty"`
	// GoodsReleased is [ReleasedPartly] or [ReleasedFully] (IE025).
	GoodsReleased string `json:"goodsReleased,omitempty"`
}

// Extent of the release of goods at destination (IE025).
const (
	ReleasedPartly = "partial"
	ReleasedFully  = "full"
)

// Remarks are the trader's unloading remarks (IE044); the differing elements stand in their annex.
type Remarks struct {
	At string `json:"at"`
	// Conform: everything was found as declared.
	Conform bool `json:"conform"`
	// Complete: the unloading is finished; else it goes on under another permission.
	Complete bool `json:"complete"`
}

// Enquiry is the search for goods that did not arrive in time (IE140 to IE145).
type Enquiry struct {
	StartedAt string `json:"startedAt"`
	Office    string `json:"office"`
	// HolderAnsweredAt (IE141) and DestinationAnsweredAt (IE143).
	HolderAnsweredAt      string `json:"holderAnsweredAt,omitempty"`
	DestinationAnsweredAt string `json:"destinationAnsweredAt,omitempty"`
}

// ClaimState is the state of a claim on a guarantor.
type ClaimState string

// States of a claim.
const (
	ClaimMade      ClaimState = "claimed"
	ClaimContested ClaimState = "contested"
	ClaimPaid      ClaimState = "paid"
	ClaimWithdrawn ClaimState = "withdrawn"
)

// Claim is the demand for one guarantee reference (IE035).
type Claim struct {
	GRN    string     `json:"grn"`
	Amount Money      `json:"amount"`
	State  ClaimState `json:"state"`
	At     string     `json:"at"`
	Reason string     `json:"reason,omitempty"`
}

// Recovery is the collection of the debt (IE063, IE150 to IE152, IE035).
type Recovery struct {
	StartedAt string `json:"startedAt"`
	// Office and MSP of the competent authority of recovery.
	Office string `json:"office"`
	MSP    string `json:"msp"`
	// Asked is the office of recovery that was asked to take over (IE150).
	Asked string `json:"asked,omitempty"`
	// GuarantorNotifiedAt (IE023).
	GuarantorNotifiedAt string  `json:"guarantorNotifiedAt,omitempty"`
	Claims              []Claim `json:"claims,omitempty"`
}

// Fallback marks a movement that was begun on paper when the ledger could not be reached. Its LRN is the number of the paper,
// so that one paper is registered once.
type Fallback struct {
	// StartedOn is the day (YYYY-MM-DD) of the release on paper.
	StartedOn    string `json:"startedOn"`
	RegisteredAt string `json:"registeredAt"`
}

// AnnexKind tells what an annex holds.
type AnnexKind string

// Kinds of annex.
const (
	// AnnexIncident: the incident's content (IE180).
	AnnexIncident AnnexKind = "incident"
	// AnnexRemarks: the unloading remarks (IE044).
	AnnexRemarks AnnexKind = "unloading remarks"
	// AnnexNote: a text with references, of enquiry, discrepancies and recovery.
	AnnexNote AnnexKind = "note"
)

// Annex is a confidential paper of a step. Its author's peer keeps it in the private collection of the author's organisation
// under [AnnexRef]'s digest; the record proves when and with which step it came.
type Annex struct {
	AnnexRef
	MSP string `json:"msp"`
	Seq int    `json:"seq"`
}

// AnnexRef names an annex by its kind and the SHA-256 of its sealed value, in hexadecimal.
type AnnexRef struct {
	Kind   AnnexKind `json:"kind"`
	Digest string    `json:"digest"`
}
