package exchange_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/exchange"
	"carec.example/cats/client/formats"
	"carec.example/cats/client/formats/ncts"
)

// story is one of what can happen, as the traders' systems live it: all their steps are messages, the officers are people.
type story struct {
	*world
	holder, trader *exchange.Exchange
	mrn            string
	// in and out are the kinds of messages that were taken and that came.
	in, out map[string]bool
}

// takes posts a message that is taken.
func (s *story) takes(x *exchange.Exchange, message []byte) []exchange.Answer {
	s.t.Helper()
	outcome, err := x.Post(s.t.Context(), message)
	require.NoError(s.t, err)
	if outcome.Refusal() != nil {
		require.Empty(s.t, reasons(s.t, outcome.Answers))
	}
	requireValid(s.t, outcome.Answers)
	s.in[formats.KindOf(message)] = true
	return outcome.Answers
}

// refuses posts a message that is refused by the kind.
func (s *story) refuses(x *exchange.Exchange, message []byte, kind string) {
	s.t.Helper()
	answers := posted(s.t, x, message)
	requireValid(s.t, answers)
	require.Equal(s.t, []string{kind}, kindsOf(answers))
	s.out[kind] = true
}

// hears reads what has come, each valid by the public schema, and wants these kinds about the last movement of the holder.
func (s *story) hears(x *exchange.Exchange, kinds ...string) {
	s.t.Helper()
	said := heard(s.t, x)
	for _, a := range said {
		s.out[a.Kind] = true
	}
	got := kindsOf(said)
	require.GreaterOrEqual(s.t, len(got), len(kinds), "%v", got)
	require.Equal(s.t, kinds, got[len(got)-len(kinds):])
}

// by takes an officer's step on the movement under way.
func (s *story) by(who string, step transit.Step, r transit.StepRequest) {
	s.t.Helper()
	if r.Movement = s.mrn; r.Movement == "" {
		r.Movement = s.only().ID
	}
	if m := s.step(who, step, r); m.MRN != "" {
		s.mrn = m.MRN
	}
}

// says makes a message of the holder about the movement under way.
func (s *story) says(name, id string, more ...string) []byte {
	s.t.Helper()
	about := []string{
		"CustomsOfficeOfDeparture/referenceNumber", "CNURM001", "HolderOfTheTransitProcedure/identificationNumber", operator,
		"TransitOperation/MRN", s.mrn,
	}
	if name == "CC141C" {
		about[0] = "CustomsOfficeOfEnquiryAtDeparture/referenceNumber"
	}
	return from(s.t, name, id, append(about, more...)...)
}

// amends makes the amendment that turns the declaration into another.
func (s *story) amends(id, flag string, std *transit.STD) []byte {
	s.t.Helper()
	c := &ncts.CC013C{}
	ncts.Carry(c, std)
	c.TransitOperation.AmendmentTypeFlag = transit.Flag(flag)
	c.Message.Type, c.Message.Identification = "CC013C", id
	if s.mrn != "" {
		c.TransitOperation.LRN, c.TransitOperation.MRN = "", s.mrn
	}
	return text(s.t, &formats.Message{Kind: ncts.Find("CC013C"), Content: c})
}

func (s *story) lodges(std *transit.STD) {
	s.t.Helper()
	require.Equal(s.t, []string{"CC928C"}, kindsOf(s.takes(s.holder, text(s.t, &formats.Message{Kind: ncts.Find("CC015C"), Content: std}))))
}

// released brings the declaration to its release.
func (s *story) released() {
	s.t.Helper()
	s.lodges(declaration(s.t, "LRN-1"))
	s.by("urumqi", transit.StepAccept, transit.StepRequest{})
	s.by("urumqi", transit.StepRelease, transit.StepRequest{TimeLimit: "2026-12-20"})
	s.deliver(s.only(), "KGMSP")
	s.deliver(s.only(), "KZMSP")
}

func (s *story) crosses(from, to string) {
	s.t.Helper()
	s.by(from, transit.StepProposeHandOff, transit.StepRequest{})
	s.by(to, transit.StepAcceptHandOff, transit.StepRequest{})
}

