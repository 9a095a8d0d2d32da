package risk

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"carec.example/cats/client/database"
)

// admit reports whether the service may be asked. When its rest is over, the one that finds that out is let through and the rest
// is prolonged for the others, until the answer is there.
func (c *Client) admit(ctx context.Context, now time.Time) (bool, error) {
	admitted := false
	err := c.db.InTx(ctx, func(tx *sql.Tx) error {
		var failures, until int64
		err := tx.QueryRowContext(ctx, "SELECT failures, open_until FROM risk_breaker WHERE service = $1", c.service).Scan(&failures, &until)
		admitted = err == nil && failures < int64(c.cfg.Failures) || errors.Is(err, sql.ErrNoRows)
		if admitted || err != nil {
			if errors.Is(err, sql.ErrNoRows) {
				return nil
			}
			return err
		}
		if now.UnixMilli() < until {
			return nil
		}
		admitted = true
		_, err = tx.ExecContext(ctx, "UPDATE risk_breaker SET open_until = $1 WHERE service = $2", now.Add(2*c.cfg.Timeout).UnixMilli(), c.service)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("couldn't ask how the risk service has done: %w", err)
	}
	return admitted, nil
}

// keep writes the assessment, and how the service did when it was asked, in one transaction.
func (c *Client) keep(ctx context.Context, a *Assessment, asked bool) error {
	reasons, err := json.Marshal(a.Reasons)
	if err != nil {
		return err
	}
	types, err := json.Marshal(a.ControlTypes)
	if err != nil {
		return err
	}
	err = c.db.InTx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `INSERT INTO risk_assessment (id, movement, mrn, seq, office, asked_at, took_ms, service, advice,
			reference, reasons, control_types, default_because) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
			a.ID, a.Movement, a.MRN, a.Seq, a.Office, a.AskedAt.Format(stamp), a.Took, a.Service, string(a.Advice),
			a.Reference, string(reasons), string(types), a.DefaultBecause); err != nil {
			return err
		}
		switch {
		case !asked:
			return nil
		case a.DefaultBecause == "":
			_, err := tx.ExecContext(ctx, "DELETE FROM risk_breaker WHERE service = $1", c.service)
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO risk_breaker (service, failures, open_until) VALUES ($1, 1, $2)
			ON CONFLICT (service) DO UPDATE SET failures = risk_breaker.failures + 1, open_until = $2`,
			c.service, time.Now().Add(c.cfg.Rest).UnixMilli())
		return err
	})
	if err != nil {
		return fmt.Errorf("couldn't keep the assessment: %w", err)
	}
	return nil
}

// stamp sorts as text in the order of time.
const stamp = "2006-01-02T15:04:05.000Z"

// maxListed bounds a list of assessments.
const maxListed = 1000

// List returns the assessments of a movement, by identification or MRN, of all for an empty one, the latest first.
func List(ctx context.Context, db *database.DB, movement string) ([]Assessment, error) {
	if err := migrate(ctx, db); err != nil {
		return nil, err
	}
	rows, err := db.QueryContext(ctx, `SELECT id, movement, mrn, seq, office, asked_at, took_ms, service, advice, reference, reasons,
		control_types, default_because FROM risk_assessment WHERE $1 = '' OR movement = $1 OR mrn = $1
		ORDER BY asked_at DESC, id LIMIT $2`, movement, maxListed)
	if err != nil {
		return nil, fmt.Errorf("couldn't list the assessments: %w", err)
	}
	defer func() { _ = rows.Close() }()
	out := []Assessment{}
	for rows.Next() {
		var a Assessment
		var asked, advice, reasons, types string
		if err := rows.Scan(&a.ID, &a.Movement, &a.MRN, &a.Seq, &a.Office, &asked, &a.Took, &a.Service, &advice, &a.Reference, &reasons,
			&types, &a.DefaultBecause); err != nil {
			return nil, err
		}
		a.Advice = Advice(advice)
		if a.AskedAt, err = time.Parse(stamp, asked); err != nil {
			return nil, err
		}
		if err := errors.Join(json.Unmarshal([]byte(reasons), &a.Reasons), json.Unmarshal([]byte(types), &a.ControlTypes)); err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, rows.Err()
}
