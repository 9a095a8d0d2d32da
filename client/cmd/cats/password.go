package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"carec.example/cats/client/access"
)

// longestLine of a password on the standard input, in bytes.
const longestLine = 4 << 10

// newPassword asks for a password twice without showing it, or reads one line when the standard
// input is no terminal. It says at once, before it is typed again, when one is not good enough.
func (a *app) newPassword(ctx context.Context, account string) (string, error) {
	terminal, ok := a.in.(*os.File)
	if !ok || !term.IsTerminal(int(terminal.Fd())) {
		return readPassword(a.in)
	}
	password, err := a.ask(ctx, terminal, "New password of "+account+": ")
	if err != nil {
		return "", err
	}
	if err := access.CheckPassword(account, password); err != nil {
		return "", &usageError{err: err}
	}
	again, err := a.ask(ctx, terminal, "Once more: ")
	if err != nil {
		return "", err
	}
	if again != password {
		return "", &usageError{err: errors.New("the two passwords differ")}
	}
	return password, nil
}

func (a *app) ask(ctx context.Context, terminal *os.File, prompt string) (string, error) {
	fd := int(terminal.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return "", fmt.Errorf("couldn't read the password: %w", err)
	}
	fmt.Fprint(a.err, prompt)
	type answer struct {
		typed []byte
		err   error
	}
	// The read cannot be given up; when the user does, it ends with the program.
	answers := make(chan answer, 1)
	go func() {
		typed, err := term.ReadPassword(fd)
		answers <- answer{typed, err}
	}()
	select {
	case got := <-answers:
		fmt.Fprintln(a.err)
		if got.err != nil {
			return "", fmt.Errorf("couldn't read the password: %w", got.err)
		}
		return string(got.typed), nil
	case <-ctx.Done():
		fmt.Fprintln(a.err)
		return "", errors.Join(errors.New("no password was given"), term.Restore(fd, before))
	}
}

// readPassword reads one line, the only one.
func readPassword(in io.Reader) (string, error) {
	text, err := io.ReadAll(io.LimitReader(bufio.NewReader(in), longestLine+1))
	if err != nil {
		return "", fmt.Errorf("couldn't read the password: %w", err)
	}
	line := strings.TrimSuffix(strings.TrimSuffix(string(text), "\n"), "\r")
	switch {
	case line == "":
		return "", &usageError{err: errors.New("there is no password on the standard input")}
	case len(text) > longestLine || strings.Contains(line, "\n"):
		return "", &usageError{err: errors.New("the standard input must be one line, the password")}
	}
	return line, nil
}
