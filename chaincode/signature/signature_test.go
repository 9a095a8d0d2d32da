package signature_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/signature"
	"carec.example/cats/chaincode/signature/testca"
)

const operator = "CN91650100MA775"

func now() time.Time { return time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC) }

func content() []byte { return []byte(`{"transitOperation":{"lrn":"LRN-1"}}`) }

// terms trust one authority, as the enrolment authority of a country.
func terms(anchors ...*testca.Authority) signature.Terms {
	t := signature.Terms{Content: content(), Operator: operator, At: now()}
	for _, a := range anchors {
		t.Anchors = append(t.Anchors, signature.Anchor{Certificate: a.Certificate})
	}
	return t
}

// subject lets the anchors vouch for the subject.
func subject(t signature.Terms) signature.Terms {
	for i := range t.Anchors {
		t.Anchors[i].Subject = true
	}
	return t
}

func sign(t testing.TB, s signature.Signer) []byte {
	t.Helper()
	compact, err := s.Sign(content(), now())
	require.NoError(t, err)
	return compact
}

func refused(t *testing.T, want signature.Reason, err error, because ...any) {
	t.Helper()
	var e *signature.Error
	require.ErrorAs(t, err, &e, because...)
	require.Equal(t, want, e.Reason, "%v: %v", because, e)
	require.NotEmpty(t, e.Text)
}

func TestASignatureProvesWhoDeclared(t *testing.T) {
	root := testca.New(t, "root")
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	require.NoError(t, err)
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	for algorithm, key := range map[string]crypto.Signer{"ES256": testca.Key(t), "ES384": p384, "EdDSA": ed, "PS256": rsaKey} {
		t.Run(algorithm, func(t *testing.T) {
			s := root.SignerOf(t, key, testca.Attribute(operator))
			compact := sign(t, s)
			proof, err := signature.Verify(compact, terms(root))
			require.NoError(t, err)
			require.Equal(t, algorithm, proof.Algorithm)
			require.Equal(t, operator, proof.Operator)
			require.Equal(t, now(), proof.At)
			require.Equal(t, []*x509.Certificate{s.Chain[0], root.Certificate}, proof.Chain)
			require.Contains(t, signature.Algorithms(), algorithm)

			other := terms(root)
			other.Content = []byte(strings.Replace(string(content()), "LRN-1", "LRN-2", 1))
			_, err = signature.Verify(compact, other)
			refused(t, signature.Altered, err)
		})
	}
}

func TestWhereACertificateNamesTheOperator(t *testing.T) {
	root := testca.New(t, "root")
	type options = []testca.Option
	serial, organisation, attribute := testca.SerialNumber, testca.Organisation, testca.Attribute
	for name, c := range map[string]struct {
		options options
		terms   signature.Terms
		ok      bool
	}{
		"in the attribute of Fabric CA":                     {options{attribute(operator)}, terms(root), true},
		"in the organisation of the subject":                {options{organisation(operator)}, subject(terms(root)), true},
		"in the serial number of the subject":               {options{serial(operator)}, subject(terms(root)), true},
		"another one":                                       {options{attribute("CN000")}, terms(root), false},
		"another one in the subject":                        {options{organisation("CN000")}, subject(terms(root)), false},
		"nowhere":                                           {nil, subject(terms(root)), false},
		"in the subject, where only the attribute counts":   {options{serial(operator)}, terms(root), false},
		"in the attribute, where only the subject counts":   {options{attribute(operator)}, subject(terms(root)), false},
		"in the subject, beside another one as attribute":   {options{serial(operator), attribute("CN000")}, terms(root), false},
		"with something before it":                          {options{organisation("VATCN-" + operator)}, subject(terms(root)), false},
		"in attributes that are no attributes of Fabric CA": {options{extension([]byte(`{"attrs":`))}, terms(root), false},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := signature.Verify(sign(t, root.Signer(t, c.options...)), c.terms)
			if c.ok {
				require.NoError(t, err)
				return
			}
			refused(t, signature.Operator, err)
		})
	}
	nobody := subject(terms(root))
	nobody.Operator = ""
	_, err := signature.Verify(sign(t, root.Signer(t, testca.Organisation(""))), nobody)
	refused(t, signature.Operator, err, "a certificate without an operator is not one of the operator without a number")
	c := root.Signer(t, organisation("CN1"), serial("CN2"), attribute("CN3")).Chain[0]
	require.Equal(t, []string{"CN1", "CN2", "CN3"}, signature.OperatorsOf(c))
}

