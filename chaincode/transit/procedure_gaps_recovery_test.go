package transit

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func euro(minor int64) Money { return Money{Minor: minor, Currency: "EUR"} }

const claimedGRN = "26KZ0000000000000"

func TestAClaimStaysWithinWhatIsCovered(t *testing.T) {
	for _, c := range []struct {
		name   string
		amount Money
		code   Code
	}{
		{"the smallest amount", euro(1), ""},
		{"exactly what is covered", euro(1_200_000), ""},
		{"one more", euro(1_200_001), GuaranteeRefused},
		{"nothing", euro(0), GuaranteeRefused},
		{"less than nothing", euro(-1), GuaranteeRefused},
		{"another currency", Money{Minor: 1, Currency: "USD"}, GuaranteeRefused},
	} {
		t.Run(c.name, func(t *testing.T) {
			n, fault := attempt(stages(t)["guarantor notified"], StepClaim, "cn-collector", func(r *Request) { r.Step.Claims[0].Amount = c.amount })
			if c.code == "" {
				require.Nil(t, fault)
				require.Equal(t, []Claim{{GRN: claimedGRN, Amount: c.amount, State: ClaimMade, At: n.At}}, n.Recovery.Claims)
				return
			}
			refusedAs(t, fault, c.code, "/claims/0", "covers 12 000.00 EUR")
			v := fault.Violations[0]
			require.Equal(t, []string{"G09", "/claims/0/amount", c.amount.String()}, []string{v.Code, v.Pointer, v.Value})
		})
	}
}

func TestWhenAClaimIsNotPossible(t *testing.T) {
	for _, c := range []struct {
		name, stage      string
		code             Code
		pointer, message string
		prepare          func(*Movement)
		change           func(*StepRequest)
	}{
		{name: "before the guarantor is notified", stage: "recovery", code: OutOfSequence, message: "has to be notified before a claim"},
		{name: "on another guarantee", stage: "guarantor notified", code: MalformedRequest, pointer: "/claims/0", message: "has locked nothing",
			change: func(s *StepRequest) { s.Claims[0].GRN = "26KZCGM0000000015" }},
		{name: "on a guarantee that has locked nothing", stage: "guarantor notified", code: MalformedRequest, pointer: "/claims/0",
			message: "has locked nothing", prepare: func(m *Movement) { m.Guarantees[0].Parts = nil }},
		{name: "twice in one request", stage: "guarantor notified", code: Duplicate, pointer: "/claims/1", message: "a claim on guarantee",
			change: func(s *StepRequest) { s.Claims = append(s.Claims, s.Claims[0]) }},
		{name: "again, when claimed", stage: "claimed", code: Duplicate, pointer: "/claims/0", message: "a claim on guarantee"},
		{name: "again, when contested", stage: "contested", code: Duplicate, pointer: "/claims/0", message: "a claim on guarantee"},
		{name: "again, when paid", stage: "paid", code: Duplicate, pointer: "/claims/0", message: "a claim on guarantee"},
		{name: "again, when withdrawn", stage: "withdrawn"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := stages(t)[c.stage].clone()
			if c.prepare != nil {
				c.prepare(m)
			}
			n, fault := attempt(m, StepClaim, "cn-collector", func(r *Request) {
				if c.change != nil {
					c.change(&r.Step)
				}
			})
			if c.code == "" {
				require.Nil(t, fault)
				require.Equal(t, []ClaimState{ClaimWithdrawn, ClaimMade}, []ClaimState{n.Recovery.Claims[0].State, n.Recovery.Claims[1].State})
				return
			}
			refusedAs(t, fault, c.code, c.pointer, c.message)
		})
	}
}

