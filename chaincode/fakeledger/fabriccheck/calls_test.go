package fabriccheck

import (
	"fmt"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/queryresult"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	results "github.com/hyperledger/fabric/common/ledger"
	"github.com/hyperledger/fabric/core/ledger"
)

const pageSize = 2

// call is one kind of call, as the chaincode makes it and as the peer carries it out.
type call struct {
	onStub func(shim.ChaincodeStubInterface, step) ([]byte, error)
	onPeer func(ledger.TxSimulator, step) ([]byte, error)
}

func calls() map[string]call {
	return map[string]call{
		"get":               {onStub: stubGet, onPeer: peerGet},
		"put":               {onStub: stubPut, onPeer: peerPut},
		"delete":            {onStub: stubDelete, onPeer: peerDelete},
		"setPolicy":         {onStub: stubSetPolicy, onPeer: peerSetPolicy},
		"getPolicy":         {onStub: stubGetPolicy, onPeer: peerGetPolicy},
		"range":             {onStub: stubRange, onPeer: peerRange},
		"page":              {onStub: stubPage, onPeer: peerPage},
		"private.get":       {onStub: stubPrivateGet, onPeer: peerPrivateGet},
		"private.hash":      {onStub: stubPrivateHash, onPeer: peerPrivateHash},
		"private.put":       {onStub: stubPrivatePut, onPeer: peerPrivatePut},
		"private.delete":    {onStub: stubPrivateDelete, onPeer: peerPrivateDelete},
		"private.purge":     {onStub: stubPrivatePurge, onPeer: peerPrivatePurge},
		"private.getPolicy": {onStub: stubPrivateGetPolicy, onPeer: peerPrivateGetPolicy},
		"private.setPolicy": {onStub: stubPrivateSetPolicy, onPeer: peerPrivateSetPolicy},
		"private.range":     {onStub: stubPrivateRange, onPeer: peerPrivateRange},
	}
}

func stubGet(stub shim.ChaincodeStubInterface, s step) ([]byte, error) { return stub.GetState(s.Key) }
func peerGet(sim ledger.TxSimulator, s step) ([]byte, error)           { return sim.GetState(namespace, s.Key) }

func stubPut(stub shim.ChaincodeStubInterface, s step) ([]byte, error) {
	return nil, stub.PutState(s.Key, s.Value)
}

func peerPut(sim ledger.TxSimulator, s step) ([]byte, error) {
	return nil, sim.SetState(namespace, s.Key, s.Value)
}

func stubDelete(stub shim.ChaincodeStubInterface, s step) ([]byte, error) {
	return nil, stub.DelState(s.Key)
}

func peerDelete(sim ledger.TxSimulator, s step) ([]byte, error) {
	return nil, sim.DeleteState(namespace, s.Key)
}

func stubSetPolicy(stub shim.ChaincodeStubInterface, s step) ([]byte, error) {
	return nil, stub.SetStateValidationParameter(s.Key, s.Value)
}

func peerSetPolicy(sim ledger.TxSimulator, s step) ([]byte, error) {
	return nil, sim.SetStateMetadata(namespace, s.Key, policyMetadata(s.Value))
}

func stubGetPolicy(stub shim.ChaincodeStubInterface, s step) ([]byte, error) {
	return stub.GetStateValidationParameter(s.Key)
}

func peerGetPolicy(sim ledger.TxSimulator, s step) ([]byte, error) {
	metadata, err := sim.GetStateMetadata(namespace, s.Key)
	return policyIn(metadata), err
}

func stubRange(stub shim.ChaincodeStubInterface, s step) ([]byte, error) {
	it, err := stub.GetStateByRange(s.Key, s.End)
	if err != nil {
		return nil, err
	}
	return drainStub(it)
}

func peerRange(sim ledger.TxSimulator, s step) ([]byte, error) {
	it, err := sim.GetStateRangeScanIterator(namespace, startOf(s), s.End)
	if err != nil {
		return nil, err
	}
	return drainPeer(it, -1)
}

func stubPage(stub shim.ChaincodeStubInterface, s step) ([]byte, error) {
	it, metadata, err := stub.GetStateByRangeWithPagination(s.Key, s.End, pageSize, "")
	if err != nil {
		return nil, err
	}
	read, err := drainStub(it)
	return append(read, metadata.GetBookmark()...), err
}

func peerPage(sim ledger.TxSimulator, s step) ([]byte, error) {
	it, err := sim.GetStateRangeScanIteratorWithPagination(namespace, startOf(s), s.End, pageSize)
	if err != nil {
		return nil, err
	}
	read, err := drainPeer(it, pageSize)
	return append(read, it.GetBookmarkAndClose()...), err
}

