package e2e

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/signature"
	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

// signatures shows that a declaration is bound to the person that declares: every country of the pilot trusts the authority that
// enrols its operators, so the SDK signs with the operator's own key, and whoever reads the content verifies it. It comes late,
// for it revokes the certificate of a trader whom others need.
func (w *world) signatures(t *testing.T) {
	const tianshan = "cn-trader-tianshan"
	id, err := w.profile.Identity(tianshan)
	require.NoError(t, err)

	t.Run("a movement's content is verified in every country of its route", func(t *testing.T) {
		m := w.released(t)
		ctx := within(t, 2*time.Minute)
		for _, who := range []string{"cn-officer-urumqi", "kz-officer-khorgos", "kg-officer-bishkek"} {
			var d *cats.Document
			require.Eventually(t, func() bool {
				var err error
				d, err = w.as(t, who).Movements().Content(ctx, m.MRN)
				return err == nil
			}, time.Minute, 500*time.Millisecond, "%s waits for the content", who)
			require.True(t, transit.IsSigned(d.Movement.Sections))
			require.NotNil(t, d.Signature, who)
			require.NoError(t, d.Signature.Problem, who)
			require.Equal(t, id.Operator, d.Signature.Proof.Operator)
			own, err := w.profile.Signer(tianshan, nil)
			require.NoError(t, err)
			require.Equal(t, own.Chain[0].Raw, d.Signature.Proof.Chain[0].Raw)
		}
	})

	std := load(t, examples+"cn-kz-kg-electronics.xml", nil)
	std.TransitOperation.LRN = "S" + fresh()[:20]
	std.Guarantees[0].GuaranteeReferences[0].AmountToBeCovered = "100.00"
	sign := func(t *testing.T, who string, std *transit.STD) []byte {
		t.Helper()
		s, err := w.profile.Signer(who, nil)
		require.NoError(t, err)
		jws, err := cats.SignDocument(s, std, time.Now())
		require.NoError(t, err)
		return jws
	}

	t.Run("nobody else's signature is taken, nor one over another document", func(t *testing.T) {
		other := *std
		other.Consignment.GrossMass = "1.0"
		tls, err := cats.LoadSigner(w.path(id.TLSCertificate), w.path(id.TLSKey))
		require.NoError(t, err)
		_, err = cats.SignDocument(tls, std, time.Now())
		var refused *signature.Error
		require.ErrorAs(t, err, &refused, "a certificate for TLS is told to its owner already")
		require.Equal(t, signature.Purpose, refused.Reason)
		for name, jws := range map[string][]byte{
			"none":                           {},
			"of another operator":            sign(t, "cn-trader-silkroad", std),
			"of an officer":                  sign(t, "cn-officer-urumqi", std),
			"of an operator of another land": sign(t, w.someTrader(t, "KZ"), std),
			"over another document":          sign(t, tianshan, &other),
		} {
			_, _, err := w.as(t, tianshan).Movements().Lodge(within(t, time.Minute), std, cats.Signed(jws))
			f := faultOf(t, err)
			require.Equal(t, transit.InvalidDocument, f.Code, name)
			require.Len(t, f.Violations, 1, name)
			require.Equal(t, "/signature", f.Violations[0].Pointer, name)
		}
	})

	t.Run("one that was made elsewhere is lodged", func(t *testing.T) {
		m, _, err := w.as(t, tianshan).Movements().Lodge(within(t, time.Minute), std, cats.Signed(sign(t, tianshan, std)))
		require.NoError(t, err)
		d, err := w.as(t, "cn-officer-urumqi").Movements().Content(within(t, time.Minute), m.ID)
		require.NoError(t, err)
		require.NoError(t, d.Signature.Problem)
	})

	t.Run("a certificate that its country revokes signs no more", func(t *testing.T) {
		const silkroad = "cn-trader-silkroad"
		own, err := w.profile.Signer(silkroad, nil)
		require.NoError(t, err)
		holder, err := w.profile.Identity(silkroad)
		require.NoError(t, err)
		theirs := *std
		theirs.Holder.IdentificationNumber = holder.Operator
		verdict := func() *transit.Fault {
			_, err := w.as(t, silkroad).Movements().DryRun(within(t, time.Minute), &theirs)
			return faultOf(t, err)
		}
		require.Equal(t, transit.GuaranteeRefused, verdict().Code, "the guarantee is another holder's, the signature holds")

		issuer, serial := transit.CertificateNumber(own.Chain[0])
		_, _, err = w.as(t, "cn-admin").Registry().Put(within(t, time.Minute), "CN", transit.Entries{Revocations: []transit.Revocation{{
			Validity: transit.Validity{From: transit.DateOf(time.Now())}, Issuer: issuer, Serial: serial, Reason: "key lost",
		}}})
		require.NoError(t, err)
		f := verdict()
		require.Equal(t, transit.InvalidDocument, f.Code)
		require.Contains(t, f.Violations[0].Text, "(revoked)")
	})
}

// path is where a file of the profile lies.
func (w *world) path(name string) string {
	return filepath.Join(filepath.Dir(w.net.ProfilePath()), name)
}

// someTrader is a trader of an organisation.
func (w *world) someTrader(t *testing.T, organisation string) string {
	t.Helper()
	name, err := w.profile.Find(organisation, transit.RoleTrader)
	require.NoError(t, err)
	return name
}
