package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

func (a *app) exitCommand() *cobra.Command {
	return a.plainCommand(about{
		"exit", "Record the passing of an office of exit (IE168)",
		"Records that the goods have left the security area through the officer's office of exit for transit.",
		`  cats movement exit 26CN4TB0Q9V7HWKXJ5 --as cn-officer-alashankou`, "Exit recorded",
	}, movements.RecordExit)
}

func (a *app) diversionCommand() *cobra.Command {
	return group("diversion", "Goods at an office that was not declared",
		`An office of transit, destination or exit that meets goods it was not declared for asks
the office of departure, which lets them go on there, on a new route, or refuses. The
content follows to countries that the new route adds.`,
		`  cats movement diversion ask 26CN4TB0Q9V7HWKXJ5 --kind transit --as kz-officer-khorgos
  cats movement diversion grant 26CN4TB0Q9V7HWKXJ5 --route KZHOR001,KGAKZ001 --as cn-officer-urumqi`,
		a.askDiversionCommand(), a.checkDiversionCommand(), a.grantDiversionCommand(),
		a.reasonCommand(about{
			"refuse", "Refuse a diversion (IE115, IE003, IE165)", "Answers with no: the goods keep to the declared route.",
			`  cats movement diversion refuse 26CN4TB0Q9V7HWKXJ5 --reason "not covered there" --as cn-officer-urumqi`, "Diversion refused",
		}, true, movements.RefuseDiversion),
		a.reasonCommand(about{
			"withdraw", "Take back what one's own office has asked", "Takes a question back that is not answered yet.",
			`  cats movement diversion withdraw 26CN4TB0Q9V7HWKXJ5 --as kz-officer-khorgos`, "Diversion withdrawn",
		}, false, movements.WithdrawDiversion))
}

func (a *app) askDiversionCommand() *cobra.Command {
	var kind string
	c := a.stepCommand("ask", "Ask for a diversion (IE114, IE002, IE164)",
		"Asks the office of departure about goods that the officer's office has met without being declared for them.",
		`  cats movement diversion ask 26CN4TB0Q9V7HWKXJ5 --kind destination --as kg-officer-osh`, "Diversion asked for",
		func(ctx context.Context, m movements, id string, opts []cats.CallOption) (*transit.Course, cats.Receipt, error) {
			return m.AskDiversion(ctx, id, kind, opts...)
		})
	c.Flags().StringVar(&kind, "kind", "", "what the office is to the goods: `ROLE` transit, destination or exit")
	mustSet(c, "kind")
	_ = c.RegisterFlagCompletionFunc("kind", cobra.FixedCompletions(
		[]string{transit.DivertTransit, transit.DivertDestination, transit.DivertExit}, cobra.ShellCompDirectiveNoFileComp))
	return c
}

func (a *app) checkDiversionCommand() *cobra.Command {
	var d cats.Detour
	c := &cobra.Command{
		Use: "check MOVEMENT", Short: "Hold the content against the rules of new countries",
		Long: `Holds the content against what the rule packs of countries demand that were not on the
declared route: those of the detour in the flags or, without flags, those that diversions
have added already. What they find does not stop goods that are under way.

The exit code is 4 when a rule is broken.`,
		Example: `  cats movement diversion check 26CN4TB0Q9V7HWKXJ5 --route UZTAS001,KGOSS001 --as cn-officer-urumqi
  cats movement diversion check 26CN4TB0Q9V7HWKXJ5 --as uz-officer-tashkent`,
		Args: exactly("MOVEMENT"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withLedger(cmd, func(ctx context.Context, b *backend) error {
				if err := checkDetour(ctx, b.movements, args[0], d); err != nil {
					return err
				}
				return a.print(map[string]any{"violations": []transit.Violation{}}, func(s style) {
					fmt.Fprintf(a.out, "%s  %s\n", s.good("Nothing broken"), s.head(args[0]))
				})
			})
		},
	}
	bindDetour(c, &d)
	return c
}

// checkDetour is an INVALID_DOCUMENT fault when countries that were not on the declared route find the content wrong.
func checkDetour(ctx context.Context, m movements, movement string, d cats.Detour) error {
	found, err := m.CheckDetour(ctx, movement, d)
	if err != nil {
		return err
	}
	return cats.DetourFault(found)
}

func bindDetour(c *cobra.Command, d *cats.Detour) {
	c.Flags().StringSliceVar(&d.Route, "route", nil, "`OFFICES` at which the territories ahead are entered, in order")
	c.Flags().StringVar(&d.Destination, "destination", "", "`OFFICE` of destination when it changes")
}

func (a *app) grantDiversionCommand() *cobra.Command {
	var d cats.Detour
	var nevertheless bool
	c := a.stepCommand("grant", "Grant a diversion (IE115, IE003, IE165)",
		`Lets the goods go on through the office that has asked. The route names the offices at
which the territories still ahead are entered, in order; none when the goods are in the
last one. A diversion of exit changes neither route nor destination.

First the content is held against the rules of countries that the detour adds; when it
breaks any, nothing is granted unless --nevertheless is given.`,
		`  cats movement diversion grant 26CN4TB0Q9V7HWKXJ5 --route KZHOR001,KGAKZ001 --as cn-officer-urumqi
  cats movement diversion grant 26CN4TB0Q9V7HWKXJ5 --destination KGOSS001 --as cn-officer-urumqi`, "Diversion granted",
		func(ctx context.Context, m movements, id string, opts []cats.CallOption) (*transit.Course, cats.Receipt, error) {
			if !nevertheless && (len(d.Route) > 0 || d.Destination != "") {
				if err := checkDetour(ctx, m, id, d); err != nil {
					return nil, cats.Receipt{}, err
				}
			}
			return m.GrantDiversion(ctx, id, d, opts...)
		})
	bindDetour(c, &d)
	c.Flags().BoolVar(&nevertheless, "nevertheless", false, "grant though the content breaks rules of a new country")
	return c
}

func (a *app) incidentCommand() *cobra.Command {
	var file string
	c := a.stepCommand("incident", "Register an incident (IE180)",
		`Registers what happened to the goods on their way, by an officer of the country that has
custody. The file says what, where, which new seals and means of transport; only the
countries on the route read it. Its code (CL019) is public: 1 deviation, 2 seals,
3 transhipment, 4 imminent danger, 5 other, 6 means of transport.`,
		`  cats movement incident 26CN4TB0Q9V7HWKXJ5 --annex incident.yaml --as kz-officer-khorgos

  # incident.yaml
  code: "3"
  text: tractor broke down, trailer taken over
  location: {qualifierOfIdentification: W, country: KZ, gnss: {latitude: "43.85210", longitude: "77.06480"}}
  transhipment:
    containerIndicator: "0"
    transportMeans: {typeOfIdentification: "30", identificationNumber: 02KZ777ABC, nationality: KZ}`, "Incident registered",
		func(ctx context.Context, m movements, id string, opts []cats.CallOption) (*transit.Course, cats.Receipt, error) {
			incident, err := readAnnex[transit.Incident](a, file)
			if err != nil {
				return nil, cats.Receipt{}, err
			}
			return m.RegisterIncident(ctx, id, *incident, opts...)
		})
	c.Flags().StringVar(&file, "annex", "", "`FILE` (YAML or JSON) with the incident; - reads the input")
	mustSet(c, "annex")
	return c
}
