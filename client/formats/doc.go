// Package formats translates between the messages that national systems and
// traders use and the single transit document of the ledger.
//
// The first format are the messages of NCTS, phase 5 and phase 6 ([ReadMessage],
// [Message.Write]); their structs stand in package ncts. Neither knows a single element
// by name. Both walk the tree of [transit.MessageSchema], which is made from the struct
// tags; so an element that the struct can keep is read, checked
// and written, and any other is refused by name. What is accepted is valid by the
// schema, and what is written reads back equal.
//
// The declaration CC015C is the document of the ledger itself, [transit.STD] ([ReadCC015C],
// [WriteCC015C]); [ReadCC013C] reads the amendment of a declaration as the declaration that it makes.
//
// [Judge] applies format and logic control to messages off-line, one by one or over a
// folder.
//
// [Mapping] moves a message of another network to the offices and operators of
// this one, and [FillTemplate] fills the placeholders of test messages.
package formats
