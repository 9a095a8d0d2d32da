package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/access"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/database"
	"carec.example/cats/client/links/risk"
	"carec.example/cats/client/links/webhook"
	"carec.example/cats/client/links/window"
	"carec.example/cats/client/projection"
)

const (
	ownOperator   = "CN916501007TSL1"
	otherOperator = "CN916540043SRF7"
	ownID         = "CN4TB0Q9V7HWKX"
	otherID       = "CNRZZ6S4CA8HDP"
	otherMRN      = "26CNRZZ6S4CA8HDPJ5"
)

// partsServer is a gateway with a read model of two traders' movements, and webhooks, in a database of its own.
func partsServer(t *testing.T) (*server, *database.DB) {
	t.Helper()
	db := newDatabase(t)
	s := &server{
		t: t, fake: newFake(), answers: kept(t, db), jobs: jobsIn(t, db), log: &bytes.Buffer{},
		clock: &clock{at: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)}, parts: partsIn(t, db),
	}
	s.begin()
	t.Cleanup(s.end)
	return s, db
}

// partsIn are the read model, filled, and webhooks in a database.
func partsIn(t testing.TB, db *database.DB) Beside {
	t.Helper()
	model, err := projection.Open(t.Context(), db)
	require.NoError(t, err)
	hooks, err := webhook.New(t.Context(), webhook.Config{Database: db, Channel: "transit"})
	require.NoError(t, err)
	t.Cleanup(hooks.Close)
	fill(t, db)
	windows, err := window.New(t.Context(), window.Config{Database: db, Channel: "transit"})
	require.NoError(t, err)
	return Beside{MSP: "CNMSP", Model: model, Webhooks: hooks, Deposits: windows.Backlog}
}

// fill writes what the follower would: two movements of two traders of China, one of them overdue, their content, tasks and guarantees.
func fill(t testing.TB, db *database.DB) {
	t.Helper()
	run := func(query string, args ...any) {
		_, err := db.ExecContext(t.Context(), query, args...)
		require.NoError(t, err)
	}
	run("INSERT INTO ledger_projection (one, ledger, model, next_block, block_at) VALUES (1, 'x', 1, 17, '2026-11-24T11:59:00Z')")
	for n, m := range [][5]string{
		{ownID, someMRN, ownOperator, "OWN-1", "liquid crystal televisions"}, {otherID, otherMRN, otherOperator, "SILK-1", "copper cathodes"},
	} {
		run("INSERT INTO ledger_movement (id, n, mrn, state, seq, holder, departure, destination, lrn, declarant_msp, declarant, time_limit, released_at, "+
			"guarantors) VALUES ($1, $2, $3, 'released', 3, $4, 'CNURM001', 'KGFRU001', $5, 'CNMSP', $4, '2026-11-20', '2026-11-01T08:00:00Z', 'CGMMSP')",
			m[0], n+1, m[1], m[2], m[3])
		run("INSERT INTO ledger_leg VALUES ($1, 0, 'CN', 'CNMSP', 'CNURM001', '', 'started', '', '')", m[0])
		run("INSERT INTO ledger_identifier VALUES ($1, 'container', $2, $3)", m[0], fmt.Sprintf("CSQU305438%d", n), n+1)
		run("INSERT INTO ledger_text (rowid, body) VALUES ($1, $2)", n+1, m[4])
		run("INSERT INTO ledger_event VALUES ($1, 5, 0, $2, 'movement', 3, 'Release', 'accepted', 'released', 'CNMSP', 'CNMSP', 'CNURM001', "+
			"'2026-11-01T08:00:00Z', 0, '', 'ab12')", m[0], n)
		run("INSERT INTO ledger_task VALUES ($1, 'resolve', 'office CNURM001', $2, '')", m[0], fmt.Sprintf("2026-11-0%dT08:00:00Z", n+1))
		run("INSERT INTO ledger_guarantee VALUES ($1, '1', 'CGMMSP', $2, '', 1000, 'EUR', 100, '', 0, '', '', '', '', '', 1, '')", m[1], m[2])
	}
	run("INSERT INTO ledger_task VALUES ($1, 'expect', 'office CNURM001', '2026-11-09T08:00:00Z', '')", ownID)
	run("INSERT INTO ledger_office VALUES ('CNURM001', 'Urumqi', 'CNMSP', 'departure'), ('KZHOR001', 'Khorgos', 'KZMSP', 'transit')")
	run("INSERT INTO ledger_crossing VALUES ($1, 1, 'CN', 'KZ', 'KZHOR001', 'p', '2026-11-24T00:00:00Z', 7200)", ownID)
	run("INSERT INTO ledger_claim VALUES ($1, 0, $2, 500, 'EUR', 'claimed', '2026-11-24T00:00:00Z')", ownID, someMRN)
	// What these add up to, over all time.
	run("INSERT INTO ledger_state VALUES ('released', 2)")
	run("INSERT INTO ledger_crossed VALUES ('', 'CN', 'KZ', 7200, 1, 7200, 7200)")
	run("INSERT INTO ledger_discharge VALUES ('', 'CN', 'KG', 2, 0, 0, 2, 0, 0, 0)")
	run("INSERT INTO ledger_claimed VALUES ('', 'CGMMSP', 'claimed', 'EUR', 1, 500)")
	run("INSERT INTO ledger_exposure VALUES ('guarantor', 'CGMMSP', '', 'EUR', 2, 0, 2000, 0, 0, 0, 500)")
	for _, side := range [][2]string{{"holder", ""}, {"both", "CGMMSP"}} {
		run("INSERT INTO ledger_exposure VALUES ($1, $2, $3, 'EUR', 1, 0, 1000, 0, 0, 0, 500)", side[0], side[1], ownOperator)
		run("INSERT INTO ledger_exposure VALUES ($1, $2, $3, 'EUR', 1, 0, 1000, 0, 0, 0, 0)", side[0], side[1], otherOperator)
	}
}

