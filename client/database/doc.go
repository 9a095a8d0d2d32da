// Package database opens the database of an organisation's node application: SQLite in a
// file by default, PostgreSQL when one is named. Every component that keeps something
// (the read model, the gateway, the connectors) keeps it there, in tables of its own.
//
//	db, err := database.Open(ctx, "sqlite:node.db")
//	defer db.Close()
//	err = db.Migrate(ctx, migrations, "gateway_version")
//	err = db.InTx(ctx, func(tx *sql.Tx) error { ... })
//
// # One SQL for both
//
// Statements use $1, $2, ... as parameters, which both take; a number may be repeated.
// Both know ON CONFLICT, RETURNING, common table expressions, window functions and
// row values; times are kept as text in RFC 3339 UTC or as integers, truths as integers.
// A statement that must differ asks [DB.Dialect]; a migration that must differ is two
// files of one number, NAME.sqlite.sql and NAME.postgres.sql.
//
// # What a transaction promises
//
// A transaction of [DB.InTx] is serialisable on both: it takes effect as if no other had
// run meanwhile, or not at all. SQLite has one writer at a time, who waits; PostgreSQL
// lets them run and turns one back, which InTx then runs again. So the function given to
// InTx may run several times: it must have no effect but on the transaction.
//
// When InTx returns nil the transaction is on the disk. When it returns an error after
// the connection broke in the commit, nobody knows; a component that must know asks the
// database for a row that the transaction wrote.
//
// [DB.InRelaxedTx] promises the same but for the disk: for rows that can be made again from the
// ledger, which would otherwise have whoever answers people wait for it twice with each request.
// Writers of one process to one file take turns in the process, first come, first served.
package database
