package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/fakeledger"
)

func ledgerOf(t *testing.T) (*fakeledger.Ledger, *fakeledger.Client) {
	t.Helper()
	ledger, err := fakeledger.New(chaincode{}, fakeledger.Config{
		Orgs: []string{"CNMSP", "KZMSP", "KGMSP"}, Policy: fakeledger.OutOf(2, "CNMSP", "KZMSP", "KGMSP"),
	})
	require.NoError(t, err)
	return ledger, ledger.Client("CNMSP", "officer")
}

func TestEveryKeyIsWritten(t *testing.T) {
	ledger, officer := ledgerOf(t)
	_, err := officer.Submit("put", "a", "b")
	require.NoError(t, err)
	require.Len(t, ledger.State("a"), valueLength)
	require.Len(t, ledger.State("b"), valueLength)
	for _, wrong := range [][]string{{"put"}, {"put", ""}, {"nothing", "a"}} {
		_, err := officer.Submit(wrong[0], wrong[1:]...)
		require.Error(t, err, wrong)
	}
}

func TestGuardedKeysObeyTheirPolicy(t *testing.T) {
	ledger, officer := ledgerOf(t)
	for _, key := range []string{"a", "b"} {
		_, err := officer.Submit("guard", key, "CNMSP", "KZMSP", "KGMSP")
		require.NoError(t, err)
		policy := ledger.Policy(key)
		require.True(t, ledger.PolicySatisfiedBy(policy, "CNMSP", "KGMSP"))
		require.False(t, ledger.PolicySatisfiedBy(policy, "KZMSP", "KGMSP"), "the custodian is needed")
		require.False(t, ledger.PolicySatisfiedBy(policy, "CNMSP"), "the custodian is not enough")
	}
	receipt, err := officer.Submit("put", "a", "b")
	require.NoError(t, err)
	require.NotNil(t, receipt)
	_, err = officer.Submit("guard", "c", "CNMSP")
	require.Error(t, err, "one organisation makes no policy of this form")
}

func TestWorkDoesWhatItsIngredientsSay(t *testing.T) {
	for name, together := range map[string]string{"one by one": "false", "together": "true"} {
		t.Run(name, func(t *testing.T) {
			ledger, officer := ledgerOf(t)
			_, err := officer.Submit("put", "a", "b")
			require.NoError(t, err)
			_, err = officer.Submit("work", "a", `{"value":1000,"event":300,"own":true,"more":["b"],"together":`+together+`}`)
			require.NoError(t, err)
			require.Len(t, ledger.State("a"), 1000)
			require.Len(t, ledger.State("b"), 1000)
			events := ledger.Events()
			require.Len(t, events, 1)
			require.Len(t, events[0].GetPayload(), 300)

			first, err := officer.Endorse("work", "a", `{"value":10,"own":true,"more":["b"],"together":`+together+`}`)
			require.NoError(t, err)
			_, err = officer.Submit("put", "b")
			require.NoError(t, err)
			block, err := ledger.Order(first)
			require.NoError(t, err)
			require.Error(t, block.Receipts[0].Err(), "it has read what has changed since")
		})
	}
}
