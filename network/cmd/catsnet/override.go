package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"carec.example/cats/network"
)

func overrideCommand() *cobra.Command {
	var sure bool
	command := &cobra.Command{
		Use: "override ORGANISATION", Short: "Put a caretaker in the place of an organisation that is gone for good", Args: cobra.ExactArgs(1),
		Long: `Puts a caretaker in the place of an organisation that is gone for good, so that the movements and
guarantees which ask for its peer can go on. The other members' administrators sign one change of
the channel's configuration: the MSP keeps its name and gets the caretaker's root of trust, and
every certificate of the old one counts for nothing. The configuration block is the mark that stays.

The caretaker's peer starts with keys and a ledger of its own. The organisation's orderer is not
replaced. Content that travelled to the organisation is delivered again with cats movement deliver.`,
		Example: "  catsnet override KG --yes",
		RunE: func(command *cobra.Command, args []string) error {
			if !sure {
				return fmt.Errorf("this cannot be taken back: %s's certificates will count for nothing; say --yes", args[0])
			}
			o, err := options(command)
			if err != nil {
				return err
			}
			n, err := network.Override(command.Context(), o, args[0])
			if err != nil {
				return err
			}
			return printStatus(command, n, false)
		},
	}
	command.Flags().BoolVar(&sure, "yes", false, "it is meant")
	return command
}
