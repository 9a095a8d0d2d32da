package e2e

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/database/databasetest"
	"carec.example/cats/client/gateway"
	"carec.example/cats/network/journey"
	"carec.example/cats/network/supervisor"
)

// TestSideBySide has a network of its own, in which Kazakhstan has two peers and two processes of its application on one database.
func TestSideBySide(t *testing.T) {
	if os.Getenv("CATS_REAL_NETWORK") == "" {
		t.Skip("starts a network of real processes: set CATS_REAL_NETWORK=1")
	}
	w := start(t)
	_, err := journey.Run(within(t, 3*time.Minute), load(t, examples+"cn-kz-kg-electronics.xml", nil), journey.Options{Profile: w.profile})
	require.NoError(t, err)
	t.Run("a second peer joins a network that stands", w.secondPeer)
	require.NoError(t, w.net.Hold(t.Context(), "kz-application"), "the test has its own")
	s := &side{world: w}
	for range 4 {
		s.movements = append(s.movements, w.inKazakhstan(t))
	}
	t.Run("content goes to both peers of an organisation", s.content)
	t.Run("on one SQLite file", func(t *testing.T) {
		s.all(t, databasetest.SQLite(t))
		t.Run("a peer and a gateway are killed under load", s.load)
	})
	t.Run("on PostgreSQL", func(t *testing.T) { s.all(t, databasetest.PostgreSQL(t)) })
}

// secondPeer enters a second peer in the topology, and brings the network up again.
func (w *world) secondPeer(t *testing.T) {
	require.Len(t, w.profile.Organisations["KZ"].Peers, 1)
	require.NoError(t, w.net.Stop())
	text, err := os.ReadFile("../topology.yaml")
	require.NoError(t, err)
	before, after, found := strings.Cut(string(text), "    msp: KZMSP\n")
	require.True(t, found)
	w.options.Topology = filepath.Join(w.net.Folder(), "topology.yaml")
	changed := before + "    msp: KZMSP\n    further-peers: [{host: 127.0.0.1}]\n" + after
	require.NoError(t, os.WriteFile(w.options.Topology, []byte(changed), 0o600))
	w.options.FreePorts = false
	begun := time.Now()
	w.up(t)
	t.Logf("up with another peer in %.1f s", time.Since(begun).Seconds())
	require.Len(t, w.profile.Organisations["KZ"].Peers, 2)
}

// side is the test under way. Its movements are in the custody of Kazakhstan, and are offered to Kyrgyzstan and withdrawn again as
// often as one likes; each time is one step on the record.
type side struct {
	*world
	movements []*transit.Movement
	one, two  *served
}

const (
	offer    = "propose-hand-off"
	withdraw = "withdraw-hand-off"
	officer  = "kz-officer-korday"
)

func (s *side) all(t *testing.T, database string) {
	t.Helper()
	s.one, s.two = s.serve(t, database), s.serve(t, database)
	t.Run("one of them is the courier", s.oneLeads)
	t.Run("requests alternate, and a key counts at both", s.alternate)
	t.Run("a session made at one counts at the other", func(t *testing.T) { s.session(t, database) })
	t.Run("one is killed between ledger and answer, and in the middle of a job", s.killedBeforeTheAnswer)
}

func (s *side) oneLeads(t *testing.T) {
	require.Eventually(t, func() bool { return s.one.leads() || s.two.leads() }, 30*time.Second, 100*time.Millisecond)
	require.NotEqual(t, s.one.leads(), s.two.leads())
}

func (s *side) seq(t *testing.T, m *transit.Movement) int {
	t.Helper()
	view, err := s.as(t, officer).Movements().Get(within(t, time.Minute), m.MRN)
	require.NoError(t, err)
	return view.Movement.Seq
}

func pathOf(m *transit.Movement, step string) string { return "/v1/movements/" + m.MRN + "/" + step }

