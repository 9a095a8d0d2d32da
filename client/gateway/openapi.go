package gateway

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"carec.example/cats/chaincode/transit"
)

// Version of the interface. Within it, operations, fields and codes are added and none is changed or taken away.
const Version = "1.0.0"

const about = `The ledger of the CAREC Advanced Transit System over HTTP: one single transit document and one guarantee over all countries
of the route, each step signed by whoever may take it.

**Who.** A caller shows a client certificate of its organisation, a token of its identity provider or the cookie of a session, and acts
as one identity of the ledger, with that identity's role and office. An operation that the
role may not do is refused at the door; the ledger decides in any case.

**Doing a thing once.** Give every change an Idempotency-Key of its own, such as a UUID. A repetition gets the same answer for 24
hours and does nothing twice, also after a crash of the gateway; with another request it is refused.

**Doing it to what was seen.** The ETag of a movement or guarantee begins with its sequence number. With If-Match the ledger
itself refuses a step when the record has moved (412). If-None-Match spares a reading (304).

**Signing elsewhere.** A caller's key need not be at the gateway. Then, and with Cats-Sign: elsewhere, a change is answered by what
is to be signed (202): the proposal, later the endorsed transaction. Look at it with a program of your own, put the signature into
change.signature, and post the document to /v1/signatures; the last of these answers is that of the change itself.

**Failures** are problems (RFC 9457) with the code of a closed list and all violations at once, each with a pointer into the
request.

**Amounts** are integers in the smallest unit of their currency: {"minor": 1200000, "currency": "EUR"} is 12 000.00 EUR.
**Days** are YYYY-MM-DD in UTC, both ends included; **times** are RFC 3339 in UTC.

**Lists** come in pages; a cursor stays good whatever is written meanwhile.`

// document is the OpenAPI document, made from the table of operations and its types.
type document struct {
	api        *huma.OpenAPI
	schemas    *schemas
	json, yaml []byte
	byID       map[string]*huma.Operation
}

// Document is the OpenAPI document in JSON or YAML. It needs no network.
func Document(asYAML bool) []byte {
	d := theDocument()
	if asYAML {
		return d.yaml
	}
	return d.json
}

// operations are all that are described, but for the streams.
func operations(j *jobs) []operation { return slices.Concat(table(), jobRows(j)) }

// theDocument is made once and never changed.
var theDocument = sync.OnceValue(newDocument)

func newDocument() *document {
	s := newSchemas()
	d := &document{schemas: s, byID: map[string]*huma.Operation{}, api: &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info: &huma.Info{
			Title: "CATS gateway", Version: Version, Description: about,
			License: &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"},
		},
		Servers:  []*huma.Server{{URL: "/", Description: "The gateway that serves this document."}},
		Security: []map[string][]string{{bySystem: {}}, {byToken: {}}, {byCookie: {}}},
		Tags:     tags(),
		Components: &huma.Components{
			Schemas: s.registry, Responses: map[string]*huma.Response{}, Headers: headers(), SecuritySchemes: securitySchemes(),
		},
	}}
	problemSchema := s.of(reflect.TypeFor[Problem]())
	for status := range problemTexts() {
		d.api.Components.Responses[responseName(status)] = problemResponse(status, problemSchema)
	}
	for _, o := range operations(nil) {
		d.add(&o)
	}
	for _, special := range specials() {
		d.addSpecial(special)
	}
	for _, o := range logInOperations() {
		d.addLogIn(&o)
	}
	s.annotate()
	d.render()
	return d
}

func (d *document) render() {
	raw, err := json.MarshalIndent(d.api, "", "  ")
	if err != nil {
		panic(fmt.Sprintf("the document cannot be written: %v", err)) // a mistake of the program, found by its first test
	}
	d.json = append(raw, '\n')
	raw, err = d.api.YAML()
	if err != nil {
		panic(fmt.Sprintf("the document cannot be written: %v", err))
	}
	d.yaml = raw
}

func (d *document) operation(id string) *huma.Operation { return d.byID[id] }

