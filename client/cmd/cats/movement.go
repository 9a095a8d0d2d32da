package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

func (a *app) movementCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "movement", Aliases: []string{"mov"}, Short: "Declarations and their movement to destination",
		Long: `A movement is one transit operation, from the declaration at the office of departure to
its discharge. It is named by its MRN or, before acceptance, by its identification
(country and twelve characters), which "movement lodge" prints.`,
		Example: `  cats movement check declaration.xml --as cn-trader-tianshan
  cats movement lodge declaration.xml --as cn-trader-tianshan
  cats movement list --state released
  cats movement show 26CN4TB0Q9V7HWKXJ5`,
	}
	c.AddGroup(
		&cobra.Group{ID: "declarant", Title: "For the declarant:"},
		&cobra.Group{ID: "departure", Title: "At the office of departure:"},
		&cobra.Group{ID: "route", Title: "On the route:"},
		&cobra.Group{ID: "destination", Title: "At destination:"},
		&cobra.Group{ID: "recovery", Title: "Enquiry and recovery:"},
		&cobra.Group{ID: "look", Title: "To look:"},
	)
	add := func(group string, commands ...*cobra.Command) {
		for _, sub := range commands {
			sub.GroupID = group
			c.AddCommand(sub)
		}
	}
	add("declarant", a.checkCommand(), a.lodgeCommand(), a.amendCommand(), a.presentCommand(), a.requestReleaseCommand(),
		a.cancelCommand(), a.requestCancelCommand(), a.grantCommand(), a.revokeCommand(), a.transferCommand())
	add("departure", a.acceptCommand(), a.rejectCommand(), a.expireCommand(), a.controlCommand(), a.refuseGuaranteeCommand(),
		a.releaseCommand(), a.refuseCommand(), a.refuseCancelCommand(), a.fallbackCommand(), a.deliverCommand())
	add("route", a.handOffCommand(), a.exitCommand(), a.diversionCommand(), a.incidentCommand())
	add("destination", a.notifyCommand(), a.rejectArrivalCommand(), a.arriveCommand(), a.unloadingCommand(), a.resultsCommand(),
		a.releaseGoodsCommand(), a.discrepanciesCommand(), a.dischargeCommand())
	add("recovery", a.enquiryCommand(), a.recoveryCommand(), a.claimCommand())
	add("look", a.showCommand(), a.listCommand(), a.contentCommand(), a.annexCommand(), a.sharedCommand())
	return c
}

// stepFlags are the flags of every command that changes a record.
type stepFlags struct {
	messageID string
	seq       int
}

func (f *stepFlags) bind(c *cobra.Command) {
	c.Flags().StringVar(&f.messageID, "message-id", "", "repeat a command whose outcome stayed unknown, under its message `ID`")
	c.Flags().IntVar(&f.seq, "expected-seq", 0, "refuse when the record is not at this sequence `NUMBER`")
}

func (f *stepFlags) options() []cats.CallOption {
	var opts []cats.CallOption
	if f.messageID != "" {
		opts = append(opts, cats.MessageID(f.messageID))
	}
	if f.seq != 0 {
		opts = append(opts, cats.ExpectedSeq(f.seq))
	}
	return opts
}

// step is a call that takes a movement one step on.
type step func(ctx context.Context, m movements, movement string, opts []cats.CallOption) (*transit.Course, cats.Receipt, error)

// stepCommand makes the command of one step.
func (a *app) stepCommand(use, short, long, example, done string, take step) *cobra.Command {
	var flags stepFlags
	c := &cobra.Command{
		Use: use + " MOVEMENT", Short: short, Long: long, Example: example, Args: exactly("MOVEMENT"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withLedger(cmd, func(ctx context.Context, b *backend) error {
				record, receipt, err := take(ctx, b.movements, args[0], flags.options())
				if err != nil {
					return err
				}
				return a.printStep(done, record, receipt)
			})
		},
	}
	flags.bind(c)
	return c
}

// exactly wants the named arguments.
func exactly(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < len(names):
			return usage(cmd, "%s is missing", names[len(args)])
		case len(args) > len(names):
			return usage(cmd, "unexpected argument %q", args[len(names)])
		}
		return nil
	}
}

func none(cmd *cobra.Command, args []string) error { return exactly()(cmd, args) }

func reasonFlag(c *cobra.Command, reason *string, must bool) {
	c.Flags().StringVar(reason, "reason", "", "why, in at most 512 characters")
	if must {
		mustSet(c, "reason")
	}
}

