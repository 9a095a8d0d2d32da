package transit

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// benchItems are the sizes of declarations that the benchmarks take: one goods item, a groupage load, and the most there can be.
func benchItems() []int { return []int{1, 100, 1999} }

// goodsOf is a declaration of n goods items, in house consignments of at most 999.
func goodsOf(n int) *STD {
	s := declaration()
	model := s.Consignment.HouseConsignments[0].ConsignmentItems[0]
	s.Consignment.TransportEquipment[0].GoodsReferences = nil
	s.Consignment.HouseConsignments, s.Consignment.GrossMass = nil, Decimal(fmt.Sprint(n))
	for first := 1; first <= n; first += 999 {
		last := min(first+998, n)
		h := HouseConsignment{SequenceNumber: first/999 + 1, GrossMass: Decimal(fmt.Sprint(last - first + 1))}
		for number := first; number <= last; number++ {
			it := model
			it.GoodsItemNumber, it.DeclarationGoodsItemNumber = number-first+1, number
			it.Commodity.GoodsMeasure = &GoodsMeasure{GrossMass: "1", NetMass: "0.9"}
			it.Packaging = []Packaging{
				{SequenceNumber: 1, TypeOfPackages: "CT", NumberOfPackages: count(10), ShippingMarks: fmt.Sprint("LOT ", number)},
			}
			h.ConsignmentItems = append(h.ConsignmentItems, it)
		}
		s.Consignment.HouseConsignments = append(s.Consignment.HouseConsignments, h)
	}
	return s
}

// bySize runs one benchmark for each size of declaration.
func bySize(b *testing.B, prepare func(*testing.B, *STD) func() error) {
	b.Helper()
	for _, items := range benchItems() {
		b.Run(fmt.Sprintf("%d items", items), func(b *testing.B) {
			work := prepare(b, goodsOf(items))
			b.ReportAllocs()
			for b.Loop() {
				if err := work(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkCanonical tells what the canonical form costs, which the declarant's client makes.
func BenchmarkCanonical(b *testing.B) {
	bySize(b, func(_ *testing.B, s *STD) func() error {
		return func() error {
			_, err := Canonical(s)
			return err
		}
	})
}

// BenchmarkDecode tells what strict reading costs, the first thing that the peer of the country of departure does with a declaration.
func BenchmarkDecode(b *testing.B) {
	bySize(b, func(b *testing.B, s *STD) func() error {
		raw, err := Canonical(s)
		require.NoError(b, err)
		b.SetBytes(int64(len(raw)))
		return func() error {
			_, err := DecodeSTD(raw)
			return err
		}
	})
}

// BenchmarkSeal tells what it costs to split a declaration into its sections and to seal each, the last thing that this peer does.
func BenchmarkSeal(b *testing.B) {
	seed := make([]byte, SeedLength)
	bySize(b, func(_ *testing.B, s *STD) func() error {
		return func() error {
			sections, err := s.Sections()
			for _, section := range sections {
				if err == nil {
					_, _, err = SealSection(section, seed)
				}
			}
			return err
		}
	})
}

// What is measured is what is accepted: a benchmark of refused declarations would measure the refusal.
func TestTheBenchmarksTakeValidDeclarations(t *testing.T) {
	for _, items := range benchItems() {
		s := goodsOf(items)
		require.Empty(t, Check(s, testContext()), items)
		raw, err := Canonical(s)
		require.NoError(t, err)
		require.LessOrEqual(t, len(raw), MaxSTDBytes)
		read, err := DecodeSTD(raw)
		require.NoError(t, err)
		require.Equal(t, s, read)
	}
}
