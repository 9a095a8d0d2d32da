package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/spf13/cobra"

	"carec.example/cats/client/cats"
	"carec.example/cats/client/database"
	"carec.example/cats/client/links/risk"
)

func (a *app) riskCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "risk", Short: "Ask the own country's risk-management service about a declaration",
		Long: `Asks the country's own risk-management service what it thinks of a declaration, when an office
is to decide on it. What comes back is advice for the officer, who decides with "movement
control" or "movement release"; nothing is done on the ledger. What the officer was told is
kept in the organisation's database.`,
		Example: `  cats risk assess CN4TB0Q9V7HWKX --url https://risk.customs.example/assess --default control --as cn-officer-urumqi
  cats risk log CN4TB0Q9V7HWKX --as cn-officer-urumqi`,
	}
	c.AddCommand(a.riskAssess(), a.riskLog())
	return c
}

// riskService are the flags that say how the service is reached.
type riskService struct {
	url, standIn, tokenFile, ca, certificate, key, database string

	within, rest time.Duration
	failures     int
}

func (f *riskService) bind(c *cobra.Command) {
	flags := c.Flags()
	flags.StringVar(&f.url, "url", "", "`URL` of the service: https, or http on this machine ($CATS_RISK_URL)")
	flags.StringVar(&f.standIn, "default", "", "`ADVICE` without an answer: control, release or ask-officer ($CATS_RISK_DEFAULT)")
	flags.StringVar(&f.tokenFile, "token-file", "", "`FILE` with the token for the service (default: the token in $CATS_RISK_TOKEN, if any)")
	flags.StringVar(&f.ca, "ca", "", "`FILE` in PEM with the roots of its certificate ($CATS_RISK_CA; default: those of the system)")
	flags.StringVar(&f.certificate, "certificate", "", "`FILE` in PEM with the certificate to show it ($CATS_RISK_CERTIFICATE)")
	flags.StringVar(&f.key, "key", "", "`FILE` in PEM with the key of that certificate ($CATS_RISK_KEY)")
	flags.DurationVar(&f.within, "within", 5*time.Second, "take the default after this `TIME` without an answer")
	flags.IntVar(&f.failures, "failures", 5, "after so many `FAILURES` in a row, leave the service alone")
	flags.DurationVar(&f.rest, "rest", time.Minute, "leave it alone for this `TIME`")
	databaseFlag(c, &f.database)
}

// riskConfig is what the flags and the environment ask for, all but the database. Its errors are mistakes of usage.
func (a *app) riskConfig(f *riskService) (*risk.Config, error) {
	cfg := &risk.Config{
		URL: first(f.url, a.getenv("CATS_RISK_URL")), Timeout: f.within, Failures: f.failures, Rest: f.rest, Token: a.getenv("CATS_RISK_TOKEN"),
		Default: risk.Advice(strings.ReplaceAll(first(f.standIn, a.getenv("CATS_RISK_DEFAULT")), "-", " ")),
	}
	switch {
	case cfg.URL == "":
		return nil, errors.New("name the risk service with --url or CATS_RISK_URL")
	case !cfg.Default.Known():
		return nil, errors.New("say with --default or CATS_RISK_DEFAULT what counts without an answer: control, release or ask-officer")
	}
	if f.tokenFile != "" {
		raw, err := a.read(f.tokenFile)
		if err != nil {
			return nil, err
		}
		cfg.Token = strings.TrimSpace(string(raw))
	}
	if err := a.riskTrust(f, cfg); err != nil {
		return nil, err
	}
	return cfg, cfg.Check()
}

// riskTrust reads whom to trust, and what to show.
func (a *app) riskTrust(f *riskService, cfg *risk.Config) error {
	if ca := first(f.ca, a.getenv("CATS_RISK_CA")); ca != "" {
		raw, err := a.read(ca)
		if err != nil {
			return err
		}
		cfg.Roots = x509.NewCertPool()
		if !cfg.Roots.AppendCertsFromPEM(raw) {
			return fmt.Errorf("%s holds no certificate in PEM", ca)
		}
	}
	certificate, key := first(f.certificate, a.getenv("CATS_RISK_CERTIFICATE")), first(f.key, a.getenv("CATS_RISK_KEY"))
	if (certificate == "") != (key == "") {
		return errors.New("--key and --certificate go together")
	}
	if certificate == "" {
		return nil
	}
	pair, err := tls.LoadX509KeyPair(certificate, key)
	if err != nil {
		return fmt.Errorf("couldn't read the certificate to show: %w", err)
	}
	cfg.Certificate = &pair
	return nil
}

