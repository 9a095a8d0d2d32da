package formats_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"carec.example/cats/client/formats"
)

func TestTemplatesAreFilledOrNameWhatIsMissing(t *testing.T) {
	filled, err := formats.FillTemplate([]byte("<LRN>{{LRN}}</LRN>{{ LRN }}{{date}}"), map[string]string{"LRN": "A<&B", "date": "2026"})
	require.NoError(t, err)
	require.Equal(t, "<LRN>A&lt;&amp;B</LRN>A&lt;&amp;B2026", string(filled))

	_, err = formats.FillTemplate([]byte("{{b}}{{a}}{{b}}{{c}}"), map[string]string{"c": ""})
	require.EqualError(t, err, "the template needs a value for a, b")

	filled, err = formats.FillTemplate([]byte("{ {no} } {{"), nil)
	require.NoError(t, err)
	require.Equal(t, "{ {no} } {{", string(filled))
}
