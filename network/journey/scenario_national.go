package journey

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"time"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/exchange"
	"carec.example/cats/client/formats/national"
	"carec.example/cats/client/formats/national/examples"
)

// national: three national systems declare in their own languages, and see what becomes of it in their own languages. Nobody but the
// mappings knows both sides.
func (t *travel) national(ctx context.Context) error {
	set, err := national.LoadSet(examples.Files)
	if err != nil {
		return err
	}
	t.FreshLRN, t.FreshGuarantees, t.mappings = false, false, set
	for i, file := range nationalDocuments() {
		if i > 0 {
			t.tell.printf("%s", strings.Repeat("-", 112))
			t.report.Others = append(t.report.Others, t.report.Movement)
		}
		document, err := fs.ReadFile(examples.Files, file)
		if err != nil {
			return fmt.Errorf("couldn't read the document: %w", err)
		}
		n := &nationalSystem{travel: t, file: file, document: document}
		if err := n.travels(ctx); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	return nil
}

// nationalDocuments are those of the examples that are lodged.
func nationalDocuments() []string {
	return []string{"eaeu-transit.xml", "asycuda-sad.xml", "goods-list.csv"}
}

// nationalSystem is the system of a declarant, which knows its own documents and nothing else.
type nationalSystem struct {
	*travel
	mapping  *national.Map
	file     string
	document []byte
	// at is up to where it has read its statuses; shown are the lines of the last one.
	at    exchange.Cursor
	shown []string
}

// travels takes one document from declaration to discharge.
func (n *nationalSystem) travels(ctx context.Context) error {
	defer func() { n.after = nil }()
	err := inTurn(ctx, n.translate, n.examine, n.secure, n.wrong, n.declare, n.depart, n.deliver, n.crossAll, n.arrive)
	if err != nil {
		return err
	}
	return n.ended(transit.Discharged)
}

// translate shows what the mapping makes of the document, under numbers that have not been used.
func (n *nationalSystem) translate(context.Context) error {
	var err error
	if n.mapping, err = n.mappings.For(n.document, ""); err != nil {
		return err
	}
	std, _, err := n.mapping.Apply(n.document)
	if err != nil {
		return err
	}
	fresh := std.TransitOperation.LRN[:3] + time.Now().UTC().Format("060102150405.000000")
	n.replace(std.TransitOperation.LRN, fresh)
	n.replace(std.Message.Identification, fresh+"/M")
	std, report, err := n.mapping.Apply(n.document)
	if err == nil {
		err = report.Err()
	}
	if err != nil {
		return err
	}
	n.std = std
	n.tell.printf("Document    %s, %d lines: %s", n.file, bytes.Count(n.document, []byte("\n")), n.mapping.Title)
	n.tell.printf("Mapping     %s %s; %d values left out on purpose, each with a reason, and %d that nobody reads", n.mapping.Name,
		n.mapping.Version, len(report.Ignored), len(report.Unmapped))
	return nil
}

func (n *nationalSystem) replace(old, with string) {
	n.document = bytes.ReplaceAll(n.document, []byte(old), []byte(with))
}

// secure registers the guarantees of the document. One that stands under other terms already is replaced in the document, too.
func (n *nationalSystem) secure(ctx context.Context) error {
	before := n.references()
	if err := n.insure(ctx); err != nil {
		return err
	}
	return n.respell(before)
}

func (n *nationalSystem) references() []string {
	var all []string
	for _, g := range n.std.Guarantees {
		for _, r := range g.GuaranteeReferences {
			all = append(all, r.GRN)
		}
	}
	return all
}

// respell puts the references of the single transit document in the place of the former ones of the national document.
func (n *nationalSystem) respell(before []string) error {
	now := n.references()
	for i, was := range before {
		if now[i] != was {
			// Documents may write it in groups.
			spelt := regexp.MustCompile(strings.Join(strings.Split(was, ""), ` ?`))
			n.document = spelt.ReplaceAll(n.document, []byte(now[i]))
		}
	}
	std, _, err := n.mapping.Apply(n.document)
	if err != nil {
		return err
	}
	if err := same(std, n.std); err != nil {
		return fmt.Errorf("the mapping names a guarantee that stands under other terms, or is used up: %w", err)
	}
	return nil
}

// wrong posts the document with a mistake in it: what is wrong is told at its place in the document, and nothing comes to the ledger.
func (n *nationalSystem) wrong(ctx context.Context) error {
	c, err := n.as(ctx, n.trader)
	if err != nil {
		return err
	}
	declared := n.std.Consignment.HouseConsignments[0].ConsignmentItems[0].Commodity.CommodityCode
	if declared == nil {
		return errors.New("the first item has no commodity code")
	}
	// Some systems group the digits of a code.
	code := regexp.MustCompile(strings.Join(strings.Split(declared.HarmonizedSystemSubHeadingCode, ""), " ?"))
	place := code.FindIndex(n.document)
	if place == nil {
		return fmt.Errorf("the document does not show the commodity code %s", declared.HarmonizedSystemSubHeadingCode)
	}
	outcome, err := c.Messages().PostAs(ctx, "", slices.Concat(n.document[:place[0]], []byte("0"), n.document[place[1]:]))
	if err != nil {
		return err
	}
	refusal := outcome.Refusal()
	if refusal == nil {
		return errors.New("a document with a wrong commodity code was taken")
	}
	var said exchange.DocumentRefusal
	if err := json.Unmarshal(refusal.Text, &said); err != nil {
		return fmt.Errorf("couldn't read the refusal: %w", err)
	}
	n.tell.row("", "post, wrong code", n.trader, "", "REFUSED "+string(said.Code), "")
	for _, f := range said.Findings {
		n.tell.note("%s (line %d) %q: %s", f.Place, f.Line, f.Value, f.Text)
	}
	n.report.Refused = append(n.report.Refused, &cats.Error{
		Op: "Lodge", Class: cats.Refused, Fault: transit.Faultf(said.Code, "%s", said.Reason),
	})
	return nil
}

// declare posts the document; from now on the status is read in the national form after each step.
func (n *nationalSystem) declare(ctx context.Context) error {
	c, err := n.as(ctx, n.trader)
	if err != nil {
		return err
	}
	outcome, err := c.Messages().PostAs(ctx, "", n.document)
	if err != nil {
		return err
	}
	if refusal := outcome.Refusal(); refusal != nil {
		return fmt.Errorf("the document was refused: %s", refusal.Text)
	}
	n.at = exchange.Cursor{Block: outcome.Receipt.BlockNumber}
	id, err := n.movementID(c, n.std)
	if err != nil {
		return err
	}
	document, err := c.Movements().Content(ctx, id)
	if err != nil {
		return err
	}
	if err := same(document.STD, n.std.WithoutAccessCodes()); err != nil {
		return err
	}
	n.took("post the document", n.trader, "", document.Movement, outcome.Receipt)
	n.after = n.status
	return n.status(ctx)
}

// same makes sure that the ledger has the document that the mapping made; access codes stand on no ledger.
func same(lodged, made *transit.STD) error {
	is, err := transit.Canonical(lodged)
	if err != nil {
		return err
	}
	want, err := transit.Canonical(made)
	if err != nil {
		return err
	}
	if !bytes.Equal(is, want) {
		return errors.New("that is not what the mapping makes of the document")
	}
	return nil
}

// status waits for the status of the last step, makes sure that it is what the mapping makes of the record, and shows what of it is new.
func (n *nationalSystem) status(ctx context.Context) error {
	want, err := n.mapping.Status(n.report.Movement)
	if err != nil {
		return err
	}
	var last []byte
	c, err := n.as(ctx, n.trader)
	if err != nil {
		return err
	}
	err = poll(ctx, 30*time.Second, func() (bool, error) {
		page, err := c.Messages().Answers(ctx, n.at)
		if err != nil {
			return false, err
		}
		n.at = page.Next
		for _, a := range page.Answers {
			if a.Kind == n.mapping.Name {
				last = a.Text
			}
		}
		return bytes.Equal(last, want), nil
	})
	if err != nil {
		return fmt.Errorf("the status after the step is %q, not %q: %w", last, want, err)
	}
	lines := strings.Split(strings.TrimSpace(string(want)), "\n")
	var fresh []string
	for _, line := range lines {
		if line = strings.TrimSpace(line); !slices.Contains(n.shown, line) && !strings.HasPrefix(line, "<?xml") {
			fresh = append(fresh, line)
		}
	}
	n.shown = n.shown[:0]
	for _, line := range lines {
		n.shown = append(n.shown, strings.TrimSpace(line))
	}
	for _, line := range wrapped(fresh, 100) {
		n.tell.note("status  %s", line)
	}
	return nil
}

// wrapped puts short lines together into ones of about a width.
func wrapped(lines []string, width int) []string {
	var out []string
	for _, line := range lines {
		if last := len(out) - 1; last >= 0 && len(out[last])+1+len(line) <= width {
			out[last] += " " + line
			continue
		}
		out = append(out, line)
	}
	return out
}

// crossAll hands the movement over at every border.
func (n *nationalSystem) crossAll(ctx context.Context) error {
	for slices.ContainsFunc(n.report.Movement.Legs, func(l transit.Leg) bool { return l.State == transit.LegExpected }) {
		if err := n.crossTo(ctx); err != nil {
			return err
		}
	}
	return nil
}