func stubPrivateGet(stub shim.ChaincodeStubInterface, s step) ([]byte, error) {
	return stub.GetPrivateData(collection, s.Key)
}

func peerPrivateGet(sim ledger.TxSimulator, s step) ([]byte, error) {
	return sim.GetPrivateData(namespace, collection, s.Key)
}

func stubPrivateHash(stub shim.ChaincodeStubInterface, s step) ([]byte, error) {
	return stub.GetPrivateDataHash(collection, s.Key)
}

func peerPrivateHash(sim ledger.TxSimulator, s step) ([]byte, error) {
	return sim.GetPrivateDataHash(namespace, collection, s.Key)
}

func stubPrivatePut(stub shim.ChaincodeStubInterface, s step) ([]byte, error) {
	return nil, stub.PutPrivateData(collection, s.Key, s.Value)
}

func peerPrivatePut(sim ledger.TxSimulator, s step) ([]byte, error) {
	return nil, sim.SetPrivateData(namespace, collection, s.Key, s.Value)
}

func stubPrivateDelete(stub shim.ChaincodeStubInterface, s step) ([]byte, error) {
	return nil, stub.DelPrivateData(collection, s.Key)
}

func peerPrivateDelete(sim ledger.TxSimulator, s step) ([]byte, error) {
	return nil, sim.DeletePrivateData(namespace, collection, s.Key)
}

func stubPrivatePurge(stub shim.ChaincodeStubInterface, s step) ([]byte, error) {
	return nil, stub.PurgePrivateData(collection, s.Key)
}

func peerPrivatePurge(sim ledger.TxSimulator, s step) ([]byte, error) {
	return nil, sim.PurgePrivateData(namespace, collection, s.Key)
}

func stubPrivateSetPolicy(stub shim.ChaincodeStubInterface, s step) ([]byte, error) {
	return nil, stub.SetPrivateDataValidationParameter(collection, s.Key, s.Value)
}

func peerPrivateSetPolicy(sim ledger.TxSimulator, s step) ([]byte, error) {
	return nil, sim.SetPrivateDataMetadata(namespace, collection, s.Key, policyMetadata(s.Value))
}

func stubPrivateGetPolicy(stub shim.ChaincodeStubInterface, s step) ([]byte, error) {
	return stub.GetPrivateDataValidationParameter(collection, s.Key)
}

func peerPrivateGetPolicy(sim ledger.TxSimulator, s step) ([]byte, error) {
	metadata, err := sim.GetPrivateDataMetadata(namespace, collection, s.Key)
	return policyIn(metadata), err
}

func stubPrivateRange(stub shim.ChaincodeStubInterface, s step) ([]byte, error) {
	it, err := stub.GetPrivateDataByRange(collection, s.Key, s.End)
	if err != nil {
		return nil, err
	}
	return drainStub(it)
}

func peerPrivateRange(sim ledger.TxSimulator, s step) ([]byte, error) {
	it, err := sim.GetPrivateDataRangeScanIterator(namespace, collection, startOf(s), s.End)
	if err != nil {
		return nil, err
	}
	return drainPeer(it, -1)
}

// startOf is what a stub sends for an empty start: composite keys begin with a zero byte and are left out.
func startOf(s step) string {
	if s.Key == "" {
		return "\x01"
	}
	return s.Key
}

func policyMetadata(policy []byte) map[string][]byte {
	return map[string][]byte{peer.MetaDataKeys_VALIDATION_PARAMETER.String(): policy}
}

func policyIn(metadata map[string][]byte) []byte {
	return metadata[peer.MetaDataKeys_VALIDATION_PARAMETER.String()]
}

func drainStub(it shim.StateQueryIteratorInterface) ([]byte, error) {
	var read []byte
	for it.HasNext() {
		kv, err := it.Next()
		if err != nil {
			return nil, err
		}
		read = appendResult(read, kv)
	}
	return read, it.Close()
}

// drainPeer reads a query of the peer to its end or, as a peer does for a page, up to a number of results; negative: no limit.
func drainPeer(it results.ResultsIterator, limit int) ([]byte, error) {
	var read []byte
	for ; limit != 0; limit-- {
		next, err := it.Next()
		if err != nil || next == nil {
			return read, err
		}
		kv, ok := next.(*queryresult.KV)
		if !ok {
			return nil, fmt.Errorf("a range query gave a %T", next)
		}
		read = appendResult(read, kv)
	}
	return read, nil
}

func appendResult(read []byte, kv *queryresult.KV) []byte {
	return fmt.Appendf(read, "%s=%s,", kv.GetKey(), kv.GetValue())
}