// mustSet makes the command refuse to run without a flag, as a mistake of usage.
func mustSet(c *cobra.Command, flags ...string) {
	before := c.PreRunE
	c.PreRunE = func(cmd *cobra.Command, args []string) error {
		for _, f := range flags {
			if !cmd.Flags().Changed(f) {
				return usage(cmd, "--%s is missing", f)
			}
		}
		if before != nil {
			return before(cmd, args)
		}
		return nil
	}
}

func (a *app) acceptCommand() *cobra.Command {
	var override string
	c := a.stepCommand("accept", "Accept a declaration and allocate the MRN (IE028)",
		`Accepts a lodged declaration. Only an officer of its office of departure may. Where the
guarantees do not cover what is required, the office says why it takes them all the same.`,
		`  cats movement accept CN4TB0Q9V7HWKX --as cn-officer-urumqi
  cats movement accept CN4TB0Q9V7HWKX --override-reason "samples without value" --as cn-officer-urumqi`, "Accepted",
		func(ctx context.Context, m movements, id string, opts []cats.CallOption) (*transit.Course, cats.Receipt, error) {
			return m.Accept(ctx, id, overriding(opts, override)...)
		})
	overrideFlag(c, &override)
	return c
}

func overrideFlag(c *cobra.Command, reason *string) {
	c.Flags().StringVar(reason, "override-reason", "", "why guarantees are taken that do not cover what is required; it is public")
}

func overriding(opts []cats.CallOption, reason string) []cats.CallOption {
	if reason == "" {
		return opts
	}
	return append(opts, cats.OverrideReason(reason))
}

func (a *app) rejectCommand() *cobra.Command {
	var reason string
	c := a.stepCommand("reject", "Reject a declaration (IE056)",
		"Rejects a lodged declaration, which ends it. The reason is for the declarant and stands on the public record.",
		`  cats movement reject CN4TB0Q9V7HWKX --reason "goods not presented" --as cn-officer-urumqi`, "Rejected",
		func(ctx context.Context, m movements, id string, opts []cats.CallOption) (*transit.Course, cats.Receipt, error) {
			return m.Reject(ctx, id, reason, opts...)
		})
	reasonFlag(c, &reason, true)
	return c
}

func (a *app) cancelCommand() *cobra.Command {
	var reason string
	c := a.stepCommand("cancel", "Cancel (IE014, IE009)",
		`Cancels a movement and frees its guarantee: the declarant until the declaration is accepted,
an officer of the office of departure also later, until the goods have arrived. After
acceptance the declarant asks for it with "request-cancel".`,
		`  cats movement cancel CN4TB0Q9V7HWKX --reason "order withdrawn" --as cn-trader-tianshan
  cats movement cancel 26CN4TB0Q9V7HWKXJ5 --reason "as asked for" --as cn-officer-urumqi`, "Cancelled",
		func(ctx context.Context, m movements, id string, opts []cats.CallOption) (*transit.Course, cats.Receipt, error) {
			return m.Cancel(ctx, id, reason, opts...)
		})
	reasonFlag(c, &reason, true)
	return c
}

func (a *app) requestCancelCommand() *cobra.Command {
	var reason string
	c := a.stepCommand("request-cancel", "Ask for cancellation after acceptance (IE014)",
		"Asks the office of departure to cancel an accepted declaration. The office decides with \"cancel\".",
		`  cats movement request-cancel 26CN4TB0Q9V7HWKXJ5 --reason "order withdrawn" --as cn-trader-tianshan`, "Cancellation asked for",
		func(ctx context.Context, m movements, id string, opts []cats.CallOption) (*transit.Course, cats.Receipt, error) {
			return m.RequestCancel(ctx, id, reason, opts...)
		})
	reasonFlag(c, &reason, true)
	return c
}

func (a *app) releaseCommand() *cobra.Command {
	var limit, override string
	c := a.stepCommand("release", "Release for transit and lock the guarantee (IE029)",
		`Releases the goods and locks the guarantee in the same transaction. The content then
travels to the further countries of the itinerary by itself.`,
		`  cats movement release 26CN4TB0Q9V7HWKXJ5 --limit 2027-01-20 --as cn-officer-urumqi`, "Released",
		func(ctx context.Context, m movements, id string, opts []cats.CallOption) (*transit.Course, cats.Receipt, error) {
			return m.Release(ctx, id, limit, overriding(opts, override)...)
		})
	overrideFlag(c, &override)
	c.Flags().StringVar(&limit, "limit", "", "last `DATE` (YYYY-MM-DD) to present the goods at destination")
	mustSet(c, "limit")
	return c
}

