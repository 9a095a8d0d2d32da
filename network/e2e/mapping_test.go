package e2e

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/exchange"
	"carec.example/cats/client/formats/national"
	shipped "carec.example/cats/client/formats/national/examples"
	"carec.example/cats/client/gateway"
)

// mapping takes the document of a national system from declaration to discharge twice, once through a folder and once over REST, both
// as its users have them: the command and the application of the country. After every step both get the status that the mapping makes
// of the record. The story "national" of the scenarios does the same with the other documents.
func (w *world) mapping(t *testing.T) {
	ctx := within(t, 6*time.Minute)
	set, err := national.LoadSet(shipped.Files)
	require.NoError(t, err)
	template, err := fs.ReadFile(shipped.Files, "eaeu-transit.xml")
	require.NoError(t, err)
	grn := w.guaranteeFor(ctx, t, "KZ190840012345", "ZH40")

	trader := w.as(t, "kz-trader-zhetysu")
	folder := w.newFolderCommand(ctx, t, "kz-trader-zhetysu")
	rest := w.newRESTSystem(t, "kz-trader-zhetysu", trader)
	var results []journeyResult
	for _, by := range []nationalSystem{folder, rest} {
		lrn := "ZHT-" + fresh()[:16]
		document := template
		for old, with := range map[string]string{
			"ZHT-2026-000431": lrn, "ZHT20260305142000-0431": lrn + "/M", "26KGCGM0000000040": grn, "</Header>": "<Stamp>0042</Stamp></Header>",
		} {
			document = bytes.ReplaceAll(document, []byte(old), []byte(with))
		}
		m, err := set.For(document, "")
		require.NoError(t, err)
		results = append(results, w.travelsNationally(ctx, t, by, m, document, lrn))
	}
	require.Equal(t, results[0], results[1], "folder and REST give the same document, the same values left out, the same statuses")
	require.Contains(t, results[0].left, exchange.LeftOut{
		Place: "/TransitDeclaration/Header/Stamp", Line: 11, Value: "0042", Reason: "no rule of the mapping eaeu-transit reads it",
	})

	wrong, err := fs.ReadFile(shipped.Files, "eaeu-transit-wrong.xml")
	require.NoError(t, err)
	refusal := rest.refused(wrong)
	require.Equal(t, string(refusal), string(folder.refused(wrong)))
	require.Contains(t, string(refusal), `"place": "/TransitDeclaration/Route/DestinationCustoms"`)
}

func (w *world) guaranteeFor(ctx context.Context, t *testing.T, holder, code string) string {
	t.Helper()
	grn, err := transit.NewGRN(time.Now().UTC().Year(), "KZ", rand.Text()[:12])
	require.NoError(t, err)
	now := time.Now().UTC()
	_, receipt, err := w.as(t, "cgm-clerk").Guarantees().Register(ctx, transit.Terms{
		GRN: grn.String(), Type: "1", Guarantor: "CGMMSP", Holder: holder, Percentage: 100, Balances: 2,
		ReferenceAmount: transit.Money{Minor: 50_000_00, Currency: "USD"},
		ValidFrom:       now.Format(time.DateOnly), ValidUntil: now.AddDate(1, 0, 0).Format(time.DateOnly),
	}, []string{code})
	require.NoError(t, err)
	_, err = w.as(t, "kz-officer-almaty").Await(ctx, receipt.TransactionID)
	require.NoError(t, err)
	return grn.String()
}

// nationalSystem is one way in which a national system is connected.
type nationalSystem interface {
	// post posts a document that is taken, and tells what of it was left out.
	post(document []byte) []exchange.LeftOut
	// status waits for the next status.
	status() string
}

// journeyResult is what a national system has seen, without numbers and times that differ from one movement to another.
type journeyResult struct {
	std      string
	left     []exchange.LeftOut
	statuses []string
}

