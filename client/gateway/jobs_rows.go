package gateway

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/access"
)

func checkLedger(ctx context.Context, l *Ledger, _ *atomic.Int64, out io.Writer) error {
	report, err := l.Node.Check(ctx)
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(report)
}

func exportMovements(ctx context.Context, l *Ledger, done *atomic.Int64, out io.Writer) error {
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	for m, err := range l.Movements.List(ctx) {
		if err != nil {
			return err
		}
		if err := e.Encode(m); err != nil {
			return err
		}
		done.Add(1)
	}
	return nil
}

// limited refuses to write beyond a bound.
type limited struct {
	w    io.Writer
	left int64
}

func (l *limited) Write(b []byte) (int, error) {
	if l.left -= int64(len(b)); l.left < 0 {
		return 0, transit.Faultf(transit.TooLarge, "the result is larger than %s", bytesOf(jobBytes))
	}
	return l.w.Write(b)
}

// jobRows are the operations on jobs.
func jobRows(j *jobs) []operation {
	order := change(operation{
		id: "orderJob", method: http.MethodPost, path: "/v1/jobs", summary: "Order long work",
		description: "It goes on beside; the answer tells where its progress and its result are read. " +
			"Every gateway of the organisation tells of it, and goes on with it when the process that does it ends. Its result is kept for an hour.",
		status: http.StatusAccepted, own: true,
	}, func(ctx context.Context, _ *Ledger, r *request, b JobOrder) (*Job, receipt, error) {
		done, err := j.start(ctx, r.caller, r.messageID, b.Kind)
		return done, receipt{}, err
	})
	inner := order.perform
	order.perform = func(ctx context.Context, l *Ledger, r *request) (*reply, error) {
		result, err := inner(ctx, l, r)
		if err != nil {
			return nil, err
		}
		made, _ := result.body.(Changed[*Job])
		return &reply{body: made.Record, location: "/v1/jobs/" + made.Record.ID}, nil
	}
	order.result = jobType()
	return tagged(tagJobs, order,
		read(operation{id: "listJobs", method: http.MethodGet, path: "/v1/jobs", summary: "List one's jobs"},
			func(ctx context.Context, _ *Ledger, r *request) (*Jobs, error) { return j.list(ctx, r.caller) }),
		read(operation{id: "getJob", method: http.MethodGet, path: "/v1/jobs/{job}", summary: "Read how far a job has come"},
			func(ctx context.Context, _ *Ledger, r *request) (*Job, error) {
				return j.view(ctx, r.caller, r.path("job"))
			}),
		read(operation{id: "cancelJob", method: http.MethodDelete, path: "/v1/jobs/{job}", summary: "End a job"},
			func(ctx context.Context, _ *Ledger, r *request) (*Job, error) {
				return j.cancel(ctx, r.caller, r.path("job"))
			}),
	)
}

// jobResult answers with the result of a job.
func (g *Gateway) jobResult(w http.ResponseWriter, r *http.Request) {
	caller, _ := access.From(r.Context())
	result, size, kind, err := g.jobs.open(r.Context(), caller, r.PathValue("job"))
	if err != nil {
		failed(err).write(w, requestID(r.Context()))
		return
	}
	media := "application/json"
	if kind == JobMovements {
		media = "application/x-ndjson"
	}
	w.Header().Set("Content-Type", media)
	w.Header().Set("Content-Length", fmt.Sprint(size))
	_, _ = io.Copy(w, result) // A reader that has gone asks again.
}
