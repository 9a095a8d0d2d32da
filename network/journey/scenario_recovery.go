package journey

import (
	"context"
	"fmt"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/gateway"
)

// recovery: a movement that was begun on paper during an outage is registered afterwards, with the time limit of the paper,
// which has passed. The goods never arrived. The ledger has no clock of its own and takes no time but the present, so that
// this is the one way to show an enquiry without waiting for a day to end.
func (t *travel) recovery(ctx context.Context) error {
	if err := t.begin(ctx); err != nil {
		return err
	}
	before, err := t.balances(ctx)
	if err != nil {
		return err
	}
	m := t.report.Movement
	departure := t.at(m.Departure)
	t.tell.note("released on paper on %s during an outage, to be presented by %s; the ledger is back and the paper is registered:", day(-20), day(-6))
	err = t.moves(ctx, move{transit.StepRegisterFallback, "register paper", departure,
		func(ctx context.Context, m gateway.Movements, id string) (*transit.Course, cats.Receipt, error) {
			return m.RegisterFallback(ctx, id, day(-20), day(-6))
		}})
	if err != nil {
		return err
	}
	t.tell.note("MRN %s; what began on paper travels on paper, and the guarantee is locked", t.report.Movement.MRN)
	if err := t.try(ctx, "propose hand-off", departure, proposeHandOff, transit.OutOfSequence); err != nil {
		return err
	}
	if err := inTurn(ctx, t.deliver, t.enquiry); err != nil {
		return err
	}
	return t.collect(ctx, before)
}

// enquiry: office of departure, declarant and office of destination tell what they know.
func (t *travel) enquiry(ctx context.Context) error {
	m := t.report.Movement
	err := t.moves(ctx, move{transit.StepStartEnquiry, "start enquiry", t.at(m.Departure),
		noting(gateway.Movements.StartEnquiry, "Not presented by "+m.TimeLimit+". Where are the goods?")})
	if err != nil {
		return err
	}
	if err := inTurn(ctx, t.papers, func(ctx context.Context) error { return t.readPaper(ctx, m.Destination, "Where are") }); err != nil {
		return err
	}
	return t.moves(ctx,
		move{transit.StepRespondEnquiry, "respond enquiry", t.at(m.Destination),
			becauseNoting(gateway.Movements.RespondEnquiry, "never presented", "Neither goods nor paper were seen here.")},
		move{transit.StepAnswerEnquiry, "answer enquiry", t.declarant,
			noting(gateway.Movements.AnswerEnquiry, "The carrier reports the trailer stolen; police report enclosed.")})
}

// collect: the office of recovery claims too much, then what is due, and is paid.
func (t *travel) collect(ctx context.Context, before []*transit.GuaranteeView) error {
	m := t.report.Movement
	recovery, err := t.officeOf(transit.OfficeCountry(m.Departure), transit.OfficeRecovery)
	if err != nil {
		return err
	}
	grn, covered := m.Guarantees[0].GRN, m.Guarantees[0].Amount
	due := transit.Money{Minor: covered.Minor * 2 / 3, Currency: covered.Currency}
	more := transit.Money{Minor: covered.Minor + 1, Currency: covered.Currency}
	at := t.at(recovery)
	err = t.moves(ctx,
		move{transit.StepStartRecovery, "start recovery", at, because(withoutNote(gateway.Movements.StartRecovery), "goods stolen on the way")},
		move{transit.StepNotifyGuarantor, "notify guarantor", at, plain(gateway.Movements.NotifyGuarantor)})
	if err != nil {
		return err
	}
	if err := t.try(ctx, "claim "+more.Decimal(), at, claimed(grn, more), transit.GuaranteeRefused); err != nil {
		return err
	}
	err = t.moves(ctx,
		move{transit.StepClaim, "claim " + covered.Decimal(), at, claimed(grn, covered)},
		move{transit.StepContestClaim, "contest claim", t.guarantor, onClaim(gateway.Movements.ContestClaim, grn, "duty on a third was paid")},
		move{transit.StepWithdrawClaim, "withdraw claim", at, onClaim(gateway.Movements.WithdrawClaim, grn, "as shown by the guarantor")},
		move{transit.StepClaim, "claim " + due.Decimal(), at, claimed(grn, due)})
	if err != nil {
		return err
	}
	writeOff := because(withoutNote(gateway.Movements.WriteOff), "claim paid")
	if err := t.try(ctx, "write off", at, writeOff, transit.OutOfSequence); err != nil {
		return err
	}
	err = t.moves(ctx,
		move{transit.StepPayClaim, "pay claim", at, because(gateway.Movements.PayClaim, grn)},
		move{transit.StepWriteOff, "write off", at, writeOff})
	if err != nil {
		return err
	}
	if m := t.report.Movement; len(m.Recovery.Claims) != 2 || m.Recovery.Claims[1].State != transit.ClaimPaid {
		return fmt.Errorf("the record shows the claims %v", m.Recovery.Claims)
	}
	if err := t.ended(transit.WrittenOff); err != nil {
		return err
	}
	t.tell.note("%s paid and gone from the guarantee, the other %s free again", due, less(covered, due))
	return t.settled(ctx, before, less(before[0].Available, due))
}

func less(a, b transit.Money) transit.Money {
	return transit.Money{Minor: a.Minor - b.Minor, Currency: a.Currency}
}

func claimed(grn string, amount transit.Money) act {
	return func(ctx context.Context, m gateway.Movements, mrn string) (*transit.Course, cats.Receipt, error) {
		return m.Claim(ctx, mrn, []transit.ClaimRequest{{GRN: grn, Amount: amount}})
	}
}

func onClaim(
	call func(gateway.Movements, context.Context, string, string, string, ...cats.CallOption) (*transit.Course, cats.Receipt, error), grn, reason string,
) act {
	return func(ctx context.Context, m gateway.Movements, mrn string) (*transit.Course, cats.Receipt, error) {
		return call(m, ctx, mrn, grn, reason)
	}
}

// withoutNote leaves out the note that a step can bring.
func withoutNote(
	call func(gateway.Movements, context.Context, string, string, *transit.Note, ...cats.CallOption) (*transit.Course, cats.Receipt, error),
) func(gateway.Movements, context.Context, string, string, ...cats.CallOption) (*transit.Course, cats.Receipt, error) {
	return func(m gateway.Movements, ctx context.Context, id, reason string, opts ...cats.CallOption) (*transit.Course, cats.Receipt, error) {
		return call(m, ctx, id, reason, nil, opts...)
	}
}