func extension(value []byte) testca.Option {
	return func(c *x509.Certificate) {
		c.ExtraExtensions = append(c.ExtraExtensions, pkix.Extension{Id: asn1.ObjectIdentifier{1, 2, 3, 4, 5, 6, 7, 8, 1}, Value: value})
	}
}

func TestCertificatesThatDoNotCount(t *testing.T) {
	root, foreign := testca.New(t, "root"), testca.New(t, "root")
	between := root.Below(t, "between")
	us, usage, valid, digital := []*testca.Authority{root}, testca.Usage, testca.Valid, x509.KeyUsageDigitalSignature
	own := testca.Attribute(operator)
	critical := func(c *x509.Certificate) {
		c.ExtraExtensions = append(c.ExtraExtensions, pkix.Extension{Id: asn1.ObjectIdentifier{1, 2, 3}, Critical: true, Value: []byte{5, 0}})
	}
	names := root.Below(t, "names", func(c *x509.Certificate) {
		c.PermittedDNSDomainsCritical, c.PermittedDNSDomains = true, []string{"kz"}
	})
	ended := root.Below(t, "ended", valid(testca.From(), now().Add(-time.Hour)))
	old := testca.New(t, "old", valid(testca.From(), now().Add(-time.Hour)))
	servers := root.Below(t, "servers", usage(x509.KeyUsageCertSign, x509.ExtKeyUsageServerAuth))
	mail := root.Below(t, "mail", usage(x509.KeyUsageCertSign, x509.ExtKeyUsageEmailProtection))
	lonely := between.Signer(t, own)
	lonely.Chain = lonely.Chain[:1]
	short := root.Below(t, "short", func(c *x509.Certificate) { c.MaxPathLenZero = true }).Below(t, "too deep")
	for name, c := range map[string]struct {
		signer  signature.Signer
		anchors []*testca.Authority
		want    signature.Reason
	}{
		"of an authority that is no anchor":             {foreign.Signer(t, own), us, signature.Untrusted},
		"where there is no anchor at all":               {root.Signer(t, own), nil, signature.Untrusted},
		"expired":                                       {root.Signer(t, own, valid(testca.From(), now().Add(-time.Second))), us, signature.Expired},
		"not yet valid":                                 {root.Signer(t, own, valid(now().Add(time.Second), testca.Until())), us, signature.Expired},
		"below an authority that is expired":            {ended.Signer(t, own), us, signature.Expired},
		"of an anchor that is expired":                  {old.Signer(t, own), []*testca.Authority{old}, signature.Expired},
		"of a TLS server":                               {root.Signer(t, own, usage(digital, x509.ExtKeyUsageServerAuth)), us, signature.Purpose},
		"for programs":                                  {root.Signer(t, own, usage(digital, x509.ExtKeyUsageCodeSigning)), us, signature.Purpose},
		"for key agreement only":                        {root.Signer(t, own, usage(x509.KeyUsageKeyAgreement)), us, signature.Purpose},
		"without a usage":                               {root.Signer(t, own, usage(0)), us, signature.Purpose},
		"of an authority":                               {root.Signer(t, own, isAuthority), us, signature.Purpose},
		"for signing certificates":                      {root.Signer(t, own, usage(digital|x509.KeyUsageCertSign)), us, signature.Purpose},
		"with an unknown critical extension":            {root.Signer(t, own, critical), us, signature.Untrusted},
		"outside the names of the authority":            {names.Signer(t, own, host("trader.cn")), us, signature.Untrusted},
		"deeper than the authority may certify":         {short.Signer(t, own), us, signature.Untrusted},
		"below an authority for TLS servers":            {servers.Signer(t, own), us, signature.Purpose},
		"without the certificate between it and anchor": {lonely, us, signature.Untrusted},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := signature.Verify(craft(t, c.signer, nil), terms(c.anchors...))
			refused(t, c.want, err)
		})
	}
	for name, c := range map[string]struct {
		signer  signature.Signer
		anchors []*testca.Authority
	}{
		"below an authority of the chain":     {between.Signer(t, own), us},
		"of an anchor in the middle":          {between.Signer(t, own), []*testca.Authority{between}},
		"below an authority for mail":         {mail.Signer(t, own), us},
		"for mail":                            {root.Signer(t, own, usage(x509.KeyUsageContentCommitment, x509.ExtKeyUsageEmailProtection)), us},
		"for documents":                       {root.Signer(t, own, documents), us},
		"inside the names of the authority":   {names.Signer(t, own, host("trader.kz")), us},
		"beside an anchor with the same name": {root.Signer(t, own), []*testca.Authority{foreign, root}},
		"that comes together with the anchor": {with(root.Signer(t, own), root.Certificate), us},
		"with all above an anchor in between": {with(between.Signer(t, own), root.Certificate), []*testca.Authority{between}},
		"on its last second":                  {root.Signer(t, own, valid(testca.From(), now())), us},
	} {
		t.Run("counts: "+name, func(t *testing.T) {
			_, err := signature.Verify(sign(t, c.signer), terms(c.anchors...))
			require.NoError(t, err)
		})
	}
}

