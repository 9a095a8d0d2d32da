package window_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/database"
	"carec.example/cats/client/database/databasetest"
	"carec.example/cats/client/formats/ubl"
	"carec.example/cats/client/links/window"
)

// pair makes a certificate that vouches for itself, as files.
func pair(t testing.TB, name string) (certificate, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	require.NoError(t, err)
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	folder := t.TempDir()
	certificate, key = filepath.Join(folder, "client.pem"), filepath.Join(folder, "client.key")
	require.NoError(t, os.WriteFile(certificate, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	require.NoError(t, os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600))
	return certificate, key
}

func TestWhatHappensIsDepositedOverMutualTLSAsValidDocuments(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		t.Helper()
		certificate, key := pair(t, "cats")
		known := x509.NewCertPool()
		raw, err := os.ReadFile(certificate)
		require.NoError(t, err)
		require.True(t, known.AppendCertsFromPEM(raw))
		d := newDesk(t, nil)
		d.TLS = &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: known, MinVersion: tls.VersionTLS12}
		d.StartTLS()
		ca := filepath.Join(t.TempDir(), "ca.pem")
		require.NoError(t, os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: d.Certificate().Raw}), 0o600))

		l := newLedger(t, "CNMSP", "CN")
		w := open(t, db, l, nil)
		add(t, w, window.Terms{URL: d.URL + "/in", Private: true, Certificate: certificate, Key: key, CA: ca})
		run(t, w)
		l.step(transit.StepLodge, transit.Submitted)
		l.step(transit.StepAccept, transit.Accepted)
		l.guarantee("CNMSP", "")
		l.guarantee("KZMSP", "KZHOR001")
		settled(t, w, window.Deposited, 4)
		all := settled(t, w, "waiting", 0)
		require.Len(t, all, 4, "another country's guarantee is none of this one's business")
		numbers := map[string]window.Deposit{}
		for _, one := range all {
			require.Equal(t, "/deposits/"+one.Number, one.Reference)
			require.Equal(t, http.StatusCreated, one.Status)
			numbers[one.Number] = one
		}
		require.Len(t, numbers, 4)
		kinds := map[string]int{}
		for _, r := range d.all() {
			require.Equal(t, "application/xml; charset=utf-8", r.header.Get("Content-Type"))
			require.Empty(t, r.header.Get("Authorization"))
			require.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, r.number())
			require.Contains(t, numbers, r.number())
			requireItself(t, l, r)
			kinds[r.header.Get("CATS-Document")]++
		}
		require.Equal(t, map[string]int{"TransitCustomsDeclaration": 1, "TransportationStatus": 2, "GuaranteeCertificate": 1}, kinds)
		var kept int
		require.NoError(t, db.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM window_event WHERE body <> ''").Scan(&kept))
		require.Zero(t, kept, "no document is kept once it is deposited")
		for _, r := range d.all() {
			requireValid(t, r.header.Get("CATS-Document"), r.body)
		}
	})
}

// requireItself reads a document back, with the number of the request in it.
func requireItself(t *testing.T, l *ledger, r request) {
	t.Helper()
	var report *ubl.Report
	var err error
	switch r.header.Get("CATS-Document") {
	case "TransitCustomsDeclaration":
		var std *transit.STD
		std, report, err = ubl.ReadDeclaration(bytes.NewReader(r.body))
		require.NoError(t, err)
		require.Equal(t, l.content.WithoutAccessCodes(), std)
	case "TransportationStatus":
		var m *transit.Movement
		m, report, err = ubl.ReadStatus(bytes.NewReader(r.body))
		require.NoError(t, err)
		want := map[string]transit.State{
			"org.carec.cats.movement.lodged": transit.Submitted, "org.carec.cats.movement.accepted": transit.Accepted,
		}[r.header.Get("CATS-Event")]
		require.Equal(t, want, m.State, "the record as the step left it")
		require.Equal(t, l.record.LRN, m.LRN)
		require.NotContains(t, string(r.body), l.content.Consignment.Consignor.Name, "a status has nothing of the content")
	default:
		_, report, err = ubl.ReadGuarantee(bytes.NewReader(r.body))
		require.NoError(t, err)
	}
	require.NoError(t, report.Err())
	require.Empty(t, report.Unmapped)
	require.Equal(t, r.number(), report.UUID)
}

