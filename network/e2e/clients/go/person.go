package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"os"
	"time"

	"carec.example/cats/network/e2e/clients/go/ledger"
)

// person is somebody at the gateway of its organisation, with a client certificate (PEM files).
type person struct {
	Gateway, Authority, Certificate, Key string
}

// client connects a person with mutual TLS.
func (p person) client() (*ledger.ClientWithResponses, error) {
	pair, err := tls.LoadX509KeyPair(p.Certificate, p.Key)
	if err != nil {
		return nil, err
	}
	authority, err := os.ReadFile(p.Authority)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(authority) {
		return nil, fmt.Errorf("no certificate in %s", p.Authority)
	}
	doer := &http.Client{Timeout: 2 * time.Minute, Transport: &http.Transport{TLSClientConfig: &tls.Config{
		Certificates: []tls.Certificate{pair}, RootCAs: roots, MinVersion: tls.VersionTLS12,
	}}}
	return ledger.NewClientWithResponses(p.Gateway, ledger.WithHTTPClient(doer))
}
