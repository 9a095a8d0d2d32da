package ledger

import (
	"errors"
	"testing"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
)

// peerWithout is a peer's answer to a reading of private data.
type peerWithout struct {
	shim.ChaincodeStubInterface
	err error
}

func (p peerWithout) GetPrivateData(string, string) ([]byte, error) { return nil, p.err }

// The text is Fabric's, as package fakeledger has it from a real peer.
func TestAPeerThatDoesNotHoldThePrivateContentYetSaysSo(t *testing.T) {
	for text, want := range map[string]bool{
		"GET_STATE failed: transaction ID: ab: private data matching public hash version is not available. " +
			"Public hash version = {BlockNum: 3, TxNum: 0}, Private data version = <nil>": true,
		"GET_STATE failed: transaction ID: ab: tx creator does not have read access permission": false,
	} {
		tx := &Tx{stub: peerWithout{err: errors.New(text)}, reads: map[string][]byte{}}
		_, err := tx.Private("KZMSP", "k")
		require.Error(t, err)
		require.Equal(t, want, errors.Is(err, transit.Faultf(transit.NotHere, "")), text)
	}
}
