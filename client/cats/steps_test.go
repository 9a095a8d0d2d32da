package cats

import (
	"context"
	"encoding/json"
	"sync"
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"carec.example/cats/chaincode/transit"
)

type took = func(*Movements, context.Context) (*transit.Course, Receipt, error)

// everyStep names a call for each step of the procedure that the SDK takes without an annex, and the request it has to make.
func everyStep() map[transit.Step]struct {
	take took
	want transit.StepRequest
} {
	type step = struct {
		take took
		want transit.StepRequest
	}
	claims := []transit.ClaimRequest{{GRN: "G", Amount: transit.Money{Minor: 5, Currency: "USD"}}}
	yes, no := true, false
	note := (*transit.Note)(nil)
	return map[transit.Step]step{
		transit.StepPresent: {func(m *Movements, ctx context.Context) (*transit.Course, Receipt, error) {
			return m.Present(ctx, someID)
		}, transit.StepRequest{}},
		transit.StepExpirePreLodgement: {func(m *Movements, ctx context.Context) (*transit.Course, Receipt, error) {
			return m.ExpirePreLodgement(ctx, someID)
		}, transit.StepRequest{}},
		transit.StepRequestAmendment: {func(m *Movements, ctx context.Context) (*transit.Course, Receipt, error) {
			return m.RequestAmendment(ctx, someID, "why")
		}, transit.StepRequest{Reason: "why"}},
		transit.StepRequestRelease: {func(m *Movements, ctx context.Context) (*transit.Course, Receipt, error) {
			return m.RequestRelease(ctx, someID)
		}, transit.StepRequest{}},
		transit.StepRefuseReleaseRequest: {func(m *Movements, ctx context.Context) (*transit.Course, Receipt, error) {
			return m.RefuseReleaseRequest(ctx, someID, "why")
		}, transit.StepRequest{Reason: "why"}},
		transit.StepRefuseGuarantee: {func(m *Movements, ctx context.Context) (*transit.Course, Receipt, error) {
			return m.RefuseGuarantee(ctx, someID, "why", "2026-12-01")
		}, transit.StepRequest{Reason: "why", TimeLimit: "2026-12-01"}},
		transit.StepRefuseCancel: {func(m *Movements, ctx context.Context) (*transit.Course, Receipt, error) {
			return m.RefuseCancel(ctx, someID, "why")
		}, transit.StepRequest{Reason: "why"}},
		transit.StepRegisterFallback: {func(m *Movements, ctx context.Context) (*transit.Course, Receipt, error) {
			return m.RegisterFallback(ctx, someID, "2026-11-20", "2026-12-01")
		}, transit.StepRequest{StartedOn: "2026-11-20", TimeLimit: "2026-12-01"}},
		transit.StepEndFallback: {func(m *Movements, ctx context.Context) (*transit.Course, Receipt, error) {
			return m.EndFallback(ctx, someID, "why", note)
		}, transit.StepRequest{Reason: "why"}},
		transit.StepRecordExit: {func(m *Movements, ctx context.Context) (*transit.Course, Receipt, error) {
			return m.RecordExit(ctx, someID)
		}, transit.StepRequest{}},
		transit.StepAskDiversion: {func(m *Movements, ctx context.Context) (*transit.Course, Receipt, error) {
			return m.AskDiversion(ctx, someID, transit.DivertTransit)
		}, transit.StepRequest{Diversion: "transit"}},
		transit.StepGrantDiversion: {func(m *Movements, ctx context.Context) (*transit.Course, Receipt, error) {
			return m.GrantDiversion(ctx, someID, Detour{Route: []string{"KZHOR001"}, Destination: "KZALA001"})
		}, transit.StepRequest{Route: []string{"KZHOR001"}, Destination: "KZALA001"}},
		transit.StepRefuseDiversion: {func(m *Movements, ctx context.Context) (*transit.Course, Receipt, error) {
			return m.RefuseDiversion(ctx, someID, "why")
		}, transit.StepRequest{Reason: "why"}},
		transit.StepWithdrawDiversion: {func(m *Movements, ctx context.Context) (*transit.Course, Receipt, error) {
			return m.WithdrawDiversion(ctx, someID, "why")
		}, transit.StepRequest{Reason: "why"}},
		transit.StepNotifyArrival: {func(m *Movements, ctx context.Context) (*transit.Course, Receipt, error) {
			return m.NotifyArrival(ctx, someID, true)
		}, transit.StepRequest{Simplified: true}},
		transit.StepRejectArrival: {func(m *Movements, ctx context.Context) (*transit.Course, Receipt, error) {
			return m.RejectArrival(ctx, someID, "why")
		}, transit.StepRequest{Reason: "why"}},
		transit.StepPermitUnloading: {func(m *Movements, ctx context.Context) (*transit.Course, Receipt, error) {
			return m.PermitUnloading(ctx, someID)
		}, transit.StepRequest{}},
		transit.StepRemarkUnloading: {func(m *Movements, ctx context.Context) (*transit.Course, Receipt, error) {
			return m.RemarkUnloading(ctx, someID, transit.UnloadingRemarks{Conform: transit.FlagYes})
		}, transit.StepRequest{Conform: &yes, Complete: &no}},
		transit.StepRejectRemarks: {func(m *Movements, ctx context.Context) (*transit.Course, Receipt, error) {
			return m.RejectRemarks(ctx, someID, "why")
		}, transit.StepRequest{Reason: "why"}},
		transit.StepReleaseGoods: {func(m *Movements, ctx context.Context) (*transit.Course, Receipt, error) {
			return m.ReleaseGoods(ctx, someID, transit.ReleasedPartly)
		}, transit.StepRequest{GoodsReleased: "partial"}},
		transit.StepResolveDiscrepancies: {func(m *Movements, ctx context.Context) (*transit.Course, Receipt, error) {
			return m.ResolveDiscrepancies(ctx, someID, "why", note)
		}, transit.StepRequest{Reason: "why"}},
		transit.StepStartEnquiry: {func(m *Movements, ctx context.Context) (*transit.Course, Receipt, error) {
			return m.StartEnquiry(ctx, someID, note)
		}, transit.StepRequest{}},
		transit.StepAnswerEnquiry: {func(m *Movements, ctx context.Context) (*transit.Course, Receipt, error) {
			return m.AnswerEnquiry(ctx, someID, note)
		}, transit.StepRequest{}},
		transit.StepRespondEnquiry: {func(m *Movements, ctx context.Context) (*transit.Course, Receipt, error) {
			return m.RespondEnquiry(ctx, someID, "why", note)
		}, transit.StepRequest{Reason: "why"}},
		transit.StepCloseEnquiry: {func(m *Movements, ctx context.Context) (*transit.Course, Receipt, error) {
			return m.CloseEnquiry(ctx, someID, "why")
		}, transit.StepRequest{Reason: "why"}},
		transit.StepStartRecovery: {func(m *Movements, ctx context.Context) (*transit.Course, Receipt, error) {
			return m.StartRecovery(ctx, someID, "why", note)
		}, transit.StepRequest{Reason: "why"}},
		transit.StepAskRecovery: {func(m *Movements, ctx context.Context) (*transit.Course, Receipt, error) {
			return m.AskRecovery(ctx, someID, "KZALA001")
		}, transit.StepRequest{Office: "KZALA001"}},
		transit.StepTakeRecovery: {func(m *Movements, ctx context.Context) (*transit.Course, Receipt, error) {
			return m.TakeRecovery(ctx, someID)
		}, transit.StepRequest{}},
		transit.StepDeclineRecovery: {func(m *Movements, ctx context.Context) (*transit.Course, Receipt, error) {
			return m.DeclineRecovery(ctx, someID, "why")
		}, transit.StepRequest{Reason: "why"}},
		transit.StepNotifyGuarantor: {func(m *Movements, ctx context.Context) (*transit.Course, Receipt, error) {
			return m.NotifyGuarantor(ctx, someID)
		}, transit.StepRequest{}},
		transit.StepClaim: {func(m *Movements, ctx context.Context) (*transit.Course, Receipt, error) {
			return m.Claim(ctx, someID, claims)
		}, transit.StepRequest{Claims: claims}},
		transit.StepContestClaim: {func(m *Movements, ctx context.Context) (*transit.Course, Receipt, error) {
			return m.ContestClaim(ctx, someID, "G", "why")
		}, transit.StepRequest{GRN: "G", Reason: "why"}},
		transit.StepPayClaim: {func(m *Movements, ctx context.Context) (*transit.Course, Receipt, error) {
			return m.PayClaim(ctx, someID, "G")
		}, transit.StepRequest{GRN: "G"}},
		transit.StepWithdrawClaim: {func(m *Movements, ctx context.Context) (*transit.Course, Receipt, error) {
			return m.WithdrawClaim(ctx, someID, "G", "why")
		}, transit.StepRequest{GRN: "G", Reason: "why"}},
		transit.StepWriteOff: {func(m *Movements, ctx context.Context) (*transit.Course, Receipt, error) {
			return m.WriteOff(ctx, someID, "why", note)
		}, transit.StepRequest{Reason: "why"}},
	}
}

