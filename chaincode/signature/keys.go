package signature

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"slices"

	"github.com/go-jose/go-jose/v4"
)

// Lengths of an RSA key in bits. The upper one keeps a certificate from costing a peer long.
const (
	MinRSABits = 2048
	MaxRSABits = 4096
)

func algorithms() []jose.SignatureAlgorithm {
	return []jose.SignatureAlgorithm{jose.ES256, jose.ES384, jose.PS256, jose.EdDSA}
}

// Algorithms lists the algorithms that a signature may have. None of them is symmetric,
// and none has a weaker twin of the same key that the header could be switched to.
func Algorithms() []string {
	var out []string
	for _, a := range algorithms() {
		out = append(out, string(a))
	}
	return out
}

func allowed(algorithm string) bool {
	return slices.Contains(algorithms(), jose.SignatureAlgorithm(algorithm))
}

// algorithmOf is the one algorithm of a key. Errors: [*Error] with [WeakKey].
func algorithmOf(key crypto.PublicKey) (jose.SignatureAlgorithm, error) {
	switch k := key.(type) {
	case *ecdsa.PublicKey:
		switch k.Curve {
		case elliptic.P256():
			return jose.ES256, nil
		case elliptic.P384():
			return jose.ES384, nil
		}
		return "", refuse(WeakKey, "the curve %s is not P-256 or P-384", k.Params().Name)
	case *rsa.PublicKey:
		if bits := k.N.BitLen(); bits < MinRSABits || bits > MaxRSABits {
			return "", refuse(WeakKey, "the RSA key has %d bits, not %d to %d", bits, MinRSABits, MaxRSABits)
		}
		return jose.PS256, nil
	case ed25519.PublicKey:
		return jose.EdDSA, nil
	}
	return "", refuse(WeakKey, "a key that is neither ECDSA, RSA nor Ed25519")
}