// found asks for a list and tells the LRNs of its movements.
func (s *server) found(caller, path string) string {
	s.t.Helper()
	a := s.do(caller, "GET", path, "")
	if a.status != http.StatusOK {
		return fmt.Sprint(a.status)
	}
	var page struct {
		Items []struct {
			Movement projection.Summary `json:"movement"`
		} `json:"items"`
	}
	require.NoError(s.t, json.Unmarshal(a.body, &page))
	var out []string
	for _, i := range page.Items {
		out = append(out, i.Movement.LRN)
	}
	return strings.Join(out, " ")
}

func TestTheReadModelAnswersACallerWithWhatItMaySee(t *testing.T) {
	s, _ := partsServer(t)
	for _, c := range []struct{ caller, path, want string }{
		{"officer", "/v1/search?text=copper", "SILK-1"},
		{"officer", "/v1/search?text=CSQU305438", "SILK-1 OWN-1"},
		{"trader", "/v1/search?text=copper", ""},
		{"trader", "/v1/search?text=CSQU305438", "OWN-1"},
		{"trader", "/v1/search?text=CSQU305438&in=container,plate", "OWN-1"},
		{"trader", "/v1/search?text=" + otherMRN, ""},
		{"trader", "/v1/search?text=" + otherOperator, ""},
		{"silkroad", "/v1/search?text=copper", "SILK-1"},
		{"analyst", "/v1/search?text=copper", ""},
		{"analyst", "/v1/search?text=copper&in=text", "403"},
		{"analyst", "/v1/search?text=" + otherMRN, "SILK-1"},
		{"admin", "/v1/search?text=copper&in=text", "403"},
		{"officer", "/v1/worklist", "OWN-1 SILK-1 OWN-1"},
		{"officer", "/v1/worklist?office=CNURM001&kind=expect", "OWN-1"},
		{"officer", "/v1/worklist?role=recovery", ""},
		{"other", "/v1/worklist?office=CNURM001", "OWN-1 SILK-1 OWN-1"},
		{"officer", "/v1/worklist?office=KZHOR001", "403"},
		{"trader", "/v1/worklist", ""},
		{"trader", "/v1/worklist?office=CNURM001", "403"},
		{"trader", "/v1/worklist?operator=" + otherOperator, "403"},
		{"admin", "/v1/worklist", "400"},
		{"officer", "/v1/worklist?office=CNURM001&guarantor=CGMMSP", "400"},
		{"officer", "/v1/worklist?kind=dance", "400"},
		{"officer", "/v1/worklist?role=dance", "400"},
		{"officer", "/v1/overdue?day=2026-11-24", "OWN-1 SILK-1"},
		{"trader", "/v1/overdue?day=2026-11-24", "OWN-1"},
		{"silkroad", "/v1/overdue?day=2026-11-24", "SILK-1"},
		{"officer", "/v1/overdue?day=2026-11-24&office=CNHRS001", ""},
		{"officer", "/v1/overdue?day=today", "400"},
		{"officer", "/v1/search", "400"},
		{"officer", "/v1/search?text=" + strings.Repeat("x", 513), "400"},
		{"officer", "/v1/search?text=copper&in=soul", "400"},
		{"officer", "/v1/search?text=a%00bc", "400"},
		{"officer", "/v1/search?text=%ff%fe%fd", "400"},
		{"officer", "/v1/search?text=abc;def", "400"},
		{"officer", "/v1/movements/%00/timeline", "400"},
		{"officer", "/v1/worklist?office=CNURM001%0a", "400"},
		{"foreign", "/v1/search?text=copper", "403"},
		{"", "/v1/search?text=copper", "401"},
	} {
		require.Equal(t, c.want, s.found(c.caller, c.path), "%s %s", c.caller, c.path)
	}
	require.Empty(t, s.fake.calls(), "no ledger is asked")
}

