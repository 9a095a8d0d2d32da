package gateway

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/projection"
)

// ModelProgress tells how far the read model is behind the ledger of the organisation's peer.
type ModelProgress struct {
	// Number of blocks in the model: the number of the first one that is not.
	Blocks uint64 `json:"blocks"`
	// When the last transaction in it was made, as its client declared.
	At string `json:"at,omitempty"`
	// Number of blocks at the peer.
	LedgerBlocks uint64 `json:"ledgerBlocks"`
	// How many blocks are at the peer and not in the model.
	BehindBlocks uint64 `json:"behindBlocks"`
	// For how long, at most, the model has lacked something; 0 when no block is missing.
	BehindSeconds int64 `json:"behindSeconds"`
}

// WorkCount is how many things of one kind wait.
type WorkCount struct {
	Kind    projection.Task `json:"kind"`
	Waiting int             `json:"waiting"`
}

// Table is a list that has no pages.
type Table[T any] struct {
	Items []T `json:"items"`
}

// Findings are a page of movements that were found.
type Findings struct {
	Items []projection.Hit `json:"items"`
	// Where was looked: all that is open to the caller unless it named some.
	Searched []projection.Kind `json:"searched"`
	// Next is the cursor of the next page; absent after the last.
	Next string `json:"next,omitempty"`
}

// Story is a movement and a page of what happened to it, in the order of the ledger.
type Story struct {
	Movement *projection.Movement `json:"movement"`
	Items    []projection.Moment  `json:"items"`
	// Next is the cursor of the next page; absent after the last.
	Next string `json:"next,omitempty"`
}

// ofModelDescription says of every query where its answer comes from.
const ofModelDescription = "From the organisation's read model. The headers Cats-Model-Blocks and Cats-Model-Time tell how new the answer " +
	"is: what a receipt with a lower block number proves is in it."

func modelled(o operation, more string) operation {
	if o.description = ofModelDescription; more != "" {
		o.description = more + "\n\n" + ofModelDescription
	}
	o.method = http.MethodGet
	return o
}

func modelRows() []operation {
	return tagged(tagModel, append([]operation{
		modelProgress(), worklist(), workCounts(), search(), timeline(), overdue(), exposure(),
	}, statistics()...)...)
}

// modelProgress asks the ledger for its height, which no other query of the model waits for.
func modelProgress() operation {
	return read(operation{
		id: "getModel", method: http.MethodGet, path: "/v1/model", summary: "Read how far the read model is behind the ledger",
		description: "Compared with the organisation's own peer.",
	}, func(ctx context.Context, l *Ledger, r *request) (*ModelProgress, error) {
		if r.beside.Model == nil {
			return nil, absent("read model")
		}
		height, err := l.Node.Height(ctx)
		if err != nil {
			return nil, err
		}
		return progressOf(ctx, r.beside.Model, height, time.Now())
	})
}

// progressOf reads how far the model has come of a ledger of some height. It has come further when it is ahead of a height that was read before.
func progressOf(ctx context.Context, m ReadModel, height uint64, now time.Time) (*ModelProgress, error) {
	p, err := m.Progress(ctx)
	if err != nil {
		return nil, err
	}
	out := &ModelProgress{Blocks: p.Next, At: p.At, LedgerBlocks: max(height, p.Next)}
	if out.BehindBlocks = out.LedgerBlocks - out.Blocks; out.BehindBlocks == 0 {
		return out, nil
	}
	if at, err := time.Parse(time.RFC3339, p.At); err == nil {
		out.BehindSeconds = max(0, int64(now.Sub(at).Seconds()))
	}
	return out, nil
}

func workParameters() []parameter {
	return []parameter{
		{name: "office", description: "Whose list: an office of the organisation; the caller's own when all three are left out.", example: "KZHOR001"},
		{name: "operator", description: "Whose list: an operator.", example: "KZ123456789012"},
		{name: "guarantor", description: "Whose list: the MSP of a guarantor.", example: "CGMMSP"},
		{name: "role", description: "Only what the office does in this role.", values: officeRoles()},
		{name: "kind", description: "Only these kinds, separated by commas: " + listed(projection.Tasks()) + ".", example: "accept,release"},
	}
}

