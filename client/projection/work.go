package projection

import (
	"context"
	"fmt"
	"slices"
)

// Work asks for a work list: what waits for an office, an operator or a guarantor. One of the three is given.
type Work struct {
	Office    string
	Operator  string
	Guarantor string
	// Role keeps the tasks that an office has in one of its roles: departure, transit, destination, recovery.
	Role string
	// Kinds keeps tasks of these kinds; all when empty.
	Kinds []Task
	Paging
}

// WorkItem is one thing that waits.
type WorkItem struct {
	Kind Task `json:"kind"`
	// Since when it waits (RFC 3339); Due is the last day for it (YYYY-MM-DD), if there is one.
	Since    string  `json:"since"`
	Due      string  `json:"due,omitempty"`
	Movement Summary `json:"movement"`
}

// Summary is what lists tell of a movement.
type Summary struct {
	ID          string `json:"id"`
	MRN         string `json:"mrn,omitempty"`
	LRN         string `json:"lrn"`
	State       string `json:"state"`
	Seq         int    `json:"seq"`
	Holder      string `json:"holder"`
	Declarant   string `json:"declarant"`
	Departure   string `json:"departure"`
	Destination string `json:"destination"`
	Custodian   string `json:"custodian"`
	TimeLimit   string `json:"timeLimit,omitempty"`
	LodgedAt    string `json:"lodgedAt"`
	At          string `json:"at"`
	n           int64
}

// Reference is the MRN when allocated, else the movement identification.
func (s *Summary) Reference() string {
	if s.MRN != "" {
		return s.MRN
	}
	return s.ID
}

const summaryColumns = "m.id, m.mrn, m.lrn, m.state, m.seq, m.holder, m.declarant, m.departure, m.destination, m.custodian, " +
	"m.time_limit, m.lodged_at, m.at, m.n"

func (s *Summary) fields() []any {
	return []any{
		&s.ID, &s.MRN, &s.LRN, &s.State, &s.Seq, &s.Holder, &s.Declarant, &s.Departure, &s.Destination, &s.Custodian,
		&s.TimeLimit, &s.LodgedAt, &s.At, &s.n,
	}
}

// who names for whom the work is, and an error unless that is one.
func (w *Work) who() (string, error) {
	var all []string
	if w.Office != "" {
		all = append(all, atOffice(w.Office))
	}
	if w.Operator != "" {
		all = append(all, forOperator(w.Operator))
	}
	if w.Guarantor != "" {
		all = append(all, forGuarantor(w.Guarantor))
	}
	if len(all) != 1 {
		return "", fmt.Errorf("a work list is that of one office, operator or guarantor")
	}
	return all[0], nil
}

// kinds are those asked for; nil for all.
func (w *Work) kinds() []Task {
	if w.Role == "" {
		return w.Kinds
	}
	from := w.Kinds
	if len(from) == 0 {
		from = Tasks()
	}
	out := []Task{}
	for _, k := range from {
		// Goods are expected, and enquiries answered, at offices of transit and of destination alike.
		if k.Role() == w.Role || k.Role() == "" && (w.Role == "transit" || w.Role == "destination") {
			out = append(out, k)
		}
	}
	return out
}

// Worklist lists what waits, longest first.
func (m *Model) Worklist(ctx context.Context, w Work) (*Page[WorkItem], error) {
	who, err := w.who()
	if err != nil {
		return nil, err
	}
	var c conditions
	c.add("t.who = ?", who)
	if kinds := w.kinds(); kinds != nil {
		c.add(in("t.kind", len(kinds)), anys(kinds)...)
	}
	key, err := w.cursor(3)
	if err != nil {
		return nil, err
	}
	if key != nil {
		c.add("(t.since, t.movement, t.kind) > (?, ?, ?)", key[0], key[1], key[2])
	}
	c.args = append(c.args, w.limit()+1)
	query := "SELECT t.kind, t.since, t.due, " + summaryColumns + " FROM ledger_task t JOIN ledger_movement m ON m.id = t.movement" +
		c.where() + fmt.Sprintf(" ORDER BY t.since, t.movement, t.kind LIMIT $%d", len(c.args))
	rows, err := list(ctx, m.db, query, c.args, func(scan func(...any) error, i *WorkItem) error {
		return scan(append([]any{&i.Kind, &i.Since, &i.Due}, i.Movement.fields()...)...)
	})
	if err != nil {
		return nil, fmt.Errorf("couldn't read the work list of %s: %w", who, err)
	}
	return cut(rows, w.limit(), func(i *WorkItem) []string { return []string{i.Since, i.Movement.ID, string(i.Kind)} }), nil
}

// WorkCounts counts what waits by kind.
func (m *Model) WorkCounts(ctx context.Context, w Work) (map[Task]int, error) {
	who, err := w.who()
	if err != nil {
		return nil, err
	}
	found, err := counts(ctx, m.db, "SELECT kind, COUNT(*) FROM ledger_task WHERE who = $1 GROUP BY kind", who)
	if err != nil {
		return nil, fmt.Errorf("couldn't count the work of %s: %w", who, err)
	}
	out := map[Task]int{}
	for name, n := range found {
		if kinds := w.kinds(); kinds == nil || slices.Contains(kinds, Task(name)) {
			out[Task(name)] = n
		}
	}
	return out, nil
}

// in is the condition that a column is one of n values; nothing is when there are none.
func in(column string, n int) string {
	if n == 0 {
		return "1 = 0"
	}
	text := column + " IN (?"
	for range n - 1 {
		text += ", ?"
	}
	return text + ")"
}

func anys[T any](list []T) []any {
	out := make([]any, len(list))
	for i, v := range list {
		out[i] = v
	}
	return out
}
