package network

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	"github.com/hyperledger/fabric-gateway/pkg/hash"
	"github.com/hyperledger/fabric-gateway/pkg/identity"
	"github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	"google.golang.org/grpc/status"

	"carec.example/cats/network/lifecycle"
	"carec.example/cats/network/topology"
)

// foundingFunction is the chaincode's function that takes the registry. A chaincode that does not know it is left as it
// is: the network can run any program.
const foundingFunction = "registry:Found"

// foundRegistry submits the registry as the first customs authority's administrator, once in the life of a channel.
func (n *Network) foundRegistry(ctx context.Context) error {
	if n.state.Founded {
		return nil
	}
	first := n.topology.OfKind(topology.Customs)[0]
	if !n.runs(first) {
		return nil
	}
	registry, err := os.ReadFile(n.net.File("founding.json"))
	if err != nil {
		return err
	}
	n.options.Step("founding the registry of organisations and offices")
	session, err := lifecycle.Open(n.member(first, first.Peers()[0]))
	if err != nil {
		return err
	}
	defer session.Close()
	founded, err := submitFounding(ctx, session, n.topology, registry)
	if err != nil {
		return fmt.Errorf("founding the registry: %w", err)
	}
	n.state.Founded = founded
	if !founded {
		n.options.Step("the chaincode keeps no registry: nothing founded")
	}
	return n.state.write(n.net)
}

func (n *Network) runs(o *topology.Organisation) bool {
	for _, here := range n.here() {
		if here.Name == o.Name {
			return true
		}
	}
	return false
}

// foundingTimeout bounds the founding, foundingAttempt one try at it: a peer that hangs under load must not use up the time
// for all of them.
const (
	foundingTimeout = 2 * time.Minute
	foundingAttempt = 15 * time.Second
)

func attemptFounding(ctx context.Context, contract *client.Contract, registry []byte) error {
	ctx, cancel := context.WithTimeout(ctx, foundingAttempt)
	defer cancel()
	_, err := contract.SubmitWithContext(ctx, foundingFunction, client.WithBytesArguments(registry))
	return err
}

func submitFounding(ctx context.Context, s *lifecycle.Session, t *topology.Topology, registry []byte) (bool, error) {
	g, err := Connect(s)
	if err != nil {
		return false, err
	}
	defer g.Close()
	contract := g.GetNetwork(t.Channel).GetContract(t.Chaincode.Name)
	ctx, cancel := context.WithTimeout(ctx, foundingTimeout)
	defer cancel()
	for {
		err := attemptFounding(ctx, contract, registry)
		switch text := detail(err); {
		case err == nil || strings.Contains(text, `"ALREADY_FOUNDED"`):
			return true, nil
		case strings.Contains(text, `"UNKNOWN_FUNCTION"`):
			return false, nil
		case strings.Contains(text, "chaincode response"):
			return false, errors.New(text)
		case ctx.Err() != nil:
			return false, errors.New(text)
		}
		// Peers that have just started chaincode or joined find each other within seconds.
		select {
		case <-ctx.Done():
		case <-time.After(250 * time.Millisecond):
		}
	}
}

// detail is an error's text together with what each endorser said.
func detail(err error) string {
	if err == nil {
		return ""
	}
	text := []string{err.Error()}
	for _, d := range status.Convert(err).Details() {
		if e, ok := d.(*gateway.ErrorDetail); ok {
			text = append(text, fmt.Sprintf("%s (%s): %s", e.GetMspId(), e.GetAddress(), e.GetMessage()))
		}
	}
	return strings.Join(text, "; ")
}

// Connect makes a gateway of a session: its peer, its administrator. The digest of the TLS certificate goes into every
// proposal, as peers that ask for client certificates expect.
func Connect(s *lifecycle.Session) (*client.Gateway, error) {
	leaf, err := x509.ParseCertificate(s.Certificate.Certificate[0])
	if err != nil {
		return nil, err
	}
	digest := sha256.Sum256(leaf.Raw)
	id, err := gatewayIdentity(s)
	if err != nil {
		return nil, err
	}
	return client.Connect(id,
		client.WithSign(s.Identity.Sign), client.WithHash(hash.NONE),
		client.WithClientConnection(s.Connection), client.WithTLSClientCertificateHash(digest[:]),
		client.WithEndorseTimeout(15*time.Second), client.WithSubmitTimeout(10*time.Second),
		client.WithCommitStatusTimeout(30*time.Second))
}

func gatewayIdentity(s *lifecycle.Session) (identity.Identity, error) {
	certificate, err := identity.CertificateFromPEM(s.Identity.Credentials())
	if err != nil {
		return nil, err
	}
	return identity.NewX509Identity(s.Identity.MspID(), certificate)
}
