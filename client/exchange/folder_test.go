package exchange_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/exchange"
)

type folders struct{ in, out string }

func newFolders(t testing.TB) folders {
	t.Helper()
	root := t.TempDir()
	return folders{filepath.Join(root, "in"), filepath.Join(root, "out")}
}

func (f folders) open(t testing.TB, x *exchange.Exchange) *exchange.Folder {
	t.Helper()
	folder, err := exchange.NewFolder(x, f.in, f.out, time.Millisecond, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(func() { _ = folder.Close() })
	return folder
}

func (f folders) drop(t testing.TB, name string, message []byte) {
	t.Helper()
	require.NoError(t, os.MkdirAll(f.in, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(f.in, name), message, 0o600))
}

// names are the files of a folder that are not hidden, without digests.
func names(t testing.TB, parts ...string) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(parts...))
	require.NoError(t, err)
	found := []string{}
	for _, e := range entries {
		if e.IsDir() || strings.HasPrefix(e.Name(), ".") || e.Name() == "lock" || e.Name() == "cursor.json" {
			continue
		}
		found = append(found, e.Name())
	}
	return found
}

// settle looks until nothing is left to look at.
func settle(t testing.TB, f *exchange.Folder) {
	t.Helper()
	for more := true; more; {
		var err error
		more, err = f.Once(context.Background())
		require.NoError(t, err)
	}
}

func TestFilesAreTakenAndAnswered(t *testing.T) {
	w := newWorld(t)
	f := newFolders(t)
	folder := f.open(t, exchange.Over(w.at("trader")))
	f.drop(t, "first.xml", lodgement(t, "LRN-1"))
	f.drop(t, "bad.XML", []byte("hello"))
	f.drop(t, ".hidden.xml", []byte("x"))
	f.drop(t, "notes.txt", []byte("x"))
	settle(t, folder)
	require.Equal(t, []string{"notes.txt"}, names(t, f.in))
	require.Empty(t, names(t, f.in, "work"))
	require.Len(t, names(t, f.in, "done"), 1)
	require.Len(t, names(t, f.in, "rejected"), 2, "the file, and its answer beside")
	require.Len(t, names(t, f.out), 2)

	m := w.only()
	w.step("urumqi", transit.StepAccept, transit.StepRequest{Movement: m.ID})
	settle(t, folder)
	said := heard(t, exchange.Over(w.at("trader")))
	require.Len(t, said, 2)
	for _, a := range said {
		text, err := os.ReadFile(filepath.Join(f.out, a.Kind+"-"+a.ID+".xml"))
		require.NoError(t, err)
		require.Equal(t, string(a.Text), string(text), "the same as without files")
	}

	height := len(w.ledger.Blocks())
	f.drop(t, "again.xml", lodgement(t, "LRN-1"))
	settle(t, folder)
	require.Len(t, w.ledger.Blocks(), height, "the same bytes once")
	require.Len(t, names(t, f.out), 3)
	_, err := exchange.NewFolder(exchange.Over(w.at("trader")), f.in, f.out, time.Second, slog.New(slog.DiscardHandler))
	require.ErrorContains(t, err, "another connector works on it")
}

func TestAFileThatIsStillWrittenIsLeftAlone(t *testing.T) {
	w := newWorld(t)
	f := newFolders(t)
	folder := f.open(t, exchange.Over(w.at("trader")))
	message := lodgement(t, "LRN-1")
	for _, part := range []int{100, 500, len(message) - 1} {
		f.drop(t, "slow.xml", message[:part])
		more, err := folder.Once(context.Background())
		require.NoError(t, err)
		require.True(t, more)
		require.Equal(t, []string{"slow.xml"}, names(t, f.in))
	}
	f.drop(t, "slow.xml", message)
	settle(t, folder)
	require.Len(t, names(t, f.in, "done"), 1)
}

func TestAMessageThatCannotBePostedStaysAndHoldsNobodyUp(t *testing.T) {
	w := newWorld(t)
	s := w.at("trader")
	down := true
	s.before = func() error {
		if down {
			return context.DeadlineExceeded
		}
		return nil
	}
	f := newFolders(t)
	folder := f.open(t, exchange.Over(s))
	f.drop(t, "a.xml", lodgement(t, "LRN-1"))
	f.drop(t, "b.xml", []byte("hello"))
	_, err := folder.Once(context.Background())
	require.NoError(t, err)
	_, err = folder.Once(context.Background())
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Equal(t, []string{"a.xml"}, names(t, f.in, "work"))
	require.Len(t, names(t, f.in, "rejected"), 2)
	down = false
	settle(t, folder)
	require.Len(t, names(t, f.in, "done"), 1)
}

type killed struct{}

// dies runs the connector until the n-th point and kills it there; it tells whether there was such a point.
func dies(t *testing.T, f folders, x *exchange.Exchange, n int) (at string) {
	t.Helper()
	folder, err := exchange.NewFolder(x, f.in, f.out, time.Millisecond, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	defer func() {
		// The system lets go of a dead process's lock.
		require.NoError(t, folder.Close())
		if r := recover(); r != nil {
			require.Equal(t, killed{}, r)
		}
	}()
	folder.AtEveryPoint(func(point string) {
		if n--; n == 0 {
			at = point
			panic(killed{})
		}
	})
	settle(t, folder)
	return ""
}

// Killed at any point and started again, the connector has done everything once.
func TestAKillAtAnyPointLosesNothingAndDoublesNothing(t *testing.T) {
	points := map[string]int{}
	for n := 1; ; n++ {
		w := newWorld(t)
		x := exchange.Over(w.at("trader"))
		f := newFolders(t)
		f.drop(t, "a.xml", lodgement(t, "LRN-1"))
		f.drop(t, "b.xml", []byte("hello"))
		at := dies(t, f, x, n)
		points[at]++
		settle(t, f.open(t, x))

		require.Empty(t, names(t, f.in), at)
		require.Empty(t, names(t, f.in, "work"), at)
		require.Len(t, names(t, f.in, "done"), 1, at)
		require.Len(t, names(t, f.in, "rejected"), 2, at)
		require.Len(t, w.contents, 1, at)
		said := heard(t, x)
		require.Equal(t, []string{"CC928C"}, kindsOf(said), at)
		require.Len(t, names(t, f.out), 2, at)
		for _, name := range names(t, f.out) {
			text, err := os.ReadFile(filepath.Join(f.out, name))
			require.NoError(t, err)
			require.NotEmpty(t, text)
		}
		if at == "" {
			break
		}
	}
	require.Len(t, points, 10, "every kind of point, and none: %v", points)
}

func TestTheConnectorEndsWithItsContext(t *testing.T) {
	w := newWorld(t)
	f := newFolders(t)
	folder := f.open(t, exchange.Over(w.at("trader")))
	f.drop(t, "a.xml", lodgement(t, "LRN-1"))
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- folder.Run(ctx) }()
	require.Eventually(t, func() bool { return len(names(t, f.out)) == 1 }, 20*time.Second, 10*time.Millisecond)
	cancel()
	require.NoError(t, <-ended)
}

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }
