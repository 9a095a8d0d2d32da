package contract_test

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/fakeledger"
	"carec.example/cats/chaincode/ledger"
	"carec.example/cats/chaincode/signature"
	"carec.example/cats/chaincode/signature/testca"
	"carec.example/cats/chaincode/transit"
)

// signed is an insured world in which China asks its operators to sign, with the authority that certifies them.
func signed(t testing.TB) (*world, *testca.Authority) {
	t.Helper()
	w := insured(t, 1)
	ca := testca.New(t, "China's authority")
	w.trust("CNMSP", transit.TrustAnchor{Validity: since("2026-01-01"), Name: "authority", Certificate: ca.DER()})
	return w, ca
}

func since(from transit.Date) transit.Validity { return transit.Validity{From: from} }

// trust names trust anchors of a country in the registry.
func (w *world) trust(msp string, anchors ...transit.TrustAnchor) {
	w.t.Helper()
	w.enter(msp, transit.Entries{Anchors: anchors})
}

func (w *world) enter(msp string, e transit.Entries) {
	w.t.Helper()
	_, err := w.people["admin-"+msp].Submit(string(transit.FnPutEntries), toJSON(transit.PutEntriesRequest{Country: msp[:2], Entries: e}))
	require.NoError(w.t, err)
}

// sign signs a document as its declarant does.
func (w *world) sign(s signature.Signer, std *transit.STD) []byte {
	w.t.Helper()
	content, err := transit.SignedContent(std)
	require.NoError(w.t, err)
	jws, err := s.Sign(content, w.ledger.Now())
	require.NoError(w.t, err)
	return jws
}

// depositSigned brings a content and a signature to the country of departure.
func (w *world) depositSigned(who string, std *transit.STD, version int, jws []byte) (*transit.Face, error) {
	w.t.Helper()
	content, err := transit.Canonical(std)
	require.NoError(w.t, err)
	c := w.people[who].With(fakeledger.Endorsers("CNMSP"), fakeledger.AtPeer("CNMSP"), fakeledger.Transient(map[string][]byte{
		transit.TransientSTD: content, transit.TransientSalt: seed(), transit.TransientSignature: jws,
	}))
	receipt, err := c.Submit(string(transit.FnDeposit), toJSON(transit.DepositRequest{
		Departure: std.DepartureOffice.ReferenceNumber, LRN: std.TransitOperation.LRN, Version: version,
	}))
	if err != nil {
		return nil, err
	}
	return fromJSON[transit.Face](w.t, receipt.Payload()), nil
}

// lodgedSigned brings a signed declaration on the ledger.
func (w *world) lodgedSigned(s signature.Signer, std *transit.STD) *transit.Movement {
	w.t.Helper()
	face, err := w.depositSigned("trader", std, 1, w.sign(s, std))
	require.NoError(w.t, err)
	m, err := w.lodge(w.people["trader"], face)
	require.NoError(w.t, err)
	return m
}

// read is the content as a country's officer reads it, with the signature.
func (w *world) readSigned(who, at string, m *transit.Movement) (*transit.STD, []byte) {
	w.t.Helper()
	content, err := w.content(who, at, m.Reference())
	require.NoError(w.t, err)
	var sections []transit.Section
	for i, s := range content.Sections {
		section, err := transit.UnsealSection(s.Value, m.Sections[i])
		require.NoError(w.t, err)
		sections = append(sections, section)
	}
	std, err := transit.JoinSections(sections)
	require.NoError(w.t, err)
	jws, err := transit.SignatureOf(sections)
	require.NoError(w.t, err)
	return std, jws
}

// notSigned checks that the signature was what the ledger refused.
func notSigned(t *testing.T, err error, violation, text string, because ...any) {
	t.Helper()
	f := fault(t, err)
	require.Equal(t, transit.InvalidDocument, f.Code, because...)
	require.Len(t, f.Violations, 1, because...)
	require.Equal(t, violation, f.Violations[0].Code, because...)
	require.Equal(t, "/signature", f.Violations[0].Pointer)
	require.Contains(t, f.Violations[0].Text, text, because...)
}

func TestASignedDeclarationIsVerifiedByEveryReader(t *testing.T) {
	w, ca := signed(t)
	std := document("LRN-1")
	m := w.lodgedSigned(ca.Signer(t, testca.Attribute(holder)), std)
	require.True(t, transit.IsSigned(m.Sections))
	require.Len(t, m.Sections, len(transit.AllSections()))
	require.NotContains(t, toJSON(m), "jws", "the public record shows the digest alone")
	m = w.must("urumqi", transit.StepAccept, m)
	m = w.must("urumqi", transit.StepRelease, m, limit)
	w.delivered(m, "KZMSP")

	got, jws := w.readSigned("khorgos", "KZMSP", m)
	content, err := transit.SignedContent(got)
	require.NoError(t, err)
	lodged, err := transit.SignedContent(std)
	require.NoError(t, err)
	require.Equal(t, string(lodged), string(content))
	terms := signature.Terms{
		Content: content, Operator: m.Declarant.Operator, Anchors: []signature.Anchor{{Certificate: ca.Certificate}}, At: w.ledger.Now(),
	}
	_, err = signature.Verify(jws, terms)
	require.NoError(t, err)
	got.Consignment.HouseConsignments[0].ConsignmentItems[0].Commodity.GoodsMeasure.GrossMass = "100.1"
	terms.Content, err = transit.SignedContent(got)
	require.NoError(t, err)
	_, err = signature.Verify(jws, terms)
	require.Error(t, err, "one element is another")
	w.checkLedger()
}

// delivered brings the content to a further country, section by section as the country of departure holds it.
func (w *world) delivered(m *transit.Movement, to string) {
	w.t.Helper()
	_, err := w.people["courier"].With(fakeledger.Endorsers(to), fakeledger.AtPeer(to), fakeledger.Transient(w.sealed(m))).
		Submit(string(transit.FnDeliver), toJSON(transit.DeliverRequest{Movement: m.Reference(), To: to}))
	require.NoError(w.t, err)
}

func (w *world) sealed(m *transit.Movement) map[string][]byte {
	w.t.Helper()
	content, err := w.content("urumqi", "CNMSP", m.Reference())
	require.NoError(w.t, err)
	out := map[string][]byte{}
	for _, s := range content.Sections {
		out[s.Name] = s.Value
	}
	return out
}

func TestWhoMustSign(t *testing.T) {
	w := insured(t, 1)
	ca := testca.New(t, "authority")
	signer := ca.Signer(t, testca.Attribute(holder))
	std := document("LRN-1")
	anchor := transit.TrustAnchor{Validity: since("2026-01-01"), Name: "authority", Certificate: ca.DER()}

	_, err := w.depositSigned("trader", std, 1, w.sign(signer, std))
	notSigned(t, err, "15", "no trust anchors", "a country that names no anchors")
	_, err = w.depositSigned("trader", std, 1, nil)
	require.NoError(t, err, "nobody asks for a signature")

	w.trust("KZMSP", anchor)
	_, err = w.deposit("trader", std, 1)
	require.NoError(t, err, "another country's anchors ask nothing of a Chinese operator")
	_, err = w.depositSigned("trader", std, 1, w.sign(signer, std))
	notSigned(t, err, "15", "no trust anchors", "and do not vouch for one")

	anchor.From = "2026-11-25"
	w.trust("CNMSP", anchor)
	_, err = w.deposit("trader", std, 1)
	require.NoError(t, err, "from tomorrow on")
	w.ledger.Advance(24 * time.Hour)
	_, err = w.deposit("trader", std, 1)
	notSigned(t, err, "13", "asks for the declarant's signature")
	broken := document("LRN-1")
	broken.Consignment.GrossMass = "99.0"
	broken.TransitOperation.Security = "9"
	_, err = w.deposit("trader", broken, 1)
	require.Equal(t, "/signature", fault(t, err).Violations[0].Pointer)
	require.Greater(t, len(fault(t, err).Violations), 1, "together with everything else")
	_, err = w.depositSigned("trader", std, 1, w.sign(signer, std))
	require.NoError(t, err)

	anchor.From, anchor.Until = "2026-11-25", "2026-11-25"
	w.trust("CNMSP", anchor)
	w.ledger.Advance(24 * time.Hour)
	_, err = w.deposit("trader", std, 1)
	require.NoError(t, err, "the anchor has ended")
}

