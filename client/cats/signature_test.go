package cats

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/signature"
	"carec.example/cats/chaincode/signature/testca"
	"carec.example/cats/chaincode/transit"
)

const declarant = "CN1234567"

func anchorOf(a *testca.Authority) []transit.TrustAnchor {
	return []transit.TrustAnchor{{Validity: transit.Validity{From: "2020-01-01"}, Name: "authority", Certificate: a.DER()}}
}

// proved verifies the signature of a deposit against the content beside it.
func proved(t *testing.T, i *invocation, ca *testca.Authority) *signature.Proof {
	t.Helper()
	std, err := transit.DecodeSTD(i.transient[transit.TransientSTD])
	require.NoError(t, err)
	content, err := transit.SignedContent(std)
	require.NoError(t, err)
	proof, err := signature.Verify(i.transient[transit.TransientSignature], signature.Terms{
		Content: content, Operator: declarant, Anchors: []signature.Anchor{{Certificate: ca.Certificate}}, At: time.Now(),
	})
	require.NoError(t, err)
	return proof
}

func TestLodgeSigns(t *testing.T) {
	ctx := context.Background()
	ca := testca.New(t, "authority")
	signer := ca.Signer(t, testca.Attribute(declarant))
	std := declaration("CN")
	std.Guarantees = []transit.DeclaredGuarantee{{GuaranteeReferences: []transit.DeclaredReference{{AccessCode: "A1B2"}}}}

	t.Run("When the country asks for it, with the signer it is given", func(t *testing.T) {
		p := (&office{t: t, anchors: anchorOf(ca)}).peer()
		_, _, err := connectWith(t, []Option{WithSigner(signer)}, p).Movements().Lodge(ctx, std)
		require.NoError(t, err)
		require.Equal(t, signer.Chain[0].Raw, proved(t, p.proposals()[0], ca).Chain[0].Raw)
		require.Empty(t, p.proposals()[1].transient)
		require.Equal(t, "A1B2", std.Guarantees[0].GuaranteeReferences[0].AccessCode, "the caller's document is as it was")
	})

	t.Run("With the own enrolment key when it is given none", func(t *testing.T) {
		p := (&office{t: t, anchors: anchorOf(ca)}).peer()
		c := connectTo(t, p)
		_, _, err := c.Movements().Lodge(ctx, std)
		require.NoError(t, err)
		s, err := signature.Parse(p.proposals()[0].transient[transit.TransientSignature])
		require.NoError(t, err)
		own, err := c.profile.Signer("cn-officer", nil)
		require.NoError(t, err)
		require.Equal(t, own.Chain[0].Raw, s.Chain[0].Raw)
	})

	t.Run("Not when the country does not ask", func(t *testing.T) {
		p := (&office{t: t}).peer()
		_, _, err := connectWith(t, []Option{WithSigner(signer)}, p).Movements().Lodge(ctx, std)
		require.NoError(t, err)
		require.NotContains(t, p.proposals()[0].transient, transit.TransientSignature)
	})

	t.Run("Or hands on a signature that was made elsewhere", func(t *testing.T) {
		p := (&office{t: t, anchors: anchorOf(ca)}).peer()
		jws, err := SignDocument(signer, std, time.Now().Add(-time.Hour))
		require.NoError(t, err)
		_, _, err = connectTo(t, p).Movements().Lodge(ctx, std, Signed(jws))
		require.NoError(t, err)
		require.Equal(t, string(jws), string(p.proposals()[0].transient[transit.TransientSignature]))
		proved(t, p.proposals()[0], ca)
	})

	t.Run("And looks again after a refusal of the signature", func(t *testing.T) {
		o := &office{t: t}
		p := o.peer()
		pages, refuse := 0, true
		evaluate, endorse := p.onEvaluate, p.onEndorse
		p.onEvaluate = func(i *invocation) ([]byte, error) {
			if i.fn == transit.FnGetPage {
				pages++
			}
			return evaluate(i)
		}
		p.onEndorse = func(i *invocation) ([]byte, error) {
			if i.fn == transit.FnDeposit && refuse {
				return nil, refusal(transit.Faultf(transit.InvalidDocument, "unsigned").
					With(transit.Violation{Code: "13", Pointer: "/signature"}), "CNMSP")
			}
			return endorse(i)
		}
		c := connectWith(t, []Option{WithSigner(signer)}, p)
		_, _, err := c.Movements().Lodge(ctx, std)
		require.ErrorIs(t, err, transit.Faultf(transit.InvalidDocument, ""))
		o.anchors, refuse = anchorOf(ca), false
		_, _, err = c.Movements().Lodge(ctx, std)
		require.NoError(t, err)
		require.Equal(t, 2, pages)
		require.NotContains(t, p.proposals()[0].transient, transit.TransientSignature)
		proved(t, p.proposals()[1], ca)
	})
}

