package cats

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
)

// messageIDLength keeps within the 36 characters of a message identification and well above 128 bits.
const messageIDLength = 32

// newMessageID makes a fresh message identification.
func newMessageID() string { return rand.Text()[:26] }

// derive computes 32 bytes that depend on the client's secret, a purpose and the
// parts: the same for the same lodging, and without the secret no trace of its
// content, so that it may stand on the public record.
func (c *Client) derive(purpose string, parts ...[]byte) []byte {
	mac := hmac.New(sha256.New, c.secret)
	for _, part := range append([][]byte{[]byte(purpose)}, parts...) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(part)))
		mac.Write(n[:])
		mac.Write(part)
	}
	return mac.Sum(nil)
}

// derivedMessageID names the same message whenever the same content is lodged again.
func (c *Client) derivedMessageID(purpose string, parts ...[]byte) string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(c.derive(purpose, parts...))[:messageIDLength]
}
