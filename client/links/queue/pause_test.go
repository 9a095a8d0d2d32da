package queue

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestPausesGrowAndRespectTheReceiver(t *testing.T) {
	q := &Queue{cfg: Config{Pace: Pace{FirstPause: time.Second, LongestPause: time.Minute}}}
	for attempts := range 100 {
		p := q.pause(attempts, Outcome{})
		full := min(time.Minute, time.Second<<min(attempts, 10))
		require.GreaterOrEqual(t, p, full/2)
		require.LessOrEqual(t, p, full+1)
	}
	require.Equal(t, 45*time.Second, q.pause(0, Outcome{Pause: 45 * time.Second}))
	require.Equal(t, time.Minute, q.pause(0, Outcome{Pause: time.Hour}), "no longer than the longest")
}
