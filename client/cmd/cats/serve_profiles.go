package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
)

// profilesVariable is the address (host:port) on which an application serves profiles of itself, for whoever measures it. They tell
// what it is doing: the address belongs to the own machine. Not set, there are none.
const profilesVariable = "CATS_PPROF"

// openProfiles adds the server of profiles, if there is to be one.
func (f *front) openProfiles(ctx context.Context, address string) error {
	if address == "" {
		return nil
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("%s: %w", profilesVariable, err)
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return fmt.Errorf("%s: profiles are served on an address of this machine only, such as 127.0.0.1:6060", profilesVariable)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	return f.listen(ctx, address, "profiles", mux, nil)
}
