package network

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"

	"carec.example/cats/client/formats/national/examples"
)

// giveMappings puts the mapping files of the examples where the applications look for an organisation's own. A folder that is there is
// the organisation's, whatever is in it, and is left as it is; one that an earlier run did not finish has never had the name. It comes
// before the applications start, which read the folder once.
func (n *Network) giveMappings(context.Context) error {
	if !n.applying || !n.topology.Application.ExampleMappings {
		return nil
	}
	for _, o := range n.here() {
		into := n.net.Organisation(o.Name).Path("application", "mappings")
		if exists(into) {
			continue
		}
		if err := writeMappings(into + ".new"); err != nil {
			return err
		}
		if err := os.Rename(into+".new", into); err != nil {
			return err
		}
	}
	return nil
}

func writeMappings(into string) error {
	if err := os.RemoveAll(into); err != nil {
		return err
	}
	if err := os.MkdirAll(into, 0o700); err != nil {
		return err
	}
	files, err := fs.ReadDir(examples.Mappings, ".")
	if err != nil {
		return err
	}
	for _, f := range files {
		text, err := fs.ReadFile(examples.Mappings, f.Name())
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(into, f.Name()), text, 0o600); err != nil {
			return err
		}
	}
	return nil
}
