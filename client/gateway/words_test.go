package gateway

import (
	"bytes"
	"encoding/json"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write words.json and openapi.json anew") //nolint:gochecknoglobals // a flag of the test

// TestTheWordsAreThoseOfTheSource reads the doc comments of the types that the document shows, and the values of their closed
// lists, out of the source.
func TestTheWordsAreThoseOfTheSource(t *testing.T) {
	all := words{Text: map[string]string{}, Lists: map[string][]string{}}
	for _, dir := range []string{
		"../../chaincode/transit", "../access", "../cats", "../fsck", "../projection", "../links/webhook", "../links/queue", "../links/risk", ".",
	} {
		readWords(t, dir, &all)
	}
	shown := shownWords(&all)
	raw, err := json.MarshalIndent(shown, "", "  ")
	require.NoError(t, err)
	if *update {
		require.NoError(t, os.WriteFile("words.json", append(raw, '\n'), 0o600))
		return
	}
	require.True(t, bytes.Equal(append(raw, '\n'), wordsJSON), "the source says something else; run: go test ./client/gateway -update, twice")
}

// shownWords leaves what some schema of the document shows.
func shownWords(all *words) words {
	out := words{Text: map[string]string{}, Lists: map[string][]string{}}
	d := newDocument()
	out.Lists["access.Code"] = all.Lists["access.Code"]
	add := func(key string) {
		if text := all.Text[key]; text != "" {
			out.Text[key] = text
		}
		if list := all.Lists[key]; list != nil {
			out.Lists[key] = list
		}
	}
	for name := range d.schemas.registry.Map() {
		addType(d.schemas.registry.TypeFromRef(schemaPrefix+name), add)
	}
	return out
}

func addType(t reflect.Type, add func(string)) {
	add(wordOf(t))
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() {
			continue
		}
		add(wordOf(t) + "." + f.Name)
		ft := f.Type
		for ft.Kind() == reflect.Pointer || ft.Kind() == reflect.Slice {
			ft = ft.Elem()
		}
		switch {
		case f.Anonymous:
			addType(ft, add)
		case ft.Kind() == reflect.String && ft.PkgPath() != "":
			add(wordOf(ft))
		}
	}
}

func readWords(t *testing.T, dir string, into *words) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	require.NoError(t, err)
	set := token.NewFileSet()
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(set, path, nil, parser.ParseComments)
		require.NoError(t, err)
		for _, d := range f.Decls {
			if g, is := d.(*ast.GenDecl); is {
				readDecl(f.Name.Name, g, into)
			}
		}
	}
}

func readDecl(pkg string, g *ast.GenDecl, into *words) {
	for _, s := range g.Specs {
		switch s := s.(type) {
		case *ast.TypeSpec:
			name := pkg + "." + s.Name.Name
			into.Text[name] = said(s.Name.Name, firstOf(s.Doc, g.Doc))
			if body, is := s.Type.(*ast.StructType); is {
				readFields(name, body, into)
			}
		case *ast.ValueSpec:
			if typed, is := s.Type.(*ast.Ident); is && g.Tok == token.CONST {
				readConstants(pkg+"."+typed.Name, s, into)
			}
		}
	}
}

func readFields(name string, body *ast.StructType, into *words) {
	for _, f := range body.Fields.List {
		for _, n := range f.Names {
			if text := said(n.Name, firstOf(f.Doc, f.Comment)); text != "" {
				into.Text[name+"."+n.Name] = text
			}
		}
	}
}

func readConstants(name string, s *ast.ValueSpec, into *words) {
	for _, v := range s.Values {
		lit, is := v.(*ast.BasicLit)
		if !is || lit.Kind != token.STRING {
			continue
		}
		if text, err := strconv.Unquote(lit.Value); err == nil && text != "" {
			into.Lists[name] = append(into.Lists[name], text)
		}
	}
}

func firstOf(docs ...*ast.CommentGroup) *ast.CommentGroup {
	for _, d := range docs {
		if d != nil {
			return d
		}
	}
	return nil
}

var (
	link  = regexp.MustCompile(`\[([A-Za-z.*]+)\]`)     //nolint:gochecknoglobals // a constant of the test
	blank = regexp.MustCompile(`[ \t]*\n[ \t]*|[ \t]+`) //nolint:gochecknoglobals // a constant of the test
)

// said is what a doc comment says, without links and line breaks, and without the name of the field at its head.
func said(name string, c *ast.CommentGroup) string {
	if c == nil {
		return ""
	}
	text := link.ReplaceAllString(strings.TrimSpace(c.Text()), "$1")
	text = blank.ReplaceAllString(text, " ")
	if rest, found := strings.CutPrefix(text, name+": "); found {
		text = rest
	}
	return text
}
