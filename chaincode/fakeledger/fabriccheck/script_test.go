package fabriccheck

import (
	"encoding/json"
	"fmt"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"github.com/hyperledger/fabric/core/ledger"
)

// step is one call of a chaincode on its stub.
type step struct {
	// Call is the name of the call, see calls.
	Call string
	// Key is the key, or the start of a range.
	Key string
	// End is the end of a range; empty: the last key.
	End string `json:",omitempty"`
	// Value is a value or the bytes of a policy; empty: none.
	Value []byte `json:",omitempty"`
}

// script is a whole transaction.
type script []step

func (s script) String() string {
	raw, err := json.Marshal(s)
	if err != nil {
		panic(err) // strings and bytes always encode
	}
	return string(raw)
}

// interpreter is the chaincode: it carries out the script it is given and returns what it read.
type interpreter struct{}

func (interpreter) Init(shim.ChaincodeStubInterface) *peer.Response { return shim.Success(nil) }

func (interpreter) Invoke(stub shim.ChaincodeStubInterface) *peer.Response {
	var s script
	if err := json.Unmarshal(stub.GetArgs()[1], &s); err != nil {
		return shim.Error(err.Error())
	}
	read, err := s.run(func(c call, s step) ([]byte, error) { return c.onStub(stub, s) })
	if err != nil {
		return shim.Error(err.Error())
	}
	return shim.Success(read)
}

// simulate carries out the script the way a peer serves the chaincode's calls.
func (s script) simulate(sim ledger.TxSimulator) ([]byte, error) {
	return s.run(func(c call, s step) ([]byte, error) { return c.onPeer(sim, s) })
}

func (s script) run(do func(call, step) ([]byte, error)) ([]byte, error) {
	known := calls()
	var read []byte
	for _, st := range s {
		c, ok := known[st.Call]
		if !ok {
			return nil, fmt.Errorf("no call %q", st.Call)
		}
		value, err := do(c, st)
		if err != nil {
			return nil, err
		}
		read = append(append(read, value...), ';')
	}
	return read, nil
}
