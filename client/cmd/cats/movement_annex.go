package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"
)

func (a *app) annexCommand() *cobra.Command {
	return group("annex", "The confidential papers of a movement's steps",
		`The annexes of a movement are named by their digests, which "movement show" prints; the
first characters are enough. The courier of its author's country brings an annex to the
other countries of the route.`,
		`  cats movement annex read 26CN4TB0Q9V7HWKXJ5 6f1c20ab --as kg-officer-bishkek
  cats movement annex deliver 26CN4TB0Q9V7HWKXJ5 6f1c20ab --to KGMSP --as kz-courier`,
		a.readAnnexCommand(), a.deliverAnnexCommand())
}

// annexDigest completes the beginning of a digest to that of an annex of the movement.
func annexDigest(ctx context.Context, b *backend, movement, begin string) (string, error) {
	view, err := b.movements.Get(ctx, movement)
	if err != nil {
		return "", err
	}
	found := ""
	for _, x := range view.Movement.Annexes {
		if begin == "" || len(begin) > len(x.Digest) || x.Digest[:len(begin)] != begin {
			continue
		}
		if found != "" {
			return "", &usageError{err: fmt.Errorf("several annexes of the movement begin with %s; give more of the digest", begin)}
		}
		found = x.Digest
	}
	if found == "" {
		return begin, nil // The ledger says that there is none.
	}
	return found, nil
}

func (a *app) readAnnexCommand() *cobra.Command {
	return &cobra.Command{
		Use: "read MOVEMENT DIGEST", Short: "Read an annex",
		Long:    "Reads an annex from the own organisation's private collection and checks it against its digest on the public record.",
		Example: `  cats movement annex read 26CN4TB0Q9V7HWKXJ5 6f1c20ab --as kg-officer-bishkek`,
		Args:    exactly("MOVEMENT", "DIGEST"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withLedger(cmd, func(ctx context.Context, b *backend) error {
				digest, err := annexDigest(ctx, b, args[0], args[1])
				if err != nil {
					return err
				}
				p, err := b.movements.Annex(ctx, args[0], digest)
				if err != nil {
					return err
				}
				return a.print(p, func(s style) {
					fmt.Fprintf(a.out, "%s  of %s, with step %d\n", s.head("Annex "+string(p.Kind)), p.MSP, p.Seq)
					facts(a.out, s, "digest", p.Digest+s.good("  verified"))
					var text bytes.Buffer
					if json.Indent(&text, p.Content, "  ", "  ") == nil {
						fmt.Fprintf(a.out, "\n  %s\n", text.String())
					}
				})
			})
		},
	}
}

func (a *app) deliverAnnexCommand() *cobra.Command {
	var to string
	c := &cobra.Command{
		Use: "deliver MOVEMENT DIGEST", Short: "Deliver an annex to another country of the route",
		Long: `Writes an annex into the private collection of another country of the itinerary. The
courier of the author's country ("cats serve") does this by itself; this command does
it by hand.`,
		Example: `  cats movement annex deliver 26CN4TB0Q9V7HWKXJ5 6f1c20ab --to KGMSP --as kz-courier`,
		Args:    exactly("MOVEMENT", "DIGEST"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withLedger(cmd, func(ctx context.Context, b *backend) error {
				digest, err := annexDigest(ctx, b, args[0], args[1])
				if err != nil {
					return err
				}
				ref, receipt, err := b.movements.DeliverAnnex(ctx, args[0], digest, to)
				if err != nil {
					return err
				}
				return a.print(map[string]any{"annex": ref, "to": to, "receipt": receipt}, func(s style) {
					fmt.Fprintf(a.out, "%s to %s\n", s.good("Delivered"), to)
					facts(a.out, s, receiptFacts(s, receipt)...)
				})
			})
		},
	}
	c.Flags().StringVar(&to, "to", "", "the receiving country's `MSP`")
	mustSet(c, "to")
	return c
}
