package contract_test

import (
	"fmt"
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"carec.example/cats/chaincode/contract"
	"carec.example/cats/chaincode/fakeledger"
	"carec.example/cats/chaincode/ledger"
	"carec.example/cats/chaincode/transit"
)

// hot is one guarantee that many use at the same time.
type hot struct {
	*world
	grn       string
	movements []*transit.Movement
	ended     bool
	// What the account should be, taken from the transactions in the order in which they took effect, in minor units.
	reference, open, claimed int64
}

// attempt is one transaction that somebody prepares: what it asks, and whether it may be refused before it is ordered.
type attempt struct {
	name    string
	endorse func() (*fakeledger.Transaction, error)
	// after takes over what a valid transaction has done.
	after func(*fakeledger.Transaction)
}

func (h *hot) guaranteeNow() *transit.Guarantee {
	return fromJSON[transit.Guarantee](h.t, h.ledger.State(ledger.GuaranteeKey(h.grn)))
}

func (h *hot) balancesNow() []transit.Balance {
	var out []transit.Balance
	for i := range h.guaranteeNow().Terms.Balances {
		out = append(out, *fromJSON[transit.Balance](h.t, h.ledger.State(ledger.BalanceKey(h.grn, i))))
	}
	return out
}

// TestAHotGuaranteeStaysExactWhateverRunsInParallel prepares releases, settlements with and without claims, cancellations,
// raises, reductions and the end of one guarantee on the same state, and orders them in one block in any order. Whatever takes
// effect: the account adds up, a release never goes beyond what is available, and whoever lost a collision succeeds at the
// next try unless the rules now refuse it.
func TestAHotGuaranteeStaysExactWhateverRunsInParallel(t *testing.T) {
	w := settling(t)
	serial := 0
	rapid.Check(t, func(rt *rapid.T) {
		serial++
		h := newHot(w, rt, serial)
		for range rapid.IntRange(1, 6).Draw(rt, "blocks") {
			h.block(rt)
		}
	})
}

func newHot(w *world, rt *rapid.T, serial int) *hot {
	grn, err := transit.NewGRN(2026, "KZ", fmt.Sprintf("9%011d", serial))
	require.NoError(rt, err)
	terms := terms(rapid.IntRange(1, 4).Draw(rt, "balances"))
	terms.GRN, terms.ReferenceAmount.Minor = grn.String(), rapid.Int64Range(100, 1000).Draw(rt, "reference")
	w.guarantee(terms)
	h := &hot{world: w, grn: terms.GRN, reference: terms.ReferenceAmount.Minor}
	for i := range rapid.IntRange(2, 5).Draw(rt, "movements") {
		amount := transit.Money{Minor: rapid.Int64Range(1, terms.ReferenceAmount.Minor).Draw(rt, "amount"), Currency: "EUR"}
		h.movements = append(h.movements, w.accepted(covered(fmt.Sprintf("HOT-%d-%d", serial, i), reference("1", h.grn, amount.Decimal()))))
	}
	return h
}

