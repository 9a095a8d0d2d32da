package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

// print prints JSON for programs or lets people's text be written.
func (a *app) print(forPrograms any, forPeople func(style)) error {
	if !a.JSON {
		forPeople(style{on: a.styled})
		return nil
	}
	e := json.NewEncoder(a.out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(forPrograms)
}

// printStep prints the movement's course after a step and the proof of it.
func (a *app) printStep(done string, m *transit.Course, r cats.Receipt) error {
	return a.printChange(done, m, m, nil, r)
}

// printLodged prints the movement after its content was lodged or amended, and the proof of it.
func (a *app) printLodged(done string, m *transit.Movement, r cats.Receipt) error {
	return a.printChange(done, m, &m.Course, []string{"LRN", m.LRN, "signature", signedText(m)}, r)
}

func (a *app) printChange(done string, forPrograms any, m *transit.Course, declared []string, r cats.Receipt) error {
	return a.print(map[string]any{"movement": forPrograms, "receipt": r}, func(s style) {
		if r.TransactionID == "" {
			done += " before; nothing was done twice"
		}
		fmt.Fprintf(a.out, "%s  %s  %s\n", s.good(done), s.head(m.Reference()), paintState(s, m.State))
		handOff := ""
		if m.HandOff != nil {
			handOff = fmt.Sprintf("offered to %s, expected at %s", m.HandOff.MSP, m.HandOff.Office)
		}
		var locked []string
		for _, u := range m.Guarantees {
			locked = append(locked, strings.TrimSpace(fmt.Sprintf("%s %s on %s", coverAmount(u.Amount), u.State, coverName(u.GRN, u.Type))))
		}
		facts(a.out, s, slices.Concat(declared, []string{
			"custodian", m.Custodian, "hand-off", handOff, "guarantee", strings.Join(locked, ", "),
			"time limit", m.TimeLimit, "reason", m.Reason,
		}, receiptFacts(s, r))...)
	})
}

// receiptFacts are the proof of a change for [facts].
func receiptFacts(s style, r cats.Receipt) []string {
	if r.TransactionID == "" {
		return nil
	}
	attempts := ""
	if r.Attempts > 1 {
		attempts = fmt.Sprintf(", %d attempts", r.Attempts)
	}
	return []string{
		"endorsed by", strings.Join(r.Endorsers, ", "),
		"transaction", r.TransactionID,
		"committed", s.dim(fmt.Sprintf("in block %d after %s%s", r.BlockNumber, milliseconds(r.Latency), attempts)),
	}
}

func milliseconds(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

func paintState(s style, state transit.State) string {
	switch {
	case slices.Contains([]transit.State{transit.Rejected, transit.NotReleased, transit.Cancelled}, state):
		return s.bad(string(state))
	case state.Terminal():
		return s.dim(string(state))
	case state == transit.UnderControl, state == transit.UnderEnquiry, state == transit.UnderRecovery, state == transit.WaitingResolution:
		return s.warn(string(state))
	default:
		return s.good(string(state))
	}
}

// moment shortens a record's time for a table.
func moment(stamp string) string {
	t, err := time.Parse(time.RFC3339, stamp)
	if err != nil {
		return stamp
	}
	return t.UTC().Format("2006-01-02 15:04:05")
}
