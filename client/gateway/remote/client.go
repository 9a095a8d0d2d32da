package remote

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"

	"carec.example/cats/client/cats"
	"carec.example/cats/client/gateway"
)

// Client acts as one identity at its organisation's gateway. It is safe for concurrent use.
type Client struct {
	name      string
	org       cats.OrganisationProfile
	base      string
	http      *http.Client
	endpoints map[string]gateway.Endpoint
	pace      pace
}

// pace is how patiently a request is repeated.
type pace struct {
	// attempts are the most requests of one call.
	attempts int
	// base is the first upper bound of the pauses, which doubles up to limit.
	base, limit time.Duration
	// overall bounds a call whose context has no deadline.
	overall time.Duration
	// poll is how often a job is looked at.
	poll time.Duration
}

func thePace() pace {
	return pace{attempts: 25, base: 200 * time.Millisecond, limit: 3 * time.Second, overall: 2 * time.Minute, poll: time.Second}
}

// Open makes the client of an identity of the profile. Address and authority of the gateway are those of the identity's organisation,
// and its TLS certificate and key open the connection. Nothing is connected yet: the first call tells when nobody answers.
func Open(profile *cats.Profile, identity string) (*Client, error) {
	id, err := profile.Identity(identity)
	if err != nil {
		return nil, err
	}
	org := profile.Organisations[id.Organisation]
	if org.Gateway.Address == "" {
		return nil, fmt.Errorf("the profile names no gateway of %s", id.Organisation)
	}
	config, err := tlsOf(profile, id, org)
	if err != nil {
		return nil, fmt.Errorf("couldn't open the gateway's client of %s: %w", identity, err)
	}
	return &Client{
		name: identity, org: org, base: "https://" + org.Gateway.Address, endpoints: gateway.Endpoints(), pace: thePace(),
		http: &http.Client{
			Transport: &http.Transport{
				ForceAttemptHTTP2: true, TLSClientConfig: config, MaxIdleConnsPerHost: 64, IdleConnTimeout: 90 * time.Second,
				TLSHandshakeTimeout: 10 * time.Second,
				// A connection whose other end has gone without a word is found out.
				HTTP2: &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 10 * time.Second},
			},
			// A change must not be sent on to where it was not sent.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}, nil
}

func tlsOf(profile *cats.Profile, id cats.IdentityProfile, org cats.OrganisationProfile) (*tls.Config, error) {
	pair, err := tls.LoadX509KeyPair(profile.File(id.TLSCertificate), profile.File(id.TLSKey))
	if err != nil {
		return nil, fmt.Errorf("couldn't read its TLS certificate: %w", err)
	}
	authority, err := os.ReadFile(profile.File(org.TLSCA))
	if err != nil {
		return nil, fmt.Errorf("couldn't read the TLS authority: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(authority) {
		return nil, errors.New("the file of the TLS authority holds no certificate")
	}
	return &tls.Config{Certificates: []tls.Certificate{pair}, RootCAs: roots, MinVersion: tls.VersionTLS12}, nil
}

// Close ends the connections. Calls under way go on to their end.
func (c *Client) Close() error {
	c.http.CloseIdleConnections()
	return nil
}

// Name of the identity in the profile.
func (c *Client) Name() string { return c.name }

// MSP of the identity's organisation.
func (c *Client) MSP() string { return c.org.MSP }

// Country is the ISO 3166-1 code of the identity's customs authority; empty for other organisations.
func (c *Client) Country() string { return c.org.Country }

// Movements are the calls on movements.
func (c *Client) Movements() gateway.Movements { return movements{c} }

// Guarantees are the calls on guarantees.
func (c *Client) Guarantees() gateway.Guarantees { return guarantees{c} }

// Registry are the calls on the registry.
func (c *Client) Registry() gateway.Registry { return registry{c} }

// Messages are messages of NCTS and UBL and national documents in and out.
func (c *Client) Messages() gateway.Messages { return messages{c} }

// Node is what the organisation's peer tells of itself and its copy of the ledger.
func (c *Client) Node() gateway.Node { return c }

// Ledger is all of it, in the form in which the gateway uses one.
func (c *Client) Ledger() *gateway.Ledger {
	return &gateway.Ledger{
		Movements: c.Movements(), Guarantees: c.Guarantees(), Registry: c.Registry(), Node: c.Node(), Messages: c.Messages(), Close: c.Close,
	}
}
