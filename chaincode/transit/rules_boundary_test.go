package transit

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// brokenBy lists the rules that a changed declaration breaks, each once.
func brokenBy(change func(*STD)) map[string]bool {
	s := declaration()
	change(s)
	rules := map[string]bool{}
	for _, v := range Check(s, testContext()) {
		rules[v.Rule] = true
	}
	return rules
}

// What a guarantee type asks for, in the words of C0085, C0086, C0130 and R0900.
func TestWhatEachGuaranteeTypeAsksFor(t *testing.T) {
	for _, e := range GuaranteeTypes().Entries() {
		kind := e.Code
		reference := strings.Contains("0123459", kind)
		grn := strings.Contains("01249", kind)
		with := func(references, numbers bool, other string) map[string]bool {
			return brokenBy(func(s *STD) {
				g := &s.Guarantees[0]
				g.GuaranteeType, g.OtherGuaranteeReference = kind, other
				if kind == GuaranteeVoucher {
					referenceOf(s).GRN = "23XI0000010000199V509498"
				}
				if !numbers {
					referenceOf(s).GRN, referenceOf(s).AccessCode = "", ""
				}
				if !references {
					g.GuaranteeReferences = nil
				}
			})
		}
		require.Equal(t, !reference, with(true, grn, "")["C0085"], "type %s with a reference", kind)
		require.Equal(t, reference, with(false, false, "")["C0085"], "type %s without", kind)
		if reference {
			require.Equal(t, !grn, with(true, true, "")["C0086"], "type %s with a GRN", kind)
			require.Equal(t, grn, with(true, false, "")["C0086"], "type %s without", kind)
		}
		require.Equal(t, kind == "8", with(reference, grn, "")["C0130"], "type %s without another reference", kind)
		require.Equal(t, kind != "8" && kind != "3", with(reference, grn, "R")["C0130"], "type %s with one", kind)
		require.Equal(t, kind == "B" || kind == "J", with(reference, grn, "")["R0900"], "type %s", kind)
		require.Equal(t, kind != "B", brokenBy(func(s *STD) { tir(s); s.Guarantees[0].GuaranteeType = kind })["R0900"], "type %s under TIR", kind)
	}
}

func TestWhatSecurityAsksFor(t *testing.T) {
	for security, data := range map[string]bool{"0": false, "1": true, "2": true, "3": true} {
		set := func(change func(*STD)) map[string]bool {
			return brokenBy(func(s *STD) { s.TransitOperation.Security = security; change(s) })
		}
		require.Equal(t, data, set(unrouted)["C0586"], "security %s without countries of routing", security)
		byAir := func(s *STD) { s.Consignment.ModeOfTransportAtTheBorder = "4" }
		require.Equal(t, data, set(byAir)["C0531"], "security %s by air", security)
		require.False(t, set(func(*STD) {})["C0531"], "security %s by road", security)
		for additional, presented := range map[string]bool{AdditionalStandard: true, AdditionalPreLodged: false} {
			without := set(func(s *STD) {
				s.TransitOperation.AdditionalDeclarationType = additional
				s.Consignment.ModeOfTransportAtTheBorder, s.Consignment.ActiveBorderTransportMeans = "", nil
			})
			require.Equal(t, security == "2" && presented, without["C0599"], "security %s, type %s", security, additional)
			require.Equal(t, security == "2" && presented, without["C0806"], "security %s, type %s", security, additional)
		}
		reducedToo := func(s *STD) { reduced(s); s.Consignment.Consignor = &Party{IdentificationNumber: "CN1"} }
		require.Equal(t, security == "0", set(reducedToo)["C0542"], "security %s, reduced data set", security)
	}
}

func TestIdentificationsInCapitals(t *testing.T) {
	for _, e := range TransportIDTypes().Entries() {
		departure := brokenBy(func(s *STD) {
			m := &s.Consignment.DepartureTransportMeans[0]
			m.TypeOfIdentification, m.IdentificationNumber = e.Code, "ab"
		})
		require.Equal(t, oneOf(e.Code, "10", "20", "21", "30", "31", "40", "41", "80"), departure["R0473"], "departure, type %s", e.Code)
		border := brokenBy(func(s *STD) {
			m := &s.Consignment.ActiveBorderTransportMeans[0]
			m.TypeOfIdentification, m.IdentificationNumber = e.Code, "ab"
		})
		require.Equal(t, oneOf(e.Code, "10", "21", "30", "40", "41", "80"), border["R0076"], "border, type %s", e.Code)
	}
}

