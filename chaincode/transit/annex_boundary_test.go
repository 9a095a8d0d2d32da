package transit

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestANoteIsHeldToItsBounds(t *testing.T) {
	many := func(n int) []string { return strings.Fields(strings.Repeat("R-1 ", n)) }
	for name, c := range map[string]struct {
		note     Note
		pointers []string
	}{
		"as long as may be":      {Note{strings.Repeat("Ж", maxNote), append(many(maxReferences-1), strings.Repeat("r", maxReference))}, nil},
		"a text too long":        {Note{Text: strings.Repeat("Ж", maxNote+1)}, []string{"/text"}},
		"no text":                {Note{}, []string{"/text"}},
		"too many references":    {Note{"x", many(maxReferences + 1)}, []string{"/references"}},
		"a reference too long":   {Note{"x", []string{"r", strings.Repeat("r", maxReference+1)}}, []string{"/references/1"}},
		"everything at fault":    {Note{"", []string{"", "r", ""}}, []string{"/text", "/references/0", "/references/2"}},
		"only what is invisible": {Note{Text: "a\u200bb"}, []string{"/text"}},
	} {
		var pointers []string
		for _, v := range CheckNote(c.note) {
			require.Equal(t, CodeRuleViolation, v.Code, name)
			require.NotEmpty(t, v.Text, name)
			pointers = append(pointers, v.Pointer)
		}
		require.Equal(t, c.pointers, pointers, name)
	}
}

func TestRemarksOnUnloadingHaveAnAnnexExactlyWhenSomethingDiffers(t *testing.T) {
	for _, conform := range []bool{true, false} {
		for _, annex := range []*AnnexRef{nil, {Kind: AnnexRemarks}} {
			m := testMovement()
			m.Arrival = &Arrival{UnloadingPermittedAt: Stamp(noon())}
			fault := remarkable(m, &Request{Step: StepRequest{Conform: &conform, Annex: annex}})
			if conform == (annex == nil) {
				require.Nil(t, fault, "conform %v", conform)
				continue
			}
			require.Equal(t, MalformedRequest, fault.Code)
			require.Equal(t, "/annex", fault.Pointer)
			require.Equal(t, conform, strings.Contains(fault.Message, "no differing elements"), "it says which of the two it is")
		}
	}
	m := testMovement()
	require.Equal(t, OutOfSequence, remarked(m, nil).Code, "before an arrival")
	m.Arrival = &Arrival{}
	require.Equal(t, OutOfSequence, remarked(m, nil).Code, "before remarks")
	m.Arrival.Remarks = &Remarks{}
	require.Nil(t, remarked(m, nil))
}
