/*
 * The hand-over of custody, the guarantee and the override, for Spin. scripts/model runs it; README.md says what holds.
 *
 * The parts between "generated" and "end" come from the code: the states and rows of transit.Procedure, the endorsements of
 * transit.Course.Endorsement, the balance records of transit.Terms.Open. `go test ./chaincode/model -update` rewrites them, and the
 * same test without -update refuses a table that has changed since. The rest is written by hand.
 *
 * Two models, for one would have more states than fit:
 *   (default)     one movement over three countries: custody, hand-off, diversion, policies of its two keys, override
 *   -DGUARANTEE   two movements on one guarantee over two balance records, and another's that a new holder may bring: lock,
 *                 free, exchange, claim, settle; no route
 * Each with -DCOOPERATIVE for the question whether an end stays reachable, else for what must never happen. Further: EVILS=0, 1 or 2 organisations whose peers sign anything; MUTANT_... a seeded fault, each of which a property refutes.
 */

#ifndef EVILS
#define EVILS 1
#endif

/* The organisations of the consortium: three countries, a guarantor, a regulator; each has one bit in a set. */
#define CN 0
#define KZ 1
#define KG 2
#define GU 3
#define RG 4
#define NOBODY 7
#define ALL 31
#define BIT(o) (1 << (o))
#define HAS(set, o) (((set) >> (o)) & 1)
#define MEMBERS(set) (HAS(set, 0) + HAS(set, 1) + HAS(set, 2) + HAS(set, 3) + HAS(set, 4))
#define CUSTOMS (BIT(CN) | BIT(KZ) | BIT(KG))

/* A channel's configuration changes with the signatures of a majority of the organisations' administrators. */
#ifdef MUTANT_MINORITY_OVERRIDE
#define MAJORITY 1
#else
#define MAJORITY 3
#endif

/* generated: states */
#define submitted 1
#define pre_lodged 2
#define accepted 3
#define guarantee_under_amendment 4
#define under_control 5
#define released 6
#define arrived 7
#define waiting_resolution 8
#define under_enquiry 9
#define under_recovery 10
#define rejected 11
#define not_released 12
#define cancelled 13
#define discharged 14
#define written_off 15
#define TERMINAL(s) ((s) == rejected || (s) == not_released || (s) == cancelled || (s) == discharged || (s) == written_off)
/* end */

/* generated: steps */
#define Amend 1
#define Present 2
#define ExpirePreLodgement 3
#define Accept 4
#define Reject 5
#define AnnounceControl 6
#define DecideControl 7
#define RequestAmendment 8
#define RequestRelease 9
#define RefuseReleaseRequest 10
#define RecordControl 11
#define RefuseGuarantee 12
#define Release 13
#define RefuseRelease 14
#define Cancel 15
#define RequestCancel 16
#define RefuseCancel 17
#define RegisterFallback 18
#define EndFallback 19
#define ProposeHandOff 20
#define AcceptHandOff 21
#define RefuseHandOff 22
#define WithdrawHandOff 23
#define AskDiversion 24
#define GrantDiversion 25
#define RefuseDiversion 26
#define WithdrawDiversion 27
#define RecordExit 28
#define RegisterIncident 29
#define NotifyArrival 30
#define RejectArrival 31
#define Arrive 32
#define PermitUnloading 33
#define RemarkUnloading 34
#define RejectRemarks 35
#define ReleaseGoods 36
#define RecordResults 37
#define RecordDiscrepancies 38
#define ResolveDiscrepancies 39
#define Discharge 40
#define StartEnquiry 41
#define AnswerEnquiry 42
#define RespondEnquiry 43
#define CloseEnquiry 44
#define StartRecovery 45
#define AskRecovery 46
#define TakeRecovery 47
#define DeclineRecovery 48
#define WriteOff 49
#define NotifyGuarantor 50
#define Claim 51
#define ContestClaim 52
#define PayClaim 53
#define WithdrawClaim 54
#define ProposeTransfer 55
#define AcceptTransfer 56
#define RefuseTransfer 57
#define WithdrawTransfer 58
/* end */

#define ANY 0
#define NOTE 63

/* generated: policy */
/* Whether the endorsements of a set suffice under the policy of a custodian c and a receiver r. */
#if defined(MUTANT_ANY_TWO)
#define POLICY(e, c, r) (MEMBERS(e) >= 2)
#elif defined(MUTANT_CUSTODIAN_ALONE)
#define POLICY(e, c, r) (HAS(e, c))
#else
#define POLICY(e, c, r) (false \
	|| (c) == CN && (r) == NOBODY && HAS(e, CN) && ((e) & (BIT(KZ) | BIT(KG) | BIT(GU) | BIT(RG))) != 0 \
	|| (c) == CN && (r) == KZ && HAS(e, CN) && HAS(e, KZ) \
	|| (c) == CN && (r) == KG && HAS(e, CN) && HAS(e, KG) \
	|| (c) == KZ && (r) == NOBODY && HAS(e, KZ) && ((e) & (BIT(CN) | BIT(KG) | BIT(GU) | BIT(RG))) != 0 \
	|| (c) == KZ && (r) == CN && HAS(e, KZ) && HAS(e, CN) \
	|| (c) == KZ && (r) == KG && HAS(e, KZ) && HAS(e, KG) \
	|| (c) == KG && (r) == NOBODY && HAS(e, KG) && ((e) & (BIT(CN) | BIT(KZ) | BIT(GU) | BIT(RG))) != 0 \
	|| (c) == KG && (r) == CN && HAS(e, KG) && HAS(e, CN) \
	|| (c) == KG && (r) == KZ && HAS(e, KG) && HAS(e, KZ) \
	)
#endif
/* end */

