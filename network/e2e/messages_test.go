package e2e

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/exchange"
	"carec.example/cats/client/formats"
	"carec.example/cats/client/formats/ncts"
)

// messages takes the example from declaration to discharge while both traders work by messages of NCTS alone, one over folders and
// the other by calls; the officers are people.
func (w *world) messages(t *testing.T) {
	ctx := within(t, 5*time.Minute)
	h := w.newHot(ctx, t, 4)
	std := load(t, examples+"cn-kz-kg-electronics.xml", nil)
	std.TransitOperation.LRN, std.Message.Identification = "X"+fresh()[:20], fresh()[:20]
	std.Guarantees[0].GuaranteeReferences[0] = transit.DeclaredReference{
		SequenceNumber: 1, GRN: h.grn, AccessCode: "HOT1", AmountToBeCovered: "100.00", Currency: "USD",
	}
	holder := w.newConnector(ctx, t, "cn-trader-tianshan")
	alatoo := w.as(t, "kg-trader-alatoo")
	consignee := exchange.New(alatoo)
	o := &officers{w: w, t: t, ctx: ctx}

	holder.drop("declaration.xml", written(t, &formats.Message{Kind: ncts.Find("CC015C"), Content: std}))
	acknowledged := holder.wait("CC928C")
	require.Equal(t, std.Message.Identification, acknowledged.Header().CorrelationIdentifier)
	id, err := transit.NewMovementID("CN", h.trader.MSP(), "CN916501007TSL1", std.TransitOperation.LRN)
	require.NoError(t, err)
	o.take("cn-officer-urumqi", func(m *cats.Movements) (*transit.Course, cats.Receipt, error) { return m.Accept(ctx, id.String()) })
	allocated := holder.wait("CC028C")
	mrn := ncts.Get(allocated.Content, "TransitOperation/MRN")
	require.Len(t, mrn, 18)
	o.take("cn-officer-urumqi", func(m *cats.Movements) (*transit.Course, cats.Receipt, error) { return m.Release(ctx, mrn, h.limit()) })
	released := holder.wait("CC029C").Content.(*ncts.CC029C)
	require.Equal(t, std.Consignment.GrossMass, released.Consignment.GrossMass)
	for _, hand := range [][2]string{{"cn-officer-urumqi", "kz-officer-khorgos"}, {"kz-officer-khorgos", "kg-officer-akzhol"}} {
		o.take(hand[0], func(m *cats.Movements) (*transit.Course, cats.Receipt, error) { return m.ProposeHandOff(ctx, mrn) })
		o.take(hand[1], func(m *cats.Movements) (*transit.Course, cats.Receipt, error) { return m.AcceptHandOff(ctx, mrn) })
	}
	o.reaches(alatoo)
	about := []string{"TransitOperation/MRN", mrn, "CustomsOfficeOfDestinationActual/referenceNumber", "KGFRU001",
		"TraderAtDestination/identificationNumber", "KG00123456789"}
	arrival := fromTrader(t, "CC007C", append(about, "TransitOperation/arrivalNotificationDateAndTime", "2026-03-05T10:00:00",
		"TransitOperation/simplifiedProcedure", "0", "TransitOperation/incidentFlag", "0", "Consignment/LocationOfGoods/typeOfLocation", "A",
		"Consignment/LocationOfGoods/qualifierOfIdentification", "V",
		"Consignment/LocationOfGoods/CustomsOffice/referenceNumber", "KGFRU001")...)
	misdirected, err := consignee.Post(ctx, bytes.Replace(arrival, []byte("KGFRU001"), []byte("KGAKZ001"), 1))
	require.NoError(t, err)
	refused := misdirected.Answers
	require.Len(t, refused, 1)
	require.Equal(t, "CC057C", refused[0].Kind)
	for range 2 { // The second time does nothing.
		outcome, err := consignee.Post(ctx, arrival)
		require.NoError(t, err)
		require.Empty(t, reasons(t, outcome.Answers))
		require.NotEmpty(t, outcome.LeftOut, "where the goods are has no place on the ledger")
	}
	destination := "kg-officer-bishkek"
	o.take(destination, func(m *cats.Movements) (*transit.Course, cats.Receipt, error) { return m.Arrive(ctx, mrn) })
	o.take(destination, func(m *cats.Movements) (*transit.Course, cats.Receipt, error) { return m.PermitUnloading(ctx, mrn) })
	o.reaches(alatoo)
	remarked, err := consignee.Post(ctx, fromTrader(t, "CC044C", append(about, "UnloadingRemark/conform", "1",
		"UnloadingRemark/unloadingCompletion", "1", "UnloadingRemark/unloadingDate", "2026-03-05", "UnloadingRemark/stateOfSeals", "1")...))
	require.NoError(t, err)
	require.Empty(t, reasons(t, remarked.Answers))
	o.take(destination, func(m *cats.Movements) (*transit.Course, cats.Receipt, error) {
		return m.ReleaseGoods(ctx, mrn, transit.ReleasedFully)
	})
	o.take(destination, func(m *cats.Movements) (*transit.Course, cats.Receipt, error) { return m.RecordResults(ctx, mrn, "A1") })
	o.take(destination, func(m *cats.Movements) (*transit.Course, cats.Receipt, error) { return m.Discharge(ctx, mrn) })
	holder.wait("CC045C")
	o.reaches(alatoo)
	told := answersOf(ctx, t, consignee)
	require.Equal(t, []string{"CC043C", "CC025C"}, kindsAbout(t, told, mrn))
	for _, a := range append(told, refused...) {
		judged(t, a.Text)
	}
	require.Empty(t, holder.rejected())
}

