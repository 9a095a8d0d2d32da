package risk_test

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/database"
	"carec.example/cats/client/database/databasetest"
	"carec.example/cats/client/links/risk"
)

func TestMain(m *testing.M) { os.Exit(databasetest.Main(m)) }

func question() risk.Question {
	std := &transit.STD{}
	std.TransitOperation.LRN = "LRN1"
	return risk.Question{Movement: "CN4TB0Q9V7HWKX", MRN: "26CNRZZ6S4CA8HDPJ5", Seq: 3, Office: "CNURM001", Declaration: std}
}

// service is a real server over TLS, with answers made from the question.
func service(t *testing.T, answer func(w http.ResponseWriter, q risk.Question)) (*httptest.Server, *atomic.Int32) {
	t.Helper()
	var asked atomic.Int32
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		var q risk.Question
		if err := json.NewDecoder(r.Body).Decode(&q); err != nil || r.Header.Get("Authorization") != "Bearer t0ken" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		answer(w, q)
	}))
	t.Cleanup(s.Close)
	return s, &asked
}

func client(t *testing.T, db *database.DB, s *httptest.Server, adjust func(*risk.Config)) *risk.Client {
	t.Helper()
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	cfg := risk.Config{Database: db, URL: s.URL + "/assess", Default: risk.Control, Roots: roots, Token: "t0ken"}
	if adjust != nil {
		adjust(&cfg)
	}
	c, err := risk.New(t.Context(), cfg)
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

func say(w http.ResponseWriter, v any) { _ = json.NewEncoder(w).Encode(v) }

func TestTheAnswerIsKept(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		t.Helper()
		s, _ := service(t, func(w http.ResponseWriter, q risk.Question) {
			say(w, risk.Answer{
				ID: q.ID, Advice: risk.Release, Reference: "RA-" + q.Declaration.TransitOperation.LRN,
				Reasons: []string{"known holder"}, ControlTypes: []string{"10"},
			})
		})
		c := client(t, db, s, nil)
		a, err := c.Assess(t.Context(), question())
		require.NoError(t, err)
		require.Equal(t, risk.Release, a.Advice)
		require.Equal(t, "RA-LRN1", a.Reference)
		require.Empty(t, a.DefaultBecause)
		for _, by := range []string{a.Movement, a.MRN, ""} {
			list, err := risk.List(t.Context(), db, by)
			require.NoError(t, err)
			require.Equal(t, []risk.Assessment{*a}, list)
		}
		list, err := risk.List(t.Context(), db, "OTHER")
		require.NoError(t, err)
		require.Empty(t, list)
	})
}

func TestWithoutAnAnswerTheStatedDefaultStands(t *testing.T) {
	const misunderstood = "its answer was not understood"
	for name, c := range map[string]struct {
		answer func(w http.ResponseWriter, q risk.Question)
		why    string
	}{
		"a failure": {func(w http.ResponseWriter, _ risk.Question) { w.WriteHeader(http.StatusBadGateway) }, "it answered 502"},
		"a redirection": {func(w http.ResponseWriter, _ risk.Question) {
			w.Header().Set("Location", "/x")
			w.WriteHeader(http.StatusFound)
		}, "it answered 302"},
		"no answer":           {func(http.ResponseWriter, risk.Question) { time.Sleep(600 * time.Millisecond) }, "it did not answer in time"},
		"a broken connection": {func(http.ResponseWriter, risk.Question) { panic(http.ErrAbortHandler) }, "it could not be reached"},
		"no JSON":             {func(w http.ResponseWriter, _ risk.Question) { _, _ = w.Write([]byte("<html>secret")) }, misunderstood},
		"an unknown advice":   {func(w http.ResponseWriter, q risk.Question) { say(w, risk.Answer{ID: q.ID, Advice: "burn"}) }, misunderstood},
		"another question's":  {func(w http.ResponseWriter, _ risk.Question) { say(w, risk.Answer{ID: "x", Advice: risk.Release}) }, misunderstood},
		"an unknown field": {func(w http.ResponseWriter, q risk.Question) {
			say(w, map[string]any{"id": q.ID, "advice": "release", "score": 7})
		}, misunderstood},
		"a reason without end": {func(w http.ResponseWriter, q risk.Question) {
			say(w, risk.Answer{ID: q.ID, Advice: risk.Release, Reasons: []string{strings.Repeat("x", 600)}})
		}, misunderstood},
		"too much": {func(w http.ResponseWriter, q risk.Question) {
			say(w, risk.Answer{ID: q.ID, Advice: risk.Release, Reference: strings.Repeat("x", 70<<10)})
		}, misunderstood},
	} {
		t.Run(name, func(t *testing.T) {
			db := databasetest.Open(t, databasetest.SQLite(t))
			s, _ := service(t, c.answer)
			for _, stated := range risk.Advices() {
				begin := time.Now()
				a, err := client(t, db, s, func(cfg *risk.Config) { cfg.Default, cfg.Timeout = stated, 300*time.Millisecond }).Assess(t.Context(), question())
				require.NoError(t, err)
				require.Equal(t, stated, a.Advice)
				require.Equal(t, c.why, a.DefaultBecause)
				require.Less(t, time.Since(begin), 5*time.Second)
				list, err := risk.List(t.Context(), db, a.Movement)
				require.NoError(t, err)
				require.Equal(t, *a, list[0])
			}
		})
	}
}

