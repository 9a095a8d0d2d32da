package e2e

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/formats"
	"carec.example/cats/network/journey"
)

// shared finds the folder of real messages beside the repository, or skips.
func shared(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("CATS_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	dir = filepath.Join(dir, "data", "ncts")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no real messages: %v", err)
	}
	return dir
}

// realMessages takes every real declaration, moved to the pilot's offices by the shipped
// mapping, over its route. Each is discharged, or names the rules that it breaks.
func (w *world) realMessages(t *testing.T) {
	var files []string
	err := filepath.WalkDir(shared(t), func(path string, _ os.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".xml") && strings.Contains(strings.ToLower(filepath.Base(path)), "cc015c") {
			files = append(files, path)
		}
		return err
	})
	require.NoError(t, err)
	require.NotEmpty(t, files)
	mapping := exampleMapping(t)
	ctx := within(t, 20*time.Minute)
	var mu sync.Mutex
	counts := map[string]int{}
	sem := make(chan struct{}, 4)
	each(len(files), func(i int) {
		sem <- struct{}{}
		defer func() { <-sem }()
		verdict, err := w.tryReal(ctx, files[i], mapping)
		mu.Lock()
		defer mu.Unlock()
		counts[verdict]++
		t.Logf("%-10s %s", verdict, filepath.Base(files[i]))
		if err != nil {
			t.Logf("           %v", err)
		}
		if verdict == "failed" {
			t.Errorf("%s: %v", files[i], err)
		}
	})
	t.Logf("%d messages: %v", len(files), counts)
	require.NotZero(t, counts["discharged"])
	require.NotZero(t, counts["unfit"])
}

func exampleMapping(t *testing.T) *formats.Mapping {
	t.Helper()
	f, err := os.Open(examples + "mapping.yaml")
	require.NoError(t, err)
	defer f.Close()
	m, err := formats.LoadMapping(f)
	require.NoError(t, err)
	return m
}

// tryReal takes one message on its journey: discharged, unfit with the rules named, or failed.
func (w *world) tryReal(ctx context.Context, file string, mapping *formats.Mapping) (string, error) {
	std, _, err := journey.Load(file, mapping)
	if err == nil {
		_, err = journey.Run(ctx, std, journey.Options{Profile: w.profile, FreshLRN: true, FreshGuarantees: true})
	}
	var unfit *journey.Unfit
	var fault *transit.Fault
	switch {
	case err == nil:
		return "discharged", nil
	case errors.As(err, &unfit):
		for _, v := range unfit.Violations {
			if v.Rule == "" {
				return "failed", errors.New("a violation names no rule: " + v.String())
			}
		}
		return "unfit", err
	case errors.As(err, &fault) && fault.Code == transit.InvalidDocument:
		return "unfit", err
	default:
		return "failed", err
	}
}
