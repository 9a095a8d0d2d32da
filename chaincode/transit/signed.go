package transit

import (
	"encoding/json"
	"fmt"
	"slices"
)

// SectionSignature is the section beside those of the document that holds the declarant's
// signature (see package signature). It is sealed, delivered and digested like them, so that
// whoever reads the content can verify who declared it; the public record shows its digest
// and so that it is there, but neither the signature nor the certificate.
const SectionSignature = "signature"

// TransientSignature is the key of the transient map for the declarant's signature of the document, a compact JWS with detached content.
const TransientSignature = "signature"

// AllSections lists the names of the sections that a content can have: those of the document, then the signature.
func AllSections() []string { return append(SectionNames(), SectionSignature) }

// IsSigned reports whether a content with these digests carries the declarant's signature.
func IsSigned(sections []SectionDigest) bool {
	return slices.ContainsFunc(sections, func(s SectionDigest) bool { return s.Name == SectionSignature })
}

// WithoutAccessCodes is the document as it travels: the access codes of its guarantees are for the office of departure
// alone. The document given stays as it is; the two share what does not differ.
func (s *STD) WithoutAccessCodes() *STD {
	c := *s
	c.Guarantees = slices.Clone(s.Guarantees)
	for i := range c.Guarantees {
		references := slices.Clone(c.Guarantees[i].GuaranteeReferences)
		for k := range references {
			references[k].AccessCode = ""
		}
		c.Guarantees[i].GuaranteeReferences = references
	}
	return &c
}

// SignedContent is what the declarant signs: the canonical JSON of the document without
// access codes. It is the same before lodging and after the sections have been joined again.
func SignedContent(s *STD) ([]byte, error) { return Canonical(s.WithoutAccessCodes()) }

// signatureContent is the content of the section.
type signatureContent struct {
	// JWS is the compact JWS with detached content.
	JWS string `json:"jws"`
}

// NewSignatureSection makes the section of a compact JWS.
func NewSignatureSection(jws []byte) (Section, error) {
	content, err := Canonical(signatureContent{JWS: string(jws)})
	if err != nil {
		return Section{}, fmt.Errorf("section %s: %w", SectionSignature, err)
	}
	return Section{Name: SectionSignature, Content: content}, nil
}

// SignatureOf finds the compact JWS among the sections; nil when the content is not signed.
func SignatureOf(sections []Section) ([]byte, error) {
	at := slices.IndexFunc(sections, isSignature)
	if at < 0 {
		return nil, nil
	}
	var c signatureContent
	if err := json.Unmarshal(sections[at].Content, &c); err != nil || c.JWS == "" {
		return nil, fmt.Errorf("section %s holds no signature", SectionSignature)
	}
	return []byte(c.JWS), nil
}

func isSignature(s Section) bool { return s.Name == SectionSignature }
