package journey

import (
	"testing"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
)

func TestADeclarationIsLeftWithOneOfItsGuarantees(t *testing.T) {
	references := func(grns ...string) (out []transit.DeclaredReference) {
		for i, grn := range grns {
			out = append(out, transit.DeclaredReference{SequenceNumber: i + 1, GRN: grn, AccessCode: "code", AmountToBeCovered: "1", Currency: "USD"})
		}
		return out
	}
	std := &transit.STD{Guarantees: []transit.DeclaredGuarantee{
		{SequenceNumber: 1, GuaranteeType: "2", GuaranteeReferences: references("A")},
		{SequenceNumber: 2, GuaranteeType: "1", GuaranteeReferences: references("B", "C")},
	}}
	onlyOn(std, "C", transit.Money{Minor: 925100, Currency: "USD"})
	require.Equal(t, []transit.DeclaredGuarantee{{SequenceNumber: 1, GuaranteeType: "1", GuaranteeReferences: []transit.DeclaredReference{
		{SequenceNumber: 1, GRN: "C", AccessCode: "code", AmountToBeCovered: "9251.00", Currency: "USD"},
	}}}, std.Guarantees)
}

func TestAnIndividualGuaranteeIsNotOverdrawn(t *testing.T) {
	of := func(guaranteeType string) *transit.GuaranteeView {
		return &transit.GuaranteeView{Guarantee: &transit.Guarantee{Terms: transit.Terms{Type: guaranteeType}}}
	}
	many := of("9")
	require.Same(t, many, manifold([]*transit.GuaranteeView{nil, of("2"), of("4"), many, of("1")}))
	require.Nil(t, manifold([]*transit.GuaranteeView{nil, of("2")}))
}
