package window_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	chainledger "carec.example/cats/chaincode/ledger"
	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/database"
	"carec.example/cats/client/database/databasetest"
	"carec.example/cats/client/formats"
	"carec.example/cats/client/links/queue"
	"carec.example/cats/client/links/queue/queuetest"
	"carec.example/cats/client/links/window"
)

func TestMain(m *testing.M) { os.Exit(databasetest.Main(m)) }

const (
	movement = "CN4TB0Q9V7HWKX"
	grn      = "26KZCGM0000000015"
)

// ledger is a growing chain with one transaction a block, as the peer of one organisation sees it.
type ledger struct {
	*queuetest.Chain
	msp, country string

	mu     sync.Mutex
	record transit.Movement
	// content is what the organisation holds; nil when it holds none.
	content *transit.STD
}

func newLedger(t testing.TB, msp, country string) *ledger {
	t.Helper()
	l := &ledger{Chain: queuetest.NewChain(1), msp: msp, country: country, content: example(t)}
	l.record = transit.Movement{
		Course: transit.Course{V: 1, ID: movement, Custodian: "CNMSP", Legs: []transit.Leg{
			{Country: "CN", MSP: "CNMSP", EntryOffice: "CNURM001", State: "expected"},
			{Country: "KZ", MSP: "KZMSP", EntryOffice: "KZHOR001", State: "expected"},
		}},
		Declared: transit.Declared{Version: 1, LRN: l.content.TransitOperation.LRN, Departure: "CNURM001"},
	}
	return l
}

func example(t testing.TB) *transit.STD {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "formats", "examples", "cn-kz-kg-electronics.xml"))
	require.NoError(t, err)
	std, err := formats.ReadCC015C(bytes.NewReader(text))
	require.NoError(t, err)
	return std
}

// step takes a step of the movement; a lodging or an amendment writes what was declared, too.
func (l *ledger) step(step transit.Step, to transit.State) {
	l.mu.Lock()
	l.record.Seq++
	l.record.State, l.record.At = to, fmt.Sprintf("2026-11-24T08:%02d:00Z", l.record.Seq%60)
	if step == transit.StepAccept {
		l.record.MRN = "26" + movement + "J5"
	}
	if step == transit.StepAmend {
		l.record.Version++
	}
	writes := []cats.Write{{Key: chainledger.MovementKey(movement), Value: encoded(l.record.Course)}}
	if step == transit.StepLodge || step == transit.StepAmend {
		writes = append(writes, cats.Write{Key: chainledger.DeclaredKey(movement), Value: encoded(l.record.Declared)})
	}
	s := transit.EventStep{
		Record: "movement", ID: movement, MRN: l.record.MRN, Seq: l.record.Seq, Step: string(step), To: to, Custodian: "CNMSP", By: "CNMSP",
	}
	l.mu.Unlock()
	l.append(writes, s)
}

func encoded(v any) []byte {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return raw
}

// guarantee registers a guarantee that an organisation keeps.
func (l *ledger) guarantee(keeper, office string) {
	g := transit.Guarantee{V: 1, Keeper: keeper, Terms: transit.Terms{
		GRN: grn, Type: "1", Guarantor: keeper, Office: office, Holder: "CN916501007TSL1", Percentage: 100, Balances: 4,
		ReferenceAmount: transit.Money{Minor: 40_000_00, Currency: "USD"}, ValidFrom: "2026-01-01", ValidUntil: "2027-12-31",
	}}
	l.append([]cats.Write{{Key: chainledger.GuaranteeKey(grn), Value: encoded(g)}},
		transit.EventStep{Record: "guarantee", ID: grn, Step: "Register", By: keeper})
}

func (l *ledger) append(writes []cats.Write, steps ...transit.EventStep) { l.Append(writes, steps...) }

func (l *ledger) MSP() string     { return l.msp }
func (l *ledger) Country() string { return l.country }

func (l *ledger) Movement(context.Context, string) (*transit.MovementView, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	m := l.record
	return &transit.MovementView{Movement: &m}, nil
}

func (l *ledger) Content(context.Context, string) (*cats.Document, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.content == nil {
		return nil, transit.Faultf(transit.NotFound, "not delivered")
	}
	m := l.record
	return &cats.Document{Movement: &m, STD: l.content}, nil
}

func (l *ledger) hold(std *transit.STD) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.content = std
}

// request is what a window has got.
type request struct {
	header http.Header
	body   []byte
}

func (r request) number() string { return r.header.Get("Idempotency-Key") }

