package gateway

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

// someEvents are three transactions: two on the movement, one on a guarantee of others between them.
func someEvents() []*cats.Event {
	event := func(block uint64, tx string, steps ...transit.EventStep) *cats.Event {
		return &cats.Event{BlockNumber: block, TransactionID: tx, Payload: transit.EventPayload{V: 1, Steps: steps}}
	}
	return []*cats.Event{
		event(20, "aa", transit.EventStep{Record: "movement", ID: "CN4TB0Q9V7HWKX", Seq: 2, Step: "Accept"}),
		event(20, "bb", transit.EventStep{Record: "guarantee", ID: "26CN00000000001G4", Seq: 1, Step: "Register"}),
		event(21, "cc", transit.EventStep{Record: "movement", ID: "CN4TB0Q9V7HWKX", Seq: 3, Step: "Release"}),
	}
}

// listen reads as many events as asked for, as pairs of id and data.
func (s *server) listen(caller string, n int, headers ...string) [][2]string {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 10*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.http.URL+"/v1/events", nil)
	require.NoError(s.t, err)
	r.Header.Set("X-Test-Caller", caller)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := s.http.Client().Do(r)
	require.NoError(s.t, err)
	defer res.Body.Close()
	require.Equal(s.t, http.StatusOK, res.StatusCode)
	var out [][2]string
	id := ""
	for in := bufio.NewScanner(res.Body); len(out) < n && in.Scan(); {
		if text, is := strings.CutPrefix(in.Text(), "id: "); is {
			id = text
		}
		if text, is := strings.CutPrefix(in.Text(), "data: "); is {
			out = append(out, [2]string{id, text})
		}
	}
	return out
}

func TestEventsAreThoseOfConcern(t *testing.T) {
	f := newFake()
	f.events = someEvents()
	s := newServer(t, f)
	got := s.listen("officer", 2)
	require.Len(t, got, 2)
	require.Equal(t, "20.aa", got[0][0])
	require.Equal(t, "21.cc", got[1][0])
	var h Happening
	require.NoError(t, json.Unmarshal([]byte(got[1][1]), &h))
	require.Equal(t, Happening{BlockNumber: 21, TransactionID: "cc", Steps: f.events[2].Payload.Steps}, h)
}

func TestWhatTheLedgerDoesNotShowIsLeftOutOfTheStream(t *testing.T) {
	f := newFake()
	f.events = someEvents()
	f.fail = []error{&cats.Error{Class: cats.Refused, Fault: transit.Faultf(transit.NotAuthorised, "not for you")}}
	s := newServer(t, f)
	f.events = append(f.events, &cats.Event{BlockNumber: 22, TransactionID: "dd", Payload: transit.EventPayload{V: 1, Steps: []transit.EventStep{
		{Record: "movement", ID: "CN4TB0Q9V7HWKX", Seq: 4, Step: string(transit.StepNotifyArrival)},
	}}})
	got := s.listen("trader", 1)
	require.Len(t, got, 1)
	require.Equal(t, "22.dd", got[0][0], "from when on it is the caller's business")
}

func TestAReaderResumesBehindItsLastEvent(t *testing.T) {
	f := newFake()
	f.events = someEvents()
	s := newServer(t, f)
	got := s.listen("officer", 1, "Last-Event-ID", "20.aa")
	require.Equal(t, "21.cc", got[0][0])
}

func TestAPositionThatNobodyGaveIsRefused(t *testing.T) {
	s := newServer(t, newFake())
	for _, id := range []string{"x", "1", "1.zz", "-1.aa", "1." + strings.Repeat("a", 65)} {
		a := s.do("officer", "GET", "/v1/events", "", "Last-Event-ID", id)
		require.Equal(t, 410, a.status, id)
		require.Equal(t, codeCursor, a.problem(t).Code)
	}
	require.Equal(t, 400, s.do("officer", "GET", "/v1/events?from=999", "").status)
}

func TestTheReadersOfEventsAreBounded(t *testing.T) {
	s := newServer(t, newFake())
	s.gateway.streams = make(chan struct{}, 1)
	s.gateway.streams <- struct{}{}
	a := s.do("officer", "GET", "/v1/events", "")
	require.Equal(t, 429, a.status)
	require.NotEmpty(t, a.header.Get("Retry-After"))
}

func TestReadersEndWithTheGateway(t *testing.T) {
	s := newServer(t, newFake())
	ended := make(chan [][2]string, 1)
	go func() { ended <- s.listen("officer", 1) }()
	require.Eventually(t, func() bool { return len(s.gateway.streams) == 1 }, 5*time.Second, time.Millisecond)
	s.gateway.HangUp()
	require.Empty(t, <-ended)
}

func TestWhatConcernsWhom(t *testing.T) {
	m := &newFake().movement
	terms := &transit.Terms{GRN: "26CN00000000001G4", Guarantor: "CGMMSP", Holder: "CN916501007TSL1"}
	for name, c := range map[string]struct {
		caller   string
		msp      string
		movement bool
		terms    bool
	}{
		"an officer of the route and of the guarantee's country": {"officer", "CNMSP", true, true},
		"an officer elsewhere":       {"officer", "KGMSP", false, true},
		"the declarant":              {"trader", "CNMSP", true, true},
		"the guarantor":              {"admin", "CGMMSP", false, true},
		"a courier of another place": {"admin", "KGMSP", false, false},
	} {
		t.Run(name, func(t *testing.T) {
			concern := &concern{caller: someCallers()[c.caller], msp: c.msp}
			require.Equal(t, c.movement, concern.movement(m))
			require.Equal(t, c.terms, concern.guarantee(terms))
		})
	}
	other := &concern{caller: someCallers()["trader"], msp: "CNMSP"}
	other.caller.Operator = "CN0"
	require.False(t, other.movement(m), "another trader of the same country")
}
