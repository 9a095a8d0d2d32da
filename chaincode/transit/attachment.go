package transit

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of attachments. A file travels alone, in the transient map of one transaction, so that the bounds of a message
// (100 MiB between client, peer and chaincode) are far away; blocks carry its hash only.
const (
	// MaxAttachments bounds the files of one movement.
	MaxAttachments = 4
	// MaxAttachmentBytes bounds one file; sealed, it is a third larger.
	MaxAttachmentBytes = 1 << 20
	// MaxSealedAttachment bounds the sealed value of a file, in bytes.
	MaxSealedAttachment = MaxAttachmentBytes/3*4 + 4<<10
)

// Attachment is the public face of an attached file: its number and the digest of its sealed value. Its name, type and
// content are confidential.
type Attachment struct {
	Name    string `json:"name"`
	Digest  string `json:"digest"`
	AddedAt string `json:"addedAt"`
}

// AttachmentName is the public name of the n-th attachment of a movement, counted from 1.
func AttachmentName(n int) string { return fmt.Sprintf("attachment-%d", n) }

// File is an attached file, as its sealed value holds it.
type File struct {
	Name string `json:"name"`
	// MediaType after RFC 6838, such as application/pdf.
	MediaType string `json:"mediaType"`
	Data      []byte `json:"data"`
}

// Check refuses a file that is empty or too large, or whose name could lead a reader's program astray.
func (f *File) Check() *Fault {
	switch {
	case len(f.Data) == 0:
		return Faultf(MalformedRequest, "the file is empty")
	case len(f.Data) > MaxAttachmentBytes:
		return Faultf(TooLarge, "the file has %d bytes, more than %d", len(f.Data), MaxAttachmentBytes)
	case !fileName(f.Name):
		return Faultf(MalformedRequest, "a file's name has 1 to %d characters and no path", maxFileName)
	case len(f.MediaType) > maxMediaType || !regexp.MustCompile(`^[a-z]+/[a-z0-9][a-z0-9.+-]*$`).MatchString(f.MediaType):
		return Faultf(MalformedRequest, "the media type is not one like application/pdf")
	}
	return nil
}

const (
	maxFileName  = 120
	maxMediaType = 100
)

// fileName reports whether a text names a file in a folder and nothing else. Invisible characters are refused with the
// others: they hide what a name ends with.
func fileName(s string) bool {
	if !utf8.ValidString(s) || utf8.RuneCountInString(s) > maxFileName || strings.Trim(s, ". ") == "" || strings.HasPrefix(s, ".") {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool {
		return strings.ContainsRune(`/\:*?"<>|`, r) || !unicode.IsPrint(r)
	})
}

// SealFile makes the private value of an attachment and its digest.
func SealFile(name string, f *File, seed []byte) ([]byte, SectionDigest, error) {
	content, err := Canonical(f)
	if err != nil {
		return nil, SectionDigest{}, fmt.Errorf("couldn't encode the file: %w", err)
	}
	return SealSection(Section{Name: name, Content: content}, seed)
}

// UnsealFile checks a private value against the digest on the record and returns the file.
func UnsealFile(value []byte, want SectionDigest) (*File, error) {
	s, err := UnsealSection(value, want)
	if err != nil {
		return nil, err
	}
	f := new(File)
	if err := DecodeStrict(s.Content, f); err != nil {
		return nil, fmt.Errorf("couldn't decode %s: %w", want.Name, err)
	}
	if fault := f.Check(); fault != nil {
		return nil, fmt.Errorf("%s holds no file: %w", want.Name, fault)
	}
	return f, nil
}