// stories are told by name.
func stories() map[string]func(*story) {
	return map[string]func(*story){
		"main": func(s *story) {
			s.released()
			s.crosses("urumqi", "khorgos")
			s.crosses("khorgos", "akzhol")
			s.takes(s.trader, arrival(s.t, "ARR-1", s.mrn))
			s.by("bishkek", transit.StepArrive, transit.StepRequest{})
			s.by("bishkek", transit.StepPermitUnloading, transit.StepRequest{})
			s.takes(s.trader, remarks(s.t, "REM-1", s.mrn, "1"))
			s.by("bishkek", transit.StepReleaseGoods, transit.StepRequest{GoodsReleased: transit.ReleasedFully})
			s.by("bishkek", transit.StepRecordResults, transit.StepRequest{Result: "A1"})
			s.by("bishkek", transit.StepDischarge, transit.StepRequest{})
			s.hears(s.holder, "CC928C", "CC028C", "CC029C", "CC045C")
			s.hears(s.trader, "CC043C", "CC025C")
		},
		"prelodged": func(s *story) {
			complete, std := declaration(s.t, "LRN-1"), declaration(s.t, "LRN-1")
			std.TransitOperation.AdditionalDeclarationType, complete.TransitOperation.AdditionalDeclarationType = "D", "D"
			std.Consignment.ContainerIndicator, std.Consignment.TransportEquipment = "", nil
			s.lodges(std)
			presented := s.says("CC170C", "PRE-1", "TransitOperation/LRN", "LRN-1", "Consignment/LocationOfGoods/typeOfLocation", "A",
				"Consignment/LocationOfGoods/qualifierOfIdentification", "V",
				"Consignment/LocationOfGoods/CustomsOffice/referenceNumber", "CNURM001", "Consignment/HouseConsignment[1]/sequenceNumber", "1")
			s.refuses(s.holder, presented, "CC056C")
			require.Equal(s.t, []string{"CC004C"}, kindsOf(s.takes(s.holder, s.amends("AM-1", "0", complete))))
			s.takes(s.holder, presented)
			require.Equal(s.t, transit.Submitted, s.only().State)
			second := declaration(s.t, "LRN-2")
			second.TransitOperation.AdditionalDeclarationType = "D"
			s.lodges(second)
			require.Equal(s.t, []string{"CC009C"}, kindsOf(s.takes(s.holder, s.says("CC014C", "INV-1", "TransitOperation/LRN", "LRN-2",
				"Invalidation/initiatedByCustoms", "0", "Invalidation/justification", "the goods are not sent"))))
			s.hears(s.holder, "CC928C", "CC004C", "CC928C", "CC009C")
		},
		"guarantee-under-amendment": func(s *story) {
			const other = "26CNCGM0000000020"
			std := declaration(s.t, "LRN-1")
			s.lodges(std)
			s.by("urumqi", transit.StepAccept, transit.StepRequest{})
			s.by("urumqi", transit.StepRefuseGuarantee, transit.StepRequest{Reason: "it does not cover the amount", TimeLimit: "2026-12-01"})
			s.guarantee(other, operator, "TS17")
			std.Guarantees[0].GuaranteeReferences[0].GRN = other
			require.Equal(s.t, []string{"CC004C"}, kindsOf(s.takes(s.holder, s.amends("AM-1", "1", std))))
			s.by("urumqi", transit.StepRelease, transit.StepRequest{TimeLimit: "2026-12-20"})
			s.hears(s.holder, "CC928C", "CC028C", "CC055C", "CC004C", "CC029C")
		},
		"incident": func(s *story) {
			s.released()
			s.crosses("urumqi", "khorgos")
			s.by("khorgos", transit.StepRegisterIncident, transit.StepRequest{
				Incident: "1", Annex: s.annex("khorgos", s.mrn, transit.AnnexIncident, transit.Incident{
					Code: "1", Text: "detour", Location: transit.IncidentLocation{QualifierOfIdentification: "U", UNLocode: "KZKOR", Country: "KZ"},
				}),
			})
			s.hears(s.holder, "CC029C", "CC182C")
		},
		"diversion": func(s *story) {
			s.released()
			s.crosses("urumqi", "khorgos")
			local := exchange.Over(s.at("zhetysu"))
			elsewhere := []byte(strings.NewReplacer("KGFRU001", "KZALA001", consignee, zhetysu).Replace(string(arrival(s.t, "ARR-1", s.mrn))))
			s.refuses(local, elsewhere, "CC057C")
			s.by("almaty", transit.StepAskDiversion, transit.StepRequest{Diversion: transit.DivertDestination})
			s.by("urumqi", transit.StepGrantDiversion, transit.StepRequest{Destination: "KZALA001"})
			s.takes(local, elsewhere)
			s.by("almaty", transit.StepRejectArrival, transit.StepRequest{Reason: "no goods are here"})
			s.hears(local, "CC057C")
		},
		"recovery": func(s *story) {
			s.released()
			s.ledger.SetTime(s.ledger.Now().AddDate(0, 2, 0))
			s.by("urumqi", transit.StepStartEnquiry, transit.StepRequest{})
			s.takes(s.holder, s.says("CC141C", "ENQ-1", "Enquiry/text", "stolen", "Enquiry/TC11DeliveryDate", "2026-12-02"))
			s.by("urumqi", transit.StepStartRecovery, transit.StepRequest{Reason: "stolen"})
			s.by("urumqi", transit.StepNotifyGuarantor, transit.StepRequest{})
			s.by("urumqi", transit.StepClaim, transit.StepRequest{Claims: []transit.ClaimRequest{
				{GRN: grn, Amount: transit.Money{Minor: 500_00, Currency: "USD"}},
			}})
			s.by("urumqi", transit.StepPayClaim, transit.StepRequest{GRN: grn})
			s.by("urumqi", transit.StepWriteOff, transit.StepRequest{Reason: "paid"})
			s.hears(s.holder, "CC029C", "CC140C", "CC035C", "CC045C")
		},
		"discrepancies": func(s *story) {
			s.released()
			s.crosses("urumqi", "khorgos")
			s.crosses("khorgos", "akzhol")
			s.takes(s.trader, arrival(s.t, "ARR-1", s.mrn))
			s.by("bishkek", transit.StepArrive, transit.StepRequest{})
			s.by("bishkek", transit.StepPermitUnloading, transit.StepRequest{})
			short := string(remarks(s.t, "REM-1", s.mrn, "0"))
			short = strings.Replace(short, "</UnloadingRemark>", "<unloadingRemark>one carton short</unloadingRemark></UnloadingRemark><Consignment>"+
				"<HouseConsignment><sequenceNumber>1</sequenceNumber><ConsignmentItem><goodsItemNumber>1</goodsItemNumber>"+
				"<declarationGoodsItemNumber>1</declarationGoodsItemNumber><Packaging><sequenceNumber>1</sequenceNumber>"+
				"<numberOfPackages>239</numberOfPackages></Packaging></ConsignmentItem></HouseConsignment></Consignment>", 1)
			s.takes(s.trader, []byte(short))
			s.by("bishkek", transit.StepRejectRemarks, transit.StepRequest{Reason: "count again"})
			s.takes(s.trader, []byte(strings.Replace(short, "REM-1", "REM-2", 1)))
			s.by("bishkek", transit.StepReleaseGoods, transit.StepRequest{GoodsReleased: transit.ReleasedPartly})
			s.by("bishkek", transit.StepRecordDiscrepancies, transit.StepRequest{
				Result: "B1", TimeLimit: "2026-12-20", Annex: s.annex("bishkek", s.mrn, transit.AnnexNote, transit.Note{Text: "one carton short"}),
			})
			s.by("urumqi", transit.StepResolveDiscrepancies, transit.StepRequest{Reason: "paid"})
			s.hears(s.trader, "CC043C", "CC057C", "CC025C")
			s.hears(s.holder, "CC019C", "CC045C")
		},
		"refused": func(s *story) {
			s.refuses(s.holder, []byte("<CC015C>"), "CC906C")
			faulty := declaration(s.t, "LRN-1")
			faulty.Consignment.HouseConsignments[0].GrossMass = "1"
			s.refuses(s.holder, text(s.t, &formats.Message{Kind: ncts.Find("CC015C"), Content: faulty}), "CC056C")
			s.lodges(declaration(s.t, "LRN-1"))
			s.by("urumqi", transit.StepAccept, transit.StepRequest{})
			s.by("urumqi", transit.StepDecideControl, transit.StepRequest{ControlTypes: []string{"40"}})
			s.takes(s.holder, s.says("CC054C", "REL-1", "TransitOperation/releaseRequested", "1",
				"TransitOperation/releaseRequestDateAndTime", "2026-11-24T08:00:00"))
			s.by("urumqi", transit.StepRefuseReleaseRequest, transit.StepRequest{Reason: "not yet"})
			s.by("urumqi", transit.StepRefuseRelease, transit.StepRequest{Reason: "the seals are broken"})
			s.hears(s.holder, "CC928C", "CC028C", "CC060C", "CC056C", "CC051C")
		},
		"cancelled": func(s *story) {
			s.lodges(declaration(s.t, "LRN-1"))
			s.by("urumqi", transit.StepAccept, transit.StepRequest{})
			s.by("urumqi", transit.StepDecideControl, transit.StepRequest{ControlTypes: []string{"10"}})
			s.by("urumqi", transit.StepRequestAmendment, transit.StepRequest{Reason: "the marks are wrong"})
			s.takes(s.holder, s.says("CC014C", "INV-1", "Invalidation/initiatedByCustoms", "0", "Invalidation/justification", "not sold"))
			s.by("urumqi", transit.StepRefuseCancel, transit.StepRequest{Reason: "under control"})
			s.by("urumqi", transit.StepCancel, transit.StepRequest{Reason: "after all"})
			s.hears(s.holder, "CC060C", "CC022C", "CC009C", "CC009C")
		},
	}
}

