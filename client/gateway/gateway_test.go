package gateway

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

const (
	base     = "/v1/movements/" + someMRN
	accept   = base + "/accept"
	reject   = base + "/reject"
	attached = base + "/attachments?name=a.pdf"
)

func TestAFailureIsAProblemOfItsClassAndCode(t *testing.T) {
	fault := func(code transit.Code) error {
		return &cats.Error{Op: "movement:Accept", Class: cats.Refused, Fault: transit.Faultf(code, "no"), TransactionID: "ab12"}
	}
	class := func(c cats.Class) error {
		return &cats.Error{Op: "movement:Accept", Class: c, TransactionID: "ab12", MessageID: "M-1"}
	}
	for name, c := range map[string]struct {
		fail   error
		status int
		code   transit.Code
		retry  string
	}{
		"a malformed request":               {fault(transit.MalformedRequest), 400, transit.MalformedRequest, ""},
		"who may not":                       {fault(transit.NotAuthorised), 403, transit.NotAuthorised, ""},
		"a suspended organisation":          {fault(transit.Suspended), 403, transit.Suspended, ""},
		"an unknown record":                 {fault(transit.NotFound), 404, transit.NotFound, ""},
		"a step out of sequence":            {fault(transit.OutOfSequence), 409, transit.OutOfSequence, ""},
		"a document that breaks rules":      {fault(transit.InvalidDocument), 422, transit.InvalidDocument, ""},
		"a guarantee that does not cover":   {fault(transit.GuaranteeRefused), 422, transit.GuaranteeRefused, ""},
		"something too large":               {fault(transit.TooLarge), 413, transit.TooLarge, ""},
		"a stale number nobody asked about": {fault(transit.Stale), 409, transit.Stale, ""},
		"a lost race":                       {class(cats.Conflict), 409, codeConflict, "1"},
		"peers out of reach":                {class(cats.Unavailable), 503, codeUnavailable, "5"},
		"a call given up":                   {class(cats.Canceled), 503, codeUnavailable, "5"},
		"an outcome not known":              {class(cats.UnknownOutcome), 504, codeUnknownOutcome, "5"},
		"a defect":                          {class(cats.Internal), 500, transit.Internal, ""},
		"an error without a class":          {errors.New("secret text"), 500, transit.Internal, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t, newFake())
			s.fake.fail = []error{c.fail}
			a := s.do("officer", "POST", accept, "")
			p := a.problem(t)
			require.Equal(t, c.status, a.status)
			require.Equal(t, c.code, p.Code)
			require.Equal(t, "urn:carec:cats:problem:"+string(c.code), p.Type)
			require.Equal(t, c.retry, a.header.Get("Retry-After"))
			require.Equal(t, "urn:request:"+a.header.Get("X-Request-Id"), p.Instance)
			require.NotContains(t, string(a.body)+s.log.String(), "secret text")
		})
	}
}

func TestAProblemCarriesWhatTheLedgerTold(t *testing.T) {
	s := newServer(t, newFake())
	fault := transit.Faultf(transit.InvalidDocument, "the declaration breaks rules").
		With(transit.Violation{Code: "12", Pointer: "/consignment/grossMass", Rule: "R0221", Value: "0", Text: "must be above zero"})
	s.fake.fail = []error{&cats.Error{Op: "movement:Deposit", Class: cats.Refused, Fault: fault, TransactionID: "ab12", MessageID: "M-1"}}
	p := s.do("trader", "POST", "/v1/movements", `{"transitOperation":{"lrn":"L1"}}`).problem(t)
	require.Equal(t, fault.Violations, p.Violations)
	require.Equal(t, cats.Refused, p.Class)
	require.Equal(t, "ab12", p.TransactionID)
	require.Equal(t, "M-1", p.MessageID)
}

