package parallel

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEveryItemIsDone(t *testing.T) {
	done := make(chan int, 3)
	require.NoError(t, Each(t.Context(), []int{1, 2, 3}, func(_ context.Context, i int) error {
		done <- i
		return nil
	}))
	require.Len(t, done, 3)
}

func TestTheFirstErrorStopsTheOthersAndTheirEchoesAreLeftOut(t *testing.T) {
	cause := errors.New("cause")
	err := Each(t.Context(), []bool{true, false, false}, func(ctx context.Context, fails bool) error {
		if fails {
			return cause
		}
		<-ctx.Done()
		return errors.New("echo")
	})
	require.ErrorIs(t, err, cause)
	require.NotContains(t, err.Error(), "echo")
}

func TestACancelledContextIsReported(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := Each(ctx, []int{1}, func(ctx context.Context, _ int) error { return ctx.Err() })
	require.ErrorIs(t, err, context.Canceled)
}
