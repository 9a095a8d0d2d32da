package fabriccheck

import (
	"math/rand/v2"

	"carec.example/cats/chaincode/fakeledger"
)

// keys are few, so that transactions meet.
const keys = "abcd"

// changes hold more writes than a real chaincode makes: they bring the states apart if anything does.
func changes() []string {
	return []string{
		"get", "range", "getPolicy", "put", "put", "put", "put", "put", "put", "delete", "setPolicy", "setPolicy",
		"private.get", "private.hash", "private.getPolicy", "private.put", "private.put", "private.put", "private.put",
		"private.delete", "private.purge", "private.setPolicy",
	}
}

// queries hold some that exclude writes in the same transaction, next to few writes.
func queries() []string {
	return []string{"page", "page", "page", "page", "private.range", "range", "get", "private.get", "private.hash", "put"}
}

func randomScript(r *rand.Rand) script {
	menu := changes()
	if r.IntN(4) == 0 {
		menu = queries()
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
		s.Value = []byte(pick(r, "1", "2", "3", "4", "5", ""))
	case "setPolicy", "private.setPolicy":
		s.Value = pick(r, nil, policyOf(org), policyOf(org, "KGMSP"))
	case "range", "page", "private.range":
		s.Key, s.End = pick(r, "", "a", "b", "c"), pick(r, "", "b", "d", "e")
	}
	return s
}

func policyOf(msps ...string) []byte { return fakeledger.PolicyBytes(fakeledger.OutOf(1, msps...)) }

func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }
