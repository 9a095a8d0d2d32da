package fakeledger_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/fakeledger"
)

func TestTheGatewayPicksTheSmallestSufficientSet(t *testing.T) {
	l, c := record(t)
	t.Run("with its own organisation first", func(t *testing.T) {
		require.Equal(t, []string{"KZ", "KG"}, submit(t, c, "change", "m", "1").Endorsers())
		require.Equal(t, []string{"GUA", "KZ"}, submit(t, l.Client("GUA", "clerk"), "change", "m", "1").Endorsers())
	})
	t.Run("and drops its own endorsement where it does not count", func(t *testing.T) {
		require.Equal(t, []string{"KZ", "KG"}, submit(t, l.Client("UZ", "officer"), "change", "m", "1").Endorsers())
	})
	t.Run("for the exact pair", func(t *testing.T) {
		submit(t, c, "create", "d", "0", "KZ", "GUA")
		for _, org := range l.Orgs() {
			require.ElementsMatch(t, []string{"KZ", "GUA"}, submit(t, l.Client(org, "x"), "change", "d", "1").Endorsers())
		}
	})
	t.Run("for a key with a policy next to a new key", func(t *testing.T) {
		require.Equal(t, []string{"KZ", "KG"}, submit(t, c, "put", "m", "1", "new1", "1").Endorsers())
		require.Equal(t, []string{"KZ", "KG", "GUA"}, submit(t, c, "put", "d", "1", "new2", "1").Endorsers())
	})
	t.Run("for a transaction that only reads", func(t *testing.T) {
		require.Equal(t, []string{"KZ", "KG"}, submit(t, c, "get", "m").Endorsers())
	})
}

func TestPeersThatAreDown(t *testing.T) {
	l, c := record(t)
	require.NoError(t, l.Stop("KG"))
	require.Equal(t, []string{"KZ", "GUA"}, submit(t, c, "change", "m", "1").Endorsers(), "another set is found")
	require.NoError(t, l.Stop("GUA"))
	require.NoError(t, l.Stop("REG"))
	_, err := c.Submit("change", "m", "2")
	require.ErrorIs(t, err, fakeledger.ErrNoPlan)
	_, err = c.With(fakeledger.Endorsers("KZ", "KG")).Submit("change", "m", "2")
	require.ErrorIs(t, err, fakeledger.ErrPeerDown)
	_, err = l.Client("KG", "o").Submit("change", "m", "2")
	require.ErrorIs(t, err, fakeledger.ErrPeerDown, "its gateway is down")
	_, err = l.Client("KG", "o").Evaluate("get", "m")
	require.ErrorIs(t, err, fakeledger.ErrPeerDown)

	require.NoError(t, l.Start("KG"))
	require.Equal(t, []string{"KZ", "KG"}, submit(t, c, "change", "m", "3").Endorsers(), "it caught up")
	got, err := l.Client("KG", "o").Evaluate("get", "m")
	require.NoError(t, err)
	require.Equal(t, "013", string(got))
}

func TestALaggingPeerCausesMismatches(t *testing.T) {
	l, c := record(t)
	require.NoError(t, l.Lag("KG"))
	submit(t, c, "change", "m", "1")
	_, err := c.With(fakeledger.Endorsers("KZ", "KG")).Submit("change", "m", "2")
	require.ErrorIs(t, err, fakeledger.ErrMismatch)
	require.Equal(t, []string{"KZ", "GUA"}, submit(t, c, "change", "m", "2").Endorsers(), "the gateway tries another set")
	got, err := c.With(fakeledger.AtPeer("KG")).Evaluate("get", "m")
	require.NoError(t, err)
	require.Equal(t, "0", string(got))

	require.NoError(t, l.CatchUp("KG"))
	require.Equal(t, []string{"KZ", "KG"}, submit(t, c, "change", "m", "3").Endorsers())
}

