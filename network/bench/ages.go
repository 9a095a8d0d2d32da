package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"carec.example/cats/chaincode/transit"
)

// A record keeps what happens to its movement, up to bounds. An age is one of the ways in which it fills.
type age struct {
	name string
	// underway fills the record between release and the first hand-off, arrived between arrival and results; both may be nil.
	underway, arrived func(b *bench, ctx context.Context, movements []*movement) error
	// unloaded: the unloading will be remarked on. So the country of destination must hold the content and the incidents'
	// papers: the hand-off comes first, without a figure, and the incidents happen in that country.
	unloaded bool
	// ends is the office of destination after all that.
	ends string
}

// Bounds of a record, as the procedure has them: 9 diversions, 9 incidents, 30 annexes.
const (
	mostDiversions = 9
	mostIncidents  = 9
	mostAnnexes    = 30
)

// agedTerritories is the shortest itinerary, on which the record is little else than what it has seen.
const agedTerritories = 2

func ages() []age {
	first, last := route()[0], route()[agedTerritories-1]
	end := endOf(last)
	return []age{
		{name: "as lodged", ends: end},
		{name: fmt.Sprintf("%d diversions", mostDiversions), underway: (*bench).divert, ends: divertedTo(mostDiversions - 1)},
		{name: fmt.Sprintf("%d incidents", mostIncidents), underway: meetIncidents(first), ends: end},
		{
			name:     fmt.Sprintf("%d incidents and %d unloading remarks, %d annexes", mostIncidents, mostAnnexes-mostIncidents, mostAnnexes),
			underway: meetIncidents(last), unloaded: true, arrived: (*bench).remark, ends: end,
		},
	}
}

// agedOperations are measured at every age.
func agedOperations() []operation {
	return []operation{opNoop, opPropose, opReceive, opArrive, opResults, opDischarge}
}

// aged measures the steps of movements whose records have filled.
func (b *bench) aged(ctx context.Context, a age) (*Case, error) {
	l, count := b.legLoad()
	b.log("  record: %s, %s, %d movements", a.name, l, count)
	movements := b.declareOwn(along(b.std, agedTerritories), count)
	if err := b.prepareReleased(ctx, movements); err != nil {
		return nil, err
	}
	entries := route()
	propose, receive, err := b.handOff(ctx, entries[0], entries[1])
	if err != nil {
		return nil, err
	}
	if a.unloaded {
		if err := b.prepare(ctx, movements, propose, receive); err != nil {
			return nil, err
		}
	}
	if a.underway != nil {
		if err := a.underway(b, ctx, movements); err != nil {
			return b.notAged(a, movements, err)
		}
	}
	var figures []*figure
	if !a.unloaded {
		if figures, err = b.apart(func() error { return b.besideNoop(ctx, l, []step{propose, receive}, movements) }); err != nil {
			return nil, err
		}
	}
	more, failed, err := b.agedArrival(ctx, a, l, movements)
	switch {
	case failed != nil:
		return b.notAged(a, movements, failed)
	case err != nil:
		return nil, err
	}
	c := caseOf(a.name, append(figures, more...), agedOperations())
	c.RecordBytes, err = b.recordBytes(ctx, movements)
	return c, err
}

// agedArrival measures the steps at destination. What it says has failed is the filling of the record.
func (b *bench) agedArrival(ctx context.Context, a age, l load, movements []*movement) (figures []*figure, failed, err error) {
	if a.unloaded {
		if failed := b.notify(ctx, movements); failed != nil {
			return nil, failed, nil
		}
	}
	end, err := b.officerAt(ctx, a.ends)
	if err != nil {
		return nil, nil, err
	}
	steps := arrivals(end)
	figures, err = b.apart(func() error {
		if err := b.besideNoop(ctx, l, steps[:1], movements); err != nil {
			return err
		}
		if a.arrived != nil {
			failed = a.arrived(b, ctx, movements)
		}
		if failed == nil {
			return b.besideNoop(ctx, l, steps[1:], movements)
		}
		return nil
	})
	return figures, failed, err
}

// notAged leaves an age out when its record could not be filled, and tells why. Where the movements stand then is open.
func (b *bench) notAged(a age, movements []*movement, failed error) (*Case, error) {
	for _, m := range movements {
		m.unsure = true
	}
	b.log("    not measured: %v", failed)
	why, _, _ := strings.Cut(failed.Error(), "\n")
	return &Case{Name: a.name, Skipped: why}, nil
}

// divertedTo is the office of destination after so many diversions from 0 on.
func divertedTo(diversion int) string { return []string{"KZKOR001", "KZALA001"}[diversion%2] }

