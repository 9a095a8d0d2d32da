// Package service runs a chaincode of the benchmark the way an organisation runs CATS: as a service behind mutual TLS,
// told by its environment where to listen and who may call.
package service

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
)

// Run serves until it is told to end.
func Run(cc shim.Chaincode) error {
	var tls shim.TLSProperties
	for variable, into := range map[string]*[]byte{
		"CHAINCODE_TLS_CERT": &tls.Cert, "CHAINCODE_TLS_KEY": &tls.Key, "CHAINCODE_TLS_CLIENT_CA": &tls.ClientCACerts,
	} {
		content, err := os.ReadFile(os.Getenv(variable))
		if err != nil {
			return fmt.Errorf("%s: %w", variable, err)
		}
		*into = content
	}
	server := &shim.ChaincodeServer{
		CCID: os.Getenv("CHAINCODE_ID"), Address: os.Getenv("CHAINCODE_SERVER_ADDRESS"), CC: cc, TLSProps: tls,
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Start() }()
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	select {
	case err := <-failed:
		return err
	case <-stop:
		return nil
	}
}
