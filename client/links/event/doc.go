// Package event is what happens on the ledger in the form in which other systems take it: CloudEvents 1.0 in structured JSON.
//
// One step of a transaction is one event. It carries what the public record shows and nothing else: no content of a
// declaration, no name of a person. Its id is the place on the ledger, so that whoever delivers it, however often, delivers it
// under the same id, and two organisations tell of the same step by the same id.
//
// The types are a closed list ([Types]); a name once given keeps its meaning. A step that this version does not know, written
// by a newer ledger, is told as RECORD.changed, and its data tell which step it was.
package event
