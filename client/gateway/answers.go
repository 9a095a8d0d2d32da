package gateway

import (
	"context"
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"carec.example/cats/client/database"
)

//go:embed migrations/*.sql
var migrations embed.FS

// answers keeps answers in the organisation's database, so that all its gateways know them. It does not wait for the disk: what is
// lost with the machine, a claim or an answer, the repetition finds on the ledger under its message identification. The one thing
// that is then not noticed is another request under a lost key; it is another message, and cannot be taken for the first.
type answers struct{ db *database.DB }

// OpenAnswers keeps answers in a database, and brings the table up to date.
func OpenAnswers(ctx context.Context, db *database.DB) (Answers, error) {
	if err := migrate(ctx, db); err != nil {
		return nil, err
	}
	return &answers{db: db}, nil
}

// Claim implements [Answers]. The transaction is serialisable: of two gateways that claim a key at once, one gets it.
func (a *answers) Claim(ctx context.Context, c Claim) (*Answer, error) {
	var kept *Answer
	err := a.db.InRelaxedTx(ctx, func(tx *sql.Tx) error {
		kept = nil
		old, err := readClaim(ctx, tx, c)
		if err != nil {
			return err
		}
		kept, err = old.against(c)
		if err != nil || kept != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `
			INSERT INTO gateway_answers (caller, idempotency_key, request, token, expires, status, header, body)
			VALUES ($1, $2, $3, $4, $5, 0, '', '')
			ON CONFLICT (caller, idempotency_key) DO UPDATE
			SET request = excluded.request, token = excluded.token, expires = excluded.expires, status = 0, header = '', body = ''`,
			c.Caller, c.Key.Key, c.Request, c.Token, c.Until.UnixMilli())
		return err
	})
	return kept, err
}

// standing is a row as it stands; its request is empty when there is none.
type standing struct {
	request      string
	expires      int64
	status       int
	header, body string
}

func readClaim(ctx context.Context, tx *sql.Tx, c Claim) (standing, error) {
	var row standing
	err := tx.QueryRowContext(ctx, `
		SELECT request, expires, status, header, body FROM gateway_answers WHERE caller = $1 AND idempotency_key = $2`,
		c.Caller, c.Key.Key).Scan(&row.request, &row.expires, &row.status, &row.header, &row.body)
	if errors.Is(err, sql.ErrNoRows) {
		return standing{}, nil
	}
	return row, err
}

// against says what stands against a claim: nothing, an answer, or an error. A claim that has run out belonged to a gateway
// that has ended: the same request goes on with it, and another one may have the key.
func (o standing) against(c Claim) (*Answer, error) {
	over := c.Now.UnixMilli() >= o.expires
	switch {
	case o.request == "" || over:
		return nil, nil
	case o.request != c.Request:
		return nil, ErrKeyReused
	case o.status == 0:
		return nil, ErrKeyBusy
	}
	answer := &Answer{Status: o.status, Body: []byte(o.body)}
	if err := json.Unmarshal([]byte(o.header), &answer.Header); err != nil {
		return nil, fmt.Errorf("couldn't read an answer that was kept: %w", err)
	}
	return answer, nil
}

// Renew implements [Answers].
func (a *answers) Renew(ctx context.Context, c Claim, until time.Time) error {
	_, err := a.db.ExecContext(ctx, `UPDATE gateway_answers SET expires = $1
		WHERE caller = $2 AND idempotency_key = $3 AND token = $4 AND status = 0`, until.UnixMilli(), c.Caller, c.Key.Key, c.Token)
	return err
}

// Keep implements [Answers].
func (a *answers) Keep(ctx context.Context, c Claim, answer Answer, until time.Time) error {
	header, err := json.Marshal(answer.Header)
	if err != nil {
		return err
	}
	return a.db.InRelaxedTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `
			UPDATE gateway_answers SET status = $1, header = $2, body = $3, expires = $4
			WHERE caller = $5 AND idempotency_key = $6 AND token = $7`,
			answer.Status, string(header), string(answer.Body), until.UnixMilli(), c.Caller, c.Key.Key, c.Token)
		return err
	})
}

// Release implements [Answers].
func (a *answers) Release(ctx context.Context, c Claim) error {
	return a.db.InRelaxedTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM gateway_answers WHERE caller = $1 AND idempotency_key = $2 AND token = $3`,
			c.Caller, c.Key.Key, c.Token)
		return err
	})
}

// Expire implements [Answers].
func (a *answers) Expire(ctx context.Context, now time.Time) error {
	return a.db.InRelaxedTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM gateway_answers WHERE expires <= $1`, now.UnixMilli())
		return err
	})
}
