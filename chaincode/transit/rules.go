package transit

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
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
	// Pack names the rule pack (see [RulePacks]) that a country applies on the day of the declaration. Without it, and for a
	// country of which it knows none, [DefaultPack] applies.
	Pack func(country string) string
	// Registered finds what the register of an operator's country says of it; nil when it is not in a register.
	Registered func(number string) *Operator
}

// Rule is one rule or condition of logic control.
type Rule struct {
	// ID is the number in the NCTS specification (R0223, C0060, ...), "CL" for the code lists, STDnn for a rule of the single
	// transit document itself, NATnn for one that countries have made.
	ID string `json:"id"`
	// Title names the rule in a few words.
	Title string `json:"title"`
	// Text says in our words what the source demands, and how it is read for a document of any country.
	Text string `json:"text"`

	check func(*ruling)
}

// Check applies this rule alone.
func (r Rule) Check(std *STD, ctx RuleContext) []Violation {
	return r.apply(newDocument(std, ctx), ctx)
}

func (r Rule) apply(d *document, ctx RuleContext) []Violation {
	c := &ruling{document: d, findings: findings{rule: r.ID}, ctx: ctx}
	r.check(c)
	return c.found
}

// Rules is the table of logic control of the [DefaultPack], in the order in which [Check] applies it.
func Rules() []Rule { return RulesOf(DefaultPack) }

// commonRules are the rules that every pack starts from.
func commonRules() []Rule {
	return slices.Concat(
		codeRules(), operationRules(), officeRules(), partyRules(), guaranteeRules(), givenRules(), transportRules(), placeRules(),
		equipmentRules(), levelRules(), goodsRules(), numberRules(), registerRules(),
	)
}

// Check applies format control ([STD.CheckFormat]) and logic control to a declaration and returns every violation: those of
// the format first, then rule by rule in the order of [Rules], inside a rule in the order of the document. It never stops at
// the first but after [MaxViolations] of the format or of one rule, and the same document in the same context always gives
// the same violations.
//
// A rule is applied when any country of the route has it in its pack, so that nothing is accepted at departure which an
// office on the way would have to refuse. Codes are looked up at the day of the ledger's time, without it at the
// day on which the message was prepared.
//
// Rules that depend on the state of a movement are applied by its procedure: see [CheckAmendment], [CheckRelease],
// [CheckPresentation], [CheckIncident] and [CheckUnloading].
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
	d, packs := newDocument(std, ctx), packsOfRoute(std, ctx)
	seen := map[Violation]bool{}
	for _, rule := range packTable().rules {
		if rule.packs&packs == 0 {
			continue
		}
		for _, v := range rule.apply(d, ctx) {
			// A value of the wrong form is not in its code list either, and two packs may read one rule in two ways: once is enough.
			if rule.ID == ruleCodeLists && malformed[v.Pointer] || rule.shared && seen[v] {
				continue
			}
			if rule.shared {
				seen[v] = true
			}
			found = append(found, v)
		}
	}
	return found
}

// document is a declaration with the places of its groups, found once for all rules.
type document struct {
	std   *STD
	day   Date // of the declaration, for the code lists
	nodes []node
	items []atItem
}

func newDocument(std *STD, ctx RuleContext) *document {
	d := &document{std: std}
	if !ctx.Now.IsZero() {
		d.day = DateOf(ctx.Now)
	} else if prepared, err := std.Message.PreparationDateAndTime.Parse(); err == nil {
		d.day = DateOf(prepared)
	}
	for i := range std.Consignment.HouseConsignments {
		h := &std.Consignment.HouseConsignments[i]
		at := houseAt(i) + "/consignmentItems/"
		for j := range h.ConsignmentItems {
			d.items = append(d.items, atItem{&h.ConsignmentItems[j], h, i, at + strconv.Itoa(j)})
		}
	}
	return d
}

// node is a group, or a list of groups, with its pointer.
type node struct {
	pointer string
	at      any // the address of the struct or slice
}

// ruling is one rule at work on one document.
type ruling struct {
	*document
	findings

	ctx RuleContext
}

// atItem is a goods item with its place in the document.
type atItem struct {
	*ConsignmentItem
	house   *HouseConsignment
	inHouse int // index of the house
	pointer string
}

// measureAt points to a quantity of an item, to the place of all of them when the item has none.
func (it atItem) measureAt(field string) string {
	at := it.pointer + "/commodity/goodsMeasure"
	if it.Commodity.GoodsMeasure == nil {
		return at
	}
	return at + "/" + field
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

// eachItem calls f for every goods item in document order.
func (d *document) eachItem(f func(atItem)) {
	for _, it := range d.items {
		f(it)
	}
}

// eachHouse calls f for every house with its goods items.
func (d *document) eachHouse(f func(i int, items []atItem)) {
	from := 0
	for i := range d.std.Consignment.HouseConsignments {
		to := from + len(d.std.Consignment.HouseConsignments[i].ConsignmentItems)
		f(i, d.items[from:to])
		from = to
	}
}

// measure returns the quantities of an item; an item without them has empty ones.
func (it atItem) measure() GoodsMeasure {
	if it.Commodity.GoodsMeasure == nil {
		return GoodsMeasure{}
	}
	return *it.Commodity.GoodsMeasure
}

// visit calls f with the pointer and the address of every group and every list of groups in the document that is there,
// outermost first.
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
		switch field := v.Field(e.Field); {
		case e.List && field.Len() > 0:
			visitList(pointer+"/"+e.JSON, field, e, f)
		case e.List:
		case field.Kind() != reflect.Pointer:
			visitGroup(pointer+"/"+e.JSON, field, e, f)
		case !field.IsNil():
			visitGroup(pointer+"/"+e.JSON, field.Elem(), e, f)
		}
	}
}

func visitList(pointer string, list reflect.Value, e *Element, f func(string, any)) {
	f(pointer, list.Addr().Interface())
	for i := range list.Len() {
		visitGroup(pointer+"/"+strconv.Itoa(i), list.Index(i), e, f)
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