func (a *app) refuseCommand() *cobra.Command {
	var reason string
	c := a.stepCommand("refuse", "Refuse the release (IE051)",
		"Refuses to release the goods for transit, which ends the movement.",
		`  cats movement refuse 26CN4TB0Q9V7HWKXJ5 --reason "seals broken" --as cn-officer-urumqi`, "Release refused",
		func(ctx context.Context, m movements, id string, opts []cats.CallOption) (*transit.Course, cats.Receipt, error) {
			return m.RefuseRelease(ctx, id, reason, opts...)
		})
	reasonFlag(c, &reason, true)
	return c
}

func (a *app) controlCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "control", Short: "Control of the goods before release (IE060, IE017, IE022)",
		Example: `  cats movement control decide 26CN4TB0Q9V7HWKXJ5 --type 10 --type 40 --as cn-officer-urumqi
  cats movement control record 26CN4TB0Q9V7HWKXJ5 --result A1 --as cn-officer-urumqi`,
	}
	c.AddCommand(a.announceCommand(), a.decideCommand(), a.recordCommand(), a.requestAmendmentCommand(), a.continueControlCommand())
	return c
}

func (a *app) decideCommand() *cobra.Command {
	var d cats.ControlDecision
	c := a.stepCommand("decide", "Announce a control (IE060)",
		`Announces a control of the goods or documents. Types after code list CL716:
10 documents, 20 nuclear material, 30 non-intrusive, 40 physical, 41 consignment and seals,
42 intrusive, 43 quantity, 44 nature of the goods, 45 sampling, 50 other.`,
		`  cats movement control decide 26CN4TB0Q9V7HWKXJ5 --type 10 --document N380 --as cn-officer-urumqi`, "Control decided",
		func(ctx context.Context, m movements, id string, opts []cats.CallOption) (*transit.Course, cats.Receipt, error) {
			return m.DecideControl(ctx, id, d, opts...)
		})
	controlFlags(c, &d)
	return c
}

func (a *app) announceCommand() *cobra.Command {
	var d cats.ControlDecision
	c := a.stepCommand("announce", "Tell an authorised economic operator of a control in advance (IE060)",
		`Tells the declarant of a pre-lodged declaration that the goods will be controlled when they
are presented. Only an authorised economic operator of the register is told.`,
		`  cats movement control announce CNRZZ6S4CA8HDP --type 40 --as cn-officer-urumqi`, "Control announced",
		func(ctx context.Context, m movements, id string, opts []cats.CallOption) (*transit.Course, cats.Receipt, error) {
			return m.AnnounceControl(ctx, id, d, opts...)
		})
	controlFlags(c, &d)
	return c
}

func controlFlags(c *cobra.Command, d *cats.ControlDecision) {
	c.Flags().StringSliceVar(&d.Types, "type", nil, "type of control (CL716); may be repeated")
	c.Flags().StringSliceVar(&d.Documents, "document", nil, "document requested; may be repeated")
	mustSet(c, "type")
}

func (a *app) recordCommand() *cobra.Command {
	var result string
	c := a.stepCommand("record", "Record the result of a control (IE017)",
		"Records the result of the control at departure: A1 satisfactory, A2 considered satisfactory, A3 simplified procedure.",
		`  cats movement control record 26CN4TB0Q9V7HWKXJ5 --result A1 --as cn-officer-urumqi`, "Control result recorded",
		func(ctx context.Context, m movements, id string, opts []cats.CallOption) (*transit.Course, cats.Receipt, error) {
			return m.RecordControl(ctx, id, result, opts...)
		})
	c.Flags().StringVar(&result, "result", "A1", "control result `CODE`")
	return c
}

