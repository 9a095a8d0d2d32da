package remote

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/exchange"
	"carec.example/cats/client/gateway"
)

const (
	mrn    = "26CN4TB0Q9V7HWKXJ5"
	grn    = "26CN00000000001G4"
	day    = "2026-12-31"
	why    = "documents <do> not match & \u2028 груз"
	digest = "0f343b0931126a20f133d67c2b018a3b0f343b0931126a20f133d67c2b018a3b"
)

// calling is a call that must reach the ledger behind the gateway as it was made, and bring its answer back.
type calling struct {
	// method with its interface, and its arguments without context and options.
	method string
	args   []any
	// reaches is the call of the ledger, and with what, where that is another than the method itself.
	reaches string
	with    []any
}

func callings(r *recorder) []calling {
	note := some[*transit.Note](r)
	control := cats.ControlDecision{Types: []string{"10", "40"}, Documents: []string{"N325"}}
	at := time.Date(2026, 11, 24, 12, 0, 0, 5, time.UTC)
	view := some[*transit.Movement](r)
	entries := transit.Entries{Operators: []transit.Operator{some[transit.Operator](r)}}
	end := cats.End{Invalidity: day, Reason: why}
	file := transit.File{Name: "счёт & 1.pdf", MediaType: "application/pdf", Data: []byte("%PDF\x00\xff")}
	return []calling{
		{method: "Movements.Lodge", args: []any{some[*transit.STD](r)}},
		{method: "Movements.DryRun", args: []any{some[*transit.STD](r)}},
		{method: "Movements.Amend", args: []any{mrn, some[*transit.STD](r)}},
		{method: "Movements.Present", args: []any{mrn}},
		{method: "Movements.ExpirePreLodgement", args: []any{mrn}},
		{method: "Movements.AnnounceControl", args: []any{mrn, control}},
		{method: "Movements.Accept", args: []any{mrn}},
		{method: "Movements.Reject", args: []any{mrn, why}},
		{method: "Movements.DecideControl", args: []any{mrn, control}},
		{method: "Movements.RequestAmendment", args: []any{mrn, why}},
		{method: "Movements.RequestRelease", args: []any{mrn}},
		{method: "Movements.RefuseReleaseRequest", args: []any{mrn, why}},
		{method: "Movements.RecordControl", args: []any{mrn, "A2"}},
		{method: "Movements.RefuseGuarantee", args: []any{mrn, why, day}},
		{method: "Movements.Release", args: []any{mrn, day}},
		{method: "Movements.RefuseRelease", args: []any{mrn, why}},
		{method: "Movements.RequestCancel", args: []any{mrn, why}},
		{method: "Movements.RefuseCancel", args: []any{mrn, why}},
		{method: "Movements.Cancel", args: []any{mrn, why}},
		{method: "Movements.RegisterFallback", args: []any{mrn, "2026-11-20", day}},
		{method: "Movements.EndFallback", args: []any{mrn, why, note}},
		{method: "Movements.ProposeHandOff", args: []any{mrn}},
		{method: "Movements.AcceptHandOff", args: []any{mrn}},
		{method: "Movements.RefuseHandOff", args: []any{mrn, why}},
		{method: "Movements.WithdrawHandOff", args: []any{mrn, why}},
		{method: "Movements.RecordExit", args: []any{mrn}},
		{method: "Movements.AskDiversion", args: []any{mrn, "destination"}},
		{method: "Movements.GrantDiversion", args: []any{mrn, cats.Detour{Route: []string{"KZHOR001", "KGAKZ001"}, Destination: "KGOSS001"}}},
		{method: "Movements.RefuseDiversion", args: []any{mrn, why}},
		{method: "Movements.WithdrawDiversion", args: []any{mrn, why}},
		{method: "Movements.RegisterIncident", args: []any{mrn, some[transit.Incident](r)}},
		{method: "Movements.ProposeTransfer", args: []any{mrn, "KZ123456789012"}},
		{method: "Movements.AcceptTransfer", args: []any{mrn, []transit.GuaranteeClaim{some[transit.GuaranteeClaim](r)}}},
		{method: "Movements.RefuseTransfer", args: []any{mrn, why}},
		{method: "Movements.WithdrawTransfer", args: []any{mrn, why}},
		{method: "Movements.NotifyArrival", args: []any{mrn, true}},
		{method: "Movements.RejectArrival", args: []any{mrn, why}},
		{method: "Movements.Arrive", args: []any{mrn}},
		{method: "Movements.PermitUnloading", args: []any{mrn}},
		{method: "Movements.RemarkUnloading", args: []any{mrn, some[transit.UnloadingRemarks](r)}},
		{method: "Movements.RejectRemarks", args: []any{mrn, why}},
		{method: "Movements.ReleaseGoods", args: []any{mrn, "partial"}},
		{method: "Movements.RecordResults", args: []any{mrn, "A1"}},
		{method: "Movements.RecordDiscrepancies", args: []any{mrn, "B1", day, note}},
		{method: "Movements.ResolveDiscrepancies", args: []any{mrn, why, note}},
		{method: "Movements.Discharge", args: []any{mrn}},
		{method: "Movements.StartEnquiry", args: []any{mrn, note}},
		{method: "Movements.AnswerEnquiry", args: []any{mrn, note}},
		{method: "Movements.RespondEnquiry", args: []any{mrn, why, note}},
		{method: "Movements.CloseEnquiry", args: []any{mrn, why}},
		{method: "Movements.StartRecovery", args: []any{mrn, why, note}},
		{method: "Movements.AskRecovery", args: []any{mrn, "KGOSS001"}},
		{method: "Movements.TakeRecovery", args: []any{mrn}},
		{method: "Movements.DeclineRecovery", args: []any{mrn, why}},
		{method: "Movements.NotifyGuarantor", args: []any{mrn}},
		{method: "Movements.Claim", args: []any{mrn, []transit.ClaimRequest{{GRN: grn, Amount: transit.Money{Minor: transit.MaxMinor, Currency: "EUR"}}}}},
		{method: "Movements.ContestClaim", args: []any{mrn, grn, why}},
		{method: "Movements.PayClaim", args: []any{mrn, grn}},
		{method: "Movements.WithdrawClaim", args: []any{mrn, grn, why}},
		{method: "Movements.WriteOff", args: []any{mrn, why, note}},
		{method: "Movements.Content", args: []any{mrn}},
		{method: "Movements.Deliver", args: []any{mrn, "KZMSP"}},
		{method: "Movements.Annex", args: []any{mrn, digest}},
		{method: "Movements.DeliverAnnex", args: []any{mrn, digest, "KZMSP"}},
		{method: "Movements.Attach", args: []any{mrn, file}},
		{method: "Movements.Attachment", args: []any{mrn, "attachment-1"}},
		{method: "Movements.Grant", args: []any{transit.GrantRequest{
			Movement: mrn, MSP: "KZMSP", Operator: "KZ123456789012", Parts: []string{"transport", "attachment-1"}, Until: day,
		}}},
		{method: "Movements.Revoke", args: []any{transit.RevokeRequest{Movement: mrn, MSP: "KZMSP", Operator: "KZ123456789012"}}},
		{method: "Movements.Shared", args: []any{mrn}},
		{method: "Movements.Purge", args: []any{mrn, "holding 1/2"}},
		{method: "Movements.Get", args: []any{mrn}},
		{method: "Movements.History", args: []any{view}, reaches: "Movements.Get", with: []any{view.ID}},
		{method: "Guarantees.Register", args: []any{some[transit.Terms](r), []string{"A1b2", "C3d4"}}},
		{method: "Guarantees.ReplaceAccessCodes", args: []any{grn, []string{"A1b2"}}},
		{method: "Guarantees.Update", args: []any{grn, some[transit.GuaranteeUpdate](r)}},
		{method: "Guarantees.Cancel", args: []any{grn, end}},
		{method: "Guarantees.Revoke", args: []any{grn, end}},
		{method: "Guarantees.Invalidate", args: []any{grn, cats.End{Invalidity: day, Liberation: "2027-12-31", Reason: why}}},
		{method: "Guarantees.Sell", args: []any{grn, "KZ123456789012", []string{"A1b2"}}},
		{method: "Guarantees.Get", args: []any{grn}},
		{method: "Guarantees.Query", args: []any{
			transit.GuaranteeInquiry{GRN: grn, Query: "3", Owner: "CN916501007TSL1", From: "2026-11-01", To: day}, "A1b2",
		}},
		{method: "Guarantees.Check", args: []any{mrn}},
		{method: "Registry.Found", args: []any{founding(r)}},
		{method: "Registry.Get"},
		{method: "Registry.Join", args: []any{some[transit.Organisation](r)}},
		{method: "Registry.Propose", args: []any{"close-KZHOR001", some[transit.Change](r)}},
		{method: "Registry.Approve", args: []any{"close-KZHOR001", digest}},
		{method: "Registry.Proposal", args: []any{"close-KZHOR001"}},
		{method: "Registry.Put", args: []any{"CN", entries}},
		{method: "Registry.Page", args: []any{"KZ", transit.BookOperators, "07"}},
		{method: "Registry.Operator", args: []any{"CN916501007TSL1", transit.Date(day)}},
		{method: "Registry.VerifyDocument", args: []any{some[*transit.STD](r), []byte("a..b"), "CN916501007TSL1", at}},
		{method: "Messages.PostAs", args: []any{"goods-list", []byte("a;b\n\xff")}},
		{method: "Messages.Status", args: []any{"goods-list", mrn}},
		{method: "Messages.Answers", args: []any{exchange.Cursor{Block: 12, Index: 3}}},
		{method: "Messages.Statuses", args: []any{exchange.Cursor{Block: 12, Index: 4}}},
		{method: "Node.Info"},
		{method: "Node.Height"},
		{method: "Node.Await", args: []any{digest}},
		{method: "Node.Check"},
	}
}

