package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/network/bench/measure"
	"carec.example/cats/network/topology"
)

func TestFlags(t *testing.T) {
	s, err := parse(nil)
	require.NoError(t, err)
	require.Equal(t, []int{100}, s.clients)
	require.Equal(t, []string{"rules", "wave", "ceiling", "lodge", "delivery", "bursts"}, s.parts, "the long parts are done when they are named")
	require.Equal(t, 100*time.Millisecond, s.delays[3])
	require.Equal(t, []int{1000, 10000, 100000}, s.seed)

	s, err = parse([]string{"-short"})
	require.NoError(t, err)
	require.Equal(t, []string{"wave", "bursts"}, s.parts)
	require.Equal(t, 1, s.rounds)

	s, err = parse([]string{"-short", "-parts", "anatomy"})
	require.NoError(t, err)
	require.Equal(t, []string{"anatomy"}, s.parts, "a part that is asked for is done")

	for _, wrong := range [][]string{
		{"-parts", "waves"}, {"-clients", "a"}, {"-clients", "500"}, {"-delays", "-1"}, {"-count", "0"}, {"-profile", "nothing"},
		{"-items", "0"}, {"-items", "1000"}, {"-legs", "1,2"}, {"-legs", "9"}, {"-legs", "4,2"}, {"-seed", "0"}, {"-seed", "x"},
	} {
		_, err := parse(wrong)
		require.Error(t, err, wrong)
	}
}

func TestEveryNodeOfTheFarTopologyStandsBehindAnAddressOfItsOrganisation(t *testing.T) {
	root, err := findRoot()
	require.NoError(t, err)
	path, err := farTopology(root, t.TempDir())
	require.NoError(t, err)
	far, err := topology.Load(path)
	require.NoError(t, err)
	hosts := map[string]bool{}
	for _, o := range far.Organisations {
		require.True(t, strings.HasPrefix(o.Peer.Host, "127.0.1."), o.Peer.Host)
		require.Equal(t, "127.0.0.1", o.Peer.Listen)
		require.False(t, hosts[o.Peer.Host], "two organisations at one address")
		hosts[o.Peer.Host] = true
		if o.Orderer != nil {
			require.Equal(t, o.Peer.Host, o.Orderer.Host)
			require.Equal(t, "127.0.0.1", o.Orderer.Listen)
		}
	}
	require.Len(t, far.Orderers(), 4)
}

// loadOf makes a measured load of a rate.
func loadOf(perSecond int, latency time.Duration) *measure.Load {
	l := &measure.Load{Done: perSecond, Counted: perSecond, Window: time.Second}
	for range perSecond {
		l.Latency.Add(latency)
	}
	return l
}

func TestRowsAddUpRounds(t *testing.T) {
	cpu := func(ms int) usage {
		return usage{CPU: map[string]time.Duration{byPeers: time.Duration(ms) * time.Millisecond}, Mine: 0.5, Others: 0.25}
	}
	figures := []*figure{
		{operation: opLodge, load: "50 clients", measured: loadOf(40, time.Second), usage: cpu(400), blocks: 4000, tally: &tally{}, ceiling: 100},
		{operation: opNoop, load: "50 clients", measured: loadOf(100, time.Second), tally: &tally{}},
		{
			operation: opLodge, load: "50 clients", measured: loadOf(60, 3*time.Second), usage: cpu(800), blocks: 8000,
			tally: &tally{receipts: 60, endorsements: 120, proposals: 66}, ceiling: 100,
		},
		{operation: opNoop, load: "20/s", measured: loadOf(20, time.Second), tally: &tally{}},
	}
	all := rows(figures)
	require.Len(t, all, 3)
	require.Equal(t, opNoop, all[0].Operation, "in the order of the operations")
	lodge := all[1]
	require.Equal(t, 100, lodge.Done)
	require.InDelta(t, 50, lodge.PerSecond, 1e-9)
	require.InDelta(t, 1.0, lodge.ToNoop, 1e-9, "two transactions each: the median of 0.8 and 1.2")
	require.InDelta(t, 12, lodge.CPU[byPeers], 1e-9)
	require.InDelta(t, 12, lodge.Total, 1e-9)
	require.InDelta(t, 120, lodge.BlockBytes, 1e-9)
	require.InDelta(t, 2, lodge.Endorsements, 1e-9)
	require.InDelta(t, 1.1, lodge.Attempts, 1e-9)
	require.InDelta(t, 50, lodge.Mine, 1e-9)
	require.InDelta(t, 3000, lodge.P50, 1e-9)
	require.Equal(t, "20/s", all[2].Load)
}

