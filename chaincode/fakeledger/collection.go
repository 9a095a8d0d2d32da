package fakeledger

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
)

const implicitPrefix = "_implicit_org_"

// ImplicitCollection names the implicit private data collection of an organisation.
func ImplicitCollection(mspID string) string { return implicitPrefix + mspID }

// Collection is a private data collection of the chaincode definition. Every organisation has its implicit collection too.
type Collection struct {
	// Name is the collection's name.
	Name string
	// Members are the MSP ids whose peers keep the plain values.
	Members []string
	// Policy decides on writes; nil leaves them to the chaincode's policy.
	Policy *common.SignaturePolicyEnvelope
	// MemberOnlyRead and MemberOnlyWrite refuse creators of other organisations. Implicit collections set neither.
	MemberOnlyRead, MemberOnlyWrite bool
}

// collections looks up the collections of a ledger.
type collections struct {
	channel   string
	chaincode string
	explicit  map[string]Collection
	orgs      []string
}

// criteria finds a collection for the permission check. Implicit ones of unknown organisations pass here and fail later.
func (c *collections) criteria(name string) (Collection, error) {
	if mspID, ok := strings.CutPrefix(name, implicitPrefix); ok {
		return Collection{Name: name, Members: []string{mspID}, Policy: OutOf(1, mspID)}, nil
	}
	if found, ok := c.explicit[name]; ok {
		return found, nil
	}
	return Collection{}, fmt.Errorf("collection %s/%s/%s could not be found", c.channel, c.chaincode, name)
}

// defined finds a collection that the ledger can store.
func (c *collections) defined(name string) (Collection, error) {
	found, err := c.criteria(name)
	mspID, implicit := strings.CutPrefix(name, implicitPrefix)
	if err != nil || implicit && !slices.Contains(c.orgs, mspID) {
		return Collection{}, fmt.Errorf("collection [%s] not defined in the collection config for chaincode [%s]", name, c.chaincode)
	}
	return found, nil
}

func (c *collections) mayRead(name, creatorMSP string) error {
	found, err := c.criteria(name)
	if err != nil {
		return err
	}
	if found.MemberOnlyRead && !slices.Contains(found.Members, creatorMSP) {
		return c.denied("read", name)
	}
	return nil
}

func (c *collections) mayWrite(name, creatorMSP string) error {
	found, err := c.criteria(name)
	if err != nil {
		return err
	}
	if found.MemberOnlyWrite && !slices.Contains(found.Members, creatorMSP) {
		return c.denied("write", name)
	}
	return nil
}

func (c *collections) denied(access, name string) error {
	return fmt.Errorf("tx creator does not have %s access permission on privatedata in chaincodeName:%s collectionName: %s",
		access, c.chaincode, name)
}

// holds tells whether the peer of an organisation keeps the plain values of a collection.
func (c *collections) holds(name, mspID string) bool {
	found, err := c.defined(name)
	return err == nil && slices.Contains(found.Members, mspID)
}
