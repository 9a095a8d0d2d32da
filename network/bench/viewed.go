package main

import (
	"context"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/projection"
)

// viewed are questions as the gateway asks them: for a reader, who finds what it may read and no more.
func viewed(s *seeded) []query {
	officer := func(int) projection.Reader { return projection.Reader{MSP: s.MSP(), Role: transit.RoleOfficer} }
	trader := func(i int) projection.Reader {
		return projection.Reader{MSP: s.MSP(), Role: transit.RoleTrader, Operator: s.holder(i)}
	}
	type asked = func(ctx context.Context, m *projection.Model, i int) (int, error)
	search := func(of func(i int) projection.Reader, text func(i int) string, kinds ...projection.Kind) asked {
		return func(ctx context.Context, m *projection.Model, i int) (int, error) {
			page, err := m.View(of(i)).Search(ctx, projection.Search{Text: text(i), Kinds: kinds})
			if err != nil {
				return 0, err
			}
			return len(page.Items), nil
		}
	}
	overdue := func(of func(i int) projection.Reader) asked {
		return func(ctx context.Context, m *projection.Model, i int) (int, error) {
			page, err := m.View(of(i)).Overdue(ctx, projection.Late{Day: "2027-06-01"})
			if err != nil {
				return 0, err
			}
			return len(page.Items), nil
		}
	}
	return []query{
		{"an officer, everywhere: a container", askedOften, search(officer, s.container)},
		{"an officer: one word", askedOften, search(officer, s.word, projection.ByText)},
		{"an officer: overdue movements", askedOften, overdue(officer)},
		{"a trader, everywhere: a container", askedOften, search(trader, s.container)},
		{"a trader: one word", askedOften, search(trader, s.word, projection.ByText)},
		{"a trader: its own number", askedOften, search(trader, s.holder, projection.ByOperator)},
		{"a trader: overdue movements", askedOften, overdue(trader)},
	}
}
