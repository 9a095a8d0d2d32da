package gatewaytest

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
)

// nesting is how deep values go before they leave out what they can.
const nesting = 9

// Value makes a value that is valid by a schema of the document, as [json.Unmarshal] would give it, but for numbers, which are
// [json.Number]. Examples of the schema come often: they get further than chance.
func (d *Document) Value(r *rand.Rand, name string) any {
	return d.value(r, map[string]any{"$ref": "#/components/schemas/" + name}, 0)
}

func (d *Document) value(r *rand.Rand, s map[string]any, depth int) any {
	for s["$ref"] != nil {
		ref, _ := s["$ref"].(string)
		s = d.find(ref)
	}
	if told := told(r, s); told != nil {
		return told
	}
	switch kind := kindOf(r, s["type"]); kind {
	case "object":
		return d.object(r, s, depth)
	case "array":
		return d.array(r, s, depth)
	case "string":
		return text(r, s)
	case "integer":
		return integer(r, s)
	case "number":
		return json.Number("1.5")
	case "boolean":
		return r.IntN(2) == 0
	case "":
		return map[string]any{"any": "thing"}
	}
	return nil
}

// told is a value that the schema itself names: often its example, always one of its list; nil when it names none.
func told(r *rand.Rand, s map[string]any) any {
	if examples := list(s["examples"]); len(examples) > 0 && r.IntN(10) < 6 {
		return examples[r.IntN(len(examples))]
	}
	if values := list(s["enum"]); len(values) > 0 {
		return values[r.IntN(len(values))]
	}
	return nil
}

// kindOf chooses among the types of a schema; null now and then.
func kindOf(r *rand.Rand, kinds any) string {
	if kind, is := kinds.(string); is {
		return kind
	}
	all := list(kinds)
	if len(all) == 0 {
		return ""
	}
	kind, _ := all[0].(string)
	if len(all) > 1 && r.IntN(8) == 0 {
		kind, _ = all[1].(string)
	}
	return kind
}

func (d *Document) object(r *rand.Rand, s map[string]any, depth int) any {
	out := map[string]any{}
	properties := object(s["properties"])
	var required []string
	for _, name := range list(s["required"]) {
		text, _ := name.(string)
		required = append(required, text)
	}
	for _, name := range sorted(properties) {
		if name == "$schema" {
			continue
		}
		if slices.Contains(required, name) || depth < nesting && r.IntN(2+depth/3) == 0 {
			out[name] = d.value(r, object(properties[name]), depth+1)
		}
	}
	if more := object(s["additionalProperties"]); more != nil && r.IntN(2) == 0 {
		out["k"+word(r)] = d.value(r, more, depth+1)
	}
	return out
}

func (d *Document) array(r *rand.Rand, s map[string]any, depth int) any {
	n := bound(s["minItems"], 0)
	if depth < nesting {
		n += r.IntN(3)
	}
	out := make([]any, 0, n)
	for range n {
		out = append(out, d.value(r, object(s["items"]), depth+1))
	}
	return out
}

func integer(r *rand.Rand, s map[string]any) any {
	low := bound(s["minimum"], math.MinInt32)
	switch r.IntN(6) {
	case 0:
		return json.Number("9007199254740991")
	case 1:
		return number(low)
	case 2:
		return number(max(low, 0))
	}
	return number(max(low, 0) + r.IntN(1000))
}

func number(n int) json.Number {
	b, _ := json.Marshal(n) //nolint:errchkjson // a number can be written
	return json.Number(b)
}

func bound(v any, otherwise int) int {
	n, is := v.(json.Number)
	if !is {
		return otherwise
	}
	f, err := n.Float64()
	if err != nil {
		return otherwise
	}
	return int(f)
}

// text makes a text in the form that the schema wants.
func text(r *rand.Rand, s map[string]any) any {
	format, _ := s["format"].(string)
	pattern, _ := s["pattern"].(string)
	switch {
	case format == "date":
		return pick(r, "2026-12-31", "2024-02-29", "0001-01-01", "9999-12-31")
	case format == "date-time":
		return pick(r, "2026-12-31T23:59:59Z", "2026-11-24T12:00:00.123456789Z", "1970-01-01T00:00:00+05:00")
	case format == "uri":
		return "urn:carec:cats:problem:NOT_FOUND"
	case strings.HasPrefix(pattern, `^\d{4}-`):
		return pick(r, "2026-12-31T23:59:59", "2026-01-01T00:00:00")
	case pattern != "":
		return pick(r, "0", "12", "1500.25", "99999999999999.999999")
	}
	out := pick(r, word(r), word(r)+" "+word(r), "", "Алматы – Бишкек", "霍尔果斯口岸", "Қазақстан \U0001F69B", "a\"b\\c\n\t", "<b>&amp;'", "e\u0301\u202e")
	if most := bound(s["maxLength"], len(out)); len([]rune(out)) > most {
		out = string([]rune(out)[:most])
	}
	return out
}

const letters = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"

func word(r *rand.Rand) string {
	b := make([]byte, 1+r.IntN(18))
	for i := range b {
		b[i] = letters[r.IntN(len(letters))]
	}
	return string(b)
}

func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }
