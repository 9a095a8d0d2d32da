package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/network/bench/measure"
	"github.com/hyperledger/fabric-gateway/pkg/client"
)

// dostyk is an officer that the pilot's topology does not have: the longest itinerary enters Kazakhstan at Dostyk too.
const dostyk = "      - {name: kz-officer-dostyk, role: officer, office: KZDOS001}"

// nearTopology writes the pilot's topology with that officer.
func nearTopology(root, folder string) (string, error) {
	text, err := os.ReadFile(filepath.Join(root, "network", "topology.yaml"))
	if err != nil {
		return "", err
	}
	const after = "      - {name: kz-officer-korday, role: officer, office: KZKOR001}"
	if strings.Count(string(text), after) != 1 {
		return "", errors.New("the topology has no officer at Korday after whom the one at Dostyk can be written")
	}
	path := filepath.Join(folder, "topology.yaml")
	return path, os.WriteFile(path, []byte(strings.Replace(string(text), after, after+"\n"+dostyk, 1)), 0o600)
}

// actor acts under one identity: through the SDK, and as any user of Fabric's client would for what the SDK has no call for.
type actor struct {
	*cats.Client
	plain *plain
	id    cats.IdentityProfile
}

// actor opens an identity, once.
func (b *bench) actor(ctx context.Context, name string) (*actor, error) {
	if a, open := b.opened[name]; open {
		return a, nil
	}
	id, err := b.profile.Identity(name)
	if err != nil {
		return nil, err
	}
	a := &actor{id: id}
	if a.plain, err = openPlain(b.net.Folder(), b.profile, name); err != nil {
		return nil, err
	}
	b.actors.plains = append(b.actors.plains, a.plain)
	if a.Client, err = cats.Open(ctx, b.profile, name, cats.WithQueues(b.actors.queuesOf(id.Organisation))); err != nil {
		return nil, err
	}
	b.actors.all = append(b.actors.all, a.Client)
	b.opened[name] = a
	return a, nil
}

// officerAt opens an officer of a customs office.
func (b *bench) officerAt(ctx context.Context, office string) (*actor, error) {
	return b.actorWith(ctx, "officer at "+office, func(id cats.IdentityProfile) bool {
		return id.Role == transit.RoleOfficer && id.Office == office
	})
}

// traderOf opens a trader of a country.
func (b *bench) traderOf(ctx context.Context, country string) (*actor, error) {
	return b.actorWith(ctx, "trader of "+country, func(id cats.IdentityProfile) bool {
		return id.Role == transit.RoleTrader && b.profile.Organisations[id.Organisation].Country == country
	})
}

func (b *bench) actorWith(ctx context.Context, who string, fits func(cats.IdentityProfile) bool) (*actor, error) {
	for _, name := range sortedKeys(b.profile.Identities) {
		if fits(b.profile.Identities[name]) {
			return b.actor(ctx, name)
		}
	}
	return nil, fmt.Errorf("the network has no %s", who)
}

// ask takes a step that needs nothing but a request. The answer of the chaincode is dropped: the record is read back in the end.
func (a *actor) ask(ctx context.Context, chaincode string, step transit.Step, request transit.StepRequest) error {
	request.MessageID = messageID()
	argument, err := json.Marshal(request)
	if err != nil {
		return err
	}
	_, err = a.plain.send(ctx, chaincode, string(step.Function()), client.WithBytesArguments(argument))
	return err
}

// annex leaves a confidential paper with the actor's own peer and returns what the step after it names.
func (a *actor) annex(ctx context.Context, chaincode, msp, movement string, kind transit.AnnexKind, paper any) (*transit.AnnexRef, error) {
	content, err := json.Marshal(paper)
	if err != nil {
		return nil, err
	}
	argument, err := json.Marshal(transit.AnnexRequest{Movement: movement, Kind: kind})
	if err != nil {
		return nil, err
	}
	answer, err := a.plain.send(ctx, chaincode, string(transit.FnAnnex), client.WithBytesArguments(argument),
		client.WithTransient(map[string][]byte{transit.TransientAnnex: content, transit.TransientSalt: salt()}),
		client.WithEndorsingOrganizations(msp))
	if err != nil {
		return nil, err
	}
	ref := &transit.AnnexRef{}
	return ref, json.Unmarshal(answer, ref)
}

// every does the same for every movement, as fast as the network takes it and without a figure, and waits until all peers have it.
func (b *bench) every(ctx context.Context, movements []*movement, do func(ctx context.Context, m *movement) error) error {
	l := measure.Closed(ctx, min(50, slices.Max(b.settings.clients)), len(movements), func(ctx context.Context, number int) error {
		return do(ctx, movements[number])
	})
	if l.Failed > 0 {
		return errors.Join(l.Errors...)
	}
	return b.settle(ctx)
}
