// Command noop is the chaincode that does as little as a chaincode can: one write, no read, no event, no result. What
// the network does with its transactions is what it can do at best.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"carec.example/cats/chaincode/ledger"
	"carec.example/cats/chaincode/transit"
	"carec.example/cats/network/bench/service"
)

func main() {
	if err := service.Run(chaincode{}); err != nil {
		fmt.Fprintln(os.Stderr, "noop:", err)
		os.Exit(1)
	}
}

// valueLength is the length of what is written, in bytes.
const valueLength = 200

type chaincode struct{}

func (chaincode) Init(shim.ChaincodeStubInterface) *peer.Response { return shim.Success(nil) }

// Invoke knows four functions:
//
//	put KEY...                     writes 200 bytes under each key
//	guard KEY ALL ANY...           writes them and gives the key the policy "ALL and any one of ANY", which later puts obey
//	work KEY INGREDIENTS ALL ANY   writes, and does what else the ingredients say, to see what each of them costs
//	get KEY                        reads
func (chaincode) Invoke(stub shim.ChaincodeStubInterface) *peer.Response {
	name, arguments := stub.GetFunctionAndParameters()
	if len(arguments) == 0 || arguments[0] == "" {
		return shim.Error("a key is needed")
	}
	key := arguments[0]
	switch name {
	case "put":
		return answer(nil, put(stub, arguments))
	case "guard":
		return answer(nil, guard(stub, key, arguments[1:]))
	case "work":
		return work(stub, key, arguments[1:])
	case "get":
		content, err := stub.GetState(key)
		return answer(content, err)
	}
	return shim.Error("no function " + name)
}

// Ingredients are what real functions do beyond one write.
type Ingredients struct {
	// Value and Result are lengths in bytes, of what is written and of what is answered.
	Value  int `json:"value"`
	Result int `json:"result"`
	// Event is the length of the event's payload; 0 emits none.
	Event int `json:"event"`
	// Reads names keys to be read.
	Reads []string `json:"reads"`
	// Own reads what is written.
	Own bool `json:"own"`
	// More are further keys that are written as the first is, and read first with Own.
	More []string `json:"more"`
	// Policy sets the key's policy again.
	Policy bool `json:"policy"`
	// Together reads all keys in one message to the peer, and writes everything in one.
	Together bool `json:"together"`
}

func work(stub shim.ChaincodeStubInterface, key string, arguments []string) *peer.Response {
	if len(arguments) == 0 {
		return shim.Error("ingredients are needed")
	}
	var with Ingredients
	if err := json.Unmarshal([]byte(arguments[0]), &with); err != nil {
		return shim.Error(err.Error())
	}
	if with.Own {
		with.Reads = append(append(with.Reads, key), with.More...)
	}
	if err := read(stub, with); err != nil {
		return shim.Error(err.Error())
	}
	if err := write(stub, key, with, arguments[1:]); err != nil {
		return shim.Error(err.Error())
	}
	if with.Event > 0 {
		if err := stub.SetEvent("work", fill(key, with.Event)); err != nil {
			return shim.Error(err.Error())
		}
	}
	return shim.Success(fill(key, with.Result))
}

func read(stub shim.ChaincodeStubInterface, with Ingredients) error {
	if with.Together && len(with.Reads) > 0 {
		_, err := stub.GetMultipleStates(with.Reads...)
		return err
	}
	for _, key := range with.Reads {
		if _, err := stub.GetState(key); err != nil {
			return err
		}
	}
	return nil
}

func write(stub shim.ChaincodeStubInterface, key string, with Ingredients, organisations []string) error {
	if with.Together {
		stub.StartWriteBatch()
	}
	for _, one := range append([]string{key}, with.More...) {
		if err := stub.PutState(one, fill(one, with.Value)); err != nil {
			return err
		}
	}
	if with.Policy {
		if err := setPolicy(stub, key, organisations); err != nil {
			return err
		}
	}
	if with.Together {
		return stub.FinishWriteBatch()
	}
	return nil
}

func put(stub shim.ChaincodeStubInterface, keys []string) error {
	for _, key := range keys {
		if err := stub.PutState(key, value(key)); err != nil {
			return err
		}
	}
	return nil
}

func guard(stub shim.ChaincodeStubInterface, key string, organisations []string) error {
	if err := stub.PutState(key, value(key)); err != nil {
		return err
	}
	return setPolicy(stub, key, organisations)
}

func setPolicy(stub shim.ChaincodeStubInterface, key string, organisations []string) error {
	if len(organisations) < 2 {
		return fmt.Errorf("a policy needs two organisations or more")
	}
	policy, err := ledger.Policy(transit.Endorsement{All: organisations[:1], Any: organisations[1:]})
	if err != nil {
		return err
	}
	return stub.SetStateValidationParameter(key, policy)
}

func value(key string) []byte { return fill(key, valueLength) }

// fill repeats the key.
func fill(key string, length int) []byte {
	content := make([]byte, 0, length+len(key))
	for len(content) < length {
		content = append(content, key...)
	}
	return content[:length]
}

func answer(content []byte, err error) *peer.Response {
	if err != nil {
		return shim.Error(err.Error())
	}
	return shim.Success(content)
}
