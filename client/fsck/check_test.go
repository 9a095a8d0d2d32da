package fsck

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"carec.example/cats/chaincode/contract"
	"carec.example/cats/chaincode/fakeledger"
	"carec.example/cats/chaincode/ledger"
	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"github.com/stretchr/testify/require"
)

const grn = "26KZCGM0000000015"

// world is the real contract on a ledger in memory, with everybody a movement needs.
type world struct {
	t       *testing.T
	ledger  *fakeledger.Ledger
	people  map[string]*fakeledger.Client
	blocks  []*cats.Block
	message int
}

func founding(t *testing.T) []byte {
	t.Helper()
	request := transit.FoundingRequest{V: 1, Organisations: []transit.Organisation{
		{MSP: "CNMSP", Name: "China", Country: "CN", Kind: transit.Customs},
		{MSP: "KZMSP", Name: "Kazakhstan", Country: "KZ", Kind: transit.Customs},
		{MSP: "KGMSP", Name: "Kyrgyzstan", Country: "KG", Kind: transit.Customs},
		{MSP: "CGMMSP", Name: "Guarantee chain", Kind: transit.Guarantor},
		{MSP: "CARECMSP", Name: "Secretariat", Kind: transit.Regulator},
	}}
	for _, reference := range []string{"CNURM001", "CNHRS001", "KZHOR001", "KZKOR001", "KZALA001", "KGAKZ001", "KGFRU001"} {
		request.Offices = append(request.Offices, transit.Office{
			Reference: reference, Name: reference, MSP: reference[:2] + "MSP",
			Roles: []string{"departure", "transit", "destination", "guarantee", "recovery"},
		})
	}
	document, err := transit.Canonical(request)
	require.NoError(t, err)
	return document
}

