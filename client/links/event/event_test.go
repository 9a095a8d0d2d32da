package event_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/links/event"
)

func step(record, name string) transit.EventStep {
	return transit.EventStep{Record: record, ID: "CN4TB0Q9V7HWKX", Step: name, By: "CNMSP"}
}

func TestEveryStepOfTheProcedureHasATypeOfItsOwn(t *testing.T) {
	seen := map[string]string{}
	for _, row := range transit.Procedure() {
		kind := event.TypeOf(step("movement", string(row.Step)))
		require.NotContains(t, kind, ".changed", row.Step)
		if other, taken := seen[kind]; taken {
			require.Equal(t, other, string(row.Step))
		}
		seen[kind] = string(row.Step)
	}
	require.Equal(t, "org.carec.cats.movement.released", event.TypeOf(step("movement", "Release")))
	require.Equal(t, "org.carec.cats.movement.lodged", event.TypeOf(step("movement", string(transit.StepLodge))))
}

func TestTypesAreDistinct(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range event.Types() {
		require.False(t, seen[k.Name], k.Name)
		require.Regexp(t, `^[a-z]+(\.[a-z]+(-[a-z]+)*)+$`, k.Name)
		seen[k.Name] = true
	}
}

func TestAStepOfANewerLedgerIsToldAsAChange(t *testing.T) {
	require.Equal(t, "org.carec.cats.movement.changed", event.TypeOf(step("movement", "Teleport")))
	require.Equal(t, "org.carec.cats.record.changed", event.TypeOf(step("x\ny", "Teleport")))
}

func TestAnEventTellsWhatTheRecordShowsUnderTheLedgersPlace(t *testing.T) {
	first := step("movement", "Release")
	first.MRN, first.Seq, first.From, first.To = "26CNRZZ6S4CA8HDPJ5", 5, transit.Accepted, transit.Released
	second := transit.EventStep{
		Record: "guarantee", ID: "26KZCGM0000000015", Step: "locked", By: "CNMSP", Change: &transit.Money{Minor: -100, Currency: "EUR"},
	}
	e := &cats.Event{BlockNumber: 7, TransactionID: "5f1c", Payload: transit.EventPayload{V: 1, Steps: []transit.EventStep{first, second}}}
	events := event.Of("transit", e)
	require.Len(t, events, 2)
	raw, err := events[0].Encode()
	require.NoError(t, err)
	require.JSONEq(t, `{"specversion":"1.0","id":"7.5f1c.0","source":"/channels/transit","type":"org.carec.cats.movement.released",
		"subject":"26CNRZZ6S4CA8HDPJ5","datacontenttype":"application/json","data":{"blockNumber":7,"transactionId":"5f1c",
		"record":"movement","id":"CN4TB0Q9V7HWKX","mrn":"26CNRZZ6S4CA8HDPJ5","seq":5,"step":"Release","from":"accepted",
		"to":"released","by":"CNMSP"}}`, string(raw))
	require.Equal(t, "7.5f1c.1", events[1].ID)
	require.Equal(t, "26KZCGM0000000015", events[1].Subject)
	require.Equal(t, "org.carec.cats.guarantee.usage.locked", events[1].Type)
}

// Every field of a step is told, one that the ledger comes to have included.
func TestAChangeHasEveryFieldOfAStep(t *testing.T) {
	fields := func(of reflect.Type) map[string]string {
		out := map[string]string{}
		for _, f := range reflect.VisibleFields(of) {
			out[f.Tag.Get("json")] = f.Type.String()
		}
		return out
	}
	change := fields(reflect.TypeFor[event.Change]())
	for name, kind := range fields(reflect.TypeFor[transit.EventStep]()) {
		require.Equal(t, kind, change[name], name)
	}
	full := transit.EventStep{
		Record: "movement", ID: "I", MRN: "M", Seq: 3, Step: "Accept", From: "a", To: "b", Custodian: "c", By: "d", Office: "e",
		Change: &transit.Money{Minor: 1, Currency: "EUR"},
	}
	told, err := json.Marshal(event.Of("x", &cats.Event{Payload: transit.EventPayload{Steps: []transit.EventStep{full}}})[0].Data)
	require.NoError(t, err)
	var back transit.EventStep
	require.NoError(t, json.Unmarshal(told, &back))
	require.Equal(t, full, back)
}

func TestWishesNameTypesOrTheirBeginnings(t *testing.T) {
	const released = "org.carec.cats.movement.released"
	for name, c := range map[string]struct {
		wishes []string
		want   bool
	}{
		"no wishes ask for all":                 {nil, true},
		"a whole type":                          {[]string{released}, true},
		"a type without the prefix":             {[]string{"movement.released"}, true},
		"the record":                            {[]string{"guarantee", "movement"}, true},
		"a beginning that is no whole word":     {[]string{"movement.rel"}, false},
		"another type":                          {[]string{"movement.accepted"}, false},
		"a type of which this is the beginning": {[]string{"movement.released.twice"}, false},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.want, event.Matches(c.wishes, released)) })
	}
	require.True(t, event.Known("guarantee.usage"))
	require.False(t, event.Known("weather"))
}
