package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/fsck"
)

const mrn = "26CNRZZ6S4CA8HDPJ5"

func TestWhatPeopleSee(t *testing.T) {
	for name, args := range map[string][]string{
		"movement-show":     {"movement", "show", mrn},
		"movement-wide":     {"movement", "show", mrn, "--wide"},
		"movement-list":     {"movement", "list", "--limit", "2"},
		"movement-release":  {"movement", "release", mrn, "--limit", "2026-12-20"},
		"movement-deliver":  {"movement", "deliver", mrn, "--to", "KZMSP"},
		"guarantee-show":    {"guarantee", "show", "26KZCGM0000000015"},
		"guarantee-list":    {"guarantee", "list"},
		"guarantee-ubl":     {"guarantee", "show", "26KZCGM0000000015", "--ubl"},
		"registry-show":     {"registry", "show"},
		"registry-offices":  {"registry", "offices"},
		"registry-proposal": {"registry", "proposal", "P7Q2"},
		"ledger-info":       {"ledger", "info"},
		"ledger-check":      {"ledger", "check"},
		"help":              {"--help"},
		"help-movement":     {"movement", "--help"},
		"help-lodge":        {"movement", "lodge", "--help"},
		"help-webhook":      {"webhook", "--help"},
		"help-webhook-add":  {"webhook", "add", "--help"},
		"help-window":       {"window", "--help"},
		"help-window-add":   {"window", "add", "--help"},
		"help-import-aeo":   {"registry", "import", "aeo", "--help"},
		"help-risk":         {"risk", "--help"},
		"help-risk-assess":  {"risk", "assess", "--help"},
		"help-exit-codes":   {"help", "exit-codes"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newSession(t).run(args...)
			require.Zero(t, r.code, r.err)
			golden(t, name, r.out)
		})
	}
}

func TestEveryStepReachesTheLedger(t *testing.T) {
	for line, want := range map[string]string{
		"accept M":               "accept M",
		"reject M --reason late": "reject M late",
		"control decide M --type 10,40 --document N380": "decide M 10,40 N380",
		"control record M":                    "record M A1",
		"release M --limit 2027-01-31":        "release M 2027-01-31",
		"refuse M --reason seals":             "refuse M seals",
		"cancel M --reason withdrawn":         "cancel M withdrawn",
		"request-cancel M --reason withdrawn": "request cancel M withdrawn",
		"handoff propose M":                   "propose M",
		"handoff accept M":                    "accept hand-off M",
		"handoff refuse M --reason seals":     "refuse hand-off M seals",
		"handoff withdraw M":                  "withdraw hand-off M ",
		"arrive M":                            "arrive M",
		"results M --result A2":               "results M A2",
		"discharge M --message-id X --expected-seq 9 --as cn-courier": "discharge M",
		"deliver M --to KGMSP": "deliver M KGMSP",
	} {
		t.Run(line, func(t *testing.T) {
			s := newSession(t)
			r := s.run(append([]string{"movement"}, strings.Fields(line)...)...)
			require.Zero(t, r.code, r.err)
			require.Equal(t, []string{want}, s.fake.calls)
			if strings.Contains(line, "--message-id") {
				require.Equal(t, 2, s.fake.options)
				require.Equal(t, "cn-courier", s.who)
			}
		})
	}
}

func TestExitCodes(t *testing.T) {
	failed := func(class cats.Class, f *transit.Fault) error {
		return &cats.Error{Op: "movement:Accept", Class: class, Fault: f, TransactionID: "5f1c", MessageID: "M-9", Attempts: 2}
	}
	for name, c := range map[string]struct {
		err  error
		code int
	}{
		"refused":          {failed(cats.Refused, transit.Faultf(transit.OutOfSequence, "it is released")), exitRefused},
		"invalid document": {failed(cats.Refused, transit.Faultf(transit.InvalidDocument, "it breaks 1 rule")), exitInvalid},
		"conflict":         {failed(cats.Conflict, nil), exitConflict},
		"unavailable":      {failed(cats.Unavailable, nil), exitUnavailable},
		"unknown outcome":  {failed(cats.UnknownOutcome, nil), exitUnknown},
		"internal":         {failed(cats.Internal, nil), exitOther},
		"canceled":         {failed(cats.Canceled, nil), exitOther},
		"anything else":    {errors.New("disk full"), exitOther},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSession(t)
			s.fake.fail = c.err
			r := s.run("movement", "accept", "M")
			require.Equal(t, c.code, r.code)
			require.Empty(t, r.out)
			r = s.run("movement", "accept", "M", "--json")
			require.Equal(t, c.code, r.code)
			var f failureJSON
			require.NoError(t, json.Unmarshal([]byte(r.err), &f))
			require.Equal(t, c.code, f.ExitCode)
		})
	}
}