// What a trader of the same organisation may not see looks as what there is not.
func TestATraderCannotTellAnothersMovementFromNone(t *testing.T) {
	s, _ := partsServer(t)
	others := s.do("trader", "GET", "/v1/movements/"+otherID+"/timeline", "")
	none := s.do("trader", "GET", "/v1/movements/26CN0000000000AAJ5/timeline", "")
	require.Equal(t, 404, others.status)
	a, b := others.problem(t), none.problem(t)
	a.Instance, b.Instance = "", ""
	require.Equal(t, b, a)
	require.Equal(t, 200, s.do("silkroad", "GET", "/v1/movements/"+otherID+"/timeline", "").status)
	own := s.do("trader", "GET", "/v1/movements/"+ownID+"/timeline", "")
	require.Equal(t, 200, own.status)
	var story Story
	require.NoError(t, json.Unmarshal(own.body, &story))
	require.Equal(t, "OWN-1", story.Movement.LRN)
	require.Equal(t, "Release", story.Items[0].Step)
}

func TestExposureIsTheCallersOwn(t *testing.T) {
	s, _ := partsServer(t)
	names := func(caller, query string) string {
		a := s.do(caller, "GET", "/v1/exposure?"+query, "")
		if a.status != 200 {
			return fmt.Sprint(a.status)
		}
		var page Page[projection.Exposure]
		require.NoError(t, json.Unmarshal(a.body, &page))
		out := ""
		for _, x := range page.Items {
			out += fmt.Sprintf("%s %d ", x.Name, x.Reference.Minor)
		}
		return out
	}
	require.Equal(t, "CGMMSP 2000 ", names("officer", ""))
	require.Equal(t, ownOperator+" 1000 "+otherOperator+" 1000 ", names("analyst", "by=holder"))
	require.Equal(t, ownOperator+" 1000 ", names("trader", "by=holder"))
	require.Equal(t, "CGMMSP 1000 ", names("trader", "by=guarantor"))
	require.Equal(t, "403", names("trader", "by=holder&holder="+otherOperator))
	require.Equal(t, "400", names("officer", "by=weight"))
	// The same database behind the gateway of another guarantor.
	s.gateway.beside.MSP = "BANKMSP"
	require.Empty(t, names("clerk", "by=holder"))
	require.Equal(t, "403", names("clerk", "by=holder&guarantor=CGMMSP"))
}

func TestAnswersOfTheModelTellHowNewTheyAre(t *testing.T) {
	s, db := partsServer(t)
	a := s.do("officer", "GET", "/v1/worklist", "")
	require.Equal(t, "17", a.header.Get("Cats-Model-Blocks"))
	require.Equal(t, "2026-11-24T11:59:00Z", a.header.Get("Cats-Model-Time"))
	_, err := db.ExecContext(t.Context(), "UPDATE ledger_projection SET next_block = 18")
	require.NoError(t, err)
	again := s.do("officer", "GET", "/v1/worklist", "", "If-None-Match", a.header.Get("ETag"))
	require.Equal(t, 304, again.status, "nothing has changed for the list")
	require.Equal(t, "18", again.header.Get("Cats-Model-Blocks"))

	var p ModelProgress
	require.NoError(t, json.Unmarshal(s.do("trader", "GET", "/v1/model", "").body, &p))
	require.Equal(t, []uint64{18, 20, 2}, []uint64{p.Blocks, p.LedgerBlocks, p.BehindBlocks})
	require.Positive(t, p.BehindSeconds)
	_, err = db.ExecContext(t.Context(), "UPDATE ledger_projection SET next_block = 21")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(s.do("trader", "GET", "/v1/model", "").body, &p))
	require.Equal(t, []uint64{21, 21, 0}, []uint64{p.Blocks, p.LedgerBlocks, p.BehindBlocks}, "it may be ahead of what was read before it")
	require.Zero(t, p.BehindSeconds)
}

