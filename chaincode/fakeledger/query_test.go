package fakeledger_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"carec.example/cats/chaincode/fakeledger"
)

func queries() functions {
	f := basics()
	f["putc"] = func(s stub, a []string) (string, error) {
		key, err := s.CreateCompositeKey(a[0], a[1:])
		if err != nil {
			return "", err
		}
		return "", s.PutState(key, []byte(strings.Join(a[1:], "")))
	}
	f["partial"] = func(s stub, a []string) (string, error) {
		it, err := s.GetStateByPartialCompositeKey(a[0], a[1:])
		if err != nil {
			return "", err
		}
		return values(it)
	}
	// first reads only the first result of a range and writes a key.
	f["first"] = func(s stub, a []string) (string, error) {
		it, err := s.GetStateByRange(a[0], a[1])
		if err != nil {
			return "", err
		}
		if _, err := it.Next(); err != nil {
			return "", err
		}
		return "", s.PutState("seen", []byte("1"))
	}
	f["page"] = func(s stub, a []string) (string, error) {
		size, _ := strconv.Atoi(a[2])
		return describe(s.GetStateByRangeWithPagination(a[0], a[1], int32(size), a[3]))
	}
	f["pagec"] = func(s stub, a []string) (string, error) {
		size, _ := strconv.Atoi(a[0])
		return describe(s.GetStateByPartialCompositeKeyWithPagination(a[2], a[3:], int32(size), a[1]))
	}
	f["pageall"] = func(s stub, a []string) (string, error) {
		size, _ := strconv.Atoi(a[0])
		return describe(s.GetAllStatesCompositeKeyWithPagination(int32(size), a[1]))
	}
	return f
}

func values(it shim.StateQueryIteratorInterface) (string, error) {
	var out []string
	for it.HasNext() {
		kv, err := it.Next()
		if err != nil {
			return "", err
		}
		out = append(out, string(kv.GetValue()))
	}
	return strings.Join(out, ","), it.Close()
}

func describe(it shim.StateQueryIteratorInterface, m *peer.QueryResponseMetadata, err error) (string, error) {
	if err != nil {
		return "", err
	}
	list, err := values(it)
	return fmt.Sprintf("%s #%d %q", list, m.GetFetchedRecordsCount(), m.GetBookmark()), err
}

func fill(t testing.TB, c *fakeledger.Client, n int) {
	t.Helper()
	var args []string
	for i := range n {
		args = append(args, fmt.Sprintf("k%03d", i), fmt.Sprint(i))
	}
	submit(t, c, "put", args...)
}

func evaluate(t testing.TB, c *fakeledger.Client, function string, args ...string) string {
	t.Helper()
	got, err := c.Evaluate(function, args...)
	require.NoError(t, err)
	return string(got)
}

func TestRangesAreInByteOrderAndExcludeTheirEnd(t *testing.T) {
	l := network(t, queries())
	c := l.Client("KZ", "o")
	submit(t, c, "put", "b", "2", "a", "1", "ab", "3", "Z", "4", "é", "5")
	submit(t, c, "putc", "type", "x")
	require.Equal(t, "Z=4;a=1;ab=3;b=2;é=5;", evaluate(t, c, "list", "", ""), "composite keys do not show")
	require.Equal(t, "a=1;ab=3;", evaluate(t, c, "list", "a", "b"))
	require.Empty(t, evaluate(t, c, "list", "b", "a"))
	_, err := c.Evaluate("list", "\x00type", "")
	require.ErrorContains(t, err, "first character of the key")
}

func TestRangesSeeCommittedKeysOnly(t *testing.T) {
	f := queries()
	f["writelist"] = func(s stub, a []string) (string, error) {
		if err := s.PutState("new", []byte("1")); err != nil {
			return "", err
		}
		return f["list"](s, a)
	}
	l := network(t, f)
	c := l.Client("KZ", "o")
	require.Empty(t, submit(t, c, "writelist", "", "").Payload())
	require.Equal(t, "new=1;", string(submit(t, c, "writelist", "", "").Payload()))
}