func newWorld(t *testing.T) *world {
	t.Helper()
	document := founding(t)
	digest := sha256.Sum256(document)
	cc, err := contract.New(contract.Config{Founding: hex.EncodeToString(digest[:]), Version: "test", Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	l, err := fakeledger.New(cc, fakeledger.Config{
		Orgs: []string{"CNMSP", "KZMSP", "KGMSP", "CGMMSP", "CARECMSP"}, Policy: fakeledger.Majority("CNMSP", "KZMSP", "KGMSP"),
		Start: time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC),
	})
	require.NoError(t, err)
	w := &world{t: t, ledger: l, people: map[string]*fakeledger.Client{}}
	for name, attributes := range map[string][3]string{
		"trader": {"CNMSP", "trader", "CN916501007TSL1"}, "urumqi": {"CNMSP", "officer", "CNURM001"},
		"khorgos": {"KZMSP", "officer", "KZHOR001"}, "akzhol": {"KGMSP", "officer", "KGAKZ001"},
		"bishkek": {"KGMSP", "officer", "KGFRU001"}, "clerk": {"CGMMSP", "guarantor", ""},
		"almaty": {"KZMSP", "officer", "KZALA001"}, "courier": {"CNMSP", "courier", ""},
	} {
		about := map[string]string{"role": attributes[1], "office": attributes[2]}
		if attributes[1] == "trader" {
			about = map[string]string{"role": "trader", "operator": attributes[2]}
		}
		w.people[name] = l.Client(attributes[0], name, fakeledger.Attributes(about))
	}
	admin := l.Client("CNMSP", "admin", fakeledger.AsRole(fakeledger.RoleAdmin))
	_, err = admin.Submit(string(transit.FnFound), string(document))
	require.NoError(t, err)
	return w
}

// submit makes one transaction and decodes its answer.
func submit[T any](w *world, who string, fn transit.Function, request any, opts ...fakeledger.CallOption) *T {
	w.t.Helper()
	argument, err := json.Marshal(request)
	require.NoError(w.t, err)
	receipt, err := w.people[who].With(opts...).Submit(string(fn), string(argument))
	require.NoError(w.t, err)
	require.Equal(w.t, peer.TxValidationCode_VALID, receipt.Code)
	v := new(T)
	require.NoError(w.t, json.Unmarshal(receipt.Payload(), v))
	return v
}

// record is the movement that a step wrote.
func (w *world) record(written *transit.Written) *transit.Movement {
	w.t.Helper()
	m := new(transit.Movement)
	require.NoError(w.t, json.Unmarshal(w.ledger.State(ledger.MovementKey(written.ID)), &m.Course))
	require.NoError(w.t, json.Unmarshal(w.ledger.State(ledger.DeclaredKey(written.ID)), &m.Declared))
	return m
}

func (w *world) header() transit.Header {
	w.message++
	return transit.Header{MessageID: fmt.Sprintf("M-%d", w.message)}
}

func (w *world) step(who string, fn transit.Function, r transit.StepRequest) *transit.Movement {
	w.t.Helper()
	r.Header = w.header()
	return w.record(submit[transit.Written](w, who, fn, r))
}

func seed() []byte { return make([]byte, transit.SeedLength) }

func (w *world) guarantee() {
	w.t.Helper()
	terms := transit.Terms{
		GRN: grn, Type: "1", Guarantor: "CGMMSP", Holder: "CN916501007TSL1", Percentage: 100, Balances: 4,
		ReferenceAmount: transit.Money{Minor: 40_000_00, Currency: "USD"}, ValidFrom: "2026-01-01", ValidUntil: "2027-12-31",
	}
	g := submit[transit.Guarantee](w, "clerk", transit.FnUndertake, transit.UndertakeRequest{Terms: terms}, fakeledger.Endorsers("CGMMSP"),
		fakeledger.Transient(map[string][]byte{transit.TransientAccessCodes: []byte(`["TS17"]`), transit.TransientSalt: seed()}))
	submit[transit.Guarantee](w, "clerk", transit.FnRegister, transit.RegisterRequest{MessageID: w.header().MessageID, Guarantee: *g})
}

func (w *world) lodge(lrn string) *transit.Movement {
	w.t.Helper()
	return w.publish(example(w.t, lrn), 1, nil)
}

// lived is a ledger with one movement discharged, one released, and one rejected.
func lived(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.guarantee()
	first := w.lodge("LRN-1")
	m := w.step("urumqi", transit.FnAccept, transit.StepRequest{Movement: first.ID})
	w.step("urumqi", transit.FnDecideControl, transit.StepRequest{Movement: m.MRN, ControlTypes: []string{"10"}})
	w.step("urumqi", transit.FnRecordControl, transit.StepRequest{Movement: m.MRN, Result: "A1"})
	w.step("urumqi", transit.FnRelease, transit.StepRequest{Movement: m.MRN, TimeLimit: "2026-12-20"})
	w.step("urumqi", transit.FnProposeHandOff, transit.StepRequest{Movement: m.MRN})
	w.step("khorgos", transit.FnAcceptHandOff, transit.StepRequest{Movement: m.MRN})
	w.step("khorgos", transit.FnProposeHandOff, transit.StepRequest{Movement: m.MRN})
	w.step("akzhol", transit.FnAcceptHandOff, transit.StepRequest{Movement: m.MRN})
	w.step("bishkek", transit.FnArrive, transit.StepRequest{Movement: m.MRN})
	w.step("bishkek", transit.FnRecordResults, transit.StepRequest{Movement: m.MRN, Result: "A1"})
	w.step("bishkek", transit.FnDischarge, transit.StepRequest{Movement: m.MRN})
	second := w.lodge("LRN-2")
	w.step("urumqi", transit.FnAccept, transit.StepRequest{Movement: second.ID})
	w.step("urumqi", transit.FnRelease, transit.StepRequest{Movement: second.ID, TimeLimit: "2026-12-20"})
	third := w.lodge("LRN-3")
	w.step("urumqi", transit.FnReject, transit.StepRequest{Movement: third.ID, Reason: "not presented"})
	w.read()
	return w
}

// read decodes all blocks; the ledger in memory begins with number 1, after a first block without transactions.
func (w *world) read() {
	w.t.Helper()
	w.blocks = []*cats.Block{{Number: 0}}
	for _, b := range w.ledger.Blocks() {
		block, err := cats.ReadBlock(b.Proto(), "chaincode")
		require.NoError(w.t, err)
		w.blocks = append(w.blocks, block)
	}
}

// The world is a Source: its blocks, and the answers of its peer.

func (w *world) Height(context.Context) (uint64, error) { return uint64(len(w.blocks)), nil }

func (w *world) Blocks(_ context.Context, from, to uint64) iter.Seq2[*cats.Block, error] {
	return func(yield func(*cats.Block, error) bool) {
		for _, b := range w.blocks[from : to+1] {
			if !yield(b, nil) {
				return
			}
		}
	}
}

func (w *world) Movements(context.Context) iter.Seq2[*transit.Movement, error] {
	page, err := ask[transit.MovementPage](w, transit.FnListMovements, transit.ListQuery{Size: 100})
	return func(yield func(*transit.Movement, error) bool) {
		if err != nil {
			yield(nil, err)
			return
		}
		for _, m := range page.Movements {
			if !yield(m, nil) {
				return
			}
		}
	}
}

func (w *world) Movement(_ context.Context, id string) (*transit.Movement, error) {
	view, err := ask[transit.MovementView](w, transit.FnGetMovement, transit.MovementQuery{Movement: id})
	if err != nil {
		return nil, err
	}
	return view.Movement, nil
}

func (w *world) Guarantee(_ context.Context, grn string) (*transit.GuaranteeView, error) {
	return ask[transit.GuaranteeView](w, transit.FnGetGuarantee, transit.GuaranteeQuery{GRN: grn})
}

func ask[T any](w *world, fn transit.Function, request any) (*T, error) {
	argument, err := json.Marshal(request)
	if err != nil {
		return nil, err
	}
	raw, err := w.people["urumqi"].Evaluate(string(fn), string(argument))
	var refused *fakeledger.ChaincodeError
	if errors.As(err, &refused) {
		if fault, ok := transit.ParseFault(refused.Message); ok {
			return nil, &cats.Error{Op: string(fn), Class: cats.Refused, Fault: fault}
		}
	}
	if err != nil {
		return nil, err
	}
	v := new(T)
	return v, json.Unmarshal(raw, v)
}

func check(t *testing.T, w *world) *Report {
	t.Helper()
	report, err := CheckSource(context.Background(), w)
	require.NoError(t, err)
	return report
}

func TestAnHonestLedgerHasNoFindings(t *testing.T) {
	report := check(t, lived(t))
	require.Empty(t, report.Findings)
	require.Equal(t, map[string]int{"discharged": 1, "released": 1, "rejected": 1}, report.Movements)
	require.Equal(t, 1, report.Guarantees)
	require.Equal(t, 4, report.Balances)
	require.Equal(t, 4, report.Compared)
	require.Equal(t, report.Transactions, report.Valid)
	require.True(t, report.Clean())
}

// last finds the last valid transaction of a function.
func last(w *world, fn transit.Function) *cats.Transaction {
	w.t.Helper()
	for _, b := range slices.Backward(w.blocks) {
		for _, tx := range b.Transactions {
			if tx.Function == fn {
				return tx
			}
		}
	}
	require.Failf(w.t, "no transaction", "of %s", fn)
	return nil
}

// change rewrites the record that a transaction wrote under a kind of key.
func change[T any](w *world, tx *cats.Transaction, kind string, edit func(*T)) {
	w.t.Helper()
	for i := range tx.Writes {
		if k, _ := splitKey(tx.Writes[i].Key); k != kind {
			continue
		}
		v := new(T)
		require.NoError(w.t, json.Unmarshal(tx.Writes[i].Value, v))
		edit(v)
		raw, err := json.Marshal(v)
		require.NoError(w.t, err)
		tx.Writes[i].Value = raw
		return
	}
	require.Failf(w.t, "no write", "of a %s", kind)
}

// finds forges something in a copy of an honest ledger, and wants a finding of the rule whose text has the given one in it.
func finds(t *testing.T, honest *world, forge func(*world), rule, text string) {
	t.Helper()
	w := &world{t: t, ledger: honest.ledger, people: honest.people}
	w.read()
	forge(w)
	found := check(t, w).Findings
	require.True(t, slices.ContainsFunc(found, func(f Finding) bool {
		return f.Rule == rule && strings.Contains(f.Text, text)
	}), "wanted %q: %q among %v", rule, text, found)
}

// Each case forges one thing that an honest chaincode never writes, as if a majority
// had endorsed it, and names the rule that must notice.
func TestEveryForgeryIsFound(t *testing.T) {
	honest := lived(t)
	movement := func(fn transit.Function, edit func(*transit.Course)) func(*world) {
		return func(w *world) { change(w, last(w, fn), "movement", edit) }
	}
	declared := func(fn transit.Function, edit func(*transit.Declared)) func(*world) {
		return func(w *world) { change(w, last(w, fn), "declared", edit) }
	}
	balance := func(fn transit.Function, edit func(*transit.Balance)) func(*world) {
		return func(w *world) { change(w, last(w, fn), "balance", edit) }
	}
	for name, c := range map[string]struct {
		forge func(*world)
		rule  string
	}{
		"a step number is left out":       {movement(transit.FnRelease, func(m *transit.Course) { m.Seq++ }), "contiguous"},
		"a state is skipped":              {movement(transit.FnAccept, func(m *transit.Course) { m.State = transit.Released }), "procedure"},
		"a record begins in the middle":   {movement(transit.FnLodge, func(m *transit.Course) { m.State = transit.Accepted }), "procedure"},
		"time runs backwards":             {movement(transit.FnRelease, func(m *transit.Course) { m.At = "2020-01-01T00:00:00Z" }), "time"},
		"the message is forgotten":        {movement(transit.FnRelease, func(m *transit.Course) { m.Messages = m.Messages[:1] }), "message"},
		"another MRN is given":            {movement(transit.FnRelease, func(m *transit.Course) { m.MRN = "" }), "MRN"},
		"an MRN belongs to another":       {movement(transit.FnAccept, func(m *transit.Course) { m.MRN = "26CN4TB0Q9V7HWKXJ0" }), "MRN"},
		"a content's version is left out": {declared(transit.FnLodge, func(d *transit.Declared) { d.Version++ }), "contiguous"},
		"the declaration is rewritten by a step": {func(w *world) {
			tx := last(w, transit.FnRelease)
			_, parts := splitKey(tx.Writes[slices.IndexFunc(tx.Writes, func(w cats.Write) bool {
				kind, _ := splitKey(w.Key)
				return kind == "movement"
			})].Key)
			raw, err := json.Marshal(submitted[transit.Declared](w, transit.FnLodge, "declared"))
			require.NoError(w.t, err)
			tx.Writes = append(tx.Writes, cats.Write{Key: ledger.DeclaredKey(parts[0]), Value: raw})
		}, "procedure"},
		"the record names itself another": {movement(transit.FnRelease, func(m *transit.Course) { m.ID = "CN0000000000AB" }), "named"},
		"custody is given to a bystander": {movement(transit.FnRelease, func(m *transit.Course) { m.Custodian = "KGMSP" }), "custody"},
		"two legs are under way": {movement(transit.FnAcceptHandOff, func(m *transit.Course) {
			m.Legs[0].State = transit.LegStarted
		}), "custody"},
		"a digest does not fit":            {declared(transit.FnLodge, func(d *transit.Declared) { d.Sections[0].Digest = "00" }), "content"},
		"the amount locked is understated": {movement(transit.FnRelease, func(m *transit.Course) { m.Guarantees[0].Parts[0].Minor-- }), "guarantee"},
		"a usage is freed on paper only": {movement(transit.FnRelease, func(m *transit.Course) {
			m.Guarantees[0].State = transit.UsageFreed
		}), "guarantee"},
		"money appears":          {balance(transit.FnRelease, func(b *transit.Balance) { b.Available++ }), "sum"},
		"a balance is overdrawn": {balance(transit.FnRelease, func(b *transit.Balance) { b.Available = -1 }), "overdrawn"},
		"a usage of nobody is open": {balance(transit.FnRelease, func(b *transit.Balance) {
			b.Available--
			b.Open["CN0000000000AB"] = 1
		}), "usage"},
		"the terms change": {func(w *world) {
			tx := last(w, transit.FnReject)
			g := *submitted[transit.Guarantee](w, transit.FnRegister, "guarantee")
			g.Seq, g.Terms.ReferenceAmount.Minor = 2, 1
			raw, err := json.Marshal(g)
			require.NoError(w.t, err)
			tx.Writes = append(tx.Writes, cats.Write{Key: ledger.GuaranteeKey(grn), Value: raw})
		}, "terms"},
		"the custodian did not endorse": {func(w *world) { last(w, transit.FnRelease).Endorsers = []string{"KZMSP", "CGMMSP"} }, "endorsed"},
		"nobody but the custodian endorsed": {func(w *world) {
			last(w, transit.FnRelease).Endorsers = []string{"CNMSP", "CGMMSP"}
			last(w, transit.FnReject).Endorsers = []string{"CNMSP"}
		}, "endorsed"},
		"the key's policy names another": {func(w *world) {
			policy, err := ledger.Policy(transit.Endorsement{All: []string{"KGMSP"}, Any: []string{"CNMSP"}})
			require.NoError(w.t, err)
			tx := last(w, transit.FnLodge)
			for i := range tx.Policies {
				tx.Policies[i].Policy = policy
			}
		}, "policy"},
		"the key's policy is not one": {func(w *world) {
			tx := last(w, transit.FnLodge)
			for i := range tx.Policies {
				tx.Policies[i].Policy = []byte("nonsense")
			}
		}, "policy"},
		"a policy is set without the record": {func(w *world) {
			tx := last(w, transit.FnFound)
			tx.Policies = append(tx.Policies, cats.PolicyWrite{Key: ledger.BalanceKey(grn, 0), Policy: []byte("x")})
		}, "policy"},
		"a record is deleted": {func(w *world) {
			tx := last(w, transit.FnReject)
			tx.Writes[0].Delete = true
		}, "kept"},
		"a key of no rule is written": {func(w *world) {
			tx := last(w, transit.FnReject)
			tx.Writes = append(tx.Writes, cats.Write{Key: "anything", Value: []byte("1")})
		}, "known"},
		"a record has an unknown field": {func(w *world) {
			tx := last(w, transit.FnReject)
			tx.Writes[0].Value = append([]byte(`{"evil":1,`), tx.Writes[0].Value[1:]...)
		}, "readable"},
		"the event tells another state": {func(w *world) {
			tx := last(w, transit.FnReject)
			tx.Event.Steps[0].To = transit.Accepted
		}, "event"},
		"the content was never deposited": {func(w *world) { last(w, transit.FnDeposit).Private = nil }, "face"},
		"a terminal state is left": {func(w *world) {
			// The rejected movement is lodged once more, so to speak.
			tx := last(w, transit.FnReject)
			again := *tx
			change(w, &again, "movement", func(m *transit.Course) { m.Seq++ })
			w.blocks = append(w.blocks, &cats.Block{Number: uint64(len(w.blocks)), Transactions: []*cats.Transaction{&again}})
		}, "final"},
		"a block is missing": {func(w *world) {
			w.blocks[5].Number = 99
		}, "contiguous"},
		"the peer answers otherwise": {func(w *world) {
			w.blocks = w.blocks[:len(w.blocks)-1]
		}, "peer"},
	} {
		t.Run("When "+name, func(t *testing.T) {
			finds(t, honest, c.forge, c.rule, "")
		})
	}
}

func submitted[T any](w *world, fn transit.Function, kind string) *T {
	w.t.Helper()
	for _, write := range last(w, fn).Writes {
		if k, _ := splitKey(write.Key); k == kind {
			v := new(T)
			require.NoError(w.t, json.Unmarshal(write.Value, v))
			return v
		}
	}
	require.Failf(w.t, "no write", "of a %s", kind)
	return nil
}

func TestInvalidTransactionsChangeNothing(t *testing.T) {
	w := lived(t)
	tx := last(w, transit.FnReject)
	forged := *tx
	forged.Code = peer.TxValidationCode_ENDORSEMENT_POLICY_FAILURE
	forged.Writes = []cats.Write{{Key: "anything", Value: []byte("1")}}
	w.blocks = append(w.blocks, &cats.Block{Number: uint64(len(w.blocks)), Transactions: []*cats.Transaction{&forged}})
	report := check(t, w)
	require.Empty(t, report.Findings)
	require.Equal(t, map[string]int{"ENDORSEMENT_POLICY_FAILURE movement:Reject": 1}, report.Invalid)
}

func TestRecordsThatTheIdentityMayNotSeeAreCountedNotFound(t *testing.T) {
	w := lived(t)
	report, err := CheckSource(context.Background(), blind{w})
	require.NoError(t, err)
	require.Empty(t, report.Findings)
	require.Equal(t, 1, report.Hidden)
}

type blind struct{ *world }

func (blind) Guarantee(context.Context, string) (*transit.GuaranteeView, error) {
	return nil, &cats.Error{Class: cats.Refused, Fault: transit.Faultf(transit.NotAuthorised, "not for you")}
}
