package gatewaytest

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Document is an OpenAPI 3.1 document. It is safe for concurrent use, once it has its examples.
type Document struct {
	// Operations in the order of their paths and methods.
	Operations []*Operation

	raw      map[string]any
	mu       sync.Mutex
	compiler *jsonschema.Compiler
	compiled map[string]*jsonschema.Schema
}

// Operation is one of the document.
type Operation struct {
	ID, Method, Path string
	parameters       []parameter
	// body is the schema of the JSON taken, nil for none; file: any media type is taken.
	body         map[string]any
	required     bool
	file         bool
	pathSegments []string
	// answers are the schemas of the answers, as places in the document, by status and media type.
	answers map[int]map[string]string
}

type parameter struct {
	name, in string
	required bool
	schema   map[string]any
	example  any
}

// place of the document among the schemas.
const place = "openapi.json"

// Read reads a document.
func Read(text []byte) (*Document, error) {
	tree, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("couldn't read the document: %w", err)
	}
	raw, is := tree.(map[string]any)
	if !is {
		return nil, fmt.Errorf("the document is %T, no object", tree)
	}
	d := &Document{raw: raw, compiler: jsonschema.NewCompiler(), compiled: map[string]*jsonschema.Schema{}}
	d.compiler.DefaultDraft(jsonschema.Draft2020)
	d.compiler.AssertFormat()
	if err := d.compiler.AddResource(place, tree); err != nil {
		return nil, err
	}
	paths := object(raw["paths"])
	for _, path := range sorted(paths) {
		methods := object(paths[path])
		for _, method := range sorted(methods) {
			d.Operations = append(d.Operations, d.operation(path, method, object(methods[method])))
		}
	}
	return d, nil
}

func (d *Document) operation(path, method string, o map[string]any) *Operation {
	id, _ := o["operationId"].(string)
	op := &Operation{
		ID: id, Method: strings.ToUpper(method), Path: path, answers: map[int]map[string]string{},
		pathSegments: strings.Split(strings.TrimPrefix(path, "/"), "/"),
	}
	for _, p := range list(o["parameters"]) {
		p := object(p)
		q := parameter{schema: object(p["schema"]), example: p["example"]}
		q.name, _ = p["name"].(string)
		q.in, _ = p["in"].(string)
		q.required, _ = p["required"].(bool)
		op.parameters = append(op.parameters, q)
	}
	body := object(o["requestBody"])
	op.required, _ = body["required"].(bool)
	content := object(body["content"])
	if media := object(content["application/json"]); media != nil {
		op.body = object(media["schema"])
	}
	op.file = content["*/*"] != nil
	at := "/paths/" + escape(path) + "/" + method + "/responses/"
	responses := object(o["responses"])
	for text := range responses {
		status, err := strconv.Atoi(text)
		if err != nil {
			continue
		}
		op.answers[status] = d.answers(at+text, object(responses[text]))
	}
	return op
}

// answers are the places of the schemas of a response, by media type.
func (d *Document) answers(at string, response map[string]any) map[string]string {
	if ref, is := response["$ref"].(string); is {
		at, response = strings.TrimPrefix(ref, "#"), d.find(ref)
	}
	out := map[string]string{}
	for media := range object(response["content"]) {
		out[media] = at + "/content/" + escape(media) + "/schema"
	}
	return out
}

// find is the object at a reference within the document.
func (d *Document) find(ref string) map[string]any {
	at := d.raw
	for part := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
		at = object(at[strings.NewReplacer("~1", "/", "~0", "~").Replace(part)])
	}
	return at
}

// schema compiles the schema at a place of the document.
func (d *Document) schema(at string) (*jsonschema.Schema, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if s := d.compiled[at]; s != nil {
		return s, nil
	}
	s, err := d.compiler.Compile(place + "#" + (&url.URL{Path: at}).EscapedPath())
	if err == nil {
		d.compiled[at] = s
	}
	return s, err
}

// Operation finds an operation by its id, nil when there is none.
func (d *Document) Operation(id string) *Operation {
	for _, o := range d.Operations {
		if o.ID == id {
			return o
		}
	}
	return nil
}

// Example gives the parameters of a name another example: a reference that there is gets further than one that there is not. It
// comes before the document is used.
func (d *Document) Example(name, value string) {
	for _, o := range d.Operations {
		for i := range o.parameters {
			if o.parameters[i].name == name {
				o.parameters[i].example = value
			}
		}
	}
}

// route is the operation that takes a method and an escaped path, and the methods that the path takes at all.
func (d *Document) route(method, path string) (*Operation, []string) {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	segments := strings.Split(strings.TrimPrefix(path, "/"), "/")
	var found *Operation
	var allowed []string
	for _, o := range d.Operations {
		if !o.matches(segments) {
			continue
		}
		allowed = append(allowed, o.Method)
		if o.Method == method && (found == nil || o.literals() > found.literals()) {
			found = o
		}
	}
	return found, allowed
}

func (o *Operation) matches(segments []string) bool {
	return slices.EqualFunc(o.pathSegments, segments, func(pattern, segment string) bool {
		if strings.HasPrefix(pattern, "{") {
			return !slices.Contains([]string{"", ".", "..", "%2F", "%2f"}, segment) // the mux takes a lone slash for none
		}
		text, err := url.PathUnescape(segment)
		return err == nil && text == pattern
	})
}

func (o *Operation) literals() int {
	n := 0
	for _, s := range o.pathSegments {
		if !strings.HasPrefix(s, "{") {
			n++
		}
	}
	return n
}

func object(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

func list(v any) []any {
	l, _ := v.([]any)
	return l
}

func sorted(m map[string]any) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// escape writes a name as a part of a JSON pointer.
func escape(s string) string { return strings.NewReplacer("~", "~0", "/", "~1").Replace(s) }
