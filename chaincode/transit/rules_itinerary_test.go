package transit

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestItinerary(t *testing.T) {
	route := func(offices ...string) *STD {
		s := &STD{DepartureOffice: CustomsOffice{offices[0]}, DestinationOffice: CustomsOffice{offices[len(offices)-1]}}
		for i, o := range offices[1 : len(offices)-1] {
			s.TransitOffices = append(s.TransitOffices, TransitOffice{SequenceNumber: i + 1, ReferenceNumber: o})
		}
		return s
	}
	for _, c := range []struct {
		name    string
		offices []string
		want    []Territory
		rules   []string
	}{
		{"three countries, each entered at an office of transit", []string{"CN000001", "KZ000001", "KG000002", "KG000001"}, []Territory{
			{Country: "CN", EntryOffice: "CN000001"},
			{Country: "KZ", EntryOffice: "KZ000001", TransitOffices: []string{"KZ000001"}},
			{Country: "KG", EntryOffice: "KG000002", TransitOffices: []string{"KG000002"}, DestinationOffice: "KG000001"},
		}, nil},
		{"within one country", []string{"KZ000001", "KZ000002"},
			[]Territory{{Country: "KZ", EntryOffice: "KZ000001", DestinationOffice: "KZ000002"}}, nil},
		{"offices at both sides of a border", []string{"CN000001", "CN000002", "KZ000001", "KZ000002", "KZ000003"}, []Territory{
			{Country: "CN", EntryOffice: "CN000001", TransitOffices: []string{"CN000002"}},
			{Country: "KZ", EntryOffice: "KZ000001", TransitOffices: []string{"KZ000001", "KZ000002"}, DestinationOffice: "KZ000003"},
		}, nil},
		{"a country is re-entered", []string{"KZ000001", "KG000001", "KZ000002", "KZ000003"}, []Territory{
			{Country: "KZ", EntryOffice: "KZ000001"},
			{Country: "KG", EntryOffice: "KG000001", TransitOffices: []string{"KG000001"}},
			{Country: "KZ", EntryOffice: "KZ000002", TransitOffices: []string{"KZ000002"}, DestinationOffice: "KZ000003"},
		}, nil},
		{"the office of destination is the office of transit", []string{"CN000001", "KZ000001", "KZ000001"}, []Territory{
			{Country: "CN", EntryOffice: "CN000001"},
			{Country: "KZ", EntryOffice: "KZ000001", TransitOffices: []string{"KZ000001"}, DestinationOffice: "KZ000001"},
		}, nil},
		{"no office of transit at all", []string{"CN000001", "KZ000001"}, []Territory{
			{Country: "CN", EntryOffice: "CN000001"}, {Country: "KZ", EntryOffice: "KZ000001", DestinationOffice: "KZ000001"},
		}, []string{"C0030"}},
		{"none in the country of destination", []string{"CN000001", "KZ000001", "KG000001"}, []Territory{
			{Country: "CN", EntryOffice: "CN000001"},
			{Country: "KZ", EntryOffice: "KZ000001", TransitOffices: []string{"KZ000001"}},
			{Country: "KG", EntryOffice: "KG000001", DestinationOffice: "KG000001"},
		}, []string{"R0006"}},
		{"none on the way back", []string{"KZ000001", "KG000001", "KZ000003"}, []Territory{
			{Country: "KZ", EntryOffice: "KZ000001"},
			{Country: "KG", EntryOffice: "KG000001", TransitOffices: []string{"KG000001"}},
			{Country: "KZ", EntryOffice: "KZ000003", DestinationOffice: "KZ000003"},
		}, []string{"R0006"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, found := Itinerary(route(c.offices...))
			require.Equal(t, c.want, got)
			var rules []string
			for _, v := range found {
				rules = append(rules, v.Rule)
			}
			require.Equal(t, c.rules, rules)
		})
	}
	t.Run("the sequence numbers order the offices", func(t *testing.T) {
		s := route("CN000001", "KG000002", "KZ000001", "KG000001")
		s.TransitOffices[0].SequenceNumber, s.TransitOffices[1].SequenceNumber = 2, 1
		got, found := Itinerary(s)
		require.Empty(t, found)
		require.Equal(t, []string{"CN", "KZ", "KG"}, []string{got[0].Country, got[1].Country, got[2].Country})
	})
	t.Run("an empty document has an itinerary of nothing", func(t *testing.T) {
		got, found := Itinerary(&STD{})
		require.Empty(t, found)
		require.Equal(t, []Territory{{}}, got)
	})
}

func TestItineraryIsWellFormed(t *testing.T) {
	office := rapid.StringMatching(`(CN|KZ|KG)00000[1-9]`)
	rapid.Check(t, func(t *rapid.T) {
		s := &STD{DepartureOffice: CustomsOffice{office.Draw(t, "from")}, DestinationOffice: CustomsOffice{office.Draw(t, "to")}}
		for i, o := range rapid.SliceOfN(office, 0, 9).Draw(t, "over") {
			s.TransitOffices = append(s.TransitOffices, TransitOffice{SequenceNumber: i + 1, ReferenceNumber: o})
		}
		route, found := Itinerary(s)
		offices := 0
		for i, leg := range route {
			require.Equal(t, leg.Country, OfficeCountry(leg.EntryOffice))
			require.True(t, i == 0 || route[i-1].Country != leg.Country)
			require.Equal(t, i == len(route)-1, leg.DestinationOffice != "")
			offices += len(leg.TransitOffices)
			if i > 0 && len(found) == 0 {
				require.Equal(t, leg.EntryOffice, leg.TransitOffices[0])
			}
		}
		require.Equal(t, len(s.TransitOffices), offices)
		require.LessOrEqual(t, len(found), 1)
	})
}