func host(name string) testca.Option {
	return func(c *x509.Certificate) { c.DNSNames = []string{name} }
}

func isAuthority(c *x509.Certificate) { c.IsCA, c.BasicConstraintsValid = true, true }

func documents(c *x509.Certificate) {
	c.UnknownExtKeyUsage = []asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 36}}
}

func with(s signature.Signer, more ...*x509.Certificate) signature.Signer {
	s.Chain = append(s.Chain, more...)
	return s
}

func TestKeysThatDoNotCount(t *testing.T) {
	root := testca.New(t, "root")
	p521, err := ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	require.NoError(t, err)
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	require.NoError(t, err)
	for name, key := range map[string]crypto.Signer{"P-521": p521, "RSA of 1024 bits": short} {
		s := root.SignerOf(t, key, testca.Attribute(operator))
		_, err := s.Sign(content(), now())
		refused(t, signature.WeakKey, err, name)
		for _, algorithm := range []jose.SignatureAlgorithm{jose.ES256, jose.PS256} {
			_, err = signature.Verify(forge(t, algorithm, s.Chain, now().Unix()), terms(root))
			refused(t, signature.WeakKey, err, name)
		}
	}
	_, err = signature.Signer{Key: testca.Key(t), Chain: root.Signer(t).Chain}.Sign(content(), now())
	refused(t, signature.WeakKey, err, "a certificate of another key")
	_, err = signature.Signer{Key: testca.Key(t)}.Sign(content(), now())
	refused(t, signature.Malformed, err, "no certificate")
	_, err = root.Signer(t, testca.Usage(x509.KeyUsageKeyAgreement)).Sign(content(), now())
	refused(t, signature.Purpose, err, "the signer is told at once")
}

// publicOnly is a key of which only the public half is known.
type publicOnly struct {
	crypto.Signer

	key crypto.PublicKey
}

func (p publicOnly) Public() crypto.PublicKey { return p.key }

func TestKeysThatWouldCostAPeerLong(t *testing.T) {
	root := testca.New(t, "root")
	modulus := new(big.Int).Lsh(big.NewInt(1), signature.MaxRSABits)
	key := publicOnly{key: &rsa.PublicKey{N: modulus.SetBit(modulus, 0, 1), E: 65537}}
	s := root.SignerOf(t, key, testca.Attribute(operator))
	_, err := signature.Verify(forge(t, jose.PS256, s.Chain, now().Unix()), terms(root))
	refused(t, signature.WeakKey, err)
}

func TestAnAnchorMustHaveAKeyOfTheList(t *testing.T) {
	p521, err := ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	require.NoError(t, err)
	root := testca.NewWith(t, "root", p521)
	_, err = signature.Verify(sign(t, root.Signer(t, testca.Attribute(operator))), terms(root))
	refused(t, signature.Untrusted, err)
}

func TestTheChainGivenIsTheOneThatLeadsToTheAnchor(t *testing.T) {
	between, other := testca.New(t, "between"), testca.New(t, "between")
	s := between.Signer(t, testca.Attribute(operator))
	_, err := signature.Verify(sign(t, with(s, other.Certificate)), terms(between))
	refused(t, signature.Untrusted, err, "another authority of the same name stands in its place")
}

