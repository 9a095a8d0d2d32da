// Package queuetest helps to test what stands on a queue: a ledger that grows as a test says, and the running of what follows it.
package queuetest

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"sync"
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

// Chain is a growing ledger, which every follower reads from its own place. Its blocks count from 1, its transactions from 0.
type Chain struct {
	perBlock int
	mu       sync.Mutex
	txs      []*cats.Transaction
	grown    chan struct{}
}

// NewChain makes a chain with so many transactions in a block.
func NewChain(perBlock int) *Chain { return &Chain{perBlock: perBlock, grown: make(chan struct{})} }

// Append commits a transaction with what it wrote and what it did.
func (c *Chain) Append(writes []cats.Write, steps ...transit.EventStep) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := len(c.txs)
	c.txs = append(c.txs, &cats.Transaction{
		ID: fmt.Sprintf("%04x", n), Block: uint64(n/c.perBlock) + 1, Index: n % c.perBlock, Code: peer.TxValidationCode_VALID,
		Writes: writes, Event: &transit.EventPayload{V: 1, Steps: steps},
	})
	close(c.grown)
	c.grown = make(chan struct{})
}

// Height is where a follower begins that has not followed before: at the first transaction.
func (c *Chain) Height(context.Context) (uint64, error) { return 1, nil }

// EventsAfter waits for what comes until the context ends.
func (c *Chain) EventsAfter(ctx context.Context, at cats.Position) iter.Seq2[*cats.Event, error] {
	return func(yield func(*cats.Event, error) bool) {
		passed := at.TransactionID == ""
		for i := 0; ; i++ {
			tx := c.wait(ctx, i)
			if tx == nil {
				yield(nil, ctx.Err())
				return
			}
			if tx.Block < at.Block {
				continue
			}
			if !passed {
				passed = tx.ID == at.TransactionID
				continue
			}
			if !yield(&cats.Event{BlockNumber: tx.Block, TransactionID: tx.ID, Payload: *tx.Event}, nil) {
				return
			}
		}
	}
}

func (c *Chain) wait(ctx context.Context, i int) *cats.Transaction {
	for {
		c.mu.Lock()
		grown := c.grown
		if i < len(c.txs) {
			tx := c.txs[i]
			c.mu.Unlock()
			return tx
		}
		c.mu.Unlock()
		select {
		case <-ctx.Done():
			return nil
		case <-grown:
		}
	}
}

// Blocks are those that there are.
func (c *Chain) Blocks(_ context.Context, from, to uint64) iter.Seq2[*cats.Block, error] {
	return func(yield func(*cats.Block, error) bool) {
		c.mu.Lock()
		all := slices.Clone(c.txs)
		c.mu.Unlock()
		for txs := range slices.Chunk(all, c.perBlock) {
			b := &cats.Block{Number: txs[0].Block, Transactions: txs}
			if b.Number >= from && b.Number <= to && !yield(b, nil) {
				return
			}
		}
	}
}

// Run runs something until the returned function is called or the test ends; it waits for the end, which must be no failure.
func Run(t testing.TB, what interface {
	Run(ctx context.Context) error
}) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- what.Run(ctx) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			require.NoError(t, <-done)
		})
	}
	t.Cleanup(stop)
	return stop
}
