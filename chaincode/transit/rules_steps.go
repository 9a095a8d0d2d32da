package transit

import (
	"reflect"
	"sync"
)

// Rules about what is sent after the declaration: amendments, release, incidents, unloading remarks, answers. The steps of the
// procedure call the functions named Check...; all are pure, and their pointers lead into the value they were given.

// stepRule is a rule about a subject of type T.
type stepRule[T any] struct {
	Rule

	check func(*stepRuling[T])
}

// stepRuling is one rule at work on one subject.
type stepRuling[T any] struct {
	findings

	subject T
}

func rule[T any](id, title, text string, check func(*stepRuling[T])) stepRule[T] {
	return stepRule[T]{Rule{ID: id, Title: title, Text: text}, check}
}

// applyTo applies rules one after the other and returns everything found.
func applyTo[T any](subject T, rules []stepRule[T]) []Violation {
	var found []Violation
	for _, r := range rules {
		c := &stepRuling[T]{findings: findings{rule: r.ID}, subject: subject}
		r.check(c)
		found = append(found, c.found...)
	}
	return found
}

func texts[T any](rules []stepRule[T]) []Rule {
	out := make([]Rule, len(rules))
	for i, r := range rules {
		out[i] = r.Rule
	}
	return out
}

// RuleGroup is the rules about one kind of message.
type RuleGroup struct {
	// Of is what the rules are about: "declaration", "incident", ...
	Of    string `json:"of"`
	Rules []Rule `json:"rules"`
}

// RuleCatalogue lists every rule of the program by what it is about, those of the declaration of all packs first.
func RuleCatalogue() []RuleGroup {
	return []RuleGroup{
		{"declaration", AllRules()},
		{"amendment", append(texts(amendmentRules()), texts(amendmentReferenceRules())...)},
		{"MRN", texts(mrnRules())},
		{"release", texts(releaseRules())},
		{"incident", texts(incidentRules())},
		{"unloading remarks", texts(unloadingRules())},
		{"answer", append(texts(correlationRules()), texts(currencyRules())...)},
	}
}

// tree is a message with its schema, read from the struct tags as that of the declaration.
type tree struct {
	value  reflect.Value
	schema *Element
}

// incidentSchema and unloadingSchema are the element trees of their messages.
var (
	incidentSchema  = sync.OnceValue(func() *Element { return MessageSchema("Incident", reflect.TypeFor[Incident](), Phase6) })
	unloadingSchema = sync.OnceValue(func() *Element { return MessageSchema("CC044C", reflect.TypeFor[UnloadingRemarks](), Phase6) })
)

// checkForm compares a message with its schema, as [STD.CheckFormat] does a declaration.
func (t tree) checkForm() []Violation {
	c := &formatCheck{}
	c.group(t.value, t.schema)
	return c.violations
}

// checkCodes looks the codes of a message up, on the day given.
func (t tree) checkCodes(day Date) []Violation {
	var found []Violation
	visitGroup("", t.value, t.schema, func(at string, node any) {
		found = append(found, codeViolations(at, codedStepFields(node), day)...)
	})
	return found
}

// checkNumbers reports sequence numbers that do not run 1, 2, 3, ... in each list (R0987).
func (t tree) checkNumbers(f *findings) {
	visitGroup("", t.value, t.schema, f.numbered)
}

// form is format control and code lists of a message in one: what is malformed is not also held against its list.
func (t tree) form(day Date) []Violation {
	found := t.checkForm()
	malformed := map[string]bool{}
	for _, v := range found {
		malformed[v.Pointer] = true
	}
	for _, v := range t.checkCodes(day) {
		if !malformed[v.Pointer] && len(found) < MaxViolations {
			found = append(found, v)
		}
	}
	return found
}

func codedStepFields(node any) []coded {
	switch n := node.(type) {
	case *Incident:
		return []coded{listed("code", n.Code, IncidentCodes())}
	case *IncidentEndorsement:
		return []coded{country("country", n.Country)}
	case *IncidentLocation:
		return []coded{
			listed("qualifierOfIdentification", n.QualifierOfIdentification, IncidentLocationQualifiers()),
			country("country", n.Country), formed("unLocode", n.UNLocode, "CL244", ValidateUNLocode),
		}
	case *NewTransportMeans:
		return []coded{
			listed("typeOfIdentification", n.TypeOfIdentification, TransportIDTypes()), country("nationality", n.Nationality),
		}
	case *FoundTransportMeans:
		return []coded{
			listed("typeOfIdentification", n.TypeOfIdentification, TransportIDTypes()), country("nationality", n.Nationality),
		}
	case *FoundCountry:
		return []coded{country("country", n.Country)}
	case *FoundPackaging:
		return []coded{listed("typeOfPackages", n.TypeOfPackages, PackageTypes())}
	case *CommodityCode:
		return []coded{formed("harmonizedSystemSubHeadingCode", n.HarmonizedSystemSubHeadingCode, "CL152", ValidateHS6)}
	}
	return nil
}
