package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/client/links/queue"
	"carec.example/cats/client/links/window"
)

func TestWindowCommands(t *testing.T) {
	s := newSession(t)
	token := filepath.Join(t.TempDir(), "sw.token")
	require.NoError(t, os.WriteFile(token, []byte("t0ken"), 0o600))
	run := func(line string) result { return s.run(append([]string{"window"}, strings.Fields(line)...)...) }
	require.Equal(t, "Nothing is deposited anywhere; name a single window with \"cats window add\".\n", run("list").out)
	for line, want := range map[string]string{
		"add https://sw.customs.example/in":                                           "must know who deposits",
		"add http://sw.customs.example/in --allow-private --token-file " + token:      "https://",
		"add https://10.1.2.3/in --token-file " + token:                               "has to be allowed",
		"add https://sw.customs.example/in --document invoice --token-file " + token:  "invoice",
		"add https://sw.customs.example/in --type weather --token-file " + token:      "weather",
		"add https://sw.customs.example/in --certificate x.pem --token-file " + token: "go together",
		"add https://sw.customs.example/in --token-file " + token + ".missing":        "cannot be read",
		"deposits --state lost": "--state",
		"remove SWQ2M7XK4ABC":   "there is no such window",
		"retry SWQ2M7XK4ABC":    "there is no such window",
	} {
		r := run(line)
		require.Equal(t, exitUsage, r.code, line)
		require.Contains(t, r.err, want)
	}
	r := run("add https://sw.customs.example/in?key=hidden --document declaration,status --type movement --token-file " + token + " --json")
	require.Zero(t, r.code, r.err)
	var added window.Window
	require.NoError(t, json.Unmarshal([]byte(r.out), &added))
	require.NotContains(t, r.out, "t0ken")
	r = run("list")
	require.Zero(t, r.code, r.err)
	require.NotContains(t, r.out, "hidden", "an address can hold a secret")
	shown := strings.ReplaceAll(r.out, added.ID, "SWQ2M7XK4ABC")
	golden(t, "window-list", regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`).ReplaceAllString(shown, "2026-11-24 06:07:42"))
	require.Equal(t, "There is no deposit.\n", run("deposits").out)
	require.Equal(t, "0 deposits wait for "+added.ID+"\n", run("retry "+added.ID).out)
	require.Equal(t, exitUsage, run("retry "+added.ID+" --deposit 7").code)
	r = run("deposits --page nowhere")
	require.Equal(t, exitUsage, r.code)
	require.Contains(t, r.err, "--page")
	require.Equal(t, added.ID+" has ended\n", run("remove "+added.ID).out)
}

func TestDepositsAreShownWithWhatTheWindowSaid(t *testing.T) {
	at := time.Date(2026, 11, 24, 6, 7, 42, 0, time.UTC)
	one := window.Deposit{
		Number: "5b7fd0d2-93c1-8a4e-9d6c-0c4b3f1a2e77", Window: "SWQ2M7XK4ABC", Document: window.Declaration,
		Type: "org.carec.cats.movement.lodged", Subject: "CN4TB0Q9V7HWKX", Reference: "KZ-2026-000917",
		Standing: queue.Standing{State: window.Deposited, Attempts: 1, At: at, Done: at, Status: 201},
	}
	refused, waiting := one, one
	refused.State, refused.Reference, refused.Problem = "refused", "", "refused with 422"
	refused.Answer = "unknown consignee:\x1b[31m KG02805199610107 is not registered with this window " + strings.Repeat("and so on ", 20)
	waiting.State, waiting.Done, waiting.Next, waiting.Reference, waiting.Problem = "waiting", time.Time{}, at.Add(time.Minute), "", "answered 503"
	var out bytes.Buffer
	page := &queue.Page[window.Deposit]{Items: []window.Deposit{one, refused, waiting}, Next: "17.SWQ2M7XK4ABC"}
	(&app{environment: environment{out: &out}}).printDeposits(style{}, page)
	require.NotContains(t, out.String(), "\x1b")
	golden(t, "window-deposits", out.String())
}

func TestAWindowIsAddedWithACertificate(t *testing.T) {
	s := newSession(t)
	var files []string
	for _, name := range []string{"sw", "other"} {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		require.NoError(t, err)
		template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotAfter: time.Now().Add(time.Hour)}
		raw, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
		require.NoError(t, err)
		secret, err := x509.MarshalPKCS8PrivateKey(key)
		require.NoError(t, err)
		files = append(files, s.file(name+".pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw}))),
			s.file(name+".key", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}))))
	}
	certificate, key, roots, otherKey := files[0], files[1], files[2], files[3]
	add := func(more ...string) result {
		return s.run(append([]string{"window", "add", "https://sw.gov.example/in"}, more...)...)
	}
	r := add("--certificate", certificate, "--key", key, "--ca", roots, "--document", "declaration,status",
		"--type", "movement.released,movement.content-delivered", "--allow-private")
	require.Zero(t, r.code, r.err)
	shown := strings.ReplaceAll(regexp.MustCompile(`SW[A-Z2-7]{10}`).ReplaceAllString(r.out, "SWQ2M7XK4ABC"), filepath.Dir(certificate), "/home/kz")
	golden(t, "window-add", shown)
	for want, more := range map[string][]string{
		"no pair":        {"--certificate", certificate, "--key", otherKey},
		"go together":    {"--certificate", certificate},
		"no certificate": {"--certificate", certificate, "--key", key, "--ca", key},
		"cannot be read": {"--certificate", certificate + ".missing", "--key", key},
	} {
		r := add(more...)
		require.Equal(t, exitUsage, r.code, want)
		require.Contains(t, r.err, want)
	}
}
