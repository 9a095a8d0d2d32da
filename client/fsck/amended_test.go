package fsck

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/fakeledger"
	"carec.example/cats/chaincode/signature/testca"
	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/formats"
)

// example is the declaration that the tests lodge.
func example(t *testing.T, lrn string) *transit.STD {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "formats", "examples", "cn-kz-kg-electronics.xml"))
	require.NoError(t, err)
	defer func() { _ = f.Close() }()
	std, err := formats.ReadCC015C(f)
	require.NoError(t, err)
	std.TransitOperation.LRN = lrn
	return std
}

// publish brings a content on the ledger, signed by the authority's certificate unless it is nil.
func (w *world) publish(std *transit.STD, version int, ca *testca.Authority) *transit.Movement {
	w.t.Helper()
	content, err := transit.Canonical(std)
	require.NoError(w.t, err)
	transient := map[string][]byte{transit.TransientSTD: content, transit.TransientSalt: seed()}
	if ca != nil {
		signed, err := transit.SignedContent(std)
		require.NoError(w.t, err)
		signer := ca.Signer(w.t, testca.Attribute("CN916501007TSL1"))
		transient[transit.TransientSignature], err = signer.Sign(signed, w.ledger.Now())
		require.NoError(w.t, err)
	}
	face := submit[transit.Face](w, "trader", transit.FnDeposit,
		transit.DepositRequest{Departure: "CNURM001", LRN: std.TransitOperation.LRN, Version: version},
		fakeledger.Endorsers("CNMSP"), fakeledger.Transient(transient))
	fn := transit.FnLodge
	if version > 1 {
		fn = transit.FnAmend
	}
	return w.record(submit[transit.Written](w, "trader", fn, transit.LodgeRequest{Header: w.header(), Face: *face}))
}

// amended is a ledger with a declaration that was lodged before its country asked for signatures and amended after, and
// with another that was signed from the first.
func amended(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.guarantee()
	std := example(t, "LRN-1")
	w.publish(std, 1, nil)
	std.Consignment.HouseConsignments[0].ConsignmentItems[0].Commodity.DescriptionOfGoods = "telephones, black"
	w.publish(std, 2, nil)
	ca := testca.New(t, "China's authority")
	w.people["admin"] = w.ledger.Client("CNMSP", "admin", fakeledger.AsRole(fakeledger.RoleAdmin))
	submit[transit.PutEntriesResult](w, "admin", transit.FnPutEntries, transit.PutEntriesRequest{Country: "CN", Entries: transit.Entries{
		Anchors: []transit.TrustAnchor{{Validity: transit.Validity{From: "2026-01-01"}, Name: "authority", Certificate: ca.DER()}},
	}})
	w.publish(example(t, "LRN-2"), 1, ca)
	std.Consignment.HouseConsignments[0].ConsignmentItems[0].Commodity.DescriptionOfGoods = "telephones, white"
	w.publish(std, 3, ca)
	w.read()
	return w
}

func TestAmendmentsOfAnHonestLedgerHaveNoFindings(t *testing.T) {
	report := check(t, amended(t))
	require.Empty(t, report.Findings, "what was lodged before its country asked needs no signature")
	require.Equal(t, map[string]int{"submitted": 2}, report.Movements)
}

func TestEveryForgedContentIsFound(t *testing.T) {
	honest := amended(t)
	course := func(fn transit.Function, edit func(*transit.Course)) func(*world) {
		return func(w *world) { change(w, last(w, fn), "movement", edit) }
	}
	declared := func(fn transit.Function, edit func(*transit.Declared)) func(*world) {
		return func(w *world) { change(w, last(w, fn), "declared", edit) }
	}
	unsigned := func(d *transit.Declared) { d.Sections = d.Sections[:len(d.Sections)-1] }
	for name, c := range map[string]struct {
		forge      func(*world)
		rule, text string
	}{
		"a declaration is not signed": {declared(transit.FnLodge, unsigned), "signed", "version 1 of the content is not signed, and CN"},
		"an amendment is not signed":  {declared(transit.FnAmend, unsigned), "signed", "version 3 of the content is not signed, and CN"},
		"a stranger declares": {declared(transit.FnLodge, func(d *transit.Declared) { d.Declarant.MSP = "ZZMSP" }), "procedure",
			"Lodge leads to another declarant than what was declared"},
		"an amendment declares another security than its face": {declared(transit.FnAmend, func(d *transit.Declared) { d.Security = "3" }),
			"procedure", "Amend leads to another security than what was declared"},
		"an amendment makes up what is required": {declared(transit.FnAmend, func(d *transit.Declared) {
			d.Required = &transit.Required{Countries: []transit.RequiredIn{}}
		}), "procedure", "Amend leads to another required"},
		"an amendment names another guarantor": {declared(transit.FnAmend, func(d *transit.Declared) { d.Guarantors = []string{"KZMSP"} }),
			"procedure", "Amend leads to another guarantors"},
		"an amendment leads elsewhere than its face": {course(transit.FnAmend, func(m *transit.Course) { m.Destination = "KGAKZ001" }),
			"procedure", "Amend leads to another destination than the record"},
		"an amendment covers less than its face": {course(transit.FnAmend, func(m *transit.Course) { m.Guarantees[0].Amount.Minor-- }),
			"procedure", "Amend leads to another guarantees"},
		"a lodging leaves out a witness": {course(transit.FnLodge, func(m *transit.Course) { m.Witnesses = m.Witnesses[1:] }),
			"procedure", "Lodge leads to another witnesses"},
		"a lodging is dated back": {declared(transit.FnLodge, func(d *transit.Declared) { d.LodgedAt = "2026-01-01T00:00:00Z" }),
			"procedure", "Lodge leads to another lodgedAt"},
	} {
		t.Run("When "+name, func(t *testing.T) {
			finds(t, honest, c.forge, c.rule, c.text)
		})
	}
}