func TestTheInlandModeDecidesOnMeans(t *testing.T) {
	kinds := map[string]string{"1": "10", "2": "20", "3": "30", "4": "41", "8": "80"}
	for _, e := range append(TransportModes().Entries(), CodeEntry{}) {
		mode := e.Code
		first, bound := kinds[mode]
		if !bound {
			first = "30"
		}
		means := func(atHouse bool, list ...string) map[string]bool {
			return brokenBy(func(s *STD) {
				s.Consignment.InlandModeOfTransport = mode
				departureMeansOf(s, list...)
				if atHouse {
					for _, m := range s.Consignment.DepartureTransportMeans {
						h := &s.Consignment.HouseConsignments[0]
						h.DepartureTransportMeans = append(h.DepartureTransportMeans, HouseTransportMeans(m))
					}
					s.Consignment.DepartureTransportMeans = nil
				}
			})
		}
		for _, atHouse := range []bool{false, true} {
			require.Equal(t, bound, means(atHouse, "99")["R0472"], "mode %q with an unknown type", mode)
			require.False(t, means(atHouse, first)["R0472"], "mode %q with type %s", mode, first)
			require.False(t, means(atHouse, first)["R0855"], "mode %q, one", mode)
			require.Equal(t, !oneOf(mode, "2", "3", "5"), means(atHouse, first, first)["R0855"], "mode %q, two", mode)
			require.Equal(t, !oneOf(mode, "2", "5"), means(atHouse, first, first, first, first)["R0855"], "mode %q, four", mode)
			require.Equal(t, mode == "5", means(atHouse, first)["C0826"], "mode %q", mode)
			require.Equal(t, mode == "3", means(atHouse, "31")["R0474"], "mode %q, trailer first", mode)
			require.Equal(t, mode == "3", means(atHouse, first, "31", "30")["R0476"], "mode %q, vehicle last", mode)
			require.False(t, means(atHouse, first, "31", "31")["R0476"], "mode %q, trailers", mode)
		}
	}
}

func TestDeclarationTypesAndOfficesOfTransit(t *testing.T) {
	for _, e := range DeclarationTypes().Entries() {
		kind := e.Code
		without := brokenBy(func(s *STD) { unrouted(s); s.TransitOperation.DeclarationType, s.TransitOffices = kind, nil })
		with := brokenBy(func(s *STD) { s.TransitOperation.DeclarationType = kind })
		none := oneOf(kind, "TIR", "T2SM")
		require.Equal(t, !none, without["C0030"], "type %s without", kind)
		require.Equal(t, none, with["C0030"], "type %s with", kind)
		require.Equal(t, kind == "TIR", with["C0411"] && with["C0904"] && with["R0901"], "type %s", kind)
		require.Equal(t, kind == "T", with["C0045"], "type %s: items state theirs", kind)
		uncoded := brokenBy(func(s *STD) { s.TransitOperation.DeclarationType = kind; itemOf(s, 0).Commodity.CommodityCode = nil })
		require.Equal(t, kind != "TIR", uncoded["C0153"], "type %s without commodity code", kind)
		uncoded = brokenBy(func(s *STD) {
			s.TransitOperation.DeclarationType = kind
			export(s)
			itemOf(s, 0).Commodity.CommodityCode = nil
		})
		require.True(t, uncoded["C0153"], "type %s from export", kind)
	}
}

