package lifecycle

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/hyperledger/fabric-admin-sdk/pkg/channel"
	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"github.com/hyperledger/fabric-protos-go-apiv2/orderer"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// An organisation that is gone for good leaves records behind that ask for its peer. A caretaker takes its place under the same MSP
// name: one update of the channel's configuration, signed by the majority of the administrators, takes the organisation out
// and puts a group of another name in, which has the same MSP name, the same policies, and the caretaker's root of trust. It is one
// update, so that there is no moment without the MSP. Certificates of the old root count for nothing from then on. The organisation's orderer goes
// with it. The configuration block and the name of the group are the mark that stays.

// Envelope is what an orderer takes.
type Envelope = common.Envelope

// Roots are the certificates of a caretaker's authorities, PEM.
type Roots struct {
	Enrolment, TLS []byte
}

// ReadRoots reads them from a public MSP folder.
func ReadRoots(folder string) (Roots, error) {
	enrolment, err := os.ReadFile(filepath.Join(folder, "cacerts", "ca.pem"))
	if err != nil {
		return Roots{}, err
	}
	tlsCA, err := os.ReadFile(filepath.Join(folder, "tlscacerts", "tlsca.pem"))
	return Roots{Enrolment: enrolment, TLS: tlsCA}, err
}

// The groups of a channel's configuration.
const (
	applicationGroup = "Application"
	ordererGroup     = "Orderer"
	mspValue         = "MSP"
	consentersValue  = "Orderers"

	blockValidationPolicy = "BlockValidation"
)

// Configuration reads the channel's configuration at the member's peer.
func (s *Session) Configuration(ctx context.Context, name string) (*common.Config, error) {
	block, err := channel.GetConfigBlock(ctx, s.Connection, s.Identity, name)
	if err != nil {
		return nil, fmt.Errorf("%s: configuration: %w", s.Member.Name, err)
	}
	envelope, payload, config := &common.Envelope{}, &common.Payload{}, &common.ConfigEnvelope{}
	if len(block.GetData().GetData()) != 1 {
		return nil, fmt.Errorf("%s: the configuration block has %d entries", s.Member.Name, len(block.GetData().GetData()))
	}
	if err := proto.Unmarshal(block.GetData().GetData()[0], envelope); err != nil {
		return nil, err
	}
	if err := proto.Unmarshal(envelope.GetPayload(), payload); err != nil {
		return nil, err
	}
	if err := proto.Unmarshal(payload.GetData(), config); err != nil {
		return nil, err
	}
	return config.GetConfig(), nil
}

