// Command ccaasbuilder is the peer's external builder for chaincode that runs as a service.
//
// The peer knows external builders by a folder with the programs detect, build and release; this one program is
// installed under all three names and goes by the name it is called with. What it adds to Fabric's own builder is mutual
// TLS with material that belongs to the peer rather than to the package: the package is the same file in every
// organisation, so it cannot hold addresses or keys. Those come from the file named by the peer's
// CHAINCODE_AS_A_SERVICE_BUILDER_CONFIG, which maps package labels to a connection.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if err := run(filepath.Base(os.Args[0]), os.Args[1:], os.Getenv("CHAINCODE_AS_A_SERVICE_BUILDER_CONFIG")); err != nil {
		fmt.Fprintln(os.Stderr, "ccaasbuilder:", err)
		os.Exit(1)
	}
}

func run(step string, arguments []string, config string) error {
	steps := map[string]struct {
		arguments int
		do        func(arguments []string) error
	}{
		"detect":  {2, func(a []string) error { return detect(a[1]) }},
		"build":   {3, func(a []string) error { return build(a[0], a[1], a[2]) }},
		"release": {2, func(a []string) error { return release(a[0], a[1], config) }},
	}
	s, ok := steps[step]
	if !ok {
		return fmt.Errorf("called as %q, want detect, build or release", step)
	}
	if len(arguments) != s.arguments {
		return fmt.Errorf("%s: %d arguments, want %d", step, len(arguments), s.arguments)
	}
	return s.do(arguments)
}
