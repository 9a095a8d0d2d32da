package contract_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/fakeledger"
	"carec.example/cats/chaincode/transit"
)

// bring delivers the content as the country of departure holds it.
func (w *world) bring(m *transit.Movement, to string) {
	w.t.Helper()
	content, err := w.content("courier", "CNMSP", m.ID)
	require.NoError(w.t, err)
	sections := map[string][]byte{}
	for _, s := range content.Sections {
		sections[s.Name] = s.Value
	}
	_, err = w.people["courier"].With(fakeledger.Transient(sections), fakeledger.Endorsers(to), fakeledger.AtPeer(to)).
		Submit(string(transit.FnDeliver), toJSON(transit.DeliverRequest{Movement: m.MRN, To: to}))
	require.NoError(w.t, err)
}

// bringAnnex delivers an annex as its author holds it.
func (w *world) bringAnnex(who string, m *transit.Movement, ref *transit.AnnexRef, to string) {
	w.t.Helper()
	c := w.people[who]
	raw, err := c.With(fakeledger.AtPeer(c.MSP()), fakeledger.Transient(map[string][]byte{transit.TransientReaderKey: seed()})).
		Evaluate(string(transit.FnGetAnnex), toJSON(transit.AnnexQuery{Movement: m.MRN, Digest: ref.Digest}))
	require.NoError(w.t, err)
	content, err := transit.DecryptContent(seed(), fromJSON[transit.EncryptedContent](w.t, raw))
	require.NoError(w.t, err)
	_, err = c.With(fakeledger.Endorsers(to), fakeledger.Transient(map[string][]byte{transit.TransientAnnex: content.Sections[0].Value})).
		Submit(string(transit.FnDeliverAnnex), toJSON(transit.DeliverAnnexRequest{Movement: m.MRN, Digest: ref.Digest, To: to}))
	require.NoError(w.t, err)
}

func resealed() transit.Incident {
	seals := 1
	return transit.Incident{
		Code: "2", Text: "seal broken by a customs officer", Location: transit.IncidentLocation{
			QualifierOfIdentification: "U", UNLocode: "KZKGS", Country: "KZ",
		},
		Equipment: []transit.ChangedEquipment{{
			SequenceNumber: 1, NumberOfSeals: &seals, Seals: []transit.Seal{{SequenceNumber: 1, Identifier: "KZ-1"}},
		}},
	}
}

func TestAnIncidentAndUnloadingRemarksAreCheckedByTheirAuthorsOwnPeer(t *testing.T) {
	w := insured(t, 1)
	m := w.released("LRN-1")
	m = w.must("khorgos-cn", transit.StepProposeHandOff, m)
	m = w.must("khorgos", transit.StepAcceptHandOff, m)

	faulty := resealed()
	faulty.Equipment = nil
	_, err := w.annex("khorgos", m, transit.AnnexIncident, faulty)
	require.Equal(t, "C0240", fault(t, err).Violations[0].Rule)
	incident, err := w.annex("khorgos", m, transit.AnnexIncident, resealed())
	require.NoError(t, err)
	m = w.must("khorgos", transit.StepRegisterIncident, m, with(incident), func(r *transit.StepRequest) { r.Incident = "2" })

	m = w.must("khorgos", transit.StepProposeHandOff, m)
	m = w.must("akjol", transit.StepAcceptHandOff, m)
	m = w.must("consignee", transit.StepNotifyArrival, m)
	m = w.must("bishkek", transit.StepArrive, m)
	m = w.must("bishkek", transit.StepPermitUnloading, m)
	found := 11
	differ := transit.UnloadingRemarks{
		Conform: transit.FlagNo, UnloadingCompletion: transit.FlagYes, UnloadingDate: "2026-11-24", StateOfSeals: transit.FlagYes,
		Consignment: &transit.FoundConsignment{HouseConsignments: []transit.FoundHouse{{
			SequenceNumber: 1, ConsignmentItems: []transit.FoundItem{{
				GoodsItemNumber: 1, DeclarationGoodsItemNumber: 1,
				Packaging: []transit.FoundPackaging{{SequenceNumber: 1, NumberOfPackages: &found}},
			}},
		}}},
	}
	_, err = w.annex("consignee", m, transit.AnnexRemarks, differ)
	require.Equal(t, transit.NotFound, code(err), "nobody there knows yet what was declared")
	w.bring(m, "KGMSP")
	_, err = w.annex("consignee", m, transit.AnnexRemarks, differ)
	require.Equal(t, transit.NotFound, code(err), "nor what happened on the way")
	w.bringAnnex("khorgos", m, incident, "KGMSP")

	same := 12
	differ.Consignment.HouseConsignments[0].ConsignmentItems[0].Packaging[0].NumberOfPackages = &same
	_, err = w.annex("consignee", m, transit.AnnexRemarks, differ)
	require.Equal(t, "G0360", fault(t, err).Violations[0].Rule, "twelve were declared")
	differ.Consignment.HouseConsignments[0].ConsignmentItems[0].Packaging[0].NumberOfPackages = &found
	differ.StateOfSeals = ""
	_, err = w.annex("consignee", m, transit.AnnexRemarks, differ)
	require.Equal(t, "C0440", fault(t, err).Violations[0].Rule, "the incident has put a seal on")
	differ.StateOfSeals = transit.FlagYes
	remarks, err := w.annex("consignee", m, transit.AnnexRemarks, differ)
	require.NoError(t, err)
	no, yes := false, true
	m = w.must("consignee", transit.StepRemarkUnloading, m, with(remarks), func(r *transit.StepRequest) { r.Conform, r.Complete = &no, &yes })
	require.Len(t, m.Annexes, 2)
	_, err = w.annex("consignee", m, "anything", differ)
	require.Equal(t, transit.MalformedRequest, code(err))
	w.checkLedger()
}
