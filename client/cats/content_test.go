package cats

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"carec.example/cats/chaincode/transit"
	"github.com/stretchr/testify/require"
)

// gallery is a route whose movements are shown to others.
type gallery struct {
	*route
	shares map[string][]transit.Share
	// empty: the own country has purged its content.
	empty map[string]bool
}

func (g *gallery) get(ctx context.Context, id string) (*transit.MovementView, error) {
	view, err := g.route.get(ctx, id)
	if err != nil {
		return nil, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	view.Deliveries[0].Delivered = !g.empty[id]
	for _, s := range g.shares[id] {
		if g.delivered[Pending{Movement: id, To: s.MSP}] > 0 {
			s.Missing = nil
		}
		view.Shared = append(view.Shared, s)
	}
	return view, nil
}

// tell adds an event of a movement that is not released yet.
func (g *gallery) tell(id string, step transit.EventStep, shares ...transit.Share) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.movements[id] == nil {
		m := &transit.Movement{Course: transit.Course{ID: id, State: transit.Accepted, Legs: []transit.Leg{{MSP: "CNMSP"}, {MSP: "KZMSP"}}}}
		g.movements[id] = m
	}
	m := *g.movements[id]
	m.Grants = nil
	for _, s := range shares {
		m.Grants = append(m.Grants, s.Grant)
	}
	g.movements[id], g.shares[id] = &m, shares
	step.ID = id
	g.events = append(g.events, &Event{BlockNumber: uint64(len(g.events) + 1), Payload: transit.EventPayload{Steps: []transit.EventStep{step}}})
	close(g.news)
	g.news = make(chan struct{})
}

func share(to string, live bool) transit.Share {
	return transit.Share{Grant: transit.Grant{MSP: to, Parts: []string{transit.SectionGoods}}, Live: live, Missing: []string{transit.SectionGoods}}
}

func TestCourierBringsWhatIsGranted(t *testing.T) {
	g := &gallery{route: newRoute(), shares: map[string][]transit.Share{}, empty: map[string]bool{}}
	store, err := NewFileStore(filepath.Join(t.TempDir(), "courier.json"))
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- newCourier(g, store, WithBackOff(time.Millisecond, 5*time.Millisecond)).Run(ctx) }()
	granted := transit.EventStep{Record: "grant", Step: "Grant"}
	g.tell("CN1", granted, share("CGMMSP", true), share("CARECMSP", false))
	eventually(t, func() bool { return g.count("CN1", "CGMMSP") == 1 })
	g.tell("CN2", transit.EventStep{Record: "attachment", Step: "Attach"}, share("CARECMSP", true))
	g.tell("CN3", transit.EventStep{Record: "movement", Step: string(transit.StepAmend)}, share("CARECMSP", true))
	eventually(t, func() bool { return g.count("CN2", "CARECMSP") == 1 && g.count("CN3", "CARECMSP") == 1 })
	g.empty["CN4"] = true
	g.tell("CN4", granted, share("CGMMSP", true))
	g.set(true, "KGMSP")
	g.tell("CN5", granted, share("KGMSP", true))
	g.tell("CN6", granted, share("CGMMSP", true))
	eventually(t, func() bool { return g.count("CN6", "CGMMSP") == 1 })
	g.tell("CN5", transit.EventStep{Record: "grant", Step: "Revoke"}) // The grantee is down, and the grant ends.
	eventually(t, func() bool {
		kept, err := store.Load()
		return err == nil && len(kept.Pending) == 0
	})
	cancel()
	require.NoError(t, <-done)
	require.Zero(t, g.count("CN1", "CARECMSP"), "a grant that is over")
	require.Zero(t, g.count("CN1", "KZMSP"), "not released")
	require.Zero(t, g.count("CN4", "CGMMSP"), "nothing is left to bring")
	require.Zero(t, g.count("CN5", "KGMSP"))
}

