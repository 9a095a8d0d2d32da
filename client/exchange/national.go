package exchange

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/formats"
	"carec.example/cats/client/formats/national"
	"carec.example/cats/client/formats/ncts"
	"carec.example/cats/client/formats/ubl"
)

// Media types of answers.
const (
	mediaXML  = "application/xml"
	mediaJSON = "application/json"
)

// A declaration that came by a mapping is remembered by documentMark, a digest of the mapping's name and one of the identification
// in the document. By the mapping's the answers are told in its form, whoever asks for them later.
const (
	documentMark = "m"
	tagLength    = 7
)

func documentID(mapping, identification string) string {
	return documentMark + digestText(mapping)[:tagLength] + digestText(identification)[:26]
}

func digestText(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:])
}

// postDocument lodges what a mapping makes of a national document.
func (x *Exchange) postDocument(ctx context.Context, m *national.Map, document []byte) (*Outcome, error) {
	std, report, err := m.Apply(document)
	if err == nil {
		err = report.Err()
	}
	if err != nil {
		return x.refuseDocument(m, document, report, err)
	}
	message := &formats.Message{Kind: ncts.Find("CC015C"), Content: std}
	receipt, err := lodge(ctx, &request{
		Message: message, ledger: x.ledger, from: x.ledger.Party(), to: x.ledger.Movements(),
		id: documentID(m.Name, std.Message.Identification),
	})
	if err != nil {
		return x.refuseDocument(m, document, report, err)
	}
	return &Outcome{Answers: x.said(ctx, receipt, x.step), LeftOut: unread(report), Receipt: receipt}, nil
}

// unread are the values of a source that its mapping does not read, and those that it leaves out on purpose.
func unread(r *national.Report) []LeftOut {
	if r == nil {
		return nil
	}
	var left []LeftOut
	for _, u := range r.Unmapped {
		left = append(left, LeftOut{u.Place, u.Line, u.Value, "no rule of the mapping " + r.Mapping + " reads it"})
	}
	if r.UnmappedMore > 0 {
		left = append(left, LeftOut{Place: "/", Value: strconv.Itoa(r.UnmappedMore), Reason: "so many more that no rule of the mapping reads"})
	}
	for _, i := range r.Ignored {
		left = append(left, LeftOut{i.Place, i.Line, i.Value, i.Reason})
	}
	return left
}

// DocumentRefusal answers a national document that cannot be lodged, as JSON. Findings name the places of the document.
type DocumentRefusal struct {
	// Mapping and Version name the mapping; they are empty when there is none for the document.
	Mapping  string             `json:"mapping,omitempty"`
	Version  string             `json:"version,omitempty"`
	Code     transit.Code       `json:"code"`
	Reason   string             `json:"reason"`
	Findings []national.Finding `json:"findings,omitempty"`
	LeftOut  []LeftOut          `json:"leftOut,omitempty"`
}

// refuseDocument answers what the mapping or the ledger refuses; every other failure is the caller's to repeat.
func (x *Exchange) refuseDocument(m *national.Map, document []byte, report *national.Report, err error) (*Outcome, error) {
	fault := refusalOf(err)
	if fault == nil {
		return nil, fmt.Errorf("couldn't bring the document to the ledger: %w", err)
	}
	refusal := DocumentRefusal{Code: fault.Code, Reason: fault.Message, LeftOut: unread(report)}
	name := "document"
	if m != nil {
		name, refusal.Mapping, refusal.Version = m.Name, m.Name, m.Version
	}
	switch {
	case report != nil && len(report.Violations) > 0:
		refusal.Findings = report.Violations
	case report != nil:
		refusal.Findings = report.Locate(fault.Violations)
	default:
		for _, v := range fault.Violations {
			refusal.Findings = append(refusal.Findings, national.Finding{Violation: v})
		}
	}
	sum := sha256.Sum256(document)
	party := x.ledger.Party()
	a, err := told(refusal, answerID("refusal", name, party.MSP, party.Operator, hex.EncodeToString(sum[:])), name+"-refusal")
	if err != nil {
		return nil, err
	}
	a.Refusal, a.Mapping = true, refusal.Mapping
	return &Outcome{Answers: []Answer{a}}, nil
}

func told(v any, id, kind string) (Answer, error) {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return Answer{}, fmt.Errorf("couldn't write the answer: %w", err)
	}
	return Answer{ID: id, Kind: kind, MediaType: mediaJSON, Text: append(text, '\n')}, nil
}

// StatusProblem stands in the place of a status that a mapping cannot make, as JSON.
type StatusProblem struct {
	Mapping  string        `json:"mapping"`
	Version  string        `json:"version"`
	Movement string        `json:"movement"`
	Seq      int           `json:"seq"`
	State    transit.State `json:"state"`
	Problem  string        `json:"problem"`
}

// status tells the movement as the step left it, in the national form. What a record has beside its course is as it was when the
// exchange first saw the movement.
func (h *happening) status(m *national.Map) Answer {
	id := answerID(h.tx.ID, h.course.ID, strconv.Itoa(h.course.Seq), "status", m.Name)
	text, err := m.Status(&transit.Movement{Course: h.course, Declared: h.declared})
	if err == nil {
		return Answer{ID: id, Kind: m.Name, Mapping: m.Name, MediaType: m.StatusMediaType(), Text: text}
	}
	a, _ := told(StatusProblem{
		Mapping: m.Name, Version: m.Version, Movement: h.course.ID, Seq: h.course.Seq, State: h.course.State, Problem: err.Error(),
	}, id, m.Name+"-problem") // Texts and a number can always be written.
	a.Mapping = m.Name
	return a
}

