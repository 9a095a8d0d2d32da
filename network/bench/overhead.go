package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/gateway"
	"carec.example/cats/network/bench/measure"
)

// This part takes the same operations through the SDK, in the process of the load generator, and through the gateway of
// the organisation's application, a process of its own, over HTTPS with the client certificate of the same identity. Stages of the
// two come in turn, each pair in the other order than the one before, so that what the machine does over minutes cancels out.

// Overhead is what the gateway adds to one operation under one load.
type Overhead struct {
	Operation operation `json:"operation"`
	Load      string    `json:"load"`
	SDK       Row       `json:"sdk"`
	Gateway   Row       `json:"gateway"`
	// Rates of the pairs, gateway to SDK; Ratio is their median.
	Rates []float64 `json:"rates,omitempty"`
	Ratio float64   `json:"ratio,omitempty"`
	// AddedP50 and AddedP95 are the differences of the latencies, in milliseconds.
	AddedP50 float64 `json:"addedP50ms"`
	AddedP95 float64 `json:"addedP95ms"`
	// Process is by how much the processor time of the applications' processes for one operation is higher when it goes through them than
	// when it goes past them (they follow the ledger all the same); the work of the SDK is a part of it. Client is what the load
	// generator, which does that work otherwise, uses less; Added what all processes together use more. In milliseconds.
	Process float64 `json:"gatewayCpuMs"`
	Client  float64 `json:"clientCpuLessMs"`
	Added   float64 `json:"addedCpuMs"`
}

// opRead is the reading of one movement.
const opRead operation = "read a movement"

// The targets of this part.
const (
	targetRate  = 0.85
	targetAdded = 10 // ms
)

// way is how an operation is done: through the SDK or through the gateway.
type way struct {
	operation operation
	to        transit.State
	// restore is done without being measured before the operation, from where the one before has left the movements.
	restore func(ctx context.Context, movements []*movement) error
	// often is how many times each movement is gone through under the closed loop, 0 for once: a stage of what is done in a
	// millisecond would be over before it says anything.
	often int
	sdk   func(ctx context.Context, m *movement) (*transit.Course, cats.Receipt, error)
	http  func(ctx context.Context, m *movement) (*transit.Course, cats.Receipt, error)
}

// overheads measures the part gateway.
func (b *bench) overheads(ctx context.Context, results *Results) (err error) {
	b.log("  the gateway beside the SDK")
	var applications []*application
	defer func() {
		for _, a := range applications {
			err = errors.Join(err, a.close())
		}
	}()
	for _, organisation := range []string{"CN", "KZ"} {
		a, err := b.serve(ctx, organisation)
		if err != nil {
			return err
		}
		applications = append(applications, a)
	}
	if err := b.greet(ctx, applications...); err != nil {
		return err
	}
	clients := load{clients: slices.Max(b.settings.clients)}
	pairs := 2 * b.settings.rounds
	closed := b.declare(2 * pairs * perStage(b.settings.count))
	// Half the rate: what is told apart here are milliseconds, and a queue would hide them.
	light := load{rate: b.settings.rate / 2}
	open := b.declare(2 * pairs * perStage(int(b.settings.rate*b.settings.openFor.Seconds())))
	for _, run := range []struct {
		load      load
		movements []*movement
	}{{clients, closed}, {light, open}} {
		for _, w := range b.ways(applications[0], applications[1]) {
			found, err := b.overhead(ctx, w, run.load, pairs, run.movements)
			if err != nil {
				return err
			}
			results.Overheads = append(results.Overheads, found)
		}
	}
	return nil
}

// greet has each caller ask its gateway once, so that connections and clients are open before anything counts, as they are in a
// day's work.
func (b *bench) greet(ctx context.Context, applications ...*application) error {
	for _, a := range applications {
		for _, identity := range map[string][]string{
			"CN": {"cn-trader-tianshan", "cn-officer-urumqi"}, "KZ": {"kz-officer-khorgos"},
		}[a.organisation] {
			if _, err := over[map[string]any](ctx, a, identity, http.MethodGet, "/v1/movements?size=1", nil); err != nil {
				return err
			}
		}
	}
	return nil
}

// perStage is the number of operations of one of the four stages that a round has.
func perStage(count int) int { return max(1, count/2) }