func TestWhatADeliveryBrings(t *testing.T) {
	m := &transit.Movement{
		Course: transit.Course{ReleasedAt: "2026-11-24T06:00:00Z", Legs: []transit.Leg{{MSP: "CNMSP"}, {MSP: "KZMSP"}}},
		Declared: transit.Declared{
			Sections:    []transit.SectionDigest{{Name: "parties"}, {Name: "goods"}},
			Attachments: []transit.Attachment{{Name: "attachment-1"}, {Name: "attachment-2"}},
			Grants:      []transit.Grant{{MSP: "CGMMSP", Parts: []string{"goods", "attachment-2"}, Until: "2026-12-01"}},
		},
	}
	now := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		to              string
		missing         []string
		sections, files []string
	}{
		"everything to a country that has nothing": {"KZMSP", []string{"parties", "goods", "attachment-1", "attachment-2"},
			[]string{"parties", "goods"}, []string{"attachment-1", "attachment-2"}},
		"a new file alone":                       {"KZMSP", []string{"attachment-2"}, nil, []string{"attachment-2"}},
		"all sections when one is missing":       {"KZMSP", []string{"goods"}, []string{"parties", "goods"}, nil},
		"the sections once more when nothing is": {"KZMSP", nil, []string{"parties", "goods"}, nil},
		"what is granted":                        {"CGMMSP", []string{"goods", "attachment-2"}, []string{"goods"}, []string{"attachment-2"}},
		"and the ledger says no to others":       {"CARECMSP", nil, transit.SectionNames(), nil},
	} {
		view := &transit.MovementView{Movement: m}
		if c.to == "KZMSP" {
			view.Deliveries = []transit.Delivery{{MSP: c.to, Missing: c.missing}}
		} else {
			view.Shared = []transit.Share{{Grant: transit.Grant{MSP: c.to}, Live: true, Missing: c.missing}}
		}
		sections, files := toBring(view, c.to, now)
		require.Equal(t, c.sections, sections, name)
		require.Equal(t, c.files, files, name)
	}
}

// attic is what a keeper finds.
type attic struct {
	due    []*transit.Purgeable
	broken map[string]bool
	listed error
	mu     sync.Mutex
	purged []string
}

func (a *attic) MSP() string { return "CGMMSP" }

func (a *attic) purgeable(context.Context) iter.Seq2[*transit.Purgeable, error] {
	return func(yield func(*transit.Purgeable, error) bool) {
		for _, p := range a.due {
			if !yield(p, nil) {
				return
			}
		}
		if a.listed != nil {
			yield(nil, a.listed)
		}
	}
}

func (a *attic) purge(_ context.Context, p *transit.Purgeable) (Receipt, error) {
	if a.broken[p.Movement] {
		return Receipt{}, errors.New("not now")
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.purged = append(a.purged, p.Movement+" "+p.Holding)
	return Receipt{}, nil
}

func TestKeeperPurgesWhatItCan(t *testing.T) {
	a := &attic{broken: map[string]bool{"B": true}, due: []*transit.Purgeable{
		{Movement: "A", Holding: "1"}, {Movement: "B", Holding: "1"}, {Movement: "C", Holding: "attachment-1"},
	}}
	k := &Keeper{ledger: a, log: slog.New(slog.DiscardHandler), every: time.Millisecond}
	n, err := k.Once(context.Background())
	require.EqualError(t, err, "not now", "one that cannot be purged now keeps no other")
	require.Equal(t, 2, n)
	require.Equal(t, []string{"A 1", "C attachment-1"}, a.purged)
	a.listed = errors.New("no peer")
	_, err = k.Once(context.Background())
	require.EqualError(t, err, "no peer")

	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- k.Run(ctx) }()
	eventually(t, func() bool {
		a.mu.Lock()
		defer a.mu.Unlock()
		return len(a.purged) > 8
	})
	cancel()
	require.NoError(t, <-done, "it goes on until it is told to end, whatever fails")
}

