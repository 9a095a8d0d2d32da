package gateway

import (
	"context"
	"errors"
	"iter"
	"time"

	"carec.example/cats/chaincode/signature"
	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/exchange"
	"carec.example/cats/client/formats/national"
	"carec.example/cats/client/fsck"
)

// Ledger is what the gateway needs of the client of one identity. It sees no more, so that
// tests can stand in for the ledger.
type Ledger struct {
	Movements  Movements
	Guarantees Guarantees
	Registry   Registry
	Node       Node
	Messages   Messages
	// Forward takes a change that was signed elsewhere one stage on; nil where nothing is prepared.
	Forward func(ctx context.Context, u *cats.Unsigned) (*cats.Unsigned, error)
	// Close ends the client's connections.
	Close func() error
}

// Opener opens the ledger as an identity of the profile.
type Opener func(ctx context.Context, identity string) (*Ledger, error)

// FromProfile opens clients of a profile. Messages in and out take the mappings for national documents; nil is none. All of them share
// the queues of the guarantees, so that releases by several officers of one gateway do not collide.
func FromProfile(profile *cats.Profile, mappings *national.Set, opts ...cats.Option) Opener {
	opts = append([]cats.Option{cats.WithQueues(cats.NewQueues()), cats.WithHorizon(cats.NewHorizon())}, opts...)
	return func(ctx context.Context, identity string) (*Ledger, error) {
		c, err := cats.Open(ctx, profile, identity, opts...)
		if err != nil {
			return nil, err
		}
		return ledgerOf(c, mappings), nil
	}
}

// PreparingFromProfile opens clients that prepare changes for identities that sign elsewhere. One whose key is here reads the
// ledger itself meanwhile; for one whose key is not, the observer reads.
func PreparingFromProfile(profile *cats.Profile, observer string, mappings *national.Set, opts ...cats.Option) Opener {
	opts = append([]cats.Option{cats.WithQueues(cats.NewQueues()), cats.WithHorizon(cats.NewHorizon())}, opts...)
	return func(ctx context.Context, identity string) (*Ledger, error) {
		id, err := profile.Identity(identity)
		if err != nil {
			return nil, err
		}
		reader := identity
		if id.Key == "" {
			reader = observer
		}
		c, err := cats.Open(ctx, profile, reader, opts...)
		if err != nil {
			return nil, err
		}
		preparing, err := c.For(identity)
		if err != nil {
			return nil, errors.Join(err, c.Close())
		}
		l := ledgerOf(preparing, mappings)
		l.Forward = preparing.Forward
		if id.Key == "" && id.Role == transit.RoleTrader {
			l.Movements = seen{Movements: l.Movements, actor: transit.Actor{
				MSP: c.MSP(), Country: c.Country(), Role: id.Role, Operator: id.Operator,
			}}
		}
		l.Close = func() error { return errors.Join(preparing.Close(), c.Close()) }
		return l, nil
	}
}

// KeyElsewhere reports of a profile's identities whether their keys are not here.
func KeyElsewhere(profile *cats.Profile) func(identity string) bool {
	return func(identity string) bool {
		id, err := profile.Identity(identity)
		return err == nil && id.Key == ""
	}
}

func ledgerOf(c *cats.Client, mappings *national.Set) *Ledger {
	return &Ledger{
		Movements: c.Movements(), Guarantees: c.Guarantees(), Registry: c.Registry(), Node: node{c},
		Messages: exchange.New(c, exchange.WithMappings(mappings)), Close: c.Close,
	}
}

// Messages are messages of NCTS and UBL and national documents in and out, as the caller's own system speaks them.
type Messages interface {
	PostAs(ctx context.Context, mapping string, message []byte) (*exchange.Outcome, error)
	Status(ctx context.Context, mapping, movement string) (*exchange.Answer, error)
	Answers(ctx context.Context, after exchange.Cursor) (exchange.Page, error)
	Statuses(ctx context.Context, after exchange.Cursor) (exchange.Page, error)
}

