package e2e

import (
	"bytes"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/signature/testca"
	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/formats/ubl"
	"carec.example/cats/client/gateway"
	"carec.example/cats/client/links/aeo"
	"carec.example/cats/client/links/event"
	"carec.example/cats/client/links/queue"
	"carec.example/cats/client/links/risk"
	"carec.example/cats/client/links/webhook"
	"carec.example/cats/client/links/window"
)

// links: the applications of the organisations, as they run in this network, tell other systems and ask them, set up from the
// command line as an operator does.
func (w *world) links(t *testing.T) {
	w.insured(t)
	t.Run("a webhook reaches a server, signed, and again when it is replayed", w.tellsBySubscription)
	t.Run("a single window gets each deposit once, though the application dies", w.deposits)
	t.Run("a declaration comes as UBL over the gateway, and is told as UBL", w.declaredInUBL)
	t.Run("a risk module is asked, and the stated default stands when it is silent", w.asksForRisk)
	t.Run("a signed list of authorised operators changes what the rules allow", w.importsOperators)
}

// command runs the command line that the network was built with. What fails the test is an exit code other than the wanted.
func (w *world) command(t *testing.T, code int, args ...string) string {
	t.Helper()
	program := filepath.Join("..", "..", ".cats", "bin", "cats")
	c := exec.CommandContext(within(t, time.Minute), program, append([]string{"--profile", w.net.ProfilePath()}, args...)...)
	var said, failed bytes.Buffer
	c.Stdout, c.Stderr = &said, &failed
	_ = c.Run() // the exit code tells
	require.Equal(t, code, c.ProcessState.ExitCode(), "cats %s: %s%s", strings.Join(args, " "), said.String(), failed.String())
	return said.String()
}

// decoded runs a command and decodes what it prints.
func decoded[T any](t *testing.T, w *world, args ...string) T {
	t.Helper()
	var v T
	require.NoError(t, json.Unmarshal([]byte(w.command(t, 0, append(args, "--json")...)), &v))
	return v
}

// inbox is a server of another system that keeps what it gets.
type inbox struct {
	*httptest.Server
	mu  sync.Mutex
	got []received
}

type received struct {
	header http.Header
	body   []byte
}

// newInbox answers each request as said, with its number.
func newInbox(t *testing.T, answer func(w http.ResponseWriter, r received)) *inbox {
	t.Helper()
	in := &inbox{}
	in.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		one := received{r.Header.Clone(), body}
		in.mu.Lock()
		in.got = append(in.got, one)
		in.mu.Unlock()
		answer(w, one)
	}))
	t.Cleanup(in.Close)
	return in
}

func (in *inbox) all() []received {
	in.mu.Lock()
	defer in.mu.Unlock()
	return slices.Clone(in.got)
}

func (w *world) tellsBySubscription(t *testing.T) {
	in := newInbox(t, func(w http.ResponseWriter, _ received) { w.WriteHeader(http.StatusNoContent) })
	made := decoded[struct {
		Subscription webhook.Subscription
		Secret       string
	}](t, w, "webhook", "add", in.URL+"/cats", "--allow-private", "--type", "movement", "--organisation", "KZ")
	id := made.Subscription.ID
	hook, err := standardwebhooks.NewWebhook(made.Secret)
	require.NoError(t, err)
	begin := time.Now().UTC().Add(-time.Second).Format(time.RFC3339)
	m := w.released(t)

	// of are the events of the movement, by id; each request must be signed.
	of := func() map[string]event.CloudEvent {
		events := map[string]event.CloudEvent{}
		for _, r := range in.all() {
			require.NoError(t, hook.Verify(r.body, r.header))
			var e event.CloudEvent
			require.NoError(t, json.Unmarshal(r.body, &e))
			require.Equal(t, e.ID, r.header.Get(standardwebhooks.HeaderWebhookID))
			if e.Data.ID == m.ID {
				events[e.ID] = e
			}
		}
		return events
	}
	var told map[string]event.CloudEvent
	require.Eventually(t, func() bool {
		told = of()
		return hasType(told, "movement.released") && hasType(told, "movement.content-delivered")
	}, time.Minute, 200*time.Millisecond)
	for _, kind := range []string{"movement.lodged", "movement.accepted"} {
		require.True(t, hasType(told, kind), kind)
	}
	before := len(in.all())
	replayed := decoded[struct{ Events int }](t, w, "webhook", "replay", id, "--since", begin, "--organisation", "KZ")
	require.GreaterOrEqual(t, replayed.Events, len(told))
	require.Eventually(t, func() bool { return len(in.all()) >= before+replayed.Events }, time.Minute, 100*time.Millisecond)
	again := of()
	for id := range told {
		require.Contains(t, again, id, "replayed under the same id")
	}
	w.command(t, 0, "webhook", "remove", id, "--organisation", "KZ")
}

