package exchange

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/formats"
	"carec.example/cats/client/formats/ncts"
	"carec.example/cats/client/formats/ubl"
)

const (
	ublDeclaration = "TransitCustomsDeclaration"
	ublStatus      = "TransportationStatus"
	// StateRefused is the execution status of a declaration that was refused and stands on no ledger.
	StateRefused transit.State = "refused"
)

// postUBL lodges a declaration of UBL. The answer is a TransportationStatus: of the movement that was made, or with the status
// [StateRefused] and everything that is wrong as remarks. Values that have no place in ours are left out. The ledger remembers the
// declaration by its messageIdentification, as it does CC015C: the same declaration in the other form is its repetition.
func (x *Exchange) postUBL(ctx context.Context, document []byte) (*Outcome, error) {
	std, report, err := ubl.ReadDeclaration(bytes.NewReader(document))
	if err == nil {
		err = report.Err()
	}
	if err != nil {
		return x.refuseUBL(document, std, report, err)
	}
	m := &formats.Message{Kind: ncts.Find("CC015C"), Content: std}
	in := actions()[m.Kind.Name]
	receipt, err := in.take(ctx, &request{
		Message: m, ledger: x.ledger, from: x.ledger.Party(), to: x.ledger.Movements(), id: in.mark + m.Header().Identification,
	})
	if err != nil {
		return x.refuseUBL(document, std, report, err)
	}
	return &Outcome{Answers: x.said(ctx, receipt, x.status), LeftOut: unmapped(report), Receipt: receipt}, nil
}

// unmapped is what of a document has no place in ours, so that nothing is dropped silently.
func unmapped(report *ubl.Report) []LeftOut {
	var left []LeftOut
	for _, e := range report.Unmapped {
		left = append(left, LeftOut{e.Path, e.Line, e.Value, "the declaration has no place for it"})
	}
	if report.UnmappedMore > 0 {
		left = append(left, LeftOut{Place: "/", Value: strconv.Itoa(report.UnmappedMore), Reason: "so many more that the declaration has no place for"})
	}
	return left
}

// refuseUBL answers what the reader or the ledger refuses; every other failure is the caller's to repeat. What the document names the
// movement by is repeated, as far as it can be read; the answer's number derives from the document alone.
func (x *Exchange) refuseUBL(document []byte, std *transit.STD, report *ubl.Report, err error) (*Outcome, error) {
	fault := refusalOf(err)
	if fault == nil {
		return nil, fmt.Errorf("couldn't bring the document to the ledger: %w", err)
	}
	sum := sha256.Sum256(document)
	uuid := ubl.UUIDOf("refusal", x.ledger.Party().MSP, x.ledger.Party().Operator, hex.EncodeToString(sum[:]))
	m := &transit.Movement{Course: transit.Course{V: 1, State: StateRefused, At: transit.Stamp(x.now()), Reason: oneLine(fault.Message)}}
	var lines []string
	for _, v := range fault.Violations {
		about := strings.Join(slices.DeleteFunc([]string{v.Code, v.Pointer, v.Rule, v.Value}, func(s string) bool { return s == "" }), " ")
		lines = append(lines, oneLine(about+": "+v.Text))
	}
	options := []ubl.Option{ubl.Numbered(uuid)}
	if std != nil {
		m.LRN, m.Holder = oneLine(std.TransitOperation.LRN), oneLine(std.Holder.IdentificationNumber)
		options = append(options, ubl.Answering(cmp.Or(m.LRN, oneLine(report.UUID))))
		for _, l := range unmapped(report) {
			lines = append(lines, oneLine(fmt.Sprintf("not mapped: %s (line %d) %s", l.Place, l.Line, l.Value)))
		}
	}
	m.ID = cmp.Or(m.LRN, uuid)
	answers, err := inUBL(m, uuid, append(options, ubl.Remarking(lines...))...)
	for i := range answers {
		answers[i].Refusal = true
	}
	return refused(answers, err)
}

// oneLine is a text in one line, without what XML cannot carry, cut to the length of a remark.
func oneLine(s string) string {
	return cut(strings.Map(func(r rune) rune {
		if r < ' ' || r == utf8.RuneError || r == 0xFFFE || r == 0xFFFF {
			return ' '
		}
		return r
	}, s), maxErrorText)
}

func inUBL(m *transit.Movement, uuid string, options ...ubl.Option) ([]Answer, error) {
	var out bytes.Buffer
	if err := ubl.WriteStatus(&out, m, options...); err != nil {
		return nil, err
	}
	return []Answer{{ID: uuid, Kind: ublStatus, MediaType: mediaXML, Text: out.Bytes()}}, nil
}

// Statuses are [Exchange.Answers] as documents of UBL: one TransportationStatus for each step of a movement whose declarant the party
// is, or at whose destination it has notified the arrival. It shows the record as the step left it, of what was declared only what
// no step changes, and is made of its block alone: the same step always gives the same document under the same UUID.
func (x *Exchange) Statuses(ctx context.Context, after Cursor) (Page, error) {
	return x.page(ctx, after, x.status)
}

func (x *Exchange) status(ctx context.Context, tx *cats.Transaction, step transit.EventStep) ([]Answer, error) {
	h := &happening{Exchange: x, tx: tx, step: step}
	found, err := courseIn(tx, step.ID, &h.course)
	if err != nil || !found {
		return nil, err
	}
	declared, err := x.declaredOf(ctx, step.ID)
	if err != nil {
		return nil, err
	}
	mine, err := h.mine(ctx, ToHolder)
	if err == nil && !mine {
		mine, err = h.mine(ctx, ToTrader)
	}
	if err != nil || !mine {
		return nil, err
	}
	m := &transit.Movement{Course: h.course, Declared: transit.Declared{LRN: declared.LRN, Departure: declared.Departure}}
	uuid := ubl.UUIDOf(tx.ID, h.course.ID, strconv.Itoa(h.course.Seq))
	options := []ubl.Option{ubl.Numbered(uuid)}
	if transit.Step(step.Step) == transit.StepLodge {
		options = append(options, ubl.Answering(declared.LRN))
	}
	return inUBL(m, uuid, options...)
}
