package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"carec.example/cats/client/database"
	"carec.example/cats/client/links/asyncapi"
	"carec.example/cats/client/links/event"
	"carec.example/cats/client/links/queue"
	"carec.example/cats/client/links/webhook"
)

// ownDatabase are the flags of commands that work in the organisation's own database.
type ownDatabase struct{ organisation, database string }

func (f *ownDatabase) bind(c *cobra.Command) {
	c.PersistentFlags().StringVar(&f.organisation, "organisation", "", "short `NAME` of the organisation in the profile (default: that of --as)")
	databaseFlag(c, &f.database)
}

// withOwnDatabase opens the organisation's database and does the work.
func (a *app) withOwnDatabase(
	cmd *cobra.Command, f *ownDatabase, work func(ctx context.Context, db *database.DB, channel string) error,
) (err error) {
	profile, path, err := a.loadProfile()
	if err != nil {
		return err
	}
	organisation := first(f.organisation, profile.Identities[a.As].Organisation)
	if organisation == "" {
		return usage(cmd, "choose the organisation with --organisation or --as")
	}
	if _, known := profile.Organisations[organisation]; !known {
		return usage(cmd, "the profile has no organisation %q", organisation)
	}
	ctx, cancel := context.WithTimeout(cmd.Context(), a.Timeout)
	defer cancel()
	db, err := a.openDatabase(ctx, f.database, a.stateFolder(profile, path, organisation))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return work(ctx, db, profile.Channel)
}

func (a *app) withHooks(cmd *cobra.Command, f *ownDatabase, work func(context.Context, *webhook.Hooks) error) error {
	return a.withOwnDatabase(cmd, f, func(ctx context.Context, db *database.DB, channel string) error {
		hooks, err := webhook.New(ctx, webhook.Config{Database: db, Channel: channel})
		if err != nil {
			return err
		}
		err = work(ctx, hooks)
		if errors.Is(err, webhook.ErrNoSubscription) {
			return &usageError{err: err}
		}
		return err
	})
}

func (a *app) webhookCommand() *cobra.Command {
	f := &ownDatabase{}
	c := &cobra.Command{
		Use: "webhook", Short: "Tell the organisation's own systems what happens on the ledger",
		Long: `"cats serve" posts what happens on the ledger to subscribers made here, as CloudEvents signed
after Standard Webhooks; "cats asyncapi" describes them. An event shows what the public record
shows, of every movement on the channel, and no content.

A subscriber answers 2xx when it has taken an event, and knows one that comes twice by its
webhook-id. Otherwise it is tried again for a day; then the delivery is dead and can be
replayed. A subscriber that takes nothing for five days is disabled.`,
		Example: `  cats webhook add https://hooks.customs.example/cats --type movement --organisation KZ
  cats webhook test WHQ2M7XK4ABC --organisation KZ
  cats webhook log --state dead --organisation KZ
  cats webhook replay WHQ2M7XK4ABC --dead --organisation KZ`,
	}
	f.bind(c)
	c.AddCommand(a.webhookAdd(f), a.webhookList(f), a.webhookChange(f, "remove ID", "End a subscription, with what waits for it",
		"has ended", (*webhook.Hooks).Remove), a.webhookRotate(f), a.webhookChange(f, "pause ID",
		"Stop telling a subscriber, until it is enabled again", "is paused", (*webhook.Hooks).Pause), a.webhookChange(f, "enable ID",
		"Let a disabled subscription count again", "counts again", (*webhook.Hooks).Enable), a.webhookLog(f), a.webhookReplay(f), a.webhookTest(f))
	return c
}

func (a *app) webhookAdd(f *ownDatabase) *cobra.Command {
	var types []string
	var private bool
	c := &cobra.Command{
		Use: "add URL", Short: "Subscribe to what happens from now on",
		Long: `Makes a subscription and prints the secret with which its subscriber verifies the signatures.
The secret is shown this once.

A host in a private, local or otherwise special network is refused, also when its name comes
to lead there later, unless --allow-private says that this subscriber is one of your own
network; http:// is allowed with it.`,
		Example: `  cats webhook add https://hooks.customs.example/cats --organisation KZ
  cats webhook add http://10.1.2.3:8080/cats --allow-private --type movement.released,guarantee --organisation KZ`,
		Args: exactly("URL"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withHooks(cmd, f, func(ctx context.Context, hooks *webhook.Hooks) error {
				s, secret, err := hooks.Add(ctx, args[0], types, private)
				if err != nil {
					return &usageError{err: err}
				}
				return a.print(map[string]any{"subscription": s, "secret": secret}, func(st style) {
					fmt.Fprintf(a.out, "%s  %s\n", st.good("Subscribed"), st.head(s.ID))
					facts(a.out, st, "host", s.Host(), "types", first(strings.Join(s.Types, ", "), "all"), "secret", secret)
				})
			})
		},
	}
	c.Flags().StringSliceVar(&types, "type", nil, "only these `TYPES`, such as movement or movement.released (default: all)")
	c.Flags().BoolVar(&private, "allow-private", false, "the subscriber is in the own network")
	return c
}

