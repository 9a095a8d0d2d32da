package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

func (a *app) enquiryCommand() *cobra.Command {
	return group("enquiry", "The search for goods that did not arrive in time",
		`When the time limit of a movement has passed, its office of departure enquires: the
declarant and the office of destination answer. The goods can still arrive meanwhile.`,
		`  cats movement enquiry start 26CN4TB0Q9V7HWKXJ5 --note "not presented by 2026-12-20" --as cn-officer-urumqi
  cats movement enquiry answer 26CN4TB0Q9V7HWKXJ5 --note "stolen at Korday" --as cn-trader-tianshan`,
		a.noteCommand(about{
			"start", "Start an enquiry (IE140, IE142)", "Starts the enquiry, when the time limit for presenting the goods has passed.",
			`  cats movement enquiry start 26CN4TB0Q9V7HWKXJ5 --note "not presented by 2026-12-20" --as cn-officer-urumqi`, "Enquiry started",
		}, movements.StartEnquiry),
		a.noteCommand(about{
			"answer", "Answer as the declarant (IE141)", "Answers the enquiry; recovery may then start at once, else after 28 days.",
			`  cats movement enquiry answer 26CN4TB0Q9V7HWKXJ5 --note "stolen at Korday" --reference "police report 118/26" --as cn-trader-tianshan`,
			"Enquiry answered",
		}, movements.AnswerEnquiry),
		a.reasonNoteCommand(about{
			"respond", "Answer as the office of destination (IE143)", "Tells what the office of destination knows of the goods.",
			`  cats movement enquiry respond 26CN4TB0Q9V7HWKXJ5 --reason "never presented" --as kg-officer-bishkek`, "Enquiry answered",
		}, movements.RespondEnquiry),
		a.reasonCommand(about{
			"close", "Close it: the goods go on (IE059)", "Ends the enquiry when the goods are found.",
			`  cats movement enquiry close 26CN4TB0Q9V7HWKXJ5 --reason "presented at Osh" --as cn-officer-urumqi`, "Enquiry closed",
		}, true, movements.CloseEnquiry))
}

func (a *app) recoveryCommand() *cobra.Command {
	return group("recovery", "The collection of the debt",
		`An office of recovery of the country of departure takes over a movement whose goods are
lost: after an enquiry, after differences that nobody resolved, or after an incident. It
notifies the guarantor, claims, and writes the movement off when the claims are paid or
withdrawn. It can ask an office of another country of the route to take over.`,
		`  cats movement recovery start 26CN4TB0Q9V7HWKXJ5 --reason "goods stolen" --as cn-officer-recovery
  cats movement recovery notify-guarantor 26CN4TB0Q9V7HWKXJ5 --as cn-officer-recovery
  cats movement claim make 26CN4TB0Q9V7HWKXJ5 --on "26KZCGM0000000015=12500.00 USD" --as cn-officer-recovery`,
		a.reasonNoteCommand(about{
			"start", "Start the recovery (IE063)", "Starts the recovery of duties and taxes.",
			`  cats movement recovery start 26CN4TB0Q9V7HWKXJ5 --reason "goods stolen" --as cn-officer-recovery`, "Recovery started",
		}, movements.StartRecovery),
		a.askRecoveryCommand(),
		a.plainCommand(about{
			"take", "Take over (IE151)", "Takes over the recovery that the officer's office was asked to.",
			`  cats movement recovery take 26CN4TB0Q9V7HWKXJ5 --as kz-officer-almaty`, "Recovery taken over",
		}, movements.TakeRecovery),
		a.reasonCommand(about{
			"decline", "Decline (IE151)", "Leaves the recovery where it is.",
			`  cats movement recovery decline 26CN4TB0Q9V7HWKXJ5 --reason "debtor not here" --as kz-officer-almaty`, "Recovery declined",
		}, true, movements.DeclineRecovery),
		a.plainCommand(about{
			"notify-guarantor", "Tell the guarantor (IE023)", "Tells the guarantor that the movement is not discharged; claims come after that.",
			`  cats movement recovery notify-guarantor 26CN4TB0Q9V7HWKXJ5 --as cn-officer-recovery`, "Guarantor notified",
		}, movements.NotifyGuarantor),
		a.reasonNoteCommand(about{
			"write-off", "End the recovery (IE045)", "Writes the movement off: what was paid is gone from its guarantee, the rest is freed.",
			`  cats movement recovery write-off 26CN4TB0Q9V7HWKXJ5 --reason "claims paid" --as cn-officer-recovery`, "Written off",
		}, movements.WriteOff))
}

