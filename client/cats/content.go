package cats

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"time"

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
	// Signature is the declarant's, verified here once more; nil when the content is not signed.
	Signature *DocumentSignature
}

// Content reads the content at a peer of the own organisation and checks it: every
// section must have the digest that stands on the public record, whatever the peer
// says. A section that does not is a CONTENT_MISMATCH fault. A signature that does not
// hold is no error: what it is about stands on the record all the same.
func (m *Movements) Content(ctx context.Context, movement string) (*Document, error) {
	view, err := m.Get(ctx, movement)
	if err != nil {
		return nil, err
	}
	content, err := m.sealed(ctx, movement)
	if err != nil {
		return nil, err
	}
	std, sections, err := verify(view.Movement, content)
	if err != nil {
		return nil, mismatch(transit.FnGetContent, movement, err)
	}
	return &Document{
		Movement: view.Movement, STD: std, Sealed: content.Sections, Signature: m.signatureOf(ctx, view.Movement, std, sections),
	}, nil
}

// Deliver brings what an organisation may hold and does not hold yet into its private collection: all sections and files
// to a further country of the itinerary, or what grants show to a grantee. The receiving organisation's peer alone
// endorses, after checking each part against the record's digests. The receipt is that of the last transaction; when
// nothing was missing, the sections are brought once more.
func (m *Movements) Deliver(ctx context.Context, movement, toMSP string) (*transit.Delivery, Receipt, error) {
	view, err := m.Get(ctx, movement)
	if err != nil {
		return nil, Receipt{}, err
	}
	return m.bring(ctx, &load{view: view}, toMSP)
}

// load is a movement's content on its way: what is to be brought where as the movement was seen, and the sections, read
// when the first receiver needs them and brought to the others as they are.
type load struct {
	view     *transit.MovementView
	sections *transit.Content
}

// bring is [Movements.Deliver] of a load.
func (m *Movements) bring(ctx context.Context, l *load, toMSP string) (*transit.Delivery, Receipt, error) {
	sections, files := toBring(l.view, toMSP, time.Now())
	movement := l.view.Movement.ID
	done, receipt := &transit.Delivery{MSP: toMSP, Delivered: true, State: transit.Delivered}, Receipt{}
	var err error
	if len(sections) > 0 {
		if done, receipt, err = m.bringSections(ctx, l, toMSP, sections); err != nil {
			return nil, Receipt{}, err
		}
	}
	for _, name := range files {
		if done, receipt, err = m.bringFile(ctx, movement, toMSP, name); err != nil {
			return nil, Receipt{}, err
		}
	}
	return done, receipt, nil
}

// toBring tells which sections and files to bring. The ledger takes all sections that the receiver may hold, or none.
func toBring(view *transit.MovementView, to string, now time.Time) (sections, files []string) {
	m := view.Movement
	missing, may := missingAt(view, to), map[string]bool{}
	for _, p := range m.MayStand(to, now) {
		may[p.Name] = true
	}
	for _, a := range m.Attachments {
		if may[a.Name] && slices.Contains(missing, a.Name) {
			files = append(files, a.Name)
		}
	}
	due := len(files) == 0
	for _, s := range m.Sections {
		if may[s.Name] {
			sections = append(sections, s.Name)
			due = due || slices.Contains(missing, s.Name)
		}
	}
	if len(may) == 0 {
		// The ledger says why not.
		return transit.SectionNames(), nil
	}
	if !due {
		sections = nil
	}
	return sections, files
}

// missingAt lists the parts that an organisation may hold and does not hold, as the view tells.
func missingAt(view *transit.MovementView, msp string) []string {
	var out []string
	for _, d := range view.Deliveries {
		if d.MSP == msp {
			out = append(out, d.Missing...)
		}
	}
	for _, s := range view.Shared {
		if s.MSP == msp && s.Live {
			out = append(out, s.Missing...)
		}
	}
	return out
}

func (m *Movements) bringSections(ctx context.Context, l *load, to string, names []string) (*transit.Delivery, Receipt, error) {
	movement := l.view.Movement.ID
	if l.sections == nil {
		content, err := m.sealed(ctx, movement)
		if err != nil {
			return nil, Receipt{}, err
		}
		l.sections = content
	}
	sections := map[string][]byte{}
	for _, s := range l.sections.Sections {
		if slices.Contains(names, s.Name) {
			sections[s.Name] = s.Value
		}
	}
	return change[transit.Delivery](ctx, m.c, &call{
		fn: transit.FnDeliver, prepare: fixed(transit.DeliverRequest{Movement: movement, To: to}),
		transient: sections, endorsers: []string{to},
	})
}

func (m *Movements) bringFile(ctx context.Context, movement, to, name string) (*transit.Delivery, Receipt, error) {
	sealed, err := m.sealedFile(ctx, movement, name)
	if err != nil {
		return nil, Receipt{}, err
	}
	return change[transit.Delivery](ctx, m.c, &call{
		fn: transit.FnDeliver, prepare: fixed(transit.DeliverRequest{Movement: movement, To: to, Attachment: name}),
		transient: map[string][]byte{transit.TransientAttachment: sealed}, endorsers: []string{to},
	})
}

func (m *Movements) sealed(ctx context.Context, movement string) (*transit.Content, error) {
	return m.encrypted(ctx, transit.FnGetContent, transit.MovementQuery{Movement: movement})
}

// encrypted asks a function of content at a peer of the own organisation, under a key made for this one answer.
func (m *Movements) encrypted(ctx context.Context, fn transit.Function, request any) (*transit.Content, error) {
	key := make([]byte, transit.SeedLength)
	if _, err := rand.Read(key); err != nil {
		return nil, &Error{Op: string(fn), Class: Internal, cause: err}
	}
	encrypted, err := query[transit.EncryptedContent](ctx, m.c, fn, request,
		at(m.c.MSP()), client.WithTransient(map[string][]byte{transit.TransientReaderKey: key}))
	if err != nil {
		return nil, err
	}
	content, err := transit.DecryptContent(key, encrypted)
	if err != nil {
		return nil, &Error{Op: string(fn), Class: Internal, cause: err}
	}
	return content, nil
}

// mismatch is the error for content that is not what the record vouches for.
func mismatch(fn transit.Function, movement string, err error) error {
	return &Error{Op: string(fn), Class: Internal, cause: err,
		Fault: transit.Faultf(transit.ContentMismatch, "the peer's content of %s is not that of the record: %v", movement, err)}
}

// verify unseals every section under the digest of the record and joins them.
func verify(record *transit.Movement, content *transit.Content) (*transit.STD, []transit.Section, error) {
	sections, err := unseal(record.Sections, content)
	if err != nil {
		return nil, nil, err
	}
	std, err := transit.JoinSections(sections)
	return std, sections, err
}

// unseal opens the wanted sections, each of which must be there under its digest.
func unseal(wanted []transit.SectionDigest, content *transit.Content) ([]transit.Section, error) {
	sections := make([]transit.Section, 0, len(wanted))
	for _, want := range wanted {
		value := valueOf(content, want.Name)
		if value == nil {
			return nil, fmt.Errorf("section %s is missing", want.Name)
		}
		section, err := transit.UnsealSection(value, want)
		if err != nil {
			return nil, err
		}
		sections = append(sections, section)
	}
	return sections, nil
}

func valueOf(content *transit.Content, name string) []byte {
	for _, s := range content.Sections {
		if s.Name == name {
			return s.Value
		}
	}
	return nil
}
