// Package parallel does the same for several organisations at once.
package parallel

import (
	"context"
	"errors"
	"sync"
)

// Each calls do for every item at the same time. The first error cancels the context of the others; what they fail with
// from then on only echoes it and is left out of the joined error.
func Each[T any](ctx context.Context, items []T, do func(context.Context, T) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var (
		group  sync.WaitGroup
		mu     sync.Mutex
		causes []error
	)
	for _, item := range items {
		group.Go(func() {
			err := do(ctx, item)
			if err == nil {
				return
			}
			mu.Lock()
			defer mu.Unlock()
			if causes == nil || ctx.Err() == nil {
				causes = append(causes, err)
			}
			cancel()
		})
	}
	group.Wait()
	return errors.Join(causes...)
}
