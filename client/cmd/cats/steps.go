package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

// steps are the steps of the procedure beyond the normal one.
type steps interface {
	departureSteps
	routeSteps
	destinationSteps
	recoverySteps
	annexes
}

type departureSteps interface {
	Present(ctx context.Context, movement string, opts ...cats.CallOption) (*transit.Course, cats.Receipt, error)
	ExpirePreLodgement(ctx context.Context, movement string, opts ...cats.CallOption) (*transit.Course, cats.Receipt, error)
	RequestAmendment(ctx context.Context, movement, reason string, opts ...cats.CallOption) (*transit.Course, cats.Receipt, error)
	RequestRelease(ctx context.Context, movement string, opts ...cats.CallOption) (*transit.Course, cats.Receipt, error)
	RefuseReleaseRequest(ctx context.Context, movement, reason string, opts ...cats.CallOption) (*transit.Course, cats.Receipt, error)
	RefuseGuarantee(ctx context.Context, movement, reason, timeLimit string, opts ...cats.CallOption) (*transit.Course, cats.Receipt, error)
	RefuseCancel(ctx context.Context, movement, reason string, opts ...cats.CallOption) (*transit.Course, cats.Receipt, error)
	RegisterFallback(
		ctx context.Context, movement, startedOn, timeLimit string, opts ...cats.CallOption,
	) (*transit.Course, cats.Receipt, error)
	EndFallback(
		ctx context.Context, movement, reason string, note *transit.Note, opts ...cats.CallOption,
	) (*transit.Course, cats.Receipt, error)
}

type routeSteps interface {
	RecordExit(ctx context.Context, movement string, opts ...cats.CallOption) (*transit.Course, cats.Receipt, error)
	AskDiversion(ctx context.Context, movement, kind string, opts ...cats.CallOption) (*transit.Course, cats.Receipt, error)
	CheckDetour(ctx context.Context, movement string, d cats.Detour) ([]transit.Violation, error)
	GrantDiversion(ctx context.Context, movement string, d cats.Detour, opts ...cats.CallOption) (*transit.Course, cats.Receipt, error)
	RefuseDiversion(ctx context.Context, movement, reason string, opts ...cats.CallOption) (*transit.Course, cats.Receipt, error)
	WithdrawDiversion(ctx context.Context, movement, reason string, opts ...cats.CallOption) (*transit.Course, cats.Receipt, error)
	RegisterIncident(ctx context.Context, movement string, incident transit.Incident, opts ...cats.CallOption) (*transit.Course, cats.Receipt, error)
}

type destinationSteps interface {
	NotifyArrival(ctx context.Context, movement string, simplified bool, opts ...cats.CallOption) (*transit.Course, cats.Receipt, error)
	RejectArrival(ctx context.Context, movement, reason string, opts ...cats.CallOption) (*transit.Course, cats.Receipt, error)
	PermitUnloading(ctx context.Context, movement string, opts ...cats.CallOption) (*transit.Course, cats.Receipt, error)
	RemarkUnloading(ctx context.Context, movement string, r transit.UnloadingRemarks, opts ...cats.CallOption) (*transit.Course, cats.Receipt, error)
	RejectRemarks(ctx context.Context, movement, reason string, opts ...cats.CallOption) (*transit.Course, cats.Receipt, error)
	ReleaseGoods(ctx context.Context, movement, extent string, opts ...cats.CallOption) (*transit.Course, cats.Receipt, error)
	RecordDiscrepancies(
		ctx context.Context, movement, result, timeLimit string, note *transit.Note, opts ...cats.CallOption,
	) (*transit.Course, cats.Receipt, error)
	ResolveDiscrepancies(
		ctx context.Context, movement, reason string, note *transit.Note, opts ...cats.CallOption,
	) (*transit.Course, cats.Receipt, error)
}