/* generated: guarantee */
#define BALANCE0 3
#define BALANCE1 2
#define BALANCE2 3
/* end */

/* Control results and claims, as far as they decide what comes next. */
#define CONFORM 1
#define DISCREPANT 2
#define CLAIMED 1
#define PAID 2

/* Usage of the guarantee. */
#define DECLARED 0
#define LOCKED 1
#define ENDED 2

#ifdef GUARANTEE
#define MOVEMENTS 2
#else
#define MOVEMENTS 1
#endif

typedef Record {
	unsigned st : 4;
	unsigned use : 2;
	unsigned res : 2;
	unsigned claim : 2;
	bool paper;
#ifdef GUARANTEE
	unsigned amount : 2;
	bool other;         /* covered by the other holder's guarantee, then part0 lies in its only record */
	unsigned part0 : 2;
	unsigned part1 : 2;
	unsigned due : 2
#else
	unsigned cust : 3;  /* custodian on the record */
	unsigned leg : 2;   /* territories begun: 0 before release */
	unsigned r1 : 3;    /* territories after the first, NOBODY where the route ends before */
	unsigned r2 : 3;
	unsigned ho : 3     /* receiver of the open hand-off */
#endif
}

/* A balance record; avail has a sign, so that an overdraft would be seen. Records 0 and 1 are the first guarantee's, 2 the other's. */
typedef Balance {
	short avail;
	unsigned open0 : 3;
	unsigned open1 : 3;
	unsigned paid : 3
}

Record x[MOVEMENTS];  /* the ledger */
Record p;             /* a transaction that was endorsed and not committed yet */
Record draft;         /* the transaction in hand; nothing of it outlives it */

#ifdef GUARANTEE
Balance b[3];
Balance pb[3];
Balance tb[3];
#else
/* The policies that stand with the keys: of the course, and of what was declared. */
unsigned policyCustodian : 3;
unsigned policyReceiver : 3;
unsigned declaredCustodian : 3;
#endif

/* The pending transaction: which movement, who endorsed, which records it read, whether one of them has changed since. */
bool pFull, pContent;
unsigned pMovement : 1;
unsigned pEndorsers : 5;
unsigned pReads : 3;
unsigned pWrites : 3;
unsigned pAsker : 3;

/* The transaction in hand. */
byte which, signers, asker, want, reads, writes, take, rest, first, was0, was1, org, votes, voters;
bool ok, content, forged, credits;

unsigned evil : 5;      /* whose peers sign anything */
unsigned gone : 5;      /* whose own peers never sign again */
unsigned caretaker : 5; /* whose root of trust the majority has replaced */
bool cooperative;       /* from here on everybody who is left wants the movements to end */
unsigned steps : 6;     /* taken since */

/* What a transaction must never do; set when one has. */
bool withoutCustodian, withoutReceiver, unasked, withoutBothSides, afterTheEnd, alone, forgedCommitted, withoutGuarantor,
	overdrawn, twice, unjustified, uncovered, inexact, disagreement, wrongCustodian, wrongPolicy, wrongHandOff, astray;
#ifdef GUARANTEE
unsigned opened0 : 2; /* the guarantees on which a movement has a usage that was not credited yet */
unsigned opened1 : 2;
#endif

#define NOW(s) (draft.st == (s))
#define STEP(s) (want == ANY || want == (s))
#define ON_LEDGER (!draft.paper)
#define UNCLAIMED (draft.claim != CLAIMED)
#ifdef MUTANT_CLAIM_FOR_EVER
#define PAYABLE false
#else
#define PAYABLE (draft.claim == CLAIMED)
#endif

#ifdef GUARANTEE
/* There is no route in this model: what depends on it may always happen. */
#define COUNTRY_OF_DESTINATION KG
#define CUSTODIAN CN
#define RECEIVER KZ
#define TERRITORY_AHEAD true
#define LAST_TERRITORY true
#define HANDOFF_OPEN true
#define START_LEG skip
#define OPEN_HANDOFF skip
#define PASS_CUSTODY skip
#define CLOSE_HANDOFF skip
#define NEW_ROUTE skip
#define ROUTE_AHEAD skip
#define NEW_AMOUNT choose_amount()
#define CLAIM_SOME claim_some()
#define UNDUE draft.due = 0
#define LOCK lock()
#define FREE free()
#define SETTLE settle()
#define EXCHANGE exchange()
#else
#define LEG(r, i) ((i) == 0 -> CN : ((i) == 1 -> r.r1 : r.r2))
#define LEGS(r) (r.r1 == NOBODY -> 1 : (r.r2 == NOBODY -> 2 : 3))
#define COUNTRY_OF_DESTINATION LEG(draft, LEGS(draft) - 1)
#define CUSTODIAN draft.cust
#ifdef MUTANT_ACCEPTED_BY_CUSTODIAN
#define RECEIVER draft.cust
#else
#define RECEIVER draft.ho
#endif
#define TERRITORY_AHEAD (draft.ho == NOBODY && draft.leg < LEGS(draft))
#ifdef MUTANT_ARRIVE_ANYWHERE
#define LAST_TERRITORY true
#else
#define LAST_TERRITORY (draft.ho == NOBODY && draft.leg == LEGS(draft))
#endif
#define HANDOFF_OPEN (draft.ho != NOBODY)
#define START_LEG draft.leg = 1
#define OPEN_HANDOFF draft.ho = LEG(draft, draft.leg)
#define PASS_CUSTODY draft.cust = draft.ho; draft.leg++; draft.ho = NOBODY
#define CLOSE_HANDOFF draft.ho = NOBODY
#define NEW_ROUTE choose_route(0)
#define ROUTE_AHEAD reroute()
#define NEW_AMOUNT skip
#define CLAIM_SOME skip
#define UNDUE skip
#define LOCK draft.use = LOCKED
#define FREE draft.use = ENDED
#define SETTLE draft.use = ENDED
#define EXCHANGE skip
#endif

