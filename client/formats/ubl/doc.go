// Package ubl reads and writes documents of OASIS UBL 2.4: the single transit
// document as TransitCustomsDeclaration, the terms of a guarantee as
// GuaranteeCertificate, and the record of a movement as TransportationStatus.
//
// For each there is one table of correspondences between our elements and those of
// UBL, in the order of the UBL schema; reader and writer walk it and know no element
// by name. What UBL has no place for travels in one extension of our own namespace
// ([Namespace]), element by element with its JSON pointer, so that nothing is lost:
// the writer reads its own result back through the table and puts into the extension
// what differs. [Correspondences] tells which element goes where.
//
// Documents of others are read through the same tables. What they hold beyond them
// is listed in the [Report], never dropped silently.
package ubl

// Namespace is that of the extension: the element Rest with one Element for each value, attribute pointer.
const Namespace = "urn:carec:cats:ubl:1"

// The namespaces of UBL 2.
const (
	nsBasic     = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
	nsAggregate = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
	nsExtension = "urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2"
	nsDocument  = "urn:oasis:names:specification:ubl:schema:xsd:" // and name, "-2"
)

// version is the version of UBL that is written.
const version = "2.4"
