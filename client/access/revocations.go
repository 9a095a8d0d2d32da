package access

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// lookAgain is how often the files of revocation lists are looked at.
const lookAgain = 30 * time.Second

// revocations are the certificates that the authorities took back. The lists are read when the
// gateway starts, where one that is unreadable or of another authority is a failure, and again
// when a file changes; a new version that cannot be used leaves the old one in force and is
// logged.
type revocations struct {
	files       []string
	authorities []*x509.Certificate
	now         func() time.Time
	log         *slog.Logger

	mu     sync.Mutex
	looked time.Time
	stamps map[string]stamp
	lists  map[string]map[string]bool
}

type stamp struct {
	modified time.Time
	size     int64
}

func newRevocations(files []string, authorities []*x509.Certificate, now func() time.Time, log *slog.Logger) (*revocations, error) {
	r := &revocations{
		files: files, authorities: authorities, now: now, log: log,
		looked: now(), stamps: map[string]stamp{}, lists: map[string]map[string]bool{},
	}
	for _, file := range files {
		if err := r.read(file); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// has reports whether a certificate was taken back.
func (r *revocations) has(c *x509.Certificate) bool {
	if len(r.files) == 0 {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if now := r.now(); now.Sub(r.looked) >= lookAgain {
		r.looked = now
		for _, file := range r.files {
			if err := r.read(file); err != nil {
				r.log.Error("a revocation list cannot be used; the last good one stays in force", "error", err.Error())
			}
		}
	}
	for _, list := range r.lists {
		if list[entry(c.RawIssuer, c.SerialNumber.Bytes())] {
			return true
		}
	}
	return false
}

func entry(issuer, serial []byte) string { return string(issuer) + "\x00" + string(serial) }

// read reads a list if its file has changed.
func (r *revocations) read(file string) error {
	info, err := os.Stat(file)
	if err != nil {
		return fmt.Errorf("couldn't read a revocation list: %w", err)
	}
	is := stamp{info.ModTime(), info.Size()}
	if r.stamps[file] == is {
		return nil
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("couldn't read a revocation list: %w", err)
	}
	if block, _ := pem.Decode(raw); block != nil {
		raw = block.Bytes
	}
	list, err := x509.ParseRevocationList(raw)
	if err != nil {
		return fmt.Errorf("couldn't read the revocation list %s: %w", file, err)
	}
	if !r.signed(list) {
		return fmt.Errorf("the revocation list %s is not signed by an authority of the organisation", file)
	}
	if !list.NextUpdate.IsZero() && r.now().After(list.NextUpdate) {
		r.log.Warn("a revocation list is out of date", "nextUpdate", list.NextUpdate)
	}
	revoked := make(map[string]bool, len(list.RevokedCertificateEntries))
	for _, one := range list.RevokedCertificateEntries {
		revoked[entry(list.RawIssuer, one.SerialNumber.Bytes())] = true
	}
	r.lists[file], r.stamps[file] = revoked, is
	return nil
}

func (r *revocations) signed(list *x509.RevocationList) bool {
	for _, authority := range r.authorities {
		if list.CheckSignatureFrom(authority) == nil {
			return true
		}
	}
	return false
}
