package supervisor

import (
	"log/slog"
	"time"
)

// Options of a supervisor. The zero value of a field means its default.
type Options struct {
	// PIDs is the folder of the pid files.
	PIDs string
	// Channel is the channel whose height is compared.
	Channel string
	// FirstDelay and LastDelay bound the back-off, which doubles from one to the other: 250 ms, 30 s.
	FirstDelay, LastDelay time.Duration
	// Healthy is how long a process must have run for its next death to count as the first: 30 s.
	Healthy time.Duration
	// Grace is how long a process may take to end before it is killed: 10 s.
	Grace time.Duration
	// Every is the interval of the height watch, 2 s; negative turns it off.
	Every time.Duration
	// Patience is how long a process may stand still behind the others: 15 s.
	Patience time.Duration
	// Silence is how long a process may leave its metrics unanswered: 20 s.
	Silence time.Duration
	// Probe reads a process' height; the default reads its metrics.
	Probe Probe
	Log   *slog.Logger
}

func (o Options) withDefaults() Options {
	set := func(d *time.Duration, value time.Duration) {
		if *d == 0 {
			*d = value
		}
	}
	set(&o.FirstDelay, 250*time.Millisecond)
	set(&o.LastDelay, 30*time.Second)
	set(&o.Healthy, 30*time.Second)
	set(&o.Grace, 10*time.Second)
	set(&o.Every, 2*time.Second)
	set(&o.Patience, 15*time.Second)
	set(&o.Silence, 20*time.Second)
	if o.Probe == nil {
		o.Probe = MetricsProbe(o.Channel)
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}
