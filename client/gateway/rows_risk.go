package gateway

import (
	"context"
	"net/http"
	"reflect"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/links/risk"
)

// riskRows ask the country's risk-management service for advice and list what officers were told. Nothing is done on the ledger: the
// officer decides, by the steps of the procedure.
func riskRows() []operation {
	officers := []transit.Role{transit.RoleOfficer}
	assess := operation{
		id: "assessRisk", method: http.MethodPost, path: "/v1/movements/{movement}/risk-assessments",
		summary: "Ask the risk-management service about a declaration",
		description: "Before the office decides on control or release. The declaration goes to the country's own service, without access codes. " +
			"Without an answer in time the default counts, and the assessment says why. It is advice for the officer, is kept in the " +
			"organisation's own database, and does nothing on the ledger.",
		roles: officers, status: http.StatusCreated, changes: true, own: true, result: reflect.TypeFor[risk.Assessment](),
		perform: assessRisk,
	}
	list := look(operation{
		id: "listRiskAssessments", method: http.MethodGet, path: "/v1/risk-assessments", summary: "Read what officers were told",
		description: "The latest first, at most 1000. They are the organisation's own, and in no ledger.", roles: officers,
		query: []parameter{{name: "movement", description: "Only those of this movement, by its MRN or identification.", example: "26CN4TB0Q9V7HWKXJ5"}},
	}, func(ctx context.Context, r *request) (*Table[risk.Assessment], error) {
		if r.beside.Assessments == nil {
			return nil, absent("assessments of risks")
		}
		found, err := r.beside.Assessments(ctx, r.query("movement"))
		return &Table[risk.Assessment]{Items: found}, err
	})
	return tagged(tagRisk, assess, list)
}

func assessRisk(ctx context.Context, l *Ledger, r *request) (*reply, error) {
	if r.beside.Assess == nil {
		return nil, absent("risk-management service")
	}
	if r.caller.Office == "" {
		return nil, transit.Faultf(transit.NotAuthorised, "the risk is assessed for an office that is to decide, and the caller has none")
	}
	// The ledger decides whether the officer may read the content.
	d, err := l.Movements.Content(ctx, r.path("movement"))
	if err != nil {
		return nil, err
	}
	m := d.Movement
	told, err := r.beside.Assess(ctx, risk.Question{Movement: m.ID, MRN: m.MRN, Seq: m.Seq, Office: r.caller.Office, Declaration: d.STD})
	if err != nil {
		return nil, err
	}
	return &reply{body: told}, nil
}
