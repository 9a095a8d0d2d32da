package projection

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strconv"
	"sync"
	"time"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

// The content of a movement comes to the organisation's peer with the declaration when it departs in its country, and by
// a delivery otherwise. The block that tells so makes the movement wanted, in the same transaction as its other rows; what is
// wanted is read from the peer, again and again until it is there, and becomes held. A block that purges it makes it purged, for
// good: what was read before the purge and would be stored after it finds that it is wanted no more.

// wantOwn marks what a declaration or an amendment in the organisation's own country has brought to its peer.
func (w *writer) wantOwn(ctx context.Context, m *transit.Movement, declared bool) error {
	if !declared || len(m.Legs) == 0 || m.Legs[0].MSP != w.own {
		return nil
	}
	return w.want(ctx, m.ID)
}

// want marks the present version of a movement's content to be read. What an older version told is forgotten.
func (w *writer) want(ctx context.Context, id string) error {
	var n, version, known int64
	var state string
	err := w.get(ctx, "SELECT n, version FROM ledger_movement WHERE id = $1", []any{id}, &n, &version)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	err = w.get(ctx, "SELECT version, state FROM ledger_content WHERE movement = $1", []any{id}, &known, &state)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if err == nil && known >= version {
		return nil // wanted or held already; what was purged does not come back
	}
	if err := w.forget(ctx, id, n); err != nil {
		return err
	}
	w.becomes(state, "wanted", fromBlocks)
	return w.put(ctx, "ledger_content", 1, []column{
		{"movement", id}, {"n", n}, {"version", version}, {"state", "wanted"}, {"tries", 0}, {"retry_at", 0},
	})
}

// Who writes the sums of contents.
const (
	fromBlocks = "blocks"
	fromPeer   = "contents"
)

// becomes counts a content in another state; was is empty for one that had none.
func (w *writer) becomes(was, is, by string) {
	if was != "" {
		w.sums.take(contentSums(), []any{was, by}, 1)
	}
	w.sums.add(contentSums(), []any{is, by}, 1)
}

// forget takes out of the search what it knows of a movement's content.
func (w *writer) forget(ctx context.Context, id string, n int64) error {
	if err := w.run(ctx, "DELETE FROM ledger_identifier WHERE movement = $1", id); err != nil {
		return err
	}
	return w.run(ctx, "DELETE FROM ledger_text WHERE rowid = $1", n)
}

// contentEvent looks at what an event means for the organisation's own content.
func (w *writer) contentEvent(ctx context.Context, tx *cats.Transaction, s transit.EventStep) error {
	switch {
	case s.Record == "delivery" && s.Custodian == w.own:
		return w.want(ctx, s.ID)
	case s.Record == "purge" && s.By == w.own:
		return w.purge(ctx, tx, s.ID)
	}
	return nil
}

// purge forgets what the organisation's peer no longer holds. An attachment or annex was never known here, and an older version
// has been forgotten when its successor came.
func (w *writer) purge(ctx context.Context, tx *cats.Transaction, id string) error {
	var request transit.PurgeRequest
	if err := json.Unmarshal(tx.Argument, &request); err != nil {
		return err
	}
	version, err := strconv.ParseInt(request.Holding, 10, 64)
	if err != nil {
		return nil //nolint:nilerr // the name of another holding
	}
	var n, known int64
	var state string
	err = w.get(ctx, "SELECT n, version, state FROM ledger_content WHERE movement = $1", []any{id}, &n, &known, &state)
	if errors.Is(err, sql.ErrNoRows) || err == nil && known != version {
		return nil
	}
	if err != nil {
		return err
	}
	if err := w.forget(ctx, id, n); err != nil {
		return err
	}
	w.becomes(state, "purged", fromBlocks)
	return w.run(ctx, "UPDATE ledger_content SET state = 'purged' WHERE movement = $1", id)
}

// Reading contents: how many at a look, how long between looks that find nothing, and how long a content that cannot be read
// yet is left alone, longer each time.
const (
	contentsPerLook  = 200
	contentLookEvery = 2 * time.Second
	firstRetry       = 2 * time.Second
	longestRetry     = 10 * time.Minute
)

// readContents reads what is wanted until the context ends.
func (p *Projection) readContents(ctx context.Context) {
	pause := contentLookEvery
	for ctx.Err() == nil {
		n, err := p.readDue(ctx)
		switch {
		case err != nil:
			if ctx.Err() == nil {
				p.log.Warn("contents not read", "error", err.Error())
			}
			pause = min(2*pause, longestPause)
		case n > 0:
			pause = contentLookEvery
			continue
		default:
			pause = contentLookEvery
		}
		_ = sleep(ctx, pause)
	}
}

// wanted is a content to be read.
type wanted struct {
	movement string
	version  int
	tries    int
	retryAt  int64
}

// readDue reads every content that is due and tells how many it got. What cannot be read is due again later.
func (p *Projection) readDue(ctx context.Context) (got int, err error) {
	for ctx.Err() == nil {
		due, err := p.due(ctx, time.Now())
		if err != nil || len(due) == 0 {
			return got, err
		}
		n, err := p.read(ctx, due, time.Now())
		got += n
		if err != nil {
			return got, err
		}
	}
	return got, ctx.Err()
}

