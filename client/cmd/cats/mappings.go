package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/pflag"

	"carec.example/cats/client/formats/national"
)

func mappingsFlag(flags *pflag.FlagSet, folder *string) {
	flags.StringVar(folder, "mappings", "",
		"`FOLDER` with mapping files (*.yaml) of national documents ($CATS_MAPPINGS; default: mappings in the folder of \"cats serve\")")
}

// loadMappings loads the mappings of the folder asked for, or of the one in the application's folder if there is one; else nil.
func (a *app) loadMappings(folder, state string) (*national.Set, error) {
	folder = first(folder, a.getenv("CATS_MAPPINGS"))
	if folder == "" {
		folder = filepath.Join(state, "mappings")
		if !exists(folder) {
			return nil, nil //nolint:nilnil // nobody has asked for mappings
		}
	}
	set, err := national.LoadSet(os.DirFS(folder))
	if err != nil {
		return nil, &usageError{err: fmt.Errorf("%s: %w", folder, err)}
	}
	return set, nil
}
