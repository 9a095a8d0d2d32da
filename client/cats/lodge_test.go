package cats

import (
	"context"
	"sync"
	"testing"

	"carec.example/cats/chaincode/transit"
	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// office is a ledger that takes declarations at a mock peer.
type office struct {
	t  *testing.T
	mu sync.Mutex
	// record is the lodged movement, if any.
	record *transit.Movement
	// lose makes the next Lodge commit without an answer to the client.
	lose  bool
	salts map[string]bool
	// anchors are those of the country, page by page of the registry else empty.
	anchors []transit.TrustAnchor
}

func (o *office) evaluate(i *invocation) ([]byte, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch i.fn {
	case transit.FnGetRegistry:
		return asJSON(o.t, transit.Consortium{Organisations: []transit.Organisation{{MSP: "CNMSP", Country: "CN", Kind: transit.Customs}}}), nil
	case transit.FnGetPage:
		return asJSON(o.t, transit.Page{V: 1, Entries: transit.Entries{Anchors: o.anchors}}), nil
	case transit.FnDeposit:
		return nil, refusal(transit.Faultf(transit.InvalidDocument, "the declaration breaks 1 rule").With(transit.Violation{Pointer: "/x"}), "CNMSP")
	}
	if o.record == nil {
		return nil, refusal(transit.Faultf(transit.NotFound, "no movement"), "CNMSP")
	}
	return asJSON(o.t, transit.MovementView{Movement: o.record}), nil
}

func (o *office) endorse(i *invocation) ([]byte, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	id, err := transit.NewMovementID("CN", "CNMSP", "CN1234567", "LRN1")
	require.NoError(o.t, err)
	if i.fn == transit.FnDeposit {
		require.Equal(o.t, []string{"CNMSP"}, i.orgs)
		require.Len(o.t, i.transient[transit.TransientSalt], transit.SeedLength)
		o.salts[string(i.transient[transit.TransientSalt])] = true
		if o.record != nil {
			return nil, refusal(transit.Faultf(transit.AlreadyExists, "lodged before"), "CNMSP")
		}
		return asJSON(o.t, transit.Face{ID: id.String(), LRN: "LRN1", Version: 1}), nil
	}
	var r transit.LodgeRequest
	i.decode(o.t, &r)
	o.record = &transit.Movement{
		Course:   transit.Course{ID: id.String(), State: transit.Submitted, Messages: []string{"CN001100/" + r.MessageID}},
		Declared: transit.Declared{LRN: "LRN1"},
	}
	return asJSON(o.t, o.record), nil
}

func (o *office) lost() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.lose && o.record != nil
}

func (o *office) found() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.lose = false
}

func (o *office) peer() *mockPeer {
	o.salts = map[string]bool{}
	return &mockPeer{
		onEvaluate: o.evaluate, onEndorse: o.endorse,
		onSubmit: func(string, *common.Envelope) error {
			if o.lost() {
				return status.Error(codes.Unavailable, "connection lost")
			}
			return nil
		},
		onStatus: func(string) (*gateway.CommitStatusResponse, error) {
			if o.lost() {
				return nil, status.Error(codes.Unavailable, "connection lost")
			}
			return committed(0), nil
		},
	}
}

func declaration(goods string) *transit.STD {
	std := &transit.STD{}
	std.TransitOperation.LRN = "LRN1"
	std.DepartureOffice.ReferenceNumber = "CNURM001"
	std.Consignment.CountryOfDispatch = goods
	return std
}

