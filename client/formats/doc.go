// Package formats translates between the messages that national systems and
// traders use and the single transit document of the ledger.
//
// The first format is CC015C, the declaration message of NCTS phase 5 (schema
// version 51.8.6): [ReadCC015C] and [WriteCC015C]. Neither knows a single element
// by name. Both walk the tree of [transit.Schema], which is made from the struct
// tags of [transit.STD]; so an element that the document can keep is read, checked
// and written, and any other is refused by name. What is accepted is valid by the
// schema, and what is written reads back equal.
//
// [ReadCC013C] reads the amendment of a declaration as the declaration that it makes.
//
// [Judge] applies format and logic control to messages off-line, one by one or over a
// folder.
//
// [Mapping] moves a message of another network to the offices and operators of
// this one, and [FillTemplate] fills the placeholders of test messages.
package formats
