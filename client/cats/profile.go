package cats

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"carec.example/cats/chaincode/transit"
)

// Profile tells where a network's organisations can be reached and which
// identities this machine may act as. A network writes it; [LoadProfile] reads it.
// It names files with keys but never contains one.
type Profile struct {
	// Channel that carries the ledger.
	Channel string `json:"channel"`
	// Chaincode is the name under which the ledger's rules are deployed.
	Chaincode string `json:"chaincode"`
	// Organisations by their short name, such as "KZ".
	Organisations map[string]OrganisationProfile `json:"organisations"`
	// Identities by name, such as "kz-officer-khorgos".
	Identities map[string]IdentityProfile `json:"identities"`

	// dir is the folder against which relative paths are resolved.
	dir string
}

// OrganisationProfile is one organisation of the network as seen from a client.
type OrganisationProfile struct {
	MSP string `json:"msp"`
	// Country is the ISO 3166-1 code of a customs authority; empty for others.
	Country string       `json:"country,omitempty"`
	Kind    transit.Kind `json:"kind"`
	// Peers are the gateway peers; several of them stand in for each other.
	Peers []PeerProfile `json:"peers"`
	// TLSCA is the PEM file of the certificate authority that issued the peers' TLS certificates.
	TLSCA string `json:"tlsCA"`
	// Gateway is where the organisation's systems and people reach the ledger over HTTP; the same authority has issued its
	// certificate.
	Gateway GatewayProfile `json:"gateway,omitzero"`
	// Application is the folder in which the organisation's node application keeps its files, the database among them; empty when
	// they are kept elsewhere.
	Application string `json:"application,omitempty"`
}

// GatewayProfile is the gateway of an organisation.
type GatewayProfile struct {
	// Address is host:port.
	Address string `json:"address"`
	// Certificate and Key with which it serves (PEM files), where this machine runs it.
	Certificate string `json:"certificate,omitempty"`
	Key         string `json:"key,omitempty"`
}

// PeerProfile is one gateway peer.
type PeerProfile struct {
	Name string `json:"name"`
	// Address is host:port.
	Address string `json:"address"`
	// ServerName is the name in the peer's TLS certificate; empty means the host of the address.
	ServerName string `json:"serverName,omitempty"`
}

// IdentityProfile is one identity: whose it is, as what it may act, and where its certificates and keys lie.
type IdentityProfile struct {
	// Organisation is the short name in [Profile.Organisations].
	Organisation string `json:"organisation"`
	// Role as the ledger names it, also where the file names an administrator as Fabric's certificates do.
	Role transit.Role `json:"role,omitempty"`
	// Office is the customs office reference of an officer.
	Office string `json:"office,omitempty"`
	// Operator is the operator number of a trader.
	Operator string `json:"operator,omitempty"`
	// Certificate (PEM file) and Key (PEM file, or a pkcs11: URI after RFC 7512) sign the transactions. Key is empty where only
	// the certificate is, see [Client.For].
	Certificate string `json:"certificate"`
	Key         string `json:"key"`
	// TLSCertificate and TLSKey open the mutual TLS connection to the peers (PEM files).
	TLSCertificate string `json:"tlsCertificate"`
	TLSKey         string `json:"tlsKey"`
}

// LoadProfile reads a profile. Paths in it are relative to its own folder. Fields
// it does not know are left alone, so that a newer network's profile still opens.
func LoadProfile(path string) (*Profile, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("couldn't read the profile: %w", err)
	}
	var p Profile
	if err := json.Unmarshal(raw, &p); err != nil {
		return nil, fmt.Errorf("couldn't read the profile %s: %w", path, err)
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("couldn't resolve the profile's folder: %w", err)
	}
	p.dir = filepath.Dir(abs)
	if err := p.check(); err != nil {
		return nil, fmt.Errorf("the profile %s is not usable: %w", path, err)
	}
	p.nameRoles()
	return &p, nil
}

// unitOfAdministrators is the organisational unit in the certificate of an administrator (Fabric's NodeOUs), by which profiles
// have named the role too.
const unitOfAdministrators transit.Role = "admin"

// nameRoles gives every identity its role by the ledger's name.
func (p *Profile) nameRoles() {
	for name, id := range p.Identities {
		if id.Role == unitOfAdministrators {
			id.Role = transit.RoleAdministrator
			p.Identities[name] = id
		}
	}
}

func (p *Profile) check() error {
	if p.Channel == "" || p.Chaincode == "" {
		return fmt.Errorf("channel and chaincode must be named")
	}
	for name, org := range p.Organisations {
		if org.MSP == "" {
			return fmt.Errorf("organisation %s has no MSP", name)
		}
	}
	for name, id := range p.Identities {
		if _, known := p.Organisations[id.Organisation]; !known {
			return fmt.Errorf("identity %s belongs to the unknown organisation %q", name, id.Organisation)
		}
	}
	return nil
}

// Names lists the identities, sorted by organisation and name.
func (p *Profile) Names() []string {
	names := make([]string, 0, len(p.Identities))
	for name := range p.Identities {
		names = append(names, name)
	}
	sort.Slice(names, func(i, j int) bool {
		a, b := p.Identities[names[i]], p.Identities[names[j]]
		if a.Organisation != b.Organisation {
			return a.Organisation < b.Organisation
		}
		return names[i] < names[j]
	})
	return names
}

// Identity returns the identity of that name. The error of an unknown name lists those that are close to it.
func (p *Profile) Identity(name string) (IdentityProfile, error) {
	id, known := p.Identities[name]
	if known {
		return id, nil
	}
	similar := p.similar(name)
	return id, fmt.Errorf("no identity %q in the profile; there are: %s", name, strings.Join(similar, ", "))
}

// similar lists the identities that contain the name or begin like it, or all of them.
func (p *Profile) similar(name string) []string {
	var containing, beginning []string
	for _, n := range p.Names() {
		if name != "" && strings.Contains(n, name) {
			containing = append(containing, n)
		}
		if org, _, found := strings.Cut(name, "-"); found && strings.HasPrefix(n, org+"-") {
			beginning = append(beginning, n)
		}
	}
	for _, found := range [][]string{containing, beginning} {
		if len(found) > 0 {
			return found
		}
	}
	return p.Names()
}

// Find returns the name of the first identity of the organisation with the role, by order of name.
func (p *Profile) Find(organisation string, role transit.Role) (string, error) {
	for _, name := range p.Names() {
		id := p.Identities[name]
		if id.Organisation == organisation && id.Role == role {
			return name, nil
		}
	}
	return "", fmt.Errorf("the profile holds no %s of organisation %s", role, organisation)
}

// MSPs lists the MSPs of the organisations of a kind, sorted.
func (p *Profile) MSPs(kind transit.Kind) []string {
	var msps []string
	for _, org := range p.Organisations {
		if org.Kind == kind {
			msps = append(msps, org.MSP)
		}
	}
	slices.Sort(msps)
	return msps
}

// path resolves a file named by the profile.
func (p *Profile) path(name string) string {
	if name == "" || filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(p.dir, name)
}

// onDevice reports whether a key is named by a URI.
func onDevice(key string) bool { return strings.HasPrefix(key, "pkcs11:") }