func TestTheDoorRefuses(t *testing.T) {
	pdf := []string{"Content-Type", "application/pdf"}
	elsewhere := "/v1/movements?cursor=" + sealCursor("listOffices", "x")
	large := strings.Repeat("x", 1<<20+1)
	require.Len(t, large, transit.MaxAttachmentBytes+1)
	for name, c := range map[string]struct {
		caller, method, path, body string
		headers                    []string
		status                     int
		code                       transit.Code
	}{
		"nobody":                          {"", "GET", "/v1/movements", "", nil, 401, codeUnauthenticated},
		"whom nobody knows":               {"stranger", "GET", "/v1/movements", "", nil, 401, codeUnauthenticated},
		"another organisation":            {"foreign", "GET", "/v1/movements", "", nil, 403, transit.NotAuthorised},
		"a trader who accepts":            {"trader", "POST", accept, "", nil, 403, transit.NotAuthorised},
		"an officer who declares":         {"officer", "POST", "/v1/movements", "{}", nil, 403, transit.NotAuthorised},
		"an officer who founds":           {"officer", "POST", "/v1/registry", "{}", nil, 403, transit.NotAuthorised},
		"no operation":                    {"officer", "GET", "/v1/nothing", "", nil, 404, codeNoSuchOperation},
		"another method":                  {"officer", "DELETE", accept, "", nil, 405, codeMethod},
		"another media type":              {"officer", "POST", reject, "a: b", []string{"Content-Type", "application/yaml"}, 415, codeMediaType},
		"a body where none belongs":       {"trader", "POST", "/v1/movements/" + someMRN + "/present", `{"a":1}`, nil, 400, codeBadRequest},
		"no body where one belongs":       {"officer", "POST", reject, "", nil, 400, transit.MalformedRequest},
		"a field that nobody knows":       {"officer", "POST", reject, `{"reason":"x","why":"y"}`, nil, 400, transit.MalformedRequest},
		"a field given twice":             {"officer", "POST", reject, `{"reason":"x","reason":"y"}`, nil, 400, transit.MalformedRequest},
		"a field in another case":         {"officer", "POST", reject, `{"Reason":"x"}`, nil, 400, transit.MalformedRequest},
		"a field that must be set":        {"officer", "POST", reject, `{}`, nil, 400, transit.MalformedRequest},
		"deep nesting":                    {"officer", "POST", reject, strings.Repeat("[", 100_000), nil, 400, transit.MalformedRequest},
		"a body too large":                {"officer", "POST", reject, large, nil, 413, transit.TooLarge},
		"a file too large":                {"trader", "POST", attached, large, pdf, 413, transit.TooLarge},
		"a file without a name":           {"trader", "POST", "/v1/movements/" + someMRN + "/attachments", "x", pdf, 400, codeBadRequest},
		"a weak tag":                      {"officer", "POST", accept, "", []string{"If-Match", `W/"3"`}, 400, codeBadRequest},
		"several tags":                    {"officer", "POST", accept, "", []string{"If-Match", `"3", "4"`}, 400, codeBadRequest},
		"a tag that no record has":        {"officer", "POST", accept, "", []string{"If-Match", `"x"`}, 412, transit.Stale},
		"If-Match where nothing is steps": {"trader", "POST", attached, "x", append(pdf, "If-Match", `"3"`), 400, codeBadRequest},
		"a key too long":                  {"officer", "POST", accept, "", []string{"Idempotency-Key", strings.Repeat("k", 256)}, 400, codeBadRequest},
		"a transaction that is none":      {"officer", "GET", "/v1/transactions/ab12", "", nil, 400, transit.MalformedRequest},
		"a path with an empty part":       {"officer", "GET", "/v1//movements", "", nil, 404, codeNoSuchOperation},
		"a path with dots":                {"officer", "GET", "/v1/x/../movements", "", nil, 404, codeNoSuchOperation},
		"If-Match where one reads":        {"officer", "GET", "/v1/movements", "", []string{"If-Match", `"x"`}, 400, codeBadRequest},
		"a page too large":                {"officer", "GET", "/v1/movements?size=101", "", nil, 400, transit.MalformedRequest},
		"a cursor of another list":        {"officer", "GET", elsewhere, "", nil, 400, transit.MalformedRequest},
		"a job that there is not":         {"officer", "POST", "/v1/jobs", `{"kind":"dance"}`, nil, 400, transit.MalformedRequest},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t, newFake())
			a := s.do(c.caller, c.method, c.path, c.body, c.headers...)
			require.Equal(t, c.code, a.problem(t).Code, "%s", a.body)
			require.Equal(t, c.status, a.status)
			require.Empty(t, s.fake.calls(), "the ledger was not asked")
		})
	}
}

