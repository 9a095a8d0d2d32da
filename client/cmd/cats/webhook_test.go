package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/require"

	"carec.example/cats/client/links/event"
)

func TestWebhookCommands(t *testing.T) {
	s := newSession(t)
	var secret string
	answer := http.StatusNoContent
	verified := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		hook, failed := standardwebhooks.NewWebhook(secret)
		if err == nil && failed == nil && hook.Verify(body, r.Header) == nil {
			verified++
		}
		w.WriteHeader(answer)
	}))
	defer server.Close()
	hook := func(line string) result {
		return s.run(append([]string{"webhook"}, strings.Fields(line)...)...)
	}
	require.Equal(t, "Nobody is subscribed; make a subscription with \"cats webhook add\".\n", hook("list").out)
	r := hook("add " + server.URL + "/cats?token=hidden")
	require.Equal(t, exitUsage, r.code)
	require.Contains(t, r.err, "https://")

	r = hook("add " + server.URL + "/cats?token=hidden --allow-private --type movement.released,guarantee --json")
	require.Zero(t, r.code, r.err)
	var made struct {
		Subscription struct{ ID string }
		Secret       string
	}
	require.NoError(t, json.Unmarshal([]byte(r.out), &made))
	id := made.Subscription.ID
	secret = made.Secret
	r = hook("test " + id)
	require.Zero(t, r.code, r.err)
	require.Equal(t, "Taken  answered 204\n", r.out)
	require.Equal(t, 1, verified)

	r = hook("rotate " + id + " --json")
	var rotated struct{ Secret string }
	require.NoError(t, json.Unmarshal([]byte(r.out), &rotated))
	secret = rotated.Secret
	require.Zero(t, hook("test "+id).code)
	require.Equal(t, 2, verified)

	answer = http.StatusTeapot
	r = hook("test " + id)
	require.Equal(t, exitOther, r.code)
	require.Contains(t, r.err, "answered 418")

	r = hook("list")
	require.Zero(t, r.code, r.err)
	require.NotContains(t, r.out, "hidden", "an address can hold a secret")
	require.NotContains(t, r.out, secret)
	shown := strings.NewReplacer(id, "WHQ2M7XK4ABC", strings.TrimPrefix(server.URL, "http://"), "10.1.2.3:80808").Replace(r.out)
	golden(t, "webhook-list", regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`).ReplaceAllString(shown, "2026-11-24 06:07:42"))

	require.Equal(t, "There is no delivery.\n", hook("log").out)
	require.Equal(t, "0 events wait for "+id+"\n", hook("replay "+id+" --dead").out)
	require.Equal(t, exitUsage, hook("replay "+id).code)
	require.Equal(t, exitUsage, hook("replay "+id+" --dead --event x").code)
	require.Equal(t, exitUsage, hook("log --state lost").code)
	require.Equal(t, exitUsage, hook("log --page nowhere").code)
	require.Equal(t, id+" is paused\n", hook("pause "+id).out)
	require.Contains(t, hook("list").out, "disabled: it was paused")
	require.Equal(t, id+" counts again\n", hook("enable "+id).out)
	require.Equal(t, id+" has ended\n", hook("remove "+id).out)
	require.Equal(t, exitUsage, hook("remove "+id).code)
}

func TestTheDescriptionOfTheEventsIsPrinted(t *testing.T) {
	s := newSession(t)
	s.env = map[string]string{}
	r := s.run("asyncapi")
	require.Zero(t, r.code, r.err)
	var document struct {
		AsyncAPI   string
		Components struct{ Messages map[string]any }
	}
	require.NoError(t, json.Unmarshal([]byte(r.out), &document))
	require.Equal(t, "3.0.0", document.AsyncAPI)
	require.Len(t, document.Components.Messages, len(event.Types())+5)
}
