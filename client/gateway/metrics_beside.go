package gateway

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"carec.example/cats/client/links/queue"
)

// scrapeTime bounds what is asked for a scrape of the metrics.
const scrapeTime = 3 * time.Second

// besideMetrics asks, when the metrics are read, how far the read model is behind and how the webhooks and the deposits stand. What cannot
// be learnt in time is left out: a scrape fails for nobody's sake, and readiness depends on none of it. No label names a receiver.
type besideMetrics struct {
	gateway                                       *Gateway
	blocks, behindBlocks, behindSeconds, contents *prometheus.Desc
	webhooks, windows                             backlogMetrics
}

// backlogMetrics are how the deliveries of one queue stand.
type backlogMetrics struct{ deliveries, oldest, receivers *prometheus.Desc }

func newBesideMetrics(g *Gateway) *besideMetrics {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(name, help, labels, nil)
	}
	return &besideMetrics{
		gateway:       g,
		blocks:        desc("cats_projection_blocks", "Blocks in the read model."),
		behindBlocks:  desc("cats_projection_behind_blocks", "Blocks at the organisation's peer that are not in the read model."),
		behindSeconds: desc("cats_projection_behind_seconds", "For how long, at most, the read model has lacked something."),
		contents:      desc("cats_projection_contents", "Movements whose content is held for the search, wanted, or purged.", "state"),
		webhooks: backlogMetrics{
			deliveries: desc("cats_webhook_deliveries", "Deliveries to subscribers that wait or were given up.", "state"),
			oldest:     desc("cats_webhook_oldest_seconds", "For how long the oldest delivery has waited."),
			receivers:  desc("cats_webhook_subscriptions", "Subscriptions that are in force, fail at present, or are disabled.", "state"),
		},
		windows: backlogMetrics{
			deliveries: desc("cats_window_deposits", "Deposits with single windows that wait, were refused, or were given up.", "state"),
			oldest:     desc("cats_window_oldest_seconds", "For how long the oldest deposit has waited."),
			receivers:  desc("cats_windows", "Single windows that take what is deposited, and that fail at present.", "state"),
		},
	}
}

// Describe implements [prometheus.Collector].
func (m *besideMetrics) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		m.blocks, m.behindBlocks, m.behindSeconds, m.contents, m.webhooks.deliveries, m.webhooks.oldest, m.webhooks.receivers,
		m.windows.deliveries, m.windows.oldest, m.windows.receivers,
	} {
		out <- d
	}
}

// Collect implements [prometheus.Collector].
func (m *besideMetrics) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTime)
	defer cancel()
	m.model(ctx, out)
	m.kept(ctx, out)
	if hooks := m.gateway.beside.Webhooks; hooks != nil {
		if b, err := hooks.Backlog(ctx); err == nil {
			m.webhooks.collect(out, b)
			gauge(out, m.webhooks.receivers, float64(b.Disabled), "disabled")
		}
	}
	if deposits := m.gateway.beside.Deposits; deposits != nil {
		if b, err := deposits(ctx); err == nil {
			m.windows.collect(out, b)
			gauge(out, m.windows.deliveries, float64(b.Refused), queue.Refused)
		}
	}
}

// collect tells what every queue has; that subscribers can be disabled and windows refuse is told beside it.
func (m *backlogMetrics) collect(out chan<- prometheus.Metric, b queue.Backlog) {
	gauge(out, m.deliveries, float64(b.Waiting), queue.Waiting)
	gauge(out, m.deliveries, float64(b.Dead), queue.Dead)
	gauge(out, m.oldest, b.Oldest.Seconds())
	gauge(out, m.receivers, float64(b.InForce), "in force")
	gauge(out, m.receivers, float64(b.Failing), "failing")
}

func gauge(out chan<- prometheus.Metric, d *prometheus.Desc, value float64, labels ...string) {
	out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
}

func (m *besideMetrics) model(ctx context.Context, out chan<- prometheus.Metric) {
	model := m.gateway.beside.Model
	if model == nil {
		return
	}
	height, err := m.gateway.height(ctx)
	known := err == nil
	p, err := progressOf(ctx, model, height, m.gateway.now())
	if err != nil {
		return
	}
	gauge(out, m.blocks, float64(p.Blocks))
	if known {
		gauge(out, m.behindBlocks, float64(p.BehindBlocks))
		gauge(out, m.behindSeconds, float64(p.BehindSeconds))
	}
}

// kept tells how many contents the search of the read model has.
func (m *besideMetrics) kept(ctx context.Context, out chan<- prometheus.Metric) {
	model := m.gateway.beside.Model
	if model == nil {
		return
	}
	s, err := model.Status(ctx)
	if err != nil {
		return
	}
	for _, state := range []string{"held", "wanted", "purged"} {
		gauge(out, m.contents, float64(s.Contents[state]), state)
	}
}

// height asks the organisation's peer, as the gateway itself.
func (g *Gateway) height(ctx context.Context) (uint64, error) {
	l, give, err := g.pool.get(ctx, g.observer)
	if err != nil {
		return 0, err
	}
	defer give()
	return l.Node.Height(ctx)
}