func TestWhatTheSchemaRefusesIsToldAllAtOnce(t *testing.T) {
	s := newServer(t, newFake())
	a := s.do("officer", "POST", base+"/claim", `{"claims":[{"grn":"26CN00000000001G4","amount":{"minor":1}},{"amount":{"minor":1,"currency":"EUR"}}]}`)
	p := a.problem(t)
	require.Equal(t, 400, a.status)
	var at []string
	for _, v := range p.Violations {
		require.Equal(t, transit.CodeMissing, v.Code)
		at = append(at, v.Pointer)
	}
	require.ElementsMatch(t, []string{"/claims/0/amount/currency", "/claims/1/grn"}, at)
}

func TestAStepAnswersWithRecordReceiptAndTag(t *testing.T) {
	s := newServer(t, newFake())
	a := s.do("officer", "POST", accept, "")
	require.Equal(t, 200, a.status)
	require.Equal(t, `"4"`, a.header.Get("ETag"))
	var done Changed[*transit.Course]
	require.NoError(t, json.Unmarshal(a.body, &done))
	require.Equal(t, 4, done.Record.Seq)
	require.Equal(t, Receipt{TransactionID: "cd34", BlockNumber: 12, Endorsers: []string{"CNMSP", "KZMSP"}}, done.Receipt)
	require.Equal(t, "nosniff", a.header.Get("X-Content-Type-Options"))
	require.Equal(t, "no-store", a.header.Get("Cache-Control"))
}

func TestIfMatchGoesToTheLedger(t *testing.T) {
	s := newServer(t, newFake())
	read := s.do("officer", "GET", base, "")
	tag := read.header.Get("ETag")
	require.True(t, strings.HasPrefix(tag, `"3-`), tag)
	require.Equal(t, 200, s.do("officer", "POST", accept, "", "If-Match", tag).status, "the number of a reading's tag counts")
	stale := s.do("officer", "POST", accept, "", "If-Match", tag)
	require.Equal(t, 412, stale.status)
	require.Equal(t, transit.Stale, stale.problem(t).Code)
	require.Equal(t, 200, s.do("officer", "POST", accept, "", "If-Match", `"4"`).status)
	require.Equal(t, 200, s.do("officer", "POST", accept, "", "If-Match", "*").status)
}

func TestIfNoneMatchSparesAReading(t *testing.T) {
	s := newServer(t, newFake())
	read := s.do("officer", "GET", base, "")
	again := s.do("officer", "GET", base, "", "If-None-Match", `"x", W/`+read.header.Get("ETag"))
	require.Equal(t, 304, again.status)
	require.Empty(t, again.body)
	require.Equal(t, read.header.Get("ETag"), again.header.Get("ETag"))
	s.fake.movement.Attachments = []transit.Attachment{{Name: "attachment-1"}}
	require.Equal(t, 200, s.do("officer", "GET", base, "", "If-None-Match", read.header.Get("ETag")).status,
		"what changes without a step changes the tag too")
}