// desk is a single window on a real server. It knows a number again and answers as the first time, unless answer decides.
type desk struct {
	*httptest.Server
	t      testing.TB
	mu     sync.Mutex
	got    []request
	known  map[string][]byte
	answer func(w http.ResponseWriter, n int, r request) bool
}

// newDesk makes a window; set up a server that is not started yet with tune.
func newDesk(t testing.TB, answer func(w http.ResponseWriter, n int, r request) bool) *desk {
	t.Helper()
	d := &desk{t: t, known: map[string][]byte{}, answer: answer}
	d.Server = httptest.NewUnstartedServer(d)
	t.Cleanup(func() { d.Close() })
	return d
}

func (d *desk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	in := request{r.Header.Clone(), body}
	d.mu.Lock()
	d.got = append(d.got, in)
	n := len(d.got)
	d.mu.Unlock()
	if d.answer != nil && d.answer(w, n, in) {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if first, known := d.known[in.number()]; known && !bytes.Equal(first, body) {
		w.WriteHeader(http.StatusUnprocessableEntity) // another document under a number that is taken
		return
	}
	d.known[in.number()] = body
	w.Header().Set("Location", "/deposits/"+in.number())
	w.WriteHeader(http.StatusCreated)
}

func (d *desk) all() []request {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.got)
}

// documents are the kinds of what came, in order, each number once.
func (d *desk) documents() []string {
	seen := map[string]bool{}
	var out []string
	for _, r := range d.all() {
		if !seen[r.number()] {
			seen[r.number()] = true
			out = append(out, r.header.Get("CATS-Document"))
		}
	}
	return out
}

func (d *desk) await(n int) []request {
	d.t.Helper()
	require.Eventually(d.t, func() bool { return len(d.all()) >= n }, 20*time.Second, 5*time.Millisecond, "requests")
	return d.all()
}

func open(t testing.TB, db *database.DB, l window.Ledger, adjust func(*window.Config)) *window.Windows {
	t.Helper()
	cfg := window.Config{
		Database: db, Ledger: l, Channel: "transit", Pace: queue.Pace{
			FirstPause: 10 * time.Millisecond, LongestPause: 50 * time.Millisecond, Poll: 20 * time.Millisecond, Timeout: 5 * time.Second,
		},
	}
	if adjust != nil {
		adjust(&cfg)
	}
	w, err := window.New(context.Background(), cfg)
	require.NoError(t, err)
	return w
}

func run(t testing.TB, w *window.Windows) (stop func()) {
	t.Helper()
	return queuetest.Run(t, w)
}

func secret(t testing.TB, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// plain are the terms of a window on this machine, with a token.
func plain(t testing.TB, d *desk) window.Terms {
	t.Helper()
	if d.URL == "" {
		d.Start()
	}
	return window.Terms{URL: d.URL + "/in", Private: true, TokenFile: secret(t, "t0ken\n")}
}

func add(t testing.TB, w *window.Windows, terms window.Terms) string {
	t.Helper()
	added, err := w.Add(context.Background(), terms)
	require.NoError(t, err)
	return added.ID
}

// settled waits until as many deposits are in a state, and returns all.
func settled(t testing.TB, w *window.Windows, state string, n int) []window.Deposit {
	t.Helper()
	var all []window.Deposit
	require.Eventually(t, func() bool {
		page, err := w.Deposits(context.Background(), window.Filter{})
		require.NoError(t, err)
		all = page.Items
		found := 0
		for _, d := range all {
			if d.State == state {
				found++
			}
		}
		return found == n
	}, 20*time.Second, 10*time.Millisecond, "%d %s", n, state)
	return all
}

// requireValid lets the schema of OASIS judge a document, where it is there.
func requireValid(t testing.TB, kind string, document []byte) {
	t.Helper()
	root, err := os.Getwd()
	require.NoError(t, err)
	for {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			break
		}
		require.NotEqual(t, root, filepath.Dir(root))
		root = filepath.Dir(root)
	}
	xsd := filepath.Join(root, "..", "shared", "data", "ubl-2.4", "xsd", "maindoc", "UBL-"+kind+"-2.4.xsd")
	if _, err := os.Stat(xsd); err != nil {
		t.Skip("the schemas of UBL 2.4 are not beside the repository")
	}
	if _, err := exec.LookPath("xmllint"); err != nil {
		t.Skip("xmllint is not installed (package libxml2-utils)")
	}
	file := filepath.Join(t.TempDir(), "document.xml")
	require.NoError(t, os.WriteFile(file, document, 0o600))
	out, err := exec.CommandContext(context.Background(), "xmllint", "--noout", "--nonet", "--schema", xsd, file).CombinedOutput()
	require.NoError(t, err, "%s", out)
}
