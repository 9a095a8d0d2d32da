package fsck

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"carec.example/cats/chaincode/ledger"
	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

// replay is the state derived from the blocks so far.
type replay struct {
	report     *Report
	consortium transit.Consortium
	movements  map[string]*transit.Movement
	// declared is what was declared of each movement, which lodging and amendment write beside its course.
	declared   map[string]transit.Declared
	guarantees map[string]*transit.Guarantee
	balances   map[string]map[int]*transit.Balance
	offices    map[string]*transit.Office
	// pages of the registry by key.
	pages map[string]*transit.Page
	// policies are the key-level endorsement policies by key.
	policies map[string][]byte
	// private holds the hash of each private value by collection and hash of the key, both in hexadecimal.
	private map[string]map[string]string

	// tx is the transaction being applied.
	tx *cats.Transaction
	// touched are the guarantees whose balances the transaction changed.
	touched map[string]bool
	// drawn are those on which it locked anything.
	drawn map[string]bool
	// before are the policies of the keys that it writes, as they were before it.
	before map[string][]byte
}

func newReplay() *replay {
	return &replay{
		report:    &Report{Invalid: map[string]int{}, Movements: map[string]int{}, Findings: []Finding{}},
		movements: map[string]*transit.Movement{}, declared: map[string]transit.Declared{}, guarantees: map[string]*transit.Guarantee{},
		balances: map[string]map[int]*transit.Balance{}, offices: map[string]*transit.Office{}, pages: map[string]*transit.Page{},
		policies: map[string][]byte{}, private: map[string]map[string]string{},
	}
}

func (r *replay) find(record, rule, format string, args ...any) {
	f := Finding{Record: record, Rule: rule, Text: fmt.Sprintf(format, args...)}
	if r.tx != nil {
		f.Block, f.Transaction = r.tx.Block, r.tx.ID
	}
	r.report.Findings = append(r.report.Findings, f)
}

// block applies the transactions of a block in their order.
func (r *replay) block(b *cats.Block) {
	if b.Number != r.report.Height {
		r.find(fmt.Sprintf("block %d", b.Number), "contiguous", "came when block %d was expected", r.report.Height)
	}
	for _, tx := range b.Transactions {
		r.transaction(tx)
	}
	r.report.Height = b.Number + 1
}

func (r *replay) transaction(tx *cats.Transaction) {
	if !strings.Contains(string(tx.Function), ":") && len(tx.Writes) == 0 {
		return // the channel's configuration, or another chaincode
	}
	r.report.Transactions++
	if !tx.Valid() {
		r.report.Invalid[tx.Code.String()+" "+string(tx.Function)]++
		return
	}
	r.report.Valid++
	r.tx, r.touched, r.drawn, r.before = tx, map[string]bool{}, map[string]bool{}, map[string][]byte{}
	r.mayChange()
	for _, w := range tx.Private {
		r.applyPrivate(w)
	}
	r.checkPurge()
	for _, w := range tx.Writes {
		r.before[w.Key] = r.policies[w.Key]
	}
	for _, p := range tx.Policies {
		r.applyPolicy(p)
	}
	for _, w := range slices.SortedFunc(slices.Values(tx.Writes), movementsLast) {
		r.apply(w)
	}
	for grn := range r.touched {
		r.checkSum(grn)
	}
	r.tx = nil
}

// movementsLast lets the movements of a transaction be compared with the balances it wrote, and with what they declare.
func movementsLast(a, b cats.Write) int {
	rank := func(w cats.Write) int {
		kind, _ := splitKey(w.Key)
		return slices.Index([]string{"registry", "office", "page", "guarantee", "balance", "declared", "movement"}, kind)
	}
	return rank(a) - rank(b)
}

func (r *replay) applyPrivate(w cats.PrivateWrite) {
	values, known := r.private[w.Collection]
	if !known {
		values = map[string]string{}
		r.private[w.Collection] = values
	}
	if w.Delete {
		delete(values, hex.EncodeToString(w.KeyHash))
		return
	}
	values[hex.EncodeToString(w.KeyHash)] = hex.EncodeToString(w.ValueHash)
}

// privateDigest is the hash of an organisation's private value, or "".
func (r *replay) privateDigest(msp, key string) string {
	sum := sha256.Sum256([]byte(key))
	return r.private[ledger.Collection(msp)][hex.EncodeToString(sum[:])]
}