func TestACountryOfTheRouteGetsTheContentWhenItIsDelivered(t *testing.T) {
	l := newLedger(t, "KZMSP", "KZ")
	content := l.content
	l.hold(nil)
	d := newDesk(t, nil)
	w := open(t, databasetest.Open(t, databasetest.SQLite(t)), l, nil)
	add(t, w, plain(t, d))
	run(t, w)
	l.step(transit.StepLodge, transit.Submitted)
	l.step(transit.StepRelease, transit.Released)
	settled(t, w, window.Deposited, 2)
	require.Equal(t, []string{"TransportationStatus", "TransportationStatus"}, d.documents(), "the lodging is China's")
	delivered := transit.EventStep{Record: "delivery", ID: movement, Step: "Deliver", Custodian: "KGMSP", By: "CNMSP"}
	l.append(nil, delivered)
	delivered.Custodian = "KZMSP"
	l.append(nil, delivered)
	l.step(transit.StepProposeHandOff, transit.Released)
	settled(t, w, "waiting", 2)
	require.Eventually(t, func() bool {
		return settled(t, w, "waiting", 2)[1].Problem == "the content is not held by this organisation"
	}, 10*time.Second, 10*time.Millisecond)
	l.hold(content)
	settled(t, w, window.Deposited, 4)
	require.Equal(t, []string{"TransportationStatus", "TransportationStatus", "TransitCustomsDeclaration", "TransportationStatus"}, d.documents())
	for _, r := range d.all() {
		require.Equal(t, "Bearer t0ken", r.header.Get("Authorization"))
		require.NotContains(t, string(r.body), "TS17", "no access codes")
	}
}

func TestAGuaranteeConcernsItsKeeperAndTheCountryOfItsOffice(t *testing.T) {
	l := newLedger(t, "KZMSP", "KZ")
	d := newDesk(t, nil)
	w := open(t, databasetest.Open(t, databasetest.SQLite(t)), l, nil)
	add(t, w, plain(t, d))
	run(t, w)
	l.guarantee("CGMMSP", "")
	l.guarantee("CGMMSP", "KZALA001")
	l.guarantee("KZMSP", "")
	settled(t, w, window.Deposited, 2)
	var offices []string
	for _, r := range d.all() {
		terms, _, err := ubl.ReadGuarantee(bytes.NewReader(r.body))
		require.NoError(t, err)
		offices = append(offices, terms.Guarantor+" "+terms.Office)
	}
	require.Equal(t, []string{"CGMMSP KZALA001", "KZMSP "}, offices)
}

