package transit

import (
	"slices"
	"strconv"
	"sync"
)

// Specifications drift: phase 6 of NCTS follows phase 5, and a country has demands of its own. A rule pack is a named
// selection and variation of the common rules; the registry says which country applies which pack from which day on, and a
// declaration must satisfy the packs of all countries of its route. Packs are part of the program, so that every peer
// judges alike; the registry only names them.
//
// No pack leaves out what the ledger itself stands on (see standing): the itinerary, the offices, the guarantees and the numbering.

// Names of the rule packs.
const (
	PackNCTS5           = "ncts-p5"
	PackNCTS5Transition = "ncts-p5-transition"
	PackNCTS6           = "ncts-p6"
	PackNavigationSeals = "navigation-seals"
)

// DefaultPack is the pack of a country for which none is chosen.
const DefaultPack = PackNCTS5

// RulePack is a named selection and variation of the rules of logic control.
type RulePack struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	// Text says where the pack belongs.
	Text string `json:"text"`
	// Changes are the differences from the common rules.
	Changes []PackChange `json:"changes,omitempty"`
}

// PackChange is one difference of a pack from the common rules.
type PackChange struct {
	// Without is the number of the common rule that is not applied, "" for a rule that is only added.
	Without string `json:"without,omitempty"`
	// Source is the rule of the specification that demands the change.
	Source string `json:"source"`
	// Rule is the rule that takes its place or is added, nil for none.
	Rule *Rule `json:"rule,omitempty"`
}

// RulePacks lists the packs in a fixed order, the [DefaultPack] first. The registry accepts these names and no others.
func RulePacks() []RulePack { return slices.Clone(packTable().packs) }

// HasRulePack tells whether a pack of that name exists.
func HasRulePack(name string) bool {
	return slices.ContainsFunc(packTable().packs, func(p RulePack) bool { return p.Name == name })
}

// RulesOf lists the rules of a pack in the order in which they are applied; nil for an unknown pack.
func RulesOf(pack string) []Rule {
	bit, known := packTable().bits[pack]
	if !known {
		return nil
	}
	var rules []Rule
	for _, r := range packTable().rules {
		if r.packs&bit != 0 {
			rules = append(rules, r.Rule)
		}
	}
	return rules
}

// AllRules lists the rules of all packs in the order in which they are applied, variants of one number after each other.
func AllRules() []Rule {
	rules := make([]Rule, len(packTable().rules))
	for i, r := range packTable().rules {
		rules[i] = r.Rule
	}
	return rules
}

// packSet is a set of packs, one bit each.
type packSet uint

// packedRule is a rule with the packs that apply it.
type packedRule struct {
	Rule

	packs packSet
	// shared tells that another rule has the same number, so that both may find the same.
	shared bool
}

type packs struct {
	packs []RulePack
	bits  map[string]packSet
	rules []packedRule
}

var packTable = sync.OnceValue(func() *packs {
	t := &packs{packs: []RulePack{ncts5(), ncts5Transition(), ncts6(), navigationSeals()}, bits: map[string]packSet{}}
	var every packSet
	for i, p := range t.packs {
		t.bits[p.Name] = 1 << i
		every |= 1 << i
	}
	for _, rule := range commonRules() {
		common, variants := packedRule{Rule: rule, packs: every}, []packedRule(nil)
		for _, p := range t.packs {
			for _, change := range p.Changes {
				if change.Without != rule.ID {
					continue
				}
				common.packs &^= t.bits[p.Name]
				if change.Rule != nil {
					same := change.Rule.ID == rule.ID
					common.shared = common.shared || same
					variants = append(variants, packedRule{Rule: *change.Rule, packs: t.bits[p.Name], shared: same})
				}
			}
		}
		t.rules = append(append(t.rules, common), variants...)
	}
	for _, p := range t.packs {
		for _, change := range p.Changes {
			if change.Without == "" {
				t.rules = append(t.rules, packedRule{Rule: *change.Rule, packs: t.bits[p.Name]})
			}
		}
	}
	return t
})

// packsOfRoute are the packs of all countries that have an office on the route, of departure, transit, exit or destination.
func packsOfRoute(std *STD, ctx RuleContext) packSet {
	countries := []string{OfficeCountry(std.DepartureOffice.ReferenceNumber)}
	for _, o := range std.TransitOffices {
		countries = append(countries, OfficeCountry(o.ReferenceNumber))
	}
	for _, o := range std.ExitOffices {
		countries = append(countries, OfficeCountry(o.ReferenceNumber))
	}
	return packsOfCountries(append(countries, OfficeCountry(std.DestinationOffice.ReferenceNumber)), ctx)
}

// packsOfCountries are the packs that countries apply; each country is asked once.
func packsOfCountries(countries []string, ctx RuleContext) packSet {
	bits := packTable().bits
	if ctx.Pack == nil {
		return bits[DefaultPack]
	}
	asked := map[string]bool{}
	var set packSet
	for _, country := range countries {
		if asked[country] {
			continue
		}
		asked[country] = true
		bit, known := bits[ctx.Pack(country)]
		if !known {
			bit = bits[DefaultPack]
		}
		set |= bit
	}
	return set
}

// CheckDetour holds a declaration whose goods are under way against what countries demand that were not on its route: the rules that
// their packs have and the packs of the declared route have not. What the route was held against is not tried again. It tells the
// office of departure what a diversion would mean; goods that have met an office are not stopped by it.
func CheckDetour(std *STD, ctx RuleContext, countries []string) []Violation {
	presented := *std
	presented.TransitOperation.AdditionalDeclarationType = AdditionalStandard
	declared, further := packsOfRoute(std, ctx), packsOfCountries(countries, ctx)
	d := newDocument(&presented, ctx)
	var found []Violation
	for _, rule := range packTable().rules {
		if rule.packs&declared == 0 && rule.packs&further != 0 {
			found = append(found, rule.apply(d, ctx)...)
		}
	}
	return found
}

