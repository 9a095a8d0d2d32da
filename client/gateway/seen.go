package gateway

import (
	"context"
	"iter"
	"slices"
	"time"

	"carec.example/cats/chaincode/transit"
)

// seen are the movements as a trader may see them for whom another identity reads the ledger: those that it holds, has declared,
// has notified as arrived, is offered, or is shown something of. It is what the ledger itself shows to traders; what a step
// needs in between is read past it and not told.
type seen struct {
	Movements
	actor transit.Actor
}

func (s seen) may(m *transit.Movement) bool {
	return m.Holder == s.actor.Operator || transit.ByDeclarant.Admits(m, s.actor) || transit.ByConsignee.Admits(m, s.actor) ||
		transit.ByNewHolder.Admits(m, s.actor) ||
		len(m.Granted(time.Now(), func(g *transit.Grant) bool { return g.Admits(s.actor) })) > 0
}

func (s seen) Get(ctx context.Context, movement string) (*transit.MovementView, error) {
	view, err := s.Movements.Get(ctx, movement)
	if err != nil {
		return nil, err
	}
	if !s.may(view.Movement) {
		return nil, transit.Faultf(transit.NotAuthorised, "movement %s is not for %s", view.Movement.Reference(), s.actor)
	}
	return view, nil
}

func (s seen) ListPage(ctx context.Context, q transit.ListQuery) (*transit.MovementPage, error) {
	page, err := s.Movements.ListPage(ctx, q)
	if err != nil {
		return nil, err
	}
	page.Movements = slices.DeleteFunc(page.Movements, func(m *transit.Movement) bool { return !s.may(m) })
	return page, nil
}

func (s seen) List(ctx context.Context) iter.Seq2[*transit.Movement, error] {
	return func(yield func(*transit.Movement, error) bool) {
		for m, err := range s.Movements.List(ctx) {
			if err == nil && !s.may(m) {
				continue
			}
			if !yield(m, err) {
				return
			}
		}
	}
}
