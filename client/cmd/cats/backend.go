package main

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"time"

	"carec.example/cats/chaincode/signature"
	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/exchange"
	"carec.example/cats/client/fsck"
	"carec.example/cats/client/projection"
	"carec.example/cats/client/token"
)

// backend is what the commands need of the ledger. The commands see no more of the
// client, so that tests can stand in for the ledger.
type backend struct {
	movements  movements
	contents   contents
	guarantees guarantees
	registry   registry
	node       node
	// forward takes a change that was signed elsewhere one stage on; nil where nothing is prepared.
	forward func(ctx context.Context, u *cats.Unsigned) (*cats.Unsigned, error)
	// client is what the read model and the webhooks follow the ledger with; nil in tests of commands.
	client *cats.Client
	close  func() error
}

type movements interface {
	steps
	Lodge(ctx context.Context, std *transit.STD, opts ...cats.CallOption) (*transit.Movement, cats.Receipt, error)
	DryRun(ctx context.Context, std *transit.STD) (*transit.Face, error)
	Amend(ctx context.Context, movement string, std *transit.STD, opts ...cats.CallOption) (*transit.Movement, cats.Receipt, error)
	Accept(ctx context.Context, movement string, opts ...cats.CallOption) (*transit.Course, cats.Receipt, error)
	Reject(ctx context.Context, movement, reason string, opts ...cats.CallOption) (*transit.Course, cats.Receipt, error)
	AnnounceControl(
		ctx context.Context, movement string, d cats.ControlDecision, opts ...cats.CallOption,
	) (*transit.Course, cats.Receipt, error)
	DecideControl(
		ctx context.Context, movement string, d cats.ControlDecision, opts ...cats.CallOption,
	) (*transit.Course, cats.Receipt, error)
	RecordControl(ctx context.Context, movement, result string, opts ...cats.CallOption) (*transit.Course, cats.Receipt, error)
	Release(ctx context.Context, movement, timeLimit string, opts ...cats.CallOption) (*transit.Course, cats.Receipt, error)
	RefuseRelease(ctx context.Context, movement, reason string, opts ...cats.CallOption) (*transit.Course, cats.Receipt, error)
	RequestCancel(ctx context.Context, movement, reason string, opts ...cats.CallOption) (*transit.Course, cats.Receipt, error)
	Cancel(ctx context.Context, movement, reason string, opts ...cats.CallOption) (*transit.Course, cats.Receipt, error)
	ProposeHandOff(ctx context.Context, movement string, opts ...cats.CallOption) (*transit.Course, cats.Receipt, error)
	AcceptHandOff(ctx context.Context, movement string, opts ...cats.CallOption) (*transit.Course, cats.Receipt, error)
	RefuseHandOff(ctx context.Context, movement, reason string, opts ...cats.CallOption) (*transit.Course, cats.Receipt, error)
	WithdrawHandOff(ctx context.Context, movement, reason string, opts ...cats.CallOption) (*transit.Course, cats.Receipt, error)
	Arrive(ctx context.Context, movement string, opts ...cats.CallOption) (*transit.Course, cats.Receipt, error)
	RecordResults(ctx context.Context, movement, result string, opts ...cats.CallOption) (*transit.Course, cats.Receipt, error)
	Discharge(ctx context.Context, movement string, opts ...cats.CallOption) (*transit.Course, cats.Receipt, error)
	Get(ctx context.Context, movement string) (*transit.MovementView, error)
	List(ctx context.Context) iter.Seq2[*transit.Movement, error]
	History(ctx context.Context, movement *transit.Movement) ([]cats.Passage, error)
	Content(ctx context.Context, movement string) (*cats.Document, error)
	Deliver(ctx context.Context, movement, toMSP string) (*transit.Delivery, cats.Receipt, error)
}

