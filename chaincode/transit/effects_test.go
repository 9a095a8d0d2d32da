package transit

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestEveryStepWritesWhatItMeans compares, for every step that leads on from every stage, what it changes on the record with a list
// that a person has read (testdata/effects.txt; -update rewrites it): state, dates, reasons, what is opened and what is closed.
func TestEveryStepWritesWhatItMeans(t *testing.T) {
	const path = "testdata/effects.txt"
	var b strings.Builder
	all := stages(t)
	for _, stage := range sortedKeys(all) {
		m := all[stage]
		before := fields(t, m)
		for _, s := range strings.Fields(possible()[stage]) {
			step := Step(s)
			n, row, fault := m.Next(step, ask(step, m, cast()[actorOf(step, stage)], later(m, timely(step, stage))))
			require.Nil(t, fault, "%s at stage %s", s, stage)
			require.Equal(t, before, fields(t, m), "%s at stage %s changes the record that it starts from", s, stage)
			fmt.Fprintf(&b, "%s / %s (guarantees: %s)\n", stage, s, row.Effect)
			after := fields(t, n)
			for _, name := range sortedKeys(after) {
				if after[name] != before[name] && !slices.Contains([]string{"seq", "at", "messages"}, name) {
					fmt.Fprintf(&b, "\t%s = %s\n", name, after[name])
				}
			}
			for _, name := range sortedKeys(before) {
				if _, still := after[name]; !still {
					fmt.Fprintf(&b, "\t%s is gone\n", name)
				}
			}
		}
	}
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o750))
		require.NoError(t, os.WriteFile(path, []byte(b.String()), 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	was, is := strings.Split(string(want), "\n"), strings.Split(b.String(), "\n")
	for i := range max(len(was), len(is)) {
		require.Equal(t, line(was, i), line(is, i), "line %d: run with -update and read the difference", i+1)
	}
}

func line(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "(end)"
}

// actorOf is the first who may take the step and has a reason to.
func actorOf(s Step, stage string) string {
	for _, name := range strings.Fields(authority(s, stage)) {
		if !expected(stage, s, name) {
			return name
		}
	}
	return ""
}

func fields(t *testing.T, m *Movement) map[string]string {
	t.Helper()
	raw, err := json.Marshal(m)
	require.NoError(t, err)
	var all map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(raw, &all))
	out := map[string]string{}
	for name, value := range all {
		out[name] = string(value)
	}
	return out
}

func sortedKeys[T any](m map[string]T) []string {
	var out []string
	for name := range m {
		out = append(out, name)
	}
	sort.Strings(out)
	return out
}

// TestStepsTakeTheFieldsOfTheirRow leaves out each field that must be there, and gives each that may.
func TestStepsTakeTheFieldsOfTheirRow(t *testing.T) {
	needs := map[Step]string{
		StepReject: "reason", StepDecideControl: "controlTypes", StepAnnounceControl: "controlTypes", StepRequestAmendment: "reason",
		StepRefuseReleaseRequest: "reason",
		StepRecordControl:        "result", StepRefuseGuarantee: "reason timeLimit", StepRelease: "timeLimit", StepRefuseRelease: "reason",
		StepCancel: "reason", StepRequestCancel: "reason", StepRefuseCancel: "reason", StepRegisterFallback: "startedOn timeLimit",
		StepEndFallback: "reason", StepRefuseHandOff: "reason", StepAskDiversion: "diversion", StepRefuseDiversion: "reason",
		StepRegisterIncident: "incident annex", StepRejectArrival: "reason", StepRemarkUnloading: "conform complete",
		StepRejectRemarks: "reason", StepReleaseGoods: "goodsReleased", StepRecordResults: "result",
		StepRecordDiscrepancies: "result timeLimit annex", StepResolveDiscrepancies: "reason", StepRespondEnquiry: "reason",
		StepCloseEnquiry: "reason", StepStartRecovery: "reason", StepAskRecovery: "office", StepDeclineRecovery: "reason",
		StepWriteOff: "reason", StepClaim: "claims", StepContestClaim: "grn reason", StepPayClaim: "grn", StepWithdrawClaim: "grn reason",
		StepProposeTransfer: "newHolder", StepAcceptTransfer: "guarantees", StepRefuseTransfer: "reason",
	}
	annexes := map[Step]AnnexKind{
		StepEndFallback: AnnexNote, StepRegisterIncident: AnnexIncident, StepRemarkUnloading: AnnexRemarks, StepRecordDiscrepancies: AnnexNote,
		StepResolveDiscrepancies: AnnexNote, StepStartEnquiry: AnnexNote, StepAnswerEnquiry: AnnexNote, StepRespondEnquiry: AnnexNote,
		StepStartRecovery: AnnexNote, StepWriteOff: AnnexNote,
	}
	for _, row := range Procedure() {
		var must []string
		for _, f := range row.Takes {
			if name, need := strings.CutSuffix(f, "*"); need {
				must = append(must, name)
			}
		}
		require.ElementsMatch(t, strings.Fields(needs[row.Step]), must, row.Step)
		require.Equal(t, annexes[row.Step], row.Annex, row.Step)
		require.Equal(t, row.Annex != "", slices.Contains(row.Takes, "annex") || slices.Contains(row.Takes, "annex*"), row.Step)
	}
}

// TestStepsBeforeTheirTimeAreRefused takes each step that waits for a limit at once.
func TestStepsBeforeTheirTimeAreRefused(t *testing.T) {
	all := stages(t)
	for stage, step := range map[string]Step{
		"pre-lodged": StepExpirePreLodgement, "guarantee refused": StepRefuseRelease, "released": StepStartEnquiry,
		"under enquiry": StepStartRecovery, "discrepancies": StepStartRecovery,
	} {
		m := all[stage]
		_, _, fault := m.Next(step, ask(step, m, cast()[actorOf(step, stage)], later(m, time.Minute)))
		require.NotNil(t, fault, "%s at stage %s", step, stage)
		require.Equal(t, OutOfSequence, fault.Code)
	}
	m := all["enquiry answered"]
	_, _, fault := m.Next(StepStartRecovery, ask(StepStartRecovery, m, cast()["cn-collector"], later(m, time.Minute)))
	require.Nil(t, fault, "the holder has answered: nothing is waited for")
	m = all["pre-lodged"]
	_, _, fault = m.Next(StepPresent, ask(StepPresent, m, cast()["declarant"], later(m, 31*24*time.Hour)))
	require.NotNil(t, fault, "goods presented after the last day")
}

func TestEndedStatesAreTerminal(t *testing.T) {
	for _, s := range States() {
		require.Equal(t, slices.Contains([]State{Rejected, NotReleased, Cancelled, Discharged, WrittenOff}, s), s.Terminal(), s)
	}
}

func TestMessagesAreRememberedBySender(t *testing.T) {
	require.Equal(t, "CN651100/1", MessageOf(Actor{MSP: "CNMSP", Office: "CN651100"}, "1"))
	require.Equal(t, "KZ9/1", MessageOf(Actor{MSP: "KZMSP", Operator: "KZ9"}, "1"))
	require.Equal(t, "CGMMSP/1", MessageOf(Actor{MSP: "CGMMSP"}, "1"))
	m := &Course{Messages: []string{"CGMMSP/1"}}
	require.True(t, m.Recorded(Actor{MSP: "CGMMSP"}, "1"))
	require.False(t, m.Recorded(Actor{MSP: "CGMMSP"}, "2"))
}