func (a *app) webhookList(f *ownDatabase) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the subscriptions", Example: `  cats webhook list --organisation KZ`, Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withHooks(cmd, f, func(ctx context.Context, hooks *webhook.Hooks) error {
				all, err := hooks.List(ctx)
				if err != nil {
					return err
				}
				return a.print(all, func(s style) { a.printSubscriptions(s, all) })
			})
		},
	}
}

func (a *app) printSubscriptions(s style, all []webhook.Subscription) {
	if len(all) == 0 {
		fmt.Fprintln(a.out, "Nobody is subscribed; make a subscription with \"cats webhook add\".")
		return
	}
	t := newTable("subscription", "host", "types", "since", "waiting", "dead", "state").numbers(4, 5)
	for i := range all {
		w := &all[i]
		state := "in force"
		switch {
		case !w.DisabledAt.IsZero():
			state = "disabled: " + w.DisabledWhy
		case !w.FailingSince.IsZero():
			state = "failing since " + clock(w.FailingSince)
		}
		t.row(w.ID, w.Host(), first(strings.Join(w.Types, ", "), "all"), clock(w.CreatedAt), strconv.Itoa(w.Waiting), strconv.Itoa(w.Dead), state)
	}
	t.print(a.out, s)
}

// clock prints a time like moment; nothing for none.
func clock(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return moment(t.Format(time.RFC3339))
}

// webhookChange is a command that does one thing to a subscription.
func (a *app) webhookChange(
	f *ownDatabase, use, short, done string, do func(*webhook.Hooks, context.Context, string) error,
) *cobra.Command {
	verb, _, _ := strings.Cut(use, " ")
	return &cobra.Command{
		Use: use, Short: short, Example: "  cats webhook " + verb + " WHQ2M7XK4ABC --organisation KZ", Args: exactly("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withHooks(cmd, f, func(ctx context.Context, hooks *webhook.Hooks) error {
				if err := do(hooks, ctx, args[0]); err != nil {
					return err
				}
				return a.print(map[string]string{"subscription": args[0], "result": done}, func(style) { fmt.Fprintln(a.out, args[0], done) })
			})
		},
	}
}

func (a *app) webhookRotate(f *ownDatabase) *cobra.Command {
	var overlap time.Duration
	c := &cobra.Command{
		Use: "rotate ID", Short: "Make a new secret",
		Long: `Makes a new secret and prints it. What is sent is signed with both for a while, so that the
subscriber can change over; after a leak, end the old one at once with --overlap 0.`,
		Example: `  cats webhook rotate WHQ2M7XK4ABC --organisation KZ
  cats webhook rotate WHQ2M7XK4ABC --overlap 0s --organisation KZ`,
		Args: exactly("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if overlap < 0 {
				return usage(cmd, "--overlap must not be below zero")
			}
			return a.withHooks(cmd, f, func(ctx context.Context, hooks *webhook.Hooks) error {
				secret, err := hooks.Rotate(ctx, args[0], overlap)
				if err != nil {
					return err
				}
				return a.print(map[string]string{"subscription": args[0], "secret": secret}, func(s style) {
					fmt.Fprintf(a.out, "%s  %s\n", s.good("Rotated"), s.head(args[0]))
					facts(a.out, s, "secret", secret, "old ones sign for", overlap.String())
				})
			})
		},
	}
	c.Flags().DurationVar(&overlap, "overlap", 24*time.Hour, "the old secrets sign for this `TIME` still")
	return c
}

func (a *app) webhookLog(f *ownDatabase) *cobra.Command {
	var filter webhook.Filter
	c := &cobra.Command{
		Use: "log", Short: "Show deliveries, the newest first",
		Example: `  cats webhook log --organisation KZ
  cats webhook log --subscription WHQ2M7XK4ABC --state dead --organisation KZ`, Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch filter.State {
			case "", "waiting", "delivered", "dead":
			default:
				return usage(cmd, "--state is waiting, delivered or dead")
			}
			return a.withHooks(cmd, f, func(ctx context.Context, hooks *webhook.Hooks) error {
				found, err := hooks.Log(ctx, filter)
				if err != nil {
					return ofPage(err)
				}
				return a.print(found, func(s style) { a.printDeliveries(s, found) })
			})
		},
	}
	c.Flags().StringVar(&filter.Subscription, "subscription", "", "only of this subscription `ID`")
	c.Flags().StringVar(&filter.State, "state", "", "only in this `STATE`: waiting, delivered, dead")
	deliveryFlags(c, &filter)
	return c
}

// deliveryFlags are those of the commands that list deliveries a page at a time.
func deliveryFlags(c *cobra.Command, f *queue.Filter) {
	c.Flags().IntVar(&f.Limit, "limit", queue.DefaultLimit, fmt.Sprintf("at most so many `ROWS`, up to %d", queue.MaxLimit))
	c.Flags().StringVar(&f.After, "page", "", "go on behind this `CURSOR` of the page before")
}