func TestCompositeKeysMatchWholeAttributes(t *testing.T) {
	l := network(t, queries())
	c := l.Client("KZ", "o")
	for _, attrs := range [][]string{{"DE1", "a"}, {"DE10", "b"}, {"DE1", "c"}} {
		submit(t, c, "putc", append([]string{"office"}, attrs...)...)
	}
	require.Equal(t, "DE1a,DE1c", evaluate(t, c, "partial", "office", "DE1"))
	require.Equal(t, "DE1a,DE1c,DE10b", evaluate(t, c, "partial", "office"))
	list, err := l.StateByPartialCompositeKey("office", "DE10")
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.Equal(t, fakeledger.CompositeKey("office", "DE10", "b"), list[0].Key)
	require.Equal(t, "DE10b", string(list[0].Value))
	for _, bad := range []string{"a\x00b", "\U0010ffff", "\xff"} {
		_, err := c.Evaluate("putc", "office", bad)
		require.Error(t, err)
		_, err = c.Evaluate("partial", "office", bad)
		require.Error(t, err)
	}
}

func TestPhantomsAreFoundAtCommit(t *testing.T) {
	for name, c := range map[string]struct {
		function string
		args     []string
		want     peer.TxValidationCode
	}{
		"an insertion in the range":    {"put", []string{"k0005", "x"}, phantom},
		"an insertion behind it":       {"put", []string{"x", "x"}, valid},
		"an insertion at its open end": {"put", []string{"k9", "x"}, valid},
		"a change of a key":            {"put", []string{"k001", "x"}, phantom},
		"a deletion":                   {"del", []string{"k002"}, phantom},
		"a policy change":              {"guard", []string{"k002", "KZ", "KG"}, phantom},
	} {
		t.Run(name, func(t *testing.T) {
			l := network(t, queries())
			o := l.Client("KZ", "o")
			fill(t, o, 5)
			reader := endorse(t, o, "list", "k", "k9")
			again := endorse(t, o, "list", "k", "k9")
			change := endorse(t, o, c.function, c.args...)
			require.Equal(t, codes{valid, c.want}, order(t, l, change, reader), "in one block")
			require.Equal(t, codes{c.want}, order(t, l, again), "in the next block")
		})
	}
}

func TestQueriesReadAheadOfTheChaincode(t *testing.T) {
	insert := func(key string, n int) codes {
		l := network(t, queries())
		c := l.Client("KZ", "o")
		fill(t, c, n)
		tx := endorse(t, c, "first", "k", "l")
		return order(t, l, endorse(t, c, "put", key, "x"), tx)
	}
	require.Equal(t, codes{valid, phantom}, insert("k0505", 100), "one result was taken, a hundred were read")
	require.Equal(t, codes{valid, phantom}, insert("k999", 100), "up to the end of the range")
	require.Equal(t, codes{valid, phantom}, insert("k0995", 200), "and one more than a hundred")
	require.Equal(t, codes{valid, valid}, insert("k1005", 200), "but not beyond")
}

func TestIteratorsRunThroughSeveralBatches(t *testing.T) {
	for _, n := range []int{0, 1, 99, 100, 101, 200, 201, 350} {
		l := network(t, queries())
		c := l.Client("KZ", "o")
		if n > 0 {
			fill(t, c, n)
		}
		require.Equal(t, n, strings.Count(evaluate(t, c, "list", "k", "l"), ";"))
		require.Equal(t, codes{valid}, order(t, l, endorse(t, c, "list", "k", "l")))
	}
}

