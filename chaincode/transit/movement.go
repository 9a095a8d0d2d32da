package transit

import (
	"slices"
	"time"
)

// State is a state of the movement at departure, after the NCTS state model
// (IE messages in the table of [Procedure]).
type State string

// States of a movement. The names are those of NCTS where its public texts name
// the state, and the customary ones elsewhere.
const (
	Submitted               State = "submitted"
	PreLodged               State = "pre-lodged"
	Accepted                State = "accepted"
	GuaranteeUnderAmendment State = "guarantee under amendment"
	UnderControl            State = "under control"
	Released                State = "released"
	Arrived                 State = "arrived"
	WaitingResolution       State = "waiting resolution"
	UnderEnquiry            State = "under enquiry"
	UnderRecovery           State = "under recovery"

	Rejected    State = "rejected"
	NotReleased State = "not released"
	Cancelled   State = "cancelled"
	Discharged  State = "discharged"
	WrittenOff  State = "written off"
)

// States lists every state in the order of a movement's life, terminal ones last.
func States() []State {
	return []State{
		Submitted, PreLodged, Accepted, GuaranteeUnderAmendment, UnderControl, Released, Arrived,
		WaitingResolution, UnderEnquiry, UnderRecovery, Rejected, NotReleased, Cancelled, Discharged, WrittenOff,
	}
}

// Terminal reports whether no step leads out of the state.
func (s State) Terminal() bool {
	switch s {
	case Rejected, NotReleased, Cancelled, Discharged, WrittenOff:
		return true
	}
	return false
}

// LegState is the state of one leg, the eTIR operation of one customs territory.
type LegState string

// States of a leg.
const (
	LegExpected   LegState = "expected"
	LegStarted    LegState = "started"
	LegTerminated LegState = "terminated"
	LegDischarged LegState = "discharged"
)

// Leg is the part of a movement inside one customs territory.
type Leg struct {
	Country string `json:"country"`
	// MSP of the customs authority of the territory.
	MSP string `json:"msp"`
	// EntryOffice is the declared office: that of departure for the first leg,
	// else the office of transit at which the goods enter the territory, or the
	// office of destination where no office of transit lies before it.
	EntryOffice string `json:"entryOffice"`
	// ActualOffice is where the leg was started.
	ActualOffice string   `json:"actualOffice,omitempty"`
	State        LegState `json:"state"`
	StartedAt    string   `json:"startedAt,omitempty"`
	EndedAt      string   `json:"endedAt,omitempty"`
}

// SectionDigest is the salted digest of one section of the document: SHA-256, in
// hexadecimal, over the section's private value (see [Sealed]), which is also the
// hash that every peer holds for the private key.
type SectionDigest struct {
	Name   string `json:"name"`
	Digest string `json:"digest"`
}

// UsageState is the state of one guarantee's use by one movement, after the
// usage states of NCTS guarantee management.
type UsageState string

// States of a usage.
const (
	UsageDeclared UsageState = "declared"
	UsageLocked   UsageState = "locked"
	UsageFreed    UsageState = "freed"
)

// Usage is the use of one guarantee reference by the movement, or of one guarantee that has no reference on the ledger.
type Usage struct {
	// GRN of a guarantee that is kept by reference; of the others only the type is public, and nothing is locked.
	GRN  string `json:"grn,omitempty"`
	Type string `json:"type"`
	// Amount to be covered; absent for types that have none.
	Amount Money      `json:"amount,omitzero"`
	State  UsageState `json:"state"`
	// Claimed is what the guarantor has paid of it.
	Claimed Money `json:"claimed,omitzero"`
	// Parts tell which balance records carry the locked amount; they are credited when it is freed.
	Parts []UsagePart `json:"parts,omitempty"`
}

// UsagePart is the part of a locked amount carried by one balance record.
type UsagePart struct {
	Balance int   `json:"balance"`
	Minor   int64 `json:"minor"`
}

// Declarant is who lodged the declaration: a client of an organisation, acting for an operator.
type Declarant struct {
	MSP      string `json:"msp"`
	Operator string `json:"operator"`
}

// Movement is the public face of a movement. It holds no content of the declaration, only digests. On the ledger it is two
// records: what every step reads and rewrites, so that a stale endorsement never commits, and what only a declaration or an
// amendment writes, since every byte of a step is kept by everybody for ever.
type Movement struct {
	Course
	Declared
}

