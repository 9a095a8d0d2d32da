package e2e

import (
	"crypto"
	"crypto/rand"
	"crypto/tls"
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/access"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/database"
	"carec.example/cats/client/gateway"
	"carec.example/cats/client/token"
	"carec.example/cats/client/token/tokentest"
)

// restElsewhere works over a gateway that has the certificates of its callers and not their keys: the trader's is a file that
// this test alone reads, the officer's is on a token.
func (w *world) restElsewhere(t *testing.T) {
	const trader, officer = "cn-trader-tianshan", "cn-officer-urumqi"
	address := w.gatewayWithoutKeys(t, trader, officer)
	away, err := w.profile.Signer(trader, nil)
	require.NoError(t, err)
	std := load(t, examples+"cn-kz-kg-electronics.xml", nil)
	std.TransitOperation.LRN = "F" + fresh()[:20]
	std.Guarantees[0].GuaranteeReferences[0].AmountToBeCovered = "100.00"
	from := func(identity string) *caller {
		c := w.at(t, identity)
		c.base = address
		return c
	}

	var p gateway.Problem
	from(trader).want(http.StatusUnprocessableEntity, &p, "POST", "/v1/movements", std)
	require.Equal(t, "/signature", p.Violations[0].Pointer, "the country asks for the declarant's signature")
	jws, err := cats.SignDocument(away, std, time.Now())
	require.NoError(t, err)
	key := rand.Text()
	headers := []string{"Idempotency-Key", key, "Cats-Declaration-Signature", string(jws)}
	var lodged gateway.Changed[transit.Movement]
	signatures := through(t, from(trader), away.Key, &lodged, "POST", "/v1/movements", std, headers...)
	require.Equal(t, 4, signatures, "two transactions, each with its proposal")
	require.Equal(t, transit.Submitted, lodged.Record.State)
	require.NotEmpty(t, lodged.Receipt.TransactionID)
	var again gateway.Changed[transit.Movement]
	from(trader).want(http.StatusCreated, &again, "POST", "/v1/movements", std, headers...)
	require.Equal(t, lodged, again, "the key has the answer")

	var view transit.MovementView
	path := "/v1/movements/" + lodged.Record.ID
	from(trader).want(http.StatusOK, &view, "GET", path, nil)
	from(trader).want(http.StatusForbidden, &p, "GET", path+"/content", nil)
	require.EqualValues(t, "KEY_ELSEWHERE", p.Code)

	card := tokentest.New(t)
	id, err := w.profile.Identity(officer)
	require.NoError(t, err)
	card.Import(t, "officer", w.path(id.Key))
	keys := &token.Keys{}
	t.Cleanup(func() { require.NoError(t, keys.Close()) })
	onToken, err := keys.Key(card.URI("officer"))
	require.NoError(t, err)
	var accepted course
	require.Equal(t, 2, through(t, from(officer), onToken, &accepted, "POST", path+"/accept", nil, "If-Match", `"1"`))
	require.Equal(t, transit.Accepted, accepted.Record.State)
	path = "/v1/movements/" + accepted.Record.MRN

	t.Run("the document says what is signed, and only its signer brings it", func(t *testing.T) {
		release := gateway.ReleaseOrder{TimeLimit: time.Now().UTC().AddDate(0, 0, 8).Format(time.DateOnly)}
		var doc cats.Prepared
		from(officer).want(http.StatusAccepted, &doc, "POST", path+"/release", release, "If-Match", `"2"`)
		require.NoError(t, doc.Change.Sign(onToken))
		from(trader).want(http.StatusForbidden, &p, "POST", "/v1/signatures", doc)
		from(officer).want(http.StatusAccepted, &doc, "POST", "/v1/signatures", doc)
		var told gateway.Explained
		from(officer).want(http.StatusOK, &told, "POST", "/v1/statements", doc)
		require.Contains(t, told.Statement, cats.Line{Name: "action", Text: "release (IE029)"})
		unsigned := doc
		from(officer).want(http.StatusUnprocessableEntity, &p, "POST", "/v1/signatures", unsigned)
		require.EqualValues(t, "SIGNATURE_INVALID", p.Code)
		require.NoError(t, doc.Change.Sign(onToken))
		var released course
		first := from(officer).want(http.StatusOK, &released, "POST", "/v1/signatures", doc)
		require.Equal(t, transit.Released, released.Record.State)
		require.Contains(t, released.Receipt.Endorsers, "CGMMSP", "the guarantor's peer has endorsed")
		second := from(officer).want(http.StatusOK, nil, "POST", "/v1/signatures", doc)
		require.Equal(t, first.body, second.body, "the same transaction, not a second one")

		from(officer).want(http.StatusAccepted, &doc, "POST", path+"/cancel", gateway.Reason{Reason: "late"}, "If-Match", `"2"`)
		require.NoError(t, doc.Change.Sign(onToken))
		from(officer).want(http.StatusPreconditionFailed, &p, "POST", "/v1/signatures", doc)
		require.Equal(t, transit.Stale, p.Code)
	})
}

// gatewayWithoutKeys serves a gateway of CN whose profile does not have the keys of some identities, as "cats serve" does.
func (w *world) gatewayWithoutKeys(t *testing.T, identities ...string) string {
	t.Helper()
	profile := *w.profile
	profile.Identities = maps.Clone(w.profile.Identities)
	for _, name := range identities {
		id := profile.Identities[name]
		id.Key = ""
		profile.Identities[name] = id
	}
	db, err := database.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "node.db"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	guard, err := access.New(t.Context(), access.Config{Profile: &profile, Organisation: "CN", Database: db})
	require.NoError(t, err)
	answers, err := gateway.OpenAnswers(t.Context(), db)
	require.NoError(t, err)
	jobs, err := gateway.OpenJobs(t.Context(), db)
	require.NoError(t, err)
	g, err := gateway.New(gateway.Config{
		Organisation: "CN", Observer: "cn-courier", Door: guard.Require, Answers: answers, Jobs: jobs,
		Log: slog.New(slog.DiscardHandler), Open: gateway.FromProfile(&profile, nil),
		Prepare: gateway.PreparingFromProfile(&profile, "cn-courier", nil), KeyElsewhere: gateway.KeyElsewhere(&profile),
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, g.Close()) })
	own := profile.Organisations["CN"].Gateway
	pair, err := tls.X509KeyPair(w.read(t, own.Certificate), w.read(t, own.Key))
	require.NoError(t, err)
	server := httptest.NewUnstartedServer(g.Handler())
	server.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	guard.ConfigureTLS(server.TLS)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.URL
}

// through takes a request through its signatures to its answer, and counts them. What is signed is read from the bytes.
func through(
	t *testing.T, c *caller, key crypto.Signer, into any, method, path string, body any, headers ...string,
) (signatures int) {
	t.Helper()
	s := c.ask(method, path, body, headers...)
	for ; s.status == http.StatusAccepted; signatures++ {
		var doc cats.Prepared
		require.NoError(t, json.Unmarshal(s.body, &doc))
		statement, err := doc.Change.Statement()
		require.NoError(t, err)
		require.Equal(t, doc.Statement, statement.Lines())
		require.NoError(t, doc.Change.Sign(key))
		s = c.ask("POST", s.header.Get("Location"), doc)
	}
	require.Less(t, s.status, 300, "%s", s.body)
	require.NoError(t, json.Unmarshal(s.body, into))
	return signatures
}