func TestAServiceThatFailsIsLeftAloneForAWhile(t *testing.T) {
	databasetest.Addresses(t, func(t *testing.T, address string) {
		t.Helper()
		var well atomic.Bool
		s, asked := service(t, func(w http.ResponseWriter, q risk.Question) {
			if !well.Load() {
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			say(w, risk.Answer{ID: q.ID, Advice: risk.Release})
		})
		short := func(cfg *risk.Config) {
			cfg.Failures, cfg.Rest, cfg.Timeout = 3, 400*time.Millisecond, 200*time.Millisecond
		}
		// Two processes: what one has found out spares the other.
		clients := []*risk.Client{client(t, databasetest.Open(t, address), s, short), client(t, databasetest.Open(t, address), s, short)}
		for i := range 6 {
			a, err := clients[i%2].Assess(t.Context(), question())
			require.NoError(t, err)
			require.Equal(t, risk.Control, a.Advice)
			require.Equal(t, i >= 3, strings.Contains(a.DefaultBecause, "left alone"), a.DefaultBecause)
		}
		require.EqualValues(t, 3, asked.Load())
		time.Sleep(450 * time.Millisecond)
		a, err := clients[0].Assess(t.Context(), question())
		require.NoError(t, err)
		require.Equal(t, "it answered 503", a.DefaultBecause, "one question tries it")
		a, err = clients[1].Assess(t.Context(), question())
		require.NoError(t, err)
		require.Contains(t, a.DefaultBecause, "left alone")
		well.Store(true)
		time.Sleep(450 * time.Millisecond)
		for range 3 {
			a, err = clients[1].Assess(t.Context(), question())
			require.NoError(t, err)
			require.Equal(t, risk.Release, a.Advice)
		}
		require.EqualValues(t, 7, asked.Load())
	})
}

func TestAnOfficerWhoLeavesLeavesNothingBehind(t *testing.T) {
	db := databasetest.Open(t, databasetest.SQLite(t))
	ctx, cancel := context.WithCancel(t.Context())
	s, _ := service(t, func(http.ResponseWriter, risk.Question) { cancel(); time.Sleep(100 * time.Millisecond) })
	_, err := client(t, db, s, nil).Assess(ctx, question())
	require.ErrorIs(t, err, context.Canceled)
	list, err := risk.List(t.Context(), db, "")
	require.NoError(t, err)
	require.Empty(t, list)
}

func TestAClientStatesItsDefaultAndAsksOverTLS(t *testing.T) {
	db := databasetest.Open(t, databasetest.SQLite(t))
	for _, c := range []struct {
		cfg  risk.Config
		want string
	}{
		{risk.Config{Database: db, URL: "https://risk.customs.example/a"}, "a default"},
		{risk.Config{Database: db, URL: "https://risk.customs.example/a", Default: "burn"}, "a default"},
		{risk.Config{URL: "https://risk.customs.example/a", Default: risk.Control}, "a database"},
		{risk.Config{Database: db, URL: "http://risk.customs.example/a", Default: risk.Control}, "https://"},
		{risk.Config{Database: db, URL: "https://u:p@risk.customs.example/a", Default: risk.Control}, "without user"},
		{risk.Config{Database: db, URL: "", Default: risk.Control}, "https://"},
		{risk.Config{Database: db, URL: "https://risk.customs.example/a", Default: risk.Control, Token: "a\nb"}, "the token"},
		{risk.Config{Database: db, URL: "https://risk.customs.example/a", Default: risk.Control, Timeout: -1}, "below zero"},
	} {
		_, err := risk.New(t.Context(), c.cfg)
		require.ErrorContains(t, err, c.want)
	}
	_, err := risk.New(t.Context(), risk.Config{Database: db, URL: "http://127.0.0.1:8080/a", Default: risk.Control})
	require.NoError(t, err)
}