type recoverySteps interface {
	StartEnquiry(ctx context.Context, movement string, note *transit.Note, opts ...cats.CallOption) (*transit.Course, cats.Receipt, error)
	AnswerEnquiry(ctx context.Context, movement string, note *transit.Note, opts ...cats.CallOption) (*transit.Course, cats.Receipt, error)
	RespondEnquiry(
		ctx context.Context, movement, reason string, note *transit.Note, opts ...cats.CallOption,
	) (*transit.Course, cats.Receipt, error)
	CloseEnquiry(ctx context.Context, movement, reason string, opts ...cats.CallOption) (*transit.Course, cats.Receipt, error)
	StartRecovery(
		ctx context.Context, movement, reason string, note *transit.Note, opts ...cats.CallOption,
	) (*transit.Course, cats.Receipt, error)
	AskRecovery(ctx context.Context, movement, office string, opts ...cats.CallOption) (*transit.Course, cats.Receipt, error)
	TakeRecovery(ctx context.Context, movement string, opts ...cats.CallOption) (*transit.Course, cats.Receipt, error)
	DeclineRecovery(ctx context.Context, movement, reason string, opts ...cats.CallOption) (*transit.Course, cats.Receipt, error)
	NotifyGuarantor(ctx context.Context, movement string, opts ...cats.CallOption) (*transit.Course, cats.Receipt, error)
	Claim(
		ctx context.Context, movement string, claims []transit.ClaimRequest, opts ...cats.CallOption,
	) (*transit.Course, cats.Receipt, error)
	ContestClaim(ctx context.Context, movement, grn, reason string, opts ...cats.CallOption) (*transit.Course, cats.Receipt, error)
	PayClaim(ctx context.Context, movement, grn string, opts ...cats.CallOption) (*transit.Course, cats.Receipt, error)
	WithdrawClaim(ctx context.Context, movement, grn, reason string, opts ...cats.CallOption) (*transit.Course, cats.Receipt, error)
	WriteOff(
		ctx context.Context, movement, reason string, note *transit.Note, opts ...cats.CallOption,
	) (*transit.Course, cats.Receipt, error)
}

type annexes interface {
	Annex(ctx context.Context, movement, digest string) (*cats.Paper, error)
	DeliverAnnex(ctx context.Context, movement, digest, toMSP string) (*transit.AnnexRef, cats.Receipt, error)
}

// about is what the help of a step says of it.
type about struct{ use, short, long, example, done string }

// plainCommand makes the command of a step that needs nothing more to be said.
func (a *app) plainCommand(
	of about, take func(movements, context.Context, string, ...cats.CallOption) (*transit.Course, cats.Receipt, error),
) *cobra.Command {
	return a.stepCommand(of.use, of.short, of.long, of.example, of.done,
		func(ctx context.Context, m movements, id string, opts []cats.CallOption) (*transit.Course, cats.Receipt, error) {
			return take(m, ctx, id, opts...)
		})
}

// reasonCommand makes the command of a step with a reason.
func (a *app) reasonCommand(
	of about, must bool, take func(movements, context.Context, string, string, ...cats.CallOption) (*transit.Course, cats.Receipt, error),
) *cobra.Command {
	var reason string
	c := a.stepCommand(of.use, of.short, of.long, of.example, of.done,
		func(ctx context.Context, m movements, id string, opts []cats.CallOption) (*transit.Course, cats.Receipt, error) {
			return take(m, ctx, id, reason, opts...)
		})
	reasonFlag(c, &reason, must)
	return c
}

// noteCommand makes the command of a step that can bring a note.
func (a *app) noteCommand(
	of about, take func(movements, context.Context, string, *transit.Note, ...cats.CallOption) (*transit.Course, cats.Receipt, error),
) *cobra.Command {
	var note noteFlags
	c := a.stepCommand(of.use, of.short, of.long, of.example, of.done,
		func(ctx context.Context, m movements, id string, opts []cats.CallOption) (*transit.Course, cats.Receipt, error) {
			n, err := note.read(a)
			if err != nil {
				return nil, cats.Receipt{}, err
			}
			return take(m, ctx, id, n, opts...)
		})
	note.bind(c)
	return c
}

// reasonNoteCommand makes the command of a step with a reason that can bring a note.
func (a *app) reasonNoteCommand(
	of about, take func(movements, context.Context, string, string, *transit.Note, ...cats.CallOption) (*transit.Course, cats.Receipt, error),
) *cobra.Command {
	var reason string
	c := a.noteCommand(of,
		func(m movements, ctx context.Context, id string, n *transit.Note, opts ...cats.CallOption) (*transit.Course, cats.Receipt, error) {
			return take(m, ctx, id, reason, n, opts...)
		})
	reasonFlag(c, &reason, true)
	return c
}

// group makes a command that only groups others.
func group(use, short, long, example string, commands ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{Use: use, Short: short, Long: long, Example: example}
	c.AddCommand(commands...)
	return c
}

// noteFlags say what stands in a note, the annex of a step. It is confidential: the countries on the route read it, nobody else.
type noteFlags struct {
	file, text string
	references []string
}

