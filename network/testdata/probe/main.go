// Command probe is the smallest chaincode the network's own tests need: it keeps and returns values.
package main

import (
	"log"
	"os"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
)

// edition is set by the linker, so that a test can make another program of the same source.
var edition = "first"

type probe struct{}

func (probe) Init(shim.ChaincodeStubInterface) *peer.Response { return shim.Success(nil) }

func (probe) Invoke(stub shim.ChaincodeStubInterface) *peer.Response {
	function, arguments := stub.GetFunctionAndParameters()
	switch {
	case function == "put" && len(arguments) == 2:
		if err := stub.PutState(arguments[0], []byte(arguments[1])); err != nil {
			return shim.Error(err.Error())
		}
		return shim.Success(nil)
	case function == "get" && len(arguments) == 1:
		value, err := stub.GetState(arguments[0])
		if err != nil {
			return shim.Error(err.Error())
		}
		return shim.Success(value)
	case function == "edition":
		return shim.Success([]byte(edition))
	default:
		return shim.Error(`CATS {"code":"UNKNOWN_FUNCTION"}`)
	}
}

func main() {
	server := &shim.ChaincodeServer{
		CCID: os.Getenv("CHAINCODE_ID"), Address: os.Getenv("CHAINCODE_SERVER_ADDRESS"), CC: probe{},
		TLSProps: shim.TLSProperties{
			Cert: read("CHAINCODE_TLS_CERT"), Key: read("CHAINCODE_TLS_KEY"), ClientCACerts: read("CHAINCODE_TLS_CLIENT_CA"),
		},
	}
	if err := server.Start(); err != nil {
		log.Fatal(err)
	}
}

func read(variable string) []byte {
	text, err := os.ReadFile(os.Getenv(variable))
	if err != nil {
		log.Fatal(err)
	}
	return text
}