// overhead takes an operation in pairs of stages, each on movements of its own.
func (b *bench) overhead(ctx context.Context, w way, l load, pairs int, movements []*movement) (*Overhead, error) {
	if w.restore != nil {
		if err := w.restore(ctx, movements); err != nil {
			return nil, err
		}
	}
	o := &Overhead{Operation: w.operation, Load: l.String()}
	figures := map[bool][]*figure{}
	size := len(movements) / (2 * pairs)
	for pair := range pairs {
		rate := map[bool]float64{}
		for turn := range 2 {
			throughGateway := (pair+turn)%2 == 1
			f, err := b.overheadStage(ctx, w, l, 2*pair+turn, throughGateway, movements[:size])
			if err != nil {
				return nil, err
			}
			movements = movements[size:]
			rate[throughGateway] = f.measured.Rate()
			figures[throughGateway] = append(figures[throughGateway], f)
		}
		if l.rate == 0 {
			o.Rates = append(o.Rates, rate[true]/rate[false])
		}
	}
	o.Ratio = measure.Median(o.Rates)
	o.SDK, o.Gateway = rowOf(figures[false]), rowOf(figures[true])
	o.AddedP50, o.AddedP95 = o.Gateway.P50-o.SDK.P50, o.Gateway.P95-o.SDK.P95
	o.Process, o.Client = o.Gateway.CPU[byGateway]-o.SDK.CPU[byGateway], o.SDK.CPU[byClient]-o.Gateway.CPU[byClient]
	o.Added = o.Gateway.Total - o.SDK.Total
	b.log("    %s, %s: ratio %.2f, p50 %+.1f ms, p95 %+.1f ms, gateway %.1f ms, all %+.1f ms of processor", o.Operation, o.Load, o.Ratio,
		o.AddedP50, o.AddedP95, o.Process, o.Added)
	return o, nil
}