func tags() []*huma.Tag {
	return []*huma.Tag{
		{Name: tagMovements, Description: "The public records of the movements."},
		{Name: tagDeparture, Description: "From the declaration to the release for transit."},
		{Name: tagRoute, Description: "Custody along the route, diversions and incidents."},
		{Name: tagDestination, Description: "From the arrival to the discharge."},
		{Name: tagRecovery, Description: "Goods that were not presented: enquiry, recovery of the debt, claims."},
		{Name: tagTransfer, Description: "The document passes to another holder."},
		{Name: tagContent, Description: "What is confidential: content, annexes, attachments, and who may read them."},
		{Name: tagGuarantees, Description: "Guarantees, their balances and their ends."},
		{Name: tagRegistry, Description: "Organisations, offices and the books of the countries."},
		{Name: tagMessages, Description: "Messages of NCTS and UBL in and out, for systems of traders that speak one of them."},
		{Name: tagSignatures, Description: "Changes that are signed where the gateway is not."},
		{Name: tagLogIn, Description: "Sessions of people, by accounts of the organisation's own or its identity provider."},
		{Name: tagLedger, Description: "The organisation's peer and its copy of the ledger."},
		{Name: tagJobs, Description: "Long work, with progress."},
		{Name: tagEvents, Description: "What happens on the ledger, as it happens."},
		{Name: tagModel, Description: "Work lists, search, timelines, exposure and statistics, from the organisation's read model."},
		{Name: tagWebhooks, Description: "Subscriptions by which the organisation's own systems are told what happens."},
		{Name: tagRisk, Description: "Advice of the country's own risk-management service."},
	}
}

// problemTexts tells by status when a problem comes.
func problemTexts() map[int]string {
	return map[int]string{
		400: "The request cannot be read, or is not what the operation takes.",
		401: "Nobody is known by the credentials, or name or password is wrong.",
		403: "The caller may not do this, or its key is elsewhere, or another site has made a browser send it.",
		404: "There is no record under the reference.",
		409: "The state of the record does not allow it, others were faster, or the Idempotency-Key is in use.",
		412: "The record is no longer as If-Match expects.",
		413: "The body is too large.",
		415: "The body has another media type.",
		422: "The document breaks rules, the guarantee does not cover, or the Idempotency-Key came with another request.",
		410: "The position lies outside what can be resumed, or it was not signed in time.",
		429: "Too many requests or wrong passwords; Retry-After tells when to come back.",
		500: "The gateway or the ledger failed.",
		503: "The ledger cannot be reached; nothing was done.",
		504: "It was handed over and its outcome is not known; the same Idempotency-Key does nothing twice.",
	}
}

func responseName(status int) string { return "Problem" + strconv.Itoa(status) }

func problemResponse(status int, schema *huma.Schema) *huma.Response {
	r := &huma.Response{
		Description: problemTexts()[status],
		Headers:     map[string]*huma.Param{"X-Request-Id": {Ref: "#/components/headers/X-Request-Id"}},
		Content:     map[string]*huma.MediaType{problemMedia: {Schema: schema}},
	}
	if status == 429 || status == 503 || status == 504 {
		r.Headers["Retry-After"] = &huma.Param{Ref: "#/components/headers/Retry-After"}
	}
	return r
}

func headers() map[string]*huma.Header {
	text := func(description string) *huma.Header {
		return &huma.Header{Description: description, Schema: &huma.Schema{Type: huma.TypeString}}
	}
	return map[string]*huma.Header{
		"X-Request-Id": text("How the access log names the request."),
		"ETag":         text("Entity tag; that of a movement or guarantee begins with its sequence number."),
		"Location":     text("Where progress and result are read."),
		headerModelBlocks: {
			Description: "Number of blocks of the ledger that were in the read model when it was asked.", Schema: &huma.Schema{Type: huma.TypeInteger},
		},
		headerModelTime: text("When the last transaction in the read model was made; absent while it is empty."),
		"Retry-After":   {Description: "Seconds after which it makes sense to try again.", Schema: &huma.Schema{Type: huma.TypeInteger}},
	}
}

// add describes a row of the table.
func (d *document) add(o *operation) {
	h := &huma.Operation{
		OperationID: o.id, Method: o.method, Path: o.path, Tags: []string{o.tag}, Summary: o.summary,
		Description: describe(o), Parameters: parameters(o), Responses: map[string]*huma.Response{},
	}
	switch {
	case o.bytes:
		h.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
			"*/*": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}},
		}}
	case o.body != nil:
		h.RequestBody = &huma.RequestBody{Required: !o.optional, Content: map[string]*huma.MediaType{
			"application/json": {Schema: d.schemas.of(o.body)},
		}}
	}
	d.respond(h, o)
	for _, status := range problemsOf(o) {
		h.Responses[strconv.Itoa(status)] = &huma.Response{Ref: "#/components/responses/" + responseName(status)}
	}
	d.put(h)
}

func (d *document) put(h *huma.Operation) {
	d.byID[h.OperationID] = h
	d.api.AddOperation(h)
}

