// Package lifecycle joins nodes to the channel and carries a chaincode from its program to a committed definition, each
// organisation acting with its own administrator's identity, through a library and not by reading a console.
//
// Every step asks first what stands already and does the rest, so that repeating it after an interruption, or on the
// running network, is the normal case.
package lifecycle

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/hyperledger/fabric-admin-sdk/pkg/channel"
	"github.com/hyperledger/fabric-admin-sdk/pkg/discovery"
	"github.com/hyperledger/fabric-admin-sdk/pkg/identity"
	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"carec.example/cats/network/material"
	"carec.example/cats/network/parallel"
)

// Member is an organisation to act for.
type Member struct {
	Name, MSP string
	// PeerAddress is where its peer answers, ServerName the name in the peer's certificate.
	PeerAddress, ServerName string
	TLSCA                   string
	// Admin is its administrator's certificates and keys.
	Admin material.Pair
}

// Session is a connection to a member's peer with its administrator's identity.
type Session struct {
	Member      Member
	Connection  *grpc.ClientConn
	Identity    identity.SigningIdentity
	Certificate tls.Certificate
}

// Open connects to a member's peer. No call is made yet.
func Open(m Member) (*Session, error) {
	pair, roots, err := tlsMaterial(m.Admin, m.TLSCA)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", m.Name, err)
	}
	config := &tls.Config{
		Certificates: []tls.Certificate{pair}, RootCAs: roots, ServerName: m.ServerName, MinVersion: tls.VersionTLS12,
	}
	connection, err := grpc.NewClient("dns:///"+m.PeerAddress,
		grpc.WithTransportCredentials(credentials.NewTLS(config)),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(64<<20), grpc.MaxCallSendMsgSize(64<<20)))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", m.Name, err)
	}
	signer, err := signer(m)
	if err != nil {
		connection.Close()
		return nil, fmt.Errorf("%s: %w", m.Name, err)
	}
	return &Session{Member: m, Connection: connection, Identity: signer, Certificate: pair}, nil
}

// Close closes the connection.
func (s *Session) Close() error { return s.Connection.Close() }

func tlsMaterial(pair material.Pair, ca string) (tls.Certificate, *x509.CertPool, error) {
	certificate, err := tls.LoadX509KeyPair(pair.TLSCertificate(), pair.TLSKey())
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	text, err := os.ReadFile(ca)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(text) {
		return tls.Certificate{}, nil, fmt.Errorf("%s holds no certificate", ca)
	}
	return certificate, roots, nil
}

func signer(m Member) (identity.SigningIdentity, error) {
	certificate, err := identity.ReadCertificate(m.Admin.Certificate())
	if err != nil {
		return nil, err
	}
	key, err := identity.ReadPrivateKey(m.Admin.Key())
	if err != nil {
		return nil, err
	}
	return identity.NewPrivateKeySigningIdentity(m.MSP, certificate, key)
}

// ReadBlock reads a block from a file.
func ReadBlock(file string) (*common.Block, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	block := &common.Block{}
	if err := proto.Unmarshal(text, block); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return block, nil
}

// JoinOrderer makes an orderer take part in the channel. The address is that of its administration service.
func JoinOrderer(address, name string, block *common.Block, admin material.Pair, ca string) error {
	certificate, roots, err := tlsMaterial(admin, ca)
	if err != nil {
		return err
	}
	url := "https://" + address
	list, err := channel.ListChannel(url, roots, certificate)
	if err != nil {
		return fmt.Errorf("orderer at %s: %w", address, err)
	}
	for _, joined := range list.Channels {
		if joined.Name == name {
			return nil
		}
	}
	response, err := channel.CreateChannel(url, block, roots, certificate)
	if err != nil {
		return fmt.Errorf("orderer at %s: %w", address, err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusCreated {
		text, _ := io.ReadAll(io.LimitReader(response.Body, 4096))
		return fmt.Errorf("orderer at %s: %s: %s", address, response.Status, strings.TrimSpace(string(text)))
	}
	return nil
}

// JoinPeer makes the member's peer take part in the channel.
func (s *Session) JoinPeer(ctx context.Context, name string, block *common.Block) error {
	joined, err := channel.ListChannelOnPeer(ctx, s.Connection, s.Identity)
	if err != nil {
		return fmt.Errorf("%s: %w", s.Member.Name, err)
	}
	for _, c := range joined {
		if c.GetChannelId() == name {
			return nil
		}
	}
	if err := channel.JoinChannel(ctx, s.Connection, s.Identity, block); err != nil {
		return fmt.Errorf("%s: join: %w", s.Member.Name, err)
	}
	return nil
}

// Height is the number of blocks on the member's peer.
func (s *Session) Height(ctx context.Context, name string) (uint64, error) {
	info, err := channel.GetBlockChainInfo(ctx, s.Connection, s.Identity, name)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", s.Member.Name, err)
	}
	return info.GetHeight(), nil
}

// AwaitNeighbours waits until every peer sees as many peers of each MSP on the channel as are told, with the chaincode
// running if one is named. Before that a gateway there cannot find the endorsers a policy asks for.
func AwaitNeighbours(ctx context.Context, sessions []*Session, channel, chaincode string, peers map[string]int) error {
	return parallel.Each(ctx, sessions, func(ctx context.Context, s *Session) error {
		for {
			missing := s.unseen(ctx, channel, chaincode, peers)
			if len(missing) == 0 {
				return nil
			}
			select {
			case <-ctx.Done():
				return fmt.Errorf("%s: the peer does not see the peers of %s: %w", s.Member.Name, strings.Join(missing, ", "), ctx.Err())
			case <-time.After(100 * time.Millisecond):
			}
		}
	})
}

func (s *Session) unseen(ctx context.Context, channel, chaincode string, peers map[string]int) []string {
	digest := sha256.Sum256(s.Certificate.Certificate[0])
	client := discovery.NewPeer(s.Connection, s.Identity, discovery.WithTLSClientCertificateHash(digest[:]))
	var filter *peer.ChaincodeInterest
	if chaincode != "" {
		filter = &peer.ChaincodeInterest{Chaincodes: []*peer.ChaincodeCall{{Name: chaincode}}}
	}
	members, err := client.PeerMembershipQuery(ctx, channel, filter)
	if err != nil {
		return sortedKeys(peers)
	}
	var missing []string
	for _, msp := range sortedKeys(peers) {
		if len(members.GetPeersByOrg()[msp].GetPeers()) < peers[msp] {
			missing = append(missing, msp)
		}
	}
	return missing
}

// insist repeats an action while a young network is still finding itself: peers that have not heard of each other yet,
// an orderer that is just being elected. Anything else is returned at once.
func insist(ctx context.Context, action func(context.Context) error) error {
	for {
		err := action(ctx)
		if err == nil || !passing(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		case <-time.After(200 * time.Millisecond):
		}
	}
}

func passing(err error) bool {
	for _, text := range []string{"ProposalResponsePayloads do not match", "no combination of peers", "MVCC_READ_CONFLICT"} {
		if strings.Contains(err.Error(), text) {
			return true
		}
	}
	switch status.Code(err) {
	case codes.Unavailable, codes.FailedPrecondition:
		return true
	default:
		return false
	}
}