// UBL is the name under which [Exchange.Status] gives the TransportationStatus of UBL 2.4.
const UBL = "ubl"

// Status tells a movement as it stands now in the form of a mapping, for whoever may read its record, or in [UBL]. The error is a
// [transit.Fault] NotFound when there is no such mapping.
func (x *Exchange) Status(ctx context.Context, mapping, movement string) (*Answer, error) {
	at := slices.IndexFunc(x.mappings.All(), func(m *national.Map) bool { return m.Name == mapping && m.HasStatus() })
	if at < 0 && mapping != UBL {
		return nil, transit.Faultf(transit.NotFound, "there is no mapping %q that makes a status", mapping).At("/form")
	}
	view, err := x.ledger.Movements().Get(ctx, movement)
	if err != nil {
		return nil, err
	}
	a := &Answer{ID: view.Movement.Reference(), Kind: mapping, MediaType: mediaXML}
	if at < 0 {
		var out bytes.Buffer
		err := ubl.WriteStatus(&out, view.Movement)
		a.Text = out.Bytes()
		return a, err
	}
	m := x.mappings.All()[at]
	a.Mapping, a.MediaType = m.Name, m.StatusMediaType()
	if a.Text, err = m.Status(view.Movement); err != nil {
		return nil, transit.Faultf(transit.InvalidDocument, "the mapping %s makes no status of it: %v", m.Name, err)
	}
	return a, nil
}

// lodgedBy is the mapping by which the party lodged the movement of a step, if it makes status documents; else nil.
func (x *Exchange) lodgedBy(ctx context.Context, h *happening) (*national.Map, error) {
	if x.mappings == nil {
		return nil, nil //nolint:nilnil // there is no mapping
	}
	var err error
	h.declared, err = x.declaredOf(ctx, h.course.ID)
	party := x.ledger.Party()
	if err != nil || h.declared.Declarant != (transit.Declarant{MSP: party.MSP, Operator: party.Operator}) {
		return nil, err
	}
	tag, err := x.origin(ctx, h)
	if err != nil || tag == "" {
		return nil, err
	}
	for _, m := range x.mappings.All() {
		if m.HasStatus() && digestText(m.Name)[:tagLength] == tag {
			return m, nil
		}
	}
	return nil, nil //nolint:nilnil // the mapping is not there any more
}

// origin is the digest of the mapping by which the party lodged the movement; empty when it lodged it otherwise, or not.
func (x *Exchange) origin(ctx context.Context, h *happening) (string, error) {
	x.mu.Lock()
	tag, known := x.origins[h.course.ID]
	x.mu.Unlock()
	if known {
		return tag, nil
	}
	first := ""
	if len(h.course.Messages) == h.course.Seq {
		first = h.course.Messages[0] // None is forgotten yet.
	} else {
		course, err := x.lodging(ctx, h)
		if err != nil {
			return "", err
		}
		if course != nil && len(course.Messages) > 0 {
			first = course.Messages[0]
		}
	}
	if id, mine := strings.CutPrefix(first, x.ledger.Party().Operator+"/"+documentMark); mine && len(id) > tagLength {
		tag = id[:tagLength]
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.origins[h.course.ID] = tag
	return tag, nil
}

// clockMargin is how far the time that a client declares may lie from the true one, and some more.
const clockMargin = 30 * time.Minute

// lodging finds the transaction that lodged a movement by the time that the record tells.
func (x *Exchange) lodging(ctx context.Context, h *happening) (*transit.Course, error) {
	at, err := time.Parse(time.RFC3339, h.declared.LodgedAt)
	if err != nil {
		return nil, fmt.Errorf("couldn't read when %s was lodged: %w", h.course.ID, err)
	}
	var failed error
	from := sort.Search(int(h.tx.Block), func(i int) bool {
		later, err := x.after(ctx, uint64(i), at.Add(-clockMargin))
		failed = errors.Join(failed, err)
		return later || err != nil
	})
	if failed != nil {
		return nil, failed
	}
	for block, err := range x.ledger.Blocks(ctx, uint64(max(from-1, 0)), h.tx.Block) {
		if err != nil {
			return nil, fmt.Errorf("couldn't read the ledger: %w", err)
		}
		for _, tx := range block.Transactions {
			course := new(transit.Course)
			if found, err := courseIn(tx, h.course.ID, course); err != nil || found && tx.Valid() && course.Seq == 1 {
				return course, err
			}
		}
	}
	return nil, nil //nolint:nilnil // it was not lodged by a transaction of its own
}

// after tells whether a block's first transaction is later than a time.
func (x *Exchange) after(ctx context.Context, number uint64, at time.Time) (bool, error) {
	for block, err := range x.ledger.Blocks(ctx, number, number) {
		if err != nil {
			return false, fmt.Errorf("couldn't read the ledger: %w", err)
		}
		if len(block.Transactions) > 0 {
			return block.Transactions[0].At.After(at), nil
		}
	}
	return false, nil
}
