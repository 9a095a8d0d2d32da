package cats

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"

	"carec.example/cats/chaincode/ledger"
	"carec.example/cats/chaincode/transit"
)

// call is one change that is asked of the ledger.
type call struct {
	fn transit.Function
	// prepare makes the request of one attempt. The attempt's finish hears how it ended.
	prepare   func(ctx context.Context) (request any, finish func(result []byte, v *verdict), err error)
	transient map[string][]byte
	// endorsers names the only organisations whose peers may see the proposal; empty lets the gateway choose.
	endorsers []string
	messageID string
	// repeat: the message may stand on the record from an earlier call; recorded then tells.
	repeat bool
	// writes tells whether the result is the movement's record in the transaction's write set, not the answer.
	writes   bool
	recorded func(ctx context.Context) (result []byte, found bool, err error)
}

// fixed prepares the same request for every attempt.
func fixed(request any) func(context.Context) (any, func([]byte, *verdict), error) {
	return func(context.Context) (any, func([]byte, *verdict), error) {
		return request, func([]byte, *verdict) {}, nil
	}
}

// query evaluates a function on a peer and decodes its result.
func query[T any](ctx context.Context, c *Client, fn transit.Function, request any, opts ...client.ProposalOption) (*T, error) {
	raw, err := c.evaluate(ctx, fn, request, opts...)
	if err != nil {
		return nil, err
	}
	return decode[T](string(fn), raw)
}

func decode[T any](op string, raw []byte) (*T, error) {
	var v T
	if err := json.Unmarshal(raw, &v); err != nil {
		return nil, &Error{Op: op, Class: Internal, cause: fmt.Errorf("couldn't decode the ledger's answer: %w", err)}
	}
	return &v, nil
}

// evaluate asks one peer. Only unavailability is retried, and content that the peer does not hold yet, which another one may.
func (c *Client) evaluate(ctx context.Context, fn transit.Function, request any, opts ...client.ProposalOption) ([]byte, error) {
	argument, err := json.Marshal(request)
	if err != nil {
		return nil, &Error{Op: string(fn), Class: Internal, cause: err}
	}
	ctx, cancel := c.overall(ctx)
	defer cancel()
	opts = append([]client.ProposalOption{client.WithBytesArguments(argument)}, opts...)
	b := newBudget(c.cfg.retries)
	for attempt := 1; ; attempt++ {
		raw, p, err := c.evaluateOnce(ctx, fn, opts)
		if err == nil {
			return raw, nil
		}
		v := judge(ctx, err, c.org.MSP)
		failure := &Error{Op: string(fn), Class: v.class, Fault: v.fault, Details: v.details, Attempts: attempt, cause: err}
		wait, again := b.next(v)
		if !again || v.reason != unreachable && v.reason != notHere {
			return nil, failure
		}
		if v.peerFailed {
			p.fail()
		}
		if sleep(ctx, wait) != nil {
			failure.Class = classOfContext(ctx)
			return nil, failure
		}
	}
}

func (c *Client) evaluateOnce(ctx context.Context, fn transit.Function, opts []client.ProposalOption) ([]byte, *gatewayPeer, error) {
	if err := c.enter(ctx); err != nil {
		return nil, c.peers.pick(), err
	}
	defer c.leave()
	p, err := c.ready(ctx)
	if err != nil {
		return nil, p, err
	}
	ctx, cancel := context.WithTimeout(ctx, c.cfg.timeouts.Evaluate)
	defer cancel()
	raw, err := p.contract.EvaluateWithContext(ctx, string(fn), opts...)
	return raw, p, err
}

// change submits a call and decodes its result.
func change[T any](ctx context.Context, c *Client, k *call) (*T, Receipt, error) {
	raw, receipt, err := c.submit(ctx, k)
	if err != nil {
		return nil, receipt, err
	}
	v, err := decode[T](string(k.fn), raw)
	return v, receipt, err
}

