package projection

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Page sizes of the queries.
const (
	DefaultLimit = 50
	MaxLimit     = 500
)

// Paging asks for one page of a list. Pages follow keys, not offsets, so that rows which come and go meanwhile neither repeat
// nor hide others, and the last page costs what the first does.
type Paging struct {
	// Limit is the number of rows, 50 by default, 500 at most.
	Limit int
	// After is [Page.Next] of the page before; empty for the first.
	After string
}

// Page is one page of a list.
type Page[T any] struct {
	Items []T `json:"items"`
	// Next asks for the page behind; empty when there is none.
	Next string `json:"next,omitempty"`
}

// ErrCursor means that the text is no [Page.Next] of this list.
var ErrCursor = errors.New("the cursor is not one of this list")

func (p Paging) limit() int {
	if p.Limit <= 0 {
		return DefaultLimit
	}
	return min(p.Limit, MaxLimit)
}

// cursor reads the key behind which the page begins: n values, or nothing for the first page.
func (p Paging) cursor(n int) ([]string, error) {
	if p.After == "" {
		return nil, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(p.After)
	var key []string
	// PostgreSQL takes no text with a NUL, and no key of a list has one.
	nul := func(text string) bool { return strings.Contains(text, "\x00") }
	if err != nil || json.Unmarshal(raw, &key) != nil || len(key) != n || slices.ContainsFunc(key, nul) {
		return nil, ErrCursor
	}
	return key, nil
}

func encodeCursor(key ...string) string {
	raw, err := json.Marshal(key)
	if err != nil {
		return "" // strings always encode
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

// cut makes a page of rows of which one more than the limit was asked for.
func cut[T any](rows []T, limit int, key func(*T) []string) *Page[T] {
	p := &Page[T]{Items: rows}
	if len(rows) > limit {
		p.Items = rows[:limit]
		p.Next = encodeCursor(key(&rows[limit-1])...)
	}
	if p.Items == nil {
		p.Items = []T{}
	}
	return p
}

// conditions builds the WHERE of a query: parameters are numbered as they come.
type conditions struct {
	texts []string
	args  []any
}

// add adds a condition in which ? stands for the values.
func (c *conditions) add(text string, values ...any) {
	for _, v := range values {
		c.args = append(c.args, v)
		text = strings.Replace(text, "?", fmt.Sprintf("$%d", len(c.args)), 1)
	}
	c.texts = append(c.texts, text)
}

func (c *conditions) where() string {
	if len(c.texts) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(c.texts, " AND ")
}

// list runs a query and reads its rows.
func list[T any](ctx context.Context, q asker, query string, args []any, read func(scan func(...any) error, v *T) error) ([]T, error) {
	out := []T{}
	err := each(ctx, q, query, args, func(scan func(...any) error) error {
		var v T
		if err := read(scan, &v); err != nil {
			return err
		}
		out = append(out, v)
		return nil
	})
	return out, err
}
