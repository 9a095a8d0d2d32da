package exchange

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"carec.example/cats/chaincode/ledger"
	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

// Cursor is a place on the ledger between two transactions: all of the blocks before Block have been looked at, and the first
// Index transactions of Block. The zero value is the beginning.
type Cursor struct {
	Block uint64 `json:"block"`
	Index int    `json:"index"`
}

// String is the cursor as text, such as "12.3".
func (c Cursor) String() string { return strconv.FormatUint(c.Block, 10) + "." + strconv.Itoa(c.Index) }

// ParseCursor reads what [Cursor.String] writes; an empty text is the beginning.
func ParseCursor(s string) (Cursor, error) {
	if s == "" {
		return Cursor{}, nil
	}
	block, index, _ := strings.Cut(s, ".")
	b, err := strconv.ParseUint(block, 10, 63)
	i, err2 := strconv.ParseUint(index, 10, 31)
	if err != nil || err2 != nil {
		return Cursor{}, fmt.Errorf("%q is no cursor such as 12.3", s)
	}
	return Cursor{b, int(i)}, nil
}

// Page is what happened after a cursor.
type Page struct {
	Answers []Answer
	// Next is where to go on.
	Next Cursor
	// More tells that there are further blocks already.
	More bool
}

// Bounds of one page.
const (
	maxPageAnswers = 200
	maxPageBlocks  = 2000
)

// Answers are the messages to the party about what happened after the cursor, in the order of the ledger: up to a few hundred, or
// as many as a few thousand blocks give. It ends before a step whose message needs content that has not come to the party's
// organisation yet; asked again later, it goes on there.
func (x *Exchange) Answers(ctx context.Context, after Cursor) (Page, error) {
	if x.inUBL {
		return x.Statuses(ctx, after)
	}
	return x.page(ctx, after, x.step)
}

// teller makes the answers that one step of a transaction gives the party.
type teller func(ctx context.Context, tx *cats.Transaction, step transit.EventStep) ([]Answer, error)

func (x *Exchange) page(ctx context.Context, after Cursor, tell teller) (Page, error) {
	page := Page{Next: after}
	height, err := x.ledger.Height(ctx)
	if err != nil || after.Block >= height {
		return page, err
	}
	last := min(height-1, after.Block+maxPageBlocks-1)
	for block, err := range x.ledger.Blocks(ctx, after.Block, last) {
		if err != nil {
			return Page{Next: after}, fmt.Errorf("couldn't read the ledger: %w", err)
		}
		full, err := x.block(ctx, block, &page, tell)
		switch {
		case errors.Is(err, errNotYet):
			return page, nil
		case err != nil:
			return Page{Next: after}, err
		case full:
			page.More = true
			return page, nil
		}
	}
	page.More = last+1 < height
	return page, nil
}

// block adds the answers of a block from the page's cursor on.
func (x *Exchange) block(ctx context.Context, block *cats.Block, page *Page, tell teller) (full bool, err error) {
	for i, tx := range block.Transactions {
		if block.Number == page.Next.Block && i < page.Next.Index {
			continue
		}
		answers, err := x.transaction(ctx, tx, tell)
		if err != nil {
			return false, err
		}
		page.Answers = append(page.Answers, answers...)
		page.Next = Cursor{block.Number, i + 1}
		if len(page.Answers) >= maxPageAnswers {
			return true, nil
		}
	}
	page.Next = Cursor{Block: block.Number + 1}
	return false, nil
}

// errNotYet: what a message needs will be there later.
var errNotYet = errors.New("the content is not there yet")

// transaction makes the answers that one transaction gives the party.
func (x *Exchange) transaction(ctx context.Context, tx *cats.Transaction, tell teller) ([]Answer, error) {
	if !tx.Valid() || tx.Event == nil {
		return nil, nil
	}
	var answers []Answer
	for _, step := range tx.Event.Steps {
		if step.Record != "movement" {
			continue
		}
		if transit.Step(step.Step) == transit.StepAcceptTransfer {
			x.forget(step.ID)
		}
		more, err := tell(ctx, tx, step)
		if err != nil {
			return nil, err
		}
		answers = append(answers, more...)
	}
	return answers, nil
}