func (d *document) respond(h *huma.Operation, o *operation) {
	status := o.status
	if status == 0 {
		status = http.StatusOK
	}
	if o.prepares() || o.answer != nil {
		h.Responses["202"] = d.waiting()
	}
	if o.answer != nil {
		anything := map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{}}}
		for _, status := range []string{"200", "201"} {
			h.Responses[status] = &huma.Response{Description: "What the request that was prepared answers.", Content: anything}
		}
		return
	}
	h.Responses[strconv.Itoa(status)] = &huma.Response{
		Description: http.StatusText(status), Headers: headersOf(o, status), Content: d.contentOf(o),
	}
	if o.method == http.MethodGet {
		h.Responses["304"] = &huma.Response{Description: "What If-None-Match names is what there is."}
	}
}

// contentOf is what an operation answers with when it succeeds.
func (d *document) contentOf(o *operation) map[string]*huma.MediaType {
	if o.result == nil {
		return map[string]*huma.MediaType{"*/*": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}
	}
	content := map[string]*huma.MediaType{"application/json": {Schema: d.schemas.of(o.result)}}
	if o.csv {
		content[csvMedia] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString}}
	}
	return content
}

// headersOf are the headers of that answer.
func headersOf(o *operation, status int) map[string]*huma.Param {
	names := []string{"X-Request-Id"}
	if o.modelled {
		names = append(names, headerModelBlocks, headerModelTime)
	}
	if o.method == http.MethodGet || o.guarded {
		names = append(names, "ETag")
	}
	if status == http.StatusAccepted {
		names = append(names, "Location")
	}
	headers := map[string]*huma.Param{}
	for _, name := range names {
		headers[name] = &huma.Param{Ref: "#/components/headers/" + name}
	}
	return headers
}

// problemsOf are the statuses with which an operation fails.
func problemsOf(o *operation) []int {
	out := []int{400, 401, 403, 404, 409, 429, 500, 503}
	if o.body != nil || o.bytes {
		out = append(out, 413, 415, 422)
	}
	if o.changes || o.answer != nil {
		out = append(out, 422, 504)
	}
	if o.answer != nil {
		out = append(out, 410, 412)
	}
	if o.id == "awaitTransaction" || o.id == "postMessage" {
		out = append(out, 504)
	}
	if o.guarded {
		out = append(out, 412)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func describe(o *operation) string {
	text := o.description
	if len(o.roles) > 0 {
		if text != "" {
			text += "\n\n"
		}
		text += "For " + roleNames(o.roles) + "."
	}
	return text
}

var pathParameter = regexp.MustCompile(`\{([a-z]+)\}`)

// parameters are those of the path, the query and the headers.
func parameters(o *operation) []*huma.Param {
	var out []*huma.Param
	for _, m := range pathParameter.FindAllStringSubmatch(o.path, -1) {
		p := pathParameters()[m[1]]
		out = append(out, &huma.Param{
			Name: m[1], In: "path", Required: true, Description: p.description, Example: p.example, Schema: textSchema(p.values),
		})
	}
	for _, q := range o.query {
		p := &huma.Param{Name: q.name, In: "query", Required: q.required, Description: q.description, Schema: textSchema(q.values)}
		if q.example != "" {
			p.Example = q.example
		}
		out = append(out, p)
	}
	header := func(name, description, example string) {
		out = append(out, &huma.Param{Name: name, In: "header", Description: description, Example: example, Schema: textSchema(nil)})
	}
	if o.changes {
		header(KeyHeader, "A key of the caller's for this one change: a repetition does nothing twice.", "7c0e4f6a-2a0e-4d0b-8f0e-6a4f1c1f9a3e")
	}
	if o.prepares() {
		header(signHeader, "With \""+signElsewhere+"\" nothing is changed: the answer is what is to be signed elsewhere (202). "+
			"It is always for callers whose key is not at the gateway.", signElsewhere)
	}
	if o.declares {
		header(declarationHeader, "The declarant's signature over the content, made elsewhere: a compact JWS with detached content "+
			"(RFC 7515, RFC 7797), as of \"cats document sign\". Without it the gateway signs where the country asks for it and the key is here.",
			"eyJhbGciOiJFUzI1NiIsImI2NCI6ZmFsc2V9..MEUCIQ")
	}
	if o.guarded {
		header("If-Match", "The entity tag of the record as the caller has seen it: another makes the ledger refuse (412).", `"3"`)
	}
	if o.method == http.MethodGet {
		header("If-None-Match", "The entity tag that the caller has already.", `"3-9f86d081884c7d65"`)
	}
	return out
}

func textSchema(values []string) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeString}
	for _, v := range values {
		s.Enum = append(s.Enum, v)
	}
	return s
}