#ifdef GUARANTEE
inline choose_amount() {
	if
	:: draft.amount = 2
	:: draft.amount = 3
	fi
}

inline claim_some() {
	if
	:: draft.due = 1
	:: draft.due = draft.amount
	fi
}

/* As transit.Lock and the contract do it: the records in the client's order, read as far as they are needed, all or none. */
inline lock() {
	if
	:: draft.other -> first = 2
	:: !draft.other -> first = 0
	:: !draft.other -> first = 1
	fi;
	d_step {
		draft.part0 = 0;
		draft.part1 = 0;
		take = (tb[first].avail < draft.amount -> tb[first].avail : draft.amount);
		rest = draft.amount - take;
		draw(first, take);
		if
		:: rest > 0 && first < 2 ->
			take = (tb[1 - first].avail < rest -> tb[1 - first].avail : rest);
#ifdef MUTANT_LOCK_UNCHECKED
			take = rest;
#endif
			rest = rest - take;
			draw(1 - first, take)
		:: else
		fi;
		draft.use = LOCKED;
		ok = (rest == 0);
		take = 0;
		rest = 0;
		first = 0
	}
}

inline draw(i, n) {
	reads = reads | BIT(i);
	if
	:: (n) > 0 ->
		writes = writes | BIT(i);
		tb[i].avail = tb[i].avail - (n);
		if
		:: which == 0 -> tb[i].open0 = tb[i].open0 + (n)
		:: else -> tb[i].open1 = tb[i].open1 + (n)
		fi;
		if
		:: (i) == 1 -> draft.part1 = (n)
		:: else -> draft.part0 = (n)
		fi
	:: else
	fi
}

/* As transit.Free: what is not locked frees nothing; a part that the balance does not hold fails the transaction. */
inline free() {
	draft.due = 0;
	draft.claim = 0;
	settle()
}

/* As transit.Settle: what was paid is taken from the parts in their order and never comes back, the rest is credited. */
inline settle() {
	d_step {
		if
#ifdef MUTANT_FREE_UNCHECKED
		:: draft.use == DECLARED -> tb[0].avail = tb[0].avail + draft.amount; writes = writes | 1; reads = reads | 1
#endif
		:: draft.use == LOCKED ->
			credits = true;
			rest = (draft.claim == PAID -> draft.due : 0);
#ifdef MUTANT_SETTLE_FORGETS_CLAIM
			rest = 0;
#endif
			if
			:: draft.other -> give(2, draft.part0)
			:: else -> give(0, draft.part0); give(1, draft.part1)
			fi
		:: else
		fi;
		draft.use = ENDED;
		take = 0;
		rest = 0
	}
}

inline give(i, n) {
	if
	:: (n) > 0 ->
		reads = reads | BIT(i);
		writes = writes | BIT(i);
#if !defined(MUTANT_NO_VERSION_CHECK) && !defined(MUTANT_FREED_AGAIN)
		ok = ok && ((which == 0 -> tb[i].open0 : tb[i].open1) == (n));
#endif
		if
		:: which == 0 -> tb[i].open0 = 0
		:: else -> tb[i].open1 = 0
		fi;
		take = (rest < (n) -> rest : (n));
		rest = rest - take;
		tb[i].paid = tb[i].paid + take;
		tb[i].avail = tb[i].avail + (n) - take
	:: else
	fi
}

/*
 * As transit.Movement.Exchange and the contract do it: the new holder's guarantee, for no less, comes in the place of the former
 * one. What is locked is locked there before it is freed here, in one transaction. A document may pass back again.
 */
inline exchange() {
	was0 = draft.part0;
	was1 = draft.part1;
	draft.other = 1 - draft.other;
	if
	:: skip
	:: draft.amount = 3
	fi;
	if
	:: draft.use == LOCKED ->
#ifdef MUTANT_EXCHANGE_UNCOVERED
		draft.use = DECLARED;
#else
		lock();
#endif
		d_step {
			credits = true;
#ifndef MUTANT_EXCHANGE_KEEPS
			if
			:: draft.other -> give(0, was0); give(1, was1)
			:: else -> give(2, was0)
			fi;
#endif
			take = 0
		}
	:: else
	fi;
	was0 = 0;
	was1 = 0
}
#else
/* The territories after those begun; none is entered twice running, the way may lead back. */
inline choose_route(begun) {
	if
	:: (begun) <= 1 ->
		if
		:: draft.r1 = NOBODY; draft.r2 = NOBODY
		:: draft.r1 = KZ; draft.r2 = NOBODY
		:: draft.r1 = KG; draft.r2 = NOBODY
		:: draft.r1 = KZ; draft.r2 = KG
		:: draft.r1 = KG; draft.r2 = KZ
		:: draft.r1 = KZ; draft.r2 = CN
		:: draft.r1 = KG; draft.r2 = CN
		fi
	:: (begun) == 2 ->
		if
		:: draft.r2 = NOBODY
		:: draft.r1 != CN -> draft.r2 = CN
		:: draft.r1 != KZ -> draft.r2 = KZ
		:: draft.r1 != KG -> draft.r2 = KG
		fi
	:: else
	fi
}

/* A diversion of exit changes no territory and may be granted while a hand-off is open. */
inline reroute() {
	if
	:: draft.ho == NOBODY -> choose_route(draft.leg)
	:: skip
	fi
}
#endif

