package main

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

func (a *app) identitiesCommand() *cobra.Command {
	return &cobra.Command{
		Use: "identities", Short: "Who --as can be", Long: "Lists the identities of the profile: who can be acted as on this machine.",
		Example: `  cats identities
  cats identities --json | jq 'keys'`,
		Args: none,
		RunE: func(*cobra.Command, []string) error {
			p, path, err := a.loadProfile()
			if err != nil {
				return err
			}
			return a.print(p.Identities, func(s style) {
				t := newTable("", "identity", "organisation", "role", "office or operator", "may")
				for _, name := range p.Names() {
					id := p.Identities[name]
					mark := ""
					if name == a.As {
						mark = "*"
					}
					org := p.Organisations[id.Organisation]
					t.row(mark, name, org.MSP, string(id.Role), first(id.Office, id.Operator), mayDo(id.Role, org.Kind))
				}
				t.print(a.out, s)
				fmt.Fprintf(a.out, "  %s\n", s.dim("out of "+path))
			})
		},
	}
}

// describe is one line on an identity, for completion.
func describe(id cats.IdentityProfile) string {
	text := string(id.Role)
	if where := first(id.Office, id.Operator); where != "" {
		text += " " + where
	}
	return text + " of " + id.Organisation
}

func mayDo(role transit.Role, kind transit.Kind) string {
	switch role {
	case transit.RoleTrader:
		return "check, lodge, amend, cancel; see the own"
	case transit.RoleOfficer:
		return "take the steps of the office; see all"
	case transit.RoleGuarantor:
		return "register guarantees, replace codes"
	case transit.RoleCourier:
		return "deliver content (cats serve)"
	case transit.RoleAnalyst:
		return "see all, check the ledger"
	case transit.RoleAdministrator:
		if kind == transit.Customs {
			return "govern the registry; see all"
		}
		return "found the registry; see all"
	}
	return ""
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "What program this is", Args: none,
		RunE: func(*cobra.Command, []string) error {
			version, revision := "development", ""
			if info, ok := debug.ReadBuildInfo(); ok {
				for _, setting := range info.Settings {
					if setting.Key == "vcs.revision" {
						revision = setting.Value
					}
				}
				if info.Main.Version != "" && info.Main.Version != "(devel)" {
					version = info.Main.Version
				}
			}
			return a.print(map[string]string{"version": version, "revision": revision}, func(style) {
				fmt.Fprintln(a.out, "cats", version, revision)
			})
		},
	}
}
