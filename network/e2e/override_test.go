package e2e

import (
	"context"
	"errors"
	"os/exec"
	"slices"
	"testing"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/network"
	"carec.example/cats/network/lifecycle"
	"carec.example/cats/network/material"
	"carec.example/cats/network/supervisor"
	"carec.example/cats/network/topology"
)

// override ends the country that has custody of a movement, for good. Two of five cannot put a caretaker in its place; the
// majority can, and the caretaker hands the movement on to its discharge. The country does not come back.
func (w *world) override(t *testing.T) {
	ctx := within(t, 8*time.Minute)
	m := w.inKazakhstan(t)
	statuses, err := w.net.FreshStatus(ctx)
	require.NoError(t, err)
	for _, s := range statuses {
		if s.Organisation == "KZ" {
			require.NoError(t, w.net.Hold(ctx, s.Name))
		}
	}

	t.Run("without the majority nothing changes", func(t *testing.T) {
		few, err := network.Open(network.Options{Folder: w.net.Folder(), Only: []string{"CN", "KG"}, Step: func(string) {}})
		require.NoError(t, err)
		require.ErrorContains(t, few.Override(ctx, "KZ"), "administrators of 2 other members; the channel wants the majority of 5")
		update, signers := w.caretakerUpdate(t, "CN", "KG")
		envelope, err := lifecycle.SignUpdate(update, signers)
		require.NoError(t, err)
		require.Error(t, w.submit(ctx, signers[0].Member, envelope), "the orderers take it from nobody but the majority")
		acting, err := w.as(t, "kg-officer-bishkek").Caretakers(ctx)
		require.NoError(t, err)
		require.Empty(t, acting)
	})

	begun := time.Now()
	require.NoError(t, w.net.Override(ctx, "KZ"))
	t.Logf("%5.1f s  a caretaker stands for KZ", time.Since(begun).Seconds())
	statuses, err = w.net.FreshStatus(ctx)
	require.NoError(t, err)
	for _, s := range statuses {
		require.True(t, s.State == supervisor.Running || s.Name == "kz-orderer", "%s is %s", s.Name, s.State)
	}
	w.profile, err = cats.LoadProfile(w.net.ProfilePath())
	require.NoError(t, err)

	w.toTheEnd(t, m)
	acting, err := w.as(t, "kg-officer-bishkek").Caretakers(ctx)
	require.NoError(t, err)
	require.WithinRange(t, acting["KZMSP"], begun.Add(-time.Second), time.Now())
	require.Len(t, acting, 1)
	out := w.cats(t, "movement", "show", m.MRN, "--as", "kg-officer-bishkek")
	require.Contains(t, out, "acts for KZMSP since "+acting["KZMSP"].Format(time.DateTime))
	t.Logf("\n%s", out)
	t.Run("the ledger follows from its blocks all the same", w.check)
}

// inKazakhstan takes a movement into the custody of Kazakhstan, its content delivered.
func (w *world) inKazakhstan(t *testing.T) *transit.Movement {
	t.Helper()
	ctx := within(t, 3*time.Minute)
	m := w.released(t)
	urumqi, khorgos := w.as(t, "cn-officer-urumqi"), w.as(t, "kz-officer-khorgos")
	_, receipt, err := urumqi.Movements().ProposeHandOff(ctx, m.MRN)
	require.NoError(t, err)
	_, err = khorgos.Await(ctx, receipt.TransactionID)
	require.NoError(t, err)
	_, receipt, err = khorgos.Movements().AcceptHandOff(ctx, m.MRN)
	require.NoError(t, err)
	_, err = urumqi.Await(ctx, receipt.TransactionID)
	require.NoError(t, err)
	require.EventuallyWithT(t, func(c *assertCollect) {
		view, err := urumqi.Movements().Get(ctx, m.MRN)
		require.NoError(c, err)
		for _, d := range view.Deliveries {
			require.True(c, d.Delivered, d.Country)
		}
	}, time.Minute, 200*time.Millisecond)
	return m
}