/* One row of the procedure on the record in hand, whichever the people want; ok tells whether there is one. */
inline procedure() {
	if
/* generated: rows */
	/* Amend, declarant */
	:: STEP(Amend) && (NOW(pre_lodged) || NOW(submitted) || NOW(accepted)) ->
		asker = CN; content = true; NEW_ROUTE; NEW_AMOUNT
	/* Amend, declarant */
	:: STEP(Amend) && (NOW(under_control)) ->
		asker = CN; content = true; NEW_ROUTE; NEW_AMOUNT; draft.st = accepted
	/* Amend, declarant */
	:: STEP(Amend) && (NOW(guarantee_under_amendment)) ->
		asker = CN; content = true; NEW_AMOUNT; draft.st = accepted
	/* Present, declarant */
	:: STEP(Present) && (NOW(pre_lodged)) ->
		asker = CN; draft.st = submitted
	/* ExpirePreLodgement, officer at the office of departure */
	:: STEP(ExpirePreLodgement) && (NOW(pre_lodged)) ->
		asker = CN; draft.st = rejected
	/* Accept, officer at the office of departure */
	:: STEP(Accept) && (NOW(submitted)) ->
		asker = CN; draft.st = accepted
	/* Reject, officer at the office of departure */
	:: STEP(Reject) && (NOW(submitted)) ->
		asker = CN; draft.st = rejected
	/* DecideControl, officer at the office of departure */
	:: STEP(DecideControl) && (NOW(accepted)) ->
		asker = CN; draft.st = under_control
	/* RecordControl, officer at the office of departure */
	:: STEP(RecordControl) && (NOW(under_control)) ->
		asker = CN; draft.st = accepted
	/* RefuseGuarantee, officer at the office of departure */
	:: STEP(RefuseGuarantee) && (NOW(accepted)) ->
		asker = CN; draft.st = guarantee_under_amendment
	/* Release, officer at the office of departure */
	:: STEP(Release) && (NOW(accepted)) ->
		asker = CN; LOCK; draft.st = released; START_LEG
	/* RefuseRelease, officer at the office of departure */
	:: STEP(RefuseRelease) && (NOW(accepted) || NOW(under_control)) ->
		asker = CN; FREE; draft.st = not_released
	/* RefuseRelease, officer at the office of departure */
	:: STEP(RefuseRelease) && (NOW(guarantee_under_amendment)) ->
		asker = CN; FREE; draft.st = not_released
	/* Cancel, declarant, or officer at the office of departure */
	:: STEP(Cancel) && (NOW(pre_lodged) || NOW(submitted)) ->
		asker = CN; FREE; draft.st = cancelled; CLOSE_HANDOFF
	/* Cancel, officer at the office of departure */
	:: STEP(Cancel) && (NOW(accepted) || NOW(guarantee_under_amendment) || NOW(under_control)) ->
		asker = CN; FREE; draft.st = cancelled; CLOSE_HANDOFF
	/* Cancel, officer at the office of departure */
	:: STEP(Cancel) && (NOW(released)) ->
		asker = CN; FREE; draft.st = cancelled; CLOSE_HANDOFF
	/* RegisterFallback, officer at the office of departure */
	:: STEP(RegisterFallback) && (NOW(submitted)) ->
		asker = CN; LOCK; draft.st = released; START_LEG; draft.paper = true
	/* EndFallback, officer at the office of departure */
	:: STEP(EndFallback) && (NOW(released) || NOW(under_enquiry)) && draft.paper ->
		asker = CN; FREE; draft.st = discharged
#ifndef GUARANTEE
	/* ProposeHandOff, officer of the custodian */
	:: STEP(ProposeHandOff) && (NOW(released) || NOW(under_enquiry)) && ON_LEDGER && TERRITORY_AHEAD ->
		asker = CUSTODIAN; OPEN_HANDOFF
#endif
#ifndef GUARANTEE
	/* AcceptHandOff, officer at the office the hand-off names */
	:: STEP(AcceptHandOff) && (NOW(released) || NOW(under_enquiry)) && HANDOFF_OPEN && HANDOFF_OPEN ->
		asker = RECEIVER; PASS_CUSTODY
#endif
#ifndef GUARANTEE
	/* RefuseHandOff, officer at the office the hand-off names */
	:: STEP(RefuseHandOff) && (NOW(released) || NOW(under_enquiry)) && HANDOFF_OPEN && HANDOFF_OPEN ->
		asker = RECEIVER; CLOSE_HANDOFF
#endif
#ifndef GUARANTEE
	/* WithdrawHandOff, officer of the custodian */
	:: STEP(WithdrawHandOff) && (NOW(released) || NOW(under_enquiry)) && HANDOFF_OPEN ->
		asker = CUSTODIAN; CLOSE_HANDOFF
#endif
#ifndef GUARANTEE
	/* GrantDiversion, officer at the office of departure */
	:: STEP(GrantDiversion) && (NOW(released) || NOW(under_enquiry)) ->
		asker = CN; ROUTE_AHEAD
#endif
	/* Arrive, officer at the office of destination */
	:: STEP(Arrive) && (NOW(released) || NOW(under_enquiry)) && ON_LEDGER && LAST_TERRITORY ->
		asker = COUNTRY_OF_DESTINATION; draft.st = arrived
	/* RecordResults, officer at the office of destination */
	:: STEP(RecordResults) && (NOW(arrived)) && draft.res == 0 ->
		asker = COUNTRY_OF_DESTINATION; draft.res = CONFORM
	/* RecordDiscrepancies, officer at the office of destination */
	:: STEP(RecordDiscrepancies) && (NOW(arrived)) && draft.res == 0 ->
		asker = COUNTRY_OF_DESTINATION; draft.st = waiting_resolution; draft.res = DISCREPANT
	/* ResolveDiscrepancies, officer at the office of departure */
	:: STEP(ResolveDiscrepancies) && (NOW(waiting_resolution)) ->
		asker = CN; FREE; draft.st = discharged
	/* Discharge, officer at the office of destination or of departure */
	:: STEP(Discharge) && (NOW(arrived)) && draft.res == CONFORM ->
		asker = COUNTRY_OF_DESTINATION; FREE; draft.st = discharged
	/* StartEnquiry, officer at the office of departure */
	:: STEP(StartEnquiry) && (NOW(released)) ->
		asker = CN; draft.st = under_enquiry
	/* CloseEnquiry, officer at the office of departure */
	:: STEP(CloseEnquiry) && (NOW(under_enquiry)) ->
		asker = CN; draft.st = released
	/* StartRecovery, officer at an office of recovery of the country of departure */
	:: STEP(StartRecovery) && (NOW(under_enquiry)) ->
		asker = CN; draft.st = under_recovery; CLOSE_HANDOFF
	/* StartRecovery, officer at an office of recovery of the country of departure */
	:: STEP(StartRecovery) && (NOW(waiting_resolution)) ->
		asker = CN; draft.st = under_recovery; CLOSE_HANDOFF
	/* StartRecovery, officer at an office of recovery of the country of departure */
	:: STEP(StartRecovery) && (NOW(released)) ->
		asker = CN; draft.st = under_recovery; CLOSE_HANDOFF
	/* WriteOff, officer at the office of recovery in charge */
	:: STEP(WriteOff) && (NOW(under_recovery)) && UNCLAIMED ->
		asker = NOBODY; SETTLE; draft.st = written_off
	/* Claim, officer at the office of recovery in charge */
	:: STEP(Claim) && (NOW(under_recovery)) && draft.claim == 0 ->
		asker = NOBODY; draft.claim = CLAIMED; CLAIM_SOME
	/* PayClaim, officer at the office of recovery in charge */
	:: STEP(PayClaim) && (NOW(under_recovery)) && PAYABLE ->
		asker = NOBODY; draft.claim = PAID
	/* WithdrawClaim, officer at the office of recovery in charge */
	:: STEP(WithdrawClaim) && (NOW(under_recovery)) && draft.claim == CLAIMED ->
		asker = NOBODY; draft.claim = 0; UNDUE
	/* AcceptTransfer, operator to whom the document is offered */
	:: STEP(AcceptTransfer) && (NOW(accepted) || NOW(released)) ->
		asker = NOBODY; EXCHANGE
	/* What only writes notes: AnnounceControl, RequestAmendment, RequestRelease, RefuseReleaseRequest, RequestCancel, RefuseCancel, AskDiversion, RefuseDiversion, WithdrawDiversion, RecordExit, RegisterIncident, NotifyArrival, RejectArrival, PermitUnloading, RemarkUnloading, RejectRemarks, ReleaseGoods, AnswerEnquiry, RespondEnquiry, AskRecovery, TakeRecovery, DeclineRecovery, NotifyGuarantor, ContestClaim, ProposeTransfer, RefuseTransfer, WithdrawTransfer */
	:: STEP(NOTE) && (NOW(accepted) || NOW(arrived) || NOW(guarantee_under_amendment) || NOW(pre_lodged) || NOW(released) || NOW(under_control) || NOW(under_enquiry) || NOW(under_recovery) || NOW(waiting_resolution)) -> skip
/* end */
#ifdef MUTANT_REOPENED
	:: NOW(cancelled) -> LOCK; draft.st = released
#endif
#ifdef MUTANT_FREED_AGAIN
	:: NOW(cancelled) -> draft.use = LOCKED; FREE
#endif
	:: else -> ok = false
	fi
}

