package transit

import (
	"slices"
	"strconv"
	"time"
)

// PurgeReason tells why an organisation may no longer keep what it holds.
type PurgeReason string

// Reasons for purging.
const (
	// PurgeUnpublished: deposited, and never lodged or published.
	PurgeUnpublished PurgeReason = "unpublished"
	// PurgeSuperseded: an amendment has replaced it.
	PurgeSuperseded PurgeReason = "superseded"
	// PurgeRetention: the movement ended so long ago as the registry says.
	PurgeRetention PurgeReason = "retention"
	// PurgeRevoked: the grant under which it came was revoked or is over.
	PurgeRevoked PurgeReason = "revoked"
)

// publishWithin is how long a deposit waits for its publication, which follows within seconds or not at all.
const publishWithin = 24 * time.Hour

// Holding is the name of what an organisation holds of a version of the content. An attachment's is its own name, that of an
// annex its digest.
func Holding(version int) string { return strconv.Itoa(version) }

// DuePurge tells why a holding of an organisation must go, "" when it may stay, and which of its parts may stay all the
// same. The movement is nil when there is none; days is the retention after the end of a movement, 0 for ever.
func DuePurge(m *Movement, msp, holding string, heldAt, now time.Time, days int) (PurgeReason, []string) {
	switch {
	case m == nil || m.unpublished(holding):
		if After(now, heldAt, publishWithin) || m != nil && m.State.Terminal() {
			return PurgeUnpublished, nil
		}
		return "", nil
	case m.superseded(holding):
		return PurgeSuperseded, nil
	case m.Expired(now, days):
		return PurgeRetention, nil
	case m.hasAnnex(holding):
		return "", nil
	}
	var keep []string
	for _, p := range m.MayStand(msp, now) {
		keep = append(keep, p.Name)
	}
	for _, part := range m.partsOf(holding) {
		if !slices.Contains(keep, part) {
			return PurgeRevoked, keep
		}
	}
	return "", keep
}

// Expired reports whether the retention after the movement's end has run out.
func (m *Movement) Expired(now time.Time, days int) bool {
	ended, err := time.Parse(time.RFC3339, m.EndedAt)
	return err == nil && days > 0 && !now.Before(ended.AddDate(0, 0, days))
}

// partsOf lists the parts of a holding that is on the record.
func (m *Movement) partsOf(holding string) []string {
	if holding != Holding(m.Version) {
		return []string{holding}
	}
	var out []string
	for _, s := range m.Sections {
		out = append(out, s.Name)
	}
	return out
}

func (m *Movement) unpublished(holding string) bool {
	if v, err := strconv.Atoi(holding); err == nil {
		return v > m.Version
	}
	return !slices.ContainsFunc(m.Attachments, func(a Attachment) bool { return a.Name == holding }) && !m.hasAnnex(holding)
}

func (m *Movement) hasAnnex(digest string) bool {
	return slices.ContainsFunc(m.Annexes, func(a Annex) bool { return a.Digest == digest })
}

func (m *Movement) superseded(holding string) bool {
	v, err := strconv.Atoi(holding)
	return err == nil && v < m.Version
}
