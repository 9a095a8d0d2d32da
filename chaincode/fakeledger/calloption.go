package fakeledger

import (
	"slices"
	"time"
)

// CallOption shapes a proposal.
type CallOption func(*call)

// Transient passes confidential input: peers that simulate see it, the ledger does not.
func Transient(values map[string][]byte) CallOption {
	return func(c *call) {
		c.transient = map[string][]byte{}
		for name, value := range values {
			c.transient[name] = append([]byte{}, value...)
		}
	}
}

// Endorsers names the organisations whose peers endorse, all of them and no others, whether that satisfies any policy or not.
func Endorsers(orgs ...string) CallOption {
	return func(c *call) { c.endorsers = slices.Clone(orgs) }
}

// AtPeer names the organisation whose peer evaluates, or serves as gateway of a submission.
func AtPeer(org string) CallOption { return func(c *call) { c.gateway = org } }

// Timestamp sets the time the client claims. Peers refuse it more than 15 minutes off their clock.
func Timestamp(t time.Time) CallOption { return func(c *call) { c.timestamp = t } }

// BytesArgs appends arguments that are not text.
func BytesArgs(args ...[]byte) CallOption {
	return func(c *call) {
		for _, a := range args {
			c.args = append(c.args, append([]byte{}, a...))
		}
	}
}
