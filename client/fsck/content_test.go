package fsck

import (
	"encoding/json"
	"testing"
	"time"

	"carec.example/cats/chaincode/fakeledger"
	"carec.example/cats/chaincode/ledger"
	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"github.com/stretchr/testify/require"
)

const (
	buyer      = "KZ190840012345"
	buyersGRN  = "26KZCGM0000000024"
	attachment = "attachment-1"
)

// traded is a ledger with a movement whose owner has attached a file, granted sections, revoked a grant, and sold it.
func traded(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.guarantee()
	w.people["buyer"] = w.ledger.Client("KZMSP", "buyer", fakeledger.Attributes(map[string]string{"role": "trader", "operator": buyer}))
	terms := transit.Terms{
		GRN: buyersGRN, Type: "1", Guarantor: "CGMMSP", Holder: buyer, Percentage: 100, Balances: 1,
		ReferenceAmount: transit.Money{Minor: 40_000_00, Currency: "USD"}, ValidFrom: "2026-01-01", ValidUntil: "2027-12-31",
	}
	g := submit[transit.Guarantee](w, "clerk", transit.FnUndertake, transit.UndertakeRequest{Terms: terms}, fakeledger.Endorsers("CGMMSP"),
		fakeledger.Transient(map[string][]byte{transit.TransientAccessCodes: []byte(`["TS17"]`), transit.TransientSalt: seed()}))
	submit[transit.Guarantee](w, "clerk", transit.FnRegister, transit.RegisterRequest{MessageID: w.header().MessageID, Guarantee: *g})

	m := w.lodge("LRN-1")
	deposit := map[string][]byte{
		transit.TransientFile: []byte("x"), transit.TransientFileName: []byte("a.pdf"),
		transit.TransientMediaType: []byte("application/pdf"), transit.TransientSalt: seed(),
	}
	a := submit[transit.Attachment](w, "trader", transit.FnAttach, transit.AttachRequest{Movement: m.ID, Name: attachment},
		fakeledger.Endorsers("CNMSP"), fakeledger.Transient(deposit))
	submit[transit.Attachment](w, "trader", transit.FnPublishAttachment,
		transit.PublishAttachmentRequest{Movement: m.ID, Name: attachment, Digest: a.Digest})
	for _, to := range []string{"CGMMSP", "CARECMSP"} {
		submit[transit.Grant](w, "trader", transit.FnGrant, transit.GrantRequest{
			Movement: m.ID, MSP: to, Parts: []string{transit.SectionGoods, attachment}, Until: "2026-12-24",
		})
	}
	value := w.ledger.PrivateState("CNMSP", ledger.Collection("CNMSP"), ledger.AttachmentKey(m.ID, attachment))
	sealed := map[string][]byte{transit.TransientAttachment: value}
	submit[transit.Delivery](w, "courier", transit.FnDeliver, transit.DeliverRequest{Movement: m.ID, To: "CGMMSP", Attachment: attachment},
		fakeledger.Endorsers("CGMMSP"), fakeledger.AtPeer("CGMMSP"), fakeledger.Transient(sealed))
	submit[transit.Grant](w, "trader", transit.FnRevoke, transit.RevokeRequest{Movement: m.ID, MSP: "CGMMSP"})
	submit[transit.Purged](w, "clerk", transit.FnPurge, transit.PurgeRequest{Movement: m.ID, Holding: attachment},
		fakeledger.Endorsers("CGMMSP"), fakeledger.AtPeer("CGMMSP"))
	w.step("urumqi", transit.FnAccept, transit.StepRequest{Movement: m.ID})
	m = w.step("urumqi", transit.FnRelease, transit.StepRequest{Movement: m.ID, TimeLimit: "2026-12-20"})
	m = w.step("trader", transit.StepProposeTransfer.Function(), transit.StepRequest{Movement: m.ID, NewHolder: buyer})
	accept := transit.StepRequest{Movement: m.ID, Guarantees: []transit.GuaranteeClaim{{GRN: buyersGRN, Type: "1", Amount: m.Guarantees[0].Amount}}}
	accept.Header = transit.Header{MessageID: "T-1", ExpectedSeq: m.Seq}
	submit[transit.Written](w, "buyer", transit.StepAcceptTransfer.Function(), accept)
	w.read()
	return w
}

