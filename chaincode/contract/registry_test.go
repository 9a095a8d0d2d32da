package contract_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
)

func TestFoundingNeedsTheDocumentThatEveryoneConfigured(t *testing.T) {
	w := newWorld(t)
	_, err := w.people["analyst"].Evaluate(string(transit.FnGetRegistry), "{}")
	require.Equal(t, transit.NotFounded, code(err))

	takeover := toJSON(transit.FoundingRequest{V: 1, Organisations: []transit.Organisation{
		{MSP: "KZMSP", Name: "Kazakhstan alone", Country: "KZ", Kind: transit.Customs},
	}, Offices: []transit.Office{}})
	_, err = w.people["admin-KZMSP"].Submit(string(transit.FnFound), takeover)
	require.Equal(t, transit.NotAuthorised, code(err))
	_, err = w.people["urumqi"].Submit(string(transit.FnFound), string(founding()))
	require.Equal(t, transit.NotAuthorised, code(err), "an officer founds nothing")

	_, err = w.people["admin-KZMSP"].Submit(string(transit.FnFound), string(founding()))
	require.NoError(t, err)
	_, err = w.people["admin-CNMSP"].Submit(string(transit.FnFound), string(founding()))
	require.Equal(t, transit.AlreadyFounded, code(err))

	out, err := w.people["analyst"].Evaluate(string(transit.FnGetRegistry), "{}")
	require.NoError(t, err)
	require.Len(t, fromJSON[transit.Consortium](t, out).Organisations, 5)
	out, err = w.people["analyst"].Evaluate(string(transit.FnListOffices), `{"size":100}`)
	require.NoError(t, err)
	require.Len(t, fromJSON[transit.OfficePage](t, out).Offices, 9)
}

func TestRegistryChangesByMajorityOfCustoms(t *testing.T) {
	w := founded(t)
	office := transit.Office{Reference: "KZ999999", Name: "Dostyk", MSP: "KZMSP", Roles: []string{"transit"}}
	ask := toJSON(transit.ProposeRequest{ID: "p1", Change: transit.Change{Office: &office}})
	for _, who := range []string{"urumqi", "clerk", "analyst", "admin-CGMMSP"} {
		_, err := w.people[who].Submit(string(transit.FnPropose), ask)
		require.Equal(t, transit.NotAuthorised, code(err), who)
	}
	receipt, err := w.people["admin-KZMSP"].Submit(string(transit.FnPropose), ask)
	require.NoError(t, err)
	p := fromJSON[transit.Proposal](t, receipt.Payload())
	require.Empty(t, p.EffectiveAt, "one of three is no majority")

	approve := toJSON(transit.ApproveRequest{ID: "p1", Digest: p.Digest})
	_, err = w.people["admin-KZMSP"].Submit(string(transit.FnApprove), approve)
	require.Equal(t, transit.Duplicate, code(err))
	_, err = w.people["admin-CNMSP"].Submit(string(transit.FnApprove), toJSON(transit.ApproveRequest{ID: "p1", Digest: "00"}))
	require.Equal(t, transit.Stale, code(err), "who approves has seen the change")
	receipt, err = w.people["admin-CNMSP"].Submit(string(transit.FnApprove), approve)
	require.NoError(t, err)
	require.NotEmpty(t, fromJSON[transit.Proposal](t, receipt.Payload()).EffectiveAt)
	_, err = w.people["admin-KGMSP"].Submit(string(transit.FnApprove), approve)
	require.Equal(t, transit.OutOfSequence, code(err))

	out, err := w.people["analyst"].Evaluate(string(transit.FnListOffices), `{"size":100}`)
	require.NoError(t, err)
	require.Len(t, fromJSON[transit.OfficePage](t, out).Offices, 10)
}

func TestRegistryRefusesWhatDoesNotFit(t *testing.T) {
	w := founded(t)
	for name, change := range map[string]string{
		"an office of another country":  `{"office":{"reference":"CN999999","name":"x","msp":"KZMSP","roles":[]}}`,
		"an office of a guarantor":      `{"office":{"reference":"CN999999","name":"x","msp":"CGMMSP","roles":[]}}`,
		"an unknown role of an office":  `{"office":{"reference":"KZ999999","name":"x","msp":"KZMSP","roles":["smuggling"]}}`,
		"an organisation that is there": `{"organisation":{"msp":"KZMSP","name":"x","kind":"regulator"}}`,
		"a second authority of a land":  `{"organisation":{"msp":"KZ2MSP","name":"x","kind":"customs","country":"KZ"}}`,
		"two changes in one":            `{"closeOffice":"KZ550100","organisation":{"msp":"UZMSP","name":"x","kind":"customs","country":"UZ"}}`,
		"nothing":                       `{}`,
	} {
		_, err := w.people["admin-KZMSP"].Submit(string(transit.FnPropose), `{"id":"p-`+strings.ReplaceAll(name, " ", "-")[:6]+`","change":`+change+`}`)
		require.Equal(t, transit.MalformedRequest, code(err), name)
	}
}

func TestClosedOfficeTakesNoNewMovement(t *testing.T) {
	w := insured(t, 1)
	receipt, err := w.people["admin-KZMSP"].Submit(string(transit.FnPropose), `{"id":"p1","change":{"closeOffice":"`+border+`"}}`)
	require.NoError(t, err)
	p := fromJSON[transit.Proposal](t, receipt.Payload())
	_, err = w.people["admin-CNMSP"].Submit(string(transit.FnApprove), toJSON(transit.ApproveRequest{ID: "p1", Digest: p.Digest}))
	require.NoError(t, err)
	_, err = w.deposit("trader", document("LRN-1"), 1)
	require.Equal(t, transit.InvalidDocument, code(err))
}

func TestInfoListsEveryFunction(t *testing.T) {
	out, err := newWorld(t).people["analyst"].Evaluate(string(transit.FnInfo), "{}")
	require.NoError(t, err)
	var info transit.Info
	require.NoError(t, json.Unmarshal(out, &info))
	require.False(t, info.Founded)
	require.Contains(t, info.Functions, string(transit.FnInfo))
	require.Contains(t, info.Functions, string(transit.FnDischarge))
	for _, s := range transit.Procedure() {
		require.Contains(t, info.Functions, string(s.Step.Function()))
	}
	slices.Sort(info.Functions)
	require.Len(t, slices.Compact(info.Functions), len(functions(t)), "each once")
}
