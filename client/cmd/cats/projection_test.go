package main

import (
	"context"
	"encoding/json"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/ledger"
	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

// fakeSource is a ledger of two blocks: a movement that waits at the border, overdue, and its guarantee.
type fakeSource struct{}

func (fakeSource) MSP() string                            { return "CNMSP" }
func (fakeSource) Height(context.Context) (uint64, error) { return 2, nil }

func (fakeSource) Content(context.Context, string) (*cats.Document, error) {
	std := new(transit.STD)
	std.Consignment.TransportEquipment = []transit.TransportEquipment{{ContainerIdentificationNumber: "TSLU5304176"}}
	m := atBorder()
	return &cats.Document{Movement: &m, STD: std}, nil
}

func (s fakeSource) Blocks(_ context.Context, from, to uint64) iter.Seq2[*cats.Block, error] {
	all := []*cats.Block{{Transactions: []*cats.Transaction{{ID: "genesis"}}}, s.block()}
	return func(yield func(*cats.Block, error) bool) {
		for n := from; n <= to && n < uint64(len(all)); n++ {
			if !yield(all[n], nil) {
				return
			}
		}
	}
}

func atBorder() transit.Movement {
	usd := func(minor int64) transit.Money { return transit.Money{Minor: minor, Currency: "USD"} }
	return transit.Movement{
		Course: transit.Course{
			ID: "CNRZZ6S4CA8HDP", MRN: mrn, State: transit.Released, Custodian: "CNMSP", Seq: 5, At: "2026-11-24T09:00:00Z",
			Holder: "CN916501007TSL1", Destination: "KGFRU001", TimeLimit: "2026-12-20", ReleasedAt: "2026-11-24T08:30:00Z",
			Legs: []transit.Leg{
				{Country: "CN", MSP: "CNMSP", EntryOffice: "CNURM001", ActualOffice: "CNURM001", State: transit.LegStarted, StartedAt: "2026-11-24T08:30:00Z"},
				{Country: "KZ", MSP: "KZMSP", EntryOffice: "KZHOR001", State: transit.LegExpected},
			},
			HandOff:    &transit.HandOff{Leg: 1, MSP: "KZMSP", Office: "KZHOR001", FromOffice: "CNHRS001", ProposedAt: "2026-11-24T09:00:00Z"},
			Guarantees: []transit.Usage{{GRN: "26KZCGM0000000015", Type: "1", Amount: usd(9_500_00), State: transit.UsageLocked}},
			Recovery: &transit.Recovery{Claims: []transit.Claim{
				{GRN: "26KZCGM0000000015", Amount: usd(1_200_00), State: transit.ClaimPaid, At: "2026-11-24T09:00:00Z"},
			}},
		},
		Declared: transit.Declared{
			Version: 1, LRN: "=LRN-1", Declarant: transit.Declarant{MSP: "CNMSP", Operator: "CN916501007TSL1"}, Departure: "CNURM001",
			LodgedAt: "2026-11-24T08:00:00Z", Guarantors: []string{"CGMMSP"},
		},
	}
}

func (fakeSource) block() *cats.Block {
	m := atBorder()
	write := func(key string, v any) cats.Write {
		raw, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		return cats.Write{Key: key, Value: raw}
	}
	terms := transit.Terms{
		GRN: "26KZCGM0000000015", Type: "1", Guarantor: "CGMMSP", Holder: "CN916501007TSL1",
		ReferenceAmount: transit.Money{Minor: 40_000_00, Currency: "USD"},
	}
	return &cats.Block{Number: 1, Transactions: []*cats.Transaction{{
		ID: "968f9123e365ec0aab50863e6c0856b6", Block: 1, Code: peer.TxValidationCode_VALID, At: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC),
		Writes: []cats.Write{
			write(ledger.DeclaredKey(m.ID), m.Declared), write(ledger.MovementKey(m.ID), m.Course),
			write(ledger.GuaranteeKey(terms.GRN), transit.Guarantee{Terms: terms}),
			write(ledger.BalanceKey(terms.GRN, 0), transit.Balance{
				GRN: terms.GRN, Available: 29_300_00, Open: map[string]int64{m.ID: 9_500_00}, Claimed: 1_200_00,
			}),
		},
		Event: &transit.EventPayload{Steps: []transit.EventStep{{
			Record: "movement", ID: m.ID, MRN: m.MRN, Seq: 5, Step: "ProposeHandOff", From: transit.Released, To: transit.Released,
			Custodian: "CNMSP", By: "CNMSP", Office: "CNHRS001",
		}}},
	}}}
}

func rebuilt(t *testing.T) *session {
	t.Helper()
	s := newSession(t)
	r := s.run("projection", "rebuild")
	require.Zero(t, r.code, r.err)
	require.Contains(t, r.out, "Rebuilt")
	return s
}

func TestWhatPeopleSeeOfTheReadModel(t *testing.T) {
	s := rebuilt(t)
	for name, args := range map[string][]string{
		"projection-status":    {"status"},
		"projection-worklist":  {"worklist", "--office", "KZHOR001"},
		"projection-guarantor": {"worklist", "--as", "cgm-clerk", "--organisation", "CN"},
		"projection-search":    {"search", "tslu", "530417"},
		"projection-timeline":  {"timeline", mrn},
		"projection-exposure":  {"exposure", "--by", "holder"},
		"projection-overdue":   {"overdue", "--day", "2027-01-02"},
		"projection-csv":       {"overdue", "--day", "2027-01-02", "--csv"},
		"projection-stats":     {"stats", "discharge"},
		"projection-claims":    {"stats", "claims", "--csv"},
		"projection-page":      {"worklist", "--office", "KZHOR001", "--json"},
		"help-projection":      {"--help"},
		"help-worklist":        {"worklist", "--help"},
		"help-search":          {"search", "--help"},
	} {
		t.Run(name, func(t *testing.T) {
			r := s.run(append([]string{"projection"}, args...)...)
			require.Zero(t, r.code, r.err)
			golden(t, name, r.out)
		})
	}
}

func TestTheReadModelTellsWhatIsWrongWithAQuestion(t *testing.T) {
	s := rebuilt(t)
	for line, want := range map[string]string{
		"worklist --kind nonsense":          "no kind",
		"worklist --page x":                 "cursor",
		"search":                            "missing",
		"search x --in nowhere":             "--in takes",
		"timeline 26CN4TB0Q9V7HWKXJ0":       "no such movement",
		"exposure --by country":             "guarantor or holder",
		"overdue --day yesterday":           "wants a date",
		"stats weather":                     "crossings, discharge and claims",
		"stats --from 1.1.2026":             "no date",
		"status --organisation XX":          "no organisation",
		"worklist --as cn-courier":          "whose list",
		"status --database mysql://u:p@h/d": "sqlite:PATH",
	} {
		t.Run(line, func(t *testing.T) {
			r := s.run(append([]string{"projection"}, strings.Fields(line)...)...)
			require.NotZero(t, r.code)
			require.Contains(t, r.err, want)
			require.NotContains(t, r.err, "u:p@h")
		})
	}
}

func TestTheLedgerCheckComparesTheReadModel(t *testing.T) {
	s := rebuilt(t)
	r := s.run("ledger", "check", "--projection")
	require.Zero(t, r.code, r.err)
	require.Contains(t, r.out, "The read model agrees")
	s = newSession(t)
	r = s.run("ledger", "check", "--projection")
	require.Equal(t, exitOther, r.code)
	require.Contains(t, r.err, "no model yet")
}