func TestPagesOfTheModelGoOnByCursors(t *testing.T) {
	s, _ := partsServer(t)
	var kinds []string
	for cursor := ""; ; {
		a := s.do("officer", "GET", "/v1/worklist?size=1&cursor="+cursor, "")
		require.Equal(t, 200, a.status)
		var page Page[projection.WorkItem]
		require.NoError(t, json.Unmarshal(a.body, &page))
		require.Len(t, page.Items, 1)
		kinds = append(kinds, string(page.Items[0].Kind)+" "+page.Items[0].Movement.LRN)
		if cursor = page.Next; cursor == "" {
			break
		}
		require.Equal(t, 400, s.do("officer", "GET", "/v1/overdue?cursor="+cursor, "").status, "a cursor belongs to its list")
	}
	require.Equal(t, []string{"resolve OWN-1", "resolve SILK-1", "expect OWN-1"}, kinds)
	bad := sealCursor("getWorklist", "nonsense")
	require.Equal(t, 400, s.do("officer", "GET", "/v1/worklist?cursor="+bad, "").status)
	require.Equal(t, 400, s.do("officer", "GET", "/v1/worklist?size=101", "").status)
	require.JSONEq(t, `{"items":[{"kind":"expect","waiting":1},{"kind":"resolve","waiting":2}]}`,
		string(s.do("officer", "GET", "/v1/worklist/counts", "").body))
}

func TestStatisticsComeAsJSONOrCSV(t *testing.T) {
	s, _ := partsServer(t)
	for path, want := range map[string]string{
		"crossings":  "from,to,crossings,meanSeconds,p50Seconds,p90Seconds,p99Seconds,maxSeconds\r\nCN,KZ,1,7200,7200,7200,7200,7200\r\n",
		"discharges": "departure,destination,released,inTime,late,open,enquiry,recovery,writtenOff,rateBasisPoints\r\nCN,KG,2,0,0,2,0,0,0,0\r\n",
		"claims":     "guarantor,state,claims,amountMinor,currency\r\nCGMMSP,claimed,1,500,EUR\r\n",
		"movements":  "state,movements\r\nreleased,2\r\n",
	} {
		path = "/v1/statistics/" + path
		a := s.do("officer", "GET", path+"?format=csv", "")
		require.Equal(t, 200, a.status, path)
		require.Equal(t, want, string(a.body))
		require.Equal(t, "text/csv; charset=utf-8; header=present", a.header.Get("Content-Type"))
		require.Equal(t, "17", a.header.Get("Cats-Model-Blocks"))
		asJSON := s.do("officer", "GET", path, "")
		require.Equal(t, "application/json", asJSON.header.Get("Content-Type"))
		require.NotEqual(t, asJSON.header.Get("ETag"), a.header.Get("ETag"))
		require.Equal(t, 304, s.do("officer", "GET", path+"?format=csv", "", "If-None-Match", a.header.Get("ETag")).status)
		require.Equal(t, 403, s.do("trader", "GET", path, "").status)
		require.Equal(t, 400, s.do("officer", "GET", path+"?format=xls", "").status)
	}
	require.JSONEq(t, `{"items":[]}`, string(s.do("officer", "GET", "/v1/statistics/claims?until=2026-11-01", "").body))
	require.Equal(t, 400, s.do("officer", "GET", "/v1/statistics/claims?from=november", "").status)
}

func TestAPartThatIsNotThereIsNotFound(t *testing.T) {
	s := newServer(t, newFake())
	for _, c := range [][2]string{
		{"officer", "/v1/worklist"}, {"officer", "/v1/model"}, {"officer", "/v1/statistics/claims"}, {"admin", "/v1/webhooks"},
		{"officer", "/v1/risk-assessments"},
	} {
		a := s.do(c[0], "GET", c[1], "")
		require.Equal(t, 404, a.status, c[1])
		require.Equal(t, codeNoSuchOperation, a.problem(t).Code)
	}
	require.Equal(t, 404, s.do("officer", "POST", base+"/risk-assessments", "").status)
}

