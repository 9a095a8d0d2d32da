// Command catsnet brings a CATS network up and down and shows how it is.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"carec.example/cats/network"
)

func main() {
	// Whatever the processes below write, logs and ledgers included, is for their owner's eyes.
	syscall.Umask(0o077)
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := root().ExecuteContext(ctx)
	cancel()
	if err != nil {
		fmt.Fprintln(os.Stderr, "catsnet:", err)
		os.Exit(1)
	}
}

func root() *cobra.Command {
	command := &cobra.Command{
		Use: "catsnet", Short: "Run a CATS network", SilenceUsage: true, SilenceErrors: true,
		Long: `catsnet runs a CATS network: identities, orderers, peers, chaincode and applications.

Environment:
  CATS_HOME         folder for data and built programs (default .cats in the repository)
  CATS_PORT_OFFSET  shift of all ports, for a second network on the same machine; remembered
  CATS_FABRIC_BIN   folder of ready Fabric programs to use instead of building them`,
	}
	command.PersistentFlags().String("topology", "", "topology file (default network/topology.yaml)")
	command.PersistentFlags().StringSlice("only", nil, "run only these organisations' part, e.g. --only KZ")
	command.AddCommand(upCommand(), downCommand(), statusCommand(), restartCommand(), logsCommand(), issueCommand(), overrideCommand(),
		versionCommand(), superviseCommand())
	return command
}

// options reads what every command understands.
func options(command *cobra.Command) (network.Options, error) {
	topology, err := command.Flags().GetString("topology")
	if err != nil {
		return network.Options{}, err
	}
	only, err := command.Flags().GetStringSlice("only")
	if err != nil {
		return network.Options{}, err
	}
	o := network.Options{Home: os.Getenv("CATS_HOME"), Topology: topology, Only: only, Step: progress()}
	if text := os.Getenv("CATS_PORT_OFFSET"); text != "" {
		offset, err := strconv.Atoi(text)
		if err != nil {
			return o, fmt.Errorf("CATS_PORT_OFFSET: %q is not a whole number", text)
		}
		o.Offset = &offset
	}
	return o, nil
}

// progress prints a line per step with the time since the start.
func progress() func(string) {
	began := time.Now()
	return func(text string) {
		fmt.Fprintf(os.Stderr, "%6.1f s  %s\n", time.Since(began).Seconds(), text)
	}
}

func upCommand() *cobra.Command {
	var withoutApplication, withoutChaincode bool
	var chaincode string
	command := &cobra.Command{
		Use: "up", Short: "Bring the network up, or what of it is missing", Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			o, err := options(command)
			if err != nil {
				return err
			}
			program, err := os.Executable()
			if err != nil {
				return err
			}
			o.Control = network.Daemon(program)
			o.Chaincode, o.WithoutApplication, o.WithoutChaincode = chaincode, withoutApplication, withoutChaincode
			began := time.Now()
			n, err := network.Up(command.Context(), o)
			if err != nil {
				return err
			}
			o.Step(fmt.Sprintf("the network is up (%.1f s)", time.Since(began).Seconds()))
			return printStatus(command, n, false)
		},
	}
	command.Flags().BoolVar(&withoutApplication, "without-application", false, "start no application processes")
	command.Flags().BoolVar(&withoutChaincode, "without-chaincode", false, "stop after the peers have joined")
	command.Flags().StringVar(&chaincode, "chaincode", "", "path of a ready chaincode program (default: built from the topology's package)")
	return command
}

func downCommand() *cobra.Command {
	var purge bool
	command := &cobra.Command{
		Use: "down", Short: "Stop what this checkout started", Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			o, err := options(command)
			if err != nil {
				return err
			}
			ran, err := network.Down(command.Context(), o)
			if err != nil && !purge {
				return err
			}
			if ran {
				o.Step("the network is stopped; its data stays")
			} else {
				o.Step("the network was not running")
			}
			if !purge {
				return nil
			}
			if err := network.Purge(command.Context(), o); err != nil {
				return err
			}
			o.Step("its data is deleted")
			return nil
		},
	}
	command.Flags().BoolVar(&purge, "purge", false, "also delete the data: identities, ledger, everything but built programs")
	return command
}

func restartCommand() *cobra.Command {
	return &cobra.Command{
		Use: "restart NAME", Short: "End a process and start it again", Args: cobra.ExactArgs(1),
		RunE: func(command *cobra.Command, arguments []string) error {
			n, err := attach(command)
			if err != nil {
				return err
			}
			return n.Control().Restart(command.Context(), arguments[0])
		},
	}
}

func attach(command *cobra.Command) (*network.Network, error) {
	o, err := options(command)
	if err != nil {
		return nil, err
	}
	n, err := network.Attach(command.Context(), o)
	if err != nil {
		return nil, err
	}
	return n, nil
}

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Show the versions of the programs the network consists of", Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			o, err := options(command)
			if err != nil {
				return err
			}
			lines, err := network.Versions(command.Context(), o)
			for _, line := range lines {
				fmt.Fprintln(command.OutOrStdout(), line)
			}
			return err
		},
	}
}

func superviseCommand() *cobra.Command {
	var folder, channel string
	command := &cobra.Command{
		Use: "supervise", Short: "Keep the processes of a network running", Args: cobra.NoArgs, Hidden: true,
		RunE: func(*cobra.Command, []string) error {
			if !filepath.IsAbs(folder) {
				return errors.New("--folder must be absolute")
			}
			return network.Supervise(folder, channel)
		},
	}
	command.Flags().StringVar(&folder, "folder", "", "the network's folder")
	command.Flags().StringVar(&channel, "channel", "", "the channel whose height is watched")
	return command
}
