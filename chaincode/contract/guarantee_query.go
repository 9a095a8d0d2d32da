package contract

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"carec.example/cats/chaincode/ledger"
	"carec.example/cats/chaincode/transit"
)

// queryGuarantee answers on a guarantee's usages and exposure (IE034, IE037). Refusals carry invalid guarantee reasons: G01 no
// such guarantee, G04 not the requester's or not that owner's, G03 wrong access code. What stands against a new usage is told
// in the answer.
func queryGuarantee(c *call, req *transit.GuaranteeInquiry) (*transit.GuaranteeAnswer, error) {
	g, err := c.guarantee(req.GRN)
	if err != nil {
		return nil, err
	}
	if err := c.mayInquire(g, req); err != nil {
		return nil, err
	}
	if fault := checkInquiry(&g.Terms, req); fault != nil {
		return nil, fault
	}
	answer := &transit.GuaranteeAnswer{
		GRN: req.GRN, Query: req.Query, Condition: g.Condition(c.At()), Reasons: g.ReasonsAgainstUse(c.At(), "/grn"),
		Terms: g.Terms, Invalidity: g.Invalidity, GuaranteeAmount: g.Terms.Amount(), Usages: []transit.UsageOfGRN{},
	}
	if err := c.usedBefore(g, answer); err != nil {
		return nil, err
	}
	if req.Query == transit.QueryExposure || req.Query == transit.QueryUsageAndExposure {
		if answer.Exposure, err = c.exposure(g); err != nil {
			return nil, err
		}
	}
	if req.Query == transit.QueryUsage || req.Query == transit.QueryUsageAndExposure {
		err = c.usagesOf(g, req, answer)
	}
	return answer, err
}

// mayInquire: a holder about its own with an access code, a guarantor about its own, offices and regulators about any; all but
// the holder name the owner (C0818).
func (c *call) mayInquire(g *transit.Guarantee, req *transit.GuaranteeInquiry) error {
	trader := c.actor.Role == transit.RoleTrader
	if trader == (req.Owner != "") {
		return transit.Faultf(transit.MalformedRequest, "the owner is named by everybody but the owner").At("/owner").
			With(transit.Violation{Code: "14", Pointer: "/owner", Rule: "C0818", Value: req.Owner, Text: "holders leave it out, others give it"})
	}
	if !c.maySeeGuarantee(g) || !trader && req.Owner != g.Terms.Holder {
		return transit.Faultf(transit.GuaranteeRefused, "guarantee %s is not the requester's, or not this owner's", req.GRN).
			With(transit.Violation{Code: "G04", Pointer: "/grn", Rule: "G0035", Value: req.GRN, Text: "the guarantee has another owner"})
	}
	if !trader {
		return nil
	}
	code, err := c.oneAccessCode()
	if err != nil {
		return err
	}
	opens, err := g.Opens(code)
	if err != nil {
		return err
	}
	if !opens {
		return transit.Faultf(transit.GuaranteeRefused, "the access code is not one of guarantee %s", req.GRN).
			With(transit.Violation{Code: "G03", Pointer: "/grn", Rule: "C0086", Value: req.GRN, Text: "the access code is not valid"})
	}
	return nil
}

// oneAccessCode is the code of the transient map.
func (c *call) oneAccessCode() (string, error) {
	t, err := c.Stub().GetTransient()
	if err != nil {
		return "", fmt.Errorf("couldn't read the transient map: %w", err)
	}
	var codes []string
	if transit.DecodeStrict(t[transit.TransientAccessCodes], &codes) != nil || len(codes) != 1 || transit.ValidateAccessCode(codes[0]) != nil {
		return "", transit.Faultf(transit.MalformedRequest, "the holder gives one access code in the transient map")
	}
	return codes[0], nil
}

// checkInquiry holds the query against the type of guarantee: R0261, R0263, R0705.
func checkInquiry(t *transit.Terms, req *transit.GuaranteeInquiry) *transit.Fault {
	wanted := []string{transit.QueryUsage, transit.QueryExposure, transit.QueryUsageAndExposure, transit.QueryDetails}
	if !slices.Contains(wanted, req.Query) {
		return badInquiry("/query", "CL054", req.Query, "a query is 1, 2, 3 or 4")
	}
	if t.OneUse() && req.Query != transit.QueryUsage && req.Query != transit.QueryDetails {
		return badInquiry("/query", "R0261", req.Query, "individual guarantees and vouchers are asked with 1 or 4")
	}
	if req.From == "" && req.To == "" {
		return nil
	}
	if !t.HasPeriods() || req.Query != transit.QueryUsage && req.Query != transit.QueryUsageAndExposure {
		return badInquiry("/periodFrom", "R0263", req.From+"-"+req.To, "a period goes with types 0, 1 and 9 and the queries 1 and 3")
	}
	return checkPeriod(req)
}

