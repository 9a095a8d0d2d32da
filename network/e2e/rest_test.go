package e2e

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/gateway"
)

// rest takes one movement over the route in plain HTTP, each person with its own client certificate, for what HTTP adds: statuses,
// tags, keys of idempotency, the stream of events, pages and jobs. What people do over the gateways is in scenariosOverREST.
func (w *world) rest(t *testing.T) {
	j := &restJourney{world: w, t: t}
	j.declare()
	j.once()
	j.ifMatch()
	j.followed()
	j.cross()
	j.arrive()
	j.resumed()
	j.read()
	j.jobs()
}

// caller is a person or system at the gateway of its organisation.
type caller struct {
	t      *testing.T
	client *http.Client
	base   string
}

// at makes the caller of an identity, with the certificate that the network has issued.
func (w *world) at(t *testing.T, identity string) *caller {
	t.Helper()
	id, err := w.profile.Identity(identity)
	require.NoError(t, err)
	org := w.profile.Organisations[id.Organisation]
	pair, err := tls.X509KeyPair(w.read(t, id.TLSCertificate), w.read(t, id.TLSKey))
	require.NoError(t, err)
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(w.read(t, org.TLSCA)))
	transport := &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{
		Certificates: []tls.Certificate{pair}, RootCAs: roots, MinVersion: tls.VersionTLS12,
	}}
	t.Cleanup(transport.CloseIdleConnections)
	return &caller{t: t, client: &http.Client{Transport: transport}, base: "https://" + org.Gateway.Address}
}

// anonymous is a caller of Kazakhstan's gateways without a certificate, as browsers are.
func (w *world) anonymous(t *testing.T) *caller {
	t.Helper()
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(w.read(t, w.profile.Organisations["KZ"].TLSCA)))
	transport := &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}
	t.Cleanup(transport.CloseIdleConnections)
	return &caller{t: t, client: &http.Client{Transport: transport}}
}

// said is an answer.
type said struct {
	status int
	header http.Header
	body   []byte
}

// ask makes a request; a body goes as JSON, and headers come in pairs.
func (c *caller) ask(method, path string, body any, headers ...string) said {
	c.t.Helper()
	s, err := c.try(c.t.Context(), method, path, body, headers...)
	require.NoError(c.t, err)
	return s
}

// try is like ask where a gateway may not answer at all.
func (c *caller) try(ctx context.Context, method, path string, body any, headers ...string) (said, error) {
	var raw []byte
	if body != nil {
		var err error
		if raw, err = json.Marshal(body); err != nil {
			return said{}, err
		}
	}
	r, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(raw))
	if err != nil {
		return said{}, err
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := c.client.Do(r)
	if err != nil {
		return said{}, err
	}
	defer res.Body.Close()
	got, err := io.ReadAll(res.Body)
	return said{status: res.StatusCode, header: res.Header, body: got}, err
}

// want asks and decodes the answer of a status.
func (c *caller) want(status int, into any, method, path string, body any, headers ...string) said {
	c.t.Helper()
	s := c.ask(method, path, body, headers...)
	require.Equal(c.t, status, s.status, "%s %s: %s", method, path, s.body)
	if into != nil {
		require.NoError(c.t, json.Unmarshal(s.body, into))
	}
	return s
}

type course = gateway.Changed[transit.Course]

// restJourney is the main job under way.
type restJourney struct {
	*world
	t    *testing.T
	mrn  string
	path string
	// last is the last step's transaction, which the next country's peer has to have seen.
	last   string
	tag    string
	stream *restStream
}

// declare registers the guarantee with the guarantor, checks and lodges the declaration.
func (j *restJourney) declare() {
	std := load(j.t, examples+"cn-kz-kg-electronics.xml", nil)
	std.TransitOperation.LRN = "REST" + time.Now().UTC().Format("060102150405")
	ref := &std.Guarantees[0].GuaranteeReferences[0]
	grn, err := transit.NewGRN(time.Now().UTC().Year(), "CN", rand.Text()[:12])
	require.NoError(j.t, err)
	ref.GRN = grn.String()
	amount, err := transit.ParseMoney(string(ref.AmountToBeCovered), ref.Currency)
	require.NoError(j.t, err)
	now := time.Now().UTC()
	var registered gateway.Changed[transit.Guarantee]
	j.at(j.t, "cgm-clerk").want(http.StatusCreated, &registered, "POST", "/v1/guarantees", gateway.Registration{
		Terms: transit.Terms{
			GRN: ref.GRN, Type: std.Guarantees[0].GuaranteeType, Guarantor: "CGMMSP", Holder: std.Holder.IdentificationNumber,
			ReferenceAmount: amount, Percentage: 100, Balances: 2,
			ValidFrom: now.Format(time.DateOnly), ValidUntil: now.AddDate(1, 0, 0).Format(time.DateOnly),
		},
		AccessCodes: []string{ref.AccessCode},
	}, "Idempotency-Key", rand.Text())

	trader := j.at(j.t, "cn-trader-tianshan")
	trader.want(http.StatusOK, nil, "GET", "/v1/transactions/"+registered.Receipt.TransactionID, nil)
	trader.want(http.StatusOK, nil, "POST", "/v1/declaration-checks", std)
	wrong := *std
	wrong.Consignment.GrossMass = "-1"
	var p gateway.Problem
	trader.want(http.StatusUnprocessableEntity, &p, "POST", "/v1/declaration-checks", wrong)
	require.Equal(j.t, transit.InvalidDocument, p.Code)
	require.True(j.t, slices.ContainsFunc(p.Violations, func(v transit.Violation) bool { return v.Pointer == "/consignment/grossMass" }))

	var lodged gateway.Changed[transit.Movement]
	key := rand.Text()
	first := trader.want(http.StatusCreated, &lodged, "POST", "/v1/movements", std, "Idempotency-Key", key)
	require.Equal(j.t, `"1"`, first.header.Get("ETag"))
	again := trader.want(http.StatusCreated, nil, "POST", "/v1/movements", std, "Idempotency-Key", key)
	require.Equal(j.t, first.body, again.body)
	j.path, j.last = "/v1/movements/"+lodged.Record.ID, lodged.Receipt.TransactionID
}

