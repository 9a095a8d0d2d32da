package fakeledger

import (
	"bytes"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"
)

// timeWindow is the peer's authentication.timewindow: how far a proposal's time may be from the peer's clock.
const timeWindow = 15 * time.Minute

// node is the peer of one organisation.
//
// mu guards every field below it. A simulation holds it for reading until the chaincode returns, so a block waits for the
// simulations in progress and no simulation sees half a block.
type node struct {
	identity    *Identity
	collections *collections
	trust       *trust

	mu        sync.RWMutex
	chaincode shim.Chaincode
	state     *worldState
	changes   map[string][]keyChange
	txIDs     map[string]bool
	next      int // index of the next block to commit
	down      bool
	lagging   bool

	seenMu sync.Mutex
	seen   [][]byte // plain private values that reached this peer through proposals
	log    []string // texts that this peer wrote to its log
}

// response is the outcome of a simulation, signed when it is an endorsement.
type response struct {
	mspID       string
	payload     []byte
	endorsement *peer.Endorsement
	result      *peer.Response
	private     map[string]map[string]privateWrite
	interest    *interest
}

func (n *node) mspID() string { return n.identity.mspID }

// process simulates a proposal and endorses the result.
func (n *node) process(p *proposal, now time.Time) (*response, error) {
	r, err := n.evaluate(p, now)
	if err != nil {
		return nil, err
	}
	r.endorsement = endorse(n.identity, r.payload)
	return r, nil
}

// evaluate simulates a proposal; a failure leaves a line in the peer's log.
func (n *node) evaluate(p *proposal, now time.Time) (*response, error) {
	r, err := n.simulate(p, now)
	if err != nil {
		n.remember(err.Error())
	}
	return r, err
}

func (n *node) simulate(p *proposal, now time.Time) (*response, error) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	if err := n.admit(p, now); err != nil {
		return nil, &PeerError{MSP: n.mspID(), Err: err}
	}
	n.witness(p)
	st := n.newStub(p)
	result, err := n.invoke(st)
	st.sim.finish()
	if err != nil {
		err = fmt.Errorf("error in simulation: failed to execute transaction %s: %w", p.txID, err)
		return nil, &PeerError{MSP: n.mspID(), Err: err}
	}
	if _, err := st.sim.interest.decodedKeyPolicies(); err != nil {
		return nil, &PeerError{MSP: n.mspID(), Err: fmt.Errorf("error in simulation: %w", err)}
	}
	if status := result.GetStatus(); status < 200 || status >= shim.ERRORTHRESHOLD {
		return nil, &ChaincodeError{MSP: n.mspID(), Status: status, Message: result.GetMessage()}
	}
	r := n.respond(st, result)
	n.witnessPrivate(r.private)
	return r, nil
}

// admit makes the checks of a peer's authentication filters and of its endorser before anything runs.
func (n *node) admit(p *proposal, now time.Time) error {
	if n.down {
		return ErrPeerDown
	}
	if p.creator.cert.NotAfter.Before(now) {
		return errors.New("proposal client identity expired")
	}
	if p.timestamp.Add(timeWindow).Before(now) || p.timestamp.Add(-timeWindow).After(now) {
		return fmt.Errorf("request unauthorized due to incorrect timestamp %s, peer time %s, peer.authentication.timewindow %s",
			p.timestamp.Format(time.RFC3339), now.Format(time.RFC3339), timeWindow)
	}
	if _, err := n.trust.verify(p.creator.serialized); err != nil {
		return fmt.Errorf("error validating proposal: access denied: channel [%s] creator org unknown, creator is malformed: %w",
			p.channel, err)
	}
	if n.txIDs[p.txID] {
		return fmt.Errorf("duplicate transaction found [%s]", p.txID)
	}
	return nil
}

func (n *node) newStub(p *proposal) *stub {
	return &stub{proposal: p, sim: &simulator{
		txID:        p.txID,
		creatorMSP:  p.creator.mspID,
		state:       n.state,
		collections: n.collections,
		history:     func(key string) []keyChange { return n.changes[key] },
		rw:          newRWBuilder(),
		interest:    newInterest(),
	}}
}

// invoke runs the chaincode. A panic stands for the death of the chaincode process.
func (n *node) invoke(st *stub) (result *peer.Response, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w (panic: %v)", ErrChaincodeCrashed, r)
		}
	}()
	result = n.chaincode.Invoke(st)
	if err := st.FinishWriteBatch(); err != nil {
		return nil, fmt.Errorf("transaction returned with failure: %w", err)
	}
	if _, err := proto.Marshal(result); err != nil {
		return nil, fmt.Errorf("transaction returned with failure: failed to marshal response: %w", err)
	}
	mustUTF8(st.event.GetEventName())
	return result, nil
}

func (n *node) respond(st *stub, result *peer.Response) *response {
	p := st.proposal
	action := &peer.ChaincodeAction{
		Results:     st.sim.rw.results(p.chaincode),
		Response:    &peer.Response{Status: result.GetStatus(), Message: result.GetMessage(), Payload: result.GetPayload()},
		ChaincodeId: &peer.ChaincodeID{Name: p.chaincode, Version: chaincodeVersion},
	}
	if st.event != nil {
		st.event.ChaincodeId, st.event.TxId = p.chaincode, p.txID
		action.Events = encode(st.event)
	}
	payload := encode(&peer.ProposalResponsePayload{ProposalHash: p.proposalHash, Extension: encode(action)})
	return &response{
		mspID: n.mspID(), payload: payload, result: action.GetResponse(),
		private: st.sim.rw.private(), interest: st.sim.interest,
	}
}

// witness notes what a peer learns from a proposal beyond the ledger: its transient data.
func (n *node) witness(p *proposal) {
	n.seenMu.Lock()
	defer n.seenMu.Unlock()
	for _, value := range p.transient {
		n.seen = append(n.seen, clone(value))
	}
}

// witnessPrivate notes the plain values a peer wrote, for itself or for others.
func (n *node) witnessPrivate(private map[string]map[string]privateWrite) {
	n.seenMu.Lock()
	defer n.seenMu.Unlock()
	for _, writes := range private {
		for _, w := range writes {
			n.seen = append(n.seen, w.value)
		}
	}
}

func (n *node) remember(text string) {
	n.seenMu.Lock()
	defer n.seenMu.Unlock()
	n.log = append(n.log, text)
}

// knows tells whether a text ever reached the peer in plain: transient data, or private values it keeps.
func (n *node) knows(marker []byte) bool {
	n.seenMu.Lock()
	for _, value := range n.seen {
		if bytes.Contains(value, marker) {
			n.seenMu.Unlock()
			return true
		}
	}
	n.seenMu.Unlock()
	n.mu.RLock()
	defer n.mu.RUnlock()
	for _, s := range n.state.private {
		for _, e := range s.entries {
			if bytes.Contains(e.value, marker) {
				return true
			}
		}
	}
	return false
}