func TestStaleEndorsementsThatAgreeWithEachOtherConflictAtCommit(t *testing.T) {
	l, c := record(t)
	require.NoError(t, l.Lag("KZ"))
	require.NoError(t, l.Lag("GUA"))
	behind := c.With(fakeledger.Endorsers("KZ", "GUA"))
	require.Equal(t, codes{valid}, order(t, l, endorse(t, behind, "change", "m", "1")))
	require.Equal(t, codes{conflict}, order(t, l, endorse(t, behind, "change", "m", "2")))
	require.NoError(t, l.CatchUp("KZ"))
	require.NoError(t, l.CatchUp("GUA"))
	require.Equal(t, codes{valid}, order(t, l, endorse(t, behind, "change", "m", "3")))
}

func TestARogueBuildAtOnePeerCausesMismatches(t *testing.T) {
	l := network(t, basics())
	rogue := basics()
	rogue["put"] = func(s stub, a []string) (string, error) { return "", s.PutState(a[0], []byte("rogue")) }
	require.NoError(t, l.Install("KG", rogue))
	c := l.Client("KZ", "o")
	_, err := c.With(fakeledger.Endorsers("KZ", "KG")).Submit("put", "a", "1")
	require.ErrorIs(t, err, fakeledger.ErrMismatch)
	require.Equal(t, []string{"KZ", "UZ"}, submit(t, c, "put", "a", "1").Endorsers())
	require.Equal(t, policy, at(t, l, c, []string{"KG"}, "put", "a", "1"))
}

func TestEverythingSignedIsCompared(t *testing.T) {
	for name, odd := range map[string]func(s stub, a []string) (string, error){
		"result": func(s stub, _ []string) (string, error) { return "odd", s.PutState("a", []byte("1")) },
		"event": func(s stub, _ []string) (string, error) {
			return "", errors.Join(s.PutState("a", []byte("1")), s.SetEvent("e", []byte("odd")))
		},
		"write set": func(s stub, _ []string) (string, error) { return "", s.PutState("a", []byte("odd")) },
		"read set": func(s stub, _ []string) (string, error) {
			_, err := s.GetState("odd")
			return "", errors.Join(err, s.PutState("a", []byte("1")))
		},
		"policy": func(s stub, _ []string) (string, error) {
			return "", errors.Join(s.PutState("a", []byte("1")), s.SetStateValidationParameter("a", []byte{1}))
		},
		"private hash": func(s stub, _ []string) (string, error) {
			return "", errors.Join(s.PutState("a", []byte("1")), s.PutPrivateData("_implicit_org_KZ", "a", []byte("odd")))
		},
	} {
		t.Run(name, func(t *testing.T) {
			even := functions{"f": func(s stub, _ []string) (string, error) { return "", s.PutState("a", []byte("1")) }}
			l := network(t, even)
			require.NoError(t, l.Install("KG", functions{"f": odd}))
			_, err := l.Client("KZ", "o").With(fakeledger.Endorsers("KZ", "KG")).Endorse("f")
			require.ErrorIs(t, err, fakeledger.ErrMismatch)
		})
	}
	t.Run("but not the order of writes", func(t *testing.T) {
		write := func(keys ...string) functions {
			return functions{"f": func(s stub, _ []string) (string, error) {
				for _, key := range keys {
					if err := s.PutState(key, []byte("1")); err != nil {
						return "", err
					}
				}
				return "", nil
			}}
		}
		l := network(t, write("a", "b", "c"))
		require.NoError(t, l.Install("KG", write("c", "a", "b")))
		submit(t, l.Client("KZ", "o").With(fakeledger.Endorsers("KZ", "KG")), "f")
	})
}

func TestChaincodeFailuresReachTheClient(t *testing.T) {
	l := network(t, basics())
	c := l.Client("KZ", "o")
	_, err := c.Submit("fail", `CATS {"code":"X"}`)
	var failure *fakeledger.ChaincodeError
	require.ErrorAs(t, err, &failure)
	require.Equal(t, int32(500), failure.Status)
	require.Equal(t, `CATS {"code":"X"}`, failure.Message)
	require.Equal(t, "KZ", failure.MSP)
	_, err = c.Evaluate("unknown")
	require.ErrorAs(t, err, &failure)
	require.Equal(t, int32(404), failure.Status)
	require.ErrorContains(t, err, "chaincode response 404, no function unknown")
	require.Empty(t, l.Blocks())
}

