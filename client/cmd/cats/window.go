package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"carec.example/cats/client/database"
	"carec.example/cats/client/links/event"
	"carec.example/cats/client/links/queue"
	"carec.example/cats/client/links/window"
)

func (a *app) withWindows(cmd *cobra.Command, f *ownDatabase, work func(context.Context, *window.Windows) error) error {
	return a.withOwnDatabase(cmd, f, func(ctx context.Context, db *database.DB, channel string) error {
		windows, err := window.New(ctx, window.Config{Database: db, Channel: channel})
		if err != nil {
			return err
		}
		err = work(ctx, windows)
		if errors.Is(err, window.ErrNoWindow) || errors.Is(err, window.ErrNoDeposit) {
			return &usageError{err: err}
		}
		return err
	})
}

func (a *app) windowCommand() *cobra.Command {
	f := &ownDatabase{}
	c := &cobra.Command{
		Use: "window", Short: "Deposit documents of UBL with the country's single window",
		Long: `"cats serve" deposits documents of UBL 2.4 with the single windows that are named here, over
HTTP: the declaration (TransitCustomsDeclaration) when it is lodged or amended in the own
country, or its content is delivered to it; the status (TransportationStatus) at every step
of a movement whose itinerary goes through it; the terms of a guarantee
(GuaranteeCertificate) that the organisation keeps, or whose office of guarantee lies in it.

A deposit has a number, which is the request's Idempotency-Key and the document's UUID, and is
the same however often it is sent. The window answers 2xx with a receipt, whose reference is
kept. What it refuses (4xx) is shown here, and not sent again until "cats window retry".
Without an answer a deposit is tried for seven days; then it is dead, and can be retried, too.`,
		Example: `  cats window add https://sw.customs.example/deposits --token-file /etc/cats/sw.token --organisation KZ
  cats window list --organisation KZ
  cats window deposits --state refused --organisation KZ
  cats window retry SWQ2M7XK4ABC --organisation KZ`,
	}
	f.bind(c)
	c.AddCommand(a.windowAdd(f), a.windowList(f), a.windowRemove(f), a.windowDeposits(f), a.windowRetry(f))
	return c
}

func (a *app) windowAdd(f *ownDatabase) *cobra.Command {
	var terms window.Terms
	var documents []string
	c := &cobra.Command{
		Use: "add URL", Short: "Deposit with a single window from now on",
		Long: `Makes a window for what happens from now on. The organisation proves itself by a client
certificate, a bearer token, or both; the files are read for each deposit, by the user that
"cats serve" runs as, so that they can be replaced. What they hold is copied nowhere.

Only https, except on this machine. A host in a private, local or otherwise special network is
refused, also when its name comes to lead there later, unless --allow-private says that this
window is one of your own network.`,
		Example: `  cats window add https://sw.customs.example/deposits --token-file /etc/cats/sw.token --organisation KZ
  cats window add https://sw.gov.example/in --certificate sw.pem --key sw.key --ca sw-ca.pem \
    --document declaration,status --type movement.released,movement.content-delivered --allow-private --organisation KZ`,
		Args: exactly("URL"),
		RunE: func(cmd *cobra.Command, args []string) error {
			terms.URL = args[0]
			for _, d := range documents {
				terms.Documents = append(terms.Documents, window.Kind(d))
			}
			for _, path := range []*string{&terms.TokenFile, &terms.Certificate, &terms.Key, &terms.CA} {
				if err := absolute(path); err != nil {
					return err
				}
			}
			if err := terms.Check(); err != nil {
				return &usageError{err: err}
			}
			return a.withWindows(cmd, f, func(ctx context.Context, windows *window.Windows) error {
				added, err := windows.Add(ctx, terms)
				if err != nil {
					return err
				}
				return a.print(added, func(s style) {
					fmt.Fprintf(a.out, "%s  %s\n", s.good("Added"), s.head(added.ID))
					facts(a.out, s, "host", added.Host(), "documents", documentsOf(added), "types", first(strings.Join(added.Types, ", "), "all"),
						"proves itself by", credentialsOf(added), "trusts", first(added.CA, "the roots of the system"))
				})
			})
		},
	}
	flags := c.Flags()
	flags.StringSliceVar(&documents, "document", nil, "only these `KINDS`: declaration, status, guarantee (default: all)")
	flags.StringSliceVar(&terms.Types, "type", nil, "only about these `TYPES` of events, such as movement.released (default: all)")
	flags.StringVar(&terms.TokenFile, "token-file", "", "`FILE` with the bearer token for the window")
	flags.StringVar(&terms.Certificate, "certificate", "", "`FILE` in PEM with the client certificate for the window")
	flags.StringVar(&terms.Key, "key", "", "`FILE` in PEM with the key of that certificate")
	flags.StringVar(&terms.CA, "ca", "", "`FILE` in PEM with the roots of the window's certificate (default: those of the system)")
	flags.BoolVar(&terms.Private, "allow-private", false, "the window is in the own network")
	return c
}

// absolute makes a path independent of where a command runs.
func absolute(path *string) error {
	if *path == "" {
		return nil
	}
	whole, err := filepath.Abs(*path)
	*path = whole
	return err
}

func documentsOf(w *window.Window) string {
	kinds := make([]string, len(w.Documents))
	for i, k := range w.Documents {
		kinds[i] = string(k)
	}
	return first(strings.Join(kinds, ", "), "all")
}

