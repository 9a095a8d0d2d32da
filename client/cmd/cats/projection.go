package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"carec.example/cats/client/cats"
	"carec.example/cats/client/database"
	"carec.example/cats/client/projection"
)

// readModel are the flags that every command of the read model has.
type readModel struct {
	app          *app
	database     string
	organisation string
	limit        int
	after        string
	csv          bool
}

func (a *app) projectionCommand() *cobra.Command {
	r := &readModel{app: a}
	c := &cobra.Command{
		Use: "projection", Short: "The read model: work lists, search, exposure, statistics",
		Long: `Answers from the organisation's read model, which "cats serve" keeps up to the ledger. Nothing
is asked of the ledger, but for "rebuild". Lists come in pages: --json tells what to give
--page for the next one.`,
		Example: `  cats projection worklist --as kz-officer-khorgos
  cats projection search TSLU5304176 --organisation KZ
  cats projection stats --organisation CAREC --csv >crossings.csv`,
	}
	r.databaseFlags(c.PersistentFlags())
	c.AddCommand(
		r.statusCommand(), r.worklistCommand(), r.searchCommand(), r.timelineCommand(), r.exposureCommand(), r.overdueCommand(),
		r.statsCommand(), r.rebuildCommand(),
	)
	return c
}

// databaseFlags tell which database it is.
func (r *readModel) databaseFlags(flags *pflag.FlagSet) {
	flags.StringVar(&r.database, "database", "", "`URL`, sqlite:PATH or postgres://... ($CATS_DATABASE; default: that of \"cats serve\")")
	flags.StringVar(&r.organisation, "organisation", "", "short `NAME` of the organisation in the profile (default: that of --as)")
}

// pageFlags are those of the commands that print a list.
func (r *readModel) pageFlags(c *cobra.Command) {
	c.Flags().IntVar(&r.limit, "limit", projection.DefaultLimit, fmt.Sprintf("at most so many `ROWS`, up to %d", projection.MaxLimit))
	c.Flags().StringVar(&r.after, "page", "", "go on behind this `CURSOR` of the page before")
	c.Flags().BoolVar(&r.csv, "csv", false, "print CSV for spreadsheets")
}

func (r *readModel) paging() projection.Paging {
	return projection.Paging{Limit: r.limit, After: r.after}
}

// identity is who the caller acts as; the zero value when nobody was chosen.
func (r *readModel) identity() (cats.IdentityProfile, *cats.Profile, string, error) {
	profile, path, err := r.app.loadProfile()
	if err != nil || r.app.As == "" {
		return cats.IdentityProfile{}, profile, path, err
	}
	id, err := profile.Identity(r.app.As)
	if err != nil {
		return cats.IdentityProfile{}, nil, "", &usageError{err: err}
	}
	return id, profile, path, nil
}

// state is the folder of the organisation's "cats serve", which is of no concern when the database itself is named.
func (r *readModel) state(cmd *cobra.Command) (string, error) {
	if r.app.databaseAsked(r.database) != "" {
		return "", nil
	}
	id, profile, path, err := r.identity()
	if err != nil {
		return "", err
	}
	organisation := first(r.organisation, id.Organisation)
	if organisation == "" {
		return "", usage(cmd, "choose the organisation with --organisation or --as, or its database with --database")
	}
	if _, known := profile.Organisations[organisation]; !known {
		return "", usage(cmd, "the profile has no organisation %q", organisation)
	}
	return r.app.stateFolder(profile, path, organisation), nil
}

// withDatabase opens the organisation's database and does the work.
func (r *readModel) withDatabase(cmd *cobra.Command, work func(ctx context.Context, db *database.DB) error) (err error) {
	state, err := r.state(cmd)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(cmd.Context(), r.app.Timeout)
	defer cancel()
	db, err := r.app.openDatabase(ctx, r.database, state)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return work(ctx, db)
}

// withModel opens the read model and does the work.
func (r *readModel) withModel(cmd *cobra.Command, work func(ctx context.Context, m *projection.Model) error) error {
	return r.withDatabase(cmd, func(ctx context.Context, db *database.DB) error {
		m, err := projection.Open(ctx, db)
		if err != nil {
			return err
		}
		err = work(ctx, m)
		if errors.Is(err, projection.ErrCursor) || errors.Is(err, projection.ErrNotFound) {
			return usage(cmd, "%v", err)
		}
		return err
	})
}

func (r *readModel) statusCommand() *cobra.Command {
	return &cobra.Command{
		Use: "status", Short: "How far the read model has come", Args: none,
		Example: `  cats projection status --organisation KZ`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return r.withModel(cmd, func(ctx context.Context, m *projection.Model) error {
				status, err := m.Status(ctx)
				if err != nil {
					return err
				}
				return r.app.print(status, func(s style) { r.app.printModel(s, status) })
			})
		},
	}
}

func (a *app) printModel(s style, status *projection.Status) {
	if status.Next == 0 {
		fmt.Fprintln(a.out, s.warn("The read model is empty")+`: "cats serve" fills it, and so does "cats projection rebuild".`)
		return
	}
	facts(a.out, s,
		"blocks", fmt.Sprint(status.Next),
		"last transaction", status.At,
		"movements", fmt.Sprintf("%d%s", total(status.Movements), tally(": ", status.Movements)),
		"contents", tally("", status.Contents))
}

func (r *readModel) rebuildCommand() *cobra.Command {
	return &cobra.Command{
		Use: "rebuild", Short: "Make the read model anew from block 0", Args: none,
		Long: `Empties the read model and makes it anew from block 0 of the own peer's ledger, then ends.
A "cats serve" that runs on the same database helps; until both are through, answers are
incomplete. The content that the organisation holds is read anew too, where --as may read it.`,
		Example: `  cats projection rebuild --as kz-courier`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if r.app.patient {
				r.app.Timeout = 24 * time.Hour
			}
			return r.app.withLedger(cmd, func(ctx context.Context, b *backend) error {
				return r.withDatabase(cmd, func(_ context.Context, db *database.DB) error {
					begun := time.Now()
					p := projection.NewFrom(db, b.node.Source(), slog.New(slog.DiscardHandler))
					if err := p.Rebuild(ctx); err != nil {
						return err
					}
					m, err := projection.Open(ctx, db)
					if err != nil {
						return err
					}
					status, err := m.Status(ctx)
					if err != nil {
						return err
					}
					return r.app.print(status, func(s style) {
						fmt.Fprintf(r.app.out, "%s in %s\n", s.good("Rebuilt"), milliseconds(time.Since(begun)))
						r.app.printModel(s, status)
					})
				})
			})
		},
	}
}

// list prints a list as JSON, CSV or a table.
func (r *readModel) list(forPrograms any, heads []string, rows [][]any, more bool, numbers ...int) error {
	if r.csv {
		return projection.WriteCSV(r.app.out, heads, rows)
	}
	return r.app.print(forPrograms, func(s style) {
		if len(rows) == 0 {
			fmt.Fprintln(r.app.out, s.dim("Nothing."))
			return
		}
		t := newTable(heads...).numbers(numbers...)
		for _, row := range rows {
			cells := make([]string, len(row))
			for i, v := range row {
				cells[i] = fmt.Sprint(v)
			}
			t.row(cells...)
		}
		t.print(r.app.out, s)
		if more {
			fmt.Fprintln(r.app.out, s.dim("There is more: a higher --limit, or --json for pages."))
		}
	})
}
