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
// # Messages out
//
// [Exchange.Answers] reads the blocks from a [Cursor] on and tells what the caller has to learn: the declarant as holder of the
// procedure, and the trader at destination. Which step gives which message is the table of [Rules]. A message is made of its block
// alone, and of content that no longer changes: the same step always gives the same message under the same identification,
// whoever asks and however often. Who leaves out the identifications that it has had gets each exactly once, and can have them
// all again after a loss.
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
// [Folder] does the same with files: one dropped into a folder is a message in, its answers appear in another.
package exchange
