package access

import (
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// problem is an answer after RFC 9457.
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
	Code   Code   `json:"code"`
}

// problemType is what the types of problems begin with; the code follows.
const problemType = "urn:carec:cats:problem:"

// WriteProblem answers a request with what went wrong, as application/problem+json. A refusal
// tells its code and sentence; [ErrNoCredentials] is [Unauthenticated]. Of anything else, such
// as a database that does not answer, the caller learns only that it is not its fault.
func WriteProblem(w http.ResponseWriter, err error) {
	refused := asRefusal(err)
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	if refused.RetryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(seconds(refused.RetryAfter)))
	}
	status := refused.Status()
	if status == http.StatusUnauthorized && h.Get("WWW-Authenticate") == "" {
		h.Set("WWW-Authenticate", `Session realm="cats"`)
	}
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(problem{
		Type: problemType + string(refused.Code), Title: http.StatusText(status), Status: status, Detail: refused.Detail, Code: refused.Code,
	})
}

// seconds rounds up, so that nobody comes back too early.
func seconds(d time.Duration) int { return int(math.Ceil(d.Seconds())) }

func asRefusal(err error) *Error {
	var refused *Error
	switch {
	case errors.As(err, &refused):
		return refused
	case errors.Is(err, ErrNoCredentials):
		return &Error{Code: Unauthenticated, Detail: "log in, or show a client certificate of the organisation"}
	}
	return &Error{Code: Unavailable, Detail: "who you are cannot be found out at the moment", RetryAfter: 5 * time.Second}
}

// longestBody of a request to the session's resources, in bytes.
const longestBody = 4 << 10

// readJSON reads a request's body: one JSON object with the members of into and no others. Only
// application/json is taken, which a form of another site cannot send.
func readJSON(w http.ResponseWriter, r *http.Request, into any) error {
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	if !strings.EqualFold(strings.TrimSpace(kind), "application/json") {
		return refuse(BadRequest, "the body must be application/json")
	}
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, longestBody))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return refuse(BadRequest, "the body is not the JSON object expected here")
	}
	if d.More() {
		return refuse(BadRequest, "the body has more than one JSON object")
	}
	return nil
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value)
}
