package transit

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Terms are what a guarantor undertakes, or what customs grants with a waiver. They are public: a guarantor who does not
// want to show the goods that an individual guarantee is for binds it to the chapter of the code, or not at all.
type Terms struct {
	// GRN is the guarantee reference number (an17, a voucher's an24; R0318).
	GRN string `json:"grn"`
	// Type after code list CL251; see [GuaranteeTypeRules] for those that are kept here.
	Type string `json:"type"`
	// Guarantor is the MSP of the guarantor; empty for a waiver.
	Guarantor string `json:"guarantor,omitempty"`
	// Office of guarantee (CL174), in the country of the GRN. A waiver needs one, as it grants it; without one, every office of
	// guarantee of that country acts for a guarantee.
	Office string `json:"office,omitempty"`
	// Holder is the identification number of the holder of the procedure; empty for a voucher that is not sold yet.
	Holder string `json:"holder,omitempty"`
	// Representatives are the operators who may declare for the holder on this guarantee, beside the holder.
	Representatives []string `json:"representatives,omitempty"`
	// ReferenceAmount binds the sum of all open usages (UCC-IA 155), a waiver's too.
	ReferenceAmount Money `json:"referenceAmount"`
	// Percentage of the reference amount that is the guarantee amount (UCC-DA 84): 100, 50 or 30, and 0 for a waiver.
	Percentage int `json:"percentage"`
	// Monitoring code (CL050): 1 records movements only, 2 their amounts too, 3 keeps the account. Empty means 3.
	Monitoring string `json:"monitoring,omitempty"`
	// ValidFrom and ValidUntil are dates (YYYY-MM-DD); both days are included.
	ValidFrom  string `json:"validFrom"`
	ValidUntil string `json:"validUntil"`
	// ExcludedCountries are those in which the guarantee is not valid (G08).
	ExcludedCountries []string `json:"excludedCountries,omitempty"`
	// Goods are the only commodity codes covered, ExcludedGoods those that are not (G12): HS codes of 2, 4 or 6 digits, each
	// standing for all codes that begin with it. Types 2 and 9 may be bound to goods.
	Goods         []string `json:"goods,omitempty"`
	ExcludedGoods []string `json:"excludedGoods,omitempty"`
	// NoSuspendedGoods: goods under suspension of excise duty are not covered (G06).
	NoSuspendedGoods bool `json:"noSuspendedGoods,omitempty"`
	// Departure and Destination bind an individual guarantee to two offices (G11).
	Departure   string `json:"departure,omitempty"`
	Destination string `json:"destination,omitempty"`
	// Balances is the number of balance records over which the amount is split, 1..64.
	Balances int `json:"balances"`
}

// Monitoring codes (CL050).
const (
	MonitorUsage   = "1"
	MonitorAmount  = "2"
	MonitorAccount = "3"
)

// HasAccount reports whether the balances are drawn on and credited (monitoring code 3).
func (t *Terms) HasAccount() bool { return t.Monitoring == "" || t.Monitoring == MonitorAccount }

// Amount is the guarantee amount: the percentage of the reference amount, rounded up to the minor unit. Usages are
// controlled against the reference amount, not against this.
func (t *Terms) Amount() Money {
	// The quotient first: a reference amount times a hundred need not fit.
	whole, rest := t.ReferenceAmount.Minor/100, t.ReferenceAmount.Minor%100
	p := int64(t.Percentage)
	return Money{Minor: whole*p + (rest*p+99)/100, Currency: t.ReferenceAmount.Currency}
}

// AccessCode is a salted hash of one access code (an4, compared without case).
// Four characters can be guessed by anyone who reads the ledger, so the code is a
// formality towards NCTS: what binds a guarantee is its holder's certificate.
type AccessCode struct {
	Salt string `json:"salt"`
	Hash string `json:"hash"`
}

// accessCodeRounds makes a guess cost about a millisecond.
const accessCodeRounds = 10_000

// HashAccessCode derives the salted hash of a code for a guarantee. The salt is 16 bytes.
func HashAccessCode(grn, code string, salt []byte) (AccessCode, error) {
	key, err := pbkdf2.Key(sha256.New, grn+"\x00"+strings.ToUpper(code), salt, accessCodeRounds, sha256.Size)
	if err != nil {
		return AccessCode{}, fmt.Errorf("couldn't derive the access code's hash: %w", err)
	}
	return AccessCode{Salt: hex.EncodeToString(salt), Hash: hex.EncodeToString(key)}, nil
}

