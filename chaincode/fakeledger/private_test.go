package fakeledger_test

import (
	"crypto/sha256"
	"errors"
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/fakeledger"
)

const (
	ofKZ = "_implicit_org_KZ"
	ofKG = "_implicit_org_KG"
)

// privacy adds functions on private data; plain values come from the transient map under "value".
func privacy() functions {
	f := basics()
	f["pput"] = func(s stub, a []string) (string, error) {
		transient, err := s.GetTransient()
		if err != nil {
			return "", err
		}
		return "", s.PutPrivateData(a[0], a[1], transient["value"])
	}
	f["pget"] = func(s stub, a []string) (string, error) {
		v, err := s.GetPrivateData(a[0], a[1])
		return string(v), err
	}
	f["pgetmany"] = func(s stub, a []string) (string, error) {
		vs, err := s.GetMultiplePrivateData(a[0], a[1:]...)
		out := ""
		for _, v := range vs {
			out += string(v) + ";"
		}
		return out, err
	}
	f["phash"] = func(s stub, a []string) (string, error) {
		v, err := s.GetPrivateDataHash(a[0], a[1])
		return string(v), err
	}
	f["pdel"] = func(s stub, a []string) (string, error) { return "", s.DelPrivateData(a[0], a[1]) }
	f["purge"] = func(s stub, a []string) (string, error) { return "", s.PurgePrivateData(a[0], a[1]) }
	f["pguard"] = func(s stub, a []string) (string, error) {
		return "", s.SetPrivateDataValidationParameter(a[0], a[1], fakeledger.PolicyBytes(fakeledger.OutOf(len(a)-2, a[2:]...)))
	}
	f["ppolicy"] = func(s stub, a []string) (string, error) {
		ep, err := s.GetPrivateDataValidationParameter(a[0], a[1])
		return string(ep), err
	}
	f["plist"] = func(s stub, a []string) (string, error) {
		it, err := s.GetPrivateDataByRange(a[0], "", "")
		if err != nil {
			return "", err
		}
		return collect(it)
	}
	// digest compares the hash of a private value with transient content and writes a public record: works at every peer.
	f["digest"] = func(s stub, a []string) (string, error) {
		v, err := s.GetPrivateDataHash(a[0], a[1])
		if err != nil {
			return "", err
		}
		return "", s.PutState("digest", v)
	}
	return f
}

func secret(text string) fakeledger.CallOption {
	return fakeledger.Transient(map[string][]byte{"value": []byte(text)})
}

// deposited has one private value of KZ.
func deposited(t *testing.T) (*fakeledger.Ledger, *fakeledger.Client) {
	t.Helper()
	l := network(t, privacy())
	c := l.Client("KZ", "officer")
	submit(t, c.With(secret("plaintext")), "pput", ofKZ, "k")
	return l, c
}

func TestPrivateValuesLiveAtTheOwnerAndHashesEverywhere(t *testing.T) {
	l, c := deposited(t)
	want := sha256.Sum256([]byte("plaintext"))
	require.Equal(t, "plaintext", string(l.PrivateState("KZ", ofKZ, "k")))
	require.Nil(t, l.PrivateState("KG", ofKZ, "k"))
	require.Equal(t, want[:], l.PrivateHash(ofKZ, "k"))
	require.Equal(t, []string{"k"}, l.PrivateKeys("KZ", ofKZ))
	for _, org := range l.Orgs() {
		got, err := c.With(fakeledger.AtPeer(org)).Evaluate("phash", ofKZ, "k")
		require.NoError(t, err)
		require.Equal(t, want[:], got)
	}
	require.Empty(t, l.Exposures("plaintext"))
	require.True(t, l.Knows("KZ", "plaintext"))
	require.False(t, l.Knows("KG", "plaintext"))
}

