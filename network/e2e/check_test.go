package e2e

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/client/fsck"
)

// check re-derives every record from the blocks of one peer of each kind of organisation.
func (w *world) check(t *testing.T) {
	for _, who := range []string{"carec-analyst", "kg-officer-bishkek"} {
		report, err := fsck.Check(within(t, 5*time.Minute), w.as(t, who))
		require.NoError(t, err)
		require.Empty(t, report.Findings, who)
		require.NotZero(t, report.Movements)
		require.NotZero(t, report.Guarantees)
		t.Logf("%s: %+v", who, report)
	}
}
