package gatewaytest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

const problemMedia = "application/problem+json"

// Judge says what about an answer is not as the document and good manners want it; nil when nothing is.
func (d *Document) Judge(q *Request, a *Answer) error {
	if a.Status >= 500 {
		return fmt.Errorf("a failure of the server: %d %s", a.Status, a.Body)
	}
	if a.Gone {
		return nil
	}
	if a.Header.Get("X-Request-Id") == "" {
		return errors.New("the answer names no request")
	}
	o, allowed := d.route(q.Method, q.Path)
	if o == nil {
		return d.judgeUnrouted(q, a, allowed)
	}
	answers, documented := o.answers[a.Status]
	if !documented {
		return fmt.Errorf("%s does not document %d: %s", o.ID, a.Status, a.Body)
	}
	if err := judgeHeaders(a); err != nil {
		return err
	}
	if q.Method == http.MethodHead {
		return nil
	}
	return d.judgeBody(answers, a)
}

// judgeUnrouted judges the answer to what no operation takes.
func (d *Document) judgeUnrouted(q *Request, a *Answer, allowed []string) error {
	wanted := http.StatusNotFound
	if strings.HasPrefix(q.Path, "/v1/oidc/") && a.Status == wanted {
		allowed = nil // there is none of this where an organisation has no provider of identities
	}
	if a.Status == http.StatusUnauthorized || a.Status == http.StatusForbidden {
		wanted, allowed = a.Status, nil // who may not come in learns nothing of what there is
	}
	if len(allowed) > 0 {
		wanted = http.StatusMethodNotAllowed
		for _, method := range allowed {
			if !slices.Contains(strings.Split(strings.ReplaceAll(a.Header.Get("Allow"), " ", ""), ","), method) {
				return fmt.Errorf("Allow is %q and lacks %s", a.Header.Get("Allow"), method) //nolint:staticcheck // a name
			}
		}
	}
	if a.Status != wanted {
		return fmt.Errorf("no operation takes it, which is %d, not %d: %s", wanted, a.Status, a.Body)
	}
	if q.Method == http.MethodHead {
		return nil
	}
	return d.judgeBody(map[string]string{problemMedia: "/components/schemas/Problem"}, a)
}

func judgeHeaders(a *Answer) error {
	if tag := a.Header.Get("ETag"); tag != "" && (len(tag) < 3 || tag[0] != '"' || strings.Count(tag, `"`) != 2) {
		return fmt.Errorf("the entity tag %s is none", tag)
	}
	if a.Status == http.StatusTooManyRequests && a.Header.Get("Retry-After") == "" {
		return errors.New("too many requests, and no word of when to come back")
	}
	return nil
}

// judgeBody compares a body with the schemas of its media types.
func (d *Document) judgeBody(answers map[string]string, a *Answer) error {
	if len(answers) == 0 {
		if len(a.Body) > 0 {
			return fmt.Errorf("a body where the document has none: %s", a.Body)
		}
		return nil
	}
	media, _, err := mime.ParseMediaType(a.Header.Get("Content-Type"))
	if err != nil {
		return fmt.Errorf("the media type %q: %w", a.Header.Get("Content-Type"), err)
	}
	at, documented := answers[media]
	switch {
	case !documented && answers["*/*"] != "":
		return nil
	case !documented:
		return fmt.Errorf("the document does not have %s for status %d: %s", media, a.Status, a.Body)
	case media == "text/event-stream":
		return d.judgeEvents(at, a.Body)
	case media != "application/json" && media != problemMedia:
		return nil
	}
	if err := d.judgeJSON(at, a.Body); err != nil {
		return err
	}
	if media == problemMedia {
		return judgeProblem(a)
	}
	return nil
}

func (d *Document) judgeJSON(at string, body []byte) error {
	s, err := d.schema(at)
	if err != nil {
		return fmt.Errorf("the schema at %s: %w", at, err)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("no JSON: %w: %s", err, body)
	}
	if err := s.Validate(v); err != nil {
		return fmt.Errorf("%w\n%s", err, body)
	}
	return nil
}

func judgeProblem(a *Answer) error {
	var p struct {
		Type, Title, Detail, Code string
		Status                    int
	}
	if err := json.Unmarshal(a.Body, &p); err != nil {
		return err
	}
	switch {
	case p.Status != a.Status:
		return fmt.Errorf("the problem says %d, the answer %d", p.Status, a.Status)
	case !strings.HasSuffix(p.Type, ":"+p.Code):
		return fmt.Errorf("the type %q is not that of the code %s", p.Type, p.Code)
	case p.Title == "" || p.Detail == "":
		return fmt.Errorf("a problem without words: %s", a.Body)
	}
	return nil
}

// judgeEvents judges the blocks of a stream of events.
func (d *Document) judgeEvents(at string, body []byte) error {
	for block := range strings.SplitSeq(string(body), "\n\n") {
		fields := map[string]any{}
		for line := range strings.SplitSeq(block, "\n") {
			name, value, _ := strings.Cut(line, ": ")
			switch name {
			case "id", "event":
				fields[name] = value
			case "data":
				fields[name] = json.RawMessage(value)
			case "retry", "":
			default:
				return fmt.Errorf("a field %q in a stream of events", name)
			}
		}
		if fields["data"] == nil {
			continue
		}
		raw, err := json.Marshal(fields)
		if err != nil {
			return err
		}
		if err := d.judgeJSON(at, raw); err != nil {
			return err
		}
	}
	return nil
}
