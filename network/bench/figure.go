package main

import (
	"slices"
	"time"

	"carec.example/cats/network/bench/measure"
)

// operation is one kind of operation that is measured.
type operation string

// The operations. Those of a movement are in the order of its life.
const (
	opNoop      operation = "no-op"
	opNoopKeyed operation = "no-op, key policy"
	opNoopTwo   operation = "no-op, two keys with a policy"
	opCreate    operation = "plain asset: create"
	opTransfer  operation = "plain asset: transfer"
	opRegister  operation = "register guarantee"
	opLodge     operation = "lodge"
	opAccept    operation = "accept"
	opRelease   operation = "release"
	opDeliver   operation = "deliver content"
	opPropose   operation = "hand-off: propose"
	opReceive   operation = "hand-off: accept"
	opArrive    operation = "arrive"
	opResults   operation = "record results"
	opDischarge operation = "discharge"
)

// operations lists all in the order of the tables.
func operations() []operation {
	return []operation{
		opNoop, opNoopKeyed, opNoopTwo, opCreate, opTransfer, opRegister, opLodge, opAccept, opRelease, opDeliver, opPropose, opReceive,
		opArrive, opResults, opDischarge,
	}
}

// transactions is the number of ledger transactions that one operation takes.
func (o operation) transactions() int {
	switch o {
	case opLodge, opRegister:
		return 2
	case opGet, opFirstPage, opPage:
		return 0
	}
	return 1
}

// endorsements of one transaction, for operations that have no receipts; 0 where receipts tell.
func (o operation) endorsements() float64 {
	switch o {
	case opNoop, opNoopKeyed, opNoopTwo, opNoopRecord, opNoopRecords, opCreate, opTransfer:
		return 2
	}
	return 0
}

// governed is the number of keys under a policy of their own that an operation rewrites: the course of a movement, and a
// balance record where a guarantee is locked or freed. What creates its keys rewrites none.
func (o operation) governed() int {
	switch o {
	case opNoopKeyed, opNoopRecord, opAccept, opPropose, opReceive, opArrive, opResults:
		return 1
	case opNoopTwo, opNoopRecords, opRelease, opDischarge:
		return 2
	}
	return 0
}

// figure is one stage: many operations of one kind under one load.
type figure struct {
	operation operation
	load      string
	round     int
	measured  *measure.Load
	usage     usage
	blocks    int64
	carried   int64
	tally     *tally
	// ceiling is the rate of the no-op measured next to this stage, 0 if there was none.
	ceiling float64
}

// Row is what all rounds of one operation under one load come to.
type Row struct {
	Operation operation `json:"operation"`
	Load      string    `json:"load"`
	// Transactions is the number of ledger transactions of one operation.
	Transactions int `json:"transactions"`
	// Endorsements of a transaction, mean.
	Endorsements float64 `json:"endorsements"`
	// Attempts is the mean number of proposals per transaction that the SDK needed.
	Attempts float64 `json:"attempts,omitempty"`
	Done     int     `json:"done"`
	Failed   int     `json:"failed"`
	// PerSecond is the number of operations a second.
	PerSecond float64 `json:"perSecond"`
	// ToNoop is the rate of transactions in relation to the no-op's, measured right before and after.
	ToNoop float64 `json:"toNoop,omitempty"`
	// CPUToNoop is the no-op's processor time in relation to this operation's, transaction by transaction, under the same
	// load: what ToNoop would be on a machine that does nothing else and is the limit.
	CPUToNoop float64 `json:"cpuToNoop,omitempty"`
	// ToGoverned is ToNoop in relation to that of the no-op on as many keys with a policy of their own, which is what the
	// network can do at best with such keys; CPUToGoverned the same of processor time.
	ToGoverned    float64 `json:"toGoverned,omitempty"`
	CPUToGoverned float64 `json:"cpuToGoverned,omitempty"`
	// OfNoop is the operation's processor time in relation to that of the no-op right before and after it (anatomy).
	OfNoop float64 `json:"ofNoop,omitempty"`
	// P50, P95, P99 are latencies in milliseconds.
	P50 float64 `json:"p50ms"`
	P95 float64 `json:"p95ms"`
	P99 float64 `json:"p99ms"`
	// CPU is the processor time of one operation in milliseconds, by kind of process, over all processes of the kind.
	CPU   map[string]float64 `json:"cpuMs"`
	Total float64            `json:"cpuTotalMs"`
	// Mine and Others are the shares of the machine in percent: the network with the load generator, and everybody else.
	Mine   float64 `json:"minePercent"`
	Others float64 `json:"othersPercent"`
	// BlockBytes is the growth of a peer's block files per operation.
	BlockBytes float64 `json:"blockBytes"`
	// LinkBytes went between nodes of different organisations for one operation, all links together, where they were counted.
	LinkBytes float64  `json:"linkBytes,omitempty"`
	Errors    []string `json:"errors,omitempty"`
	// Late is by how much the load generator started an operation too late at worst, in milliseconds (open loop).
	Late float64 `json:"lateMs,omitempty"`
}

