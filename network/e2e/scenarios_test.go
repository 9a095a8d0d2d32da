package e2e

import (
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/network/journey"
)

// scenarios plays every story of what can happen on the way, and checks the ledger that they leave.
func (w *world) scenarios(t *testing.T) { w.scenariosAs(t, journey.Options{Profile: w.profile}) }

// scenariosOverREST does the main job and plays every story again with what an organisation's own systems have: the addresses of the
// gateways and a TLS certificate. Without a peer's address, and without a key that signs, nothing can reach the ledger in another way.
func (w *world) scenariosOverREST(t *testing.T) {
	o := journey.Options{Profile: gatewaysOnly(w.profile), Over: journey.REST}
	for _, name := range o.Profile.Names() {
		_, err := cats.Open(t.Context(), o.Profile, name)
		require.Error(t, err, "the SDK has nothing to go by")
	}
	t.Run("the main job", func(t *testing.T) { w.mainJobAs(t, o) })
	w.scenariosAs(t, o)
}

// gatewaysOnly is a copy of a profile that leaves nothing of an organisation but its gateway, and of an identity the TLS certificate.
func gatewaysOnly(profile *cats.Profile) *cats.Profile {
	p := *profile
	p.Channel, p.Chaincode = "", ""
	p.Organisations, p.Identities = maps.Clone(p.Organisations), maps.Clone(p.Identities)
	for name, o := range p.Organisations {
		o.Peers, o.Application = nil, ""
		p.Organisations[name] = o
	}
	for name, id := range p.Identities {
		id.Certificate, id.Key = "", ""
		p.Identities[name] = id
	}
	return &p
}

func (w *world) scenariosAs(t *testing.T, o journey.Options) {
	t.Helper()
	std := load(t, examples+"cn-kz-kg-electronics.xml", nil)
	ends := map[string]transit.State{
		"prelodged": transit.Discharged, "guarantee-under-amendment": transit.Discharged,
		"incident": transit.Discharged, "diversion": transit.Discharged, "recovery": transit.WrittenOff,
		"discrepancies": transit.Discharged, "refused": transit.Cancelled, "hot-guarantee": "",
		"national": transit.Discharged,
	}
	for _, s := range journey.Scenarios() {
		t.Run(s.Name, func(t *testing.T) {
			o.Out = testWriter{t}
			report, err := journey.Play(within(t, 4*time.Minute), s.Name, std, o)
			require.NoError(t, err)
			want, known := ends[s.Name]
			require.True(t, known, "a story whose end nobody has told")
			require.NotEmpty(t, report.Refused, "each story shows what is not allowed")
			if want == "" {
				require.Nil(t, report.Movement)
				return
			}
			require.Equal(t, want, report.Movement.State)
			for _, step := range report.Steps {
				require.GreaterOrEqual(t, len(step.Receipt.Endorsers), 2, "%s: never one organisation alone", step.Name)
			}
			for _, m := range append(report.Others, report.Movement) {
				w.told(t, m)
			}
		})
	}
	t.Run("the ledger that they leave", w.check)
}

// told makes sure that an analyst finds every step of the movement in its history, in order, and no annex undelivered.
func (w *world) told(t *testing.T, m *transit.Movement) {
	t.Helper()
	ctx := within(t, time.Minute)
	analyst := w.as(t, "carec-analyst").Movements()
	require.EventuallyWithT(t, func(c *assertCollect) {
		view, err := analyst.Get(ctx, m.Reference())
		require.NoError(c, err)
		require.Equal(c, m.Seq, view.Movement.Seq)
		for _, a := range view.Annexes {
			require.Empty(c, a.Missing, "annex of step %d", a.Seq)
		}
	}, 30*time.Second, 200*time.Millisecond)
	view, err := analyst.Get(ctx, m.Reference())
	require.NoError(t, err)
	passages, err := analyst.History(ctx, view.Movement)
	require.NoError(t, err)
	seq := 0
	for _, p := range passages {
		if p.Record == "movement" && p.ID == m.ID {
			seq++
			require.Equal(t, seq, p.Seq)
		}
	}
	require.Equal(t, m.Seq, seq)
}