func TestAnOrganisationOffTheRouteDepositsNothing(t *testing.T) {
	l := newLedger(t, "UZMSP", "UZ")
	d := newDesk(t, nil)
	db := databasetest.Open(t, databasetest.SQLite(t))
	w := open(t, db, l, nil)
	add(t, w, plain(t, d))
	run(t, w)
	l.step(transit.StepLodge, transit.Submitted)
	l.step(transit.StepAccept, transit.Accepted)
	l.guarantee("CGMMSP", "KZHOR001")
	require.Eventually(t, func() bool {
		var block, rows, left int
		require.NoError(t, db.QueryRowContext(t.Context(), "SELECT COALESCE(MAX(block), 0) FROM window_checkpoint").Scan(&block))
		require.NoError(t, db.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM window_event").Scan(&rows))
		require.NoError(t, db.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM window_delivery").Scan(&left))
		return block == 3 && rows == 0 && left == 0
	}, 10*time.Second, 10*time.Millisecond, "and leaves no trace")
	require.Empty(t, d.all())
}

func TestAnAmendmentStandsForTheDeclarationThatItReplaces(t *testing.T) {
	l := newLedger(t, "CNMSP", "CN")
	d := newDesk(t, nil)
	w := open(t, databasetest.Open(t, databasetest.SQLite(t)), l, nil)
	terms := plain(t, d)
	terms.Documents = []window.Kind{window.Declaration}
	add(t, w, terms)
	stop := run(t, w)
	require.Eventually(t, func() bool { return checkpoint(t, w) }, 10*time.Second, 5*time.Millisecond)
	stop()
	l.step(transit.StepLodge, transit.Submitted)
	l.step(transit.StepAmend, transit.Submitted)
	run(t, w)
	all := settled(t, w, window.Deposited, 1)
	require.Equal(t, "org.carec.cats.movement.amended", all[0].Type)
}

// checkpoint tells whether the windows have begun to follow.
func checkpoint(t *testing.T, w *window.Windows) bool {
	t.Helper()
	began, err := w.Began(t.Context())
	require.NoError(t, err)
	return began
}

func TestAWindowGetsWhatItAskedFor(t *testing.T) {
	l := newLedger(t, "CNMSP", "CN")
	everything, some := newDesk(t, nil), newDesk(t, nil)
	w := open(t, databasetest.Open(t, databasetest.SQLite(t)), l, nil)
	add(t, w, plain(t, everything))
	terms := plain(t, some)
	terms.Documents, terms.Types = []window.Kind{window.Status}, []string{"movement.released", "guarantee"}
	add(t, w, terms)
	run(t, w)
	l.step(transit.StepLodge, transit.Submitted)
	l.guarantee("CNMSP", "")
	l.step(transit.StepRelease, transit.Released)
	settled(t, w, window.Deposited, 5)
	require.Equal(t, []string{"TransportationStatus"}, some.documents())
	require.Equal(t, "org.carec.cats.movement.released", some.all()[0].header.Get("CATS-Event"))
	require.Len(t, everything.documents(), 4)
	same := slices.ContainsFunc(everything.all(), func(r request) bool {
		return r.number() == some.all()[0].number() && bytes.Equal(r.body, some.all()[0].body)
	})
	require.True(t, same, "a document has one number, whoever gets it")
}

func TestARefusalIsKeptAndNotRepeatedUntilTheOperatorSaysSo(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		t.Helper()
		refuse := make(chan struct{})
		d := newDesk(t, func(w http.ResponseWriter, _ int, r request) bool {
			select {
			case <-refuse:
				return false
			default:
			}
			if r.header.Get("CATS-Document") != "TransitCustomsDeclaration" {
				return false
			}
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusUnprocessableEntity)
			_, _ = w.Write([]byte(`{"title": "unknown consignee", "detail": "CN9\u001b[31m is not registered` + strings.Repeat(" here", 1000) + `"}`))
			return true
		})
		l := newLedger(t, "CNMSP", "CN")
		w := open(t, db, l, nil)
		id := add(t, w, plain(t, d))
		run(t, w)
		l.step(transit.StepLodge, transit.Submitted)
		settled(t, w, window.Deposited, 1)
		all := settled(t, w, "refused", 1)
		refused := all[1]
		require.Equal(t, window.Declaration, refused.Document)
		require.Equal(t, "refused with 422", refused.Problem)
		require.True(t, strings.HasPrefix(refused.Answer, "unknown consignee: CN9 [31m is not registered here"), refused.Answer)
		require.LessOrEqual(t, len([]rune(refused.Answer)), 1000)
		time.Sleep(200 * time.Millisecond)
		require.Len(t, d.all(), 2, "it is not sent again")
		windows, err := w.List(t.Context())
		require.NoError(t, err)
		require.Equal(t, []int{0, 1, 1, 0}, []int{windows[0].Waiting, windows[0].Deposited, windows[0].Refused, windows[0].Dead})
		require.Zero(t, windows[0].FailingSince, "a refusal is an answer")

		close(refuse)
		_, err = w.Retry(t.Context(), id, "no such number")
		require.ErrorIs(t, err, window.ErrNoDeposit)
		_, err = w.Retry(t.Context(), "SWNOBODY", "")
		require.ErrorIs(t, err, window.ErrNoWindow)
		n, err := w.Retry(t.Context(), id, refused.Number)
		require.NoError(t, err)
		require.Equal(t, 1, n)
		settled(t, w, window.Deposited, 2)
		got := d.all()
		require.Equal(t, got[0].body, got[2].body, "the same document under the same number")
		require.Equal(t, got[0].number(), got[2].number())
		n, err = w.Retry(t.Context(), id, "")
		require.NoError(t, err)
		require.Zero(t, n, "what is deposited is never sent again")
	})
}

