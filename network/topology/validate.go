package topology

import (
	"errors"
	"fmt"
	"net"
	"regexp"
	"slices"
	"strings"
)

// OfficeRoles are the roles a customs office can have in a movement.
func OfficeRoles() []string {
	return []string{"departure", "transit", "destination", "exit", "guarantee", "enquiry", "recovery", "registry"}
}

type checker struct {
	file     string
	lines    lines
	problems []error
	// identities are unique in the whole network, because commands name them without their organisation.
	identities map[string]string
	offices    map[string]string
}

func validate(file string, t *Topology, lines lines) error {
	c := &checker{file: file, lines: lines, identities: map[string]string{}, offices: map[string]string{}}
	c.that(t.Version == Version, "version", "this program reads version %d", Version)
	c.match(t.Channel, `[a-z][a-z0-9.-]{0,248}`, "channel", "a channel name: lower case letters, digits, dots and dashes")
	c.match(t.Chaincode.Name, `[a-zA-Z0-9]+([-_][a-zA-Z0-9]+)*`, "chaincode.name", "a chaincode name")
	c.match(t.Chaincode.Version, `[A-Za-z0-9_.+-]+`, "chaincode.version", "a chaincode version")
	c.that(t.Ports.Base >= 1024 && t.Ports.Base <= 60000, "ports.base", "a port between 1024 and 60000 is expected")
	c.that(net.ParseIP(t.Listen) != nil, "listen", "%q is not an IP address", t.Listen)
	c.that(!t.Application.Enabled || len(t.Application.Command) > 0, "application.command", "an enabled application needs a command")
	c.ordering(t.Ordering)
	c.membership(t)
	for i := range t.Organisations {
		c.organisation(&t.Organisations[i], fmt.Sprintf("organisations[%d]", i))
	}
	c.registry(t)
	return errors.Join(c.problems...)
}

func (c *checker) that(holds bool, path, format string, args ...any) {
	if !holds {
		c.problems = append(c.problems, Problem{
			File: c.file, Line: c.lines.at(path), Key: path, Text: fmt.Sprintf(format, args...),
		})
	}
}

func (c *checker) match(value, pattern, path, what string) {
	ok := regexp.MustCompile(`^(?:` + pattern + `)$`).MatchString(value)
	c.that(ok, path, "%q is not %s", value, what)
}

// ordering repeats the conditions SmartBFT sets on its timeouts: an orderer that finds them broken stops at its start,
// with the channel's genesis block already fixed.
func (c *checker) ordering(o Ordering) {
	c.that(o.Interval > 0, "ordering.interval", "must be longer than nothing")
	c.that(o.Batch.Messages > 0, "ordering.batch.messages", "must be positive")
	c.that(o.Batch.Bytes >= 64<<10, "ordering.batch.bytes", "must be at least 65536")
	c.that(o.LeaderHeartbeat > 0, "ordering.leader-heartbeat", "must be longer than nothing")
	c.that(o.RequestForward > 0, "ordering.request-forward", "must be longer than nothing")
	c.that(o.RequestComplain >= o.RequestForward, "ordering.request-complain", "must not be shorter than request-forward")
	c.that(o.ViewChangeResend > 0, "ordering.view-change-resend", "must be longer than nothing")
	c.that(o.ViewChange >= o.ViewChangeResend, "ordering.view-change", "must not be shorter than view-change-resend")
	c.that(o.RequestPool >= 2*o.Batch.Messages, "ordering.request-pool", "must hold at least two full batches")
}

func (c *checker) membership(t *Topology) {
	orderers := len(t.Orderers())
	c.that(orderers >= 4, "organisations",
		"%d orderers: SmartBFT needs four to survive one that lies, stops or vanishes", orderers)
	c.that(len(t.OfKind(Customs)) > 0, "organisations", "no customs authority")
	for _, unique := range []struct {
		key string
		of  func(Organisation) string
	}{
		{"name", func(o Organisation) string { return o.Name }},
		{"msp", func(o Organisation) string { return o.MSP }},
		{"country", func(o Organisation) string { return o.Country }},
	} {
		first := map[string]int{}
		for i, o := range t.Organisations {
			path := fmt.Sprintf("organisations[%d].%s", i, unique.key)
			value := unique.of(o)
			if line, taken := first[value]; taken && value != "" {
				c.that(false, path, "%q stands already on line %d", value, line)
			} else {
				first[value] = c.lines.at(path)
			}
		}
	}
}

