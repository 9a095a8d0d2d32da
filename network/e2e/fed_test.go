package e2e

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/gateway"
	"carec.example/cats/client/gateway/gatewaytest"
)

// fed is how many requests each caller sends for each operation.
const fed = 2

// feeders are those who send what nobody should send: every role, at the gateways of three organisations.
func feeders() []string {
	return []string{"cn-officer-urumqi", "cn-trader-tianshan", "cn-admin", "cn-courier", "cgm-clerk", "carec-analyst"}
}

// feedAll feeds every operation that the gateways document. The ledger is there all the time, so that no answer may be a failure
// of the server; afterwards the gateways are as they were.
func (w *world) feedAll(t *testing.T) {
	analyst := w.at(t, "carec-analyst")
	document, err := gatewaytest.Read(analyst.want(http.StatusOK, nil, "GET", "/openapi.json", nil).body)
	require.NoError(t, err)
	w.realReferences(t, analyst, document)

	health := map[string]*vitals{}
	for _, application := range []string{"cn-application", "cgm-application", "carec-application"} {
		health[application] = w.vitals(t, application)
	}
	lazy := w.lazy(t, "cn-officer-urumqi")
	var callers sync.WaitGroup
	for i, identity := range feeders() {
		c := w.at(t, identity)
		c.want(http.StatusOK, nil, "GET", "/v1/ledger", nil)
		callers.Go(func() { feedOne(t, c, document, i) })
	}
	before := map[string]float64{}
	for application, v := range health {
		before[application] = v.read(t)["process_start_time_seconds"]
	}
	callers.Wait()
	w.hangsUp(t)
	require.Less(t, <-lazy, 25*time.Second, "a head that does not come to its end is waited for")
	for application, v := range health {
		require.InDelta(t, before[application], v.read(t)["process_start_time_seconds"], 0.001, "%s has died", application)
		v.settle(t, application)
	}
}

// realReferences has the requests name records that there are.
func (w *world) realReferences(t *testing.T, analyst *caller, document *gatewaytest.Document) {
	t.Helper()
	var movements gateway.Page[transit.Movement]
	analyst.want(http.StatusOK, &movements, "GET", "/v1/movements?size=1", nil)
	require.NotEmpty(t, movements.Items)
	document.Example("movement", movements.Items[0].Reference())
	var guarantees gateway.Page[transit.Guarantee]
	analyst.want(http.StatusOK, &guarantees, "GET", "/v1/guarantees?size=1", nil)
	require.NotEmpty(t, guarantees.Items)
	document.Example("grn", guarantees.Items[0].Terms.GRN)
	var story gateway.Timeline
	analyst.want(http.StatusOK, &story, "GET", "/v1/movements/"+movements.Items[0].Reference()+"/history", nil)
	document.Example("transaction", story.Passages[0].Transaction)
}

// feedOne sends the requests of one caller and judges the answers.
func feedOne(t *testing.T, c *caller, document *gatewaytest.Document, number int) {
	t.Helper()
	client := &http.Client{Transport: c.client.Transport, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
	slowest, statuses := time.Duration(0), map[int]int{}
	for i, o := range document.Operations {
		for n := range fed {
			q := document.Request(gatewaytest.Seeded(1000*number+i, n), o)
			if strings.HasSuffix(q.Path, strings.Repeat("9", 64)) {
				continue // It waits for a transaction that may come; see hangsUp.
			}
			a, err := q.Send(t.Context(), client, c.base)
			if err == nil {
				err = document.Judge(q, a)
			}
			if err != nil {
				t.Errorf("%v\n%s", err, q)
				continue
			}
			statuses[a.Status]++
			slowest = max(slowest, a.Took)
		}
	}
	t.Logf("caller %d: the slowest answer took %s; %v", number, slowest.Round(time.Millisecond), statuses)
}

// hangsUp waits for a transaction that never comes, and goes away: the gateway gives up, too.
func (w *world) hangsUp(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	c := w.at(t, "cn-officer-urumqi")
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+"/v1/transactions/"+strings.Repeat("9", 64), nil)
	require.NoError(t, err)
	res, err := c.client.Do(r)
	if err == nil {
		require.NoError(t, res.Body.Close())
	}
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

// lazy opens a connection that never brings its request to an end, and tells how long it was borne.
func (w *world) lazy(t *testing.T, identity string) <-chan time.Duration {
	t.Helper()
	c := w.at(t, identity)
	config := c.client.Transport.(*http.Transport).TLSClientConfig.Clone()
	conn, err := (&tls.Dialer{Config: config}).DialContext(t.Context(), "tcp", strings.TrimPrefix(c.base, "https://"))
	require.NoError(t, err)
	_, err = conn.Write([]byte("GET /v1/caller HTTP/1.1\r\nHost: gateway\r\nX-Slow: "))
	require.NoError(t, err)
	borne := make(chan time.Duration, 1)
	begun := time.Now()
	go func() {
		_ = conn.SetReadDeadline(begun.Add(time.Minute))
		_, _ = io.Copy(io.Discard, conn)
		borne <- time.Since(begun)
		_ = conn.Close()
	}()
	return borne
}

// vitals reads the monitoring of an application.
type vitals struct {
	url        string
	goroutines float64
}

// vitals finds the monitoring of an application where its log says that it listens.
func (w *world) vitals(t *testing.T, application string) *vitals {
	t.Helper()
	path, err := w.net.LogPath(application)
	require.NoError(t, err)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	v := &vitals{}
	for line := range bytes.Lines(text) {
		var entry struct{ Msg, Part, Address string }
		if json.Unmarshal(line, &entry) == nil && entry.Msg == "listening" && entry.Part == "monitoring" {
			v.url = "http://" + entry.Address + "/metrics"
		}
	}
	require.NotEmpty(t, v.url, "%s does not say where its monitoring is", application)
	v.goroutines = v.read(t)["go_goroutines"]
	return v
}

// read reads the metrics without labels.
func (v *vitals) read(t *testing.T) map[string]float64 {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, v.url, nil)
	require.NoError(t, err)
	res, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer res.Body.Close()
	out := map[string]float64{}
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		name, text, _ := strings.Cut(lines.Text(), " ")
		if value, err := strconv.ParseFloat(text, 64); err == nil {
			out[name] = value
		}
	}
	require.NotEmpty(t, out)
	return out
}

// settle waits until nothing is under way any more. Clients of the ledger that were opened stay open, with some goroutines each.
func (v *vitals) settle(t *testing.T, application string) {
	t.Helper()
	var now map[string]float64
	for end := time.Now().Add(40 * time.Second); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		now = v.read(t)
		if now["cats_gateway_ledger_calls"] == 0 && now["cats_gateway_event_readers"] == 0 && now["go_goroutines"] <= v.goroutines+60 {
			return
		}
	}
	t.Errorf("%s does not come to rest: %v calls, %v readers, %v goroutines (%v before)", application,
		now["cats_gateway_ledger_calls"], now["cats_gateway_event_readers"], now["go_goroutines"], v.goroutines)
}