func officeRoles() []string { return []string{"departure", "transit", "destination", "recovery"} }

// workAsked reads whose work is asked for; the caller's own when nobody is named.
func workAsked(r *request) (projection.Work, error) {
	w := projection.Work{Office: r.query("office"), Operator: r.query("operator"), Guarantor: r.query("guarantor"), Role: r.query("role")}
	if w.Role != "" {
		if err := oneOf("role", w.Role, officeRoles()); err != nil {
			return w, err
		}
	}
	var err error
	if w.Kinds, err = choices(r, "kind", projection.Tasks()); err != nil {
		return w, err
	}
	if w.Office+w.Operator+w.Guarantor == "" {
		w.Office, w.Operator = r.caller.Office, r.caller.Operator
		if r.caller.Role == transit.RoleGuarantor {
			w.Guarantor = r.beside.MSP
		}
	}
	named := slices.DeleteFunc([]string{w.Office, w.Operator, w.Guarantor}, func(who string) bool { return who == "" })
	if len(named) != 1 {
		return w, transit.Faultf(transit.MalformedRequest, "say whose list: one office, operator or guarantor").At("/office")
	}
	return w, nil
}

func worklist() operation {
	return view(modelled(operation{
		id: "getWorklist", path: "/v1/worklist", summary: "Read what waits for an office, an operator or a guarantor",
		query: pageParameters(workParameters()...),
	}, "Longest first. Officers, couriers and administrators read lists of offices of their organisation, traders and guarantors their own, "+
		"analysts any."), func(ctx context.Context, v *projection.View, r *request) (*Page[projection.WorkItem], error) {
		w, err := workAsked(r)
		if err != nil {
			return nil, err
		}
		if w.Paging, err = r.paging(); err != nil {
			return nil, err
		}
		page, err := v.Worklist(ctx, w)
		return pageOf(r, page, err)
	})
}

// pageOf makes the answer of a page of the model.
func pageOf[T any](r *request, page *projection.Page[T], err error) (*Page[T], error) {
	if err != nil {
		return nil, err
	}
	return &Page[T]{Items: page.Items, Next: sealCursor(r.operation.id, page.Next)}, nil
}

func workCounts() operation {
	return view(modelled(operation{
		id: "countWork", path: "/v1/worklist/counts", summary: "Count what waits, by kind", query: workParameters(),
	}, "Kinds of which nothing waits are left out."), func(ctx context.Context, v *projection.View, r *request) (*Table[WorkCount], error) {
		w, err := workAsked(r)
		if err != nil {
			return nil, err
		}
		found, err := v.WorkCounts(ctx, w)
		if err != nil {
			return nil, err
		}
		out := &Table[WorkCount]{Items: []WorkCount{}}
		for _, k := range projection.Tasks() {
			if n := found[k]; n > 0 {
				out.Items = append(out.Items, WorkCount{Kind: k, Waiting: n})
			}
		}
		return out, nil
	})
}

// searchBytes bounds what is searched for.
const searchBytes = 512