func (c *checker) organisation(o *Organisation, path string) {
	c.match(o.Name, `[A-Z][A-Z0-9]{1,14}`, path+".name", "a name of 2 to 15 capital letters and digits")
	c.match(o.MSP, `[A-Za-z0-9.-]{1,64}`, path+".msp", "an MSP identifier")
	kinds := []Kind{Customs, Guarantor, Regulator}
	c.that(slices.Contains(kinds, o.Kind), path+".kind", "%q is none of %v", o.Kind, kinds)
	if o.Kind == Customs {
		c.match(o.Country, `[A-Z]{2}`, path+".country", "an ISO 3166-1 alpha-2 country code")
		c.that(len(o.Offices) > 0, path, "a customs authority needs offices")
	} else {
		c.that(o.Country == "", path+".country", "only a customs authority has a country")
		c.that(len(o.Offices) == 0, path+".offices", "only a customs authority has offices")
		c.that(!o.Signatures, path+".signatures", "only a customs authority has operators that sign")
	}
	c.that(o.Peer != nil, path, "every organisation runs a peer")
	c.node(o.Peer, path+".peer")
	c.that(len(o.FurtherPeers) < MaxPeers, path+".further-peers", "the ports of an organisation have room for %d peers", MaxPeers)
	for i := range o.FurtherPeers {
		c.node(&o.FurtherPeers[i], fmt.Sprintf("%s.further-peers[%d]", path, i))
	}
	c.node(o.Orderer, path+".orderer")
	for i, office := range o.Offices {
		c.office(o, office, fmt.Sprintf("%s.offices[%d]", path, i))
	}
	for i, identity := range o.Identities {
		c.identity(o, identity, fmt.Sprintf("%s.identities[%d]", path, i))
	}
	c.that(o.Admin() != "", path, "no identity with the role admin: nobody could approve the chaincode")
}

func (c *checker) node(n *Node, path string) {
	if n == nil {
		return
	}
	c.match(n.Host, `[A-Za-z0-9.:-]+`, path+".host", "a host name or address")
	bind := net.ParseIP(n.Listen)
	c.that(bind != nil, path+".listen", "%q is not an IP address", n.Listen)
	reachable := isLoopback(n.Host) || bind == nil || !bind.IsLoopback()
	c.that(reachable, path+".host", "%s cannot be reached by others: the node listens on %s only; give it a listen address", n.Host, n.Listen)
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (c *checker) office(o *Organisation, office Office, path string) {
	c.match(office.Reference, `[A-Z]{2}[A-Z0-9]{6}`, path+".reference",
		"a customs office reference: country code and six letters or digits")
	c.that(strings.HasPrefix(office.Reference, o.Country), path+".reference",
		"office %s does not lie in %s", office.Reference, o.Country)
	c.that(office.Name != "", path, "the office has no name")
	c.that(len(office.Roles) > 0, path, "the office has no roles")
	for i, role := range office.Roles {
		c.that(slices.Contains(OfficeRoles(), role), fmt.Sprintf("%s.roles[%d]", path, i),
			"%q is none of %s", role, strings.Join(OfficeRoles(), ", "))
	}
	owner, taken := c.offices[office.Reference]
	c.that(!taken, path+".reference", "office %s stands already under %s", office.Reference, owner)
	c.offices[office.Reference] = o.Name
}

func (c *checker) identity(o *Organisation, identity Identity, path string) {
	c.match(identity.Name, `[a-z][a-z0-9]*(-[a-z0-9]+)*`, path+".name", "a name of lower case words joined by dashes")
	owner, taken := c.identities[identity.Name]
	c.that(!taken, path+".name", "identity %s stands already under %s", identity.Name, owner)
	c.identities[identity.Name] = o.Name
	allowed := rolesOf(o.Kind)
	c.that(slices.Contains(allowed, identity.Role), path+".role",
		"role %q is none of %v, the roles of a %s organisation", identity.Role, allowed, o.Kind)
	if identity.Role == Officer {
		served := slices.ContainsFunc(o.Offices, func(office Office) bool { return office.Reference == identity.Office })
		c.that(served, path+".office", "%q is not an office of %s", identity.Office, o.Name)
	} else {
		c.that(identity.Office == "", path+".office", "only officers serve at an office")
	}
	if identity.Role == Trader {
		c.match(identity.Operator, `[A-Z]{2}[!-~]{1,15}`, path+".operator",
			"an operator number: country code and up to 15 printable characters")
	} else {
		c.that(identity.Operator == "", path+".operator", "only traders have an operator number")
	}
}

func rolesOf(kind Kind) []Role {
	switch kind {
	case Customs:
		return []Role{Admin, Officer, Trader, Courier}
	case Guarantor:
		return []Role{Admin, GuarantorClerk}
	case Regulator:
		return []Role{Admin, Analyst}
	default:
		return []Role{Admin}
	}
}

// CheckIdentity says what is wrong with an identity that is to be issued beside those of the file.
func (t *Topology) CheckIdentity(organisation string, identity Identity) error {
	o, ok := t.Organisation(organisation)
	if !ok {
		return fmt.Errorf("no organisation %q in the topology", organisation)
	}
	c := &checker{lines: lines{}, identities: map[string]string{}}
	c.identity(o, identity, identity.Name)
	return errors.Join(c.problems...)
}
