package cats

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Checkpoint is how far a courier has come.
type Checkpoint struct {
	// Position behind the last event that was taken in.
	Position Position `json:"position"`
	// Pending are the movements and deliveries taken in and not yet done.
	Pending []Pending `json:"pending"`
}

// Pending is one delivery that is not done yet.
type Pending struct {
	// Movement identification.
	Movement string `json:"movement"`
	// To is the receiving organisation's MSP; empty while nobody has looked what of the movement is missing where.
	To string `json:"to,omitempty"`
	// Annex is the digest of the annex to deliver; empty for the content.
	Annex string `json:"annex,omitempty"`
}

// Store keeps a courier's checkpoint. Load returns the zero value when there is none.
type Store interface {
	Load() (Checkpoint, error)
	Save(Checkpoint) error
}

// FileStore keeps the checkpoint in a file. A crash leaves the old or the new one
// there, never a torn one: the new is written beside it, forced to the disk, and
// put in its place by renaming.
type FileStore struct{ path string }

// NewFileStore makes a store of a file, whose folder is made when it is missing.
func NewFileStore(path string) (*FileStore, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("couldn't make the folder of the checkpoint: %w", err)
	}
	return &FileStore{path: path}, nil
}

// Load reads the checkpoint.
func (s *FileStore) Load() (Checkpoint, error) {
	var c Checkpoint
	raw, err := os.ReadFile(s.path)
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if err != nil {
		return c, fmt.Errorf("couldn't read the checkpoint: %w", err)
	}
	if err := json.Unmarshal(raw, &c); err != nil {
		return c, fmt.Errorf("couldn't read the checkpoint %s: %w", s.path, err)
	}
	return c, nil
}

// Save replaces the checkpoint. When it returns nil the new one is on the disk.
func (s *FileStore) Save(c Checkpoint) error {
	raw, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("couldn't encode the checkpoint: %w", err)
	}
	next := s.path + ".next"
	if err := writeThrough(next, raw); err != nil {
		return fmt.Errorf("couldn't write the checkpoint: %w", err)
	}
	// From the renaming on, the new checkpoint counts; before it, the old one does.
	if err := os.Rename(next, s.path); err != nil {
		return fmt.Errorf("couldn't replace the checkpoint: %w", err)
	}
	if err := syncFolder(filepath.Dir(s.path)); err != nil {
		return fmt.Errorf("couldn't force the checkpoint to the disk: %w", err)
	}
	return nil
}

func writeThrough(path string, raw []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	if _, err := f.Write(raw); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := f.Sync(); err != nil {
		return errors.Join(err, f.Close())
	}
	return f.Close()
}

func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
