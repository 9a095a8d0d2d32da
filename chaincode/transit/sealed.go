package transit

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// Sealed is the private value of one section: its content and a salt. The value's
// own SHA-256 is the section's digest, and the ledger's hash of the private key is
// the same number, so no second digest is needed. The salt keeps short contents
// from being guessed by their digest.
type Sealed struct {
	Content json.RawMessage `json:"content"`
	Salt    string          `json:"salt"`
	Section string          `json:"section"`
}

// SeedLength is the number of random bytes from which the salts of a document's sections derive.
const SeedLength = 32

// SealSection makes the private value of a section and its digest. The salt derives from
// the seed, so that the sections of one document have salts of their own and one of
// them can be shown without helping to guess another.
func SealSection(s Section, seed []byte) ([]byte, SectionDigest, error) {
	if len(seed) != SeedLength {
		return nil, SectionDigest{}, fmt.Errorf("the salt has %d bytes, not %d", len(seed), SeedLength)
	}
	mac := hmac.New(sha256.New, seed)
	mac.Write([]byte(s.Name))
	value, err := Canonical(Sealed{Content: s.Content, Salt: hex.EncodeToString(mac.Sum(nil)), Section: s.Name})
	if err != nil {
		return nil, SectionDigest{}, fmt.Errorf("couldn't seal section %s: %w", s.Name, err)
	}
	return value, SectionDigest{Name: s.Name, Digest: digest(value)}, nil
}

// UnsealSection checks a private value against the digest on the public record and returns the section.
func UnsealSection(value []byte, want SectionDigest) (Section, error) {
	if digest(value) != want.Digest {
		return Section{}, fmt.Errorf("section %s does not have the digest on the record", want.Name)
	}
	var s Sealed
	if err := json.Unmarshal(value, &s); err != nil {
		return Section{}, fmt.Errorf("couldn't decode section %s: %w", want.Name, err)
	}
	if s.Section != want.Name {
		return Section{}, fmt.Errorf("section %s holds section %s", want.Name, s.Section)
	}
	return Section{Name: s.Section, Content: s.Content}, nil
}

func digest(value []byte) string {
	sum := sha256.Sum256(value)
	return hex.EncodeToString(sum[:])
}
