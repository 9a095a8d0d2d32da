package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"carec.example/cats/network"
	"carec.example/cats/network/bench/measure"
	"carec.example/cats/network/nodes"
)

// Kinds of processes whose processor time is told apart.
const (
	byOrderers  = "orderers"
	byPeers     = "peers"
	byChaincode = "chaincode"
	byClient    = "client"
	byGateway   = "gateway"
)

// meter reads what the processes of the network have used.
type meter struct {
	net *network.Network
	// others are processes beside the network, by number, with their kind.
	others map[int]string
}

// beside makes the meter read a process that is none of the network's.
func (m *meter) beside(kind string, pid int) {
	if m.others == nil {
		m.others = map[int]string{}
	}
	m.others[pid] = kind
}

// without makes the meter forget such a process.
func (m *meter) without(pid int) { delete(m.others, pid) }

// reading is the state of all counters at one time.
type reading struct {
	at      time.Time
	cpu     map[string]time.Duration
	machine time.Duration
}

func (m *meter) read(ctx context.Context) (reading, error) {
	statuses, err := m.net.Status(ctx)
	if err != nil {
		return reading{}, err
	}
	r := reading{at: time.Now(), cpu: map[string]time.Duration{}}
	for _, s := range statuses {
		if s.PID == 0 {
			continue
		}
		used, err := measure.ProcessTime(s.PID)
		if err != nil {
			return r, err
		}
		r.cpu[kindOf(s.Kind)] += used
	}
	for pid, kind := range m.others {
		used, err := measure.ProcessTime(pid)
		if err != nil {
			return r, err
		}
		r.cpu[kind] += used
	}
	if r.cpu[byClient], err = measure.ProcessTime(os.Getpid()); err != nil {
		return r, err
	}
	r.machine, err = measure.MachineTime()
	return r, err
}

func kindOf(kind string) string {
	switch kind {
	case nodes.Orderer:
		return byOrderers
	case nodes.Peer:
		return byPeers
	default:
		return byChaincode
	}
}

// usage is what was used between two readings.
type usage struct {
	// CPU is processor time by kind of process.
	CPU map[string]time.Duration
	// Mine and Others are shares of the machine: of the network with the load generator, and of everybody else.
	Mine, Others float64
}

func (r reading) since(earlier reading) usage {
	u := usage{CPU: map[string]time.Duration{}}
	var mine time.Duration
	for kind, used := range r.cpu {
		u.CPU[kind] = used - earlier.cpu[kind]
		mine += u.CPU[kind]
	}
	whole := float64(r.at.Sub(earlier.at)) * float64(runtime.NumCPU())
	u.Mine = float64(mine) / whole
	u.Others = max(0, float64(r.machine-earlier.machine-mine)/whole)
	return u
}

// tally counts what the SDK's receipts say.
type tally struct {
	mu                                sync.Mutex
	receipts, endorsements, proposals int
}

func (t *tally) add(endorsers, attempts int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.receipts++
	t.endorsements += endorsers
	t.proposals += attempts
}

// blockBytes is the size of a peer's block files.
func blockBytes(ledger string) int64 {
	files, err := filepath.Glob(filepath.Join(ledger, "chains", "chains", "*", "blockfile_*"))
	if err != nil {
		return 0
	}
	var sum int64
	for _, file := range files {
		if info, err := os.Stat(file); err == nil {
			sum += info.Size()
		}
	}
	return sum
}

// folders sums the files below each of a peer's stores.
func folders(ledger string) map[string]int64 {
	sizes := map[string]int64{}
	for _, store := range stores() {
		_ = filepath.Walk(filepath.Join(ledger, store.folder), func(_ string, info os.FileInfo, err error) error {
			if err == nil && info.Mode().IsRegular() {
				sizes[store.name] += info.Size()
			}
			return nil
		})
	}
	return sizes
}

// store is one part of a peer's ledger on disk.
type store struct{ name, folder string }

func stores() []store {
	return []store{
		{"blocks", filepath.Join("chains", "chains")},
		{"block index", filepath.Join("chains", "index")},
		{"state", "stateLeveldb"},
		{"history", "historyLeveldb"},
		{privateStore, "pvtdataStore"},
	}
}

const privateStore = "private content"

// memory is the largest resident set of each kind of process, in bytes, seen so far.
type memory map[string]uint64

func (m memory) look(ctx context.Context, net *network.Network) {
	statuses, err := net.Status(ctx)
	if err != nil {
		return
	}
	for _, s := range statuses {
		name := s.Kind
		for _, other := range []string{noopChaincode, assetChaincode} {
			if s.Kind == nodes.Chaincode && strings.HasSuffix(s.Name, "-"+other) {
				name += " " + other
			}
		}
		m[name] = max(m[name], s.Memory)
	}
}

// restarts counts how often a process was started again, and says why the last time.
func restarts(ctx context.Context, net *network.Network) []string {
	statuses, err := net.Status(ctx)
	if err != nil {
		return nil
	}
	var all []string
	for _, s := range statuses {
		if s.Restarts > 0 {
			all = append(all, fmt.Sprintf("%s was started again %d times: %s", s.Name, s.Restarts, s.LastExit))
		}
	}
	return all
}

func (m memory) names() []string {
	var names []string
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
