package risk

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/database"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Advice is what the officer is advised to do.
type Advice string

// Advices.
const (
	Control    Advice = "control"
	Release    Advice = "release"
	AskOfficer Advice = "ask officer"
)

// Advices are all that there are.
func Advices() []Advice { return []Advice{Control, Release, AskOfficer} }

// Known reports whether the advice is one of them.
func (a Advice) Known() bool { return slices.Contains(Advices(), a) }

// Config of the client.
type Config struct {
	Database *database.DB
	// URL of the service: https, or http on this machine.
	URL string
	// Default stands in for an answer; it must be stated.
	Default Advice
	// Timeout of a question: 5 s when zero.
	Timeout time.Duration
	// Failures in a row after which the service is not asked for Rest: 5 and 1 min when zero.
	Failures int
	Rest     time.Duration
	// Roots of trust for the service's certificate; nil for the system's. Certificate is shown to it when set.
	Roots       *x509.CertPool
	Certificate *tls.Certificate
	// Token is sent as a bearer token unless empty.
	Token string
}

// Client asks one service. It is safe for concurrent use.
type Client struct {
	cfg     Config
	db      *database.DB
	http    *http.Client
	service string
}

// Question is what the service is asked.
type Question struct {
	// ID of the question, which the answer repeats; Assess sets it.
	ID string `json:"id"`
	// Movement by its identification, and MRN once it is accepted.
	Movement string `json:"movement"`
	MRN      string `json:"mrn,omitempty"`
	// Seq is the sequence number of the record that was looked at.
	Seq int `json:"seq"`
	// Office that is to decide.
	Office string `json:"office"`
	// Declaration is the content, without access codes.
	Declaration *transit.STD `json:"declaration"`
}

// Answer is what the service says.
type Answer struct {
	ID     string `json:"id"`
	Advice Advice `json:"advice"`
	// Reference under which the service knows its assessment.
	Reference string `json:"reference,omitempty"`
	// Reasons in words, for the officer alone.
	Reasons []string `json:"reasons,omitempty"`
	// ControlTypes advised, after code list CL716.
	ControlTypes []string `json:"controlTypes,omitempty"`
}

// Assessment is what the officer is told, as it is kept.
type Assessment struct {
	ID       string    `json:"id"`
	Movement string    `json:"movement"`
	MRN      string    `json:"mrn,omitempty"`
	Seq      int       `json:"seq"`
	Office   string    `json:"office"`
	AskedAt  time.Time `json:"askedAt"`
	// Took is how long the answer took, in milliseconds.
	Took int64 `json:"tookMs"`
	// Service is the host that was asked.
	Service      string   `json:"service"`
	Advice       Advice   `json:"advice"`
	Reference    string   `json:"reference,omitempty"`
	Reasons      []string `json:"reasons"`
	ControlTypes []string `json:"controlTypes"`
	// DefaultBecause says why the default was taken; empty when the service answered.
	DefaultBecause string `json:"defaultBecause,omitempty"`
}

// Check holds that the configuration can be worked with, all but the database.
func (c *Config) Check() error {
	if !c.Default.Known() {
		return fmt.Errorf("the risk client needs a default, one of %q", Advices())
	}
	if c.Timeout < 0 || c.Failures < 0 || c.Rest < 0 {
		return errors.New("the times and the failures of the risk client must not be below zero")
	}
	if strings.ContainsFunc(c.Token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return errors.New("the token for the risk service has characters that no token has") // RFC 6750, section 2.1
	}
	_, err := checkService(c.URL)
	return err
}

// New checks the configuration and brings the tables up to date.
func New(ctx context.Context, cfg Config) (*Client, error) {
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	if cfg.Database == nil {
		return nil, errors.New("the risk client needs a database")
	}
	host, err := checkService(cfg.URL)
	if err != nil {
		return nil, err
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = 5 * time.Second
	}
	if cfg.Failures == 0 {
		cfg.Failures = 5
	}
	if cfg.Rest == 0 {
		cfg.Rest = time.Minute
	}
	if err := migrate(ctx, cfg.Database); err != nil {
		return nil, err
	}
	t := &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: cfg.Roots}
	if cfg.Certificate != nil {
		t.Certificates = []tls.Certificate{*cfg.Certificate}
	}
	return &Client{cfg: cfg, db: cfg.Database, service: host, http: &http.Client{
		Timeout: cfg.Timeout,
		Transport: &http.Transport{
			DialContext: (&net.Dialer{Timeout: cfg.Timeout}).DialContext, TLSClientConfig: t, ForceAttemptHTTP2: true,
			MaxResponseHeaderBytes: 32 << 10, MaxIdleConnsPerHost: 4, IdleConnTimeout: 30 * time.Second,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

func migrate(ctx context.Context, db *database.DB) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	return db.Migrate(ctx, files, "risk_version")
}

// Close gives up what is kept open to the service.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// checkService returns the host. The content of a declaration must not go over a network in the clear.
func checkService(text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil {
		return "", errors.New("the address of the risk service must be https://HOST/PATH, without user and password")
	}
	ip, _ := netip.ParseAddr(u.Hostname())
	if u.Scheme != "https" && (u.Scheme != "http" || !ip.IsLoopback()) {
		return "", errors.New("the address of the risk service must begin with https://")
	}
	return u.Host, nil
}

// Assess asks the service and keeps what came of it. It takes no longer than the time-out and a little for the database. That the
// service did not answer is no error: the default is in the assessment, and why. An error means that nothing was kept, and that the officer
// decides without advice.
func (c *Client) Assess(ctx context.Context, q Question) (*Assessment, error) {
	q.ID = rand.Text()
	if q.Declaration != nil {
		q.Declaration = q.Declaration.WithoutAccessCodes()
	}
	begin := time.Now()
	a := &Assessment{
		ID: q.ID, Movement: q.Movement, MRN: q.MRN, Seq: q.Seq, Office: q.Office, AskedAt: begin.UTC().Truncate(time.Millisecond),
		Service: c.service, Advice: c.cfg.Default, Reasons: []string{}, ControlTypes: []string{},
	}
	open, err := c.admit(ctx, begin)
	if err != nil {
		return nil, err
	}
	if !open {
		a.DefaultBecause = "it has failed several times and is left alone for a while"
		return a, c.keep(ctx, a, false)
	}
	answer, err := c.ask(ctx, &q)
	if ctx.Err() != nil {
		return nil, fmt.Errorf("couldn't assess the risk: %w", ctx.Err())
	}
	a.Took = time.Since(begin).Milliseconds()
	if err != nil {
		a.DefaultBecause = err.Error()
	} else {
		a.Advice, a.Reference = answer.Advice, answer.Reference
		a.Reasons, a.ControlTypes = append(a.Reasons, answer.Reasons...), append(a.ControlTypes, answer.ControlTypes...)
	}
	return a, c.keep(ctx, a, true)
}
