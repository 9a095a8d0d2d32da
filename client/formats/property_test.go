package formats_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/formats"
)

// validText draws a value of a simple type from a pattern of its own, told apart from the checks of the product.
func validText(t *rapid.T, name string) string {
	const word = `[A-Za-z0-9\-./&<>"'ÄéЖқ中文😀]`
	patterns := map[string]string{
		"digit": `[0-9]`, "digits2": `[0-9]{2}`, "letter": `[A-Za-z]`, "role": `[A-Za-z]{1,3}`, "currency": `[A-Za-z]{3}`,
		"flag": `[01]`, "language": `[A-Za-z]{2}`, "country": `[A-Z]{2}`, "capital": `[A-Z]`, "guaranteeType": `[A-Z0-9]`,
		"office": `[A-Z]{2}[A-Z0-9]{6}`, "operator": `[A-Z]{2}[!-~]{1,15}`, "grn": `[0-9]{2}[A-Z]{2}[A-Z0-9]{12}[0-9]([A-Z][0-9]{6})?`,
		"tirCarnet": `([1-9][0-9]{0,6}|2[0-4][0-9]{6}|25000000|XA(2[5-9]|100)[0-9]{6})`,
		"ascii17":   `[!-~]([ -~]{1,15}[!-~])?`, "ucr": `[!-~]([ -~]{1,33}[!-~])?`, "eMail": `[a-z]{1,9}@[a-z]{1,9}\.[a-z]{2,9}`,
		"latitude": `([+\-]?[0-8]?[0-9]\.[0-9]{5,7}|90\.0000000?)`, "longitude": `([+\-]?(1[0-7]|0?[0-9])[0-9]\.[0-9]{5,7}|180\.00000)`,
		"phase": `NCTS5\.[01]`, "messageType": `CC015C`, "amount": `(0|[1-9][0-9]{0,12})(\.[0-9]{1,2}0{0,3})?`,
		"mass": `([1-9][0-9]{0,9}(\.[0-9]{1,6}0?)?|0\.[0-9]{0,4}[1-9])`, "massOrZero": `(0|[1-9][0-9]{0,9})(\.[0-9]{1,6})?`,
		"date": `(19|20)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])`, "number1999": `(1[0-9]{3}|[1-9][0-9]{0,2})`,
		"number99999": `[1-9][0-9]{0,4}`, "number99999999": `[1-9][0-9]{0,7}`, "count9999": `(0|[1-9][0-9]{0,3})`,
		"count99999999": `(0|[1-9][0-9]{0,7})`, "digits1-2": `[0-9]{1,2}`, "number9": `[1-9]`, "eMailAny": `[a-z]{1,9}@[a-z]{1,9}\.[a-z]{2,9}`,
		"mrn": `(2[4-9]|[3-9][0-9])[A-Z]{2}[A-Z0-9]{12}[J-M][0-9]`, "errorCode": `(1[2-5]|26|5[0-2]|9[023])`, "officeCountry": `(DE|TR|UA)`,
		"ascii1-17": `[ -~]{1,17}`, "ascii1-35": `[ -~]{1,35}`, "ascii1-70": `[ -~]{1,70}`,
	}
	patterns["dateTime"] = patterns["date"] + `T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]`
	if p, known := patterns[name]; known {
		return rapid.StringMatching(p).Draw(t, name)
	}
	var least, most int
	switch {
	case strings.HasPrefix(name, "text="), strings.HasPrefix(name, "chars="), strings.HasPrefix(name, "token1-"):
		_, err := fmt.Sscan(name[strings.IndexAny(name, "=-")+1:], &most)
		require.NoError(t, err)
		if least = most; strings.HasPrefix(name, "token1-") {
			least = 1
		}
	default:
		_, err := fmt.Sscan(strings.TrimLeft(name, "tokenxchars"), &most)
		require.NoError(t, err)
		if least = most; !strings.HasPrefix(name, "token") {
			least = 1
		}
	}
	inner := `[A-Za-zЖ中 ]`
	if strings.HasPrefix(name, "token") {
		inner = word // blanks in a row would collapse
	}
	switch n := rapid.IntRange(least, most).Draw(t, "length"); n {
	case 1:
		return rapid.StringMatching(word).Draw(t, name)
	default:
		return rapid.StringMatching(word+inner+fmt.Sprintf("{%d}", n-2)+word).Draw(t, name)
	}
}

