package tree_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"carec.example/cats/client/formats/internal/tree"
)

func TestXMLKeepsNamesTextsLinesAndPlaces(t *testing.T) {
	root, err := tree.XML([]byte("<?xml version=\"1.0\"?>\n<a xmlns='urn:a' xmlns:p='urn:p'>\n <b p:c=\"1\">x<!-- -->y</b>\n <b>z</b>\n <p:b/></a>"))
	require.NoError(t, err)
	require.Equal(t, "urn:a", root.Space)
	require.Len(t, root.Children, 3)
	first, second, third := root.Children[0], root.Children[1], root.Children[2]
	require.Equal(t, "xy", first.Value())
	require.Equal(t, 3, first.Line)
	require.Equal(t, "/a/b/@c", first.Children[0].Place())
	require.Equal(t, "/a/b[2]", second.Place())
	require.Equal(t, 4, second.Line)
	require.Equal(t, "urn:p", third.Space)
	require.Empty(t, root.Value(), "an element with others in it has no value")
	second.Use()
	unused := root.Unused()
	require.Len(t, unused, 3)
	require.Equal(t, []*tree.Node{first, first.Children[0], third}, unused)
}

func TestXMLThatIsNotStrictIsRefused(t *testing.T) {
	for name, text := range map[string]string{
		"a document type":           "<!DOCTYPE a><a/>",
		"an entity":                 "<a>&b;</a>",
		"a late declaration":        " <?xml version=\"1.0\"?><a/>",
		"another encoding":          "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a/>",
		"an attribute twice":        "<a b='1' b='2'/>",
		"attributes without blanks": "<a b='1'c='2'/>",
		"half a character":          "<a>&#xD800;</a>",
		"two roots":                 "<a/><a/>",
		"text outside":              "<a/>x",
		"no element":                "<!-- -->",
		"an empty prefix":           "<a xmlns:p=''/>",
		"an open element":           "<a>",
		"too deep":                  strings.Repeat("<a>", tree.MaxDepth+1) + strings.Repeat("</a>", tree.MaxDepth+1),
		"too many":                  "<a>" + strings.Repeat("<b/>", tree.MaxNodes) + "</a>",
	} {
		_, err := tree.XML([]byte(text))
		require.Error(t, err, name)
	}
}

func TestJSONAndCSVBecomeTheSameKindOfTree(t *testing.T) {
	root, err := tree.JSON([]byte("{\"a\": [1.50, {\"b\": true}],\n \"c\": null, \"d\": \"\"}"), "r")
	require.NoError(t, err)
	require.Len(t, root.Children, 3)
	require.Equal(t, "1.50", root.Children[0].Value(), "numbers keep their spelling")
	require.Equal(t, "/r/a[2]/b", root.Children[1].Children[0].Place())
	require.Equal(t, "true", root.Children[1].Children[0].Value())
	require.Equal(t, 2, root.Child("d").Line)
	require.Nil(t, root.Child("c"))

	root, err = tree.CSV([]byte("\ufeffa;b c\n1;\"x;y\"\n\n;2\n"), "r", ';')
	require.NoError(t, err)
	require.Len(t, root.Children, 2)
	require.Equal(t, "x;y", root.Children[0].Child("b c").Value())
	require.Nil(t, root.Children[1].Child("a"))
	require.Equal(t, "/r/row[2]/b c", root.Children[1].Children[0].Place())
	require.Equal(t, 4, root.Children[1].Line)
}

func FuzzTrees(f *testing.F) {
	for _, text := range []string{"<a b='c'>d<e/></a>", `{"a": [1, {"b": null}]}`, "a,b\n1,2\n", "<a>&#1234;</a>"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, parse := range []func() (*tree.Node, error){
			func() (*tree.Node, error) { return tree.XML(data) },
			func() (*tree.Node, error) { return tree.JSON(data, "r") },
			func() (*tree.Node, error) { return tree.CSV(data, "r", ',') },
		} {
			root, err := parse()
			if err != nil {
				continue
			}
			for _, n := range root.Unused() {
				require.NotEmpty(t, n.Place())
			}
			root.UseAll()
			require.Empty(t, root.Unused())
		}
	})
}
