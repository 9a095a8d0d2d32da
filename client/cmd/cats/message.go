package main

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/formats"
	"carec.example/cats/client/formats/ncts"
)

func (a *app) messageCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "message", Short: "Messages of NCTS as files",
		Long: `Reads the messages of NCTS that traders and customs offices exchange, of phase 5 and of
phase 6: declarations (CC015C), arrival notifications (CC007C), releases (CC029C), and so on.
No ledger is asked. "exchange folder" sends them and gets the answers.`,
		Example: `  cats message check arrival.xml
  cats message show CC029C-7DEJ6N6ZMJHYDDUCX2B4Y3OVPTXPPEO3.xml`,
	}
	c.AddCommand(a.messageCheckCommand(), a.messageShowCommand())
	return c
}

func (a *app) messageCheckCommand() *cobra.Command {
	return &cobra.Command{
		Use: "check FILE", Short: "Hold a message against its schema",
		Long: `Reads a message and tells everything that its schema does not allow, each by the path of the
element. What the schema cannot tell is for "rules check" (declarations) and for the ledger.
The exit code is 4 when anything is found.`,
		Example: `  cats message check arrival.xml
  cat arrival.xml | cats message check - --json`,
		Args: exactly("FILE"),
		RunE: func(_ *cobra.Command, args []string) error {
			m, err := a.readMessage(args[0])
			if err != nil {
				return err
			}
			h := m.Header()
			return a.print(map[string]any{"message": m.Kind.Name, "phase": m.Phase(), "valid": true, "header": h}, func(s style) {
				fmt.Fprintf(a.out, "%s  %s  %s of phase %d\n", s.good("valid"), s.head(m.Kind.Name), m.Kind.Title, m.Phase())
			})
		},
	}
}

func (a *app) messageShowCommand() *cobra.Command {
	return &cobra.Command{
		Use: "show FILE", Short: "Say what a message says",
		Long: `Prints a message for people: what it is, from whom to whom, and each element by its name.
With --json it is the content as JSON, a declaration as the single transit document.`,
		Example: `  cats message show CC028C-7DEJ6N6ZMJHYDDUCX2B4Y3OVPTXPPEO3.xml`,
		Args:    exactly("FILE"),
		RunE: func(_ *cobra.Command, args []string) error {
			m, err := a.readMessage(args[0])
			if err != nil {
				return err
			}
			return a.print(m.Content, func(s style) { a.tellMessage(s, m) })
		},
	}
}

// readMessage reads a message; pointers of what is wrong with it lead into the XML.
func (a *app) readMessage(path string) (*formats.Message, error) {
	raw, err := a.read(path)
	if err != nil {
		return nil, err
	}
	m, err := formats.ReadMessage(bytes.NewReader(raw))
	var fault *transit.Fault
	if errors.As(err, &fault) {
		kind := ncts.Find(formats.KindOf(raw))
		for i := range fault.Violations {
			if v := &fault.Violations[i]; kind != nil {
				v.Pointer = ncts.XPath(kind.Schema(transit.Phase5), v.Pointer)
			}
		}
	}
	return m, err
}

func (a *app) tellMessage(s style, m *formats.Message) {
	h := m.Header()
	fmt.Fprintf(a.out, "%s  %s (%s, phase %d)\n", s.head(m.Kind.Name), m.Kind.Title, m.Kind.Number(), m.Phase())
	facts(a.out, s, "from", h.Sender, "to", h.Recipient, "prepared", string(h.PreparationDateAndTime), "identification", h.Identification,
		"answers", h.CorrelationIdentifier)
	a.tellGroup(s, 1, reflect.ValueOf(m.Content).Elem(), m.Schema())
}

// tellGroup prints the elements of a group, each in words; the header has been told.
func (a *app) tellGroup(s style, depth int, v reflect.Value, group *transit.Element) {
	indent := strings.Repeat("  ", depth)
	for _, e := range group.Children {
		field := v.Field(e.Field)
		if e.Name == "" || e.Attribute || e.Max == 0 || field.IsZero() {
			continue
		}
		switch {
		case e.Type != nil:
			text, _ := transit.LeafText(field)
			fmt.Fprintf(a.out, "%s%s  %s\n", indent, s.dim(inWords(e.Name)), text)
		case e.List:
			for i := range field.Len() {
				fmt.Fprintf(a.out, "%s%s %d\n", indent, inWords(e.Name), i+1)
				a.tellGroup(s, depth+1, field.Index(i), e)
			}
		default:
			fmt.Fprintf(a.out, "%s%s\n", indent, inWords(e.Name))
			a.tellGroup(s, depth+1, reflect.Indirect(field), e)
		}
	}
}

// inWords takes the name of an element apart: "customsOfficeOfDeparture" is "customs office of departure". Abbreviations stay.
func inWords(name string) string {
	name = regexp.MustCompile(`([a-z0-9])([A-Z])`).ReplaceAllString(name, "$1 $2")
	name = regexp.MustCompile(`([A-Z]+)([A-Z][a-z])`).ReplaceAllString(name, "$1 $2")
	words := strings.Fields(name)
	for i, w := range words {
		if w != strings.ToUpper(w) {
			words[i] = strings.ToLower(w)
		}
	}
	return strings.Join(words, " ")
}
