package exchange

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"carec.example/cats/client/formats"
)

// Folder is an exchange by files. A message is an XML file (*.xml) in the folder in; its answers, and everything else that the
// party has to learn, are files in the folder out, named by kind and identification, such as
// CC028C-7DEJ6N6ZMJHYDDUCX2B4Y3OVPTXPPEO3.xml. Below in stand
//
//	work/      what is being dealt with, and how far the ledger has been read
//	done/      messages that the ledger has taken, named by digest and former name
//	rejected/  messages that were refused, each with its answer beside (*.answer.xml, of national documents *.answer.json)
//
// When the exchange has mappings, national documents (*.xml, *.json, *.csv) are taken as well, and their status appears in the folder
// out after every step, named by mapping and identification. Which of several mappings for JSON or for CSV a file is for, its name
// says before the first point: goods-list.march.csv. What of a message or document that was taken has not come to the ledger is told
// in a file of its own, such as left-out-7DEJ6N6ZMJHYDDUCX2B4Y3OVPTXPPEO3.json.
//
// A file is read when it has had the same size and time for two looks, so that one that is still being written is left alone; whoever
// writes elsewhere and renames into the folder is safe in any case. Files whose names begin with a point are left alone.
//
// A crash at any instant loses nothing and does nothing twice. A message is in exactly one of the folders, moved by renaming: one
// found in work when the connector starts is posted again, and the ledger knows it by its identification. The same bytes dropped
// in again after they were taken are put aside without being posted. An answer is written beside its place and renamed into it,
// before the file or the cursor moves on; written again after a crash, it has the same name.
//
// The cursor, work/cursor.json, tells up to where the ledger has been read and answered: {"block":12,"index":3} says all of the blocks
// before 12, and the first three transactions of 12. A folder without one begins at block 0, so that everything that ever happened to
// the party's movements is told, or where [FromBlock] says; afterwards the cursor alone counts.
type Folder struct {
	exchange *Exchange
	in, out  string
	log      *slog.Logger
	every    time.Duration
	// first is where a folder that has no cursor begins.
	first Cursor

	seen map[string]sight
	// taken are the digests of the messages that the ledger has taken.
	taken map[string]bool
	lock  *os.File
	// point is told of the steps between which a crash could come.
	point func(string)
}

// sight is how a file looked the last time.
type sight struct {
	size int64
	at   time.Time
}

const (
	workFolder     = "work"
	doneFolder     = "done"
	rejectedFolder = "rejected"
	cursorFile     = "cursor.json"
	lockFile       = "lock"
	digestLength   = 32
)

// FolderOption configures a [Folder].
type FolderOption func(*Folder)

// FromBlock makes a folder that has no cursor yet begin at a block: what happened before is not told.
func FromBlock(number uint64) FolderOption {
	return func(f *Folder) { f.first = Cursor{Block: number} }
}

// NewFolder makes the connector of two folders, which are made when they are missing. Close it when it is no longer used: one
// connector at a time works on a folder.
func NewFolder(x *Exchange, in, out string, every time.Duration, log *slog.Logger, options ...FolderOption) (*Folder, error) {
	f := &Folder{exchange: x, in: in, out: out, log: log, every: every, seen: map[string]sight{}, taken: map[string]bool{}, point: func(string) {}}
	for _, o := range options {
		o(f)
	}
	for _, folder := range []string{f.within(workFolder), f.within(doneFolder), f.within(rejectedFolder), out} {
		if err := os.MkdirAll(folder, 0o750); err != nil {
			return nil, fmt.Errorf("couldn't make the folder: %w", err)
		}
	}
	var err error
	if f.lock, err = lockPath(f.within(workFolder, lockFile)); err != nil {
		return nil, fmt.Errorf("couldn't lock %s: %w", in, err)
	}
	done, err := os.ReadDir(f.within(doneFolder))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("couldn't read the folder: %w", err), f.Close())
	}
	for _, entry := range done {
		f.taken[entry.Name()[:min(len(entry.Name()), digestLength)]] = true
	}
	if err := f.begin(); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// begin keeps where a new folder begins. From here on a connector that is started again goes on where this one ended, though nothing
