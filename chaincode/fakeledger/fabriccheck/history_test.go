package fabriccheck

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/fakeledger"
)

// enoughSeeds bring about every verdict.
const enoughSeeds = 60

var seeds = flag.Uint64("seeds", enoughSeeds, "number of random histories to compare")

func TestRandomTransactionsFareTheSameOnFabric(t *testing.T) {
	seen := &tally{verdicts: map[peer.TxValidationCode]int{}}
	t.Cleanup(func() { seen.report(t) }) // after the parallel histories
	for seed := range *seeds {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			runHistory(t, rand.New(rand.NewPCG(seed, 0)), seen)
		})
	}
}

// runHistory orders blocks of random transactions, some of them endorsed several blocks earlier.
func runHistory(t *testing.T, r *rand.Rand, seen *tally) {
	t.Helper()
	w := newTwins(t)
	var held []*fakeledger.Transaction
	result := counts{Histories: 1}
	for range 8 {
		for range 1 + r.IntN(5) {
			result.Simulations++
			if tx := w.endorse(t, randomScript(r)); tx != nil {
				held = append(held, tx)
				continue
			}
			result.Failed++
		}
		r.Shuffle(len(held), func(i, j int) { held[i], held[j] = held[j], held[i] })
		n := r.IntN(len(held) + 1)
		if n == 0 {
			continue
		}
		if !w.order(t, held[:n]...) {
			result.Halts++
			break
		}
		held = held[n:]
	}
	seen.add(result, w.fake.Blocks())
}

// counts tell how much was compared.
type counts struct{ Histories, Simulations, Failed, Halts int }

// tally sums up histories that run side by side.
type tally struct {
	mu sync.Mutex
	counts
	verdicts map[peer.TxValidationCode]int
}

func (y *tally) add(c counts, blocks []*fakeledger.Block) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.Histories += c.Histories
	y.Simulations += c.Simulations
	y.Failed += c.Failed
	y.Halts += c.Halts
	for _, b := range blocks {
		for _, code := range b.Codes() {
			y.verdicts[code]++
		}
	}
}

// report guards against a comparison of nothing.
func (y *tally) report(t *testing.T) {
	t.Helper()
	t.Logf("%+v %v", y.counts, y.verdicts)
	if y.Histories < enoughSeeds {
		return
	}
	require.NotZero(t, y.Failed)
	require.NotZero(t, y.Halts)
	for _, code := range []peer.TxValidationCode{
		peer.TxValidationCode_VALID,
		peer.TxValidationCode_ENDORSEMENT_POLICY_FAILURE,
		peer.TxValidationCode_MVCC_READ_CONFLICT,
		peer.TxValidationCode_PHANTOM_READ_CONFLICT,
	} {
		require.NotZero(t, y.verdicts[code], code.String())
	}
}
