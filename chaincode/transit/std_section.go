package transit

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// MaxSTDBytes is the largest single transit document, in bytes of JSON.
const MaxSTDBytes = 4 << 20

// DecodeSTD decodes a single transit document from JSON as strictly as
// [DecodeStrict], and refuses with a [*DecodeError] what a document written again
// would not show: empty texts, lists and objects, and zero numbers stand for
// nothing and must be left out. So a document and its signature stay one. Form and
// content of the values are for [STD.CheckFormat] and the declaration rules.
func DecodeSTD(data []byte) (*STD, error) {
	if len(data) > MaxSTDBytes {
		return nil, &DecodeError{Msg: fmt.Sprintf("larger than %d bytes", MaxSTDBytes)}
	}
	s := &STD{}
	if err := DecodeStrict(data, s); err != nil {
		return nil, err
	}
	again, err := json.Marshal(s)
	if err != nil {
		return nil, &DecodeError{Msg: err.Error()}
	}
	var before, after any
	if err := json.Unmarshal(data, &before); err != nil {
		return nil, &DecodeError{Msg: err.Error()}
	}
	if err := json.Unmarshal(again, &after); err != nil {
		return nil, &DecodeError{Msg: err.Error()}
	}
	if pointer, lost := lostPart(before, after); lost {
		return nil, &DecodeError{Pointer: pointer, Msg: "empty, and must be left out"}
	}
	return s, nil
}

// lostPart finds what of the JSON tree before is not in the tree after.
func lostPart(before, after any) (pointer string, lost bool) {
	switch b := before.(type) {
	case map[string]any:
		a, _ := after.(map[string]any)
		for _, key := range keysByUTF16(b) {
			step := "/" + escapePointer(key)
			if _, kept := a[key]; !kept {
				return step, true
			}
			if rest, lost := lostPart(b[key], a[key]); lost {
				return step + rest, true
			}
		}
	case []any:
		a, _ := after.([]any)
		for i := range b {
			step := fmt.Sprintf("/%d", i)
			if i >= len(a) {
				return step, true
			}
			if rest, lost := lostPart(b[i], a[i]); lost {
				return step + rest, true
			}
		}
	}
	return "", false
}

// The sections of a document, each stored, digested and shown as one.
const (
	SectionGeneral   = "general"   // message, operation, authorisations, offices, countries, indicators, total mass
	SectionParties   = "parties"   // holder, representative, carrier, consignor, consignee, further actors
	SectionTransport = "transport" // equipment and seals, location of the goods, means, routing, places, charges
	SectionGuarantee = "guarantee" // guarantees with their access codes
	SectionDocuments = "documents" // documents, references and statements for the whole consignment
	SectionGoods     = "goods"     // house consignments with their goods items
)

// SectionNames lists the sections in their fixed order.
func SectionNames() []string {
	return []string{SectionGeneral, SectionParties, SectionTransport, SectionGuarantee, SectionDocuments, SectionGoods}
}

// sectionFields says which fields make up a section: names in the document, those of the consignment below it.
func sectionFields(section string) string {
	switch section {
	case SectionGeneral:
		return `message transitOperation authorisations customsOfficeOfDeparture customsOfficeOfDestinationDeclared
			customsOfficesOfTransitDeclared customsOfficesOfExitForTransit consignment/countryOfDispatch
			consignment/countryOfDestination consignment/containerIndicator consignment/inlandModeOfTransport
			consignment/modeOfTransportAtTheBorder consignment/grossMass consignment/referenceNumberUCR`
	case SectionParties:
		return `holderOfTheTransitProcedure representative consignment/carrier consignment/consignor consignment/consignee
			consignment/additionalSupplyChainActors`
	case SectionTransport:
		return `consignment/transportEquipment consignment/locationOfGoods consignment/departureTransportMeans
			consignment/countriesOfRouting consignment/activeBorderTransportMeans consignment/placeOfLoading
			consignment/placeOfUnloading consignment/transportCharges`
	case SectionGuarantee:
		return `guarantees`
	case SectionDocuments:
		return `consignment/previousDocuments consignment/supportingDocuments consignment/transportDocuments
			consignment/additionalReferences consignment/additionalInformation`
	case SectionGoods:
		return `consignment/houseConsignments`
	}
	return ""
}

// Section is one part of a document. Content is canonical JSON in the shape of the
// whole document, holding only the fields of the section; it is {} when none is present.
type Section struct {
	Name    string          `json:"name"`
	Content json.RawMessage `json:"content"`
}

// Sections splits the document. All sections are there, in the order of
// [SectionNames]; [JoinSections] puts them together again without loss.
func (s *STD) Sections() ([]Section, error) {
	sections := make([]Section, 0, len(SectionNames()))
	for _, name := range SectionNames() {
		part := &STD{}
		copyFields(part, s, name)
		content, err := Canonical(part)
		if err != nil {
			return nil, fmt.Errorf("section %s: %w", name, err)
		}
		sections = append(sections, Section{Name: name, Content: content})
	}
	return sections, nil
}

// JoinSections puts a whole document together. It refuses a section that is
// missing, unknown or given twice, or that holds a field of another section. A
// signature among them is no part of the document.
func JoinSections(sections []Section) (*STD, error) {
	sections = slices.DeleteFunc(slices.Clone(sections), isSignature)
	s, err := MergeSections(sections)
	if err != nil {
		return nil, err
	}
	if len(sections) != len(SectionNames()) {
		return nil, fmt.Errorf("a document has %d sections, %d are given", len(SectionNames()), len(sections))
	}
	return s, nil
}

// MergeSections puts the given sections together, whatever others the document
// has: for a reader who is shown only some.
func MergeSections(sections []Section) (*STD, error) {
	s := &STD{}
	seen := map[string]bool{}
	for _, section := range sections {
		if isSignature(section) {
			continue
		}
		if seen[section.Name] || !slices.Contains(SectionNames(), section.Name) {
			return nil, fmt.Errorf("section %q is unknown or given twice", section.Name)
		}
		seen[section.Name] = true
		part, err := DecodeSTD(section.Content)
		if err != nil {
			return nil, fmt.Errorf("section %s: %w", section.Name, err)
		}
		own := &STD{}
		copyFields(own, part, section.Name)
		if !reflect.DeepEqual(own, part) {
			return nil, fmt.Errorf("section %s holds fields of another section", section.Name)
		}
		copyFields(s, part, section.Name)
	}
	return s, nil
}

// copyFields sets the fields of the section in to, shallowly, to those of from.
func copyFields(to, from *STD, section string) {
	wanted := strings.Fields(sectionFields(section))
	source, target := reflect.ValueOf(from).Elem(), reflect.ValueOf(to).Elem()
	for _, e := range Schema().Children {
		if slices.Contains(wanted, e.JSON) {
			target.Field(e.Field).Set(source.Field(e.Field))
		}
		if e.JSON != "consignment" {
			continue
		}
		for _, c := range e.Children {
			if slices.Contains(wanted, e.JSON+"/"+c.JSON) {
				target.Field(e.Field).Field(c.Field).Set(source.Field(e.Field).Field(c.Field))
			}
		}
	}
}