// submit makes the change, or prepares it when the key is elsewhere.
func (c *Client) submit(ctx context.Context, k *call) ([]byte, Receipt, error) {
	if result, receipt, taken, err := journalOf(ctx).take(k.fn); taken || err != nil {
		return result, receipt, err
	}
	if c.elsewhere != nil && k.repeat && k.recorded != nil {
		// Nobody is asked to sign what the record shows as done.
		if result, found, err := k.recorded(ctx); err == nil && found {
			return result, Receipt{Attempts: 1, MessageID: k.messageID}, nil
		}
	}
	result, receipt, err := c.make(ctx, k)
	if waits := (*Unsigned)(nil); errors.As(err, &waits) {
		return nil, Receipt{}, waits
	}
	return result, receipt, err
}

// make proposes the change, and anew as the class of each failure allows.
// The message identification is the same in every attempt, and no attempt is made
// before the outcome of the one before is known.
func (c *Client) make(ctx context.Context, k *call) ([]byte, Receipt, error) {
	start := time.Now()
	ctx, cancel := c.overall(ctx)
	defer cancel()
	b := newBudget(c.cfg.retries)
	for attempt := 1; ; attempt++ {
		done, v, err := c.propose(ctx, k)
		if err == nil {
			done.receipt.Attempts, done.receipt.Latency, done.receipt.MessageID = attempt, time.Since(start), k.messageID
			return done.result, done.receipt, nil
		}
		failure := &Error{
			Op: string(k.fn), Class: v.class, Fault: v.fault, TransactionID: done.receipt.TransactionID,
			MessageID: k.messageID, Attempts: attempt, Details: v.details, cause: err,
		}
		wait, again := b.next(v)
		if k.repeat && v.fault != nil && !again {
			return c.alreadyRecorded(ctx, k, failure, start)
		}
		if !again {
			return nil, Receipt{}, failure
		}
		if sleep(ctx, wait) != nil {
			if v.reason == unreachable || errors.Is(ctx.Err(), context.Canceled) {
				failure.Class = classOfContext(ctx)
			}
			return nil, Receipt{}, failure
		}
	}
}

// alreadyRecorded turns the refusal of a repeated message into success when the
// record shows that the first one was committed.
func (c *Client) alreadyRecorded(ctx context.Context, k *call, failure *Error, start time.Time) ([]byte, Receipt, error) {
	if k.recorded == nil {
		return nil, Receipt{}, failure
	}
	result, found, err := k.recorded(ctx)
	if err != nil || !found {
		return nil, Receipt{}, failure
	}
	return result, Receipt{Latency: time.Since(start), Attempts: failure.Attempts, MessageID: k.messageID}, nil
}

// attempted is what one attempt has come to.
type attempted struct {
	result  []byte
	receipt Receipt
}

// propose makes one attempt: request, endorsement, submission, commit.
func (c *Client) propose(ctx context.Context, k *call) (attempted, verdict, error) {
	request, finish, err := k.prepare(ctx)
	if err != nil {
		var known *Error
		if errors.As(err, &known) {
			return attempted{}, verdict{class: known.Class, fault: known.Fault, details: known.Details}, err
		}
		return attempted{}, judge(ctx, err, c.org.MSP), err
	}
	done, err := c.attempt(ctx, k, request)
	if err == nil {
		finish(done.result, nil)
		return done, verdict{}, nil
	}
	v := judge(ctx, err, c.org.MSP)
	if v.reason == disagreement && len(k.endorsers) > 0 {
		// The own peer was not asked, so nobody contradicts the refusal.
		v.reason = final
	}
	if v.reason == unreachable {
		c.refuseStranger(ctx, k, &v)
	}
	finish(nil, &v)
	return done, v, err
}

