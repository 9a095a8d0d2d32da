package formats_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/formats"
	"carec.example/cats/client/formats/internal/stdgen"
)

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
		s := stdgen.Valid(r)
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
			require.NoError(r, formats.WriteCC015C(&written, stdgen.Valid(r)))
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
	require.NoError(t, formats.WriteCC015C(&written, rapid.Custom(stdgen.Full).Example(1)))
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
