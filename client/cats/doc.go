// Package cats is the client of the transit ledger: typed calls for every step of a
// movement's life, for guarantees and for the registry of customs offices.
//
// # The story of one movement
//
// A trader lodges a single transit document at the office of departure. The office
// accepts it, which allocates the MRN, and releases the goods; the release locks the
// guarantee in the same transaction. At each border the custodian offers the
// movement to the next country, whose officer accepts it. At destination the arrival
// and the control results are recorded, and the discharge frees the guarantee.
//
//	profile, err := cats.LoadProfile(".cats/net/profile.json")
//	officer, err := cats.Open(ctx, profile, "cn-officer-khorgos")
//	defer officer.Close()
//	record, receipt, err := officer.Movements().Accept(ctx, id)
//
// What can happen on the way has its calls too, one for every row of [transit.Procedure]:
// diversions, incidents, unloading, discrepancies, enquiry, recovery and claims, movements
// begun on paper. Some bring an annex, a paper that only the countries of the route read:
//
//	note := &transit.Note{Text: "not presented in time"}
//	record, receipt, err := officer.Movements().StartEnquiry(ctx, mrn, note)
//	paper, err := other.Movements().Annex(ctx, mrn, record.Annexes[0].Digest)
//
// A [Client] acts as one identity and speaks only to the peers of its own
// organisation, over mutual TLS; when there are several, they stand in for each
// other, one only once it has seen what the client has ([Horizon]). Every call that changes something returns the record as it stands after the
// change and a [Receipt]: the transaction, its block, and whose peers endorsed it.
//
// # When a call fails
//
// The error is an [*Error] whose [Class] is one of a closed list: refused, conflict,
// unavailable, unknown outcome, canceled, internal. For a refusal, errors.As finds
// the [transit.Fault] with its code and every single violation.
//
// What may be repeated without harm is repeated inside the call:
//
//   - A refusal never is.
//   - While peers cannot be reached nothing has been submitted; the call backs off,
//     turns to another peer, and goes on until its context ends.
//   - Endorsing peers that disagree, being a block apart, are asked again a few times.
//   - A lost race for a record is proposed anew, with full jitter, several times.
//   - A record whose custodian changed in flight is read and proposed once more.
//   - After the hand-over to the orderers nothing is proposed anew before the fate of
//     the transaction is known. The same signed transaction is handed over again,
//     through another peer when there is one, and its status is sought under the same
//     transaction id. If that stays unanswered the class is [UnknownOutcome]: ask
//     later with [Client.Await], or repeat the call with [MessageID], which is a
//     success when the record shows that the first one got through.
//
// Lodging and registering recognise their own repetition without that: the message
// identification and the salts derive from the content and a secret of the client. So
// does a step with an annex.
//
// # Who declares signs
//
// Where the trader's country names trust anchors in the registry, [Movements.Lodge] and
// [Movements.Amend] sign the document with the client's enrolment key, with the signer of
// [WithSigner], such as a card, or pass on what [SignDocument] made off-line ([Signed]).
// [Movements.Content] verifies the signature for whoever reads the content.
//
// # Guarantees under load
//
// Releases that draw on one guarantee would collide on its balance records.
// [Queues] keep those of one process apart, and those of different countries out of
// each other's way.
//
// # Following the ledger
//
// [Client.Events] follows what is committed; [Client.Blocks] reads whole blocks;
// [Courier] brings the content of released movements to the other countries of the
// itinerary, and the annexes of its own country's people.
//
// # Whose key is where
//
// A key may be a file, or stay on a token: [WithKeys] opens the keys that a profile names by a pkcs11: URI. Or it is where the
// ledger cannot be reached from: a client made by [Client.For] prepares the change and returns it as an [*Unsigned]. That
// travels to the key, says there in words what it does ([Unsigned.Statement]), is signed ([Unsigned.Sign]), comes back and goes
// on ([Client.Forward]); twice, because Fabric has the proposal signed and then the endorsed transaction. The call, repeated
// within [Resuming], returns what it would have returned at once. [Prepared] is the document in which it travels, as a file of
// the command line or as the answer of a gateway.
package cats