#ifdef GUARANTEE
#define COPY(to, from) to.st = from.st; to.use = from.use; to.res = from.res; to.claim = from.claim; to.paper = from.paper; \
	to.amount = from.amount; to.other = from.other; to.part0 = from.part0; to.part1 = from.part1; to.due = from.due
#define COPYB(to, from) to.avail = from.avail; to.open0 = from.open0; to.open1 = from.open1; to.paid = from.paid
#else
#define COPY(to, from) to.st = from.st; to.use = from.use; to.res = from.res; to.claim = from.claim; to.paper = from.paper; \
	to.cust = from.cust; to.leg = from.leg; to.r1 = from.r1; to.r2 = from.r2; to.ho = from.ho
#endif

/* An honest peer simulates on the state that it has. */
inline simulate() {
	d_step {
		COPY(draft, x[which]);
#ifdef GUARANTEE
		COPYB(tb[0], b[0]);
		COPYB(tb[1], b[1]);
		COPYB(tb[2], b[2]);
#endif
		ok = true;
		content = false;
		forged = false;
		credits = false;
		asker = NOBODY;
		reads = 0;
		writes = 0
	}
}

/* Those whose peers can sign what an honest peer has simulated. An evil one signs too, until everybody means well: then it refuses. */
#define WILLING ((ALL & ~(gone | (cooperative -> evil : 0))) | caretaker)

/*
 * The client sends all endorsements but one. Policies are monotone, so that a set of endorsers which a policy accepts without
 * some organisation exists if and only if it accepts all but that one.
 */
inline leave_out() {
	if
	:: skip
	:: signers = signers & ~BIT(CN)
	:: signers = signers & ~BIT(GU)
	:: signers = signers & ~BIT(KZ)
#ifndef GUARANTEE
	:: signers = signers & ~BIT(KG)
	:: signers = signers & ~BIT(RG)
#endif
	fi
}

#ifdef GUARANTEE
/*
 * The custodian is a country here; what it and a witness sign is the other model's matter. Each guarantee has its keeper: a
 * guarantor the first one, a customs authority the other, which is a waiver; and one more customs authority signs.
 */
