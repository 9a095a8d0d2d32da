package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/network/topology"
)

func TestEveryRunTellsWhatItMeasuresAndWhatNot(t *testing.T) {
	s, err := parse([]string{"-parts", "rules,legs"})
	require.NoError(t, err)
	text := s.describe()
	require.Regexp(t, `(?s)measuring:.*rules .*legs .*not measured unless named by -parts:.*wave .*growth `, text)
	require.True(t, s.hasNear())
	s, err = parse([]string{"-parts", "rules,growth"})
	require.NoError(t, err)
	require.False(t, s.hasNear(), "neither needs the network that the others share")
	for _, p := range parts() {
		require.NotEmpty(t, p.takes, p.name)
	}
}

// rulesOf are the rules with the offices of the network that the parts run on.
func rulesOf(t *testing.T) (*transit.STD, transit.RuleContext, *topology.Topology) {
	t.Helper()
	root, err := findRoot()
	require.NoError(t, err)
	std, err := readDeclaration(root)
	require.NoError(t, err)
	path, err := nearTopology(root, t.TempDir())
	require.NoError(t, err)
	near, err := topology.Load(path)
	require.NoError(t, err)
	offices, members := map[string]*transit.Office{}, map[string]bool{}
	for _, o := range near.Organisations {
		members[o.Country] = o.Country != ""
		for _, office := range o.Offices {
			offices[office.Reference] = &transit.Office{
				Reference: office.Reference, Name: office.Name, MSP: o.MSP, Roles: office.Roles,
			}
		}
	}
	return std, transit.RuleContext{
		Now:    time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC),
		Office: func(reference string) *transit.Office { return offices[reference] },
		Member: func(country string) bool { return members[country] },
	}, near
}

func TestDeclarationsOfAnySizeKeepTheRules(t *testing.T) {
	std, rules, _ := rulesOf(t)
	for _, items := range []int{1, 2, 100, mostItems} {
		document := numbered(withItems(std, items), "LRN-1", "26KZCGM0000000015")
		require.Empty(t, transit.Check(document, rules), items)
		require.Empty(t, transit.Unsupported(document), items)
		require.Len(t, document.Consignment.HouseConsignments[0].ConsignmentItems, items)
	}
	require.Len(t, std.Consignment.HouseConsignments[0].ConsignmentItems, 3, "the example itself stays")
}

func TestItinerariesOfAnyLengthKeepTheRulesAndHaveAnOfficerAtEveryOffice(t *testing.T) {
	std, rules, near := rulesOf(t)
	officers := map[string]bool{}
	for _, o := range near.Organisations {
		for _, id := range o.Identities {
			officers[id.Office] = string(id.Role) == string(transit.RoleOfficer)
		}
	}
	for territories := 2; territories <= len(route()); territories++ {
		t.Run(fmt.Sprint(territories), func(t *testing.T) {
			document := numbered(along(std, territories), "LRN-1", "26KZCGM0000000015")
			require.Empty(t, transit.Check(document, rules))
			way, found := transit.Itinerary(document)
			require.Empty(t, found)
			require.Len(t, way, territories)
			for i, leg := range way {
				require.Equal(t, route()[i], leg.EntryOffice)
				require.True(t, officers[leg.EntryOffice], leg.EntryOffice)
			}
			require.True(t, officers[document.DestinationOffice.ReferenceNumber])
		})
	}
}

func TestTheSameSeedIsTheSameDeclaration(t *testing.T) {
	std, _, _ := rulesOf(t)
	content := func(number int) string {
		raw, err := transit.Canonical(numbered(std, seedLRN(number), "26KZCGM0000000015"))
		require.NoError(t, err)
		return string(raw)
	}
	first := content(7)
	require.Equal(t, first, content(7), "else seeding could not go on where it stopped")
	require.NotEqual(t, content(7), content(8))
	require.NoError(t, transit.ValidateLRN(seedLRN(serialsOfARun)))
}