// block prepares some transactions on one state, orders them together, and lets the losers try again, one by one.
func (h *hot) block(rt *rapid.T) {
	var again []attempt
	var txs []*fakeledger.Transaction
	var tried []attempt
	busy := map[string]bool{}
	for range rapid.IntRange(1, 5).Draw(rt, "transactions") {
		a, about := h.draw(rt)
		if busy[about] {
			continue // The same movement twice is another test's.
		}
		busy[about] = true
		if tx, err := a.endorse(); err == nil {
			txs, tried = append(txs, tx), append(tried, a)
		}
	}
	if len(txs) == 0 {
		return
	}
	order := rapid.Permutation(indices(len(txs))).Draw(rt, "order")
	var inOrder []*fakeledger.Transaction
	for _, i := range order {
		inOrder = append(inOrder, txs[i])
	}
	b, err := h.ledger.Order(inOrder...)
	require.NoError(rt, err)
	require.Equal(rt, peer.TxValidationCode_VALID, b.Codes()[0], "the first in a block collides with nobody")
	for k, i := range order {
		switch b.Codes()[k] {
		case peer.TxValidationCode_VALID:
			tried[i].after(txs[i])
		case peer.TxValidationCode_MVCC_READ_CONFLICT:
			again = append(again, tried[i])
		default:
			rt.Fatalf("%s: %s", tried[i].name, b.Codes()[k])
		}
	}
	h.check(rt)
	for _, a := range again {
		if tx, err := a.endorse(); err == nil {
			b, err := h.ledger.Order(tx)
			require.NoError(rt, err)
			require.Equal(rt, peer.TxValidationCode_VALID, b.Codes()[0], a.name)
			a.after(tx)
		} else {
			require.Contains(rt, []transit.Code{transit.GuaranteeRefused, transit.MalformedRequest, transit.OutOfSequence}, code(err), "%s: %v", a.name, err)
		}
		h.check(rt)
	}
}

