// Package ncts holds the messages of NCTS that traders and customs offices exchange, of phase 5 (schema version 51.8.6) and of
// phase 6 (60.4.16), as Go structs.
//
// The struct tags are the only place where the structure of a message is written down; they are those of [transit.STD], which is
// itself the message CC015C. [transit.MessageSchema] makes the tree of a message in either phase out of them, and package formats
// reads, checks and writes every message by its tree. The names of fields and elements are those of the schema, lists in the
// plural. A struct that several messages share has the name of its element; where messages differ, the rarer one has the name of
// its message before it.
//
// [Kinds] lists the messages. CC054C has no schema file of its own among the public ones; it is made of the types that the schema
// has for it.
package ncts