func TestWhatIsNoAnswerIsTriedAgain(t *testing.T) {
	for name, c := range map[string]struct {
		answer  func(w http.ResponseWriter)
		problem string
	}{
		"a failure":              {func(w http.ResponseWriter) { w.WriteHeader(http.StatusBadGateway) }, "answered 502"},
		"an expired token":       {func(w http.ResponseWriter) { w.WriteHeader(http.StatusUnauthorized) }, "answered 401"},
		"a wrong path":           {func(w http.ResponseWriter) { w.WriteHeader(http.StatusNotFound) }, "answered 404"},
		"too many":               {func(w http.ResponseWriter) { w.WriteHeader(http.StatusTooManyRequests) }, "answered 429"},
		"a redirection":          {redirect, "answered 307; redirections are not followed"},
		"a broken connection":    {func(http.ResponseWriter) { panic(http.ErrAbortHandler) }, "the connection failed"},
		"no answer":              {func(http.ResponseWriter) { time.Sleep(600 * time.Millisecond) }, "no answer in time"},
		"a header without end":   {func(w http.ResponseWriter) { w.Header().Set("X", strings.Repeat("x", 64<<10)) }, "the connection failed"},
		"a switch of protocols":  {func(w http.ResponseWriter) { w.WriteHeader(http.StatusNotExtended) }, "answered 510"},
		"a status beyond all":    {func(w http.ResponseWriter) { w.WriteHeader(799) }, "answered 799"},
		"a proxy's own question": {func(w http.ResponseWriter) { w.WriteHeader(http.StatusProxyAuthRequired) }, "answered 407"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			well := make(chan struct{})
			d := newDesk(t, func(w http.ResponseWriter, _ int, _ request) bool {
				select {
				case <-well:
					return false
				default:
					c.answer(w)
					return true
				}
			})
			l := newLedger(t, "CNMSP", "CN")
			w := open(t, databasetest.Open(t, databasetest.SQLite(t)), l, func(c *window.Config) { c.Timeout = 400 * time.Millisecond })
			add(t, w, plain(t, d))
			run(t, w)
			l.step(transit.StepAccept, transit.Accepted)
			var waiting window.Deposit
			require.Eventually(t, func() bool {
				all, err := w.Deposits(t.Context(), window.Filter{State: "waiting"})
				require.NoError(t, err)
				if len(all.Items) == 1 && all.Items[0].Attempts > 1 {
					waiting = all.Items[0]
				}
				return waiting.Attempts > 1
			}, 20*time.Second, 10*time.Millisecond)
			require.Equal(t, c.problem, waiting.Problem)
			windows, err := w.List(t.Context())
			require.NoError(t, err)
			require.NotZero(t, windows[0].FailingSince)
			close(well)
			settled(t, w, window.Deposited, 1)
			got := d.all()
			for _, r := range got {
				require.Equal(t, got[0].number(), r.number())
				require.Equal(t, got[0].body, r.body)
			}
		})
	}
}

func redirect(w http.ResponseWriter) {
	w.Header().Set("Location", "http://127.0.0.1:1/elsewhere")
	w.WriteHeader(http.StatusTemporaryRedirect)
}

