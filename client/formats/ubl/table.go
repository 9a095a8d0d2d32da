package ubl

import "strings"

// kind says how a value is written in UBL.
type kind int

const (
	asText   kind = iota
	asMass        // in kilograms, with the unit of UN/ECE Recommendation 20
	asAmount      // the currency is a rule of its own
	asNumber      // a whole number; anything else is no value of ours
	asFlag        // "1" is true
	asDay         // a date
	asMoment      // a date and a time, in two elements
	asStamp       // the same, with the letter of UTC in ours
	asDegrees
	asConstant
)

// rule is one correspondence. Paths of UBL are names with the prefixes cbc and cac; a step in the form name[child=text] has that
// child, and "@name" at the end is an attribute.
type rule struct {
	// ours is a JSON pointer below the group at hand.
	ours string
	// ubl is the path of the element; for a moment that of the date, and "+" and the name of the element with the time.
	ubl  string
	kind kind
	// text is that of a constant.
	text string
	// only restricts writing to groups in which another value is one of some.
	only *only
	// rules make it a list: they apply below every element.
	rules []rule
	// instead is another path, read when there is nothing at the first; it begins where the rules of the group begin.
	instead string
	// count is a list whose length is the value when it is not written elsewhere.
	count string
	// echo is written besides another element with the same value, and never read for one.
	echo bool
	// position tells that the place in the list is the value when it is not written elsewhere.
	position bool
}

type only struct {
	ours   string
	values []string
}

// table is the correspondence of one document.
type table struct {
	root  string
	rules []rule
}

func (t *table) namespace() string { return nsDocument + t.root + "-2" }

func text(ours, ubl string) rule            { return rule{ours: ours, ubl: ubl} }
func mass(ours, ubl string) rule            { return rule{ours: ours, ubl: ubl, kind: asMass} }
func flag(ours, ubl string) rule            { return rule{ours: ours, ubl: ubl, kind: asFlag} }
func number(ours, ubl string) rule          { return rule{ours: ours, ubl: ubl, kind: asNumber} }
func day(ours, ubl string) rule             { return rule{ours: ours, ubl: ubl, kind: asDay} }
func moment(ours, ubl string) rule          { return rule{ours: ours, ubl: ubl, kind: asMoment} }
func stamp(ours, ubl string) rule           { return rule{ours: ours, ubl: ubl, kind: asStamp} }
func constant(ubl, value string) rule       { return rule{ubl: ubl, kind: asConstant, text: value} }
func list(ours, ubl string, r ...rule) rule { return rule{ours: ours, ubl: ubl, rules: r} }

// numbered is the number of an element in its list: written when UBL has a place, and else the position.
func numbered(ours, ubl string) rule {
	return rule{ours: ours, ubl: ubl, kind: asNumber, position: true}
}

func (r rule) or(path string) rule {
	r.instead = path
	return r
}

func (r rule) again() rule {
	r.echo = true
	return r
}

func (r rule) when(ours string, values ...string) rule {
	r.only = &only{ours, values}
	return r
}

// step is a part of a path.
type step struct {
	name      string // without prefix
	space     string
	attribute bool
	child     string // with prefix
	text      string
}

func steps(path string) []step {
	var out []step
	for part := range strings.SplitSeq(path, "/") {
		var s step
		if head, filter, found := strings.Cut(part, "["); found {
			part = head
			s.child, s.text, _ = strings.Cut(strings.TrimSuffix(filter, "]"), "=")
		}
		part, s.attribute = strings.CutPrefix(part, "@")
		s.name, s.space = qualified(part)
		out = append(out, s)
	}
	return out
}

func qualified(name string) (local, space string) {
	switch prefix, local, found := strings.Cut(name, ":"); {
	case !found:
		return name, ""
	case prefix == "cbc":
		return local, nsBasic
	default:
		return local, nsAggregate
	}
}

// Correspondence is a line of a table: an element of ours, as a JSON pointer with "-" for the number in a list, and its place in UBL.
type Correspondence struct{ Pointer, UBL string }

// Correspondences lists a table: "TransitCustomsDeclaration", "GuaranteeCertificate" or "TransportationStatus". What is not listed
// is written into the extension.
func Correspondences(document string) []Correspondence {
	for _, t := range []*table{declaration(), certificate(), transportStatus()} {
		if t.root == document {
			return correspondences(t.rules, "", "")
		}
	}
	return nil
}

func correspondences(rules []rule, pointer, path string) []Correspondence {
	var out []Correspondence
	for i := range rules {
		r := &rules[i]
		switch {
		case r.rules != nil:
			out = append(out, correspondences(r.rules, pointer+r.ours+"/-", path+r.ubl+"/")...)
		case r.kind != asConstant && r.ubl != "" && !strings.HasPrefix(r.ours, "@"):
			out = append(out, Correspondence{pointer + r.ours, path + r.ubl})
		}
	}
	return out
}