// may have happened before, and whatever it is told.
func (f *Folder) begin() error {
	if _, err := os.Stat(f.within(workFolder, cursorFile)); err == nil || f.first == (Cursor{}) {
		return nil
	}
	return f.keep(f.first)
}

func (f *Folder) keep(at Cursor) error {
	text, err := json.Marshal(at)
	if err != nil {
		return fmt.Errorf("couldn't write the cursor: %w", err)
	}
	return replace(f.within(workFolder, cursorFile), text)
}

// Close lets another connector work on the folder.
func (f *Folder) Close() error {
	if err := f.lock.Close(); err != nil {
		return fmt.Errorf("couldn't unlock the folder: %w", err)
	}
	return nil
}

func (f *Folder) within(parts ...string) string {
	return filepath.Join(append([]string{f.in}, parts...)...)
}

// Run works until the context ends, and then returns nil. What fails is logged and tried again.
func (f *Folder) Run(ctx context.Context) error {
	ticker := time.NewTicker(f.every)
	defer ticker.Stop()
	for {
		if _, err := f.Once(ctx); err != nil && ctx.Err() == nil {
			f.log.Warn("exchange", "error", err.Error())
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// Once takes in what is in the folder and writes the answers that there are. It tells whether anything is left to look at again:
// files that may still be written, and blocks not read yet.
func (f *Folder) Once(ctx context.Context) (more bool, err error) {
	waiting, takeErr := f.collect()
	err = errors.Join(takeErr, f.deal(ctx))
	left, answerErr := f.answer(ctx)
	return waiting || left, errors.Join(err, answerErr)
}

// collect moves the files that are complete into work.
func (f *Folder) collect() (waiting bool, err error) {
	entries, err := os.ReadDir(f.in)
	if err != nil {
		return false, fmt.Errorf("couldn't read the folder: %w", err)
	}
	now := map[string]sight{}
	for _, entry := range entries {
		name := entry.Name()
		info, err := entry.Info()
		if err != nil || !info.Mode().IsRegular() || strings.HasPrefix(name, ".") || !f.takes(name) {
			continue
		}
		now[name] = sight{info.Size(), info.ModTime()}
		if f.seen[name] != now[name] {
			waiting = true
			continue
		}
		f.point("before it is taken into work")
		if _, err := os.Stat(f.within(workFolder, name)); err == nil {
			waiting = true // Another of the name is being dealt with.
			continue
		}
		if err := rename(f.within(name), f.within(workFolder, name)); err != nil {
			return waiting, err
		}
		f.point("after it is taken into work")
		delete(now, name)
	}
	f.seen = now
	return waiting, nil
}

// deal posts every message in work. One that cannot be posted now stays there.
func (f *Folder) deal(ctx context.Context) error {
	entries, err := os.ReadDir(f.within(workFolder))
	if err != nil {
		return fmt.Errorf("couldn't read the folder: %w", err)
	}
	var failed error
	for _, entry := range entries {
		if !f.takes(entry.Name()) || ctx.Err() != nil {
			continue
		}
		if err := f.one(ctx, entry.Name()); err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s: %w", entry.Name(), err))
		}
	}
	return failed
}

func (f *Folder) one(ctx context.Context, name string) error {
	path := f.within(workFolder, name)
	message, err := readBounded(path, formats.MaxXMLBytes+1)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(message)
	digest := hex.EncodeToString(sum[:])[:digestLength]
	if f.taken[digest] {
		f.log.Info("taken before", "file", name)
		return f.move(path, f.within(doneFolder, digest+"-"+name))
	}
	outcome, err := f.exchange.PostAs(ctx, f.mappingOf(name), message)
	if err != nil {
		return err
	}
	f.point("after it is posted")
	if refusal := outcome.Refusal(); refusal != nil {
		return f.reject(path, digest, name, *refusal)
	}
	if err := f.leave(name, sum[:], outcome.LeftOut); err != nil {
		return err
	}
	f.taken[digest] = true
	f.log.Info("taken", "file", name)
	return f.move(path, f.within(doneFolder, digest+"-"+name))
}

// reject writes the answer to both places before it moves the file.
func (f *Folder) reject(path, digest, name string, a Answer) error {
	beside := f.within(rejectedFolder, digest+"-"+name)
	for _, place := range []string{filepath.Join(f.out, a.file()), beside + ".answer" + a.extension()} {
		if err := writeOnce(place, a.Text); err != nil {
			return err
		}
		f.point("after its answer is written")
	}
	f.log.Info("rejected", "file", name, "answer", a.file())
	return f.move(path, beside)
}

func (f *Folder) move(from, to string) error {
	f.point("before it is put aside")
	if err := rename(from, to); err != nil {
		return err
	}
	f.point("after it is put aside")
	return nil
}

// answer writes what has happened on the ledger since the cursor.
func (f *Folder) answer(ctx context.Context) (more bool, err error) {
	at, err := f.cursor()
	if err != nil {
		return false, err
	}
	page, err := f.exchange.Answers(ctx, at)
	if err != nil {
		return false, err
	}
	for _, a := range page.Answers {
		if err := writeOnce(filepath.Join(f.out, a.file()), a.Text); err != nil {
			return false, err
		}
		f.log.Info("answer", "file", a.file())
		f.point("after an answer is written")
	}
	if page.Next == at {
		return false, nil
	}
	f.point("before the cursor moves")
	if err := f.keep(page.Next); err != nil {
		return false, err
	}
	f.point("after the cursor has moved")
	return page.More, nil
}

func (f *Folder) cursor() (Cursor, error) {
	var at Cursor
	text, err := os.ReadFile(f.within(workFolder, cursorFile))
	if errors.Is(err, fs.ErrNotExist) {
		return at, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &at)
	}
	if err != nil {
		return at, fmt.Errorf("couldn't read the cursor: %w", err)
	}
	return at, nil
}

// takes tells by its name whether a file is a message or a document.
func (f *Folder) takes(name string) bool {
	if name == cursorFile {
		return false
	}
	switch strings.ToLower(filepath.Ext(name)) {
	case ".xml":
		return true
	case ".json", ".csv":
		return f.exchange.mappings != nil
	}
	return false
}

// mappingOf is the mapping that the name of a file names, or empty.
func (f *Folder) mappingOf(name string) string {
	first, _, _ := strings.Cut(name, ".")
	for _, m := range f.exchange.mappings.All() {
		if m.Name == first {
			return first
		}
	}
	return ""
}

// FileLeftOut tells what of a file has not come to the ledger.
type FileLeftOut struct {
	File    string    `json:"file"`
	LeftOut []LeftOut `json:"leftOut"`
}

// leave tells what of a file stays behind.
func (f *Folder) leave(name string, digest []byte, left []LeftOut) error {
	if len(left) == 0 {
		return nil
	}
	a, err := told(FileLeftOut{name, left}, answerID("left out", name, string(digest)), "left-out")
	if err != nil {
		return err
	}
	if err := writeOnce(filepath.Join(f.out, a.file()), a.Text); err != nil {
		return err
	}
	f.log.Info("left out", "file", name, "values", len(left), "told", a.file())
	f.point("after what is left out is told")
	return nil
}

// file is the name of an answer's file.
func (a Answer) file() string { return a.Kind + "-" + a.ID + a.extension() }

func (a Answer) extension() string {
	switch {
	case a.MediaType == mediaJSON:
		return ".json"
	case strings.HasPrefix(a.MediaType, "text/csv"):
		return ".csv"
	}
	return ".xml"
}
