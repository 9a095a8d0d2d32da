package remote

import (
	"context"
	"iter"
	"net/url"
	"strconv"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/gateway"
)

// movements are the calls on movements.
type movements struct{ c *Client }

// step takes a step of the procedure. An override of the cover goes only where there is something to override.
func (m movements) step(ctx context.Context, s transit.Step, movement string, body any, opts []option) (course, receipt, error) {
	k := stepCall(s, movement, body, opts)
	if k.asked.OverrideReason != "" {
		return nil, receipt{}, refused(k, transit.MalformedRequest, "the step takes no reason for an override")
	}
	return m.taken(ctx, k)
}

// overridable takes a step whose body holds the reason for an override.
func (m movements) overridable(ctx context.Context, s transit.Step, movement string, body any, opts []option) (course, receipt, error) {
	return m.taken(ctx, stepCall(s, movement, body, opts))
}

func (m movements) taken(ctx context.Context, k *call) (course, receipt, error) {
	return change[course](ctx, m.c, k)
}

func stepCall(s transit.Step, movement string, body any, opts []option) *call {
	return &call{operation: gateway.StepOperation(s), path: []string{movement}, body: body, asked: cats.AskedBy(opts...), remembered: true}
}

// Lodge lodges a declaration. The gateway signs it with the key of the client's identity where the country asks for that, unless
// [cats.Signed] brings the signature.
func (m movements) Lodge(ctx context.Context, std *transit.STD, opts ...option) (movement, receipt, error) {
	return m.declare(ctx, &call{operation: "lodge"}, std, opts)
}

// Amend replaces the content of a declaration.
func (m movements) Amend(ctx context.Context, movement string, std *transit.STD, opts ...option) (*transit.Movement, receipt, error) {
	return m.declare(ctx, &call{operation: "amend", path: []string{movement}}, std, opts)
}

func (m movements) declare(ctx context.Context, k *call, std *transit.STD, opts []option) (movement, receipt, error) {
	k.asked, k.remembered, k.byContent = cats.AskedBy(opts...), true, true
	if err := k.declaration(std); err != nil {
		return nil, receipt{}, err
	}
	return change[movement](ctx, m.c, k)
}

// declaration puts a document into the body, in the form that is signed and digested.
func (k *call) declaration(std *transit.STD) error {
	content, err := transit.Canonical(std)
	if err != nil {
		return refused(k, transit.InvalidDocument, "the document has no canonical form: %v", err)
	}
	k.body = raw(content)
	return nil
}

func (m movements) DryRun(ctx context.Context, std *transit.STD) (*transit.Face, error) {
	k := &call{operation: "checkDeclaration"}
	if err := k.declaration(std); err != nil {
		return nil, err
	}
	return query[*transit.Face](ctx, m.c, k)
}

func (m movements) Get(ctx context.Context, movement string) (*transit.MovementView, error) {
	return query[*transit.MovementView](ctx, m.c, &call{operation: "getMovement", path: []string{movement}})
}

// List goes through the movements in the order of their identifications. It ends after the first error.
func (m movements) List(ctx context.Context) iter.Seq2[*transit.Movement, error] {
	return func(yield func(*transit.Movement, error) bool) {
		for q := (transit.ListQuery{Size: largestPage}); ; {
			page, err := m.ListPage(ctx, q)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, one := range page.Movements {
				if !yield(one, nil) {
					return
				}
			}
			if q.Bookmark = page.Bookmark; q.Bookmark == "" {
				return
			}
		}
	}
}

// largestPage is the most that the gateway gives at once.
const largestPage = 100

func (m movements) ListPage(ctx context.Context, q transit.ListQuery) (*transit.MovementPage, error) {
	items, next, err := listed[*transit.Movement](ctx, m.c, "listMovements", q)
	if err != nil {
		return nil, err
	}
	return &transit.MovementPage{Movements: items, Bookmark: next}, nil
}

// listed reads a page of a list. Bookmarks are the gateway's cursors.
func listed[T any](ctx context.Context, c *Client, operation string, q transit.ListQuery) ([]T, string, error) {
	values := url.Values{}
	if q.Size != 0 {
		values.Set("size", strconv.Itoa(q.Size))
	}
	if q.Bookmark != "" {
		values.Set("cursor", q.Bookmark)
	}
	page, err := query[gateway.Page[T]](ctx, c, &call{operation: operation, query: values})
	return page.Items, page.Next, err
}

// History reads a movement's whole life as the gateway has read it out of the blocks.
func (m movements) History(ctx context.Context, movement *transit.Movement) ([]cats.Passage, error) {
	story, err := query[gateway.Timeline](ctx, m.c, &call{operation: "getHistory", path: []string{movement.ID}})
	return story.Passages, err
}
