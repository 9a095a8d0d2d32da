// Package remote is the client of a gateway for systems written in Go: the calls of the SDK ([carec.example/cats/client/cats]) over
// HTTPS. It offers the interfaces against which the gateway itself is written ([gateway.Movements], [gateway.Guarantees],
// [gateway.Registry], [gateway.Messages], [gateway.Node]), so that a program is the same whether it speaks to its organisation's
// peers or to its gateway.
//
// A [Client] acts as one identity of the profile and shows its TLS certificate; the key that signs on the ledger is the gateway's.
// Where an operation is comes from the gateway's own table ([gateway.Endpoints]).
//
// # Done once
//
// Every change goes with an Idempotency-Key: what the caller gives with [cats.MessageID], or a fresh one. Under that key it is
// repeated, a bounded number of times with growing pauses, when the connection breaks, when the gateway asks for patience (429, 503) or
// is still at it, so that it is done once. The gateway's Retry-After counts, as long as the context has time for it; a context
// without a deadline is given two minutes.
//
// Lodging, amending and registering go without a key unless the caller gives one: they are known again by their content, for ever and
// from any process, as in the SDK. Grants, revocations, deliveries, approvals and what else has no message identification on the
// ledger is not repeated once the gateway itself does not know what became of it.
//
// # Failures
//
// A failure is a [*cats.Error] with the gateway's class, and the [transit.Fault] of the ledger with all violations inside it;
// errors.As also finds the [*gateway.Problem] as it was told. Class UnknownOutcome says that the gateway may have done it: repeat the
// call with [cats.MessageID] and the error's MessageID, or ask for its TransactionID with [Client.Await]. That MessageID is the
// Idempotency-Key; the ledger knows the change by another one, which the receipt tells.
//
// # What does not come over
//
//   - [cats.Document] and [cats.Paper] come without their sealed bytes: the gateway has verified them against the record.
//   - A [signature.Proof] comes without its certificates, and a signature that does not hold without the reason's code.
//   - A receipt's latency is as measured here, and its attempts are the requests that were made; the gateway's own are not told.
//   - Events are those that concern the caller, and their payload has no version.
//   - Changes by an identity whose key is not at the gateway, which it prepares for a signature elsewhere, fail with
//     [errors.ErrUnsupported].
package remote
