package transit

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// RuleContext is what the rules need to know beyond the document. Every field may be left empty: what cannot be asked is not
// checked, so that a client without the registry still finds everything else.
type RuleContext struct {
	// Now is the ledger's time (UTC). The zero time leaves out the rules that compare with it.
	Now time.Time
	// Member tells whether a country is a customs territory of the consortium.
	Member func(country string) bool
	// Office finds a customs office in the registry, nil when there is none.
	Office func(reference string) *Office
	// Operator tells whether an operator number stands in a register that the caller can ask (C0250).
	Operator func(number string) bool
}

// Rule is one rule or condition of logic control.
type Rule struct {
	// ID is the number in the NCTS specification (R0223, C0060, ...), "CL" for the code lists, or STDnn for a rule of the single
	// transit document itself.
	ID string
	// Title names the rule in a few words.
	Title string
	// Text says in our words what the source demands, and how it is read for a document of any country.
	Text string

	check func(*ruling)
}

// Check applies this rule alone.
func (r Rule) Check(std *STD, ctx RuleContext) []Violation { return r.apply(&document{std: std}, ctx) }

func (r Rule) apply(d *document, ctx RuleContext) []Violation {
	c := &ruling{document: d, ctx: ctx, rule: r.ID}
	r.check(c)
	return c.found
}

// Rules is the table of logic control, in the order in which [Check] applies it.
func Rules() []Rule { return slices.Clone(ruleTable()) }

var ruleTable = sync.OnceValue(func() []Rule {
	var all []Rule
	for _, part := range [][]Rule{
		codeRules(), operationRules(), officeRules(), partyRules(), guaranteeRules(), transportRules(), placeRules(),
		equipmentRules(), levelRules(), goodsRules(), numberRules(),
	} {
		all = append(all, part...)
	}
	return all
})

// Check applies format control ([STD.CheckFormat]) and logic control to a declaration and returns every violation: those of
// the format first, then rule by rule in the order of [Rules], inside a rule in the order of the document. It never stops at
// the first but after [MaxViolations] of the format or of one rule, and the same document in the same context always gives the same violations.
//
// Rules that depend on the state of a movement (amendment, release, unloading) are applied by its procedure.
func Check(std *STD, ctx RuleContext) []Violation {
	found := std.CheckFormat()
	if len(found) >= MaxViolations {
		return found // What is malformed that often need not be held against every rule.
	}
	malformed := make(map[string]bool, len(found))
	for i, v := range found {
		malformed[v.Pointer] = true
		if strings.HasSuffix(v.Pointer, "/accessCode") {
			found[i].Value = "" // a secret, and a wrong one is often nearly right
		}
	}
	d := &document{std: std}
	for _, rule := range ruleTable() {
		for _, v := range rule.apply(d, ctx) {
			// A value of the wrong form is not in its code list either: once is enough.
			if rule.ID == ruleCodeLists && malformed[v.Pointer] {
				continue
			}
			found = append(found, v)
		}
	}
	return found
}

// document is a declaration with the places of its groups, found once for all rules.
type document struct {
	std   *STD
	nodes []node
}

// node is a group, or a list of groups, with its pointer.
type node struct {
	pointer string
	at      any // the address of the struct or slice
}

// ruling is one rule at work on one document.
type ruling struct {
	*document

	ctx   RuleContext
	rule  string
	found []Violation
}

func (c *ruling) add(code, pointer, value, text string) {
	if len(c.found) >= MaxViolations {
		return
	}
	c.found = append(c.found, Violation{Code: code, Pointer: pointer, Rule: c.rule, Value: clip(value), Text: text})
}

// missing reports a required element (code 13).
func (c *ruling) missing(pointer, text string) { c.add(CodeMissing, pointer, "", text) }

// broken reports an inconsistency (code 14).
func (c *ruling) broken(pointer, value, text string) { c.add(CodeRuleViolation, pointer, value, text) }

// notAllowed reports an element that may not stand there (code 15).
func (c *ruling) notAllowed(pointer, value, text string) {
	c.add(CodeNotAllowed, pointer, value, text)
}