func credentialsOf(w *window.Window) string {
	var all []string
	if w.Certificate != "" {
		all = append(all, "certificate "+w.Certificate)
	}
	if w.TokenFile != "" {
		all = append(all, "token in "+w.TokenFile)
	}
	return strings.Join(all, ", ")
}

func (a *app) windowList(f *ownDatabase) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the windows", Example: `  cats window list --organisation KZ`, Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withWindows(cmd, f, func(ctx context.Context, windows *window.Windows) error {
				all, err := windows.List(ctx)
				if err != nil {
					return err
				}
				return a.print(all, func(s style) { a.printWindows(s, all) })
			})
		},
	}
}

func (a *app) printWindows(s style, all []window.Window) {
	if len(all) == 0 {
		fmt.Fprintln(a.out, "Nothing is deposited anywhere; name a single window with \"cats window add\".")
		return
	}
	t := newTable("window", "host", "documents", "types", "since", "deposited", "waiting", "refused", "dead", "state").numbers(5, 6, 7, 8)
	for i := range all {
		w := &all[i]
		state := "in force"
		if !w.FailingSince.IsZero() {
			state = "failing since " + clock(w.FailingSince)
		}
		t.row(w.ID, w.Host(), documentsOf(w), first(strings.Join(w.Types, ", "), "all"), clock(w.CreatedAt), strconv.Itoa(w.Deposited),
			strconv.Itoa(w.Waiting), strconv.Itoa(w.Refused), strconv.Itoa(w.Dead), state)
	}
	t.print(a.out, s)
}

func (a *app) windowRemove(f *ownDatabase) *cobra.Command {
	return &cobra.Command{
		Use: "remove ID", Short: "End a window, with what waits for it", Example: "  cats window remove SWQ2M7XK4ABC --organisation KZ",
		Args: exactly("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withWindows(cmd, f, func(ctx context.Context, windows *window.Windows) error {
				if err := windows.Remove(ctx, args[0]); err != nil {
					return err
				}
				return a.print(map[string]string{"window": args[0], "result": "has ended"}, func(style) { fmt.Fprintln(a.out, args[0], "has ended") })
			})
		},
	}
}

func (a *app) windowDeposits(f *ownDatabase) *cobra.Command {
	var filter window.Filter
	c := &cobra.Command{
		Use: "deposits", Short: "Show deposits, the newest first",
		Long: `Shows what was deposited, with the window's receipt, what it refused, with what it said, and
what waits or was given up. They are kept for thirty days; --json has the types of the events
and whole texts.`,
		Example: `  cats window deposits --organisation KZ
  cats window deposits --window SWQ2M7XK4ABC --state refused --organisation KZ`, Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch filter.State {
			case "", "waiting", window.Deposited, "refused", "dead":
			default:
				return usage(cmd, "--state is waiting, deposited, refused or dead")
			}
			return a.withWindows(cmd, f, func(ctx context.Context, windows *window.Windows) error {
				found, err := windows.Deposits(ctx, filter)
				if err != nil {
					return ofPage(err)
				}
				return a.print(found, func(s style) { a.printDeposits(s, found) })
			})
		},
	}
	c.Flags().StringVar(&filter.Subscription, "window", "", "only with this window `ID`")
	c.Flags().StringVar(&filter.State, "state", "", "only in this `STATE`: waiting, deposited, refused, dead")
	deliveryFlags(c, &filter)
	return c
}

// saidAtMost is how much of what a window said goes into a line.
const saidAtMost = 80

func (a *app) printDeposits(s style, found *queue.Page[window.Deposit]) {
	if len(found.Items) == 0 {
		fmt.Fprintln(a.out, "There is no deposit.")
		return
	}
	t := newTable("number", "document", "about", "what", "window", "state", "attempts", "when", "receipt, or what was said").numbers(6)
	for i := range found.Items {
		d := &found.Items[i]
		said := d.Reference
		if d.Problem != "" {
			said = strings.TrimSuffix(d.Problem+": "+d.Answer, ": ")
		}
		if runes := []rune(visible(said)); len(runes) > saidAtMost {
			said = string(runes[:saidAtMost]) + "..."
		}
		t.row(d.Number, string(d.Document), d.Subject, strings.TrimPrefix(d.Type, event.Prefix), d.Window, d.State, strconv.Itoa(d.Attempts),
			when(&d.Standing), visible(said))
	}
	t.print(a.out, s)
	a.printNext(s, found.Next)
}

func (a *app) windowRetry(f *ownDatabase) *cobra.Command {
	var number string
	c := &cobra.Command{
		Use: "retry ID", Short: "Deposit again what was refused or given up",
		Long: `Makes what a window has refused, and what was given up, wait again: all of it, or one deposit
by its number. The documents are the same, under the same numbers. What the window has given
a receipt for is never sent again.`,
		Example: `  cats window retry SWQ2M7XK4ABC --organisation KZ
  cats window retry SWQ2M7XK4ABC --deposit 5b7fd0d2-93c1-8a4e-9d6c-0c4b3f1a2e77 --organisation KZ`,
		Args: exactly("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withWindows(cmd, f, func(ctx context.Context, windows *window.Windows) error {
				n, err := windows.Retry(ctx, args[0], number)
				if err != nil {
					return err
				}
				return a.print(map[string]any{"window": args[0], "deposits": n}, func(style) {
					fmt.Fprintf(a.out, "%d deposits wait for %s\n", n, args[0])
				})
			})
		},
	}
	c.Flags().StringVar(&number, "deposit", "", "only this `NUMBER`")
	return c
}
