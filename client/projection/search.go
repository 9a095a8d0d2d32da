package projection

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"carec.example/cats/chaincode/transit"
)

// Search asks for movements by what people know of them.
type Search struct {
	// Text is what is looked for: an MRN or LRN (or its beginning), a container, seal or plate (or its beginning), the
	// number of an operator, or words of names and goods. Words are found in any order, "words in quotes" side by side, a word
	// with * at its end stands for all that begin so; Chinese needs no spaces.
	Text string
	// Kinds are where to look; everywhere when empty.
	Kinds []Kind
	Paging
}

// Hit is a movement that was found.
type Hit struct {
	Movement Summary `json:"movement"`
	// Matched tells by what it was found.
	Matched []Kind `json:"matched"`
}

// maxQuery bounds the text of a search, in bytes.
const maxQuery = 512

// shortest is the least that an identifier must begin with.
const shortest = 3

// Search finds movements, newest first. Public references find every movement; what the content says finds those whose content the
// organisation holds.
func (m *Model) Search(ctx context.Context, s Search) (*Page[Hit], error) {
	return m.search(ctx, s, scope{})
}

func (m *Model) search(ctx context.Context, s Search, within scope) (*Page[Hit], error) {
	if len(s.Text) > maxQuery {
		return nil, fmt.Errorf("a search has at most %d bytes", maxQuery)
	}
	before := int64(math.MaxInt64)
	key, err := s.cursor(1)
	if err != nil {
		return nil, err
	}
	if key != nil {
		if before, err = strconv.ParseInt(key[0], 10, 64); err != nil {
			return nil, ErrCursor
		}
	}
	kinds := s.Kinds
	if len(kinds) == 0 {
		kinds = Kinds()
	}
	// Each way of looking yields its newest hits; the newest of all are among them.
	matched := map[int64][]Kind{}
	for _, k := range kinds {
		found, err := m.look(ctx, k, s.Text, before, s.limit()+1, within)
		if err != nil {
			return nil, fmt.Errorf("couldn't search by %s: %w", k, err)
		}
		for _, n := range found {
			if !slices.Contains(matched[n], k) {
				matched[n] = append(matched[n], k)
			}
		}
	}
	hits, err := m.hits(ctx, matched, s.limit()+1)
	if err != nil {
		return nil, fmt.Errorf("couldn't read what was found: %w", err)
	}
	return cut(hits, s.limit(), func(h *Hit) []string { return []string{strconv.FormatInt(h.Movement.n, 10)} }), nil
}

// look finds the newest movements before a place in the ledger in one way.
func (m *Model) look(ctx context.Context, k Kind, text string, before int64, limit int, within scope) ([]int64, error) {
	id := identifier(text)
	var record, content []*question
	switch k {
	case ByMRN:
		record = append(record, mrnQuery(id))
	case ByLRN:
		record = lrnQueries(strings.TrimSpace(text))
	case ByOperator:
		// The holder and the declarant stand on the record, other parties in the content.
		record, content = operatorQueries(id), identifierQueries(k, id)
	case ByContainer, BySeal, ByPlate:
		content = identifierQueries(k, id)
	case ByText:
		content = append(content, m.textQuery(text))
	default:
		return nil, fmt.Errorf("there is no such kind of search")
	}
	var all []int64
	for _, in := range []struct {
		questions []*question
		bound     bound
	}{{record, within.record}, {content, within.content}} {
		for _, q := range in.questions {
			found, err := m.numbers(ctx, q, in.bound, before, limit)
			if err != nil {
				return nil, err
			}
			all = append(all, found...)
		}
	}
	return all, nil
}

// lrnQueries find by an LRN or its beginning, as it was typed or in capitals, as most are written.
func lrnQueries(text string) []*question {
	out := []*question{beginning("lrn", text, shortest)}
	if capitals := strings.ToUpper(text); capitals != text {
		out = append(out, beginning("lrn", capitals, shortest))
	}
	return out
}

// question is a query for numbers of movements without its end; nil when nothing can match.
type question struct {
	text string
	// number is the column of the numbers, with its table, so that a bound can name it.
	number string
	args   []any
	// count says how many rows text has to sort, up to one more than [selective]; newest asks the same by going through the
	// movements from the newest on. Both are empty where an index has the rows in the order of their numbers.
	count, newest string
}

// selective is how many rows a query may sort to find the newest. When more begin alike, going through the movements from the newest
// on comes upon a page of them sooner.
const selective = 5000

// tried is how many of the newest hits are held against a bound one by one, before all that is within it is looked up.
const tried = 256

// numbers finds the newest movements within a bound.
func (m *Model) numbers(ctx context.Context, q *question, within bound, before int64, limit int) ([]int64, error) {
	if q == nil {
		return nil, nil
	}
	q, err := m.planned(ctx, q)
	if err != nil {
		return nil, err
	}
	if within.few == "" {
		return m.newest(ctx, q.within(within), before, limit)
	}
	// Most questions find little, or what is the reader's own: then it is not looked up which movements those are.
	found, err := m.newest(ctx, q, before, tried)
	if err != nil {
		return nil, err
	}
	own, err := m.among(ctx, found, within)
	if err != nil || len(found) < tried || len(own) >= limit {
		return own[:min(limit, len(own))], err
	}
	return m.newest(ctx, q.within(within), before, limit)
}