// travelsNationally takes a document from Almaty to Urumqi.
func (w *world) travelsNationally(
	ctx context.Context, t *testing.T, by nationalSystem, m *national.Map, document []byte, lrn string,
) journeyResult {
	t.Helper()
	result := journeyResult{left: by.post(document)}
	made, _, err := m.Apply(document)
	require.NoError(t, err)
	id, err := transit.NewMovementID("KZ", "KZMSP", "KZ190840012345", lrn)
	require.NoError(t, err)
	trader := w.as(t, "kz-trader-zhetysu")
	lodged, err := trader.Movements().Content(ctx, id.String())
	require.NoError(t, err)
	require.Equal(t, made.WithoutAccessCodes(), lodged.STD, "the ledger has what the mapping makes")
	o := &officers{w: w, t: t, ctx: ctx}
	var record *transit.Movement
	told := func() {
		t.Helper()
		o.reaches(trader)
		view, err := trader.Movements().Get(ctx, id.String())
		require.NoError(t, err)
		record = view.Movement
		want, err := m.Status(record)
		require.NoError(t, err)
		got := by.status()
		require.Equal(t, string(want), got, "step %d", record.Seq)
		result.statuses = append(result.statuses, anonymous(got, record))
	}
	told()
	take := func(who string, step func(*cats.Movements) (*transit.Course, cats.Receipt, error)) {
		t.Helper()
		o.take(who, step)
		told()
	}
	limit := time.Now().UTC().AddDate(0, 0, 14).Format(time.DateOnly)
	type done = func(*cats.Movements) (*transit.Course, cats.Receipt, error)
	take("kz-officer-almaty", func(c *cats.Movements) (*transit.Course, cats.Receipt, error) { return c.Accept(ctx, id.String()) })
	mrn := record.MRN
	for _, s := range []struct {
		who  string
		step done
	}{
		{"kz-officer-almaty", func(c *cats.Movements) (*transit.Course, cats.Receipt, error) { return c.Release(ctx, mrn, limit) }},
		{"kz-officer-almaty", func(c *cats.Movements) (*transit.Course, cats.Receipt, error) { return c.ProposeHandOff(ctx, mrn) }},
		{"cn-officer-horgos", func(c *cats.Movements) (*transit.Course, cats.Receipt, error) { return c.AcceptHandOff(ctx, mrn) }},
		{"cn-officer-urumqi", func(c *cats.Movements) (*transit.Course, cats.Receipt, error) { return c.Arrive(ctx, mrn) }},
		{"cn-officer-urumqi", func(c *cats.Movements) (*transit.Course, cats.Receipt, error) { return c.RecordResults(ctx, mrn, "A1") }},
		{"cn-officer-urumqi", func(c *cats.Movements) (*transit.Course, cats.Receipt, error) { return c.Discharge(ctx, mrn) }},
	} {
		take(s.who, s.step)
	}
	require.Equal(t, transit.Discharged, record.State)

	// The officer's system reads the same status over REST.
	said := w.at(t, "kz-officer-almaty").want(http.StatusOK, nil, "GET", "/v1/movements/"+mrn+"/status?form=eaeu-transit", nil)
	require.Equal(t, result.statuses[len(result.statuses)-1], anonymous(string(said.body), record))
	text, err := transit.Canonical(lodged.STD)
	require.NoError(t, err)
	result.std = anonymous(string(text), record)
	for i := range result.left {
		result.left[i].Value = anonymous(result.left[i].Value, record)
	}
	return result
}

var when = regexp.MustCompile(`<StateAt>[^<]*`)

// anonymous takes out what differs from one movement to another.
func anonymous(text string, m *transit.Movement) string {
	text = strings.ReplaceAll(text, m.LRN, "LRN")
	if m.MRN != "" {
		text = strings.ReplaceAll(text, m.MRN, "MRN")
	}
	return when.ReplaceAllString(text, "<StateAt>")
}

// folderCommand is "cats exchange folder" as a process of its own, with the folders that it works on.
type folderCommand struct{ *connector }

func (w *world) newFolderCommand(ctx context.Context, t *testing.T, identity string) *folderCommand {
	t.Helper()
	root := t.TempDir()
	program := filepath.Join(root, "cats")
	said, err := exec.CommandContext(ctx, "go", "build", "-o", program, "carec.example/cats/client/cmd/cats").CombinedOutput()
	require.NoError(t, err, "%s", said)
	f := &folderCommand{&connector{t: t, in: filepath.Join(root, "in"), out: filepath.Join(root, "out"), seen: map[string]bool{}}}
	for _, folder := range []string{f.in, f.out} {
		require.NoError(t, os.MkdirAll(folder, 0o700))
	}
	// Without --mappings: the command finds those of the organisation.
	cmd := exec.CommandContext(context.WithoutCancel(ctx), program, "exchange", "folder", "--profile", w.net.ProfilePath(), "--as", identity,
		"--in", f.in, "--out", f.out, "--from", "now", "--every", "200ms")
	cmd.Stderr = testWriter{t}
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
		require.NoError(t, cmd.Wait())
	})
	// It has its first block before anything is posted by anybody.
	require.Eventually(t, func() bool {
		_, err := os.Stat(filepath.Join(f.in, "work", "cursor.json"))
		return err == nil
	}, time.Minute, 100*time.Millisecond)
	return f
}

