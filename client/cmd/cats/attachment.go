package main

import (
	"context"
	"fmt"
	"mime"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"carec.example/cats/chaincode/transit"
)

func (a *app) attachmentCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "attachment", Short: "Files that travel with a movement",
		Long: fmt.Sprintf(`Files travel with a movement like its content: to the countries of the route and to those
whom the declarant grants them, and to nobody else. The public record shows a number and
a digest; name, type and content are confidential. A movement takes %d files of at most
%d MiB, as long as it lives; none is replaced or taken away.`, transit.MaxAttachments, transit.MaxAttachmentBytes>>20),
		Example: `  cats attachment add 26CN4TB0Q9V7HWKXJ5 invoice.pdf --as cn-trader-tianshan
  cats attachment list 26CN4TB0Q9V7HWKXJ5 --as kz-officer-khorgos
  cats attachment get 26CN4TB0Q9V7HWKXJ5 attachment-1 --as kz-officer-khorgos`,
	}
	c.AddCommand(a.attachCommand(), a.attachmentListCommand(), a.attachmentGetCommand())
	return c
}

func (a *app) attachCommand() *cobra.Command {
	var mediaType string
	c := &cobra.Command{
		Use: "add MOVEMENT FILE", Short: "Attach a file",
		Long: `Attaches a file. Only the declarant may, as long as the movement lives. Attaching the same
file again does nothing twice. The media type follows from the name unless it is given.`,
		Example: `  cats attachment add 26CN4TB0Q9V7HWKXJ5 invoice.pdf --as cn-trader-tianshan
  cats attachment add 26CN4TB0Q9V7HWKXJ5 packing.dat --type application/octet-stream --as cn-trader-tianshan`,
		Args: exactly("MOVEMENT", "FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			f, err := readFile(args[1], mediaType)
			if err != nil {
				return err
			}
			return a.withLedger(cmd, func(ctx context.Context, b *backend) error {
				at, receipt, err := b.contents.Attach(ctx, args[0], *f)
				if err != nil {
					return err
				}
				return a.print(map[string]any{"attachment": at, "receipt": receipt}, func(s style) {
					fmt.Fprintf(a.out, "%s  %s\n", s.good("Attached"), s.head(at.Name))
					facts(a.out, s, slices.Concat([]string{"file", f.Name, "digest", at.Digest}, receiptFacts(s, receipt))...)
				})
			})
		},
	}
	c.Flags().StringVar(&mediaType, "type", "", "media `TYPE`, such as application/pdf")
	return c
}

// readFile reads a file to attach; one that is too large is not read to its end.
func readFile(path, mediaType string) (*transit.File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, &usageError{err: err}
	}
	if info.Size() > transit.MaxAttachmentBytes {
		return nil, &usageError{err: fmt.Errorf("%s has %d bytes, more than the %d that a file may have", path, info.Size(), transit.MaxAttachmentBytes)}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, &usageError{err: err}
	}
	if mediaType == "" {
		if mediaType, _, err = mime.ParseMediaType(mime.TypeByExtension(filepath.Ext(path))); err != nil {
			mediaType = "application/octet-stream"
		}
	}
	return &transit.File{Name: filepath.Base(path), MediaType: mediaType, Data: data}, nil
}

func (a *app) attachmentListCommand() *cobra.Command {
	return &cobra.Command{
		Use: "list MOVEMENT", Short: "List a movement's files",
		Long:    `Lists the files of a movement as the public record shows them: without their names.`,
		Example: `  cats attachment list 26CN4TB0Q9V7HWKXJ5`,
		Args:    exactly("MOVEMENT"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withLedger(cmd, func(ctx context.Context, b *backend) error {
				view, err := b.movements.Get(ctx, args[0])
				if err != nil {
					return err
				}
				all := slices.Concat([]transit.Attachment{}, view.Movement.Attachments)
				return a.print(map[string]any{"attachments": all}, func(s style) {
					t := newTable("attachment", "added", "digest")
					for _, at := range all {
						t.row(at.Name, moment(at.AddedAt), at.Digest)
					}
					t.print(a.out, s)
				})
			})
		},
	}
}

func (a *app) attachmentGetCommand() *cobra.Command {
	var output string
	c := &cobra.Command{
		Use: "get MOVEMENT ATTACHMENT", Short: "Read a file",
		Long: `Reads a file from your own organisation's private collection, checks it against its digest
on the public record, and writes it under its own name into the working folder, or to
the file given. An existing file is not overwritten.`,
		Example: `  cats attachment get 26CN4TB0Q9V7HWKXJ5 attachment-1 --as kz-officer-khorgos
  cats attachment get 26CN4TB0Q9V7HWKXJ5 attachment-1 -o invoice.pdf --as kz-officer-khorgos`,
		Args: exactly("MOVEMENT", "ATTACHMENT"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withLedger(cmd, func(ctx context.Context, b *backend) error {
				f, err := b.contents.Attachment(ctx, args[0], args[1])
				if err != nil {
					return err
				}
				path := first(output, f.Name)
				if err := writeNew(path, f.Data); err != nil {
					return err
				}
				return a.print(map[string]any{"file": path, "name": f.Name, "mediaType": f.MediaType, "bytes": len(f.Data)}, func(s style) {
					fmt.Fprintf(a.out, "%s  %s\n", s.good("Written"), s.head(path))
					facts(a.out, s, "name", f.Name, "type", f.MediaType, "size", fmt.Sprintf("%d bytes", len(f.Data)))
				})
			})
		},
	}
	c.Flags().StringVarP(&output, "output", "o", "", "write to this `FILE`")
	return c
}

// writeNew writes a file that does not exist yet: what a name out of a document says must not replace anything.
func writeNew(path string, data []byte) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return &usageError{err: err}
	}
	defer func() {
		if e := f.Close(); e != nil && err == nil {
			err = fmt.Errorf("couldn't write %s: %w", path, e)
		}
	}()
	if _, err := f.Write(data); err != nil {
		return fmt.Errorf("couldn't write %s: %w", path, err)
	}
	return nil
}