func TestAPrivateValueIsReadAtItsOwnersPeerOnly(t *testing.T) {
	l, c := deposited(t)
	got, err := c.Evaluate("pget", ofKZ, "k")
	require.NoError(t, err)
	require.Equal(t, "plaintext", string(got))
	_, err = c.With(fakeledger.AtPeer("KG")).Evaluate("pget", ofKZ, "k")
	require.ErrorContains(t, err, "private data matching public hash version is not available. "+
		"Public hash version = {BlockNum: 1, TxNum: 0}, Private data version = <nil>")

	t.Run("and a missing one reads as nothing anywhere", func(t *testing.T) {
		got, err := c.With(fakeledger.AtPeer("KG")).Evaluate("pget", ofKZ, "missing")
		require.NoError(t, err)
		require.Empty(t, got)
	})
	t.Run("by clients of any organisation", func(t *testing.T) {
		got, err := l.Client("UZ", "spy").With(fakeledger.AtPeer("KZ")).Evaluate("pget", ofKZ, "k")
		require.NoError(t, err)
		require.Equal(t, "plaintext", string(got), "implicit collections do not restrict the creator: the chaincode must")
	})
	t.Run("but reads of several keys find nothing elsewhere and conflict", func(t *testing.T) {
		got, err := c.With(fakeledger.AtPeer("KG")).Evaluate("pgetmany", ofKZ, "k", "missing")
		require.NoError(t, err)
		require.Equal(t, ";;", string(got))
		got, err = c.Evaluate("pgetmany", ofKZ, "k", "missing")
		require.NoError(t, err)
		require.Equal(t, "plaintext;;", string(got))
		require.Equal(t, conflict, at(t, l, c, []string{"KG", "UZ"}, "pgetmany", ofKZ, "k"))
	})
}

func TestPrivateWritesFallUnderTheOwnersPolicy(t *testing.T) {
	l := network(t, privacy())
	c := l.Client("KG", "officer").With(secret("v"))
	require.Equal(t, valid, at(t, l, c, []string{"KZ"}, "pput", ofKZ, "k"), "the owner alone suffices")
	require.Equal(t, policy, at(t, l, c, []string{"KG"}, "pput", ofKZ, "k"))
	require.Equal(t, policy, at(t, l, c, []string{"KG", "UZ", "GUA", "REG"}, "pput", ofKZ, "k"))
	require.Equal(t, valid, at(t, l, c, []string{"KG", "KZ"}, "pput", ofKZ, "k"))
	require.True(t, l.Knows("KG", "v"), "the second endorser sees the plain value")
}

func TestDeliveryIntoAnotherCollectionIsEndorsedByItsOwner(t *testing.T) {
	l, _ := deposited(t)
	c := l.Client("KZ", "officer").With(secret("plaintext"))
	require.Equal(t, []string{"KG"}, submit(t, c.With(fakeledger.Endorsers("KG")), "pput", ofKG, "k").Endorsers())
	require.Equal(t, []string{"KG"}, submit(t, c, "pput", ofKG, "k2").Endorsers(), "the gateway drops its own endorsement")
	require.Equal(t, "plaintext", string(l.PrivateState("KG", ofKG, "k")))
}

func TestADigestIsEndorsedWithoutThePlainValue(t *testing.T) {
	l, c := deposited(t)
	r := submit(t, c.With(fakeledger.Endorsers("KG", "UZ")), "digest", ofKZ, "k")
	require.Equal(t, valid, r.Code)
	require.Equal(t, l.PrivateHash(ofKZ, "k"), l.State("digest"))
}

func TestTransientDataStaysWithMembersOfTheWrittenCollections(t *testing.T) {
	f := privacy()
	f["both"] = func(s stub, a []string) (string, error) {
		_, err := f["pput"](s, a)
		return "", errors.Join(err, s.PutState("record", []byte("1")))
	}
	l := network(t, f)
	c := l.Client("KZ", "officer").With(secret("plaintext"))
	_, err := c.Submit("both", ofKZ, "k")
	require.ErrorIs(t, err, fakeledger.ErrDistribution)
	require.False(t, l.Knows("KG", "plaintext"))
	submit(t, c.With(fakeledger.Endorsers("KZ", "KG")), "both", ofKZ, "k")
	require.True(t, l.Knows("KG", "plaintext"), "naming endorsers is a decision to show it to them")
}

