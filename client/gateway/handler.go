package gateway

import (
	"context"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"carec.example/cats/chaincode/transit"
)

// Handler serves the interface: what the document describes, and the document itself at /openapi.json and /openapi.yaml.
func (g *Gateway) Handler() http.Handler {
	mux := http.NewServeMux()
	adapter := humago.NewAdapter(mux, "")
	rows := operations(g.jobs)
	for i := range rows {
		o := &rows[i]
		g.route(adapter, o, g.serve(o))
	}
	for _, s := range specials() {
		o := s.operation
		g.route(adapter, &o, map[string]http.HandlerFunc{eventsID: g.events, jobResultID: g.jobResult}[o.id])
	}
	open := http.NewServeMux()
	open.Handle("GET /openapi.json", named("document", static("application/json", g.document.json)))
	open.Handle("GET /openapi.yaml", named("document", static("application/yaml", g.document.yaml)))
	open.Handle("GET /livez", named("livez", http.HandlerFunc(alive)))
	if g.logIn != nil {
		logIn := named("logIn", allProblems(g.logIn))
		open.Handle("/v1/session", logIn)
		open.Handle("/v1/session/", logIn)
		open.Handle("/v1/oidc/", logIn)
	}
	open.Handle("/", g.own(orProblem(mux)))
	return g.observe(exact(open))
}

// exact refuses paths with empty parts, "." and "..". The mux would redirect them, in a form and with a status that the document
// does not have, and a change must not be sent on to where it was not sent.
func exact(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked := r.URL.EscapedPath()
		if clean := path.Clean(asked); asked != clean && asked != clean+"/" {
			problem(codeNoSuchOperation, "The path has empty parts or dots; no operation has.").write(w, requestID(r.Context()))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// route binds an operation to its path, through huma's adapter, so that the document and the routes have one source.
func (g *Gateway) route(adapter huma.Adapter, o *operation, serve http.HandlerFunc) {
	handler := named(o.id, serve)
	adapter.Handle(g.document.operation(o.id), func(c huma.Context) {
		r, w := humago.Unwrap(c)
		handler.ServeHTTP(w, r)
	})
}

func static(media string, body []byte) http.HandlerFunc {
	tag := quoted(digestTag(body))
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", media)
		w.Header().Set("ETag", tag)
		w.Header().Set("Cache-Control", "no-cache")
		if noneMatches(r.Header.Get("If-None-Match"), strings.Trim(tag, `"`)) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		_, _ = w.Write(body)
	}
}

// orProblem answers what no operation takes as a problem.
func orProblem(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h, pattern := mux.Handler(r)
		if pattern != "" {
			mux.ServeHTTP(w, r)
			return
		}
		probe := &probe{header: http.Header{}}
		h.ServeHTTP(probe, r)
		p := problem(codeNoSuchOperation, "There is no such operation; /openapi.json describes those that there are.")
		if probe.status == http.StatusMethodNotAllowed {
			w.Header().Set("Allow", probe.header.Get("Allow"))
			p = problem(codeMethod, "The operation takes "+probe.header.Get("Allow")+".")
		}
		p.write(w, requestID(r.Context()))
	})
}

// allProblems answers what the log-in does not take as a problem, too.
func allProblems(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(&unplain{ResponseWriter: w, id: requestID(r.Context())}, r)
	})
}

// unplain writes a problem in place of the plain text of a mux.
type unplain struct {
	http.ResponseWriter
	id       string
	replaced bool
}

func (u *unplain) WriteHeader(status int) {
	p := map[int]*Problem{
		http.StatusNotFound:         problem(codeNoSuchOperation, "There is no such operation here."),
		http.StatusMethodNotAllowed: problem(codeMethod, "The operation takes "+u.Header().Get("Allow")+"."),
	}[status]
	if p == nil || strings.HasPrefix(u.Header().Get("Content-Type"), "application/") {
		u.ResponseWriter.WriteHeader(status)
		return
	}
	u.replaced = true
	p.write(u.ResponseWriter, u.id)
}

func (u *unplain) Write(b []byte) (int, error) {
	if u.replaced {
		return len(b), nil
	}
	return u.ResponseWriter.Write(b)
}

// probe takes in what the mux would answer.
type probe struct {
	header http.Header
	status int
}

func (p *probe) Header() http.Header         { return p.header }
func (p *probe) Write(b []byte) (int, error) { return len(b), nil }
func (p *probe) WriteHeader(status int)      { p.status = status }

// Operations serves the organisation's own monitoring: /livez, /healthz (the same), /readyz and /metrics. It names nobody, and
// belongs on an address that only the organisation reaches.
func (g *Gateway) Operations() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /livez", alive)
	mux.HandleFunc("GET /healthz", alive)
	mux.HandleFunc("GET /readyz", g.ready)
	mux.Handle("GET /metrics", g.metrics.handler())
	return mux
}

func alive(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, "application/json", map[string]string{"status": "ok"})
}

// readyTimeout bounds the question whether the ledger answers.
const readyTimeout = 5 * time.Second

// ready tells whether the organisation's peer answers.
func (g *Gateway) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
	defer cancel()
	l, give, err := g.pool.get(ctx, g.observer)
	if err == nil {
		defer give()
		var info *transit.Info
		if info, err = l.Node.Info(ctx); err == nil {
			writeJSON(w, http.StatusOK, "application/json", map[string]any{"status": "ready", "chaincode": info.Version, "founded": info.Founded})
			return
		}
	}
	writeJSON(w, http.StatusServiceUnavailable, "application/json", map[string]string{"status": "the organisation's peer does not answer"})
}
