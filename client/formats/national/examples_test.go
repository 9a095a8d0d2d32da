package national_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"carec.example/cats/client/formats/national"
)

// example loads one of the mappings that are shipped.
func example(t testing.TB, name string) *national.Map {
	t.Helper()
	m, err := national.LoadFile(os.DirFS("examples"), name)
	require.NoError(t, err)
	return m
}

func TestShippedMappingsHaveNoRemarksAndPassTheirTests(t *testing.T) {
	files, err := filepath.Glob("examples/*.yaml")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(files), 3)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			m := example(t, filepath.Base(file))
			require.Empty(t, m.Check())
			results := m.Test(os.DirFS("examples"), ".")
			require.GreaterOrEqual(t, len(results), 2)
			for _, r := range results {
				require.Empty(t, r.Differences, r.Name)
			}
		})
	}
}
