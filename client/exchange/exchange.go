package exchange

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/formats"
	"carec.example/cats/client/formats/ncts"
)

// Exchange exchanges messages as one identity. It keeps nothing that the ledger could not give again, and is safe for concurrent
// use.
type Exchange struct {
	ledger Ledger
	phase  transit.Phase
	now    func() time.Time

	mu    sync.Mutex
	known map[string]transit.Declared // by movement identification, of what concerns the party or not
}

// maxKnown bounds what an exchange remembers of movements.
const maxKnown = 20000

// Option configures an [Exchange].
type Option func(*Exchange)

// InPhase makes the messages about what happens on the ledger those of the phase; without it they are those of phase 5. Messages
// that the phase does not have are written in phase 5. Refusals have the phase of what they refuse.
func InPhase(phase transit.Phase) Option { return func(x *Exchange) { x.phase = phase } }

// New makes the exchange of a client's identity, a trader's.
func New(client *cats.Client, options ...Option) *Exchange {
	return Over(clientLedger{client}, options...)
}

// Over makes an exchange over another ledger than a client's.
func Over(ledger Ledger, options ...Option) *Exchange {
	x := &Exchange{ledger: ledger, phase: transit.Phase5, now: time.Now, known: map[string]transit.Declared{}}
	for _, o := range options {
		o(x)
	}
	return x
}

// Answer is one message to the party.
type Answer struct {
	// ID is the messageIdentification; it names the answer for ever.
	ID string
	// Kind is the message, such as CC028C.
	Kind string
	// Refusal tells that it refuses a message that was posted.
	Refusal bool
	// XML is the message.
	XML []byte
}

// Post takes in one message. The answers that are known at once come back: a refusal, or what its step made of the movement. An
// error means that the message has not been dealt with, or that it is not known whether it has; then it is posted again.
func (x *Exchange) Post(ctx context.Context, message []byte) ([]Answer, error) {
	m, err := formats.ReadMessage(bytes.NewReader(message))
	if err != nil {
		return x.refuseText(message, err)
	}
	in, known := actions()[m.Kind.Name]
	if !known {
		return x.refuse(m, message, transit.Faultf(transit.InvalidDocument, "%s is not a message of traders", m.Kind.Name).With(transit.Violation{
			Code: "92", Pointer: "/message/messageType", Value: m.Kind.Name, Text: "customs offices send this message",
		}))
	}
	if fault := x.sentBy(m); fault != nil {
		return x.refuse(m, message, fault)
	}
	receipt, err := in.take(ctx, &request{
		Message: m, ledger: x.ledger, from: x.ledger.Party(), to: x.ledger.Movements(), id: in.mark + m.Header().Identification,
	})
	if err != nil {
		return x.failed(m, message, err)
	}
	return x.said(ctx, receipt)
}

// sentBy holds the parties that the message names against the caller: a trader speaks for itself.
func (x *Exchange) sentBy(m *formats.Message) *transit.Fault {
	const at = "TraderAtDestination/identificationNumber"
	who := ncts.Get(m.Content, at)
	if who == "" || who == x.ledger.Party().Operator {
		return nil
	}
	return transit.Faultf(transit.NotAuthorised, "the trader at destination is %s, the sender %s", who, x.ledger.Party().Operator).
		With(transit.Violation{
			Code: transit.CodeRuleViolation, Pointer: "/traderAtDestination/identificationNumber", Value: who,
			Text: "must be the identification number of the sender",
		})
}

// failed answers what the ledger has refused; every other failure is the caller's to repeat.
func (x *Exchange) failed(m *formats.Message, message []byte, err error) ([]Answer, error) {
	var failure *cats.Error
	var fault *transit.Fault
	refused := errors.As(err, &fault) && (!errors.As(err, &failure) || failure.Class == cats.Refused)
	if !refused || fault.Code == transit.Internal {
		return nil, fmt.Errorf("couldn't bring %s %s to the ledger: %w", m.Kind.Name, m.Header().Identification, err)
	}
	return x.refuse(m, message, fault)
}

// said are the answers that the transaction of a receipt gives. There are none for a step that had been taken before: they have
// been given, and [Exchange.Answers] gives them again.
func (x *Exchange) said(ctx context.Context, receipt cats.Receipt) ([]Answer, error) {
	if receipt.TransactionID == "" {
		return nil, nil
	}
	for block, err := range x.ledger.Blocks(ctx, receipt.BlockNumber, receipt.BlockNumber) {
		if err != nil {
			return nil, nil // The step is taken; whoever asks for the answers gets them then.
		}
		for _, tx := range block.Transactions {
			if tx.ID != receipt.TransactionID {
				continue
			}
			answers, err := x.transaction(ctx, tx)
			if err != nil {
				return nil, nil
			}
			return answers, nil
		}
	}
	return nil, nil
}

// answerID names an answer by what it derives from: 32 letters and digits.
func answerID(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:20])
}

// write makes the answer of a message.
func write(m *formats.Message, refusal bool) (Answer, error) {
	var out bytes.Buffer
	if err := m.Write(&out); err != nil {
		return Answer{}, err
	}
	return Answer{ID: m.Header().Identification, Kind: m.Kind.Name, Refusal: refusal, XML: out.Bytes()}, nil
}