// GroupOf finds the group of the application's configuration that has an MSP; empty when there is none.
func GroupOf(config *common.Config, mspID string) (string, error) {
	groups := config.GetChannelGroup().GetGroups()[applicationGroup].GetGroups()
	for _, name := range sortedKeys(groups) {
		trust, err := trustOf(groups[name])
		if err != nil {
			return "", fmt.Errorf("group %s: %w", name, err)
		}
		if trust.GetName() == mspID {
			return name, nil
		}
	}
	return "", nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func trustOf(group *common.ConfigGroup) (*msp.FabricMSPConfig, error) {
	config, trust := &msp.MSPConfig{}, &msp.FabricMSPConfig{}
	if err := proto.Unmarshal(group.GetValues()[mspValue].GetValue(), config); err != nil {
		return nil, err
	}
	return trust, proto.Unmarshal(config.GetConfig(), trust)
}

// ReplaceByCaretaker is the update that puts a caretaker, under a group of the given name, in the place of the organisation
// with the MSP.
func ReplaceByCaretaker(channelName string, config *common.Config, mspID, caretaker string, roots Roots) (*common.ConfigUpdate, error) {
	was, err := GroupOf(config, mspID)
	if err != nil {
		return nil, err
	}
	root := config.GetChannelGroup()
	application := root.GetGroups()[applicationGroup]
	if was == "" || was == caretaker || application.GetGroups()[caretaker] != nil {
		return nil, fmt.Errorf("the channel has no member %s that group %s could replace", mspID, caretaker)
	}
	successor, err := succeed(application.GetGroups()[was], roots)
	if err != nil {
		return nil, err
	}
	read, write := pathTo(root), pathTo(root)
	read.Groups[applicationGroup], write.Groups[applicationGroup] = versions(application), membership(application, was)
	write.Groups[applicationGroup].Groups[caretaker] = successor
	if ordering := root.GetGroups()[ordererGroup]; ordering.GetGroups()[was] != nil {
		read.Groups[ordererGroup] = versions(ordering)
		if write.Groups[ordererGroup], err = withoutConsenters(ordering, was, mspID); err != nil {
			return nil, err
		}
	}
	return &common.ConfigUpdate{ChannelId: channelName, ReadSet: read, WriteSet: write}, nil
}

// succeed copies a member's group with another root of trust. Everything in a new group has version 0.
func succeed(group *common.ConfigGroup, roots Roots) (*common.ConfigGroup, error) {
	out, ok := proto.Clone(group).(*common.ConfigGroup)
	if !ok {
		return nil, fmt.Errorf("couldn't copy the member's group")
	}
	trust, err := trustOf(group)
	if err != nil {
		return nil, err
	}
	trust.RootCerts, trust.TlsRootCerts = [][]byte{roots.Enrolment}, [][]byte{roots.TLS}
	trust.IntermediateCerts, trust.TlsIntermediateCerts, trust.Admins, trust.RevocationList = nil, nil, nil, nil
	units := trust.GetFabricNodeOus()
	for _, unit := range []*msp.FabricOUIdentifier{
		units.GetClientOuIdentifier(), units.GetPeerOuIdentifier(), units.GetAdminOuIdentifier(), units.GetOrdererOuIdentifier(),
	} {
		if unit != nil {
			unit.Certificate = roots.Enrolment
		}
	}
	inner, err := proto.Marshal(trust)
	if err != nil {
		return nil, err
	}
	if out.Values[mspValue].Value, err = proto.Marshal(&msp.MSPConfig{Config: inner}); err != nil {
		return nil, err
	}
	renew(out)
	return out, nil
}

func renew(group *common.ConfigGroup) {
	group.Version = 0
	for _, v := range group.GetValues() {
		v.Version = 0
	}
	for _, p := range group.GetPolicies() {
		p.Version = 0
	}
	for _, g := range group.GetGroups() {
		renew(g)
	}
}

// pathTo names a group that does not change.
func pathTo(group *common.ConfigGroup) *common.ConfigGroup {
	return &common.ConfigGroup{Version: group.GetVersion(), Groups: map[string]*common.ConfigGroup{}}
}

// versions names all members of a group by their versions: the update holds for the configuration as it is.
func versions(group *common.ConfigGroup) *common.ConfigGroup {
	out := pathTo(group)
	out.Values, out.Policies = map[string]*common.ConfigValue{}, map[string]*common.ConfigPolicy{}
	for name, v := range group.GetValues() {
		out.Values[name] = &common.ConfigValue{Version: v.GetVersion()}
	}
	for name, p := range group.GetPolicies() {
		out.Policies[name] = &common.ConfigPolicy{Version: p.GetVersion()}
	}
	for name, g := range group.GetGroups() {
		out.Groups[name] = &common.ConfigGroup{Version: g.GetVersion()}
	}
	return out
}

// membership is the next version of a group, without one of its members.
func membership(group *common.ConfigGroup, without string) *common.ConfigGroup {
	out := versions(group)
	out.Version++
	out.ModPolicy = group.GetModPolicy()
	delete(out.Groups, without)
	return out
}

// withoutConsenters is the next version of the ordering group, without a member and its orderers.
func withoutConsenters(group *common.ConfigGroup, member, mspID string) (*common.ConfigGroup, error) {
	out := membership(group, member)
	value := group.GetValues()[consentersValue]
	consenters := &common.Orderers{}
	if err := proto.Unmarshal(value.GetValue(), consenters); err != nil {
		return nil, err
	}
	consenters.ConsenterMapping = slices.DeleteFunc(consenters.GetConsenterMapping(), func(c *common.Consenter) bool {
		return c.GetMspId() == mspID
	})
	raw, err := proto.Marshal(consenters)
	if err != nil {
		return nil, err
	}
	out.Values[consentersValue] = &common.ConfigValue{Version: value.GetVersion() + 1, Value: raw, ModPolicy: value.GetModPolicy()}
	policy, err := blockValidation(consenters.GetConsenterMapping())
	if err != nil {
		return nil, err
	}
	was := group.GetPolicies()[blockValidationPolicy]
	out.Policies[blockValidationPolicy] = &common.ConfigPolicy{Version: was.GetVersion() + 1, Policy: policy, ModPolicy: was.GetModPolicy()}
	return out, nil
}

// blockValidation is the policy of a block's signatures under BFT: a quorum of the consenters, each by its very
// certificate. The orderers refuse a change of the consenters without it.
func blockValidation(consenters []*common.Consenter) (*common.Policy, error) {
	n := len(consenters)
	faulty := (n - 1) / 3
	quorum := (n + faulty + 2) / 2 // the half of n+f+1, rounded up
	envelope := &common.SignaturePolicyEnvelope{}
	var each []*common.SignaturePolicy
	for i, c := range consenters {
		each = append(each, &common.SignaturePolicy{Type: &common.SignaturePolicy_SignedBy{SignedBy: int32(i)}})
		identity, err := proto.Marshal(&msp.SerializedIdentity{Mspid: c.GetMspId(), IdBytes: c.GetIdentity()})
		if err != nil {
			return nil, err
		}
		envelope.Identities = append(envelope.Identities, &msp.MSPPrincipal{
			PrincipalClassification: msp.MSPPrincipal_IDENTITY, Principal: identity,
		})
	}
	envelope.Rule = &common.SignaturePolicy{Type: &common.SignaturePolicy_NOutOf_{
		NOutOf: &common.SignaturePolicy_NOutOf{N: int32(quorum), Rules: each},
	}}
	value, err := proto.Marshal(envelope)
	return &common.Policy{Type: int32(common.Policy_SIGNATURE), Value: value}, err
}

// SignUpdate makes the envelope of an update with the signatures of the sessions' administrators; the first submits it.
func SignUpdate(update *common.ConfigUpdate, signers []*Session) (*common.Envelope, error) {
	raw, err := proto.Marshal(update)
	if err != nil {
		return nil, err
	}
	signed := &common.ConfigUpdateEnvelope{ConfigUpdate: raw}
	for _, s := range signers {
		header, err := s.signatureHeader()
		if err != nil {
			return nil, err
		}
		signature, err := s.Identity.Sign(slices.Concat(header, raw))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.Member.Name, err)
		}
		signed.Signatures = append(signed.Signatures, &common.ConfigSignature{SignatureHeader: header, Signature: signature})
	}
	return signers[0].envelope(update.GetChannelId(), signed)
}