func TestWhatALocationIsToldBy(t *testing.T) {
	fields := map[string]func(*LocationOfGoods){
		"T": func(l *LocationOfGoods) {
			l.PostcodeAddress = &PostcodeAddress{HouseNumber: "1", Postcode: "2", Country: "CN"}
		},
		"U": func(l *LocationOfGoods) { l.UNLocode = "CNKHG" },
		"V": func(l *LocationOfGoods) { l.CustomsOffice = &CustomsOffice{"CN000001"} },
		"W": func(l *LocationOfGoods) { l.GNSS = &GNSS{"+43.25000", "+76.95000"} },
		"X": func(l *LocationOfGoods) { l.EconomicOperator = &EconomicOperator{"CN1"} },
		"Y": func(l *LocationOfGoods) { l.AuthorisationNumber = "A1" },
		"Z": func(l *LocationOfGoods) { l.Address = &Address{"1", "2", "Kashgar", "CN"} },
	}
	require.Len(t, fields, LocationQualifiers().Len())
	for qualifier := range fields {
		for given, give := range fields {
			with := func(more func(*LocationOfGoods)) map[string]bool {
				return brokenBy(func(s *STD) {
					l := &LocationOfGoods{TypeOfLocation: "A", QualifierOfIdentification: qualifier}
					give(l)
					more(l)
					s.Consignment.LocationOfGoods = l
				})
			}
			require.Equal(t, qualifier != given, with(func(*LocationOfGoods) {})["C0394"], "%s told by that of %s", qualifier, given)
			identified := with(func(l *LocationOfGoods) { l.AdditionalIdentifier = "1" })
			require.Equal(t, !oneOf(given, "X", "Y"), identified["C0671"], given)
			contact := with(func(l *LocationOfGoods) { l.ContactPerson = &ContactPerson{Name: "N", PhoneNumber: "1"} })
			require.Equal(t, qualifier != given || qualifier == "V", contact["C0394"], "%s with a contact", qualifier)
		}
	}
}

func TestBorderMeansWithoutOfficesOfTransit(t *testing.T) {
	within := func(means int) map[string]bool {
		return brokenBy(func(s *STD) {
			unrouted(s)
			s.TransitOffices, s.DestinationOffice = nil, CustomsOffice{"CN000002"}
			for len(s.Consignment.ActiveBorderTransportMeans) < means {
				secondBorderMeans(s)
			}
		})
	}
	require.False(t, within(1)["R0789"])
	require.True(t, within(2)["R0789"])
}

func TestWhatAllHousesOrItemsHaveInCommonIsStatedAbove(t *testing.T) {
	for field, set := range map[string]func(h *HouseConsignment, value string){
		"consignor": func(h *HouseConsignment, v string) { h.Consignor = &Party{IdentificationNumber: "CN" + v} },
		"consignee": func(h *HouseConsignment, v string) { h.Consignee = &Consignee{IdentificationNumber: "KG" + v} },
		"departureTransportMeans": func(h *HouseConsignment, v string) {
			h.DepartureTransportMeans = []HouseTransportMeans{{1, "30", "A" + v, "CN"}}
		},
		"transportCharges": func(h *HouseConsignment, v string) {
			h.TransportCharges = &TransportCharges{map[string]string{"1": "A", "2": "B"}[v]}
		},
		"referenceNumberUCR": func(h *HouseConsignment, v string) { h.ReferenceNumberUCR = "UCR-" + v },
		"countryOfDispatch":  func(h *HouseConsignment, v string) { h.CountryOfDispatch = map[string]string{"1": "CN", "2": "MN"}[v] },
		"countryOfDestination": func(h *HouseConsignment, v string) {
			h.CountryOfDestination = map[string]string{"1": "KG", "2": "TJ"}[v]
		},
	} {
		with := func(first, second string) []string {
			s := declaration()
			secondHouse(s)
			for i, value := range []string{first, second} {
				if value != "" {
					set(&s.Consignment.HouseConsignments[i], value)
				}
			}
			var found []string
			for _, v := range Check(s, testContext()) {
				if v.Rule == "R0506" {
					found = append(found, v.Pointer)
				}
			}
			return found
		}
		require.Equal(t, []string{"/consignment/houseConsignments/0/" + field}, with("1", "1"))
		require.Empty(t, with("1", "2"), field)
		require.Empty(t, with("1", ""), field)
		require.Empty(t, with("", "1"), field)
		require.Empty(t, with("", ""), field)
	}
	for field, set := range map[string]func(it *ConsignmentItem, value string){
		"referenceNumberUCR":   func(it *ConsignmentItem, v string) { it.ReferenceNumberUCR = v },
		"countryOfDispatch":    func(it *ConsignmentItem, v string) { it.CountryOfDispatch = v },
		"countryOfDestination": func(it *ConsignmentItem, v string) { it.CountryOfDestination = v },
	} {
		with := func(first, second string) bool {
			return brokenBy(func(s *STD) { set(itemOf(s, 0), first); set(itemOf(s, 1), second) })["R0507"]
		}
		require.True(t, with("KG", "KG"), field)
		require.False(t, with("KG", "TJ"), field)
		require.False(t, with("KG", ""), field)
		require.False(t, with("", ""), field)
	}
}