func drawValid(t *rapid.T) *transit.STD {
	s := &transit.STD{}
	fillValid(t, reflect.ValueOf(s).Elem(), transit.Schema(), false)
	return s
}

// drawFull draws a valid document that has every element of the schema once.
func drawFull(t *rapid.T) *transit.STD {
	s := &transit.STD{}
	fillValid(t, reflect.ValueOf(s).Elem(), transit.Schema(), true)
	return s
}

func fillValid(t *rapid.T, v reflect.Value, group *transit.Element, full bool) {
	for _, e := range group.Children {
		if e.Extension || e.Max == 0 {
			continue // no message has it, or none of this phase
		}
		field := v.Field(e.Field)
		count := 1
		if !full {
			count = rapid.IntRange(min(1, e.Min), min(e.Max, e.Min+1, 2)).Draw(t, "count of "+e.JSON)
		}
		for range count {
			switch {
			case e.List:
				element := reflect.New(field.Type().Elem()).Elem()
				fillValid(t, element, e, full)
				field.Set(reflect.Append(field, element))
			case e.Type == nil && field.Kind() == reflect.Pointer:
				field.Set(reflect.New(field.Type().Elem()))
				fillValid(t, field.Elem(), e, full)
			case e.Type == nil:
				fillValid(t, field, e, full)
			default:
				setLeaf(t, field, validText(t, e.Type.Name))
			}
		}
	}
}

func setLeaf(t *rapid.T, field reflect.Value, text string) {
	if field.Kind() == reflect.String {
		field.SetString(text)
		return
	}
	if field.Kind() == reflect.Pointer {
		field.Set(reflect.New(field.Type().Elem()))
		field = field.Elem()
	}
	var n int64
	_, err := fmt.Sscan(text, &n)
	require.NoError(t, err)
	field.SetInt(n)
}

// batch collects messages and lets xmllint judge them all in one run.
type batch struct {
	dir      string
	messages [][]byte
	ours     []error
}

func (b *batch) add(t testing.TB, message []byte, ours error) {
	t.Helper()
	require.NoError(t, os.WriteFile(b.file(len(b.messages)), message, 0o600))
	b.messages, b.ours = append(b.messages, message), append(b.ours, ours)
}

func (b *batch) file(i int) string { return filepath.Join(b.dir, fmt.Sprintf("%05d.xml", i)) }

// verdicts returns for each message whether the schema accepts it, and what xmllint said.
func (b *batch) verdicts(t testing.TB) (valid []bool, output string) {
	t.Helper()
	xsd := filepath.Join(sharedDir(t), "xsd-p5-v2_1", "cc015c.xsd")
	if _, err := exec.LookPath("xmllint"); err != nil {
		t.Skip("xmllint is not installed (package libxml2-utils)")
	}
	arguments := []string{"--noout", "--schema", xsd}
	for i := range b.messages {
		arguments = append(arguments, b.file(i))
	}
	said, _ := exec.CommandContext(context.Background(), "xmllint", arguments...).CombinedOutput()
	for i := range b.messages {
		valid = append(valid, bytes.Contains(said, []byte(b.file(i)+" validates\n")))
	}
	return valid, string(said)
}