func search() operation {
	return view(modelled(operation{
		id: "searchMovements", path: "/v1/search", summary: "Find movements by what people know of them",
		query: pageParameters(
			parameter{
				name: "text", required: true, example: "TSLU5304176",
				description: "An MRN or LRN (or its beginning), a container, seal or plate (or its beginning), the number of an operator, or words of " +
					"names and goods: in any order, \"side by side\" in quotes, with * for all that begin so. Chinese needs no spaces.",
			},
			parameter{name: "in", description: "Where to look, separated by commas: " + listed(projection.Kinds()) + ".", example: "container,plate"},
		),
	}, "Newest first. Public references (MRN, LRN, holder, declarant) find for traders their own movements, for others every one. Containers, "+
		"seals, plates, other operators and words look into the content that the organisation holds: officers and couriers find those on whose itinerary "+
		"their organisation is, traders what they have declared themselves, and for others these ways are closed: the answer tells where was looked."),
		func(ctx context.Context, v *projection.View, r *request) (*Findings, error) {
			s := projection.Search{Text: r.query("text")}
			if len(s.Text) > searchBytes {
				return nil, transit.Faultf(transit.MalformedRequest, "the text has at most %d bytes", searchBytes).At("/text")
			}
			var err error
			if s.Kinds, err = choices(r, "in", projection.Kinds()); err != nil {
				return nil, err
			}
			if len(s.Kinds) == 0 {
				s.Kinds = v.Kinds()
			}
			if s.Paging, err = r.paging(); err != nil {
				return nil, err
			}
			page, err := v.Search(ctx, s)
			if err != nil {
				return nil, err
			}
			return &Findings{Items: page.Items, Searched: s.Kinds, Next: sealCursor(r.operation.id, page.Next)}, nil
		})
}

func timeline() operation {
	return view(modelled(operation{
		id: "getTimeline", path: "/v1/movements/{movement}/timeline", summary: "Read what happened to a movement, step by step", query: pageParameters(),
	}, "Faster than its history, without who signed and endorsed. A movement that is not for the caller is not there (404)."),
		func(ctx context.Context, v *projection.View, r *request) (*Story, error) {
			p, err := r.paging()
			if err != nil {
				return nil, err
			}
			m, err := v.Movement(ctx, r.path("movement"))
			if err != nil {
				return nil, err
			}
			page, err := v.Timeline(ctx, r.path("movement"), p)
			if err != nil {
				return nil, err
			}
			return &Story{Movement: m, Items: page.Items, Next: sealCursor(r.operation.id, page.Next)}, nil
		})
}

func overdue() operation {
	return view(modelled(operation{
		id: "listOverdue", path: "/v1/overdue", summary: "List movements that are under way after their time limit", query: pageParameters(
			parameter{name: "day", description: "As of this day (YYYY-MM-DD); today when left out.", example: "2026-12-31"},
			parameter{name: "office", description: "Only those of this office of departure, which has to enquire.", example: "CNURM001"},
		),
	}, "Longest overdue first: a trader's own, an analyst's all, and for others those on whose itinerary their organisation is or for which it stands."),
		func(ctx context.Context, v *projection.View, r *request) (*Page[projection.Overdue], error) {
			l := projection.Late{Departure: r.query("office")}
			var err error
			if l.Day, err = r.day("day"); err != nil {
				return nil, err
			}
			if l.Day == "" {
				l.Day = transit.Day(time.Now())
			}
			if l.Paging, err = r.paging(); err != nil {
				return nil, err
			}
			page, err := v.Overdue(ctx, l)
			return pageOf(r, page, err)
		})
}

func exposure() operation {
	sides := []projection.Side{projection.OfGuarantor, projection.OfHolder}
	return view(modelled(operation{
		id: "getExposure", path: "/v1/exposure", summary: "Add up what guarantors or holders stand for", query: pageParameters(
			parameter{name: "by", description: "By whom it is added up; guarantor when left out.", values: texts(sides)},
			parameter{name: "guarantor", description: "Only guarantees of this MSP.", example: "CGMMSP"},
			parameter{name: "holder", description: "Only guarantees of this holder.", example: "CN916501007TSL1"},
		),
	}, "By currency, from the guarantees that the caller may read: a trader's own, a guarantor's own, all for others."),
		func(ctx context.Context, v *projection.View, r *request) (*Page[projection.Exposure], error) {
			e := projection.Exposed{By: projection.OfGuarantor, Guarantor: r.query("guarantor"), Holder: strings.TrimSpace(r.query("holder"))}
			if by := r.query("by"); by != "" {
				if err := oneOf("by", by, sides); err != nil {
					return nil, err
				}
				e.By = projection.Side(by)
			}
			var err error
			if e.Paging, err = r.paging(); err != nil {
				return nil, err
			}
			page, err := v.Exposure(ctx, e)
			return pageOf(r, page, err)
		})
}