func badInquiry(pointer, rule, value, text string) *transit.Fault {
	return transit.Faultf(transit.MalformedRequest, "the query breaks rule %s", rule).At(pointer).
		With(transit.Violation{Code: "14", Pointer: pointer, Rule: rule, Value: value, Text: text})
}

func checkPeriod(req *transit.GuaranteeInquiry) *transit.Fault {
	for _, day := range []struct{ pointer, value string }{{"/periodFrom", req.From}, {"/periodTo", req.To}} {
		if _, err := time.Parse(time.DateOnly, day.value); day.value != "" && err != nil {
			return badInquiry(day.pointer, "G0002", day.value, "give a date YYYY-MM-DD")
		}
	}
	if req.From != "" && req.To != "" && req.To <= req.From {
		return badInquiry("/periodTo", "R0705", req.To, "the period ends after it begins")
	}
	return nil
}

// usedBefore adds G05 or G10 for a guarantee that covers one movement and has its usage.
func (c *call) usedBefore(g *transit.Guarantee, answer *transit.GuaranteeAnswer) error {
	used, err := c.used(g, "/grn")
	answer.Reasons = append(answer.Reasons, used...)
	return err
}

// exposure sums up the balance records.
func (c *call) exposure(g *transit.Guarantee) (*transit.Exposure, error) {
	balances, err := c.balances(g)
	if err != nil {
		return nil, err
	}
	sums, currency := g.Sums(balances), g.Terms.ReferenceAmount.Currency
	out := &transit.Exposure{Counter: sums.Usages, Claimed: transit.Money{Minor: sums.Claimed, Currency: currency}}
	if g.Terms.Monitoring != transit.MonitorUsage {
		out.Exposure = &transit.Money{Minor: sums.Open, Currency: currency}
	}
	if g.Terms.HasAccount() {
		out.Balance = &transit.Money{Minor: sums.Available, Currency: currency}
	}
	return out, nil
}

// usagesPerPage bounds a page: balance records are added while fewer usages than this have been found.
const usagesPerPage = 50

// usagesOf adds a page of open usages: those of some balance records, each with its movement. The bookmark is the index of the
// next record.
func (c *call) usagesOf(g *transit.Guarantee, req *transit.GuaranteeInquiry, answer *transit.GuaranteeAnswer) error {
	at := 0
	if req.Bookmark != "" {
		var err error
		if at, err = strconv.Atoi(req.Bookmark); err != nil || at < 1 || at >= g.Terms.Balances || strconv.Itoa(at) != req.Bookmark {
			return transit.Faultf(transit.MalformedRequest, "the bookmark is not one of this query").At("/bookmark")
		}
	}
	for ; at < g.Terms.Balances; at++ {
		if len(answer.Usages) >= usagesPerPage {
			answer.Bookmark = strconv.Itoa(at)
			return nil
		}
		b, err := c.balance(req.GRN, at)
		if err != nil {
			return err
		}
		if err := c.usagesIn(g, b, req, answer); err != nil {
			return err
		}
	}
	return nil
}

func (c *call) usagesIn(g *transit.Guarantee, b *transit.Balance, req *transit.GuaranteeInquiry, answer *transit.GuaranteeAnswer) error {
	ids := slices.Sorted(maps.Keys(b.Open))
	keys := make([]string, 0, 2*len(ids))
	for _, id := range ids {
		keys = append(keys, ledger.MovementKey(id), ledger.DeclaredKey(id))
	}
	if err := c.Prefetch(keys...); err != nil {
		return err
	}
	for _, id := range ids {
		m, err := c.Movement(id)
		if err != nil {
			return err
		}
		if m == nil {
			return fmt.Errorf("movement %s of guarantee %s is missing", id, req.GRN)
		}
		u, first := g.UsageOf(m)
		// A usage that lies in several records is told with the first of them.
		if first != b.Index || req.From != "" && u.LockedOn < req.From || req.To != "" && u.LockedOn > req.To {
			continue
		}
		answer.Usages = append(answer.Usages, u)
	}
	return nil
}

// checkGuarantees tries a movement's guarantees as a release would, and writes nothing (IE200, IE201).
func checkGuarantees(c *call, req *transit.MovementQuery) (*transit.GuaranteeCheck, error) {
	m, err := c.movement(req.Movement)
	if err != nil {
		return nil, err
	}
	if !c.maySee(m) {
		return nil, transit.Faultf(transit.NotAuthorised, "movement %s is not for %s", m.Reference(), c.actor)
	}
	if m.ReleasedAt != "" || m.State.Terminal() {
		return nil, transit.Faultf(transit.OutOfSequence, "movement %s is %s; guarantees are checked before release", m.Reference(), m.State)
	}
	out := &transit.GuaranteeCheck{Movement: m.Reference(), Reasons: []transit.Violation{}}
	refused, err := newDrawing(c, m, nil).all()
	if err != nil {
		return nil, err
	}
	out.Reasons = append(out.Reasons, refused...)
	out.Covered = len(refused) == 0
	return out, nil
}