func TestEveryStepMakesItsRequest(t *testing.T) {
	for step, c := range everyStep() {
		t.Run(string(step), func(t *testing.T) {
			p := &mockPeer{onEndorse: accepted(t), onEvaluate: func(*invocation) ([]byte, error) {
				return asJSON(t, transit.MovementView{Movement: &transit.Movement{Course: transit.Course{ID: someID}}}), nil
			}}
			_, receipt, err := c.take(connectTo(t, p).Movements(), context.Background())
			require.NoError(t, err)
			asked := p.proposals()
			require.Len(t, asked, 1)
			require.Equal(t, step.Function(), asked[0].fn)
			var got transit.StepRequest
			asked[0].decode(t, &got)
			require.Equal(t, receipt.MessageID, got.MessageID)
			c.want.Header, c.want.Movement = got.Header, someID
			require.Equal(t, c.want, got)
		})
	}
}

// registrar is a ledger with one movement that takes steps with annexes.
type registrar struct {
	t      *testing.T
	mu     sync.Mutex
	record transit.Movement
	// papers are the sealed annexes by digest; salts those that came.
	papers map[string][]byte
	salts  map[string]bool
	// lose makes the next step commit without an answer to the client.
	lose bool
}

func (r *registrar) endorse(i *invocation) ([]byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if i.fn == transit.FnAnnex {
		require.Equal(r.t, []string{"CNMSP"}, i.orgs)
		var q transit.AnnexRequest
		i.decode(r.t, &q)
		r.salts[string(i.transient[transit.TransientSalt])] = true
		value, digest, err := transit.SealSection(
			transit.Section{Name: string(q.Kind), Content: i.transient[transit.TransientAnnex]}, i.transient[transit.TransientSalt])
		require.NoError(r.t, err)
		r.papers[digest.Digest] = value
		return asJSON(r.t, transit.AnnexRef{Kind: q.Kind, Digest: digest.Digest}), nil
	}
	var q transit.StepRequest
	i.decode(r.t, &q)
	actor := transit.Actor{Office: "CN001100"}
	if r.record.Recorded(actor, q.MessageID) {
		return nil, refusal(transit.Faultf(transit.Duplicate, "seen"), "CNMSP")
	}
	require.Empty(r.t, i.transient)
	require.NotNil(r.t, q.Annex)
	r.record.Seq++
	r.record.Messages = append(r.record.Messages, transit.MessageOf(actor, q.MessageID))
	r.record.Annexes = append(r.record.Annexes, transit.Annex{AnnexRef: *q.Annex, MSP: "CNMSP", Seq: r.record.Seq})
	return asJSON(r.t, r.record), nil
}