func (a *app) askRecoveryCommand() *cobra.Command {
	var office string
	c := a.stepCommand("ask", "Ask another office to take over (IE150)",
		"Asks an office of recovery of another country of the route to take over, before any claim is made.",
		`  cats movement recovery ask 26CN4TB0Q9V7HWKXJ5 --office KZALA001 --as cn-officer-recovery`, "Office asked",
		func(ctx context.Context, m movements, id string, opts []cats.CallOption) (*transit.Course, cats.Receipt, error) {
			return m.AskRecovery(ctx, id, office, opts...)
		})
	c.Flags().StringVar(&office, "office", "", "`OFFICE` of recovery that shall take over")
	mustSet(c, "office")
	return c
}

func (a *app) claimCommand() *cobra.Command {
	return group("claim", "Claims on the guarantor of a movement",
		"What is demanded of the guarantees of a movement that is under recovery.",
		`  cats movement claim make 26CN4TB0Q9V7HWKXJ5 --on "26KZCGM0000000015=12500.00 USD" --as cn-officer-recovery
  cats movement claim pay 26CN4TB0Q9V7HWKXJ5 --grn 26KZCGM0000000015 --as cn-officer-recovery`,
		a.makeClaimCommand(),
		a.onClaimCommand(about{
			"contest", "Contest as the guarantor", "Objects to a claim; the office of recovery settles it or withdraws.",
			`  cats movement claim contest 26CN4TB0Q9V7HWKXJ5 --grn 26KZCGM0000000015 --reason "duty was paid" --as cgm-clerk`, "Claim contested",
		}, movements.ContestClaim),
		a.payClaimCommand(),
		a.onClaimCommand(about{
			"withdraw", "Take a claim back", "Takes a claim back; another one may follow.",
			`  cats movement claim withdraw 26CN4TB0Q9V7HWKXJ5 --grn 26KZCGM0000000015 --reason "too high" --as cn-officer-recovery`, "Claim withdrawn",
		}, movements.WithdrawClaim))
}

func (a *app) makeClaimCommand() *cobra.Command {
	var on []string
	c := a.stepCommand("make", "Claim amounts (IE035)",
		"Claims an amount of each guarantee reference named, at most what it covers of this movement, in its currency.",
		`  cats movement claim make 26CN4TB0Q9V7HWKXJ5 --on "26KZCGM0000000015=12500.00 USD" --as cn-officer-recovery`, "Claimed",
		func(ctx context.Context, m movements, id string, opts []cats.CallOption) (*transit.Course, cats.Receipt, error) {
			claims, err := parseClaims(on)
			if err != nil {
				return nil, cats.Receipt{}, err
			}
			return m.Claim(ctx, id, claims, opts...)
		})
	c.Flags().StringArrayVar(&on, "on", nil, "`CLAIM` \"GRN=AMOUNT CURRENCY\"; may be repeated")
	mustSet(c, "on")
	return c
}

// parseClaims reads claims written as GRN=AMOUNT CURRENCY.
func parseClaims(on []string) ([]transit.ClaimRequest, error) {
	var claims []transit.ClaimRequest
	for _, text := range on {
		grn, rest, _ := strings.Cut(text, "=")
		amount, currency, found := strings.Cut(strings.TrimSpace(rest), " ")
		money, err := transit.ParseMoney(amount, strings.TrimSpace(currency))
		if !found || err != nil {
			return nil, &usageError{err: fmt.Errorf("--on %q is not of the form \"GRN=AMOUNT CURRENCY\"", text)}
		}
		claims = append(claims, transit.ClaimRequest{GRN: strings.TrimSpace(grn), Amount: money})
	}
	return claims, nil
}

func (a *app) payClaimCommand() *cobra.Command {
	var grn string
	c := a.stepCommand("pay", "Record that the guarantor has paid",
		"Records that the guarantor has paid the claim on a guarantee reference.",
		`  cats movement claim pay 26CN4TB0Q9V7HWKXJ5 --grn 26KZCGM0000000015 --as cn-officer-recovery`, "Claim paid",
		func(ctx context.Context, m movements, id string, opts []cats.CallOption) (*transit.Course, cats.Receipt, error) {
			return m.PayClaim(ctx, id, grn, opts...)
		})
	grnFlag(c, &grn)
	return c
}

// onClaimCommand makes the command of a step on one claim, with a reason.
func (a *app) onClaimCommand(
	of about, take func(movements, context.Context, string, string, string, ...cats.CallOption) (*transit.Course, cats.Receipt, error),
) *cobra.Command {
	var grn, reason string
	c := a.stepCommand(of.use, of.short, of.long, of.example, of.done,
		func(ctx context.Context, m movements, id string, opts []cats.CallOption) (*transit.Course, cats.Receipt, error) {
			return take(m, ctx, id, grn, reason, opts...)
		})
	grnFlag(c, &grn)
	reasonFlag(c, &reason, true)
	return c
}

func grnFlag(c *cobra.Command, grn *string) {
	c.Flags().StringVar(grn, "grn", "", "guarantee `REFERENCE` that is claimed on")
	mustSet(c, "grn")
}