// receiver is a subscriber that verifies what it gets.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	secret string
	types  []string
	wrong  []error
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, q *http.Request) {
		r.mu.Lock()
		defer r.mu.Unlock()
		body, err := io.ReadAll(q.Body)
		if err == nil {
			var hook *standardwebhooks.Webhook
			if hook, err = standardwebhooks.NewWebhook(r.secret); err == nil {
				err = hook.Verify(body, q.Header)
			}
		}
		if err != nil {
			r.wrong = append(r.wrong, err)
		}
		var e struct{ Type string }
		if json.Unmarshal(body, &e) == nil {
			r.types = append(r.types, e.Type)
		}
	}))
	t.Cleanup(r.Close)
	return r
}

func TestWebhooksAreKeptOverTheInterface(t *testing.T) {
	s, db := partsServer(t)
	to := newReceiver(t)
	body := `{"url":"` + to.URL + `/cats?token=x","types":["movement.released"],"allowPrivate":true}`
	made := s.do("admin", "POST", "/v1/webhooks", body, "Idempotency-Key", "k1")
	require.Equal(t, 201, made.status, "%s", made.body)
	var got Subscribed
	require.NoError(t, json.Unmarshal(made.body, &got))
	require.Equal(t, made.body, s.do("admin", "POST", "/v1/webhooks", body, "Idempotency-Key", "k1").body, "one subscription under one key")
	to.secret = got.Secret
	at := "/v1/webhooks/" + got.Subscription.ID

	var all Table[webhook.Subscription]
	listed := s.do("admin", "GET", "/v1/webhooks", "")
	require.NoError(t, json.Unmarshal(listed.body, &all))
	require.Len(t, all.Items, 1)
	require.NotContains(t, string(listed.body), "whsec_")
	require.NotContains(t, string(s.do("admin", "GET", at, "").body), "whsec_")

	require.Equal(t, 200, s.do("courier", "POST", at+"/test", "").status)
	require.Equal(t, []string{"org.carec.cats.webhook.test"}, to.types)
	require.Empty(t, to.wrong)

	rotated := s.do("admin", "POST", at+"/rotate", `{"overlapSeconds":0}`)
	require.Equal(t, 200, rotated.status, "%s", rotated.body)
	require.NoError(t, json.Unmarshal(rotated.body, &got))
	require.NotEqual(t, to.secret, got.Secret)
	s.do("admin", "POST", at+"/test", "")
	require.Len(t, to.wrong, 1, "the old secret signs no more")

	event := func(seq int, state string) {
		_, err := db.ExecContext(t.Context(), "INSERT INTO webhook_event VALUES ($1, $2, 'org.carec.cats.movement.released', 'M', 'L', '{}', $3)",
			seq, fmt.Sprintf("%d.ab.0", seq), time.Now().UnixMilli())
		require.NoError(t, err)
		_, err = db.ExecContext(t.Context(), "INSERT INTO webhook_delivery VALUES ($1, $2, 'L', $3, 1, 0, 0, '', 0, 0, 500, 'answered 500')",
			got.Subscription.ID, seq, state)
		require.NoError(t, err)
	}
	event(1, "dead")
	event(2, "waiting")
	var log Page[webhook.Delivery]
	require.NoError(t, json.Unmarshal(s.do("admin", "GET", at+"/deliveries?state=dead", "").body, &log))
	require.Len(t, log.Items, 1)
	require.Equal(t, "1.ab.0", log.Items[0].Event)
	require.Empty(t, log.Next)
	var first, second Page[webhook.Delivery]
	require.NoError(t, json.Unmarshal(s.do("admin", "GET", at+"/deliveries?size=1", "").body, &first))
	require.NotEmpty(t, first.Next)
	require.NoError(t, json.Unmarshal(s.do("admin", "GET", at+"/deliveries?size=1&cursor="+first.Next, "").body, &second))
	require.Equal(t, []string{"2.ab.0", "1.ab.0"}, []string{first.Items[0].Event, second.Items[0].Event})
	require.Empty(t, second.Next)
	elsewhere, none := sealCursor("listMovements", "1"), sealCursor("listDeliveries", "x")
	for _, query := range []string{"state=lost", "size=0", "size=1001", "cursor=x", "cursor=" + elsewhere, "cursor=" + none} {
		require.Equal(t, 400, s.do("admin", "GET", at+"/deliveries?"+query, "").status, query)
	}

	var paused webhook.Subscription
	require.NoError(t, json.Unmarshal(s.do("admin", "POST", at+"/pause", "").body, &paused))
	require.False(t, paused.DisabledAt.IsZero())
	require.Equal(t, 2, paused.Dead, "what waits is given up")
	require.Equal(t, 409, s.do("admin", "POST", at+"/replay", `{"dead":true}`).status)
	require.Equal(t, 200, s.do("admin", "POST", at+"/resume", "").status)
	require.Equal(t, 400, s.do("admin", "POST", at+"/replay", `{"dead":true,"event":"1.ab.0"}`).status)
	require.Equal(t, 400, s.do("admin", "POST", at+"/replay", `{"event":"1.ab.0\u0000"}`).status)
	require.JSONEq(t, `{"events":2}`, string(s.do("admin", "POST", at+"/replay", `{"dead":true}`).body))
	require.JSONEq(t, `{"events":2}`, string(s.do("admin", "POST", at+"/replay", `{"since":"2026-01-01T00:00:00Z"}`).body))

	require.Equal(t, 200, s.do("admin", "DELETE", at, "").status)
	require.Equal(t, 404, s.do("admin", "GET", at, "").status)
	require.Equal(t, 404, s.do("admin", "POST", at+"/pause", "").status)
}

