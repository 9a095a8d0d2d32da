package material

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"

	"carec.example/cats/network/ca"
	"carec.example/cats/network/topology"
)

// Issuer issues what one organisation needs.
type Issuer struct {
	// Binary is the path of fabric-ca-server.
	Binary string
	Folder Organisation
	Member *topology.Organisation
	Ports  topology.OrganisationPorts
}

// wish is one certificate pair to be issued.
type wish struct {
	folder     Pair
	node       bool
	enrolment  bool
	name       string
	kind       string
	hosts      []string
	attributes []ca.Attribute
}

// done tells whether the certificates stand. The particulars an identity was issued with are kept beside them: one whose
// office or operator number has changed in the topology is issued anew.
func (w wish) done() bool {
	if !exists(w.folder.TLSCertificate()) {
		return false
	}
	switch {
	case w.node:
		return exists(Pair(w.folder.file("msp")).file("config.yaml"))
	case w.enrolment:
		issued, err := os.ReadFile(w.folder.file(particulars))
		return err == nil && bytes.Equal(issued, w.particulars()) && exists(w.folder.Certificate())
	default:
		return true
	}
}

const particulars = "particulars.json"

func (w wish) particulars() []byte {
	text, err := json.Marshal(map[string]any{"name": w.name, "type": w.kind, "attributes": w.attributes})
	if err != nil {
		return nil
	}
	return append(text, '\n')
}

// Missing tells how many certificate pairs are still to be issued.
func (i *Issuer) Missing() int {
	return len(i.missing())
}

func (i *Issuer) missing() []wish {
	all := i.wishes()
	return slices.DeleteFunc(all, wish.done)
}

func (i *Issuer) wishes() []wish {
	m := i.Member
	local := []string{"localhost", "127.0.0.1"}
	hosts := func(host string) []string {
		if slices.Contains(local, host) {
			return local
		}
		return append([]string{host}, local...)
	}
	var all []wish
	for _, p := range m.Peers() {
		all = append(all, wish{folder: Pair(i.Folder.Path(p.Name)), node: true, name: p.Name, kind: "peer", hosts: hosts(p.Host)})
	}
	all = append(all, []wish{
		{folder: i.Folder.Chaincode(), name: "chaincode", kind: "client", hosts: local},
		{folder: i.Folder.Application(), name: "application", kind: "client", hosts: hosts(m.Peer.Host)},
	}...)
	if m.Orderer != nil {
		all = append(all, wish{
			folder: Pair(i.Folder.Path("orderer")), node: true, name: "orderer", kind: "orderer", hosts: hosts(m.Orderer.Host),
		})
	}
	for _, identity := range m.Identities {
		all = append(all, i.wish(identity))
	}
	return all
}

func (i *Issuer) wish(identity topology.Identity) wish {
	w := wish{folder: i.Folder.Identity(identity.Name), enrolment: true, name: identity.Name, kind: "client"}
	if identity.Role == topology.Admin {
		w.kind = "admin"
		return w
	}
	w.attributes = append(w.attributes, ca.Attribute{Name: "role", Value: string(identity.Role), ECert: true})
	if identity.Office != "" {
		w.attributes = append(w.attributes, ca.Attribute{Name: "office", Value: identity.Office, ECert: true})
	}
	if identity.Operator != "" {
		w.attributes = append(w.attributes, ca.Attribute{Name: "operator", Value: identity.Operator, ECert: true})
	}
	return w
}

// Issue issues what is missing: it starts the organisation's CA, has everything certified and stops the CA again.
// With nothing missing it starts nothing.
func (i *Issuer) Issue(ctx context.Context) error {
	return i.issue(ctx, i.missing())
}

// IssueIdentity issues one more identity, or issues an existing one anew.
func (i *Issuer) IssueIdentity(ctx context.Context, identity topology.Identity) error {
	return i.issue(ctx, []wish{i.wish(identity)})
}

func (i *Issuer) issue(ctx context.Context, wishes []wish) error {
	if len(wishes) == 0 {
		return nil
	}
	server := &ca.Server{
		Binary: i.Binary, Home: i.Folder.Path("ca"), Organisation: i.Member.Name, Country: i.Member.Country,
		Port: i.Ports.CA, OperationsPort: i.Ports.CAOperations,
	}
	if err := server.Start(ctx); err != nil {
		return err
	}
	defer server.Stop()
	session, err := i.open(ctx, server)
	if err != nil {
		return err
	}
	defer session.close()
	if err := session.writePublicMSP(i.Folder); err != nil {
		return err
	}
	for _, w := range wishes {
		if err := session.fulfil(ctx, w); err != nil {
			return fmt.Errorf("%s: issue %s: %w", i.Member.Name, w.name, err)
		}
	}
	return i.publishOrderer()
}

// session is the registrar at work with both authorities of a running server.
type session struct {
	member         string
	enrolment, tls *ca.Client
	registrar      map[*ca.Client]*ca.Credential
}

func (i *Issuer) open(ctx context.Context, server *ca.Server) (*session, error) {
	secret, err := server.Secret()
	if err != nil {
		return nil, err
	}
	s := &session{member: i.Member.Name, registrar: map[*ca.Client]*ca.Credential{}}
	if s.enrolment, err = server.Client(ca.Enrolment); err != nil {
		return nil, err
	}
	if s.tls, err = server.Client(ca.TLS); err != nil {
		return nil, err
	}
	for _, authority := range []*ca.Client{s.enrolment, s.tls} {
		credential, err := authority.Enrol(ctx, ca.Registrar, secret, nil)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", i.Member.Name, err)
		}
		s.registrar[authority] = credential
	}
	return s, nil
}

func (s *session) close() {
	s.enrolment.Close()
	s.tls.Close()
}

// certify registers and enrols a name; the secret between the two lives only in this call.
func (s *session) certify(ctx context.Context, authority *ca.Client, w wish) (*ca.Credential, error) {
	registration := ca.Registration{Name: w.name, Type: w.kind, Secret: rand.Text(), Attributes: w.attributes}
	if err := authority.Register(ctx, s.registrar[authority], registration); err != nil {
		return nil, err
	}
	return authority.Enrol(ctx, w.name, registration.Secret, w.hosts)
}

func (s *session) fulfil(ctx context.Context, w wish) error {
	tls, err := s.certify(ctx, s.tls, wish{name: w.name, kind: "client", hosts: w.hosts})
	if err != nil {
		return err
	}
	if err := writePair(w.folder.TLSCertificate(), w.folder.TLSKey(), tls); err != nil {
		return err
	}
	if !w.enrolment && !w.node {
		return nil
	}
	w.hosts = nil
	enrolment, err := s.certify(ctx, s.enrolment, w)
	if err != nil {
		return err
	}
	if w.node {
		return s.writeNodeMSP(Pair(w.folder.file("msp")), enrolment)
	}
	return errors.Join(
		writePair(w.folder.Certificate(), w.folder.Key(), enrolment),
		WriteFile(w.folder.file(particulars), w.particulars()),
	)
}

// writePair writes the key first: a certificate in place means that its key is too.
func writePair(certificateFile, keyFile string, c *ca.Credential) error {
	return errors.Join(WriteFile(keyFile, c.Key), WriteFile(certificateFile, c.Certificate))
}
