// Command go works a movement from the declaration to the discharge over the gateways of the organisations, with a client that
// was generated from their OpenAPI document and nothing else of the product: what a country's own developers would write.
//
// The generated package ledger is no part of the tree. The test of the network generates it from the document that a gateway
// serves, beside a copy of this folder:
//
//	go tool oapi-codegen -config generator.yaml openapi.json
//	go run . settings.json
//
// It prints what came of it as one JSON object.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"carec.example/cats/network/e2e/clients/go/ledger"
)

// settings say who takes part, and what is declared.
type settings struct {
	// Declaration is a file with the JSON of the single transit document; Guarantee one with the registration of its guarantee.
	Declaration, Guarantee string
	People                 map[string]person
}

// outcome is what came of it.
type outcome struct {
	Identity string `json:"identity"`
	MRN      string `json:"mrn"`
	State    string `json:"state"`
	Seq      int64  `json:"seq"`
	// Refused are the codes of the steps that were tried and refused.
	Refused []string `json:"refused"`
	// Pages of the list that were read until the movement was found, Passages of its history.
	Pages    int `json:"pages"`
	Passages int `json:"passages"`
	// Goods is the first description of goods that the office of destination reads.
	Goods string `json:"goods"`
}

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	done, err := run(ctx, os.Args[1:])
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(done)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		cancel()
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) (*outcome, error) {
	if len(args) != 1 {
		return nil, errors.New("usage: go run . SETTINGS")
	}
	s, err := load[settings](args[0])
	if err != nil {
		return nil, err
	}
	declaration, err := load[ledger.STD](s.Declaration)
	if err != nil {
		return nil, err
	}
	guarantee, err := load[ledger.Registration](s.Guarantee)
	if err != nil {
		return nil, err
	}
	j := &journey{people: s.People, clients: map[string]*ledger.ClientWithResponses{}, outcome: &outcome{}}
	for _, part := range []func(context.Context) error{
		j.introduce,
		func(ctx context.Context) error { return j.insure(ctx, *guarantee) },
		func(ctx context.Context) error { return j.declare(ctx, *declaration) },
		j.depart, j.travel, j.find, j.read,
	} {
		if err := part(ctx); err != nil {
			return nil, err
		}
	}
	return j.outcome, nil
}

// load reads JSON as the generated types have it.
func load[T any](path string) (*T, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var v T
	if err := json.Unmarshal(raw, &v); err != nil {
		return nil, fmt.Errorf("couldn't read %s: %w", path, err)
	}
	return &v, nil
}