// divert changes the office of destination within the country, again and again.
func (b *bench) divert(ctx context.Context, movements []*movement) error {
	departure, err := b.officerAt(ctx, route()[0])
	if err != nil {
		return err
	}
	for diversion := range mostDiversions {
		office := divertedTo(diversion)
		asking, err := b.officerAt(ctx, office)
		if err != nil {
			return err
		}
		err = b.every(ctx, movements, func(ctx context.Context, m *movement) error {
			return asking.ask(ctx, b.profile.Chaincode, transit.StepAskDiversion,
				transit.StepRequest{Movement: m.id, Diversion: transit.DivertDestination})
		})
		if err != nil {
			return err
		}
		err = b.every(ctx, movements, func(ctx context.Context, m *movement) error {
			return departure.ask(ctx, b.profile.Chaincode, transit.StepGrantDiversion,
				transit.StepRequest{Movement: m.id, Route: route()[1:agedTerritories], Destination: office})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// meetIncidents registers as many incidents as a record takes, each with its paper, at an office of the custodian.
func meetIncidents(office string) func(*bench, context.Context, []*movement) error {
	return func(b *bench, ctx context.Context, movements []*movement) error {
		return b.incidents(ctx, office, movements)
	}
}

func (b *bench) incidents(ctx context.Context, office string, movements []*movement) error {
	officer, err := b.officerAt(ctx, office)
	if err != nil {
		return err
	}
	for incident := range mostIncidents {
		paper := map[string]any{
			"code": "1", "text": fmt.Sprintf("road closed by rockfall, the prescribed itinerary left at kilometre %d", 40+incident),
			"location": map[string]any{"qualifierOfIdentification": "U", "unLocode": "KZKHG", "country": "KZ"},
		}
		request := transit.StepRequest{Incident: "1"}
		if err := b.withPaper(ctx, officer, movements, transit.StepRegisterIncident, request, transit.AnnexIncident, paper); err != nil {
			return err
		}
	}
	return nil
}

// withPaper takes a step of every movement with a paper, which goes to the actor's own peer first.
func (b *bench) withPaper(
	ctx context.Context, who *actor, movements []*movement, s transit.Step, request transit.StepRequest, kind transit.AnnexKind, paper any,
) error {
	msp := b.profile.Organisations[who.id.Organisation].MSP
	refs := make(map[*movement]*transit.AnnexRef, len(movements))
	for _, m := range movements {
		refs[m] = &transit.AnnexRef{}
	}
	err := b.every(ctx, movements, func(ctx context.Context, m *movement) error {
		ref, err := who.annex(ctx, b.profile.Chaincode, msp, m.id, kind, paper)
		if err == nil {
			*refs[m] = *ref
		}
		return err
	})
	if err != nil {
		return err
	}
	return b.every(ctx, movements, func(ctx context.Context, m *movement) error {
		one := request
		one.Movement, one.Annex = m.id, refs[m]
		return who.ask(ctx, b.profile.Chaincode, s, one)
	})
}

// notify brings the content to the country of destination and has its trader notify the arrival.
func (b *bench) notify(ctx context.Context, movements []*movement) error {
	trader, err := b.traderOf(ctx, transit.OfficeCountry(route()[agedTerritories-1]))
	if err != nil {
		return err
	}
	msp := b.profile.Organisations[trader.id.Organisation].MSP
	err = b.every(ctx, movements, func(ctx context.Context, m *movement) error {
		_, _, err := b.actors.courier.Movements().Deliver(ctx, m.id, msp)
		return err
	})
	if err != nil {
		return err
	}
	return b.every(ctx, movements, func(ctx context.Context, m *movement) error {
		return trader.ask(ctx, b.profile.Chaincode, transit.StepNotifyArrival, transit.StepRequest{Movement: m.id})
	})
}

// remark permits the unloading and has it remarked on until the record takes no more annexes; the last time it is complete.
func (b *bench) remark(ctx context.Context, movements []*movement) error {
	entry := route()[agedTerritories-1]
	trader, err := b.traderOf(ctx, transit.OfficeCountry(entry))
	if err != nil {
		return err
	}
	end, err := b.officerAt(ctx, endOf(entry))
	if err != nil {
		return err
	}
	today := time.Now().UTC().Format(time.DateOnly)
	for remark := mostIncidents; remark < mostAnnexes; remark++ {
		err := b.every(ctx, movements, func(ctx context.Context, m *movement) error {
			return end.ask(ctx, b.profile.Chaincode, transit.StepPermitUnloading, transit.StepRequest{Movement: m.id})
		})
		if err != nil {
			return err
		}
		conform, complete := false, remark == mostAnnexes-1
		paper := map[string]any{
			"conform": "0", "unloadingCompletion": map[bool]string{true: "1", false: "0"}[complete], "unloadingDate": today, "stateOfSeals": "1",
			"unloadingRemark": fmt.Sprintf("cartons wet, part %d of the unloading", remark-mostIncidents+1),
		}
		request := transit.StepRequest{Conform: &conform, Complete: &complete}
		if err := b.withPaper(ctx, trader, movements, transit.StepRemarkUnloading, request, transit.AnnexRemarks, paper); err != nil {
			return err
		}
	}
	return nil
}

func messageID() string { return rand.Text() }

func salt() []byte {
	random := make([]byte, transit.SeedLength)
	_, _ = rand.Read(random) // it never fails
	return random
}