func TestLodge(t *testing.T) {
	ctx := context.Background()

	t.Run("Deposits at the country of departure and publishes the face", func(t *testing.T) {
		o := &office{t: t}
		p := o.peer()
		m, receipt, err := connectTo(t, p).Movements().Lodge(ctx, declaration("CN"))
		require.NoError(t, err)
		require.Equal(t, transit.Submitted, m.State)
		require.NotEmpty(t, receipt.TransactionID)
		require.Equal(t, transit.FnDeposit, p.proposals()[0].fn)
		require.Equal(t, transit.FnLodge, p.proposals()[1].fn)
		require.Empty(t, p.proposals()[1].transient)
	})

	t.Run("Repeated after a lost answer, returns the record without a second one", func(t *testing.T) {
		o := &office{t: t, lose: true}
		p := o.peer()
		c := connectTo(t, p)
		_, _, err := c.Movements().Lodge(ctx, declaration("CN"))
		require.Equal(t, UnknownOutcome, failureOf(t, err).Class)
		o.found()
		m, receipt, err := c.Movements().Lodge(ctx, declaration("CN"))
		require.NoError(t, err)
		require.Equal(t, o.record.ID, m.ID)
		require.Empty(t, receipt.TransactionID)
		require.Len(t, o.salts, 1, "the same content has the same salt")
	})

	t.Run("Is proposed again when a foreign peer has not seen the deposit yet", func(t *testing.T) {
		o := &office{t: t}
		p := o.peer()
		endorse, behind := p.onEndorse, 2
		p.onEndorse = func(i *invocation) ([]byte, error) {
			if i.fn == transit.FnLodge && behind > 0 {
				behind--
				return nil, refusal(transit.Faultf(transit.ContentMismatch, "not the face deposited"), "KZMSP")
			}
			return endorse(i)
		}
		m, receipt, err := connectTo(t, p).Movements().Lodge(ctx, declaration("CN"))
		require.NoError(t, err)
		require.Equal(t, transit.Submitted, m.State)
		require.Equal(t, 3, receipt.Attempts)
	})

	t.Run("Refuses the same LRN with another content", func(t *testing.T) {
		o := &office{t: t}
		c := connectTo(t, o.peer())
		_, _, err := c.Movements().Lodge(ctx, declaration("CN"))
		require.NoError(t, err)
		_, _, err = c.Movements().Lodge(ctx, declaration("KZ"))
		require.ErrorIs(t, err, transit.Faultf(transit.AlreadyExists, ""))
		require.Len(t, o.salts, 2)
	})

	t.Run("Dry run tells every violation and submits nothing", func(t *testing.T) {
		p := (&office{t: t}).peer()
		_, err := connectTo(t, p).Movements().DryRun(ctx, declaration("CN"))
		var fault *transit.Fault
		require.ErrorAs(t, err, &fault)
		require.Len(t, fault.Violations, 1)
		require.Empty(t, p.proposals())
	})

	t.Run("Refuses an office of departure of a country that does not take part", func(t *testing.T) {
		std := declaration("CN")
		std.DepartureOffice.ReferenceNumber = "FR001234"
		_, _, err := connectTo(t, (&office{t: t}).peer()).Movements().Lodge(ctx, std)
		require.ErrorIs(t, err, transit.Faultf(transit.InvalidDocument, ""))
	})
}

func TestContent(t *testing.T) {
	ctx := context.Background()
	std := declaration("CN")
	sections, err := std.Sections()
	require.NoError(t, err)
	record := &transit.Movement{Course: transit.Course{ID: someID}, Declared: transit.Declared{Version: 1}}
	content := transit.Content{ID: someID, Version: 1}
	for _, s := range sections {
		value, digest, err := transit.SealSection(s, make([]byte, transit.SeedLength))
		require.NoError(t, err)
		record.Sections = append(record.Sections, digest)
		content.Sections = append(content.Sections, transit.SealedSection{Name: s.Name, Value: value})
	}
	serveContent := func(c transit.Content) *mockPeer {
		return &mockPeer{
			onEvaluate: func(i *invocation) ([]byte, error) {
				if i.fn == transit.FnGetContent {
					require.Equal(t, []string{"CNMSP"}, i.orgs)
					encrypted, err := transit.EncryptContent(i.transient[transit.TransientReaderKey], i.txID, &c)
					require.NoError(t, err)
					return asJSON(t, encrypted), nil
				}
				return asJSON(t, transit.MovementView{Movement: record}), nil
			},
			onEndorse: func(i *invocation) ([]byte, error) {
				require.Equal(t, []string{"KZMSP"}, i.orgs)
				require.Len(t, i.transient, len(content.Sections))
				return asJSON(t, transit.Delivery{MSP: "KZMSP", Delivered: true}), nil
			},
		}
	}

	t.Run("Is joined from its sections", func(t *testing.T) {
		d, err := connectTo(t, serveContent(content)).Movements().Content(ctx, someID)
		require.NoError(t, err)
		require.Equal(t, std, d.STD)
	})

	t.Run("Is refused when a section does not have the digest on the record", func(t *testing.T) {
		forged := transit.Content{ID: someID, Version: 1, Sections: append([]transit.SealedSection(nil), content.Sections...)}
		forged.Sections[0].Value = append([]byte(nil), forged.Sections[0].Value...)
		forged.Sections[0].Value[20] ^= 1
		_, err := connectTo(t, serveContent(forged)).Movements().Content(ctx, someID)
		require.ErrorIs(t, err, transit.Faultf(transit.ContentMismatch, ""))
	})

	t.Run("Is refused when a section is missing", func(t *testing.T) {
		short := transit.Content{ID: someID, Version: 1, Sections: content.Sections[1:]}
		_, err := connectTo(t, serveContent(short)).Movements().Content(ctx, someID)
		require.ErrorIs(t, err, transit.Faultf(transit.ContentMismatch, ""))
	})

	t.Run("Is delivered byte for byte, endorsed by the receiver alone", func(t *testing.T) {
		d, _, err := connectTo(t, serveContent(content)).Movements().Deliver(ctx, someID, "KZMSP")
		require.NoError(t, err)
		require.True(t, d.Delivered)
	})
}