func TestPages(t *testing.T) {
	l := network(t, queries())
	c := l.Client("KZ", "o")
	fill(t, c, 5)
	for _, a := range []string{"1", "2", "3"} {
		submit(t, c, "putc", "x", a)
	}
	submit(t, c, "putc", "y", "4")
	require.Equal(t, `0,1 #2 "k002"`, evaluate(t, c, "page", "", "", "2", ""))
	require.Equal(t, `2,3 #2 "k004"`, evaluate(t, c, "page", "", "", "2", "k002"))
	require.Equal(t, `4 #1 ""`, evaluate(t, c, "page", "", "", "2", "k004"))
	require.Equal(t, `0,1,2,3,4 #5 ""`, evaluate(t, c, "page", "", "", "5", ""))
	require.Equal(t, `0,1,2,3,4 #0 ""`, evaluate(t, c, "page", "", "", "0", ""), "no size, no bookmark: a plain range")
	require.Equal(t, fmt.Sprintf(`1,2 #2 %q`, fakeledger.CompositeKey("x", "3")), evaluate(t, c, "pagec", "2", "", "x"))
	require.Equal(t, fmt.Sprintf(`1,2,3 #3 %q`, fakeledger.CompositeKey("y", "4")), evaluate(t, c, "pageall", "3", ""))
	require.Equal(t, `4 #1 ""`, evaluate(t, c, "pageall", "3", fakeledger.CompositeKey("y", "4")))
}

func TestPagesExcludeWrites(t *testing.T) {
	f := queries()
	f["pagewrite"] = func(s stub, a []string) (string, error) {
		if _, err := f["page"](s, a); err != nil {
			return "", err
		}
		return "", s.PutState("a", []byte("1"))
	}
	f["writepage"] = func(s stub, a []string) (string, error) {
		if err := s.SetStateValidationParameter("a", nil); err != nil {
			return "", err
		}
		return f["page"](s, a)
	}
	l := network(t, f)
	c := l.Client("KZ", "o")
	_, err := c.Evaluate("pagewrite", "", "", "2", "")
	require.ErrorContains(t, err, "unsuppored transaction. Transaction has already performed a paginated query. Writes are not allowed")
	_, err = c.Evaluate("writepage", "", "", "2", "")
	require.ErrorContains(t, err, "unsuppored transaction. Paginated queries are supported only in a read-only transaction")
}

func TestRichQueriesFail(t *testing.T) {
	l := network(t, functions{
		"rich": func(s stub, _ []string) (string, error) { _, err := s.GetQueryResult("{}"); return "", err },
		"richpage": func(s stub, _ []string) (string, error) {
			_, _, err := s.GetQueryResultWithPagination("{}", 1, "")
			return "", err
		},
		"richprivate": func(s stub, _ []string) (string, error) {
			_, err := s.GetPrivateDataQueryResult("_implicit_org_KZ", "{}")
			return "", err
		},
	})
	for _, function := range []string{"rich", "richpage", "richprivate"} {
		_, err := l.Client("KZ", "o").Evaluate(function)
		require.ErrorContains(t, err, "not supported for leveldb")
	}
}

// A range query holds its transaction back exactly when the same query would now give other keys or versions.
func TestPhantomCheckEqualsRepeatingTheQuery(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		l := alone(t, queries())
		c := l.Client("KZ", "o")
		key := rapid.StringMatching("[a-e]")
		submit(t, c, "put", "a", "0", "c", "0", "e", "0")
		from, to := key.Draw(rt, "from"), rapid.StringMatching("[a-e]?").Draw(rt, "to")
		reader := endorse(t, c, "list", from, to)
		touched := false
		var txs []*fakeledger.Transaction
		for range rapid.IntRange(0, 3).Draw(rt, "changes") {
			k := key.Draw(rt, "key")
			exists := l.State(k) != nil || touchedBefore(txs, k)
			deletion := rapid.Bool().Draw(rt, "delete")
			if deletion {
				txs = append(txs, endorse(t, c, "del", k))
			} else {
				txs = append(txs, endorse(t, c, "put", k, "1"))
			}
			inside := k >= from && (to == "" || k < to)
			touched = touched || inside && (!deletion || exists)
		}
		list := order(t, l, append(txs, reader)...)
		if !touched {
			require.Equal(rt, valid, list[len(list)-1])
			return
		}
		// A key put and deleted again in one block leaves the range as it was.
		require.Contains(rt, codes{valid, phantom}, list[len(list)-1])
		if list[len(list)-1] == valid {
			require.Equal(rt, string(reader.Payload()), evaluate(t, c, "list", from, to))
		}
	})
}

func touchedBefore(txs []*fakeledger.Transaction, key string) bool {
	for _, tx := range txs {
		if tx.WrittenKeys()[0] == key {
			return true
		}
	}
	return false
}