// row is one of the table of messages in the package's documentation.
type row struct {
	message, direction string
	stories            []string
}

func messageTable(t *testing.T) []row {
	t.Helper()
	text, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	var rows []row
	for _, m := range regexp.MustCompile(`(?m)^//\t(CC\d+C)  (in|out) +\S.*?  +(\S.*)$`).FindAllStringSubmatch(string(text), -1) {
		rows = append(rows, row{m[1], m[2], strings.Split(m[3], ", ")})
	}
	return rows
}

// The table of the documentation names every message, and for each stories in which it was sent or came, valid by the public schema.
func TestEveryMessageIsSentOrComesInTheStoriesOfTheTable(t *testing.T) {
	in, out := map[string][]string{}, map[string][]string{}
	for name, play := range stories() {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			s := &story{
				world: w, holder: exchange.Over(w.at("trader")), trader: exchange.Over(w.at("consignee")), in: map[string]bool{}, out: map[string]bool{},
			}
			play(s)
			for kind := range s.in {
				in[kind] = append(in[kind], name)
			}
			for kind := range s.out {
				out[kind] = append(out[kind], name)
			}
		})
	}
	var listed, all []string
	for _, r := range messageTable(t) {
		listed = append(listed, r.message)
		played := map[string]map[string][]string{"in": in, "out": out}[r.direction][r.message]
		for _, name := range r.stories {
			require.Contains(t, played, name, "%s, %s", r.message, r.direction)
		}
	}
	for _, kind := range ncts.Kinds() {
		all = append(all, kind.Name)
		require.Equal(t, kind.FromTrader, len(in[kind.Name]) > 0, kind.Name)
		require.NotEqual(t, kind.FromTrader, len(out[kind.Name]) > 0, kind.Name)
	}
	slices.Sort(all)
	require.Equal(t, all, listed)
}
