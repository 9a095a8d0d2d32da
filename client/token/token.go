// Package token signs with keys that never leave their device: smart cards, USB tokens and hardware security modules, which
// all speak PKCS#11. A key is named by a URI after RFC 7512, wherever a profile or a command takes the file of a key:
//
//	pkcs11:token=CATS;object=officer?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=file:/etc/cats/pin
//
// The certificate stays a file. Of the attributes of the RFC these are understood: token, serial, slot-id, object and id
// (which key on which token), module-path (the device's library), pin-source (a file: URI; its first line is the PIN).
// Others are refused rather than passed over, because they would narrow down the choice. There is no pin-value: a PIN in a
// profile or on a command line is none. Without pin-source the [Keys]' own question is asked.
package token

import (
	"crypto"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"

	"github.com/ThalesGroup/crypto11"
)

// Scheme of the URIs.
const Scheme = "pkcs11:"

// Is reports whether a key is named by a URI rather than by a file.
func Is(name string) bool { return strings.HasPrefix(name, Scheme) }

// URI names a key on a device.
type URI struct {
	Token, Serial string
	// Slot is nil unless the URI has a slot-id.
	Slot *int
	// Object is the key's label, ID its identification; one of both at least.
	Object string
	ID     []byte
	// Module is the path of the device's library.
	Module string
	// PINFile holds the PIN; empty: ask.
	PINFile string
}

// Parse reads a URI. Errors say which attribute is wrong.
func Parse(text string) (*URI, error) {
	rest, found := strings.CutPrefix(text, Scheme)
	if !found {
		return nil, fmt.Errorf("a key on a device is named by %s..., after RFC 7512", Scheme)
	}
	path, query, _ := strings.Cut(rest, "?")
	var u URI
	for _, part := range []struct{ text, separator string }{{path, ";"}, {query, "&"}} {
		if part.text == "" {
			continue
		}
		for attribute := range strings.SplitSeq(part.text, part.separator) {
			name, raw, _ := strings.Cut(attribute, "=")
			value, err := url.PathUnescape(raw)
			if err != nil {
				return nil, fmt.Errorf("the attribute %s of the key's URI: %w", name, err)
			}
			if err := u.set(name, value); err != nil {
				return nil, err
			}
		}
	}
	return &u, u.check()
}

func (u *URI) set(name, value string) error {
	text := map[string]*string{"token": &u.Token, "serial": &u.Serial, "object": &u.Object, "module-path": &u.Module}
	if to, known := text[name]; known {
		*to = value
		return nil
	}
	switch name {
	case "id":
		u.ID = []byte(value)
	case "slot-id":
		slot, err := strconv.Atoi(value)
		if err != nil || slot < 0 {
			return fmt.Errorf("the slot-id %q of the key's URI is no number", value)
		}
		u.Slot = &slot
	case "type":
		if value != "private" {
			return fmt.Errorf("the key's URI names a %s object, not a private key", value)
		}
	case "pin-source":
		file, found := strings.CutPrefix(value, "file:")
		if !found {
			return fmt.Errorf("the pin-source of the key's URI must be a file: URI")
		}
		u.PINFile = strings.TrimPrefix(file, "//")
	default:
		return fmt.Errorf("the attribute %q of the key's URI is not understood", name)
	}
	return nil
}

func (u *URI) check() error {
	chosen := 0
	for _, given := range []bool{u.Token != "", u.Serial != "", u.Slot != nil} {
		if given {
			chosen++
		}
	}
	switch {
	case chosen != 1:
		return errors.New("the key's URI names its device by exactly one of token, serial, slot-id")
	case u.Object == "" && len(u.ID) == 0:
		return errors.New("the key's URI names no key: object or id is missing")
	case u.Module == "":
		return errors.New("the key's URI names no library of the device: module-path is missing")
	}
	return nil
}

// device is where a URI leads, the key on it apart.
func (u *URI) device() string {
	slot := ""
	if u.Slot != nil {
		slot = strconv.Itoa(*u.Slot)
	}
	return strings.Join([]string{u.Module, u.Token, u.Serial, slot}, "\x00")
}

// Keys opens keys on devices and keeps the devices open. It is safe for concurrent use.
type Keys struct {
	// AskPIN is asked once for each device whose URI names no file with the PIN; nil refuses.
	AskPIN func(device string) (string, error)

	mu   sync.Mutex
	open map[string]*crypto11.Context
}

// Key opens a key. It signs on the device, in as many goroutines as the device has sessions.
func (k *Keys) Key(uri string) (crypto.Signer, error) {
	u, err := Parse(uri)
	if err != nil {
		return nil, err
	}
	device, err := k.device(u)
	if err != nil {
		return nil, err
	}
	var label []byte
	if u.Object != "" {
		label = []byte(u.Object)
	}
	key, err := device.FindKeyPair(u.ID, label)
	if err != nil {
		return nil, fmt.Errorf("couldn't find the key %q on its device: %w", u.Object, err)
	}
	return key, nil
}

func (k *Keys) device(u *URI) (*crypto11.Context, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if open := k.open[u.device()]; open != nil {
		return open, nil
	}
	pin, err := k.pin(u)
	if err != nil {
		return nil, err
	}
	open, err := crypto11.Configure(&crypto11.Config{
		Path: u.Module, TokenLabel: u.Token, TokenSerial: u.Serial, SlotNumber: u.Slot, Pin: pin,
	})
	if err != nil {
		return nil, fmt.Errorf("couldn't open the device with %s: %w", u.Module, err)
	}
	if k.open == nil {
		k.open = map[string]*crypto11.Context{}
	}
	k.open[u.device()] = open
	return open, nil
}

func (k *Keys) pin(u *URI) (string, error) {
	if u.PINFile != "" {
		raw, err := os.ReadFile(u.PINFile)
		if err != nil {
			return "", fmt.Errorf("couldn't read the PIN: %w", err)
		}
		line, _, _ := strings.Cut(string(raw), "\n")
		return strings.TrimRight(line, "\r"), nil
	}
	if k.AskPIN == nil {
		return "", errors.New("the key's URI names no pin-source, and there is nobody to ask")
	}
	return k.AskPIN(strings.Join(strings.Fields(u.Token+" "+u.Serial), " "))
}

// Close closes the devices. Keys that were opened sign no more.
func (k *Keys) Close() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	var failures []error
	for _, device := range k.open {
		failures = append(failures, device.Close())
	}
	k.open = nil
	return errors.Join(failures...)
}
