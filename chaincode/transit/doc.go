// Package transit is the domain of CATS, pure: the single transit document (STD) and
// the rules it must keep, identifiers with their check digits, money, the movement and
// its legs with the table of steps that lead from one state to the next ([Procedure]),
// and the arithmetic of guarantees.
//
// Nothing here reads a clock, a network or a state: time and everything that stands on
// the ledger are passed in, and the same input always gives the same result. That is what
// lets every organisation's peer run these rules and agree on the outcome to the byte,
// and clients run them beforehand to say the same in advance.
//
// Terms are those of NCTS (phases 5 and 6) where NCTS has one; rule numbers such as R0028
// or C0060 are those of its specification, eTIR is meant where legs are.
package transit
