package main

import (
	"context"

	"github.com/spf13/cobra"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

func (a *app) presentCommand() *cobra.Command {
	return a.plainCommand(about{
		"present", "Present goods declared before (IE170)",
		"Notifies that the goods of a declaration lodged before (additional type D) are there. The declaration is submitted with it.",
		`  cats movement present CN4TB0Q9V7HWKX --as cn-trader-tianshan`, "Presented",
	}, movements.Present)
}

func (a *app) requestReleaseCommand() *cobra.Command {
	return a.plainCommand(about{
		"request-release", "Ask for release while goods are under control (IE054)",
		"Asks the office of departure, which controls the goods, to release them.",
		`  cats movement request-release 26CN4TB0Q9V7HWKXJ5 --as cn-trader-tianshan`, "Release asked for",
	}, movements.RequestRelease)
}

func (a *app) expireCommand() *cobra.Command {
	return a.plainCommand(about{
		"expire", "End a declaration whose goods never came (IE056)",
		"Ends a declaration lodged before its goods, when these were not presented within 30 days.",
		`  cats movement expire CN4TB0Q9V7HWKX --as cn-officer-urumqi`, "Expired",
	}, movements.ExpirePreLodgement)
}

func (a *app) refuseCancelCommand() *cobra.Command {
	return a.reasonCommand(about{
		"refuse-cancel", "Refuse a cancellation asked for (IE009)",
		"Answers the declarant's request of cancellation with no.",
		`  cats movement refuse-cancel 26CN4TB0Q9V7HWKXJ5 --reason "under control" --as cn-officer-urumqi`, "Cancellation refused",
	}, true, movements.RefuseCancel)
}

func (a *app) requestAmendmentCommand() *cobra.Command {
	return a.reasonCommand(about{
		"request-amendment", "Ask for an amendment (IE022)",
		"Asks the declarant to amend the declaration of goods that are under control; the amendment comes by \"movement amend\".",
		`  cats movement control request-amendment 26CN4TB0Q9V7HWKXJ5 --reason "2 packages more" --as cn-officer-urumqi`, "Amendment asked for",
	}, true, movements.RequestAmendment)
}

func (a *app) continueControlCommand() *cobra.Command {
	return a.reasonCommand(about{
		"continue", "Answer a request of release: the control goes on (IE056)",
		"Refuses what the declarant has asked for with \"request-release\".",
		`  cats movement control continue 26CN4TB0Q9V7HWKXJ5 --reason "sampling" --as cn-officer-urumqi`, "Control goes on",
	}, true, movements.RefuseReleaseRequest)
}

func (a *app) refuseGuaranteeCommand() *cobra.Command {
	var reason, limit string
	c := a.stepCommand("refuse-guarantee", "Refuse the guarantee declared (IE055)",
		"Refuses the guarantee. The declarant may replace it with \"movement amend\" until the end of the day given, and nothing else.",
		`  cats movement refuse-guarantee 26CN4TB0Q9V7HWKXJ5 --reason "not for KG" --limit 2026-12-01 --as cn-officer-urumqi`,
		"Guarantee refused",
		func(ctx context.Context, m movements, id string, opts []cats.CallOption) (*transit.Course, cats.Receipt, error) {
			return m.RefuseGuarantee(ctx, id, reason, limit, opts...)
		})
	reasonFlag(c, &reason, true)
	limitFlag(c, &limit, "last `DATE` (YYYY-MM-DD) to replace the guarantee")
	return c
}

func limitFlag(c *cobra.Command, limit *string, what string) {
	c.Flags().StringVar(limit, "limit", "", what)
	mustSet(c, "limit")
}

func (a *app) fallbackCommand() *cobra.Command {
	return group("fallback", "Movements begun on paper during an outage",
		`A movement that was released on paper while the ledger could not be reached is lodged
and registered afterwards, under the number of the paper as LRN, within 90 days. It
ends on paper, as it began; the ledger keeps its guarantee.`,
		`  cats movement fallback register CN4TB0Q9V7HWKX --started 2026-11-20 --limit 2026-12-04 --as cn-officer-urumqi
  cats movement fallback end 26CN4TB0Q9V7HWKXJ5 --reason "paper returned" --as cn-officer-urumqi`,
		a.fallbackRegisterCommand(),
		a.reasonNoteCommand(about{
			"end", "Discharge what ended on paper (IE045)", "Discharges the movement on the paper's return, and frees its guarantee.",
			`  cats movement fallback end 26CN4TB0Q9V7HWKXJ5 --reason "paper returned" --as cn-officer-urumqi`, "Discharged",
		}, movements.EndFallback))
}

func (a *app) fallbackRegisterCommand() *cobra.Command {
	var started, limit string
	c := a.stepCommand("register", "Register a release on paper",
		"Registers a movement that was released on paper, and locks its guarantee in the same transaction.",
		`  cats movement fallback register CN4TB0Q9V7HWKX --started 2026-11-20 --limit 2026-12-04 --as cn-officer-urumqi`, "Registered",
		func(ctx context.Context, m movements, id string, opts []cats.CallOption) (*transit.Course, cats.Receipt, error) {
			return m.RegisterFallback(ctx, id, started, limit, opts...)
		})
	c.Flags().StringVar(&started, "started", "", "`DATE` (YYYY-MM-DD) of the release on paper")
	mustSet(c, "started")
	limitFlag(c, &limit, "last `DATE` to present the goods, as on the paper")
	return c
}
