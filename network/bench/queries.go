package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/database"
	"carec.example/cats/client/projection"
	"carec.example/cats/network/bench/measure"
)

// This part needs no network: it fills a read model through the projection's own follower with the blocks of a ledger that was
// never run, and asks it what offices, guarantors and analysts ask.

// Queried are the queries of a read model of one size.
type Queried struct {
	Movements       int       `json:"movements"`
	Bytes           int64     `json:"bytes"`
	SeededPerSecond float64   `json:"seededPerSecond"`
	Rows            []Answers `json:"rows"`
}

// Answers is one kind of query, asked many times about different things. Latencies are in milliseconds.
type Answers struct {
	Query string  `json:"query"`
	Asked int     `json:"asked"`
	P50   float64 `json:"p50ms"`
	P95   float64 `json:"p95ms"`
	Worst float64 `json:"worstMs"`
	// Rows is the mean number of rows in an answer.
	Rows float64 `json:"rows"`
}

// askedOften is the number of repetitions of a query.
const askedOften = 300

// query is one kind of question; ask asks it once about something drawn at random and tells the number of rows.
type query struct {
	name  string
	times int
	ask   func(ctx context.Context, m *projection.Model, i int) (int, error)
}

// modelQueries measures the part queries.
func modelQueries(ctx context.Context, _ string, s settings, results *Results, log func(string, ...any)) error {
	if !s.has("queries") {
		return nil
	}
	for _, size := range s.models {
		log("  a read model of %d movements", size)
		q, err := querySize(ctx, s.out, size, log)
		if err != nil {
			return err
		}
		results.Queried = append(results.Queried, q)
		if err := results.write(s.out); err != nil {
			return err
		}
	}
	return nil
}

func querySize(ctx context.Context, folder string, size int, log func(string, ...any)) (q *Queried, err error) {
	path := filepath.Join(folder, "queries.db")
	removeModel(path)
	defer removeModel(path)
	db, err := database.Open(ctx, "sqlite:"+path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	source := &seeded{size: size}
	began := time.Now()
	if err := projection.NewFrom(db, source, slog.New(slog.DiscardHandler)).CatchUp(ctx); err != nil {
		return nil, err
	}
	q = &Queried{Movements: size, SeededPerSecond: float64(size) / time.Since(began).Seconds()}
	log("  seeded in %s", time.Since(began).Round(time.Second))
	for _, end := range []string{"", "-wal"} {
		if info, err := os.Stat(path + end); err == nil {
			q.Bytes += info.Size()
		}
	}
	model, err := projection.Open(ctx, db)
	if err != nil {
		return nil, err
	}
	random := rand.New(rand.NewPCG(1, uint64(size)))
	for _, one := range questions(source) {
		row, err := measureQuery(ctx, model, one, random, size)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", one.name, err)
		}
		q.Rows = append(q.Rows, row)
	}
	return q, nil
}

func measureQuery(ctx context.Context, m *projection.Model, q query, random *rand.Rand, size int) (Answers, error) {
	var sample measure.Sample
	rows := 0
	for range q.times {
		i := random.IntN(size)
		began := time.Now()
		n, err := q.ask(ctx, m, i)
		if err != nil {
			return Answers{}, err
		}
		sample.Add(time.Since(began))
		rows += n
	}
	ms := func(quantile float64) float64 { return float64(sample.Quantile(quantile)) / float64(time.Millisecond) }
	return Answers{Query: q.name, Asked: q.times, P50: ms(0.5), P95: ms(0.95), Worst: ms(1), Rows: float64(rows) / float64(q.times)}, nil
}

// questions are what is asked. Searches of one kind look for one thing of a movement drawn at random.
func questions(s *seeded) []query {
	search := func(text func(i int) string, kinds ...projection.Kind) func(context.Context, *projection.Model, int) (int, error) {
		return func(ctx context.Context, m *projection.Model, i int) (int, error) {
			page, err := m.Search(ctx, projection.Search{Text: text(i), Kinds: kinds})
			if err != nil {
				return 0, err
			}
			return len(page.Items), nil
		}
	}
	work := func(w projection.Work) func(context.Context, *projection.Model, int) (int, error) {
		return func(ctx context.Context, m *projection.Model, i int) (int, error) {
			w.Office = s.office(i % offices)
			page, err := m.Worklist(ctx, w)
			if err != nil {
				return 0, err
			}
			return len(page.Items), nil
		}
	}
	return append([]query{
		{"work list of an office", askedOften, work(projection.Work{})},
		{"work list of an office, one kind", askedOften, work(projection.Work{Kinds: []projection.Task{projection.ToAcceptHandOff}})},
		{"search, everywhere: an MRN", askedOften, search(s.mrn)},
		{"search, everywhere: a container", askedOften, search(s.container)},
		{"search, everywhere: one word", askedOften, search(s.word)},
		{"search: an LRN", askedOften, search(s.lrn, projection.ByLRN)},
		{"search: a seal", askedOften, search(s.seal, projection.BySeal)},
		{"search: a plate", askedOften, search(s.plate, projection.ByPlate)},
		{"search: an operator", askedOften, search(s.holder, projection.ByOperator)},
		{"search: two words", askedOften, search(func(i int) string { return s.word(i) + " " + s.word(i+1) }, projection.ByText)},
		{"search: a phrase in Chinese", askedOften, search(s.chinese, projection.ByText)},
		{"search: the beginning of an LRN that all have", askedOften, search(func(int) string { return "LRN" }, projection.ByLRN)},
		{"search: the beginning of a container that all have", askedOften, search(func(int) string { return "TSLU" }, projection.ByContainer)},
		{"search: the beginning of a container", askedOften, search(func(i int) string { return s.container(i)[:9] }, projection.ByContainer)},
		{"search: the beginning of a word", askedOften, search(func(i int) string { return string([]rune(s.word(i))[:4]) + "*" }, projection.ByText)},
	}, append(viewed(s), aggregates(s)...)...)
}

