package stdtree_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/formats/internal/stdgen"
	"carec.example/cats/client/formats/internal/stdtree"
)

func TestADocumentIsItsLeaves(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		std := stdgen.Extended(r)
		b := &stdtree.Builder{STD: &transit.STD{}}
		for _, leaf := range stdtree.Leaves(std) {
			if leaf.Empty {
				require.Nil(r, b.Make(leaf.Pointer))
				continue
			}
			require.Nil(r, b.Set(leaf.Pointer, leaf.Value))
		}
		require.Equal(r, std, b.STD)
	})
}

func TestPointersThatLeadNowhereAreViolations(t *testing.T) {
	b := &stdtree.Builder{STD: &transit.STD{}}
	for _, pointer := range []string{"", "/", "/x", "/guarantees", "/guarantees/1/guaranteeType", "/guarantees/-1", "/guarantees/0/x", "/consignment"} {
		v := b.Set(pointer, "1")
		require.NotNil(t, v, pointer)
		require.Equal(t, pointer, v.Pointer)
	}
	require.NotNil(t, b.Make("/transitOperation/lrn"))
	v := b.Set("/transitOperation/security", "12")
	require.Equal(t, transit.CodeRuleViolation, v.Code)
}
