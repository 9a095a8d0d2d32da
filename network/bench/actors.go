package main

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	"github.com/hyperledger/fabric-gateway/pkg/hash"
	"github.com/hyperledger/fabric-gateway/pkg/identity"
	"github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"carec.example/cats/client/cats"
)

// Names of the chaincodes that CATS is compared with.
const (
	noopChaincode  = "noop"
	assetChaincode = "asset"
)

// actors are those who act: the SDK's clients on CATS, and a plain gateway for the chaincodes it is compared with.
// Each country has one queue for its guarantees, as one node application would.
type actors struct {
	trader, departure, khorgos, akzhol, destination *cats.Client
	courier, clerk, analyst                         *cats.Client
	// plain submits as an officer of the departure country through its peer.
	plain  *plain
	all    []*cats.Client
	plains []*plain
	queues map[string]*cats.Queues
}

// queuesOf are the queues of an organisation's guarantees.
func (a *actors) queuesOf(organisation string) *cats.Queues {
	if a.queues[organisation] == nil {
		a.queues[organisation] = cats.NewQueues()
	}
	return a.queues[organisation]
}

func openActors(ctx context.Context, folder string, profile *cats.Profile) (*actors, error) {
	a := &actors{queues: map[string]*cats.Queues{}}
	for _, one := range []struct {
		into **cats.Client
		name string
	}{
		{&a.trader, "cn-trader-tianshan"}, {&a.departure, "cn-officer-urumqi"}, {&a.courier, "cn-courier"},
		{&a.khorgos, "kz-officer-khorgos"}, {&a.akzhol, "kg-officer-akzhol"}, {&a.destination, "kg-officer-bishkek"},
		{&a.clerk, "cgm-clerk"}, {&a.analyst, "carec-analyst"},
	} {
		c, err := cats.Open(ctx, profile, one.name, cats.WithQueues(a.queuesOf(profile.Identities[one.name].Organisation)))
		if err != nil {
			return nil, errors.Join(err, a.close())
		}
		*one.into = c
		a.all = append(a.all, c)
	}
	var err error
	a.plain, err = openPlain(folder, profile, "cn-officer-urumqi")
	return a, err
}

func (a *actors) close() error {
	var failures []error
	for _, c := range a.all {
		failures = append(failures, c.Close())
	}
	for _, p := range append(a.plains, a.plain) {
		if p != nil {
			failures = append(failures, p.close())
		}
	}
	return errors.Join(failures...)
}

// plain submits transactions as any user of Fabric's client would, without the SDK.
type plain struct {
	connection *grpc.ClientConn
	gateway    *client.Gateway
	network    *client.Network
	creator    []byte
}

func openPlain(folder string, profile *cats.Profile, name string) (*plain, error) {
	id, err := profile.Identity(name)
	if err != nil {
		return nil, err
	}
	organisation := profile.Organisations[id.Organisation]
	path := func(relative string) string { return filepath.Join(folder, relative) }
	pair, err := tls.LoadX509KeyPair(path(id.TLSCertificate), path(id.TLSKey))
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	authority, err := os.ReadFile(path(organisation.TLSCA))
	if err != nil {
		return nil, err
	}
	if !roots.AppendCertsFromPEM(authority) {
		return nil, fmt.Errorf("%s holds no certificate", organisation.TLSCA)
	}
	peer := organisation.Peers[0]
	connection, err := grpc.NewClient(peer.Address, grpc.WithTransportCredentials(credentials.NewTLS(&tls.Config{
		RootCAs: roots, Certificates: []tls.Certificate{pair}, ServerName: peer.ServerName, MinVersion: tls.VersionTLS12,
	})))
	if err != nil {
		return nil, err
	}
	p := &plain{connection: connection}
	signer, sign, err := signerOf(organisation.MSP, path(id.Certificate), path(id.Key))
	if err != nil {
		return nil, errors.Join(err, p.close())
	}
	p.creator, err = proto.Marshal(&msp.SerializedIdentity{Mspid: signer.MspID(), IdBytes: signer.Credentials()})
	if err != nil {
		return nil, errors.Join(err, p.close())
	}
	leaf := sha256.Sum256(pair.Certificate[0])
	p.gateway, err = client.Connect(signer, client.WithSign(sign), client.WithHash(hash.SHA256),
		client.WithClientConnection(connection), client.WithTLSClientCertificateHash(leaf[:]))
	if err != nil {
		return nil, errors.Join(err, p.close())
	}
	p.network = p.gateway.GetNetwork(profile.Channel)
	return p, nil
}