func (c *Client) attempt(ctx context.Context, k *call, request any) (attempted, error) {
	var done attempted
	argument, err := argumentOf(request)
	if err != nil {
		return done, err
	}
	if err := c.enter(ctx); err != nil {
		return done, err
	}
	defer c.leave()
	if c.elsewhere != nil {
		return done, c.unsigned(ctx, k, argument)
	}
	p, err := c.ready(ctx)
	if err != nil {
		return done, err
	}
	tx, err := c.endorse(ctx, p, k, argument, &done)
	if err != nil {
		if v := judge(ctx, err, c.org.MSP); v.peerFailed {
			p.fail()
		}
		return done, err
	}
	status, err := c.commit(ctx, p, tx)
	if err != nil {
		return done, err
	}
	done.receipt.BlockNumber = status.BlockNumber
	if !status.Successful {
		return done, &client.CommitError{TransactionID: tx.TransactionID(), Code: status.Code}
	}
	return done, nil
}

// argumentOf encodes a request; bytes are an argument already.
func argumentOf(request any) ([]byte, error) {
	if raw, ready := request.([]byte); ready {
		return raw, nil
	}
	argument, err := json.Marshal(request)
	if err != nil {
		return nil, fmt.Errorf("couldn't encode the request: %w", err)
	}
	return argument, nil
}

func (k *call) proposalOptions(argument []byte) []client.ProposalOption {
	options := []client.ProposalOption{client.WithBytesArguments(argument)}
	if k.transient != nil {
		options = append(options, client.WithTransient(k.transient))
	}
	if len(k.endorsers) > 0 {
		options = append(options, client.WithEndorsingOrganizations(k.endorsers...))
	}
	return options
}

func (c *Client) endorse(ctx context.Context, p *gatewayPeer, k *call, argument []byte, done *attempted) (*client.Transaction, error) {
	proposal, err := p.contract.NewProposal(string(k.fn), k.proposalOptions(argument)...)
	if err != nil {
		return nil, fmt.Errorf("couldn't make the proposal: %w", err)
	}
	done.receipt.TransactionID = proposal.TransactionID()
	ctx, cancel := context.WithTimeout(ctx, c.cfg.timeouts.Endorse)
	defer cancel()
	tx, err := proposal.EndorseWithContext(ctx)
	if err != nil {
		return nil, err
	}
	envelope, err := envelopeOf(tx)
	if err != nil {
		return nil, err
	}
	if done.receipt.Endorsers, err = endorsersOf(envelope.GetEnvelope()); err != nil {
		return nil, err
	}
	done.result = tx.Result()
	if k.writes {
		done.result, err = writtenRecord(envelope.GetEnvelope(), c.profile.Chaincode, done.result)
	}
	return tx, err
}

// writtenRecord finds what a step writes of a movement in the endorsed transaction itself, so that the caller gets exactly
// what the step made, whatever comes after it: the course, and what was declared where the step writes that too.
func writtenRecord(envelope *common.Envelope, chaincode string, answer []byte) ([]byte, error) {
	var written transit.Written
	if err := json.Unmarshal(answer, &written); err != nil {
		return nil, fmt.Errorf("couldn't decode the ledger's answer: %w", err)
	}
	writes, err := writesOf(envelope, chaincode)
	if err != nil {
		return nil, err
	}
	values := map[string][]byte{}
	for _, w := range writes {
		values[w.Key] = w.Value
	}
	course, declared := values[ledger.MovementKey(written.ID)], values[ledger.DeclaredKey(written.ID)]
	if course == nil {
		return nil, fmt.Errorf("the transaction does not write movement %s", written.ID)
	}
	if declared == nil {
		return course, nil
	}
	var m transit.Movement
	if err := errors.Join(json.Unmarshal(course, &m.Course), json.Unmarshal(declared, &m.Declared)); err != nil {
		return nil, fmt.Errorf("couldn't decode the records that the step writes: %w", err)
	}
	return json.Marshal(m)
}