// next waits for the next file whose name begins so.
func (f *folderCommand) next(prefix string) []byte {
	f.t.Helper()
	var text []byte
	require.Eventually(f.t, func() bool {
		files, err := filepath.Glob(filepath.Join(f.out, prefix+"*"))
		require.NoError(f.t, err)
		for _, file := range files {
			if f.seen[file] {
				continue
			}
			f.seen[file] = true
			text, err = os.ReadFile(file)
			require.NoError(f.t, err)
			return true
		}
		return false
	}, time.Minute, 100*time.Millisecond, prefix)
	return text
}

func (f *folderCommand) post(document []byte) []exchange.LeftOut {
	f.t.Helper()
	f.drop("declaration.xml", document)
	var told exchange.FileLeftOut
	require.NoError(f.t, json.Unmarshal(f.next("left-out-"), &told))
	require.Equal(f.t, "declaration.xml", told.File)
	require.Empty(f.t, f.rejected())
	return told.LeftOut
}

func (f *folderCommand) status() string { return string(f.next("eaeu-transit-")) }

func (f *folderCommand) refused(document []byte) []byte {
	f.t.Helper()
	f.drop("wrong.xml", document)
	return f.next("eaeu-transit-refusal-")
}

// restSystem posts to the gateway and reads its messages from a cursor on.
type restSystem struct {
	*caller
	after string
	seen  []gateway.TradeMessage
}

func (w *world) newRESTSystem(t *testing.T, identity string, c *cats.Client) *restSystem {
	t.Helper()
	height, err := c.Height(t.Context())
	require.NoError(t, err)
	return &restSystem{caller: w.at(t, identity), after: exchange.Cursor{Block: height}.String()}
}

func (r *restSystem) send(document []byte) gateway.PostedMessage {
	r.t.Helper()
	q, err := http.NewRequestWithContext(r.t.Context(), http.MethodPost, r.base+"/v1/messages", bytes.NewReader(document))
	require.NoError(r.t, err)
	q.Header.Set("Content-Type", "application/xml")
	res, err := r.client.Do(q)
	require.NoError(r.t, err)
	defer res.Body.Close()
	var posted gateway.PostedMessage
	require.NoError(r.t, json.NewDecoder(res.Body).Decode(&posted))
	require.Equal(r.t, http.StatusOK, res.StatusCode)
	return posted
}

func (r *restSystem) post(document []byte) []exchange.LeftOut {
	r.t.Helper()
	// The folder's movement is the same trader's: what has happened to it so far is none of this one's.
	for more := true; more; {
		more = r.read()
	}
	r.seen = nil
	posted := r.send(document)
	require.NotEmpty(r.t, posted.Receipt.TransactionID)
	require.Len(r.t, posted.Items, 1)
	require.False(r.t, posted.Items[0].Refusal, posted.Items[0].Text)
	var left []exchange.LeftOut
	for _, l := range posted.LeftOut {
		left = append(left, exchange.LeftOut(l))
	}
	return left
}

func (r *restSystem) read() (more bool) {
	r.t.Helper()
	var page gateway.MessagePage
	r.want(http.StatusOK, &page, "GET", "/v1/messages?after="+r.after, nil)
	r.after, r.seen = page.Next, append(r.seen, page.Items...)
	return page.More
}

func (r *restSystem) status() string {
	r.t.Helper()
	require.Eventually(r.t, func() bool { r.read(); return len(r.seen) > 0 }, time.Minute, 100*time.Millisecond)
	first := r.seen[0]
	r.seen = r.seen[1:]
	require.Equal(r.t, "eaeu-transit", first.Kind, first.Text)
	require.Equal(r.t, "application/xml", first.MediaType)
	return first.Text
}

func (r *restSystem) refused(document []byte) []byte {
	r.t.Helper()
	posted := r.send(document)
	require.Len(r.t, posted.Items, 1)
	require.True(r.t, posted.Items[0].Refusal)
	return []byte(posted.Items[0].Text)
}
