package transit

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func testTerms() Terms {
	grn, err := NewGRN(2026, "KZ", "000001000001")
	if err != nil {
		panic(err)
	}
	return Terms{
		GRN: grn.String(), Type: "1", Guarantor: "CGMMSP", Holder: "CN91650100MA775",
		ReferenceAmount: Money{Minor: 10_000_001, Currency: "EUR"}, Percentage: 100,
		ValidFrom: "2026-01-01", ValidUntil: "2026-12-31", Balances: 4,
	}
}

func TestTermsAreCheckedAltogether(t *testing.T) {
	good := testTerms()
	require.Empty(t, good.Check())
	bad := Terms{
		GRN: "26KZ0000010000015", Type: "8", Holder: "x", ReferenceAmount: Money{Minor: -1, Currency: "EUR"}, Percentage: 42,
		ValidFrom: "2026-12-31", ValidUntil: "2026-01-01", ExcludedCountries: []string{"QQ"}, Departure: "nowhere", Balances: 65,
	}
	var pointers []string
	for _, v := range bad.Check() {
		pointers = append(pointers, v.Pointer)
	}
	for _, p := range []string{
		"/terms/type", "/terms/grn", "/terms/guarantor", "/terms/holder", "/terms/referenceAmount",
		"/terms/balances", "/terms/validUntil", "/terms/excludedCountries/0", "/terms/departure",
	} {
		require.Contains(t, pointers, p)
	}
}

func TestEachTermIsHeldToItsRule(t *testing.T) {
	for name, change := range map[string]func(*Terms){
		"individual guarantee with two balances": func(t *Terms) { t.Type, t.Balances = "2", 2 },
		"individual guarantee of a half":         func(t *Terms) { t.Type, t.Percentage = "9", 50 },
		"zero per cent":                          func(t *Terms) { t.Percentage = 0 },
		"a waiver with a guarantor":              func(t *Terms) { t.Type, t.Percentage, t.Office = "0", 0, "KZ550100" },
		"a waiver of a half":                     func(t *Terms) { t.Type, t.Percentage, t.Office, t.Guarantor = "0", 50, "KZ550100", "" },
		"a waiver that no office grants":         func(t *Terms) { t.Type, t.Percentage, t.Guarantor = "0", 0, "" },
		"no guarantor":                           func(t *Terms) { t.Guarantor = "" },
		"an office of another country":           func(t *Terms) { t.Office = "CN650100" },
		"an office that is none":                 func(t *Terms) { t.Office = "KZ" },
		"nobody to hold it":                      func(t *Terms) { t.Holder = "" },
		"a monitoring code that is none":         func(t *Terms) { t.Monitoring = "4" },
		"goods on a comprehensive guarantee":     func(t *Terms) { t.Goods = []string{"85"} },
		"a commodity code of three digits":       func(t *Terms) { t.ExcludedGoods = []string{"85", "851"} },
		"too many commodity codes":               func(t *Terms) { t.ExcludedGoods = slices.Repeat([]string{"85"}, 51) },
		"a voucher with an ordinary reference":   func(t *Terms) { t.Type, t.Balances = "4", 1 },
		"a representative who is none":           func(t *Terms) { t.Representatives = []string{"x"} },
		"offices on a comprehensive guarantee":   func(t *Terms) { t.Departure = "CN650100" },
		"no balance":                             func(t *Terms) { t.Balances = 0 },
		"zero amount":                            func(t *Terms) { t.ReferenceAmount.Minor = 0 },
		"a voucher's reference":                  func(t *Terms) { t.GRN += "A000001" },
	} {
		terms := testTerms()
		change(&terms)
		require.Len(t, terms.Check(), 1, name)
	}
}