func ncts5() RulePack {
	return RulePack{
		Name: PackNCTS5, Title: "NCTS phase 5",
		Text: "The common rules: phase 5 of NCTS after its transitional period, and what the ledger adds. Countries without a choice have it.",
	}
}

// ncts5Transition relaxes what phase 5 relaxed for messages that come from systems of phase 4. Its constraints that forbid
// what other countries demand (B1848, B1965, B1895) are left out: no document could satisfy both.
func ncts5Transition() RulePack {
	without := func(rule, source string) PackChange { return PackChange{Without: rule, Source: source} }
	return RulePack{
		Name: PackNCTS5Transition, Title: "NCTS phase 5, transitional period",
		Text: "For a country whose own system still has the data of phase 4: rules on packages, masses, seals and writing that phase 5" +
			" suspended in its transitional period are not applied. Another country on the route may still apply them.",
		Changes: []PackChange{
			without("R0076", "B1811"), without("R0473", "B1815"), without("R0219", "B1819"), without("R0106", "B1832"),
			without("C0153", "B1834"), without("R0221", "B1860"), without("R0223", "B1862"), without("R0994", "B1908"),
			without("R0107", "B1911"), without("R0983", "B1912"), without("R0220", "B1919"), without("R0364", "B1964"),
			{Without: "C0837", Source: "B1805", Rule: &Rule{"B1805", "net mass in the transitional period",
				"The net mass is left out of a reduced data set and optional else, also for goods that come from export.", checkB1805}},
			{Without: "R0855", Source: "B1890", Rule: &Rule{"B1890", "number of means at departure in the transitional period",
				"Road transport has at most three means at departure for the consignment, any other mode one, rail included.", checkB1890}},
		},
	}
}

func ncts6() RulePack {
	return RulePack{
		Name: PackNCTS6, Title: "NCTS phase 6",
		Text: "For a country whose system exchanges the messages of phase 6, which have no place for some elements of phase 5 and demand others.",
		Changes: []PackChange{
			{Without: "C0909", Source: "C0909", Rule: &Rule{"C0909", "country of dispatch",
				"The country of dispatch is stated for the consignment, or for each house, or for each item, never twice.", checkC0909Strict}},
			{Without: "B2101", Source: "B2101", Rule: everythingGiven()},
			{Source: "B2400", Rule: &Rule{"B2400", "elements of items that ended",
				"After the transitional period a goods item has no consignee, transport documents or transport charges of its own:" +
					" they stand with its house or the consignment.", checkB2400}},
		},
	}
}

func navigationSeals() RulePack {
	return RulePack{
		Name: PackNavigationSeals, Title: "navigation seals",
		Text: "National variant, for countries where goods in transit travel under navigation seals: nothing crosses unsealed.",
		Changes: []PackChange{{Source: "national", Rule: &Rule{"NAT01", "everything sealed",
			"Goods that are presented are in transport equipment, and every equipment has at least one seal, whoever declares them.", checkNAT01}}},
	}
}

// standing are the rules that no pack leaves out: the record of the movement is made from what they hold.
func standing() []string {
	return []string{
		ruleCodeLists, "C0030", "G0142", "R0006", "R0003", "R0103", "R0901", "CL171", "CL172", "CL173", "CL174", "STD01", "STD02", "STD03",
		"STD04", "STD05", "STD06", "C0085", "C0086", "C0130", "B2101", "R0028", "R0318", "R0900", "C0411", "C0904", "C0250", "R0860",
		"C0569", "R0987", "R0988", "R0007", "C0839",
	}
}

func checkC0909Strict(c *ruling) { c.oneLevel(dispatch(), true) }

func checkB1805(c *ruling) {
	if !c.std.TransitOperation.ReducedDatasetIndicator.Set() {
		return
	}
	c.eachItem(func(it atItem) {
		if net := it.measure().NetMass; net != "" {
			c.notAllowed(it.measureAt("netMass"), string(net), "leave out the net mass: the data set is reduced")
		}
	})
}

func checkB1890(c *ruling) {
	most, text := 1, "give one means of transport at departure, as the inland mode of transport is not road (3)"
	if c.std.Consignment.InlandModeOfTransport == "3" {
		most, text = 3, tooManyOnRoad
	}
	if n := len(c.std.Consignment.DepartureTransportMeans); n > most {
		c.broken(consignmentAt+"/departureTransportMeans", strconv.Itoa(n), text)
	}
}

func checkB2400(c *ruling) {
	c.eachItem(func(it atItem) {
		for _, e := range []struct {
			field, name string
			present     bool
		}{
			{"consignee", "consignee", it.Consignee != nil},
			{"transportDocuments", "transport documents", len(it.TransportDocuments) > 0},
			{"transportCharges", "transport charges", it.TransportCharges != nil},
		} {
			if e.present {
				c.notAllowed(it.pointer+"/"+e.field, "", "give the "+e.name+" with the house or the consignment: phase 6 has none for an item")
			}
		}
	})
}

func checkNAT01(c *ruling) {
	if c.preLodged() {
		return
	}
	equipment := c.std.Consignment.TransportEquipment
	if len(equipment) == 0 {
		c.missing(consignmentAt+"/transportEquipment",
			"give the sealed equipment in which the goods travel: a country of the route lets nothing pass unsealed")
	}
	for i := range equipment {
		if sealCount(&equipment[i]) == 0 {
			c.broken(equipmentAt(i)+"/numberOfSeals", "0", "seal this equipment: a country of the route lets nothing pass unsealed")
		}
	}
}
