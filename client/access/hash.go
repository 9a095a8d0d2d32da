package access

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"time"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// cost is what one hash takes. Its zero value is not usable.
type cost struct {
	// memory in KiB.
	memory uint32
	passes uint32
	lanes  uint8
}

// The cost of a password: the second recommended choice of RFC 9106, section 4 (64 MiB, three
// passes, four lanes). What is stored tells its own cost, so that this may be raised.
const (
	hashMemory   = 64 << 10
	hashPasses   = 3
	hashLanes    = 4
	saltLength   = 16
	hashLength   = 32
	hashesAtOnce = 2
	hashesWait   = 64
)

// The highest cost that is read from the database; a row that was tampered with must not stop the process.
const (
	highestMemory = 256 << 10
	highestPasses = 16
	highestLanes  = 16
)

// hasher hashes passwords with argon2id, few at a time: each takes its memory, so that a
// crowd at the door would otherwise take all of it.
type hasher struct {
	cost
	// derive is argon2id; tests count its calls.
	derive func(password, salt []byte, c cost, length uint32) []byte
	places chan struct{}
	queue  chan struct{}
	// nobody is the hash of a password that nobody knows, for accounts that do not exist.
	nobody string
}

func newHasher() *hasher {
	h := &hasher{
		cost: cost{memory: hashMemory, passes: hashPasses, lanes: hashLanes},
		derive: func(password, salt []byte, c cost, length uint32) []byte {
			return argon2.IDKey(password, salt, c.passes, c.memory, c.lanes, length)
		},
		places: make(chan struct{}, hashesAtOnce), queue: make(chan struct{}, hashesWait),
	}
	h.nobody = h.format(random(saltLength), random(hashLength))
	return h
}

// random returns n random bytes.
func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: the program ends when the system has no randomness
	return b
}

// hash returns the PHC string of a password.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	salt := random(saltLength)
	key, err := h.run(ctx, password, salt, h.cost, hashLength)
	if err != nil {
		return "", err
	}
	return h.format(salt, key), nil
}

// verify tells whether the password is the one of the PHC string, and whether the string was
// made at another cost than today's. It does the work of one hash whatever the answer.
func (h *hasher) verify(ctx context.Context, stored, password string) (right, outdated bool, err error) {
	c, salt, want, err := parsePHC(stored)
	if err != nil {
		return false, false, err
	}
	got, err := h.run(ctx, password, salt, c, uint32(len(want)))
	if err != nil {
		return false, false, err
	}
	return subtle.ConstantTimeCompare(got, want) == 1, c != h.cost, nil
}

// run derives in one of the places, after those who wait already. With too many of them it
// says so at once: a queue without end would only hold connections.
func (h *hasher) run(ctx context.Context, password string, salt []byte, c cost, length uint32) ([]byte, error) {
	select {
	case h.queue <- struct{}{}:
		defer func() { <-h.queue }()
	default:
		return nil, &Error{Code: TooManyRequests, Detail: "too many people are logging in", RetryAfter: 2 * time.Second}
	}
	select {
	case h.places <- struct{}{}:
		defer func() { <-h.places }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return h.derive([]byte(norm.NFC.String(password)), salt, c, length), nil
}

// format writes the PHC string: $argon2id$v=19$m=...,t=...,p=...$salt$hash.
func (c cost) format(salt, key []byte) string {
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.memory, c.passes, c.lanes, b64(salt), b64(key))
}

var errPHC = errors.New("the stored password hash is not readable")

var phc = regexp.MustCompile(`^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]{1,96})\$([A-Za-z0-9+/]{1,96})$`)

// parsePHC reads what format wrote, within the highest cost.
func parsePHC(text string) (c cost, salt, key []byte, err error) {
	parts := phc.FindStringSubmatch(text)
	if parts == nil {
		return c, nil, nil, errPHC
	}
	memory, _ := strconv.ParseUint(parts[1], 10, 32) // digits, few of them
	passes, _ := strconv.ParseUint(parts[2], 10, 32)
	lanes, _ := strconv.ParseUint(parts[3], 10, 32)
	salt, saltErr := base64.RawStdEncoding.Strict().DecodeString(parts[4])
	key, keyErr := base64.RawStdEncoding.Strict().DecodeString(parts[5])
	bearable := within(memory, 8*lanes, highestMemory) && within(passes, 1, highestPasses) && within(lanes, 1, highestLanes)
	if !bearable || saltErr != nil || keyErr != nil || !within(len(salt), 8, 64) || !within(len(key), 16, 64) {
		return c, nil, nil, errPHC
	}
	return cost{memory: uint32(memory), passes: uint32(passes), lanes: uint8(lanes)}, salt, key, nil
}

func within[N int | uint64](n, low, high N) bool { return n >= low && n <= high }
