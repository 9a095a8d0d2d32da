package transit

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"
)

// MaxDepth is the deepest nesting of objects and arrays that [DecodeStrict] accepts.
const MaxDepth = 32

// maxSafeInteger is the largest integer that every reader of JSON keeps exactly (RFC 7493, I-JSON).
const maxSafeInteger = 1<<53 - 1

// DecodeError tells why a JSON text was refused and where.
type DecodeError struct {
	// Pointer is the RFC 6901 JSON pointer to the offending place; empty for the whole text.
	Pointer string
	Msg     string
}

func (e *DecodeError) Error() string {
	if e.Pointer == "" {
		return e.Msg
	}
	return e.Pointer + ": " + e.Msg
}

// DecodeStrict decodes one JSON text into v, a pointer. Unlike package
// encoding/json it refuses with a [*DecodeError] what two readers could
// understand differently: invalid UTF-8 and lone surrogates, trailing data,
// fields that are unknown, given twice or spelled in another case, null, numbers
// that are not integers or leave the range of RFC 7493, negative zero, and
// nesting beyond [MaxDepth]. It sets no limit on size.
func DecodeStrict(data []byte, v any) error {
	target := reflect.TypeOf(v)
	if target == nil || target.Kind() != reflect.Pointer {
		return &DecodeError{Msg: fmt.Sprintf("cannot decode into %T: it is not a pointer", v)}
	}
	if err := checkStrict(data, target.Elem(), false); err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(v); err != nil {
		return &DecodeError{Msg: err.Error()}
	}
	return nil
}

// checkStrict walks the whole text against the type it will be decoded into; nil stands for any type.
func checkStrict(data []byte, t reflect.Type, nullAllowed bool) error {
	if !utf8.Valid(data) {
		return &DecodeError{Msg: "not valid UTF-8"}
	}
	w := &strictWalker{data: data, nullAllowed: nullAllowed, fields: map[reflect.Type]map[string]reflect.Type{},
		decoders: map[reflect.Type]decoderKind{}}
	w.space()
	if err := w.value(t); err != nil {
		return err
	}
	w.space()
	if w.at < len(w.data) {
		w.path = nil
		return w.errorf("data after the end of the JSON value, at byte %d", w.at)
	}
	return nil
}

type strictWalker struct {
	data        []byte
	at          int
	path        []string
	nullAllowed bool
	fields      map[reflect.Type]map[string]reflect.Type
	decoders    map[reflect.Type]decoderKind
}

func (w *strictWalker) errorf(format string, args ...any) error {
	pointer := ""
	for _, step := range w.path {
		pointer += "/" + escapePointer(step)
	}
	return &DecodeError{Pointer: pointer, Msg: fmt.Sprintf(format, args...)}
}

// escapePointer writes one step of a JSON pointer (RFC 6901 section 3).
func escapePointer(step string) string {
	return strings.ReplaceAll(strings.ReplaceAll(step, "~", "~0"), "/", "~1")
}

func (w *strictWalker) space() {
	for w.at < len(w.data) && strings.IndexByte(" \t\r\n", w.data[w.at]) >= 0 {
		w.at++
	}
}

func (w *strictWalker) peek() byte {
	if w.at < len(w.data) {
		return w.data[w.at]
	}
	return 0
}

func (w *strictWalker) value(t reflect.Type) error {
	start := w.at
	var err error
	switch c := w.peek(); {
	case c == '{':
		err = w.container(t, w.object)
	case c == '[':
		err = w.container(t, w.array)
	case c == '"':
		err = w.stringValue(t)
	case c == '-' || c >= '0' && c <= '9':
		err = w.number(t)
	default:
		err = w.literal(t)
	}
	if err != nil {
		return err
	}
	return w.custom(t, w.data[start:w.at])
}

// custom lets a type with a decoder of its own judge its value, so that its refusal carries the pointer.
func (w *strictWalker) custom(t reflect.Type, raw []byte) error {
	if w.decoder(t) != jsonDecoder {
		return nil
	}
	if err := json.Unmarshal(raw, reflect.New(indirect(t)).Interface()); err != nil {
		return w.errorf("%v", err)
	}
	return nil
}

func (w *strictWalker) container(t reflect.Type, walk func(reflect.Type) error) error {
	if len(w.path) >= MaxDepth {
		return w.errorf("nested deeper than %d levels", MaxDepth)
	}
	w.at++
	return walk(t)
}

func (w *strictWalker) object(t reflect.Type) error {
	member, err := w.memberTypes(t)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	w.space()
	if w.peek() == '}' {
		w.at++
		return nil
	}
	for {
		if err := w.member(seen, member); err != nil {
			return err
		}
		if done, err := w.next('}'); done || err != nil {
			return err
		}
	}
}

