package gateway

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/access"
)

type requestIDKey struct{}

// requestID is how the log and an answer name the request.
func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

// recorder remembers what was answered.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
	// operation that answers; set when it is known.
	operation string
}

func (w *recorder) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// Unwrap lets [http.ResponseController] reach the connection.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// observe names the request, logs and counts it, and keeps a panic from ending more than this request. Neither address, nor
// path, nor query is logged: they name people and movements.
func (g *Gateway) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		id := rand.Text()[:16]
		rec := &recorder{ResponseWriter: w, operation: "none"}
		r = r.WithContext(context.WithValue(r.Context(), requestIDKey{}, id))
		w.Header().Set("X-Request-Id", id)
		secure(w.Header())
		defer func() {
			if broken := recover(); broken != nil {
				g.log.ErrorContext(r.Context(), "panic in a request", "request", id, "operation", rec.operation, "stack", string(debug.Stack()))
				if rec.status == 0 {
					problem(transit.Internal, "The gateway failed.").write(rec, id)
				}
			}
			took := time.Since(began)
			g.metrics.requests.WithLabelValues(rec.operation, strconv.Itoa(rec.status)).Observe(took.Seconds())
			g.log.InfoContext(r.Context(), "request", "request", id, "operation", rec.operation, "method", r.Method,
				"status", rec.status, "bytes", rec.bytes, "ms", took.Milliseconds())
		}()
		next.ServeHTTP(rec, r)
	})
}

// secure sets the headers of an interface that no browser shows as a page.
func secure(h http.Header) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Strict-Transport-Security", "max-age=31536000")
}

// named tells the recorder which operation answers.
func named(operation string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if rec, is := w.(*recorder); is {
			rec.operation = operation
		}
		next.ServeHTTP(w, r)
	})
}

// own lets in who belongs to the organisation, after the door has found out who that is.
func (g *Gateway) own(next http.Handler) http.Handler {
	return g.door(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		caller, known := access.From(r.Context())
		switch {
		case !known:
			problem(codeUnauthenticated, "The request shows no credentials.").write(w, requestID(r.Context()))
		case caller.Organisation != g.organisation:
			problem(transit.NotAuthorised, "This gateway serves another organisation.").write(w, requestID(r.Context()))
		default:
			next.ServeHTTP(w, r)
		}
	}))
}

// kindOf names a failure for the log by its types alone: its text may hold content.
func kindOf(err error) string {
	var kinds []string
	for err != nil && len(kinds) < 6 {
		kinds = append(kinds, fmt.Sprintf("%T", err))
		switch e := err.(type) { //nolint:errorlint // it goes through the chain itself
		case interface{ Unwrap() error }:
			err = e.Unwrap()
		case interface{ Unwrap() []error }:
			inner := e.Unwrap()
			if len(inner) == 0 {
				return strings.Join(kinds, " ")
			}
			err = inner[0]
		default:
			err = nil
		}
	}
	return strings.Join(slices.Compact(kinds), " ")
}

func roleNames(roles []transit.Role) string {
	var names []string
	for _, r := range roles {
		names = append(names, string(r)+"s")
	}
	if last := len(names) - 1; last > 0 {
		return strings.Join(names[:last], ", ") + " and " + names[last]
	}
	return strings.Join(names, "")
}

// bytesOf writes a size for people.
func bytesOf(n int64) string {
	if n >= 1<<20 {
		return fmt.Sprintf("%d MiB", n>>20)
	}
	return fmt.Sprintf("%d bytes", n)
}
