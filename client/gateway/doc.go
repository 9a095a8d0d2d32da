// Package gateway serves the ledger over HTTP: every action and query of the Go SDK
// ([carec.example/cats/client/cats]) as an operation of one REST interface, which an
// OpenAPI 3.1 document describes ([Document]).
//
// # One table
//
// An operation is one row of a table: path, summary, the functions of the chaincode it
// stands for, the roles it is for, and the call of the SDK. Who may take a step, from which
// states, and after which NCTS message, a row of the procedure takes from
// [transit.Procedure] itself. Routes, document, admission and metrics all come from the
// table, and a test compares it with the chaincode, so that adding a step is adding a row.
//
// # Who decides
//
// The ledger does. At the door the gateway refuses what the ledger would refuse anyway: who
// is not known or belongs to another organisation, a role that may never take the step, a
// body that is not what the operation takes. A caller acts as one identity of the profile,
// whose key the gateway holds; the clients of these identities are opened when they are first
// used, and bounded.
//
// # Beside the ledger
//
// Some operations ask no ledger but the organisation's own database ([Beside]): the read model, which answers each caller by its own
// rules ([projection.View]), webhooks, and what a risk-management service has said.
//
// # Once, and on what was seen
//
// What may go wrong between a request and its answer, and why a thing is done once all the
// same, is told beside [Key]. If-Match travels to the ledger as the expected sequence
// number of the record, so that nothing comes in between check and change.
package gateway
