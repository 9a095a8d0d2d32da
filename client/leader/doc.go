// Package leader lets one of an organisation's processes do what is one process's work, elected through their database.
//
//	elections, err := leader.Open(ctx, db, log)
//	err = elections.Lead(ctx, "courier", func(ctx context.Context, term leader.Term) error { ... })
//
// # How one is elected
//
// The leader of a part counts up its row, a sign of life. Who stands by watches the count, and takes the row over when it has not
// moved for [Pace.Patience], by an update that fails when anything has changed since. The leader for its part ends its work when
// it has not got a sign of life through for three quarters of that time. Both measure spans on their own clock, so that it does not
// matter whether the clocks of two machines agree. A leader that ends of itself gives the row back, and the next one need not wait.
//
// # What is promised
//
// No two processes lead a part at once, as long as a process that runs also measures time. One that was stopped and goes on hours later
// may believe for a moment that it still leads. So what it writes to [Term.Checkpoints] carries the number of its term, and is
// refused once there is a later one. What it does on the ledger in that moment must do no harm when done twice; that is so for
// deliveries and for purging.
//
// While the database cannot be reached nobody is elected, and who leads stops.
package leader