#define MOVEMENT_SIGNED POLICY(signers, CN, NOBODY)
#define FIRST_SIGNED ((writes & 3) == 0 || (HAS(signers, GU) && (signers & CUSTOMS) != 0))
#define OTHER_SIGNED ((writes & 4) == 0 || (HAS(signers, KZ) && (signers & CUSTOMS & ~BIT(KZ)) != 0))
#define SIGNED (MOVEMENT_SIGNED && FIRST_SIGNED && OTHER_SIGNED)
#else
#define SIGNED (POLICY(signers, policyCustodian, policyReceiver) && (!content && draft.cust == x[which].cust || POLICY(signers, declaredCustodian, NOBODY)))
#endif

/* What a stale transaction wrote never reaches the state: it need not be kept. */
#ifdef MUTANT_NO_VERSION_CHECK
#define OVERTAKEN skip
#else
#define OVERTAKEN empty_pending()
#endif

#ifdef GUARANTEE
#define EMPTY(r) r.st = 0; r.use = 0; r.res = 0; r.claim = 0; r.paper = 0; r.amount = 0; r.other = 0; r.part0 = 0; r.part1 = 0; r.due = 0
#define EMPTYB(r) r.avail = 0; r.open0 = 0; r.open1 = 0; r.paid = 0
#else
#define EMPTY(r) r.st = 0; r.use = 0; r.res = 0; r.claim = 0; r.paper = 0; r.cust = 0; r.leg = 0; r.r1 = 0; r.r2 = 0; r.ho = 0
#endif

inline empty_pending() {
	pFull = false;
	pContent = false;
	pMovement = 0;
	pEndorsers = 0;
	pReads = 0;
	pWrites = 0;
	pAsker = 0;
	EMPTY(p)
#ifdef GUARANTEE
	EMPTYB(pb[0]);
	EMPTYB(pb[1]);
	EMPTYB(pb[2])
#endif
}

#ifdef GUARANTEE
/* What is credited must be a usage that was opened and not credited yet. */
inline usages(opened) {
	twice = twice || (credits && !HAS(opened, x[which].other));
	opened = opened & ~(credits << x[which].other);
	opened = opened | ((draft.use == LOCKED && (x[which].use != LOCKED || x[which].other != draft.other)) << draft.other)
}
#endif

/* Validation and commit: the read records are unchanged, and the keys' policies, as they stand now, are satisfied. */
inline commit() {
	d_step {
		if
		:: ok && SIGNED ->
			afterTheEnd = afterTheEnd || TERMINAL(x[which].st);
			alone = alone || MEMBERS(signers) < 2;
			forgedCommitted = forgedCommitted || forged;
			if
			:: pFull && (pMovement == which || (pReads & writes) != 0) -> OVERTAKEN
			:: else
			fi;
#ifdef GUARANTEE
			withoutGuarantor = withoutGuarantor || ((writes & 3) != 0 && !HAS(signers, GU)) || ((writes & 4) != 0 && !HAS(signers, KZ));
			withoutCustodian = withoutCustodian || !HAS(signers, CN);
			if
			:: which == 0 -> usages(opened0)
			:: else -> usages(opened1)
			fi;
			if
			:: writes & 1 -> COPYB(b[0], tb[0])
			:: else
			fi;
			if
			:: writes & 2 -> COPYB(b[1], tb[1])
			:: else
			fi;
			if
			:: writes & 4 -> COPYB(b[2], tb[2])
			:: else
			fi;
			overdrawn = overdrawn || b[0].avail < 0 || b[1].avail < 0 || b[2].avail < 0;
#else
			withoutCustodian = withoutCustodian || !HAS(signers, x[which].cust);
			withoutReceiver = withoutReceiver || (draft.cust != x[which].cust && !HAS(signers, draft.cust));
			unasked = unasked || (draft.cust != x[which].cust && asker != draft.cust);
			withoutBothSides = withoutBothSides || (x[which].ho != NOBODY && !(HAS(signers, x[which].cust) && HAS(signers, x[which].ho)));
			/* As ledger.PutMovement: the policies follow the record; what was declared concerns the custodian alone. */
#ifndef MUTANT_POLICY_STAYS
			policyCustodian = draft.cust;
#ifndef MUTANT_HANDOFF_UNGUARDED
			policyReceiver = draft.ho;
#endif
#endif
#ifndef MUTANT_DECLARED_STAYS
			declaredCustodian = draft.cust;
#endif
#endif
			COPY(x[which], draft);
			look()
		:: else -> ok = false
		fi
	}
}

#ifdef GUARANTEE
#define CREDITS (x[which].use == LOCKED && (draft.use == ENDED || draft.other != x[which].other))
#else
#define CREDITS (x[which].use == LOCKED && draft.use == ENDED)
#endif
#define UNDER_GUARANTEE(s) ((s) == released || (s) == arrived || (s) == waiting_resolution || (s) == under_enquiry || (s) == under_recovery)

#define SETTLED(i) (x[i].due * (x[i].st == written_off && x[i].claim == PAID))
#define HELD(i, g, part) (x[i].part * (x[i].use == LOCKED && x[i].other == g))

