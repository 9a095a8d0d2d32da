package transit

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// A document is refused for what any of the packs of its route finds, and for nothing else.
func TestTheRouteDemandsWhatAnyOfItsPacksDemands(t *testing.T) {
	names := rapid.SampledFrom([]string{PackNCTS5, PackNCTS5Transition, PackNCTS6, PackNavigationSeals})
	rapid.Check(t, func(t *rapid.T) {
		s := declaration()
		drawn(t, reflect.ValueOf(&s.Consignment).Elem())
		first, second := names.Draw(t, "of China"), names.Draw(t, "of the others")
		under := func(china, others string) map[Violation]bool {
			ctx := testContext()
			ctx.Pack = func(country string) string {
				if country == "CN" {
					return china
				}
				return others
			}
			found := map[Violation]bool{}
			for _, v := range Check(s, ctx) {
				require.False(t, found[v], "reported twice: %v", v)
				found[v] = true
			}
			return found
		}
		want := under(first, first)
		for v := range under(second, second) {
			want[v] = true
		}
		require.Equal(t, want, under(first, second))
	})
}

// An amendment that changes nothing may be made of any document, in any state of the guarantee.
func TestAnAmendmentThatChangesNothingIsAllowed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s STD
		drawn(t, reflect.ValueOf(&s).Elem())
		again := s
		again.Message = Message{Identification: "another"}
		for _, v := range CheckAmendment(&s, &again, true) {
			require.Fail(t, "nothing changed", "%v", v)
		}
		again.Guarantees = []DeclaredGuarantee{{SequenceNumber: 7}}
		require.Empty(t, CheckAmendment(&s, &again, true))
	})
}

// What may not change before release may not change while the guarantee is under amendment either.
func TestTheStricterAmendmentIsStricter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		was, is := declaration(), declaration()
		drawn(t, reflect.ValueOf(&is.Holder).Elem())
		drawn(t, reflect.ValueOf(&is.TransitOperation).Elem())
		strict := map[string]bool{}
		for _, v := range CheckAmendment(was, is, true) {
			strict[v.Pointer] = true
		}
		for _, v := range CheckAmendment(was, is, false) {
			require.True(t, strict[v.Pointer], "%v", v)
		}
	})
}
