// Package e2e holds the tests of the whole on a real network: they start their own, on
// free ports in a temporary folder, and leave nothing behind:
//
//	CATS_REAL_NETWORK=1 go test -v ./network/e2e
//
// The tests of one run share the network and follow one another, since each tells a part of
// its story: the main job, who holds custody, where content is, what happens when processes
// die, the real messages, the race for a guarantee, clients that others have made, the whole ledger re-derived, and at the end
// a country that is gone for good.
package e2e
