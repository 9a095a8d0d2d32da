package transit

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// withItems is a valid declaration of n goods items, in houses of at most 999.
func withItems(n int) *STD {
	s := declaration()
	s.Consignment.TransportEquipment[0].GoodsReferences = nil
	model := *itemOf(s, 1)
	s.Consignment.HouseConsignments, s.Consignment.GrossMass = nil, "99999999"
	for i := range n {
		if i%999 == 0 {
			s.Consignment.HouseConsignments = append(s.Consignment.HouseConsignments,
				HouseConsignment{SequenceNumber: i/999 + 1, GrossMass: "9999999"})
		}
		h := &s.Consignment.HouseConsignments[i/999]
		it := model
		it.GoodsItemNumber, it.DeclarationGoodsItemNumber = i%999+1, i+1
		it.Packaging = []Packaging{{SequenceNumber: 1, TypeOfPackages: "CT", NumberOfPackages: count(10), ShippingMarks: fmt.Sprint("LOT ", i)}}
		h.ConsignmentItems = append(h.ConsignmentItems, it)
	}
	return s
}

// BenchmarkCheck tells what logic control costs an endorsing peer: one item, a usual declaration, and the largest there is.
func BenchmarkCheck(b *testing.B) {
	for _, items := range []int{1, 100, 1999} {
		s := withItems(items)
		require.Empty(b, Check(s, testContext()))
		b.Run(fmt.Sprintf("%d items", items), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Check(s, testContext())
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*items), "ns/item")
		})
	}
}

// The work grows with the items and no faster: an item of the largest declaration costs no more allocations than one of a usual
// one. BenchmarkCheck shows the same of the time, which a test cannot hold on a busy machine.
func TestTheCostOfACheckIsLinear(t *testing.T) {
	perItem := func(items int) float64 {
		s := withItems(items)
		return testing.AllocsPerRun(2, func() { Check(s, testContext()) }) / float64(items)
	}
	require.LessOrEqual(t, perItem(1999), perItem(100)*1.1)
}
