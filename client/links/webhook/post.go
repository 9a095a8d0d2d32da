package webhook

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"carec.example/cats/client/links/event"
	"carec.example/cats/client/links/outbound"
)

// poster sends signed events. It has two clients, one for the world and one for the operator's own network.
type poster struct {
	timeout         time.Duration
	public, private *http.Client
}

func newPoster(timeout time.Duration, roots *x509.CertPool) *poster {
	trust := &tls.Config{RootCAs: roots}
	return &poster{
		timeout: timeout, public: outbound.NewClient(timeout, trust, false), private: outbound.NewClient(timeout, trust, true),
	}
}

func (p *poster) close() {
	p.public.CloseIdleConnections()
	p.private.CloseIdleConnections()
}

// Outcome is what came of one request.
type Outcome struct {
	// Status of the answer; 0 when there was none.
	Status int `json:"status,omitempty"`
	// Problem in a few words; empty when the event was taken. It holds nothing that the subscriber wrote.
	Problem string `json:"problem,omitempty"`
	// Pause that the subscriber asks for before the next attempt.
	Pause time.Duration `json:"-"`
}

// Taken reports whether the subscriber has taken the event.
func (o Outcome) Taken() bool { return o.Problem == "" }

// send makes one request. It never fails otherwise than in its outcome.
func (p *poster) send(ctx context.Context, url string, private bool, secrets []string, id string, body []byte) Outcome {
	ctx, cancel := context.WithTimeout(ctx, p.timeout)
	defer cancel()
	request, err := signed(ctx, url, secrets, id, body, time.Now())
	if err != nil {
		return Outcome{Problem: "the request could not be made"}
	}
	client := p.public
	if private {
		client = p.private
	}
	response, err := client.Do(request)
	if err != nil {
		return Outcome{Problem: outbound.Reason(err)}
	}
	defer func() { _ = response.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, outbound.AnswerBytes))
	o := Outcome{Status: response.StatusCode}
	switch {
	case o.Status >= 200 && o.Status <= 299:
	case o.Status >= 300 && o.Status <= 399:
		o.Problem = fmt.Sprintf("answered %d; redirections are not followed", o.Status)
	default:
		o.Problem = fmt.Sprintf("answered %d", o.Status)
		o.Pause = outbound.RetryAfter(response.Header)
	}
	return o
}

// signed makes the request with a signature of every secret that counts (Standard Webhooks, "Webhook headers").
func signed(ctx context.Context, url string, secrets []string, id string, body []byte, at time.Time) (*http.Request, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	signatures := make([]string, len(secrets))
	for i, s := range secrets {
		hook, err := standardwebhooks.NewWebhook(s)
		if err != nil {
			return nil, err
		}
		if signatures[i], err = hook.Sign(id, at, body); err != nil {
			return nil, err
		}
	}
	request.Header.Set("Content-Type", event.ContentType+"; charset=utf-8")
	request.Header.Set("User-Agent", "cats-webhook/1")
	request.Header.Set(standardwebhooks.HeaderWebhookID, id)
	request.Header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(at.Unix(), 10))
	request.Header.Set(standardwebhooks.HeaderWebhookSignature, strings.Join(signatures, " "))
	return request, nil
}