func hasType(events map[string]event.CloudEvent, kind string) bool {
	for _, e := range events {
		if e.Type == event.Prefix+kind {
			return true
		}
	}
	return false
}

// deposits: Kazakhstan lies on the route. Its application is killed while the window is slow, and started again by the supervisor.
func (w *world) deposits(t *testing.T) {
	ctx := within(t, 5*time.Minute)
	var slow atomic.Bool
	var mu sync.Mutex
	taken := map[string][]byte{} // what the window has taken, by the number of the deposit
	slow.Store(true)
	in := newInbox(t, func(w http.ResponseWriter, r received) {
		if slow.Load() {
			time.Sleep(time.Second)
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		mu.Lock()
		defer mu.Unlock()
		number := r.header.Get("Idempotency-Key")
		if first, known := taken[number]; known && !bytes.Equal(first, r.body) {
			w.WriteHeader(http.StatusUnprocessableEntity)
			return
		}
		taken[number] = r.body
		w.Header().Set("Location", "/deposits/"+number)
		w.WriteHeader(http.StatusCreated)
	})
	token := filepath.Join(t.TempDir(), "window.token")
	require.NoError(t, os.WriteFile(token, []byte("t0ken\n"), 0o600))
	added := decoded[window.Window](t, w, "window", "add", in.URL+"/in", "--token-file", token, "--allow-private", "--organisation", "KZ")
	m := w.released(t)
	require.Eventually(t, func() bool { return len(in.all()) > 0 }, time.Minute, 100*time.Millisecond)
	require.NoError(t, w.net.Kill(ctx, "kz-application"))
	slow.Store(false)
	require.NoError(t, w.net.AwaitServing(ctx, "kz-application"))

	deposited := func() []window.Deposit {
		all := decoded[queue.Page[window.Deposit]](t, w, "window", "deposits", "--window", added.ID, "--state", "deposited", "--organisation", "KZ")
		return slices.DeleteFunc(all.Items, func(d window.Deposit) bool { return d.Subject != m.ID && d.Subject != m.MRN })
	}
	want := m.Seq + 1 // a status for each step, and the declaration when it was delivered
	require.Eventually(t, func() bool { return len(deposited()) >= want }, 2*time.Minute, time.Second)
	all := deposited()
	require.Len(t, all, want)
	kinds := map[window.Kind]int{}
	mu.Lock()
	defer mu.Unlock()
	for _, d := range all {
		kinds[d.Document]++
		require.Equal(t, "/deposits/"+d.Number, d.Reference)
		requireDeposit(t, d, m, taken[d.Number])
	}
	require.Equal(t, map[window.Kind]int{window.Declaration: 1, window.Status: m.Seq}, kinds)
	for _, r := range in.all() {
		require.Equal(t, "Bearer t0ken", r.header.Get("Authorization"))
		if first, known := taken[r.header.Get("Idempotency-Key")]; known {
			require.Equal(t, string(first), string(r.body), "the same bytes under a number, before the kill and after it")
		}
	}
	w.command(t, 0, "window", "remove", added.ID, "--organisation", "KZ")
}

// requireDeposit reads what the window has taken.
func requireDeposit(t *testing.T, d window.Deposit, m *transit.Movement, document []byte) {
	t.Helper()
	if d.Document == window.Declaration {
		std, report, err := ubl.ReadDeclaration(bytes.NewReader(document))
		require.NoError(t, err)
		require.NoError(t, report.Err())
		require.Equal(t, d.Number, report.UUID)
		require.Equal(t, m.LRN, std.TransitOperation.LRN)
		require.Empty(t, std.Guarantees[0].GuaranteeReferences[0].AccessCode)
		return
	}
	record, report, err := ubl.ReadStatus(bytes.NewReader(document))
	require.NoError(t, err)
	require.NoError(t, report.Err())
	require.Equal(t, d.Number, report.UUID)
	require.Equal(t, []string{m.ID, m.LRN}, []string{record.ID, record.LRN})
}

// declaredInUBL: a trader's system posts a declaration of UBL, and reads what becomes of it.
func (w *world) declaredInUBL(t *testing.T) {
	std := load(t, examples+"cn-kz-kg-electronics.xml", nil)
	std.TransitOperation.LRN, std.Message.Identification = "U"+fresh()[:20], fresh()[:20]
	std.Guarantees[0].GuaranteeReferences[0].AmountToBeCovered = "100.00"
	var document bytes.Buffer
	require.NoError(t, ubl.WriteDeclaration(&document, std, ubl.Numbered(ubl.UUIDOf(std.TransitOperation.LRN))))
	trader := w.at(t, "cn-trader-tianshan")
	post := func(body string) gateway.MessagePage {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, trader.base+"/v1/messages", strings.NewReader(body))
		require.NoError(t, err)
		r.Header.Set("Content-Type", "application/xml")
		answer, err := trader.client.Do(r)
		require.NoError(t, err)
		defer func() { _ = answer.Body.Close() }()
		require.Equal(t, http.StatusOK, answer.StatusCode)
		var page gateway.MessagePage
		require.NoError(t, json.NewDecoder(answer.Body).Decode(&page))
		return page
	}
	status := func(m gateway.TradeMessage) *transit.Movement {
		record, report, err := ubl.ReadStatus(strings.NewReader(m.XML))
		require.NoError(t, err)
		require.NoError(t, report.Err())
		require.Equal(t, m.ID, report.UUID)
		return record
	}
	page := post(document.String())
	require.Len(t, page.Items, 1)
	lodged := status(page.Items[0])
	require.Equal(t, []any{transit.Submitted, std.TransitOperation.LRN}, []any{lodged.State, lodged.LRN})
	require.Empty(t, post(document.String()).Items, "the same again does nothing")
	refused := post(strings.ReplaceAll(document.String(), `unitCode="KGM"`, `unitCode="XXX"`))
	require.True(t, refused.Items[0].Refusal)
	require.Equal(t, transit.State("refused"), status(refused.Items[0]).State)

	_, receipt, err := w.as(t, "cn-officer-urumqi").Movements().Accept(within(t, time.Minute), lodged.ID)
	require.NoError(t, err)
	_, err = w.as(t, "cn-trader-tianshan").Await(within(t, time.Minute), receipt.TransactionID)
	require.NoError(t, err)
	var told []transit.State
	for after, more := "0.0", true; more; {
		var next gateway.MessagePage
		trader.want(http.StatusOK, &next, http.MethodGet, "/v1/messages?form=ubl&after="+after, nil)
		for _, m := range next.Items {
			if record := status(m); record.ID == lodged.ID {
				told = append(told, record.State)
			}
		}
		after, more = next.Next, next.More
	}
	require.Equal(t, []transit.State{transit.Submitted, transit.Accepted}, told)
}

