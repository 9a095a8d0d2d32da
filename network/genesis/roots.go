package genesis

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"google.golang.org/protobuf/proto"

	"carec.example/cats/network/material"
)

// Authorities reads from the channel's first block the certificates of the enrolment authorities, by MSP. Every member has
// the block, so all come to the same.
func Authorities(net material.Net) (map[string][]*x509.Certificate, error) {
	raw, err := os.ReadFile(net.File(File))
	if err != nil {
		return nil, fmt.Errorf("first block: %w", err)
	}
	all, err := authorities(raw)
	if err != nil {
		return nil, fmt.Errorf("first block: %w", err)
	}
	return all, nil
}

func authorities(raw []byte) (map[string][]*x509.Certificate, error) {
	config, err := configuration(raw)
	if err != nil {
		return nil, err
	}
	all := map[string][]*x509.Certificate{}
	for _, member := range config.GetChannelGroup().GetGroups()["Application"].GetGroups() {
		definition, fabric := &msp.MSPConfig{}, &msp.FabricMSPConfig{}
		if err := proto.Unmarshal(member.GetValues()["MSP"].GetValue(), definition); err != nil {
			return nil, err
		}
		if err := proto.Unmarshal(definition.GetConfig(), fabric); err != nil {
			return nil, err
		}
		for _, text := range append(fabric.GetRootCerts(), fabric.GetIntermediateCerts()...) {
			block, _ := pem.Decode(text)
			if block == nil {
				return nil, fmt.Errorf("an authority of %s has no PEM certificate", fabric.GetName())
			}
			certificate, err := x509.ParseCertificate(block.Bytes)
			if err != nil {
				return nil, fmt.Errorf("an authority of %s: %w", fabric.GetName(), err)
			}
			all[fabric.GetName()] = append(all[fabric.GetName()], certificate)
		}
	}
	return all, nil
}

// configuration unwraps the one transaction of a configuration block.
func configuration(raw []byte) (*common.Config, error) {
	block, envelope, payload, config := &common.Block{}, &common.Envelope{}, &common.Payload{}, &common.ConfigEnvelope{}
	if err := proto.Unmarshal(raw, block); err != nil {
		return nil, err
	}
	transactions := block.GetData().GetData()
	if len(transactions) != 1 {
		return nil, fmt.Errorf("it holds %d transactions, not the one of the configuration", len(transactions))
	}
	if err := proto.Unmarshal(transactions[0], envelope); err != nil {
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
