// Package material lays out what an organisation has in keys and certificates, and has it issued by the organisation's
// own CA.
//
// The folder of an organisation has a public and a private half. `public` is what the organisation hands to the others
// so that they can build the genesis block and check its signatures: the MSP definition (CA certificates and the NodeOU
// rules) and its orderer's two certificates. Everything else holds keys and is readable by its owner only.
//
//	<net>/organisations/<NAME>/
//	  public/msp/        cacerts, tlscacerts, config.yaml
//	  public/orderer/    identity.pem, tls.pem
//	  ca/                the CA server's home
//	  peer/ orderer/     msp and tls of the node, its configuration, its ledger (data); peer-2/ of a further peer
//	  chaincode/         TLS certificate of the chaincode process
//	  application/       TLS certificate of the node application, and what it keeps
//	  identities/<name>/ certificate, key and TLS pair of a person or program
//	  log/
package material

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Net is the folder of a network's data.
type Net string

// Organisation is the folder of one member within a network's folder.
type Organisation string

// Organisation is the folder of a member.
func (n Net) Organisation(name string) Organisation {
	return Organisation(filepath.Join(string(n), "organisations", name))
}

// File is a file or folder directly in the network's folder.
func (n Net) File(name string) string { return filepath.Join(string(n), name) }

// Path is a file or folder within the organisation's folder.
func (o Organisation) Path(elements ...string) string {
	return filepath.Join(append([]string{string(o)}, elements...)...)
}

// PublicMSP is the MSP definition the organisation hands to the others.
func (o Organisation) PublicMSP() string { return o.Path("public", "msp") }

// TLSCA is the certificate of the organisation's TLS authority.
func (o Organisation) TLSCA() string { return o.Path("public", "msp", "tlscacerts", "tlsca.pem") }

// Identity is the folder of an identity.
func (o Organisation) Identity(name string) Pair { return Pair(o.Path("identities", name)) }

// Chaincode is the folder of the chaincode process' TLS pair.
func (o Organisation) Chaincode() Pair { return Pair(o.Path("chaincode")) }

// Application is the folder of the node application's TLS pair, and of what it keeps.
func (o Organisation) Application() Pair { return Pair(o.Path("application")) }

// Pair is a folder with a certificate and its key, and with a TLS certificate and key.
type Pair string

func (p Pair) file(name string) string { return filepath.Join(string(p), name) }

// Certificate is the enrolment certificate, PEM.
func (p Pair) Certificate() string { return p.file("certificate.pem") }

// Key is the enrolment key, PKCS #8 PEM.
func (p Pair) Key() string { return p.file("key.pem") }

// TLSCertificate is the TLS certificate, PEM.
func (p Pair) TLSCertificate() string { return p.file("tls-certificate.pem") }

// TLSKey is the TLS key, PKCS #8 PEM.
func (p Pair) TLSKey() string { return p.file("tls-key.pem") }

// WriteFile writes a file by way of a temporary one, so that a reader, or an interrupted run, never sees half of it.
// Files are readable by their owner only.
func WriteFile(path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	temporary, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	_, writeErr := temporary.Write(content)
	if err := errors.Join(writeErr, temporary.Sync(), temporary.Close()); err != nil {
		os.Remove(temporary.Name())
		return fmt.Errorf("%s: %w", path, err)
	}
	return os.Rename(temporary.Name(), path)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