func (w *strictWalker) member(seen map[string]bool, member func(string) (reflect.Type, error)) error {
	if w.peek() != '"' {
		return w.errorf("expected the name of a field at byte %d", w.at)
	}
	name, err := w.text()
	if err != nil {
		return err
	}
	w.path = append(w.path, name)
	defer func() { w.path = w.path[:len(w.path)-1] }()
	folded := strings.ToLower(strings.ToUpper(name))
	if seen[folded] {
		return w.errorf("field %q is given twice, or again in another case", name)
	}
	seen[folded] = true
	t, err := member(name)
	if err != nil {
		return err
	}
	w.space()
	if w.peek() != ':' {
		return w.errorf("expected ':' at byte %d", w.at)
	}
	w.at++
	w.space()
	return w.value(t)
}

// next reads what follows an element: a comma or the end of the container.
func (w *strictWalker) next(end byte) (done bool, err error) {
	w.space()
	switch c := w.peek(); c {
	case end:
		w.at++
		return true, nil
	case ',':
		w.at++
		w.space()
		return false, nil
	default:
		return false, w.errorf("expected ',' or '%c' at byte %d", end, w.at)
	}
}

func (w *strictWalker) array(t reflect.Type) error {
	element, err := w.elementType(t)
	if err != nil {
		return err
	}
	w.space()
	if w.peek() == ']' {
		w.at++
		return nil
	}
	for i := 0; ; i++ {
		w.path = append(w.path, strconv.Itoa(i))
		if err := w.value(element(i)); err != nil {
			return err
		}
		w.path = w.path[:len(w.path)-1]
		if done, err := w.next(']'); done || err != nil {
			return err
		}
	}
}

func (w *strictWalker) stringValue(t reflect.Type) error {
	if _, err := w.text(); err != nil {
		return err
	}
	if t = indirect(t); w.decoder(t) != noDecoder {
		return nil
	}
	binary := t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8
	if t.Kind() != reflect.String && !binary {
		return w.mismatch("a text", t)
	}
	return nil
}

// text reads a string. Escapes may not spell lone surrogates, which decode to U+FFFD and so to another text.
func (w *strictWalker) text() (string, error) {
	start := w.at
	for w.at++; ; w.at++ {
		switch c := w.peek(); {
		case c == '"':
			w.at++
			var s string
			if err := json.Unmarshal(w.data[start:w.at], &s); err != nil {
				return "", w.errorf("text at byte %d is not a JSON string: %v", start, err)
			}
			return s, nil
		case c < ' ':
			return "", w.errorf("text at byte %d does not end, or holds a control character", start)
		case c == '\\':
			if err := w.escape(); err != nil {
				return "", err
			}
		}
	}
}

// escape moves to the last byte of the escape at the position.
func (w *strictWalker) escape() error {
	unit, ok := w.unicodeEscape(w.at)
	if !ok {
		w.at++
		if w.at >= len(w.data) {
			return w.errorf("text does not end")
		}
		return nil
	}
	w.at += 5
	if unit < 0xD800 || unit > 0xDFFF {
		return nil
	}
	low, ok := w.unicodeEscape(w.at + 1)
	if unit >= 0xDC00 || !ok || low < 0xDC00 || low > 0xDFFF {
		return w.errorf("lone surrogate in a text, at byte %d", w.at-5)
	}
	w.at += 6
	return nil
}

// unicodeEscape reads the value of \uXXXX at i.
func (w *strictWalker) unicodeEscape(i int) (uint64, bool) {
	if i+6 > len(w.data) || w.data[i] != '\\' || w.data[i+1] != 'u' {
		return 0, false
	}
	unit, err := strconv.ParseUint(string(w.data[i+2:i+6]), 16, 16)
	return unit, err == nil
}

func (w *strictWalker) number(t reflect.Type) error {
	start := w.at
	for w.at < len(w.data) && strings.IndexByte("+-.eE0123456789", w.data[w.at]) >= 0 {
		w.at++
	}
	lexical := string(w.data[start:w.at])
	n, err := strconv.ParseInt(lexical, 10, 64)
	if err != nil || strconv.FormatInt(n, 10) != lexical || n > maxSafeInteger || n < -maxSafeInteger {
		return w.errorf("%s is not an integer between -(2^53-1) and 2^53-1", lexical)
	}
	if t = indirect(t); w.decoder(t) != noDecoder {
		return nil
	}
	numeric, fits := holds(reflect.New(t).Elem(), n)
	switch {
	case !numeric:
		return w.mismatch("a number", t)
	case !fits:
		return w.errorf("%s is out of range", lexical)
	}
	return nil
}

