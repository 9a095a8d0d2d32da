package fakeledger

import "github.com/hyperledger/fabric-chaincode-go/v2/shim"

// Stop takes the peer of an organisation down: it neither endorses nor commits.
func (l *Ledger) Stop(org string) error { return l.change(org, func(n *node) { n.down = true }) }

// Start brings a stopped peer back; it commits what it missed, unless it lags.
func (l *Ledger) Start(org string) error { return l.change(org, func(n *node) { n.down = false }) }

// Lag keeps the peer of an organisation from committing further blocks; it goes on endorsing from its old state.
func (l *Ledger) Lag(org string) error { return l.change(org, func(n *node) { n.lagging = true }) }

// CatchUp ends a lag; the peer commits what it missed, unless it is down.
func (l *Ledger) CatchUp(org string) error { return l.change(org, func(n *node) { n.lagging = false }) }

// Install replaces the chaincode of one organisation: another version, or a rogue build.
func (l *Ledger) Install(org string, chaincode shim.Chaincode) error {
	return l.change(org, func(n *node) { n.chaincode = chaincode })
}

func (l *Ledger) change(org string, f func(*node)) error {
	n, err := l.node(org)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	n.mu.Lock()
	f(n)
	n.mu.Unlock()
	n.catchUp(l.blocks)
	return nil
}

func (n *node) isDown() bool {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.down
}