// TestWithdrawnClaimsMakeWay fills the list of claims: beyond its bound the oldest withdrawn one goes, and never one that counts.
func TestWithdrawnClaimsMakeWay(t *testing.T) {
	const other = "26KZCGM0000000015"
	for _, c := range []struct {
		name      string
		withdrawn int
		gone      int
	}{
		{"as many as may be", maxClaims - 2, 0},
		{"one more", maxClaims - 1, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := stages(t)["guarantor notified"].clone()
			m.Guarantees = append(m.Guarantees, Usage{
				GRN: other, Type: "1", Amount: euro(5), State: UsageLocked, Parts: []UsagePart{{Minor: 5}},
			})
			was := []Claim{{GRN: other, Amount: euro(5), State: ClaimPaid}}
			for i := range c.withdrawn {
				was = append(was, Claim{GRN: claimedGRN, State: ClaimWithdrawn, Reason: fmt.Sprint(i)})
			}
			m.Recovery.Claims = was
			n, fault := attempt(m, StepClaim, "cn-collector")
			require.Nil(t, fault)
			require.Len(t, n.Recovery.Claims, maxClaims)
			made := Claim{GRN: claimedGRN, Amount: euro(500_000), State: ClaimMade, At: n.At}
			require.Equal(t, slices.Concat(was[:1], was[1+c.gone:], []Claim{made}), n.Recovery.Claims)
		})
	}
	t.Run("two more", func(t *testing.T) {
		m := stages(t)["guarantor notified"].clone()
		m.Guarantees = append(m.Guarantees, Usage{GRN: other, Type: "1", Amount: euro(5), State: UsageLocked, Parts: []UsagePart{{Minor: 5}}})
		for i := range maxClaims {
			m.Recovery.Claims = append(m.Recovery.Claims, Claim{GRN: other, State: ClaimWithdrawn, Reason: fmt.Sprint(i)})
		}
		n, fault := attempt(m, StepClaim, "cn-collector", func(r *Request) {
			r.Step.Claims = append(r.Step.Claims, ClaimRequest{GRN: other, Amount: euro(5)})
		})
		require.Nil(t, fault)
		require.Len(t, n.Recovery.Claims, maxClaims)
		require.Equal(t, []string{"2", claimedGRN, other},
			[]string{n.Recovery.Claims[0].Reason, n.Recovery.Claims[maxClaims-2].GRN, n.Recovery.Claims[maxClaims-1].GRN})
	})
}

func TestRecoveryEndsWhatWasOpenOnTheWay(t *testing.T) {
	m := play(t, stages(t)["incident"], "khorgos ProposeHandOff", "tashkent AskDiversion")
	require.NotNil(t, m.HandOff)
	require.NotNil(t, m.Diversion)
	n := play(t, m, "cn-collector StartRecovery")
	require.Nil(t, n.HandOff)
	require.Nil(t, n.Diversion)
	require.Equal(t, []string{"KZMSP"}, n.Endorsement().All, "the receiver of the hand-off is not waited for any more")
	require.NotNil(t, m.HandOff, "the record itself stays")
}

// TestTheLastIsLetInAndTheNextRefused fills each list of the record up to its bound.
func TestTheLastIsLetInAndTheNextRefused(t *testing.T) {
	for _, c := range []struct {
		name, stage, who string
		step             Step
		most             int
		pointer          string
		fill             func(m *Movement, n int)
		count            func(m *Movement) int
	}{
		{"annexes", "under enquiry", "declarant", StepAnswerEnquiry, 30, "/annex", func(m *Movement, n int) {
			for i := range n {
				m.Annexes = append(m.Annexes, Annex{AnnexRef: AnnexRef{Kind: AnnexNote, Digest: digestOf(fmt.Sprint(i))}})
			}
		}, func(m *Movement) int { return len(m.Annexes) }},
		{"exits", "second territory", "aktau", StepRecordExit, 9, "", func(m *Movement, n int) {
			for i := range n {
				m.Exits = append(m.Exits, Exit{Office: fmt.Sprintf("KZ00000%d", i)})
			}
		}, func(m *Movement) int { return len(m.Exits) }},
		{"incidents", "second territory", "khorgos", StepRegisterIncident, 9, "", func(m *Movement, n int) {
			m.Incidents = make([]IncidentEntry, n)
		}, func(m *Movement) int { return len(m.Incidents) }},
		{"diversions", "second territory", "tashkent", StepAskDiversion, 9, "", func(m *Movement, n int) {
			m.Diversions = make([]DiversionEntry, n)
		}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			withAnnex := func(r *Request) {
				if c.step == StepAnswerEnquiry {
					r.Step.Annex = &AnnexRef{Kind: AnnexNote, Digest: digestOf("abc")}
				}
			}
			m := stages(t)[c.stage].clone()
			c.fill(m, c.most-1)
			n, fault := attempt(m, c.step, c.who, withAnnex)
			require.Nil(t, fault)
			if c.count != nil {
				require.Equal(t, c.most, c.count(n))
			} else {
				n = play(t, n, "urumqi GrantDiversion")
				require.Len(t, n.Diversions, c.most)
			}
			m = stages(t)[c.stage].clone()
			c.fill(m, c.most)
			_, fault = attempt(m, c.step, c.who, withAnnex)
			refusedAs(t, fault, TooLarge, c.pointer, fmt.Sprint(c.most))
		})
	}
}
