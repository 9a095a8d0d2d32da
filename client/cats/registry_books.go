package cats

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"

	"carec.example/cats/chaincode/transit"
)

// OverrideReason lets an office accept or release a movement whose guarantees do not cover what is required. The reason stands
// on the public record. The ledger refuses it where there is nothing to override, and for every other step.
func OverrideReason(reason string) CallOption {
	return func(c *callConfig) { c.overrideReason = reason }
}

// batchBytes bounds the entries of one transaction, below the ledger's limit of 64 KiB for a request.
const batchBytes = 48 << 10

// Put writes entries of a country's own books, as many in one transaction as fit, in their order: a batch that fails leaves
// those before it written, and its error ends the writing. Putting the same entries again changes nothing but sequence numbers. Each
// receipt is of one transaction.
func (r *Registry) Put(ctx context.Context, country string, entries transit.Entries) ([]transit.WrittenPage, []Receipt, error) {
	var pages []transit.WrittenPage
	var receipts []Receipt
	for _, batch := range batches(entries) {
		request := transit.PutEntriesRequest{Country: country, Entries: batch}
		result, receipt, err := change[transit.PutEntriesResult](ctx, r.c, &call{fn: transit.FnPutEntries, prepare: fixed(request)})
		if err != nil {
			return pages, receipts, err
		}
		pages, receipts = append(pages, result.Pages...), append(receipts, receipt)
	}
	return pages, receipts, nil
}

// batches splits entries so that each batch fits into a request. Entries of one page stay together as far as they fit.
func batches(e transit.Entries) []transit.Entries {
	var out []transit.Entries
	var now transit.Entries
	size := 0
	add := func(entry any, put func(*transit.Entries)) {
		n := sizeOf(entry)
		if size > 0 && size+n > batchBytes {
			out, now, size = append(out, now), transit.Entries{}, 0
		}
		put(&now)
		size += n
	}
	places, parts := e.Split()
	for _, at := range places {
		part := parts[at]
		eachEntry(&part, add)
	}
	if size > 0 || len(out) == 0 {
		out = append(out, now)
	}
	return out
}

// eachEntry goes through entries of all kinds, each with how it is put into others.
func eachEntry(e *transit.Entries, add func(any, func(*transit.Entries))) {
	for _, v := range e.Hours {
		add(v, func(to *transit.Entries) { to.Hours = append(to.Hours, v) })
	}
	for _, v := range e.Operators {
		add(v, func(to *transit.Entries) { to.Operators = append(to.Operators, v) })
	}
	for _, v := range e.Anchors {
		add(v, func(to *transit.Entries) { to.Anchors = append(to.Anchors, v) })
	}
	for _, v := range e.Revocations {
		add(v, func(to *transit.Entries) { to.Revocations = append(to.Revocations, v) })
	}
	for _, v := range e.Tariff {
		add(v, func(to *transit.Entries) { to.Tariff = append(to.Tariff, v) })
	}
	for _, v := range e.Rates {
		add(v, func(to *transit.Entries) { to.Rates = append(to.Rates, v) })
	}
	for _, v := range e.Packs {
		add(v, func(to *transit.Entries) { to.Packs = append(to.Packs, v) })
	}
}

func sizeOf(entry any) int {
	raw, err := json.Marshal(entry)
	if err != nil {
		return batchBytes // alone, and the ledger says what is wrong with it
	}
	return len(raw) + 1
}

// Page reads one page of a country's book, of the consortium's for an empty country.
func (r *Registry) Page(ctx context.Context, country string, b transit.Book, page string) (*transit.Page, error) {
	return query[transit.Page](ctx, r.c, transit.FnGetPage, transit.PageQuery{Country: country, Book: b, Page: page})
}

// Pages goes through the pages of a country's book in their order. It ends after the first error.
func (r *Registry) Pages(ctx context.Context, country string, b transit.Book) iter.Seq2[*transit.Page, error] {
	return func(yield func(*transit.Page, error) bool) {
		names := b.Pages()
		if names == nil {
			yield(nil, &Error{Op: string(transit.FnGetPage), Class: Refused, Fault: transit.Faultf(transit.MalformedRequest,
				"%q is none of the books %v", b, transit.Books())})
			return
		}
		for _, name := range names {
			p, err := r.Page(ctx, country, b, name)
			if !yield(p, err) || err != nil {
				return
			}
		}
	}
}

// Operator finds an operator in the register of its own country, nil when it is not there today.
func (r *Registry) Operator(ctx context.Context, number string, day transit.Date) (*transit.Operator, error) {
	if err := transit.ValidateOperator(number); err != nil {
		return nil, fmt.Errorf("operator: %w", err)
	}
	p, err := r.Page(ctx, number[:2], transit.BookOperators, transit.BookOperators.Page(number))
	if err != nil {
		return nil, err
	}
	return p.OperatorOn(number, day), nil
}