func envelopeOf(tx *client.Transaction) (*gateway.PreparedTransaction, error) {
	raw, err := tx.Bytes()
	if err != nil {
		return nil, err
	}
	var prepared gateway.PreparedTransaction
	if err := proto.Unmarshal(raw, &prepared); err != nil {
		return nil, fmt.Errorf("couldn't read the prepared transaction: %w", err)
	}
	return &prepared, nil
}

// commit hands the transaction to the orderers and finds out what became of it.
//
// From the first hand-over on, the transaction may be committed whatever this side
// sees: an error of the hand-over says nothing about its fate. So the same signed
// transaction is handed over again, through another peer when there is one, and
// its status is sought under the same transaction id, until the status is known or
// the time for it is used up. Peers commit a transaction id once, so the
// repetition does no harm. Only then may the caller propose anew.
func (c *Client) commit(ctx context.Context, p *gatewayPeer, tx *client.Transaction) (*client.Status, error) {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.timeouts.CommitStatus)
	defer cancel()
	handedOver := c.handOver(ctx, tx)
	for round := 0; ; round++ {
		wait := c.patience(handedOver == nil, round)
		status, err := c.status(ctx, p, tx.TransactionID(), wait)
		if err == nil && status.Code != peer.TxValidationCode_DUPLICATE_TXID {
			return c.noted(p, tx.TransactionID(), status), nil
		}
		if err == nil {
			// The peer saw the repetition go by; asked again it tells of the first.
			err = errors.New("the peer reported the repetition of the transaction")
		} else if handedOver != nil {
			err = errors.Join(handedOver, err)
		}
		if sleep(ctx, min(time.Duration(round)*c.cfg.retries.Base, c.cfg.retries.Cap)) != nil {
			return nil, &outcomeUnknown{cause: errors.Join(err, ctx.Err())}
		}
		if unreachablePeer(err) {
			p.fail()
		}
		p = c.peers.pick()
		handedOver = c.handOverAgain(ctx, p, tx)
	}
}

// patience is how long to wait for a status: long after a hand-over that the
// orderers took, short after one of which that is not known.
func (c *Client) patience(accepted bool, round int) time.Duration {
	if accepted {
		return max(c.cfg.timeouts.CommitStatus/4, time.Second)
	}
	return min(c.cfg.timeouts.CommitStatus/4, time.Duration(round+1)*time.Second)
}

func unreachablePeer(err error) bool {
	var status *client.CommitStatusError
	return errors.As(err, &status)
}

// handOver signs the transaction and submits it through the peer that collected its endorsements.
func (c *Client) handOver(ctx context.Context, tx *client.Transaction) error {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.timeouts.Submit)
	defer cancel()
	_, err := tx.SubmitWithContext(ctx)
	return err
}

// handOverAgain submits the very same signed transaction through another peer.
func (c *Client) handOverAgain(ctx context.Context, p *gatewayPeer, tx *client.Transaction) error {
	raw, err := tx.Bytes()
	if err != nil {
		return err
	}
	same, err := p.gateway.NewTransaction(raw)
	if err != nil {
		return fmt.Errorf("couldn't repeat the transaction: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, c.cfg.timeouts.Submit)
	defer cancel()
	_, err = same.SubmitWithContext(ctx)
	return err
}

// status waits until the peer has committed the transaction.
func (c *Client) status(ctx context.Context, p *gatewayPeer, transactionID string, wait time.Duration) (*client.Status, error) {
	request, err := proto.Marshal(&gateway.CommitStatusRequest{
		ChannelId: c.profile.Channel, TransactionId: transactionID, Identity: c.creator,
	})
	if err != nil {
		return nil, fmt.Errorf("couldn't encode the status request: %w", err)
	}
	raw, err := proto.Marshal(&gateway.SignedCommitStatusRequest{Request: request})
	if err != nil {
		return nil, fmt.Errorf("couldn't encode the status request: %w", err)
	}
	commit, err := p.gateway.NewCommit(raw)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	return commit.StatusWithContext(ctx)
}
