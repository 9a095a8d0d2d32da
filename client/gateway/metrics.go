package gateway

import (
	"fmt"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics are what the gateway counts. No label names a caller, a movement or an office.
type metrics struct {
	registry *prometheus.Registry
	// requests by operation and status, with their latency.
	requests *prometheus.HistogramVec
	inFlight prometheus.Gauge
	replayed prometheus.Counter
	streams  prometheus.Gauge
	dropped  prometheus.Counter
	jobs     *prometheus.CounterVec
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "cats_gateway_request_seconds", Help: "Time to answer a request, by operation and HTTP status.",
			Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 120},
		}, []string{"operation", "status"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "cats_gateway_ledger_calls", Help: "Calls of the ledger in flight.",
		}),
		replayed: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "cats_gateway_answers_repeated_total", Help: "Answers given again under their Idempotency-Key.",
		}),
		streams: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "cats_gateway_event_readers", Help: "Readers of events now.",
		}),
		dropped: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "cats_gateway_event_readers_dropped_total", Help: "Readers of events that were too slow.",
		}),
		jobs: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "cats_gateway_jobs_total", Help: "Jobs that have ended, by kind and outcome.",
		}, []string{"kind", "state"}),
	}
	m.registry.MustRegister(m.requests, m.inFlight, m.replayed, m.streams, m.dropped, m.jobs,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// show adds further metrics to what is shown.
func (m *metrics) show(further []prometheus.Collector) error {
	for _, f := range further {
		if err := m.registry.Register(f); err != nil {
			return fmt.Errorf("couldn't show a metric: %w", err)
		}
	}
	return nil
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}