func TestGoBenchmarksAreRead(t *testing.T) {
	all := parseGoBenchmarks([]byte(`goos: linux
pkg: carec.example/cats/chaincode/transit
BenchmarkCheck/1_items         	     100	    500000 ns/op	        500000 ns/item	   66210 B/op	    1048 allocs/op
BenchmarkCheck/1_items         	     100	    400000 ns/op	        400000 ns/item	   66200 B/op	    1040 allocs/op
BenchmarkCheck/1999_items      	       2	  72421334 ns/op	  19052672 B/op	  284327 allocs/op
BenchmarkDecode/100_items      	      25	   6430621 ns/op	   5.34 MB/s	 1313587 B/op	   23603 allocs/op
BenchmarkRequiredAmount/three_countries 	 100	   2000000 ns/op	  10 B/op	   1 allocs/op
BenchmarkBroken
PASS
`))
	require.Equal(t, []GoBenchmark{
		{Name: "Check", Items: 1, Milliseconds: 0.4, Bytes: 66200, Allocations: 1040},
		{Name: "Check", Items: 1999, Milliseconds: 72.421334, Bytes: 19052672, Allocations: 284327},
		{Name: "Decode", Items: 100, Milliseconds: 6.430621, Bytes: 1313587, Allocations: 23603, MBPerSecond: 5.34},
		{Name: "RequiredAmount/three_countries", Milliseconds: 2, Bytes: 10, Allocations: 1},
	}, all, "the fastest run of each")
	require.Empty(t, parseGoBenchmarks([]byte("PASS\n")))
}

func TestStepsAreHeldAgainstTheNoopOnAsManyGovernedKeys(t *testing.T) {
	figureOf := func(o operation, perSecond, cpu int) *figure {
		return &figure{
			operation: o, load: "50 clients", measured: loadOf(perSecond, time.Second), tally: &tally{}, ceiling: 100,
			usage: usage{CPU: map[string]time.Duration{byPeers: time.Duration(cpu*perSecond) * time.Millisecond}},
		}
	}
	figures := []*figure{
		figureOf(opNoop, 100, 10), figureOf(opNoopKeyed, 80, 12), figureOf(opNoopTwo, 60, 15), figureOf(opAccept, 60, 16),
		figureOf(opRelease, 45, 20), figureOf(opLodge, 30, 40),
	}
	at := map[operation]Row{}
	for _, r := range rows(figures) {
		at[r.Operation] = r
	}
	require.InDelta(t, 0.75, at[opAccept].ToGoverned, 1e-9, "one key: 0.6 of the no-op's rate against 0.8")
	require.InDelta(t, 0.75, at[opAccept].CPUToGoverned, 1e-9)
	require.InDelta(t, 0.75, at[opRelease].ToGoverned, 1e-9, "two keys: 0.45 against 0.6")
	require.InDelta(t, 0.75, at[opRelease].CPUToGoverned, 1e-9)
	require.Zero(t, at[opLodge].ToGoverned, "lodging rewrites no key")
	require.InDelta(t, 1, at[opNoopKeyed].ToGoverned, 1e-9)

	alone := rows(figures[3:4])
	require.Zero(t, alone[0].ToGoverned, "there is nothing to hold it against")
}

func TestWhatOfAStepIsFabricsOwn(t *testing.T) {
	steps := []Row{
		{Operation: opNoop, Load: "50 clients", CPUToNoop: 1}, {Operation: opAccept, Load: "50 clients", CPUToNoop: 1 / 1.5},
		{Operation: opRelease, Load: "50 clients", CPUToNoop: 1 / 1.6}, {Operation: opArrive, Load: "50 clients", CPUToNoop: 1},
		{Operation: opAccept, Load: "20/s", CPUToNoop: 1 / 1.5},
	}
	limits := []Row{
		{Operation: opNoopRecord, Load: "50 clients", OfNoop: 1.3}, {Operation: opNoopRecords, Load: "50 clients", OfNoop: 1.45},
	}
	all := shares(steps, limits)
	require.Len(t, all, 3)
	require.InDelta(t, 0.6, all[0].Share, 1e-9)
	require.InDelta(t, 0.75, all[1].Share, 1e-9)
	require.Zero(t, all[2].Share, "a step that costs no more than the no-op has nothing to be shared")
	require.Empty(t, shares(steps, nil))
}

func TestCasesAreHeldAgainstTheFirst(t *testing.T) {
	row := func(o operation, perSecond, toNoop, cpu, bytes float64) CaseRow {
		return CaseRow{Row: Row{Operation: o, PerSecond: perSecond, ToNoop: toNoop, Total: cpu, BlockBytes: bytes}}
	}
	cases := []*Case{
		{Name: "2", Rows: []CaseRow{row(opNoop, 200, 0, 10, 4000), row(opAccept, 100, 0.5, 15, 6000)}},
		{Name: "none", Skipped: "it could not be"},
		{Name: "8", Rows: []CaseRow{row(opNoop, 100, 0, 20, 4000), row(opAccept, 45, 0.45, 33, 7500), row(opGet, 50, 0, 0, 0)}},
		{Name: "9", Rows: []CaseRow{row(opGet, 25, 0, 0, 0)}},
	}
	compare(cases)
	slow := cases[2].Rows[1]
	require.InDelta(t, 0.9, slow.RateToFirst, 1e-9, "the machine had become half as fast, which the no-op shows")
	require.InDelta(t, 1.1, slow.CPUToFirst, 1e-9)
	require.InDelta(t, 1.25, slow.BytesToFirst, 1e-9)
	require.InDelta(t, 0.5, cases[2].Rows[0].RateToFirst, 1e-9, "the no-op itself is compared as it is")
	require.InDelta(t, 0.5, cases[3].Rows[0].RateToFirst, 1e-9, "the first case that has the operation counts")
	require.InDelta(t, 1, cases[0].Rows[1].RateToFirst, 1e-9)
}