func TestAFileIsAttachedOnceAndSeenByTheCountryOfDepartureAlone(t *testing.T) {
	view := &transit.MovementView{Movement: &transit.Movement{Course: transit.Course{ID: "CN0123456789AB", Legs: []transit.Leg{{MSP: "CNMSP"}}}}}
	f := transit.File{Name: "invoice.pdf", MediaType: "application/pdf", Data: []byte("confidential")}
	p := &mockPeer{onEvaluate: func(*invocation) ([]byte, error) { return asJSON(t, view), nil }}
	p.onEndorse = func(i *invocation) ([]byte, error) {
		if i.fn == transit.FnPublishAttachment {
			require.Empty(t, i.transient, "the others see no content")
			require.NotContains(t, string(i.argument), "invoice")
			var r transit.PublishAttachmentRequest
			i.decode(t, &r)
			a := transit.Attachment{Name: r.Name, Digest: r.Digest}
			view.Movement.Attachments = append(view.Movement.Attachments, a)
			return asJSON(t, a), nil
		}
		require.Equal(t, transit.FnAttach, i.fn)
		require.Equal(t, []string{"CNMSP"}, i.orgs)
		_, digest, err := transit.SealFile("attachment-1", &f, i.transient[transit.TransientSalt])
		require.NoError(t, err)
		return asJSON(t, transit.Attachment{Name: "attachment-1", Digest: digest.Digest}), nil
	}
	c := connectTo(t, p)
	first, _, err := c.Movements().Attach(context.Background(), "CN0123456789AB", f)
	require.NoError(t, err)
	again, _, err := c.Movements().Attach(context.Background(), "CN0123456789AB", f)
	require.NoError(t, err)
	require.Equal(t, first.Digest, again.Digest)
	require.Len(t, view.Movement.Attachments, 1)
	require.Len(t, p.proposals(), 2)
	endorse := p.onEndorse
	p.onEndorse = func(i *invocation) ([]byte, error) {
		require.Equal(t, transit.FnAttach, i.fn, "what another file was made of is not published")
		return asJSON(t, transit.Attachment{Name: "attachment-2", Digest: first.Digest}), nil
	}
	_, _, err = c.Movements().Attach(context.Background(), "CN0123456789AB", transit.File{Name: "b.pdf", MediaType: "a/b", Data: []byte("x")})
	var lied *Error
	require.ErrorAs(t, err, &lied)
	require.Equal(t, transit.ContentMismatch, lied.Fault.Code)
	p.onEndorse = endorse
	_, _, err = c.Movements().Attach(context.Background(), "CN0123456789AB", transit.File{Name: "../x", MediaType: "a/b", Data: []byte("x")})
	var refused *Error
	require.ErrorAs(t, err, &refused)
	require.Equal(t, transit.MalformedRequest, refused.Fault.Code, "refused before anything is sent")
}

// TestWhatAPeerMakesUpIsNotBelieved: whatever the own peer answers, a part without its digest on the record is refused.
func TestWhatAPeerMakesUpIsNotBelieved(t *testing.T) {
	seed := make([]byte, transit.SeedLength)
	value, digest, err := transit.SealSection(transit.Section{Name: "goods", Content: []byte(`{}`)}, seed)
	require.NoError(t, err)
	file, fileDigest, err := transit.SealFile("attachment-1", &transit.File{Name: "a", MediaType: "a/b", Data: []byte("x")}, seed)
	require.NoError(t, err)
	view := &transit.MovementView{Movement: &transit.Movement{
		Course: transit.Course{ID: "CN0123456789AB"},
		Declared: transit.Declared{
			Sections:    []transit.SectionDigest{{Name: "parties", Digest: "00"}, digest},
			Attachments: []transit.Attachment{{Name: "attachment-1", Digest: fileDigest.Digest}},
		},
	}}
	lie := func(v []byte) []byte { return append(slices.Clone(v), ' ') }
	alter := func(v []byte) []byte { return v }
	p := &mockPeer{onEvaluate: func(i *invocation) ([]byte, error) {
		if i.fn == transit.FnGetMovement {
			return asJSON(t, view), nil
		}
		require.Equal(t, []string{"CNMSP"}, i.orgs, "asked at the own peer only")
		part := transit.SealedSection{Name: "goods", Value: alter(value)}
		if i.fn == transit.FnGetAttachment {
			part = transit.SealedSection{Name: "attachment-1", Value: alter(file)}
		}
		e, err := transit.EncryptContent(i.transient[transit.TransientReaderKey], i.txID, &transit.Content{Sections: []transit.SealedSection{part}})
		require.NoError(t, err)
		return asJSON(t, e), nil
	}}
	m := connectTo(t, p).Movements()
	d, err := m.Shared(context.Background(), "CN0123456789AB")
	require.NoError(t, err)
	require.Len(t, d.Sealed, 1)
	f, err := m.Attachment(context.Background(), "CN0123456789AB", "attachment-1")
	require.NoError(t, err)
	require.Equal(t, []byte("x"), f.Data)
	alter = lie
	for name, read := range map[string]func() error{
		"a section": func() error { _, err := m.Shared(context.Background(), "CN0123456789AB"); return err },
		"a file": func() error {
			_, err := m.Attachment(context.Background(), "CN0123456789AB", "attachment-1")
			return err
		},
	} {
		var failed *Error
		require.ErrorAs(t, read(), &failed, name)
		require.Equal(t, transit.ContentMismatch, failed.Fault.Code, name)
	}
	_, err = m.Attachment(context.Background(), "CN0123456789AB", "attachment-2")
	require.ErrorIs(t, err, &transit.Fault{Code: transit.NotFound})
}