// planned is the question as it is asked of what the database holds.
func (m *Model) planned(ctx context.Context, q *question) (*question, error) {
	if q.count == "" {
		return q, nil
	}
	var n int
	if err := m.db.QueryRowContext(ctx, q.count, q.args...).Scan(&n); err != nil {
		return nil, err
	}
	out := *q
	if n > selective {
		out.text = q.newest
	}
	return &out, nil
}

func (m *Model) newest(ctx context.Context, q *question, before int64, limit int) ([]int64, error) {
	args := slices.Concat(q.args, []any{before, limit})
	text := fmt.Sprintf("%s AND %s < $%d ORDER BY %s DESC LIMIT $%d", q.text, q.number, len(args)-1, q.number, len(args))
	return list(ctx, m.db, text, args, func(scan func(...any) error, n *int64) error { return scan(n) })
}

// among are those of some movements that are within a bound, the newest first.
func (m *Model) among(ctx context.Context, numbers []int64, within bound) ([]int64, error) {
	if len(numbers) == 0 {
		return nil, nil
	}
	var c conditions
	c.add(in("m.n", len(numbers)), anys(numbers)...)
	c.holds(within)
	return list(ctx, m.db, "SELECT m.n FROM ledger_movement m"+c.where()+" ORDER BY m.n DESC", c.args,
		func(scan func(...any) error, n *int64) error { return scan(n) })
}

// mrnQuery finds by a whole MRN, a whole movement identification, or the beginning of an MRN.
func mrnQuery(id string) *question {
	if mrn, err := transit.ParseMRN(id); err == nil {
		return whole("id", mrn.MovementID().String())
	}
	if known, err := transit.ParseMovementID(id); err == nil {
		return whole("id", known.String())
	}
	return beginning("mrn", id, 8)
}

// whole finds movements whose column has a value, which an index has in the order of their numbers.
func whole(column, value string) *question {
	return &question{text: "SELECT n FROM ledger_movement WHERE " + column + " = $1", number: "ledger_movement.n", args: []any{value}}
}

// operatorQueries find by the public numbers of holder and declarant.
func operatorQueries(id string) []*question {
	if len(id) < shortest {
		return nil
	}
	return []*question{whole("holder", id), whole("declarant", id)}
}

// identifierQueries find by a whole identifier of the content, and by its beginning.
func identifierQueries(k Kind, id string) []*question {
	if len(id) < shortest {
		return nil
	}
	const values = "kind = $1 AND value > $2 AND value < $3"
	return []*question{
		{text: "SELECT n FROM ledger_identifier WHERE kind = $1 AND value = $2", number: "ledger_identifier.n", args: []any{string(k), id}},
		{
			text:   "SELECT n FROM (SELECT DISTINCT n FROM ledger_identifier WHERE " + values + ") i WHERE 1 = 1",
			count:  fmt.Sprintf("SELECT COUNT(*) FROM (SELECT 1 FROM ledger_identifier WHERE %s LIMIT %d) i", values, selective+1),
			newest: "SELECT n FROM ledger_movement i WHERE EXISTS (SELECT 1 FROM ledger_identifier d WHERE d.movement = i.id AND " + values + ")",
			number: "i.n", args: []any{string(k), id, id + last},
		},
	}
}

// last is behind every text that begins with the same.
const last = "\U0010FFFF"

// beginning finds movements whose column begins with a text: a range, which an index serves in both dialects.
func beginning(column, text string, least int) *question {
	if len(text) < least {
		return nil
	}
	within := func(value string) string {
		return fmt.Sprintf("ledger_movement WHERE %s <> '' AND %s >= $1 AND %s < $2", column, value, value)
	}
	return &question{
		text:  "SELECT n FROM " + within(column),
		count: fmt.Sprintf("SELECT COUNT(*) FROM (SELECT 1 FROM %s LIMIT %d) i", within(column), selective+1),
		// No index serves an expression, so that the one of the numbers is taken.
		newest: "SELECT n FROM " + within(column+" || ''"),
		number: "ledger_movement.n", args: []any{text, text + last},
	}
}

func (m *Model) textQuery(text string) *question {
	query := phrases(text)
	if len(query) == 0 {
		return nil
	}
	condition, argument := textIndexOf(m.db.Dialect).match(query)
	return &question{text: "SELECT rowid FROM ledger_text WHERE " + condition, number: "ledger_text.rowid", args: []any{argument}}
}

// hits reads the newest of the movements found.
func (m *Model) hits(ctx context.Context, matched map[int64][]Kind, limit int) ([]Hit, error) {
	if len(matched) == 0 {
		return nil, nil
	}
	var numbers []int64
	for n := range matched {
		numbers = append(numbers, n)
	}
	slices.SortFunc(numbers, func(a, b int64) int { return cmp.Compare(b, a) })
	numbers = numbers[:min(limit, len(numbers))]
	var c conditions
	c.add(in("m.n", len(numbers)), anys(numbers)...)
	return list(ctx, m.db, "SELECT "+summaryColumns+" FROM ledger_movement m"+c.where()+" ORDER BY m.n DESC", c.args,
		func(scan func(...any) error, h *Hit) error {
			if err := scan(h.Movement.fields()...); err != nil {
				return err
			}
			h.Matched = matched[h.Movement.n]
			return nil
		})
}
