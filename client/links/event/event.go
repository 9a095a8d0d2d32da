package event

import (
	"encoding/json"
	"fmt"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

const (
	// SpecVersion is that of CloudEvents.
	SpecVersion = "1.0"
	// ContentType of an event in structured mode (CloudEvents JSON format, section 3).
	ContentType = "application/cloudevents+json"
	// Prefix begins every type.
	Prefix = "org.carec.cats."
	// TestType is the type of the event by which a subscriber's address is tried. It tells of nothing on the ledger.
	TestType = Prefix + "webhook.test"
)

// CloudEvent is one event (CloudEvents 1.0.2, JSON format). It has no time: the ledger's order is that of its blocks, and the
// record tells when a step was taken.
type CloudEvent struct {
	SpecVersion string `json:"specversion" enum:"1.0" doc:"Version of CloudEvents."`
	ID          string `json:"id" doc:"Place on the ledger: block, transaction, and step within it. The same on every delivery." example:"1207.5f1c.0"`
	Source      string `json:"source" format:"uri-reference" doc:"The ledger, by its channel." example:"/channels/transit"`
	Type        string `json:"type" doc:"What happened." example:"org.carec.cats.movement.released"`
	Subject     string `json:"subject" doc:"MRN of the movement, its identification before acceptance, or what else the record is known by."`
	ContentType string `json:"datacontenttype" enum:"application/json" doc:"Media type of the data."`
	Data        Change `json:"data" doc:"What the step changed."`
}

// Change is what one step changed, as the public record shows it: the fields of [transit.EventStep] with their place.
type Change struct {
	Block       uint64         `json:"blockNumber" doc:"Block of the transaction."`
	Transaction string         `json:"transactionId" doc:"The transaction."`
	Record      string         `json:"record" doc:"Kind of the record: movement, guarantee, delivery, annex, attachment, grant, purge or registry."`
	ID          string         `json:"id" doc:"Identification of the movement, GRN, or identification in the registry."`
	MRN         string         `json:"mrn,omitempty" doc:"MRN of the movement, once it is accepted."`
	Seq         int            `json:"seq" doc:"Sequence number of the record after the step; a gap shows that an event is missing."`
	Step        string         `json:"step" doc:"The step as the ledger names it."`
	From        transit.State  `json:"from,omitempty" doc:"State of the movement before."`
	To          transit.State  `json:"to,omitempty" doc:"State of the movement after."`
	Custodian   string         `json:"custodian,omitempty" doc:"Organisation in whose custody the record is; of a delivery or grant, who receives."`
	By          string         `json:"by" doc:"Organisation that took the step."`
	Office      string         `json:"office,omitempty" doc:"Customs office that took it."`
	Change      *transit.Money `json:"change,omitempty" doc:"Effect on what the guarantee has available: above zero when freed, below when locked."`
}

// Stream is the data of one event of the gateway's stream (server-sent events): what a transaction did to the caller's records.
type Stream struct {
	Block       uint64              `json:"blockNumber" doc:"Block of the transaction."`
	Transaction string              `json:"transactionId" doc:"The transaction."`
	Steps       []transit.EventStep `json:"steps" doc:"What it did to records that concern the caller."`
}

// Source is the ledger as a CloudEvents source.
func Source(channel string) string { return "/channels/" + channel }

// Of are the events of a transaction, in the order of its steps.
func Of(channel string, e *cats.Event) []CloudEvent {
	out := make([]CloudEvent, len(e.Payload.Steps))
	for i, s := range e.Payload.Steps {
		subject := s.MRN
		if subject == "" {
			subject = s.ID
		}
		out[i] = CloudEvent{
			SpecVersion: SpecVersion, ID: fmt.Sprintf("%d.%s.%d", e.BlockNumber, e.TransactionID, i), Source: Source(channel),
			Type: TypeOf(s), Subject: subject, ContentType: "application/json",
			Data: Change{
				Block: e.BlockNumber, Transaction: e.TransactionID, Record: s.Record, ID: s.ID, MRN: s.MRN, Seq: s.Seq, Step: s.Step,
				From: s.From, To: s.To, Custodian: s.Custodian, By: s.By, Office: s.Office, Change: s.Change,
			},
		}
	}
	return out
}

// Lane is what events are delivered in order within: the movement, with everything that belongs to it, or the record.
func (e *CloudEvent) Lane() string { return e.Data.ID }

// Encode writes the event as it travels. The bytes of the same event are always the same.
func (e *CloudEvent) Encode() ([]byte, error) { return json.Marshal(e) }
