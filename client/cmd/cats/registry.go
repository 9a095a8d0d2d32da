package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

func (a *app) registryCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "registry", Aliases: []string{"reg"}, Short: "Organisations, customs offices, and each country's own entries",
		Long: `The registry tells which organisation speaks for which country and which customs offices
there are. The majority of the customs authorities governs it: an administrator
proposes a change, others approve it by its digest.

Each country keeps books of its own, which nobody else can write: ` + bookNames() + `.`,
		Example: `  cats registry show
  cats registry book tariff --country KZ
  cats registry put tariff-kz.csv --country KZ --as kz-admin
  cats registry offices --country KZ
  cats registry propose --office KZAKT001 --name Aktau --msp KZMSP --roles departure,destination --as kz-admin`,
	}
	c.AddCommand(a.showRegistryCommand(), a.officesCommand(), a.joinCommand(), a.proposeCommand(), a.proposalCommand(),
		a.approveCommand(), a.foundCommand(), a.bookCommand(), a.putCommand(), a.importCommand())
	return c
}

func (a *app) showRegistryCommand() *cobra.Command {
	return &cobra.Command{
		Use: "show", Short: "List the organisations", Example: `  cats registry show`, Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withLedger(cmd, func(ctx context.Context, b *backend) error {
				consortium, err := b.registry.Get(ctx)
				if err != nil {
					return err
				}
				return a.print(consortium, func(s style) { a.printConsortium(s, consortium) })
			})
		},
	}
}

func (a *app) printConsortium(s style, c *transit.Consortium) {
	t := newTable("organisation", "kind", "country", "name", "may undertake", "suspended since", "why")
	for _, o := range c.Organisations {
		since, why := "", ""
		if o.Suspended != nil {
			since, why = moment(o.Suspended.Since), o.Suspended.Reason
		}
		t.row(o.MSP, string(o.Kind), o.Country, o.Name, limitsText(o.Guarantees), since, why)
	}
	t.print(a.out, s)
	if c.RetentionDays != 0 {
		fmt.Fprintf(a.out, "  Content is kept for %d days after the end of a movement.\n", c.RetentionDays)
	}
}

func (a *app) officesCommand() *cobra.Command {
	var country, role string
	c := &cobra.Command{
		Use: "offices", Short: "List the customs offices",
		Long: `Lists the customs offices with their roles and, where their country has entered them, their
opening hours and whether they are open at this moment, by this machine's clock. The hours
with their holidays are in "registry book hours"; they bind nobody.`,
		Example: `  cats registry offices --country KZ --role transit`, Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withLedger(cmd, func(ctx context.Context, b *backend) error {
				found, err := collect(b.registry.Offices(ctx), 0, func(o *transit.Office) bool {
					return strings.HasPrefix(o.Reference, country) && (role == "" || o.Has(role))
				})
				if err != nil {
					return err
				}
				hours, err := a.hoursOf(ctx, b, found)
				if err != nil {
					return err
				}
				return a.print(found, func(s style) { a.printOffices(s, found, hours, time.Now()) })
			})
		},
	}
	c.Flags().StringVar(&country, "country", "", "only of this `COUNTRY`")
	c.Flags().StringVar(&role, "role", "", "only with this `ROLE`: departure, transit, exit, destination, guarantee, recovery")
	return c
}

// hoursOf reads today's pages of opening hours of the offices' countries, for people; programs read the book itself.
func (a *app) hoursOf(ctx context.Context, b *backend, offices []*transit.Office) (map[string]*transit.Page, error) {
	hours := map[string]*transit.Page{}
	if a.JSON {
		return hours, nil
	}
	for _, o := range offices {
		country := transit.OfficeCountry(o.Reference)
		if hours[country] != nil {
			continue
		}
		page, err := b.registry.Page(ctx, country, transit.BookHours, transit.BookHours.Page(o.Reference))
		if err != nil {
			return nil, err
		}
		hours[country] = page
	}
	return hours, nil
}

func (a *app) printOffices(s style, offices []*transit.Office, hours map[string]*transit.Page, at time.Time) {
	t := newTable("office", "name", "organisation", "roles", "hours", "now")
	for _, o := range offices {
		open, now := "", ""
		if h := hours[transit.OfficeCountry(o.Reference)].HoursOn(o.Reference, transit.DateOf(at)); h != nil {
			open, now = weekText(h.Week)+" UTC"+h.Zone, "closed"
			if h.Open(at) {
				now = "open"
			}
		}
		t.row(o.Reference, o.Name, o.MSP, first(strings.Join(o.Roles, ", "), "closed"), open, now)
	}
	t.print(a.out, s)
}

func (a *app) proposeCommand() *cobra.Command {
	var f changeFlags
	c := &cobra.Command{
		Use: "propose [FILE]", Short: "Propose a change",
		Long: `Proposes a change of the registry; the proposer's approval is in it. The change stands in
FILE, or in the flags: YAML or JSON with one of organisation, office, closeOffice, suspend,
reinstate, guarantor, rates, retentionDays, or rates of exchange as CSV (base,quote,rate,from).
On a suspension the organisation that it is about has no vote.`,
		Example: `  cats registry propose --office KZAKT001 --name Aktau --msp KZMSP --roles departure,destination --as kz-admin
  cats registry propose --close-office KZDOS001 --as kz-admin
  cats registry propose --suspend KGMSP --reason "false certificates" --as kz-admin
  cats registry propose --guarantor CGMMSP --types 1,2 --limit "500000.00 EUR" --as kz-admin
  cats registry propose rates.csv --as kz-admin`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			change, err := f.change()
			if err != nil {
				return usage(cmd, "%v", err)
			}
			if len(args) == 1 {
				if err := a.readChange(args[0], &change); err != nil {
					return usage(cmd, "the change in %s cannot be read: %v", args[0], err)
				}
			}
			if len(change.Subjects()) == 0 {
				return usage(cmd, "say what to change with --office, --close-office, --organisation, --suspend, --reinstate, "+
					"--guarantor, --retention-days or a file")
			}
			return a.withLedger(cmd, func(ctx context.Context, b *backend) error {
				p, receipt, err := b.registry.Propose(ctx, f.id, change)
				if err != nil {
					return err
				}
				return a.printProposal("Proposed", p, &receipt)
			})
		},
	}
	f.bind(c)
	return c
}

