package cats

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"sync/atomic"
	"time"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	"github.com/hyperledger/fabric-gateway/pkg/identity"
	"github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/protobuf/proto"
)

// rest is how long a peer that failed is passed over while another one answers.
const rest = 5 * time.Second

// gatewayPeer is one peer of the own organisation, with its gateway.
type gatewayPeer struct {
	name string
	// place among the organisation's peers.
	place    int
	conn     grpc.ClientConnInterface
	gateway  *client.Gateway
	network  *client.Network
	contract *client.Contract
	// events and deliver are the raw streams, which tell why they ended.
	events  gateway.GatewayClient
	deliver peer.DeliverClient
	// restsUntil is a time in nanoseconds since 1970.
	restsUntil atomic.Int64
}

func (p *gatewayPeer) fail() { p.restsUntil.Store(time.Now().Add(rest).UnixNano()) }

// peers stand in for each other. Calls keep to one of them as long as it answers,
// because only there are the client's own writes sure to be seen at once.
type peers struct {
	all     []*gatewayPeer
	owned   []*grpc.ClientConn
	current atomic.Int64
}

// pick returns the peer to ask next: the present one unless it rests.
func (p *peers) pick() *gatewayPeer {
	now, start := time.Now().UnixNano(), int(p.current.Load())
	best := p.all[start]
	for i := range p.all {
		at := (start + i) % len(p.all)
		if p.all[at].restsUntil.Load() <= now {
			p.current.Store(int64(at))
			return p.all[at]
		}
		if p.all[at].restsUntil.Load() < best.restsUntil.Load() {
			best = p.all[at]
		}
	}
	return best
}

func (p *peers) close() error {
	var failures []error
	for _, one := range p.all {
		failures = append(failures, one.gateway.Close())
	}
	for _, conn := range p.owned {
		failures = append(failures, conn.Close())
	}
	return errors.Join(failures...)
}

// connectPeers makes a gateway of every connection given, or of every peer in the profile.
func connectPeers(c *Client, s *signer) (*peers, error) {
	p := &peers{}
	conns, names := c.cfg.conns, []string(nil)
	var certificateHash []byte
	if conns == nil {
		creds, leaf, err := transportCredentials(c.profile.path(c.org.TLSCA), c.profile.path(c.id.TLSCertificate),
			c.profile.path(c.id.TLSKey))
		if err != nil {
			return nil, err
		}
		certificateHash = leaf
		for _, remote := range c.org.Peers {
			conn, err := dial(remote, creds, c.cfg.dial)
			if err != nil {
				return nil, errors.Join(err, p.close())
			}
			p.owned = append(p.owned, conn)
			conns, names = append(conns, conn), append(names, remote.Name)
		}
	}
	if len(conns) == 0 {
		return nil, fmt.Errorf("organisation %s has no peers in the profile", c.id.Organisation)
	}
	for i, conn := range conns {
		one, err := newGatewayPeer(c, s, conn, certificateHash)
		if err != nil {
			return nil, errors.Join(err, p.close())
		}
		one.place = i
		if i < len(names) {
			one.name = names[i]
		}
		p.all = append(p.all, one)
	}
	return p, nil
}

func newGatewayPeer(c *Client, s *signer, conn grpc.ClientConnInterface, certificateHash []byte) (*gatewayPeer, error) {
	options := []client.ConnectOption{client.WithSign(s.sign), client.WithHash(s.hash), client.WithClientConnection(conn)}
	if certificateHash != nil {
		options = append(options, client.WithTLSClientCertificateHash(certificateHash))
	}
	gw, err := client.Connect(s.identity, options...)
	if err != nil {
		return nil, fmt.Errorf("couldn't use the connection to a peer: %w", err)
	}
	network := gw.GetNetwork(c.profile.Channel)
	return &gatewayPeer{
		name: c.org.MSP, conn: conn, gateway: gw, network: network, contract: network.GetContract(c.profile.Chaincode),
		events: gateway.NewGatewayClient(conn), deliver: peer.NewDeliverClient(conn),
	}, nil
}

// dial opens a connection that comes back by itself soon after its peer does.
func dial(
	p PeerProfile, creds func(serverName string) credentials.TransportCredentials, extra []grpc.DialOption,
) (*grpc.ClientConn, error) {
	name := p.ServerName
	if name == "" {
		host, _, err := net.SplitHostPort(p.Address)
		if err != nil {
			return nil, fmt.Errorf("the address %q of peer %s is not host:port: %w", p.Address, p.Name, err)
		}
		name = host
	}
	options := []grpc.DialOption{
		grpc.WithTransportCredentials(creds(name)),
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff:           backoff.Config{BaseDelay: 200 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: 3 * time.Second},
			MinConnectTimeout: 3 * time.Second,
		}),
		// Peers cut clients that ping more often than once a minute.
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: 2 * time.Minute, Timeout: 20 * time.Second}),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(100 << 20)),
	}
	conn, err := grpc.NewClient(p.Address, append(options, extra...)...)
	if err != nil {
		return nil, fmt.Errorf("couldn't use the address %q of peer %s: %w", p.Address, p.Name, err)
	}
	return conn, nil
}

// transportCredentials reads the files of a mutual TLS connection and returns also
// the hash of the client's certificate, to which peers bind their event streams.
func transportCredentials(caPath, certificatePath, keyPath string) (func(string) credentials.TransportCredentials, []byte, error) {
	caPEM, err := os.ReadFile(caPath)
	if err != nil {
		return nil, nil, fmt.Errorf("couldn't read the TLS authority: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(caPEM) {
		return nil, nil, fmt.Errorf("%s holds no certificate", caPath)
	}
	pair, err := tls.LoadX509KeyPair(certificatePath, keyPath)
	if err != nil {
		return nil, nil, fmt.Errorf("couldn't load the TLS certificate: %w", err)
	}
	leaf := sha256.Sum256(pair.Certificate[0])
	return func(serverName string) credentials.TransportCredentials {
		return credentials.NewTLS(&tls.Config{
			RootCAs: roots, Certificates: []tls.Certificate{pair}, ServerName: serverName, MinVersion: tls.VersionTLS12,
		})
	}, leaf[:], nil
}

func serialize(id *identity.X509Identity) ([]byte, error) {
	raw, err := proto.Marshal(&msp.SerializedIdentity{Mspid: id.MspID(), IdBytes: id.Credentials()})
	if err != nil {
		return nil, fmt.Errorf("couldn't serialise the identity: %w", err)
	}
	return raw, nil
}
