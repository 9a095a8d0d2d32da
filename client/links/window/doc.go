// Package window deposits documents of UBL 2.4 with a country's single window over HTTP: when something happens to a movement on the
// organisation's route, or to a guarantee that it keeps, the document that tells it is posted to the window until that has given a
// receipt or a refusal.
//
//	windows, err := window.New(ctx, window.Config{Database: db, Ledger: window.FromClient(client), Channel: profile.Channel, Log: log})
//	err = windows.Run(ctx)
//
// # What is deposited
//
// TransitCustomsDeclaration, when a declaration is lodged or amended in the organisation's country, and when the content of a movement
// has been delivered to it; TransportationStatus, when a step is taken in a movement whose itinerary goes through its territory;
// GuaranteeCertificate, when a guarantee that it keeps, or whose office of guarantee is in its country, is registered, changed or
// sold. [Documents] is the table. A window may ask for some kinds and some types of events only.
//
// A declaration is read from the organisation's own collection and carries no access codes. A status and a certificate carry what
// the public record shows, and nothing of the content. A status shows the record as its step left it.
//
// # The request
//
//	POST url
//	Content-Type: application/xml; charset=utf-8
//	Idempotency-Key: 5b7f...   the number of the deposit
//	CATS-Document: TransitCustomsDeclaration
//	CATS-Event: org.carec.cats.movement.lodged
//	Authorization: Bearer ...   when there is a token
//
// The number is a UUID (version 8 of RFC 9562) that derives from the ledger, the place of the step on it, the kind of document and
// the organisation. It stands in the document, too (cbc:UUID). A document is made once, kept until it is deposited, and sent as the same
// bytes under the same number however often: the window knows by the number what it has already, and answers that as it did the first
// time. Package queue says how it is enqueued exactly once, and when it can come twice.
//
// # The answer
//
// Any 2xx is a receipt; its reference is kept: the member "reference" of a JSON object, else the header Location, else the first
// line of a plain text. 401, 403, 404, 405, 407, 408, 421, 425 and 429 tell of the sender, the address or the moment, not of the
// document; with them, 3xx (redirections are not followed), 5xx, or without an answer it is tried again with growing pauses, for
// [Config.GiveUp]; then the deposit is dead. Every other 4xx refuses the document: it is not sent again unless the operator says so.
// What the window said, bounded, is for the operator and stands in no log.
//
// # Whom it trusts
//
// The window proves itself by its certificate, and the organisation by a client certificate, a bearer token, or both; they are files
// that are read for each request, so that they can be replaced while it runs. Only https, except on this machine; addresses are
// guarded by package outbound.
package window
