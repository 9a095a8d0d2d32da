package fakeledger_test

import (
	"fmt"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"carec.example/cats/chaincode/fakeledger"
)

// counter adds one to a number of marks under a key.
type counter struct{}

func (counter) Init(shim.ChaincodeStubInterface) *peer.Response { return shim.Success(nil) }

func (counter) Invoke(stub shim.ChaincodeStubInterface) *peer.Response {
	marks, err := stub.GetState("marks")
	if err != nil {
		return shim.Error(err.Error())
	}
	marks = append(marks, '|')
	if err := stub.PutState("marks", marks); err != nil {
		return shim.Error(err.Error())
	}
	return shim.Success(marks)
}

// Two officers count at the same moment. Both are endorsed; the block decides.
func Example() {
	ledger, err := fakeledger.New(counter{}, fakeledger.Config{
		Orgs:   []string{"KZMSP", "KGMSP", "CNMSP"},
		Policy: fakeledger.OutOf(2, "KZMSP", "KGMSP", "CNMSP"),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	kazakh, kyrgyz := ledger.Client("KZMSP", "officer-1"), ledger.Client("KGMSP", "officer-2")
	one, err := kazakh.Endorse("count")
	if err != nil {
		fmt.Println(err)
		return
	}
	two, err := kyrgyz.Endorse("count")
	if err != nil {
		fmt.Println(err)
		return
	}
	block, err := ledger.Order(one, two)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(block.Codes(), string(ledger.State("marks")))
	// Output: [VALID MVCC_READ_CONFLICT] |
}