// reasons are those of refusals.
func reasons(t *testing.T, answers []exchange.Answer) []string {
	t.Helper()
	var all []string
	for _, a := range answers {
		all = append(all, a.Kind+": "+ncts.Get(judged(t, a.Text).Content, "TransitOperation/rejectionReason"))
	}
	return all
}

func kindsAbout(t *testing.T, answers []exchange.Answer, mrn string) []string {
	t.Helper()
	var kinds []string
	for _, a := range answers {
		m, err := formats.ReadMessage(bytes.NewReader(a.Text))
		require.NoError(t, err)
		if ncts.Get(m.Content, "TransitOperation/MRN") == mrn {
			kinds = append(kinds, a.Kind)
		}
	}
	return kinds
}

func answersOf(ctx context.Context, t *testing.T, x *exchange.Exchange) []exchange.Answer {
	t.Helper()
	var all []exchange.Answer
	for at := (exchange.Cursor{}); ; {
		page, err := x.Answers(ctx, at)
		require.NoError(t, err)
		all, at = append(all, page.Answers...), page.Next
		if !page.More {
			return all
		}
	}
}

// officers take steps one after the other, each when the officer's own peer has seen the one before.
type officers struct {
	w    *world
	t    *testing.T
	ctx  context.Context
	last string
}

func (o *officers) take(who string, step func(*cats.Movements) (*transit.Course, cats.Receipt, error)) {
	o.t.Helper()
	officer := o.w.as(o.t, who)
	o.reaches(officer)
	_, receipt, err := step(officer.Movements())
	require.NoError(o.t, err, who)
	o.last = receipt.TransactionID
}

func (o *officers) reaches(c *cats.Client) {
	o.t.Helper()
	if o.last == "" {
		return
	}
	_, err := c.Await(o.ctx, o.last)
	require.NoError(o.t, err)
}

// connector is a folder connector that runs until the test ends.
type connector struct {
	t       *testing.T
	in, out string
	seen    map[string]bool
}

func (w *world) newConnector(ctx context.Context, t *testing.T, identity string) *connector {
	t.Helper()
	root := t.TempDir()
	c := &connector{t: t, in: filepath.Join(root, "in"), out: filepath.Join(root, "out"), seen: map[string]bool{}}
	x := exchange.New(w.as(t, identity))
	// What has happened before is no concern of this trader's.
	for _, a := range answersOf(ctx, t, x) {
		c.seen[a.Kind+"-"+a.ID+".xml"] = true
	}
	folder, err := exchange.NewFolder(x, c.in, c.out, 200*time.Millisecond, slog.New(slog.NewTextHandler(testWriter{t}, nil)))
	require.NoError(t, err)
	running, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- folder.Run(running) }()
	t.Cleanup(func() {
		stop()
		require.NoError(t, <-ended)
		require.NoError(t, folder.Close())
	})
	return c
}

// drop renames a file into the folder, as a careful program does.
func (c *connector) drop(name string, message []byte) {
	c.t.Helper()
	beside := filepath.Join(filepath.Dir(c.in), name)
	require.NoError(c.t, os.WriteFile(beside, message, 0o600))
	require.NoError(c.t, os.Rename(beside, filepath.Join(c.in, name)))
}

// wait waits for the next answer, which must be of the kind and valid.
func (c *connector) wait(kind string) *formats.Message {
	c.t.Helper()
	var found []byte
	require.Eventually(c.t, func() bool {
		entries, err := os.ReadDir(c.out)
		require.NoError(c.t, err)
		for _, e := range entries {
			if c.seen[e.Name()] || strings.HasPrefix(e.Name(), ".") {
				continue
			}
			c.seen[e.Name()] = true
			require.True(c.t, strings.HasPrefix(e.Name(), kind+"-"), "%s came, not %s", e.Name(), kind)
			found, err = os.ReadFile(filepath.Join(c.out, e.Name()))
			require.NoError(c.t, err)
			return true
		}
		return false
	}, time.Minute, 100*time.Millisecond, kind)
	return judged(c.t, found)
}

func (c *connector) rejected() []os.DirEntry {
	c.t.Helper()
	entries, err := os.ReadDir(filepath.Join(c.in, "rejected"))
	require.NoError(c.t, err)
	return entries
}

func written(t *testing.T, m *formats.Message) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, m.Write(&out))
	return out.Bytes()
}

func fromTrader(t *testing.T, name string, elements ...string) []byte {
	t.Helper()
	m := formats.NewMessage(name, transit.Phase5)
	h := m.Header()
	h.Sender, h.Recipient, h.Identification, h.PreparationDateAndTime = "KG00123456789", "NTA.KG", fresh()[:20], "2026-03-05T10:00:00"
	for i := 0; i < len(elements); i += 2 {
		ncts.Set(m.Content, elements[i], elements[i+1])
	}
	return written(t, m)
}

// judged reads a message, and has the public schema judge it where it is there.
func judged(t *testing.T, text []byte) *formats.Message {
	t.Helper()
	m, err := formats.ReadMessage(bytes.NewReader(text))
	require.NoError(t, err)
	root := os.Getenv("CATS_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared")
	}
	xsd := filepath.Join(root, "data", "ncts", "xsd-p5-v2_1", strings.ToLower(m.Kind.Name)+".xsd")
	if _, err := os.Stat(xsd); err != nil {
		return m
	}
	if _, err := exec.LookPath("xmllint"); err != nil {
		return m
	}
	file := filepath.Join(t.TempDir(), "message.xml")
	require.NoError(t, os.WriteFile(file, text, 0o600))
	said, err := exec.CommandContext(t.Context(), "xmllint", "--noout", "--schema", xsd, file).CombinedOutput()
	require.NoError(t, err, "%s\n%s", said, text)
	return m
}
