package cats

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"

	"github.com/hyperledger/fabric-gateway/pkg/client"

	"carec.example/cats/chaincode/transit"
)

// A step can bring a confidential paper, its annex. It goes to the own organisation's peer alone, in a transaction before the
// step, which then names its digest. Both transactions derive from what is said: the same step with the same paper, taken again
// after a crash or an unknown outcome, continues where the first time stopped. It is known again while the record remembers the
// step's message and no further annex has come; whoever means the same once more says so by a fresh [MessageID].

// taker is a way to take a step: [Movements.step], or with the queues of the guarantees.
type taker func(context.Context, transit.Function, transit.StepRequest, []CallOption) (*transit.Course, Receipt, error)

// noted takes a step with a note, or without when it is nil.
func (m *Movements) noted(
	ctx context.Context, s transit.Step, request transit.StepRequest, note *transit.Note, take taker, opts []CallOption,
) (*transit.Course, Receipt, error) {
	if note == nil {
		return take(ctx, s.Function(), request, opts)
	}
	return m.annexed(ctx, s, request, paper{transit.AnnexNote, note}, take, opts)
}

// paper is an annex before it is sealed.
type paper struct {
	kind    transit.AnnexKind
	content any
}

// annexed takes a step with an annex.
func (m *Movements) annexed(
	ctx context.Context, s transit.Step, request transit.StepRequest, p paper, take taker, opts []CallOption,
) (*transit.Course, Receipt, error) {
	view, err := m.Get(ctx, request.Movement)
	if err != nil {
		return nil, Receipt{}, err
	}
	content, err := transit.Canonical(p.content)
	if err != nil {
		return nil, Receipt{}, &Error{Op: string(transit.FnAnnex), Class: Refused, cause: err,
			Fault: transit.Faultf(transit.InvalidDocument, "the annex has no canonical form: %v", err)}
	}
	record := view.Movement
	messageOf := func(annexes int) string {
		return m.c.derivedMessageID("annexed step", []byte(s), []byte(record.ID), content, fmt.Append(nil, annexes))
	}
	message := callOptions(opts).messageID
	if message == "" {
		message = messageOf(len(record.Annexes))
		// The annexes count on with the step: one repeated after its commit would come as the next.
		if before := messageOf(len(record.Annexes) - 1); !resuming(ctx) && record.Recorded(m.c.actor(), before) {
			return &record.Course, Receipt{MessageID: before}, nil
		}
	}
	ref, first, err := change[transit.AnnexRef](ctx, m.c, &call{
		fn: transit.FnAnnex, prepare: fixed(transit.AnnexRequest{Movement: record.ID, Kind: p.kind}), endorsers: []string{m.c.MSP()},
		transient: map[string][]byte{transit.TransientAnnex: content, transit.TransientSalt: m.c.derive("annex salt", []byte(message), content)},
	})
	if err != nil {
		return nil, Receipt{}, err
	}
	request.Annex = ref
	// The message is ours alone, so finding it on the record means that an earlier try got through.
	course, receipt, err := take(ctx, s.Function(), request, append(opts[:len(opts):len(opts)], MessageID(message)))
	receipt.Latency += first.Latency
	return course, receipt, err
}

// Paper is an annex as the own organisation holds it, verified against the record.
type Paper struct {
	transit.Annex
	// Content is the canonical JSON of a [transit.Note] or of what else the kind says.
	Content json.RawMessage `json:"content"`
	// Sealed is the content with its salt, byte for byte.
	Sealed []byte `json:"-"`
}

// Annex reads an annex of the record at a peer of the own organisation and checks it against the digest on the record, whatever
// the peer says. Faults: NOT_FOUND when there is none of this digest or it has not been delivered here yet, CONTENT_MISMATCH.
func (m *Movements) Annex(ctx context.Context, movement, digest string) (*Paper, error) {
	view, err := m.Get(ctx, movement)
	if err != nil {
		return nil, err
	}
	for _, a := range view.Movement.Annexes {
		if a.Digest == digest {
			return m.paper(ctx, view.Movement, a)
		}
	}
	return nil, &Error{Op: string(transit.FnGetAnnex), Class: Refused,
		Fault: transit.Faultf(transit.NotFound, "movement %s has no annex of this digest", view.Movement.Reference()).At("/digest")}
}

func (m *Movements) paper(ctx context.Context, record *transit.Movement, a transit.Annex) (*Paper, error) {
	key := make([]byte, transit.SeedLength)
	if _, err := rand.Read(key); err != nil {
		return nil, &Error{Op: string(transit.FnGetAnnex), Class: Internal, cause: err}
	}
	encrypted, err := query[transit.EncryptedContent](ctx, m.c, transit.FnGetAnnex, transit.AnnexQuery{Movement: record.ID, Digest: a.Digest},
		at(m.c.MSP()), client.WithTransient(map[string][]byte{transit.TransientReaderKey: key}))
	if err != nil {
		return nil, err
	}
	content, err := transit.DecryptContent(key, encrypted)
	if err != nil {
		return nil, &Error{Op: string(transit.FnGetAnnex), Class: Internal, cause: err}
	}
	for _, s := range content.Sections {
		section, err := transit.UnsealSection(s.Value, transit.SectionDigest{Name: string(a.Kind), Digest: a.Digest})
		if err == nil {
			return &Paper{Annex: a, Content: section.Content, Sealed: s.Value}, nil
		}
	}
	return nil, &Error{Op: string(transit.FnGetAnnex), Class: Internal,
		Fault: transit.Faultf(transit.ContentMismatch, "the peer's annex of %s is not that of the record", record.Reference())}
}

// DeliverAnnex writes an annex, as the own organisation holds it, into the private collection of another country of the
// itinerary. That country's peer alone endorses, after checking it against the record's digest.
func (m *Movements) DeliverAnnex(ctx context.Context, movement, digest, toMSP string) (*transit.AnnexRef, Receipt, error) {
	p, err := m.Annex(ctx, movement, digest)
	if err != nil {
		return nil, Receipt{}, err
	}
	return change[transit.AnnexRef](ctx, m.c, &call{
		fn: transit.FnDeliverAnnex, prepare: fixed(transit.DeliverAnnexRequest{Movement: movement, Digest: digest, To: toMSP}),
		transient: map[string][]byte{transit.TransientAnnex: p.Sealed}, endorsers: []string{toMSP},
	})
}
