// Package fabriccheck compares the fake ledger with the ledger code of Hyperledger Fabric 3.1.1.
//
// Random transactions run on both: on package fakeledger, and on Fabric's own transaction simulator, version check and LevelDB,
// opened in a temporary directory. Some are held back, so that blocks mix transactions simulated on older states, in random
// order. Compared are
//
//   - per transaction: what the chaincode read, whether it failed, and the public read/write set, byte by byte;
//   - per block: the data hash, and the validation flags for versions and phantoms;
//   - after every block: value, policy, private value and private hash of every key;
//   - where the fake ledger halts: that Fabric's ledger panics at the same block.
//
// The endorsement verdicts that precede the version check are the fake ledger's own on both sides; the order of Fabric's
// endorsement checks is not part of this comparison. Nor is the wire between chaincode and peer: its translations (an empty start
// of a range, say) are repeated here, and its read-ahead is avoided by reading every query to its end.
//
// It is a module of its own because the product does not depend on Fabric's peer:
//
//	cd chaincode/fakeledger/fabriccheck && go test ./...
//
// Every seed is a subtest. More seeds, or one of them again:
//
//	go test . -seeds=2000
//	go test . -seeds=2000 -run 'TestRandomTransactions.*/seed_1234$'
package fabriccheck
