// Package projection keeps the read model of an organisation: what the blocks of the ledger
// say, in SQL tables that answer in milliseconds what the ledger itself cannot be asked.
// Work lists, search, a movement's timeline, what guarantors and holders are exposed to,
// overdue movements, and statistics.
//
//	follower := projection.New(db, client, log)
//	go follower.Run(ctx)
//	...
//	model, err := projection.Open(ctx, db)
//	page, err := model.Worklist(ctx, projection.Work{Office: "KZHOR001"})
//
// # What it stands on
//
// Blocks, read in order at a peer of the organisation, and nothing else: only what a
// transaction wrote that the peers found valid becomes rows. So the tables are a function of
// the blocks. Two organisations have the same ones, and a model that was lost or doubted is
// made again from block 0 ([Projection.Rebuild], "cats projection rebuild"). [Check] does that
// beside the model and compares the two row by row.
//
// What comes beside the blocks is the content of the movements whose content the
// organisation's own peer holds: it feeds the search. It is kept in the organisation's own
// database alone, under its own rights, and goes in the transaction in which the block comes by
// that purges it from the peer. Whoever asks over the gateway asks a [View], which tells a reader
// no more than the ledger would.
//
// # What a crash leaves
//
// One row, the checkpoint, names the block that comes next. The transaction that writes the rows
// of some blocks moves it from the first of them to the one behind the last. So there is no
// instant at which the rows of a block are there in part, or are there and would be written
// again: before the commit nothing has happened, after it everything has, and whichever it was
// the checkpoint tells. A follower that dies needs no recovery, it just starts. One that cannot
// know whether its commit got through reads the checkpoint too.
//
// Nothing here waits for the disk ([database.DB.InRelaxedTx]): a machine that fails may take the last transactions along, and the
// checkpoint with them, so that what was lost is read from the ledger again.
//
// Two followers on one database do not harm each other: the transaction begins by moving the
// checkpoint from the very block that it is about to apply, which of two can be true for one
// only. The other finds out before it has written anything, and stands by for a moment.
package projection
