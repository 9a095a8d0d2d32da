package main

import (
	"errors"
	"fmt"
	"os"

	"go.yaml.in/yaml/v3"

	"carec.example/cats/chaincode/transit"
)

// officesFile is what a file tells of customs offices and member countries, for checks without a network.
type officesFile struct {
	offices map[string]*transit.Office
	members map[string]bool
}

func (o *officesFile) office(reference string) *transit.Office { return o.offices[reference] }
func (o *officesFile) member(country string) bool              { return o.members[country] }

// readOffices reads the offices of a registry export (a list of offices), a founding document (organisations and offices
// beside each other) or a network's topology (offices within their organisations); JSON or YAML.
func readOffices(path string) (*officesFile, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	found, err := parseOffices(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return found, nil
}

func parseOffices(data []byte) (*officesFile, error) {
	type office struct {
		Reference string   `yaml:"reference"`
		Roles     []string `yaml:"roles"`
	}
	var document struct {
		Offices       []office `yaml:"offices"`
		Organisations []struct {
			Country string   `yaml:"country"`
			Offices []office `yaml:"offices"`
		} `yaml:"organisations"`
	}
	var root yaml.Node
	err := yaml.Unmarshal(data, &root)
	if err != nil {
		return nil, err
	}
	if len(root.Content) == 1 && root.Content[0].Kind == yaml.SequenceNode {
		err = root.Decode(&document.Offices)
	} else {
		err = root.Decode(&document)
	}
	if err != nil {
		return nil, err
	}
	all := document.Offices
	found := &officesFile{offices: map[string]*transit.Office{}, members: map[string]bool{}}
	for _, o := range document.Organisations {
		all = append(all, o.Offices...)
		if o.Country != "" {
			found.members[o.Country] = true
		}
	}
	for _, o := range all {
		if err := transit.ValidateCustomsOffice(o.Reference); err != nil {
			return nil, err
		}
		found.offices[o.Reference] = &transit.Office{Reference: o.Reference, Roles: o.Roles}
		found.members[transit.OfficeCountry(o.Reference)] = true
	}
	if len(all) == 0 {
		return nil, errors.New("names no customs office")
	}
	return found, nil
}