func (a *app) riskAssess() *cobra.Command {
	f := &riskService{}
	c := &cobra.Command{
		Use: "assess MOVEMENT", Short: "Ask what the service thinks of a declaration, now",
		Long: `Posts the declaration, without access codes, to the country's risk-management service, and
prints what it advises the officer. The identity is that of an officer; the question names its
office.

  question  {"id", "movement", "mrn", "seq", "office", "declaration"}
  answer    {"id", "advice", "reference", "reasons": [], "controlTypes": []}
            200, with the question's id; advice is "control", "release" or "ask officer"

Without such an answer in time the default counts, and it says why; that is no failure. After
several failures in a row the service is not asked for a while, and the default counts at once.`,
		Example: `  cats risk assess CN4TB0Q9V7HWKX --url https://risk.customs.example/assess --default control --as cn-officer-urumqi
  CATS_RISK_URL=https://risk.customs.example/assess CATS_RISK_DEFAULT=ask-officer \
    cats risk assess 26CN4TB0Q9V7HWKXJ5 --ca risk-ca.pem --token-file risk.token --within 3s --json --as cn-officer-urumqi`,
		Args: exactly("MOVEMENT"),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := a.riskConfig(f)
			if err != nil {
				return usage(cmd, "%v", err)
			}
			return a.withLedger(cmd, func(ctx context.Context, b *backend) error { return a.assess(ctx, cmd, b, f, cfg, args[0]) })
		},
	}
	f.bind(c)
	return c
}

func (a *app) assess(ctx context.Context, cmd *cobra.Command, b *backend, f *riskService, cfg *risk.Config, movement string) (err error) {
	profile, path, err := a.loadProfile()
	if err != nil {
		return err
	}
	identity := profile.Identities[a.As]
	if identity.Office == "" {
		return usage(cmd, "the risk is assessed for an office that is to decide; %s has none", a.As)
	}
	content, err := b.movements.Content(ctx, movement)
	if err != nil {
		return err
	}
	cfg.Database, err = a.openDatabase(ctx, f.database, a.stateFolder(profile, path, identity.Organisation))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, cfg.Database.Close()) }()
	client, err := risk.New(ctx, *cfg)
	if err != nil {
		return err
	}
	defer client.Close()
	told, err := client.Assess(ctx, riskQuestion(content, identity.Office))
	if err != nil {
		return err
	}
	return a.print(told, func(s style) { a.printAssessment(s, told) })
}

func riskQuestion(d *cats.Document, office string) risk.Question {
	m := d.Movement
	return risk.Question{Movement: m.ID, MRN: m.MRN, Seq: m.Seq, Office: office, Declaration: d.STD}
}

func (a *app) printAssessment(s style, told *risk.Assessment) {
	paint := map[risk.Advice]func(string) string{risk.Control: s.warn, risk.Release: s.good, risk.AskOfficer: s.head}[told.Advice]
	advised := "as the service advises"
	if told.DefaultBecause != "" {
		advised = "by default, without advice"
	}
	fmt.Fprintf(a.out, "%s  %s, %s\n", paint(sentence(string(told.Advice))), s.head(first(told.MRN, told.Movement)), advised)
	pairs := []string{"service", told.Service, "no advice because", told.DefaultBecause, "reference", visible(told.Reference)}
	for _, reason := range told.Reasons {
		pairs = append(pairs, "reason", visible(reason))
	}
	facts(a.out, s, append(pairs, "control types", visible(strings.Join(told.ControlTypes, ", ")), "record", fmt.Sprintf("step %d", told.Seq),
		"asked", clock(told.AskedAt), "took", milliseconds(time.Duration(told.Took)*time.Millisecond))...)
}

// sentence begins with a capital letter.
func sentence(text string) string {
	return strings.ToUpper(text[:1]) + text[1:]
}

// visible takes from a service's text what would steer the terminal.
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, text)
}

func (a *app) riskLog() *cobra.Command {
	f := &ownDatabase{}
	c := &cobra.Command{
		Use: "log [MOVEMENT]", Short: "Show what officers were told, the newest first",
		Long: `Shows the assessments that the organisation has kept, of one movement by its MRN or
identification, or the last 1000 of all. They are in no ledger; --json has the reasons.`,
		Example: `  cats risk log --organisation KZ
  cats risk log 26CN4TB0Q9V7HWKXJ5 --as kz-officer-khorgos --json`,
		Args: atMostOne,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withOwnDatabase(cmd, f, func(ctx context.Context, db *database.DB, _ string) error {
				found, err := risk.List(ctx, db, strings.Join(args, ""))
				if err != nil {
					return err
				}
				return a.print(found, func(s style) { a.printAssessments(s, found) })
			})
		},
	}
	f.bind(c)
	return c
}

func (a *app) printAssessments(s style, found []risk.Assessment) {
	if len(found) == 0 {
		fmt.Fprintln(a.out, "No risk was assessed; \"cats risk assess\" does it.")
		return
	}
	t := newTable("asked", "movement", "step", "office", "advice", "control types", "took", "reference", "by default because").numbers(2, 6)
	for i := range found {
		told := &found[i]
		t.row(clock(told.AskedAt), first(told.MRN, told.Movement), fmt.Sprint(told.Seq), told.Office, string(told.Advice),
			visible(strings.Join(told.ControlTypes, ", ")), milliseconds(time.Duration(told.Took)*time.Millisecond), visible(told.Reference),
			told.DefaultBecause)
	}
	t.print(a.out, s)
}