func TestTheTimeOfSigning(t *testing.T) {
	root := testca.New(t, "root")
	s := root.Signer(t, testca.Attribute(operator))
	for name, c := range map[string]struct {
		at   time.Time
		want signature.Reason
	}{
		"now":                      {now(), ""},
		"a clock that runs ahead":  {now().Add(signature.MaxSkew), ""},
		"in the future":            {now().Add(signature.MaxSkew + time.Second), signature.SignedAt},
		"as long ago as it may be": {now().Add(-signature.MaxAge), ""},
		"longer ago":               {now().Add(-signature.MaxAge - time.Second), signature.SignedAt},
		"in the year 1971":         {time.Unix(31536001, 0), signature.SignedAt},
	} {
		compact, err := s.Sign(content(), c.at)
		require.NoError(t, err)
		_, err = signature.Verify(compact, terms(root))
		if c.want == "" {
			require.NoError(t, err, name)
			continue
		}
		refused(t, c.want, err, name)
	}
	dying := root.Signer(t, testca.Attribute(operator), testca.Valid(testca.From(), now().Add(time.Minute)))
	compact, err := dying.Sign(content(), now().Add(2*time.Minute))
	require.NoError(t, err)
	_, err = signature.Verify(compact, terms(root))
	refused(t, signature.Expired, err, "signed, it says, after the certificate's end, which is soon")
	dead := root.Signer(t, testca.Attribute(operator), testca.Valid(testca.From(), now().Add(-time.Hour)))
	compact, err = dead.Sign(content(), now().Add(-2*time.Hour))
	require.NoError(t, err)
	_, err = signature.Verify(compact, terms(root))
	refused(t, signature.Expired, err, "signed, it says, while the certificate was valid, which is over")
	young := root.Signer(t, testca.Attribute(operator), testca.Valid(now().Add(-time.Hour), testca.Until()))
	compact, err = young.Sign(content(), now().Add(-2*time.Hour))
	require.NoError(t, err)
	_, err = signature.Verify(compact, terms(root))
	refused(t, signature.Expired, err, "signed before the certificate was")
}

func TestRevokedCertificates(t *testing.T) {
	root := testca.New(t, "root")
	between := root.Below(t, "between")
	s := between.Signer(t, testca.Attribute(operator))
	compact, err := s.Sign(content(), now().Add(-time.Hour))
	require.NoError(t, err)
	verify := func(revoked func(*x509.Certificate, time.Time) (bool, error)) error {
		v := terms(root)
		v.Revoked = revoked
		_, err := signature.Verify(compact, v)
		return err
	}
	at := func(revoked *x509.Certificate, from time.Time) func(*x509.Certificate, time.Time) (bool, error) {
		return func(c *x509.Certificate, at time.Time) (bool, error) {
			return c.Equal(revoked) && !at.Before(from), nil
		}
	}
	require.NoError(t, verify(at(s.Chain[0], now().Add(time.Second))), "revoked later")
	refused(t, signature.Revoked, verify(at(s.Chain[0], now())), "since it says to be signed")
	refused(t, signature.Revoked, verify(at(s.Chain[0], now().Add(-2*time.Hour))), "before")
	refused(t, signature.Revoked, verify(at(between.Certificate, now())), "the authority in between")
	held := func(c *x509.Certificate, at time.Time) (bool, error) {
		return c.Equal(s.Chain[0]) && at.Before(now()), nil
	}
	refused(t, signature.Revoked, verify(held), "on hold when it signed, though no longer")
	require.NoError(t, verify(at(root.Certificate, now())), "an anchor is ended by the list of anchors")
	broken := errors.New("ledger")
	require.ErrorIs(t, verify(func(*x509.Certificate, time.Time) (bool, error) { return false, broken }), broken)
}

// craft signs with a header of the test's own making; nil leaves it as [signature.Signer] makes it.
func craft(t testing.TB, s signature.Signer, change func(map[string]any)) []byte {
	t.Helper()
	h := testca.Header(s, now())
	if change != nil {
		change(h)
	}
	raw, err := json.Marshal(h)
	require.NoError(t, err)
	return testca.Raw(t, s.Key, raw, content())
}

// forge makes a signature with a value that nobody made.
func forge(t testing.TB, algorithm jose.SignatureAlgorithm, chain []*x509.Certificate, iat int64) []byte {
	t.Helper()
	raw, err := json.Marshal(map[string]any{"alg": algorithm, "typ": signature.Type, "iat": iat, "x5c": encoded(chain)})
	require.NoError(t, err)
	return []byte(base64.RawURLEncoding.EncodeToString(raw) + ".." + base64.RawURLEncoding.EncodeToString(make([]byte, 64)))
}

