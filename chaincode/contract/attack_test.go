package contract_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/contract"
	"carec.example/cats/chaincode/fakeledger"
	"carec.example/cats/chaincode/guard"
	"carec.example/cats/chaincode/ledger"
	"carec.example/cats/chaincode/transit"
)

// The tests of this file play the adversary: a client that sends what it likes, a person
// who asks for what is another's, an organisation whose peer runs code of its own. The
// names of the sections follow the surface that is attacked.

// rogue is the chaincode of an organisation that runs code of its own.
type rogue func(shim.ChaincodeStubInterface) *peer.Response

func (rogue) Init(shim.ChaincodeStubInterface) *peer.Response          { return shim.Success(nil) }
func (r rogue) Invoke(stub shim.ChaincodeStubInterface) *peer.Response { return r(stub) }

// genuine is the chaincode that everybody else runs.
func genuine(t testing.TB) shim.Chaincode {
	t.Helper()
	cc, err := contract.New(contract.Config{Version: "test", Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	return cc
}

// plant lets an organisation's own peer put any value into its private collection.
func (w *world) plant(org, key string, value []byte) {
	w.t.Helper()
	require.NoError(w.t, w.ledger.Install(org, rogue(func(stub shim.ChaincodeStubInterface) *peer.Response {
		if err := stub.PutPrivateData(ledger.Collection(org), key, value); err != nil {
			return shim.Error(err.Error())
		}
		return shim.Success(nil)
	})))
	insider := w.ledger.Client(org, "insider").With(fakeledger.Endorsers(org), fakeledger.AtPeer(org))
	_, err := insider.Submit("plant")
	require.NoError(w.t, err)
	require.NoError(w.t, w.ledger.Install(org, genuine(w.t)))
}

// forge plants a face at an organisation, as if its peer had examined a declaration.
func (w *world) forge(org string, f *transit.Face) {
	w.t.Helper()
	value, err := transit.Canonical(f)
	require.NoError(w.t, err)
	w.plant(org, ledger.FaceKey(f.ID, f.Version), value)
}

func (w *world) lodge(c *fakeledger.Client, f *transit.Face) (*transit.Movement, error) {
	receipt, err := c.Submit(string(transit.FnLodge), toJSON(transit.LodgeRequest{Header: w.header(), Face: *f}))
	if err != nil {
		return nil, err
	}
	return w.written(receipt), nil
}

func (w *world) amend(f *transit.Face) (*transit.Movement, error) {
	receipt, err := w.people["trader"].Submit(string(transit.FnAmend), toJSON(transit.LodgeRequest{Header: w.header(), Face: *f}))
	if err != nil {
		return nil, err
	}
	return w.written(receipt), nil
}

// ---- The surface of the contract

func TestNamesOfFunctionsAreTakenAsSpelledOnly(t *testing.T) {
	w := insured(t, 1)
	m := w.lodged(document("LRN-1"))
	for _, name := range []string{
		"", ":", "movement:accept", "Movement:Accept", "movement:Accept ", " movement:Accept", "movement:Accept\x00", "movement:Accept:Accept",
		"Accept", "movement", "movement:", "movement::Accept", "movement:take", "movement:PutMovement", "contract:New", "Init", "init",
		"org.hyperledger.fabric:GetMetadata", "movement:Amend\n", "\u043covement:Accept",
	} {
		_, err := w.people["urumqi"].Evaluate(name, w.ask(m))
		require.Equal(t, transit.UnknownFunction, code(err), "%q", name)
	}
}

func TestArgumentsAreOneStrictObject(t *testing.T) {
	w := insured(t, 1)
	m := w.lodged(document("LRN-1"))
	good := w.ask(m)
	deep := strings.Repeat(`{"a":`, 100_000) + "1" + strings.Repeat("}", 100_000)
	for name, args := range map[string][]string{
		"no argument":              {},
		"a surplus argument":       {good, "{}"},
		"an empty argument":        {""},
		"null":                     {"null"},
		"a list":                   {"[]"},
		"data after the object":    {good + "{}"},
		"an unknown field":         {`{"movement":"` + m.ID + `","messageId":"m","evil":true}`},
		"a field in another case":  {`{"Movement":"` + m.ID + `","messageId":"m"}`},
		"a field twice":            {`{"movement":"` + m.ID + `","movement":"` + m.ID + `","messageId":"m"}`},
		"a field of another step":  {`{"movement":"` + m.ID + `","messageId":"m","reason":"x"}`},
		"a null field":             {`{"movement":"` + m.ID + `","messageId":null}`},
		"a fraction":               {`{"movement":"` + m.ID + `","messageId":"m","expectedSeq":1.0}`},
		"a number beyond 2^53":     {`{"movement":"` + m.ID + `","messageId":"m","expectedSeq":9007199254740993}`},
		"a number beyond int64":    {`{"movement":"` + m.ID + `","messageId":"m","expectedSeq":1e400}`},
		"a NUL in the reference":   {`{"movement":"CN\u0000","messageId":"m"}`},
		"U+10FFFF in it":           {`{"movement":"CN\udbff\udfff","messageId":"m"}`},
		"a lone surrogate":         {`{"movement":"CN\ud800","messageId":"m"}`},
		"bytes that are not UTF-8": {"{\"movement\":\"\xff\"}"},
		"no message":               {`{"movement":"` + m.ID + `"}`},
		"a blank message":          {`{"movement":"` + m.ID + `","messageId":" "}`},
		"a long message":           {`{"movement":"` + m.ID + `","messageId":"` + strings.Repeat("m", 37) + `"}`},
	} {
		_, err := w.people["urumqi"].Evaluate(string(transit.FnAccept), args...)
		require.Equal(t, transit.MalformedRequest, code(err), name)
	}
	for name, arg := range map[string]string{
		"more than 64 KiB": `{"movement":"` + strings.Repeat("x", guard.MaxArgument) + `"}`, "nine megabytes": strings.Repeat("[", 9<<20),
		"deep nesting": deep,
	} {
		_, err := w.people["urumqi"].Evaluate(string(transit.FnAccept), arg)
		require.Equal(t, transit.TooLarge, code(err), name)
	}
	_, err := w.people["urumqi"].Evaluate(string(transit.FnAccept), deep[:5*300]+"1"+strings.Repeat("}", 300))
	require.Equal(t, transit.MalformedRequest, code(err), "nesting below the limit of size")
	_, err = w.people["urumqi"].With(fakeledger.Transient(map[string][]byte{"std": []byte("x")})).Evaluate(string(transit.FnAccept), good)
	require.Equal(t, transit.MalformedRequest, code(err), "a transient map where none belongs")
}

func TestDocumentsOfTheTransientMapAreBounded(t *testing.T) {
	w := insured(t, 1)
	send := func(std, salt []byte) transit.Code {
		_, err := w.people["trader"].With(fakeledger.AtPeer("CNMSP"), fakeledger.Transient(map[string][]byte{
			transit.TransientSTD: std, transit.TransientSalt: salt,
		})).Evaluate(string(transit.FnDeposit), toJSON(transit.DepositRequest{Departure: departure, LRN: "L", Version: 1}))
		return code(err)
	}
	require.Equal(t, transit.TooLarge, send(bytes.Repeat([]byte("["), guard.MaxTransient), seed()))
	require.Equal(t, transit.InvalidDocument, send(bytes.Repeat([]byte("["), 1<<20), seed()))
	require.Equal(t, transit.InvalidDocument, send(nil, seed()))
	require.Equal(t, transit.MalformedRequest, send([]byte("{}"), []byte("short")))
}

func TestAmountsAreAboveZeroAndKeepExactly(t *testing.T) {
	w := insured(t, 1)
	for _, amount := range []string{"0", "0.00", "-1", "+1", "1e3", "1.001", "99999999999999999999", "90071992547409.92", "NaN", " 1", ""} {
		std := document("LRN-1")
		std.Guarantees[0].GuaranteeReferences[0].AmountToBeCovered = transit.Decimal(amount)
		_, err := w.deposit("trader", std, 1)
		require.Equal(t, transit.InvalidDocument, code(err), amount)
	}
	for _, minor := range []int64{0, -1, transit.MaxMinor + 1} {
		terms := terms(1)
		terms.ReferenceAmount.Minor = minor
		clerk := w.people["clerk"].With(fakeledger.AtPeer("CGMMSP"))
		_, err := clerk.Evaluate(string(transit.FnUndertake), toJSON(transit.UndertakeRequest{Terms: terms}))
		require.Contains(t, []transit.Code{transit.InvalidDocument, transit.MalformedRequest}, code(err), minor)
	}
	std := document("LRN-1")
	std.Guarantees[0].GuaranteeReferences[0].Currency = "USD"
	_, err := w.deposit("trader", std, 1)
	require.Equal(t, "G09", fault(t, err).Violations[0].Code, "another currency than the guarantee's")
}

func TestAQueryThatIsSubmittedWritesNothingAndAnUpdateThatIsEvaluatedNeither(t *testing.T) {
	w := insured(t, 1)
	m := w.lodged(document("LRN-1"))
	tx, err := w.people["trader"].Endorse(string(transit.FnGetMovement), toJSON(transit.MovementQuery{Movement: m.ID}))
	require.NoError(t, err)
	require.Empty(t, tx.WrittenKeys())
	height := w.ledger.Height()
	_, err = w.people["urumqi"].Evaluate(string(transit.FnAccept), w.ask(m))
	require.NoError(t, err)
	require.Equal(t, height, w.ledger.Height())
	out, err := w.people["urumqi"].Evaluate(string(transit.FnGetMovement), toJSON(transit.MovementQuery{Movement: m.ID}))
	require.NoError(t, err)
	require.Equal(t, transit.Submitted, fromJSON[transit.MovementView](t, out).Movement.State)
}

func TestContentThatIsSubmittedByMistakeStaysConfidential(t *testing.T) {
	w := insured(t, 1)
	m := w.lodged(document("LRN-1"))
	// Whether it is refused or valid: the block keeps what the peer answered.
	officer := w.people["urumqi"].With(fakeledger.Endorsers("CNMSP"),
		fakeledger.Transient(map[string][]byte{transit.TransientReaderKey: seed()}))
	tx, err := officer.Endorse(string(transit.FnGetContent), toJSON(transit.MovementQuery{Movement: m.ID}))
	require.NoError(t, err)
	_, err = w.ledger.Order(tx)
	require.NoError(t, err)
	content, err := transit.DecryptContent(seed(), fromJSON[transit.EncryptedContent](t, tx.Payload()))
	require.NoError(t, err)
	require.Contains(t, fmt.Sprintf("%s", content.Sections), marker, "the reader has it")
	require.Empty(t, w.ledger.Exposures(marker), "and nobody else")
	require.NotContains(t, string(w.ledger.Dump()), base64.StdEncoding.EncodeToString([]byte(marker))[:20])
}

func TestOnlyPeopleOfTheRegisterAct(t *testing.T) {
	w := insured(t, 1)
	m := w.lodged(document("LRN-1"))
	officer := map[string]string{"role": "officer", "office": departure}
	for name, c := range map[string]*fakeledger.Client{
		"an orderer": w.ledger.Client("CNMSP", "a", fakeledger.AsRole(fakeledger.RoleOrderer), fakeledger.Attributes(officer)),
		"a peer":     w.ledger.Client("CNMSP", "b", fakeledger.AsRole(fakeledger.RolePeer), fakeledger.Attributes(officer)),
		"an administrator with an officer's attributes": w.ledger.Client("CNMSP", "c", fakeledger.AsRole(fakeledger.RoleAdmin),
			fakeledger.Attributes(officer)),
		"an officer whose role is written in capitals": w.ledger.Client("CNMSP", "d",
			fakeledger.Attributes(map[string]string{"role": "Officer", "office": departure})),
		"a role list": w.ledger.Client("CNMSP", "e", fakeledger.Attributes(map[string]string{"role": "trader,officer", "office": departure})),
		"a trader with an office": w.ledger.Client("CNMSP", "f",
			fakeledger.Attributes(map[string]string{"role": "trader", "office": departure, "operator": holder})),
		"an office in small letters": w.ledger.Client("CNMSP", "g",
			fakeledger.Attributes(map[string]string{"role": "officer", "office": strings.ToLower(departure)})),
	} {
		_, err := c.Submit(string(transit.FnAccept), w.ask(m))
		require.Equal(t, transit.NotAuthorised, code(err), name)
	}
	for name, c := range map[string]*fakeledger.Client{
		"an authority that the MSP does not know": w.ledger.Client("CNMSP", "h", fakeledger.FromAuthority("garage"),
			fakeledger.Attributes(officer)),
		"an organisation that is not there": w.ledger.Client("XXMSP", "i", fakeledger.Attributes(officer)),
		"an expired certificate": w.ledger.Client("CNMSP", "j", fakeledger.Attributes(officer),
			fakeledger.ExpiringAt(w.ledger.Now().Add(-time.Hour))),
	} {
		_, err := c.Submit(string(transit.FnAccept), w.ask(m))
		require.Error(t, err, name)
	}
	require.Equal(t, 1, w.stored(m.ID).Seq)
}

// TestAnOperatorIsTheSameUnderEveryAuthorityOfItsMSP: the operator number counts, not the
// name in the certificate, so that the second authority of an MSP can neither lose a
// declarant its movement nor give a namesake somebody else's.
func TestAnOperatorIsTheSameUnderEveryAuthorityOfItsMSP(t *testing.T) {
	w := insured(t, 1)
	m := w.lodged(document("LRN-1"))
	namesake := w.ledger.Client("CNMSP", "trader", fakeledger.FromAuthority(fakeledger.SecondAuthority),
		fakeledger.Attributes(map[string]string{"role": "trader", "operator": "CN000"}))
	_, err := namesake.Submit(string(transit.FnCancel), w.ask(m, reason))
	require.Equal(t, transit.NotAuthorised, code(err))
	renewed := w.ledger.Client("CNMSP", "other-name", fakeledger.FromAuthority(fakeledger.SecondAuthority),
		fakeledger.Attributes(map[string]string{"role": "trader", "operator": holder}))
	_, err = renewed.Submit(string(transit.FnCancel), w.ask(m, reason))
	require.NoError(t, err)
}

// ---- The procedure

// fields sets what each step needs.
func fields(s transit.Step) func(*transit.StepRequest) {
	return func(r *transit.StepRequest) {
		switch s {
		case transit.StepReject, transit.StepRefuseRelease, transit.StepRequestCancel, transit.StepCancel, transit.StepRefuseHandOff:
			reason(r)
		case transit.StepDecideControl:
			r.ControlTypes = []string{"10"}
		case transit.StepRecordControl, transit.StepRecordResults:
			a1(r)
		case transit.StepRelease:
			limit(r)
		}
	}
}

// stages brings one movement to every stage of the procedure.
func (w *world) stages() map[string]*transit.Movement {
	small := func(lrn string) *transit.Movement {
		std := document(lrn)
		std.Guarantees[0].GuaranteeReferences[0].AmountToBeCovered = "10.00"
		return w.lodged(std)
	}
	take := func(m *transit.Movement, steps ...[2]string) *transit.Movement {
		for _, s := range steps {
			m = w.must(s[1], transit.Step(s[0]), m, fields(transit.Step(s[0])))
		}
		return m
	}
	accepted := [][2]string{{"Accept", "urumqi"}}
	released := append(slices.Clone(accepted), [2]string{"Release", "urumqi"})
	proposed := append(slices.Clone(released), [2]string{"ProposeHandOff", "khorgos-cn"})
	last := append(slices.Clone(proposed), [][2]string{
		{"AcceptHandOff", "khorgos"}, {"ProposeHandOff", "korday"}, {"AcceptHandOff", "akjol"},
	}...)
	arrived := append(slices.Clone(last), [2]string{"Arrive", "bishkek"})
	results := append(slices.Clone(arrived), [2]string{"RecordResults", "bishkek"})
	out := map[string]*transit.Movement{}
	for name, steps := range map[string][][2]string{
		"submitted": nil, "rejected": {{"Reject", "urumqi"}}, "accepted": accepted,
		"under control": append(slices.Clone(accepted), [2]string{"DecideControl", "urumqi"}),
		"not released":  append(slices.Clone(accepted), [2]string{"RefuseRelease", "urumqi"}),
		"cancelled":     append(slices.Clone(accepted), [2]string{"Cancel", "urumqi"}),
		"released":      released, "hand-off open": proposed, "last territory": last, "arrived": arrived, "results recorded": results,
		"discharged": append(slices.Clone(results), [2]string{"Discharge", "bishkek"}),
	} {
		out[name] = take(small("LRN "+name), steps...)
	}
	return out
}

func TestEveryStepFromEveryStageByEverybody(t *testing.T) {
	w := insured(t, 1)
	both := "cn-collector khorgos-cn urumqi" // all officers of China in this test
	allowed := map[string]map[transit.Step]string{
		"submitted": {transit.StepAccept: "urumqi", transit.StepReject: "urumqi", transit.StepCancel: "trader urumqi"},
		"accepted": {
			transit.StepDecideControl: "urumqi", transit.StepRelease: "urumqi", transit.StepRefuseRelease: "urumqi",
			transit.StepRequestCancel: "trader", transit.StepCancel: "urumqi",
		},
		"under control": {
			transit.StepRecordControl: "urumqi", transit.StepRefuseRelease: "urumqi", transit.StepCancel: "urumqi",
			transit.StepRequestCancel: "trader",
		},
		"released": {transit.StepProposeHandOff: both, transit.StepCancel: "urumqi"},
		"hand-off open": {
			transit.StepAcceptHandOff: "khorgos", transit.StepRefuseHandOff: "khorgos", transit.StepWithdrawHandOff: both,
			transit.StepCancel: "urumqi",
		},
		"last territory":   {transit.StepArrive: "bishkek", transit.StepCancel: "urumqi"},
		"arrived":          {transit.StepRecordResults: "bishkek"},
		"results recorded": {transit.StepDischarge: "bishkek urumqi"},
	}
	steps := []transit.Step{
		transit.StepAccept, transit.StepReject, transit.StepDecideControl, transit.StepRecordControl, transit.StepRelease,
		transit.StepRefuseRelease, transit.StepRequestCancel, transit.StepCancel, transit.StepProposeHandOff, transit.StepAcceptHandOff,
		transit.StepRefuseHandOff,
		transit.StepWithdrawHandOff, transit.StepArrive, transit.StepRecordResults, transit.StepDischarge,
	}
	for stage, m := range w.stages() {
		for _, s := range steps {
			var may []string
			for who, c := range w.people {
				_, err := c.Evaluate(string(s.Function()), w.ask(m, fields(s)))
				if err == nil {
					may = append(may, who)
					continue
				}
				require.Contains(t, []transit.Code{transit.NotAuthorised, transit.OutOfSequence}, code(err), "%s when %s by %s", s, stage, who)
			}
			slices.Sort(may)
			require.Equal(t, allowed[stage][s], strings.Join(may, " "), "%s when %s", s, stage)
		}
	}
	w.checkLedger()
}

func TestATransactionCountsOnce(t *testing.T) {
	w := insured(t, 1)
	m := w.must("urumqi", transit.StepAccept, w.lodged(document("LRN-1")))
	tx, err := w.people["urumqi"].Endorse(string(transit.FnRelease), w.ask(m, limit))
	require.NoError(t, err)
	b, err := w.ledger.Order(tx, tx)
	require.NoError(t, err)
	require.Equal(t, peer.TxValidationCode_VALID, b.Codes()[0])
	require.NotEqual(t, peer.TxValidationCode_VALID, b.Codes()[1])
	b, err = w.ledger.Order(tx)
	require.NoError(t, err)
	require.Equal(t, peer.TxValidationCode_DUPLICATE_TXID, b.Codes()[0])
	require.Equal(t, int64(1_200_000), w.view().Locked.Minor, "locked once")
	w.checkLedger()
}

func TestAMessageThatComesTwiceIsToldFromOneThatIsOutOfSequence(t *testing.T) {
	w := insured(t, 1)
	m := w.lodged(document("LRN-1"))
	ask := w.ask(m)
	_, err := w.people["urumqi"].Submit(string(transit.FnAccept), ask)
	require.NoError(t, err)
	_, err = w.people["urumqi"].Submit(string(transit.FnAccept), ask)
	require.Equal(t, transit.Duplicate, code(err), "the answer to the first was lost; the client must learn that it counted")
}

func TestNobodyTakesAnothersMessageIdentification(t *testing.T) {
	w := insured(t, 1)
	face, err := w.deposit("trader", document("LRN-1"), 1)
	require.NoError(t, err)
	taken := transit.Header{MessageID: "urumqi-000017"} // the office counts its messages; anybody can guess the next one
	_, err = w.people["trader"].Submit(string(transit.FnLodge), toJSON(transit.LodgeRequest{Header: taken, Face: *face}))
	require.NoError(t, err)
	_, err = w.people["urumqi"].Submit(string(transit.FnAccept), toJSON(transit.StepRequest{Header: taken, Movement: face.ID}))
	require.NoError(t, err)
}

func TestHandOffsOpenOneAtATimeAndNothingIsAcceptedAfterwards(t *testing.T) {
	w := insured(t, 1)
	m := w.released("LRN-1")
	first, err := w.people["khorgos-cn"].Endorse(string(transit.FnProposeHandOff), w.ask(m))
	require.NoError(t, err)
	second, err := w.people["urumqi"].Endorse(string(transit.FnProposeHandOff), w.ask(m))
	require.NoError(t, err)
	b, err := w.ledger.Order(first, second)
	require.NoError(t, err)
	require.Equal(t, peer.TxValidationCode_VALID, b.Codes()[0])
	require.NotEqual(t, peer.TxValidationCode_VALID, b.Codes()[1])
	_, err = w.do("urumqi", transit.StepProposeHandOff, m)
	require.Equal(t, transit.OutOfSequence, code(err))
	held, err := w.people["khorgos"].Endorse(string(transit.FnAcceptHandOff), w.ask(m))
	require.NoError(t, err)
	w.must("urumqi", transit.StepWithdrawHandOff, m)
	_, err = w.do("khorgos", transit.StepAcceptHandOff, m)
	require.Equal(t, transit.OutOfSequence, code(err))
	w.must("khorgos-cn", transit.StepProposeHandOff, m)
	b, err = w.ledger.Order(held)
	require.NoError(t, err)
	require.NotEqual(t, peer.TxValidationCode_VALID, b.Codes()[0], "an acceptance of the withdrawn proposal does not accept the next")
	w.checkLedger()
}

func TestGoodsArriveAtTheDeclaredOfficeOfTheLastTerritoryOnly(t *testing.T) {
	w := insured(t, 1)
	m := w.released("LRN-1")
	_, err := w.do("bishkek", transit.StepArrive, m)
	require.Equal(t, transit.OutOfSequence, code(err), "in the custody of another country")
	m = w.must("khorgos", transit.StepAcceptHandOff, w.must("khorgos-cn", transit.StepProposeHandOff, m))
	m = w.must("akjol", transit.StepAcceptHandOff, w.must("korday", transit.StepProposeHandOff, m))
	_, err = w.do("akjol", transit.StepArrive, m)
	require.Equal(t, transit.NotAuthorised, code(err))
	w.must("bishkek", transit.StepArrive, m)
}

func TestAHeldLodgingDoesNotOutliveItsDeposit(t *testing.T) {
	w := insured(t, 1)
	face, err := w.deposit("trader", document("LRN-1"), 1)
	require.NoError(t, err)
	held, err := w.people["trader"].Endorse(string(transit.FnLodge), toJSON(transit.LodgeRequest{Header: w.header(), Face: *face}))
	require.NoError(t, err)
	std := document("LRN-1")
	std.Consignment.ReferenceNumberUCR = "UCR-2"
	second, err := w.deposit("trader", std, 1)
	require.NoError(t, err)
	b, err := w.ledger.Order(held)
	require.NoError(t, err)
	require.Equal(t, peer.TxValidationCode_MVCC_READ_CONFLICT, b.Codes()[0])
	_, err = w.lodge(w.people["trader"], face)
	require.Equal(t, transit.ContentMismatch, code(err))

	overwrite := std
	overwrite.Consignment.ReferenceNumberUCR = "UCR-3"
	content, err := transit.Canonical(overwrite)
	require.NoError(t, err)
	late, err := w.people["trader"].With(fakeledger.Endorsers("CNMSP"), fakeledger.AtPeer("CNMSP"), fakeledger.Transient(map[string][]byte{
		transit.TransientSTD: content, transit.TransientSalt: seed(),
	})).Endorse(string(transit.FnDeposit), toJSON(transit.DepositRequest{Departure: departure, LRN: "LRN-1", Version: 1}))
	require.NoError(t, err)
	_, err = w.lodge(w.people["trader"], second)
	require.NoError(t, err)
	b, err = w.ledger.Order(late)
	require.NoError(t, err)
	require.Equal(t, peer.TxValidationCode_MVCC_READ_CONFLICT, b.Codes()[0], "a deposit held back does not replace lodged content")
}

func TestAHeldReleaseDiesWhenTheGuaranteeChanges(t *testing.T) {
	w := insured(t, 1)
	m := w.must("urumqi", transit.StepAccept, w.lodged(document("LRN-1")))
	held, err := w.people["urumqi"].Endorse(string(transit.FnRelease), w.ask(m, limit))
	require.NoError(t, err)
	codes := map[string][]byte{transit.TransientAccessCodes: []byte(`["C3D4"]`), transit.TransientSalt: seed()}
	_, err = w.people["clerk"].With(fakeledger.Transient(codes), fakeledger.Endorsers("CGMMSP", "CNMSP")).
		Submit(string(transit.FnReplaceAccessCodes), toJSON(transit.AccessCodesRequest{Header: w.header(), GRN: terms(1).GRN}))
	require.NoError(t, err)
	b, err := w.ledger.Order(held)
	require.NoError(t, err)
	require.Equal(t, peer.TxValidationCode_MVCC_READ_CONFLICT, b.Codes()[0])
	require.Empty(t, w.ledger.Exposures("C3D4"))
	require.Zero(t, w.view().Locked.Minor)
}

// TestTwoReleasesThatReadBothBalancesAndWriteOneEachDoNotOverdraw is the write skew: each
// looks at both balances, and draws on them in the opposite order.
func TestTwoReleasesThatReadBothBalancesAndWriteOneEachDoNotOverdraw(t *testing.T) {
	w := insured(t, 2)
	var txs []*fakeledger.Transaction
	for i := range 2 {
		std := document(fmt.Sprintf("LRN-%d", i))
		std.Guarantees[0].GuaranteeReferences[0].AmountToBeCovered = "60000.00" // more than one balance, the two more than both
		m := w.must("urumqi", transit.StepAccept, w.lodged(std))
		tx, err := w.people["urumqi"].Endorse(string(transit.FnRelease), w.ask(m, limit, func(r *transit.StepRequest) {
			r.Balances = []transit.BalanceChoice{{GRN: terms(1).GRN, Order: []int{i, 1 - i, -1, 99, i}}}
		}))
		require.NoError(t, err)
		txs = append(txs, tx)
	}
	b, err := w.ledger.Order(txs...)
	require.NoError(t, err)
	require.Equal(t, []peer.TxValidationCode{peer.TxValidationCode_VALID, peer.TxValidationCode_MVCC_READ_CONFLICT}, b.Codes())
	w.checkLedger()
}

func TestAnIndividualGuaranteeCoversOneMovementAndNothingIsFreedTwice(t *testing.T) {
	w := founded(t)
	single := terms(1)
	single.Type = "2"
	w.guarantee(single)
	declare := func(lrn string) *transit.Movement {
		std := document(lrn)
		std.Guarantees[0].GuaranteeType = "2"
		return w.must("urumqi", transit.StepAccept, w.lodged(std))
	}
	a, b := declare("LRN-1"), declare("LRN-2")
	w.must("urumqi", transit.StepRelease, a, limit)
	_, err := w.do("urumqi", transit.StepRelease, b, limit)
	require.Equal(t, "G10", fault(t, err).Violations[0].Code)
	_, err = w.do("urumqi", transit.StepRelease, a, limit)
	require.Equal(t, transit.OutOfSequence, code(err))
	for _, s := range []transit.Step{transit.StepRefuseRelease, transit.StepDischarge} {
		_, err = w.do("urumqi", s, a, fields(s))
		require.Equal(t, transit.OutOfSequence, code(err), s)
	}
	w.must("urumqi", transit.StepCancel, a, reason)
	_, err = w.do("urumqi", transit.StepCancel, a, reason)
	require.Equal(t, transit.OutOfSequence, code(err), "nothing is freed twice")
	w.checkLedger()
}

func TestAClientsClockMovesNoRecordOutOfTheWindow(t *testing.T) {
	w := insured(t, 1)
	m := w.lodged(document("LRN-1"))
	now := w.ledger.Now()
	for _, off := range []time.Duration{-16 * time.Minute, 16 * time.Minute, -20 * 365 * 24 * time.Hour} {
		_, err := w.people["urumqi"].With(fakeledger.Timestamp(now.Add(off))).Submit(string(transit.FnAccept), w.ask(m))
		require.Error(t, err)
	}
	receipt, err := w.people["urumqi"].With(fakeledger.Timestamp(now.Add(-6*time.Minute))).Submit(string(transit.FnAccept), w.ask(m))
	require.NoError(t, err)
	require.Equal(t, m.At, w.written(receipt).At, "time never runs backwards")
}

func TestAFastClockLocksNobodyOut(t *testing.T) {
	w := insured(t, 1)
	face, err := w.deposit("trader", document("LRN-1"), 1)
	require.NoError(t, err)
	m, err := w.lodge(w.people["trader"].With(fakeledger.Timestamp(w.ledger.Now().Add(14*time.Minute))), face)
	require.NoError(t, err)
	w.must("urumqi", transit.StepAccept, m)
}

func TestTheYearOfTheMRNIsTheYearOfAcceptance(t *testing.T) {
	w := insured(t, 1)
	w.ledger.Advance(time.Date(2026, 12, 31, 23, 59, 50, 0, time.UTC).Sub(w.ledger.Now()))
	face, err := w.deposit("trader", document("LRN-1"), 1)
	require.NoError(t, err)
	m, err := w.lodge(w.people["trader"].With(fakeledger.Timestamp(w.ledger.Now().Add(time.Minute))), face)
	require.NoError(t, err)
	m = w.must("urumqi", transit.StepAccept, m)
	require.Equal(t, m.AcceptedAt[2:4], m.MRN[:2])
}

func TestTheDeclarantDoesNotDecideOnItsOwnRequestAfterAcceptance(t *testing.T) {
	w := insured(t, 1)
	m := w.must("urumqi", transit.StepAccept, w.lodged(document("LRN-1")))
	n, err := w.do("trader", transit.StepCancel, m, reason)
	require.True(t, err != nil || n.State == transit.Accepted)
}

func TestAControlVouchesOnlyForTheContentItSaw(t *testing.T) {
	w := insured(t, 1)
	m := w.must("urumqi", transit.StepAccept, w.lodged(document("LRN-1")))
	m = w.must("urumqi", transit.StepDecideControl, m, fields(transit.StepDecideControl))
	w.must("urumqi", transit.StepRecordControl, m, a1)
	std := document("LRN-1")
	std.Consignment.HouseConsignments[0].ConsignmentItems[0].Commodity.DescriptionOfGoods = "something else"
	face, err := w.deposit("trader", std, 2)
	require.NoError(t, err)
	n, err := w.amend(face)
	require.True(t, err != nil || n.Control == nil || n.Control.Result == "")
}

func TestAnAmendmentKeepsTheGoodsSubHeading(t *testing.T) {
	w := insured(t, 1)
	w.must("urumqi", transit.StepAccept, w.lodged(document("LRN-1")))
	std := document("LRN-1")
	std.Consignment.HouseConsignments[0].ConsignmentItems[0].Commodity.CommodityCode.HarmonizedSystemSubHeadingCode = "240220"
	_, err := w.deposit("trader", std, 2)
	require.Equal(t, transit.InvalidDocument, code(err))
}

// TestAnOfficerReleasesTheContentThatIsOnTheScreen: who decides on what a screen shows sends
// the sequence number along, and an amendment in between is noticed.
func TestAnOfficerReleasesTheContentThatIsOnTheScreen(t *testing.T) {
	w := insured(t, 1)
	m := w.must("urumqi", transit.StepAccept, w.lodged(document("LRN-1")))
	seen := w.ask(m, limit, func(r *transit.StepRequest) { r.ExpectedSeq = m.Seq })
	std := document("LRN-1")
	std.Consignment.HouseConsignments[0].ConsignmentItems[0].Commodity.DescriptionOfGoods = "something else"
	face, err := w.deposit("trader", std, 2)
	require.NoError(t, err)
	_, err = w.amend(face)
	require.NoError(t, err)
	_, err = w.people["urumqi"].Submit(string(transit.FnRelease), seen)
	require.Equal(t, transit.Stale, code(err))
}

// ---- Endorsement

func TestNoOrganisationEndorsesAlone(t *testing.T) {
	w := insured(t, 1)
	face, err := w.deposit("trader", document("LRN-1"), 1)
	require.NoError(t, err)
	const refused = peer.TxValidationCode_ENDORSEMENT_POLICY_FAILURE
	order := func(tx *fakeledger.Transaction, err error) peer.TxValidationCode {
		require.NoError(t, err)
		b, err := w.ledger.Order(tx)
		require.NoError(t, err)
		return b.Codes()[0]
	}
	lodging := toJSON(transit.LodgeRequest{Header: w.header(), Face: *face})
	require.Equal(t, refused, order(w.people["trader"].With(fakeledger.Endorsers("CNMSP")).Endorse(string(transit.FnLodge), lodging)))
	require.Equal(t, refused, order(w.people["trader"].With(fakeledger.Endorsers("CNMSP", "CGMMSP", "CARECMSP")).
		Endorse(string(transit.FnLodge), lodging)), "guarantors and regulators are no customs authorities")
	content, err := transit.Canonical(document("LRN-2"))
	require.NoError(t, err)
	elsewhere := w.people["trader"].With(fakeledger.Endorsers("KZMSP"), fakeledger.AtPeer("KZMSP"), fakeledger.Transient(map[string][]byte{
		transit.TransientSTD: content, transit.TransientSalt: seed(),
	}))
	require.Equal(t, refused, order(elsewhere.Endorse(string(transit.FnDeposit),
		toJSON(transit.DepositRequest{Departure: departure, LRN: "LRN-2", Version: 1}))), "content of another country's collection")
	change := toJSON(transit.ProposeRequest{ID: "p1", Change: transit.Change{CloseOffice: border}})
	admin := w.people["admin-CNMSP"].With(fakeledger.Endorsers("CNMSP", "CGMMSP"))
	require.Equal(t, refused, order(admin.Endorse(string(transit.FnPropose), change)))
}

func TestWhatWasDeclaredFollowsTheCustodian(t *testing.T) {
	const refused = peer.TxValidationCode_ENDORSEMENT_POLICY_FAILURE
	w := insured(t, 1)
	m := w.released("LRN-1")
	m = w.must("khorgos-cn", transit.StepProposeHandOff, m)
	m = w.must("khorgos", transit.StepAcceptHandOff, m)
	declared := m.Declared
	declared.LRN = "FORGED"
	order := func(orgs ...string) peer.TxValidationCode {
		tx, err := w.people["khorgos"].Endorse(string(transit.FnGetRegistry), `{}`)
		require.NoError(t, err)
		forged, err := tx.Forged(ledger.DeclaredKey(m.ID), []byte(toJSON(declared)))
		require.NoError(t, err)
		b, err := w.ledger.Order(w.endorsedBy(forged, orgs...))
		require.NoError(t, err)
		return b.Codes()[0]
	}
	require.Equal(t, refused, order("CNMSP", "KGMSP", "CGMMSP", "CARECMSP"), "the former custodian and all others")
	require.Equal(t, refused, order("KZMSP"), "the custodian alone")
	require.Equal(t, peer.TxValidationCode_VALID, order("KZMSP", "KGMSP"), "what the policy asks for: the forgery is found by the ledger check")
}

func TestNobodyDeletesARecordToMakeItAnew(t *testing.T) {
	w := insured(t, 1)
	m := w.released("LRN-1")
	key := ledger.MovementKey(m.ID)
	tx, err := w.people["khorgos-cn"].Endorse(string(transit.FnProposeHandOff), w.ask(m))
	require.NoError(t, err)
	forged, err := tx.Forged(key, nil)
	require.NoError(t, err)
	for _, orgs := range [][]string{{"CNMSP"}, {"KZMSP", "KGMSP", "CGMMSP", "CARECMSP"}} {
		b, err := w.ledger.Order(w.endorsedBy(forged, orgs...))
		require.NoError(t, err)
		require.NotEqual(t, peer.TxValidationCode_VALID, b.Codes()[0], orgs)
	}
	require.NotNil(t, w.ledger.State(key))
}

func TestAnotherBuildAtOneOrganisationEndorsesNothing(t *testing.T) {
	w := insured(t, 1)
	m := w.must("urumqi", transit.StepAccept, w.lodged(document("LRN-1")))
	honest := genuine(t)
	require.NoError(t, w.ledger.Install("CNMSP", rogue(func(stub shim.ChaincodeStubInterface) *peer.Response {
		r := honest.Invoke(stub)
		b := fromJSON[transit.Balance](t, w.ledger.State(ledger.BalanceKey(terms(1).GRN, 0)))
		b.Available--
		if err := stub.PutState(ledger.BalanceKey(terms(1).GRN, 0), []byte(toJSON(b))); err != nil {
			return shim.Error(err.Error())
		}
		return r
	})))
	_, err := w.do("urumqi", transit.StepRelease, m, limit)
	require.ErrorIs(t, err, fakeledger.ErrMismatch)
	require.NoError(t, w.ledger.Install("CNMSP", honest))
	w.must("urumqi", transit.StepRelease, m, limit)
	w.checkLedger()
}

func TestTwoChangesOfAPolicyInOneBlockLeaveOne(t *testing.T) {
	w := insured(t, 1)
	m := w.must("khorgos-cn", transit.StepProposeHandOff, w.released("LRN-1"))
	accept, err := w.people["khorgos"].Endorse(string(transit.FnAcceptHandOff), w.ask(m))
	require.NoError(t, err)
	refuse, err := w.people["khorgos"].Endorse(string(transit.FnRefuseHandOff), w.ask(m, reason))
	require.NoError(t, err)
	b, err := w.ledger.Order(refuse, accept)
	require.NoError(t, err)
	require.Equal(t, []peer.TxValidationCode{peer.TxValidationCode_VALID, peer.TxValidationCode_ENDORSEMENT_POLICY_FAILURE}, b.Codes())
	w.checkLedger()
	w.must("khorgos", transit.StepAcceptHandOff, w.must("khorgos-cn", transit.StepProposeHandOff, m))
}

// TestWhatADeparturePeerMadeUpIsRefusedByTheOthers: the country of departure alone
// examines the content, but whatever of a face can be checked without the content, every
// endorser must check. Here China's peer vouches for faces that its honest code never makes.
func TestWhatADeparturePeerMadeUpIsRefusedByTheOthers(t *testing.T) {
	for name, change := range map[string]func(*transit.Face){
		"an identification that does not follow from declarant and LRN": func(f *transit.Face) { f.ID = f.ID[:13] + "7" },
		"another country's identification":                              func(f *transit.Face) { f.ID = "KZ" + f.ID[2:] },
		"an office of departure in another country":                     func(f *transit.Face) { f.Departure = border },
		"an office that is not registered":                              func(f *transit.Face) { f.Departure = "CN999999" },
		"a destination outside the last territory":                      func(f *transit.Face) { f.Destination = border },
		"no guarantee": func(f *transit.Face) {
			f.Guarantees, f.Guarantors = []transit.GuaranteeClaim{}, []string{}
		},
		"an amount below zero":                             func(f *transit.Face) { f.Guarantees[0].Amount.Minor = -5_000_000 },
		"an amount of nothing":                             func(f *transit.Face) { f.Guarantees[0].Amount.Minor = 0 },
		"a guarantee named twice":                          func(f *transit.Face) { f.Guarantees = append(f.Guarantees, f.Guarantees[0]) },
		"a guarantee that does not exist":                  func(f *transit.Face) { f.Guarantees[0].GRN = "\u0000" },
		"a guarantee without its guarantor":                func(f *transit.Face) { f.Guarantors = []string{} },
		"a holder who did not sign":                        func(f *transit.Face) { f.Holder = "CN000" },
		"a territory of an organisation that is none":      func(f *transit.Face) { f.Legs[1].MSP = "NOSUCHMSP" },
		"a territory in the hands of a guarantor":          func(f *transit.Face) { f.Legs[1].MSP = "CGMMSP" },
		"a territory given to another country's authority": func(f *transit.Face) { f.Legs[1].MSP = "KGMSP" },
		"a territory entered twice running":                func(f *transit.Face) { f.Legs[1] = f.Legs[0] },
		"a leg that is under way already":                  func(f *transit.Face) { f.Legs[2].State = transit.LegStarted },
		"a section without its digest":                     func(f *transit.Face) { f.Sections = f.Sections[:5] },
		"a section that is none":                           func(f *transit.Face) { f.Sections[0].Name = "gossip" },
		"a format of its own":                              func(f *transit.Face) { f.V = 2 },
		"a security code that is none":                     func(f *transit.Face) { f.Security = "x" },
		"a presentation of what is presented":              func(f *transit.Face) { f.Presentable = true },
		"an arrival on no day":                             func(f *transit.Face) { f.FirstArrival = "tomorrow" },
	} {
		t.Run(name, func(t *testing.T) {
			w := insured(t, 1)
			face, err := w.deposit("trader", document("LRN-1"), 1)
			require.NoError(t, err)
			change(face)
			w.forge("CNMSP", face)
			_, err = w.lodge(w.people["trader"], face)
			require.Error(t, err)
			require.NotEqual(t, transit.Internal, code(err))
		})
	}
}

// TestOneOrganisationCannotInflateAGuarantee goes all the way: Kazakhstan's peer vouches
// for a face in China's name that claims a negative amount of a Chinese holder's guarantee.
func TestOneOrganisationCannotInflateAGuarantee(t *testing.T) {
	w := insured(t, 1)
	face, err := w.deposit("trader", document("LRN-1"), 1)
	require.NoError(t, err)
	smuggler := w.ledger.Client("KZMSP", "smuggler", fakeledger.Attributes(map[string]string{"role": "trader", "operator": "KZ000000000001"}))
	face.Declarant = transit.Declarant{MSP: "KZMSP", Operator: "KZ000000000001"}
	face.Departure, face.Legs = border, face.Legs[1:]
	face.Guarantees[0].Amount.Minor = -5_000_000
	w.forge("KZMSP", face)
	m, err := w.lodge(smuggler, face)
	if err == nil {
		m = w.must("khorgos", transit.StepRelease, w.must("khorgos", transit.StepAccept, m), limit)
	}
	require.LessOrEqual(t, w.view().Available.Minor, terms(1).ReferenceAmount.Minor)
	require.Nil(t, m, "and Kazakhstan does not number movements of China")
}

func TestAnAmendmentComesThroughTheCountryOfDeparture(t *testing.T) {
	w := insured(t, 1)
	w.lodged(document("LRN-1"))
	std := document("LRN-1")
	face, err := w.deposit("trader", std, 2)
	require.NoError(t, err)
	face.Legs = []transit.Leg{{Country: "KG", MSP: "KGMSP", EntryOffice: border2, State: transit.LegExpected}}
	face.Guarantees[0].Amount.Minor = 1
	w.forge("KGMSP", face) // China's peer has not seen this one
	_, err = w.amend(face)
	require.Error(t, err)
}

func TestAGuaranteeIsRegisteredInTheFormThatTheChaincodeMakes(t *testing.T) {
	good := transit.AccessCode{Salt: strings.Repeat("00", 16), Hash: strings.Repeat("00", 32)}
	for name, change := range map[string]func(*transit.Guarantee){
		"hundreds of access codes":         func(g *transit.Guarantee) { g.AccessCodes = slices.Repeat([]transit.AccessCode{good}, 300) },
		"an access code that is no number": func(g *transit.Guarantee) { g.AccessCodes = []transit.AccessCode{{Salt: "zz", Hash: "zz"}} },
		"no access code":                   func(g *transit.Guarantee) { g.AccessCodes = []transit.AccessCode{} },
		"a sequence at its end":            func(g *transit.Guarantee) { g.Seq = 1<<53 - 1 },
		"a format of its own":              func(g *transit.Guarantee) { g.V = 2 },
		"messages of its own":              func(g *transit.Guarantee) { g.Messages = []string{"x"} },
	} {
		t.Run(name, func(t *testing.T) {
			w := founded(t)
			g := &transit.Guarantee{V: 1, Terms: terms(1), Seq: 1, AccessCodes: []transit.AccessCode{good}}
			change(g)
			value, err := transit.Canonical(g)
			require.NoError(t, err)
			w.plant("CGMMSP", ledger.UndertakingKey(g.Terms.GRN), value)
			_, err = w.people["clerk"].Submit(string(transit.FnRegister), toJSON(transit.RegisterRequest{MessageID: w.id(), Guarantee: *g}))
			if name == "messages of its own" && err == nil {
				stored := fromJSON[transit.Guarantee](t, w.ledger.State(ledger.GuaranteeKey(g.Terms.GRN)))
				require.NotContains(t, stored.Messages, "x")
				return
			}
			require.Error(t, err)
		})
	}
}

// ---- Guarantees and content of others

// asRepresentative is a declaration of the rival, who calls himself the holder's representative.
func asRepresentative(lrn string) *transit.STD {
	std := document(lrn)
	std.Representative = &transit.Representative{IdentificationNumber: "CN000", Status: "2"}
	return std
}

func TestAGuaranteeIsUsedWithItsHoldersSignatureOnly(t *testing.T) {
	w := insured(t, 1)
	face, err := w.deposit("rival", asRepresentative("LRN-1"), 1)
	if err != nil {
		require.Contains(t, []transit.Code{transit.NotAuthorised, transit.GuaranteeRefused}, code(err))
		return
	}
	m, err := w.lodge(w.people["rival"], face)
	require.NoError(t, err)
	w.must("urumqi", transit.StepRelease, w.must("urumqi", transit.StepAccept, m), limit)
	require.Zero(t, w.view().Locked.Minor, "the holder has signed nothing")
}

func TestAccessCodesDoNotTravelWithTheGoods(t *testing.T) {
	w := insured(t, 1)
	m := w.released("LRN-1")
	content, err := w.content("courier", "CNMSP", m.MRN)
	require.NoError(t, err)
	for _, s := range content.Sections {
		require.NotContains(t, string(s.Value), "A1B2", s.Name)
	}
}

func TestAStrangerLearnsNothingOfAGuaranteeByClaimingIt(t *testing.T) {
	w := insured(t, 1)
	std := document("LRN-1")
	std.Holder.IdentificationNumber = "CN000"
	std.Consignment.Consignor.IdentificationNumber = "CN000"
	std.Guarantees[0].GuaranteeType = "9"
	std.Guarantees[0].GuaranteeReferences[0].Currency = "USD"
	_, err := w.deposit("rival", std, 1)
	f := fault(t, err)
	require.Equal(t, transit.GuaranteeRefused, f.Code)
	require.Len(t, f.Violations, 1, "that it is not his, and nothing else")
	require.NotContains(t, f.Wire(), "EUR")
}

func TestContentIsForThePeopleOfTheRoute(t *testing.T) {
	w := insured(t, 1)
	m := w.lodged(document("LRN-1"))
	for _, who := range []string{"rival", "clerk", "analyst", "admin-CNMSP", "admin-CGMMSP"} {
		_, err := w.content(who, "CNMSP", m.ID)
		require.Equal(t, transit.NotAuthorised, code(err), who)
	}
	for _, who := range []string{"khorgos", "bishkek"} {
		_, err := w.content(who, "CNMSP", m.ID)
		require.Equal(t, transit.NotFound, code(err), "%s: not delivered to the own country yet", who)
	}
	_, err := w.people["courier"].With(fakeledger.Endorsers("KZMSP"), fakeledger.AtPeer("KZMSP"), fakeledger.Transient(map[string][]byte{})).
		Submit(string(transit.FnDeliver), toJSON(transit.DeliverRequest{Movement: m.ID, To: "KZMSP"}))
	require.Equal(t, transit.OutOfSequence, code(err), "before release nothing travels")
	require.Empty(t, w.ledger.Exposures(marker))
	require.Empty(t, w.ledger.Exposures("A1B2"), "nor does an access code become public")
}

func TestTheSameContentDoesNotShowByItsDigest(t *testing.T) {
	w := insured(t, 1)
	a, err := w.deposit("trader", document("LRN-1"), 1)
	require.NoError(t, err)
	seen := map[string]bool{}
	for _, s := range a.Sections {
		require.False(t, seen[s.Digest])
		seen[s.Digest] = true
		content := map[string]any{"content": json.RawMessage("{}"), "salt": "", "section": s.Name}
		guess, err := transit.Canonical(content)
		require.NoError(t, err)
		require.NotEqual(t, ledger.Digest(guess), s.Digest, "an empty section cannot be guessed without the salt")
	}
}

func TestABookmarkOfAnotherKindOfRecordIsRefused(t *testing.T) {
	w := insured(t, 1)
	out, err := w.people["analyst"].Evaluate(string(transit.FnListOffices), toJSON(transit.ListQuery{
		Bookmark: ledger.BalanceKey(terms(1).GRN, 0), Size: 5,
	}))
	if err == nil {
		var page transit.OfficePage
		require.NoError(t, json.Unmarshal(out, &page))
		for _, o := range page.Offices {
			require.NotEmpty(t, o.Reference)
		}
	}
}

func TestARefusalStaysReadable(t *testing.T) {
	w := insured(t, 1)
	items := strings.Repeat(`{"packaging":[{},{},{},{},{},{},{},{}]},`, 10_000) + "{}"
	std := `{"transitOperation":{"lrn":"L"},"customsOfficeOfDeparture":{"referenceNumber":"` + departure + `"},` +
		`"consignment":{"houseConsignments":[{"consignmentItems":[` + items + `]}]}}`
	_, err := w.people["trader"].With(fakeledger.AtPeer("CNMSP"), fakeledger.Transient(map[string][]byte{
		transit.TransientSTD: []byte(std), transit.TransientSalt: seed(),
	})).Evaluate(string(transit.FnDeposit), toJSON(transit.DepositRequest{Departure: departure, LRN: "L", Version: 1}))
	require.Less(t, len(fault(t, err).Wire()), 64<<10)
}

func TestAWaiverIsGrantedByCustoms(t *testing.T) {
	w := founded(t)
	waiver := terms(1)
	waiver.Type, waiver.Percentage = "0", 0
	codes := map[string][]byte{transit.TransientAccessCodes: []byte(`["A1B2"]`), transit.TransientSalt: seed()}
	receipt, err := w.people["clerk"].With(fakeledger.Transient(codes), fakeledger.Endorsers("CGMMSP"), fakeledger.AtPeer("CGMMSP")).
		Submit(string(transit.FnUndertake), toJSON(transit.UndertakeRequest{Terms: waiver}))
	if err == nil {
		g := fromJSON[transit.Guarantee](t, receipt.Payload())
		_, err = w.people["clerk"].Submit(string(transit.FnRegister), toJSON(transit.RegisterRequest{MessageID: w.id(), Guarantee: *g}))
	}
	require.Error(t, err)
}

func TestTextsAreMeasuredInCharactersOfAnyLanguage(t *testing.T) {
	w := insured(t, 1)
	m := w.lodged(document("LRN-1"))
	reject := func(reason string) error {
		_, err := w.people["urumqi"].Evaluate(string(transit.FnReject), w.ask(m, func(r *transit.StepRequest) { r.Reason = reason }))
		return err
	}
	require.NoError(t, reject(strings.Repeat("\u4e2d", 512)))
	err := reject("ok\x1b[2J\u202e")
	require.Equal(t, transit.MalformedRequest, code(err), "no control characters")
}

// TestAChangeOfAGuaranteeStandsBesideTheStepThatMadeIt: a reader who misses no step of a
// movement misses no change of its guarantees.
func TestAChangeOfAGuaranteeStandsBesideTheStepThatMadeIt(t *testing.T) {
	w := insured(t, 1)
	w.released("LRN-1")
	changes := 0
	for _, e := range w.ledger.Events() {
		steps := fromJSON[transit.EventPayload](t, e.GetPayload()).Steps
		for _, s := range steps {
			if s.Record == "guarantee" && s.Seq == 0 {
				changes++
				require.True(t, slices.ContainsFunc(steps, func(m transit.EventStep) bool { return m.Record == "movement" && m.Seq > 0 }))
			}
		}
	}
	require.Equal(t, 1, changes)
}

// ---- The registry

func (w *world) change(id string, c transit.Change, who ...string) error {
	w.t.Helper()
	receipt, err := w.people[who[0]].Submit(string(transit.FnPropose), toJSON(transit.ProposeRequest{ID: id, Change: c}))
	if err != nil {
		return err
	}
	digest := fromJSON[transit.Proposal](w.t, receipt.Payload()).Digest
	for _, name := range who[1:] {
		if _, err = w.people[name].Submit(string(transit.FnApprove), toJSON(transit.ApproveRequest{ID: id, Digest: digest})); err != nil {
			return err
		}
	}
	return nil
}

func TestAnOrganisationWithoutAPeerLocksNoMovement(t *testing.T) {
	w := insured(t, 1)
	uz := transit.Organisation{MSP: "UZMSP", Name: "Uzbekistan", Country: "UZ", Kind: transit.Customs}
	if w.change("p1", transit.Change{Organisation: &uz}, "admin-CNMSP", "admin-KZMSP") != nil {
		return
	}
	office := transit.Office{Reference: "UZ001001", Name: "Tashkent", MSP: "UZMSP", Roles: []string{"transit", "destination"}}
	require.NoError(t, w.change("p2", transit.Change{Office: &office}, "admin-CNMSP", "admin-KZMSP", "admin-KGMSP"))
	std := document("LRN-1")
	std.TransitOffices = []transit.TransitOffice{{SequenceNumber: 1, ReferenceNumber: "UZ001001"}}
	std.DestinationOffice.ReferenceNumber = "UZ001001"
	std.Consignment.CountryOfDestination = "UZ"
	m := w.must("urumqi", transit.StepRelease, w.must("urumqi", transit.StepAccept, w.lodged(std)), limit)
	m = w.must("urumqi", transit.StepProposeHandOff, m)
	_, err := w.do("urumqi", transit.StepWithdrawHandOff, m)
	require.NoError(t, err, "nobody can sign for an MSP without a peer, so the hand-off can never be ended")
}

func TestAnApprovalIsForTheRegistryAsItWas(t *testing.T) {
	w := founded(t)
	open := transit.Change{Office: &transit.Office{Reference: border, Name: "Khorgos", MSP: "KZMSP", Roles: []string{"transit"}}}
	receipt, err := w.people["admin-KZMSP"].Submit(string(transit.FnPropose), toJSON(transit.ProposeRequest{ID: "p1", Change: open}))
	require.NoError(t, err)
	require.NoError(t, w.change("p2", transit.Change{CloseOffice: border}, "admin-KZMSP", "admin-CNMSP"))
	_, err = w.people["admin-KGMSP"].Submit(string(transit.FnApprove),
		toJSON(transit.ApproveRequest{ID: "p1", Digest: fromJSON[transit.Proposal](t, receipt.Payload()).Digest}))
	require.Equal(t, transit.Stale, code(err), "Kazakhstan has closed the office since")
}

func TestAnOfficeWithoutRolesDoesNotSpoilTheList(t *testing.T) {
	w := founded(t)
	const change = `{"office":{"reference":"KZ999999","name":"x","msp":"KZMSP"}}`
	_, err := w.people["admin-KZMSP"].Submit(string(transit.FnPropose), `{"id":"p1","change":`+change+`}`)
	require.Error(t, err)
}

func TestVotesAreCountedOncePerCustomsAuthority(t *testing.T) {
	w := founded(t)
	second := w.ledger.Client("KZMSP", "second-admin", fakeledger.AsRole(fakeledger.RoleAdmin))
	receipt, err := w.people["admin-KZMSP"].Submit(string(transit.FnPropose), toJSON(transit.ProposeRequest{
		ID: "p1", Change: transit.Change{CloseOffice: border},
	}))
	require.NoError(t, err)
	approve := toJSON(transit.ApproveRequest{ID: "p1", Digest: fromJSON[transit.Proposal](t, receipt.Payload()).Digest})
	_, err = second.Submit(string(transit.FnApprove), approve)
	require.Equal(t, transit.Duplicate, code(err))
	a, err := w.people["admin-CNMSP"].Endorse(string(transit.FnApprove), approve)
	require.NoError(t, err)
	b, err := w.people["admin-KGMSP"].Endorse(string(transit.FnApprove), approve)
	require.NoError(t, err)
	block, err := w.ledger.Order(a, b)
	require.NoError(t, err)
	require.Equal(t, []peer.TxValidationCode{peer.TxValidationCode_VALID, peer.TxValidationCode_MVCC_READ_CONFLICT}, block.Codes())
	joins := transit.Organisation{MSP: "UZMSP", Name: "Uzbekistan", Country: "UZ", Kind: transit.Customs}
	for i, who := range []string{"admin-CNMSP", "admin-KZMSP"} {
		_, err := w.people[who].Submit(string(transit.FnPropose), toJSON(transit.ProposeRequest{
			ID: fmt.Sprintf("j%d", i), Change: transit.Change{Organisation: &joins},
		}))
		require.NoError(t, err, "the same change under two proposals is one vote in each")
	}
	out, err := w.people["analyst"].Evaluate(string(transit.FnGetRegistry), "{}")
	require.NoError(t, err)
	require.Len(t, fromJSON[transit.Consortium](t, out).Organisations, 5)
}

func TestClosingAnOfficeDoesNotStrandWhatIsUnderWay(t *testing.T) {
	w := insured(t, 1)
	m := w.must("khorgos-cn", transit.StepProposeHandOff, w.released("LRN-1"))
	require.NoError(t, w.change("p1", transit.Change{CloseOffice: border}, "admin-KZMSP", "admin-CNMSP"))
	require.NoError(t, w.change("p2", transit.Change{CloseOffice: inland}, "admin-KGMSP", "admin-CNMSP"))
	m = w.must("khorgos", transit.StepAcceptHandOff, m)
	m = w.must("akjol", transit.StepAcceptHandOff, w.must("korday", transit.StepProposeHandOff, m))
	m = w.must("bishkek", transit.StepRecordResults, w.must("bishkek", transit.StepArrive, m), a1)
	w.must("bishkek", transit.StepDischarge, m)
	w.checkLedger()
}
