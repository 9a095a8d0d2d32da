package transit

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"fmt"
)

// EncryptContent encrypts content for the reader who made the key (AES-256-GCM). What a
// function answers stands in a block when the client submits it instead of evaluating it, and
// the ledger cannot tell the two apart; so the answer is of no use to others. The key is
// derived for the transaction, whose identification never repeats, so the nonce can be zero.
func EncryptContent(readerKey []byte, transactionID string, c *Content) (*EncryptedContent, error) {
	aead, err := contentCipher(readerKey, transactionID)
	if err != nil {
		return nil, err
	}
	plain, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("couldn't encode the content: %w", err)
	}
	return &EncryptedContent{
		TransactionID: transactionID, Cipher: aead.Seal(nil, make([]byte, aead.NonceSize()), plain, nil), //nolint:gosec // a key is used once
	}, nil
}

// DecryptContent reads what [EncryptContent] made with the same key.
func DecryptContent(readerKey []byte, e *EncryptedContent) (*Content, error) {
	aead, err := contentCipher(readerKey, e.TransactionID)
	if err != nil {
		return nil, err
	}
	plain, err := aead.Open(nil, make([]byte, aead.NonceSize()), e.Cipher, nil)
	if err != nil {
		return nil, fmt.Errorf("the content is not encrypted for this reader: %w", err)
	}
	var c Content
	if err := json.Unmarshal(plain, &c); err != nil {
		return nil, fmt.Errorf("couldn't decode the content: %w", err)
	}
	return &c, nil
}

func contentCipher(readerKey []byte, transactionID string) (cipher.AEAD, error) {
	if len(readerKey) != SeedLength {
		return nil, fmt.Errorf("the reader key has %d bytes, not %d", len(readerKey), SeedLength)
	}
	mac := hmac.New(sha256.New, readerKey)
	mac.Write([]byte(transactionID))
	block, err := aes.NewCipher(mac.Sum(nil))
	if err != nil {
		return nil, fmt.Errorf("couldn't make the cipher: %w", err)
	}
	return cipher.NewGCM(block)
}
