package cats

import (
	"context"
	"crypto"
	"crypto/hkdf"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"time"

	"carec.example/cats/chaincode/transit"
	"github.com/hyperledger/fabric-gateway/pkg/hash"
	"github.com/hyperledger/fabric-gateway/pkg/identity"
)

// Client is one identity's access to the ledger through the peers of its own
// organisation. It is safe for concurrent use.
type Client struct {
	name      string
	profile   *Profile
	org       OrganisationProfile
	id        IdentityProfile
	creator   []byte
	sign      func(message []byte) ([]byte, error)
	secret    []byte
	cfg       config
	peers     *peers
	inFlight  chan struct{}
	queues    *Queues
	horizon   *Horizon
	consort   consortiumCache
	asked     askedCache
	movements *movementCache
	// elsewhere is the identity for which the client only prepares; nil for one that signs.
	elsewhere *foreign
}

// Open connects as the named identity. It does not wait for the peers: a call
// tells when none of them answers. Close the client when it is no longer used.
func Open(ctx context.Context, profile *Profile, identityName string, opts ...Option) (*Client, error) {
	if err := ctx.Err(); err != nil {
		return nil, &Error{Op: "open", Class: Canceled, cause: err}
	}
	cfg := defaults()
	for _, o := range opts {
		if err := o(&cfg); err != nil {
			return nil, fmt.Errorf("couldn't open the client: %w", err)
		}
	}
	id, err := profile.Identity(identityName)
	if err != nil {
		return nil, err
	}
	c := &Client{
		name: identityName, profile: profile, org: profile.Organisations[id.Organisation], id: id, cfg: cfg,
		inFlight: make(chan struct{}, cfg.concurrency), queues: cfg.queues, horizon: cfg.horizon,
		movements: newMovementCache(),
	}
	if c.queues == nil {
		c.queues = NewQueues()
	}
	if c.horizon == nil {
		c.horizon = NewHorizon()
	}
	if err := c.connect(); err != nil {
		return nil, fmt.Errorf("couldn't open the client of %s: %w", identityName, err)
	}
	return c, nil
}

// connect loads the identity and makes a gateway of every peer.
func (c *Client) connect() error {
	signer, err := c.loadSigner()
	if err != nil {
		return err
	}
	c.creator = signer.creator
	c.sign = func(message []byte) ([]byte, error) { return signer.sign(signer.hash(message)) }
	c.secret = c.cfg.secret
	if c.secret == nil {
		c.secret = signer.secret
	}
	c.peers, err = connectPeers(c, signer)
	return err
}

// Close ends the connections that the client opened. A client made by [Client.For] leaves them to the one that made it.
func (c *Client) Close() error {
	if c.elsewhere != nil {
		return c.elsewhere.close()
	}
	return c.peers.close()
}

// Name of the identity in the profile.
func (c *Client) Name() string { return c.name }

// MSP of the client's organisation.
func (c *Client) MSP() string { return c.org.MSP }

// Country of the client's organisation; empty when it is not a customs authority.
func (c *Client) Country() string { return c.org.Country }

// actor is who the ledger takes the client for, as far as it marks messages.
func (c *Client) actor() transit.Actor {
	return transit.Actor{MSP: c.org.MSP, Office: c.id.Office, Operator: c.id.Operator}
}

// Identity is what the profile says of the client's identity.
func (c *Client) Identity() IdentityProfile { return c.id }

// Movements are the calls on movements.
func (c *Client) Movements() *Movements { return &Movements{c} }

// Guarantees are the calls on guarantees.
func (c *Client) Guarantees() *Guarantees { return &Guarantees{c} }

// Registry are the calls on the registry of organisations and offices.
func (c *Client) Registry() *Registry { return &Registry{c} }

// Info tells what chaincode the organisation's peer runs.
func (c *Client) Info(ctx context.Context) (*transit.Info, error) {
	return query[transit.Info](ctx, c, transit.FnInfo, transit.Empty{})
}