// toTheEnd: the caretaker's officer gets the content anew, and hands the movement on; it is discharged as if nothing had happened.
func (w *world) toTheEnd(t *testing.T, m *transit.Movement) {
	t.Helper()
	ctx := within(t, 3*time.Minute)
	khorgos, bishkek := w.as(t, "kz-officer-khorgos"), w.as(t, "kg-officer-bishkek")
	_, receipt, err := w.as(t, "cn-officer-urumqi").Movements().Deliver(ctx, m.MRN, "KZMSP")
	require.NoError(t, err)
	_, err = khorgos.Await(ctx, receipt.TransactionID)
	require.NoError(t, err)
	_, err = khorgos.Movements().Content(ctx, m.MRN)
	require.NoError(t, err, "the caretaker reads what its predecessor had")
	_, receipt, err = khorgos.Movements().ProposeHandOff(ctx, m.MRN)
	require.NoError(t, err)
	require.Contains(t, receipt.Endorsers, "KZMSP")
	road := w.as(t, "kg-officer-akzhol")
	_, err = road.Await(ctx, receipt.TransactionID)
	require.NoError(t, err)
	_, receipt, err = road.Movements().AcceptHandOff(ctx, m.MRN)
	require.NoError(t, err)
	_, err = bishkek.Await(ctx, receipt.TransactionID)
	require.NoError(t, err)
	_, _, err = bishkek.Movements().Arrive(ctx, m.MRN)
	require.NoError(t, err)
	_, _, err = bishkek.Movements().RecordResults(ctx, m.MRN, "A1")
	require.NoError(t, err)
	course, _, err := bishkek.Movements().Discharge(ctx, m.MRN)
	require.NoError(t, err)
	require.Equal(t, transit.Discharged, course.State)
}

// caretakerUpdate is the update that puts a caretaker in the place of Kazakhstan, and the sessions of the members who would sign it.
func (w *world) caretakerUpdate(t *testing.T, members ...string) (*common.ConfigUpdate, []*lifecycle.Session) {
	t.Helper()
	ctx := within(t, 3*time.Minute)
	var sessions []*lifecycle.Session
	for _, name := range members {
		o, ok := w.net.Topology().Organisation(name)
		require.True(t, ok)
		folder := material.Net(w.net.Folder()).Organisation(name)
		s, err := lifecycle.Open(lifecycle.Member{
			Name: o.Name, MSP: o.MSP, ServerName: o.Peer.Host, TLSCA: folder.TLSCA(), Admin: folder.Identity(o.Admin()),
			PeerAddress: topology.Address(o.Peer.Host, w.net.Ports(name).Peer),
		})
		require.NoError(t, err)
		t.Cleanup(func() { _ = s.Close() })
		sessions = append(sessions, s)
	}
	config, err := sessions[0].Configuration(ctx, w.net.Topology().Channel)
	require.NoError(t, err)
	roots, err := lifecycle.ReadRoots(material.Net(w.net.Folder()).Organisation("KZ").PublicMSP())
	require.NoError(t, err)
	update, err := lifecycle.ReplaceByCaretaker(w.net.Topology().Channel, config, "KZMSP", cats.CaretakerGroup("KZMSP", time.Now()), roots)
	require.NoError(t, err)
	return update, sessions
}

// submit hands an update to the orderers that run, and returns nil when one takes it.
func (w *world) submit(ctx context.Context, m lifecycle.Member, e *common.Envelope) error {
	var failed error
	orderers := slices.DeleteFunc(slices.Clone(w.net.Topology().Orderers()), func(o *topology.Organisation) bool { return o.Name == "KZ" })
	for _, o := range orderers {
		as := m
		as.TLSCA = material.Net(w.net.Folder()).Organisation(o.Name).TLSCA()
		err := lifecycle.Broadcast(ctx, as, topology.Address(o.Orderer.Host, w.net.Ports(o.Name).Orderer), o.Orderer.Host, e)
		if err == nil {
			return nil
		}
		failed = errors.Join(failed, err)
	}
	return failed
}

// cats runs the command line as a user would.
func (w *world) cats(t *testing.T, args ...string) string {
	t.Helper()
	ctx := within(t, 3*time.Minute)
	out, err := exec.CommandContext(ctx, "go", append([]string{"run", "../../client/cmd/cats", "--profile", w.net.ProfilePath()}, args...)...).Output()
	require.NoError(t, err)
	return string(out)
}
