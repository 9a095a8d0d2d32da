package cats

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"slices"

	"carec.example/cats/chaincode/transit"
)

// Guarantees are the calls on guarantees.
type Guarantees struct{ c *Client }

// Register registers a guarantee in two transactions: the terms are undertaken at
// the guarantor's own peer, a waiver at that of the customs authority which grants it,
// then published with their balance records. Access codes
// (an4) stand on the ledger as salted hashes only. Registering the same terms and
// codes again under the same identity continues or returns what stands.
func (g *Guarantees) Register(
	ctx context.Context, terms transit.Terms, accessCodes []string, opts ...CallOption,
) (*transit.Guarantee, Receipt, error) {
	codes, salt, err := g.codes(terms.GRN, accessCodes)
	if err != nil {
		return nil, Receipt{}, err
	}
	content, err := transit.Canonical(terms)
	if err != nil {
		return nil, Receipt{}, &Error{Op: string(transit.FnUndertake), Class: Refused, cause: err,
			Fault: transit.Faultf(transit.MalformedRequest, "the terms have no canonical form: %v", err).At("/terms")}
	}
	cfg := callOptions(opts)
	if cfg.messageID == "" {
		cfg.messageID = g.c.derivedMessageID("register", content, codes)
	}
	undertaken, first, err := change[transit.Guarantee](ctx, g.c, &call{
		fn: transit.FnUndertake, prepare: fixed(transit.UndertakeRequest{Terms: terms}), endorsers: []string{g.keeper(&terms)},
		transient: map[string][]byte{transit.TransientAccessCodes: codes, transit.TransientSalt: salt},
	})
	if err != nil {
		return g.registeredBefore(ctx, terms, cfg.messageID, err)
	}
	record, receipt, err := change[transit.Guarantee](ctx, g.c, &call{
		fn: transit.FnRegister, prepare: fixed(transit.RegisterRequest{MessageID: cfg.messageID, Guarantee: *undertaken}),
		messageID: cfg.messageID, repeat: true, recorded: g.recorded(terms.GRN, cfg.messageID),
	})
	receipt.Latency += first.Latency
	return record, receipt, err
}

// keeper is the organisation whose peer takes the terms: the guarantor, or for a waiver the officer's own.
func (g *Guarantees) keeper(terms *transit.Terms) string {
	if terms.Waiver() || terms.Guarantor == "" {
		return g.c.MSP()
	}
	return terms.Guarantor
}

// registeredBefore looks whether refused terms stand on the ledger exactly as asked, from an earlier try.
func (g *Guarantees) registeredBefore(
	ctx context.Context, terms transit.Terms, messageID string, refused error,
) (*transit.Guarantee, Receipt, error) {
	var fault *transit.Fault
	if !errors.As(refused, &fault) || fault.Code != transit.AlreadyExists {
		return nil, Receipt{}, refused
	}
	view, err := g.Get(ctx, terms.GRN)
	if err != nil || !reflect.DeepEqual(view.Guarantee.Terms, terms) || !g.remembers(view.Guarantee, messageID) {
		return nil, Receipt{}, refused
	}
	return view.Guarantee, Receipt{MessageID: messageID}, nil
}

// ReplaceAccessCodes replaces all access codes of a guarantee.
func (g *Guarantees) ReplaceAccessCodes(
	ctx context.Context, grn string, accessCodes []string, opts ...CallOption,
) (*transit.Guarantee, Receipt, error) {
	cfg := callOptions(opts)
	if cfg.messageID == "" {
		cfg.messageID = newMessageID()
	}
	codes, salt, err := g.codes(grn+cfg.messageID, accessCodes)
	if err != nil {
		return nil, Receipt{}, err
	}
	header := transit.Header{MessageID: cfg.messageID, ExpectedSeq: cfg.expectedSeq}
	return change[transit.Guarantee](ctx, g.c, &call{
		fn: transit.FnReplaceAccessCodes, prepare: fixed(transit.AccessCodesRequest{Header: header, GRN: grn}),
		messageID: cfg.messageID, repeat: cfg.repeat,
		transient: map[string][]byte{transit.TransientAccessCodes: codes, transit.TransientSalt: salt},
		recorded:  g.recorded(grn, cfg.messageID),
	})
}

// Get returns a guarantee with its balances.
func (g *Guarantees) Get(ctx context.Context, grn string) (*transit.GuaranteeView, error) {
	return query[transit.GuaranteeView](ctx, g.c, transit.FnGetGuarantee, transit.GuaranteeQuery{GRN: grn})
}

// List goes through all guarantees in the order of their GRNs. It ends after the first error.
func (g *Guarantees) List(ctx context.Context) iter.Seq2[*transit.Guarantee, error] {
	return pages(func(bookmark string) ([]*transit.Guarantee, string, error) {
		page, err := query[transit.GuaranteePage](ctx, g.c, transit.FnListGuarantees, transit.ListQuery{Size: pageSize, Bookmark: bookmark})
		if err != nil {
			return nil, "", err
		}
		return page.Guarantees, page.Bookmark, nil
	})
}

// codes encodes access codes and derives the salt of their hashes.
func (g *Guarantees) codes(purpose string, accessCodes []string) (codes, salt []byte, err error) {
	codes, err = json.Marshal(slices.Concat([]string{}, accessCodes))
	if err != nil {
		return nil, nil, fmt.Errorf("couldn't encode the access codes: %w", err)
	}
	return codes, g.c.derive("access codes", []byte(purpose), codes), nil
}

// remembers reports whether the record knows the message as the client's own.
func (g *Guarantees) remembers(record *transit.Guarantee, messageID string) bool {
	return slices.Contains(record.Messages, transit.MessageOf(g.c.actor(), messageID))
}

func (g *Guarantees) recorded(grn, messageID string) func(context.Context) ([]byte, bool, error) {
	return func(ctx context.Context) ([]byte, bool, error) {
		view, err := g.Get(ctx, grn)
		if err != nil {
			return nil, false, err
		}
		if !g.remembers(view.Guarantee, messageID) {
			return nil, false, nil
		}
		raw, err := encode(view.Guarantee)
		return raw, err == nil, err
	}
}