// Course is the part of a movement that its steps change; each step rewrites it whole.
type Course struct {
	V int `json:"v"`
	// ID is the movement identification: country of departure and twelve characters, see [NewMovementID].
	ID string `json:"id"`
	// MRN is allocated at acceptance; it contains the ID.
	MRN   string `json:"mrn,omitempty"`
	State State  `json:"state"`
	// Custodian is the MSP whose peer must endorse every change.
	Custodian string `json:"custodian"`
	// Seq counts the steps, the first is 1; it is also the version for If-Match.
	Seq int `json:"seq"`
	// At is the time of the last step, as declared by the transaction (RFC 3339, UTC).
	At string `json:"at"`
	// Holder is the identification number of the holder of the transit procedure.
	Holder      string  `json:"holder"`
	Destination string  `json:"destination"`
	Legs        []Leg   `json:"legs"`
	Guarantees  []Usage `json:"guarantees"`
	// Witnesses are the MSPs of which any one must endorse with the custodian.
	Witnesses []string `json:"witnesses"`
	HandOff   *HandOff `json:"handOff,omitempty"`
	Control   *Control `json:"control,omitempty"`
	// PresentedAt is when the goods of a pre-lodged declaration were presented (IE170).
	PresentedAt string `json:"presentedAt,omitempty"`
	// AmendBy is the last day on which the declarant may replace a refused guarantee (IE055).
	AmendBy string `json:"amendBy,omitempty"`
	// AmendmentAsked is when the office of departure asked for an amendment under control (IE022).
	AmendmentAsked string `json:"amendmentAsked,omitempty"`
	// ReleaseAsked is when the declarant asked for release under control (IE054).
	ReleaseAsked string `json:"releaseAsked,omitempty"`
	// Override tells who took the guarantees though they do not cover what is required.
	Override *Override `json:"override,omitempty"`
	// TimeLimit is the last day (YYYY-MM-DD) on which the goods must be presented at destination.
	TimeLimit  string `json:"timeLimit,omitempty"`
	AcceptedAt string `json:"acceptedAt,omitempty"`
	ReleasedAt string `json:"releasedAt,omitempty"`
	// Exits are the offices of exit that the goods have passed (IE168).
	Exits []Exit `json:"exits,omitempty"`
	// Diversion is open until the office of departure has answered it; Diversions are those that it granted.
	Diversion  *Diversion       `json:"diversion,omitempty"`
	Diversions []DiversionEntry `json:"diversions,omitempty"`
	Incidents  []IncidentEntry  `json:"incidents,omitempty"`
	Arrival    *Arrival         `json:"arrival,omitempty"`
	ArrivedAt  string           `json:"arrivedAt,omitempty"`
	// Results is the control result code at destination (IE018).
	Results string `json:"results,omitempty"`
	// ResolveBy is the last day on which discrepancies can be resolved before recovery (IE019).
	ResolveBy string    `json:"resolveBy,omitempty"`
	Enquiry   *Enquiry  `json:"enquiry,omitempty"`
	Recovery  *Recovery `json:"recovery,omitempty"`
	Fallback  *Fallback `json:"fallback,omitempty"`
	// Annexes are the confidential papers of the steps, by digest.
	Annexes []Annex `json:"annexes,omitempty"`
	EndedAt string  `json:"endedAt,omitempty"`
	// Reason is given with a rejection, refusal or cancellation.
	Reason string `json:"reason,omitempty"`
	// CancelAsked is when the declarant last asked for cancellation; the office of departure decides.
	CancelAsked string `json:"cancelAsked,omitempty"`
	// Transfer is an open offer of the document to another holder.
	Transfer *Transfer `json:"transfer,omitempty"`
	// Messages are the last steps' messages, newest last, as [MessageOf] makes them.
	Messages []string `json:"messages"`
}

