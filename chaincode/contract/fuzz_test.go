package contract_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/fakeledger"
	"carec.example/cats/chaincode/transit"
)

// functions are all that the chaincode says it has.
func functions(t testing.TB) []transit.Function {
	t.Helper()
	out, err := newWorld(t).people["analyst"].Evaluate(string(transit.FnInfo), "{}")
	require.NoError(t, err)
	var all []transit.Function
	for _, name := range fromJSON[transit.Info](t, out).Functions {
		all = append(all, transit.Function(name))
	}
	return all
}

// FuzzEveryFunction sends arbitrary bytes to every function as argument and as transient
// content. A panic would surface as Internal: the guard catches it, and the test does not.
func FuzzEveryFunction(f *testing.F) {
	seeds := []string{
		`{}`, `{"movement":"26CN0123456789ABJ0","messageId":"m"}`, `{"movement":"CN0123456789AB","messageId":"m","timeLimit":"2026-12-01"}`,
		`{"terms":{}}`, `{"messageId":"m","guarantee":{"terms":{}}}`, `{"messageId":"m","face":{"v":1,"id":"CN0123456789AB","legs":[]}}`,
		`{"size":1,"bookmark":"x"}`, `{"id":"x","change":{"office":{}}}`, `{"grn":"26KZ0000010000010"}`, `null`,
		`{"messageId":"m","grn":"26KZ0000010000010","validUntil":"2027-01-01"}`, `{"grn":"26KZ0000010000010","query":"3","owner":"CN1"}`,
		`{"messageId":"m","grn":"26KZ0000010000010","invalidityDate":"2027-01-01","liabilityLiberationDate":"2027-02-01"}`, `[]`, "\x00", `{"v":1}`,
		`{"departure":"CN650100","lrn":"L","version":1}`,
		`{"movement":"CN0123456789AB","holding":"1"}`, `{"movement":"CN0123456789AB","name":"attachment-1","digest":"x"}`,
		`{"movement":"CN0123456789AB","msp":"KZMSP","parts":["goods"]}`,
	}
	all := functions(f)
	for i := range all {
		for _, s := range seeds {
			f.Add(uint8(i), []byte(s), []byte(`{"transitOperation":{"lrn":"L"}}`))
		}
	}
	w := insured(f, 1) // Evaluation changes nothing, so one world serves all.
	f.Fuzz(func(t *testing.T, which uint8, arg, content []byte) {
		fn := all[int(which)%len(all)]
		for _, who := range []string{"trader", "urumqi", "clerk", "admin-CNMSP"} {
			c := w.people[who].With(fakeledger.BytesArgs(arg), fakeledger.AtPeer(w.people[who].MSP()))
			if fn == transit.FnDeposit {
				c = c.With(fakeledger.Transient(map[string][]byte{transit.TransientSTD: content, transit.TransientSalt: seed()}))
			}
			_, err := c.Evaluate(string(fn))
			if code(err) == transit.Internal {
				t.Fatalf("%s by %s: %v", fn, who, err)
			}
		}
	})
}