// node adds the ledger check to the client.
type node struct{ *cats.Client }

func (n node) Check(ctx context.Context) (*fsck.Report, error) { return fsck.Check(ctx, n.Client) }

// Courses of the steps and what proves them; see [cats.Movements].
type (
	course   = *transit.Course
	receipt  = cats.Receipt
	option   = cats.CallOption
	movement = *transit.Movement
)

// Movements are the calls of [cats.Movements].
type Movements interface {
	Departure
	Route
	Destination
	Recovery
	Contents
	Get(ctx context.Context, movement string) (*transit.MovementView, error)
	List(ctx context.Context) iter.Seq2[*transit.Movement, error]
	ListPage(ctx context.Context, q transit.ListQuery) (*transit.MovementPage, error)
	History(ctx context.Context, movement *transit.Movement) ([]cats.Passage, error)
}

// Departure are the steps at departure.
type Departure interface {
	Lodge(ctx context.Context, std *transit.STD, opts ...option) (movement, receipt, error)
	DryRun(ctx context.Context, std *transit.STD) (*transit.Face, error)
	Amend(ctx context.Context, movement string, std *transit.STD, opts ...option) (movement, receipt, error)
	Present(ctx context.Context, movement string, opts ...option) (course, receipt, error)
	ExpirePreLodgement(ctx context.Context, movement string, opts ...option) (course, receipt, error)
	AnnounceControl(ctx context.Context, movement string, d cats.ControlDecision, opts ...option) (course, receipt, error)
	Accept(ctx context.Context, movement string, opts ...option) (course, receipt, error)
	Reject(ctx context.Context, movement, reason string, opts ...option) (course, receipt, error)
	DecideControl(ctx context.Context, movement string, d cats.ControlDecision, opts ...option) (course, receipt, error)
	RequestAmendment(ctx context.Context, movement, reason string, opts ...option) (course, receipt, error)
	RequestRelease(ctx context.Context, movement string, opts ...option) (course, receipt, error)
	RefuseReleaseRequest(ctx context.Context, movement, reason string, opts ...option) (course, receipt, error)
	RecordControl(ctx context.Context, movement, result string, opts ...option) (course, receipt, error)
	RefuseGuarantee(ctx context.Context, movement, reason, timeLimit string, opts ...option) (course, receipt, error)
	Release(ctx context.Context, movement, timeLimit string, opts ...option) (course, receipt, error)
	RefuseRelease(ctx context.Context, movement, reason string, opts ...option) (course, receipt, error)
	RequestCancel(ctx context.Context, movement, reason string, opts ...option) (course, receipt, error)
	RefuseCancel(ctx context.Context, movement, reason string, opts ...option) (course, receipt, error)
	Cancel(ctx context.Context, movement, reason string, opts ...option) (course, receipt, error)
	RegisterFallback(ctx context.Context, movement, startedOn, timeLimit string, opts ...option) (course, receipt, error)
	EndFallback(ctx context.Context, movement, reason string, note *transit.Note, opts ...option) (course, receipt, error)
}

