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
	var ways []*question
	switch k {
	case ByMRN:
		ways = append(ways, mrnQuery(id).within(within.record))
	case ByLRN:
		for _, q := range lrnQueries(strings.TrimSpace(text)) {
			ways = append(ways, q.within(within.record))
		}
	case ByOperator:
		// The holder and the declarant stand on the record, other parties in the content.
		ways = append(ways, operatorQuery(id).within(within.record), identifierQuery(k, id).within(within.content))
	case ByContainer, BySeal, ByPlate:
		ways = append(ways, identifierQuery(k, id).within(within.content))
	case ByText:
		ways = append(ways, m.textQuery(text).within(within.content))
	default:
		return nil, fmt.Errorf("there is no such kind of search")
	}
	var all []int64
	for _, q := range ways {
		found, err := m.numbers(ctx, q, before, limit)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// lrnQueries find by an LRN or its beginning, as it was typed or in capitals, as most are written.
func lrnQueries(text string) []*question {
	const movements = "SELECT n FROM ledger_movement WHERE "
	out := []*question{beginning(movements, "lrn", text, shortest)}
	if capitals := strings.ToUpper(text); capitals != text {
		out = append(out, beginning(movements, "lrn", capitals, shortest))
	}
	return out
}

// question is a query for numbers of movements without its end; nil when nothing can match.
type question struct {
	text string
	// number is the column of the numbers, with its table, so that a condition within can name it.
	number string
	args   []any
}

func (m *Model) numbers(ctx context.Context, q *question, before int64, limit int) ([]int64, error) {
	if q == nil {
		return nil, nil
	}
	args := append(q.args, before, limit)
	text := fmt.Sprintf("%s AND %s < $%d ORDER BY %s DESC LIMIT $%d", q.text, q.number, len(args)-1, q.number, len(args))
	return list(ctx, m.db, text, args, func(scan func(...any) error, n *int64) error { return scan(n) })
}

// mrnQuery finds by a whole MRN, a whole movement identification, or the beginning of an MRN.
func mrnQuery(id string) *question {
	if mrn, err := transit.ParseMRN(id); err == nil {
		return &question{"SELECT n FROM ledger_movement WHERE id = $1", "ledger_movement.n", []any{mrn.MovementID().String()}}
	}
	if known, err := transit.ParseMovementID(id); err == nil {
		return &question{"SELECT n FROM ledger_movement WHERE id = $1", "ledger_movement.n", []any{known.String()}}
	}
	return beginning("SELECT n FROM ledger_movement WHERE mrn <> '' AND ", "mrn", id, 8)
}

// operatorQuery finds by the public numbers of holder and declarant.
func operatorQuery(id string) *question {
	if len(id) < shortest {
		return nil
	}
	return &question{"SELECT n FROM (SELECT n FROM ledger_movement WHERE holder = $1 " +
		"UNION SELECT n FROM ledger_movement WHERE declarant = $1) o WHERE 1 = 1", "o.n", []any{id}}
}

func identifierQuery(k Kind, id string) *question {
	if len(id) < shortest {
		return nil
	}
	return &question{"SELECT n FROM (SELECT DISTINCT n FROM ledger_identifier WHERE kind = $1 AND value >= $2 AND value < $3) i WHERE 1 = 1",
		"i.n", []any{string(k), id, id + last}}
}

// last is behind every text that begins with the same.
const last = "\U0010FFFF"

// beginning finds rows whose column begins with a text, as a range, which an index serves in both dialects.
func beginning(query, column, text string, least int) *question {
	if len(text) < least {
		return nil
	}
	return &question{query + column + " >= $1 AND " + column + " < $2", "ledger_movement.n", []any{text, text + last}}
}

func (m *Model) textQuery(text string) *question {
	query := phrases(text)
	if len(query) == 0 {
		return nil
	}
	condition, argument := textIndexOf(m.db.Dialect).match(query)
	return &question{"SELECT rowid FROM ledger_text WHERE " + condition, "ledger_text.rowid", []any{argument}}
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
	values := make([]any, len(numbers))
	for i, n := range numbers {
		values[i] = n
	}
	c.add(in("m.n", len(values)), values...)
	return list(ctx, m.db, "SELECT "+summaryColumns+" FROM ledger_movement m"+c.where()+" ORDER BY m.n DESC", c.args,
		func(scan func(...any) error, h *Hit) error {
			if err := scan(h.Movement.fields()...); err != nil {
				return err
			}
			h.Matched = matched[h.Movement.n]
			return nil
		})
}
