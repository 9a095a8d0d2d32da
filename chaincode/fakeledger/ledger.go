package fakeledger

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"google.golang.org/protobuf/proto"
)

// Ledger is a channel with one chaincode, held in memory: the peers of its organisations, and an orderer that cuts a block
// whenever a test says so. All methods are safe for concurrent use.
//
// mu guards the fields below it; it may be held while a peer's own lock is taken, never the other way round. Chaincode runs
// without mu.
type Ledger struct {
	channel     string
	chaincode   string
	start       time.Time
	policy      *common.SignaturePolicyEnvelope
	collections *collections
	nodes       []*node // in the order of Config.Orgs
	byOrg       map[string]*node
	trust       *trust

	mu         sync.Mutex
	now        time.Time
	head       *worldState // public keys and hashes after the last block
	blocks     []*Block
	txIDs      map[string]bool
	halted     error
	nonces     map[string]uint64 // proposals made, per creator
	identities map[string]*Identity
	outsiders  *trust // authorities that no MSP on the ledger knows
}

// New builds a ledger whose organisations all run the chaincode.
func New(chaincode shim.Chaincode, config Config) (*Ledger, error) {
	config = config.withDefaults()
	if chaincode == nil || len(config.Orgs) == 0 {
		return nil, errors.New("a ledger needs a chaincode and at least one organisation")
	}
	if _, err := compile(config.Policy); err != nil {
		return nil, fmt.Errorf("chaincode policy: %w", err)
	}
	l := &Ledger{
		channel:     config.Channel,
		chaincode:   config.Chaincode,
		start:       config.Start,
		policy:      proto.Clone(config.Policy).(*common.SignaturePolicyEnvelope),
		collections: newCollections(config),
		byOrg:       map[string]*node{},
		trust:       newTrust(),
		now:         config.Start,
		head:        newWorldState(),
		txIDs:       map[string]bool{},
		nonces:      map[string]uint64{},
		identities:  map[string]*Identity{},
		outsiders:   newTrust(),
	}
	for _, org := range config.Orgs {
		if err := l.addPeer(org, chaincode); err != nil {
			return nil, err
		}
	}
	return l, nil
}

func newCollections(config Config) *collections {
	c := &collections{
		channel:   config.Channel,
		chaincode: config.Chaincode,
		explicit:  map[string]Collection{},
		orgs:      slices.Clone(config.Orgs),
	}
	for _, collection := range config.Collections {
		c.explicit[collection.Name] = collection
	}
	return c
}

// addPeer founds an organisation: an authority and one peer.
func (l *Ledger) addPeer(org string, chaincode shim.Chaincode) error {
	if _, ok := l.byOrg[org]; ok {
		return fmt.Errorf("organisation %s is listed twice", org)
	}
	a, err := newAuthority(org, mainAuthority, l.start)
	if err != nil {
		return err
	}
	l.trust.add(a)
	id, err := a.enrol("peer0", certificate{role: RolePeer})
	if err != nil {
		return err
	}
	n := &node{
		identity: id, collections: l.collections, trust: l.trust, chaincode: chaincode,
		state: newWorldState(), changes: map[string][]keyChange{}, txIDs: map[string]bool{},
	}
	l.nodes = append(l.nodes, n)
	l.byOrg[org] = n
	return nil
}

// Orgs are the MSP ids of the organisations.
func (l *Ledger) Orgs() []string { return slices.Clone(l.collections.orgs) }

// ChaincodePolicy is a copy of the chaincode-wide endorsement policy.
func (l *Ledger) ChaincodePolicy() *common.SignaturePolicyEnvelope {
	return proto.Clone(l.policy).(*common.SignaturePolicyEnvelope)
}

// Now is the time on the clock of all peers.
func (l *Ledger) Now() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.now
}

// SetTime sets the clock of all peers, also backwards.
func (l *Ledger) SetTime(t time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.now = t
}

// Advance moves the clock of all peers.
func (l *Ledger) Advance(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.now = l.now.Add(d)
}

// Err is nil until the ledger halts.
func (l *Ledger) Err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.halted
}

func (l *Ledger) node(org string) (*node, error) {
	n, ok := l.byOrg[org]
	if !ok {
		return nil, fmt.Errorf("%s: %w", org, ErrUnknownOrg)
	}
	return n, nil
}
