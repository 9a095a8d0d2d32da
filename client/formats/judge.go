package formats

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"carec.example/cats/chaincode/transit"
)

// Judge applies format and logic control to messages, off-line.
type Judge struct {
	// Values fill the placeholders of templates; a message without any needs none.
	Values map[string]string
	// Mapping, if any, moves offices, operators and guarantees to those of this network first.
	Mapping *Mapping
	// Context is what the rules may ask.
	Context transit.RuleContext
	// Presented judges a declaration that was lodged before the goods were presented as it must be when they are.
	Presented bool
	// Also, if any, is what else a document is held against, such as [transit.Unsupported].
	Also func(*transit.STD) []transit.Violation
}

// Judgement is what the rules say about one message.
type Judgement struct {
	// File is where the message stands.
	File string `json:"file"`
	// Kind is the message: CC015C, CC013C, or STD for a single transit document as JSON.
	Kind string `json:"kind"`
	// Violations are all that were found; none means accepted.
	Violations []transit.Violation `json:"violations,omitempty"`
	// Unreadable says why nothing could be judged.
	Unreadable string `json:"unreadable,omitempty"`
}

// Accepted tells that the message could be read and breaks no rule.
func (j Judgement) Accepted() bool { return j.Unreadable == "" && len(j.Violations) == 0 }

// RuleCount is how often a rule was broken.
type RuleCount struct {
	Rule  string `json:"rule"`
	Count int    `json:"count"`
}

// Rules counts the violations by rule, in the order of the numbers.
func (j Judgement) Rules() []RuleCount { return countRules([]Judgement{j}) }

func countRules(judgements []Judgement) []RuleCount {
	counts := map[string]int{}
	for _, j := range judgements {
		for _, v := range j.Violations {
			counts[v.Rule]++
		}
	}
	found := make([]RuleCount, 0, len(counts))
	for rule, n := range counts {
		found = append(found, RuleCount{rule, n})
	}
	slices.SortFunc(found, func(a, b RuleCount) int { return strings.Compare(a.Rule, b.Rule) })
	return found
}

// TemplateValues are values for the placeholders that public test messages use, at the given moment (UTC).
func TemplateValues(at time.Time) map[string]string {
	day := func(after int) string { return string(transit.DateOf(at.AddDate(0, 0, after))) }
	return map[string]string{
		"LRN": "RULES" + at.UTC().Format("20060102"), "messageIdentification": "MSG" + at.UTC().Format("20060102"),
		"IntConRefMES11": "REF" + at.UTC().Format("20060102"), "preparationDateAndTime": string(transit.DateTimeOf(at)),
		"arrivalTime": string(transit.DateTimeOf(at.AddDate(0, 0, 2))), "limitDate": day(7), "unloadingDate": day(4),
	}
}

// Message judges one message, XML or JSON.
func (j *Judge) Message(file string, data []byte) Judgement {
	verdict := Judgement{File: file}
	var std *transit.STD
	var err error
	if text := bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\ufeff"))); len(text) > 0 && text[0] == '{' {
		verdict.Kind = "STD"
		std, err = decodeSTD(text)
	} else {
		if data, err = FillTemplate(data, j.Values); err == nil {
			verdict.Kind = KindOf(data)
			std, verdict.Violations, err = readDeclaration(verdict.Kind, data)
		}
	}
	var fault *transit.Fault
	switch {
	case errors.As(err, &fault) && len(fault.Violations) > 0:
		verdict.Violations = append(verdict.Violations, fault.Violations...)
	case err != nil:
		verdict.Unreadable = err.Error()
	default:
		if j.Mapping != nil {
			j.Mapping.Apply(std, "")
		}
		verdict.Violations = append(verdict.Violations, j.check(std)...)
		if j.Also != nil {
			verdict.Violations = append(verdict.Violations, j.Also(std)...)
		}
	}
	return verdict
}

func (j *Judge) check(std *transit.STD) []transit.Violation {
	if j.Presented {
		return transit.CheckPresentation(std, j.Context)
	}
	return transit.Check(std, j.Context)
}

func decodeSTD(text []byte) (*transit.STD, error) {
	std, err := transit.DecodeSTD(text)
	var at *transit.DecodeError
	if !errors.As(err, &at) {
		return std, err
	}
	return nil, transit.Faultf(transit.InvalidDocument, "the document cannot be read").With(transit.Violation{
		Code: transit.CodeNotAllowed, Pointer: at.Pointer, Rule: "JSON", Text: at.Msg,
	})
}

// readDeclaration reads a declaration or an amendment. What an amendment says of the declaration that it amends is judged
// here (C0467); for the rules it goes by the MRN when it has no LRN, as the ledger knows that.
func readDeclaration(kind string, data []byte) (*transit.STD, []transit.Violation, error) {
	if kind != amendmentKind {
		std, err := ReadCC015C(bytes.NewReader(data))
		return std, nil, err
	}
	a, err := ReadCC013C(bytes.NewReader(data))
	if err != nil {
		return nil, nil, err
	}
	var found []transit.Violation
	for _, v := range transit.CheckAmendmentReference(a.MRN != "", a.MRN, a.LRN) {
		v.Pointer = "/transitOperation" + v.Pointer
		found = append(found, v)
	}
	if a.Document.TransitOperation.LRN == "" {
		a.Document.TransitOperation.LRN = a.MRN
	}
	return a.Document, found, nil
}

// Report is what the rules say about the declarations of a folder.
type Report struct {
	Judgements []Judgement `json:"messages"`
}

// Folder judges every declaration and amendment (CC015C, CC013C) in the XML files of a folder and those below it, in the order of
// their paths. Other messages are passed over.
func (j *Judge) Folder(folder fs.FS) (*Report, error) {
	report := &Report{}
	err := fs.WalkDir(folder, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.EqualFold(path.Ext(name), ".xml") {
			return err
		}
		data, err := fs.ReadFile(folder, name)
		if err != nil {
			return err
		}
		if kind := KindOf(data); kind == declarationKind || kind == amendmentKind {
			report.Judgements = append(report.Judgements, j.Message(name, data))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("judge the messages of a folder: %w", err)
	}
	return report, nil
}

// Accepted is the number of messages that break no rule.
func (r *Report) Accepted() int {
	n := 0
	for _, j := range r.Judgements {
		if j.Accepted() {
			n++
		}
	}
	return n
}

// Rules counts the violations of all messages by rule.
func (r *Report) Rules() []RuleCount { return countRules(r.Judgements) }