func TestPrivateReadsAreCheckedAtCommit(t *testing.T) {
	for _, function := range []string{"pget", "phash", "pgetmany", "ppolicy"} {
		t.Run(function, func(t *testing.T) {
			l, c := deposited(t)
			one := c.With(fakeledger.Endorsers("KZ"))
			reader := endorse(t, c.With(fakeledger.Endorsers("KZ")), function, ofKZ, "k")
			write := endorse(t, one.With(secret("next")), "pput", ofKZ, "k")
			tx := reader.EndorsedBy(peerOf(t, l, "KG"))
			require.Equal(t, codes{valid, conflict}, order(t, l, write, tx))
		})
	}
}

func peerOf(t *testing.T, l *fakeledger.Ledger, org string) *fakeledger.Identity {
	t.Helper()
	id, err := l.Enrol(org, "peer0", fakeledger.AsRole(fakeledger.RolePeer))
	require.NoError(t, err)
	return id
}

func TestDeletedAndPurgedPrivateValuesAreGone(t *testing.T) {
	for _, function := range []string{"pdel", "purge"} {
		t.Run(function, func(t *testing.T) {
			l, c := deposited(t)
			require.Equal(t, policy, at(t, l, c, []string{"KG"}, function, ofKZ, "k"))
			require.Equal(t, valid, at(t, l, c, []string{"KZ"}, function, ofKZ, "k"))
			require.Nil(t, l.PrivateState("KZ", ofKZ, "k"))
			require.Nil(t, l.PrivateHash(ofKZ, "k"))
		})
	}
}

func TestPrivateKeysCanHaveTheirOwnPolicy(t *testing.T) {
	l, c := deposited(t)
	require.Equal(t, valid, at(t, l, c, []string{"KZ"}, "pguard", ofKZ, "k", "KG", "UZ"))
	w := c.With(secret("next"))
	require.Equal(t, policy, at(t, l, w, []string{"KZ"}, "pput", ofKZ, "k"))
	require.Equal(t, valid, at(t, l, w, []string{"KG", "UZ"}, "pput", ofKZ, "k"))
	require.Equal(t, "next", string(l.PrivateState("KZ", ofKZ, "k")))
	got, err := c.Evaluate("pget", ofKZ, "k")
	require.NoError(t, err, "the version of the plain value follows that of the hash")
	require.Equal(t, "next", string(got))

	t.Run("and a change of it spoils later writes in the block", func(t *testing.T) {
		guard := endorse(t, c.With(fakeledger.Endorsers("KG", "UZ")), "pguard", ofKZ, "k", "KZ")
		write := endorse(t, w.With(fakeledger.Endorsers("KG", "UZ")), "pput", ofKZ, "k")
		require.Equal(t, codes{valid, policy}, order(t, l, guard, write))
		got, err := c.Evaluate("pget", ofKZ, "k")
		require.NoError(t, err)
		require.Equal(t, "next", string(got))
	})
}

func TestPrivateQueriesExcludeWrites(t *testing.T) {
	f := privacy()
	f["listwrite"] = func(s stub, a []string) (string, error) {
		if _, err := f["plist"](s, a); err != nil {
			return "", err
		}
		return "", s.PutState("a", []byte("1"))
	}
	f["writelist"] = func(s stub, a []string) (string, error) {
		if err := s.PutState("a", []byte("1")); err != nil {
			return "", err
		}
		return f["plist"](s, a)
	}
	f["plistc"] = func(s stub, a []string) (string, error) {
		it, err := s.GetPrivateDataByPartialCompositeKey(a[0], "type", a[1:])
		if err != nil {
			return "", err
		}
		return values(it)
	}
	l := network(t, f)
	c := l.Client("KZ", "officer")
	submit(t, c.With(secret("1")), "pput", ofKZ, "b")
	submit(t, c.With(secret("2")), "pput", ofKZ, "a")
	got, err := c.Evaluate("plist", ofKZ)
	require.NoError(t, err)
	require.Equal(t, "a=2;b=1;", string(got))
	submit(t, c.With(secret("3")), "pput", fakeledger.ImplicitCollection("KZ"), fakeledger.CompositeKey("type", "x", "y"))
	require.Equal(t, "3", evaluate(t, c, "plistc", ofKZ, "x"))
	require.Empty(t, evaluate(t, c, "plistc", ofKZ, "y"))
	require.Equal(t, "a=2;b=1;", evaluate(t, c, "plist", ofKZ), "composite keys do not show")
	got, err = c.With(fakeledger.AtPeer("KG")).Evaluate("plist", ofKZ)
	require.NoError(t, err)
	require.Empty(t, got)
	_, err = c.Evaluate("listwrite", ofKZ)
	require.ErrorContains(t, err, "unsuppored transaction. Transaction has already performed queries on pvt data. Writes are not allowed")
	_, err = c.Evaluate("writelist", ofKZ)
	require.ErrorContains(t, err, "unsuppored transaction. Queries on pvt data is supported only in a read-only transaction")
}