/* What must be true of every state of the ledger. */
inline look() {
	uncovered = uncovered || UNDER_GUARANTEE(x[which].st) != (x[which].use == LOCKED);
#ifdef GUARANTEE
	inexact = inexact || b[0].avail + b[0].open0 + b[0].open1 != BALANCE0 - b[0].paid ||
		b[1].avail + b[1].open0 + b[1].open1 != BALANCE1 - b[1].paid ||
		b[2].avail + b[2].open0 + b[2].open1 != BALANCE2 - b[2].paid;
	disagreement = disagreement || b[0].open0 != HELD(0, 0, part0) || b[1].open0 != HELD(0, 0, part1) ||
		b[0].open1 != HELD(1, 0, part0) || b[1].open1 != HELD(1, 0, part1) ||
		b[2].open0 != HELD(0, 1, part0) || b[2].open1 != HELD(1, 1, part0) ||
		b[0].paid + b[1].paid + b[2].paid != SETTLED(0) + SETTLED(1)
#else
	wrongCustodian = wrongCustodian || x[which].cust != (x[which].leg == 0 -> CN : LEG(x[which], x[which].leg - 1));
	wrongPolicy = wrongPolicy || policyCustodian != x[which].cust || policyReceiver != x[which].ho || declaredCustodian != x[which].cust;
	wrongHandOff = wrongHandOff || (x[which].ho != NOBODY &&
		!((x[which].st == released || x[which].st == under_enquiry) && x[which].leg < LEGS(x[which]) && x[which].ho == LEG(x[which], x[which].leg)));
	astray = astray || ((x[which].st == arrived || x[which].st == waiting_resolution) && x[which].leg != LEGS(x[which]))
#endif
}

/* The channel's administrators replace an organisation's root of trust. The honest ones vote for it only when its peer is gone. */
inline override(who) {
	votes = MEMBERS(voters & ~BIT(who));
	if
	:: votes >= MAJORITY && !HAS(caretaker, who) ->
		unjustified = unjustified || !HAS(gone, who);
		caretaker = caretaker | BIT(who);
		evil = evil & ~BIT(who);
		pEndorsers = pEndorsers & ~BIT(who)
	:: else
	fi;
	votes = 0;
	voters = 0
}

#define HONEST (ALL & ~evil & ~gone)

/* So that states which differ in nothing that matters are one. */
inline forget() {
	d_step {
		which = 0;
		signers = 0;
		asker = 0;
		want = ANY;
		org = 0;
		reads = 0;
		writes = 0;
		ok = false;
		content = false;
		forged = false;
		credits = false;
		EMPTY(draft)
#ifdef GUARANTEE
		EMPTYB(tb[0]);
		EMPTYB(tb[1]);
		EMPTYB(tb[2])
#endif
	}
}

inline choose_movement() {
	if
	:: which = 0
#ifdef GUARANTEE
	:: which = 1
#endif
	fi
}

/* Without a route, one witness is like another: KZ is one too. */
inline choose_organisation() {
	if
	:: org = CN
	:: org = KZ
	:: org = GU
#ifndef GUARANTEE
	:: org = KG
	:: org = RG
#endif
	fi
}

#ifdef GUARANTEE
#define FREE_FOR(r) (r.other -> b[2].avail : b[0].avail + b[1].avail)
#endif

/* What those who mean well ask for next; each must be a row of the procedure. */
inline next_step() {
	if
	:: NOW(pre_lodged) -> want = Present
	:: NOW(submitted) -> want = Accept
#ifdef GUARANTEE
	:: NOW(accepted) && FREE_FOR(draft) < draft.amount -> want = RefuseRelease
	:: NOW(accepted) && FREE_FOR(draft) >= draft.amount -> want = Release
#else
	:: NOW(accepted) -> want = Release
#endif
	:: NOW(guarantee_under_amendment) -> want = Amend
	:: NOW(under_control) -> want = RecordControl
	:: (NOW(released) || NOW(under_enquiry)) && draft.paper -> want = EndFallback
	:: (NOW(released) || NOW(under_enquiry)) && !draft.paper ->
#ifdef GUARANTEE
		want = Arrive
#else
		if
		:: HANDOFF_OPEN -> want = AcceptHandOff
		:: !HANDOFF_OPEN && draft.leg < LEGS(draft) -> want = ProposeHandOff
		:: !HANDOFF_OPEN && draft.leg >= LEGS(draft) -> want = Arrive
		fi
#endif
	:: NOW(arrived) && draft.res == 0 -> want = RecordResults
	:: NOW(arrived) && draft.res == CONFORM -> want = Discharge
	:: NOW(waiting_resolution) -> want = ResolveDiscrepancies
	:: NOW(under_recovery) && draft.claim == CLAIMED -> want = PayClaim
	:: NOW(under_recovery) && draft.claim != CLAIMED -> want = WriteOff
	fi
}

#ifdef GUARANTEE
#define ENDED_ALL (TERMINAL(x[0].st) && TERMINAL(x[1].st))
#define OPEN_ONE (TERMINAL(x[0].st) -> 1 : 0)
#define KEEPER(r) (r.other -> KZ : GU)
#define LACKS(who) (((who) == CN || (who) == KEEPER(x[OPEN_ONE])) && !HAS(WILLING, who))
#else
#define ENDED_ALL TERMINAL(x[0].st)
#define OPEN_ONE 0
#define LACKS(who) (((who) == policyCustodian || (who) == policyReceiver) && !HAS(WILLING, who))
#endif

inline found() {
	d_step {
#ifdef GUARANTEE
		b[0].avail = BALANCE0;
		b[1].avail = BALANCE1;
		b[2].avail = BALANCE2
#else
		x[0].cust = CN;
		x[0].ho = NOBODY;
		policyCustodian = CN;
		policyReceiver = NOBODY;
		declaredCustodian = CN
#endif
	}
}

/* A movement as lodging makes it. */
inline lodge(i) {
	if
	:: x[i].st = pre_lodged
	:: x[i].st = submitted
	fi;
	d_step { COPY(draft, x[i]) };
#ifdef GUARANTEE
	choose_amount();
#else
	choose_route(0);
#endif
	d_step { COPY(x[i], draft) }
}

inline choose_evil() {
#if EVILS >= 1
	if
	:: skip
	:: choose_organisation(); evil = evil | BIT(org)
	fi;
#endif
#if EVILS >= 2
	choose_organisation();
	evil = evil | BIT(org);
#endif
	skip
}

