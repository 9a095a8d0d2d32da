package fakeledger_test

import (
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/fakeledger"
)

// record creates a key in the custody of KZ: KZ and any one of KG, GUA, REG.
func record(t *testing.T) (*fakeledger.Ledger, *fakeledger.Client) {
	t.Helper()
	l := network(t, basics())
	c := l.Client("KZ", "officer")
	submit(t, c, "create", "m", "0", "KZ", "KG", "GUA", "REG")
	return l, c
}

func TestCreationFallsUnderTheChaincodePolicy(t *testing.T) {
	for name, want := range map[string]struct {
		orgs []string
		code peer.TxValidationCode
	}{
		"two customs authorities":               {[]string{"KZ", "KG"}, valid},
		"two without the custodian to be":       {[]string{"KG", "UZ"}, valid},
		"one customs authority and a guarantor": {[]string{"KZ", "GUA"}, policy},
		"one customs authority alone":           {[]string{"KZ"}, policy},
	} {
		t.Run(name, func(t *testing.T) {
			l := network(t, basics())
			got := at(t, l, l.Client("KZ", "o"), want.orgs, "create", "m", "0", "KZ", "KG", "GUA", "REG")
			require.Equal(t, want.code, got)
		})
	}
}

func TestAKeyPolicyOverridesTheChaincodePolicyBothWays(t *testing.T) {
	for name, want := range map[string]struct {
		orgs []string
		code peer.TxValidationCode
	}{
		"custodian and guarantor":                  {[]string{"KZ", "GUA"}, valid},
		"custodian alone":                          {[]string{"KZ"}, policy},
		"two customs authorities, one not on it":   {[]string{"KZ", "UZ"}, policy},
		"all others without the custodian":         {[]string{"KG", "GUA", "REG"}, policy},
		"the order of signatures does not matter":  {[]string{"GUA", "KZ"}, valid},
		"surplus endorsements do no harm":          {[]string{"KZ", "GUA", "UZ"}, valid},
		"a surplus endorser in front does no harm": {[]string{"UZ", "REG", "KZ"}, valid},
	} {
		t.Run(name, func(t *testing.T) {
			l, c := record(t)
			require.Equal(t, want.code, at(t, l, c, want.orgs, "change", "m", "1"))
		})
	}
}

func TestAPolicyChangeAloneIsGovernedLikeAWrite(t *testing.T) {
	l, c := record(t)
	require.Equal(t, policy, at(t, l, c, []string{"KZ"}, "guard", "m", "KG", "KZ"))
	require.Equal(t, policy, at(t, l, c, []string{"KG", "GUA", "REG"}, "guard", "m", "KG", "KZ"))
	require.Equal(t, valid, at(t, l, c, []string{"KZ", "REG"}, "guard", "m", "KG", "KZ"))
	require.Equal(t, "0", string(l.State("m")), "the value stays")
}

func TestTheOldPolicyDecidesAHandOver(t *testing.T) {
	l, c := record(t)
	handOver := []string{"create", "m", "1", "KG", "KZ", "GUA", "REG"}
	require.Equal(t, policy, at(t, l, c, []string{"KG", "GUA"}, handOver[0], handOver[1:]...))
	require.Equal(t, valid, at(t, l, c, []string{"KZ", "GUA"}, handOver[0], handOver[1:]...), "without the receiver's peer")
	require.Equal(t, policy, at(t, l, c, []string{"KZ", "GUA", "REG"}, "change", "m", "2"))
	require.Equal(t, valid, at(t, l, c, []string{"KG", "REG"}, "change", "m", "2"))
}

func TestSeveralWrittenKeysNeedAllTheirPolicies(t *testing.T) {
	t.Run("a new key brings in the chaincode policy", func(t *testing.T) {
		l, c := record(t)
		require.Equal(t, policy, at(t, l, c, []string{"KZ", "GUA"}, "put", "m", "1", "new", "1"))
		require.Equal(t, valid, at(t, l, c, []string{"KZ", "GUA", "UZ"}, "put", "m", "1", "new", "1"))
	})
	t.Run("two keys of two custodians need both", func(t *testing.T) {
		l, c := record(t)
		submit(t, c, "create", "n", "0", "KG", "KZ", "GUA")
		require.Equal(t, policy, at(t, l, c, []string{"KZ", "GUA"}, "put", "m", "1", "n", "1"))
		require.Equal(t, valid, at(t, l, c, []string{"KZ", "KG"}, "put", "m", "1", "n", "1"))
	})
}

