package gateway

import (
	"context"
	"encoding/base64"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"carec.example/cats/chaincode/transit"
)

// Page is a page of a list.
type Page[T any] struct {
	Items []T `json:"items"`
	// Next is the cursor of the next page; absent after the last.
	Next string `json:"next,omitempty"`
}

// pageLimit is the most that a page has; 50 unless asked for.
const pageLimit = 100

// listing makes the row of a list. The ledger lists in the order of its keys and names the next key, so that a cursor
// stays good whatever is written meanwhile: nothing that stands there all the time is left out or comes twice.
func listing[T any](
	id, path, summary string, fn transit.Function,
	fetch func(ctx context.Context, l *Ledger, q transit.ListQuery) ([]T, string, error),
) operation {
	o := read(operation{
		id: id, method: http.MethodGet, path: path, summary: summary, functions: []transit.Function{fn},
		description: "In the order of their references, a page at a time. A page may hold fewer than asked for and yet not be the last.",
		query: []parameter{
			{name: "size", description: "How many a page has at most: 1 to 100, 50 when left out.", example: "50"},
			{name: "cursor", description: "The cursor of the page before; the first page when left out."},
		},
	}, func(ctx context.Context, l *Ledger, r *request) (*Page[T], error) {
		q, err := listQuery(id, r)
		if err != nil {
			return nil, err
		}
		items, bookmark, err := fetch(ctx, l, q)
		if err != nil {
			return nil, err
		}
		if items == nil {
			items = []T{}
		}
		return &Page[T]{Items: items, Next: sealCursor(id, bookmark)}, nil
	})
	o.result = reflect.TypeFor[Page[T]]()
	return o
}

func listQuery(list string, r *request) (transit.ListQuery, error) {
	var q transit.ListQuery
	if text := r.query("size"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > pageLimit {
			return q, transit.Faultf(transit.MalformedRequest, "the size of a page is 1 to %d", pageLimit).At("/size")
		}
		q.Size = n
	}
	bookmark, err := openCursor(list, r.query("cursor"))
	q.Bookmark = bookmark
	return q, err
}

// sealCursor hides a bookmark, so that nobody builds on its form. It names the list that it belongs to.
func sealCursor(list, bookmark string) string {
	if bookmark == "" {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString([]byte(list + "\n" + bookmark))
}

func openCursor(list, cursor string) (string, error) {
	if cursor == "" {
		return "", nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	of, bookmark, found := strings.Cut(string(raw), "\n")
	if err != nil || !found || of != list || bookmark == "" {
		return "", transit.Faultf(transit.MalformedRequest, "this is no cursor of the list").At("/cursor")
	}
	return bookmark, nil
}