func signerOf(mspID, certificatePath, keyPath string) (*identity.X509Identity, identity.Sign, error) {
	certificatePEM, err := os.ReadFile(certificatePath)
	if err != nil {
		return nil, nil, err
	}
	certificate, err := identity.CertificateFromPEM(certificatePEM)
	if err != nil {
		return nil, nil, err
	}
	keyPEM, err := os.ReadFile(keyPath)
	if err != nil {
		return nil, nil, err
	}
	key, err := identity.PrivateKeyFromPEM(keyPEM)
	if err != nil {
		return nil, nil, err
	}
	sign, err := identity.NewPrivateKeySign(key)
	if err != nil {
		return nil, nil, err
	}
	signer, err := identity.NewX509Identity(mspID, certificate)
	return signer, sign, err
}

// submit does a transaction and waits for its commit.
func (p *plain) submit(ctx context.Context, chaincode, function string, arguments ...string) error {
	_, err := p.send(ctx, chaincode, function, client.WithArguments(arguments...))
	return err
}

// send does a transaction, waits for its commit and returns its result. An error of the hand-over says nothing about its
// fate, so the status is asked for in any case.
func (p *plain) send(ctx context.Context, chaincode, function string, options ...client.ProposalOption) ([]byte, error) {
	proposal, err := p.network.GetContract(chaincode).NewProposal(function, options...)
	if err != nil {
		return nil, err
	}
	transaction, err := proposal.EndorseWithContext(ctx)
	if err != nil {
		return nil, detailed(err)
	}
	commit, submitErr := transaction.SubmitWithContext(ctx)
	if submitErr != nil {
		return transaction.Result(), p.fate(ctx, transaction, submitErr)
	}
	committed, err := commit.StatusWithContext(ctx)
	if err != nil {
		return nil, err
	}
	return transaction.Result(), valid(committed)
}

// detailed tells in one line what each endorser said.
func detailed(err error) error {
	of := status.Convert(err)
	text := of.Message()
	for _, d := range of.Details() {
		if e, ok := d.(*gateway.ErrorDetail); ok {
			text = fmt.Sprintf("%s: %s", e.GetMspId(), e.GetMessage())
		}
	}
	return errors.New(text)
}

// fate waits for the status of a transaction that may or may not have reached the orderers.
func (p *plain) fate(ctx context.Context, transaction *client.Transaction, submitErr error) error {
	request, err := proto.Marshal(&gateway.CommitStatusRequest{
		ChannelId: p.network.Name(), TransactionId: transaction.TransactionID(), Identity: p.creator,
	})
	if err != nil {
		return err
	}
	raw, err := proto.Marshal(&gateway.SignedCommitStatusRequest{Request: request})
	if err != nil {
		return err
	}
	commit, err := p.gateway.NewCommit(raw)
	if err != nil {
		return err
	}
	committed, err := commit.StatusWithContext(ctx)
	if err != nil {
		return errors.Join(submitErr, err)
	}
	return valid(committed)
}

func valid(status *client.Status) error {
	if status.Successful {
		return nil
	}
	return fmt.Errorf("transaction %s: %s", status.TransactionID, status.Code)
}

func (p *plain) evaluate(ctx context.Context, chaincode, function string, arguments ...string) ([]byte, error) {
	return p.network.GetContract(chaincode).EvaluateWithContext(ctx, function, client.WithArguments(arguments...))
}

func (p *plain) close() error {
	if p.gateway != nil {
		_ = p.gateway.Close()
	}
	return p.connection.Close()
}