func aggregates(s *seeded) []query {
	period := func(i int) projection.Period {
		from := seedTime(i)
		return projection.Period{From: transit.Day(from), Until: transit.Day(from.AddDate(0, 0, i%90))}
	}
	return []query{
		{"a movement", askedOften, func(ctx context.Context, m *projection.Model, i int) (int, error) {
			_, err := m.Movement(ctx, s.mrn(i))
			return 1, err
		}},
		{"timeline of a movement", askedOften, func(ctx context.Context, m *projection.Model, i int) (int, error) {
			return length(m.Timeline(ctx, s.mrn(i), projection.Paging{}))
		}},
		{"work list of an office, a page further on", askedOften, deepPage(func(ctx context.Context, m *projection.Model, i int, p projection.Paging,
		) (*projection.Page[projection.WorkItem], error) {
			return m.Worklist(ctx, projection.Work{Office: s.office(i % offices), Paging: p})
		})},
		{"work of an office, counted", askedOften, func(ctx context.Context, m *projection.Model, i int) (int, error) {
			found, err := m.WorkCounts(ctx, projection.Work{Office: s.office(i % offices)})
			return len(found), err
		}},
		{"overdue movements", askedOften, func(ctx context.Context, m *projection.Model, _ int) (int, error) {
			return length(m.Overdue(ctx, projection.Late{Day: "2027-06-01"}))
		}},
		{"overdue movements of an office", askedOften, func(ctx context.Context, m *projection.Model, i int) (int, error) {
			return length(m.Overdue(ctx, projection.Late{Day: "2027-06-01", Departure: s.office(3 * (i % 20))}))
		}},
		{"exposure of a holder", askedOften, func(ctx context.Context, m *projection.Model, i int) (int, error) {
			return length(m.Exposure(ctx, projection.Exposed{By: projection.OfHolder, Holder: s.holder(i)}))
		}},
		{"exposure of all holders", askedOften, func(ctx context.Context, m *projection.Model, _ int) (int, error) {
			return length(m.Exposure(ctx, projection.Exposed{By: projection.OfHolder}))
		}},
		{"exposure of all guarantors", askedOften, func(ctx context.Context, m *projection.Model, _ int) (int, error) {
			return length(m.Exposure(ctx, projection.Exposed{By: projection.OfGuarantor}))
		}},
		{"statistics: crossings of all time", askedOften, func(ctx context.Context, m *projection.Model, _ int) (int, error) {
			found, err := m.Crossings(ctx, projection.Period{})
			return len(found), err
		}},
		{"statistics: crossings of up to 90 days", askedOften, func(ctx context.Context, m *projection.Model, i int) (int, error) {
			found, err := m.Crossings(ctx, period(i))
			return len(found), err
		}},
		{"statistics: discharge of all time", askedOften, func(ctx context.Context, m *projection.Model, _ int) (int, error) {
			found, err := m.Discharges(ctx, projection.Period{})
			return len(found), err
		}},
		{"statistics: discharge of up to 90 days", askedOften, func(ctx context.Context, m *projection.Model, i int) (int, error) {
			found, err := m.Discharges(ctx, period(i))
			return len(found), err
		}},
		{"statistics: claims of up to 90 days", askedOften, func(ctx context.Context, m *projection.Model, i int) (int, error) {
			found, err := m.Claims(ctx, period(i))
			return len(found), err
		}},
		{"how far the model has come", askedOften, func(ctx context.Context, m *projection.Model, _ int) (int, error) {
			status, err := m.Status(ctx)
			if err != nil {
				return 0, err
			}
			return len(status.Movements) + len(status.Contents), nil
		}},
	}
}

// length of a page.
func length[T any](page *projection.Page[T], err error) (int, error) {
	if err != nil {
		return 0, err
	}
	return len(page.Items), nil
}

// deepPage asks for a page, and when there is one behind it for that instead: both questions count as one.
func deepPage[T any](ask func(context.Context, *projection.Model, int, projection.Paging) (*projection.Page[T], error),
) func(context.Context, *projection.Model, int) (int, error) {
	return func(ctx context.Context, m *projection.Model, i int) (int, error) {
		page, err := ask(ctx, m, i, projection.Paging{})
		if err != nil || page.Next == "" {
			return length(page, err)
		}
		return length(ask(ctx, m, i, projection.Paging{After: page.Next}))
	}
}
