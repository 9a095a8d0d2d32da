package fakeledger_test

import (
	"crypto/x509"
	"errors"
	"testing"

	"github.com/hyperledger/fabric-chaincode-go/v2/pkg/cid"
	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/fakeledger"
)

func TestTheCidLibraryUnderstandsIdentities(t *testing.T) {
	l := network(t, functions{"who": func(s stub, _ []string) (string, error) {
		id, err := cid.New(s)
		if err != nil {
			return "", err
		}
		mspID, err1 := id.GetMSPID()
		office, _, err2 := id.GetAttributeValue("office")
		enrolled, _, err3 := id.GetAttributeValue("hf.EnrollmentID")
		_, found, err4 := id.GetAttributeValue("missing")
		client, err5 := id.HasOUValue("client")
		admin, err6 := id.HasOUValue("admin")
		err = errors.Join(err1, err2, err3, err4, err5, err6, id.AssertAttributeValue("role", "officer"))
		if found || client == admin {
			return "", errors.New("wrong attributes")
		}
		return mspID + " " + office + " " + enrolled, err
	}})
	attributes := fakeledger.Attributes(map[string]string{"role": "officer", "office": "KZ550101"})
	require.Equal(t, "KZ KZ550101 o-1", evaluate(t, l.Client("KZ", "o-1", attributes), "who"))
	admin, err := l.Enrol("KG", "a-1", attributes, fakeledger.AsRole(fakeledger.RoleAdmin))
	require.NoError(t, err)
	require.Equal(t, "KG KZ550101 a-1", evaluate(t, l.ClientFor(admin), "who"))
	_, err = l.Client("KZ", "o-2").Evaluate("who")
	require.ErrorContains(t, err, "attribute 'role'")
}

func TestIdentitiesAreReproducible(t *testing.T) {
	one, two := network(t, basics()), network(t, basics())
	a := one.Client("KZ", "o", fakeledger.Attribute("role", "officer")).Identity()
	b := two.Client("KZ", "o", fakeledger.Attribute("role", "officer")).Identity()
	require.Equal(t, a.Serialized(), b.Serialized())
	require.True(t, a.PrivateKey().Equal(b.PrivateKey()))
	require.Same(t, a, one.Client("KZ", "o", fakeledger.Attribute("role", "officer")).Identity())

	t.Run("and differ by organisation, name, role, attribute and authority", func(t *testing.T) {
		seen := map[string]bool{string(a.Serialized()): true}
		for _, c := range []*fakeledger.Client{
			one.Client("KG", "o", fakeledger.Attribute("role", "officer")),
			one.Client("KZ", "p", fakeledger.Attribute("role", "officer")),
			one.Client("KZ", "o", fakeledger.Attribute("role", "trader")),
			one.Client("KZ", "o"),
			one.Client("KZ", "o", fakeledger.Attribute("role", "officer"), fakeledger.AsRole(fakeledger.RoleAdmin)),
			one.Client("KZ", "o", fakeledger.Attribute("role", "officer"), fakeledger.FromAuthority(fakeledger.SecondAuthority)),
		} {
			require.False(t, seen[string(c.Identity().Serialized())])
			seen[string(c.Identity().Serialized())] = true
		}
	})
	t.Run("and are proper certificates", func(t *testing.T) {
		require.Equal(t, "KZ", a.MSP())
		require.Equal(t, "o", a.Certificate().Subject.CommonName)
		require.Equal(t, x509.ECDSAWithSHA256, a.Certificate().SignatureAlgorithm)
		require.Contains(t, string(a.CertificatePEM()), "BEGIN CERTIFICATE")
		signature := a.Sign([]byte("message"))
		require.NoError(t, a.Certificate().CheckSignature(x509.ECDSAWithSHA256, []byte("message"), signature))
	})
}
