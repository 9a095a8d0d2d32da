package cats_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/formats"
	"github.com/stretchr/testify/require"
)

// The tests of this file need a running pilot network. They are skipped unless
// CATS_TEST_PROFILE names its profile.

const balances = 64

type pilot struct {
	t       *testing.T
	ctx     context.Context
	profile *cats.Profile
	queues  *cats.Queues
	// traders are those whose peers must know a guarantee before it is declared on.
	traders []*cats.Client
}

func onNetwork(t *testing.T) *pilot {
	t.Helper()
	path := os.Getenv("CATS_TEST_PROFILE")
	if path == "" {
		t.Skip("CATS_TEST_PROFILE names no running network")
	}
	profile, err := cats.LoadProfile(path)
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	t.Cleanup(cancel)
	p := &pilot{t: t, ctx: ctx, profile: profile, queues: cats.NewQueues()}
	p.traders = []*cats.Client{p.as("cn-trader-tianshan"), p.as("kz-trader-zhetysu")}
	return p
}

func (p *pilot) as(name string) *cats.Client {
	p.t.Helper()
	c, err := cats.Open(p.ctx, p.profile, name, cats.WithQueues(p.queues))
	require.NoError(p.t, err)
	p.t.Cleanup(func() { require.NoError(p.t, c.Close()) })
	return c
}

// locked waits until the clerk's peer, which may be a block behind, shows the amount locked, and checks the sum.
func (p *pilot) locked(clerk *cats.Client, grn string, minor int64) {
	p.t.Helper()
	var view *transit.GuaranteeView
	require.Eventually(p.t, func() bool {
		var err error
		view, err = clerk.Guarantees().Get(p.ctx, grn)
		return err == nil && view.Locked.Minor == minor
	}, 20*time.Second, 200*time.Millisecond, "%d locked on %s", minor, grn)
	require.Equal(p.t, view.Guarantee.Terms.ReferenceAmount.Minor, view.Available.Minor+view.Locked.Minor)
}

// guarantee registers a comprehensive guarantee of the trader under a fresh GRN.
func (p *pilot) guarantee(clerk *cats.Client, minor int64, records int) string {
	p.t.Helper()
	grn, err := transit.NewGRN(2026, "KZ", "T"+rand.Text()[:11])
	require.NoError(p.t, err)
	_, receipt, err := clerk.Guarantees().Register(p.ctx, transit.Terms{
		GRN: grn.String(), Type: "1", Guarantor: clerk.MSP(), Holder: "CN916501007TSL1", Percentage: 100, Balances: records,
		Representatives: []string{"KZ190840012345"},
		ReferenceAmount: transit.Money{Minor: minor, Currency: "USD"}, ValidFrom: "2026-01-01", ValidUntil: "2027-12-31",
	}, []string{"TS17"})
	require.NoError(p.t, err)
	for _, c := range p.traders {
		_, err := c.Await(p.ctx, receipt.TransactionID)
		require.NoError(p.t, err)
	}
	return grn.String()
}

// declaration is the shipped example under a fresh LRN.
func (p *pilot) declaration(grn, amount string) *transit.STD {
	p.t.Helper()
	f, err := os.Open(filepath.Join("..", "formats", "examples", "cn-kz-kg-electronics.xml"))
	require.NoError(p.t, err)
	defer func() { _ = f.Close() }()
	std, err := formats.ReadCC015C(f)
	require.NoError(p.t, err)
	std.TransitOperation.LRN = "T" + rand.Text()[:20]
	ref := &std.Guarantees[0].GuaranteeReferences[0]
	ref.GRN, ref.AmountToBeCovered = grn, transit.Decimal(amount)
	return std
}

// each runs n jobs at once and returns how long they took.
func each(t *testing.T, n int, job func(i int) error) time.Duration {
	t.Helper()
	var wg sync.WaitGroup
	failures := make([]error, n)
	start := time.Now()
	for i := range n {
		wg.Go(func() { failures[i] = job(i) })
	}
	wg.Wait()
	took := time.Since(start)
	for _, err := range failures {
		require.NoError(t, err)
	}
	return took
}

// accepted lodges and accepts one movement per guarantee named.
func (p *pilot) accepted(trader, officer *cats.Client, amount string, grns ...string) []string {
	p.t.Helper()
	mrns := make([]string, len(grns))
	each(p.t, len(grns), func(i int) error {
		m, _, err := trader.Movements().Lodge(p.ctx, p.declaration(grns[i], amount))
		if err != nil {
			return err
		}
		accepted, _, err := officer.Movements().Accept(p.ctx, m.ID)
		if err != nil {
			return err
		}
		mrns[i] = accepted.MRN
		return nil
	})
	return mrns
}

func (p *pilot) release(officer *cats.Client, mrns []string) (time.Duration, int) {
	p.t.Helper()
	var mu sync.Mutex
	attempts := 0
	limit := time.Now().AddDate(0, 0, 20).UTC().Format("2006-01-02")
	took := each(p.t, len(mrns), func(i int) error {
		_, receipt, err := officer.Movements().Release(p.ctx, mrns[i], limit)
		mu.Lock()
		attempts += receipt.Attempts
		mu.Unlock()
		return err
	})
	return took, attempts
}

