package gateway

import (
	"bytes"
	"context"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/projection"
)

// statistic is a table of the read model that comes as JSON or as CSV.
type statistic[T any] struct {
	name, summary, description string
	// dated: the table is that of a period.
	dated bool
	count func(v *projection.View, ctx context.Context, p projection.Period) ([]T, error)
	// heads are the columns of CSV, named as the fields of JSON, and cells those of a row.
	heads []string
	cells func(T) []any
}

func statistics() []operation {
	return []operation{
		statistic[projection.Crossing]{
			name: "crossings", summary: "Read how long borders take, by pair of countries", dated: true,
			description: "From the proposal of a hand-off to its acceptance, of hand-offs accepted in the period. Percentiles are by nearest rank.",
			count:       (*projection.View).Crossings,
			heads:       []string{"from", "to", "crossings", "meanSeconds", "p50Seconds", "p90Seconds", "p99Seconds", "maxSeconds"},
			cells: func(c projection.Crossing) []any {
				return []any{c.From, c.To, c.Crossings, c.Mean, c.P50, c.P90, c.P99, c.Max}
			},
		}.row(),
		statistic[projection.Discharge]{
			name: "discharges", summary: "Read what became of the movements released, by countries of departure and destination", dated: true,
			description: "Of movements released in the period.",
			count:       (*projection.View).Discharges,
			heads: []string{
				"departure", "destination", "released", "inTime", "late", "open", "enquiry", "recovery", "writtenOff", "rateBasisPoints",
			},
			cells: func(d projection.Discharge) []any {
				return []any{d.Departure, d.Destination, d.Released, d.InTime, d.Late, d.Open, d.Enquiry, d.Recovery, d.WrittenOff, d.Rate}
			},
		}.row(),
		statistic[projection.ClaimSum]{
			name: "claims", summary: "Read the claims on guarantors, by guarantor, state and currency", dated: true,
			description: "Of claims made in the period; a guarantor reads those on itself.",
			count:       (*projection.View).Claims,
			heads:       []string{"guarantor", "state", "claims", "amountMinor", "currency"},
			cells: func(c projection.ClaimSum) []any {
				return []any{c.Guarantor, c.State, c.Claims, c.Amount.Minor, c.Amount.Currency}
			},
		}.row(),
		statistic[projection.StateCount]{
			name: "movements", summary: "Count the movements by state",
			count: func(v *projection.View, ctx context.Context, _ projection.Period) ([]projection.StateCount, error) {
				return v.States(ctx)
			},
			heads: []string{"state", "movements"},
			cells: func(s projection.StateCount) []any { return []any{string(s.State), s.Movements} },
		}.row(),
	}
}

const csvMedia = "text/csv"

// row makes the operation. The parameter format chooses and not Accept: spreadsheets load a table from its address alone.
func (s statistic[T]) row() operation {
	o := modelled(operation{
		id: "count" + upperFirst(s.name), path: "/v1/statistics/" + s.name, summary: s.summary, csv: true,
		roles: []transit.Role{
			transit.RoleOfficer, transit.RoleCourier, transit.RoleGuarantor, transit.RoleAnalyst, transit.RoleAdministrator,
		},
		query: []parameter{{
			name: "format", description: "json when left out; csv for spreadsheets (UTF-8, RFC 4180, the first line names the columns).",
			values: []string{"json", "csv"},
		}},
	}, s.description)
	if s.dated {
		o.query = append(o.query,
			parameter{name: "from", description: "First day (UTC) of the period; without a beginning when left out.", example: "2026-11-01"},
			parameter{name: "until", description: "Last day (UTC) of the period; without an end when left out.", example: "2026-11-30"},
		)
	}
	o = view(o, func(ctx context.Context, v *projection.View, r *request) (*Table[T], error) {
		p, err := s.period(r)
		if err != nil {
			return nil, err
		}
		items, err := s.count(v, ctx, p)
		return &Table[T]{Items: items}, err
	})
	asJSON := o.perform
	o.perform = func(ctx context.Context, l *Ledger, r *request) (*reply, error) {
		format := r.query("format")
		if format != "" {
			if err := oneOf("format", format, []string{"json", "csv"}); err != nil {
				return nil, err
			}
		}
		out, err := asJSON(ctx, l, r)
		if err != nil || format != "csv" {
			return out, err
		}
		return s.asCSV(out)
	}
	return o
}

func (s statistic[T]) period(r *request) (p projection.Period, err error) {
	if !s.dated {
		return p, nil
	}
	if p.From, err = r.day("from"); err != nil {
		return p, err
	}
	p.Until, err = r.day("until")
	return p, err
}

// asCSV writes the table of an answer as a file.
func (s statistic[T]) asCSV(out *reply) (*reply, error) {
	table, _ := out.body.(*Table[T])
	rows := make([][]any, len(table.Items))
	for i, item := range table.Items {
		rows[i] = s.cells(item)
	}
	var b bytes.Buffer
	if err := projection.WriteCSV(&b, s.heads, rows); err != nil {
		return nil, err
	}
	out.file = &transit.File{Name: s.name + ".csv", MediaType: csvMedia + "; charset=utf-8; header=present", Data: b.Bytes()}
	out.tag = digestTag(b.Bytes())
	return out, nil
}
