package outbound

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
)

// MaxURL bounds the address of a subscriber, in bytes.
const MaxURL = 2048

// CheckURL says what is wrong with a subscriber's address as it is written. What its name resolves to is looked at when the
// connection is made, each time.
func CheckURL(text string, private bool) error {
	if len(text) > MaxURL {
		return fmt.Errorf("the address has more than %d bytes", MaxURL)
	}
	u, err := url.Parse(text)
	if err != nil {
		return errors.New("the address cannot be read") // the error would repeat it, and a secret in it
	}
	switch {
	case u.Scheme != "https" && !private:
		return errors.New("the address must begin with https://")
	case u.Scheme != "https" && u.Scheme != "http":
		return errors.New("the address must begin with https://, or http:// within the own network")
	case u.Hostname() == "":
		return errors.New("the address names no host")
	case u.User != nil:
		return errors.New("the address must hold no user and password")
	case u.Fragment != "":
		return errors.New("the address must hold no fragment")
	}
	if private {
		return nil
	}
	return checkHost(u.Hostname())
}

// checkHost refuses what needs no look-up to be known as local.
func checkHost(name string) error {
	if ip, err := netip.ParseAddr(name); err == nil {
		return checkAddress(ip)
	}
	if host := strings.TrimSuffix(strings.ToLower(name), "."); host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return errForbidden
	}
	return nil
}

// errForbidden is the answer for an address that only the operator's own permission opens.
var errForbidden = errors.New("the host lies in a private, local or special network, which has to be allowed for it")

// special are the networks beyond those that package netip tells of: shared and protocol ranges, documentation, benchmarks,
// former and reserved ones, and those of IPv6 that carry an address of IPv4 (IANA special-purpose registries, RFC 6890).
var special = prefixes(
	"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24",
	"203.0.113.0/24", "240.0.0.0/4", "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16",
	"3fff::/20", "5f00::/16", "fec0::/10",
)

func prefixes(texts ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(texts))
	for i, t := range texts {
		out[i] = netip.MustParsePrefix(t)
	}
	return out
}

// checkAddress refuses what is not an address of the public Internet.
func checkAddress(ip netip.Addr) error {
	ip = ip.Unmap()
	if ip.Zone() != "" || !ip.IsGlobalUnicast() || ip.IsPrivate() {
		return errForbidden
	}
	for _, p := range special {
		if p.Contains(ip) {
			return errForbidden
		}
	}
	return nil
}

// guard is asked with the resolved address of every connection, after the look-up and before anything is sent.
func guard(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return errForbidden
	}
	return checkAddress(at.Addr())
}
