// Package outbound is how the node application makes HTTP requests to systems that others run, at addresses that an operator has
// given: to the public Internet alone unless the operator allows more, bounded in size and time, without following redirections
// and without a proxy of the environment.
//
// The address is looked at when the connection is made, so that a name which points elsewhere by then gains nothing.
package outbound

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"strconv"
	"time"
)

const (
	// AnswerBytes bounds what is read of an answer. A longer one costs its connection.
	AnswerBytes = 16 << 10
	// headerBytes bounds the header of an answer.
	headerBytes = 32 << 10
)

// NewClient makes a client whose requests end within a time, from the look-up of the name to the end of the answer. With private it
// reaches addresses of the own network, too. Of the TLS configuration it takes roots and certificates.
func NewClient(timeout time.Duration, trust *tls.Config, private bool) *http.Client {
	dialer := &net.Dialer{Timeout: timeout}
	if !private {
		dialer.Control = guard
	}
	trust = trust.Clone()
	trust.MinVersion = tls.VersionTLS12
	return &http.Client{
		Timeout: timeout,
		Transport: &http.Transport{
			DialContext: dialer.DialContext, TLSHandshakeTimeout: timeout, ResponseHeaderTimeout: timeout,
			TLSClientConfig: trust, ForceAttemptHTTP2: true, MaxResponseHeaderBytes: headerBytes, MaxIdleConns: 100, MaxIdleConnsPerHost: 2,
			IdleConnTimeout: 30 * time.Second, DisableCompression: true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// RetryAfter reads the pause in seconds; a date is not worth the trust in the other side's clock.
func RetryAfter(header http.Header) time.Duration {
	seconds, err := strconv.ParseUint(header.Get("Retry-After"), 10, 31)
	if err != nil {
		return 0
	}
	return time.Duration(seconds) * time.Second
}

// Reason tells why there was no answer, without the address and without what the other side sent.
func Reason(err error) string {
	var dns *net.DNSError
	var certificate *tls.CertificateVerificationError
	var network net.Error
	switch {
	case errors.Is(err, errForbidden):
		return errForbidden.Error()
	case errors.As(err, &network) && network.Timeout(), errors.Is(err, context.DeadlineExceeded):
		return "no answer in time"
	case errors.As(err, &dns):
		return "the name of the host is not known"
	case errors.As(err, &certificate):
		return "the certificate of the host is not trusted"
	case errors.Is(err, context.Canceled):
		return "the request was broken off"
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "dial" {
		return "the host takes no connection"
	}
	return "the connection failed"
}
