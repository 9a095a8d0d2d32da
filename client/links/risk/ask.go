package risk

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"unicode/utf8"

	"carec.example/cats/chaincode/transit"
)

// Bounds of an answer.
const (
	answerBytes  = 64 << 10
	maxReference = 70
	maxReasons   = 20
	maxReason    = 512
	maxTypes     = 20
)

// errNonsense is an answer that is not understood. What it said is not repeated.
var errNonsense = errors.New("its answer was not understood")

// ask makes the request. Its errors are why the default is taken, in words for the officer.
func (c *Client) ask(ctx context.Context, q *Question) (*Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	body, err := json.Marshal(q)
	if err != nil {
		return nil, errors.New("the question could not be written")
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.cfg.URL, bytes.NewReader(body))
	if err != nil {
		return nil, errors.New("the question could not be written")
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/json")
	if c.cfg.Token != "" {
		request.Header.Set("Authorization", "Bearer "+c.cfg.Token)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, unanswered(err)
	}
	defer func() { _ = response.Body.Close() }()
	raw, err := io.ReadAll(io.LimitReader(response.Body, answerBytes+1))
	if err != nil {
		return nil, unanswered(err)
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("it answered %d", response.StatusCode)
	}
	var a Answer
	if len(raw) > answerBytes || transit.DecodeStrict(raw, &a) != nil || a.ID != q.ID || !a.sensible() {
		return nil, errNonsense
	}
	return &a, nil
}

func unanswered(err error) error {
	var network net.Error
	if errors.Is(err, context.DeadlineExceeded) || errors.As(err, &network) && network.Timeout() {
		return errors.New("it did not answer in time")
	}
	return errors.New("it could not be reached")
}

func (a *Answer) sensible() bool {
	long := func(limit int) func(string) bool {
		return func(s string) bool { return s == "" || utf8.RuneCountInString(s) > limit }
	}
	return a.Advice.Known() && utf8.RuneCountInString(a.Reference) <= maxReference &&
		len(a.Reasons) <= maxReasons && !slices.ContainsFunc(a.Reasons, long(maxReason)) &&
		len(a.ControlTypes) <= maxTypes && !slices.ContainsFunc(a.ControlTypes, long(2))
}