func (f *noteFlags) bind(c *cobra.Command) {
	c.Flags().StringVar(&f.text, "note", "", "confidential `TEXT` for the countries on the route, at most 2000 characters")
	c.Flags().StringSliceVar(&f.references, "reference", nil, "`DOCUMENT` that the note refers to; may be repeated")
	c.Flags().StringVar(&f.file, "annex", "", "`FILE` (YAML or JSON) with the note: text, references")
	notBoth(c, "annex", "note")
	notBoth(c, "annex", "reference")
}

// notBoth makes the command refuse two flags together, as a mistake of usage.
func notBoth(c *cobra.Command, one, other string) {
	beforeRun(c, func(cmd *cobra.Command) error {
		if cmd.Flags().Changed(one) && cmd.Flags().Changed(other) {
			return usage(cmd, "--%s and --%s exclude each other", one, other)
		}
		return nil
	})
}

// oneOf makes the command refuse to run without either flag.
func oneOf(c *cobra.Command, one, other string) {
	beforeRun(c, func(cmd *cobra.Command) error {
		if !cmd.Flags().Changed(one) && !cmd.Flags().Changed(other) {
			return usage(cmd, "--%s or --%s is missing", one, other)
		}
		return nil
	})
}

// beforeRun adds a check to those that a command makes before it runs.
func beforeRun(c *cobra.Command, check func(*cobra.Command) error) {
	before := c.PreRunE
	c.PreRunE = func(cmd *cobra.Command, args []string) error {
		if err := check(cmd); err != nil {
			return err
		}
		if before != nil {
			return before(cmd, args)
		}
		return nil
	}
}

// read makes the note, or nil when there is none.
func (f *noteFlags) read(a *app) (*transit.Note, error) {
	switch {
	case f.file != "":
		return readAnnex[transit.Note](a, f.file)
	case f.text != "" || len(f.references) > 0:
		return &transit.Note{Text: f.text, References: f.references}, nil
	}
	return nil, nil
}

// readAnnex reads an annex from a file (YAML or JSON), or from the input for "-".
func readAnnex[T any](a *app, path string) (*T, error) {
	raw, err := a.read(path)
	if err != nil {
		return nil, err
	}
	if raw, err = asJSON(raw); err != nil {
		return nil, &usageError{err: fmt.Errorf("%s: %w", path, err)}
	}
	v := new(T)
	if err := transit.DecodeStrict(raw, v); err != nil {
		found := transit.Violation{Code: transit.CodeNotAllowed, Text: err.Error()}
		var at *transit.DecodeError
		if errors.As(err, &at) {
			found.Pointer, found.Text = at.Pointer, at.Msg
		}
		return nil, transit.Faultf(transit.InvalidDocument, "the annex cannot be read").With(found)
	}
	return v, nil
}

// asJSON makes JSON of YAML, and leaves JSON as it is, byte for byte.
func asJSON(raw []byte) ([]byte, error) {
	if text := bytes.TrimSpace(raw); len(text) > 0 && text[0] == '{' {
		return text, nil
	}
	var node yaml.Node
	if err := yaml.Unmarshal(raw, &node); err != nil {
		return nil, err
	}
	v, err := plainValue(&node)
	if err != nil {
		return nil, err
	}
	return json.Marshal(v)
}

// plainValue keeps every scalar that YAML would take for a date as the text that it is.
func plainValue(n *yaml.Node) (any, error) {
	switch n.Kind {
	case yaml.DocumentNode:
		return plainValue(n.Content[0])
	case yaml.AliasNode:
		return nil, fmt.Errorf("line %d: aliases are not allowed", n.Line)
	case yaml.SequenceNode:
		return plainList(n.Content)
	case yaml.MappingNode:
		return plainFields(n.Content)
	}
	if tag := n.ShortTag(); tag == "!!int" || tag == "!!bool" || tag == "!!null" {
		var v any
		err := n.Decode(&v)
		return v, err
	}
	return n.Value, nil
}

func plainList(nodes []*yaml.Node) ([]any, error) {
	list := []any{}
	for _, n := range nodes {
		v, err := plainValue(n)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}

// plainFields reads names and values, which alternate.
func plainFields(nodes []*yaml.Node) (map[string]any, error) {
	fields := map[string]any{}
	for i := 0; i+1 < len(nodes); i += 2 {
		name := nodes[i].Value
		if _, twice := fields[name]; twice {
			return nil, fmt.Errorf("line %d: %s stands twice", nodes[i].Line, name)
		}
		v, err := plainValue(nodes[i+1])
		if err != nil {
			return nil, err
		}
		fields[name] = v
	}
	return fields, nil
}