func encoded(chain []*x509.Certificate) []string {
	var out []string
	for _, c := range chain {
		out = append(out, base64.StdEncoding.EncodeToString(c.Raw))
	}
	return out
}

func TestHeadersOfAnotherMaking(t *testing.T) {
	root := testca.New(t, "root")
	s := root.Signer(t, testca.Attribute(operator))
	_, err := signature.Verify(craft(t, s, nil), terms(root))
	require.NoError(t, err, "as other programs would make it")
	set := func(name string, v any) func(map[string]any) { return func(h map[string]any) { h[name] = v } }
	without := func(name string) func(map[string]any) { return func(h map[string]any) { delete(h, name) } }
	long := make([]string, signature.MaxChain+1)
	for i := range long {
		long[i] = encoded(s.Chain)[0]
	}
	deep := root
	for range signature.MaxChain {
		deep = deep.Below(t, "deeper")
	}
	big := root.Signer(t, testca.Attribute(operator+strings.Repeat("x", signature.MaxCertificate)))
	for name, c := range map[string]struct {
		change func(map[string]any)
		want   signature.Reason
	}{
		"algorithm none":                  {set("alg", "none"), signature.Algorithm},
		"algorithm None":                  {set("alg", "None"), signature.Algorithm},
		"an HMAC, with the key as secret": {set("alg", "HS256"), signature.Algorithm},
		"RSA of PKCS 1":                   {set("alg", "RS256"), signature.Algorithm},
		"RSA with SHA-1":                  {set("alg", "RS1"), signature.Algorithm},
		"a curve beyond the list":         {set("alg", "ES512"), signature.Algorithm},
		"the algorithm of another curve":  {set("alg", "ES384"), signature.Algorithm},
		"the algorithm of another key":    {set("alg", "PS256"), signature.Algorithm},
		"the algorithm of Ed25519":        {set("alg", "EdDSA"), signature.Algorithm},
		"an algorithm in another case":    {set("alg", "es256"), signature.Algorithm},
		"no algorithm":                    {without("alg"), signature.Algorithm},
		"an algorithm that is a number":   {set("alg", 5), signature.Malformed},
		"no type":                         {without("typ"), signature.Malformed},
		"another type":                    {set("typ", "JWT"), signature.Malformed},
		"no time":                         {without("iat"), signature.Malformed},
		"a time before 1970":              {set("iat", -1), signature.Malformed},
		"a time beyond all calendars":     {set("iat", int64(1)<<52), signature.Malformed},
		"a time with a fraction":          {set("iat", 1.5), signature.Malformed},
		"a time as a text":                {set("iat", "1764000000"), signature.Malformed},
		"no certificates":                 {without("x5c"), signature.Malformed},
		"an empty chain":                  {set("x5c", []string{}), signature.Malformed},
		"too many certificates":           {set("x5c", long), signature.Malformed},
		"a chain that is too long":        {set("x5c", encoded(deep.Signer(t).Chain)), signature.Malformed},
		"a certificate that is too long":  {set("x5c", encoded(big.Chain)), signature.Malformed},
		"a certificate that is none":      {set("x5c", []string{"AAAA"}), signature.Malformed},
		"a certificate in base64url":      {set("x5c", []string{base64.RawURLEncoding.EncodeToString(s.Chain[0].Raw)}), signature.Malformed},
		"a certificate with a line break": {set("x5c", []string{encoded(s.Chain)[0] + "\n"}), signature.Malformed},
		"certificates that do not follow": {set("x5c", append(encoded(s.Chain), encoded(s.Chain)[0])), signature.Malformed},
		"a critical field":                {set("crit", []string{"iat"}), signature.Malformed},
		"unencoded content":               {set("b64", false), signature.Malformed},
		"a key of its own":                {set("jwk", map[string]string{"kty": "EC"}), signature.Malformed},
		"keys elsewhere":                  {set("jku", "https://evil.example/keys"), signature.Malformed},
		"certificates elsewhere":          {set("x5u", "https://evil.example/chain"), signature.Malformed},
		"any other field":                 {set("kid", "1"), signature.Malformed},
		"a field in another case":         {set("ALG", "none"), signature.Malformed},
		"null":                            {set("typ", nil), signature.Malformed},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := signature.Verify(craft(t, s, c.change), terms(root))
			refused(t, c.want, err)
		})
	}
}

