package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/exchange"
)

func (a *app) exchangeCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "exchange", Short: "Work on the ledger by messages of NCTS",
		Long: `Lets a trader's own system work on the ledger by messages of NCTS: what it sends becomes a
step of the procedure, and what happens on the ledger comes back as messages.`,
		Example: `  cats exchange folder --in outbox --out inbox --as cn-trader-tianshan`,
	}
	c.AddCommand(a.exchangeFolderCommand())
	return c
}

func (a *app) exchangeFolderCommand() *cobra.Command {
	var in, out string
	var phase int
	var every time.Duration
	var once bool
	c := &cobra.Command{
		Use: "folder", Short: "Send the messages of one folder, get the answers in another",
		Long: `Sends every XML file that appears in the folder --in and writes the answers, and whatever else
the trader has to learn, to the folder --out, until it is stopped (SIGTERM). Messages sent
are CC015C, CC013C, CC014C, CC170C, CC054C, CC141C, CC007C and CC044C.

A file is sent when it has not changed between two looks; or write it elsewhere and rename
it into the folder. Then it is in one of these folders below --in:

  work/      being sent; it stays there while the ledger cannot be reached
  done/      on the ledger
  rejected/  refused, with the answer beside it

Killed at any time and started again, it sends each file once. An answer's file is named by
its identification: who leaves out names that it has had gets each answer once. Without the
file work/cursor.json all answers are written again.`,
		Example: `  cats exchange folder --in outbox --out inbox --as cn-trader-tianshan
  cats exchange folder --in outbox --out inbox --phase 6 --once --as kg-trader-alatoo`,
		Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if phase != int(transit.Phase5) && phase != int(transit.Phase6) {
				return usage(cmd, "--phase is 5 or 6")
			}
			if every <= 0 {
				return usage(cmd, "--every must be above zero")
			}
			return a.exchangeFolder(cmd, func(x *exchange.Exchange) (*exchange.Folder, error) {
				return exchange.NewFolder(x, in, out, every, slog.New(slog.NewTextHandler(a.err, nil)).With("as", a.As))
			}, transit.Phase(phase), once)
		},
	}
	c.Flags().StringVar(&in, "in", "", "`FOLDER` with the messages to send")
	c.Flags().StringVar(&out, "out", "", "`FOLDER` for the answers")
	c.Flags().IntVar(&phase, "phase", int(transit.Phase5), "`PHASE` of NCTS of the answers: 5 or 6")
	c.Flags().DurationVar(&every, "every", time.Second, "look this often")
	c.Flags().BoolVar(&once, "once", false, "send what is there, write the answers that there are, and end")
	mustSet(c, "in", "out")
	return c
}

func (a *app) exchangeFolder(
	cmd *cobra.Command, open func(*exchange.Exchange) (*exchange.Folder, error), phase transit.Phase, once bool,
) (err error) {
	profile, _, err := a.loadProfile()
	if err != nil {
		return err
	}
	identity, err := profile.Identity(a.As)
	if err != nil {
		return &usageError{err: err}
	}
	if identity.Role != transit.RoleTrader {
		return usage(cmd, "messages of NCTS are exchanged as a trader; %s is none", a.As)
	}
	b, err := a.open(cmd.Context(), profile, a.As)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	folder, err := open(b.node.Exchange(exchange.InPhase(phase)))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, folder.Close()) }()
	if !once {
		return folder.Run(cmd.Context())
	}
	ctx, cancel := context.WithTimeout(cmd.Context(), a.Timeout)
	defer cancel()
	for more := true; more; {
		if more, err = folder.Once(ctx); err != nil {
			return err
		}
	}
	return nil
}
