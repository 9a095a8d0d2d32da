package formats

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"reflect"
	"strings"

	"carec.example/cats/chaincode/transit"
)

type writer struct {
	bytes.Buffer
}

func (w *writer) root(v reflect.Value, root *transit.Element) {
	name := "ncts:" + root.Name
	fmt.Fprintf(w, `<%s xmlns:ncts="%s"`, name, Namespace)
	w.attributes(v, root)
	w.WriteString(">\n")
	w.children(1, v, root)
	fmt.Fprintf(w, "</%s>\n", name)
}

func (w *writer) attributes(v reflect.Value, group *transit.Element) {
	for _, e := range group.Children {
		field := v.Field(e.Field)
		if e.Name == "" {
			w.attributes(field, e)
		}
		if text, present := attributeText(field, e); present {
			fmt.Fprintf(w, ` %s="%s"`, e.Name, escaped(text))
		}
	}
}

func attributeText(field reflect.Value, e *transit.Element) (string, bool) {
	if !e.Attribute {
		return "", false
	}
	return transit.LeafText(field)
}

func (w *writer) children(depth int, v reflect.Value, group *transit.Element) {
	for _, e := range group.Children {
		field := v.Field(e.Field)
		switch {
		case e.Attribute, e.Extension:
		case e.Name == "":
			w.children(depth, field, e)
		case e.List:
			for i := range field.Len() {
				w.group(depth, field.Index(i), e)
			}
		case e.Type != nil:
			if text, present := transit.LeafText(field); present {
				fmt.Fprintf(w, "%s<%s>%s</%s>\n", indent(depth), e.Name, escaped(text), e.Name)
			}
		case field.Kind() != reflect.Pointer:
			w.group(depth, field, e)
		case !field.IsNil():
			w.group(depth, field.Elem(), e)
		}
	}
}

func (w *writer) group(depth int, v reflect.Value, e *transit.Element) {
	if v.IsZero() {
		fmt.Fprintf(w, "%s<%s/>\n", indent(depth), e.Name)
		return
	}
	fmt.Fprintf(w, "%s<%s>\n", indent(depth), e.Name)
	w.children(depth+1, v, e)
	fmt.Fprintf(w, "%s</%s>\n", indent(depth), e.Name)
}

func indent(depth int) string { return strings.Repeat("  ", depth) }

func escaped(text string) string {
	var b strings.Builder
	// A strings.Builder never fails to write.
	_ = xml.EscapeText(&b, []byte(text))
	return b.String()
}