func (p *Projection) due(ctx context.Context, now time.Time) ([]wanted, error) {
	return list(ctx, p.db, "SELECT movement, version, tries, retry_at FROM ledger_content WHERE state = 'wanted' AND retry_at <= $1 "+
		"ORDER BY retry_at, movement LIMIT $2", []any{now.UnixMilli(), contentsPerLook}, func(scan func(...any) error, w *wanted) error {
		return scan(&w.movement, &w.version, &w.tries, &w.retryAt)
	})
}

// read reads contents and makes them known to the search, and tells how many. What cannot be read yet, or what another process
// has taken, is left out. An error is the database's.
func (p *Projection) read(ctx context.Context, due []wanted, now time.Time) (int, error) {
	taken, err := p.take(ctx, due, now)
	if err != nil {
		return 0, err
	}
	documents := make([]*described, len(taken))
	var reading sync.WaitGroup
	places := make(chan struct{}, readAtOnce)
	for i, d := range taken {
		places <- struct{}{}
		reading.Go(func() {
			defer func() { <-places }()
			documents[i] = p.document(ctx, d)
		})
	}
	reading.Wait()
	n, err := p.index(ctx, taken, documents)
	if err == nil || len(taken) == 1 || ctx.Err() != nil {
		return n, err
	}
	// One that cannot be stored keeps the others no longer than this.
	for i := range taken {
		one, err := p.index(ctx, taken[i:i+1], documents[i:i+1])
		if err != nil {
			p.log.Warn("content not stored", "movement", taken[i].movement, "error", err.Error())
		}
		n += one
	}
	return n, ctx.Err()
}

// readAtOnce bounds the contents that are being read from the peer.
const readAtOnce = 8

// document reads what the search wants of a content; nil when it is not there yet. It may not be delivered, a peer may be away, or a block that
// purges it has not come by: the next try will tell. The error is not logged, for it may quote what nobody but the organisation's
// people should read.
func (p *Projection) document(ctx context.Context, d wanted) *described {
	document, err := p.source.Content(ctx, d.movement)
	switch {
	case err != nil:
		p.log.Debug("content not there yet", "movement", d.movement, "tries", d.tries+1)
		return nil
	case document.Movement.Version != d.version:
		return nil // the peer is a block ahead: the block will want this version
	}
	return describe(document.STD)
}

// take puts off the next try before this one, so that of two processes one reads, and a crash loses only the time.
func (p *Projection) take(ctx context.Context, due []wanted, now time.Time) (taken []wanted, err error) {
	err = p.db.InRelaxedTx(ctx, func(tx *sql.Tx) error {
		taken = nil
		w := p.writer(tx)
		defer w.close()
		for _, d := range due {
			retry := longestRetry
			if d.tries < 8 {
				retry = min(firstRetry<<d.tries, longestRetry)
			}
			n, err := w.exec(ctx, "UPDATE ledger_content SET tries = $1, retry_at = $2 "+
				"WHERE movement = $3 AND state = 'wanted' AND retry_at = $4 AND version = $5",
				d.tries+1, now.Add(retry).UnixMilli(), d.movement, d.retryAt, d.version)
			if err != nil {
				return err
			}
			if n == 1 {
				taken = append(taken, d)
			}
		}
		return nil
	})
	return taken, err
}

// index makes contents known to the search, unless they are wanted no more or in another version, and tells how many.
func (p *Projection) index(ctx context.Context, taken []wanted, documents []*described) (n int, err error) {
	err = p.db.InRelaxedTx(ctx, func(tx *sql.Tx) error {
		n = 0
		w := p.writer(tx)
		defer w.close()
		for i, d := range taken {
			if documents[i] == nil {
				continue
			}
			// From here on a block that purges this content waits for this transaction, or this one finds its mark.
			held, err := w.exec(ctx, "UPDATE ledger_content SET state = 'held' WHERE movement = $1 AND version = $2 AND state = 'wanted'",
				d.movement, d.version)
			if err != nil {
				return err
			}
			if held == 0 {
				continue
			}
			if err := w.know(ctx, d.movement, documents[i]); err != nil {
				return err
			}
			w.becomes("wanted", "held", fromPeer)
			n++
		}
		return w.addUp(ctx)
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// know writes what the search finds a movement by.
func (w *writer) know(ctx context.Context, id string, found *described) error {
	var n int64
	if err := w.get(ctx, "SELECT n FROM ledger_content WHERE movement = $1", []any{id}, &n); err != nil {
		return err
	}
	for _, i := range found.identifiers {
		if err := w.run(ctx, "INSERT INTO ledger_identifier (movement, kind, value, n) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
			id, string(i.kind), i.value, n); err != nil {
			return err
		}
	}
	var list []string
	for _, text := range found.texts {
		// A word between two texts that no query can name keeps phrases from reaching across.
		if len(list) > 0 {
			list = append(list, textBreak)
		}
		list = append(list, words(text, maxWords)...)
	}
	return w.text.put(ctx, w, n, list[:min(len(list), maxWords)])
}

// textBreak is a word that [words] never makes, for it is longer than any.
const textBreak = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
