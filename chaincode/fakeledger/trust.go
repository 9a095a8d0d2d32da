package fakeledger

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"sync"

	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"google.golang.org/protobuf/proto"
)

// trust knows the certificate authorities of each organisation on the ledger. It remembers the identities it verified, as the
// authorities of an organisation only ever become more.
type trust struct {
	mu    sync.Mutex
	roots map[string][]*authority
	known map[string]*verified
}

func newTrust() *trust {
	return &trust{roots: map[string][]*authority{}, known: map[string]*verified{}}
}

func (t *trust) add(a *authority) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.roots[a.mspID] = append(t.roots[a.mspID], a)
}

// find gives an authority by its name, nil when there is none.
func (t *trust) find(mspID, name string) *authority {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, a := range t.roots[mspID] {
		if a.name == name {
			return a
		}
	}
	return nil
}

// verify decodes a serialized identity and checks its certificate against the authorities of its organisation. Expiry does
// not count here: a committed endorsement stays good when the endorser's certificate runs out.
func (t *trust) verify(serialized []byte) (*verified, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if id, ok := t.known[string(serialized)]; ok {
		return id, nil
	}
	id, err := t.check(serialized)
	if err != nil {
		return nil, err
	}
	t.known[string(serialized)] = id
	return id, nil
}

func (t *trust) check(serialized []byte) (*verified, error) {
	id := &msp.SerializedIdentity{}
	if err := proto.Unmarshal(serialized, id); err != nil {
		return nil, fmt.Errorf("could not decode identity: %w", err)
	}
	roots, ok := t.roots[id.GetMspid()]
	if !ok {
		return nil, fmt.Errorf("MSP %s is unknown", id.GetMspid())
	}
	block, _ := pem.Decode(id.GetIdBytes())
	if block == nil {
		return nil, errors.New("identity holds no PEM certificate")
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("could not parse certificate: %w", err)
	}
	for _, root := range roots {
		if cert.CheckSignatureFrom(root.cert) == nil {
			return &verified{mspID: id.GetMspid(), cert: cert, serialized: serialized}, nil
		}
	}
	return nil, fmt.Errorf("certificate signed by unknown authority, MSP %s", id.GetMspid())
}
