package transit

import "strconv"

func equipmentRules() []Rule {
	return []Rule{
		{"C0822", "container indicator",
			"The container indicator is given unless the goods are not presented yet.", checkC0822},
		{"C0823", "transport equipment",
			"Goods in containers need transport equipment; without a container indicator there is none.", checkC0823},
		{"C0055", "container numbers",
			"Without containers (indicator 0) no equipment has a container number; with them at least one does.", checkC0055},
		{"C0569", "seals", "Equipment with seals lists them, equipment without lists none.", checkC0569},
		{"R0106", "number of seals", "The number of seals is the number of those listed.", checkR0106},
		{"R0107", "seals unique", "No seal is listed twice in the declaration.", checkR0107},
		{"R0448", "equipment without container or seals",
			"Equipment that is no container has at least one seal.", checkR0448},
		{"R0165", "seals under authorisation",
			"An authorised consignor (C521) with an authorisation for seals (C523) has sealed every equipment.", checkR0165},
		{"C0670", "goods in several equipments",
			"With more than one equipment each says which goods items it holds.", checkC0670},
		{"STD06", "goods references", "A goods reference names a goods item of the declaration.", checkGoodsReferences},
		{"ISO6346", "check digit of the container",
			"A container number of the form of ISO 6346 has the right check digit. Other markings are taken as they are.", checkContainers},
	}
}

func checkC0822(c *ruling) {
	if c.std.Consignment.ContainerIndicator == "" && !c.preLodged() {
		c.missing(consignmentAt+"/containerIndicator", "set containerIndicator to 1 for goods in containers, else to 0")
	}
}

func checkC0823(c *ruling) {
	const at = consignmentAt + "/transportEquipment"
	switch n := len(c.std.Consignment.TransportEquipment); c.std.Consignment.ContainerIndicator {
	case FlagYes:
		if n == 0 {
			c.missing(at, "give the containers as transport equipment, or set containerIndicator to 0")
		}
	case "":
		if n > 0 {
			c.notAllowed(at, "", "set containerIndicator, or leave out the transport equipment")
		}
	}
}

func checkC0055(c *ruling) {
	numbered := false
	for i, e := range c.std.Consignment.TransportEquipment {
		if e.ContainerIdentificationNumber == "" {
			continue
		}
		numbered = true
		if c.std.Consignment.ContainerIndicator == FlagNo {
			c.notAllowed(equipmentAt(i)+"/containerIdentificationNumber", e.ContainerIdentificationNumber,
				"leave out the container number, or set containerIndicator to 1")
		}
	}
	if c.std.Consignment.ContainerIndicator.Set() && !numbered && len(c.std.Consignment.TransportEquipment) > 0 {
		c.missing(equipmentAt(0)+"/containerIdentificationNumber", "give at least one container number, or set containerIndicator to 0")
	}
}

func sealCount(e *TransportEquipment) int {
	if e.NumberOfSeals == nil {
		return 0
	}
	return *e.NumberOfSeals
}

// equipment calls f for each equipment of the declaration.
func (c *ruling) equipment(f func(at string, e *TransportEquipment)) {
	for i := range c.std.Consignment.TransportEquipment {
		f(equipmentAt(i), &c.std.Consignment.TransportEquipment[i])
	}
}

func checkC0569(c *ruling) {
	c.equipment(func(at string, e *TransportEquipment) { c.sealsListed(at, sealCount(e), e.Seals) })
}

func checkR0106(c *ruling) {
	c.equipment(func(at string, e *TransportEquipment) { c.sealsCounted(at, sealCount(e), e.Seals) })
}

func checkR0107(c *ruling) {
	seen := map[string]bool{}
	c.equipment(func(at string, e *TransportEquipment) { c.sealsUnique(at, e.Seals, seen) })
}

func checkR0448(c *ruling) {
	for i, e := range c.std.Consignment.TransportEquipment {
		if e.ContainerIdentificationNumber == "" && e.NumberOfSeals != nil && *e.NumberOfSeals == 0 {
			c.broken(equipmentAt(i)+"/numberOfSeals", "0", "give the seals of this equipment, or its container number, or leave it out")
		}
	}
}

func checkR0165(c *ruling) {
	// Cited, or held by what the register says: the rule asks what the authorisation foresees.
	if !c.authorised(authorisedConsignor) || !c.authorised(authorisedSeals) && !c.holds(c.registered(), authorisedSeals, "") {
		return
	}
	for i, e := range c.std.Consignment.TransportEquipment {
		if e.NumberOfSeals != nil && *e.NumberOfSeals == 0 {
			c.broken(equipmentAt(i)+"/numberOfSeals", "0", "seal this equipment and give its seals, as the authorisation C523 demands")
		}
	}
}

func checkC0670(c *ruling) {
	if len(c.std.Consignment.TransportEquipment) < 2 {
		return
	}
	for i, e := range c.std.Consignment.TransportEquipment {
		if len(e.GoodsReferences) == 0 {
			c.missing(equipmentAt(i)+"/goodsReferences", "say which goods items this equipment holds, as there are several")
		}
	}
}

func checkGoodsReferences(c *ruling) {
	known := map[int]bool{}
	c.eachItem(func(it atItem) { known[it.DeclarationGoodsItemNumber] = true })
	for i, e := range c.std.Consignment.TransportEquipment {
		for j, r := range e.GoodsReferences {
			if r.DeclarationGoodsItemNumber != 0 && !known[r.DeclarationGoodsItemNumber] {
				c.broken(equipmentAt(i)+"/goodsReferences/"+strconv.Itoa(j)+"/declarationGoodsItemNumber", strconv.Itoa(r.DeclarationGoodsItemNumber),
					"name a goods item of this declaration by its declarationGoodsItemNumber")
			}
		}
	}
}

func checkContainers(c *ruling) {
	c.equipment(func(at string, e *TransportEquipment) { c.containerDigit(at, e.ContainerIdentificationNumber) })
}
