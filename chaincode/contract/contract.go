// Package contract holds the functions of the chaincode. Each is thin: it parses the
// request, finds out who asks, lets the pure rules of package transit decide, and writes
// what they say through package ledger with one event. Nothing is written when any of that
// fails.
package contract

import (
	"encoding/json"
	"errors"
	"log/slog"
	"slices"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"

	"carec.example/cats/chaincode/guard"
	"carec.example/cats/chaincode/identity"
	"carec.example/cats/chaincode/ledger"
	"carec.example/cats/chaincode/transit"
)

// Config is what an organisation's administrator decides about its own chaincode process.
type Config struct {
	// Founding is the SHA-256, in hexadecimal, of the founding document this
	// organisation agrees to; empty refuses every founding.
	Founding string
	// Version and Build tell what code this is.
	Version, Build string
	// Log receives internal failures; never content.
	Log *slog.Logger
}

// New builds the chaincode: all functions behind the guard.
func New(c Config) (*guard.Guard, error) {
	functions := slices.Concat(movementFunctions(), contentFunctions(), guaranteeFunctions(), registryFunctions(c))
	for _, s := range steps() {
		functions = append(functions, with(s.Function(), step(s)))
	}
	functions = append(functions, guard.Function{Name: transit.FnInfo, Handle: info(c, append(functions, guard.Function{Name: transit.FnInfo}))})
	return guard.New(functions, c.Log)
}

func movementFunctions() []guard.Function {
	return []guard.Function{
		with(transit.FnDeposit, deposit, transit.TransientSTD, transit.TransientSalt, transit.TransientSignature),
		with(transit.FnLodge, lodge),
		with(transit.FnAmend, amend),
		with(transit.FnGetMovement, getMovement),
		with(transit.FnListMovements, listMovements),
		with(transit.FnAnnex, annex, transit.TransientAnnex, transit.TransientSalt),
		with(transit.FnDeliverAnnex, deliverAnnex, transit.TransientAnnex),
		with(transit.FnGetAnnex, readAnnex, transit.TransientReaderKey),
	}
}

// steps are the steps of the procedure that need nothing but a [transit.StepRequest].
func steps() []transit.Step {
	var out []transit.Step
	seen := map[transit.Step]bool{transit.StepAmend: true}
	for _, t := range transit.Procedure() {
		if !seen[t.Step] {
			seen[t.Step] = true
			out = append(out, t.Step)
		}
	}
	return out
}

// call is one transaction on its way through a function.
type call struct {
	*ledger.Tx
	consortium *transit.Consortium
	actor      transit.Actor
}

// with makes a guarded function of a handler: strict decoding before it, commit of
// the unit of work and encoding of the result after it.
func with[Req, Res any](name transit.Function, handle func(*call, *Req) (Res, error), transient ...string) guard.Function {
	return guard.Function{Name: name, Transient: transient, Handle: func(stub shim.ChaincodeStubInterface, arg []byte) ([]byte, error) {
		req := new(Req)
		if err := decode(arg, req); err != nil {
			return nil, err
		}
		c, err := open(stub, keysOf(req))
		if err != nil {
			return nil, err
		}
		res, err := handle(c, req)
		if err != nil {
			return nil, err
		}
		if err := c.mayChange(); err != nil {
			return nil, err
		}
		if err := c.Commit(); err != nil {
			return nil, err
		}
		return json.Marshal(res)
	}}
}

func decode(arg []byte, req any) error {
	err := transit.DecodeStrict(arg, req)
	if err == nil {
		return nil
	}
	fault := transit.Faultf(transit.MalformedRequest, "%v", err)
	var at *transit.DecodeError
	if errors.As(err, &at) {
		fault = transit.Faultf(transit.MalformedRequest, "%s", at.Msg).At(at.Pointer)
	}
	return fault
}

// keysOf are the keys of the records that a request names, as far as they follow from it alone. Deliveries are not among them:
// they look at the record without reading it.
func keysOf(request any) []string {
	var keys []string
	movement := func(reference string) {
		if id, fault := ledger.MovementOf(reference); fault == nil {
			keys = append(keys, ledger.MovementKey(id), ledger.DeclaredKey(id))
		}
	}
	switch r := request.(type) {
	case *transit.StepRequest:
		movement(r.Movement)
	case *transit.GrantRequest:
		movement(r.Movement)
	case *transit.MovementQuery:
		movement(r.Movement)
	case *transit.AnnexRequest:
		movement(r.Movement)
	case *transit.AnnexQuery:
		movement(r.Movement)
	case *transit.LodgeRequest:
		movement(r.Face.ID)
	}
	return keys
}

// open begins the unit of work, reads what every transaction reads together with the
// records named, and finds out who asks.
func open(stub shim.ChaincodeStubInterface, keys []string) (*call, error) {
	tx, err := ledger.Begin(stub)
	if err != nil {
		return nil, err
	}
	cert, fault := identity.Read(stub)
	if fault != nil {
		return nil, fault
	}
	keys = append(keys, ledger.ConsortiumKey())
	if transit.ValidateCustomsOffice(cert.Office) == nil {
		keys = append(keys, ledger.OfficeKey(cert.Office))
	}
	if err := tx.Prefetch(keys...); err != nil {
		return nil, err
	}
	c := &call{Tx: tx}
	if c.consortium, err = tx.Consortium(); err != nil {
		return nil, err
	}
	if c.consortium == nil {
		return nil, transit.Faultf(transit.NotFounded, "the consortium's registry is not founded yet")
	}
	c.actor, err = cert.Actor(c)
	return c, err
}

// Organisation implements [identity.Registry].
func (c *call) Organisation(msp string) *transit.Organisation {
	for i := range c.consortium.Organisations {
		if c.consortium.Organisations[i].MSP == msp {
			return &c.consortium.Organisations[i]
		}
	}
	return nil
}

// customsOf finds the customs authority of a country; nil when it is no member.
func (c *call) customsOf(country string) *transit.Organisation {
	for i := range c.consortium.Organisations {
		if o := &c.consortium.Organisations[i]; o.Kind == transit.Customs && o.Country == country {
			return o
		}
	}
	return nil
}

// members lists the MSPs of one kind of organisation, in the order of the registry.
func (c *call) members(kind transit.Kind) []string {
	var out []string
	for _, o := range c.consortium.Organisations {
		if o.Kind == kind {
			out = append(out, o.MSP)
		}
	}
	return out
}

// request gathers what the procedure needs to know of a step.
func (c *call) request(s transit.StepRequest) *transit.Request {
	return &transit.Request{Actor: c.actor, At: c.At(), Step: s}
}

// maxMessageID and maxReason bound free identifications and texts.
const (
	maxMessageID = 36
	maxReason    = 512
)

func checkMessageID(id string) *transit.Fault {
	if id == "" || len(id) > maxMessageID {
		return transit.Faultf(transit.MalformedRequest, "a message is identified by 1 to %d characters", maxMessageID).At("/messageId")
	}
	for _, r := range id {
		if r <= ' ' || r > '~' {
			return transit.Faultf(transit.MalformedRequest, "a message identification has printable ASCII characters without blanks").At("/messageId")
		}
	}
	return nil
}
