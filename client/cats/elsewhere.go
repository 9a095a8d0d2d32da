package cats

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"os"
	"time"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	"github.com/hyperledger/fabric-gateway/pkg/identity"
	"github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	"google.golang.org/protobuf/proto"

	"carec.example/cats/chaincode/transit"
)

// Stage tells how far a change has come whose signer's key is elsewhere.
type Stage string

// Stages. Fabric asks for two signatures: one for the proposal, which the peers endorse, and one for the endorsed transaction.
const (
	StageProposal    Stage = "proposal"
	StageTransaction Stage = "transaction"
	// StageDone: committed. The action may still consist of further transactions.
	StageDone Stage = "done"
)

// DefaultExpiry is how long a prepared change waits for its signature unless [WithExpiry] says otherwise.
const DefaultExpiry = 15 * time.Minute

// Unsigned is a change that waits for a signature by a key that is not here: on an officer's token, a trader's device. It is
// the error of every changing call of a client made by [Client.For], travels as JSON, and goes on with [Client.Forward].
type Unsigned struct {
	Stage Stage `json:"stage"`
	// Function of the chaincode that is called. Like TransactionID it is for orientation; what counts is in Bytes, see [Unsigned.Statement].
	Function      transit.Function `json:"function"`
	TransactionID string           `json:"transactionId,omitempty"`
	// MessageID under which the record will remember the change.
	MessageID string `json:"messageId,omitempty"`
	// Expires is after when nobody forwards it any more. The ledger has no clock and does not know of it.
	Expires time.Time `json:"expires,omitzero"`
	// Bytes are Fabric's: gateway.ProposedTransaction or gateway.PreparedTransaction, by the stage.
	Bytes []byte `json:"bytes,omitempty"`
	// Signature over them: ECDSA over SHA-256 in ASN.1 DER, or R and S one after the other as web browsers give them (IEEE P1363);
	// or the 64 bytes of Ed25519. See [Unsigned.Sign].
	Signature []byte `json:"signature,omitempty"`
	// Writes tells whether the result is a record in the transaction's write set.
	Writes bool `json:"writes,omitempty"`
	// Done are the action's transactions that are committed.
	Done []Done `json:"done,omitempty"`
}

// Done is one committed transaction of an action.
type Done struct {
	Function transit.Function `json:"function"`
	Result   json.RawMessage  `json:"result,omitempty"`
	Receipt  Receipt          `json:"receipt"`
}

func (u *Unsigned) Error() string {
	return fmt.Sprintf("%s: the %s waits for its signature", u.Function, u.Stage)
}

// foreign is an identity whose key is elsewhere.
type foreign struct {
	certificate *x509.Certificate
	// contracts propose as that identity, one for each of the client's peers.
	contracts map[*gatewayPeer]*client.Contract
	gateways  []*client.Gateway
}

func (f *foreign) close() error {
	var failures []error
	for _, g := range f.gateways {
		failures = append(failures, g.Close())
	}
	return errors.Join(failures...)
}

// For returns a client that prepares changes for another identity of the same organisation, of which only the certificate is
// here. It reads as c does, through c's connections, and lives no longer than c. Every call that would change the ledger
// returns an [*Unsigned] as its error instead; nothing has been sent then. To go on, have it signed, [Client.Forward] it, twice,
// and repeat the call within [Resuming] for its result, or for the next transaction of an action that has several.
//
// What derives from a client's secret, such as the salts of a lodging, derives from c's and the certificate.
func (c *Client) For(identityName string) (*Client, error) {
	id, err := c.profile.Identity(identityName)
	if err != nil {
		return nil, err
	}
	if id.Organisation != c.id.Organisation {
		return nil, fmt.Errorf("%s belongs to %s; a client of %s cannot prepare for it", identityName, id.Organisation, c.id.Organisation)
	}
	raw, err := os.ReadFile(c.profile.path(id.Certificate))
	if err != nil {
		return nil, fmt.Errorf("couldn't read the certificate: %w", err)
	}
	certificate, err := identity.CertificateFromPEM(raw)
	if err != nil {
		return nil, fmt.Errorf("couldn't read the certificate of %s: %w", identityName, err)
	}
	f := &foreign{certificate: certificate, contracts: map[*gatewayPeer]*client.Contract{}}
	if err := c.proposeFor(f); err != nil {
		return nil, errors.Join(err, f.close())
	}
	secret, err := hkdf.Key(sha256.New, c.secret, certificate.Raw, "carec.example/cats/prepared-secret/v1", sha256.Size)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("couldn't derive a secret: %w", err), f.close())
	}
	return &Client{
		name: identityName, profile: c.profile, org: c.org, id: id, creator: c.creator, sign: c.sign, secret: secret, cfg: c.cfg,
		peers: c.peers, inFlight: c.inFlight, queues: c.queues, horizon: c.horizon,
		movements: newMovementCache(), elsewhere: f,
	}, nil
}

