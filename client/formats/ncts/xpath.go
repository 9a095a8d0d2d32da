package ncts

import (
	"fmt"
	"strconv"
	"strings"

	"carec.example/cats/chaincode/transit"
)

// XPath turns a JSON pointer into a message's struct into the path of the element in the message, as functional errors name it:
// "/consignment/houseConsignments/0/grossMass" is "/CC015C/Consignment/HouseConsignment[1]/grossMass". A part of the pointer that
// the message does not know stands at the end as it is.
func XPath(schema *transit.Element, pointer string) string {
	var b strings.Builder
	b.WriteString("/" + schema.Name)
	parts := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
	for len(parts) > 0 && parts[0] != "" {
		child := childOf(schema, parts[0])
		if child == nil {
			b.WriteString("/" + strings.Join(parts, "/"))
			break
		}
		parts = parts[1:]
		switch {
		case child.Attribute:
			b.WriteString("/@" + child.Name)
		case child.Name != "":
			b.WriteString("/" + child.Name)
		}
		if child.List && len(parts) > 0 {
			if i, err := strconv.Atoi(parts[0]); err == nil {
				fmt.Fprintf(&b, "[%d]", i+1)
				parts = parts[1:]
			}
		}
		schema = child
	}
	return b.String()
}

func childOf(e *transit.Element, json string) *transit.Element {
	for _, c := range e.Children {
		if c.JSON == json {
			return c
		}
	}
	return nil
}