// holds tells whether a value of its type can be an integer, and this one.
func holds(v reflect.Value, n int64) (numeric, fits bool) {
	if v.CanInt() {
		return true, !v.OverflowInt(n)
	}
	return v.CanUint(), v.CanUint() && n >= 0 && !v.OverflowUint(uint64(n))
}

func (w *strictWalker) literal(t reflect.Type) error {
	switch {
	case w.word("true"), w.word("false"):
		if t = indirect(t); w.decoder(t) == noDecoder && t.Kind() != reflect.Bool {
			return w.mismatch("true or false", t)
		}
		return nil
	case w.word("null"):
		if !w.nullAllowed {
			return w.errorf("null is not used: leave the field out")
		}
		return nil
	case w.at >= len(w.data):
		return w.errorf("the JSON text ends too early")
	}
	return w.errorf("no JSON value at byte %d", w.at)
}

// word moves past the word when it stands at the position.
func (w *strictWalker) word(word string) bool {
	if !bytes.HasPrefix(w.data[w.at:], []byte(word)) {
		return false
	}
	w.at += len(word)
	return true
}

func (w *strictWalker) mismatch(found string, t reflect.Type) error {
	wanted := "a number"
	switch t.Kind() {
	case reflect.String:
		wanted = "a text"
	case reflect.Bool:
		wanted = "true or false"
	case reflect.Struct, reflect.Map:
		wanted = "an object"
	case reflect.Slice, reflect.Array:
		wanted = "a list"
	}
	return w.errorf("expected %s, found %s", wanted, found)
}

// memberTypes gives the type of each field an object of type t may have.
func (w *strictWalker) memberTypes(t reflect.Type) (func(string) (reflect.Type, error), error) {
	t = indirect(t)
	if w.decoder(t) != noDecoder {
		return func(string) (reflect.Type, error) { return anyType(), nil }, nil
	}
	switch t.Kind() {
	case reflect.Map:
		return func(string) (reflect.Type, error) { return t.Elem(), nil }, nil
	case reflect.Struct:
		known := w.fieldsOf(t)
		return func(name string) (reflect.Type, error) {
			if field, ok := known[name]; ok {
				return field, nil
			}
			return nil, w.errorf("unknown field %q", name)
		}, nil
	}
	return nil, w.mismatch("an object", t)
}

func (w *strictWalker) elementType(t reflect.Type) (func(int) reflect.Type, error) {
	t = indirect(t)
	if w.decoder(t) != noDecoder {
		return func(int) reflect.Type { return anyType() }, nil
	}
	if k := t.Kind(); k != reflect.Slice && k != reflect.Array {
		return nil, w.mismatch("a list", t)
	}
	return func(int) reflect.Type { return t.Elem() }, nil
}

func (w *strictWalker) fieldsOf(t reflect.Type) map[string]reflect.Type {
	if known, ok := w.fields[t]; ok {
		return known
	}
	known := map[string]reflect.Type{}
	w.fields[t] = known
	for _, f := range reflect.VisibleFields(t) {
		name, embedded := jsonName(f)
		if name != "" && !embedded {
			known[name] = f.Type
		}
	}
	return known
}

// jsonName is the name of the field in JSON, empty when it has none; embedded
// tells that its own fields stand in its place.
func jsonName(f reflect.StructField) (name string, embedded bool) {
	tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	switch {
	case f.Anonymous && tag == "":
		return f.Name, true
	case !f.IsExported() || tag == "-":
		return "", false
	case tag == "":
		return f.Name, false
	}
	return tag, false
}

type decoderKind int

const (
	noDecoder   decoderKind = iota
	anyDecoder              // an interface or raw JSON: any content
	textDecoder             // decodes itself from a text
	jsonDecoder             // decodes itself from JSON
)

// decoder tells whether the structure of t is of no concern to the walker.
func (w *strictWalker) decoder(t reflect.Type) decoderKind {
	kind, known := w.decoders[t]
	if !known {
		kind = decoderOf(indirect(t))
		w.decoders[t] = kind
	}
	return kind
}

func decoderOf(t reflect.Type) decoderKind {
	pointer := reflect.PointerTo(t)
	switch {
	case t.Kind() == reflect.Interface || t == reflect.TypeFor[json.RawMessage]():
		return anyDecoder
	case pointer.Implements(reflect.TypeFor[json.Unmarshaler]()):
		return jsonDecoder
	case pointer.Implements(reflect.TypeFor[encoding.TextUnmarshaler]()):
		return textDecoder
	}
	return noDecoder
}

func indirect(t reflect.Type) reflect.Type {
	if t == nil {
		return anyType()
	}
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}

func anyType() reflect.Type { return reflect.TypeFor[any]() }
