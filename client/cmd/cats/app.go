package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"carec.example/cats/client/cats"
)

// environment is everything outside the program that a command touches.
type environment struct {
	in       io.Reader
	out, err io.Writer
	getenv   func(string) string
	open     opener
	// openFor opens the ledger as a reader, for changes that another identity signs elsewhere.
	openFor func(ctx context.Context, profile *cats.Profile, reader, identity string) (*backend, error)
	// styled allows colours on the output.
	styled bool
}

// app carries the global flags and what the commands share.
type app struct {
	environment
	settings
	configFile string
	after      string
	// prepare is the file for a change that is signed elsewhere; readAs is who reads meanwhile.
	prepare, readAs string
	// patient: nobody asked for a time limit, so a command that reads the whole ledger sets none.
	patient bool
}

// run executes one command line and returns the exit code.
func run(ctx context.Context, args []string, env environment) int {
	a := &app{environment: env}
	root := a.rootCommand()
	root.SetArgs(args)
	root.SetIn(env.in)
	root.SetOut(env.out)
	root.SetErr(env.err)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	return a.report(err)
}

func (a *app) rootCommand() *cobra.Command {
	cobra.EnableCommandSorting = false // the order of the procedure says more than the alphabet
	root := &cobra.Command{
		Use:   "cats",
		Short: "Transit ledger of the CAREC Advanced Transit System",
		Long: `cats works on the ledger of the CAREC Advanced Transit System: one single transit
document and one guarantee over all countries of the route, each step signed by
whoever may take it.

You act as one identity of the network's profile: choose it with --as, CATS_AS or the
config file; "cats identities" lists them.`,
		Example: `  cats identities
  cats movement lodge declaration.xml --as cn-trader-tianshan
  cats movement accept CN4TB0Q9V7HWKX --as cn-officer-urumqi
  cats movement show 26CN4TB0Q9V7HWKXJ5 --as carec-analyst`,
		SilenceErrors: true, SilenceUsage: true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return a.configure(cmd) },
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return usage(cmd, "%v", err) })
	flags := root.PersistentFlags()
	flags.StringVar(&a.Profile, "profile", "", "the network's `FILE` ($CATS_PROFILE; default: nearest .cats/net/profile.json upwards)")
	flags.StringVar(&a.As, "as", "", "act as this `IDENTITY` of the profile ($CATS_AS)")
	flags.StringVar(&a.configFile, "config", "", "settings `FILE` (default ~/.config/cats/config.yaml)")
	flags.BoolVar(&a.JSON, "json", false, "print JSON instead of tables")
	flags.DurationVar(&a.Timeout, "timeout", 0, "give up after this `TIME`, e.g. 30s (default 2m)")
	flags.StringVar(&a.after, "after", "", "wait first until the own peer has seen this `TRANSACTION`")
	a.preparingFlags(root)
	_ = root.RegisterFlagCompletionFunc("as", a.completeIdentities)
	root.AddGroup(&cobra.Group{ID: "ledger", Title: "On the ledger:"}, &cobra.Group{ID: "local", Title: "On this machine:"})
	for _, c := range []*cobra.Command{
		a.movementCommand(), a.attachmentCommand(), a.guaranteeCommand(), a.registryCommand(), a.ledgerCommand(), a.projectionCommand(),
		a.exchangeCommand(), a.riskCommand(), a.serveCommand(),
	} {
		c.GroupID = "ledger"
		root.AddCommand(c)
	}
	for _, c := range []*cobra.Command{
		a.identitiesCommand(), a.stdCommand(), a.documentCommand(), a.preparedCommand(), a.messageCommand(), a.rulesCommand(), a.openapiCommand(),
		a.asyncapiCommand(), a.userCommand(), a.webhookCommand(), a.windowCommand(), a.versionCommand(),
	} {
		c.GroupID = "local"
		root.AddCommand(c)
	}
	root.AddCommand(exitCodesTopic())
	root.SetHelpCommandGroupID("local")
	root.SetCompletionCommandGroupID("local")
	markGroups(root)
	return root
}

