package national_test

import (
	"bytes"
	"os"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/formats/national"
	"carec.example/cats/client/formats/national/examples"
)

func TestASetFindsTheMappingOfADocument(t *testing.T) {
	set, err := national.LoadSet(examples.Files)
	require.NoError(t, err)
	require.Len(t, set.All(), 3)
	alone, err := national.LoadSet(examples.Mappings)
	require.NoError(t, err)
	require.Len(t, alone.All(), 3, "the mappings without the documents")
	for _, c := range []struct{ name, document, named, want string }{
		{"by the root element", `<?xml version="1.0"?><!-- x --><ASYCUDA/>`, "", "asycuda-sad"},
		{"by root element and namespace", `<x:TransitDeclaration xmlns:x="urn:example:eaeu-style:transit-declaration:1"/>`, "", "eaeu-transit"},
		{"another namespace", `<TransitDeclaration xmlns="urn:other"/>`, "", ""},
		{"a message of NCTS", `<ncts:CC015C xmlns:ncts="http://ncts.dgtaxud.ec"/>`, "", ""},
		{"no document", "<", "", ""},
		{"nothing", "", "", ""},
		{"CSV", "\ufeffReference;Date", "", "goods-list"},
		{"CSV by name", "Reference;Date", "goods-list", "goods-list"},
		{"JSON, for which there is none", "{}", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, err := set.For([]byte(c.document), c.named)
			require.NoError(t, err)
			if c.want == "" {
				require.Nil(t, m)
				return
			}
			require.Equal(t, c.want, m.Name)
		})
	}
	_, err = set.For([]byte("a;b"), "eaeu-transit")
	require.ErrorIs(t, err, &transit.Fault{Code: transit.InvalidDocument})
	require.ErrorContains(t, err, "it could be for: goods-list")
	var none *national.Set
	m, err := none.For([]byte("a;b"), "")
	require.NoError(t, err)
	require.Nil(t, m)
}

func TestTwoMappingsOfASetAreToldApart(t *testing.T) {
	read := func(name string) *fstest.MapFile {
		text, err := os.ReadFile("examples/" + name)
		require.NoError(t, err)
		return &fstest.MapFile{Data: text}
	}
	other := read("goods-list.yaml")
	renamed := &fstest.MapFile{Data: bytes.Replace(other.Data, []byte("name: goods-list"), []byte("name: other-list"), 1)}
	set, err := national.LoadSet(fstest.MapFS{"a.yaml": read("goods-list.yaml"), "b.yaml": renamed})
	require.NoError(t, err)
	_, err = set.For([]byte("Reference;Date"), "")
	require.ErrorContains(t, err, "goods-list, other-list")
	m, err := set.For([]byte("Reference;Date"), "other-list")
	require.NoError(t, err)
	require.Equal(t, "other-list", m.Name)

	for name, files := range map[string]fstest.MapFS{
		"two mappings have the name goods-list": {"a.yaml": read("goods-list.yaml"), "b.yaml": other},
		"are for the same root element ASYCUDA": {"a.yaml": read("asycuda-sad.yaml"), "b.yaml": {Data: bytes.Replace(
			read("asycuda-sad.yaml").Data, []byte("name: asycuda-sad"), []byte("name: other-sad"), 1)}},
		"has no mapping files": {"a.xml": read("asycuda-sad.xml")},
		"eaeu-transit.yaml: ":  {"eaeu-transit.yaml": read("eaeu-transit.yaml")},
	} {
		_, err := national.LoadSet(files)
		require.ErrorContains(t, err, name)
	}
}
