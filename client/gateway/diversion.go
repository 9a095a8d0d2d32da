package gateway

import (
	"context"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

// grantDiversion is the step with a question before it: what countries that the detour adds to the route find wrong with the
// content. The ledger lets the goods go on either way, since they are there; so may the office.
func grantDiversion() operation {
	o := step(transit.StepGrantDiversion, "Let the goods go on through the office that has asked", taking[DetourGranted](nil))
	o.query = []parameter{{
		name: "nevertheless", values: []string{"true"},
		description: "Grant it though the content breaks rules of a country that the detour adds; without it that is refused (422).",
	}}
	o.description += "\n\nFirst the content is held against the rules of countries that the detour adds to the route."
	return change(o, func(ctx context.Context, l *Ledger, r *request, b DetourGranted) (course, receipt, error) {
		detour := cats.Detour{Route: b.Route, Destination: b.Destination}
		if err := r.checkDetour(ctx, l, detour); err != nil {
			return nil, receipt{}, err
		}
		return l.Movements.GrantDiversion(ctx, r.path("movement"), detour, r.options()...)
	})
}

// checkDetour asks unless the caller wants the diversion all the same, or nothing is added, or the diversion is signed already.
func (r *request) checkDetour(ctx context.Context, l *Ledger, d cats.Detour) error {
	if r.query("nevertheless") == "true" || r.resumes() || len(d.Route) == 0 && d.Destination == "" {
		return nil
	}
	found, err := l.Movements.CheckDetour(ctx, r.path("movement"), d)
	if err != nil {
		return err
	}
	return cats.DetourFault(found)
}
