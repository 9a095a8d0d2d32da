package ubl

import (
	"fmt"
	"io"

	"carec.example/cats/chaincode/transit"
)

// WriteStatus writes the record of a movement as TransportationStatus, valid by the schema of UBL 2.4; [ReadStatus] reads it back
// equal. The state of the movement is the execution status; each leg is an event at its office.
func WriteStatus(w io.Writer, m *transit.Movement, options ...Option) error {
	text, err := transportStatus().document(enclosed(leavesOf(m), options))
	if err != nil {
		return fmt.Errorf("write TransportationStatus: %w", err)
	}
	if _, err := w.Write(text); err != nil {
		return fmt.Errorf("write TransportationStatus: %w", err)
	}
	return nil
}

// ReadStatus reads a TransportationStatus of UBL 2. Errors and report are as with [ReadDeclaration]. A status of another gives what
// it says and no whole record, which only the ledger can: nothing is made up for what is missing, and that is no violation.
func ReadStatus(r io.Reader) (*transit.Movement, *Report, error) {
	t := transportStatus()
	root, err := t.parse(r)
	if err != nil {
		return nil, nil, err
	}
	reading := t.read(root)
	m := &transit.Movement{}
	return m, reading.finish(root, build(reading.values, m)), nil
}

func transportStatus() *table {
	const event = "cac:TransportEvent"
	return &table{root: "TransportationStatus", rules: []rule{
		constant("cbc:UBLVersionID", version),
		constant("cbc:CustomizationID", "urn:carec:cats:ubl:status:1"),
		text("/id", "cbc:ID"),
		text(envelopeUUID, "cbc:UUID"),
		stamp("/at", "cbc:IssueDate+cbc:IssueTime"),
		text(envelopeRemarks, "cbc:Description"),
		text("/reason", "cbc:Note"),
		text("/lrn", "cbc:ShippingOrderID"),
		text("/state", "cbc:TransportExecutionStatusCode"),
		text("/mrn", "cac:Consignment/cbc:ID"),
		list("/legs", event,
			stamp("/startedAt", "cbc:OccurrenceDate+cbc:OccurrenceTime"),
			text("/state", "cbc:TransportEventTypeCode"),
			text("/msp", "cac:ResponsibleParty/cac:PartyIdentification/cbc:ID"),
			text("/entryOffice", "cac:Location/cbc:ID"),
			text("/country", "cac:Location/cac:Address/cac:Country/cbc:IdentificationCode"),
			text("/actualOffice", "cac:Location/cac:SubsidiaryLocation/cbc:ID"),
			stamp("/endedAt", "cac:Period/cbc:EndDate+cbc:EndTime")),
		text("/custodian", "cac:SenderParty/cac:PartyIdentification/cbc:ID"),
		text("/holder", "cac:ReceiverParty/cac:PartyIdentification/cbc:ID"),
		text(envelopeAnswers, "cac:TransportationStatusRequestDocumentReference/cbc:ID"),
		text("/destination", "cac:StatusLocation/cbc:ID"),
		day("/timeLimit", "cac:StatusPeriod/cbc:EndDate"),
	}}
}
