package cats

import (
	"context"
	"slices"

	"carec.example/cats/chaincode/transit"
)

// Grant lets an organisation read parts of the content until a day; a grantee's former grant is replaced. Parts are names
// of sections and attachments. Only the declarant grants. The courier of the country of departure brings the parts there,
// or whoever holds them, with [Movements.Deliver].
func (m *Movements) Grant(ctx context.Context, r transit.GrantRequest) (*transit.Grant, Receipt, error) {
	return change[transit.Grant](ctx, m.c, &call{fn: transit.FnGrant, prepare: fixed(r)})
}

// Revoke ends a grant: from then on nothing more is read under it. What was read is read.
func (m *Movements) Revoke(ctx context.Context, r transit.RevokeRequest) (*transit.Grant, Receipt, error) {
	return change[transit.Grant](ctx, m.c, &call{fn: transit.FnRevoke, prepare: fixed(r)})
}

// Shared reads the sections that a grant shows to the client, at a peer of its own organisation, and checks each against
// the digest on the public record. The document holds these sections alone.
func (m *Movements) Shared(ctx context.Context, movement string) (*Document, error) {
	view, err := m.Get(ctx, movement)
	if err != nil {
		return nil, err
	}
	content, err := m.encrypted(ctx, transit.FnGetShared, transit.MovementQuery{Movement: movement})
	if err != nil {
		return nil, err
	}
	wanted := slices.DeleteFunc(slices.Clone(view.Movement.Sections), func(d transit.SectionDigest) bool {
		return valueOf(content, d.Name) == nil
	})
	sections, err := unseal(wanted, content)
	if err != nil {
		return nil, mismatch(transit.FnGetShared, movement, err)
	}
	std, err := transit.MergeSections(sections)
	if err != nil {
		return nil, mismatch(transit.FnGetShared, movement, err)
	}
	return &Document{Movement: view.Movement, STD: std, Sealed: content.Sections}, nil
}
