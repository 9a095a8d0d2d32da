package transit

// ruleCodeLists is the id of the rule that holds codes against their lists. Its violations name the list (CL251, ...).
const ruleCodeLists = "CL"

func codeRules() []Rule {
	return []Rule{{
		ID: ruleCodeLists, Title: "code lists",
		Text: "Every coded value is in its list, and valid there on the day of the declaration. Types of authorisations, of previous," +
			" supporting and transport documents and of" +
			" additional references are national matters outside the Union, so only their form is checked; of UN/LOCODE, HS" +
			" sub-headings and UN numbers only the form, since the lists change more often than the ledger's rules.",
		check: checkCodes,
	}}
}

func checkCodes(c *ruling) {
	c.visit(func(at string, node any) {
		c.found = append(c.found, codeViolations(at, codedFields(node), c.day)...)
	})
}

// codeViolations holds the coded fields of one group against their lists.
func codeViolations(at string, fields []coded, day Date) []Violation {
	var found []Violation
	for _, f := range fields {
		if f.value == "" {
			continue
		}
		if number, text := f.problem(day); text != "" {
			found = append(found, Violation{
				Code: CodeListViolation, Pointer: at + "/" + f.field, Rule: number, Value: clip(f.value), Text: text,
			})
		}
	}
	return found
}

// coded is a field with the list its value must be in, or the form it must have.
type coded struct {
	field, value string
	list         *CodeList
	number       string // of the list, where only the form is checked
	form         func(string) error
}

// problem says what to correct, and names the list; nothing when the value is right.
func (f coded) problem(day Date) (number, text string) {
	if f.form != nil {
		if err := f.form(f.value); err != nil {
			return f.number, err.Error()
		}
		return "", ""
	}
	if f.list.HasOn(f.value, day) {
		return "", ""
	}
	number = f.list.ID()
	text = "give a code of the list of " + f.list.Info().Title + " (" + number + ")"
	if few := f.list.short(day); few != "" {
		text += ": " + few
	}
	return number, text
}

func listed(field, value string, list *CodeList) coded {
	return coded{field: field, value: value, list: list}
}

func formed(field, value, number string, form func(string) error) coded {
	return coded{field: field, value: value, number: number, form: form}
}

func country(field, value string) coded { return listed(field, value, Countries()) }

// codedFields lists the coded fields of a group. The two halves keep each list short enough to read.
func codedFields(node any) []coded {
	if fields := codedHeaderFields(node); fields != nil {
		return fields
	}
	return codedGoodsFields(node)
}

func codedHeaderFields(node any) []coded {
	switch n := node.(type) {
	case *TransitOperation:
		return []coded{
			listed("declarationType", n.DeclarationType, DeclarationTypes()),
			listed("additionalDeclarationType", n.AdditionalDeclarationType, AdditionalDeclarationTypes()),
			listed("security", n.Security, SecurityCodes()),
			listed("specificCircumstanceIndicator", n.SpecificCircumstanceIndicator, SpecificCircumstances()),
		}
	case *Representative:
		return []coded{listed("status", n.Status, RepresentativeStatuses())}
	case *DeclaredGuarantee:
		return []coded{listed("guaranteeType", n.GuaranteeType, GuaranteeTypes())}
	case *DeclaredReference:
		return []coded{listed("currency", n.Currency, Currencies())}
	case *Address:
		return []coded{country("country", n.Country)}
	case *PostcodeAddress:
		return []coded{country("country", n.Country)}
	case *SupplyChainActor:
		return []coded{listed("role", n.Role, SupplyChainRoles())}
	case *CountryOfRouting:
		return []coded{country("country", n.Country)}
	}
	return nil
}

func codedGoodsFields(node any) []coded {
	switch n := node.(type) {
	case *Consignment:
		return []coded{
			country("countryOfDispatch", n.CountryOfDispatch), country("countryOfDestination", n.CountryOfDestination),
			listed("inlandModeOfTransport", n.InlandModeOfTransport, TransportModes()),
			listed("modeOfTransportAtTheBorder", n.ModeOfTransportAtTheBorder, TransportModes()),
		}
	case *HouseConsignment:
		return []coded{country("countryOfDispatch", n.CountryOfDispatch), country("countryOfDestination", n.CountryOfDestination)}
	case *ConsignmentItem:
		return []coded{
			country("countryOfDispatch", n.CountryOfDispatch), country("countryOfDestination", n.CountryOfDestination),
			listed("declarationType", n.DeclarationType, ItemDeclarationTypes()),
		}
	case *CommodityCode:
		return []coded{formed("harmonizedSystemSubHeadingCode", n.HarmonizedSystemSubHeadingCode, "CL152", ValidateHS6)}
	case *DangerousGoods:
		return []coded{formed("unNumber", n.UNNumber, "CL101", validateUNNumber)}
	case *Packaging:
		return []coded{listed("typeOfPackages", n.TypeOfPackages, PackageTypes())}
	case *ItemPreviousDocument:
		return []coded{listed("typeOfPackages", n.TypeOfPackages, PackageTypes())}
	case *TransportCharges:
		return []coded{listed("methodOfPayment", n.MethodOfPayment, PaymentMethods())}
	}
	return codedTransportFields(node)
}

func codedTransportFields(node any) []coded {
	switch n := node.(type) {
	case *TransportMeans:
		return []coded{
			listed("typeOfIdentification", n.TypeOfIdentification, TransportIDTypes()), country("nationality", n.Nationality),
		}
	case *HouseTransportMeans:
		return []coded{
			listed("typeOfIdentification", n.TypeOfIdentification, TransportIDTypes()), country("nationality", n.Nationality),
		}
	case *BorderTransportMeans:
		return []coded{
			listed("typeOfIdentification", n.TypeOfIdentification, ActiveTransportIDTypes()), country("nationality", n.Nationality),
		}
	case *LocationOfGoods:
		return []coded{
			listed("typeOfLocation", n.TypeOfLocation, LocationTypes()),
			listed("qualifierOfIdentification", n.QualifierOfIdentification, LocationQualifiers()),
			formed("unLocode", n.UNLocode, "CL244", ValidateUNLocode),
		}
	case *Place:
		return []coded{formed("unLocode", n.UNLocode, "CL244", ValidateUNLocode), country("country", n.Country)}
	}
	return nil
}

func validateUNNumber(s string) error {
	return asError(checkLayout("UN number", s, span{4, classDigit()}))
}
