// Package signature is the declarant's signature over a single transit document: who
// declares signs what is declared, with a key that the country's own certificate authority
// has certified, so that every later reader of the content can show who is bound by it,
// without trusting any peer.
//
// The signature is a JWS in compact form with detached content (RFC 7515, appendix F) over
// the canonical JSON of the document without access codes (RFC 8785, see
// [transit.SignedContent]). Its protected header has exactly four fields:
//
//	alg  ES256, ES384, PS256 or EdDSA (RFC 7518, RFC 8037); the key of the certificate must fit
//	typ  [Type], so that a signature made for another purpose is none of a declaration
//	iat  when it was signed, in whole seconds since 1970 (a NumericDate of RFC 7519)
//	x5c  the signer's certificate and those between it and the anchor, each certified by the next
//
// Any other field is refused: what a reader does not understand he must not skip, and a
// header that cannot name keys elsewhere (jku, x5u, jwk), extensions (crit) or another form
// of the content (b64) leaves nothing to be misled by. LRN, offices, holder and the
// identification of the message are part of the content, so the header need not bind them.
//
// The trust anchors are the country's entries in the registry. Nothing else is trusted: no
// roots of the operating system, nothing fetched from a network, no clock but the time that
// is passed in; so every peer that verifies comes to the same result.
//
// The JOSE part is go-jose's, certificates are crypto/x509's. This package decides what is
// allowed.
package signature