// signer is a signing identity loaded from files.
type signer struct {
	identity *identity.X509Identity
	sign     identity.Sign
	hash     hash.Hash
	creator  []byte
	// secret derives from the key and is never sent anywhere.
	secret []byte
}

// loadSigner loads the client's identity. Its key is in a file, or where [WithKeys] finds it.
func (c *Client) loadSigner() (*signer, error) {
	certificatePath := c.profile.path(c.id.Certificate)
	certificatePEM, err := os.ReadFile(certificatePath)
	if err != nil {
		return nil, fmt.Errorf("couldn't read the certificate: %w", err)
	}
	certificate, err := identity.CertificateFromPEM(certificatePEM)
	if err != nil {
		return nil, fmt.Errorf("couldn't read the certificate %s: %w", certificatePath, err)
	}
	id, err := identity.NewX509Identity(c.org.MSP, certificate)
	if err != nil {
		return nil, fmt.Errorf("couldn't use the certificate %s: %w", certificatePath, err)
	}
	s := &signer{identity: id, hash: hash.SHA256}
	if certificate.PublicKeyAlgorithm == x509.Ed25519 {
		s.hash = hash.NONE
	}
	if s.creator, err = serialize(id); err != nil {
		return nil, err
	}
	if onDevice(c.id.Key) {
		err = s.useDevice(c, certificate)
	} else {
		err = s.useFile(c.profile.path(c.id.Key))
	}
	return s, err
}

func (s *signer) useFile(path string) error {
	keyPEM, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("couldn't read the key: %w", err)
	}
	key, err := identity.PrivateKeyFromPEM(keyPEM)
	if err != nil {
		return fmt.Errorf("couldn't read the key %s: %w", path, err)
	}
	if s.sign, err = identity.NewPrivateKeySign(key); err != nil {
		return fmt.Errorf("couldn't use the key %s: %w", path, err)
	}
	s.secret, err = secretOf(keyPEM)
	return err
}

// useDevice signs on a device. Nothing can be derived from a key that is never seen, so the client's secret comes from the key
// of its TLS connection, which is a file.
func (s *signer) useDevice(c *Client, certificate *x509.Certificate) error {
	if c.cfg.keys == nil {
		return fmt.Errorf("the key of %s is on a device, and this program opens none", c.name)
	}
	key, err := c.cfg.keys(c.id.Key)
	if err != nil {
		return err
	}
	if public, known := key.Public().(interface{ Equal(crypto.PublicKey) bool }); !known || !public.Equal(certificate.PublicKey) {
		return fmt.Errorf("the key on the device is not that of the certificate of %s", c.name)
	}
	s.sign = func(digest []byte) ([]byte, error) { return signDigest(key, digest) }
	if c.cfg.secret != nil {
		return nil
	}
	tlsKey, err := os.ReadFile(c.profile.path(c.id.TLSKey))
	if err != nil {
		return fmt.Errorf("couldn't read the key of the TLS connection: %w", err)
	}
	s.secret, err = secretOf(tlsKey)
	return err
}

func secretOf(keyPEM []byte) ([]byte, error) {
	block, _ := pem.Decode(keyPEM)
	if block == nil {
		return nil, errors.New("couldn't derive the client's secret: the key is not in PEM")
	}
	secret, err := hkdf.Key(sha256.New, block.Bytes, nil, "carec.example/cats/client-secret/v1", sha256.Size)
	if err != nil {
		return nil, fmt.Errorf("couldn't derive the client's secret: %w", err)
	}
	return secret, nil
}

// overall bounds a call whose context has no deadline of its own.
func (c *Client) overall(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, bounded := ctx.Deadline(); bounded {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, c.cfg.timeouts.Overall)
}

// enter takes one of the places for calls in flight; leave gives it back.
func (c *Client) enter(ctx context.Context) error {
	select {
	case c.inFlight <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (c *Client) leave() { <-c.inFlight }

// sleep waits, or returns the context's error when that ends first.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
