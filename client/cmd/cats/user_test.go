package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"carec.example/cats/client/access"
)

const password = "seven bags of dry apricots"

// user types a line of "cats user", with a password on the standard input.
func (s *session) user(line, in string) result {
	s.t.Helper()
	s.in = in
	return s.run(append([]string{"user"}, strings.Fields(line)...)...)
}

func TestUserCommands(t *testing.T) {
	s := newSession(t)
	delete(s.env, "CATS_AS")
	for _, step := range []struct{ line, in, want string }{
		{"list --organisation CN", "", "nobody may log in yet; make an account with \"cats user add\"\n"},
		{
			"add Aigul --identity cn-officer-urumqi --identity cn-trader-tianshan", password + "\n",
			"Aigul may log in as cn-officer-urumqi, cn-trader-tianshan\n",
		},
		{"add dana --identity cn-officer-urumqi --organisation CN", password, "dana may log in as cn-officer-urumqi\n"},
		{
			"link 00u1 --issuer https://login.customs.example --identity cn-officer-urumqi", "",
			"00u1 may log in as cn-officer-urumqi\n",
		},
		{"passwd dana --organisation CN", "nine sacks of green tea leaves\r\n", "dana has another password, and no session\n"},
		{"assign dana --identity cn-trader-tianshan", "", "dana may log in as cn-trader-tianshan\n"},
		{"disable dana --organisation CN", "", "dana is kept out\n"},
		{"disable 00u1 --issuer https://login.customs.example --organisation CN", "", "00u1 is kept out\n"},
		{"enable 00u1 --issuer https://login.customs.example --organisation CN", "", "00u1 may log in again\n"},
	} {
		r := s.user(step.line, step.in)
		require.Zero(t, r.code, r.err)
		require.Equal(t, step.want, r.out)
	}
	r := s.user("list --organisation CN", "")
	golden(t, "user-list", regexp.MustCompile(`\d{4}-\d\d-\d\d`).ReplaceAllString(r.out, "2026-11-24"))
	r = s.user("list --organisation CN --json", "")
	var people []access.Person
	require.NoError(t, json.Unmarshal([]byte(r.out), &people))
	require.Len(t, people, 3)
	require.NotContains(t, r.out, "argon2id")

	require.Zero(t, s.user("remove dana --organisation CN", "").code)
	require.NotContains(t, s.user("list --organisation CN", "").out, "dana")

	t.Run("The database lies where cats serve keeps its files, for the user alone", func(t *testing.T) {
		info, err := os.Stat(filepath.Join(s.dir, "application", "CN", "node.db"))
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
		s.env["CATS_DATA"] = filepath.Join(s.dir, "elsewhere")
		require.Contains(t, s.user("list --organisation CN", "").out, "nobody")
		require.FileExists(t, filepath.Join(s.dir, "elsewhere", "node.db"))
	})

	t.Run("Or where one says", func(t *testing.T) {
		url := "sqlite:" + filepath.Join(s.dir, "a.db")
		require.Zero(t, s.user("add dana --identity cn-officer-urumqi --database "+url, password).code)
		s.env["CATS_DATABASE"] = url
		require.Contains(t, s.user("list --organisation CN", "").out, "dana")
	})
}

func TestMistakesWithUsers(t *testing.T) {
	s := newSession(t)
	delete(s.env, "CATS_AS")
	require.Zero(t, s.user("add aigul --identity cn-officer-urumqi", password).code)
	for line, c := range map[string]struct{ in, want string }{
		"add aigul --identity cn-officer-urumqi":                     {password, "aigul exists already"},
		"add AIGUL --identity cn-officer-urumqi":                     {password, "AIGUL exists already"},
		"add a/b --identity cn-officer-urumqi":                       {password, "a name has letters, digits"},
		"add dana --identity cn-officer-urumqi":                      {"short", "is too short; 12 characters are needed"},
		"add dana2 --identity cn-officer-urumqi":                     {"", "no password on the standard input"},
		"add dana3 --identity cn-officer-urumqi":                     {password + "\n" + password, "must be one line"},
		"add dana4":                                                  {password, "--identity is missing"},
		"add dana5 --identity cgm-clerk --organisation CN":           {password, "belongs to another organisation than CN"},
		"add dana6 --identity cn-nobody --organisation CN":           {password, `there is no identity "cn-nobody" here`},
		"add dana7 secret --identity cn-officer-urumqi":              {password, `unexpected argument "secret"`},
		"add dana8 --password secret --identity cn-officer-urumqi":   {password, "unknown flag"},
		"add dana9 --identity cn-officer-urumqi --organisation XX":   {password, "no organisation"},
		"link x --identity cn-officer-urumqi":                        {"", "--issuer is missing"},
		"list":                                                       {"", "--organisation is missing"},
		"list --organisation CN --database mysql://u:secret@h/x":     {"", "want sqlite:PATH or postgres://"},
		"passwd nobody --organisation CN":                            {password, "nobody does not exist"},
		"disable aigul --issuer https://x.example --organisation CN": {"", "aigul does not exist"},
		"remov aigul": {"", "did you mean remove?"},
	} {
		t.Run(line, func(t *testing.T) {
			r := s.user(line, c.in)
			require.Equal(t, exitUsage, r.code, r.err)
			require.Contains(t, r.err, c.want)
			require.NotContains(t, r.err, password)
			require.NotContains(t, r.err, "secret@")
			require.Empty(t, r.out)
		})
	}
}

func TestHelpOnUsers(t *testing.T) {
	for name, args := range map[string][]string{
		"help-user": {"user", "--help"}, "help-user-add": {"user", "add", "--help"}, "help-user-link": {"user", "link", "--help"},
	} {
		r := newSession(t).run(args...)
		require.Zero(t, r.code, r.err)
		own, _, _ := strings.Cut(r.out, "Global Flags:")
		golden(t, name, own)
	}
}
