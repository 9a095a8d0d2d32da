// Package gatewaytest sends a gateway what nobody should send, and judges its answers by its own OpenAPI document. The tests of
// the gateway use it on a ledger that stands in for one, and those of the network on gateways of the pilot.
//
// # What is sent
//
// [Document.Request] makes a request for an operation out of the document alone: valid by its schemas, or with something wrong
// in it: fields missing, unknown, doubled or of another type, numbers beyond all bounds, deep nesting, broken UTF-8, other media
// types, absurd headers, cursors and sizes, references with slashes and escapes, other methods, bodies that end too early or
// come slowly. All choices come from one source of chance, so that a seed, or the input of a fuzzer ([Chance]), gives the same
// request again.
//
// # What is asked of an answer
//
// [Document.Judge] accepts no failure of the server (5xx), no status and no media type that the document does not name for the
// operation, no body that is not valid by its schema; failures are problems (RFC 9457) whose code is on the closed list.
// [Request.Send] bounds the time of an answer.
package gatewaytest