func TestValidDocumentsAreWrittenValidAndReadBackEqual(t *testing.T) {
	b := &batch{dir: t.TempDir()}
	rapid.Check(t, func(r *rapid.T) {
		s := drawValid(r)
		require.Empty(r, s.CheckFormat())
		var written bytes.Buffer
		require.NoError(r, formats.WriteCC015C(&written, s))
		b.add(t, written.Bytes(), nil)
		again, err := formats.ReadCC015C(&written)
		require.NoError(r, err)
		require.Equal(r, s, again)
	})
	valid, output := b.verdicts(t)
	for i := range valid {
		require.True(t, valid[i], "%s\n%s", b.messages[i], output)
	}
}

// trickyValues are values at and beyond the limits of the simple types, as they stand in XML.
func trickyValues() []string {
	return []string{"", " ", "0", "1", "-1", "01", "+1", "1.0", "1.0000000", "0.000", "1e3", "NaN", "٣", "X", "xx", "A b", "a  b", "a\tb",
		"a\u00a0", "2026-02-30", "2024-02-29", "2026-02-28Z", "2026-13-01T00:00:00", "2026-03-31T23:59:60", "99999999999999999", "100000",
		"CN650100", "cn650100", "é", "乌鲁木齐", "a@b", "a@b.c", "90.00000", "180.000000", "-90.0000000", "<b/>", "&#9;", "&#xFFFD;", "1999", "2000",
		strings.Repeat("Ж", 22), strings.Repeat("Ж", 36), strings.Repeat("z", 513), "12345678901.123456", "1234567890123456.0",
		"2026-03-31T00:00:00", "0000-01-01", "2026-03-31T10:00:00.0", "12:00", "AB1", "ab1234", "GB\u3000", "\u00a0x", "CC013C", "NCTS5.1",
		"09GB0000010000084", "09GB0000010000084A000001", "XA25000001", "25000001", "9999999", "99999999", "-0", "00", ".5", "5.", "1,5", "180.0000001",
		"+89.99999", "1a@b.c ", "é@b.c"}
}

// mutate changes one to three lines of a message in which every element has its own line.
func mutate(t *rapid.T, message string) string {
	values := trickyValues()
	lines := strings.Split(strings.TrimSpace(message), "\n")
	for range rapid.IntRange(1, 3).Draw(t, "mutations") {
		i := rapid.IntRange(2, len(lines)-2).Draw(t, "line")
		switch rapid.SampledFrom([]string{"value", "value", "value", "delete", "double", "swap", "rename"}).Draw(t, "kind") {
		case "value":
			open, rest := strings.Index(lines[i], ">"), strings.Index(lines[i], "</")
			if open > 0 && rest > open {
				lines[i] = lines[i][:open+1] + rapid.SampledFrom(values).Draw(t, "value") + lines[i][rest:]
			}
		case "delete":
			lines[i] = ""
		case "double":
			lines[i] += lines[i]
		case "swap":
			j := rapid.IntRange(2, len(lines)-2).Draw(t, "other")
			lines[i], lines[j] = lines[j], lines[i]
		case "rename":
			lines[i] = strings.ReplaceAll(lines[i], "referenceNumber", "type")
		}
	}
	return strings.Join(lines, "\n") + "\n"
}

// knownStricter tells where a message valid by the schema is refused on purpose: it says that it is another one, or any character
// stands where the schema forgot to escape the point of 90.000000 and 180.000000.
func knownStricter(err error) bool {
	point := regexp.MustCompile(`^[+-]?(90|180)\D0+$`)
	for _, v := range violationsOf(err) {
		if v.Pointer != "/message/messageType" && !point.MatchString(v.Value) {
			return false
		}
	}
	return err != nil
}