// founding is a document whose spaces count, since its digest does. The ledger takes no null.
func founding(r *recorder) []byte {
	for {
		raw, err := json.MarshalIndent(some[transit.FoundingRequest](r), "", "   ")
		require.NoError(r.t, err)
		if !bytes.Contains(raw, []byte("null")) {
			return raw
		}
	}
}

// elsewhereTested are the methods that have tests of their own.
func elsewhereTested() []string {
	return []string{
		"Movements.List", "Movements.ListPage", "Movements.PurgeablePage", "Movements.CheckDetour", "Guarantees.ListPage", "Registry.OfficePage",
		"Node.MSP", "Node.EventsAfter",
	}
}

func TestEveryMethodIsCalled(t *testing.T) {
	tested := elsewhereTested()
	for _, c := range callings(newRecorder(t, 1)) {
		tested = append(tested, c.method)
	}
	var all []string
	for name, of := range map[string]reflect.Type{
		"Movements": reflect.TypeFor[gateway.Movements](), "Guarantees": reflect.TypeFor[gateway.Guarantees](),
		"Registry": reflect.TypeFor[gateway.Registry](), "Messages": reflect.TypeFor[gateway.Messages](), "Node": reflect.TypeFor[gateway.Node](),
	} {
		for i := range of.NumMethod() {
			all = append(all, name+"."+of.Method(i).Name)
		}
	}
	require.ElementsMatch(t, all, tested)
}

