package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"carec.example/cats/chaincode/transit"
)

// changeFlags are a change of the registry as flags.
type changeFlags struct {
	id, office, closeOffice, organisation string
	name, msp, country, kind              string
	roles                                 []string
	suspend, reason, reinstate            string
	guarantor, limit                      string
	types                                 []string
	retention                             int
}

func (f *changeFlags) bind(c *cobra.Command) {
	flags := c.Flags()
	flags.StringVar(&f.id, "id", "", "identification of the proposal (default: chosen)")
	flags.StringVar(&f.office, "office", "", "open or change the office with this `REFERENCE`; with --name, --msp, --roles")
	flags.StringVar(&f.closeOffice, "close-office", "", "close the office with this `REFERENCE`")
	flags.StringVar(&f.organisation, "organisation", "", "take in the organisation with this `MSP`; with --name, --kind, --country")
	flags.StringVar(&f.name, "name", "", "name")
	flags.StringVar(&f.msp, "msp", "", "the office's organisation")
	flags.StringSliceVar(&f.roles, "roles", nil, "the office's roles")
	flags.StringVar(&f.kind, "kind", "", "kind of organisation: customs, guarantor, regulator")
	flags.StringVar(&f.country, "country", "", "the customs authority's country")
	flags.StringVar(&f.suspend, "suspend", "", "suspend the organisation with this `MSP`; with --reason")
	flags.StringVar(&f.reason, "reason", "", "why it is suspended; it is public")
	flags.StringVar(&f.reinstate, "reinstate", "", "end the suspension of the organisation with this `MSP`")
	flags.StringVar(&f.guarantor, "guarantor", "", "set what the guarantor with this `MSP` may undertake; with --types, --limit")
	flags.StringSliceVar(&f.types, "types", nil, "the guarantor's types of guarantee (default: all)")
	flags.StringVar(&f.limit, "limit", "", "largest reference `AMOUNT` of one guarantee, e.g. \"500000.00 EUR\" (default: none)")
	flags.IntVar(&f.retention, "retention-days", 0, "keep content for this many `DAYS` after the end of a movement")
}

func (f *changeFlags) change() (transit.Change, error) {
	c := transit.Change{Reinstate: f.reinstate, RetentionDays: f.retention}
	if f.office != "" {
		c.Office = &transit.Office{Reference: f.office, Name: f.name, MSP: f.msp, Roles: append([]string{}, f.roles...)}
	}
	if f.organisation != "" {
		c.Organisation = &transit.Organisation{MSP: f.organisation, Name: f.name, Country: f.country, Kind: transit.Kind(f.kind)}
	}
	c.CloseOffice = f.closeOffice
	if f.suspend != "" {
		c.Suspend = &transit.SuspendChange{MSP: f.suspend, Reason: f.reason}
	}
	if f.guarantor == "" {
		return c, nil
	}
	c.Guarantor = &transit.GuarantorLimits{MSP: f.guarantor, Types: f.types}
	if f.limit == "" {
		return c, nil
	}
	amount, currency, _ := strings.Cut(f.limit, " ")
	limit, err := transit.ParseMoney(amount, currency)
	c.Guarantor.Limit = &limit
	return c, err
}

// readChange reads a change from a file: YAML or JSON, or rates of exchange as CSV.
func (a *app) readChange(name string, change *transit.Change) error {
	raw, err := a.read(name)
	if err != nil {
		return err
	}
	if strings.EqualFold(filepath.Ext(name), ".csv") {
		day, err := dayOr("")
		if err != nil {
			return err
		}
		e, err := readCSV(raw, day)
		if err == nil && len(e.Tariff) > 0 {
			err = fmt.Errorf("a tariff is one country's own: write it with registry put")
		}
		change.Rates = e.Rates
		return err
	}
	text, err := yamlToJSON(raw)
	if err != nil {
		return err
	}
	return transit.DecodeStrict(text, change)
}

func changeText(c transit.Change) string {
	switch {
	case c.Organisation != nil:
		return fmt.Sprintf("take in %s %s (%s) %s", c.Organisation.Kind, c.Organisation.MSP, c.Organisation.Name, c.Organisation.Country)
	case c.Office != nil:
		return fmt.Sprintf("office %s (%s) of %s for %s", c.Office.Reference, c.Office.Name, c.Office.MSP, strings.Join(c.Office.Roles, ", "))
	case c.CloseOffice != "":
		return "close office " + c.CloseOffice
	case c.Suspend != nil:
		return fmt.Sprintf("suspend %s: %s", c.Suspend.MSP, c.Suspend.Reason)
	case c.Reinstate != "":
		return "reinstate " + c.Reinstate
	case c.Guarantor != nil:
		return fmt.Sprintf("%s may undertake %s", c.Guarantor.MSP, limitsText(c.Guarantor))
	case len(c.Rates) > 0:
		return "rates of exchange: " + ratesText(c.Rates)
	}
	return fmt.Sprintf("keep content for %d days after the end of a movement", c.RetentionDays)
}

func limitsText(l *transit.GuarantorLimits) string {
	if l == nil {
		return ""
	}
	text := "every type of guarantee"
	if len(l.Types) > 0 {
		text = "types " + strings.Join(l.Types, ", ")
	}
	if l.Limit != nil {
		text += " up to " + l.Limit.String()
	}
	return text
}

func ratesText(rates []transit.Rate) string {
	var parts []string
	for _, r := range rates {
		parts = append(parts, fmt.Sprintf("1 %s = %s from %s", r.Base, rateText(r), r.From))
	}
	return strings.Join(parts, ", ")
}