// rows adds the rounds up.
func rows(figures []*figure) []Row {
	all := rowsOf(figures, operations())
	noop := map[string]float64{}
	for _, r := range all {
		if r.Operation == opNoop {
			noop[r.Load] = r.Total
		}
	}
	for i := range all {
		if r := &all[i]; r.Total > 0 {
			r.CPUToNoop = float64(r.Transactions) * noop[r.Load] / r.Total
		}
	}
	for i := range all {
		all[i].besideGoverned(all)
	}
	return all
}

// besideGoverned holds a row against the no-op on as many keys with a policy, under the same load.
func (r *Row) besideGoverned(all []Row) {
	keys := r.Operation.governed()
	if keys == 0 {
		return
	}
	at := slices.IndexFunc(all, func(other Row) bool {
		return other.Load == r.Load && other.Operation == []operation{opNoopKeyed, opNoopTwo}[keys-1]
	})
	if at < 0 {
		return
	}
	if all[at].ToNoop > 0 {
		r.ToGoverned = r.ToNoop / all[at].ToNoop
	}
	if r.Total > 0 {
		r.CPUToGoverned = float64(r.Transactions) * all[at].Total / r.Total
	}
}

// rowsOf adds the rounds up of the given operations, in their order, load after load.
func rowsOf(figures []*figure, those []operation) []Row {
	type key struct {
		load      string
		operation operation
	}
	groups := map[key][]*figure{}
	var loads []string
	for _, f := range figures {
		if !slices.Contains(loads, f.load) {
			loads = append(loads, f.load)
		}
		k := key{f.load, f.operation}
		groups[k] = append(groups[k], f)
	}
	var all []Row
	for _, load := range loads {
		for _, o := range those {
			if group := groups[key{load, o}]; group != nil {
				all = append(all, rowOf(group))
			}
		}
	}
	return all
}

// perOperation is the processor time of one operation in milliseconds.
func (f *figure) perOperation() float64 {
	var sum time.Duration
	for _, used := range f.usage.CPU {
		sum += used
	}
	return milliseconds(sum) / float64(max(f.measured.Done, 1))
}

func rowOf(group []*figure) Row {
	first := group[0]
	r := Row{
		Operation: first.operation, Load: first.load, Transactions: first.operation.transactions(),
		Endorsements: first.operation.endorsements(), CPU: map[string]float64{},
	}
	var latency measure.Sample
	var window time.Duration
	var ratios []float64
	counted, blocks, carried, receipts, endorsements, proposals := 0, int64(0), int64(0), 0, 0, 0
	for _, f := range group {
		latency.Merge(&f.measured.Latency)
		counted += f.measured.Counted
		window += f.measured.Window
		r.Done += f.measured.Done
		r.Failed += f.measured.Failed
		blocks += f.blocks
		carried += f.carried
		r.Mine += 100 * f.usage.Mine / float64(len(group))
		r.Others += 100 * f.usage.Others / float64(len(group))
		r.Late = max(r.Late, milliseconds(f.measured.Late))
		receipts, endorsements, proposals = receipts+f.tally.receipts, endorsements+f.tally.endorsements, proposals+f.tally.proposals
		for kind, used := range f.usage.CPU {
			r.CPU[kind] += milliseconds(used)
		}
		for _, err := range f.measured.Errors {
			r.Errors = append(r.Errors, err.Error())
		}
		if f.ceiling > 0 {
			ratios = append(ratios, float64(r.Transactions)*f.measured.Rate()/f.ceiling)
		}
	}
	r.PerSecond = float64(counted) / window.Seconds()
	r.ToNoop = measure.Median(ratios)
	r.P50, r.P95, r.P99 = quantiles(&latency)
	if r.Done > 0 {
		for kind := range r.CPU {
			r.CPU[kind] /= float64(r.Done)
			r.Total += r.CPU[kind]
		}
		r.BlockBytes = float64(blocks) / float64(r.Done)
		r.LinkBytes = float64(carried) / float64(r.Done)
	}
	if receipts > 0 {
		r.Endorsements = float64(endorsements) / float64(receipts)
		r.Attempts = float64(proposals) / float64(receipts)
	}
	return r
}

func quantiles(s *measure.Sample) (p50, p95, p99 float64) {
	return milliseconds(s.Quantile(0.5)), milliseconds(s.Quantile(0.95)), milliseconds(s.Quantile(0.99))
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
