package gateway

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// scrapeTime bounds what is asked for a scrape of the metrics.
const scrapeTime = 3 * time.Second

// besideMetrics asks, when the metrics are read, how far the read model is behind and how the webhooks stand. What cannot be learnt in
// time is left out: a scrape fails for nobody's sake, and readiness depends on none of it. No label names a subscriber.
type besideMetrics struct {
	gateway *Gateway
	blocks, behindBlocks, behindSeconds,
	deliveries, oldest, subscriptions *prometheus.Desc
}

func newBesideMetrics(g *Gateway) *besideMetrics {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(name, help, labels, nil)
	}
	return &besideMetrics{
		gateway:       g,
		blocks:        desc("cats_projection_blocks", "Blocks in the read model."),
		behindBlocks:  desc("cats_projection_behind_blocks", "Blocks at the organisation's peer that are not in the read model."),
		behindSeconds: desc("cats_projection_behind_seconds", "For how long, at most, the read model has lacked something."),
		deliveries:    desc("cats_webhook_deliveries", "Deliveries to subscribers that wait or were given up.", "state"),
		oldest:        desc("cats_webhook_oldest_seconds", "For how long the oldest delivery has waited."),
		subscriptions: desc("cats_webhook_subscriptions", "Subscriptions that are in force, fail at present, or are disabled.", "state"),
	}
}

// Describe implements [prometheus.Collector].
func (m *besideMetrics) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{m.blocks, m.behindBlocks, m.behindSeconds, m.deliveries, m.oldest, m.subscriptions} {
		out <- d
	}
}

// Collect implements [prometheus.Collector].
func (m *besideMetrics) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTime)
	defer cancel()
	m.model(ctx, out)
	m.webhooks(ctx, out)
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

// height asks the organisation's peer, as the gateway itself.
func (g *Gateway) height(ctx context.Context) (uint64, error) {
	l, give, err := g.pool.get(ctx, g.observer)
	if err != nil {
		return 0, err
	}
	defer give()
	return l.Node.Height(ctx)
}

func (m *besideMetrics) webhooks(ctx context.Context, out chan<- prometheus.Metric) {
	if m.gateway.beside.Webhooks == nil {
		return
	}
	b, err := m.gateway.beside.Webhooks.Backlog(ctx)
	if err != nil {
		return
	}
	gauge(out, m.deliveries, float64(b.Waiting), "waiting")
	gauge(out, m.deliveries, float64(b.Dead), "dead")
	gauge(out, m.oldest, b.Oldest.Seconds())
	gauge(out, m.subscriptions, float64(b.InForce), "in force")
	gauge(out, m.subscriptions, float64(b.Failing), "failing")
	gauge(out, m.subscriptions, float64(b.Disabled), "disabled")
}
