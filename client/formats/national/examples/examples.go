// Package examples holds mapping files with documents that they are for, as they stand in this folder.
package examples

import "embed"

// Files are the mappings (*.yaml), their tables, and for each a document.
//
//go:embed *.yaml *.xml *.csv
var Files embed.FS
