package fakeledger

import (
	"fmt"
	"strings"
)

// writeID names a write; of two writes with the same id in one batch the later one counts.
type writeID struct {
	collection, key string
	policy          bool
}

// writeBatch holds writes back until FinishWriteBatch. Errors of the held writes show only then.
type writeBatch struct {
	order  []writeID
	writes map[writeID]func() error
}

// StartWriteBatch begins to hold writes back; it does nothing inside a batch.
func (s *stub) StartWriteBatch() {
	if s.batch == nil {
		s.batch = &writeBatch{writes: map[writeID]func() error{}}
	}
}

// FinishWriteBatch sends the held writes to the peer. A peer calls it, too, when the chaincode returns.
func (s *stub) FinishWriteBatch() error {
	batch := s.batch
	s.batch = nil
	if batch == nil {
		return nil
	}
	var failures []string
	for _, id := range batch.order {
		if err := batch.writes[id](); err != nil {
			failures = append(failures, err.Error())
		}
	}
	if len(failures) == 0 {
		return nil
	}
	return fmt.Errorf("failed send batch: %w", s.fail("WRITE_BATCH_STATE", fmt.Errorf("%s", strings.Join(failures, "; "))))
}

func (s *stub) write(message string, id writeID, apply func() error) error {
	if s.batch == nil {
		mustUTF8(id.collection, id.key)
		return s.fail(message, apply())
	}
	mustUTF8(id.collection, id.key)
	if _, ok := s.batch.writes[id]; !ok {
		s.batch.order = append(s.batch.order, id)
	}
	s.batch.writes[id] = apply
	return nil
}