func TestErrorsTellWhatToCorrect(t *testing.T) {
	s := newSession(t)
	s.fake.fail = &cats.Error{
		Op: "movement:Deposit", Class: cats.Refused, TransactionID: strings.Repeat("5f1c", 16), Attempts: 1,
		Fault: transit.Faultf(transit.InvalidDocument, "the declaration breaks 2 rules").With(
			transit.Violation{Code: "14", Pointer: "/transitOperation/lrn", Rule: "R0028", Value: "X", Text: "must have at most 22 characters"},
			transit.Violation{Code: "13", Pointer: "/consignment/houseConsignments/0/consignmentItems/2/commodity", Text: "is missing"},
		),
	}
	r := s.run("movement", "accept", "M")
	golden(t, "error-violations", r.err)
	s.fake.fail = &cats.Error{
		Op: "movement:Accept", Class: cats.UnknownOutcome, TransactionID: strings.Repeat("5f1c", 16), MessageID: "M-9", Attempts: 1,
	}
	golden(t, "error-unknown", s.run("movement", "accept", "M").err)
	s.fake.fail = &cats.Error{Op: "movement:Accept", Class: cats.Unavailable, Attempts: 9, Details: []cats.Detail{
		{Address: "127.0.0.1:17020", MSP: "KZMSP", Message: "connection refused"},
	}}
	golden(t, "error-unavailable", s.run("movement", "accept", "M").err)
}

func TestUsageMistakes(t *testing.T) {
	for line, want := range map[string]string{
		"movement accept":                                           "MOVEMENT is missing",
		"movement accept A B":                                       `unexpected argument "B"`,
		"movement release M":                                        "--limit is missing",
		"movement reject M":                                         "--reason is missing",
		"movement acept M":                                          "did you mean accept?",
		"moovement":                                                 "unknown command",
		"movement accept M --nonsense":                              "unknown flag",
		"movement accept M --as nobody":                             "no identity \"nobody\"",
		"movement accept M --as officer":                            "there are: cn-officer-urumqi",
		"movement lodge /nowhere.xml":                               "no such file",
		"movement accept M --timeout -1s":                           "--timeout must be above zero",
		"movement accept M --profile /nowhere.json":                 "couldn't read the profile",
		"movement accept M --config /nowhere.yaml":                  "couldn't read the settings",
		"guarantee register --grn X":                                "access code",
		"guarantee register --amount 1.234 --currency USD --code A": "--amount",
		"registry propose":                                          "say what to change",
		"registry approve X":                                        "--digest is missing",
		"serve":                                                     "--organisation is missing",
		"serve --organisation CN --listen 127.0.0.1:0":              "needs a certificate",
		"serve --organisation XX":                                   "no organisation",
		"std convert - --to pdf":                                    "--to is xml, ubl or json",
	} {
		t.Run(line, func(t *testing.T) {
			r := newSession(t).run(strings.Fields(line)...)
			require.Equal(t, exitUsage, r.code, r.err)
			require.Contains(t, r.err, want)
		})
	}

	t.Run("Nobody to act as", func(t *testing.T) {
		s := newSession(t)
		delete(s.env, "CATS_AS")
		r := s.run("movement", "list")
		require.Equal(t, exitUsage, r.code)
		require.Contains(t, r.err, "cgm-clerk, cn-courier")
	})
}

