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
	"carec.example/cats/client/formats/national"
	"carec.example/cats/client/formats/ncts"
)

// Exchange exchanges messages as one identity. It keeps nothing that the ledger could not give again, and is safe for concurrent
// use.
type Exchange struct {
	ledger Ledger
	phase  transit.Phase
	// inUBL: answers about what happens are documents of UBL.
	inUBL bool
	now   func() time.Time

	mu    sync.Mutex
	known map[string]transit.Declared // by movement identification, of what concerns the party or not
	// origins are the mappings by which the party's movements were lodged, empty for those that were lodged otherwise.
	origins  map[string]string
	mappings *national.Set
}

// maxKnown bounds what an exchange remembers of movements.
const maxKnown = 20000

// Option configures an [Exchange].
type Option func(*Exchange)

// InPhase makes the messages about what happens on the ledger those of the phase; without it they are those of phase 5. Messages
// that the phase does not have are written in phase 5. Refusals have the phase of what they refuse.
func InPhase(phase transit.Phase) Option { return func(x *Exchange) { x.phase = phase } }

// WithMappings lets the exchange take national documents, by mapping files, and answer them in the national form.
func WithMappings(mappings *national.Set) Option { return func(x *Exchange) { x.mappings = mappings } }

// InUBL makes [Exchange.Answers] those of [Exchange.Statuses].
func InUBL() Option { return func(x *Exchange) { x.inUBL = true } }

// New makes the exchange of a client's identity, a trader's.
func New(client *cats.Client, options ...Option) *Exchange {
	return Over(clientLedger{client}, options...)
}

// Over makes an exchange over another ledger than a client's.
func Over(ledger Ledger, options ...Option) *Exchange {
	x := &Exchange{ledger: ledger, phase: transit.Phase5, now: time.Now, known: map[string]transit.Declared{}, origins: map[string]string{}}
	for _, o := range options {
		o(x)
	}
	return x
}

// Answer is one message to the party.
type Answer struct {
	// ID is the messageIdentification, of UBL the UUID; it names the answer for ever.
	ID string
	// Kind is the message, such as CC028C or TransportationStatus. Of a national document it is the name of its mapping, which tells its status; with
	// -refusal behind it tells why a document was refused, and with -problem why there is no status.
	Kind string
	// Refusal tells that it refuses a message that was posted.
	Refusal bool
	// Mapping names the mapping of a national document; empty for messages of NCTS.
	Mapping string
	// MediaType of the text, such as application/xml.
	MediaType string
	// Text is the message.
	Text []byte
}

// Outcome is what became of a message that was posted.
type Outcome struct {
	// Answers that are known at once: a refusal, or what the step made of the movement.
	Answers []Answer
	// LeftOut are the values of a message that was taken which have not come to the ledger. The same message is always told the same.
	LeftOut []LeftOut
	// Receipt proves the step; it is empty when nothing was written, as for a repetition.
	Receipt cats.Receipt
}

// Refusal is the answer that refuses the message, or nil.
func (o *Outcome) Refusal() *Answer {
	for i := range o.Answers {
		if o.Answers[i].Refusal {
			return &o.Answers[i]
		}
	}
	return nil
}

// Post takes in one message of NCTS, a declaration as TransitCustomsDeclaration of UBL, or a national document when the exchange has a
// mapping for it. An error means that the message has not been dealt with, or that it is not known whether it has; then it is posted
// again.
func (x *Exchange) Post(ctx context.Context, message []byte) (*Outcome, error) {
	return x.PostAs(ctx, "", message)
}

// PostAs is Post for a document whose form does not tell which of several mappings it is for: JSON and CSV have no root element.
func (x *Exchange) PostAs(ctx context.Context, mapping string, message []byte) (*Outcome, error) {
	m, err := x.mappings.For(message, mapping)
	switch {
	case err != nil:
		return x.refuseDocument(nil, message, nil, err)
	case m != nil:
		return x.postDocument(ctx, m, message)
	}
	return x.post(ctx, message)
}

func (x *Exchange) post(ctx context.Context, message []byte) (*Outcome, error) {
	if formats.KindOf(message) == ublDeclaration {
		return x.postUBL(ctx, message)
	}
	m, err := formats.ReadMessage(bytes.NewReader(message))
	if err != nil {
		return refused(x.refuseText(message, err))
	}
	in, known := actions()[m.Kind.Name]
	if !known {
		return refused(x.refuse(m, message, transit.Faultf(transit.InvalidDocument, "%s is not a message of traders", m.Kind.Name).With(
			transit.Violation{Code: "92", Pointer: "/message/messageType", Value: m.Kind.Name, Text: "customs offices send this message"})))
	}
	if fault := x.sentBy(m); fault != nil {
		return refused(x.refuse(m, message, fault))
	}
	receipt, err := in.take(ctx, &request{
		Message: m, ledger: x.ledger, from: x.ledger.Party(), to: x.ledger.Movements(), id: in.mark + m.Header().Identification,
	})
	if err != nil {
		return refused(x.failed(m, message, err))
	}
	return &Outcome{Answers: x.said(ctx, receipt, x.step), LeftOut: leftOut(m), Receipt: receipt}, nil
}

// refused is the outcome of a refusal that could be made.
func refused(answers []Answer, err error) (*Outcome, error) {
	if err != nil {
		return nil, err
	}
	return &Outcome{Answers: answers}, nil
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
	fault := refusalOf(err)
	if fault == nil {
		return nil, fmt.Errorf("couldn't bring %s %s to the ledger: %w", m.Kind.Name, m.Header().Identification, err)
	}
	return x.refuse(m, message, fault)
}

// refusalOf is what the ledger has refused, or nil when it is not a refusal by which the step has failed.
func refusalOf(err error) *transit.Fault {
	var failure *cats.Error
	var fault *transit.Fault
	refused := errors.As(err, &fault) && (!errors.As(err, &failure) || failure.Class == cats.Refused)
	if !refused || fault.Code == transit.Internal {
		return nil
	}
	return fault
}

// said are the answers that the transaction of a receipt gives. There are none for a step that had been taken before: they have
// been given, and [Exchange.Answers] gives them again. What cannot be read now is told there as well, for the step is taken.
func (x *Exchange) said(ctx context.Context, receipt cats.Receipt, tell teller) []Answer {
	if receipt.TransactionID == "" {
		return nil
	}
	for block, err := range x.ledger.Blocks(ctx, receipt.BlockNumber, receipt.BlockNumber) {
		if err != nil {
			return nil
		}
		for _, tx := range block.Transactions {
			if tx.ID != receipt.TransactionID {
				continue
			}
			answers, err := x.transaction(ctx, tx, tell)
			if err != nil {
				return nil
			}
			return answers
		}
	}
	return nil
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
	return Answer{ID: m.Header().Identification, Kind: m.Kind.Name, Refusal: refusal, MediaType: mediaXML, Text: out.Bytes()}, nil
}
