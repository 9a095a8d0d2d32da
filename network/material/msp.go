package material

import (
	"errors"
	"os"

	"carec.example/cats/network/ca"
)

// nodeOUs makes the organisational unit in a certificate decide whether its holder is a client, a peer, an orderer or
// an administrator. Endorsement policies ask for peers, and only this rule keeps a clerk's certificate from being one.
const nodeOUs = `NodeOUs:
  Enable: true
  ClientOUIdentifier:
    Certificate: cacerts/ca.pem
    OrganizationalUnitIdentifier: client
  PeerOUIdentifier:
    Certificate: cacerts/ca.pem
    OrganizationalUnitIdentifier: peer
  AdminOUIdentifier:
    Certificate: cacerts/ca.pem
    OrganizationalUnitIdentifier: admin
  OrdererOUIdentifier:
    Certificate: cacerts/ca.pem
    OrganizationalUnitIdentifier: orderer
`

func (s *session) writeTrust(msp Pair) error {
	enrolment, tls := s.registrar[s.enrolment], s.registrar[s.tls]
	return errors.Join(
		WriteFile(msp.file("cacerts/ca.pem"), enrolment.Chain),
		WriteFile(msp.file("tlscacerts/tlsca.pem"), tls.Chain),
	)
}

// writePublicMSP writes the definition the others take into the channel's configuration.
func (s *session) writePublicMSP(folder Organisation) error {
	msp := Pair(folder.PublicMSP())
	return errors.Join(s.writeTrust(msp), WriteFile(msp.file("config.yaml"), []byte(nodeOUs)))
}

// writeNodeMSP writes a node's own MSP, config.yaml last: it marks the folder as complete.
func (s *session) writeNodeMSP(msp Pair, c *ca.Credential) error {
	err := errors.Join(
		s.writeTrust(msp),
		WriteFile(msp.file("keystore/key.pem"), c.Key),
		WriteFile(msp.file("signcerts/certificate.pem"), c.Certificate),
	)
	if err != nil {
		return err
	}
	return WriteFile(msp.file("config.yaml"), []byte(nodeOUs))
}

// publishOrderer copies the two certificates by which the others know this organisation's orderer.
func (i *Issuer) publishOrderer() error {
	if i.Member.Orderer == nil {
		return nil
	}
	node := Pair(i.Folder.Path("orderer"))
	return errors.Join(
		copyFile(node.file("msp/signcerts/certificate.pem"), i.Folder.Path("public", "orderer", "identity.pem")),
		copyFile(node.TLSCertificate(), i.Folder.Path("public", "orderer", "tls.pem")),
	)
}

func copyFile(from, to string) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return WriteFile(to, content)
}
