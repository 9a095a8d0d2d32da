package transit

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
)

// A country keeps its own entries in the registry: opening hours of its offices, its operators and their authorisations,
// the certificates that vouch for its declarants' signatures, its tariff, its rates of exchange, its rule pack. They
// stand in pages. All pages of a country are made when it becomes a member, empty, each under a key whose policy asks for
// the country's own peer; no page is ever made later. So nobody can write an entry in a country's name, not even the majority of
// all others: the first and every further version of a page needs the country's own peer.

// Book is a kind of entries.
type Book string

// The books of a country. BookRates is also kept by the consortium, for all.
const (
	// BookHours: opening hours of customs offices, [OfficeHours].
	BookHours Book = "hours"
	// BookOperators: economic operators and their authorisations, [Operator].
	BookOperators Book = "operators"
	// BookAnchors: certificates that vouch for declarants' signatures, [TrustAnchor].
	BookAnchors Book = "anchors"
	// BookRevocations: certificates that no longer count, [Revocation].
	BookRevocations Book = "revocations"
	// BookTariff: duty and tax by HS sub-heading, [TariffLine].
	BookTariff Book = "tariff"
	// BookRates: rates of exchange, [Rate].
	BookRates Book = "rates"
	// BookPacks: rule packs, [PackChoice].
	BookPacks Book = "packs"
)

// OfficeRegistry is the role of an office whose officers keep the country's books.
const OfficeRegistry = "registry"

// Books lists them all.
func Books() []Book {
	return []Book{BookHours, BookOperators, BookAnchors, BookRevocations, BookTariff, BookRates, BookPacks}
}

// How many pages the books that are looked up by one number have.
const (
	operatorPages   = 32
	revocationPages = 16
	tariffChapters  = 97
)

// onePage is the name of the only page of a book that is read as a whole.
const onePage = "all"

// Pages names the pages of a book in order: the chapters of the Harmonised System for the tariff, shares of equal size for
// operators and revocations, one page for the others. Nil for an unknown book.
func (b Book) Pages() []string {
	switch b {
	case BookHours, BookAnchors, BookRates, BookPacks:
		return []string{onePage}
	case BookOperators:
		return numbered(0, operatorPages)
	case BookRevocations:
		return numbered(0, revocationPages)
	case BookTariff:
		return numbered(1, tariffChapters)
	}
	return nil
}

func numbered(from, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("%02d", from+i)
	}
	return out
}

// Page is the name of the page on which the book keeps what it has under a key (see [OperatorKey] and its like).
func (b Book) Page(key string) string {
	switch b {
	case BookOperators:
		return pageShare(key, operatorPages)
	case BookRevocations:
		return pageShare(key, revocationPages)
	case BookTariff:
		return key[:min(2, len(key))]
	}
	return onePage
}

func pageShare(key string, n uint32) string {
	sum := sha256.Sum256([]byte(key))
	return fmt.Sprintf("%02d", binary.BigEndian.Uint32(sum[:4])%n)
}

// Validity is the time for which an entry counts, both days included, UTC. Without Until it counts until further notice.
type Validity struct {
	From  Date `json:"from"`
	Until Date `json:"until,omitempty"`
	// Seq is the sequence number of the page when the entry was last written; the ledger sets it.
	Seq int `json:"seq,omitempty"`
}

// On reports whether the entry counts on a day.
func (v Validity) On(day Date) bool { return v.From <= day && (v.Until == "" || day <= v.Until) }

func (v *Validity) validity() *Validity { return v }

// OfficeHours are the opening hours of a customs office. They are information for traders and their systems: no step is
// refused outside them, since whether goods may be presented then depends on the trader's simplifications and the office's
// own arrangements, and the ledger has no clock but the clients'.
type OfficeHours struct {
	Validity

	Office string `json:"office"`
	// Zone is the office's offset from UTC, such as +06:00. A country that changes its clocks writes new entries.
	Zone string `json:"zone"`
	// Week lists the openings in local time; a day without one is closed. Round the clock is 00:00 to 24:00.
	Week []Opening `json:"week"`
	// Closed are holidays, days in local time on which the office is closed whatever the week says.
	Closed []Date `json:"closed,omitempty"`
}

// Opening is one opening on one day of the week.
type Opening struct {
	// Day of the week after ISO 8601: 1 is Monday, 7 Sunday.
	Day int `json:"day"`
	// Opens and Closes in the form 08:30; Closes may be 24:00.
	Opens  string `json:"opens"`
	Closes string `json:"closes"`
}

// Operator is an economic operator as its country's customs know it.
type Operator struct {
	Validity

	// Number is the identification number (an..17), which begins with the country.
	Number  string `json:"number"`
	Name    string `json:"name"`
	Country string `json:"country"`
	// AEO is the status of an authorised economic operator: AEOC (customs simplifications), AEOS (security), AEOF (both); empty for none.
	AEO            string                  `json:"aeo,omitempty"`
	Authorisations []OperatorAuthorisation `json:"authorisations,omitempty"`
}

// OperatorAuthorisation is one authorisation that an operator holds.
type OperatorAuthorisation struct {
	// Type after code lists CL235 and CL236: C521 authorised consignor, C523 seals of a special type, C524 reduced data set, C522
	// authorised consignee, C520 authorised consignee under TIR.
	Type string `json:"type"`
	// Reference is the number of the authorisation, as declarations cite it.
	Reference string `json:"reference"`
	// Offices at which it may be used; empty for every office of the country.
	Offices []string `json:"offices,omitempty"`
	From    Date     `json:"from"`
	Until   Date     `json:"until,omitempty"`
}

// On reports whether the authorisation counts on a day at an office.
func (a OperatorAuthorisation) On(day Date, office string) bool {
	return Validity{From: a.From, Until: a.Until}.On(day) && (len(a.Offices) == 0 || slices.Contains(a.Offices, office))
}

