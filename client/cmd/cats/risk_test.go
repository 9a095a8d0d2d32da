package main

import (
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/links/risk"
)

// riskServer is a risk-management service over TLS, whose answer a test sets.
type riskServer struct {
	*httptest.Server
	// answer has all but the id; nil for an answer of 503.
	answer atomic.Pointer[risk.Answer]
	asked  atomic.Pointer[risk.Question]
	count  atomic.Int32
}

func newRiskServer(t *testing.T, s *session) *riskServer {
	t.Helper()
	service := &riskServer{}
	service.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		service.count.Add(1)
		var q risk.Question
		answer := service.answer.Load()
		if json.NewDecoder(r.Body).Decode(&q) != nil || r.Header.Get("Authorization") != "Bearer t0ken" || answer == nil {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		service.asked.Store(&q)
		told := *answer
		told.ID = q.ID
		_ = json.NewEncoder(w).Encode(told)
	}))
	t.Cleanup(service.Close)
	s.env["CATS_RISK_URL"], s.env["CATS_RISK_DEFAULT"], s.env["CATS_RISK_TOKEN"] = service.URL+"/assess", "control", "t0ken"
	s.env["CATS_RISK_CA"] = s.file("risk-ca.pem",
		string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: service.Certificate().Raw})))
	return service
}

// steady replaces what differs from run to run.
func (s *riskServer) steady(text string) string {
	text = strings.ReplaceAll(text, strings.TrimPrefix(s.URL, "https://"), "risk.customs.example")
	text = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`).ReplaceAllString(text, "2026-11-24 06:07:42")
	return regexp.MustCompile(`\d+ ms`).ReplaceAllString(text, "7 ms")
}

func TestTheRiskServiceIsAskedAndWhatItSaidIsKept(t *testing.T) {
	s := newSession(t)
	service := newRiskServer(t, s)
	s.fake.std.DepartureOffice.ReferenceNumber = "CNURM001"
	s.fake.std.Guarantees = []transit.DeclaredGuarantee{{GuaranteeReferences: []transit.DeclaredReference{{AccessCode: "TS17"}}}}
	require.Equal(t, "No risk was assessed; \"cats risk assess\" does it.\n", s.run("risk", "log").out)

	service.answer.Store(&risk.Answer{
		Advice: risk.Control, Reference: "RA-7", Reasons: []string{"new holder", "value \x1b[2Jlow"}, ControlTypes: []string{"10", "40"},
	})
	r := s.run("risk", "assess", mrn)
	require.Zero(t, r.code, r.err)
	golden(t, "risk-assess", service.steady(r.out))
	q := service.asked.Load()
	require.Equal(t, []any{"CNRZZ6S4CA8HDP", mrn, 7, "CNURM001"}, []any{q.Movement, q.MRN, q.Seq, q.Office})
	require.Equal(t, "TSL-2026-000117", q.Declaration.TransitOperation.LRN)
	require.Empty(t, q.Declaration.Guarantees[0].GuaranteeReferences[0].AccessCode)

	service.answer.Store(nil)
	r = s.run("risk", "assess", mrn, "--default", "ask-officer")
	require.Zero(t, r.code, r.err)
	golden(t, "risk-default", service.steady(r.out))
	r = s.run("risk", "assess", mrn, "--failures", "1", "--json")
	require.Zero(t, r.code, r.err)
	var told risk.Assessment
	require.NoError(t, json.Unmarshal([]byte(r.out), &told))
	require.Equal(t, risk.Control, told.Advice)
	require.Contains(t, told.DefaultBecause, "left alone")
	require.EqualValues(t, 2, service.count.Load(), "the breaker is kept between commands")

	r = s.run("risk", "log", mrn)
	require.Zero(t, r.code, r.err)
	golden(t, "risk-log", regexp.MustCompile(` +(took|7 ms)`).ReplaceAllString(service.steady(r.out), "  $1"))
	var kept []risk.Assessment
	for movement, n := range map[string]int{"": 3, mrn: 3, "CNRZZ6S4CA8HDP": 3, "OTHER": 0} {
		r = s.run(strings.Fields("risk log --json " + movement)...)
		require.NoError(t, json.Unmarshal([]byte(r.out), &kept))
		require.Len(t, kept, n)
	}
}

func TestTheTokenCanLieInAFile(t *testing.T) {
	s := newSession(t)
	service := newRiskServer(t, s)
	service.answer.Store(&risk.Answer{Advice: risk.Release})
	s.env["CATS_RISK_TOKEN"] = "another"
	for file, because := range map[string]string{"t0ken\n": "", "wrong": "it answered 503"} {
		r := s.run("risk", "assess", mrn, "--token-file", s.file("token", file), "--json")
		require.Zero(t, r.code, r.err)
		var told risk.Assessment
		require.NoError(t, json.Unmarshal([]byte(r.out), &told))
		require.Equal(t, because, told.DefaultBecause)
	}
}

func TestMistakesInAskingTheRiskService(t *testing.T) {
	for line, want := range map[string]string{
		"assess": "MOVEMENT is missing",
		"assess M --url http://risk.customs.example/": "https://",
		"assess M --url https://u:p@h.example/":       "without user and password",
		"assess M --default burn":                     "control, release or ask-officer",
		"assess M --within -1s":                       "below zero",
		"assess M --ca /nowhere.pem":                  "no such file",
		"assess M --key k.pem":                        "go together",
		"assess M --key k.pem --certificate c.pem":    "certificate to show",
		"assess M --as cn-trader-tianshan":            "has none",
		"assess M --database mysql:x":                 "sqlite:",
		"log A B":                                     "one at a time",
		"log --organisation XX":                       "no organisation",
	} {
		t.Run(line, func(t *testing.T) {
			s := newSession(t)
			service := newRiskServer(t, s)
			r := s.run(append([]string{"risk"}, strings.Fields(line)...)...)
			require.Equal(t, exitUsage, r.code, r.err)
			require.Contains(t, r.err, want)
			require.Zero(t, service.count.Load())
		})
	}
	s := newSession(t)
	r := s.run("risk", "assess", mrn)
	require.Equal(t, exitUsage, r.code)
	require.Contains(t, r.err, "--url or CATS_RISK_URL")
	r = s.run("risk", "assess", mrn, "--url", "https://risk.customs.example/assess")
	require.Equal(t, exitUsage, r.code)
	require.Contains(t, r.err, "CATS_RISK_DEFAULT")
}
