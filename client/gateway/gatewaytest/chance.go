package gatewaytest

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
)

// Chance is the source of all choices: the input of a fuzzer first, and what follows from its digest when that is used up.
type Chance struct {
	input []byte
	rest  *rand.PCG
}

// NewChance makes a source out of an input.
func NewChance(input []byte) *rand.Rand {
	sum := sha256.Sum256(input)
	rest := rand.NewPCG(binary.BigEndian.Uint64(sum[:]), binary.BigEndian.Uint64(sum[8:]))
	return rand.New(&Chance{input: input, rest: rest})
}

// Seeded makes a source out of numbers.
func Seeded(a, b int) *rand.Rand {
	return rand.New(rand.NewPCG(uint64(a), uint64(b)))
}

// Uint64 implements [rand.Source]. A choice takes few bytes of the input, so that changing one changes one choice.
func (c *Chance) Uint64() uint64 {
	if len(c.input) < 2 {
		c.input = nil
		return c.rest.Uint64()
	}
	n := binary.BigEndian.Uint16(c.input)
	c.input = c.input[2:]
	return uint64(n) * 0x0001000100010001
}
