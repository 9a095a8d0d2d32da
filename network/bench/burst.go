package main

import (
	"context"
	"fmt"
	"time"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/network/bench/measure"
)

// Burst is releases that all begin at once, or go on for a while, on one way of keeping guarantees.
type Burst struct {
	Name string `json:"name"`
	// Clients release at the same time, Count in all.
	Clients int `json:"clients"`
	Count   int `json:"count"`
	// Rates are releases a second of each round, PerSecond their median.
	Rates     []float64 `json:"rates"`
	PerSecond float64   `json:"perSecond"`
	// ToOwn is the median over the rounds of the rate in relation to that on guarantees of their own.
	ToOwn    float64  `json:"toOwn"`
	Attempts float64  `json:"attempts"`
	Done     int      `json:"done"`
	Failed   int      `json:"failed"`
	P50      float64  `json:"p50ms"`
	P99      float64  `json:"p99ms"`
	Errors   []string `json:"errors,omitempty"`

	latency measure.Sample
	tally   tally
}

// contender is a way of keeping guarantees for releases in parallel.
type contender struct {
	name string
	// balances of the one guarantee; 0 for a guarantee of its own for every client.
	balances int
	// processes is the number of programs that release, each with a queue of its own.
	processes int
	burst     *Burst
	one       *guarantee
}

func contenders() []*contender {
	return []*contender{
		{name: "each client on its own guarantee", processes: 1},
		{name: "one guarantee, 64 balance records", balances: 64, processes: 1},
		{name: "one guarantee, 32 balance records", balances: 32, processes: 1},
		{name: "one guarantee, 16 balance records", balances: 16, processes: 1},
		{name: "one guarantee, 64 balance records, two programs that know nothing of each other", balances: 64, processes: 2},
	}
}

// bursts has every contender release the same number of movements in turn, round after round. The rates of the first
// contender are what the others are held against, round by round.
func (b *bench) bursts(ctx context.Context, clients, count, rounds int, those []*contender) ([]*Burst, error) {
	second, err := cats.Open(ctx, b.profile, "cn-officer-urumqi", cats.WithQueues(cats.NewQueues()))
	if err != nil {
		return nil, err
	}
	defer second.Close()
	officers := []*cats.Client{b.actors.departure, second}
	var all []*Burst
	for _, c := range those {
		c.burst = &Burst{Name: c.name, Clients: clients, Count: count}
		all = append(all, c.burst)
		if c.balances > 0 {
			if c.one, err = b.newGuarantee(ctx, c.balances, nil); err != nil {
				return nil, err
			}
		}
	}
	for round := range rounds {
		b.log("  releases in parallel: round %d", round+1)
		for _, c := range those {
			if err := b.burstOnce(ctx, c, officers); err != nil {
				return nil, err
			}
		}
	}
	for _, burst := range all {
		burst.finish(all[0].Rates)
	}
	return all, nil
}

func (b *bench) burstOnce(ctx context.Context, c *contender, officers []*cats.Client) error {
	burst := c.burst
	movements := b.declareOn(burst.Count, func(i int) *guarantee {
		if c.one != nil {
			return c.one
		}
		return b.own[i%burst.Clients]
	})
	if err := b.prepareAccepted(ctx, movements); err != nil {
		return err
	}
	limit := time.Now().AddDate(0, 0, 20).UTC().Format(time.DateOnly)
	l := measure.Closed(ctx, burst.Clients, burst.Count, func(ctx context.Context, number int) error {
		officer := officers[number%c.processes]
		release := step{opRelease, transit.Released, func(ctx context.Context, m *movement) (*transit.Course, cats.Receipt, error) {
			return officer.Movements().Release(ctx, m.id, limit)
		}}
		return release.take(ctx, movements[number], &burst.tally)
	})
	burst.add(l)
	b.log("    %-45s %6.1f/s, %d failed", burst.Name, burst.Rates[len(burst.Rates)-1], l.Failed)
	return b.settle(ctx)
}

// add takes in one round. What counts is when the last one was through.
func (u *Burst) add(l *measure.Load) {
	u.Rates = append(u.Rates, float64(l.Done)/l.Whole.Seconds())
	u.Done += l.Done
	u.Failed += l.Failed
	u.latency.Merge(&l.Latency)
	for _, err := range l.Errors {
		u.Errors = append(u.Errors, err.Error())
	}
}

func (u *Burst) finish(own []float64) {
	u.PerSecond = measure.Median(u.Rates)
	ratios := make([]float64, len(u.Rates))
	for i := range ratios {
		ratios[i] = u.Rates[i] / own[i]
	}
	u.ToOwn = measure.Median(ratios)
	u.P50, _, u.P99 = quantiles(&u.latency)
	if u.tally.receipts > 0 {
		u.Attempts = float64(u.tally.proposals) / float64(u.tally.receipts)
	}
}

// failures describes what did not succeed although it should have, after all of the SDK's retries.
func (u *Burst) failures() error {
	if u.Failed == 0 {
		return nil
	}
	return fmt.Errorf("%s: %d of %d releases failed: %s", u.Name, u.Failed, u.Failed+u.Done, u.Errors[0])
}