func TestWebhooksAreForThoseWhoMayReadAllThatTheyTell(t *testing.T) {
	s, _ := partsServer(t)
	for _, caller := range []string{"trader", "clerk", "officer"} {
		require.Equal(t, 403, s.do(caller, "GET", "/v1/webhooks", "").status, caller)
		require.Equal(t, 403, s.do(caller, "POST", "/v1/webhooks", `{"url":"https://hooks.example/"}`).status, caller)
	}
	for body, status := range map[string]int{
		`{"url":"http://hooks.example/"}`:                     400,
		`{"url":"https://127.0.0.1/"}`:                        400,
		`{"url":"https://10.1.2.3/","allowPrivate":true}`:     403,
		`{"url":"https://hooks.example/","types":["gossip"]}`: 400,
		`{"url":"https://u:p@hooks.example/"}`:                400,
		`{"url":"https://hooks.example/","types":["claims"]}`: 400,
		`{"url":"https://hooks.example/"}`:                    201,
	} {
		require.Equal(t, status, s.do("analyst", "POST", "/v1/webhooks", body).status, body)
	}
	require.NotContains(t, s.log.String(), "hooks.example")
}

func (f *fake) Content(context.Context, string) (*cats.Document, error) {
	m := f.movement
	return &cats.Document{Movement: &m, STD: &transit.STD{TransitOperation: transit.TransitOperation{LRN: "OWN-1"}}}, f.next("Content")
}

func TestRisksAreAssessedForAnOffice(t *testing.T) {
	s, db := partsServer(t)
	asked := 0
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		var q risk.Question
		_ = json.NewDecoder(r.Body).Decode(&q)
		_ = json.NewEncoder(w).Encode(risk.Answer{ID: q.ID, Advice: risk.Control, Reasons: []string{"route"}, ControlTypes: []string{"10"}})
	}))
	defer service.Close()
	client, err := risk.New(t.Context(), risk.Config{Database: db, URL: service.URL, Default: risk.AskOfficer})
	require.NoError(t, err)
	defer client.Close()
	s.gateway.beside.Assess = client.Assess
	s.gateway.beside.Assessments = func(ctx context.Context, movement string) ([]risk.Assessment, error) {
		return risk.List(ctx, db, movement)
	}

	a := s.do("officer", "POST", base+"/risk-assessments", "", "Idempotency-Key", "k1")
	require.Equal(t, 201, a.status, "%s", a.body)
	var told risk.Assessment
	require.NoError(t, json.Unmarshal(a.body, &told))
	require.Equal(t, risk.Control, told.Advice)
	require.Equal(t, "CNURM001", told.Office)
	require.Equal(t, a.body, s.do("officer", "POST", base+"/risk-assessments", "", "Idempotency-Key", "k1").body)
	require.Equal(t, 1, asked)
	var log Table[risk.Assessment]
	require.NoError(t, json.Unmarshal(s.do("other", "GET", "/v1/risk-assessments?movement="+someMRN, "").body, &log))
	require.Len(t, log.Items, 1)
	require.Equal(t, 403, s.do("trader", "GET", "/v1/risk-assessments", "").status)
	require.Equal(t, 403, s.do("trader", "POST", base+"/risk-assessments", "").status)

	s.fake.fail = []error{&cats.Error{Class: cats.Refused, Fault: transit.Faultf(transit.NotAuthorised, "no")}}
	require.Equal(t, 403, s.do("officer", "POST", base+"/risk-assessments", "").status, "the ledger decides who reads content")
	require.Equal(t, 1, asked)
}

