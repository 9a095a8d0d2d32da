// Package exchange lets a trader's own system work on the ledger by messages of NCTS alone: a message in becomes a step of the
// procedure, and what happens on the ledger becomes messages out.
//
// # Messages in
//
// [Exchange.Post] reads a message (CC015C, CC013C, CC014C, CC170C, CC054C, CC141C, CC007C, CC044C), takes its step as the caller's
// identity and returns the answers. What the schema or the ledger refuses is answered by CC056C or CC057C, or by CC906C when the
// message does not say enough for one of these: one functional error for each violation, which names the element by XPath. Such
// answers are made here and stand on no ledger; the same message gets an answer with the same identification.
//
// What of a message that was taken does not come to the ledger is told by name ([Outcome.LeftOut]): each value is brought there, or
// held against what is there, or listed with a reason; the table is [Parts]. A presentation (CC170C) brings what was not known when
// the declaration was lodged, as an amendment before the step; but where a guarantee has an access code, which an amendment shows and
// this message cannot, it is refused for what it says otherwise, and the sender amends first (CC013C). An amendment leaves the customs
// values of goods items, for which it has no place, as they are, unless the commodity code becomes another. An arrival notification
// (CC007C) brings the step alone: where the goods are, authorisations and incidents have no place in it, and are listed.
//
// # UBL
//
// A declaration may come as TransitCustomsDeclaration of UBL 2.4; it is answered by a TransportationStatus. [Exchange.Statuses] is what
// happens on the ledger as documents of UBL.
//
// # Messages out
//
// [Exchange.Answers] reads the blocks from a [Cursor] on and tells what the caller has to learn: the declarant as holder of the
// procedure, and the trader at destination. Which step gives which message is the table of [Rules]. A message is made of its block
// alone, and of content that no longer changes: the same step always gives the same message under the same identification,
// whoever asks and however often. Who leaves out the identifications that it has had gets each exactly once, and can have them
// all again after a loss.
//
// # Every message
//
// The story in which each is sent or comes, in the tests; those of scripts/demo have the same names there.
//
//	CC004C  out  acceptance of an amendment            prelodged, guarantee-under-amendment
//	CC007C  in   arrival notification                  main, diversion, discrepancies
//	CC009C  out  invalidation decision                 prelodged, cancelled
//	CC013C  in   amendment                             prelodged, guarantee-under-amendment
//	CC014C  in   request for invalidation              prelodged, cancelled
//	CC015C  in   declaration                           main
//	CC019C  out  notification of what differs          discrepancies
//	CC022C  out  request to amend                      cancelled
//	CC025C  out  release of the goods                  main, discrepancies
//	CC028C  out  MRN allocated                         main
//	CC029C  out  release for transit                   main, guarantee-under-amendment
//	CC035C  out  claim on a guarantee                  recovery
//	CC043C  out  unloading permission                  main, discrepancies
//	CC044C  in   unloading remarks                     main, discrepancies
//	CC045C  out  write-off                             main, recovery, discrepancies
//	CC051C  out  no release for transit                refused
//	CC054C  in   request of release                    refused
//	CC055C  out  refusal of a guarantee                guarantee-under-amendment
//	CC056C  out  rejection at departure                refused
//	CC057C  out  rejection at destination              diversion, discrepancies
//	CC060C  out  control                               refused
//	CC140C  out  enquiry                               recovery
//	CC141C  in   answer to an enquiry                  recovery
//	CC170C  in   presentation                          prelodged
//	CC182C  out  what happened on the way              incident
//	CC906C  out  refusal of a text                     refused
//	CC928C  out  declaration received                  main
//
// # National documents
//
// With [WithMappings] an exchange takes the documents of a national system, too, by the mapping files of package
// [carec.example/cats/client/formats/national]. A declaration is lodged as what its mapping makes of it, under an identification that
// tells the mapping. From then on the party gets, after every step of the movement, the status document that the mapping makes of the
// record, in the place of messages of NCTS; what it is refused for is told as JSON, with the places of its own document.
//
// # Identification and correlation
//
// The ledger remembers a step's message by one letter for its kind and the messageIdentification of the sender, which therefore
// is public. A message sent again is recognised by it: the step is not taken twice, and the answers come again. Another message of
// the kind under the same identification is a repetition, too; senders number their messages. The correlationIdentifier of an
// answer is read out of the same memory (R0008); it is left out when the step has been followed by six others, or was not taken
// by a message of NCTS.
//
// What a message says of its reason (the justification of CC014C) is public, too; declarations, unloading remarks and answers to
// enquiries are not.
//
// # Folder
//
// [Folder] does the same with files: one dropped into a folder is a message in, its answers appear in another, and so does what was
// left out.
package exchange
