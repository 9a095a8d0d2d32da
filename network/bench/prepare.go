package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/formats"
	"carec.example/cats/network/bench/measure"
)

// declaration is the example that every movement of the load is a copy of.
const declaration = "client/formats/examples/cn-kz-kg-electronics.xml"

// ownGuarantees is the number of guarantees that the movements of a wave use in turn: more than there are clients, so
// that no two releases in flight use the same one.
const ownGuarantees = 128

const (
	accessCode = "BN01"
	currency   = "USD"
	// referenceAmount of every guarantee and amount of every movement, in cents.
	referenceAmount = 500_000_000_00
	movementAmount  = 18_500_00
)

func readDeclaration(root string) (*transit.STD, error) {
	file, err := os.Open(filepath.Join(root, declaration))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return formats.ReadCC015C(file)
}

// newGuarantee registers a comprehensive guarantee over a number of balance records.
func (b *bench) newGuarantee(ctx context.Context, balances int, t *tally) (*guarantee, error) {
	g := b.nameGuarantee()
	return g, b.register(ctx, g, balances, t)
}

func (b *bench) nameGuarantee() *guarantee {
	b.serial++
	grn, err := transit.NewGRN(time.Now().UTC().Year(), "KZ", fmt.Sprintf("CGM%09d", b.serial))
	if err != nil {
		panic(err) // a serial of nine digits always makes a GRN
	}
	g := &guarantee{grn: grn.String(), reference: referenceAmount}
	b.guarantees[g.grn] = g
	return g
}

func (b *bench) register(ctx context.Context, g *guarantee, balances int, t *tally) error {
	now := time.Now().UTC()
	_, receipt, err := b.actors.clerk.Guarantees().Register(ctx, transit.Terms{
		GRN: g.grn, Type: "1", Guarantor: "CGMMSP", Holder: b.std.Holder.IdentificationNumber,
		ReferenceAmount: transit.Money{Minor: g.reference, Currency: currency}, Percentage: 100,
		ValidFrom: now.AddDate(0, 0, -1).Format(time.DateOnly), ValidUntil: now.AddDate(1, 0, 0).Format(time.DateOnly),
		Balances: balances,
	}, []string{accessCode})
	if err == nil && t != nil {
		t.add(len(receipt.Endorsers), receipt.Attempts)
	}
	return err
}

// registerOwn registers the guarantees that the waves use, and takes the figure of that too.
func (b *bench) registerOwn(ctx context.Context) error {
	all := make([]*guarantee, ownGuarantees)
	for i := range all {
		all[i] = b.nameGuarantee()
	}
	f, err := b.measured(ctx, opRegister, load{clients: 32}, 1, len(all), func(ctx context.Context, number int, t *tally) error {
		return b.register(ctx, all[number], 1, t)
	})
	if err != nil {
		return err
	}
	if f.measured.Failed > 0 {
		return fmt.Errorf("registering guarantees: %w", errors.Join(f.measured.Errors...))
	}
	b.own = all
	return nil
}

// declare makes count declarations, each on the next of the guarantees.
func (b *bench) declare(count int) []*movement { return b.declareOwn(b.std, count) }

func (b *bench) declareOn(count int, guaranteeOf func(int) *guarantee) []*movement {
	return b.declareAs(b.std, count, guaranteeOf)
}

// declareAs makes count copies of a document.
func (b *bench) declareAs(document *transit.STD, count int, guaranteeOf func(int) *guarantee) []*movement {
	movements := make([]*movement, count)
	for i := range movements {
		b.serial++
		grn := guaranteeOf(i).grn
		movements[i] = &movement{std: numbered(document, fmt.Sprintf("BENCH-%010d", b.serial), grn), grn: grn, minor: movementAmount}
	}
	b.movements = append(b.movements, movements...)
	return movements
}

// declareOwn makes count copies of a document, each on the next of the guarantees.
func (b *bench) declareOwn(document *transit.STD, count int) []*movement {
	return b.declareAs(document, count, func(i int) *guarantee { return b.own[i%len(b.own)] })
}

// numbered is a copy of a document under its own LRN, on one guarantee. The same arguments give the same document.
func numbered(document *transit.STD, lrn, grn string) *transit.STD {
	std := *document
	std.TransitOperation.LRN, std.Message.Identification = lrn, lrn
	std.Guarantees = []transit.DeclaredGuarantee{{
		SequenceNumber: 1, GuaranteeType: "1",
		GuaranteeReferences: []transit.DeclaredReference{{
			SequenceNumber: 1, GRN: grn, AccessCode: accessCode, Currency: currency,
			AmountToBeCovered: transit.Decimal(fmt.Sprintf("%d.%02d", movementAmount/100, movementAmount%100)),
		}},
	}}
	return &std
}

// prepareAccepted lodges and accepts movements, without taking figures.
func (b *bench) prepareAccepted(ctx context.Context, movements []*movement) error {
	return b.prepare(ctx, movements, b.lodging(), b.accepting())
}

// prepareReleased takes them as far as their release.
func (b *bench) prepareReleased(ctx context.Context, movements []*movement) error {
	return b.prepare(ctx, movements, b.lodging(), b.accepting(), b.releasing())
}

// prepare takes steps without figures.
func (b *bench) prepare(ctx context.Context, movements []*movement, steps ...step) error {
	for _, s := range steps {
		done := measure.Closed(ctx, 50, len(movements), func(ctx context.Context, number int) error {
			return s.take(ctx, movements[number], &tally{})
		})
		if done.Failed > 0 {
			return fmt.Errorf("preparing movements: %s: %w", s.operation, errors.Join(done.Errors...))
		}
		if err := b.settle(ctx); err != nil {
			return err
		}
	}
	return nil
}
