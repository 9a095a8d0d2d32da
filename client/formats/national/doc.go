// Package national turns a country's internal document into a single transit
// document, and what happened on the ledger into the status of that document. How,
// is told by a mapping file that each country writes, tests and versions by itself:
// see README.md for its language, and the folder examples.
//
//	m, err := national.LoadFile(os.DirFS("mappings"), "eaeu-transit.yaml")
//	std, report, err := m.Apply(source)
//
// Nothing of a source is dropped silently: [Report.Unmapped] lists every value that
// no rule of the mapping has read and that it does not name as ignored.
package national
