package cats

import (
	"encoding/json"
	"iter"
)

// pageSize is what a list asks for at once; the ledger gives at most 100.
const pageSize = 100

// pages turns pages with bookmarks into one sequence.
func pages[T any](fetch func(bookmark string) ([]T, string, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for bookmark := ""; ; {
			items, next, err := fetch(bookmark)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, item := range items {
				if !yield(item, nil) {
					return
				}
			}
			// A bookmark that does not move would go round for ever.
			if next == "" || next == bookmark {
				return
			}
			bookmark = next
		}
	}
}

func encode(v any) ([]byte, error) { return json.Marshal(v) }