func (a *app) joinCommand() *cobra.Command {
	var o transit.Organisation
	var kind string
	c := &cobra.Command{
		Use: "join", Short: "Agree to become a member",
		Long: `Keeps at the own peer the entry under which the own organisation agrees to become a member.
Its administrator does this first; then a customs authority proposes the same entry.`,
		Example: `  cats registry join --name "State Customs Committee" --kind customs --country UZ --as uz-admin`, Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withLedger(cmd, func(ctx context.Context, b *backend) error {
				o.MSP, o.Kind = b.node.MSP(), transit.Kind(kind)
				joined, receipt, err := b.registry.Join(ctx, o)
				if err != nil {
					return err
				}
				return a.print(map[string]any{"organisation": joined, "receipt": receipt}, func(s style) {
					fmt.Fprintf(a.out, "%s  %s may now be proposed as a member\n", s.good("Agreed"), joined.MSP)
					facts(a.out, s, slices.Concat([]string{
						"name", joined.Name, "kind", string(joined.Kind), "country", joined.Country,
					}, receiptFacts(s, receipt))...)
				})
			})
		},
	}
	c.Flags().StringVar(&o.Name, "name", "", "name")
	c.Flags().StringVar(&kind, "kind", "", "customs, guarantor or regulator")
	c.Flags().StringVar(&o.Country, "country", "", "a customs authority's `COUNTRY`")
	mustSet(c, "name", "kind")
	return c
}

func (a *app) approveCommand() *cobra.Command {
	var digest string
	c := &cobra.Command{
		Use: "approve ID", Short: "Approve a change",
		Long: `Approves a proposed change. The digest proves that you approve what you have read: look
at the change with "registry proposal" first, which prints it.`,
		Example: `  cats registry proposal P7Q2 --as kg-admin
  cats registry approve P7Q2 --digest 9f2c... --as kg-admin`,
		Args: exactly("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withLedger(cmd, func(ctx context.Context, b *backend) error {
				p, receipt, err := b.registry.Approve(ctx, args[0], digest)
				if err != nil {
					return err
				}
				return a.printProposal("Approved", p, &receipt)
			})
		},
	}
	c.Flags().StringVar(&digest, "digest", "", "`DIGEST` of the change as you have read it")
	mustSet(c, "digest")
	return c
}

func (a *app) proposalCommand() *cobra.Command {
	return &cobra.Command{
		Use: "proposal ID", Short: "Show a proposed change", Example: `  cats registry proposal P7Q2 --as kg-admin`, Args: exactly("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withLedger(cmd, func(ctx context.Context, b *backend) error {
				p, err := b.registry.Proposal(ctx, args[0])
				if err != nil {
					return err
				}
				return a.printProposal("", p, nil)
			})
		},
	}
}

// printProposal prints a proposal with the digest computed here, from the change as it is shown.
func (a *app) printProposal(done string, p *transit.Proposal, r *cats.Receipt) error {
	digest, err := cats.ChangeDigest(p.Change)
	if err != nil {
		return err
	}
	shown := map[string]any{"proposal": p}
	if r != nil {
		shown["receipt"] = r
	}
	return a.print(shown, func(s style) {
		state := "open"
		if p.EffectiveAt != "" {
			state = "in effect since " + moment(p.EffectiveAt)
		}
		title := "Proposal"
		if done != "" {
			title = done
		}
		fmt.Fprintf(a.out, "%s  %s  %s\n", s.good(title), s.head(p.ID), state)
		proof := []string(nil)
		if r != nil {
			proof = receiptFacts(s, *r)
		}
		facts(a.out, s, slices.Concat([]string{
			"change", changeText(p.Change), "proposed by", p.Proposer + " at " + moment(p.ProposedAt),
			"approved by", strings.Join(p.Approvals, ", "), "digest", digest,
		}, proof)...)
		if digest != p.Digest {
			fmt.Fprintf(a.out, "  %s\n", s.bad("the ledger gives another digest: "+p.Digest))
		}
	})
}

func (a *app) foundCommand() *cobra.Command {
	return &cobra.Command{
		Use: "found FILE", Short: "Found the registry",
		Long: `Founds the registry from the document whose digest every organisation's administrator has
configured with its chaincode. The file is sent byte for byte.`,
		Example: `  cats registry found founding.json --as carec-admin`, Args: exactly("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			document, err := a.read(args[0])
			if err != nil {
				return err
			}
			return a.withLedger(cmd, func(ctx context.Context, b *backend) error {
				consortium, receipt, err := b.registry.Found(ctx, document)
				if err != nil {
					return err
				}
				return a.print(map[string]any{"consortium": consortium, "receipt": receipt}, func(s style) {
					fmt.Fprintf(a.out, "%s with %d organisations\n", s.good("Founded"), len(consortium.Organisations))
					a.printConsortium(s, consortium)
					facts(a.out, s, receiptFacts(s, receipt)...)
				})
			})
		},
	}
}
