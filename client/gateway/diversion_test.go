package gateway

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

// diverting is a fake whose content breaks a rule of Uzbekistan.
type diverting struct{ *fake }

func (d diverting) CheckDetour(_ context.Context, _ string, detour cats.Detour) ([]transit.Violation, error) {
	if err := d.next("CheckDetour"); err != nil {
		return nil, err
	}
	for _, office := range detour.Route {
		if transit.OfficeCountry(office) == "UZ" {
			return []transit.Violation{{Code: "92", Pointer: "/consignment", Rule: "NAT01", Text: "must be said"}}, nil
		}
	}
	return nil, nil
}

func (d diverting) GrantDiversion(_ context.Context, _ string, _ cats.Detour, opts ...option) (course, receipt, error) {
	return d.step("GrantDiversion", opts)
}

func TestADiversionIsHeldAgainstTheRulesOfNewCountries(t *testing.T) {
	for name, c := range map[string]struct {
		query, body string
		status      int
		calls       []string
	}{
		"through a country that finds nothing":     {"", `{"route":["KZHOR001"]}`, 200, []string{"CheckDetour", "GrantDiversion"}},
		"through one whose rules it breaks":        {"", `{"route":["UZTAS001"]}`, 422, []string{"CheckDetour"}},
		"through it all the same":                  {"?nevertheless=true", `{"route":["UZTAS001"]}`, 200, []string{"GrantDiversion"}},
		"of the exit, which changes nothing ahead": {"", "", 200, []string{"GrantDiversion"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake()
			s := newServer(t, f)
			s.movements = diverting{f}
			a := s.do("officer", "POST", base+"/grant-diversion"+c.query, c.body)
			require.Equal(t, c.status, a.status, string(a.body))
			require.Equal(t, c.calls, f.calls())
			if c.status == 422 {
				p := a.problem(t)
				require.Equal(t, transit.InvalidDocument, p.Code)
				require.Equal(t, "NAT01", p.Violations[0].Rule)
			}
		})
	}
}