func TestSettings(t *testing.T) {
	t.Run("Flags come before the environment, and that before the file", func(t *testing.T) {
		s := newSession(t)
		path := s.file("config.yaml", "as: cgm-clerk\ntimeout: 7s\njson: true\n")
		s.run("movement", "list", "--config", path)
		require.Equal(t, "cn-officer-urumqi", s.who)
		delete(s.env, "CATS_AS")
		r := s.run("movement", "list", "--config", path)
		require.Equal(t, "cgm-clerk", s.who)
		require.True(t, json.Valid([]byte(r.out)))
		r = s.run("movement", "list", "--config", path, "--as", "cn-courier", "--json=false")
		require.Equal(t, "cn-courier", s.who)
		require.False(t, json.Valid([]byte(r.out)))
	})

	t.Run("The file lies where such files lie", func(t *testing.T) {
		s := newSession(t)
		delete(s.env, "CATS_AS")
		require.NoError(t, os.MkdirAll(filepath.Join(s.dir, ".config", "cats"), 0o750))
		s.file(".config/cats/config.yaml", "as: cgm-clerk\n")
		s.run("movement", "list")
		require.Equal(t, "cgm-clerk", s.who)
	})

	t.Run("An unknown key is refused with its line", func(t *testing.T) {
		s := newSession(t)
		r := s.run("movement", "list", "--config", s.file("config.yaml", "as: x\nprofil: y\n"))
		require.Equal(t, exitUsage, r.code)
		require.Contains(t, r.err, "line 2: field profil not found")
		require.NotContains(t, r.err, "main.settings")
	})

	t.Run("The nearest profile upwards is taken", func(t *testing.T) {
		s := newSession(t)
		raw, err := os.ReadFile(s.env["CATS_PROFILE"])
		require.NoError(t, err)
		delete(s.env, "CATS_PROFILE")
		deep := filepath.Join(s.dir, "a", "b")
		require.NoError(t, os.MkdirAll(deep, 0o750))
		require.NoError(t, os.MkdirAll(filepath.Join(s.dir, ".cats", "net"), 0o750))
		s.file(".cats/net/profile.json", string(raw))
		t.Chdir(deep)
		require.Zero(t, s.run("movement", "list").code)
	})
}

func TestDocuments(t *testing.T) {
	example := filepath.Join("..", "..", "formats", "examples", "cn-kz-kg-electronics.xml")

	t.Run("A message is lodged as a document", func(t *testing.T) {
		s := newSession(t)
		r := s.run("movement", "lodge", example, "--lrn", "OTHER-1")
		require.Zero(t, r.code, r.err)
		require.Equal(t, "OTHER-1", s.fake.std.TransitOperation.LRN)
		require.Equal(t, "CNURM001", s.fake.std.DepartureOffice.ReferenceNumber)
	})

	t.Run("It converts to JSON and back without loss, through the input", func(t *testing.T) {
		s := newSession(t)
		r := s.run("std", "convert", example)
		require.Zero(t, r.code, r.err)
		first := r.out
		s.in = first
		r = s.run("std", "convert", "-")
		require.Zero(t, r.code, r.err)
		require.Contains(t, r.out, "<ncts:CC015C")
		s.in = r.out
		r = s.run("std", "convert", "-")
		require.JSONEq(t, first, r.out)
	})

	t.Run("JSON goes the same way as XML", func(t *testing.T) {
		s := newSession(t)
		s.in = s.run("std", "convert", example).out
		r := s.run("movement", "check", "-")
		require.Zero(t, r.code, r.err)
		golden(t, "movement-check", r.out)
		require.Equal(t, []string{"check TSL-2026-000117"}, s.fake.calls)
	})

	t.Run("An unknown element is told with its place", func(t *testing.T) {
		s := newSession(t)
		s.in = `{"transitOperation":{"lrn":"A","evil":1}}`
		r := s.run("movement", "lodge", "-")
		require.Equal(t, exitInvalid, r.code)
		require.Contains(t, r.err, "evil")
		require.Empty(t, s.fake.calls)
	})

	t.Run("A mapping tells what it replaced", func(t *testing.T) {
		s := newSession(t)
		mapping := s.file("mapping.yaml", "offices:\n  CNURM001: CNALS001\n")
		r := s.run("movement", "lodge", example, "--mapping", mapping)
		require.Zero(t, r.code, r.err)
		require.Contains(t, r.err, `"CNURM001" -> "CNALS001"`)
		require.Equal(t, "CNALS001", s.fake.std.DepartureOffice.ReferenceNumber)
	})

	t.Run("Content is written to a file", func(t *testing.T) {
		s := newSession(t)
		s.run("movement", "lodge", example)
		path := filepath.Join(s.dir, "content.xml")
		r := s.run("movement", "content", mrn, "--xml", "-o", path)
		require.Zero(t, r.code, r.err)
		raw, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Contains(t, string(raw), "<LRN>TSL-2026-000117</LRN>")
	})
}

