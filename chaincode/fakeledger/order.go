package fakeledger

import (
	"errors"
	"fmt"

	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
)

// Order puts transactions into one block, in the given order, validates and commits it at every running peer that does not
// lag. Invalid transactions are no error here: look at the receipts. Errors: [ErrHalted].
func (l *Ledger) Order(txs ...*Transaction) (*Block, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.halted != nil {
		return nil, l.halted
	}
	number := uint64(len(l.blocks) + 1)
	codes, err := l.checkPolicies(txs)
	if err != nil {
		return nil, l.halt(err)
	}
	markDuplicates(txs, codes)
	effects, err := l.checkVersions(number, txs, codes)
	if err != nil {
		return nil, l.halt(err)
	}
	block := l.seal(number, txs, codes, effects)
	l.append(block)
	return block, nil
}

// halt stops the ledger for good. A real peer stops at the block, tries it again after every restart, and fails again.
func (l *Ledger) halt(err error) error {
	l.halted = err
	return err
}

// checkPolicies validates endorsements; all transactions of the block see the policies before the block.
func (l *Ledger) checkPolicies(txs []*Transaction) ([]peer.TxValidationCode, error) {
	codes := make([]peer.TxValidationCode, len(txs))
	changed := map[keyRef]bool{}
	for i, tx := range txs {
		codes[i] = peer.TxValidationCode_VALID
		if l.txIDs[tx.ID()] {
			codes[i] = peer.TxValidationCode_DUPLICATE_TXID
			continue
		}
		err := l.checkPolicy(tx, changed)
		switch {
		case errors.Is(err, ErrHalted):
			return nil, fmt.Errorf("transaction %s: %w", tx.ID(), err)
		case err != nil:
			codes[i] = peer.TxValidationCode_ENDORSEMENT_POLICY_FAILURE
			continue
		}
		// What counts is the verdict on endorsements: the change blocks later writes even if this transaction fails below.
		markPolicyChanges(tx, changed)
	}
	return codes, nil
}

func (l *Ledger) checkPolicy(tx *Transaction, changed map[keyRef]bool) error {
	check := &policyCheck{
		chaincodePolicy: l.policy,
		collections:     l.collections,
		committed:       l.head,
		changed:         changed,
		ids:             l.signers(tx),
	}
	return check.run(tx)
}

// signers are the identities whose endorsement signatures are good, each once.
func (l *Ledger) signers(tx *Transaction) []*verified {
	var out []*verified
	seen := map[string]bool{}
	for _, e := range tx.endorsements {
		id, err := l.trust.verify(e.GetEndorser())
		if err != nil || seen[string(id.cert.Raw)] {
			continue
		}
		message := append(append([]byte(nil), tx.payload...), e.GetEndorser()...)
		if !id.signed(message, e.GetSignature()) {
			continue
		}
		seen[string(id.cert.Raw)] = true
		out = append(out, id)
	}
	return out
}

func markPolicyChanges(tx *Transaction, changed map[keyRef]bool) {
	for _, m := range tx.public.GetMetadataWrites() {
		changed[keyRef{"", m.GetKey()}] = true
	}
	for _, h := range tx.hashed {
		for _, m := range h.set.GetMetadataWrites() {
			changed[keyRef{h.collection, string(m.GetKeyHash())}] = true
		}
	}
}

// markDuplicates flags a transaction whose id an earlier, well endorsed one of the block has.
func markDuplicates(txs []*Transaction, codes []peer.TxValidationCode) {
	seen := map[string]bool{}
	for i, tx := range txs {
		if codes[i] != peer.TxValidationCode_VALID {
			continue
		}
		if seen[tx.ID()] {
			codes[i] = peer.TxValidationCode_DUPLICATE_TXID
		}
		seen[tx.ID()] = true
	}
}

func (l *Ledger) checkVersions(number uint64, txs []*Transaction, codes []peer.TxValidationCode) (*updates, error) {
	effects := newUpdates()
	for i, tx := range txs {
		if codes[i] != peer.TxValidationCode_VALID {
			continue
		}
		if codes[i] = effects.checkReads(tx, l.head); codes[i] != peer.TxValidationCode_VALID {
			continue
		}
		if err := effects.apply(tx, &height{number, uint64(i)}, l.head); err != nil {
			return nil, err
		}
	}
	return effects, nil
}

func (l *Ledger) seal(number uint64, txs []*Transaction, codes []peer.TxValidationCode, effects *updates) *Block {
	b := &Block{Number: number, effects: effects}
	if len(l.blocks) > 0 {
		b.previous = l.blocks[len(l.blocks)-1]
	}
	for i, tx := range txs {
		b.Receipts = append(b.Receipts, &Receipt{Transaction: tx, Block: number, Index: i, Code: codes[i]})
	}
	return b
}

func (l *Ledger) append(b *Block) {
	l.blocks = append(l.blocks, b)
	for _, r := range b.Receipts {
		l.txIDs[r.ID()] = true
	}
	b.effects.commit(l.head)
	for _, n := range l.nodes {
		n.catchUp(l.blocks)
	}
}