func (w *world) asksForRisk(t *testing.T) {
	var silent atomic.Bool
	in := newInbox(t, func(w http.ResponseWriter, r received) {
		var q risk.Question
		if json.Unmarshal(r.body, &q) != nil || q.Declaration == nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		if silent.Load() {
			time.Sleep(2 * time.Second)
		}
		_ = json.NewEncoder(w).Encode(risk.Answer{ID: q.ID, Advice: risk.Release, Reference: "RA-" + q.Office, Reasons: []string{"known holder"}})
	})
	m := w.accepted(t)
	ask := func() risk.Assessment {
		return decoded[risk.Assessment](t, w, "risk", "assess", m.MRN, "--url", in.URL+"/assess", "--default", "control", "--within", "1s",
			"--as", "cn-officer-urumqi")
	}
	told := ask()
	require.Equal(t, []any{risk.Release, "RA-CNURM001", ""}, []any{told.Advice, told.Reference, told.DefaultBecause})
	silent.Store(true)
	told = ask()
	require.Equal(t, []any{risk.Control, "it did not answer in time"}, []any{told.Advice, told.DefaultBecause})
	kept := decoded[[]risk.Assessment](t, w, "risk", "log", m.MRN, "--as", "cn-officer-urumqi")
	require.Len(t, kept, 2)
	require.Equal(t, risk.Control, kept[0].Advice, "the newest first")
	require.NotContains(t, string(in.all()[0].body), `"accessCode":`)
}

