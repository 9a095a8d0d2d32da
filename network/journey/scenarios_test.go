package journey

import (
	"testing"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
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
	travelled := newTravel(std, Options{})
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
