// Package tree reads XML, JSON and CSV strictly and within bounds into one kind of
// tree, for formats that walk a document by paths, and remembers which part of it
// was used, so that nothing is dropped without a word.
package tree

import (
	"strconv"
	"strings"
)

// Bounds of what is read.
const (
	// MaxBytes is the largest text.
	MaxBytes = 16 << 20
	// MaxDepth is the deepest nesting.
	MaxDepth = 64
	// MaxNodes is the largest number of elements, attributes, values and cells.
	MaxNodes = 1 << 20
)

// Node is an element or attribute of XML, a member of JSON, a row or cell of CSV. A JSON array is as many nodes of its name as it
// has elements.
type Node struct {
	// Name is the local name; Space the namespace of XML.
	Name, Space string
	// Attribute marks an attribute of XML.
	Attribute bool
	// Text is the value of a node without children, else what text stands between them.
	Text string
	// Line is where it begins, from 1.
	Line     int
	Parent   *Node
	Children []*Node
	// Used tells that somebody has read the value.
	Used bool
}

// Add appends a child.
func (n *Node) Add(child *Node) *Node {
	child.Parent = n
	n.Children = append(n.Children, child)
	return child
}

// Has tells whether the node has children that are elements.
func (n *Node) Has() bool {
	for _, c := range n.Children {
		if !c.Attribute {
			return true
		}
	}
	return false
}

// Value is the text of a node without child elements.
func (n *Node) Value() string {
	if n.Has() {
		return ""
	}
	return n.Text
}

// Use marks the node as read and returns its value.
func (n *Node) Use() string {
	n.Used = true
	return n.Value()
}

// UseAll marks the node and everything below it.
func (n *Node) UseAll() {
	n.Used = true
	for _, c := range n.Children {
		c.UseAll()
	}
}

// Place names the node from the root: /Declaration/Goods[2]/@code. Of siblings of one name, all but the first carry their number.
func (n *Node) Place() string {
	if n.Parent == nil {
		return "/" + n.Name
	}
	above := n.Parent.Place()
	if n.Attribute {
		return above + "/@" + n.Name
	}
	at := 1
	for _, sibling := range n.Parent.Children {
		if sibling == n {
			break
		}
		if sibling.Name == n.Name && sibling.Space == n.Space && !sibling.Attribute {
			at++
		}
	}
	if at == 1 {
		return above + "/" + n.Name
	}
	return above + "/" + n.Name + "[" + strconv.Itoa(at) + "]"
}

// Child returns the first child element of that name in whatever namespace, or nil.
func (n *Node) Child(name string) *Node {
	for _, c := range n.Children {
		if c.Name == name && !c.Attribute {
			return c
		}
	}
	return nil
}

// Unused lists, in order, the nodes with a value that nobody has read.
func (n *Node) Unused() []*Node {
	var found []*Node
	n.unused(&found)
	return found
}

func (n *Node) unused(into *[]*Node) {
	text := strings.TrimSpace(n.Text) != ""
	if !n.Used && (text || len(n.Children) == 0) {
		*into = append(*into, n)
	}
	for _, c := range n.Children {
		c.unused(into)
	}
}