func TestVerdictsOnSpoiltMessagesAreThoseOfTheSchema(t *testing.T) {
	b := &batch{dir: t.TempDir()}
	var sources []string
	for _, name := range []string{"cn-kz-kg-electronics.xml", "cn-kz-kg-groupage.xml"} {
		s, err := formats.ReadCC015C(strings.NewReader(exampleMessage(t, name)))
		require.NoError(t, err)
		var written bytes.Buffer
		require.NoError(t, formats.WriteCC015C(&written, s))
		sources = append(sources, written.String())
	}
	rapid.Check(t, func(r *rapid.T) {
		source := rapid.SampledFrom(sources).Draw(r, "source")
		if rapid.Bool().Draw(r, "drawn") {
			var written bytes.Buffer
			require.NoError(r, formats.WriteCC015C(&written, drawValid(r)))
			source = written.String()
		}
		spoilt := []byte(mutate(r, source))
		_, err := formats.ReadCC015C(bytes.NewReader(spoilt))
		b.add(t, spoilt, err)
	})
	valid, output := b.verdicts(t)
	accepted := 0
	for i, ours := range b.ours {
		if ours == nil {
			accepted++
		}
		if valid[i] != (ours == nil) && !knownStricter(ours) {
			var said []string
			for line := range strings.Lines(output) {
				if strings.Contains(line, b.file(i)) {
					said = append(said, line)
				}
			}
			t.Errorf("schema says valid=%v, we say %v\n%s\n%s", valid[i], ours, strings.Join(said, ""), b.messages[i])
		}
	}
	t.Logf("%d of %d spoilt messages are valid", accepted, len(valid))
}

func TestVerdictsOnEverySimpleTypeAreThoseOfTheSchema(t *testing.T) {
	var written bytes.Buffer
	require.NoError(t, formats.WriteCC015C(&written, rapid.Custom(drawFull).Example(1)))
	lines := strings.Split(written.String(), "\n")
	var leaves []*transit.Element
	listLeaves(&leaves, transit.Schema())
	if testing.Short() {
		t.Skip("judges several thousand messages")
	}
	values := trickyValues()
	for _, n := range []int{1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 13, 17, 18, 20, 21, 22, 23, 35, 36, 70, 71, 256, 257, 512, 513} {
		values = append(values, strings.Repeat("Ж", n), strings.Repeat("7", n))
	}
	b := &batch{dir: t.TempDir()}
	var labels []string
	tested := map[string]bool{}
	for i, line := range lines {
		open, end := strings.Index(line, ">"), strings.Index(line, "</")
		if end <= 0 || open < 0 || open > end {
			continue
		}
		leaf := leaves[0]
		leaves = leaves[1:]
		require.Contains(t, line, "<"+leaf.Name+">")
		if tested[leaf.Type.Name] {
			continue
		}
		tested[leaf.Type.Name] = true
		for _, value := range values {
			lines[i] = line[:open+1] + value + line[end:]
			message := []byte(strings.Join(lines, "\n"))
			_, err := formats.ReadCC015C(bytes.NewReader(message))
			b.add(t, message, err)
			labels = append(labels, fmt.Sprintf("%s %q", leaf.Type.Name, value))
		}
		lines[i] = line
	}
	require.Empty(t, leaves)
	valid, _ := b.verdicts(t)
	for i, ours := range b.ours {
		if valid[i] != (ours == nil) && !knownStricter(ours) {
			t.Errorf("%s: the schema says valid=%v, we say %v", labels[i], valid[i], ours)
		}
	}
	t.Logf("%d simple types, %d messages", len(tested), len(labels))
}

func listLeaves(into *[]*transit.Element, group *transit.Element) {
	for _, e := range group.Children {
		if e.Extension {
			continue
		}
		if e.Type == nil {
			listLeaves(into, e)
		} else if !e.Attribute {
			*into = append(*into, e)
		}
	}
}

func listTags(into *[]string, group *transit.Element, at string) {
	for _, e := range group.Children {
		switch {
		case e.Attribute, e.Extension, e.Max == 0:
		case e.Name == "":
			listTags(into, e, at)
		default:
			*into = append(*into, fmt.Sprintf("%s/%s %d..%d", at, e.Name, e.Min, e.Max))
			listTags(into, e, at+"/"+e.Name)
		}
	}
}