func TestACallReachesTheLedgerAsItWasMade(t *testing.T) {
	for seed := range 4 {
		w := newWorld(t, seed)
		clients := map[string]*Client{}
		for identity := range someone() {
			clients[identity] = w.as(identity)
		}
		for _, c := range callings(w.ledger) {
			t.Run(fmt.Sprint(c.method, " ", seed), func(t *testing.T) { w.callAs(t, clients, c) })
		}
	}
}

// callAs makes a call as whoever may, and compares what the ledger was asked, and what came back, with what was asked and answered.
func (w *world) callAs(t *testing.T, clients map[string]*Client, c calling) {
	t.Helper()
	var out []any
	for _, identity := range []string{"cn-officer", "cn-trader", "cn-clerk", "cn-courier", "cn-admin", "cn-analyst"} {
		if out = c.make(t, clients[identity]); !atTheDoor(out) {
			break
		}
	}
	err, _ := out[len(out)-1].(error)
	require.NoError(t, err)
	name, args := c.method, c.args
	if c.reaches != "" {
		name, args = c.reaches, c.with
	}
	last := w.last(t, name)
	same(t, args, last.args)
	wanted := cats.AskedBy(c.options()...)
	if wanted.MessageID != "" {
		require.NotEmpty(t, last.asked.MessageID)
	}
	wanted.MessageID = last.asked.MessageID // The key has become the ledger's.
	require.Equal(t, wanted, last.asked)

	same(t, unmeasured(w.last(t, c.method).result), unmeasured(out[0]))
	if len(out) == 3 {
		checkReceipts(t, out[1])
	}
}