func TestWhatOwnersDoHonestlyHasNoFindings(t *testing.T) {
	report := check(t, traded(t))
	require.Empty(t, report.Findings)
	require.Equal(t, map[string]int{"released": 1}, report.Movements)
}

func TestEveryForgeryOfAnOwnersRightIsFound(t *testing.T) {
	honest := traded(t)
	declared := func(fn transit.Function, edit func(*transit.Declared)) func(*world) {
		return func(w *world) { change(w, last(w, fn), "declared", edit) }
	}
	transfer := transit.StepAcceptTransfer.Function()
	published := func(edit func(*transit.Attachment)) func(*world) {
		return declared(transit.FnPublishAttachment, func(d *transit.Declared) { edit(&d.Attachments[0]) })
	}
	for name, c := range map[string]struct {
		forge func(*world)
		rule  string
	}{
		"a custodian grants in the declarant's name": {func(w *world) { last(w, transit.FnGrant).Creator = cats.Signer{MSP: "KZMSP"} }, "owner"},
		"a grant changes something else":             {declared(transit.FnGrant, func(d *transit.Declared) { d.Declarant.Operator = "CN1" }), "procedure"},
		"a grant brings a file":                      {declared(transit.FnGrant, func(d *transit.Declared) { d.Attachments = nil }), "procedure"},
		"a file is replaced":                         {published(func(a *transit.Attachment) { a.Digest = "00" }), "content"},
		"a file is left out in the count":            {published(func(a *transit.Attachment) { a.Name = "attachment-2" }), "content"},
		"a file comes with a grant": {declared(transit.FnPublishAttachment, func(d *transit.Declared) {
			d.Grants = make([]transit.Grant, 1)
		}), "procedure"},
		"a step makes a grant": {func(w *world) { last(w, transit.FnGrant).Function = transit.FnRelease }, "procedure"},
		"the document goes to another than the one it was offered to": {func(w *world) {
			change(w, last(w, transfer), "movement", func(m *transit.Course) { m.Holder = "KZ7" })
		}, "owner"},
		"the new holder did not sign": {func(w *world) { last(w, transfer).Creator = cats.Signer{MSP: "CNMSP"} }, "owner"},
		"a transfer makes up what is covered": {declared(transfer, func(d *transit.Declared) {
			d.Required = &transit.Required{Countries: []transit.RequiredIn{}}
		}), "procedure"},
		"a transfer replaces a section": {declared(transfer, func(d *transit.Declared) { d.Sections[0].Digest = "00" }), "procedure"},
		"a transfer forgets the former guarantee": {func(w *world) {
			tx := last(w, transfer)
			for i := range tx.Writes {
				b := new(transit.Balance)
				if k, _ := splitKey(tx.Writes[i].Key); k != "balance" || json.Unmarshal(tx.Writes[i].Value, b) != nil || b.GRN != grn {
					continue
				}
				tx.Writes = append(tx.Writes[:i:i], tx.Writes[i+1:]...)
				return
			}
		}, "usage"},
		"the content is purged under way": {func(w *world) {
			tx := last(w, transit.FnPurge)
			argument, err := json.Marshal(transit.PurgeRequest{Movement: movementOf(w), Holding: "1"})
			require.NoError(w.t, err)
			tx.Argument = argument
			for i := range tx.Private {
				tx.Private[i].Collection = ledger.Collection("CNMSP")
			}
		}, "content"},
		"a private value is deleted otherwise": {func(w *world) { last(w, transit.FnPurge).Function = transit.FnDeliver }, "content"},
		"a purge comes before the grant's end": {func(w *world) {
			revoked := last(w, transit.FnRevoke)
			revoked.Code, revoked.At = 10, time.Time{}
		}, "content"},
	} {
		t.Run("When "+name, func(t *testing.T) {
			finds(t, honest, c.forge, c.rule, "")
		})
	}
}

func movementOf(w *world) string {
	m, err := ask[transit.MovementPage](w, transit.FnListMovements, transit.ListQuery{})
	require.NoError(w.t, err)
	return m.Movements[0].ID
}
