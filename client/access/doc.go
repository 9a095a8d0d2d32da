// Package access tells who calls the gateway of an organisation, and as which identity of
// the ledger that caller acts.
package access
