package main

import (
	"context"
	"path/filepath"

	"github.com/spf13/cobra"

	"carec.example/cats/client/cats"
	"carec.example/cats/client/database"
)

func databaseFlag(c *cobra.Command, url *string) {
	c.PersistentFlags().StringVar(url, "database", "",
		"database `URL`, sqlite:PATH or postgres://... ($CATS_DATABASE; default: that of \"cats serve\")")
}

// stateFolder is where an organisation's node application keeps its files unless told otherwise: where the profile says, or beside it.
func (a *app) stateFolder(profile *cats.Profile, path, organisation string) string {
	return first(a.getenv("CATS_DATA"), profile.File(profile.Organisations[organisation].Application),
		filepath.Join(filepath.Dir(path), "application", organisation))
}

// databaseAsked is the address of the database asked for by flag or environment, or empty.
func (a *app) databaseAsked(url string) string { return first(url, a.getenv("CATS_DATABASE")) }

// databaseIn is the address of the database asked for, or of the one in the application's folder.
func (a *app) databaseIn(url, state string) string {
	return first(a.databaseAsked(url), "sqlite:"+filepath.Join(state, "node.db"))
}

// openDatabase opens the database asked for, or the one in the application's folder.
func (a *app) openDatabase(ctx context.Context, url, state string) (*database.DB, error) {
	db, err := database.Open(ctx, a.databaseIn(url, state))
	if err != nil {
		return nil, &usageError{err: err}
	}
	return db, nil
}