func TestSignaturesThatAreRefused(t *testing.T) {
	w, ca := signed(t)
	std := document("LRN-1")
	good := ca.Signer(t, testca.Attribute(holder))
	subject := testca.New(t, "authority for signatures")
	w.trust("CNMSP", transit.TrustAnchor{
		Validity: since("2026-01-01"), Name: "signatures", Certificate: subject.DER(), OperatorInSubject: true,
	})
	changed := func(change func(*transit.STD)) *transit.STD {
		c := document("LRN-1")
		change(c)
		return c
	}
	gone := w.ledger.Now().Add(-time.Second)
	jws := w.sign(good, std)
	head, value, _ := strings.Cut(string(jws), "..")
	for name, c := range map[string]struct {
		jws  []byte
		text string
	}{
		"over another LRN":             {w.sign(good, document("LRN-2")), "altered"},
		"over another mass":            {w.sign(good, changed(func(s *transit.STD) { s.Consignment.GrossMass = "100" })), "altered"},
		"over another guarantee":       {w.sign(good, changed(func(s *transit.STD) { firstReference(s).AmountToBeCovered = "1.00" })), "altered"},
		"over less":                    {w.sign(good, changed(func(s *transit.STD) { s.Consignment.PlaceOfLoading = nil })), "altered"},
		"of another operator":          {w.sign(ca.Signer(t, testca.Attribute("CN000")), std), "operator"},
		"of an officer":                {w.sign(ca.Signer(t, testca.Attributes(map[string]string{"office": departure})), std), "operator"},
		"who chose his subject":        {w.sign(ca.Signer(t, testca.SerialNumber(holder)), std), "operator"},
		"with an attribute of no word": {w.sign(subject.Signer(t, testca.Attribute(holder)), std), "operator"},
		"of a foreign authority":       {w.sign(testca.New(t, "China's authority").Signer(t, testca.Attribute(holder)), std), "untrusted"},
		"of a TLS certificate":         {forServers(t, w, ca, std), "purpose"},
		"with an expired certificate":  {w.sign(ca.Signer(t, testca.Attribute(holder), testca.Valid(testca.From(), gone)), std), "expired"},
		"of no algorithm":              {[]byte("eyJhbGciOiJub25lIn0.." + value), "algorithm"},
		"with another value":           {[]byte(head + ".." + strings.Repeat("A", len(value))), "altered"},
		"that is none":                 {[]byte("signed"), "malformed"},
		"that is too long":             {bytes.Repeat([]byte("A"), signature.MaxBytes+1), "malformed"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := w.depositSigned("trader", std, 1, c.jws)
			notSigned(t, err, "14", "("+c.text+")")
		})
	}
	for name, s := range map[string]signature.Signer{
		"as the authority for enrolments says": good, "as the one for signatures says": subject.Signer(t, testca.Organisation(holder)),
	} {
		_, err := w.depositSigned("trader", std, 1, w.sign(s, std))
		require.NoError(t, err, name)
	}
	other := changed(func(s *transit.STD) { firstReference(s).AccessCode = "ZZZZ" })
	require.NotEqual(t, other, std)
	_, err := w.depositSigned("trader", std, 1, w.sign(good, other))
	require.NoError(t, err, "the access code is no part of what is signed")
	_, err = w.depositSigned("rival", std, 1, jws)
	notSigned(t, err, "14", "(operator)", "another trader shows the signature of the declarant")
}

func firstReference(s *transit.STD) *transit.DeclaredReference {
	return &s.Guarantees[0].GuaranteeReferences[0]
}

// forServers signs with a certificate that [signature.Signer] would refuse.
func forServers(t *testing.T, w *world, ca *testca.Authority, std *transit.STD) []byte {
	t.Helper()
	server := ca.Signer(t, testca.Attribute(holder), testca.Usage(x509.KeyUsageDigitalSignature, x509.ExtKeyUsageServerAuth))
	content, err := transit.SignedContent(std)
	require.NoError(t, err)
	header, err := json.Marshal(testca.Header(server, w.ledger.Now()))
	require.NoError(t, err)
	return testca.Raw(t, server.Key, header, content)
}

func TestRevocationsInTheRegistry(t *testing.T) {
	w, ca := signed(t)
	std := document("LRN-1")
	s := ca.Signer(t, testca.Attribute(holder))
	issuer, serial := transit.CertificateNumber(s.Chain[0])
	w.enter("CNMSP", transit.Entries{Revocations: []transit.Revocation{{Validity: since("2026-11-25"), Issuer: issuer, Serial: serial}}})
	jws := w.sign(s, std)
	_, err := w.depositSigned("trader", std, 1, jws)
	require.NoError(t, err, "from tomorrow on")
	w.ledger.Advance(24 * time.Hour)
	_, err = w.depositSigned("trader", std, 1, jws)
	notSigned(t, err, "14", "(revoked)", "lodged after the day, whatever the time of signing says")
	_, err = w.depositSigned("trader", std, 1, w.sign(ca.Signer(t, testca.Attribute(holder)), std))
	require.NoError(t, err, "another certificate of the operator")
}