// last is the last call of a name.
func (w *world) last(t *testing.T, name string) asked {
	t.Helper()
	came := w.ledger.calls(name)
	require.NotEmpty(t, came, "the ledger was not asked for %s", name)
	return came[len(came)-1]
}

// options are those that the method takes.
func (c *calling) options() []option {
	switch c.method {
	case "Movements.Lodge":
		return []option{cats.MessageID(c.method), cats.Signed([]byte("a..b"))}
	case "Movements.Amend":
		return []option{cats.MessageID(c.method), cats.Signed([]byte("a..b")), cats.ExpectedSeq(3)}
	case "Movements.Accept", "Movements.Release", "Movements.RegisterFallback":
		return []option{cats.MessageID(c.method), cats.OverrideReason(why), cats.ExpectedSeq(3)}
	case "Guarantees.Register":
		return []option{cats.MessageID(c.method)}
	}
	if c.of(&Client{}).Type().IsVariadic() {
		return []option{cats.MessageID(c.method), cats.ExpectedSeq(3)}
	}
	return nil
}

// of is the method of a client.
func (c *calling) of(client *Client) reflect.Value {
	name, method, _ := strings.Cut(c.method, ".")
	return reflect.ValueOf(client).MethodByName(name).Call(nil)[0].MethodByName(method)
}

func (c *calling) make(t *testing.T, client *Client) []any {
	t.Helper()
	in := []reflect.Value{reflect.ValueOf(t.Context())}
	for _, a := range c.args {
		in = append(in, reflect.ValueOf(a))
	}
	for _, o := range c.options() {
		in = append(in, reflect.ValueOf(o))
	}
	var out []any
	for _, v := range c.of(client).Call(in) {
		out = append(out, v.Interface())
	}
	return out
}

// atTheDoor reports whether the call is not for the caller's role.
func atTheDoor(out []any) bool {
	err, _ := out[len(out)-1].(error)
	var p *gateway.Problem
	return errors.As(err, &p) && strings.Contains(p.Detail, "not for a caller with the role")
}

// same compares values as JSON, to the last digit: nothing and an empty list are the same.
func same(t *testing.T, want, got any) {
	t.Helper()
	require.Equal(t, plain(t, want), plain(t, got))
}

func plain(t *testing.T, value any) any {
	t.Helper()
	raw, err := json.Marshal(value)
	require.NoError(t, err)
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var out any
	require.NoError(t, d.Decode(&out))
	if out == nil {
		return []any{}
	}
	return out
}

// unmeasured takes what is measured at each end out of a result.
func unmeasured(result any) any {
	if o, is := result.(*exchange.Outcome); is {
		plain := *o
		plain.Receipt.Latency, plain.Receipt.Attempts = 0, 0
		return plain
	}
	return result
}

func checkReceipts(t *testing.T, came any) {
	t.Helper()
	receipts := []receipt{{TransactionID: "ab12", BlockNumber: 7}, someReceipt()}
	got, many := came.([]receipt)
	if one, is := came.(receipt); is {
		receipts, got = receipts[1:], []receipt{one}
		many = true
	}
	require.True(t, many)
	for i := range got {
		require.Positive(t, got[i].Latency)
		require.Equal(t, 1, got[i].Attempts)
		got[i].Latency, got[i].Attempts = 0, 0
	}
	require.Equal(t, receipts, got)
}