func TestAPolicyChangeSpoilsLaterWritesInTheSameBlock(t *testing.T) {
	l, c := record(t)
	change := endorse(t, c, "guard", "m", "KZ", "KG", "GUA")
	blind := endorse(t, c, "put", "m", "1")
	other := endorse(t, c, "put", "unrelated", "1")
	require.Equal(t, codes{valid, policy, valid}, order(t, l, change, blind, other))

	t.Run("but not earlier ones", func(t *testing.T) {
		change, blind := endorse(t, c, "guard", "m", "KZ", "KG", "GUA", "REG"), endorse(t, c, "put", "m", "2")
		require.Equal(t, codes{valid, valid}, order(t, l, blind, change))
	})
	t.Run("nor when the change itself lacks endorsements", func(t *testing.T) {
		change := endorse(t, c.With(fakeledger.Endorsers("KZ")), "guard", "m", "KZ", "KG")
		require.Equal(t, codes{policy, valid}, order(t, l, change, endorse(t, c, "put", "m", "3")))
	})
	t.Run("but also when the change conflicts afterwards", func(t *testing.T) {
		both := basics()
		both["both"] = func(s stub, a []string) (string, error) {
			if _, err := s.GetState("z"); err != nil {
				return "", err
			}
			return basics()["guard"](s, a)
		}
		for _, org := range l.Orgs() {
			require.NoError(t, l.Install(org, both))
		}
		change, blind := endorse(t, c, "both", "m", "KZ", "KG"), endorse(t, c, "put", "m", "4")
		require.Equal(t, codes{valid, conflict, policy}, order(t, l, endorse(t, c, "put", "z", "1"), change, blind))
	})
}

func TestAKeyKeepsItsPolicyWhenOnlyItsValueChanges(t *testing.T) {
	l, c := record(t)
	before := l.PolicyBytes("m")
	submit(t, c, "change", "m", "1")
	require.Equal(t, before, l.PolicyBytes("m"))
	require.True(t, l.PolicySatisfiedBy(l.Policy("m"), "KZ", "REG"))
	require.False(t, l.PolicySatisfiedBy(l.Policy("m"), "KG", "REG"))
}

func TestDeletingAKeyDropsItsPolicy(t *testing.T) {
	l, c := record(t)
	submit(t, c, "del", "m")
	require.Nil(t, l.PolicyBytes("m"))
	require.Equal(t, valid, at(t, l, c, []string{"KG", "UZ"}, "put", "m", "taken over"))

	t.Run("also within one block", func(t *testing.T) {
		l, c := record(t)
		require.Equal(t, codes{valid, valid}, order(t, l, endorse(t, c, "del", "m"), endorse(t, c, "put", "m", "1")))
		require.Equal(t, "1", string(l.State("m")))
		require.Nil(t, l.PolicyBytes("m"))
	})
}

func TestAPolicyForAMissingKeyHasNoEffect(t *testing.T) {
	l := network(t, basics())
	submit(t, l.Client("KZ", "o"), "guard", "missing", "KZ", "KG")
	require.Nil(t, l.State("missing"))
	require.Nil(t, l.PolicyBytes("missing"))
}

func TestAPolicyChangeMovesTheVersionOfItsKey(t *testing.T) {
	l, c := record(t)
	stale := endorse(t, c, "change", "m", "1")
	submit(t, c, "guard", "m", "KZ", "KG", "GUA", "REG")
	require.Equal(t, codes{conflict}, order(t, l, stale))
}

func TestAPolicySetInATransactionIsInvisibleToIt(t *testing.T) {
	cc := basics()
	cc["look"] = func(s stub, a []string) (string, error) {
		if _, err := basics()["guard"](s, a); err != nil {
			return "", err
		}
		ep, err := s.GetStateValidationParameter(a[0])
		return string(ep), err
	}
	l := network(t, cc)
	c := l.Client("KZ", "o")
	submit(t, c, "put", "m", "0")
	require.Empty(t, submit(t, c, "look", "m", "KZ", "KG").Payload())
	require.Equal(t, l.PolicyBytes("m"), submit(t, c, "look", "m", "KZ", "KG").Payload())
}

func TestAWrappedPolicyLocksItsKeyForEver(t *testing.T) {
	wrapped := &peer.ApplicationPolicy{Type: &peer.ApplicationPolicy_SignaturePolicy{
		SignaturePolicy: fakeledger.OutOf(1, "KZ"),
	}}
	l := network(t, basics())
	c := l.Client("KZ", "o")
	submit(t, c, "put", "m", "0")
	require.Equal(t, valid, submit(t, c, "rawpolicy", "m", string(marshal(t, wrapped))).Code)

	_, err := c.Submit("put", "m", "1")
	require.ErrorIs(t, err, fakeledger.ErrKeyPolicyUnsatisfiable)
	require.Equal(t, policy, at(t, l, c, l.Orgs(), "put", "m", "1"), "even with all endorsements")
	submit(t, c, "put", "other", "1")
}

func TestBytesThatAreNoPolicyHaltTheChannel(t *testing.T) {
	l := network(t, basics())
	c := l.Client("KZ", "o")
	submit(t, c, "put", "m", "0")
	held := endorse(t, c, "put", "m", "1")
	submit(t, c, "rawpolicy", "m", "\xff\xff\xff")

	_, err := c.Submit("put", "m", "2")
	require.ErrorContains(t, err, "error in simulation", "honest peers endorse nothing that writes the key")
	_, err = l.Order(held)
	require.ErrorIs(t, err, fakeledger.ErrHalted)
	_, err = l.Order(endorse(t, c, "put", "other", "1"))
	require.ErrorIs(t, err, fakeledger.ErrHalted)
	require.ErrorIs(t, l.Err(), fakeledger.ErrHalted)
	require.Equal(t, "0", string(l.State("m")))
}

