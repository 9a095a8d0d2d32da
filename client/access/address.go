package access

import (
	"net/http"
	"net/netip"
	"strings"
)

// proxies are the addresses whose word on where a request comes from is taken.
type proxies []netip.Prefix

// address tells where a request comes from, as far as it counts for limits: the IPv4 address,
// or the /64 network that an IPv6 customer has. X-Forwarded-For counts only as far as known
// proxies wrote it: from its end up to the first address that is none of them.
func (p proxies) address(r *http.Request) string {
	remote, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return "unknown"
	}
	found := remote.Addr().Unmap()
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && p.contains(found); i-- {
		next, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		found = next.Unmap()
	}
	if found.Is6() {
		network, err := found.WithZone("").Prefix(64)
		if err == nil {
			return network.String()
		}
	}
	return found.String()
}

func (p proxies) contains(a netip.Addr) bool {
	for _, prefix := range p {
		if prefix.Contains(a) {
			return true
		}
	}
	return false
}