// step takes a step as an identity whose peer has seen the last one, on the record as it was left.
func (j *restJourney) step(identity, name string, body any) {
	j.t.Helper()
	c := j.at(j.t, identity)
	c.want(http.StatusOK, nil, "GET", "/v1/transactions/"+j.last, nil)
	headers := []string{"Idempotency-Key", rand.Text()}
	if j.tag != "" {
		headers = append(headers, "If-Match", j.tag)
	}
	var done course
	s := c.want(http.StatusOK, &done, "POST", j.path+"/"+name, body, headers...)
	require.GreaterOrEqual(j.t, len(done.Receipt.Endorsers), 2)
	j.last, j.tag = done.Receipt.TransactionID, s.header.Get("ETag")
	if done.Record.MRN != "" {
		j.mrn, j.path = done.Record.MRN, "/v1/movements/"+done.Record.MRN
	}
}

// once accepts the declaration under one key several times: one step, and one answer.
func (j *restJourney) once() {
	officer := j.at(j.t, "cn-officer-urumqi")
	officer.want(http.StatusOK, nil, "GET", "/v1/transactions/"+j.last, nil)
	key := rand.Text()
	var done course
	first := officer.want(http.StatusOK, &done, "POST", j.path+"/accept", nil, "Idempotency-Key", key)
	again := officer.want(http.StatusOK, nil, "POST", j.path+"/accept", nil, "Idempotency-Key", key)
	require.Equal(j.t, first.body, again.body)
	var p gateway.Problem
	officer.want(http.StatusUnprocessableEntity, &p, "POST", j.path+"/reject", gateway.Reason{Reason: "late"}, "Idempotency-Key", key)
	require.EqualValues(j.t, "IDEMPOTENCY_KEY_REUSED", p.Code)
	require.Equal(j.t, 2, done.Record.Seq)
	j.mrn, j.path, j.last, j.tag = done.Record.MRN, "/v1/movements/"+done.Record.MRN, done.Receipt.TransactionID, first.header.Get("ETag")
}

// ifMatch shows that a step on a record that has moved is refused by the ledger, and who may not is refused at the door.
func (j *restJourney) ifMatch() {
	officer := j.at(j.t, "cn-officer-urumqi")
	release := gateway.ReleaseOrder{TimeLimit: time.Now().UTC().AddDate(0, 0, 20).Format(time.DateOnly)}
	var p gateway.Problem
	officer.want(http.StatusPreconditionFailed, &p, "POST", j.path+"/release", release, "If-Match", `"1"`)
	require.Equal(j.t, transit.Stale, p.Code)
	j.at(j.t, "cn-trader-tianshan").want(http.StatusForbidden, &p, "POST", j.path+"/release", release)
	officer.want(http.StatusConflict, &p, "POST", j.path+"/arrive", nil)
	require.Equal(j.t, transit.OutOfSequence, p.Code)

	read := officer.want(http.StatusOK, nil, "GET", j.path, nil)
	officer.want(http.StatusNotModified, nil, "GET", j.path, nil, "If-None-Match", read.header.Get("ETag"))
	require.True(j.t, strings.HasPrefix(read.header.Get("ETag"), `"2-`))
}

// followed opens the stream of the officer of the next country before anything happens there.
func (j *restJourney) followed() {
	j.stream = j.follow("kz-officer-khorgos", "")
	release := gateway.ReleaseOrder{TimeLimit: time.Now().UTC().AddDate(0, 0, 20).Format(time.DateOnly)}
	j.step("cn-officer-urumqi", "release", release)
	id := j.stream.until(j.mrn, string(transit.StepRelease))
	require.NotEmpty(j.t, id)
	// The reader goes away here and comes back with this id.
	j.stream.close()
}

