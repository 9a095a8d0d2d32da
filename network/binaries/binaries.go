// Package binaries finds or builds the programs the network consists of.
//
// A program of the right version in the folder named by CATS_FABRIC_BIN, or on PATH, is used as it is. Everything else
// is built from the pinned modules beside this package into the checkout's own folder, once: a stamp with the digest of
// the module's checksums says what the folder holds.
package binaries

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"carec.example/cats/network/material"
)

// Versions of Fabric and its CA that the channel and the configuration templates are made for.
const (
	FabricVersion = "v3.1.1"
	CAVersion     = "1.5.21"
)

// FolderVariable names the environment variable with a folder of ready programs.
const FolderVariable = "CATS_FABRIC_BIN"

// module is one pinned module and the programs built from it.
type module struct {
	folder   string
	flags    string
	programs []program
}

type program struct {
	name, source string
	// version asks the program for its version, whose output must contain want.
	version []string
	want    string
}

func modules() []module {
	const fabric, ca = "github.com/hyperledger/fabric", "github.com/hyperledger/fabric-ca"
	return []module{
		{
			folder: "network/fabric",
			flags: "-X " + fabric + "/common/metadata.Version=" + FabricVersion +
				" -X " + fabric + "/common/metadata.CommitSHA=435a7f1",
			programs: []program{
				{"peer", fabric + "/cmd/peer", []string{"version"}, "Version: " + FabricVersion},
				{"orderer", fabric + "/cmd/orderer", []string{"version"}, "Version: " + FabricVersion},
				{"configtxgen", fabric + "/cmd/configtxgen", []string{"-version"}, "Version: " + FabricVersion},
			},
		},
		{
			folder: "network/fabricca",
			flags:  "-X " + ca + "/lib/metadata.Version=" + CAVersion,
			programs: []program{
				{"fabric-ca-server", ca + "/cmd/fabric-ca-server", []string{"version"}, "Version: " + CAVersion},
			},
		},
	}
}

// Set tells where each program is.
type Set struct {
	// Builder is the folder of the peer's external builder.
	Builder string
	paths   map[string]string
}

// Path is the path of a program.
func (s Set) Path(name string) string { return s.paths[name] }

// Maker finds and builds.
type Maker struct {
	// Root is the repository's root, Folder where built programs go.
	Root, Folder string
	// Step is called before something that takes long.
	Step func(text string)
}

// Make finds or builds everything.
func (m Maker) Make(ctx context.Context) (Set, error) {
	set := Set{Builder: filepath.Join(m.Folder, "ccaas"), paths: map[string]string{}}
	if err := os.MkdirAll(m.Folder, 0o700); err != nil {
		return set, err
	}
	for _, mod := range modules() {
		if err := m.module(ctx, mod, set.paths); err != nil {
			return set, err
		}
	}
	return set, m.builder(ctx, set.Builder)
}

func (m Maker) module(ctx context.Context, mod module, paths map[string]string) error {
	var missing []program
	for _, p := range mod.programs {
		path, err := ready(ctx, p)
		if err != nil {
			return err
		}
		if path == "" {
			missing = append(missing, p)
			path = filepath.Join(m.Folder, p.name)
		}
		paths[p.name] = path
	}
	if len(missing) == 0 {
		return nil
	}
	return m.build(ctx, mod, missing)
}

// ready finds a program of the right version that need not be built. A folder named on purpose must deliver.
func ready(ctx context.Context, p program) (string, error) {
	if folder := os.Getenv(FolderVariable); folder != "" {
		path := filepath.Join(folder, p.name)
		if _, err := os.Stat(path); err == nil {
			if version := ask(ctx, path, p); !strings.Contains(version, p.want) {
				return "", fmt.Errorf("%s: %s is not %q but %q", FolderVariable, path, p.want, firstLines(version))
			}
			return path, nil
		}
	}
	if path, err := exec.LookPath(p.name); err == nil && strings.Contains(ask(ctx, path, p), p.want) {
		return filepath.Abs(path)
	}
	return "", nil
}

func ask(ctx context.Context, path string, p program) string {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	output, _ := exec.CommandContext(ctx, path, p.version...).CombinedOutput()
	return string(output)
}

func firstLines(text string) string {
	lines := strings.SplitN(strings.TrimSpace(text), "\n", 3)
	return strings.Join(lines[:min(2, len(lines))], " ")
}

// build builds the programs unless the stamp says that they stand already.
func (m Maker) build(ctx context.Context, mod module, missing []program) error {
	sums, err := os.ReadFile(filepath.Join(m.Root, mod.folder, "go.sum"))
	if err != nil {
		return fmt.Errorf("binaries: %w", err)
	}
	digest := sha256.Sum256(append(sums, mod.flags...))
	want := hex.EncodeToString(digest[:])
	var names, sources []string
	for _, p := range missing {
		stamp, _ := os.ReadFile(m.stamp(p.name))
		if _, err := os.Stat(filepath.Join(m.Folder, p.name)); err == nil && string(stamp) == want {
			continue
		}
		names, sources = append(names, p.name), append(sources, p.source)
	}
	if names == nil {
		return nil
	}
	m.Step("building " + strings.Join(names, ", ") + " (a few minutes, only this once)")
	arguments := append([]string{"build", "-trimpath", "-ldflags", mod.flags, "-o", m.Folder + string(filepath.Separator)}, sources...)
	if err := goTool(ctx, filepath.Join(m.Root, mod.folder), arguments...); err != nil {
		return err
	}
	for _, name := range names {
		if err := material.WriteFile(m.stamp(name), []byte(want)); err != nil {
			return err
		}
	}
	return nil
}

func (m Maker) stamp(name string) string { return filepath.Join(m.Folder, "."+name+".stamp") }

func goTool(ctx context.Context, folder string, arguments ...string) error {
	command := exec.CommandContext(ctx, "go", arguments...)
	command.Dir = folder
	output, err := command.CombinedOutput()
	if err != nil {
		return fmt.Errorf("go %s: %w\n%s", arguments[0], err, strings.TrimSpace(string(output)))
	}
	return nil
}

// Build builds one of the repository's own programs from its package and returns its path. The build is reproducible:
// the same source gives the same bytes in every organisation.
func (m Maker) Build(ctx context.Context, name, source string) (string, error) {
	path := filepath.Join(m.Folder, name)
	arguments := []string{"build", "-trimpath", "-buildvcs=false", "-o", path, source}
	return path, goTool(ctx, m.Root, arguments...)
}

// builder installs the external builder under the three names the peer looks for.
func (m Maker) builder(ctx context.Context, folder string) error {
	path, err := m.Build(ctx, "ccaasbuilder", "./network/ccaasbuilder")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(folder, "bin"), 0o700); err != nil {
		return err
	}
	for _, name := range []string{"detect", "build", "release"} {
		link := filepath.Join(folder, "bin", name)
		if err := os.Remove(link); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		if err := os.Symlink(path, link); err != nil {
			return err
		}
	}
	return nil
}