func (r *replay) applyPolicy(p cats.PolicyWrite) {
	if _, parts := splitKey(p.Key); len(parts) > 0 && p.Policy == nil {
		r.find(parts[0], "policy", "the key's endorsement policy was taken away")
	}
	if _, written := r.before[p.Key]; !written {
		r.before[p.Key] = r.policies[p.Key]
	}
	if !r.writes(p.Key) {
		r.find(nameOf(p.Key), "policy", "the key's endorsement policy was changed without the record")
	}
	r.policies[p.Key] = p.Policy
}

// writes reports whether the transaction writes the record that a key's policy follows: its own, or the movement's course
// for what was declared of it.
func (r *replay) writes(key string) bool {
	kind, parts := splitKey(key)
	return slices.ContainsFunc(r.tx.Writes, func(w cats.Write) bool {
		return w.Key == key || (kind == "declared" && len(parts) > 0 && w.Key == ledger.MovementKey(parts[0]))
	})
}

// apply looks at one write and makes it part of the state.
func (r *replay) apply(w cats.Write) {
	kind, parts := splitKey(w.Key)
	if w.Delete {
		r.find(nameOf(w.Key), "kept", "the record was deleted")
		return
	}
	if len(parts) == 0 {
		r.find(nameOf(w.Key), "known", "a key that no rule knows was written")
		return
	}
	switch kind {
	case "movement":
		r.report.Versions++
		r.movement(parts[0], w)
	case "declared":
		r.declaration(parts[0], w)
	case "guarantee":
		r.report.Versions++
		r.guarantee(parts[0], w)
	case "balance":
		r.report.Versions++
		r.balance(parts, w)
	case "registry":
		decode(r, parts[0], w.Value, &r.consortium)
	case "office":
		r.office(parts[0], w)
	case "page":
		r.page(parts, w)
	case "proposal":
	default:
		r.find(nameOf(w.Key), "known", "a key that no rule knows was written")
	}
}

// office keeps an office as it stands in the registry from then on.
func (r *replay) office(reference string, w cats.Write) {
	office := new(transit.Office)
	if decode(r, reference, w.Value, office) {
		r.offices[reference] = office
	}
}

// decode reads a record strictly and reports whether it could be read.
func decode(r *replay, record string, raw []byte, v any) bool {
	if err := transit.DecodeStrict(raw, v); err != nil {
		r.find(record, "readable", "%v", err)
		return false
	}
	return true
}

// splitKey splits a composite key; a key of another kind has no parts.
func splitKey(key string) (kind string, parts []string) {
	if !strings.HasPrefix(key, "\x00") || !strings.HasSuffix(key, "\x00") {
		return "", nil
	}
	all := strings.Split(strings.Trim(key, "\x00"), "\x00")
	return all[0], all[1:]
}

func nameOf(key string) string { return strings.ReplaceAll(strings.Trim(key, "\x00"), "\x00", " ") }

// endorsedUnder checks that the transaction's endorsers satisfy the policy that the key had before it.
func (r *replay) endorsedUnder(record, key string) {
	raw := r.before[key]
	if raw == nil {
		return // a new key falls under the chaincode's own policy, which the peers have checked
	}
	need, err := ledger.ParsePolicy(raw)
	if err != nil {
		return // found when it was set
	}
	for _, msp := range need.All {
		if !slices.Contains(r.tx.Endorsers, msp) {
			r.find(record, "endorsed", "%s had to endorse, %s did", msp, strings.Join(r.tx.Endorsers, ", "))
		}
	}
	if len(need.Any) > 0 && !slices.ContainsFunc(need.Any, func(msp string) bool { return slices.Contains(r.tx.Endorsers, msp) }) {
		r.find(record, "endorsed", "one of %s had to endorse, %s did", strings.Join(need.Any, ", "), strings.Join(r.tx.Endorsers, ", "))
	}
}

// count sums up the state for the report.
func (r *replay) count() {
	for _, m := range r.movements {
		r.report.Movements[string(m.State)]++
	}
	r.report.Guarantees, r.report.Offices = len(r.guarantees), len(r.offices)
	for _, b := range r.balances {
		r.report.Balances += len(b)
	}
	for _, values := range r.private {
		r.report.Private += len(values)
	}
}
