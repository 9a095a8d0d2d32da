package fabriccheck

import (
	"math/rand/v2"

	"carec.example/cats/chaincode/fakeledger"
)

// keys are few, so that transactions meet.
const keys = "abcdef"

// writes are drawn as often as reads although a real chaincode reads more: they bring the states apart if anything does.
func frequentCalls() []string {
	return []string{
		"get", "put", "put", "delete", "setPolicy", "getPolicy", "range",
		"private.get", "private.hash", "private.put", "private.put", "private.del", "private.purge", "private.set",
	}
}

// queryCalls exclude writes in the same transaction.
func queryCalls() []string {
	return []string{"page", "private.range", "range", "get", "private.get", "private.hash", "put"}
}

func randomScript(r *rand.Rand) script {
	menu := frequentCalls()
	if r.IntN(10) == 0 {
		menu = queryCalls()
	}
	s := make(script, 1+r.IntN(5))
	for i := range s {
		s[i] = randomStep(r, pick(r, menu...))
	}
	return s
}

func randomStep(r *rand.Rand, name string) step {
	s := step{Call: name, Key: string(keys[r.IntN(len(keys))])}
	switch name {
	case "put", "private.put":
		s.Value = []byte(pick(r, "1", "2", "3", ""))
	case "setPolicy", "private.set":
		s.Value = pick(r, nil, policyOf(org), policyOf(org, "KGMSP"))
	case "range", "page", "private.range":
		s.Key, s.End = pick(r, "", "a", "b", "c"), pick(r, "", "b", "d", "g")
	}
	return s
}

func policyOf(msps ...string) []byte { return fakeledger.PolicyBytes(fakeledger.OutOf(1, msps...)) }

func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }
