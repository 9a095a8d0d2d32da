package cats

import (
	"context"
	"crypto/rand"
	"fmt"

	"github.com/hyperledger/fabric-gateway/pkg/client"

	"carec.example/cats/chaincode/transit"
)

// Document is the content of a movement together with the record that vouches for it.
type Document struct {
	Movement *transit.Movement
	// STD is joined from the sections, each of which has the digest on the record.
	STD *transit.STD
	// Sealed are the sections with their salts, byte for byte as the organisation holds them.
	Sealed []transit.SealedSection
}

// Content reads the content at a peer of the own organisation and checks it: every
// section must have the digest that stands on the public record, whatever the peer
// says. A section that does not is a CONTENT_MISMATCH fault.
func (m *Movements) Content(ctx context.Context, movement string) (*Document, error) {
	view, err := m.Get(ctx, movement)
	if err != nil {
		return nil, err
	}
	content, err := m.sealed(ctx, movement)
	if err != nil {
		return nil, err
	}
	std, err := verify(view.Movement, content)
	if err != nil {
		return nil, &Error{Op: string(transit.FnGetContent), Class: Internal, cause: err,
			Fault: transit.Faultf(transit.ContentMismatch, "the peer's content of %s is not that of the record: %v", movement, err)}
	}
	return &Document{Movement: view.Movement, STD: std, Sealed: content.Sections}, nil
}

// Deliver writes the content, as the own organisation holds it, into the private
// collection of a further country of the itinerary. That country's peer alone
// endorses, after checking the content against the record's digests.
func (m *Movements) Deliver(ctx context.Context, movement, toMSP string) (*transit.Delivery, Receipt, error) {
	content, err := m.sealed(ctx, movement)
	if err != nil {
		return nil, Receipt{}, err
	}
	sections := map[string][]byte{}
	for _, s := range content.Sections {
		sections[s.Name] = s.Value
	}
	return change[transit.Delivery](ctx, m.c, &call{
		fn: transit.FnDeliver, prepare: fixed(transit.DeliverRequest{Movement: movement, To: toMSP}),
		transient: sections, endorsers: []string{toMSP},
	})
}

func (m *Movements) sealed(ctx context.Context, movement string) (*transit.Content, error) {
	key := make([]byte, transit.SeedLength)
	if _, err := rand.Read(key); err != nil {
		return nil, &Error{Op: string(transit.FnGetContent), Class: Internal, cause: err}
	}
	encrypted, err := query[transit.EncryptedContent](ctx, m.c, transit.FnGetContent, transit.MovementQuery{Movement: movement},
		at(m.c.MSP()), client.WithTransient(map[string][]byte{transit.TransientReaderKey: key}))
	if err != nil {
		return nil, err
	}
	content, err := transit.DecryptContent(key, encrypted)
	if err != nil {
		return nil, &Error{Op: string(transit.FnGetContent), Class: Internal, cause: err}
	}
	return content, nil
}

// verify unseals every section under the digest of the record and joins them.
func verify(record *transit.Movement, content *transit.Content) (*transit.STD, error) {
	values := map[string][]byte{}
	for _, s := range content.Sections {
		values[s.Name] = s.Value
	}
	sections := make([]transit.Section, 0, len(record.Sections))
	for _, want := range record.Sections {
		value, held := values[want.Name]
		if !held {
			return nil, fmt.Errorf("section %s is missing", want.Name)
		}
		section, err := transit.UnsealSection(value, want)
		if err != nil {
			return nil, err
		}
		sections = append(sections, section)
	}
	return transit.JoinSections(sections)
}
