package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAMovementShowsThatACaretakerActs(t *testing.T) {
	s := newSession(t)
	since := time.Date(2026, 11, 24, 6, 30, 15, 0, time.UTC)
	s.fake.caretakers = map[string]time.Time{"KZMSP": since, "XXMSP": since}
	r := s.run("movement", "show", mrn)
	require.Zero(t, r.code, r.err)
	require.Contains(t, r.out, "acts for KZMSP since 2026-11-24 06:30:15, by consortium override")
	require.NotContains(t, r.out, "XXMSP", "who has nothing to do with the movement")
	require.Contains(t, s.run("movement", "show", mrn, "--json").out, `"KZMSP": "2026-11-24T06:30:15Z"`)
	require.Contains(t, s.run("ledger", "info").out, "acts for XXMSP")
}
