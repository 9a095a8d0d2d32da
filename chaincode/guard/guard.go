// Package guard is the door of the chaincode. Whatever a client sends passes here
// before any business code runs: a function name that is not on the list exactly
// as spelled, a wrong number of arguments, too many bytes, text that is not UTF-8
// or a transient map where none belongs is refused; a panic behind the door becomes
// an internal error of this one transaction instead of the end of the process, which
// the gateway would otherwise carry from organisation to organisation.
package guard

import (
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"unicode/utf8"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"carec.example/cats/chaincode/transit"
)

// Limits of what a client may send, in bytes.
const (
	// MaxArgument bounds the argument of a function.
	MaxArgument = 64 << 10
	// MaxTransient bounds the values of the transient map together.
	MaxTransient = transit.MaxSTDBytes + 64<<10
	// maxTransientKeys bounds the number of entries of the transient map.
	maxTransientKeys = 16
)

// Function is one entry of the list of functions.
type Function struct {
	Name transit.Function
	// Transient lists the keys that the transient map may hold; nil means none at all.
	Transient []string
	// Handle does the work on the one argument and returns the payload. A *transit.Fault
	// is told to the client as it is; any other error becomes Internal and is logged.
	Handle func(stub shim.ChaincodeStubInterface, argument []byte) ([]byte, error)
}

// Guard is the chaincode that peers call.
type Guard struct {
	functions map[string]Function
	log       *slog.Logger
}

// New builds the door for a list of functions. Names must be unique.
func New(functions []Function, log *slog.Logger) (*Guard, error) {
	g := &Guard{functions: map[string]Function{}, log: log}
	for _, f := range functions {
		name := string(f.Name)
		if _, taken := g.functions[name]; taken || name == "" || f.Handle == nil {
			return nil, fmt.Errorf("function %q is empty, twice on the list, or has no handler", name)
		}
		g.functions[name] = f
	}
	return g, nil
}

// Init does nothing: the registry is founded by a transaction of its own.
func (g *Guard) Init(shim.ChaincodeStubInterface) *peer.Response {
	return shim.Success(nil)
}

// Invoke lets one transaction through the door, or refuses it.
func (g *Guard) Invoke(stub shim.ChaincodeStubInterface) (response *peer.Response) {
	defer func() {
		if r := recover(); r != nil {
			// Only the place is logged: what was being handled may be confidential.
			g.log.Error("panic in a transaction", "tx", stub.GetTxID(), "stack", string(debug.Stack()))
			response = refuse(transit.Faultf(transit.Internal, "internal error in transaction %s", stub.GetTxID()))
		}
	}()
	payload, err := g.handle(stub)
	if err == nil {
		return shim.Success(payload)
	}
	var fault *transit.Fault
	if errors.As(err, &fault) {
		return refuse(fault)
	}
	g.log.Error("transaction failed", "tx", stub.GetTxID(), "error", err)
	return refuse(transit.Faultf(transit.Internal, "internal error in transaction %s", stub.GetTxID()))
}

func refuse(f *transit.Fault) *peer.Response {
	return &peer.Response{Status: f.Code.Status(), Message: f.Wire()}
}

func (g *Guard) handle(stub shim.ChaincodeStubInterface) ([]byte, error) {
	args := stub.GetArgs()
	if len(args) == 0 {
		return nil, transit.Faultf(transit.UnknownFunction, "no function is named")
	}
	f, ok := g.functions[string(args[0])]
	if !ok {
		return nil, transit.Faultf(transit.UnknownFunction, "there is no function of that name; names are case-sensitive")
	}
	if len(args) != 2 {
		return nil, transit.Faultf(transit.MalformedRequest, "%s takes exactly one argument, not %d", f.Name, len(args)-1)
	}
	if len(args[1]) > MaxArgument {
		return nil, transit.Faultf(transit.TooLarge, "the argument has %d bytes, more than %d", len(args[1]), MaxArgument)
	}
	if !utf8.Valid(args[1]) {
		return nil, transit.Faultf(transit.MalformedRequest, "the argument is not UTF-8")
	}
	if err := checkTransient(stub, f.Transient); err != nil {
		return nil, err
	}
	return f.Handle(stub, args[1])
}

func checkTransient(stub shim.ChaincodeStubInterface, allowed []string) error {
	transient, err := stub.GetTransient()
	if err != nil {
		return fmt.Errorf("couldn't read the transient map: %w", err)
	}
	if len(transient) > maxTransientKeys {
		return transit.Faultf(transit.TooLarge, "the transient map has more than %d entries", maxTransientKeys)
	}
	total := 0
	for key, value := range transient {
		if !slices.Contains(allowed, key) {
			// The key is not repeated: it may hold what the sender meant to keep confidential.
			return transit.Faultf(transit.MalformedRequest, "the transient map holds an entry that this function does not take")
		}
		total += len(value)
	}
	if total > MaxTransient {
		return transit.Faultf(transit.TooLarge, "the transient map has more than %d bytes", MaxTransient)
	}
	return nil
}