func TestRegister(t *testing.T) {
	terms := transit.Terms{GRN: someGRN, Type: "1", Guarantor: "CGMMSP", Balances: 2}
	var registered *transit.Guarantee
	p := &mockPeer{
		onEvaluate: func(*invocation) ([]byte, error) { return asJSON(t, transit.GuaranteeView{Guarantee: registered}), nil },
		onEndorse: func(i *invocation) ([]byte, error) {
			if i.fn == transit.FnUndertake {
				require.Equal(t, []string{"CGMMSP"}, i.orgs)
				require.JSONEq(t, `["TS17"]`, string(i.transient[transit.TransientAccessCodes]))
				if registered != nil {
					return nil, refusal(transit.Faultf(transit.AlreadyExists, "registered already"), "CGMMSP")
				}
				return asJSON(t, transit.Guarantee{V: 1, Terms: terms, Seq: 1}), nil
			}
			var r transit.RegisterRequest
			i.decode(t, &r)
			registered = &r.Guarantee
			registered.Messages = []string{"CN001100/" + r.MessageID}
			return asJSON(t, registered), nil
		},
	}
	c := connectTo(t, p)
	_, receipt, err := c.Guarantees().Register(context.Background(), terms, []string{"TS17"})
	require.NoError(t, err)
	require.NotEmpty(t, receipt.TransactionID)
	_, receipt, err = c.Guarantees().Register(context.Background(), terms, []string{"TS17"})
	require.NoError(t, err, "the same terms and codes again are no failure")
	require.Empty(t, receipt.TransactionID)
	other := terms
	other.Balances = 3
	_, _, err = c.Guarantees().Register(context.Background(), other, []string{"TS17"})
	require.ErrorIs(t, err, transit.Faultf(transit.AlreadyExists, ""))
}

func TestList(t *testing.T) {
	p := &mockPeer{onEvaluate: func(i *invocation) ([]byte, error) {
		var q transit.ListQuery
		i.decode(t, &q)
		switch q.Bookmark {
		case "":
			first, second := transit.Course{ID: "1"}, transit.Course{ID: "2"}
			return asJSON(t, transit.MovementPage{Movements: []*transit.Movement{{Course: first}, {Course: second}}, Bookmark: "b"}), nil
		case "b":
			return asJSON(t, transit.MovementPage{Movements: []*transit.Movement{{Course: transit.Course{ID: "3"}}}}), nil
		}
		return nil, status.Error(codes.InvalidArgument, "no such page")
	}}
	var ids []string
	for m, err := range connectTo(t, p).Movements().List(context.Background()) {
		require.NoError(t, err)
		ids = append(ids, m.ID)
	}
	require.Equal(t, []string{"1", "2", "3"}, ids)
}
