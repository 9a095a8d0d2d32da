package journey

import (
	"io/fs"
	"testing"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/formats/national"
	"carec.example/cats/client/formats/national/examples"
)

const example = "../../client/formats/examples/cn-kz-kg-electronics.xml"

func TestThePapersOfTheScenariosPassTheRules(t *testing.T) {
	std, _, err := Load(example, nil)
	require.NoError(t, err)
	require.Empty(t, transit.CheckIncident(transhipment()))
	require.Empty(t, transit.CheckUnloading(missingPackages(), std, transhipment()))
}

func TestWhatIsStillToComeIsMissedAtThePresentationAlone(t *testing.T) {
	std, _, err := Load(example, nil)
	require.NoError(t, err)
	require.Empty(t, transit.CheckPresentation(std, transit.RuleContext{}))
	complete, err := clone(std)
	require.NoError(t, err)
	stillToCome(std)
	require.Empty(t, transit.Check(std, transit.RuleContext{}), "it may be lodged as it is")
	require.NotEmpty(t, transit.CheckPresentation(std, transit.RuleContext{}), "but not be presented")
	complete.TransitOperation.AdditionalDeclarationType = transit.AdditionalPreLodged
	require.Empty(t, transit.CheckAmendment(std, complete, false), "and what is missing may be added")
}

func TestTheSpoiltDocumentBreaksWhatTheScenarioTells(t *testing.T) {
	std, _, err := Load(example, nil)
	require.NoError(t, err)
	require.Empty(t, transit.Check(std, transit.RuleContext{}))
	spoil(std)
	travelled, err := newTravel(std, Options{})
	require.NoError(t, err)
	found := transit.Check(std, transit.RuleContext{Office: func(reference string) *transit.Office {
		if reference == "KGXXX999" {
			return nil
		}
		return &transit.Office{Reference: reference, Roles: []string{transit.OfficeDeparture, transit.OfficeTransit, transit.OfficeDestination}}
	}})
	require.NoError(t, travelled.allAtOnce(found))
	require.Error(t, travelled.allAtOnce(found[1:]))
}

func TestAnUnknownScenarioIsToldWithThoseThatThereAre(t *testing.T) {
	_, err := Play(t.Context(), "picnic", &transit.STD{}, Options{})
	require.ErrorContains(t, err, "prelodged, guarantee-under-amendment, incident, diversion, recovery")
}

func TestTheWayToTheLedgerIsChosenByName(t *testing.T) {
	for name, want := range map[string]Over{"": SDK, "sdk": SDK, "rest": REST} {
		var o Over
		require.NoError(t, o.Set(name))
		require.Equal(t, want, o)
	}
	_, err := Run(t.Context(), &transit.STD{}, Options{Over: "post"})
	require.ErrorContains(t, err, `"post" is neither sdk nor rest`)
}

// The story of the national systems rests on this: each shipped document can be given numbers that nobody has used, whatever it is
// written in, and passes the rules; only the guarantee of the list, which the mapping names, stays.
func TestTheNationalDocumentsTakeNewNumbersAndPassTheRules(t *testing.T) {
	set, err := national.LoadSet(examples.Files)
	require.NoError(t, err)
	for _, file := range nationalDocuments() {
		t.Run(file, func(t *testing.T) {
			document, err := fs.ReadFile(examples.Files, file)
			require.NoError(t, err)
			travelled, err := newTravel(nil, Options{})
			require.NoError(t, err)
			n := &nationalSystem{travel: travelled, file: file, document: document}
			n.mappings = set
			require.NoError(t, n.translate(t.Context()))
			require.Empty(t, transit.Check(n.std, transit.RuleContext{}))
			require.Regexp(t, `^...\d{12}\.\d{6}$`, n.std.TransitOperation.LRN)
			ref := &n.std.Guarantees[0].GuaranteeReferences[0]
			was := ref.GRN
			grn, err := freshGRN(was, transit.Terms{Type: "1"})
			require.NoError(t, err)
			ref.GRN = grn
			err = n.respell([]string{was})
			if file == "goods-list.csv" {
				require.ErrorContains(t, err, "the mapping names a guarantee")
				return
			}
			require.NoError(t, err)
		})
	}
}