// markGroups makes a command that only groups others refuse an unknown one.
func markGroups(c *cobra.Command) {
	for _, sub := range c.Commands() {
		markGroups(sub)
		sub.SuggestionsMinimumDistance = 2
		if sub.HasSubCommands() && sub.Run == nil && sub.RunE == nil {
			sub.RunE = func(cmd *cobra.Command, args []string) error {
				if len(args) == 0 {
					return cmd.Help()
				}
				return usage(cmd, "there is no command %q%s", args[0], suggestions(cmd, args[0]))
			}
		}
	}
}

func suggestions(cmd *cobra.Command, word string) string {
	if near := cmd.SuggestionsFor(word); len(near) > 0 {
		return "; did you mean " + strings.Join(near, " or ") + "?"
	}
	return ""
}

// configure merges flags, environment and config file, in that order of precedence.
func (a *app) configure(cmd *cobra.Command) error {
	path, must := a.configFile, a.configFile != ""
	if !must {
		path = a.defaultConfig()
	}
	kept, err := loadSettings(path, must)
	if err != nil {
		return &usageError{err: err}
	}
	changed := cmd.Flags().Changed
	a.Profile = first(a.Profile, a.getenv("CATS_PROFILE"), kept.Profile)
	a.As = first(a.As, a.getenv("CATS_AS"), kept.As)
	if !changed("json") {
		a.JSON = kept.JSON
	}
	if !changed("timeout") {
		a.Timeout = kept.Timeout
	}
	if a.Timeout == 0 {
		a.Timeout, a.patient = 2*time.Minute, true
	}
	if a.Timeout < 0 {
		return usage(cmd, "--timeout must be above zero")
	}
	return nil
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

func (a *app) defaultConfig() string {
	if dir := a.getenv("XDG_CONFIG_HOME"); dir != "" {
		return filepath.Join(dir, "cats", "config.yaml")
	}
	if home := a.getenv("HOME"); home != "" {
		return filepath.Join(home, ".config", "cats", "config.yaml")
	}
	return ""
}

// profilePath is the profile asked for, or the nearest one upwards from the working folder.
func (a *app) profilePath() (string, error) {
	if a.Profile != "" {
		return a.Profile, nil
	}
	const within = ".cats/net/profile.json"
	if home := a.getenv("CATS_HOME"); home != "" {
		if path := filepath.Join(home, "net", "profile.json"); exists(path) {
			return path, nil
		}
	}
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("couldn't find the working folder: %w", err)
	}
	for {
		if path := filepath.Join(dir, within); exists(path) {
			return path, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", &usageError{err: fmt.Errorf("no %s here or above; start a network, or name a profile with --profile", within)}
		}
		dir = parent
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func (a *app) loadProfile() (*cats.Profile, string, error) {
	path, err := a.profilePath()
	if err != nil {
		return nil, "", err
	}
	p, err := cats.LoadProfile(path)
	if err != nil {
		return nil, "", &usageError{err: err}
	}
	return p, path, nil
}

// withLedger opens the ledger as the chosen identity, waits for --after, and does the work.
func (a *app) withLedger(cmd *cobra.Command, work func(ctx context.Context, b *backend) error) (err error) {
	profile, _, err := a.loadProfile()
	if err != nil {
		return err
	}
	if a.As == "" {
		return usage(cmd, "choose who you act as with --as or CATS_AS; there are: %s", strings.Join(profile.Names(), ", "))
	}
	if _, err := profile.Identity(a.As); err != nil {
		return &usageError{err: err}
	}
	if a.prepare != "" {
		return a.withPrepared(cmd, profile, work)
	}
	ctx, cancel := context.WithTimeout(cmd.Context(), a.Timeout)
	defer cancel()
	b, err := a.open(ctx, profile, a.As)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	if a.after != "" {
		if _, err := b.node.Await(ctx, a.after); err != nil {
			return err
		}
	}
	return work(ctx, b)
}

func (a *app) completeIdentities(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	a.Profile = first(a.Profile, a.getenv("CATS_PROFILE"))
	p, _, err := a.loadProfile()
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	names := p.Names()
	slices.Sort(names)
	for i, n := range names {
		names[i] = n + "\t" + describe(p.Identities[n])
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