func (r *registrar) evaluate(i *invocation) ([]byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if i.fn != transit.FnGetAnnex {
		return asJSON(r.t, transit.MovementView{Movement: &r.record}), nil
	}
	var q transit.AnnexQuery
	i.decode(r.t, &q)
	encrypted, err := transit.EncryptContent(i.transient[transit.TransientReaderKey], i.txID, &transit.Content{
		ID: someID, Sections: []transit.SealedSection{{Name: string(transit.AnnexNote), Value: r.papers[q.Digest]}},
	})
	require.NoError(r.t, err)
	return json.Marshal(encrypted)
}

func (r *registrar) lost() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.lose && r.record.Seq > 0
}

func newRegistrar(t *testing.T) (*registrar, *mockPeer) {
	t.Helper()
	r := &registrar{t: t, papers: map[string][]byte{}, salts: map[string]bool{}, record: transit.Movement{Course: transit.Course{ID: someID}}}
	return r, &mockPeer{
		onEvaluate: r.evaluate, onEndorse: r.endorse,
		onSubmit: func(string, *common.Envelope) error {
			if r.lost() {
				return status.Error(codes.Unavailable, "connection lost")
			}
			return nil
		},
		onStatus: func(string) (*gateway.CommitStatusResponse, error) {
			if r.lost() {
				return nil, status.Error(codes.Unavailable, "connection lost")
			}
			return committed(0), nil
		},
	}
}

