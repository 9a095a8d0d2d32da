package cats

import (
	"context"
	"errors"
	"fmt"

	"carec.example/cats/chaincode/transit"
	"github.com/hyperledger/fabric-gateway/pkg/client"
)

// Lodge lodges a declaration (IE015) in two transactions: the content goes into
// the private collection of the country of departure, whose peer alone sees and
// endorses it; then the face that this peer computed becomes the public record.
//
// Lodging the same content again under the same identity, after a crash or an
// unknown outcome, continues where the first time stopped and returns the same
// record: salt and message identification derive from the content and a secret of
// the client. The same LRN with another content is refused (ALREADY_EXISTS).
//
// Where the declarant's country asks for signatures, the content is signed with the
// client's own key, unless [WithSigner] or [Signed] says otherwise.
//
// A faulty document is refused with INVALID_DOCUMENT and all its violations.
func (m *Movements) Lodge(ctx context.Context, std *transit.STD, opts ...CallOption) (*transit.Movement, Receipt, error) {
	d, err := m.deposit(std, 1)
	if err != nil {
		return nil, Receipt{}, err
	}
	return m.publish(ctx, transit.FnLodge, d, opts)
}

// Amend replaces the content of a declaration before release (IE013). The LRN, the
// holder and the office of departure stay.
func (m *Movements) Amend(
	ctx context.Context, movement string, std *transit.STD, opts ...CallOption,
) (*transit.Movement, Receipt, error) {
	view, err := m.Get(ctx, movement)
	if err != nil {
		return nil, Receipt{}, err
	}
	d, err := m.deposit(std, view.Movement.Version+1)
	if err != nil {
		return nil, Receipt{}, err
	}
	d.movement = view.Movement.ID
	// The version counts on with each amendment: one repeated after its commit would come as the next.
	if again, err := m.deposit(std, view.Movement.Version); err == nil && !resuming(ctx) && view.Movement.Recorded(m.c.actor(), again.messageID) {
		return view.Movement, Receipt{MessageID: again.messageID}, nil
	}
	return m.publish(ctx, transit.FnAmend, d, opts)
}

// DryRun checks a declaration against all rules at the peer of its country of
// departure without writing anything. It returns the face that the public record
// would show. The violations stand in the fault of the error.
func (m *Movements) DryRun(ctx context.Context, std *transit.STD) (*transit.Face, error) {
	d, err := m.deposit(std, 1)
	if err != nil {
		return nil, err
	}
	if err := m.sign(ctx, d, nil); err != nil {
		return nil, err
	}
	msp, err := m.c.customsOf(ctx, d.request.Departure)
	if err != nil {
		return nil, err
	}
	return query[transit.Face](ctx, m.c, transit.FnDeposit, d.request, at(msp), client.WithTransient(d.transient))
}

// deposit is a content on its way to the ledger.
type deposit struct {
	std       *transit.STD
	request   transit.DepositRequest
	transient map[string][]byte
	messageID string
	// movement identification, when known beforehand.
	movement string
}

func (m *Movements) deposit(std *transit.STD, version int) (*deposit, error) {
	content, err := transit.Canonical(std)
	if err != nil {
		return nil, &Error{Op: string(transit.FnDeposit), Class: Refused, Fault: transit.Faultf(transit.InvalidDocument,
			"the document has no canonical form: %v", err), cause: err}
	}
	d := &deposit{std: std, request: transit.DepositRequest{
		Departure: std.DepartureOffice.ReferenceNumber, LRN: std.TransitOperation.LRN, Version: version,
	}}
	v := fmt.Append(nil, version)
	d.transient = map[string][]byte{transit.TransientSTD: content, transit.TransientSalt: m.c.derive("salt", content, v)}
	d.messageID = m.c.derivedMessageID("lodge", content, v)
	return d, nil
}

// publish deposits a content and puts its face on the public record.
func (m *Movements) publish(ctx context.Context, fn transit.Function, d *deposit, opts []CallOption) (*transit.Movement, Receipt, error) {
	cfg := callOptions(opts)
	if cfg.messageID != "" {
		d.messageID = cfg.messageID
	}
	msp, err := m.c.customsOf(ctx, d.request.Departure)
	if err != nil {
		return nil, Receipt{}, err
	}
	if err := m.sign(ctx, d, cfg.signature); err != nil {
		return nil, Receipt{}, err
	}
	if m.c.elsewhere != nil && !resuming(ctx) {
		// Nobody is asked to sign what an earlier try has lodged.
		if record, receipt, err := m.lodgedBefore(ctx, d, &transit.Fault{Code: transit.AlreadyExists}); err == nil {
			return record, receipt, nil
		}
	}
	face, first, err := change[transit.Face](ctx, m.c, &call{
		fn: transit.FnDeposit, prepare: fixed(d.request), transient: d.transient, endorsers: []string{msp},
	})
	if err != nil {
		m.c.asked.refused(err)
		return m.lodgedBefore(ctx, d, err)
	}
	request := transit.LodgeRequest{Header: transit.Header{MessageID: d.messageID, ExpectedSeq: cfg.expectedSeq}, Face: *face}
	// The message is ours alone, so finding it on the record means that an earlier try got through.
	record, receipt, err := change[transit.Movement](ctx, m.c, &call{
		fn: fn, prepare: fixed(request), messageID: d.messageID, repeat: true, recorded: m.recorded(face.ID, d.messageID), writes: true,
	})
	if err == nil {
		m.c.movements.keep(&record.Course)
	}
	receipt.Latency += first.Latency
	return record, receipt, err
}

// lodgedBefore looks whether a refused deposit was lodged by an earlier try.
func (m *Movements) lodgedBefore(ctx context.Context, d *deposit, refused error) (*transit.Movement, Receipt, error) {
	var fault *transit.Fault
	if !errors.As(refused, &fault) {
		return nil, Receipt{}, refused
	}
	if d.movement == "" {
		id, err := transit.NewMovementID(transit.OfficeCountry(d.request.Departure), m.c.MSP(), m.c.id.Operator, d.request.LRN)
		if err != nil {
			return nil, Receipt{}, refused
		}
		d.movement = id.String()
	}
	view, err := m.Get(ctx, d.movement)
	if err != nil || !view.Movement.Recorded(m.c.actor(), d.messageID) {
		return nil, Receipt{}, refused
	}
	return view.Movement, Receipt{MessageID: d.messageID}, nil
}