func reasonFor(step string) any {
	if step == withdraw {
		return map[string]string{"reason": "the vehicle waits"}
	}
	return nil
}

func (s *side) alternate(t *testing.T) {
	m := s.movements[0]
	before := s.seq(t, m)
	b := s.balance(t, officer, s.one, s.two)
	for i := range 6 {
		step := []string{offer, withdraw}[i%2]
		key := rand.Text()
		first, err := b.done(t.Context(), pathOf(m, step), reasonFor(step), key)
		require.NoError(t, err)
		again, err := b.done(t.Context(), pathOf(m, step), reasonFor(step), key)
		require.NoError(t, err)
		require.Equal(t, string(first.body), string(again.body), "byte for byte, from the other one")
		require.Equal(t, first.header.Get("ETag"), again.header.Get("ETag"))
	}
	require.Equal(t, before+6, s.seq(t, m))

	order := gateway.JobOrder{Kind: gateway.JobMovements}
	ordered := b.turn().want(http.StatusAccepted, nil, "POST", "/v1/jobs", order, "Idempotency-Key", rand.Text())
	where := ordered.header.Get("Location")
	var job gateway.Job
	require.Eventually(t, func() bool {
		b.turn().want(http.StatusOK, &job, "GET", where, nil)
		return job.State == gateway.JobDone
	}, time.Minute, 100*time.Millisecond)
	for range 2 {
		require.Contains(t, string(b.turn().want(http.StatusOK, nil, "GET", where+"/result", nil).body), m.MRN)
	}
}

func (s *side) session(t *testing.T, database string) {
	t.Helper()
	const password = "seven loads of red apples"
	add := exec.CommandContext(within(t, time.Minute), s.one.program, "--profile", s.net.ProfilePath(), "user", "add", "aigul",
		"--organisation", "KZ", "--identity", officer, "--database", database)
	add.Stdin = strings.NewReader(password + "\n")
	out, err := add.CombinedOutput()
	require.NoError(t, err, "%s", out)

	// A browser has no client certificate.
	first, second := s.one.at(s.anonymous(t)), s.two.at(s.anonymous(t))
	in := first.ask("POST", "/v1/session", map[string]string{"name": "aigul", "password": password})
	require.Equal(t, 2, in.status/100, "%s", in.body)
	var cookies []string
	for _, c := range (&http.Response{Header: in.header}).Cookies() {
		cookies = append(cookies, c.Name+"="+c.Value)
	}
	cookie := strings.Join(cookies, "; ")
	for _, c := range []*caller{first, second} {
		require.Contains(t, string(c.want(http.StatusOK, nil, "GET", "/v1/caller", nil, "Cookie", cookie).body), officer)
	}
	require.Equal(t, 2, second.ask("DELETE", "/v1/session", nil, "Cookie", cookie).status/100)
	require.Equal(t, http.StatusUnauthorized, first.ask("GET", "/v1/caller", nil, "Cookie", cookie).status)
}

