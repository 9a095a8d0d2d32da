package window

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"os"
	"slices"
	"strings"
	"unicode"

	"carec.example/cats/client/links/outbound"
	"carec.example/cats/client/links/queue"
)

const (
	// maxReference and maxSaid bound what is kept of an answer, in characters.
	maxReference = 500
	maxSaid      = 1000
	// maxSecret bounds a file with a token, in bytes.
	maxSecret = 8 << 10
)

// said is what the window answered beside its status.
type said struct{ reference, text string }

// credentials are what the files of a window hold.
type credentials struct {
	token string
	trust *tls.Config
}

// credentials reads the files. The errors name them, and nothing of what is in them.
func (t *Terms) credentials(roots *x509.CertPool) (*credentials, error) {
	c := &credentials{trust: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}
	if t.TokenFile != "" {
		raw, err := readSome(t.TokenFile)
		if err != nil {
			return nil, errors.New("the file with the token cannot be read")
		}
		c.token = strings.TrimSpace(string(raw))
		if c.token == "" || strings.ContainsFunc(c.token, func(r rune) bool { return r <= ' ' || r > '~' }) { // RFC 6750, section 2.1
			return nil, errors.New("the file with the token holds none")
		}
	}
	if t.Certificate != "" {
		pair, err := tls.LoadX509KeyPair(t.Certificate, t.Key)
		var unread *fs.PathError
		switch {
		case errors.As(err, &unread):
			return nil, errors.New("the client certificate and its key cannot be read")
		case err != nil:
			return nil, errors.New("the client certificate and its key are no pair in PEM")
		}
		c.trust.Certificates = []tls.Certificate{pair}
	}
	if t.CA != "" {
		raw, err := os.ReadFile(t.CA)
		if err != nil {
			return nil, errors.New("the file with the roots cannot be read")
		}
		c.trust.RootCAs = x509.NewCertPool()
		if !c.trust.RootCAs.AppendCertsFromPEM(raw) {
			return nil, errors.New("the file with the roots holds no certificate in PEM")
		}
	}
	return c, nil
}

func readSome(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	raw, err := io.ReadAll(io.LimitReader(file, maxSecret+1))
	if err == nil && len(raw) > maxSecret {
		err = errors.New("too long")
	}
	return raw, err
}

// post makes one request. It never fails otherwise than in its outcome.
func (w *Windows) post(ctx context.Context, to *Window, e *event) queue.Outcome {
	c, err := to.credentials(w.cfg.Roots)
	if err != nil {
		return queue.Outcome{Problem: err.Error()}
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, to.URL, strings.NewReader(e.body))
	if err != nil {
		return queue.Outcome{Problem: "the request could not be made"}
	}
	request.Header.Set("Content-Type", "application/xml; charset=utf-8")
	request.Header.Set("User-Agent", "cats-window/1")
	request.Header.Set("Idempotency-Key", e.number)
	request.Header.Set("CATS-Document", Kind(e.kind).Root())
	request.Header.Set("CATS-Event", e.eventsType)
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	client := outbound.NewClient(w.cfg.Timeout, c.trust, to.Private)
	defer client.CloseIdleConnections()
	response, err := client.Do(request)
	if err != nil {
		return queue.Outcome{Problem: outbound.Reason(err)}
	}
	defer func() { _ = response.Body.Close() }()
	// What breaks off after the status is no reason to deposit again: the status is the answer, the text its explanation.
	text, _ := io.ReadAll(io.LimitReader(response.Body, outbound.AnswerBytes))
	return judge(response, text)
}

// notTheDocument are refusals that tell of the sender, the address or the moment.
func notTheDocument(status int) bool {
	return slices.Contains([]int{
		http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusProxyAuthRequired,
		http.StatusRequestTimeout, http.StatusMisdirectedRequest, http.StatusTooEarly, http.StatusTooManyRequests,
	}, status)
}

// judge says what an answer means.
func judge(response *http.Response, text []byte) queue.Outcome {
	o := queue.Outcome{Status: response.StatusCode}
	switch s := o.Status; {
	case s >= 200 && s <= 299:
		o.Result, o.Kept = queue.Taken, said{reference: referenceOf(response.Header, text)}
		return o
	case s >= 300 && s <= 399:
		o.Problem = fmt.Sprintf("answered %d; redirections are not followed", s)
	case s >= 400 && s <= 499 && !notTheDocument(s):
		o.Result, o.Problem = queue.Rejected, fmt.Sprintf("refused with %d", s)
	default:
		o.Problem, o.Pause = fmt.Sprintf("answered %d", s), outbound.RetryAfter(response.Header)
	}
	o.Kept = said{text: wordsOf(response.Header, text)}
	return o
}

// referenceOf is the reference of a receipt: the member of a JSON object, else the header Location, else the line of a plain text.
func referenceOf(header http.Header, text []byte) string {
	kind := mediaType(header)
	if strings.HasSuffix(kind, "json") {
		var receipt struct {
			Reference string `json:"reference"`
		}
		if json.Unmarshal(text, &receipt) == nil && receipt.Reference != "" {
			return bounded(receipt.Reference, maxReference)
		}
	}
	if at := header.Get("Location"); at != "" {
		return bounded(at, maxReference)
	}
	if kind == "text/plain" {
		line, _, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
		return bounded(line, maxReference)
	}
	return ""
}

// wordsOf is what the window says of a failure: title and detail of a problem (RFC 9457), else the text as it is.
func wordsOf(header http.Header, text []byte) string {
	var problem struct {
		Title  string `json:"title"`
		Detail string `json:"detail"`
	}
	if strings.HasSuffix(mediaType(header), "json") && json.Unmarshal(text, &problem) == nil && problem.Title+problem.Detail != "" {
		return bounded(strings.TrimPrefix(problem.Title+": "+problem.Detail, ": "), maxSaid)
	}
	return bounded(string(text), maxSaid)
}

func mediaType(header http.Header) string {
	kind, _, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil {
		return ""
	}
	return kind
}

// bounded is a text in one line of printable characters, with at most so many of them.
func bounded(text string, most int) string {
	text = strings.ToValidUTF8(text, "?")
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) || r == ' ' }), " ")
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return text
}
