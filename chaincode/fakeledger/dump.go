package fakeledger

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
)

// Disclosure is one piece of what every member of the channel, and every log, gets to read.
type Disclosure struct {
	// Where says what the piece is, e.g. "block 3, transaction 0, argument 1".
	Where string
	// Data is the piece itself.
	Data []byte
}

// Disclosures lists everything public: arguments, creators, responses, events, written keys, values and policies of all
// transactions (invalid ones too), the names of collections, and what peers wrote to their logs about refused proposals.
func (l *Ledger) Disclosures() []Disclosure {
	var out []Disclosure
	for _, b := range l.Blocks() {
		for _, r := range b.Receipts {
			out = append(out, r.disclosures()...)
		}
	}
	for _, n := range l.nodes {
		n.seenMu.Lock()
		for i, text := range n.log {
			out = append(out, Disclosure{fmt.Sprintf("log of %s, entry %d", n.mspID(), i), []byte(text)})
		}
		n.seenMu.Unlock()
	}
	return out
}

func (r *Receipt) disclosures() []Disclosure {
	var out []Disclosure
	add := func(data []byte, format string, args ...any) {
		where := fmt.Sprintf("block %d, transaction %d, ", r.Block, r.Index) + fmt.Sprintf(format, args...)
		out = append(out, Disclosure{where, data})
	}
	for i, a := range r.proposal.args {
		add(a, "argument %d", i)
	}
	add(r.proposal.creator.cert.Raw, "creator")
	add(r.Payload(), "response payload")
	add([]byte(r.action.GetResponse().GetMessage()), "response message")
	if r.event != nil {
		add([]byte(r.event.GetEventName()), "event name")
		add(r.event.GetPayload(), "event payload")
	}
	for _, read := range r.public.GetReads() {
		add([]byte(read.GetKey()), "read key")
	}
	for _, w := range r.public.GetWrites() {
		add([]byte(w.GetKey()), "written key")
		add(w.GetValue(), "value of %q", w.GetKey())
	}
	for _, m := range r.public.GetMetadataWrites() {
		add([]byte(m.GetKey()), "key of a policy")
		for _, e := range m.GetEntries() {
			add(e.GetValue(), "policy of %q", m.GetKey())
		}
	}
	for _, h := range r.hashed {
		add([]byte(h.collection), "collection name")
	}
	// Whatever the list above forgets: the whole signed transaction as the block holds it.
	add(encode(r.proposal.header), "header")
	add(r.payload, "proposal response")
	return out
}

// Dump joins all disclosures to one text for searching.
func (l *Ledger) Dump() []byte {
	var out bytes.Buffer
	for _, d := range l.Disclosures() {
		fmt.Fprintf(&out, "%s: %s\n", d.Where, d.Data)
	}
	return out.Bytes()
}

// Exposures tells where a confidential marker became public: as it is, in hexadecimal, or in base64. Empty: nowhere.
func (l *Ledger) Exposures(marker string) []string {
	var out []string
	for _, d := range l.Disclosures() {
		for _, form := range disguises(marker) {
			if bytes.Contains(d.Data, form) && !slices.Contains(out, d.Where) {
				out = append(out, d.Where)
			}
		}
	}
	return out
}

// disguises are the encodings in which a marker may hide. A base64 text looks different at each offset modulo 3; the characters
// that share bits with the neighbours are cut off.
func disguises(marker string) [][]byte {
	raw := []byte(marker)
	forms := [][]byte{raw, []byte(hex.EncodeToString(raw))}
	for offset := range 3 {
		text := base64.StdEncoding.EncodeToString(append(make([]byte, offset), raw...))
		first := (offset*8 + 5) / 6
		last := (offset + len(raw)) * 8 / 6
		if last > first {
			forms = append(forms, []byte(text[first:last]))
		}
	}
	return forms
}
