package network

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"

	"carec.example/cats/network/material"
	"carec.example/cats/network/topology"
)

// state is what a network remembers about itself between runs, in network.json.
type state struct {
	Version int `json:"version"`
	// Offset is the port offset chosen at the first run; the channel's configuration holds the ports.
	Offset int `json:"offset"`
	// Structure is the digest of what cannot change once the channel stands.
	Structure string `json:"structure"`
	// Founded: the registry was accepted by the chaincode.
	Founded bool    `json:"founded"`
	Chains  []chain `json:"chains"`
	// Issued are identities issued beside those of the topology, by organisation.
	Issued map[string][]topology.Identity `json:"issued,omitempty"`
	// Caretakers are the groups of the channel's configuration that stand for organisations which are gone.
	Caretakers map[string]string `json:"caretakers,omitempty"`
}

// chain is a chaincode's program with processes here. While a new program waits for its definition to be committed
// there are two of one name, each with its own ports, so that the change interrupts nobody.
type chain struct {
	Name      string `json:"name"`
	Version   string `json:"version"`
	Policy    string `json:"policy"`
	Label     string `json:"label"`
	PackageID string `json:"packageId"`
	// Program is the name of the program's copy in the network's folder, Digest its SHA-256.
	Program string `json:"program"`
	Digest  string `json:"digest"`
	Slot    int    `json:"slot"`
	// Sequence is that of the committed definition, 0 while there is none for this program.
	Sequence int64 `json:"sequence"`
}

const stateVersion = 1

func readState(net material.Net) (*state, bool, error) {
	text, err := os.ReadFile(net.File("network.json"))
	if errors.Is(err, os.ErrNotExist) {
		return &state{Version: stateVersion}, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("network: %w", err)
	}
	s := &state{}
	if err := json.Unmarshal(text, s); err != nil {
		return nil, false, fmt.Errorf("network: network.json: %w", err)
	}
	if s.Version != stateVersion {
		return nil, false, fmt.Errorf("network: network.json has version %d, this program reads %d", s.Version, stateVersion)
	}
	return s, true, nil
}

func (s *state) write(net material.Net) error {
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return fmt.Errorf("network: %w", err)
	}
	return material.WriteFile(net.File("network.json"), append(text, '\n'))
}

// committed finds the program a name's committed definition stands for.
func (s *state) committed(name string) *chain {
	for i := range s.Chains {
		if s.Chains[i].Name == name && s.Chains[i].Sequence > 0 {
			return &s.Chains[i]
		}
	}
	return nil
}

// take enters a program, in place of one of the same name that never came to be committed, and gives it a slot.
func (s *state) take(c chain) (*chain, error) {
	s.Chains = slices.DeleteFunc(s.Chains, func(other chain) bool {
		return other.Name == c.Name && other.Sequence == 0 && other.PackageID != c.PackageID
	})
	for i := range s.Chains {
		if s.Chains[i].Name == c.Name && s.Chains[i].PackageID == c.PackageID {
			c.Slot, c.Sequence = s.Chains[i].Slot, s.Chains[i].Sequence
			s.Chains[i] = c
			return &s.Chains[i], nil
		}
	}
	slot, err := s.freeSlot(c.Name)
	if err != nil {
		return nil, err
	}
	c.Slot = slot
	s.Chains = append(s.Chains, c)
	return &s.Chains[len(s.Chains)-1], nil
}

// promote makes a program the one its definition stands for; the others of its name go.
func (s *state) promote(c chain, sequence int64) {
	s.Chains = slices.DeleteFunc(s.Chains, func(other chain) bool {
		return other.Name == c.Name && other.PackageID != c.PackageID
	})
	for i := range s.Chains {
		if s.Chains[i].Name == c.Name {
			s.Chains[i].Sequence = sequence
		}
	}
}

// freeSlot finds a place in the port plan. Each name has a pair of slots and its programs take turns.
func (s *state) freeSlot(name string) (int, error) {
	taken := map[int]bool{}
	pair := -1
	for _, c := range s.Chains {
		taken[c.Slot] = true
		if c.Name == name {
			pair = c.Slot / 2
		}
	}
	for candidate := 0; pair < 0 && candidate < topology.Slots/2; candidate++ {
		if !taken[2*candidate] && !taken[2*candidate+1] {
			pair = candidate
		}
	}
	switch {
	case pair < 0:
		return 0, fmt.Errorf("network: no ports left for another chaincode, %d are deployed", topology.Slots/2)
	case taken[2*pair]:
		return 2*pair + 1, nil
	default:
		return 2 * pair, nil
	}
}

// structure is a digest of what the channel's first block was made from: members, their MSPs, nodes and ports, and the
// ordering settings. Offices and identities may come and go; these may not, short of a configuration update.
func structure(t *topology.Topology, base int) string {
	type member struct {
		Name, MSP     string
		Peer, Orderer *topology.Node
	}
	fixed := struct {
		Channel  string
		Base     int
		Ordering topology.Ordering
		Members  []member
	}{Channel: t.Channel, Base: base, Ordering: t.Ordering}
	for _, o := range t.Organisations {
		fixed.Members = append(fixed.Members, member{o.Name, o.MSP, o.Peer, o.Orderer})
	}
	text, err := json.Marshal(fixed)
	if err != nil {
		return ""
	}
	digest := sha256.Sum256(text)
	return hex.EncodeToString(digest[:])
}