func TestMetricsTellOfWhatStandsBesideAndReadinessDependsOnNoneOfIt(t *testing.T) {
	s, db := partsServer(t)
	scrape := func(path string) (int, string) {
		w := httptest.NewRecorder()
		s.gateway.Operations().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		return w.Code, w.Body.String()
	}
	require.Equal(t, 201, s.do("analyst", "POST", "/v1/webhooks", `{"url":"https://hooks.example/"}`).status)
	run := func(query string, args ...any) {
		_, err := db.ExecContext(t.Context(), query, args...)
		require.NoError(t, err)
	}
	for n, failing := range []int{0, 0, 7} {
		run("INSERT INTO window_subscription VALUES ($1, 'https://window.example/', '[]', '[]', 0, '', '', '', '', 1, $2, 0)", fmt.Sprint("SW", n), failing)
	}
	minuteAgo := time.Now().Add(-time.Minute).UnixMilli()
	for seq, state := range []string{"waiting", "waiting", "refused", "refused", "refused", "dead", "delivered"} {
		run("INSERT INTO window_event VALUES ($1, $2, 'status', 'movement.released', 'M', 'L', 1, 'ab', '{}', '', 1)", seq, fmt.Sprint(seq))
		run("INSERT INTO window_delivery VALUES ('SW2', $1, 'L', $2, 1, $3, $3, '', 0, 0, 0, '', '', '')", seq, state, minuteAgo)
	}
	run("DELETE FROM ledger_content_state")
	run("INSERT INTO ledger_content_state VALUES ('held', 'blocks', 5), ('wanted', 'blocks', 4), ('wanted', 'peer', -1)")
	_, body := scrape("/metrics")
	for _, line := range []string{
		`cats_projection_contents{state="held"} 5`, `cats_projection_contents{state="wanted"} 3`, `cats_projection_contents{state="purged"} 0`,
		`cats_window_deposits{state="waiting"} 2`, `cats_window_deposits{state="refused"} 3`, `cats_window_deposits{state="dead"} 1`,
		`cats_windows{state="in force"} 2`, `cats_windows{state="failing"} 1`,
		"cats_projection_blocks 17", "cats_projection_behind_blocks 3", "cats_projection_behind_seconds 60",
		`cats_webhook_deliveries{state="waiting"} 0`, `cats_webhook_subscriptions{state="in force"} 1`, "cats_webhook_oldest_seconds 0",
	} {
		require.Contains(t, body, line+"\n")
	}
	require.NotContains(t, body, ".example")
	require.Regexp(t, `(?m)^cats_window_oldest_seconds 6\d(\.|$)`, body)

	require.NoError(t, db.Close())
	status, _ := scrape("/readyz")
	require.Equal(t, 200, status)
	status, body = scrape("/metrics")
	require.Equal(t, 200, status)
	require.NotContains(t, body, "cats_projection_")
	require.NotContains(t, body, "cats_window_")
}

// everybody are the callers of all tests.
func everybody() callers {
	all := someCallers()
	maps.Copy(all, callers{
		"silkroad": {Name: "s", Identity: "cn-silkroad", Organisation: "CN", Role: transit.RoleTrader, Operator: otherOperator, Scheme: access.MutualTLS},
		"courier":  {Name: "c", Identity: "cn-courier", Organisation: "CN", Role: transit.RoleCourier, Scheme: access.MutualTLS},
		"analyst":  {Name: "y", Identity: "cn-analyst", Organisation: "CN", Role: transit.RoleAnalyst, Scheme: access.MutualTLS},
		"clerk":    {Name: "g", Identity: "cn-clerk", Organisation: "CN", Role: transit.RoleGuarantor, Scheme: access.MutualTLS},
	})
	return all
}