func TestTargetsAreHeldAgainstTheMostClients(t *testing.T) {
	r := &Results{Rows: []Row{
		{Operation: opTransfer, Load: "50 clients", PerSecond: 80}, {Operation: opRelease, Load: "50 clients", PerSecond: 40, ToNoop: 0.4},
		{Operation: opTransfer, Load: "100 clients", PerSecond: 90}, {Operation: opRelease, Load: "100 clients", PerSecond: 99, ToNoop: 0.9},
		{Operation: opTransfer, Load: "20/s", PerSecond: 20}, {Operation: opRelease, Load: "20/s", PerSecond: 20, ToNoop: 1},
	}, Bursts: []*Burst{{Name: contenders()[0].name, ToOwn: 1}, {Name: "one", ToOwn: 0.6}}}
	targets := r.targets()
	require.Len(t, targets, 4)
	require.True(t, targets[0].Met)
	require.InDelta(t, 0.9, targets[0].Got, 1e-9)
	require.InDelta(t, 1.1, targets[2].Got, 1e-9)
	require.False(t, targets[3].Met)
}

func TestJudgeFailsOnLossAndNotOnSlowness(t *testing.T) {
	slow := &Results{Bursts: []*Burst{{Name: "one", ToOwn: 0.1, Done: 50}}, Verdicts: []*Verdict{{Movements: 3}, nil}}
	require.NoError(t, slow.judge())
	lost := &Results{Bursts: []*Burst{{Name: "one", Done: 49, Failed: 1, Errors: []string{"conflict"}}}}
	require.ErrorContains(t, lost.judge(), "1 of 50 releases failed: conflict")
	wrong := &Results{Verdicts: []*Verdict{{WrongCount: 1, Wrong: []string{"overdrawn"}}}}
	require.ErrorContains(t, wrong.judge(), "overdrawn")
}

func TestVerdictFindsWhatIsWrong(t *testing.T) {
	usage := func(state transit.UsageState, minor int64) transit.Usage {
		return transit.Usage{
			GRN: "G", Amount: transit.Money{Minor: 100, Currency: currency}, State: state,
			Parts: []transit.UsagePart{{Balance: 0, Minor: minor}},
		}
	}
	record := func(state transit.State, u transit.Usage) *transit.Movement {
		return &transit.Movement{Course: transit.Course{ID: "M", State: state, Guarantees: []transit.Usage{u}}}
	}
	for _, one := range []struct {
		name   string
		record *transit.Movement
		unsure bool
		wrong  int
	}{
		{"a released movement that has locked its amount is right", record(transit.Released, usage(transit.UsageLocked, 100)), false, 0},
		{"one that has not is wrong", record(transit.Released, usage(transit.UsageDeclared, 0)), false, 1},
		{"one that has locked less is wrong", record(transit.Released, usage(transit.UsageLocked, 99)), false, 1},
		{"one that is not as far as it should be is wrong", record(transit.Accepted, usage(transit.UsageDeclared, 0)), false, 1},
		{"unless its step had failed", record(transit.Accepted, usage(transit.UsageDeclared, 0)), true, 0},
	} {
		t.Run(one.name, func(t *testing.T) {
			v := &Verdict{}
			v.movement(&movement{id: "M", grn: "G", minor: 100, state: transit.Released, unsure: one.unsure}, one.record,
				map[string]map[string]int64{"G": {}})
			require.Equal(t, one.wrong, v.WrongCount, v.Wrong)
		})
	}
}

func TestResultsAreWritten(t *testing.T) {
	folder := t.TempDir()
	r := &Results{
		Rows:   []Row{{Operation: opNoop, Load: "50 clients", PerSecond: 123.4, CPU: map[string]float64{}}},
		Bursts: []*Burst{{Name: "each", Rates: []float64{10, 20}}}, Memory: memory{"peer": 1e8}, Anatomy: []Row{{Operation: opNoop}},
		Lives: 1, Disk: map[string]map[string]float64{"CN": {"blocks": 7}}, Profiles: []Profile{{Process: "cn-chaincode", Top: []string{"top"}}},
		Verdicts: []*Verdict{{Movements: 5}}, Distances: []Distance{{OneWay: 20, Rows: []Row{{Operation: opRelease}}}},
	}
	require.NoError(t, r.write(folder))
	text, err := os.ReadFile(filepath.Join(folder, "results.md"))
	require.NoError(t, err)
	for _, part := range []string{"123.4", "10, 20", "| peer |", "CN | 7", "cn-chaincode", "Read back: 5 movements", "20 ms apart"} {
		require.Contains(t, string(text), part)
	}
	_, err = os.Stat(filepath.Join(folder, "results.json"))
	require.NoError(t, err)
}

func TestBurstsAreComparedRoundByRound(t *testing.T) {
	u := &Burst{Name: "one"}
	for _, rate := range []int{30, 80} {
		l := loadOf(rate, time.Second)
		l.Whole = time.Second
		u.add(l)
	}
	u.add(&measure.Load{Failed: 1, Whole: time.Second, Errors: []error{errors.New("no")}})
	u.finish([]float64{60, 100, 50})
	require.InDelta(t, 0.5, u.ToOwn, 1e-9)
	require.InDelta(t, 30, u.PerSecond, 1e-9)
	require.Error(t, u.failures())
}
