package e2e

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/network/journey"
)

// disturbances kills, in the middle of a movement, a chaincode process, the custodian's
// peer and the leading orderer. The supervisor starts them again, the SDK waits and
// retries, and nothing is lost or done twice.
func (w *world) disturbances(t *testing.T) {
	ctx := within(t, 5*time.Minute)
	kills := map[transit.Step]func() string{
		transit.StepAccept:         func() string { return "cn-chaincode" },
		transit.StepProposeHandOff: func() string { return "cn-peer" },
		transit.StepAcceptHandOff: func() string {
			leader, err := w.net.LeaderOrderer(ctx)
			require.NoError(t, err)
			return leader
		},
		transit.StepDischarge: func() string { return "kg-chaincode" },
	}
	killed := map[string]bool{}
	std := load(t, examples+"cn-kz-kg-electronics.xml", nil)
	report, err := journey.Run(ctx, std, journey.Options{
		Profile: w.profile, Out: testWriter{t}, FreshLRN: true,
		Before: func(step transit.Step, _ *transit.Movement) {
			kill, planned := kills[step]
			if !planned {
				return
			}
			delete(kills, step)
			name := kill()
			t.Logf("killing %s before %s", name, step)
			require.NoError(t, w.net.Kill(ctx, name))
			killed[name] = true
		},
	})
	require.NoError(t, err)
	require.Equal(t, transit.Discharged, report.Movement.State)
	require.Len(t, killed, 4)
	require.Equal(t, len(report.Steps), report.Movement.Seq, "every step is on the record exactly once")

	require.NoError(t, w.net.AwaitServing(ctx))
	statuses, err := w.net.FreshStatus(ctx)
	require.NoError(t, err)
	for _, s := range statuses {
		if killed[s.Name] {
			require.Positive(t, s.Restarts, "%s was started again", s.Name)
		}
	}
}

// lateDelivery releases a movement while a country of the itinerary is down: the release
// is not held up, the others get the content, and the country gets it when it is back.
func (w *world) lateDelivery(t *testing.T) {
	ctx := within(t, 5*time.Minute)
	require.NoError(t, w.net.Hold(ctx, "kg-peer"))
	m := w.released(t)
	urumqi := w.as(t, "cn-officer-urumqi").Movements()
	delivered := func() map[string]bool {
		view, err := urumqi.Get(ctx, m.MRN)
		require.NoError(t, err)
		out := map[string]bool{}
		for _, d := range view.Deliveries {
			out[d.Country] = d.Delivered
		}
		return out
	}
	require.Eventually(t, func() bool { return delivered()["KZ"] }, time.Minute, time.Second)
	require.False(t, delivered()["KG"])
	require.NoError(t, w.net.Restart(ctx, "kg-peer"))
	require.NoError(t, w.net.AwaitServing(ctx, "kg-peer"))
	require.Eventually(t, func() bool { return delivered()["KG"] }, 2*time.Minute, time.Second, "the courier goes on until it is done")
}
