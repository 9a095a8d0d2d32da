package signature

import (
	"crypto/x509"
	"encoding/asn1"
	"encoding/json"
	"slices"
)

// Anchor is an authority that a country trusts for its operators.
type Anchor struct {
	Certificate *x509.Certificate
	// Subject: the authority vouches for the operator number in the subject of what it certifies, as an authority for
	// electronic signatures does. Otherwise the number counts in the attribute "operator" of Fabric CA alone: there
	// whoever enrols may write into the subject what he likes, and into the attributes nothing.
	Subject bool
}

// checkOperator wants the certificate to name the operator where its anchor vouches for it.
func (s *Signature) checkOperator(t Terms, anchor *x509.Certificate) error {
	for _, a := range t.Anchors {
		if t.Operator != "" && a.Certificate.Equal(anchor) && slices.Contains(a.operators(s.Chain[0]), t.Operator) {
			return nil
		}
	}
	return refuse(Operator, "the certificate is not one of operator %s", t.Operator)
}

func (a Anchor) operators(c *x509.Certificate) []string {
	if a.Subject {
		return subjectOperators(c)
	}
	return attributeOperators(c)
}

// OperatorsOf lists the operator numbers that a certificate names anywhere, for showing. Which of them counts is for its anchor to say.
func OperatorsOf(c *x509.Certificate) []string {
	out := slices.Concat(attributeOperators(c), subjectOperators(c))
	slices.Sort(out)
	return slices.Compact(out)
}

// attributeOperators reads the extension in which Fabric CA keeps the attributes of an enrolment.
func attributeOperators(c *x509.Certificate) []string {
	extension := asn1.ObjectIdentifier{1, 2, 3, 4, 5, 6, 7, 8, 1}
	for _, e := range c.Extensions {
		var v struct {
			Attrs map[string]string `json:"attrs"`
		}
		if !e.Id.Equal(extension) || json.Unmarshal(e.Value, &v) != nil {
			continue
		}
		if operator := v.Attrs["operator"]; operator != "" {
			return []string{operator}
		}
	}
	return nil
}

// subjectOperators reads organizationIdentifier (ETSI EN 319 412-1) and serialNumber (X.520) of the subject.
func subjectOperators(c *x509.Certificate) []string {
	var out []string
	for _, oid := range []asn1.ObjectIdentifier{{2, 5, 4, 97}, {2, 5, 4, 5}} {
		for _, n := range c.Subject.Names {
			if text, ok := n.Value.(string); ok && n.Type.Equal(oid) {
				out = append(out, text)
			}
		}
	}
	return out
}