func (a *app) handOffCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "handoff", Short: "Pass custody at an office of transit (IE050, IE118)",
		Long: `Passes the custody of a movement to the next country of its itinerary in two steps: the
custodian proposes, and an officer of the receiving office accepts. Between the two,
both countries' peers must endorse every change.`,
		Example: `  cats movement handoff propose 26CN4TB0Q9V7HWKXJ5 --as cn-officer-horgos
  cats movement handoff accept 26CN4TB0Q9V7HWKXJ5 --as kz-officer-khorgos`,
	}
	var refusal, withdrawal string
	refuse := a.stepCommand("refuse", "Refuse custody (IE119)", "Leaves custody where it is. Only the receiving office may refuse.",
		`  cats movement handoff refuse 26CN4TB0Q9V7HWKXJ5 --reason "seal numbers differ" --as kz-officer-khorgos`, "Hand-off refused",
		func(ctx context.Context, m movements, id string, opts []cats.CallOption) (*transit.Course, cats.Receipt, error) {
			return m.RefuseHandOff(ctx, id, refusal, opts...)
		})
	reasonFlag(refuse, &refusal, true)
	withdraw := a.stepCommand("withdraw", "Withdraw the proposal", "Takes back a proposal that is still open.",
		`  cats movement handoff withdraw 26CN4TB0Q9V7HWKXJ5 --as cn-officer-horgos`, "Hand-off withdrawn",
		func(ctx context.Context, m movements, id string, opts []cats.CallOption) (*transit.Course, cats.Receipt, error) {
			return m.WithdrawHandOff(ctx, id, withdrawal, opts...)
		})
	reasonFlag(withdraw, &withdrawal, false)
	c.AddCommand(
		a.stepCommand("propose", "Offer custody to the next country (IE050)", "Offers custody to the next country of the itinerary.",
			`  cats movement handoff propose 26CN4TB0Q9V7HWKXJ5 --as cn-officer-horgos`, "Hand-off proposed",
			func(ctx context.Context, m movements, id string, opts []cats.CallOption) (*transit.Course, cats.Receipt, error) {
				return m.ProposeHandOff(ctx, id, opts...)
			}),
		a.stepCommand("accept", "Take custody (IE118)", "Takes custody. Only an officer of the office that the proposal names may.",
			`  cats movement handoff accept 26CN4TB0Q9V7HWKXJ5 --as kz-officer-khorgos`, "Hand-off accepted",
			func(ctx context.Context, m movements, id string, opts []cats.CallOption) (*transit.Course, cats.Receipt, error) {
				return m.AcceptHandOff(ctx, id, opts...)
			}),
		refuse, withdraw)
	return c
}

func (a *app) arriveCommand() *cobra.Command {
	return a.stepCommand("arrive", "Record the arrival (IE006)", "Records that the goods were presented at the office of destination.",
		`  cats movement arrive 26CN4TB0Q9V7HWKXJ5 --as kg-officer-bishkek`, "Arrived",
		func(ctx context.Context, m movements, id string, opts []cats.CallOption) (*transit.Course, cats.Receipt, error) {
			return m.Arrive(ctx, id, opts...)
		})
}

func (a *app) resultsCommand() *cobra.Command {
	var result string
	c := a.stepCommand("results", "Record the control results (IE018)",
		"Records conform control results: A1 satisfactory, A2 considered satisfactory. Others are recorded by \"discrepancies\".",
		`  cats movement results 26CN4TB0Q9V7HWKXJ5 --result A1 --as kg-officer-bishkek`, "Results recorded",
		func(ctx context.Context, m movements, id string, opts []cats.CallOption) (*transit.Course, cats.Receipt, error) {
			return m.RecordResults(ctx, id, result, opts...)
		})
	c.Flags().StringVar(&result, "result", "A1", "control result `CODE`")
	return c
}

func (a *app) dischargeCommand() *cobra.Command {
	return a.stepCommand("discharge", "Discharge and free the guarantee (IE045)",
		"Ends the movement and frees its guarantee in the same transaction.",
		`  cats movement discharge 26CN4TB0Q9V7HWKXJ5 --as kg-officer-bishkek`, "Discharged",
		func(ctx context.Context, m movements, id string, opts []cats.CallOption) (*transit.Course, cats.Receipt, error) {
			return m.Discharge(ctx, id, opts...)
		})
}

func (a *app) deliverCommand() *cobra.Command {
	var to string
	c := &cobra.Command{
		Use: "deliver MOVEMENT", Short: "Deliver the content to a further country",
		Long: `Writes the content into the private collection of a further country of the itinerary.
The courier of the country of departure ("cats serve") does this by itself after every
release; this command does it by hand.`,
		Example: `  cats movement deliver 26CN4TB0Q9V7HWKXJ5 --to KGMSP --as cn-courier`,
		Args:    exactly("MOVEMENT"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withLedger(cmd, func(ctx context.Context, b *backend) error {
				d, receipt, err := b.movements.Deliver(ctx, args[0], to)
				if err != nil {
					return err
				}
				return a.print(map[string]any{"delivery": d, "receipt": receipt}, func(s style) {
					fmt.Fprintf(a.out, "%s to %s (%s)\n", s.good("Delivered"), d.Country, d.MSP)
					facts(a.out, s, receiptFacts(s, receipt)...)
				})
			})
		},
	}
	c.Flags().StringVar(&to, "to", "", "the receiving country's `MSP`")
	mustSet(c, "to")
	return c
}
