package formats_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/formats"
	"carec.example/cats/client/formats/national"
	"carec.example/cats/client/formats/ubl"
)

// benchItems are the goods items of the declarations that the benchmarks take.
const benchItems = 100

// groupage is the shipped declaration with so many goods items.
func groupage(tb testing.TB) *transit.STD {
	tb.Helper()
	raw, err := os.ReadFile("examples/cn-kz-kg-electronics.xml")
	require.NoError(tb, err)
	std, err := formats.ReadCC015C(bytes.NewReader(raw))
	require.NoError(tb, err)
	house := &std.Consignment.HouseConsignments[0]
	models := house.ConsignmentItems
	house.ConsignmentItems = nil
	equipment := &std.Consignment.TransportEquipment[0]
	equipment.GoodsReferences = nil
	for i := range benchItems {
		item := models[i%len(models)]
		item.GoodsItemNumber, item.DeclarationGoodsItemNumber = i+1, i+1
		item.Commodity.GoodsMeasure = &transit.GoodsMeasure{GrossMass: "12", NetMass: "10"}
		house.ConsignmentItems = append(house.ConsignmentItems, item)
		equipment.GoodsReferences = append(equipment.GoodsReferences, transit.GoodsReference{SequenceNumber: i + 1, DeclarationGoodsItemNumber: i + 1})
	}
	house.GrossMass = transit.Decimal(fmt.Sprint(12 * benchItems))
	std.Consignment.GrossMass = house.GrossMass
	require.Empty(tb, transit.Check(std, benchRules()))
	return std
}

func benchRules() transit.RuleContext {
	return transit.RuleContext{
		Now:    time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC),
		Member: func(country string) bool { return strings.Contains("CN KZ KG", country) },
	}
}

// written is what a writer of a format makes of the declaration.
func written(tb testing.TB, write func(io.Writer, *transit.STD) error) (*transit.STD, []byte) {
	tb.Helper()
	std := groupage(tb)
	var b bytes.Buffer
	require.NoError(tb, write(&b, std))
	return std, b.Bytes()
}

// benched measures one conversion of so many bytes.
func benched(b *testing.B, size int, do func() error) {
	b.Helper()
	b.Run(fmt.Sprintf("%d items", benchItems), func(b *testing.B) {
		b.SetBytes(int64(size))
		b.ReportAllocs()
		for b.Loop() {
			if err := do(); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkReadCC015C is a declaration's way in: bounded, strict, every element held against the schema.
func BenchmarkReadCC015C(b *testing.B) {
	_, raw := written(b, formats.WriteCC015C)
	benched(b, len(raw), func() error {
		_, err := formats.ReadCC015C(bytes.NewReader(raw))
		return err
	})
}

// BenchmarkWriteCC015C is its way out.
func BenchmarkWriteCC015C(b *testing.B) {
	std, raw := written(b, formats.WriteCC015C)
	benched(b, len(raw), func() error { return formats.WriteCC015C(io.Discard, std) })
}

// BenchmarkInAndOutCC015C is both, with all rules in between.
func BenchmarkInAndOutCC015C(b *testing.B) {
	_, raw := written(b, formats.WriteCC015C)
	rules := benchRules()
	benched(b, len(raw), func() error {
		std, err := formats.ReadCC015C(bytes.NewReader(raw))
		if err != nil {
			return err
		}
		if found := transit.Check(std, rules); len(found) > 0 {
			return fmt.Errorf("refused: %v", found)
		}
		return formats.WriteCC015C(io.Discard, std)
	})
}

// BenchmarkReadUBL and the others are the same for the other formats.
func BenchmarkReadUBL(b *testing.B) {
	_, raw := written(b, writeUBL)
	benched(b, len(raw), func() error {
		_, _, err := ubl.ReadDeclaration(bytes.NewReader(raw))
		return err
	})
}

func BenchmarkWriteUBL(b *testing.B) {
	std, raw := written(b, writeUBL)
	benched(b, len(raw), func() error { return ubl.WriteDeclaration(io.Discard, std) })
}

func writeUBL(w io.Writer, std *transit.STD) error { return ubl.WriteDeclaration(w, std) }

func writeJSON(w io.Writer, std *transit.STD) error {
	raw, err := transit.Canonical(std)
	if err != nil {
		return err
	}
	_, err = w.Write(raw)
	return err
}

func BenchmarkReadJSON(b *testing.B) {
	_, raw := written(b, writeJSON)
	benched(b, len(raw), func() error {
		_, err := transit.DecodeSTD(raw)
		return err
	})
}

func BenchmarkWriteJSON(b *testing.B) {
	std, raw := written(b, writeJSON)
	benched(b, len(raw), func() error { return writeJSON(io.Discard, std) })
}

// internalDocument is the shipped document of a national system with so many goods items, and its mapping.
func internalDocument(tb testing.TB) (*national.Map, []byte) {
	tb.Helper()
	mapping, err := national.LoadFile(os.DirFS("national/examples"), "asycuda-sad.yaml")
	require.NoError(tb, err)
	raw, err := os.ReadFile("national/examples/asycuda-sad.xml")
	require.NoError(tb, err)
	items := regexp.MustCompile(`(?s)  <Item>.*?</Item>\n`).FindAllString(string(raw), -1)
	require.NotEmpty(tb, items)
	number := regexp.MustCompile(`<Item_number>\d+</Item_number>`)
	var all strings.Builder
	for i := range benchItems {
		all.WriteString(number.ReplaceAllString(items[i%len(items)], fmt.Sprintf("<Item_number>%d</Item_number>", i+1)))
	}
	text := strings.Replace(string(raw), strings.Join(items, ""), all.String(), 1)
	return mapping, []byte(text)
}

func BenchmarkReadNational(b *testing.B) {
	mapping, raw := internalDocument(b)
	benched(b, len(raw), func() error {
		_, _, err := mapping.Apply(raw)
		return err
	})
}

// What is measured is what is accepted, whole.
func TestTheBenchmarksTakeWholeDeclarations(t *testing.T) {
	items := func(std *transit.STD) int {
		n := 0
		for _, h := range std.Consignment.HouseConsignments {
			n += len(h.ConsignmentItems)
		}
		return n
	}
	std, xml := written(t, formats.WriteCC015C)
	back, err := formats.ReadCC015C(bytes.NewReader(xml))
	require.NoError(t, err)
	require.Equal(t, std, back)
	_, text := written(t, writeUBL)
	back, _, err = ubl.ReadDeclaration(bytes.NewReader(text))
	require.NoError(t, err)
	require.Equal(t, benchItems, items(back))
	mapping, document := internalDocument(t)
	mapped, report, err := mapping.Apply(document)
	require.NoError(t, err, "%v", report)
	require.Equal(t, benchItems, items(mapped))
}