// importsOperators: control may be announced in advance to an authorised economic operator alone (IE060).
func (w *world) importsOperators(t *testing.T) {
	ctx := within(t, 3*time.Minute)
	registry := testca.New(t, "AEO registry")
	folder := t.TempDir()
	anchor := filepath.Join(folder, "anchor.pem")
	block := &pem.Block{Type: "CERTIFICATE", Bytes: registry.Certificate.Raw}
	require.NoError(t, os.WriteFile(anchor, pem.EncodeToMemory(block), 0o600))
	list := func(number int, from transit.Date, operators string) string {
		text := fmt.Sprintf(`{"v": 1, "country": "CN", "number": %d, "date": %q, "operators": [%s]}`, number, from, operators)
		file := filepath.Join(folder, fmt.Sprintf("list-%d.json", number))
		_, canonical, err := aeo.Read(file, []byte(text))
		require.NoError(t, err)
		signed, err := aeo.Sign(registry.Signer(t, testca.Valid(testca.From(), testca.Until())), jose.ES256, canonical, time.Now().Add(-time.Minute))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		require.NoError(t, os.WriteFile(file+".jws", signed, 0o600))
		return file
	}
	movement := w.preLodged(t)
	w.command(t, 3, "movement", "control", "announce", movement, "--type", "10", "--as", "cn-officer-urumqi")
	with := list(1, daysFromNow(-1), `{"number": "CN916501007TSL1", "name": "Tianshan Logistics", "aeo": "AEOF"}`)
	w.command(t, 0, "registry", "import", "aeo", with, "--anchor", anchor, "--as", "cn-admin")
	require.Eventually(t, func() bool { // the officer's peer may be a block behind
		o, err := w.as(t, "cn-officer-urumqi").Registry().Page(ctx, "CN", transit.BookOperators, transit.BookOperators.Page("CN916501007TSL1"))
		return err == nil && slices.ContainsFunc(o.Operators, func(o transit.Operator) bool { return o.AEO == "AEOF" })
	}, time.Minute, 200*time.Millisecond)
	w.command(t, 0, "movement", "control", "announce", movement, "--type", "10", "--as", "cn-officer-urumqi")

	other := w.preLodged(t)
	without := list(2, daysFromNow(0), `{"number": "CN916501007TSL9", "name": "Kashgar Silk", "aeo": "AEOC"}`)
	imported := decoded[struct {
		Receipts []struct{ TransactionID string }
	}](t, w,
		"registry", "import", "aeo", without, "--anchor", anchor, "--as", "cn-admin")
	require.NotEmpty(t, imported.Receipts)
	w.command(t, 3, "movement", "control", "announce", other, "--type", "10", "--as", "cn-officer-urumqi",
		"--after", imported.Receipts[len(imported.Receipts)-1].TransactionID)
}

// preLodged declares goods that are not there yet.
func (w *world) preLodged(t *testing.T) string {
	t.Helper()
	std := load(t, examples+"cn-kz-kg-electronics.xml", nil)
	std.TransitOperation.LRN = "L" + fresh()[:20]
	std.TransitOperation.AdditionalDeclarationType = transit.AdditionalPreLodged
	std.Guarantees[0].GuaranteeReferences[0].AmountToBeCovered = "100.00"
	m, _, err := w.as(t, "cn-trader-tianshan").Movements().Lodge(within(t, time.Minute), std)
	require.NoError(t, err)
	require.Equal(t, transit.PreLodged, m.State)
	return m.ID
}