// overheadStage takes an operation on some movements in one of the two ways.
func (b *bench) overheadStage(ctx context.Context, w way, l load, number int, throughGateway bool, movements []*movement) (*figure, error) {
	do := w.through(w.sdk)
	if throughGateway {
		do = w.through(w.http)
	}
	count := len(movements)
	if l.rate == 0 {
		count *= max(1, w.often)
	}
	f, err := b.stage(ctx, w.operation, l, number, count, func(ctx context.Context, number int, t *tally) error {
		m := movements[number%len(movements)]
		if w.often == 0 {
			return do.take(ctx, m, t)
		}
		// More than one may be at a movement, which stays as it is.
		if _, _, err := do.do(ctx, m); err != nil {
			return err
		}
		t.add(0, 1)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if f.measured.Failed > 0 {
		return nil, fmt.Errorf("%s: %w", w.operation, errors.Join(f.measured.Errors...))
	}
	return f, nil
}

func (w way) through(do func(context.Context, *movement) (*transit.Course, cats.Receipt, error)) step {
	return step{operation: w.operation, to: w.to, do: do}
}

// ways are the operations, in the order of a movement's life: cn and kz are the applications of the two countries.
func (b *bench) ways(cn, kz *application) []way {
	a := b.actors
	return []way{
		{operation: opLodge, to: transit.Submitted, sdk: b.lodging().do, http: lodgeOver(cn)},
		{
			operation: opRead, to: transit.Submitted, often: 20,
			// What has been lodged is still being read for the search.
			restore: func(ctx context.Context, _ []*movement) error {
				return errors.Join(cn.quiet(ctx, 2*time.Minute), kz.quiet(ctx, 2*time.Minute))
			},
			sdk: func(ctx context.Context, m *movement) (*transit.Course, cats.Receipt, error) {
				view, err := a.departure.Movements().Get(ctx, m.id)
				if err != nil {
					return nil, cats.Receipt{}, err
				}
				return &view.Movement.Course, cats.Receipt{}, nil
			},
			http: readOver(cn),
		},
		{
			operation: opPropose, to: transit.Released, restore: b.onTheWay,
			sdk: func(ctx context.Context, m *movement) (*transit.Course, cats.Receipt, error) {
				return a.departure.Movements().ProposeHandOff(ctx, m.id)
			},
			http: stepOver(cn, "cn-officer-urumqi", "propose-hand-off"),
		},
		{
			operation: opReceive, to: transit.Released,
			sdk: func(ctx context.Context, m *movement) (*transit.Course, cats.Receipt, error) {
				return a.khorgos.Movements().AcceptHandOff(ctx, m.id)
			},
			http: stepOver(kz, "kz-officer-khorgos", "accept-hand-off"),
		},
	}
}

// onTheWay accepts and releases movements, and waits until the courier of the application has delivered their content.
func (b *bench) onTheWay(ctx context.Context, movements []*movement) error {
	from, err := b.height(ctx)
	if err != nil {
		return err
	}
	watching, stop := context.WithCancel(ctx)
	w := newWatch(movements)
	failed := make(chan error, 1)
	var following sync.WaitGroup
	following.Go(func() { failed <- w.follow(watching, b.actors.analyst, from) })
	defer following.Wait()
	defer stop()
	if err := b.prepare(ctx, movements, b.accepting(), b.releasing()); err != nil {
		return err
	}
	b.log("    waiting for the courier")
	select {
	case <-w.complete:
	case err := <-failed:
		return fmt.Errorf("watching the courier: %w", err)
	case <-time.After(time.Minute + time.Duration(len(movements))*time.Second):
		return errors.New("the application's courier leaves content undelivered")
	case <-ctx.Done():
		return ctx.Err()
	}
	return b.settle(ctx)
}

// over asks a gateway as an identity and reads its answer.
func over[T any](ctx context.Context, a *application, identity, method, path string, body any) (*T, error) {
	caller, err := a.caller(identity)
	if err != nil {
		return nil, err
	}
	var raw []byte
	if body != nil {
		if raw, err = json.Marshal(body); err != nil {
			return nil, err
		}
	}
	request, err := http.NewRequestWithContext(ctx, method, "https://"+a.gateway+path, bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if method != http.MethodGet {
		request.Header.Set("Idempotency-Key", rand.Text())
	}
	response, err := caller.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	if response.StatusCode >= http.StatusMultipleChoices {
		return nil, fmt.Errorf("%s %s: %s: %s", method, path, response.Status, bytes.TrimSpace(answer))
	}
	v := new(T)
	return v, json.Unmarshal(answer, v)
}

// receiptOf is what a gateway's receipt says of a transaction, which the gateway may have tried more than once without telling.
func receiptOf(r gateway.Receipt) cats.Receipt {
	return cats.Receipt{TransactionID: r.TransactionID, BlockNumber: r.BlockNumber, Endorsers: r.Endorsers, Attempts: 1}
}

func lodgeOver(a *application) func(context.Context, *movement) (*transit.Course, cats.Receipt, error) {
	return func(ctx context.Context, m *movement) (*transit.Course, cats.Receipt, error) {
		done, err := over[gateway.Changed[transit.Movement]](ctx, a, "cn-trader-tianshan", http.MethodPost, "/v1/movements", m.std)
		if err != nil {
			return nil, cats.Receipt{}, err
		}
		return &done.Record.Course, receiptOf(done.Receipt), nil
	}
}

func stepOver(a *application, identity, name string) func(context.Context, *movement) (*transit.Course, cats.Receipt, error) {
	return func(ctx context.Context, m *movement) (*transit.Course, cats.Receipt, error) {
		done, err := over[gateway.Changed[transit.Course]](ctx, a, identity, http.MethodPost, "/v1/movements/"+m.id+"/"+name, nil)
		if err != nil {
			return nil, cats.Receipt{}, err
		}
		return &done.Record, receiptOf(done.Receipt), nil
	}
}

func releaseOver(a *application, limit string) func(context.Context, *movement) (*transit.Course, cats.Receipt, error) {
	return func(ctx context.Context, m *movement) (*transit.Course, cats.Receipt, error) {
		done, err := over[gateway.Changed[transit.Course]](ctx, a, "cn-officer-urumqi", http.MethodPost, "/v1/movements/"+m.id+"/release",
			map[string]string{"timeLimit": limit})
		if err != nil {
			return nil, cats.Receipt{}, err
		}
		return &done.Record, receiptOf(done.Receipt), nil
	}
}

// readOver reads as the officer of departure, too.
func readOver(a *application) func(context.Context, *movement) (*transit.Course, cats.Receipt, error) {
	return func(ctx context.Context, m *movement) (*transit.Course, cats.Receipt, error) {
		view, err := over[transit.MovementView](ctx, a, "cn-officer-urumqi", http.MethodGet, "/v1/movements/"+m.id, nil)
		if err != nil {
			return nil, cats.Receipt{}, err
		}
		return &view.Movement.Course, cats.Receipt{}, nil
	}
}

// target holds the closed loop's rate, or the open loop's latency, against what was wanted.
func (o *Overhead) target() Target {
	if o.Ratio > 0 {
		return Target{fmt.Sprintf("%s through the gateway to the SDK, %s", o.Operation, o.Load), targetRate, o.Ratio, o.Ratio >= targetRate}
	}
	return Target{
		fmt.Sprintf("%s through the gateway, %s: ms added to the p50, at most", o.Operation, o.Load), targetAdded, o.AddedP50,
		o.AddedP50 <= targetAdded,
	}
}

func (p printer) overheads(all []*Overhead) {
	if len(all) == 0 {
		return
	}
	p.line("\n### The gateway beside the SDK\n")
	p.line("| operation | load | SDK: per second | gateway: per second | of the SDK's rate (median of the pairs) | each pair | SDK: p50 / p95 ms " +
		"| gateway: p50 / p95 ms | added p50 / p95 ms | ms of processor: gateway | client, less | all processes, more |")
	p.line("|---|---|--:|--:|--:|---|--:|--:|--:|--:|--:|--:|")
	for _, o := range all {
		pairs := ""
		for i, r := range o.Rates {
			if i > 0 {
				pairs += ", "
			}
			pairs += fmt.Sprintf("%.2f", r)
		}
		p.line("| %s | %s | %.1f | %.1f | %s | %s | %.0f / %.0f | %.0f / %.0f | %+.1f / %+.1f | %.1f | %.1f | %+.1f |", o.Operation, o.Load,
			o.SDK.PerSecond, o.Gateway.PerSecond, ratio(o.Ratio), pairs, o.SDK.P50, o.SDK.P95, o.Gateway.P50, o.Gateway.P95,
			o.AddedP50, o.AddedP95, o.Process, o.Client, o.Added)
	}
}