// killedBeforeTheAnswer stops a gateway at later and later moments of a step until the ledger has the step and the caller has no answer,
// and then kills it. The other gateway answers, and does nothing twice. It also goes on with the job of the one that was killed.
func (s *side) killedBeforeTheAnswer(t *testing.T) {
	m := s.movements[0]
	one, two := s.one.at(s.at(t, officer)), s.two.at(s.at(t, officer))
	steps := []string{offer, withdraw}
	taken := 0
	for delay := 20 * time.Millisecond; delay < 2*time.Second; delay += 15 * time.Millisecond {
		before, step, key := s.seq(t, m), steps[taken%2], rand.Text()
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		answered := make(chan said, 1)
		go func() {
			if a, err := one.try(ctx, "POST", pathOf(m, step), reasonFor(step), "Idempotency-Key", key); err == nil {
				answered <- a
			}
		}()
		time.Sleep(delay)
		s.one.signal(syscall.SIGSTOP)
		time.Sleep(500 * time.Millisecond) // What the orderers have is in a block by now.
		if s.seq(t, m) == before || len(answered) > 0 {
			s.one.signal(syscall.SIGCONT)
			select {
			case a := <-answered:
				require.Equal(t, 200, a.status, "%s", a.body)
			case <-ctx.Done():
				t.Fatal("no answer from a gateway that goes on")
			}
			cancel()
			require.Equal(t, before+1, s.seq(t, m))
			taken++
			continue
		}
		s.one.kill()
		cancel()
		t.Logf("killed %s after the request: on the ledger, not answered", delay)
		begun := time.Now()
		done, err := (&balanced{gateways: []*caller{two}}).done(within(t, time.Minute), pathOf(m, step), reasonFor(step), key)
		require.NoError(t, err)
		t.Logf("the other gateway answered after %.1f s", time.Since(begun).Seconds())
		require.Less(t, done.took, 20*time.Second)
		require.Equal(t, before+1, s.seq(t, m), "nothing was done twice")
		if step == offer {
			two.want(http.StatusOK, nil, "POST", pathOf(m, withdraw), reasonFor(withdraw))
		}
		require.Eventually(t, s.two.leads, 20*time.Second, 100*time.Millisecond, "the other one is the courier now")
		s.one.start()
		s.jobTakenOn(t, one, two)
		return
	}
	t.Fatal("the gateway always answered at once")
}

// jobTakenOn orders a job at a gateway, kills that at once, and reads the result at the other.
func (s *side) jobTakenOn(t *testing.T, one, two *caller) {
	t.Helper()
	where := one.want(http.StatusAccepted, nil, "POST", "/v1/jobs", gateway.JobOrder{Kind: gateway.JobLedgerCheck}).header.Get("Location")
	s.one.kill()
	begun := time.Now()
	var job gateway.Job
	require.Eventually(t, func() bool {
		two.want(http.StatusOK, &job, "GET", where, nil)
		return job.State == gateway.JobDone
	}, 2*time.Minute, 200*time.Millisecond)
	two.want(http.StatusOK, nil, "GET", where+"/result", nil)
	t.Logf("a job whose process was killed was done %.1f s later", time.Since(begun).Seconds())
	s.one.start()
}

// load has every movement go to and fro at both gateways while a peer is killed and stays away, and then a gateway is killed. Every
// change is repeated under its key until it is done; then each has to be on its record exactly once.
func (s *side) load(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var working sync.WaitGroup
	all := make([]traffic, len(s.movements))
	before := make([]int, len(s.movements))
	for i, m := range s.movements {
		before[i] = s.seq(t, m)
		b := s.balance(t, officer, s.one, s.two)
		b.next = i
		working.Go(func() { all[i].run(ctx, b, m) })
	}
	time.Sleep(3 * time.Second)
	killed := time.Now()
	require.NoError(t, s.net.Kill(ctx, "kz-peer"))
	require.NoError(t, s.net.Hold(ctx, "kz-peer"))
	time.Sleep(6 * time.Second)
	dead := time.Now()
	s.one.kill()
	time.Sleep(time.Second)
	s.one.start()
	time.Sleep(2 * time.Second)
	require.NoError(t, s.net.Restart(ctx, "kz-peer"))
	require.NoError(t, s.net.AwaitServing(ctx, "kz-peer"))
	time.Sleep(2 * time.Second)
	stop()
	working.Wait()

	changes := 0
	for i, m := range s.movements {
		require.NoError(t, all[i].failed)
		require.Equal(t, before[i]+len(all[i].done), s.seq(t, m), "every change is on the record once, and nothing else")
		changes += len(all[i].done)
	}
	require.Greater(t, changes, 50)
	t.Logf("%d changes; longest before anything happened: %s", changes, worst(all, time.Time{}, killed))
	t.Logf("  when the peer was killed: %s", worst(all, killed, dead))
	t.Logf("  when a gateway was killed: %s", worst(all, dead, time.Now()))
	s.bothPeersAgree(t)
}