func TestAPanicKillsTheChaincodeOfEveryOrganisationAsked(t *testing.T) {
	calls := 0
	l := network(t, functions{
		"boom": func(stub, []string) (string, error) { calls++; panic("boom") },
		"key":  func(s stub, a []string) (string, error) { return "", s.PutState(a[0], []byte("1")) },
	})
	_, err := l.Client("KZ", "o").With(fakeledger.Endorsers("KZ", "KG")).Submit("boom")
	require.ErrorIs(t, err, fakeledger.ErrChaincodeCrashed)
	_, err = l.Client("KZ", "o").Evaluate("key", "\xff")
	require.ErrorIs(t, err, fakeledger.ErrChaincodeCrashed, "so does a key that is no UTF-8")
}

func TestTheClientsClock(t *testing.T) {
	l := network(t, functions{"now": func(s stub, _ []string) (string, error) {
		ts, err := s.GetTxTimestamp()
		return ts.AsTime().Format(time.RFC3339), err
	}})
	c := l.Client("KZ", "o")
	for offset, ok := range map[time.Duration]bool{
		0: true, 15 * time.Minute: true, -15 * time.Minute: true, 16 * time.Minute: false, -16 * time.Minute: false,
	} {
		t.Run(fmt.Sprint(offset), func(t *testing.T) {
			stamp := l.Now().Add(offset)
			got, err := c.With(fakeledger.Timestamp(stamp)).Evaluate("now")
			if !ok {
				require.ErrorContains(t, err, "request unauthorized due to incorrect timestamp")
				return
			}
			require.NoError(t, err)
			require.Equal(t, stamp.Format(time.RFC3339), string(got))
		})
	}
	l.SetTime(time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC))
	got, err := c.Evaluate("now")
	require.NoError(t, err)
	require.Equal(t, "2030-01-02T03:04:05Z", string(got))
}

func TestProposalsThatPeersRefuse(t *testing.T) {
	l := network(t, basics())
	for name, c := range map[string]*fakeledger.Client{
		"of an unknown organisation":    l.Client("XX", "o").With(fakeledger.AtPeer("KZ")),
		"of an unknown authority":       l.Client("KZ", "o", fakeledger.FromAuthority("home-made")),
		"of an expired identity":        l.Client("KZ", "o", fakeledger.ExpiringAt(l.Now().Add(-time.Hour))),
		"at an unknown peer":            l.Client("KZ", "o").With(fakeledger.AtPeer("XX")),
		"at an unknown peer, endorsing": l.Client("KZ", "o").With(fakeledger.Endorsers("XX")),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := c.Submit("put", "a", "1")
			require.Error(t, err)
			var chaincode *fakeledger.ChaincodeError
			require.NotErrorAs(t, err, &chaincode)
		})
	}
	_, err := l.Client("KZ", "o", fakeledger.FromAuthority(fakeledger.SecondAuthority)).Submit("put", "a", "1")
	require.NoError(t, err, "an MSP may trust two authorities")
}

func TestLedgerConfiguration(t *testing.T) {
	_, err := fakeledger.New(nil, fakeledger.Config{Orgs: []string{"KZ"}})
	require.Error(t, err)
	_, err = fakeledger.New(basics(), fakeledger.Config{})
	require.Error(t, err)
	_, err = fakeledger.New(basics(), fakeledger.Config{Orgs: []string{"KZ", "KZ"}})
	require.Error(t, err)
	l, err := fakeledger.New(basics(), fakeledger.Config{Orgs: []string{"KZ", "KG", "UZ"}})
	require.NoError(t, err)
	require.True(t, l.PolicySatisfiedBy(l.ChaincodePolicy(), "KZ", "UZ"), "a majority unless told")
	require.ErrorIs(t, l.Stop("XX"), fakeledger.ErrUnknownOrg)
}
