package fakeledger_test

import (
	"fmt"
	"testing"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/fakeledger"
)

const (
	valid    = peer.TxValidationCode_VALID
	policy   = peer.TxValidationCode_ENDORSEMENT_POLICY_FAILURE
	conflict = peer.TxValidationCode_MVCC_READ_CONFLICT
	phantom  = peer.TxValidationCode_PHANTOM_READ_CONFLICT
	twice    = peer.TxValidationCode_DUPLICATE_TXID
)

type codes = []peer.TxValidationCode

type stub = shim.ChaincodeStubInterface

// functions is a chaincode whose functions are closures of the test.
type functions map[string]func(s stub, args []string) (string, error)

func (f functions) Init(stub) *peer.Response { return shim.Success(nil) }

func (f functions) Invoke(s stub) *peer.Response {
	name, args := s.GetFunctionAndParameters()
	function, ok := f[name]
	if !ok {
		return &peer.Response{Status: 404, Message: "no function " + name}
	}
	result, err := function(s, args)
	if err != nil {
		return shim.Error(err.Error())
	}
	return shim.Success([]byte(result))
}

// basics are functions many tests use.
func basics() functions {
	return functions{
		"get": func(s stub, a []string) (string, error) {
			v, err := s.GetState(a[0])
			return string(v), err
		},
		"put": func(s stub, a []string) (string, error) {
			for i := 0; i+1 < len(a); i += 2 {
				if err := s.PutState(a[i], []byte(a[i+1])); err != nil {
					return "", err
				}
			}
			return "", nil
		},
		"del": func(s stub, a []string) (string, error) { return "", s.DelState(a[0]) },
		// change reads a key and writes it: the shape of every step of a record.
		"change": func(s stub, a []string) (string, error) {
			old, err := s.GetState(a[0])
			if err != nil {
				return "", err
			}
			return "", s.PutState(a[0], append(old, a[1]...))
		},
		// guard sets the policy of a key: the first organisation and any one of the others.
		"guard": func(s stub, a []string) (string, error) {
			return "", s.SetStateValidationParameter(a[0], fakeledger.PolicyBytes(fakeledger.WithOneOf(a[1], a[2:]...)))
		},
		// create writes a key together with its policy.
		"create": func(s stub, a []string) (string, error) {
			if err := s.SetStateValidationParameter(a[0], fakeledger.PolicyBytes(fakeledger.WithOneOf(a[2], a[3:]...))); err != nil {
				return "", err
			}
			return "", s.PutState(a[0], []byte(a[1]))
		},
		"rawpolicy": func(s stub, a []string) (string, error) {
			return "", s.SetStateValidationParameter(a[0], []byte(a[1]))
		},
		"event": func(s stub, a []string) (string, error) {
			for _, name := range a {
				if err := s.SetEvent(name, []byte("payload of "+name)); err != nil {
					return "", err
				}
			}
			return "", s.PutState("event", []byte("x"))
		},
		"list": func(s stub, a []string) (string, error) {
			it, err := s.GetStateByRange(a[0], a[1])
			if err != nil {
				return "", err
			}
			return collect(it)
		},
		"fail": func(_ stub, a []string) (string, error) { return "", fmt.Errorf("%s", a[0]) },
		"nothing": func(stub, []string) (string, error) {
			return "", nil
		},
	}
}

func collect(it shim.StateQueryIteratorInterface) (string, error) {
	out := ""
	for it.HasNext() {
		kv, err := it.Next()
		if err != nil {
			return "", err
		}
		out += fmt.Sprintf("%s=%s;", kv.GetKey(), kv.GetValue())
	}
	return out, it.Close()
}

// network is the one the measurements were made on: three customs authorities, a guarantor, a regulator.
func network(t testing.TB, cc shim.Chaincode) *fakeledger.Ledger {
	t.Helper()
	l, err := fakeledger.New(cc, fakeledger.Config{
		Orgs:   []string{"KZ", "KG", "UZ", "GUA", "REG"},
		Policy: fakeledger.OutOf(2, "KZ", "KG", "UZ"),
	})
	require.NoError(t, err)
	return l
}

// alone is a ledger of one organisation, for tests that build many.
func alone(t testing.TB, cc shim.Chaincode) *fakeledger.Ledger {
	t.Helper()
	l, err := fakeledger.New(cc, fakeledger.Config{Orgs: []string{"KZ"}})
	require.NoError(t, err)
	return l
}

func submit(t testing.TB, c *fakeledger.Client, function string, args ...string) *fakeledger.Receipt {
	t.Helper()
	r, err := c.Submit(function, args...)
	require.NoError(t, err)
	return r
}

func endorse(t testing.TB, c *fakeledger.Client, function string, args ...string) *fakeledger.Transaction {
	t.Helper()
	tx, err := c.Endorse(function, args...)
	require.NoError(t, err)
	return tx
}

func order(t testing.TB, l *fakeledger.Ledger, txs ...*fakeledger.Transaction) codes {
	t.Helper()
	b, err := l.Order(txs...)
	require.NoError(t, err)
	return b.Codes()
}

// at endorses at exactly the named peers and orders at once.
func at(t testing.TB, l *fakeledger.Ledger, c *fakeledger.Client, orgs []string, function string, args ...string) peer.TxValidationCode {
	t.Helper()
	return order(t, l, endorse(t, c.With(fakeledger.Endorsers(orgs...)), function, args...))[0]
}
