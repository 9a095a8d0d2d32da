package fabriccheck

import (
	"strconv"
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"github.com/hyperledger/fabric/core/ledger"
	"github.com/hyperledger/fabric/protoutil"
	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/fakeledger"
)

// twins are a fake ledger and a ledger of Fabric that receive the same transactions. Every difference fails the test.
type twins struct {
	fake    *fakeledger.Ledger
	client  *fakeledger.Client
	fabric  ledger.PeerLedger
	private map[string]*rwset.TxPvtReadWriteSet // per transaction id
}

func newTwins(t *testing.T) *twins {
	t.Helper()
	fake := newFakeLedger(t)
	return &twins{
		fake:    fake,
		client:  fake.Client(org, "officer").With(fakeledger.Endorsers(org)),
		fabric:  newFabricLedger(t),
		private: map[string]*rwset.TxPvtReadWriteSet{},
	}
}

func newFakeLedger(t *testing.T) *fakeledger.Ledger {
	t.Helper()
	fake, err := fakeledger.New(interpreter{}, fakeledger.Config{Orgs: []string{org}, Channel: channel, Chaincode: namespace})
	require.NoError(t, err)
	return fake
}

// endorse simulates a script on both; nil when it fails on both.
func (w *twins) endorse(t *testing.T, s script) *fakeledger.Transaction {
	t.Helper()
	tx, refused := w.client.Endorse("run", s.String())
	id := "refused"
	if refused == nil {
		id = tx.ID()
	}
	sim, err := w.fabric.NewTxSimulator(id)
	require.NoError(t, err)
	defer sim.Done()
	read, err := s.simulate(sim)
	require.Equal(t, err != nil, refused != nil, "%s: Fabric says %v, the fake ledger %v", s, err, refused)
	if err != nil {
		return nil
	}
	require.Equal(t, quoted(read), quoted(tx.Payload()), "reads of %s", s)
	w.requireSameResults(t, s, sim, tx)
	return tx
}

func (w *twins) requireSameResults(t *testing.T, s script, sim ledger.TxSimulator, tx *fakeledger.Transaction) {
	t.Helper()
	simulated, err := sim.GetTxSimulationResults()
	require.NoError(t, err)
	public, err := simulated.GetPubSimulationBytes()
	require.NoError(t, err)
	require.Equal(t, quoted(public), quoted(tx.Action().GetResults()), "read/write set of %s", s)
	if simulated.ContainsPvtWrites() {
		w.private[tx.ID()] = simulated.PvtSimulationResults
	}
}

// order commits a block on both and compares; false when both stop at it for good.
func (w *twins) order(t *testing.T, txs ...*fakeledger.Transaction) bool {
	t.Helper()
	block, err := w.fake.Order(txs...)
	if err != nil {
		require.ErrorIs(t, err, fakeledger.ErrHalted)
		verdicts := w.verdictsUntilHalt(t, txs)
		require.Panics(t, func() { _ = w.commit(t, txs, verdicts) }, "the fake ledger says %v", err)
		return false
	}
	require.NoError(t, w.commit(t, txs, endorsementVerdicts(block)))
	committed, err := w.fabric.GetBlockByNumber(block.Number)
	require.NoError(t, err)
	require.Equal(t, committed.GetHeader().GetDataHash(), block.Proto().GetHeader().GetDataHash())
	require.Equal(t, flagsOf(committed), block.Codes(), "flags of block %d", block.Number)
	w.requireSameState(t)
	return true
}

// commit gives Fabric a block as its orderers and its endorsement check leave it.
func (w *twins) commit(t *testing.T, txs []*fakeledger.Transaction, verdicts []peer.TxValidationCode) error {
	t.Helper()
	chain, err := w.fabric.GetBlockchainInfo()
	require.NoError(t, err)
	envelopes := make([][]byte, len(txs))
	private := ledger.TxPvtDataMap{}
	for i, tx := range txs {
		envelopes[i] = protoutil.MarshalOrPanic(tx.Envelope())
		if set := w.private[tx.ID()]; set != nil {
			private[uint64(i)] = &ledger.TxPvtData{SeqInBlock: uint64(i), WriteSet: set}
		}
	}
	block := sealed(protoutil.NewBlock(chain.GetHeight(), chain.GetCurrentBlockHash()), envelopes, verdicts)
	return w.fabric.CommitLegacy(&ledger.BlockAndPvtData{Block: block, PvtData: private}, &ledger.CommitOptions{})
}

// endorsementVerdicts are the fake ledger's flags as they stand before versions are checked.
func endorsementVerdicts(block *fakeledger.Block) []peer.TxValidationCode {
	verdicts := block.Codes()
	for i, code := range verdicts {
		if code != peer.TxValidationCode_ENDORSEMENT_POLICY_FAILURE {
			verdicts[i] = peer.TxValidationCode_VALID
		}
	}
	return verdicts
}

// verdictsUntilHalt are the endorsement verdicts up to the transaction at which the fake ledger halts. A halted ledger gives no
// block, so they are found on ledgers with the same history, with ever shorter blocks.
func (w *twins) verdictsUntilHalt(t *testing.T, txs []*fakeledger.Transaction) []peer.TxValidationCode {
	t.Helper()
	for n := len(txs) - 1; n > 0; n-- {
		if block, err := w.replay(t).Order(txs[:n]...); err == nil {
			return endorsementVerdicts(block)
		}
	}
	return nil
}

// replay is a new fake ledger with the same blocks.
func (w *twins) replay(t *testing.T) *fakeledger.Ledger {
	t.Helper()
	fake := newFakeLedger(t)
	for _, block := range w.fake.Blocks() {
		var txs []*fakeledger.Transaction
		for _, receipt := range block.Receipts {
			txs = append(txs, receipt.Transaction)
		}
		again, err := fake.Order(txs...)
		require.NoError(t, err)
		require.Equal(t, block.Codes(), again.Codes())
	}
	return fake
}

func (w *twins) requireSameState(t *testing.T) {
	t.Helper()
	query, err := w.fabric.NewQueryExecutor()
	require.NoError(t, err)
	defer query.Done()
	for _, k := range keys {
		w.requireSameKey(t, query, string(k))
	}
}

func (w *twins) requireSameKey(t *testing.T, query ledger.QueryExecutor, key string) {
	t.Helper()
	value, err := query.GetState(namespace, key)
	require.NoError(t, err)
	require.Equal(t, quoted(value), quoted(w.fake.State(key)), "value of %s", key)
	metadata, err := query.GetStateMetadata(namespace, key)
	require.NoError(t, err)
	require.Equal(t, quoted(policyIn(metadata)), quoted(w.fake.PolicyBytes(key)), "policy of %s", key)
	digest, err := query.GetPrivateDataHash(namespace, collection, key)
	require.NoError(t, err)
	require.Equal(t, quoted(digest), quoted(w.fake.PrivateHash(collection, key)), "private hash of %s", key)
	plain, err := query.GetPrivateData(namespace, collection, key)
	require.NoError(t, err)
	require.Equal(t, quoted(plain), quoted(w.fake.PrivateState(org, collection, key)), "private value of %s", key)
}

// quoted keeps binary values readable where they differ; no value and an empty one are the same to a chaincode.
func quoted(raw []byte) string { return strconv.Quote(string(raw)) }