func TestAdmitsNamesEveryInvalidReason(t *testing.T) {
	g := Guarantee{Terms: testTerms()}
	terms := &g.Terms
	terms.ExcludedCountries = []string{"KG"}
	terms.Departure, terms.Destination = "CN651100", "KG001002"
	face := testFace()
	face.Holder = "CN1"
	claim := GuaranteeClaim{GRN: terms.GRN, Type: "2", Amount: Money{Minor: 1, Currency: "KZT"}}
	var reasons []string
	for _, v := range g.Admits(claim, face, noon().AddDate(1, 0, 0), "/x") {
		reasons = append(reasons, v.Code)
		require.Equal(t, "/x", v.Pointer)
	}
	require.Equal(t, []string{"G04"}, reasons, "to others it tells nothing else")
	face.Holder = terms.Holder
	face.Declarant.Operator = "CN999"
	require.Equal(t, "G04", g.Admits(claim, face, noon(), "")[0].Code, "a representative must be named in the guarantee")
	terms.Representatives = []string{"CN999"}
	reasons = nil
	for _, v := range g.Admits(claim, face, noon().AddDate(1, 0, 0), "/x") {
		reasons = append(reasons, v.Code)
	}
	require.ElementsMatch(t, []string{"G13", "G02", "G08", "G11", "G09"}, reasons)

	g.Terms = testTerms()
	claim = GuaranteeClaim{GRN: terms.GRN, Type: "1", Amount: Money{Minor: 1, Currency: "EUR"}}
	require.Empty(t, g.Admits(claim, testFace(), time.Date(2026, 12, 31, 23, 59, 59, 0, time.UTC), ""), "the last day is included")
	require.NotEmpty(t, g.Admits(claim, testFace(), time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), ""))
}

func TestAccessCodeOpensWithoutCase(t *testing.T) {
	code, err := HashAccessCode("G", "ab1Z", []byte("0123456789abcdef"))
	require.NoError(t, err)
	g := Guarantee{Terms: Terms{GRN: "G"}, AccessCodes: []AccessCode{code}}
	for c, want := range map[string]bool{"AB1Z": true, "ab1z": true, "AB1": false, "AB1ZZ": false, "": false} {
		opens, err := g.Opens(c)
		require.NoError(t, err)
		require.Equal(t, want, opens, c)
	}
	g.Terms.GRN = "H"
	opens, err := g.Opens("AB1Z")
	require.NoError(t, err)
	require.False(t, opens, "a code opens its own guarantee only")
}

func TestOpenSplitsTheWholeAmount(t *testing.T) {
	terms := testTerms()
	balances := terms.Open()
	require.Len(t, balances, 4)
	g := Guarantee{Terms: terms}
	require.Equal(t, Sums{Available: terms.ReferenceAmount.Minor}, g.Sums(balances))
	require.Equal(t, int64(2_500_001), balances[0].Available)
	require.Equal(t, int64(2_500_000), balances[3].Available)
}

func TestLockIsAllOrNothing(t *testing.T) {
	a, b := Balance{Index: 0, Available: 5, Open: map[string]int64{}}, Balance{Index: 1, Available: 7, Open: map[string]int64{}}
	for _, nothing := range []int64{0, -1, -1 << 62} {
		_, _, ok := Lock([]*Balance{&a, &b}, "M", nothing)
		require.False(t, ok)
	}
	parts, free, ok := Lock([]*Balance{&a, &b}, "M", 13)
	require.False(t, ok)
	require.Nil(t, parts)
	require.Equal(t, int64(12), free)
	require.Equal(t, int64(5), a.Available, "nothing is drawn on refusal")

	parts, _, ok = Lock([]*Balance{&b, &a}, "M", 9)
	require.True(t, ok)
	require.Equal(t, []UsagePart{{Balance: 1, Minor: 7}, {Balance: 0, Minor: 2}}, parts, "in the order given")
	require.Error(t, Free([]*Balance{&b, &a}, "N", parts), "another movement's parts")
	require.NoError(t, Free([]*Balance{&b, &a}, "M", parts))
	require.Error(t, Free([]*Balance{&b, &a}, "M", parts), "freed twice")
	require.Equal(t, int64(12), a.Available+b.Available)
}

func TestAFullBalanceTakesNoFurtherUsage(t *testing.T) {
	b := Balance{Available: 1000, Open: map[string]int64{}}
	for i := range maxOpenUsages {
		_, _, ok := Lock([]*Balance{&b}, fmt.Sprint(i), 1)
		require.True(t, ok)
	}
	_, _, ok := Lock([]*Balance{&b}, "one more", 1)
	require.False(t, ok)
}