// pathParameters explains the parameters of paths.
func pathParameters() map[string]parameter {
	var books []string
	for _, b := range transit.Books() {
		books = append(books, string(b))
	}
	return map[string]parameter{
		"movement": {description: "MRN or, before acceptance, movement identification.", example: "26CN4TB0Q9V7HWKXJ5"},
		"digest":   {description: "SHA-256 of the annex, as the record names it.", example: strings.Repeat("9f86d081", 8)},
		"name":     {description: "Public name of the attachment.", example: "attachment-1"},
		"msp":      {description: "MSP of the organisation.", example: "CGMMSP"},
		"holding":  {description: "Version of the content, or name of an attachment.", example: "1"},
		"grn":      {description: "Guarantee reference number.", example: "26CN00000000001G4"},
		"proposal": {description: "Identification of the proposed change.", example: "close-KZHOR001"},
		"book":     {description: "Kind of entries.", example: books[0], values: books},
		"page": {
			description: "Name of the page: the chapter of the Harmonised System for a tariff, the share of operators and revocations, else all.",
			example:     "all",
		},
		"operator":     {description: "Identification number of the operator.", example: "CN916501007TSL1"},
		"transaction":  {description: "Transaction id.", example: "968f9123e365ec0aab50863e6c0856b6767cab2300b6cae2508b78d937e5dd96"},
		"subscription": {description: "Identification of the subscription.", example: "WHQ2M7XK4ABC"},
		"job":          {description: "Identification of the job.", example: "5J2Q7ZKX3R5J2Q7ZKX3R5J2Q7Z"},
	}
}

// special is an operation that is no row: its answer is a stream.
type special struct {
	operation operation
	media     string
	schema    *huma.Schema
	// lines: the answer can also be one JSON value a line.
	lines bool
	extra []*huma.Param
}

const (
	eventsID    = "followEvents"
	jobResultID = "getJobResult"
)

func specials() []special {
	return []special{
		{
			operation: operation{
				id: eventsID, method: http.MethodGet, path: "/v1/events", tag: tagEvents, summary: "Follow what happens to the caller's records",
				description: "Server-sent events, one for each transaction that concerns the caller: movements of its territory, that it has declared, " +
					"holds or stands behind, their guarantees, and the registry. The name of an event is the kind of its first record, its data " +
					"a Happening, its id a position on the ledger: a reader that comes back with Last-Event-ID misses nothing and gets nothing " +
					"twice. A quiet stream moves the id every 15 seconds. A reader that takes in nothing for 20 seconds is let go of.",
			},
			media: eventStream, schema: &huma.Schema{
				Type: huma.TypeObject, Description: "The fields of one event; data is JSON.",
				Properties: map[string]*huma.Schema{"id": textSchema(nil), "event": textSchema(nil)},
			},
			extra: []*huma.Param{
				{Name: "Last-Event-ID", In: "header", Description: "Begin behind this event.", Schema: textSchema(nil)},
				{Name: "lastEventId", In: "query", Description: "The same, for readers that cannot set the header.", Schema: textSchema(nil)},
				{Name: "from", In: "query", Description: "Begin at this block; 0 is the beginning of the ledger. Now when left out.", Schema: textSchema(nil)},
			},
		},
		{
			operation: operation{
				id: jobResultID, method: http.MethodGet, path: "/v1/jobs/{job}/result", tag: tagJobs, summary: "Read the result of a job",
				description: "Of ledger-check one JSON object, of movements one movement a line.",
			},
			media: "application/json", schema: &huma.Schema{}, lines: true,
		},
	}
}

func (d *document) addSpecial(s special) {
	o := s.operation
	h := &huma.Operation{
		OperationID: o.id, Method: o.method, Path: o.path, Tags: []string{o.tag}, Summary: o.summary, Description: describe(&o),
		Parameters: s.extra, Responses: map[string]*huma.Response{
			"200": {Description: "OK", Content: map[string]*huma.MediaType{s.media: {Schema: s.schema}}},
		},
	}
	if s.lines {
		h.Responses["200"].Content["application/x-ndjson"] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString}}
	}
	for _, p := range parameters(&o) {
		if p.In == "path" {
			h.Parameters = append(h.Parameters, p)
		}
	}
	if o.id == eventsID {
		s.schema.Properties["data"] = d.schemas.of(reflect.TypeFor[Happening]())
	}
	for _, status := range []int{400, 401, 403, 404, 409, 410, 429, 500, 503} {
		h.Responses[strconv.Itoa(status)] = &huma.Response{Ref: "#/components/responses/" + responseName(status)}
	}
	d.put(h)
}

func jobType() reflect.Type { return reflect.TypeFor[Job]() }