func (c *Client) proposeFor(f *foreign) error {
	id, err := identity.NewX509Identity(c.org.MSP, f.certificate)
	if err != nil {
		return fmt.Errorf("couldn't use the certificate: %w", err)
	}
	for _, p := range c.peers.all {
		g, err := client.Connect(id, client.WithClientConnection(p.conn))
		if err != nil {
			return fmt.Errorf("couldn't use the connection to a peer: %w", err)
		}
		f.gateways = append(f.gateways, g)
		f.contracts[p] = g.GetNetwork(c.profile.Channel).GetContract(c.profile.Chaincode)
	}
	return nil
}

// unsigned prepares the proposal of a call. It is the end of the attempt.
func (c *Client) unsigned(ctx context.Context, k *call, argument []byte) error {
	proposal, err := c.elsewhere.contracts[c.peers.pick()].NewProposal(string(k.fn), k.proposalOptions(argument)...)
	if err != nil {
		return fmt.Errorf("couldn't make the proposal: %w", err)
	}
	raw, err := proposal.Bytes()
	if err != nil {
		return fmt.Errorf("couldn't encode the proposal: %w", err)
	}
	u := &Unsigned{
		Stage: StageProposal, Function: k.fn, TransactionID: proposal.TransactionID(), MessageID: k.messageID,
		Expires: time.Now().Add(c.cfg.expiry).UTC().Truncate(time.Second), Bytes: raw, Writes: k.writes,
	}
	if j := journalOf(ctx); j != nil {
		u.Done = j.done
	}
	return u
}

// Sign signs with a key: that of the certificate in the proposal, else the call fails. Show [Unsigned.Statement] before.
func (u *Unsigned) Sign(key crypto.Signer) error {
	message, err := u.message()
	if err != nil {
		return err
	}
	s, err := u.Statement()
	if err != nil {
		return err
	}
	certificate := s.Certificate
	public, known := key.Public().(interface{ Equal(crypto.PublicKey) bool })
	if !known || !public.Equal(certificate.PublicKey) {
		return fmt.Errorf("this key is not that of %s", certificate.Subject.CommonName)
	}
	signature, err := signMessage(key, message)
	if err != nil {
		return fmt.Errorf("couldn't sign: %w", err)
	}
	u.Signature = signature
	return nil
}

// signMessage signs as peers verify it: an Ed25519 key the message, an ECDSA key its SHA-256 with the lower of the two possible S.
func signMessage(key crypto.Signer, message []byte) ([]byte, error) {
	if _, pure := key.Public().(ed25519.PublicKey); pure {
		return key.Sign(rand.Reader, message, crypto.Hash(0))
	}
	digest := sha256.Sum256(message)
	return signDigest(key, digest[:])
}

// signDigest signs a SHA-256 digest with an ECDSA key, as peers accept it.
func signDigest(key crypto.Signer, digest []byte) ([]byte, error) {
	der, err := key.Sign(rand.Reader, digest, crypto.SHA256)
	if err != nil {
		return nil, err
	}
	return lowS(key.Public(), der)
}

// ecdsaSignature is the ASN.1 form of a signature.
type ecdsaSignature struct{ R, S *big.Int }

// lowS turns an ECDSA signature into the form that Fabric's peers accept: of S and N-S, which are both valid, the lower one.
// Tokens return either. Others of the same message would give a transaction two forms.
func lowS(public crypto.PublicKey, der []byte) ([]byte, error) {
	key, ok := public.(*ecdsa.PublicKey)
	if !ok {
		return nil, errors.New("the key is neither an ECDSA nor an Ed25519 key")
	}
	var s ecdsaSignature
	half := (key.Params().BitSize + 7) / 8
	if rest, err := asn1.Unmarshal(der, &s); err != nil || len(rest) > 0 || s.R == nil || s.S == nil {
		if len(der) != 2*half {
			return nil, errors.New("the signature is neither in ASN.1 DER nor as long as R and S")
		}
		s = ecdsaSignature{R: new(big.Int).SetBytes(der[:half]), S: new(big.Int).SetBytes(der[half:])}
	}
	order := key.Params().N
	if s.S.Cmp(new(big.Int).Rsh(order, 1)) > 0 {
		s.S.Sub(order, s.S)
	}
	return asn1.Marshal(s)
}

// Forward takes a signed change one stage on: a proposal to the peers that endorse it, which gives the transaction to be
// signed; a transaction to the orderers, until it is committed. Any client of the signer's organisation may do so; one made by
// [Client.For] forwards only what its own identity has signed, and nothing that is older than its expiry.
//
// What cannot be forwarded as it came is refused with an [*Unfit], and nothing has been sent then. Other errors are those of the
// call that was prepared. A conflict is not proposed anew, because that needs a new signature. After UnknownOutcome the same
// signed transaction may be forwarded again: a transaction identification is committed once.
func (c *Client) Forward(ctx context.Context, u *Unsigned) (*Unsigned, error) {
	ctx, cancel := c.overall(ctx)
	defer cancel()
	s, signature, err := c.fit(u, time.Now())
	if err != nil {
		return nil, &Error{Op: string(u.Function), Class: Refused, Fault: transit.Faultf(transit.NotAuthorised, "%v", err), cause: err}
	}
	if err := c.enter(ctx); err != nil {
		return nil, c.failed(ctx, u, err)
	}
	defer c.leave()
	next, err := c.forward(ctx, u, s, signature)
	if err != nil {
		return nil, c.failed(ctx, u, err)
	}
	return next, nil
}

