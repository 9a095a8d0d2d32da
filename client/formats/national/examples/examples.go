// Package examples holds mapping files with documents that they are for, as they stand in this folder.
package examples

import "embed"

// Files are the mappings (*.yaml), their tables, and for each a document.
//
//go:embed *.yaml *.xml *.csv
var Files embed.FS

// Mappings are the mappings and their tables alone: a folder of mappings as an organisation has it.
//
//go:embed asycuda-sad.yaml eaeu-transit.yaml eaeu-offices.csv goods-list.yaml
var Mappings embed.FS