func (s *Session) signatureHeader() ([]byte, error) {
	nonce := make([]byte, 24)
	if _, err := rand.Read(nonce); err != nil {
		return nil, err
	}
	creator, err := proto.Marshal(&msp.SerializedIdentity{Mspid: s.Identity.MspID(), IdBytes: s.Identity.Credentials()})
	if err != nil {
		return nil, err
	}
	return proto.Marshal(&common.SignatureHeader{Creator: creator, Nonce: nonce})
}

func (s *Session) envelope(channelName string, content proto.Message) (*common.Envelope, error) {
	data, err := proto.Marshal(content)
	if err != nil {
		return nil, err
	}
	header, err := proto.Marshal(&common.ChannelHeader{
		Type: int32(common.HeaderType_CONFIG_UPDATE), ChannelId: channelName, Timestamp: timestamppb.Now(),
	})
	if err != nil {
		return nil, err
	}
	signer, err := s.signatureHeader()
	if err != nil {
		return nil, err
	}
	payload, err := proto.Marshal(&common.Payload{Header: &common.Header{ChannelHeader: header, SignatureHeader: signer}, Data: data})
	if err != nil {
		return nil, err
	}
	signature, err := s.Identity.Sign(payload)
	return &common.Envelope{Payload: payload, Signature: signature}, err
}

// Broadcast hands an envelope to an orderer as the member's administrator and returns its verdict.
func Broadcast(ctx context.Context, m Member, address, serverName string, envelope *common.Envelope) error {
	pair, roots, err := tlsMaterial(m.Admin, m.TLSCA)
	if err != nil {
		return fmt.Errorf("%s: %w", m.Name, err)
	}
	connection, err := grpc.NewClient("dns:///"+address, grpc.WithTransportCredentials(credentials.NewTLS(&tls.Config{
		Certificates: []tls.Certificate{pair}, RootCAs: roots, ServerName: serverName, MinVersion: tls.VersionTLS12,
	})))
	if err != nil {
		return fmt.Errorf("orderer at %s: %w", address, err)
	}
	defer connection.Close()
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	stream, err := orderer.NewAtomicBroadcastClient(connection).Broadcast(ctx)
	if err != nil {
		return fmt.Errorf("orderer at %s: %w", address, err)
	}
	if err := stream.Send(envelope); err != nil {
		return fmt.Errorf("orderer at %s: %w", address, err)
	}
	answer, err := stream.Recv()
	if err != nil {
		return fmt.Errorf("orderer at %s: %w", address, err)
	}
	if answer.GetStatus() != common.Status_SUCCESS {
		// The orderer may repeat whole certificates.
		return fmt.Errorf("orderer at %s: %s: %.300s", address, answer.GetStatus(), answer.GetInfo())
	}
	return nil
}

// AwaitGroup waits until every member's peer has the configuration in which a group has the MSP.
func AwaitGroup(ctx context.Context, sessions []*Session, channelName, mspID, group string) error {
	for _, s := range sessions {
		for {
			config, err := s.Configuration(ctx, channelName)
			if err == nil {
				if found, err := GroupOf(config, mspID); err == nil && found == group {
					break
				}
			}
			select {
			case <-ctx.Done():
				return fmt.Errorf("%s: %s has not become %s's caretaker: %w", s.Member.Name, group, mspID, ctx.Err())
			case <-time.After(200 * time.Millisecond):
			}
		}
	}
	return nil
}
