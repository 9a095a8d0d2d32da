package e2e

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/gateway"
	"carec.example/cats/client/links/webhook"
	"carec.example/cats/client/projection"
)

// readers ask the read models over the gateways of their organisations, each with its own client certificate.
func (w *world) readers(t *testing.T) {
	m := w.accepted(t)
	t.Run("an auditor reads every movement, and no content", func(t *testing.T) { w.auditorAsks(t, m) })
	t.Run("an office finds its work and what it holds", func(t *testing.T) { w.officeAsks(t, m) })
	t.Run("a trader does not learn of another's movement", func(t *testing.T) { w.tradersAsk(t, m) })
	t.Run("a subscriber is told, signed", func(t *testing.T) { w.subscriberIsTold(t, m) })
}

// caughtUp waits until the read model behind a gateway has a movement.
func (c *caller) caughtUp(m *transit.Movement) {
	c.t.Helper()
	require.EventuallyWithT(c.t, func(t *assert.CollectT) {
		assert.Equal(t, http.StatusOK, c.ask("GET", "/v1/movements/"+m.MRN+"/timeline", nil).status)
	}, time.Minute, 100*time.Millisecond)
}

// finds searches and tells whether a movement is among what was found.
func (c *caller) finds(m *transit.Movement, text, in string) bool {
	c.t.Helper()
	var found gateway.Findings
	c.want(http.StatusOK, &found, "GET", "/v1/search?size=100&text="+url.QueryEscape(text)+"&in="+in, nil)
	return slices.ContainsFunc(found.Items, func(h projection.Hit) bool { return h.Movement.ID == m.ID })
}

func (w *world) auditorAsks(t *testing.T, m *transit.Movement) {
	t.Helper()
	analyst := w.at(t, "carec-analyst")
	analyst.caughtUp(m)
	var p gateway.ModelProgress
	require.Eventually(t, func() bool {
		analyst.want(http.StatusOK, &p, "GET", "/v1/model", nil)
		return p.BehindBlocks == 0
	}, time.Minute, 100*time.Millisecond)
	require.NotEmpty(t, p.At)

	var story gateway.Story
	s := analyst.want(http.StatusOK, &story, "GET", "/v1/movements/"+m.MRN+"/timeline", nil)
	require.Equal(t, m.ID, story.Movement.ID)
	require.Equal(t, []string{"Lodge", "Accept"}, steps(story.Items))
	require.NotEmpty(t, s.header.Get("Cats-Model-Blocks"))
	analyst.want(http.StatusNotModified, nil, "GET", "/v1/movements/"+m.MRN+"/timeline", nil, "If-None-Match", s.header.Get("ETag"))
	require.True(t, analyst.finds(m, m.LRN, ""))
	analyst.want(http.StatusForbidden, nil, "GET", "/v1/search?text=televisions&in=text", nil)

	var crossings gateway.Table[projection.Crossing]
	analyst.want(http.StatusOK, &crossings, "GET", "/v1/statistics/crossings", nil)
	require.NotEmpty(t, crossings.Items, "the main job has crossed borders")
	s = analyst.want(http.StatusOK, nil, "GET", "/v1/statistics/crossings?format=csv", nil)
	require.True(t, strings.HasPrefix(s.header.Get("Content-Type"), "text/csv"))
	rows, err := csv.NewReader(strings.NewReader(string(s.body))).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, len(crossings.Items)+1)
	require.Equal(t, []string{"from", "to", "crossings"}, rows[0][:3])
	require.Equal(t, []string{crossings.Items[0].From, crossings.Items[0].To}, rows[1][:2])

	var exposed gateway.Page[projection.Exposure]
	analyst.want(http.StatusOK, &exposed, "GET", "/v1/exposure?by=guarantor", nil)
	require.True(t, slices.ContainsFunc(exposed.Items, func(x projection.Exposure) bool { return x.Name == "CGMMSP" && x.Guarantees > 0 }))
	w.at(t, "cgm-clerk").want(http.StatusForbidden, nil, "GET", "/v1/exposure?guarantor=BANKMSP", nil)
	analyst.want(http.StatusOK, nil, "GET", "/v1/overdue", nil)
}

func steps(story []projection.Moment) []string {
	var out []string
	for _, e := range story {
		if e.Record == "movement" {
			out = append(out, e.Step)
		}
	}
	return out
}

func (w *world) officeAsks(t *testing.T, m *transit.Movement) {
	t.Helper()
	officer := w.at(t, "cn-officer-urumqi")
	officer.caughtUp(m)
	waits := false
	for next := ""; ; {
		var page gateway.Page[projection.WorkItem]
		officer.want(http.StatusOK, &page, "GET", "/v1/worklist?kind=decide-control&size=5&cursor="+url.QueryEscape(next), nil)
		waits = waits || slices.ContainsFunc(page.Items, func(i projection.WorkItem) bool { return i.Movement.ID == m.ID })
		if next = page.Next; next == "" {
			break
		}
	}
	require.True(t, waits)
	officer.want(http.StatusForbidden, nil, "GET", "/v1/worklist?office=KZHOR001", nil)
	container := load(t, examples+"cn-kz-kg-electronics.xml", nil).Consignment.TransportEquipment[0].ContainerIdentificationNumber
	require.Eventually(t, func() bool { return officer.finds(m, container, "container") }, time.Minute, 200*time.Millisecond,
		"what the country holds is found by what it says")
	// Nothing was delivered to the next country yet, which knows the movement by its public references alone.
	next := w.at(t, "kz-officer-khorgos")
	next.caughtUp(m)
	require.False(t, next.finds(m, container, "container"))
	require.True(t, next.finds(m, m.MRN, "mrn"))
}