func (x *Exchange) step(ctx context.Context, tx *cats.Transaction, step transit.EventStep) ([]Answer, error) {
	rule := ruleOf(step)
	if rule == nil || rule.Message == "" && x.mappings == nil {
		return nil, nil
	}
	h := &happening{Exchange: x, tx: tx, step: step}
	found, err := courseIn(tx, step.ID, &h.course)
	if err != nil || !found {
		return nil, err
	}
	m, err := x.lodgedBy(ctx, h)
	switch {
	case err != nil:
		return nil, err
	case m != nil:
		return []Answer{h.status(m)}, nil
	case rule.Message == "" || h.presents():
		return nil, nil
	}
	return x.tell(ctx, h, rule)
}

// presents tells that the step is the amendment that comes with a presentation, which is no message of its own.
func (h *happening) presents() bool {
	n := len(h.course.Messages)
	return n > 0 && transit.Step(h.step.Step) == transit.StepAmend &&
		strings.HasPrefix(h.course.Messages[n-1], h.ledger.Party().Operator+"/"+presentedWith)
}

// happening is one step of a movement as its transaction wrote it.
type happening struct {
	*Exchange
	tx   *cats.Transaction
	step transit.EventStep
	// index of the message, where the step gives several.
	index  int
	course transit.Course
	// declared is filled in for the declarant.
	declared transit.Declared
}

// courseIn reads the course that a transaction wrote.
func courseIn(tx *cats.Transaction, id string, into *transit.Course) (bool, error) {
	for _, w := range tx.Writes {
		if w.Key != ledger.MovementKey(id) {
			continue
		}
		if err := json.Unmarshal(w.Value, into); err != nil {
			return false, fmt.Errorf("couldn't read movement %s of transaction %s: %w", id, tx.ID, err)
		}
		return true, nil
	}
	return false, nil
}

// declaredOf is what was declared of a movement: of that the answers use only what no step changes, and the declarant, who changes
// when the document passes to another holder. It is empty for movements that are none of the party's business.
func (x *Exchange) declaredOf(ctx context.Context, id string) (transit.Declared, error) {
	x.mu.Lock()
	d, known := x.known[id]
	x.mu.Unlock()
	if known {
		return d, nil
	}
	view, err := x.ledger.Movements().Get(ctx, id)
	switch {
	case errors.Is(err, &transit.Fault{Code: transit.NotAuthorised}):
	case err != nil:
		return d, fmt.Errorf("couldn't read movement %s: %w", id, err)
	default:
		d = view.Movement.Declared
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if len(x.known) >= maxKnown {
		clear(x.known)
		clear(x.origins)
	}
	x.known[id] = d
	return d, nil
}

// forget makes the next step ask again whose movement it is.
func (x *Exchange) forget(id string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	delete(x.known, id)
	delete(x.origins, id)
}

// before is the course as it was before the step.
func (h *happening) before(ctx context.Context) (*transit.Course, error) {
	return lastCourse(ctx, h.ledger, h.step.ID, h.tx.Block, h.course.Seq)
}

// stride is how many blocks are read at a time, and furthest how many are read at most, when a movement's last step is sought.
const (
	stride   = 100
	furthest = 20_000
)

// lastCourse reads from the blocks backwards what the last step before a sequence number has made of a movement; nil when there
// is none, or none in reach.
func lastCourse(ctx context.Context, l Ledger, id string, end uint64, before int) (*transit.Course, error) {
	for least := end - min(end, furthest); ; {
		from := max(least, end-min(end, stride))
		var found *transit.Course
		for block, err := range l.Blocks(ctx, from, end) {
			if err != nil {
				return nil, fmt.Errorf("couldn't read the ledger: %w", err)
			}
			if err := lastIn(block, id, before, &found); err != nil {
				return nil, err
			}
		}
		if found != nil || from <= least {
			return found, nil
		}
		end = from - 1
	}
}

func lastIn(block *cats.Block, id string, before int, found **transit.Course) error {
	for _, tx := range block.Transactions {
		course := new(transit.Course)
		known, err := courseIn(tx, id, course)
		if err != nil {
			return err
		}
		if known && tx.Valid() && course.Seq < before {
			*found = course
		}
	}
	return nil
}