// Route are the steps along the route, and those by which the document passes to another holder.
type Route interface {
	ProposeHandOff(ctx context.Context, movement string, opts ...option) (course, receipt, error)
	AcceptHandOff(ctx context.Context, movement string, opts ...option) (course, receipt, error)
	RefuseHandOff(ctx context.Context, movement, reason string, opts ...option) (course, receipt, error)
	WithdrawHandOff(ctx context.Context, movement, reason string, opts ...option) (course, receipt, error)
	RecordExit(ctx context.Context, movement string, opts ...option) (course, receipt, error)
	AskDiversion(ctx context.Context, movement, kind string, opts ...option) (course, receipt, error)
	CheckDetour(ctx context.Context, movement string, d cats.Detour) ([]transit.Violation, error)
	GrantDiversion(ctx context.Context, movement string, d cats.Detour, opts ...option) (course, receipt, error)
	RefuseDiversion(ctx context.Context, movement, reason string, opts ...option) (course, receipt, error)
	WithdrawDiversion(ctx context.Context, movement, reason string, opts ...option) (course, receipt, error)
	RegisterIncident(ctx context.Context, movement string, incident transit.Incident, opts ...option) (course, receipt, error)
	ProposeTransfer(ctx context.Context, movement, newHolder string, opts ...option) (course, receipt, error)
	AcceptTransfer(ctx context.Context, movement string, guarantees []transit.GuaranteeClaim, opts ...option) (course, receipt, error)
	RefuseTransfer(ctx context.Context, movement, reason string, opts ...option) (course, receipt, error)
	WithdrawTransfer(ctx context.Context, movement, reason string, opts ...option) (course, receipt, error)
}

// Destination are the steps at destination.
type Destination interface {
	NotifyArrival(ctx context.Context, movement string, simplified bool, opts ...option) (course, receipt, error)
	RejectArrival(ctx context.Context, movement, reason string, opts ...option) (course, receipt, error)
	Arrive(ctx context.Context, movement string, opts ...option) (course, receipt, error)
	PermitUnloading(ctx context.Context, movement string, opts ...option) (course, receipt, error)
	RemarkUnloading(ctx context.Context, movement string, r transit.UnloadingRemarks, opts ...option) (course, receipt, error)
	RejectRemarks(ctx context.Context, movement, reason string, opts ...option) (course, receipt, error)
	ReleaseGoods(ctx context.Context, movement, extent string, opts ...option) (course, receipt, error)
	RecordResults(ctx context.Context, movement, result string, opts ...option) (course, receipt, error)
	RecordDiscrepancies(
		ctx context.Context, movement, result, timeLimit string, note *transit.Note, opts ...option,
	) (course, receipt, error)
	ResolveDiscrepancies(ctx context.Context, movement, reason string, note *transit.Note, opts ...option) (course, receipt, error)
	Discharge(ctx context.Context, movement string, opts ...option) (course, receipt, error)
}

// Recovery are the steps of enquiry and recovery.
type Recovery interface {
	StartEnquiry(ctx context.Context, movement string, note *transit.Note, opts ...option) (course, receipt, error)
	AnswerEnquiry(ctx context.Context, movement string, note *transit.Note, opts ...option) (course, receipt, error)
	RespondEnquiry(ctx context.Context, movement, reason string, note *transit.Note, opts ...option) (course, receipt, error)
	CloseEnquiry(ctx context.Context, movement, reason string, opts ...option) (course, receipt, error)
	StartRecovery(ctx context.Context, movement, reason string, note *transit.Note, opts ...option) (course, receipt, error)
	AskRecovery(ctx context.Context, movement, office string, opts ...option) (course, receipt, error)
	TakeRecovery(ctx context.Context, movement string, opts ...option) (course, receipt, error)
	DeclineRecovery(ctx context.Context, movement, reason string, opts ...option) (course, receipt, error)
	NotifyGuarantor(ctx context.Context, movement string, opts ...option) (course, receipt, error)
	Claim(ctx context.Context, movement string, claims []transit.ClaimRequest, opts ...option) (course, receipt, error)
	ContestClaim(ctx context.Context, movement, grn, reason string, opts ...option) (course, receipt, error)
	PayClaim(ctx context.Context, movement, grn string, opts ...option) (course, receipt, error)
	WithdrawClaim(ctx context.Context, movement, grn, reason string, opts ...option) (course, receipt, error)
	WriteOff(ctx context.Context, movement, reason string, note *transit.Note, opts ...option) (course, receipt, error)
}