func TestUndefinedCollections(t *testing.T) {
	l := network(t, privacy())
	c := l.Client("KZ", "officer").With(secret("v"))
	for name, want := range map[string]string{
		"":                 "collection must not be an empty string",
		"nowhere":          "collection channel/chaincode/nowhere could not be found",
		"_implicit_org_XX": "collection [_implicit_org_XX] not defined in the collection config for chaincode [chaincode]",
	} {
		for _, function := range []string{"pput", "pget", "pgetmany", "plist", "pdel", "purge"} {
			_, err := c.Evaluate(function, name, "k")
			require.ErrorContains(t, err, want, function)
		}
	}
}

func TestExplicitCollections(t *testing.T) {
	l, err := fakeledger.New(privacy(), fakeledger.Config{
		Orgs:   []string{"KZ", "KG", "UZ"},
		Policy: fakeledger.OutOf(2, "KZ", "KG", "UZ"),
		Collections: []fakeledger.Collection{
			{Name: "pair", Members: []string{"KZ", "KG"}, MemberOnlyRead: true, MemberOnlyWrite: true, Policy: fakeledger.OutOf(1, "KZ", "KG")},
			{Name: "open", Members: []string{"KZ"}},
		},
	})
	require.NoError(t, err)
	kz, uz := l.Client("KZ", "o").With(secret("v")), l.Client("UZ", "o").With(secret("v"))
	require.Equal(t, valid, at(t, l, kz, []string{"KG"}, "pput", "pair", "k"))
	require.Equal(t, policy, at(t, l, kz, []string{"UZ"}, "pput", "pair", "k"))
	require.Equal(t, "v", string(l.PrivateState("KG", "pair", "k")))
	require.Nil(t, l.PrivateState("UZ", "pair", "k"))
	_, err = uz.With(fakeledger.AtPeer("KZ")).Evaluate("pget", "pair", "k")
	require.ErrorContains(t, err, "tx creator does not have read access permission")
	_, err = uz.With(fakeledger.AtPeer("KZ")).Evaluate("pput", "pair", "k")
	require.ErrorContains(t, err, "tx creator does not have write access permission")

	t.Run("without a policy of their own fall under the chaincode's", func(t *testing.T) {
		for orgs, want := range map[string]peer.TxValidationCode{"KZ": policy, "UZ": policy} {
			require.Equal(t, want, at(t, l, kz, []string{orgs}, "pput", "open", "k"))
		}
		require.Equal(t, valid, at(t, l, kz, []string{"KG", "UZ"}, "pput", "open", "k"))
	})
}

func TestPrivateDataThatNeverReachedItsOwnerIsMissing(t *testing.T) {
	l := network(t, privacy())
	c := l.Client("KZ", "o")
	tx := endorse(t, c.With(secret("v"), fakeledger.Endorsers("KZ")), "pput", ofKZ, "k").WithoutPrivateData()
	require.Equal(t, codes{valid}, order(t, l, tx))
	require.NotNil(t, l.PrivateHash(ofKZ, "k"))
	_, err := c.Evaluate("pget", ofKZ, "k")
	require.ErrorContains(t, err, "private data matching public hash version is not available")
}
