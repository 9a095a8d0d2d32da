package projection

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

// block writes what a block's valid transactions did.
func (w *writer) block(ctx context.Context, b *cats.Block) error {
	for _, tx := range b.Transactions {
		// Only this verdict of the peers says that the writes took effect.
		if !tx.Valid() {
			continue
		}
		if err := w.transaction(ctx, tx); err != nil {
			return fmt.Errorf("transaction %d of block %d: %w", tx.Index, tx.Block, err)
		}
	}
	return nil
}

// changed is what a transaction wrote of one movement.
type changed struct {
	course   *transit.Course
	declared *transit.Declared
}

// transaction writes what one transaction did. Movements come first: what is told of them stands on their rows.
func (w *writer) transaction(ctx context.Context, tx *cats.Transaction) error {
	movements, order := map[string]*changed{}, []string{}
	of := func(id string) *changed {
		if movements[id] == nil {
			movements[id] = new(changed)
			order = append(order, id)
		}
		return movements[id]
	}
	for _, write := range tx.Writes {
		if err := w.write(ctx, write, of); err != nil {
			return fmt.Errorf("record %s: %w", strings.ReplaceAll(strings.Trim(write.Key, "\x00"), "\x00", " "), err)
		}
	}
	for _, id := range order {
		if err := w.movement(ctx, id, position(tx), movements[id]); err != nil {
			return fmt.Errorf("movement %s: %w", id, err)
		}
	}
	return w.events(ctx, tx, movements)
}

// position is a transaction's place in the ledger as one number. A block has far fewer transactions than 2^20.
func position(tx *cats.Transaction) int64 { return int64(tx.Block)<<20 | int64(tx.Index) }

// write writes a record's rows, or lays a movement's aside until its other record has come by.
func (w *writer) write(ctx context.Context, write cats.Write, of func(id string) *changed) error {
	kind, parts := splitKey(write.Key)
	if len(parts) == 0 {
		return nil
	}
	if write.Delete {
		return w.deleted(ctx, kind, parts[0])
	}
	switch kind {
	case "movement":
		return decode(write.Value, &of(parts[0]).course)
	case "declared":
		return decode(write.Value, &of(parts[0]).declared)
	case "guarantee":
		return with(ctx, write.Value, w.guarantee)
	case "balance":
		return with(ctx, write.Value, w.balance)
	case "registry":
		return with(ctx, write.Value, w.consortium)
	case "office":
		return with(ctx, write.Value, w.office)
	case "page":
		return with(ctx, write.Value, w.page)
	}
	return nil
}

// deleted takes away what a closed office leaves; nothing else is ever deleted on the ledger.
func (w *writer) deleted(ctx context.Context, kind, name string) error {
	if kind != "office" {
		return nil
	}
	return w.run(ctx, "DELETE FROM ledger_office WHERE reference = $1", name)
}

// decode reads a record. A field that this program does not know yet is no reason to stop following.
func decode[T any](raw []byte, to **T) error {
	*to = new(T)
	return json.Unmarshal(raw, *to)
}

func with[T any](ctx context.Context, raw []byte, do func(context.Context, *T) error) error {
	var v *T
	if err := decode(raw, &v); err != nil {
		return err
	}
	return do(ctx, v)
}

// splitKey splits a composite key; a key of another kind has no parts.
func splitKey(key string) (kind string, parts []string) {
	if !strings.HasPrefix(key, "\x00") || !strings.HasSuffix(key, "\x00") {
		return "", nil
	}
	all := strings.Split(strings.Trim(key, "\x00"), "\x00")
	return all[0], all[1:]
}

// events writes the timeline, and what the events mean for the own organisation's content.
func (w *writer) events(ctx context.Context, tx *cats.Transaction, movements map[string]*changed) error {
	if tx.Event == nil {
		return nil
	}
	for i, s := range tx.Event.Steps {
		at := transit.Stamp(tx.At)
		if c := movements[s.ID]; c != nil && c.course != nil {
			at = c.course.At
		}
		change := transit.Money{}
		if s.Change != nil {
			change = *s.Change
		}
		if err := w.put(ctx, "ledger_event", 4, []column{
			{"id", s.ID}, {"block", int64(tx.Block)}, {"tx", tx.Index}, {"item", i},
			{"record", s.Record}, {"seq", s.Seq}, {"step", s.Step}, {"from_state", string(s.From)}, {"to_state", string(s.To)},
			{"custodian", s.Custodian}, {"msp", s.By}, {"office", s.Office}, {"at", at},
			{"change", change.Minor}, {"currency", change.Currency}, {"transaction_id", tx.ID},
		}); err != nil {
			return err
		}
		if err := w.contentEvent(ctx, tx, s); err != nil {
			return err
		}
	}
	return nil
}