func TestAReceiptIsAReceiptWhateverComesWithIt(t *testing.T) {
	endless := func(w http.ResponseWriter, text string) {
		for range 1 << 12 {
			if _, err := w.Write([]byte(strings.Repeat(text, 1<<10))); err != nil {
				return
			}
		}
	}
	for name, c := range map[string]struct {
		answer func(w http.ResponseWriter)
		want   string
	}{
		"a JSON object": {func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "application/json; charset=utf-8")
			_, _ = w.Write([]byte(`{"reference": "KZ-2026-7", "more": [1]}`))
		}, "KZ-2026-7"},
		"a plain line": {func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "text/plain")
			_, _ = w.Write([]byte("KZ-2026-8\nthank you"))
		}, "KZ-2026-8"},
		"a place": {func(w http.ResponseWriter) {
			w.Header().Set("Location", "https://sw.example/d/9")
			w.WriteHeader(http.StatusAccepted)
		}, "https://sw.example/d/9"},
		"nothing":          {func(w http.ResponseWriter) { w.WriteHeader(http.StatusNoContent) }, ""},
		"text without end": {func(w http.ResponseWriter) { endless(w, "<html>") }, ""},
		"a line without end": {func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "text/plain")
			endless(w, "x")
		}, strings.Repeat("x", 499) + "…"},
		"what steers a terminal": {func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "text/plain")
			_, _ = w.Write([]byte("A\x1b[2J\u202eB\xff"))
		}, "A [2J B?"},
		"a trickle after the status": {func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(http.StatusCreated)
			for range 100 {
				_, _ = w.Write([]byte("."))
				_ = http.NewResponseController(w).Flush()
				time.Sleep(20 * time.Millisecond)
			}
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, func(w http.ResponseWriter, _ int, _ request) bool { c.answer(w); return true })
			l := newLedger(t, "CNMSP", "CN")
			w := open(t, databasetest.Open(t, databasetest.SQLite(t)), l, func(c *window.Config) { c.Timeout = 700 * time.Millisecond })
			add(t, w, plain(t, d))
			run(t, w)
			l.step(transit.StepAccept, transit.Accepted)
			all := settled(t, w, window.Deposited, 1)
			require.Equal(t, c.want, all[0].Reference)
			require.Len(t, d.all(), 1)
		})
	}
}

func TestWhatIsGivenUpIsDeadAndWaitsForTheOperator(t *testing.T) {
	well := make(chan struct{})
	d := newDesk(t, func(w http.ResponseWriter, _ int, _ request) bool {
		select {
		case <-well:
			return false
		default:
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = w.Write([]byte("closed for\nthe night"))
			return true
		}
	})
	l := newLedger(t, "CNMSP", "CN")
	w := open(t, databasetest.Open(t, databasetest.SQLite(t)), l, func(c *window.Config) { c.GiveUp = 100 * time.Millisecond })
	id := add(t, w, plain(t, d))
	run(t, w)
	l.step(transit.StepAccept, transit.Accepted)
	dead := settled(t, w, "dead", 1)
	require.Equal(t, "answered 503", dead[0].Problem)
	require.Equal(t, "closed for the night", dead[0].Answer)
	close(well)
	n, err := w.Retry(t.Context(), id, "")
	require.NoError(t, err)
	require.Equal(t, 1, n)
	all := settled(t, w, window.Deposited, 1)
	require.Empty(t, all[0].Answer)
}

