package fakeledger_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"carec.example/cats/chaincode/fakeledger"
)

func TestASubmittedWriteIsReadableAfterwards(t *testing.T) {
	l := network(t, basics())
	c := l.Client("KZ", "officer")
	r := submit(t, c, "put", "a", "1")
	require.Equal(t, valid, r.Code)
	require.Equal(t, uint64(1), r.Block)
	got, err := c.Evaluate("get", "a")
	require.NoError(t, err)
	require.Equal(t, "1", string(got))
	require.Equal(t, uint64(2), l.Height())
}

func TestATransactionDoesNotReadItsOwnWrites(t *testing.T) {
	cc := functions{"f": func(s stub, _ []string) (string, error) {
		if err := s.PutState("a", []byte("new")); err != nil {
			return "", err
		}
		v, err := s.GetState("a")
		return string(v), err
	}}
	l := network(t, cc)
	c := l.Client("KZ", "officer")
	require.Empty(t, submit(t, c, "f").Payload())
	require.Equal(t, "new", string(submit(t, c, "f").Payload()))
}

func TestOfTwoChangesOfOneKeyInABlockTheSecondConflicts(t *testing.T) {
	l := network(t, basics())
	c := l.Client("KZ", "officer")
	submit(t, c, "put", "a", "0")
	one, two := endorse(t, c, "change", "a", "1"), endorse(t, c, "change", "a", "2")
	require.Equal(t, codes{valid, conflict}, order(t, l, one, two))
	require.Equal(t, "01", string(l.State("a")))
}

func TestTheOrderInTheBlockDecidesARace(t *testing.T) {
	l := network(t, basics())
	c := l.Client("KZ", "officer")
	one, two := endorse(t, c, "change", "a", "1"), endorse(t, c, "change", "a", "2")
	require.Equal(t, codes{valid, conflict}, order(t, l, two, one))
	require.Equal(t, "2", string(l.State("a")))
}

func TestTwoCreationsOfOneKeyCannotBothCommit(t *testing.T) {
	l := network(t, basics())
	one := endorse(t, l.Client("KZ", "a"), "change", "new", "1")
	two := endorse(t, l.Client("KG", "b"), "change", "new", "2")
	require.Equal(t, codes{valid}, order(t, l, one))
	require.Equal(t, codes{conflict}, order(t, l, two))
}

func TestBlindWritesNeverConflict(t *testing.T) {
	l := network(t, basics())
	c := l.Client("KZ", "officer")
	one, two := endorse(t, c, "put", "a", "1"), endorse(t, c, "put", "a", "2")
	require.Equal(t, codes{valid, valid}, order(t, l, one, two))
	require.Equal(t, "2", string(l.State("a")))
}

func TestReadersOfOneKeyDoNotConflict(t *testing.T) {
	l := network(t, basics())
	c := l.Client("KZ", "officer")
	submit(t, c, "put", "a", "1")
	require.Equal(t, codes{valid, valid}, order(t, l, endorse(t, c, "get", "a"), endorse(t, c, "get", "a")))
}

func TestWriteSkewIsPrevented(t *testing.T) {
	cc := basics()
	cc["skew"] = func(s stub, a []string) (string, error) {
		for _, key := range []string{"x", "y"} {
			if _, err := s.GetState(key); err != nil {
				return "", err
			}
		}
		return "", s.PutState(a[0], []byte("0"))
	}
	l := network(t, cc)
	c := l.Client("KZ", "officer")
	submit(t, c, "put", "x", "1", "y", "1")
	require.Equal(t, codes{valid, conflict}, order(t, l, endorse(t, c, "skew", "x"), endorse(t, c, "skew", "y")))
}

func TestAHeldTransactionCommitsWeeksLaterUnlessWhatItReadChanged(t *testing.T) {
	l := network(t, basics())
	c := l.Client("KZ", "officer")
	submit(t, c, "put", "a", "0")
	held := endorse(t, c, "change", "a", "1")
	stale := endorse(t, c, "change", "a", "2")
	l.Advance(60 * 24 * time.Hour)
	submit(t, c, "put", "other", "x")
	require.Equal(t, codes{valid}, order(t, l, held))
	require.Equal(t, codes{conflict}, order(t, l, stale))
}

func TestADeletionSpoilsReadsInTheSameBlock(t *testing.T) {
	l := network(t, basics())
	c := l.Client("KZ", "officer")
	submit(t, c, "put", "a", "0")
	require.Equal(t, codes{valid, conflict}, order(t, l, endorse(t, c, "del", "a"), endorse(t, c, "change", "a", "1")))
	require.Nil(t, l.State("a"))
}

func TestATransactionIDIsUsedOnce(t *testing.T) {
	l := network(t, basics())
	c := l.Client("KZ", "officer")
	tx := endorse(t, c, "put", "a", "1")
	require.Equal(t, codes{valid, twice}, order(t, l, tx, tx))
	require.Equal(t, codes{twice}, order(t, l, tx))

	t.Run("even if its first use was invalid", func(t *testing.T) {
		loser := endorse(t, c, "change", "a", "2")
		submit(t, c, "put", "a", "3")
		require.Equal(t, codes{conflict}, order(t, l, loser))
		require.Equal(t, codes{twice}, order(t, l, loser))
	})
}