func indices(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// draw chooses what somebody tries next, and tells what it is about.
func (h *hot) draw(rt *rapid.T) (attempt, string) {
	i := rapid.IntRange(0, len(h.movements)-1).Draw(rt, "movement")
	m := h.movements[i]
	take := func(tx *fakeledger.Transaction) {
		h.movements[i] = h.stored(fromJSON[transit.Written](h.t, tx.Payload()).ID)
	}
	switch kind := rapid.IntRange(0, 9).Draw(rt, "kind"); {
	case kind == 0 && !h.ended:
		return h.ending(), "guarantee"
	case kind <= 3:
		return h.changing(rapid.Int64Range(1, 1500).Draw(rt, "to")), "guarantee"
	case m.State == transit.Accepted && kind == 4:
		return attempt{"cancel", func() (*fakeledger.Transaction, error) {
			return h.people["urumqi"].Endorse(string(transit.FnCancel), h.ask(m, reason))
		}, take}, m.ID
	case m.State == transit.Accepted:
		order := rapid.Permutation(indices(h.guaranteeNow().Terms.Balances)).Draw(rt, "records")
		return attempt{"release", func() (*fakeledger.Transaction, error) {
			return h.people["urumqi"].Endorse(string(transit.FnRelease), h.ask(m, limit, func(r *transit.StepRequest) {
				r.Balances = []transit.BalanceChoice{{GRN: h.grn, Order: order}}
			}))
		}, func(tx *fakeledger.Transaction) {
			take(tx)
			amount := m.Guarantees[0].Amount.Minor
			require.LessOrEqual(rt, amount, h.reference-h.open-h.claimed, "a release went beyond what was available")
			h.open += amount
		}}, m.ID
	case m.State == transit.Released:
		claim := max(0, rapid.Int64Range(-m.Guarantees[0].Amount.Minor, m.Guarantees[0].Amount.Minor).Draw(rt, "claim"))
		return attempt{"settle", func() (*fakeledger.Transaction, error) {
			return h.people["urumqi"].Endorse(string(contract.FnSettleForTest), toJSON(contract.SettleRequest{
				Movement: m.MRN, Paid: []transit.Money{{Minor: claim, Currency: "EUR"}},
			}))
		}, func(tx *fakeledger.Transaction) {
			take(tx)
			h.open -= m.Guarantees[0].Amount.Minor
			h.claimed += claim
		}}, m.ID
	}
	return h.changing(rapid.Int64Range(1, 1500).Draw(rt, "to")), "guarantee"
}

func (h *hot) changing(to int64) attempt {
	return attempt{"update", func() (*fakeledger.Transaction, error) {
		return h.people["clerk"].Endorse(string(transit.FnUpdateGuarantee), toJSON(transit.GuaranteeUpdateRequest{
			Header: h.header(), GRN: h.grn, GuaranteeUpdate: transit.GuaranteeUpdate{ReferenceAmount: &transit.Money{Minor: to, Currency: "EUR"}},
		}))
	}, func(*fakeledger.Transaction) { h.reference = to }}
}

func (h *hot) ending() attempt {
	return attempt{"cancel the guarantee", func() (*fakeledger.Transaction, error) {
		return h.people["clerk"].Endorse(string(transit.FnCancelGuarantee), toJSON(transit.GuaranteeEndRequest{
			Header: h.header(), GRN: h.grn, InvalidityDate: transit.Day(h.ledger.Now()),
		}))
	}, func(*fakeledger.Transaction) { h.ended = true }}
}

// check holds the account against the movements.
func (h *hot) check(rt *rapid.T) {
	g, balances := h.guaranteeNow(), h.balancesNow()
	require.True(rt, g.Exact(balances), "pending %d: %+v", g.Pending, balances)
	sums := g.Sums(balances)
	require.Equal(rt, []int64{h.reference - h.open - h.claimed, h.open, h.claimed}, []int64{sums.Available, sums.Open, sums.Claimed})
	for _, m := range h.movements {
		u := m.Guarantees[0]
		require.Equal(rt, u.State == transit.UsageLocked, carried(balances, m.ID) == u.Amount.Minor, "the account and the movement agree")
	}
	if h.ended {
		for _, m := range h.movements {
			if m.State == transit.Accepted {
				_, err := h.people["urumqi"].Evaluate(string(transit.FnRelease), h.ask(m, limit))
				require.Equal(rt, transit.GuaranteeRefused, code(err))
				break
			}
		}
	}
}

func carried(balances []transit.Balance, id string) int64 {
	var sum int64
	for _, b := range balances {
		sum += b.Open[id]
	}
	return sum
}

// ---- Attacks

// TestAGuarantorsExposureChangesAtItsOwnPeerOnly: the office of guarantee and any majority of customs authorities together change
// nothing of a guarantee that the guarantor's peer has not endorsed, and the guarantor nothing alone.
func TestAGuarantorsExposureChangesAtItsOwnPeerOnly(t *testing.T) {
	w := guaranteed(t)
	w.guarantee(terms(1))
	for name, change := range map[string]func(*fakeledger.Transaction) *fakeledger.Transaction{
		"without the guarantor": func(tx *fakeledger.Transaction) *fakeledger.Transaction {
			signed := tx.WithoutEndorsementsOf("CGMMSP")
			for _, org := range []string{"CNMSP", "KZMSP", "KGMSP", "CARECMSP"} {
				id, err := w.ledger.Enrol(org, "peer-"+org, fakeledger.AsRole(fakeledger.RolePeer))
				require.NoError(t, err)
				signed = signed.EndorsedBy(id)
			}
			return signed
		},
		"the guarantor alone": func(tx *fakeledger.Transaction) *fakeledger.Transaction {
			return tx.WithoutEndorsementsOf("CNMSP").WithoutEndorsementsOf("KZMSP").WithoutEndorsementsOf("KGMSP")
		},
	} {
		tx, err := w.people["clerk"].Endorse(string(transit.FnUpdateGuarantee), toJSON(lowered(w, 20_000_000)))
		require.NoError(t, err)
		b, err := w.ledger.Order(change(tx))
		require.NoError(t, err)
		require.Equal(t, peer.TxValidationCode_ENDORSEMENT_POLICY_FAILURE, b.Codes()[0], name)
	}
	w.checkLedger()
}

// TestAWaiversKeeperAloneChangesNothing: the customs authority that granted it needs another one's peer, whose code asks who
// the officer is.
func TestAWaiversKeeperAloneChangesNothing(t *testing.T) {
	w := guaranteed(t)
	w.granted("almaty", waiver())
	tx, err := w.people["almaty"].With(fakeledger.Endorsers("KZMSP")).Endorse(string(transit.FnUpdateGuarantee), toJSON(lowered(w, 20_000_000)))
	require.NoError(t, err)
	b, err := w.ledger.Order(tx)
	require.NoError(t, err)
	require.Equal(t, peer.TxValidationCode_ENDORSEMENT_POLICY_FAILURE, b.Codes()[0])
	_, err = w.ask1("almaty", transit.FnUpdateGuarantee, lowered(w, 20_000_000))
	require.NoError(t, err)
}

func TestAnUndertakingGivesNoGuaranteeThatHasALifeAlready(t *testing.T) {
	w := guaranteed(t)
	g, err := w.undertake("clerk", terms(1))
	require.NoError(t, err)
	for name, change := range map[string]func(*transit.Guarantee){
		"credit that no record carries": func(g *transit.Guarantee) { g.Pending = 1_000_000 },
		"a debt":                        func(g *transit.Guarantee) { g.Pending = -1 },
		"an end":                        func(g *transit.Guarantee) { g.Invalidity = &transit.Invalidity{From: "2026-01-01"} },
		"a sale":                        func(g *transit.Guarantee) { g.SoldAt = "2026-01-01T00:00:00Z" },
		"a keeper of its own":           func(g *transit.Guarantee) { g.Keeper = "CNMSP" },
	} {
		forged := *g
		change(&forged)
		value, err := transit.Canonical(&forged)
		require.NoError(t, err)
		w.plant("CGMMSP", ledger.UndertakingKey(g.Terms.GRN), value)
		_, err = w.register("clerk", &forged)
		require.Equal(t, transit.ContentMismatch, code(err), name)
	}
}

// TestAFaceClaimsWhatItsTypeGives: China's peer vouches for guarantees that no declaration gives.
func TestAFaceClaimsWhatItsTypeGives(t *testing.T) {
	for name, claim := range map[string]transit.GuaranteeClaim{
		"a deposit of nothing":               {Type: "3"},
		"a deposit below zero":               {Type: "3", Amount: transit.Money{Minor: -1, Currency: "EUR"}},
		"a reference on a type without one":  {Type: "8", GRN: terms(1).GRN},
		"a comprehensive one without a name": {Type: "1", Amount: transit.Money{Minor: 1, Currency: "EUR"}},
		"TIR outside of TIR":                 {Type: "B"},
		"a type that is none":                {Type: "Z"},
		"a type of the Convention alone":     {Type: "J"},
	} {
		w := insured(t, 1)
		face, err := w.deposit("trader", document("LRN-1"), 1)
		require.NoError(t, err)
		face.Guarantees, face.Guarantors = []transit.GuaranteeClaim{claim}, []string{}
		w.forge("CNMSP", face)
		_, err = w.lodge(w.people["trader"], face)
		require.Equal(t, transit.ContentMismatch, code(err), name)
	}
}

// TestAReleaseThatReadTheGuaranteeBeforeItsReductionDies: the reduction touches no balance record, and still no release
// that was prepared before it slips through behind it.
func TestAReleaseThatReadTheGuaranteeBeforeItsReductionDies(t *testing.T) {
	w := guaranteed(t)
	w.guarantee(terms(4))
	m := w.accepted(document("LRN-1"))
	held, err := w.people["urumqi"].Endorse(string(transit.FnRelease), w.ask(m, limit))
	require.NoError(t, err)
	tx, err := w.people["almaty"].Endorse(string(transit.FnUpdateGuarantee), toJSON(lowered(w, 1)))
	require.NoError(t, err)
	require.Equal(t, []string{ledger.GuaranteeKey(terms(1).GRN)}, tx.WrittenKeys())
	b, err := w.ledger.Order(tx, held)
	require.NoError(t, err)
	require.Equal(t, []peer.TxValidationCode{peer.TxValidationCode_VALID, peer.TxValidationCode_MVCC_READ_CONFLICT}, b.Codes())
	_, err = w.do("urumqi", transit.StepRelease, m, limit)
	require.Equal(t, []string{"G09"}, reasons(t, err))
	w.checkLedger()
}