// Guarantee is the public record of a guarantee.
type Guarantee struct {
	V     int   `json:"v"`
	Terms Terms `json:"terms"`
	// Keeper is the MSP whose peer must endorse every change: the guarantor, or for a waiver the customs authority of the
	// office of guarantee.
	Keeper string `json:"keeper"`
	Seq    int    `json:"seq"`
	At     string `json:"at"`
	// AccessCodes of the holder; at least one.
	AccessCodes []AccessCode `json:"accessCodes"`
	// Pending, in minor units, is the part of a changed reference amount that the balance records do not carry yet: above zero
	// after a raise, below zero after a reduction, when it is owed before anything new is covered. See [Guarantee.Lock].
	Pending int64 `json:"pending,omitempty"`
	// SoldAt is when a voucher got its holder (RFC 3339).
	SoldAt string `json:"soldAt,omitempty"`
	// Invalidity is set when the guarantee was cancelled, revoked or invalidated.
	Invalidity *Invalidity `json:"invalidity,omitempty"`
	// Messages are the identifications of the last messages, newest last.
	Messages []string `json:"messages,omitempty"`
}

// Invalidity tells from which days a guarantee covers nothing new, and nothing at all. Dates are YYYY-MM-DD.
type Invalidity struct {
	// From is the first day on which nothing new is covered; usages locked before stay covered.
	From string `json:"from"`
	// LiberatedFrom is the first day on which the guarantor is free of open usages too (liability liberation date).
	LiberatedFrom string `json:"liberatedFrom,omitempty"`
	// By is who ended it: an office, an operator or an MSP.
	By     string `json:"by"`
	Reason string `json:"reason,omitempty"`
}

// Condition is what a guarantee is good for on a day.
type Condition string

// Conditions of a guarantee. Only in the first it covers new movements; in all but the last it stands for the open ones.
const (
	Valid       Condition = "valid"
	NotYetValid Condition = "not yet valid"
	NotSold     Condition = "not sold"
	Expired     Condition = "expired"
	Invalid     Condition = "invalid"
	Liberated   Condition = "liability ended"
)

// Condition tells the guarantee's condition on the UTC day of a time.
func (g *Guarantee) Condition(at time.Time) Condition {
	day := Day(at)
	switch i := g.Invalidity; {
	case i != nil && i.LiberatedFrom != "" && day >= i.LiberatedFrom:
		return Liberated
	case i != nil && day >= i.From:
		return Invalid
	case day > g.Terms.ValidUntil:
		return Expired
	case g.Terms.Holder == "":
		return NotSold
	case day < g.Terms.ValidFrom:
		return NotYetValid
	}
	return Valid
}

// Liable reports whether the guarantor can be held to an open usage at a time: a claim raised from the liability liberation
// date on is refused. The usage stays where it is, visible, until its movement ends.
func (g *Guarantee) Liable(at time.Time) bool { return g.Condition(at) != Liberated }

// Opens reports whether the code is one of the guarantee's.
func (g *Guarantee) Opens(code string) (bool, error) {
	for _, c := range g.AccessCodes {
		salt, err := hex.DecodeString(c.Salt)
		if err != nil {
			return false, fmt.Errorf("couldn't decode the salt of an access code of %s: %w", g.Terms.GRN, err)
		}
		got, err := HashAccessCode(g.Terms.GRN, code, salt)
		if err != nil {
			return false, err
		}
		if subtle.ConstantTimeCompare([]byte(got.Hash), []byte(c.Hash)) == 1 {
			return true, nil
		}
	}
	return false, nil
}

// GuaranteeView is a guarantee with the sums over its balances.
type GuaranteeView struct {
	Guarantee *Guarantee `json:"guarantee"`
	// Available is what is left for new usages, negative after the reference amount was lowered below use.
	Available Money     `json:"available"`
	Locked    Money     `json:"locked"`
	Claimed   Money     `json:"claimed"`
	Balances  []Balance `json:"balances"`
}

// dateLayout is the NCTS date, YYYY-MM-DD.
const dateLayout = "2006-01-02"

// Day is the UTC day of a time, as documents write it.
func Day(at time.Time) string { return at.UTC().Format(dateLayout) }

// MaxReferences bounds the guarantee references of one movement: all are read and written in one transaction.
const MaxReferences = 9

// MaxAccessCodes bounds the access codes of one guarantee.
const MaxAccessCodes = 9

// Next makes the next version of the record for a change asked for by a message.
// Faults as for a movement: Duplicate, Stale, ClockRefused.
func (g *Guarantee) Next(a Actor, h Header, at time.Time) (*Guarantee, *Fault) {
	ref, message := "guarantee "+g.Terms.GRN, MessageOf(a, h.MessageID)
	if slices.Contains(g.Messages, message) {
		return nil, repeated(h.MessageID, ref, g.Seq)
	}
	at, fault := inOrder(ref, g.Seq, g.At, h, at)
	if fault != nil {
		return nil, fault
	}
	n := *g
	n.Seq++
	n.At = Stamp(at)
	n.Messages = remember(g.Messages, message)
	return &n, nil
}