// Contents are the calls on content: who holds it, who may read it, and how it ends.
type Contents interface {
	Content(ctx context.Context, movement string) (*cats.Document, error)
	Deliver(ctx context.Context, movement, toMSP string) (*transit.Delivery, receipt, error)
	Annex(ctx context.Context, movement, digest string) (*cats.Paper, error)
	DeliverAnnex(ctx context.Context, movement, digest, toMSP string) (*transit.AnnexRef, receipt, error)
	Attach(ctx context.Context, movement string, f transit.File) (*transit.Attachment, receipt, error)
	Attachment(ctx context.Context, movement, name string) (*transit.File, error)
	Grant(ctx context.Context, r transit.GrantRequest) (*transit.Grant, receipt, error)
	Revoke(ctx context.Context, r transit.RevokeRequest) (*transit.Grant, receipt, error)
	Shared(ctx context.Context, movement string) (*cats.Document, error)
	PurgeablePage(ctx context.Context, q transit.ListQuery) (*transit.PurgeablePage, error)
	Purge(ctx context.Context, movement, holding string) (*transit.Purged, receipt, error)
}

// Guarantees are the calls of [cats.Guarantees].
type Guarantees interface {
	Register(ctx context.Context, terms transit.Terms, accessCodes []string, opts ...option) (*transit.Guarantee, receipt, error)
	ReplaceAccessCodes(ctx context.Context, grn string, accessCodes []string, opts ...option) (*transit.Guarantee, receipt, error)
	Update(ctx context.Context, grn string, changes transit.GuaranteeUpdate, opts ...option) (*transit.Guarantee, receipt, error)
	Cancel(ctx context.Context, grn string, e cats.End, opts ...option) (*transit.Guarantee, receipt, error)
	Revoke(ctx context.Context, grn string, e cats.End, opts ...option) (*transit.Guarantee, receipt, error)
	Invalidate(ctx context.Context, grn string, e cats.End, opts ...option) (*transit.Guarantee, receipt, error)
	Sell(ctx context.Context, grn, holder string, accessCodes []string, opts ...option) (*transit.Guarantee, receipt, error)
	Get(ctx context.Context, grn string) (*transit.GuaranteeView, error)
	ListPage(ctx context.Context, q transit.ListQuery) (*transit.GuaranteePage, error)
	Query(ctx context.Context, q transit.GuaranteeInquiry, accessCode string) (*transit.GuaranteeAnswer, error)
	Check(ctx context.Context, movement string) (*transit.GuaranteeCheck, error)
}

// Registry are the calls of [cats.Registry].
type Registry interface {
	Found(ctx context.Context, document []byte) (*transit.Consortium, receipt, error)
	Get(ctx context.Context) (*transit.Consortium, error)
	OfficePage(ctx context.Context, q transit.ListQuery) (*transit.OfficePage, error)
	Join(ctx context.Context, o transit.Organisation) (*transit.Organisation, receipt, error)
	Propose(ctx context.Context, id string, c transit.Change) (*transit.Proposal, receipt, error)
	Approve(ctx context.Context, id, digest string) (*transit.Proposal, receipt, error)
	Proposal(ctx context.Context, id string) (*transit.Proposal, error)
	Put(ctx context.Context, country string, entries transit.Entries) ([]transit.WrittenPage, []receipt, error)
	Page(ctx context.Context, country string, b transit.Book, page string) (*transit.Page, error)
	Operator(ctx context.Context, number string, day transit.Date) (*transit.Operator, error)
	VerifyDocument(ctx context.Context, std *transit.STD, jws []byte, operator string, at time.Time) (*signature.Proof, error)
}

// Node is what a peer tells of itself and its copy of the ledger.
type Node interface {
	MSP() string
	Info(ctx context.Context) (*transit.Info, error)
	Height(ctx context.Context) (uint64, error)
	Await(ctx context.Context, transactionID string) (uint64, error)
	EventsAfter(ctx context.Context, at cats.Position) iter.Seq2[*cats.Event, error]
	Check(ctx context.Context) (*fsck.Report, error)
}