func TestFiftyParallelReleasesOnOneGuarantee(t *testing.T) {
	const n = 50
	p := onNetwork(t)
	clerk, trader, officer := p.as("cgm-clerk"), p.as("cn-trader-tianshan"), p.as("cn-officer-urumqi")
	own, shared := make([]string, n), make([]string, n)
	each(t, n, func(i int) error { own[i] = p.guarantee(clerk, 20_000_00, 1); return nil })
	one := p.guarantee(clerk, n*20_000_00, balances)
	for i := range shared {
		shared[i] = one
	}
	const rounds = 5
	var ratios []float64
	for round := range rounds {
		var apart, together time.Duration
		ways := []struct {
			name  string
			mrns  []string
			total *time.Duration
		}{
			{"50 guarantees", p.accepted(trader, officer, "1000.00", own...), &apart},
			{"one guarantee", p.accepted(trader, officer, "1000.00", shared...), &together},
		}
		// Whoever comes second meets the deliveries of the first, so they take turns.
		if round%2 == 1 {
			slices.Reverse(ways)
		}
		for _, w := range ways {
			took, attempts := p.release(officer, w.mrns)
			*w.total = took
			t.Logf("%s: %s, %.1f/s, %d attempts", w.name, took.Round(time.Millisecond), n/took.Seconds(), attempts)
		}
		ratios = append(ratios, apart.Seconds()/together.Seconds())
	}
	slices.Sort(ratios)
	t.Logf("throughput on one guarantee in relation to 50: median %.2f of %.2f", ratios[rounds/2], ratios)
	p.locked(clerk, one, int64(rounds*n*1_000_00))
	t.Logf("rate on one guarantee by that on its own: median %.2f", ratios[rounds/2])
}

func TestReleasesBeyondTheGuaranteeAreRefusedAndNothingIsOverdrawn(t *testing.T) {
	p := onNetwork(t)
	clerk, trader, officer := p.as("cgm-clerk"), p.as("cn-trader-tianshan"), p.as("cn-officer-urumqi")
	grn := p.guarantee(clerk, 10_000_00, 4)
	mrns := p.accepted(trader, officer, "1500.00", strings.Split(strings.Repeat(grn+" ", 12)[:12*18-1], " ")...)
	var mu sync.Mutex
	released, refused := 0, 0
	each(t, len(mrns), func(i int) error {
		_, _, err := officer.Movements().Release(p.ctx, mrns[i], time.Now().AddDate(0, 0, 20).UTC().Format("2006-01-02"))
		mu.Lock()
		defer mu.Unlock()
		switch {
		case err == nil:
			released++
		case errors.Is(err, transit.Faultf(transit.GuaranteeRefused, "")):
			refused++
		default:
			return err
		}
		return nil
	})
	require.Equal(t, 6, released, "six times 1500.00 fit into 10000.00")
	require.Equal(t, 6, refused)
	p.locked(clerk, grn, 9_000_00)
}

// Two countries' node applications know nothing of each other; each begins at its own records.
func TestTwoCountriesReleaseOnOneGuarantee(t *testing.T) {
	const n = 20
	p := onNetwork(t)
	other := &pilot{t: t, ctx: p.ctx, profile: p.profile, queues: cats.NewQueues()}
	clerk := p.as("cgm-clerk")
	grn := p.guarantee(clerk, n*20_000_00, 48)
	china := p.accepted(p.as("cn-trader-tianshan"), p.as("cn-officer-urumqi"), "1000.00", slices.Repeat([]string{grn}, n)...)
	trader, officer := other.as("kz-trader-zhetysu"), other.as("kz-officer-almaty")
	kazakhstan := make([]string, n)
	each(t, n, func(i int) error {
		std := p.declaration(grn, "1000.00")
		std.DepartureOffice.ReferenceNumber = "KZALA001"
		std.TransitOffices = std.TransitOffices[1:]
		std.TransitOffices[0].SequenceNumber = 1
		std.Consignment.CountriesOfRouting = std.Consignment.CountriesOfRouting[1:]
		for i := range std.Consignment.CountriesOfRouting {
			std.Consignment.CountriesOfRouting[i].SequenceNumber = i + 1
		}
		std.Representative = &transit.Representative{IdentificationNumber: "KZ190840012345", Status: "2"}
		m, _, err := trader.Movements().Lodge(p.ctx, std)
		if err != nil {
			return err
		}
		kazakhstan[i] = m.ID
		_, _, err = officer.Movements().Accept(p.ctx, m.ID)
		return err
	})
	attempts := make([]int, 2)
	var wg sync.WaitGroup
	wg.Go(func() { _, attempts[0] = p.release(p.as("cn-officer-urumqi"), china) })
	wg.Go(func() { _, attempts[1] = other.release(officer, kazakhstan) })
	wg.Wait()
	t.Logf("%d attempts for %d releases in China, %d for %d in Kazakhstan", attempts[0], n, attempts[1], n)
	p.locked(clerk, grn, int64(2*n*1_000_00))
}