// require reports a missing element when it is required and absent, a surplus one when it is present though forbidden.
func (c *ruling) require(required, present bool, pointer, value, missingText, surplusText string) {
	switch {
	case required && !present:
		c.missing(pointer, missingText)
	case !required && present:
		c.notAllowed(pointer, value, surplusText)
	}
}

// atItem is a goods item with its place in the document.
type atItem struct {
	*ConsignmentItem
	house   *HouseConsignment
	pointer string
}

const (
	operationAt   = "/transitOperation"
	consignmentAt = "/consignment"
)

func houseAt(i int) string         { return consignmentAt + "/houseConsignments/" + strconv.Itoa(i) }
func transitOfficeAt(i int) string { return "/customsOfficesOfTransitDeclared/" + strconv.Itoa(i) }
func exitOfficeAt(i int) string {
	return "/customsOfficesOfExitForTransit/" + strconv.Itoa(i)
}
func guaranteeAt(i int) string { return "/guarantees/" + strconv.Itoa(i) }
func equipmentAt(i int) string { return consignmentAt + "/transportEquipment/" + strconv.Itoa(i) }

// items calls f for every goods item in document order.
func (c *ruling) items(f func(atItem)) {
	for i := range c.std.Consignment.HouseConsignments {
		c.itemsOf(i, f)
	}
}

func (c *ruling) itemsOf(house int, f func(atItem)) {
	h := &c.std.Consignment.HouseConsignments[house]
	for j := range h.ConsignmentItems {
		f(atItem{&h.ConsignmentItems[j], h, houseAt(house) + "/consignmentItems/" + strconv.Itoa(j)})
	}
}

// measure returns the quantities of an item; an item without them has empty ones.
func (it atItem) measure() GoodsMeasure {
	if it.Commodity.GoodsMeasure == nil {
		return GoodsMeasure{}
	}
	return *it.Commodity.GoodsMeasure
}

// visit calls f with the pointer and the address of every group and every list of groups in the document, outermost first.
func (d *document) visit(f func(pointer string, node any)) {
	if d.nodes == nil {
		visitGroup("", reflect.ValueOf(d.std).Elem(), Schema(), func(pointer string, at any) {
			d.nodes = append(d.nodes, node{pointer, at})
		})
	}
	for _, n := range d.nodes {
		f(n.pointer, n.at)
	}
}

func visitGroup(pointer string, v reflect.Value, group *Element, f func(string, any)) {
	f(pointer, v.Addr().Interface())
	for _, e := range group.Children {
		if e.Children == nil {
			continue
		}
		at, field := pointer+"/"+e.JSON, v.Field(e.Field)
		switch {
		case e.List:
			f(at, field.Addr().Interface())
			for i := range field.Len() {
				visitGroup(at+"/"+strconv.Itoa(i), field.Index(i), e, f)
			}
		case field.Kind() != reflect.Pointer:
			visitGroup(at, field, e, f)
		case !field.IsNil():
			visitGroup(at, field.Elem(), e, f)
		}
	}
}

// isZero tells whether a decimal is a number equal to nothing; an absent or malformed one is not.
func isZero(d Decimal) bool {
	_, err := ParseDecimal(string(d))
	return err == nil && !d.Positive()
}

// less compares two decimals; absent or malformed ones compare as not less, their form being reported elsewhere.
func less(a, b Decimal) bool {
	order, err := a.Cmp(b)
	return err == nil && order < 0
}

func oneOf(s string, values ...string) bool {
	for _, v := range values {
		if s == v {
			return true
		}
	}
	return false
}

func (c *ruling) preLodged() bool {
	return c.std.TransitOperation.AdditionalDeclarationType == AdditionalPreLodged
}

func (c *ruling) isTIR() bool { return c.std.TransitOperation.DeclarationType == DeclarationTIR }

func (c *ruling) authorised(kind string) bool {
	for _, a := range c.std.Authorisations {
		if a.Type == kind {
			return true
		}
	}
	return false
}

// Authorisations that rules name (CL235).
const (
	authorisedConsignor = "C521"
	authorisedSeals     = "C523"
	reducedDataset      = "C524"
)

// previousExport is the previous document of goods that come from an export procedure.
const previousExport = "N830"

func hasExport(h *HouseConsignment) bool {
	for _, d := range h.PreviousDocuments {
		if d.Type == previousExport {
			return true
		}
	}
	return false
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