// Declared is the part of a movement that stays from one content to the next. It is written beside the [Course] by
// lodging and amendment, and by what its owner does with it: attachments, grants, a transfer to another holder.
type Declared struct {
	// Version counts the contents: 1 is the declaration, each amendment adds one.
	Version         int       `json:"version"`
	LRN             string    `json:"lrn"`
	Declarant       Declarant `json:"declarant"`
	DeclarationType string    `json:"declarationType"`
	// AdditionalType is A for goods presented when lodging, D for a declaration lodged before (CL042).
	AdditionalType string `json:"additionalType"`
	Security       string `json:"security"`
	Departure      string `json:"departure"`
	// ExitOffices are the declared offices of exit for transit.
	ExitOffices []string        `json:"exitOffices,omitempty"`
	Sections    []SectionDigest `json:"sections"`
	// Guarantors are the MSPs that stand behind the guarantees.
	Guarantors []string `json:"guarantors,omitempty"`
	LodgedAt   string   `json:"lodgedAt"`
	// Attachments are files that the declarant has added to the content.
	Attachments []Attachment `json:"attachments,omitempty"`
	// Grants show parts of the content to others than the countries of the itinerary.
	Grants []Grant `json:"grants,omitempty"`
	// Required is what the guarantees have to cover, see [RequiredAmount].
	Required *Required `json:"required,omitempty"`
	// Presentable tells of a declaration that is lodged before the goods are presented (additional type D) that its content has
	// all that the rules demand when they are, see [CheckPresentation]. What is missing in one that is not, only readers of the content see.
	Presentable bool `json:"presentable,omitempty"`
	// FirstArrival is the day of the earliest estimated arrival at an office of transit, where the declaration estimates any (R0004).
	FirstArrival Date `json:"firstArrival,omitempty"`
}

// keptMessages bounds [Movement.Messages]: enough to recognise a message that a
// client repeats after a lost answer, small enough for the record.
const keptMessages = 6

// MessageOf is how a record remembers a message: by its sender, so that nobody can use up
// another's identification, and its identification.
func MessageOf(a Actor, id string) string {
	sender := a.MSP
	switch {
	case a.Office != "":
		sender = a.Office
	case a.Operator != "":
		sender = a.Operator
	}
	return sender + "/" + id
}

// Recorded reports whether the record remembers the message of the actor.
func (m *Course) Recorded(a Actor, id string) bool {
	return slices.Contains(m.Messages, MessageOf(a, id))
}

// Leg returns the leg now under way, or nil before release.
func (m *Course) Leg() *Leg {
	for i := len(m.Legs) - 1; i >= 0; i-- {
		if m.Legs[i].State != LegExpected {
			return &m.Legs[i]
		}
	}
	return nil
}

// current is the index of the leg now under way, or -1 before release.
func (m *Course) current() int {
	at := -1
	for i := range m.Legs {
		if m.Legs[i].State != LegExpected {
			at = i
		}
	}
	return at
}

// Reference is the MRN when allocated, else the movement identification.
func (m *Course) Reference() string {
	if m.MRN != "" {
		return m.MRN
	}
	return m.ID
}

// Concerns reports whether the organisation's territory is on the itinerary.
func (m *Course) Concerns(msp string) bool {
	for i := range m.Legs {
		if m.Legs[i].MSP == msp {
			return true
		}
	}
	return false
}

// clone copies the record deeply enough for a step to change the copy alone.
func (m *Movement) clone() *Movement {
	c := *m
	c.Legs = slices.Clone(m.Legs)
	c.Sections = slices.Clone(m.Sections)
	c.Guarantees = slices.Clone(m.Guarantees)
	c.Witnesses = slices.Clone(m.Witnesses)
	c.Messages = slices.Clone(m.Messages)
	c.Exits = slices.Clone(m.Exits)
	c.Diversions = slices.Clone(m.Diversions)
	c.Incidents = slices.Clone(m.Incidents)
	c.Annexes = slices.Clone(m.Annexes)
	c.HandOff, c.Control, c.Diversion = copied(m.HandOff), copied(m.Control), copied(m.Diversion)
	c.Override = copied(m.Override)
	c.Enquiry, c.Fallback, c.Arrival, c.Recovery = copied(m.Enquiry), copied(m.Fallback), copied(m.Arrival), copied(m.Recovery)
	if m.Arrival != nil {
		c.Arrival.Remarks = copied(m.Arrival.Remarks)
	}
	if m.Recovery != nil {
		c.Recovery.Claims = slices.Clone(m.Recovery.Claims)
	}
	return &c
}

func copied[T any](p *T) *T {
	if p == nil {
		return nil
	}
	c := *p
	return &c
}

// Stamp renders a transaction's time as it stands in records: RFC 3339 in UTC, to the second.
func Stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