active proctype ledger() {
	atomic {
		found();
		lodge(0);
#ifdef GUARANTEE
		lodge(1);
#endif
		choose_evil();
		d_step { empty_pending() };
		forget()
	};
	do
	/* A step is endorsed, and committed at once or later. */
	:: atomic {
		!cooperative ->
		choose_movement();
		simulate();
		procedure();
		signers = WILLING;
		if
#ifndef COOPERATIVE
		:: ok && !pFull ->
			d_step {
				pFull = true;
				pContent = content;
				pMovement = which;
				pEndorsers = signers;
				pReads = reads;
				pWrites = writes;
				pAsker = asker;
				COPY(p, draft);
#ifdef GUARANTEE
				COPYB(pb[0], tb[0]);
				COPYB(pb[1], tb[1]);
				COPYB(pb[2], tb[2]);
#endif
			}
#endif
		:: ok -> leave_out(); commit()
		:: else
		fi;
		forget()
	}
#ifndef COOPERATIVE
	:: atomic {
		pFull ->
		d_step {
			which = pMovement;
			signers = pEndorsers;
			COPY(draft, p);
#ifdef GUARANTEE
			COPYB(tb[0], pb[0]);
			COPYB(tb[1], pb[1]);
			COPYB(tb[2], pb[2]);
#endif
			ok = true;
			forged = false;
			content = pContent;
			reads = pReads;
			writes = pWrites;
			asker = pAsker;
			credits = CREDITS;
			pFull = false
		};
		leave_out();
		commit();
		d_step { empty_pending() };
		forget()
	}
#endif
	/* Evil peers sign what no honest one has simulated; nothing has to have been read for it. */
	:: atomic {
		!cooperative && evil != 0 ->
		choose_movement();
		simulate();
		d_step { forged = true; signers = evil; content = true };
		if
#ifdef GUARANTEE
		:: draft.st = discharged
		:: draft.st = released; draft.use = LOCKED; draft.part0 = 1; draft.part1 = 1
		:: writes = 1; tb[0].avail = BALANCE0 + BALANCE1
		:: writes = 2; tb[1].paid = 1
		:: writes = 4; tb[2].avail = BALANCE2 + BALANCE2
#else
		:: draft.st = discharged; draft.use = ENDED
		:: draft.cust = CN; draft.ho = NOBODY
		:: draft.cust = KZ; draft.ho = NOBODY
		:: draft.cust = KG; draft.ho = NOBODY
#endif
		fi;
		commit();
		forget()
	}
#ifndef GUARANTEE
	/* One organisation's own peers may go for good. */
	:: atomic {
		!cooperative && gone == 0 ->
		choose_organisation();
		gone = BIT(org);
		forget()
	}
	/* An override is voted on, by the evil ones alone or by all who are there. */
	:: atomic {
		!cooperative && (evil != 0 || gone != 0) ->
		choose_organisation();
		voters = (HAS(gone, org) -> (ALL & ~gone) : evil);
		override(org);
		forget()
	}
#endif
#ifdef COOPERATIVE
	/* From some moment on those who are left cooperate, and the evil ones refuse to sign. */
	:: atomic {
		!cooperative && !forgedCommitted ->
		cooperative = true;
		forget()
	}
	:: atomic {
		cooperative && !ENDED_ALL ->
		if
		:: LACKS(CN) || LACKS(KZ) || LACKS(KG) || LACKS(GU) ->
			org = (LACKS(CN) -> CN : (LACKS(KZ) -> KZ : (LACKS(KG) -> KG : GU)));
			gone = gone | BIT(org);
			voters = HONEST;
			override(org);
			!LACKS(org)
		:: else ->
			which = OPEN_ONE;
			simulate();
			next_step();
			procedure();
			signers = WILLING;
			commit();
			ok;
			steps++
		fi;
		forget()
	}
	:: cooperative && ENDED_ALL -> break
#endif
	od
}

/* What must hold. `pan -N name` checks one; that an end stays reachable is checked as the absence of invalid end states. */

ltl ends_are_final { [] (!afterTheEnd) }
ltl never_alone { [] (!alone) }
ltl forged_never_commits { [] (!forgedCommitted) }
ltl custodian_endorses { [] (!withoutCustodian) }
ltl override_is_justified { [] (!unjustified) }
ltl covered_on_the_way { [] (!uncovered) }
#ifdef GUARANTEE
ltl all_hold { [] (!(afterTheEnd || alone || forgedCommitted || withoutCustodian || unjustified || uncovered ||
	withoutGuarantor || overdrawn || twice || inexact || disagreement)) }
ltl guarantor_endorses { [] (!withoutGuarantor) }
ltl never_overdrawn { [] (!overdrawn) }
ltl freed_once { [] (!twice) }
ltl exact { [] (!inexact) }
ltl both_records_agree { [] (!disagreement) }
#ifdef COOPERATIVE
ltl ends_soon { [] (steps <= 30) }
#endif
#else
ltl all_hold { [] (!(afterTheEnd || alone || forgedCommitted || withoutCustodian || unjustified || uncovered ||
	withoutReceiver || unasked || withoutBothSides || wrongCustodian || wrongPolicy || wrongHandOff || astray)) }
ltl receiver_endorses { [] (!withoutReceiver) }
ltl receiver_asks { [] (!unasked) }
ltl both_sides_of_a_handoff { [] (!withoutBothSides) }
ltl one_custodian { [] (!wrongCustodian) }
ltl policy_follows_record { [] (!wrongPolicy) }
ltl handoff_is_sane { [] (!wrongHandOff) }
ltl arrives_at_destination { [] (!astray) }
#ifdef COOPERATIVE
ltl ends_soon { [] (steps <= 15) }
#endif
#endif