type guarantees interface {
	Register(
		ctx context.Context, terms transit.Terms, accessCodes []string, opts ...cats.CallOption,
	) (*transit.Guarantee, cats.Receipt, error)
	ReplaceAccessCodes(
		ctx context.Context, grn string, accessCodes []string, opts ...cats.CallOption,
	) (*transit.Guarantee, cats.Receipt, error)
	Get(ctx context.Context, grn string) (*transit.GuaranteeView, error)
	List(ctx context.Context) iter.Seq2[*transit.Guarantee, error]
	guaranteeChanges
	guaranteeQueries
}

type registry interface {
	Found(ctx context.Context, document []byte) (*transit.Consortium, cats.Receipt, error)
	Get(ctx context.Context) (*transit.Consortium, error)
	Offices(ctx context.Context) iter.Seq2[*transit.Office, error]
	Join(ctx context.Context, o transit.Organisation) (*transit.Organisation, cats.Receipt, error)
	Propose(ctx context.Context, id string, c transit.Change) (*transit.Proposal, cats.Receipt, error)
	Approve(ctx context.Context, id, digest string) (*transit.Proposal, cats.Receipt, error)
	Proposal(ctx context.Context, id string) (*transit.Proposal, error)
	Put(ctx context.Context, country string, entries transit.Entries) ([]transit.WrittenPage, []cats.Receipt, error)
	Page(ctx context.Context, country string, b transit.Book, page string) (*transit.Page, error)
	VerifyDocument(ctx context.Context, std *transit.STD, jws []byte, operator string, at time.Time) (*signature.Proof, error)
}

// node is what a peer tells of itself and its copy of the ledger, and the courier.
type node interface {
	MSP() string
	Info(ctx context.Context) (*transit.Info, error)
	Height(ctx context.Context) (uint64, error)
	Await(ctx context.Context, transactionID string) (uint64, error)
	Check(ctx context.Context) (*fsck.Report, error)
	Caretakers(ctx context.Context) (map[string]time.Time, error)
	Source() projection.Source
	Courier(store cats.Store, opts ...cats.CourierOption) courier
	Keeper(every time.Duration, log *slog.Logger) courier
	Exchange(options ...exchange.Option) *exchange.Exchange
}

type courier interface {
	Run(ctx context.Context) error
}

// opener opens the ledger as an identity of the profile.
type opener func(ctx context.Context, profile *cats.Profile, identity string) (*backend, error)

func openClient(ctx context.Context, profile *cats.Profile, identity string) (*backend, error) {
	b, _, err := openLedger(ctx, profile, identity)
	return b, err
}

// openLedger opens the ledger with a key in a file or on a device.
func openLedger(ctx context.Context, profile *cats.Profile, identity string) (*backend, *cats.Client, error) {
	keys := &token.Keys{}
	client, err := cats.Open(ctx, profile, identity, cats.WithKeys(keys.Key))
	if err != nil {
		return nil, nil, errors.Join(err, keys.Close())
	}
	b := backendOf(client)
	b.close = func() error { return errors.Join(client.Close(), keys.Close()) }
	return b, client, nil
}

func backendOf(client *cats.Client) *backend {
	return &backend{
		movements: client.Movements(), contents: client.Movements(), guarantees: client.Guarantees(), registry: client.Registry(),
		node: clientNode{client}, client: client,
	}
}

type clientNode struct{ *cats.Client }

func (n clientNode) Check(ctx context.Context) (*fsck.Report, error) {
	return fsck.Check(ctx, n.Client)
}

func (n clientNode) Source() projection.Source { return projection.FromClient(n.Client) }

func (n clientNode) Courier(store cats.Store, opts ...cats.CourierOption) courier {
	return cats.NewCourier(n.Client, store, opts...)
}

func (n clientNode) Keeper(every time.Duration, log *slog.Logger) courier {
	return cats.NewKeeper(n.Client, every, log)
}

func (n clientNode) Exchange(options ...exchange.Option) *exchange.Exchange {
	return exchange.New(n.Client, options...)
}
