package fakeledger

import (
	"encoding/asn1"
	"math/big"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
)

// headerHash is the SHA-256 of a block header in Fabric's ASN.1 form.
func headerHash(h *common.BlockHeader) []byte {
	raw, err := asn1.Marshal(struct {
		Number       *big.Int
		PreviousHash []byte
		DataHash     []byte
	}{new(big.Int).SetUint64(h.GetNumber()), h.GetPreviousHash(), h.GetDataHash()})
	if err != nil {
		// A number and two byte strings always have an ASN.1 form.
		panic(err)
	}
	return hash(raw)
}
