package transit

import (
	"crypto/sha256"
	"encoding/binary"
)

// MRN is a movement reference number, an18: year (n2), country of departure (a2), serial (an12), procedure letter at
// character 17 (R0410) and check digit at character 18 (R0028).
type MRN string

// Procedure letters of R0410, character 17 of an MRN.
const (
	LetterTransit          byte = 'J' // no safety and security data (security 0)
	LetterTransitExit      byte = 'K' // with exit data (security 2)
	LetterTransitEntry     byte = 'L' // with entry data (security 1)
	LetterTransitEntryExit byte = 'M' // with both (security 3)
)

// MRNs with a procedure letter exist since 2024, and two digits of year end with 2099.
const (
	firstMRNYear = 2024
	lastMRNYear  = 2099
	serialLen    = 12
)

// ProcedureLetter gives the letter for the security code "0".."3" of a declaration (R0410). Any other code gives J, as the
// rule's last branch says.
func ProcedureLetter(security string) byte {
	switch security {
	case "1":
		return LetterTransitEntry
	case "2":
		return LetterTransitExit
	case "3":
		return LetterTransitEntryExit
	default:
		return LetterTransit
	}
}

// ParseMRN accepts an MRN as CATS issues it: year 24 or later, letter J, K, L or M, right check digit. It normalises nothing.
func ParseMRN(s string) (MRN, error) {
	if e := checkMRNLayout(s); e != nil {
		return "", e
	}
	if s[:2] < "24" {
		return "", refuse(KindMRN, s, "the year is %s but must be 24 or later", s[:2])
	}
	if c := s[16]; c < LetterTransit || c > LetterTransitEntryExit {
		return "", refuse(KindMRN, s, "character 17 is %q but must be J, K, L or M (procedure letter, R0410)", c)
	}
	if e := verifyCheckDigit(KindMRN, s, 17); e != nil {
		return "", e
	}
	return MRN(s), nil
}

// ParseReferencedMRN accepts any an18 MRN with a right check digit, those from before procedure letters included. It is for MRNs
// that other systems issued, such as in previous documents.
func ParseReferencedMRN(s string) (MRN, error) {
	if e := checkMRNLayout(s); e != nil {
		return "", e
	}
	if e := verifyCheckDigit(KindMRN, s, 17); e != nil {
		return "", e
	}
	return MRN(s), nil
}

func checkMRNLayout(s string) *IDError {
	return checkLayout(KindMRN, s,
		span{2, classDigit()}, span{2, classUpper()}, span{serialLen + 1, classUpperAlnum()}, span{1, classDigit()})
}

// NewMRN composes an MRN: year 2024..2099, ISO 3166-1 country, serial of 12 digits and capital letters, letter J..M.
func NewMRN(year int, country, serial12 string, letter byte) (MRN, error) {
	if year < firstMRNYear || year > lastMRNYear {
		return "", refuse(KindMRN, "", "the year %d is outside %d..%d", year, firstMRNYear, lastMRNYear)
	}
	if err := ValidateCountry(country); err != nil {
		return "", err
	}
	body := twoDigits(year) + country + serial12 + string(rune(letter))
	digit, err := CheckDigit(body)
	if err != nil {
		return "", refuse(KindMRN, body, "%v", err)
	}
	return ParseMRN(body + string(rune('0'+digit)))
}

func twoDigits(year int) string {
	return string([]byte{byte('0' + year/10%10), byte('0' + year%10)})
}

// String returns the 18 characters.
func (m MRN) String() string { return string(m) }

// Year returns the four-digit year of acceptance, or 0 for a value that is no MRN.
func (m MRN) Year() int {
	if checkMRNLayout(string(m)) != nil {
		return 0
	}
	return 2000 + int(m[0]-'0')*10 + int(m[1]-'0')
}

// Country returns the country of departure, or "" for a value that is no MRN.
func (m MRN) Country() string {
	if checkMRNLayout(string(m)) != nil {
		return ""
	}
	return string(m[2:4])
}

// Letter returns the procedure letter, or 0 for a value that is no MRN.
func (m MRN) Letter() byte {
	if checkMRNLayout(string(m)) != nil {
		return 0
	}
	return m[16]
}

// MovementID returns the key of the movement: characters 3 to 16, or "" for a value that is no MRN. For an MRN that CATS
// did not issue the result may not pass ParseMovementID.
func (m MRN) MovementID() MovementID {
	if checkMRNLayout(string(m)) != nil {
		return ""
	}
	return MovementID(m[2:16])
}

// MovementID is the key of a movement from lodging on: the country of departure and 12 characters of Crockford's base32 in
// capitals (no I, L, O, U). It is known before the office of departure accepts the declaration, and becomes characters 3 to
// 16 of the MRN then.
type MovementID string

const (
	crockford        = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	movementIDDomain = "carec.example/cats/movement-id/v1"
	movementIDLen    = 2 + serialLen
)

// NewMovementID derives the id from who declares and under which LRN: the same LRN of the same declarant lodged through the same
// organisation always meets the same record, so that a repetition cannot create a second movement. It is the first 60 bits of
// SHA-256 over a domain name and the four values, each preceded by its length.
func NewMovementID(country, msp, declarant, lrn string) (MovementID, error) {
	if err := ValidateCountry(country); err != nil {
		return "", err
	}
	if msp == "" || declarant == "" || lrn == "" {
		return "", refuse(KindMovementID, "", "organisation, declarant and LRN must all be given")
	}
	h := sha256.New()
	for _, part := range []string{movementIDDomain, country, msp, declarant, lrn} {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(part)))
		h.Write(n[:])
		h.Write([]byte(part))
	}
	bits := binary.BigEndian.Uint64(h.Sum(nil)[:8])
	id := make([]byte, 0, movementIDLen)
	id = append(id, country...)
	for i := range serialLen {
		id = append(id, crockford[bits>>(59-5*i)&31])
	}
	return MovementID(id), nil
}

// ParseMovementID accepts exactly what NewMovementID produces.
func ParseMovementID(s string) (MovementID, error) {
	base32 := charClass{"a digit or a capital letter other than I, L, O, U", func(c byte) bool {
		return isDigit(c) || isUpper(c) && c != 'I' && c != 'L' && c != 'O' && c != 'U'
	}}
	if e := checkLayout(KindMovementID, s, span{2, classUpper()}, span{serialLen, base32}); e != nil {
		return "", e
	}
	if err := ValidateCountry(s[:2]); err != nil {
		return "", refuse(KindMovementID, s, "%q is not a country code of ISO 3166-1", s[:2])
	}
	return MovementID(s), nil
}

// String returns the 14 characters.
func (id MovementID) String() string { return string(id) }

// Country returns the country of departure, or "" for a malformed id.
func (id MovementID) Country() string {
	if len(id) != movementIDLen {
		return ""
	}
	return string(id[:2])
}

// MRN composes the MRN that this movement gets when it is accepted in the given year (four digits).
func (id MovementID) MRN(year int, letter byte) (MRN, error) {
	if _, err := ParseMovementID(string(id)); err != nil {
		return "", err
	}
	return NewMRN(year, string(id[:2]), string(id[2:]), letter)
}
