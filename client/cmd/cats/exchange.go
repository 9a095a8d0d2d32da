package main

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/exchange"
)

func (a *app) exchangeCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "exchange", Short: "Work on the ledger by messages of NCTS or UBL",
		Long: `Lets a trader's own system work on the ledger by messages: what it sends becomes a step of
the procedure, and what happens on the ledger comes back as messages. They are those of NCTS;
a declaration may be a document of UBL, and so may be what comes back.`,
		Example: `  cats exchange folder --in outbox --out inbox --as cn-trader-tianshan`,
	}
	c.AddCommand(a.exchangeFolderCommand())
	return c
}

// folderFlags are those of "cats exchange folder".
type folderFlags struct {
	in, out, mappings, from, form string
	phase                         int
	every                         time.Duration
	once                          bool
}

func (a *app) exchangeFolderCommand() *cobra.Command {
	var f folderFlags
	c := &cobra.Command{
		Use: "folder", Short: "Send the messages of one folder, get the answers in another",
		Long: `Sends every XML file that appears in the folder --in and writes the answers, and whatever else
the trader has to learn, to the folder --out, until it is stopped (SIGTERM). Messages sent
are CC015C, CC013C, CC014C, CC170C, CC054C, CC141C, CC007C and CC044C, and for a declaration
TransitCustomsDeclaration of UBL 2.4. With --form ubl what happens is told by documents of UBL:
a TransportationStatus for each step. With mapping files the
declarations of a national system (XML, JSON, CSV) are sent as well, and their status comes
back in the national form after every step; where several mappings are for JSON, or for CSV,
a file's name begins with that of its mapping, as in goods-list.march.csv.

A file is sent when it has not changed between two looks; or write it elsewhere and rename
it into the folder. Then it is in one of these folders below --in:

  work/      being sent; it stays there while the ledger cannot be reached
  done/      on the ledger
  rejected/  refused, with the answer beside it

What of a file that was taken has not come to the ledger is told in left-out-*.json in --out.

Killed at any time and started again, it sends each file once. An answer's file is named by
its identification: who leaves out names that it has had gets each answer once.

work/cursor.json keeps up to where the ledger has been read and answered. A folder without it
begins at block 0 and writes all answers there have ever been, or from --from on: a block, or
"now" for what happens from now on. Where the file is there, --from changes nothing.`,
		Example: `  cats exchange folder --in outbox --out inbox --as cn-trader-tianshan
  cats exchange folder --in outbox --out inbox --phase 6 --once --as kg-trader-alatoo
  cats exchange folder --in outbox --out inbox --form ubl --as cn-trader-tianshan
  cats exchange folder --in outbox --out inbox --mappings mappings --from now --as kz-trader-zhetysu`,
		Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.phase != int(transit.Phase5) && f.phase != int(transit.Phase6) {
				return usage(cmd, "--phase is 5 or 6")
			}
			if f.form != "ncts" && f.form != "ubl" {
				return usage(cmd, "--form is ncts or ubl")
			}
			if f.every <= 0 {
				return usage(cmd, "--every must be above zero")
			}
			if _, err := strconv.ParseUint(f.from, 10, 63); err != nil && f.from != fromNow {
				return usage(cmd, "--from is a block or now")
			}
			return a.exchangeFolder(cmd, f)
		},
	}
	flags := c.Flags()
	flags.StringVar(&f.in, "in", "", "`FOLDER` with the messages to send")
	flags.StringVar(&f.out, "out", "", "`FOLDER` for the answers")
	flags.IntVar(&f.phase, "phase", int(transit.Phase5), "`PHASE` of NCTS of the answers: 5 or 6")
	flags.StringVar(&f.form, "form", "ncts", "`FORM` of the answers: ncts or ubl")
	flags.DurationVar(&f.every, "every", time.Second, "look this often")
	flags.BoolVar(&f.once, "once", false, "send what is there, write the answers that there are, and end")
	flags.StringVar(&f.from, "from", "0", "`BLOCK` where a new folder begins, or now")
	mappingsFlag(flags, &f.mappings)
	mustSet(c, "in", "out")
	return c
}

// fromNow begins a folder at the height of the ledger.
const fromNow = "now"

func (a *app) exchangeFolder(cmd *cobra.Command, f folderFlags) (err error) {
	profile, path, err := a.loadProfile()
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
	mappings, err := a.loadMappings(f.mappings, a.stateFolder(profile, path, identity.Organisation))
	if err != nil {
		return err
	}
	b, err := a.open(cmd.Context(), profile, a.As)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	from, err := a.firstBlock(cmd.Context(), b, f.from)
	if err != nil {
		return err
	}
	options := []exchange.Option{exchange.InPhase(transit.Phase(f.phase)), exchange.WithMappings(mappings)}
	if f.form == "ubl" {
		options = append(options, exchange.InUBL())
	}
	x := b.node.Exchange(options...)
	log := slog.New(slog.NewTextHandler(a.err, nil)).With("as", a.As)
	folder, err := exchange.NewFolder(x, f.in, f.out, f.every, log, exchange.FromBlock(from))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, folder.Close()) }()
	if !f.once {
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

func (a *app) firstBlock(ctx context.Context, b *backend, from string) (uint64, error) {
	if from != fromNow {
		return strconv.ParseUint(from, 10, 63)
	}
	ctx, cancel := context.WithTimeout(ctx, a.Timeout)
	defer cancel()
	return b.node.Height(ctx)
}