func TestAFailedOrMissingCaseFailsTheRun(t *testing.T) {
	failed := &Results{Legs: []*Case{{
		Name: "2 territories", Rows: []CaseRow{{Row: Row{Operation: opAccept, Done: 3, Failed: 1, Errors: []string{"no"}}}},
	}}}
	require.ErrorContains(t, failed.judge(), "2 territories, accept: 1 of 4 failed: no")
	skipped := &Results{Ages: []*Case{{Name: "9 incidents", Skipped: "refused"}}}
	require.ErrorContains(t, skipped.judge(), "9 incidents was not measured: refused")
	lost := &Results{Couriers: []Courier{{To: "KZMSP", Done: 9, Missing: 1}}}
	require.ErrorContains(t, lost.judge(), "1 of 10 deliveries to KZMSP")
	require.NoError(t, (&Results{Couriers: []Courier{{Done: 9}}, Growth: []*Case{{Name: "1000"}}}).judge())
}

func TestTheWatchMeasuresFromReleaseToDelivery(t *testing.T) {
	w := newWatch([]*movement{{id: "A"}, {id: "B"}})
	start := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	tell := func(record, id string, from, to transit.State, receiver string, at time.Duration) {
		w.note([]transit.EventStep{{Record: record, ID: id, From: from, To: to, Custodian: receiver}}, start.Add(at))
	}
	tell("movement", "A", transit.Accepted, transit.Released, "CNMSP", 0)
	tell("movement", "A", transit.Released, transit.Released, "CNMSP", time.Second)
	tell("movement", "B", transit.Accepted, transit.Released, "CNMSP", time.Second)
	tell("movement", "C", transit.Accepted, transit.Released, "CNMSP", 0)
	tell("delivery", "A", "", "", "KZMSP", 300*time.Millisecond)
	tell("delivery", "A", "", "", "KZMSP", 900*time.Millisecond)
	tell("delivery", "B", "", "", "KZMSP", 2*time.Second)
	tell("delivery", "A", "", "", "KGMSP", 400*time.Millisecond)
	tell("delivery", "A", "", "", "CGMMSP", time.Second)
	found := w.figures(load{rate: 5})
	require.Equal(t, Courier{Load: "5/s", To: "KZMSP", Done: 2, P50: 300, P95: 1000, P99: 1000, PerSecond: 1}, found[0])
	require.Equal(t, Courier{Load: "5/s", To: "KGMSP", Done: 1, Missing: 1, P50: 400, P95: 400, P99: 400, PerSecond: 2.5}, found[1])
	select {
	case <-w.complete:
		t.Fatal("one delivery is missing")
	default:
	}
	tell("delivery", "B", "", "", "KGMSP", 2*time.Second)
	<-w.complete
}

func TestSeedingGoesOnWhereItStopped(t *testing.T) {
	home := t.TempDir()
	note, err := readGrown(home)
	require.NoError(t, err)
	require.Zero(t, note.Seeded)
	note.Runs, note.GRN, note.Seeded = 2, "26KZCGM0000000015", 1500
	note.Cases[10000] = &Case{Name: "10000 movements", Rows: []CaseRow{{Row: Row{Operation: opGet, PerSecond: 40}}}}
	note.Cases[1000] = &Case{Name: "1000 movements", Rows: []CaseRow{{Row: Row{Operation: opGet, PerSecond: 50}}}}
	r := &Results{}
	require.NoError(t, note.publish(r))
	require.Equal(t, "1000 movements", r.Growth[0].Name, "the smallest first")
	require.InDelta(t, 0.8, r.Growth[1].Rows[0].RateToFirst, 1e-9)

	again, err := readGrown(home)
	require.NoError(t, err)
	again.path = filepath.Join(home, "growth.json")
	require.Equal(t, note, again)
}

func TestASizeThatHasBeenPassedIsNotMeasuredLate(t *testing.T) {
	b := &bench{rig: &rig{log: func(string, ...any) {}}}
	note := &grown{Seeded: 1500, Cases: map[int]*Case{}}
	require.NoError(t, b.grownTo(context.Background(), note, 1000))
	require.Empty(t, note.Cases)
}

