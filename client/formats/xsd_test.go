package formats_test

import (
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
)

// xsdFile are the shapes of the schema files that the messages use.
type xsdFile struct {
	Types  []xsdType  `xml:"complexType"`
	Groups []xsdGroup `xml:"group"`
}

type xsdType struct {
	Name     string       `xml:"name,attr"`
	Elements []xsdElement `xml:"sequence>element"`
	// Extension is what a type adds to another.
	Extension struct {
		Base     string       `xml:"base,attr"`
		Elements []xsdElement `xml:"sequence>element"`
	} `xml:"complexContent>extension"`
}

type xsdGroup struct {
	Name     string       `xml:"name,attr"`
	Elements []xsdElement `xml:"sequence>element"`
}

type xsdElement struct {
	Name string `xml:"name,attr"`
	Type string `xml:"type,attr"`
	Min  string `xml:"minOccurs,attr"`
	Max  string `xml:"maxOccurs,attr"`
}

// xsdTypes are the complex types of a phase by name.
type xsdTypes struct {
	elements map[string][]xsdElement
	bases    map[string]string
}

func readTypes(t testing.TB, phase transit.Phase) *xsdTypes {
	t.Helper()
	types := &xsdTypes{elements: map[string][]xsdElement{}, bases: map[string]string{}}
	for _, name := range []string{"ctypes.xsd", "htypes.xsd", "ermis-types.xsd", "custom_ctypes.xsd"} {
		path := filepath.Join(sharedDir(t), phases()[phase], name)
		if _, err := os.Stat(path); err == nil {
			types.read(t, path)
		}
	}
	require.Len(t, types.elements["MESSAGE"], 6)
	return types
}

func (x *xsdTypes) read(t testing.TB, path string) {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	var file xsdFile
	require.NoError(t, xml.Unmarshal(data, &file))
	for _, c := range file.Types {
		x.elements[c.Name] = append(c.Elements, c.Extension.Elements...)
		x.bases[c.Name] = c.Extension.Base
	}
	for _, g := range file.Groups {
		x.elements[g.Name] = g.Elements
	}
}

// with adds the types of a message's own file.
func (x *xsdTypes) with(t testing.TB, path string) *xsdTypes {
	t.Helper()
	x.read(t, path)
	return x
}

func (x *xsdTypes) content(name string) []xsdElement {
	var all []xsdElement
	if base := x.bases[name]; base != "" {
		all = append(all, x.content(base)...)
	}
	return append(all, x.elements[name]...)
}

func (x *xsdTypes) list(into *[]string, elements []xsdElement, at string) {
	one := func(s string) string {
		if s == "" {
			return "1"
		}
		return s
	}
	for _, e := range elements {
		*into = append(*into, fmt.Sprintf("%s/%s %s..%s", at, e.Name, one(e.Min), one(e.Max)))
		x.list(into, x.content(strings.TrimSpace(e.Type)), at+"/"+e.Name)
	}
}
