package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"carec.example/cats/network"
	"carec.example/cats/network/nodes"
	"carec.example/cats/network/supervisor"
	"carec.example/cats/network/topology"
)

func statusCommand() *cobra.Command {
	var asJSON bool
	command := &cobra.Command{
		Use: "status", Short: "Show the network's processes", Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			n, err := attach(command)
			if err != nil {
				return err
			}
			return printStatus(command, n, asJSON)
		},
	}
	command.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return command
}

func printStatus(command *cobra.Command, n *network.Network, asJSON bool) error {
	statuses, err := n.FreshStatus(command.Context())
	if err != nil {
		return err
	}
	if asJSON {
		encoder := json.NewEncoder(command.OutOrStdout())
		encoder.SetIndent("", "  ")
		return encoder.Encode(statuses)
	}
	return table(command.OutOrStdout(), statuses, time.Now())
}

func table(out io.Writer, statuses []supervisor.Status, now time.Time) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "PROCESS\tORGANISATION\tADDRESS\tSTATE\tHEIGHT\tMEMORY\tSINCE\tRESTARTS")
	var memory uint64
	for _, s := range statuses {
		memory += s.Memory
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%d\n", s.Name, s.Organisation, address(s), state(s), height(s),
			megabytes(s.Memory), ago(now.Sub(s.Since)), s.Restarts)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(out, "%d processes, %s\n", len(statuses), megabytes(memory))
	return err
}

// address tells where a process serves; of a node application, its gateway as a URL.
func address(s supervisor.Status) string {
	if s.Kind == nodes.Application {
		return "https://" + s.Address
	}
	return s.Address
}

// state says what a process does; of an orderer, its part in the consensus.
func state(s supervisor.Status) string {
	switch {
	case s.State != supervisor.Running && s.LastExit != "":
		return fmt.Sprintf("%s: %s", s.State, strings.ReplaceAll(s.LastExit, "\n", " "))
	case s.State != supervisor.Running || s.Leader == 0:
		return string(s.State)
	case s.Leader == s.Number:
		return "leader"
	default:
		return fmt.Sprintf("follows %d", s.Leader)
	}
}

func height(s supervisor.Status) string {
	if s.Height == 0 {
		return "-"
	}
	return fmt.Sprint(s.Height)
}

func megabytes(bytes uint64) string {
	if bytes == 0 {
		return "-"
	}
	return fmt.Sprintf("%d MB", bytes>>20)
}

func ago(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%dm%ds", int(d.Minutes()), int(d.Seconds())%60)
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh%dm", int(d.Hours()), int(d.Minutes())%60)
	default:
		return fmt.Sprintf("%dd", int(d.Hours())/24)
	}
}

func logsCommand() *cobra.Command {
	var follow bool
	command := &cobra.Command{
		Use: "logs NAME", Short: "Print a process' log", Args: cobra.ExactArgs(1),
		RunE: func(command *cobra.Command, arguments []string) error {
			o, err := options(command)
			if err != nil {
				return err
			}
			n, err := network.Open(o)
			if err != nil {
				return err
			}
			path, err := n.LogPath(arguments[0])
			if err != nil {
				return err
			}
			return printLog(command, path, follow)
		},
	}
	command.Flags().BoolVarP(&follow, "follow", "f", false, "go on printing what is added")
	return command
}

func printLog(command *cobra.Command, path string, follow bool) error {
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%s has written nothing yet", command.Flags().Arg(0))
	}
	if err != nil {
		return err
	}
	defer file.Close()
	for {
		if _, err := io.Copy(command.OutOrStdout(), file); err != nil || !follow {
			return err
		}
		select {
		case <-command.Context().Done():
			return nil
		case <-time.After(300 * time.Millisecond):
		}
	}
}

func issueCommand() *cobra.Command {
	var identity topology.Identity
	var organisation string
	command := &cobra.Command{
		Use: "issue NAME", Short: "Issue one more identity from an organisation's certificate authority", Args: cobra.ExactArgs(1),
		Example: `  catsnet issue kz-officer-dostyk --organisation KZ --role officer --office KZDOS001
  catsnet issue cn-trader-lanzhou --organisation CN --role trader --operator CN916201001LZT9`,
		RunE: func(command *cobra.Command, arguments []string) error {
			o, err := options(command)
			if err != nil {
				return err
			}
			identity.Name = arguments[0]
			if err := network.Issue(command.Context(), o, organisation, identity); err != nil {
				return err
			}
			o.Step(fmt.Sprintf("%s issued by %s and entered in the profile", identity.Name, organisation))
			return nil
		},
	}
	flags := command.Flags()
	flags.StringVar(&organisation, "organisation", "", "the organisation that issues it")
	flags.StringVar((*string)(&identity.Role), "role", "", "officer, trader, guarantor, analyst, courier or admin")
	flags.StringVar(&identity.Office, "office", "", "reference of the office an officer serves at")
	flags.StringVar(&identity.Operator, "operator", "", "a trader's operator number")
	return command
}