func TestGuaranteeCommands(t *testing.T) {
	t.Run("Terms come from flags, codes from the input, the guarantor from the identity", func(t *testing.T) {
		s := newSession(t)
		s.in = "TS17\n\nZH40\n"
		r := s.run("guarantee", "register", "--grn", "26KZCGM0000000015", "--type", "1", "--holder", "CN916501007TSL1", "--amount", "250000.00",
			"--currency", "USD", "--from", "2026-11-01", "--until", "2027-10-31", "--codes", "-")
		require.Zero(t, r.code, r.err)
		golden(t, "guarantee-register", r.out)
		require.Equal(t, []string{"TS17", "ZH40"}, s.fake.codes)
		require.Equal(t, "CGMMSP", s.fake.terms.Guarantor)
		require.Equal(t, transit.Money{Minor: 25000000, Currency: "USD"}, s.fake.terms.ReferenceAmount)
		require.Equal(t, 32, s.fake.terms.Balances)
	})

	t.Run("A file holds the terms, and flags replace single ones", func(t *testing.T) {
		s := newSession(t)
		raw, err := json.Marshal(s.fake.guarantee.Guarantee.Terms)
		require.NoError(t, err)
		r := s.run("guarantee", "register", s.file("terms.json", string(raw)), "--until", "2028-01-01", "--code", "AAAA")
		require.Zero(t, r.code, r.err)
		want := s.fake.guarantee.Guarantee.Terms
		want.ValidUntil = "2028-01-01"
		require.Equal(t, want, s.fake.terms)
	})

	t.Run("An individual guarantee has one balance record", func(t *testing.T) {
		s := newSession(t)
		require.Zero(t, s.run("guarantee", "register", "--type", "2", "--code", "AAAA").code)
		require.Equal(t, 1, s.fake.terms.Balances)
	})

	t.Run("Codes are replaced", func(t *testing.T) {
		s := newSession(t)
		require.Zero(t, s.run("guarantee", "codes", "G", "--code", "AAAA,BBBB").code)
		require.Equal(t, []string{"AAAA", "BBBB"}, s.fake.codes)
	})
}

func TestRegistryCommands(t *testing.T) {
	t.Run("Changes come from flags or a file", func(t *testing.T) {
		s := newSession(t)
		require.Zero(t, s.run("registry", "propose", "--office", "KZAKT001", "--name", "Aktau", "--msp", "KZMSP", "--roles", "departure").code)
		want := transit.Change{Office: &transit.Office{Reference: "KZAKT001", Name: "Aktau", MSP: "KZMSP", Roles: []string{"departure"}}}
		require.Equal(t, want, s.fake.change)
		raw, err := json.Marshal(want)
		require.NoError(t, err)
		require.Zero(t, s.run("registry", "propose", s.file("change.json", string(raw)), "--id", "P1").code)
		require.Equal(t, want, s.fake.change)
		require.Contains(t, s.fake.calls, "propose P1")
	})

	t.Run("The founding document is sent byte for byte", func(t *testing.T) {
		s := newSession(t)
		document := "{\"v\" : 1}\n"
		r := s.run("registry", "found", s.file("founding.json", document))
		require.Zero(t, r.code, r.err)
		require.Equal(t, document, string(s.fake.document))
	})

	t.Run("A candidate agrees to its own entry", func(t *testing.T) {
		s := newSession(t)
		require.Zero(t, s.run("registry", "join", "--name", "Second", "--kind", "guarantor").code)
		require.Equal(t, []string{"join CGMMSP Second guarantor"}, s.fake.calls)
	})

	t.Run("Approval names the digest", func(t *testing.T) {
		s := newSession(t)
		require.Zero(t, s.run("registry", "approve", "P7Q2", "--digest", "9f2c").code)
		require.Equal(t, []string{"approve P7Q2 9f2c"}, s.fake.calls)
	})
}

func TestLedgerCheckFailsOnFindings(t *testing.T) {
	s := newSession(t)
	s.fake.report.Findings = []fsck.Finding{
		{
			Block: 12, Transaction: strings.Repeat("5f1c", 16), Record: "CNRZZ6S4CA8HDP", Rule: "custody",
			Text: "the custodian is KGMSP, the leg under way is that of CNMSP",
		},
		{Record: "26KZCGM0000000015", Rule: "peer", Text: "the peer answers with another record than the blocks make"},
	}
	r := s.run("ledger", "check")
	require.Equal(t, exitOther, r.code)
	require.Empty(t, r.err)
	golden(t, "ledger-findings", r.out)
	r = s.run("ledger", "check", "--json")
	require.Equal(t, exitOther, r.code)
	require.True(t, json.Valid([]byte(r.out)))
}