func TestAPolicySetAfterADeletionInOneBlockHaltsTheChannel(t *testing.T) {
	l := network(t, basics())
	c := l.Client("KZ", "o")
	submit(t, c, "put", "m", "0")
	_, err := l.Order(endorse(t, c, "del", "m"), endorse(t, c, "guard", "m", "KZ", "KG"))
	require.ErrorIs(t, err, fakeledger.ErrHalted)
}

func TestAnEmptyPolicyGivesTheKeyBackToTheChaincodePolicy(t *testing.T) {
	l, c := record(t)
	submit(t, c, "rawpolicy", "m", "")
	require.Equal(t, valid, at(t, l, c, []string{"KG", "UZ"}, "put", "m", "1"))
	_, err := c.Submit("put", "m", "2")
	require.ErrorIs(t, err, fakeledger.ErrKeyPolicyUnsatisfiable, "but the gateway cannot plan for it")
}

func TestAnUnknownOrganisationInAPolicyLocksItsKey(t *testing.T) {
	l := network(t, basics())
	c := l.Client("KZ", "o")
	submit(t, c, "create", "m", "0", "XX", "KZ")
	_, err := c.Submit("put", "m", "1")
	require.ErrorIs(t, err, fakeledger.ErrNoPlan)
	require.Equal(t, policy, at(t, l, c, l.Orgs(), "put", "m", "1"))
}

func TestForgedEndorsements(t *testing.T) {
	for name, want := range map[string]struct {
		policy *common.SignaturePolicyEnvelope
		code   peer.TxValidationCode
	}{
		"fail a policy on peers":    {fakeledger.OutOf(2, "KZ", "KG", "UZ"), policy},
		"pass a policy on members":  {fakeledger.OutOfRole(2, msp.MSPRole_MEMBER, "KZ", "KG", "UZ"), valid},
		"pass a policy on clients":  {fakeledger.OutOfRole(2, msp.MSPRole_CLIENT, "KZ", "KG", "UZ"), valid},
		"fail a policy on admins":   {fakeledger.OutOfRole(2, msp.MSPRole_ADMIN, "KZ", "KG", "UZ"), policy},
		"fail a policy on orderers": {fakeledger.OutOfRole(2, msp.MSPRole_ORDERER, "KZ", "KG", "UZ"), policy},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := fakeledger.New(basics(), fakeledger.Config{Orgs: []string{"KZ", "KG", "UZ"}, Policy: want.policy})
			require.NoError(t, err)
			trader := l.Client("KZ", "trader")
			tx := endorse(t, trader.With(fakeledger.Endorsers("KZ")), "put", "a", "1").WithoutEndorsementsOf("KZ")
			tx = tx.EndorsedBy(trader.Identity())
			tx = tx.EndorsedBy(l.Client("KG", "accomplice").Identity())
			require.Equal(t, []string{"KZ", "KG"}, tx.Endorsers())
			require.Equal(t, codes{want.code}, order(t, l, tx))
		})
	}
	t.Run("by another authority under a known name count for nothing", func(t *testing.T) {
		l := network(t, basics())
		fake, err := l.Enrol("KG", "peer0", fakeledger.AsRole(fakeledger.RolePeer), fakeledger.FromAuthority("home-made"))
		require.NoError(t, err)
		tx := endorse(t, l.Client("KZ", "o").With(fakeledger.Endorsers("KZ")), "put", "a", "1").EndorsedBy(fake)
		require.Equal(t, codes{policy}, order(t, l, tx))
	})
}

func TestAClientCannotChangeWhatWasEndorsed(t *testing.T) {
	for name, want := range map[string]struct {
		policy *common.SignaturePolicyEnvelope
		code   peer.TxValidationCode
	}{
		"where peers endorse":                     {fakeledger.OutOf(1, "KZ"), policy},
		"unless any member's signature is enough": {fakeledger.OutOfRole(1, msp.MSPRole_MEMBER, "KZ"), valid},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := fakeledger.New(basics(), fakeledger.Config{Orgs: []string{"KZ"}, Policy: want.policy})
			require.NoError(t, err)
			c := l.Client("KZ", "trader")
			forged, err := endorse(t, c, "put", "owed", "100").Forged("owed", []byte("0"))
			require.NoError(t, err)
			require.Equal(t, codes{policy}, order(t, l, forged), "the peer's signature is on something else")
			forged, err = endorse(t, c, "put", "owed", "100").Forged("owed", []byte("0"))
			require.NoError(t, err)
			require.Equal(t, codes{want.code}, order(t, l, forged.EndorsedBy(c.Identity())))
			if want.code == valid {
				require.Equal(t, "0", string(l.State("owed")))
			}
		})
	}
}