func TestSignersThatCannotSign(t *testing.T) {
	_, err := Open(context.Background(), testProfile(t), "cn-officer", WithSigner(signature.Signer{}))
	require.Error(t, err)
	ca := testca.New(t, "authority")
	p := (&office{t: t, anchors: anchorOf(ca)}).peer()
	tls := ca.Signer(t, testca.Usage(x509.KeyUsageKeyAgreement))
	_, _, err = connectWith(t, []Option{WithSigner(tls)}, p).Movements().Lodge(context.Background(), declaration("CN"))
	require.Equal(t, Internal, failureOf(t, err).Class)
	var refused *signature.Error
	require.ErrorAs(t, err, &refused)
	require.Equal(t, signature.Purpose, refused.Reason)
	require.Empty(t, p.proposals())
}

func TestLoadSigner(t *testing.T) {
	dir := t.TempDir()
	between := testca.New(t, "root").Below(t, "between")
	s := between.Signer(t, testca.Attribute(declarant))
	key, err := x509.MarshalPKCS8PrivateKey(s.Key)
	require.NoError(t, err)
	var chain []byte
	for _, c := range s.Chain {
		chain = append(chain, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})...)
	}
	file := func(name string, content []byte) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, content, 0o600))
		return path
	}
	chainFile, keyFile := file("chain.pem", chain), file("key.pem", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}))
	got, err := LoadSigner(chainFile, keyFile)
	require.NoError(t, err)
	require.Len(t, got.Chain, 2)
	_, err = SignDocument(got, declaration("CN"), time.Now())
	require.NoError(t, err)
	for name, files := range map[string][2]string{
		"no certificate file": {filepath.Join(dir, "none"), keyFile}, "no certificate in it": {keyFile, keyFile},
		"no key file": {chainFile, filepath.Join(dir, "none")}, "no key in it": {chainFile, chainFile},
		"a broken certificate": {file("broken.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("x")})), keyFile},
	} {
		_, err := LoadSigner(files[0], files[1])
		require.Error(t, err, name)
	}
}

func TestContentVerifiesTheSignature(t *testing.T) {
	ctx := context.Background()
	ca := testca.New(t, "authority")
	signer := ca.Signer(t, testca.Attribute(declarant))
	std := declaration("CN")
	now := time.Now().UTC().Truncate(time.Second)
	jws, err := SignDocument(signer, std, now)
	require.NoError(t, err)
	read := func(t *testing.T, jws []byte, version int, anchors []transit.TrustAnchor, revoked ...transit.Revocation) *DocumentSignature {
		t.Helper()
		d, err := connectTo(t, signedContent(t, std, jws, version, anchors, revoked)).Movements().Content(ctx, someID)
		require.NoError(t, err, "a signature that does not hold is no error")
		require.Equal(t, std, d.STD)
		return d.Signature
	}
	bad := func(t *testing.T, s *DocumentSignature, want signature.Reason) {
		t.Helper()
		require.Nil(t, s.Proof)
		var e *signature.Error
		require.ErrorAs(t, s.Problem, &e)
		require.Equal(t, want, e.Reason)
	}

	t.Run("That holds", func(t *testing.T) {
		s := read(t, jws, 1, anchorOf(ca))
		require.NoError(t, s.Problem)
		require.Equal(t, declarant, s.Proof.Operator)
		require.Equal(t, now, s.Proof.At)
		require.NoError(t, read(t, jws, 2, anchorOf(ca)).Problem, "of an amendment")
	})
	t.Run("Where there is none", func(t *testing.T) { require.Nil(t, read(t, nil, 1, anchorOf(ca))) })
	t.Run("Over another content", func(t *testing.T) {
		other, err := SignDocument(signer, declaration("KZ"), now)
		require.NoError(t, err)
		bad(t, read(t, other, 1, anchorOf(ca)), signature.Altered)
	})
	t.Run("Of an authority that the country does not trust", func(t *testing.T) {
		bad(t, read(t, jws, 1, anchorOf(testca.New(t, "authority"))), signature.Untrusted)
		late := anchorOf(ca)
		late[0].From = transit.DateOf(now.AddDate(0, 0, 1))
		bad(t, read(t, jws, 1, late), signature.Untrusted)
	})
	t.Run("Of a certificate that is revoked", func(t *testing.T) {
		issuer, serial := transit.CertificateNumber(signer.Chain[0])
		r := transit.Revocation{Validity: transit.Validity{From: transit.DateOf(now)}, Issuer: issuer, Serial: serial}
		bad(t, read(t, jws, 1, anchorOf(ca), r), signature.Revoked)
		r.From = transit.DateOf(now.AddDate(0, 0, 1))
		require.NoError(t, read(t, jws, 1, anchorOf(ca), r).Problem, "only later")
	})
	t.Run("Of an amendment, signed outside its time", func(t *testing.T) {
		for _, at := range []time.Time{now.AddDate(0, 0, -40), now.AddDate(0, 0, 1)} {
			jws, err := SignDocument(signer, std, at)
			require.NoError(t, err)
			bad(t, read(t, jws, 2, anchorOf(ca)), signature.SignedAt)
		}
	})
	t.Run("That is none", func(t *testing.T) { bad(t, read(t, []byte("signed"), 1, anchorOf(ca)), signature.Malformed) })
}

// signedContent is a peer with a content, its record, and the registry's pages.
func signedContent(
	t *testing.T, std *transit.STD, jws []byte, version int, anchors []transit.TrustAnchor, revoked []transit.Revocation,
) *mockPeer {
	t.Helper()
	sections, err := std.WithoutAccessCodes().Sections()
	require.NoError(t, err)
	if jws != nil {
		section, err := transit.NewSignatureSection(jws)
		require.NoError(t, err)
		sections = append(sections, section)
	}
	record := &transit.Movement{}
	record.ID, record.Version, record.Declarant = someID, version, transit.Declarant{MSP: "CNMSP", Operator: declarant}
	record.LodgedAt, record.At = transit.Stamp(time.Now()), transit.Stamp(time.Now())
	content := transit.Content{ID: someID, Version: version}
	for _, s := range sections {
		value, digest, err := transit.SealSection(s, make([]byte, transit.SeedLength))
		require.NoError(t, err)
		record.Sections = append(record.Sections, digest)
		content.Sections = append(content.Sections, transit.SealedSection{Name: s.Name, Value: value})
	}
	return &mockPeer{onEvaluate: func(i *invocation) ([]byte, error) {
		switch i.fn {
		case transit.FnGetContent:
			encrypted, err := transit.EncryptContent(i.transient[transit.TransientReaderKey], i.txID, &content)
			require.NoError(t, err)
			return asJSON(t, encrypted), nil
		case transit.FnGetPage:
			var q transit.PageQuery
			i.decode(t, &q)
			require.Equal(t, "CN", q.Country)
			page := transit.Page{V: 1, Country: q.Country, Book: q.Book, Name: q.Page}
			switch q.Book {
			case transit.BookAnchors:
				page.Anchors = anchors
			case transit.BookRevocations:
				page.Revocations = revoked
			}
			return asJSON(t, page), nil
		}
		return asJSON(t, transit.MovementView{Movement: record}), nil
	}}
}
