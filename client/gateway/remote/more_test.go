package remote

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/signature"
	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

func TestOpenTellsWhatIsMissing(t *testing.T) {
	w := newWorld(t, 1)
	c := w.as("cn-officer")
	require.Equal(t, []string{"cn-officer", "CNMSP", "CN", "CNMSP"}, []string{c.Name(), c.MSP(), c.Country(), c.Node().MSP()})
	require.NotNil(t, c.Ledger().Messages)

	_, err := Open(w.profile, "cn-ofcer")
	require.ErrorContains(t, err, "cn-officer")
	id := w.profile.Identities["cn-officer"]
	id.TLSKey = "nowhere.key"
	w.profile.Identities["cn-officer"] = id
	_, err = Open(w.profile, "cn-officer")
	require.ErrorContains(t, err, "nowhere.key")
	org := w.profile.Organisations["CN"]
	org.TLSCA = filepath.Base(w.profile.Identities["cn-trader"].TLSKey)
	w.profile.Organisations["CN"] = org
	_, err = Open(w.profile, "cn-trader")
	require.ErrorContains(t, err, "no certificate")
	org.Gateway.Address = ""
	w.profile.Organisations["CN"] = org
	_, err = Open(w.profile, "cn-trader")
	require.ErrorContains(t, err, "names no gateway of CN")
}

func TestListsGoOnWhereTheyEnded(t *testing.T) {
	w := newWorld(t, 1)
	c := w.as("cn-officer")
	for name, list := range map[string]func(transit.ListQuery) (int, string){
		"Movements.ListPage": func(q transit.ListQuery) (int, string) {
			p, err := c.Movements().ListPage(t.Context(), q)
			require.NoError(t, err)
			return len(p.Movements), p.Bookmark
		},
		"Movements.PurgeablePage": func(q transit.ListQuery) (int, string) {
			p, err := c.Movements().PurgeablePage(t.Context(), q)
			require.NoError(t, err)
			return len(p.Due), p.Bookmark
		},
		"Guarantees.ListPage": func(q transit.ListQuery) (int, string) {
			p, err := c.Guarantees().ListPage(t.Context(), q)
			require.NoError(t, err)
			return len(p.Guarantees), p.Bookmark
		},
		"Registry.OfficePage": func(q transit.ListQuery) (int, string) {
			p, err := c.Registry().OfficePage(t.Context(), q)
			require.NoError(t, err)
			return len(p.Offices), p.Bookmark
		},
	} {
		t.Run(name, func(t *testing.T) {
			n, next := list(transit.ListQuery{Size: 7})
			require.Equal(t, 2, n)
			require.Equal(t, []any{transit.ListQuery{Size: 7}}, w.last(t, name).args)
			n, next = list(transit.ListQuery{Bookmark: next})
			require.Equal(t, 1, n)
			require.Empty(t, next)
			require.Equal(t, []any{transit.ListQuery{Bookmark: another}}, w.last(t, name).args)
		})
	}
}

func TestListGoesThroughAllPages(t *testing.T) {
	w := newWorld(t, 1)
	n := 0
	for m, err := range w.as("cn-officer").Movements().List(t.Context()) {
		require.NoError(t, err)
		require.NotNil(t, m)
		n++
	}
	require.Equal(t, 3, n)
	require.Len(t, w.ledger.calls("Movements.ListPage"), 2)

	w.ledger.fail = []error{nil, &cats.Error{Class: cats.Refused, Fault: &transit.Fault{Code: transit.Suspended}}}
	n = 0
	var last error
	for _, last = range w.as("cn-officer").Movements().List(t.Context()) {
		n++
	}
	require.Equal(t, 3, n)
	require.ErrorContains(t, last, string(transit.Suspended))
}

func TestUsagesGoOnWhereTheyEnded(t *testing.T) {
	w := newWorld(t, 1)
	c := w.as("cn-officer")
	q := transit.GuaranteeInquiry{GRN: grn, Query: "1", Owner: "CN916501007TSL1"}
	first, err := c.Guarantees().Query(t.Context(), q, "")
	require.NoError(t, err)
	q.Bookmark = first.Bookmark
	second, err := c.Guarantees().Query(t.Context(), q, "")
	require.NoError(t, err)
	require.Empty(t, second.Bookmark)
	q.Bookmark = another
	require.Equal(t, []any{q, ""}, w.last(t, "Guarantees.Query").args)
}

func TestADetourIsCheckedHereAgainstTheRulesOfTheRegistry(t *testing.T) {
	w := newWorld(t, 1)
	c := w.as("cn-officer")
	_, err := c.Movements().CheckDetour(t.Context(), mrn, cats.Detour{Route: []string{"KZHOR001"}})
	require.NoError(t, err)
	require.Equal(t, []any{mrn}, w.last(t, "Movements.Content").args)
	require.Equal(t, []any{"KZ", transit.BookPacks, transit.BookPacks.Page("")}, w.last(t, "Registry.Page").args)
	_, _, err = c.Movements().GrantDiversion(t.Context(), mrn, cats.Detour{Route: []string{"KZHOR001"}})
	require.NoError(t, err, "as the SDK grants whatever the check would find")
	require.Empty(t, w.ledger.calls("Movements.CheckDetour"))
}

func TestAnOperatorWhoIsNotRegisteredIsNone(t *testing.T) {
	w := newWorld(t, 1)
	found, err := w.as("cn-officer").Registry().Operator(t.Context(), "CN916501007TS0", day)
	require.NoError(t, err)
	require.Nil(t, found)
}