func TestMovementsWhoseRecordCouldNotBeFilledAreUnsure(t *testing.T) {
	b := &bench{rig: &rig{log: func(string, ...any) {}}}
	movements := []*movement{{id: "A"}}
	c, err := b.notAged(age{name: "9 incidents"}, movements, errors.New("refused\nat length"))
	require.NoError(t, err)
	require.Equal(t, &Case{Name: "9 incidents", Skipped: "refused"}, c)
	require.True(t, movements[0].unsure)
}

func TestTheTablesOfThePartsShowTheirFigures(t *testing.T) {
	folder := t.TempDir()
	r := &Results{
		Rules:    []GoBenchmark{{Name: "Check", Items: 100, Milliseconds: 4.5, Bytes: 7, Allocations: 300}, {Name: "Other", Milliseconds: 1}},
		Rows:     []Row{{Operation: opAccept, Load: "50 clients", CPUToNoop: 0.5, ToGoverned: 0.91}},
		Ceilings: []Row{{Operation: opNoopRecord, Load: "50 clients", OfNoop: 1.5}},
		Lodgings: []*Lodging{{Items: 100, DocumentBytes: 31415, Closed: Row{Load: "50 clients"}, Light: Row{Load: "5/s", P95: 271}}},
		Couriers: []Courier{{Load: "5/s", To: "KZMSP", P50: 161}},
		Legs:     []*Case{{Name: "2 territories", RecordBytes: 1618, Rows: []CaseRow{{Row: Row{Operation: opAccept}, RateToFirst: 0.77}}}},
		Ages:     []*Case{{Name: "9 incidents", Skipped: "refused"}},
	}
	require.NoError(t, r.write(folder))
	text := readText(t, filepath.Join(folder, "results.md"))
	for _, part := range []string{
		"| Check | 100 | 4.500 | 7 | 300 | 0.0450 | 3.0 |", "| Other | | 1.000 |", "| 0.91 |", "| accept | 2.00 | 1.50 | 0.50 |",
		"| 100 | 31415 |", "| 271 |", "| 5/s | KZMSP | 0 | 0 | 161 |", "| accept | 2 territories |", "| 0.77 |",
		"2 territories: a course of 1618 bytes", "9 incidents: not measured, refused",
	} {
		require.Contains(t, text, part)
	}
}

func readText(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(text)
}

func TestTheOperationsOfARateAreCounted(t *testing.T) {
	b := &bench{settings: settings{count: 400, openFor: 12 * time.Second}}
	require.Equal(t, 120, b.countOf(load{rate: lightRate}))
	require.Equal(t, 400, b.countOf(load{clients: 50}))
}

func TestTheGatewayIsHeldAgainstTheSDK(t *testing.T) {
	closed := &Overhead{Operation: opPropose, Load: "50 clients", Rates: []float64{0.8, 0.9, 0.97}, Ratio: 0.9}
	open := &Overhead{Operation: opRead, Load: "10/s", AddedP50: 12.5}
	results := &Results{
		Overheads: []*Overhead{closed, open},
		Served:    []*Served{{State: "at rest", Resident: 60e6, Peak: 61e6, Heap: 11e6, PeakHeap: 12e6}},
		Messages:  []GoBenchmark{{Name: "ReadCC015C", Items: 100, Milliseconds: 4.2, MBPerSecond: 21.7, Bytes: 1000, Allocations: 10}},
	}
	require.Equal(t, []Target{
		{"hand-off: propose through the gateway to the SDK, 50 clients", 0.85, 0.9, true},
		{"read a movement through the gateway, 10/s: ms added to the p50, at most", 10, 12.5, false},
	}, results.targets())
	var text strings.Builder
	results.markdown(&text)
	require.Contains(t, text.String(), "| hand-off: propose | 50 clients | 0.0 | 0.0 | 0.90 | 0.80, 0.90, 0.97 |")
	require.Contains(t, text.String(), "| at rest | 0 | 0 | 60 | 61 | 11 | 12 |")
	require.Contains(t, text.String(), "| ReadCC015C | 100 | 4.20 | 21.7 | 1000 | 10 |")
}

// The read model of a ledger that never ran answers every question that the part asks of it, and its sums are those of its rows.
func TestTheSeededLedgerAnswersWhatIsAsked(t *testing.T) {
	q, err := querySize(t.Context(), t.TempDir(), 400, t.Logf)
	require.NoError(t, err)
	for _, row := range q.Rows {
		require.Equal(t, askedOften, row.Asked, row.Query)
		require.Positive(t, row.Rows, row.Query)
	}
}
