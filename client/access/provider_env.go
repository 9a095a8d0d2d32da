package access

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
)

// longestSecret of a client, in bytes.
const longestSecret = 4 << 10

// ProviderFromEnvironment reads a [Provider] from a process' settings; nil without
// CATS_OIDC_ISSUER. The client's secret stands in a file, so that it does not show in a list
// of processes or of their environments.
//
//	CATS_OIDC_ISSUER       URL of the provider, as in its tokens
//	CATS_OIDC_CLIENT       client id of the gateway
//	CATS_OIDC_SECRET_FILE  file with the client's secret; none for a public client
//	CATS_OIDC_ADDRESS      how browsers reach the gateway, such as https://gateway.kz.example
//	CATS_OIDC_SCOPES       scopes beside openid, between blanks
//	CATS_OIDC_CLAIM        claim that names a person (sub)
//	CATS_OIDC_AUDIENCE     audience of access tokens that are taken as bearer tokens
//	CATS_OIDC_CA           PEM file of authorities that the provider's server certificate may be of
func ProviderFromEnvironment(getenv func(string) string) (*Provider, error) {
	p := &Provider{
		Issuer: getenv("CATS_OIDC_ISSUER"), ClientID: getenv("CATS_OIDC_CLIENT"), Scopes: strings.Fields(getenv("CATS_OIDC_SCOPES")),
		Claim: getenv("CATS_OIDC_CLAIM"), Audience: getenv("CATS_OIDC_AUDIENCE"),
	}
	if p.Issuer == "" {
		return nil, nil
	}
	if p.ClientID == "" {
		return nil, errors.New("CATS_OIDC_CLIENT must be set with CATS_OIDC_ISSUER")
	}
	address, err := url.Parse(getenv("CATS_OIDC_ADDRESS"))
	if err != nil || address.Scheme != "https" || address.Host == "" || strings.Trim(address.Path, "/") != "" {
		return nil, errors.New("CATS_OIDC_ADDRESS must be the gateway's https://HOST as browsers see it")
	}
	p.RedirectURL = "https://" + address.Host + CallbackPath
	if file := getenv("CATS_OIDC_SECRET_FILE"); file != "" {
		if p.ClientSecret, err = readSecret(file); err != nil {
			return nil, err
		}
	}
	if file := getenv("CATS_OIDC_CA"); file != "" {
		if p.Client, err = trusting(file); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func readSecret(file string) (string, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("couldn't read the client's secret: %w", err)
	}
	secret := strings.TrimSpace(string(raw))
	if secret == "" || len(secret) > longestSecret {
		return "", fmt.Errorf("the client's secret in %s must have 1 to %d bytes", file, longestSecret)
	}
	return secret, nil
}

// trusting is a client that trusts only the authorities of a file.
func trusting(file string) (*http.Client, error) {
	authorities, err := readCertificates(file)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	for _, authority := range authorities {
		pool.AddCert(authority)
	}
	transport, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		transport = &http.Transport{}
	}
	transport = transport.Clone()
	transport.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	return &http.Client{Transport: transport, Timeout: providerTimeout}, nil
}