// Authorised finds an authorisation of a type, and of a number unless that is empty, that counts on a day at an office; nil when
// the operator, which may be nil, has none.
func (o *Operator) Authorised(kind, reference string, day Date, office string) *OperatorAuthorisation {
	if o == nil {
		return nil
	}
	for i := range o.Authorisations {
		if a := &o.Authorisations[i]; a.Type == kind && (reference == "" || a.Reference == reference) && a.On(day, office) {
			return a
		}
	}
	return nil
}

// TrustAnchor is a certificate of an authority that may certify the keys with which a country's declarants sign.
type TrustAnchor struct {
	Validity

	// Name of the authority, for people.
	Name string `json:"name"`
	// Certificate is the X.509 certificate, DER, in base64 without line breaks.
	Certificate string `json:"certificate"`
	// OperatorInSubject: the authority vouches for the operator number in the subject of the certificates that it issues
	// (organizationIdentifier or serialNumber). Otherwise only the attribute "operator" of Fabric CA counts, since there
	// whoever enrols chooses the rest of the subject himself.
	OperatorInSubject bool `json:"operatorInSubject,omitempty"`
}

// Parse decodes the certificate.
func (a TrustAnchor) Parse() (*x509.Certificate, error) {
	der, err := base64.StdEncoding.Strict().DecodeString(a.Certificate)
	if err != nil {
		return nil, fmt.Errorf("the certificate is no base64: %w", err)
	}
	return x509.ParseCertificate(der)
}

// Revocation ends a certificate before its time: from the day From nothing that it signs counts. A certificate on hold
// gets an Until.
type Revocation struct {
	Validity

	// Issuer and Serial identify the certificate, see [CertificateNumber].
	Issuer string `json:"issuer"`
	Serial string `json:"serial"`
	// Reason is public.
	Reason string `json:"reason,omitempty"`
}

// CertificateNumber is how revocations name a certificate: the SHA-256, in lower case hexadecimal, of its issuer's name in DER, and its
// serial number in lower case hexadecimal without leading zeros.
func CertificateNumber(c *x509.Certificate) (issuer, serial string) {
	sum := sha256.Sum256(c.RawIssuer)
	return hex.EncodeToString(sum[:]), c.SerialNumber.Text(16)
}

// TariffLine is what a country charges on the goods of one HS sub-heading, so that a guarantee can be measured.
type TariffLine struct {
	Validity

	// HS is the sub-heading of the Harmonised System, six digits.
	HS string `json:"hs"`
	// Duty is the rate on the customs value, Tax that on customs value and duty together, both in basis points (1250 is 12.5 %).
	Duty int `json:"duty"`
	Tax  int `json:"tax"`
	// Currency of the amounts of this line and of what it comes to (ISO 4217).
	Currency string `json:"currency"`
	// PerKg is a specific duty per kilogram, in minor units.
	PerKg int64 `json:"perKg,omitempty"`
	// ReferencePerKg is the value per kilogram, in minor units, that is taken where the declaration gives no customs value.
	ReferencePerKg int64 `json:"referencePerKg,omitempty"`
}

// Rate is a rate of exchange: one unit of Base is Numerator/Denominator units of Quote, where units are whole euros, tenges and
// so on, not their minor units. 1 EUR = 497.31 KZT is {EUR, KZT, 49731, 100}.
type Rate struct {
	Validity

	Base        string `json:"base"`
	Quote       string `json:"quote"`
	Numerator   int64  `json:"numerator"`
	Denominator int64  `json:"denominator"`
}

// PackChoice names the rule pack by which a country wants declarations examined.
type PackChoice struct {
	Validity

	Pack string `json:"pack"`
}

// Entries are entries of the books, as they are written and read. A page has one list only.
type Entries struct {
	Hours       []OfficeHours `json:"hours,omitempty"`
	Operators   []Operator    `json:"operators,omitempty"`
	Anchors     []TrustAnchor `json:"anchors,omitempty"`
	Revocations []Revocation  `json:"revocations,omitempty"`
	Tariff      []TariffLine  `json:"tariff,omitempty"`
	Rates       []Rate        `json:"rates,omitempty"`
	Packs       []PackChoice  `json:"packs,omitempty"`
}

// Len is the number of entries.
func (e *Entries) Len() int {
	return len(e.Hours) + len(e.Operators) + len(e.Anchors) + len(e.Revocations) + len(e.Tariff) + len(e.Rates) + len(e.Packs)
}

// Page is one record of the registry: the entries of one book that belong together.
type Page struct {
	V int `json:"v"`
	// Country that the entries are of; empty for the consortium's own.
	Country string `json:"country,omitempty"`
	Book    Book   `json:"book"`
	Name    string `json:"name"`
	// Seq counts the versions of the page; 1 is the empty page.
	Seq int `json:"seq"`
	// At is when the page was last written, By by whom: MSP and, for an officer, the office. A page that was never written has
	// neither.
	At string `json:"at,omitempty"`
	By string `json:"by,omitempty"`
	Entries
}

// Keys of entries: what an entry is about. Two entries of one key never count on the same day.

func (e *OfficeHours) key() string { return e.Office }
func (o *Operator) key() string    { return o.Number }
func (a *TrustAnchor) key() string { return a.Certificate }
func (e *Revocation) key() string  { return RevocationKey(e.Issuer, e.Serial) }
func (e *TariffLine) key() string  { return e.HS }
func (e *Rate) key() string        { return e.Base + e.Quote }
func (e *PackChoice) key() string  { return "" }

// RevocationKey is the key of a revocation, by which its page is found.
func RevocationKey(issuer, serial string) string { return issuer + " " + serial }