// traffic is what one worker has done.
type traffic struct {
	done   []finished
	failed error
}

type finished struct {
	at time.Time
	outcome
}

// run goes to and fro until the context ends, and comes to the end of what it has begun.
func (w *traffic) run(ctx context.Context, b *balanced, m *transit.Movement) {
	for i := 0; ctx.Err() == nil || i%2 == 1; i++ {
		step := []string{offer, withdraw}[i%2]
		bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), 90*time.Second)
		begun := time.Now()
		o, err := b.done(bounded, pathOf(m, step), reasonFor(step), rand.Text())
		cancel()
		if err != nil {
			w.failed = err
			return
		}
		w.done = append(w.done, finished{begun, o})
	}
}

// worst is the longest of the changes that were done between two times, and how many of them were repeated.
func worst(all []traffic, from, to time.Time) string {
	var most finished
	repeated := 0
	for _, w := range all {
		for _, f := range w.done {
			if end := f.at.Add(f.took); end.Before(from) || end.After(to) {
				continue
			}
			if f.tries > 1 {
				repeated++
			}
			if f.took > most.took {
				most = f
			}
		}
	}
	return fmt.Sprintf("%s, %d repeated", most.took.Round(time.Millisecond), repeated)
}

func (s *side) bothPeersAgree(t *testing.T) {
	t.Helper()
	require.Eventually(t, func() bool {
		statuses, err := s.net.FreshStatus(t.Context())
		require.NoError(t, err)
		var heights []uint64
		for _, p := range statuses {
			if p.Organisation == "KZ" && strings.HasPrefix(p.Name, "kz-peer") && p.State == supervisor.Running {
				heights = append(heights, p.Height)
			}
		}
		return len(heights) == 2 && heights[0] == heights[1] && heights[0] > 0
	}, time.Minute, 200*time.Millisecond)
}

// content: a peer that was away while content was delivered gets it from the other one; until then whoever asks it is sent there.
func (s *side) content(t *testing.T) {
	ctx := within(t, 4*time.Minute)
	s.bothPeersAgree(t)
	only := func(places ...int) *cats.Client {
		p, err := cats.LoadProfile(s.net.ProfilePath())
		require.NoError(t, err)
		kz := p.Organisations["KZ"]
		var peers []cats.PeerProfile
		for _, i := range places {
			peers = append(peers, kz.Peers[i])
		}
		kz.Peers = peers
		p.Organisations["KZ"] = kz
		c, err := cats.Open(ctx, p, "kz-officer-khorgos")
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, c.Close()) })
		return c
	}
	for _, place := range []int{0, 1} {
		_, err := only(place).Movements().Content(ctx, s.movements[0].MRN)
		require.NoError(t, err, "peer %d holds what was delivered", place+1)
	}
	require.NoError(t, s.net.Hold(ctx, "kz-peer-2"))
	m := s.inKazakhstan(t)
	require.NoError(t, s.net.Restart(ctx, "kz-peer-2"))
	require.NoError(t, s.net.AwaitServing(ctx, "kz-peer-2"))
	s.bothPeersAgree(t)
	begun := time.Now()
	second := only(1)
	_, err := second.Movements().Content(ctx, m.MRN)
	t.Logf("the peer that was away holds the content at once: %v", err == nil)
	if err != nil {
		require.ErrorIs(t, err, transit.Faultf(transit.NotHere, ""))
	}
	_, err = only(1, 0).Movements().Content(ctx, m.MRN)
	require.NoError(t, err, "the other peer answers for it")
	require.Eventually(t, func() bool {
		_, err := second.Movements().Content(ctx, m.MRN)
		return err == nil
	}, 2*time.Minute, time.Second, "it makes up for it")
	t.Logf("it holds the content %.1f s after it had the blocks", time.Since(begun).Seconds())
}