func TestAFailedSubmissionTellsItsCode(t *testing.T) {
	l := network(t, basics())
	c := l.Client("KZ", "officer")
	r, err := c.With(fakeledger.Endorsers("KZ")).Submit("put", "a", "1")
	var commit *fakeledger.CommitError
	require.ErrorAs(t, err, &commit)
	require.Equal(t, policy, commit.Code)
	require.Equal(t, r.ID(), commit.TxID)
	require.Nil(t, l.State("a"))
	require.Len(t, l.Blocks(), 1, "invalid transactions are stored, too")
}

func TestEmptyValuesDelete(t *testing.T) {
	l := network(t, basics())
	c := l.Client("KZ", "officer")
	submit(t, c, "put", "a", "1")
	submit(t, c, "put", "a", "")
	require.Nil(t, l.State("a"))
	require.Empty(t, l.States("", ""))
}

func TestHistoryListsValidWritesNewestFirst(t *testing.T) {
	cc := basics()
	cc["history"] = func(s stub, a []string) (string, error) {
		it, err := s.GetHistoryForKey(a[0])
		if err != nil {
			return "", err
		}
		out := ""
		for it.HasNext() {
			m, err := it.Next()
			if err != nil {
				return "", err
			}
			out += fmt.Sprintf("%s@%s/%v;", m.GetValue(), m.GetTimestamp().AsTime().Format("15:04"), m.GetIsDelete())
		}
		return out, it.Close()
	}
	l := network(t, cc)
	c := l.Client("KZ", "officer")
	submit(t, c, "put", "a", "1")
	stale := endorse(t, c, "change", "a", "9")
	l.Advance(time.Minute)
	submit(t, c, "put", "a", "2")
	order(t, l, stale)
	l.Advance(time.Minute)
	submit(t, c, "guard", "a", "KZ", "KG")
	submit(t, c, "del", "a")
	got, err := c.Evaluate("history", "a")
	require.NoError(t, err)
	require.Equal(t, "@00:02/true;2@00:01/false;1@00:00/false;", string(got))
}

func TestEventsOfValidTransactionsAreDelivered(t *testing.T) {
	l := network(t, basics())
	c := l.Client("KZ", "officer")
	submit(t, c, "event", "first", "last")
	_, err := c.With(fakeledger.Endorsers("KZ")).Submit("event", "invalid")
	require.Error(t, err)
	_, err = c.Submit("event", "")
	require.ErrorContains(t, err, "event name can not be empty string")
	events := l.Events()
	require.Len(t, events, 1)
	require.Equal(t, "last", events[0].GetEventName())
	require.Equal(t, "payload of last", string(events[0].GetPayload()))
	require.Equal(t, l.Blocks()[0].Receipts[0].ID(), events[0].GetTxId())
}

func TestConcurrentCountersLoseNoIncrement(t *testing.T) {
	cc := basics()
	cc["count"] = func(s stub, a []string) (string, error) {
		old, err := s.GetState(a[0])
		if err != nil {
			return "", err
		}
		return "", s.PutState(a[0], append(old, '|'))
	}
	l := network(t, cc)
	const workers, each = 8, 12
	var wg sync.WaitGroup
	for w := range workers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			c := l.Client([]string{"KZ", "KG", "UZ"}[w%3], fmt.Sprintf("worker-%d", w))
			done := 0
			for done < each {
				_, err := c.Submit("count", "n")
				var commit *fakeledger.CommitError
				switch {
				case err == nil:
					done++
				case errors.As(err, &commit) && commit.Code == conflict, errors.Is(err, fakeledger.ErrMismatch):
				default:
					t.Error(err)
					return
				}
			}
		}()
	}
	wg.Wait()
	require.Len(t, l.State("n"), workers*each)
}

// Whatever transactions race, the valid ones leave the state that running them one after the other leaves.
func TestValidTransactionsAreSerializable(t *testing.T) {
	cc := functions{"mix": func(s stub, a []string) (string, error) {
		sum := a[2]
		for _, key := range a[0] {
			v, err := s.GetState(string(key))
			if err != nil {
				return "", err
			}
			sum += string(v)
		}
		return "", s.PutState(a[1], []byte(fmt.Sprintf("%x", len(sum)*31+int(sum[0]))))
	}}
	rapid.Check(t, func(rt *rapid.T) {
		racing, serial := alone(t, cc), alone(t, cc)
		key := rapid.StringMatching("[a-d]")
		for range rapid.IntRange(1, 4).Draw(rt, "blocks") {
			var txs []*fakeledger.Transaction
			var calls [][]string
			for i := range rapid.IntRange(1, 5).Draw(rt, "transactions") {
				args := []string{
					rapid.StringMatching("[a-d]{0,3}").Draw(rt, "reads"), key.Draw(rt, "writes"), fmt.Sprint(i, len(calls)),
				}
				calls = append(calls, args)
				txs = append(txs, endorse(t, racing.Client("KZ", "c"), "mix", args...))
			}
			for i, code := range order(t, racing, txs...) {
				if code == valid {
					submit(t, serial.Client("KZ", "c"), "mix", calls[i]...)
				}
			}
			require.Equal(rt, serial.States("", ""), racing.States("", ""))
		}
	})
}
