package formats_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/formats"
	"carec.example/cats/client/formats/internal/stdgen"
	"carec.example/cats/client/formats/ncts"
)

func TestEveryDeclarationFitsIntoItsRelease(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		std := stdgen.Valid(r)
		m := formats.NewMessage("CC029C", transit.Phase5)
		left := ncts.Carry(m.Content, std)
		for _, pointer := range left {
			require.True(r, slices.Contains([]string{
				"/transitOperation/limitDate", "/transitOperation/presentationOfTheGoodsDateAndTime",
			}, pointer) || strings.HasSuffix(pointer, "/supplementaryUnits"), "%s is lost", pointer)
		}
		m.Header().Type = "CC029C"
		ncts.Set(m.Content, "TransitOperation/MRN", mrn)
		ncts.Set(m.Content, "Consignment/containerIndicator", "0") // A declaration may leave it out, the release may not.
		ncts.Set(m.Content, "TransitOperation/declarationAcceptanceDate", "2026-03-02")
		ncts.Set(m.Content, "TransitOperation/releaseDate", "2026-03-03")
		before := len(m.Check())
		dropped := ncts.Prune(m.Content, m.Schema())
		require.Empty(r, m.Check())
		require.Equal(r, before == 0, len(dropped) == 0)
		for _, pointer := range dropped {
			require.Regexp(r, `(TransportMeans|guaranteeReferences|goodsMeasure)(/\d+)?$`, pointer)
		}
	})
}

func TestADeclarationBecomesAnAmendmentAndBack(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		std := stdgen.Valid(r)
		c := &ncts.CC013C{}
		require.Empty(r, ncts.Carry(c, std))
		c.Message.Type, c.TransitOperation.AmendmentTypeFlag = "CC013C", transit.FlagNo
		m := &formats.Message{Kind: ncts.Find("CC013C"), Content: c}
		require.Empty(r, m.Check())
		a, err := formats.AmendmentOf(c)
		require.NoError(r, err)
		require.Equal(r, std, a.Document)
	})
}

func TestCarryingTellsWhatItLeaves(t *testing.T) {
	to, from := &ncts.CC014C{}, &ncts.CC007C{}
	from.TransitOperation.MRN, from.TransitOperation.SimplifiedProcedure = mrn, "1"
	from.Consignment.LocationOfGoods.TypeOfLocation = "A"
	require.Equal(t, []string{"/transitOperation/simplifiedProcedure", "/consignment"}, ncts.Carry(to, from))
	require.Equal(t, mrn, to.TransitOperation.MRN)
}

func TestElementsAreSetAndReadByPath(t *testing.T) {
	c := &ncts.CC056C{}
	ncts.Set(c, "TransitOperation/MRN", mrn)
	ncts.Set(c, "FunctionalError[2]/errorCode", "12")
	ncts.Set(c, "Representative/status", "2")
	ncts.Set(c, "HolderOfTheTransitProcedure/Address/city", "")
	require.Equal(t, mrn, ncts.Get(c, "TransitOperation/MRN"))
	require.Len(t, c.FunctionalErrors, 2)
	require.Equal(t, "12", c.FunctionalErrors[1].ErrorCode)
	require.Equal(t, "2", ncts.Get(c, "Representative/status"))
	require.Nil(t, c.Holder.Address, "an empty value makes no group")
	require.Empty(t, ncts.Get(c, "HolderOfTheTransitProcedure/Address/city"))
	require.Empty(t, ncts.Get(c, "Nowhere/at/all"))
	require.Panics(t, func() { ncts.Set(c, "Nowhere", "x") })
	require.Panics(t, func() { ncts.Set(c, "TransitOperation[1]/MRN", "x") })
	require.Panics(t, func() { ncts.Set(&ncts.CC060C{}, "TypeOfControls[1]/sequenceNumber", "x") })
}

func TestPointersBecomePaths(t *testing.T) {
	schema := ncts.Find("CC015C").Schema(transit.Phase5)
	for pointer, want := range map[string]string{
		"":                                   "/CC015C",
		"/message/messageSender":             "/CC015C/messageSender",
		"/message/phaseID":                   "/CC015C/@PhaseID",
		"/transitOperation/lrn":              "/CC015C/TransitOperation/LRN",
		"/guarantees/1/guaranteeReferences":  "/CC015C/Guarantee[2]/GuaranteeReference",
		"/consignment/houseConsignments/0/x": "/CC015C/Consignment/HouseConsignment[1]/x",
		"/nowhere/0":                         "/CC015C/nowhere/0",
	} {
		require.Equal(t, want, ncts.XPath(schema, pointer), pointer)
	}
}