// Two programs of one country begin at the same records and know nothing of each other; they part by colliding.
func TestTwoProgramsOfOneCountryReleaseOnOneGuarantee(t *testing.T) {
	const n = 25
	p := onNetwork(t)
	other := &pilot{t: t, ctx: p.ctx, profile: p.profile, queues: cats.NewQueues()}
	clerk, trader := p.as("cgm-clerk"), p.as("cn-trader-tianshan")
	officers := []*cats.Client{p.as("cn-officer-urumqi"), other.as("cn-officer-urumqi")}
	grn := p.guarantee(clerk, 4*n*20_000_00, balances)
	for round := range 2 {
		mrns := p.accepted(trader, officers[0], "1000.00", slices.Repeat([]string{grn}, 2*n)...)
		attempts, took := make([]int, 2), make([]time.Duration, 2)
		var wg sync.WaitGroup
		wg.Go(func() { took[0], attempts[0] = p.release(officers[0], mrns[:n]) })
		wg.Go(func() { took[1], attempts[1] = other.release(officers[1], mrns[n:]) })
		wg.Wait()
		t.Logf("round %d: %d and %d attempts for %d releases each, %.1f/s", round, attempts[0], attempts[1], n, 2*n/max(took[0], took[1]).Seconds())
	}
	p.locked(clerk, grn, int64(4*n*1_000_00))
}

// Whole lives over three countries, many at once. What goes wrong on the network
// meanwhile, such as a node that is killed, must not be seen in the outcome.
func TestWholeLivesInParallel(t *testing.T) {
	n := 24
	if text := os.Getenv("CATS_TEST_LIVES"); text != "" {
		var err error
		n, err = strconv.Atoi(text)
		require.NoError(t, err)
	}
	p := onNetwork(t)
	l := lives{
		pilot: p, trader: p.as("cn-trader-tianshan"), urumqi: p.as("cn-officer-urumqi"), khorgos: p.as("kz-officer-khorgos"),
		akzhol: p.as("kg-officer-akzhol"), bishkek: p.as("kg-officer-bishkek"),
		places: make(chan struct{}, 24),
	}
	clerk := p.as("cgm-clerk")
	l.grn = p.guarantee(clerk, 40*20_000_00, 32)
	took := each(t, n, l.live)
	t.Logf("%d lives in %s", n, took.Round(time.Millisecond))
	p.locked(clerk, l.grn, 0)
}

type lives struct {
	*pilot
	grn                                      string
	trader, urumqi, khorgos, akzhol, bishkek *cats.Client
	places                                   chan struct{}
}

// live takes one movement from declaration to discharge.
func (l *lives) live(int) error {
	l.places <- struct{}{}
	defer func() { <-l.places }()
	lodged, r, err := l.trader.Movements().Lodge(l.ctx, l.declaration(l.grn, "1000.00"))
	if err != nil {
		return err
	}
	m := &lodged.Course
	id, limit := m.ID, time.Now().AddDate(0, 0, 20).UTC().Format("2006-01-02")
	last := l.trader
	for _, s := range []struct {
		by   *cats.Client
		take func(m *cats.Movements) (*transit.Course, cats.Receipt, error)
	}{
		{l.urumqi, func(m *cats.Movements) (*transit.Course, cats.Receipt, error) { return m.Accept(l.ctx, id) }},
		{l.urumqi, func(m *cats.Movements) (*transit.Course, cats.Receipt, error) { return m.Release(l.ctx, id, limit) }},
		{l.urumqi, func(m *cats.Movements) (*transit.Course, cats.Receipt, error) { return m.ProposeHandOff(l.ctx, id) }},
		{l.khorgos, func(m *cats.Movements) (*transit.Course, cats.Receipt, error) { return m.AcceptHandOff(l.ctx, id) }},
		{l.khorgos, func(m *cats.Movements) (*transit.Course, cats.Receipt, error) { return m.ProposeHandOff(l.ctx, id) }},
		{l.akzhol, func(m *cats.Movements) (*transit.Course, cats.Receipt, error) { return m.AcceptHandOff(l.ctx, id) }},
		{l.bishkek, func(m *cats.Movements) (*transit.Course, cats.Receipt, error) { return m.Arrive(l.ctx, id) }},
		{l.bishkek, func(m *cats.Movements) (*transit.Course, cats.Receipt, error) {
			return m.RecordResults(l.ctx, id, "A1")
		}},
		{l.bishkek, func(m *cats.Movements) (*transit.Course, cats.Receipt, error) { return m.Discharge(l.ctx, id) }},
	} {
		if s.by.MSP() != last.MSP() {
			if _, err := s.by.Await(l.ctx, r.TransactionID); err != nil {
				return err
			}
		}
		if m, r, err = s.take(s.by.Movements()); err != nil {
			return fmt.Errorf("%s: %w", id, err)
		}
		last = s.by
	}
	if m.State != transit.Discharged || m.Seq != 10 {
		return fmt.Errorf("%s ended %s at step %d", id, m.State, m.Seq)
	}
	return nil
}
