package main

import (
	"github.com/spf13/cobra"

	"carec.example/cats/client/gateway"
)

func (a *app) openapiCommand() *cobra.Command {
	var asYAML bool
	c := &cobra.Command{
		Use: "openapi", Short: "Print the description of the gateway",
		Long: `Prints the OpenAPI 3.1 document of the gateway that "cats serve --listen" runs: every operation
with what it takes and gives. It needs no network and no profile.`,
		Example: `  cats openapi > openapi.json
  cats openapi --yaml`,
		Args: none,
		RunE: func(*cobra.Command, []string) error {
			_, err := a.out.Write(gateway.Document(asYAML))
			return err
		},
	}
	c.Flags().BoolVar(&asYAML, "yaml", false, "print YAML instead of JSON")
	return c
}