func TestASignatureThatDoesNotHold(t *testing.T) {
	w := newWorld(t, 1)
	w.ledger.fail = []error{&signature.Error{Reason: signature.SignedAt, Text: "it was signed too late"}}
	_, err := w.as("cn-officer").Registry().VerifyDocument(t.Context(), some[*transit.STD](w.ledger), []byte("a..b"), "CN916501007TSL1", time.Now())
	var found *signature.Error
	require.ErrorAs(t, err, &found)
	require.Equal(t, "it was signed too late", found.Text)

	w.stand(func(_ http.Handler, rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "application/json")
		_, _ = rw.Write([]byte(`{"movement":{"id":"x"},"std":{},"signature":{"jws":"a..b","valid":false,"problem":"it is another's"}}`))
	})
	d, err := w.as("cn-officer").Movements().Content(t.Context(), mrn)
	require.NoError(t, err)
	require.EqualError(t, d.Signature.Problem, "it is another's")
	require.Nil(t, d.Signature.Proof)
}

func TestWhatAnOptionAsksForInVainIsRefusedHere(t *testing.T) {
	w := newWorld(t, 1)
	_, _, err := w.as("cn-officer").Movements().Arrive(t.Context(), mrn, cats.OverrideReason(why))
	require.Equal(t, cats.Refused, classIn(t, err))
	_, _, err = w.as("cn-officer").Guarantees().Cancel(t.Context(), grn, cats.End{Invalidity: day, Liberation: day})
	require.Equal(t, cats.Refused, classIn(t, err))
	_, _, err = w.as("cn-trader").Movements().Attach(t.Context(), mrn, transit.File{Name: "a.pdf", MediaType: "PDF", Data: []byte("x")})
	require.Equal(t, cats.Refused, classIn(t, err))
	_, _, err = w.as("cn-officer").Movements().Accept(t.Context(), mrn, cats.MessageID("one\r\nHost: two"))
	require.Equal(t, cats.Refused, classIn(t, err))
	require.Zero(t, w.requests.Load())
}

func TestATransactionOfWhichNothingIsLearntIsNotAskedForAgain(t *testing.T) {
	w := newWorld(t, 1)
	w.ledger.fail = []error{&cats.Error{Class: cats.UnknownOutcome, TransactionID: digest}}
	_, err := w.as("cn-officer").Await(t.Context(), digest)
	require.Equal(t, cats.UnknownOutcome, classIn(t, err))
	require.Len(t, w.ledger.calls("Node.Await"), 1)
}

func TestACheckThatFailsTellsWhy(t *testing.T) {
	w := newWorld(t, 1)
	w.ledger.fail = []error{&cats.Error{Class: cats.Refused, Fault: transit.Faultf(transit.NotAuthorised, "not you")}}
	_, err := w.as("cn-officer").Node().Check(t.Context())
	require.ErrorContains(t, err, "not you")
}

func event(block uint64, transaction, id string) *cats.Event {
	steps := []transit.EventStep{{Record: "movement", ID: id, Seq: 2, Step: "Accept", Change: &transit.Money{Minor: transit.MaxMinor, Currency: "EUR"}}}
	return &cats.Event{BlockNumber: block, TransactionID: transaction, Payload: transit.EventPayload{Steps: steps}}
}

func TestEventsComeEachOnceAlsoOverABrokenStream(t *testing.T) {
	w := newWorld(t, 1)
	w.ledger.events = []*cats.Event{event(3, "aa", "x"), event(3, "bb", "y"), event(5, "aa", "x"), event(6, "cc", "z")}
	var cut atomic.Int64
	w.stand(func(next http.Handler, rw http.ResponseWriter, r *http.Request) {
		n := cut.Add(1)
		if n > 2 {
			next.ServeHTTP(rw, r)
			return
		}
		// The first and the second event, and the beginning of another.
		id := []string{"aa", "bb"}[n-1]
		_, _ = fmt.Fprintf(rw, "retry: 3000\n\nid: 3.%s\nevent: movement\n", id)
		_, _ = fmt.Fprintf(rw, "data: {\"blockNumber\":3,\"transactionId\":%q,\"steps\":[]}\n\nid: 5.aa\nda", id)
		_ = http.NewResponseController(rw).Flush()
		panic(http.ErrAbortHandler)
	})
	var came []string
	for e, err := range w.as("cn-analyst").Node().EventsAfter(t.Context(), cats.Position{}) {
		require.NoError(t, err)
		came = append(came, e.TransactionID)
		if len(came) == 4 {
			require.Equal(t, w.ledger.events[3], e)
			break
		}
	}
	require.Equal(t, []string{"aa", "bb", "aa", "cc"}, came)
	require.Equal(t, []any{cats.Position{Block: 3, TransactionID: "bb"}}, w.last(t, "Node.EventsAfter").args)
}

func TestAFollowerEndsWithItsContextOrWhenItIsRefused(t *testing.T) {
	w := newWorld(t, 1)
	c := w.as("cn-analyst")
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	var last error
	for _, last = range c.EventsAfter(ctx, cats.Position{Block: 7}) {
		require.Error(t, last)
	}
	require.Equal(t, cats.Canceled, classIn(t, last))
	require.Equal(t, []any{cats.Position{Block: 7}}, w.last(t, "Node.EventsAfter").args)

	n := 0
	for _, last = range c.EventsAfter(t.Context(), cats.Position{Block: 7, TransactionID: "XYZ"}) {
		n++
	}
	require.Equal(t, 1, n)
	require.Equal(t, cats.Refused, classIn(t, last))
	require.NotErrorIs(t, last, context.Canceled)
}
