package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// packageType is the type in the metadata of packages this builder takes.
const packageType = "ccaas"

type metadata struct {
	Type  string `json:"type"`
	Label string `json:"label"`
}

// detect claims a package by the type in its metadata.
func detect(metadataFolder string) error {
	m, err := readMetadata(metadataFolder)
	if err != nil {
		return err
	}
	if m.Type != packageType {
		return fmt.Errorf("package type %q is not %q", m.Type, packageType)
	}
	return nil
}

func readMetadata(folder string) (metadata, error) {
	var m metadata
	text, err := os.ReadFile(filepath.Join(folder, "metadata.json"))
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, fmt.Errorf("metadata.json: %w", err)
	}
	return m, nil
}

// build keeps what release needs: the package's connection settings and its label, which release is not told.
func build(source, metadataFolder, output string) error {
	for from, name := range map[string]string{source: "connection.json", metadataFolder: "metadata.json"} {
		text, err := os.ReadFile(filepath.Join(from, name))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(output, name), text, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// settings are the package's part of the connection.
type settings struct {
	DialTimeout string `json:"dial_timeout"`
}

// place is the peer's part of the connection.
type place struct {
	Address    string `json:"address"`
	RootCert   string `json:"root_cert_file"`
	ClientCert string `json:"client_cert_file"`
	ClientKey  string `json:"client_key_file"`
}

// connection is what the peer reads. Mutual TLS has no switch.
type connection struct {
	Address            string `json:"address"`
	DialTimeout        string `json:"dial_timeout"`
	TLSRequired        bool   `json:"tls_required"`
	ClientAuthRequired bool   `json:"client_auth_required"`
	RootCert           string `json:"root_cert"`
	ClientCert         string `json:"client_cert"`
	ClientKey          string `json:"client_key"`
}

// release writes the connection from the package's settings and the peer's configuration.
func release(built, output, config string) error {
	m, err := readMetadata(built)
	if err != nil {
		return err
	}
	var s settings
	text, err := os.ReadFile(filepath.Join(built, "connection.json"))
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, &s); err != nil {
		return fmt.Errorf("connection.json: %w", err)
	}
	p, err := find(m.Label, config)
	if err != nil {
		return err
	}
	c, err := connect(s, p)
	if err != nil {
		return err
	}
	folder := filepath.Join(output, "chaincode", "server")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	out, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, "connection.json"), out, 0o600)
}

// find looks a label up in the file the peer's configuration names.
func find(label, config string) (place, error) {
	if config == "" {
		return place{}, errors.New("CHAINCODE_AS_A_SERVICE_BUILDER_CONFIG is not set")
	}
	var named struct {
		Connections string `json:"connections"`
	}
	if err := strict([]byte(config), &named); err != nil {
		return place{}, fmt.Errorf("CHAINCODE_AS_A_SERVICE_BUILDER_CONFIG: %w", err)
	}
	text, err := os.ReadFile(named.Connections)
	if err != nil {
		return place{}, err
	}
	var places map[string]place
	if err := strict(text, &places); err != nil {
		return place{}, fmt.Errorf("%s: %w", named.Connections, err)
	}
	p, ok := places[label]
	if !ok {
		return place{}, fmt.Errorf("%s: no connection for the label %q", named.Connections, label)
	}
	return p, nil
}

func strict(text []byte, out any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	return decoder.Decode(out)
}

func connect(s settings, p place) (connection, error) {
	c := connection{Address: p.Address, DialTimeout: s.DialTimeout, TLSRequired: true, ClientAuthRequired: true}
	if c.Address == "" {
		return c, errors.New("the connection has no address")
	}
	if c.DialTimeout == "" {
		c.DialTimeout = "10s"
	}
	for file, into := range map[string]*string{p.RootCert: &c.RootCert, p.ClientCert: &c.ClientCert, p.ClientKey: &c.ClientKey} {
		text, err := os.ReadFile(file)
		if err != nil {
			return c, fmt.Errorf("mutual TLS: %w", err)
		}
		*into = string(text)
	}
	return c, nil
}
