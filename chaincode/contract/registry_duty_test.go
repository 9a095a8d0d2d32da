package contract_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
)

// taxed is an insured world in which Kazakhstan charges on telephones (851712) a reference value of 100 EUR a kilogram, with a duty and 12 % tax.
func taxed(t testing.TB, duty int) *world {
	t.Helper()
	w := insured(t, 1)
	_, err := w.put("admin-KZMSP", "KZ", tariff(line("851712", duty)))
	require.NoError(t, err)
	return w
}

func overriding(r *transit.StepRequest) { r.OverrideReason = "the goods are spoilt" }

func TestTheRequiredAmountStandsOnTheRecord(t *testing.T) {
	w := taxed(t, 0) // 90 kg net at 100 EUR: 9000 EUR, 12 % tax
	m := w.lodged(document("LRN-1"))
	require.Equal(t, &transit.Required{
		Amount: transit.Money{Minor: 1080_00, Currency: "EUR"}, Cover: transit.Money{Minor: 12_000_00, Currency: "EUR"},
		Countries: []transit.RequiredIn{
			{Country: "CN", Amount: transit.Money{Currency: "EUR"}, Unknown: true},
			{Country: "KZ", Amount: transit.Money{Minor: 1080_00, Currency: "EUR"}},
			{Country: "KG", Amount: transit.Money{Currency: "EUR"}, Unknown: true},
		},
	}, m.Required)
	m = w.must("urumqi", transit.StepAccept, m)
	_, err := w.do("urumqi", transit.StepRelease, m, limit, overriding)
	require.Equal(t, transit.MalformedRequest, code(err), "there is nothing to override")
	m = w.must("urumqi", transit.StepRelease, m, limit)
	require.Nil(t, m.Override)
	w.checkLedger()

	std := document("LRN-2")
	std.Consignment.HouseConsignments[0].ConsignmentItems[0].CustomsValue = &transit.CustomsValue{Amount: "500.00", Currency: "EUR"}
	require.EqualValues(t, 60_00, w.lodged(std).Required.Amount.Minor, "the declared value goes before the reference value")
}

func TestNothingIsRequiredWithoutTariffs(t *testing.T) {
	w := insured(t, 1)
	m := w.lodged(document("LRN-1"))
	require.Nil(t, m.Required)
	_, err := w.do("urumqi", transit.StepAccept, m, overriding)
	require.Equal(t, transit.MalformedRequest, code(err))
	w.must("urumqi", transit.StepAccept, m)
}

func TestAnOfficeThatTakesLessSaysWhy(t *testing.T) {
	w := taxed(t, 20_000) // 18 000 EUR duty, 12 % of 27 000: 21 240 EUR
	m := w.lodged(document("LRN-1"))
	_, err := w.do("urumqi", transit.StepAccept, m)
	f := fault(t, err)
	require.Equal(t, transit.GuaranteeRefused, f.Code)
	require.Equal(t, "/overrideReason", f.Violations[0].Pointer)
	require.Contains(t, f.Violations[0].Text, "21 240.00 EUR")
	m = w.must("urumqi", transit.StepAccept, m, overriding)
	require.Equal(t, &transit.Override{By: departure, Reason: "the goods are spoilt", At: m.At, Version: 1}, m.Override)

	// Another content is another decision, wherever the procedure is by then.
	std := document("LRN-1")
	std.Consignment.HouseConsignments[0].ConsignmentItems[0].Commodity.GoodsMeasure.NetMass = "89.0"
	face, err := w.deposit("trader", std, 2)
	require.NoError(t, err)
	m, err = w.amend(face)
	require.NoError(t, err)
	_, err = w.do("urumqi", transit.StepRelease, m, limit)
	require.Equal(t, transit.GuaranteeRefused, code(err))
	m = w.must("urumqi", transit.StepRelease, m, limit, overriding)
	require.Equal(t, 2, m.Override.Version)
	w.checkLedger()
}

func TestARateThatIsMissingIsOverridden(t *testing.T) {
	w := insured(t, 1)
	l := line("851712", 0)
	l.Currency = "KZT"
	_, err := w.put("admin-KZMSP", "KZ", tariff(l))
	require.NoError(t, err)
	m := w.lodged(document("LRN-1"))
	_, err = w.do("urumqi", transit.StepAccept, m)
	require.Contains(t, fault(t, err).Violations[0].Text, "more in KZ")

	rates := []transit.Rate{{Validity: from("2026-01-01"), Base: "EUR", Quote: "KZT", Numerator: 500, Denominator: 1}}
	require.NoError(t, w.change("p1", transit.Change{Rates: rates}, "admin-KZMSP", "admin-CNMSP"))
	m = w.lodged(document("LRN-2"))
	require.EqualValues(t, 2_16, m.Required.Amount.Minor, "12 % of 9000 KZT")
	w.must("urumqi", transit.StepAccept, m)
}

// TestADeparturePeerMakesUpTheRequiredAmount: what of it can be checked without the goods is checked by every endorser.
func TestADeparturePeerMakesUpTheRequiredAmount(t *testing.T) {
	w := taxed(t, 20_000)
	face, err := w.deposit("trader", document("LRN-1"), 1)
	require.NoError(t, err)
	for name, forge := range map[string]func(*transit.Required){
		"less than a country's amount":     func(r *transit.Required) { r.Amount.Minor = 0 },
		"a country left out":               func(r *transit.Required) { r.Countries = r.Countries[:1]; r.Amount.Minor = 0 },
		"another country":                  func(r *transit.Required) { r.Countries[1].Country = "UZ" },
		"a cover that the guarantees lack": func(r *transit.Required) { r.Cover.Minor = 1 << 50 },
		"another currency":                 func(r *transit.Required) { r.Amount.Currency = "JPY" },
		"a negative amount":                func(r *transit.Required) { r.Countries[0].Amount.Minor = -1 },
	} {
		forged := *face
		required := *face.Required
		required.Countries = append([]transit.RequiredIn{}, face.Required.Countries...)
		forge(&required)
		forged.Required = &required
		w.forge("CNMSP", &forged)
		_, err := w.lodge(w.people["trader"], &forged)
		require.Equal(t, transit.ContentMismatch, code(err), name)
	}
}

func TestAuthorisationsOfTheRegisterAreAsked(t *testing.T) {
	w := insured(t, 1)
	std := document("LRN-1")
	std.Authorisations = []transit.Authorisation{{SequenceNumber: 1, Type: "C521", ReferenceNumber: "CN-ACR-7"}}
	std.TransitOperation.LimitDate = "2026-12-10"
	_, err := w.deposit("trader", std, 1)
	require.NoError(t, err, "of an operator that is in no register nothing is asked")
	o := transit.Operator{Validity: from("2026-01-01"), Number: holder, Name: "Tianshan", Country: "CN"}
	put := func() {
		_, err := w.put("admin-CNMSP", "CN", transit.Entries{Operators: []transit.Operator{o}})
		require.NoError(t, err)
	}
	put()
	_, err = w.deposit("trader", std, 1)
	require.Equal(t, "STD20", fault(t, err).Violations[0].Rule)
	o.Authorisations = []transit.OperatorAuthorisation{{Type: "C521", Reference: "CN-ACR-7", From: "2026-01-01"}}
	put()
	_, err = w.deposit("trader", std, 1)
	require.NoError(t, err)
}
