package national

import (
	"carec.example/cats/client/formats/internal/tree"
)

// Map is a mapping. It does not change after [Load] and can be used by many at once.
type Map struct {
	// Name and Version identify it, Title says what it maps.
	Name, Version, Title string

	source   source
	tables   map[string]*table
	document *group
	ignored  []ignored
	repeated []repeated
	status   *status
	cases    []testCase
}

// Formats of sources and status documents.
const (
	formatXML  = "xml"
	formatJSON = "json"
	formatCSV  = "csv"
)

type source struct {
	format    string
	root      string
	namespace string
	delimiter rune
}

// table translates codes.
type table struct {
	line      int
	values    map[string]string
	otherwise *string
	keep      bool
	used      bool
}

type ignored struct {
	path   *path
	reason string
	line   int
}

// repeated says that a value stands in the source more than once and must be the same everywhere, or wherever the elements around it
// have the same key.
type repeated struct {
	path *path
	by   *path
}

// group says how the children of a group of the document are filled.
type group struct {
	line   int
	in     *path
	when   []condition
	fields []field
}

type field struct {
	name   string
	line   int
	values []value // of a leaf: the first that gives a value counts
	group  *group  // of a group
	list   []entry // of a list: one after the other
}

// entry makes elements of a list, one for each node of a path, or one.
type entry struct {
	group
	each     *path
	distinct *path
	join     []pair
}

// pair joins two lists: the elements below which the paths give the same value belong together.
type pair struct{ there, here *path }

// value says where the value of a leaf comes from and what is done to it.
type value struct {
	line     int
	from     *path
	concat   []*path
	with     string
	constant *string
	count    *path
	sum      *path
	position bool
	when     []condition
	do       []operation
	fallback *string
}

// reads tells that the value comes from the source.
func (v *value) reads() bool { return v.from != nil || v.concat != nil || v.sum != nil }

// paths are those that the value is read from.
func (v *value) paths() []*path {
	var paths []*path
	for _, p := range append([]*path{v.from, v.sum}, v.concat...) {
		if p != nil {
			paths = append(paths, p)
		}
	}
	return paths
}

// condition holds when one of the values that the path leads to is one of those given, or is none of them, or there is any.
type condition struct {
	path    *path
	is, not []string
	present *bool
}

func (c *condition) holds(at *tree.Node) bool {
	n := c.path.first(at)
	switch {
	case c.present != nil:
		return (n != nil || c.group(at)) == *c.present
	case n == nil:
		return c.not != nil
	case c.is != nil:
		return contains(c.is, n.Value())
	}
	return !contains(c.not, n.Value())
}

// group tells whether the path leads to an element that has others in it.
func (c *condition) group(at *tree.Node) bool {
	for _, n := range c.path.find(at) {
		if n.Has() {
			return true
		}
	}
	return false
}

func all(conditions []condition, at *tree.Node) bool {
	for i := range conditions {
		if !conditions[i].holds(at) {
			return false
		}
	}
	return true
}