func TestBytesOfAnotherMaking(t *testing.T) {
	root := testca.New(t, "root")
	s := root.Signer(t, testca.Attribute(operator))
	good := string(sign(t, s))
	head, value, _ := strings.Cut(good, "..")
	raw, err := base64.RawURLEncoding.DecodeString(head)
	require.NoError(t, err)
	double := func(field string) []byte {
		return testca.Raw(t, s.Key, []byte(strings.Replace(string(raw), "{", "{"+field+",", 1)), content())
	}
	stray := func(text string) string {
		const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
		last := strings.IndexByte(alphabet, text[len(text)-1])
		return text[:len(text)-1] + string(alphabet[last^1])
	}
	require.Len(t, value, 86, "86 characters hold 64 bytes and four bits to spare")
	for name, compact := range map[string][]byte{
		"nothing":                         nil,
		"one part":                        []byte(head),
		"two parts":                       []byte(head + "." + value),
		"four parts":                      []byte(good + "."),
		"an attached content":             []byte(head + "." + base64.RawURLEncoding.EncodeToString(content()) + "." + value),
		"no value":                        []byte(head + ".."),
		"no header":                       []byte(".." + value),
		"a blank before it":               []byte(" " + good),
		"a line break behind it":          []byte(good + "\n"),
		"a line break inside":             []byte(good[:9] + "\n" + good[9:]),
		"padding":                         []byte(good + "=="),
		"stray bits in the value":         []byte(head + ".." + stray(value)),
		"the JSON form":                   []byte(`{"protected":"` + head + `","signature":"` + value + `"}`),
		"the algorithm twice":             double(`"alg":"ES256"`),
		"the algorithm twice, none first": double(`"alg":"none"`),
		"the chain twice":                 double(`"x5c":[]`),
		"data after the header":           testca.Raw(t, s.Key, append(raw, "{}"...), content()),
		"a header that is a list":         testca.Raw(t, s.Key, []byte("[]"), content()),
		"a header that is not UTF-8":      testca.Raw(t, s.Key, []byte("{\"alg\":\"\xff\"}"), content()),
		"a header nested deep":            testca.Raw(t, s.Key, []byte(strings.Repeat(`{"a":`, 4000)+"1"+strings.Repeat("}", 4000)), content()),
		"a header of blanks":              testca.Raw(t, s.Key, append([]byte(strings.Repeat(" ", signature.MaxBytes)), raw...), content()),
		"too many bytes":                  []byte(strings.Repeat("A", signature.MaxBytes+1)),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := signature.Verify(compact, terms(root))
			refused(t, signature.Malformed, err)
		})
	}
}

// Not one bit of a signature can be another.
func TestEveryCharacterCounts(t *testing.T) {
	root := testca.New(t, "root")
	good := sign(t, root.Signer(t, testca.Attribute(operator)))
	_, err := signature.Verify(good, terms(root))
	require.NoError(t, err)
	for i := range good {
		for _, other := range []byte{'A', 'B', '_'} {
			if good[i] == other {
				continue
			}
			changed := append([]byte(nil), good...)
			changed[i] = other
			_, err := signature.Verify(changed, terms(root))
			require.Error(t, err, "character %d", i)
		}
	}
}

func FuzzVerify(f *testing.F) {
	root := testca.New(f, "root")
	s := root.Signer(f, testca.Attribute(operator))
	good := sign(f, s)
	f.Add(good)
	f.Add(craft(f, s, func(h map[string]any) { h["alg"] = "none" }))
	f.Add(forge(f, jose.PS256, s.Chain, now().Unix()))
	f.Add([]byte(".."))
	f.Add([]byte("e30..AA"))
	f.Fuzz(func(t *testing.T, compact []byte) {
		parsed, err := signature.Parse(compact)
		if err != nil {
			var e *signature.Error
			require.ErrorAs(t, err, &e)
			return
		}
		require.Equal(t, string(compact), parsed.Compact())
		require.LessOrEqual(t, len(parsed.Chain), signature.MaxChain)
		proof, err := parsed.Verify(terms(root))
		if err == nil {
			require.Equal(t, operator, proof.Operator)
			require.Equal(t, string(good), string(compact), "nobody else can sign")
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	root := testca.New(b, "root")
	compact := sign(b, root.Signer(b, testca.Attribute(operator)))
	for b.Loop() {
		if _, err := signature.Verify(compact, terms(root)); err != nil {
			b.Fatal(err)
		}
	}
}
