package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// settings can stand in the config file; flags and environment come first. The keys
// are the yaml tags, and any other is refused.
type settings struct {
	// Profile is the network's profile; relative to the config file.
	Profile string `yaml:"profile"`
	// As is the identity to act as.
	As string `yaml:"as"`
	// JSON prints JSON instead of tables.
	JSON bool `yaml:"json"`
	// Timeout of a command, such as 30s.
	Timeout time.Duration `yaml:"timeout"`
}

// loadSettings reads the config file. A missing one is an error only if it must be there.
func loadSettings(path string, must bool) (settings, error) {
	var s settings
	if path == "" {
		return s, nil
	}
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) && !must {
		return s, nil
	}
	if err != nil {
		return s, fmt.Errorf("couldn't read the settings: %w", err)
	}
	d := yaml.NewDecoder(bytes.NewReader(raw))
	d.KnownFields(true)
	if err := d.Decode(&s); err != nil && !errors.Is(err, io.EOF) {
		return s, fmt.Errorf("the settings in %s are not usable (keys are profile, as, json, timeout): %s", path, plainYAML(err))
	}
	if s.Profile != "" && !filepath.IsAbs(s.Profile) {
		s.Profile = filepath.Join(filepath.Dir(path), s.Profile)
	}
	return s, nil
}

// plainYAML takes the type names of this program out of the decoder's complaint.
func plainYAML(err error) string {
	text := strings.ReplaceAll(err.Error(), " in type main.settings", "")
	return strings.ReplaceAll(strings.TrimPrefix(text, "yaml: "), "unmarshal errors:\n  ", "")
}
