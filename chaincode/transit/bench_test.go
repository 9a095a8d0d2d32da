package transit

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// benchItems are the sizes of declarations that the benchmarks take: one goods item, a groupage load, and the most there can be.
func benchItems() []int { return []int{1, 100, 1999} }

// bySize runs one benchmark for each size of declaration.
func bySize(b *testing.B, prepare func(testing.TB, *STD) func() error) {
	b.Helper()
	for _, items := range benchItems() {
		b.Run(fmt.Sprintf("%d items", items), func(b *testing.B) {
			work := prepare(b, withItems(items))
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
	bySize(b, func(_ testing.TB, s *STD) func() error {
		return func() error {
			_, err := Canonical(s)
			return err
		}
	})
}

// BenchmarkDecode tells what strict reading costs, the first thing that the peer of the country of departure does with a declaration.
func BenchmarkDecode(b *testing.B) {
	bySize(b, func(tb testing.TB, s *STD) func() error {
		tb.Helper()
		raw, err := Canonical(s)
		require.NoError(tb, err)
		return func() error {
			_, err := DecodeSTD(raw)
			return err
		}
	})
}

// BenchmarkSeal tells what it costs to split a declaration into its sections and to seal each, the last thing that this peer does.
func BenchmarkSeal(b *testing.B) {
	seed := make([]byte, SeedLength)
	bySize(b, func(_ testing.TB, s *STD) func() error {
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
		s := withItems(items)
		require.Empty(t, Check(s, testContext()), items)
		raw, err := Canonical(s)
		require.NoError(t, err)
		require.LessOrEqual(t, len(raw), MaxSTDBytes)
		read, err := DecodeSTD(raw)
		require.NoError(t, err)
		require.Equal(t, s, read)
	}
}