func TestAListIsReadToItsEndByCursors(t *testing.T) {
	f := newFake()
	for _, id := range []string{"a", "b", "c", "d", "e"} {
		f.page = append(f.page, &transit.Movement{Course: transit.Course{ID: id}})
	}
	s := newServer(t, f)
	var ids []string
	for cursor := ""; ; {
		a := s.do("officer", "GET", "/v1/movements?size=2&cursor="+cursor, "")
		require.Equal(t, 200, a.status)
		var page Page[*transit.Movement]
		require.NoError(t, json.Unmarshal(a.body, &page))
		require.LessOrEqual(t, len(page.Items), 2)
		for _, m := range page.Items {
			ids = append(ids, m.ID)
		}
		// What comes in before the cursor disturbs nobody.
		f.page = append([]*transit.Movement{{Course: transit.Course{ID: "A"}}}, f.page...)
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	require.Equal(t, []string{"a", "b", "c", "d", "e"}, ids)
}

func TestAFileComesAndGoesAsItsBytes(t *testing.T) {
	s := newServer(t, newFake())
	a := s.do("trader", "POST", "/v1/movements/"+someMRN+"/attachments?name=%D1%81%D1%87%D1%91%D1%82.pdf", "%PDF", "Content-Type", "application/pdf")
	require.Equal(t, 201, a.status)
	require.Contains(t, string(a.body), "счёт.pdf application/pdf")
	got := s.do("officer", "GET", "/v1/movements/"+someMRN+"/attachments/attachment-1", "")
	require.Equal(t, "%PDF", string(got.body))
	require.Equal(t, "application/pdf", got.header.Get("Content-Type"))
	require.Equal(t, "attachment; filename*=utf-8''%D1%81%D1%87%D1%91%D1%82.pdf", got.header.Get("Content-Disposition"))
}

func TestMessagesOfNCTSComeAndGo(t *testing.T) {
	f := newFake()
	s := newServer(t, f)
	a := s.do("trader", "POST", "/v1/messages", "<CC015C/>", "Content-Type", "application/xml")
	require.Equal(t, 200, a.status, string(a.body))
	require.JSONEq(t, `{"items":[{"id":"A1","kind":"CC928C","xml":"<CC015C/>"}]}`, string(a.body))
	a = s.do("trader", "GET", "/v1/messages?after=11.2", "")
	require.Equal(t, 200, a.status, string(a.body))
	require.JSONEq(t, `{"items":[{"id":"A2","kind":"CC028C","xml":"<a/>"}],"next":"12.3"}`, string(a.body))
	require.Contains(t, f.calls(), "Answers after 11.2")
	a = s.do("trader", "GET", "/v1/messages?after=11.2&form=ubl", "")
	require.Equal(t, 200, a.status, string(a.body))
	require.Contains(t, string(a.body), `"kind":"TransportationStatus"`)
	require.Contains(t, f.calls(), "Statuses after 11.2")
	require.Equal(t, 400, s.do("trader", "GET", "/v1/messages?after=yesterday", "").status)
	require.Equal(t, 400, s.do("trader", "GET", "/v1/messages?form=edifact", "").status)
	require.Equal(t, 403, s.do("officer", "GET", "/v1/messages", "").status)
}

func TestNationalDocumentsComeAndTheirStatusGoes(t *testing.T) {
	s := newServer(t, newFake())
	a := s.do("trader", "POST", "/v1/messages?mapping=goods-list", "a;b\n1;2\n", "Content-Type", "text/csv")
	require.Equal(t, 200, a.status, string(a.body))
	require.JSONEq(t, `{"items":[{"id":"A3","kind":"goods-list","mapping":"goods-list","mediaType":"text/csv","text":"a;b\n1;2\n"}],
		"leftOut":[{"place":"/list/row/Colour","line":2,"value":"red","reason":"nobody reads it"}]}`, string(a.body))
	a = s.do("officer", "GET", "/v1/movements/"+someMRN+"/status?form=goods-list", "")
	require.Equal(t, 200, a.status, string(a.body))
	require.Equal(t, "a;b\n", string(a.body))
	require.Equal(t, "text/csv", a.header.Get("Content-Type"))
	require.Equal(t, 400, s.do("officer", "GET", "/v1/movements/"+someMRN+"/status", "").status)
}

func TestTheLogNamesNobody(t *testing.T) {
	s := newServer(t, newFake())
	s.do("officer", "POST", reject, `{"reason":"the driver lied"}`)
	for _, word := range []string{someMRN, "driver", "cn-officer", "127.0.0.1"} {
		require.NotContains(t, s.log.String(), word)
	}
	require.Contains(t, s.log.String(), `"operation":"reject"`)
}

func TestMonitoringTellsWhetherTheLedgerAnswers(t *testing.T) {
	s := newServer(t, newFake())
	ask := func(path string) (int, string) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
		require.NoError(t, err)
		w := newResponse()
		s.gateway.Operations().ServeHTTP(w, r)
		return w.Code, w.Body.String()
	}
	for _, path := range []string{"/livez", "/healthz", "/readyz"} {
		status, _ := ask(path)
		require.Equal(t, 200, status, path)
	}
	s.fake.fail = []error{&cats.Error{Class: cats.Unavailable}}
	status, _ := ask("/readyz")
	require.Equal(t, 503, status)
	s.do("officer", "POST", accept, "")
	_, body := ask("/metrics")
	require.Contains(t, body, `cats_gateway_request_seconds_count{operation="accept",status="200"} 1`)
}
