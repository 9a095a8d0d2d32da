package projection

import (
	"context"
	"fmt"
	"strings"

	"carec.example/cats/client/database"
)

// textIndex is the full-text index of a dialect. Both get the same words and find the same.
type textIndex interface {
	// put indexes words under a number that has none yet.
	put(ctx context.Context, w *writer, n int64, words []string) error
	// match is the condition that the query matches, and its argument; the condition's parameter is $1.
	match(query []phrase) (condition, argument string)
}

func textIndexOf(d database.Dialect) textIndex {
	if d == database.PostgreSQL {
		return postgresText{}
	}
	return sqliteText{}
}

// sqliteText is an FTS5 table whose tokenizer only splits at spaces.
type sqliteText struct{}

func (sqliteText) put(ctx context.Context, w *writer, n int64, list []string) error {
	return w.run(ctx, "INSERT INTO ledger_text (rowid, body) VALUES ($1, $2)", n, strings.Join(list, " "))
}

func (sqliteText) match(query []phrase) (condition, argument string) {
	parts := make([]string, len(query))
	for i, p := range query {
		// Words are letters and digits, so that quotes are all the quoting needed.
		parts[i] = `"` + strings.Join(p.words, " ") + `"`
		if p.prefix {
			parts[i] += "*"
		}
	}
	return "ledger_text MATCH $1", strings.Join(parts, " AND ")
}

// postgresText is a column of words with their places, written out so that no parser of the server has a say in them.
type postgresText struct{}

func (postgresText) put(ctx context.Context, w *writer, n int64, list []string) error {
	var b strings.Builder
	for i, word := range list {
		fmt.Fprintf(&b, "'%s':%d ", word, i+1)
	}
	return w.run(ctx, "INSERT INTO ledger_text (rowid, body) VALUES ($1, CAST(CAST($2 AS TEXT) AS TSVECTOR))", n, b.String())
}

func (postgresText) match(query []phrase) (condition, argument string) {
	parts := make([]string, len(query))
	for i, p := range query {
		list := make([]string, len(p.words))
		for j, word := range p.words {
			list[j] = "'" + word + "'"
			if p.prefix && j == len(p.words)-1 {
				list[j] += ":*"
			}
		}
		parts[i] = "(" + strings.Join(list, " <-> ") + ")"
	}
	return "body @@ CAST(CAST($1 AS TEXT) AS TSQUERY)", strings.Join(parts, " & ")
}
