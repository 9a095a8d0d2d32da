package main

import (
	"context"
	"fmt"
	"slices"

	"carec.example/cats/chaincode/transit"
)

// Lodging is what it takes to lodge a declaration of some size.
type Lodging struct {
	Items int `json:"items"`
	// DocumentBytes is the canonical form, SealedBytes what the country of departure keeps of one declaration in its private
	// collection: the sections with their salts.
	DocumentBytes int `json:"documentBytes"`
	SealedBytes   int `json:"sealedBytes"`
	// PrivateStoreBytes is the growth of that country's store of private content per lodging, with what its compaction has
	// yet to free; OtherStoreBytes that of a country on the route, which has nothing before the release.
	PrivateStoreBytes float64 `json:"privateStoreBytes"`
	OtherStoreBytes   float64 `json:"otherStoreBytes"`
	// Closed is the loop of the most clients, Light a few arrivals a second.
	Closed Row `json:"closed"`
	Light  Row `json:"light"`
}

// lightRate is a light load, in operations a second: nobody waits for anybody.
const lightRate = 5

// lodgings measures lodging for each number of goods items.
func (b *bench) lodgings(ctx context.Context, results *Results) error {
	for _, items := range b.settings.items {
		b.log("  lodging %d goods items", items)
		l, err := b.lodge(ctx, items)
		if err != nil {
			return err
		}
		results.Lodgings = append(results.Lodgings, l)
	}
	return nil
}

func (b *bench) lodge(ctx context.Context, items int) (*Lodging, error) {
	document := withItems(b.std, items)
	content, err := transit.Canonical(document)
	if err != nil {
		return nil, err
	}
	of := &Lodging{Items: items, DocumentBytes: len(content)}
	movements := b.declareOwn(document, b.settings.count)
	before := b.sizes()
	closed, err := b.lodgeAll(ctx, load{clients: slices.Max(b.settings.clients)}, movements)
	if err != nil {
		return nil, err
	}
	departure, other := b.members()[0], b.members()[1]
	after := b.sizes()
	grown := func(organisation string) float64 {
		bytes := after[organisation][privateStore] - before[organisation][privateStore]
		return float64(bytes) / float64(max(closed.measured.Done, 1))
	}
	of.PrivateStoreBytes, of.OtherStoreBytes = grown(departure), grown(other)
	if of.SealedBytes, err = b.sealedBytes(ctx, movements); err != nil {
		return nil, err
	}
	few := b.declareOwn(document, b.lightCount())
	light, err := b.lodgeAll(ctx, load{rate: lightRate}, few)
	if err != nil {
		return nil, err
	}
	of.Closed, of.Light = rowOf([]*figure{closed}), rowOf([]*figure{light})
	return of, nil
}

// lightCount is the number of operations under the light load: twice as long as a stage of the open loop.
func (b *bench) lightCount() int { return max(1, int(2*lightRate*b.settings.openFor.Seconds())) }

func (b *bench) lodgeAll(ctx context.Context, l load, movements []*movement) (*figure, error) {
	lodging := b.lodging()
	return b.stage(ctx, opLodge, l, 1, len(movements), func(ctx context.Context, number int, t *tally) error {
		return lodging.take(ctx, movements[number], t)
	})
}

// sealedBytes reads the content of one of the movements as the country of departure holds it.
func (b *bench) sealedBytes(ctx context.Context, movements []*movement) (int, error) {
	for _, m := range movements {
		if m.id == "" {
			continue
		}
		document, err := b.actors.departure.Movements().Content(ctx, m.id)
		if err != nil {
			return 0, err
		}
		sum := 0
		for _, s := range document.Sealed {
			sum += len(s.Value)
		}
		return sum, nil
	}
	return 0, fmt.Errorf("none of %d declarations was lodged", len(movements))
}