func (c *Client) failed(ctx context.Context, u *Unsigned, err error) error {
	v := judge(ctx, err, c.org.MSP)
	return &Error{
		Op: string(u.Function), Class: v.class, Fault: v.fault, TransactionID: u.TransactionID, MessageID: u.MessageID, Attempts: 1,
		Details: v.details, cause: err,
	}
}

func (c *Client) forward(ctx context.Context, u *Unsigned, s *Statement, signature []byte) (*Unsigned, error) {
	p, err := c.ready(ctx)
	if err != nil {
		return nil, err
	}
	if u.Stage == StageProposal {
		proposal, err := p.gateway.NewSignedProposal(u.Bytes, signature)
		if err != nil {
			return nil, err
		}
		ctx, cancel := context.WithTimeout(ctx, c.cfg.timeouts.Endorse)
		defer cancel()
		tx, err := proposal.EndorseWithContext(ctx)
		if err != nil {
			return nil, err
		}
		next := *u
		next.Stage, next.Signature = StageTransaction, nil
		next.Bytes, err = tx.Bytes()
		return &next, err
	}
	return c.commitSigned(ctx, p, u, s, signature)
}

// commitSigned commits a signed transaction. From its first hand-over on it may be committed whatever this side sees; the
// caller keeps it until its fate is known.
func (c *Client) commitSigned(
	ctx context.Context, p *gatewayPeer, u *Unsigned, s *Statement, signature []byte,
) (*Unsigned, error) {
	start := time.Now()
	tx, err := p.gateway.NewSignedTransaction(u.Bytes, signature)
	if err != nil {
		return nil, err
	}
	result := tx.Result()
	if u.Writes {
		if result, err = writtenRecord(s.envelope, c.profile.Chaincode, result); err != nil {
			return nil, err
		}
	}
	status, err := c.commit(ctx, p, tx)
	if err != nil {
		return nil, err
	}
	if !status.Successful {
		return nil, &client.CommitError{TransactionID: u.TransactionID, Code: status.Code}
	}
	done := Done{Function: u.Function, Result: result, Receipt: Receipt{
		TransactionID: u.TransactionID, BlockNumber: status.BlockNumber, Endorsers: s.Endorsers, Latency: time.Since(start), Attempts: 1,
		MessageID: u.MessageID,
	}}
	return &Unsigned{Stage: StageDone, Function: u.Function, Done: append(u.Done[:len(u.Done):len(u.Done)], done)}, nil
}

// journal hands the results of committed transactions to the repeated call, in their order.
type journal struct {
	done []Done
	next int
}

type journalKey struct{}

// Resuming makes the one changing call within the context take the results of its transactions that are committed already
// instead of preparing them again: the same call, with the same arguments, as the one that was prepared. A call of other
// functions is refused.
func Resuming(ctx context.Context, done []Done) context.Context {
	return context.WithValue(ctx, journalKey{}, &journal{done: done})
}

func journalOf(ctx context.Context) *journal {
	j, _ := ctx.Value(journalKey{}).(*journal)
	return j
}

// resuming reports whether the call is one that goes on behind committed transactions: what the record shows of it is its own.
func resuming(ctx context.Context) bool {
	j := journalOf(ctx)
	return j != nil && len(j.done) > 0
}

// receiptOf is the receipt of a function that is committed already; empty when there is none.
func (j *journal) receiptOf(fn transit.Function) Receipt {
	if j != nil {
		for i := range j.done {
			if j.done[i].Function == fn {
				return j.done[i].Receipt
			}
		}
	}
	return Receipt{}
}

// take hands out the result of a transaction that is committed already, if there is one.
func (j *journal) take(fn transit.Function) (result []byte, receipt Receipt, taken bool, err error) {
	if j == nil || j.next == len(j.done) {
		return nil, Receipt{}, false, nil
	}
	d := &j.done[j.next]
	if d.Function != fn {
		return nil, Receipt{}, false, &Error{Op: string(fn), Class: Refused, Fault: transit.Faultf(transit.MalformedRequest,
			"what is committed is %s, of another action than this call", d.Function)}
	}
	j.next++
	return d.Result, d.Receipt, true, nil
}

func (u *Unsigned) message() ([]byte, error) {
	switch u.Stage {
	case StageProposal:
		var p gateway.ProposedTransaction
		if err := proto.Unmarshal(u.Bytes, &p); err != nil {
			return nil, fmt.Errorf("couldn't read the proposal: %w", err)
		}
		return p.GetProposal().GetProposalBytes(), nil
	case StageTransaction:
		var p gateway.PreparedTransaction
		if err := proto.Unmarshal(u.Bytes, &p); err != nil {
			return nil, fmt.Errorf("couldn't read the transaction: %w", err)
		}
		return p.GetEnvelope().GetPayload(), nil
	}
	return nil, fmt.Errorf("there is nothing to sign at the stage %q", u.Stage)
}
