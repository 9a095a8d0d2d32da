// Package fsck checks a whole ledger against its own rules, trusting nothing but the
// blocks.
//
// It reads every block from the first one, applies the writes of the transactions
// that the peers found valid, and looks at each version of each record as it comes by:
//
//   - sequence numbers are contiguous, and every step is a row of the procedure
//     ([transit.Procedure]) between the state before and the state after it;
//   - every step, lodging and amendments among them, taken once more with the same rules
//     from what was asked, by whom and when, leads to the very record that stands there,
//     in its course and in what was declared;
//   - annexes only come, each with its step, and their authors hold what the digests
//     say; incidents have theirs, and what a guarantee has paid is the claim on it;
//   - terminal states are final, the MRN never changes and contains the identification;
//   - a movement has exactly one custodian, which is in charge of the leg under way,
//     and the key's endorsement policy is the one that the record calls for;
//   - whoever had to endorse under the policy of the version before has endorsed;
//   - the digests of the content are those of the private values which the country of
//     departure holds, the face is the one it computed, and it is signed where the declarant's country asked for that;
//   - guarantees cover what is required, or the office that took them has said why;
//   - a page of the registry is written by its own country alone, its versions are contiguous, and its entries are
//     ones that the chaincode lets in; nobody of a suspended organisation changes a record;
//   - no balance is negative, the balances and the open usages of a guarantee add up
//     to its reference amount, and the open usages are those of the movements;
//   - the event tells the step that was taken.
//
// In the end the state derived in this way is compared with what the peer answers now.
// One finding is enough to show that something is wrong with the ledger, the peer or
// the chaincode that some organisation runs.
package fsck