func TestTermsOfAWindow(t *testing.T) {
	certificate, key := pair(t, "cats")
	_, other := pair(t, "other")
	token := secret(t, "t0ken")
	const url = "https://sw.customs.example/deposits"
	w := open(t, databasetest.Open(t, databasetest.SQLite(t)), nil, nil)
	for name, c := range map[string]struct {
		terms window.Terms
		want  string
	}{
		"in the clear":                {window.Terms{URL: "http://sw.customs.example/", Private: true, TokenFile: token}, "https://"},
		"an address of the own net":   {window.Terms{URL: "https://10.1.2.3/", TokenFile: token}, "private, local or special"},
		"a password in the address":   {window.Terms{URL: "https://u:p@sw.customs.example/", TokenFile: token}, "no user and password"},
		"nobody's":                    {window.Terms{URL: url}, "must know who deposits"},
		"a certificate without key":   {window.Terms{URL: url, Certificate: certificate}, "go together"},
		"another's key":               {window.Terms{URL: url, Certificate: certificate, Key: other}, "no pair"},
		"no certificate":              {window.Terms{URL: url, Certificate: "/nowhere/sw.pem", Key: key}, "cannot be read"},
		"no token in the file":        {window.Terms{URL: url, TokenFile: secret(t, "two words")}, "holds none"},
		"a token without end":         {window.Terms{URL: url, TokenFile: secret(t, strings.Repeat("x", 9<<10))}, "cannot be read"},
		"no file":                     {window.Terms{URL: url, TokenFile: "/nowhere/token"}, "cannot be read"},
		"a path from somewhere":       {window.Terms{URL: url, TokenFile: "token"}, "must be absolute"},
		"roots that are none":         {window.Terms{URL: url, TokenFile: token, CA: token}, "holds no certificate"},
		"an unknown kind of document": {window.Terms{URL: url, TokenFile: token, Documents: []window.Kind{"invoice"}}, "no document"},
		"an unknown type of event":    {window.Terms{URL: url, TokenFile: token, Types: []string{"weather"}}, "no event"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := w.Add(t.Context(), c.terms)
			require.ErrorContains(t, err, c.want)
			require.NotContains(t, err.Error(), "t0ken")
		})
	}
	id := add(t, w, window.Terms{URL: url + "?secret", TokenFile: token, Certificate: certificate, Key: key, Types: []string{"movement"}})
	all, err := w.List(t.Context())
	require.NoError(t, err)
	require.Len(t, all, 1)
	require.Equal(t, "sw.customs.example", all[0].Host())
	require.ErrorIs(t, w.Remove(t.Context(), "SWNOBODY"), window.ErrNoWindow)
	require.NoError(t, w.Remove(t.Context(), id))
	for range window.MaxWindows {
		add(t, w, window.Terms{URL: url, TokenFile: token})
	}
	_, err = w.Add(t.Context(), window.Terms{URL: url, TokenFile: token})
	require.ErrorContains(t, err, "already")
}

func TestACertificateIsReadAnewForEachRequest(t *testing.T) {
	path := secret(t, "first")
	d := newDesk(t, nil)
	l := newLedger(t, "CNMSP", "CN")
	w := open(t, databasetest.Open(t, databasetest.SQLite(t)), l, nil)
	terms := plain(t, d)
	terms.TokenFile = path
	add(t, w, terms)
	run(t, w)
	l.step(transit.StepAccept, transit.Accepted)
	d.await(1)
	require.NoError(t, os.WriteFile(path, []byte("second\n"), 0o600))
	l.step(transit.StepRelease, transit.Released)
	got := d.await(2)
	require.Equal(t, "Bearer first", got[0].header.Get("Authorization"))
	require.Equal(t, "Bearer second", got[1].header.Get("Authorization"))
}

// Every step of the procedure has a row in the table of documents, and only the kinds that there are.
func TestEveryStepGivesAStatus(t *testing.T) {
	for _, row := range transit.Procedure() {
		kinds := window.Documents(transit.EventStep{Record: "movement", Step: string(row.Step)}, "CNMSP")
		require.Contains(t, kinds, window.Status, row.Step)
		require.Equal(t, row.Step == transit.StepLodge || row.Step == transit.StepAmend, len(kinds) == 2, row.Step)
	}
	require.Empty(t, window.Documents(transit.EventStep{Record: "guarantee", Step: "locked"}, "CNMSP"))
	require.Empty(t, window.Documents(transit.EventStep{Record: "registry", Step: "Put"}, "CNMSP"))
	number := window.Number("transit", "7.5f1c.0", window.Status, "KZMSP")
	require.Regexp(t, `^[0-9a-f-]{36}$`, number)
	for _, other := range []string{
		window.Number("other", "7.5f1c.0", window.Status, "KZMSP"), window.Number("transit", "7.5f1c.1", window.Status, "KZMSP"),
		window.Number("transit", "7.5f1c.0", window.Declaration, "KZMSP"), window.Number("transit", "7.5f1c.0", window.Status, "CNMSP"),
	} {
		require.NotEqual(t, number, other)
	}
	require.Equal(t, number, window.Number("transit", "7.5f1c.0", window.Status, "KZMSP"))
}