func TestAStepBringsItsAnnex(t *testing.T) {
	ctx := context.Background()
	where := &transit.Note{Text: "where are the goods?", References: []string{"CMR 4711"}}

	t.Run("The paper goes to the own peer first, and the step names its digest", func(t *testing.T) {
		_, p := newRegistrar(t)
		course, receipt, err := connectTo(t, p).Movements().StartEnquiry(ctx, someID, where)
		require.NoError(t, err)
		asked := p.proposals()
		require.Equal(t, transit.FnAnnex, asked[0].fn)
		require.Equal(t, transit.StepStartEnquiry.Function(), asked[1].fn)
		require.NotContains(t, string(asked[0].argument)+string(asked[1].argument), "goods", "nothing confidential in an argument")
		require.Equal(t, p.handovers()[1].GetTransactionId(), receipt.TransactionID)
		require.Len(t, course.Annexes, 1)
	})

	t.Run("Repeated after a lost answer, it is done once", func(t *testing.T) {
		r, p := newRegistrar(t)
		c := connectTo(t, p)
		r.lose = true
		_, _, err := c.Movements().StartEnquiry(ctx, someID, where)
		require.Equal(t, UnknownOutcome, failureOf(t, err).Class)
		r.mu.Lock()
		r.lose = false
		r.mu.Unlock()
		course, receipt, err := c.Movements().StartEnquiry(ctx, someID, where)
		require.NoError(t, err)
		require.Equal(t, 1, course.Seq)
		require.Empty(t, receipt.TransactionID)
	})

	t.Run("Cut off between the two, it continues with the same paper", func(t *testing.T) {
		r, p := newRegistrar(t)
		c := connectTo(t, p)
		honest := p.onEndorse
		p.onEndorse = func(i *invocation) ([]byte, error) {
			if i.fn != transit.FnAnnex {
				return nil, refusal(transit.Faultf(transit.OutOfSequence, "not yet"), "CNMSP")
			}
			return honest(i)
		}
		_, _, err := c.Movements().StartEnquiry(ctx, someID, where)
		require.ErrorIs(t, err, transit.Faultf(transit.OutOfSequence, ""))
		p.onEndorse = honest
		course, _, err := c.Movements().StartEnquiry(ctx, someID, where)
		require.NoError(t, err)
		require.Len(t, course.Annexes, 1)
		require.Len(t, r.papers, 1)
		require.Len(t, r.salts, 1)
	})

	t.Run("Another text, another step and a message of one's own are new", func(t *testing.T) {
		r, p := newRegistrar(t)
		m := connectTo(t, p).Movements()
		for i, take := range []func() (*transit.Course, Receipt, error){
			func() (*transit.Course, Receipt, error) { return m.StartEnquiry(ctx, someID, where) },
			func() (*transit.Course, Receipt, error) { return m.AnswerEnquiry(ctx, someID, where) },
			func() (*transit.Course, Receipt, error) {
				return m.AnswerEnquiry(ctx, someID, &transit.Note{Text: "lost"})
			},
			func() (*transit.Course, Receipt, error) {
				return m.AnswerEnquiry(ctx, someID, &transit.Note{Text: "lost"}, MessageID("M-2"))
			},
		} {
			course, _, err := take()
			require.NoError(t, err)
			require.Equal(t, i+1, course.Seq)
		}
		require.Len(t, r.papers, 4)
	})

	t.Run("Incidents and remarks say on the record what is public of them", func(t *testing.T) {
		r, p := newRegistrar(t)
		m := connectTo(t, p).Movements()
		_, _, err := m.RegisterIncident(ctx, someID, transit.Incident{Code: "3", Text: "broken down"})
		require.NoError(t, err)
		_, _, err = m.RemarkUnloading(ctx, someID, transit.UnloadingRemarks{Conform: transit.FlagNo, UnloadingCompletion: transit.FlagYes, Text: "less"})
		require.NoError(t, err)
		_, _, err = m.RecordDiscrepancies(ctx, someID, "B1", "2026-12-20", &transit.Note{Text: "less"})
		require.NoError(t, err)
		kinds := []transit.AnnexKind{transit.AnnexIncident, transit.AnnexRemarks, transit.AnnexNote}
		for i, a := range r.record.Annexes {
			require.Equal(t, kinds[i], a.Kind)
		}
		var asked transit.StepRequest
		p.proposals()[1].decode(t, &asked)
		require.Equal(t, "3", asked.Incident)
		p.proposals()[3].decode(t, &asked)
		require.False(t, *asked.Conform)
		require.True(t, *asked.Complete)
	})

	t.Run("It is read under the digest of the record, whatever the peer says", func(t *testing.T) {
		r, p := newRegistrar(t)
		m := connectTo(t, p).Movements()
		course, _, err := m.StartEnquiry(ctx, someID, where)
		require.NoError(t, err)
		digest := course.Annexes[0].Digest
		read, err := m.Annex(ctx, someID, digest)
		require.NoError(t, err)
		require.JSONEq(t, `{"text":"where are the goods?","references":["CMR 4711"]}`, string(read.Content))
		_, err = m.Annex(ctx, someID, "00")
		require.ErrorIs(t, err, transit.Faultf(transit.NotFound, ""))
		r.papers[digest] = []byte("something else")
		_, err = m.Annex(ctx, someID, digest)
		require.ErrorIs(t, err, transit.Faultf(transit.ContentMismatch, ""))
	})
}

func TestAHistoryIsCompleteWhenEveryAnnexIsWhereItBelongs(t *testing.T) {
	m := &transit.Movement{Course: transit.Course{ID: someID, Seq: 2,
		Legs:    []transit.Leg{{MSP: "CNMSP"}, {MSP: "KZMSP"}, {MSP: "KGMSP"}, {MSP: "KZMSP"}},
		Annexes: []transit.Annex{{MSP: "KZMSP", Seq: 2}},
	}}
	passage := func(record, to string, seq int) Passage {
		return Passage{EventStep: transit.EventStep{Record: record, ID: someID, Seq: seq, Custodian: to}}
	}
	passages := []Passage{
		passage("movement", "KZMSP", 2), passage("delivery", "KZMSP", 1), passage("delivery", "KGMSP", 1), passage("annex", "CNMSP", 2),
	}
	require.False(t, complete(passages, m))
	require.True(t, complete(append(passages, passage("annex", "KGMSP", 2)), m))
}