func (w *world) tradersAsk(t *testing.T, m *transit.Movement) {
	t.Helper()
	own, other := w.at(t, "cn-trader-tianshan"), w.at(t, "cn-trader-silkroad")
	own.caughtUp(m)
	std := load(t, examples+"cn-kz-kg-electronics.xml", nil)
	container := std.Consignment.TransportEquipment[0].ContainerIdentificationNumber
	goods := std.Consignment.HouseConsignments[0].ConsignmentItems[0].Commodity.DescriptionOfGoods
	for text, in := range map[string]string{
		m.MRN: "mrn", m.LRN: "lrn", container: "container", goods: "text", std.Holder.IdentificationNumber: "operator",
	} {
		require.Eventually(t, func() bool { return own.finds(m, text, in) }, time.Minute, 200*time.Millisecond, in)
		require.False(t, other.finds(m, text, in), in)
		require.False(t, other.finds(m, text, ""), in)
	}
	other.want(http.StatusNotFound, nil, "GET", "/v1/movements/"+m.MRN+"/timeline", nil)
	other.want(http.StatusForbidden, nil, "GET", "/v1/worklist?operator="+std.Holder.IdentificationNumber, nil)
	other.want(http.StatusForbidden, nil, "GET", "/v1/exposure?by=holder&holder="+std.Holder.IdentificationNumber, nil)
	other.want(http.StatusForbidden, nil, "GET", "/v1/statistics/crossings", nil)
	other.want(http.StatusForbidden, nil, "GET", "/v1/webhooks", nil)
	var exposed gateway.Page[projection.Exposure]
	other.want(http.StatusOK, &exposed, "GET", "/v1/exposure?by=holder", nil)
	for _, x := range exposed.Items {
		require.Equal(t, w.profile.Identities["cn-trader-silkroad"].Operator, x.Name)
	}
}

// heard is what a subscriber's own server was sent.
type heard struct {
	mu     sync.Mutex
	header []http.Header
	body   [][]byte
}

func (h *heard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.header, h.body = append(h.header, r.Header.Clone()), append(h.body, body)
}

func (h *heard) count() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.body)
}

// verified are the types of the events about a movement, each of which must be signed with the secret.
func (h *heard) verified(t *testing.T, secret, mrn string) []string {
	t.Helper()
	hook, err := standardwebhooks.NewWebhook(secret)
	require.NoError(t, err)
	h.mu.Lock()
	defer h.mu.Unlock()
	var out []string
	for i, body := range h.body {
		require.NoError(t, hook.Verify(body, h.header[i]))
		var e struct {
			Type, Subject string
		}
		require.NoError(t, json.Unmarshal(body, &e))
		if e.Subject == mrn {
			out = append(out, e.Type)
		}
	}
	return out
}

func (w *world) subscriberIsTold(t *testing.T, m *transit.Movement) {
	t.Helper()
	told := &heard{}
	server := httptest.NewServer(told)
	defer server.Close()
	admin := w.at(t, "kz-admin")
	var made gateway.Subscribed
	admin.want(http.StatusCreated, &made, "POST", "/v1/webhooks", gateway.NewWebhook{
		URL: server.URL + "/cats", Types: []string{"movement.released"}, AllowPrivate: true,
	}, "Idempotency-Key", fresh())
	at := "/v1/webhooks/" + made.Subscription.ID
	admin.want(http.StatusOK, nil, "POST", at+"/test", nil)
	require.Equal(t, 1, told.count())

	_, _, err := w.as(t, "cn-officer-urumqi").Movements().Release(within(t, time.Minute), m.MRN, time.Now().UTC().AddDate(0, 0, 9).Format(time.DateOnly))
	require.NoError(t, err)
	require.Eventually(t, func() bool { return len(told.verified(t, made.Secret, m.MRN)) == 1 }, time.Minute, 100*time.Millisecond)
	require.Equal(t, []string{"org.carec.cats.movement.released"}, told.verified(t, made.Secret, m.MRN))

	var log gateway.Table[webhook.Delivery]
	require.Eventually(t, func() bool {
		admin.want(http.StatusOK, &log, "GET", at+"/deliveries?state=delivered", nil)
		return slices.ContainsFunc(log.Items, func(d webhook.Delivery) bool { return d.Subject == m.MRN })
	}, time.Minute, 100*time.Millisecond)
	var again gateway.Replayed
	admin.want(http.StatusOK, &again, "POST", at+"/replay", gateway.ReplayOrder{Event: log.Items[0].Event})
	require.Equal(t, 1, again.Events)
	require.Eventually(t, func() bool { return len(told.verified(t, made.Secret, m.MRN)) == 2 }, time.Minute, 100*time.Millisecond)
	admin.want(http.StatusOK, nil, "DELETE", at, nil)
	admin.want(http.StatusNotFound, nil, "GET", at, nil)
}
