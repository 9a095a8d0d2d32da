// Package fakeledger is a Hyperledger Fabric channel in memory, for unit tests of Go chaincode.
//
// A stub that stores values in a map tells a chaincode what it wants to hear: it reads its own writes, nobody else writes in
// between, every organisation agrees, and nothing is ever refused at commit. This package tells the truth instead. Each
// organisation has a peer that simulates on its own committed state; a transaction is a signed read/write set; blocks are
// validated against endorsement policies and versions as Fabric 3.1 does; what a chaincode may not see, it does not see.
//
//	ledger, err := fakeledger.New(chaincode, fakeledger.Config{
//		Orgs:   []string{"KZMSP", "KGMSP", "CNMSP"},
//		Policy: fakeledger.OutOf(2, "KZMSP", "KGMSP", "CNMSP"),
//	})
//	officer := ledger.Client("KZMSP", "officer-1", fakeledger.Attribute("role", "officer"))
//	receipt, err := officer.Submit("Lodge", `{"lrn":"A1"}`)
//
// Races are written down rather than hoped for: endorse two transactions, then order them in one block.
//
//	a, _ := officer.Endorse("Reserve", "10")
//	b, _ := officer.Endorse("Reserve", "20")
//	block, _ := ledger.Order(a, b) // VALID, MVCC_READ_CONFLICT
//
// The same test gives the same bytes on every run: keys, certificates, nonces and signatures are derived, the clock moves only
// when told, and endorsers are asked in a fixed order.
//
// # What is modelled
//
// Simulation. Reads see committed state only, never the transaction's own writes. Empty values are deletions. Range and
// composite key queries run in byte order, read up to 100 keys ahead of the chaincode, and are repeated at commit. Paginated
// queries and queries on private data exclude writes, in either order. Write batches report errors when finished. Keys that are
// no UTF-8 crash the chaincode, as they crash a real one; so does every panic ([ErrChaincodeCrashed]), though here the chaincode
// is back at once. Rich queries fail as on LevelDB. One event per transaction, the last one.
//
// Proposals. Peers refuse expired creators, unknown organisations, known transaction ids, and times more than 15 minutes off
// their clock. Nothing of that is checked again at commit, so an endorsed transaction can be held for weeks.
//
// Endorsement. Responses of all endorsers must be equal byte by byte ([ErrMismatch]); a peer that lags, or runs another build,
// is enough to make them differ. The gateway simulates at its own peer, reads off the policies of the written keys, and picks
// the smallest set of running peers that satisfies them all. With transient data it trusts members of the written collections
// only ([ErrDistribution]).
//
// Validation. Signatures are verified, each signer counts once, and policies take signatures greedily in order. A key's own
// policy overrides the chaincode's in both directions; the policy before the block decides; a change of policy makes later
// writes to the key in the same block fail; writing several keys needs all their policies; deleting a key drops its policy.
// Private keys fall under the policy of the key, else of the collection (implicit collections: the owner's peer), else of the
// chaincode. Then versions: public reads, hashed private reads, range queries, each against the state and the block so far.
// Transaction ids are unique for ever, invalid transactions included. Flags are Fabric's.
//
// Private data. Plain values live at the peers of members only; hashes live everywhere; a read at another peer fails if the hash
// exists. Any client may read an implicit collection at its owner's peer: Fabric does not restrict the creator there.
//
// # What was measured and what was read
//
// Observed on a network of Fabric 3.1.1 peers: the outcome of endorsements for created, updated and handed-over keys with their
// own policies; that the old policy decides; that a new key next to an existing one needs the chaincode's policy as well; that
// forged endorsements by client certificates pass MEMBER policies and fail PEER policies; that bytes of a wrapped policy lock a
// key for ever while other keys go on; private writes, digests, delivery and purge in implicit collections, and who sees the
// plain values; reads of an owner's collection by foreign clients; payload mismatches behind a slow peer; write batches with
// policies set before the value; errors of the gateway with peers down.
//
// Compared with the ledger code of Fabric 3.1.1, run in one process on random transactions in blocks of random order
// (package fabriccheck; reads, writes, deletions, policies, ranges, private data, purges; up to five operations each): read/write sets equal byte by
// byte, the same flags for versions and phantoms, the same values, policies, hashes and private values after every block. The same
// code panics, and with it every peer, where a policy is set for a key that an earlier transaction of the block deleted
// ([ErrHalted]).
//
// Taken from the source of Fabric 3.1.1: everything else, notably the order of endorsement checks in a block, the read-ahead of
// queries, the halt of the channel at bytes that are no policy at all ([ErrHalted]), the unchecked versions of
// GetMultiplePrivateData, and the failing plan after a key's policy was set to nothing ([ErrKeyPolicyUnsatisfiable]).
//
// # What is not modelled
//
// Chaincode-to-chaincode calls (they fail), Init, the chaincode lifecycle and its reads in the read set, channel configuration
// and its ACLs (any member may propose, in any role), several peers per organisation, gossip and missing private data except by
// [Transaction.WithoutPrivateData], blocks-to-live, CouchDB, snapshots, timeouts, block cutting, orderer signatures, principals
// other than roles, units and identities, revocation lists. Range queries are recorded with all their keys, where a peer
// summarises more than 50 of them in a Merkle tree. Real gateways choose among sufficient sets of endorsers at random, and take an
// evaluation whose chaincode crashed to other peers; here it fails.
//
// A simulation holds its peer until the chaincode returns: chaincode under test must not call the ledger it runs on.
package fakeledger