func (j *restJourney) cross() {
	j.step("cn-officer-horgos", "propose-hand-off", nil)
	j.step("kz-officer-khorgos", "accept-hand-off", nil)
	j.step("kz-officer-korday", "propose-hand-off", nil)
	j.step("kg-officer-akzhol", "accept-hand-off", nil)
}

func (j *restJourney) arrive() {
	j.step("kg-officer-bishkek", "arrive", nil)
	j.step("kg-officer-bishkek", "record-results", gateway.ControlResult{Result: "A1"})
	j.step("kg-officer-bishkek", "discharge", nil)
}

// resumed comes back to the stream behind the last event seen: everything since then comes, once.
func (j *restJourney) resumed() {
	s := j.follow("kz-officer-khorgos", j.stream.last)
	defer s.close()
	s.until(j.mrn, string(transit.StepDischarge))
	require.Equal(j.t, []string{
		"ProposeHandOff", "AcceptHandOff", "ProposeHandOff", "AcceptHandOff", "Arrive", "RecordResults", "Discharge",
	}, s.steps)
}

// read looks at what there is to read at the end, also as the regulator.
func (j *restJourney) read() {
	analyst := j.at(j.t, "carec-analyst")
	analyst.want(http.StatusOK, nil, "GET", "/v1/transactions/"+j.last, nil)
	var view transit.MovementView
	analyst.want(http.StatusOK, &view, "GET", j.path, nil)
	require.Equal(j.t, transit.Discharged, view.Movement.State)
	var story gateway.Timeline
	analyst.want(http.StatusOK, &story, "GET", j.path+"/history", nil)
	require.GreaterOrEqual(j.t, len(story.Passages), 10)
	var p gateway.Problem
	analyst.want(http.StatusForbidden, &p, "GET", j.path+"/content", nil)

	found, next := 0, ""
	for more := true; more; more = next != "" {
		var page gateway.Page[transit.Movement]
		analyst.want(http.StatusOK, &page, "GET", "/v1/movements?size=3&cursor="+url.QueryEscape(next), nil)
		for _, m := range page.Items {
			if m.MRN == j.mrn {
				found++
			}
		}
		next = page.Next
	}
	require.Equal(j.t, 1, found)
}

// jobs has the regulator export the movements.
func (j *restJourney) jobs() {
	analyst := j.at(j.t, "carec-analyst")
	var job gateway.Job
	ordered := analyst.want(http.StatusAccepted, &job, "POST", "/v1/jobs", gateway.JobOrder{Kind: gateway.JobMovements}, "Idempotency-Key", rand.Text())
	where := ordered.header.Get("Location")
	require.Eventually(j.t, func() bool {
		analyst.want(http.StatusOK, &job, "GET", where, nil)
		return job.State == gateway.JobDone
	}, time.Minute, 100*time.Millisecond)
	require.NotZero(j.t, job.Done)
	result := analyst.want(http.StatusOK, nil, "GET", where+"/result", nil)
	require.Contains(j.t, string(result.body), j.mrn)
}

// restStream reads the events of a caller.
type restStream struct {
	t    *testing.T
	stop context.CancelFunc
	body io.ReadCloser
	in   *bufio.Reader
	// last is the id of the last event, steps those of the movement in their order.
	last  string
	steps []string
}

func (j *restJourney) follow(identity, after string) *restStream {
	j.t.Helper()
	c := j.at(j.t, identity)
	ctx, stop := context.WithTimeout(j.t.Context(), time.Minute)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+"/v1/events", nil)
	require.NoError(j.t, err)
	if after != "" {
		r.Header.Set("Last-Event-ID", after)
	}
	res, err := c.client.Do(r) //nolint:bodyclose // restStream.close does
	require.NoError(j.t, err)
	require.Equal(j.t, http.StatusOK, res.StatusCode)
	require.Equal(j.t, "text/event-stream", res.Header.Get("Content-Type"))
	return &restStream{t: j.t, stop: stop, body: res.Body, in: bufio.NewReader(res.Body)}
}

func (s *restStream) close() {
	s.stop()
	_ = s.body.Close()
}

// until reads on until a step of the movement comes, and returns the id of its event.
func (s *restStream) until(mrn, step string) string {
	s.t.Helper()
	for {
		line, err := s.in.ReadString('\n')
		require.NoError(s.t, err, "the stream ended before %s; so far %v", step, s.steps)
		if id, is := strings.CutPrefix(line, "id: "); is {
			s.last = strings.TrimSpace(id)
		}
		data, is := strings.CutPrefix(line, "data: ")
		if !is {
			continue
		}
		var h gateway.Happening
		require.NoError(s.t, json.Unmarshal([]byte(data), &h))
		for _, e := range h.Steps {
			if e.Record == "movement" && e.MRN == mrn {
				s.steps = append(s.steps, e.Step)
			}
			if e.MRN == mrn && e.Step == step {
				return s.last
			}
		}
	}
}
