package gateway

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"

	"carec.example/cats/chaincode/transit"
)

// An entity tag begins with the sequence number of the record, and that is what If-Match asks for: the number goes with
// the step to the ledger, which refuses the step when the record has moved, so that nothing can come in between. A tag of a
// reading goes on with a digest of what was read, for much of a view changes without a step: deliveries, shares, balances.
// So If-None-Match compares the whole tag, and If-Match its number.

// sequenceTag is the tag of a record as a change has left it; empty for records without a number.
func sequenceTag(record any) string {
	if seq := sequenceOf(record); seq > 0 {
		return strconv.Itoa(seq)
	}
	return ""
}

// representationTag is the tag of what a query has read, as it is answered.
func representationTag(result any, raw []byte) string {
	if seq := sequenceOf(result); seq > 0 {
		return strconv.Itoa(seq) + "-" + digestTag(raw)
	}
	return digestTag(raw)
}

func digestTag(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:8])
}

// sequenceOf is the sequence number of a record, 0 when it has none.
func sequenceOf(record any) int {
	switch r := record.(type) {
	case *transit.Course:
		return r.Seq
	case *transit.Movement:
		return r.Seq
	case *transit.MovementView:
		return r.Movement.Seq
	case *Content:
		return r.Movement.Seq
	case *transit.Guarantee:
		return r.Seq
	case *transit.GuaranteeView:
		return r.Guarantee.Seq
	}
	return 0
}

// quoted writes an entity tag as the header has it.
func quoted(tag string) string { return `"` + tag + `"` }

// expectedSeq reads If-Match: the sequence number that the record must still have, 0 for any (no header, or *). Operations that
// are not guarded take no tag.
func expectedSeq(header string, guarded bool) (int, *Problem) {
	header = strings.TrimSpace(header)
	if header == "" || header == "*" {
		return 0, nil
	}
	if !guarded {
		return 0, problem(codeBadRequest, "The operation changes no record with a sequence number and takes no If-Match.")
	}
	tag, strong := strings.CutPrefix(header, `"`)
	tag, closed := strings.CutSuffix(tag, `"`)
	number, _, _ := strings.Cut(tag, "-")
	seq, err := strconv.Atoi(number)
	switch {
	case !strong || !closed || strings.Contains(tag, `"`):
		return 0, problem(codeBadRequest, "If-Match takes one strong entity tag, as ETag gave it.")
	case err != nil || seq < 1:
		// A tag that this gateway never gave matches nothing.
		return 0, problem(transit.Stale, "The entity tag of If-Match is none of this record.").withStatus(412)
	}
	return seq, nil
}

// noneMatches reports whether If-None-Match names the tag. Weak comparison (RFC 9110, 13.1.2).
func noneMatches(header, tag string) bool {
	if tag == "" {
		return false
	}
	for given := range strings.SplitSeq(header, ",") {
		given = strings.TrimPrefix(strings.TrimSpace(given), "W/")
		if given == "*" || given == quoted(tag) {
			return true
		}
	}
	return false
}