// ofPage tells a wrong --page from a failure.
func ofPage(err error) error {
	if errors.Is(err, queue.ErrCursor) {
		return &usageError{err: fmt.Errorf("--page: %w", err)}
	}
	return err
}

// printNext says how a list goes on.
func (a *app) printNext(s style, next string) {
	if next != "" {
		fmt.Fprintln(a.out, s.dim("There is more: --page "+next))
	}
}

func (a *app) printDeliveries(s style, found *queue.Page[webhook.Delivery]) {
	if len(found.Items) == 0 {
		fmt.Fprintln(a.out, "There is no delivery.")
		return
	}
	t := newTable("event", "type", "subject", "subscription", "state", "attempts", "when", "problem").numbers(5)
	for _, d := range found.Items {
		t.row(shortEvent(d.Event), strings.TrimPrefix(d.Type, event.Prefix), d.Subject, d.Subscription, d.State, strconv.Itoa(d.Attempts),
			when(&d.Standing), d.Problem)
	}
	t.print(a.out, s)
	a.printNext(s, found.Next)
}

// when a delivery was done, or is tried again.
func when(s *queue.Standing) string {
	if s.State == queue.Waiting {
		return "next " + clock(s.Next)
	}
	return clock(s.Done)
}

// shortEvent leaves enough of the transaction to tell events apart; --json has the whole id.
func shortEvent(id string) string {
	parts := strings.Split(id, ".")
	if len(parts) != 3 || len(parts[1]) <= 8 {
		return id
	}
	return parts[0] + "." + parts[1][:8] + "..." + parts[2]
}

func (a *app) webhookReplay(f *ownDatabase) *cobra.Command {
	var which webhook.Which
	var since string
	c := &cobra.Command{
		Use: "replay ID", Short: "Deliver events again",
		Long: `Makes events wait for a subscriber again, under the ids that they had: one event, all that were
given up, or all since a time, those that it has taken already included. Events are kept for
fourteen days.`,
		Example: `  cats webhook replay WHQ2M7XK4ABC --dead --organisation KZ
  cats webhook replay WHQ2M7XK4ABC --since 2026-11-24T06:00:00Z --organisation KZ`,
		Args: exactly("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			chosen := 0
			for _, name := range []string{"event", "dead", "since"} {
				if cmd.Flags().Changed(name) {
					chosen++
				}
			}
			if chosen != 1 {
				return usage(cmd, "say what to replay with one of --dead, --since and --event")
			}
			if since != "" {
				var err error
				if which.Since, err = time.Parse(time.RFC3339, since); err != nil {
					return usage(cmd, "--since is no time like 2026-11-24T06:00:00Z")
				}
			}
			return a.withHooks(cmd, f, func(ctx context.Context, hooks *webhook.Hooks) error {
				n, err := hooks.Replay(ctx, args[0], which)
				if err != nil {
					return err
				}
				return a.print(map[string]any{"subscription": args[0], "events": n}, func(style) {
					fmt.Fprintf(a.out, "%d events wait for %s\n", n, args[0])
				})
			})
		},
	}
	c.Flags().StringVar(&which.Event, "event", "", "this event `ID`")
	c.Flags().BoolVar(&which.Dead, "dead", false, "what was given up")
	c.Flags().StringVar(&since, "since", "", "all since this `TIME`")
	return c
}

// errNotTaken ends a test that failed; what came of it is printed already.
var errNotTaken = errors.New("the subscriber did not take the event")

func (a *app) webhookTest(f *ownDatabase) *cobra.Command {
	return &cobra.Command{
		Use: "test ID", Short: "Send a subscriber an event that tells of nothing, now",
		Example: `  cats webhook test WHQ2M7XK4ABC --organisation KZ`, Args: exactly("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withHooks(cmd, f, func(ctx context.Context, hooks *webhook.Hooks) error {
				o, err := hooks.Test(ctx, args[0])
				if err != nil {
					return err
				}
				if !o.Taken() {
					return fmt.Errorf("%w: %s", errNotTaken, o.Problem)
				}
				return a.print(o, func(s style) { fmt.Fprintf(a.out, "%s  answered %d\n", s.good("Taken"), o.Status) })
			})
		},
	}
}

func (a *app) asyncapiCommand() *cobra.Command {
	return &cobra.Command{
		Use: "asyncapi", Short: "Print the description of the events (AsyncAPI 3.0)",
		Long: `Prints the AsyncAPI document of what an organisation's node application sends: the gateway's
stream of events, the webhooks, and the deposits with single windows. No network is needed.`,
		Example: `  cats asyncapi >events.json`, Args: none,
		RunE: func(*cobra.Command, []string) error {
			document, err := asyncapi.Document()
			if err != nil {
				return err
			}
			_, err = a.out.Write(document)
			return err
		},
	}
}