func TestOnlyALedgerCheckHasNoTimeLimitOfItsOwn(t *testing.T) {
	for line, want := range map[string]time.Duration{
		"movement list": 2 * time.Minute, "movement list --timeout 7s": 7 * time.Second,
		"ledger check": 24 * time.Hour, "ledger check --timeout 7s": 7 * time.Second,
	} {
		s := newSession(t)
		require.Zero(t, s.run(strings.Fields(line)...).code)
		require.InDelta(t, want.Seconds(), s.limit.Seconds(), 1, line)
	}
}

// endWhenServing ends the application a moment after it has come to its work.
func (s *session) endWhenServing(cancel context.CancelFunc) {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for begun := time.Now(); !s.fake.keeperRan.Load() && time.Since(begun) < time.Minute; {
			time.Sleep(time.Millisecond)
		}
		time.Sleep(50 * time.Millisecond)
		cancel()
	}()
	s.t.Cleanup(func() { <-ended })
}

func TestServe(t *testing.T) {
	t.Run("Runs the courier of the organisation until it is stopped", func(t *testing.T) {
		s := newSession(t)
		delete(s.env, "CATS_AS")
		ctx, cancel := context.WithCancel(context.Background())
		s.endWhenServing(cancel)
		r := s.runWith(ctx, "serve", "--organisation", "CN", "--state", filepath.Join(s.dir, "state"))
		require.Zero(t, r.code, r.err)
		require.Equal(t, "cn-courier", s.who)
		require.True(t, s.fake.courierRan)
		require.True(t, s.fake.keeperRan.Load())
	})

	t.Run("Does not begin with half a risk-management service", func(t *testing.T) {
		s := newSession(t)
		s.env["CATS_RISK_URL"] = "https://risk.customs.example/assess"
		r := s.run("serve", "--organisation", "CN", "--state", filepath.Join(s.dir, "state"))
		require.Equal(t, exitUsage, r.code)
		require.Contains(t, r.err, "CATS_RISK_DEFAULT")
	})

	t.Run("Has nothing to carry for others than customs, and waits", func(t *testing.T) {
		s := newSession(t)
		s.env["CATS_OPERATIONS"] = "127.0.0.1:0"
		ctx, cancel := context.WithCancel(context.Background())
		s.endWhenServing(cancel)
		r := s.runWith(ctx, "serve", "--organisation", "CGM")
		require.Zero(t, r.code, r.err)
		require.Contains(t, r.out, `"msg":"nothing to carry"`)
		require.False(t, s.fake.courierRan)
		require.True(t, s.fake.keeperRan.Load(), "it keeps no content longer than it may")
	})
}

func TestIdentitiesAndMore(t *testing.T) {
	s := newSession(t)
	r := s.run("identities")
	require.Zero(t, r.code)
	golden(t, "identities", strings.ReplaceAll(r.out, s.dir, "DIR"))
	require.Zero(t, s.run("version").code)
	require.Zero(t, s.run("completion", "bash").code)
	r = s.run("__complete", "movement", "list", "--as", "")
	require.Contains(t, r.out, "cn-officer-urumqi\tofficer CNURM001 of CN")
	r = s.run("movement", "list", "--state", "released", "--custodian", "KZMSP", "--json")
	var found []transit.Movement
	require.NoError(t, json.Unmarshal([]byte(r.out), &found))
	require.Len(t, found, 1)
	r = s.run("movement", "accept", "M", "--after", "5f1c")
	require.Zero(t, r.code)
	require.Equal(t, []string{"await 5f1c", "accept M"}, s.fake.calls)
}

// Every command explains itself: a long or short text, and an example unless it only groups others.
func TestEveryCommandHasHelpAndAnExample(t *testing.T) {
	a := &app{}
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		require.NotEmpty(t, c.Short, c.CommandPath())
		if c.Runnable() && c.Name() != "version" && c.Name() != "help" {
			require.NotEmpty(t, c.Example, c.CommandPath())
			require.Contains(t, c.Example, c.CommandPath(), "the example shows the command")
		}
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(a.rootCommand())
}
