package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

// heldContent is what the signer holds and wants to find in a prepared change.
type heldContent struct {
	file string
	document
}

func (h *heldContent) bind(c *cobra.Command) {
	c.Flags().StringVar(&h.file, "content", "", "`FILE` that must be in the change: a declaration, an attachment or an annex")
	h.document.bind(c)
}

// compare names the part of the change that is what the signer holds; empty when nothing was asked for. Another content is an error.
func (a *app) compare(cmd *cobra.Command, statement *cats.Statement, h heldContent) (string, error) {
	if h.file == "" {
		return "", nil
	}
	if len(statement.Confidential) == 0 {
		return "", usage(cmd, "this carries no content to compare %s with; the proposal of the action does", h.file)
	}
	content, err := a.canonicalOf(statement, h)
	if err != nil {
		return "", err
	}
	part := statement.Carries(content)
	if part == "" {
		return "", &usageError{err: fmt.Errorf("what is in the change is not %s", h.file)}
	}
	return part, nil
}

// canonicalOf is the file as it would stand in the change: documents and papers in their canonical form, others byte for byte.
func (a *app) canonicalOf(statement *cats.Statement, h heldContent) ([]byte, error) {
	if statement.Document != nil {
		std, err := a.readDocument(h.file, h.document)
		if err != nil {
			return nil, err
		}
		return transit.Canonical(std)
	}
	raw, err := a.read(h.file)
	if err != nil || statement.Function != transit.FnAnnex {
		return raw, err
	}
	if raw, err = asJSON(raw); err != nil {
		return nil, &usageError{err: fmt.Errorf("%s: %w", h.file, err)}
	}
	return transit.Canonical(json.RawMessage(raw))
}