func TestAmendmentsAreSignedAnew(t *testing.T) {
	w, ca := signed(t)
	s := ca.Signer(t, testca.Attribute(holder))
	std := document("LRN-1")
	m := w.lodgedSigned(s, std)
	jws := w.sign(s, std)
	amended := document("LRN-1")
	amended.Consignment.ReferenceNumberUCR = "UCR-2"
	_, err := w.depositSigned("trader", amended, 2, nil)
	notSigned(t, err, "13", "asks for")
	_, err = w.depositSigned("trader", amended, 2, jws)
	notSigned(t, err, "14", "(altered)", "the signature of the declaration")
	face, err := w.depositSigned("trader", amended, 2, w.sign(s, amended))
	require.NoError(t, err)
	m2, err := w.amend(face)
	require.NoError(t, err)
	require.Equal(t, 2, m2.Version)
	digest := func(m *transit.Movement) string { return m.Sections[len(m.Sections)-1].Digest }
	require.NotEqual(t, digest(m), digest(m2))
}

// ---- Attacks

func TestTheCountryOfDepartureCannotLeaveTheSignatureOut(t *testing.T) {
	w, ca := signed(t)
	std := document("LRN-1")
	face, err := w.depositSigned("trader", std, 1, w.sign(ca.Signer(t, testca.Attribute(holder)), std))
	require.NoError(t, err)

	bare := *face
	bare.Sections = face.Sections[:len(face.Sections)-1]
	w.forge("CNMSP", &bare)
	_, err = w.lodge(w.people["trader"], &bare)
	notSigned(t, err, "13", "asks for", "its peer has not looked, the others do")

	twice := *face
	twice.Sections = append(append([]transit.SectionDigest(nil), face.Sections...), face.Sections[len(face.Sections)-1])
	w.forge("CNMSP", &twice)
	_, err = w.lodge(w.people["trader"], &twice)
	require.Equal(t, transit.ContentMismatch, code(err))

	swapped := *face
	swapped.Sections = append([]transit.SectionDigest(nil), face.Sections...)
	swapped.Sections[0], swapped.Sections[6] = swapped.Sections[6], swapped.Sections[0]
	w.forge("CNMSP", &swapped)
	_, err = w.lodge(w.people["trader"], &swapped)
	require.Equal(t, transit.ContentMismatch, code(err))
}

func TestASignatureCannotBeExchangedOnTheWay(t *testing.T) {
	w, ca := signed(t)
	s := ca.Signer(t, testca.Attribute(holder))
	m := w.must("urumqi", transit.StepAccept, w.lodgedSigned(s, document("LRN-1")))
	m = w.must("urumqi", transit.StepRelease, m, limit)
	deliver := func(sections map[string][]byte) error {
		_, err := w.people["courier"].With(fakeledger.Endorsers("KZMSP"), fakeledger.AtPeer("KZMSP"), fakeledger.Transient(sections)).
			Submit(string(transit.FnDeliver), toJSON(transit.DeliverRequest{Movement: m.Reference(), To: "KZMSP"}))
		return err
	}
	without := w.sealed(m)
	delete(without, transit.SectionSignature)
	require.Equal(t, transit.MalformedRequest, code(deliver(without)))
	other := w.sealed(m)
	section, err := transit.NewSignatureSection(w.sign(s, document("LRN-1")))
	require.NoError(t, err)
	other[transit.SectionSignature], _, err = transit.SealSection(section, seed())
	require.NoError(t, err)
	require.Equal(t, transit.ContentMismatch, code(deliver(other)), "another one by the same signer over the same content")
	require.NoError(t, deliver(w.sealed(m)))
}

// A country whose own peer lies can keep a signature that is none. It proves its lie to every reader.
func TestASignatureThatNobodyVerifiedIsSeenByEveryReader(t *testing.T) {
	w, ca := signed(t)
	std := document("LRN-1")
	face, err := w.depositSigned("trader", std, 1, w.sign(ca.Signer(t, testca.Attribute(holder)), std))
	require.NoError(t, err)
	forged, err := testca.New(t, "China's authority").Signer(t, testca.Attribute(holder)).Sign([]byte("{}"), w.ledger.Now())
	require.NoError(t, err)
	section, err := transit.NewSignatureSection(forged)
	require.NoError(t, err)
	value, digest, err := transit.SealSection(section, seed())
	require.NoError(t, err)
	face.Sections[len(face.Sections)-1] = digest
	w.forge("CNMSP", face)
	w.plant("CNMSP", ledger.SectionKey(face.ID, 1, transit.SectionSignature), value)
	m, err := w.lodge(w.people["trader"], face)
	require.NoError(t, err, "no other peer sees the content")
	got, jws := w.readSigned("urumqi", "CNMSP", m)
	content, err := transit.SignedContent(got)
	require.NoError(t, err)
	_, err = signature.Verify(jws, signature.Terms{
		Content: content, Operator: holder, Anchors: []signature.Anchor{{Certificate: ca.Certificate}}, At: w.ledger.Now(),
	})
	require.Error(t, err)
}
