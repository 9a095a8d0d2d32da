package fsck

import (
	"encoding/json"
	"slices"
	"strings"

	"carec.example/cats/chaincode/ledger"
	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

// movement looks at one step of a movement.
func (r *replay) movement(id string, w cats.Write) {
	next := &transit.Movement{Declared: r.declared[id]}
	if !decode(r, id, w.Value, &next.Course) {
		return
	}
	was := r.movements[id]
	r.movements[id] = next
	if next.ID != id {
		r.find(id, "named", "the record under this key names itself %s", next.ID)
	}
	r.checkStep(was, next)
	r.rederive(was, next)
	r.checkAnnexes(was, next)
	r.checkCourse(next)
	r.checkReference(was, next)
	r.checkCustody(next)
	r.checkPolicy(id, w.Key, next.Endorsement())
	if was == nil || was.Version != next.Version || was.Custodian != next.Custodian || was.Declarant != next.Declarant {
		r.checkPolicy(id, ledger.DeclaredKey(id), next.Endorsement())
	}
	r.endorsedUnder(id, w.Key)
	r.checkContent(next)
	r.checkSigned(next)
	r.checkUsages(next)
	r.checkCover(was, next)
	r.checkEvent(was, next)
}

// checkStep checks sequence, time and message, and that the step is a row of the procedure.
func (r *replay) checkStep(was, next *transit.Movement) {
	if was == nil {
		begins := transit.Submitted
		if next.AdditionalType == transit.AdditionalPreLodged {
			begins = transit.PreLodged
		}
		if next.Seq != 1 || next.State != begins || r.tx.Function != transit.FnLodge {
			r.find(next.ID, "procedure", "the record begins by %s as %s at step %d", r.tx.Function, next.State, next.Seq)
		}
		return
	}
	if next.Seq != was.Seq+1 {
		r.find(next.ID, "contiguous", "step %d follows step %d", next.Seq, was.Seq)
	}
	if next.At < was.At {
		r.find(next.ID, "time", "the step of %s follows the one of %s", next.At, was.At)
	}
	if was.State.Terminal() {
		r.find(next.ID, "final", "%s changed what was %s", r.tx.Function, was.State)
	}
	if message := r.messageID(); !strings.HasSuffix(lastOf(next.Messages), "/"+message) {
		r.find(next.ID, "message", "the record does not end with message %s", message)
	}
	if !isRow(r.tx.Function, was.State, next.State) {
		r.find(next.ID, "procedure", "%s from %s to %s is no row of the procedure", r.tx.Function, was.State, next.State)
	}
}

// lastOf is the last message, if there is one: its sender and its identification.
func lastOf(messages []string) string {
	if len(messages) == 0 {
		return ""
	}
	return messages[len(messages)-1]
}

// isRow reports whether a step between two states stands in the procedure. A row without a state to lead to leaves it.
func isRow(fn transit.Function, from, to transit.State) bool {
	return slices.ContainsFunc(transit.Procedure(), func(t transit.Transition) bool {
		leads := t.To
		if leads == "" {
			leads = from
		}
		return t.Step.Function() == fn && slices.Contains(t.From, from) && leads == to
	})
}

// messageID is that of the request in the transaction's argument.
func (r *replay) messageID() string {
	var header transit.Header
	if err := json.Unmarshal(r.tx.Argument, &header); err != nil {
		return ""
	}
	return header.MessageID
}

// checkReference checks that what identifies a movement stays.
func (r *replay) checkReference(was, next *transit.Movement) {
	if next.MRN != "" {
		mrn, err := transit.ParseMRN(next.MRN)
		if err != nil || mrn.MovementID().String() != next.ID {
			r.find(next.ID, "MRN", "%s is not an MRN of this movement", next.MRN)
		}
	}
	if was == nil {
		return
	}
	if was.MRN != "" && was.MRN != next.MRN {
		r.find(next.ID, "MRN", "%s became %s", was.MRN, next.MRN)
	}
	if was.LRN != next.LRN || was.LodgedAt != next.LodgedAt {
		r.find(next.ID, "identity", "LRN or time of lodging changed")
	}
	r.checkOwner(was, next)
}

// checkCustody checks that one customs authority has custody: that of the leg under way, or of departure before there is one.
func (r *replay) checkCustody(m *transit.Movement) {
	if len(m.Legs) == 0 {
		r.find(m.ID, "custody", "the record has no leg")
		return
	}
	started, due := 0, m.Legs[0].MSP
	for _, l := range m.Legs {
		if l.State == transit.LegStarted {
			started++
		}
		if l.StartedAt != "" { // A movement that ends before its last territory never starts the legs ahead.
			due = l.MSP
		}
	}
	if started > 1 {
		r.find(m.ID, "custody", "%d legs are under way at once", started)
	}
	if m.Custodian != due {
		r.find(m.ID, "custody", "the custodian is %s, the leg under way is that of %s", m.Custodian, due)
	}
	customs := slices.ContainsFunc(r.consortium.Organisations, func(o transit.Organisation) bool {
		return o.MSP == m.Custodian && o.Kind == transit.Customs
	})
	if !customs {
		r.find(m.ID, "custody", "the custodian %q is no customs authority of the registry", m.Custodian)
	}
}

// checkPolicy checks that the key's policy is the one that the record calls for.
func (r *replay) checkPolicy(record, key string, want transit.Endorsement) {
	raw := r.policies[key]
	if raw == nil {
		r.find(record, "policy", "the key has no endorsement policy")
		return
	}
	got, err := ledger.ParsePolicy(raw)
	if err != nil {
		r.find(record, "policy", "%v", err)
		return
	}
	anyWanted := slices.Sorted(slices.Values(want.Any))
	if !slices.Equal(got.All, want.All) || !slices.Equal(slices.Sorted(slices.Values(got.Any)), anyWanted) {
		r.find(record, "policy", "the key asks for all of %v and any of %v; the record calls for all of %v and any of %v",
			got.All, got.Any, want.All, anyWanted)
	}
}

// checkContent checks the digests against the hashes of what the country of departure holds.
func (r *replay) checkContent(m *transit.Movement) {
	if len(m.Legs) == 0 {
		return
	}
	owner := m.Legs[0].MSP
	if len(m.Sections) == 0 {
		r.find(m.ID, "content", "the record has no digests")
	}
	for _, s := range m.Sections {
		if held := r.privateDigest(owner, ledger.SectionKey(m.ID, m.Version, s.Name)); held != s.Digest {
			r.find(m.ID, "content", "section %s: the record has digest %s, %s holds %q", s.Name, s.Digest, owner, held)
		}
	}
	if r.tx.Function != transit.FnLodge && r.tx.Function != transit.FnAmend {
		return
	}
	var request transit.LodgeRequest
	if !decode(r, m.ID, r.tx.Argument, &request) {
		return
	}
	face, err := transit.Canonical(request.Face)
	if err != nil || r.privateDigest(owner, ledger.FaceKey(m.ID, m.Version)) != ledger.Digest(face) {
		r.find(m.ID, "face", "the published face is not the one that %s computed", owner)
	}
}

// checkUsages checks that the balances carry exactly what the movement has locked.
func (r *replay) checkUsages(m *transit.Movement) {
	for _, u := range m.Guarantees {
		var sum int64
		for _, p := range u.Parts {
			sum += p.Minor
			open, held := int64(0), false
			if b := r.balances[u.GRN][p.Balance]; b != nil {
				open, held = b.Open[m.ID], holds(b, m.ID)
			}
			if due := lockedPart(u, p); open != due || held != u.State.Open() {
				r.find(m.ID, "guarantee", "balance %d of %s holds %d for the movement, its record says %d", p.Balance, u.GRN, open, due)
			}
		}
		r.checkUsage(m, u, sum)
	}
}

func holds(b *transit.Balance, id string) bool {
	_, open := b.Open[id]
	return open
}

// checkUsage checks one usage's guarantee, parts and claim against one another.
func (r *replay) checkUsage(m *transit.Movement, u transit.Usage, sum int64) {
	g, kept := r.guarantees[u.GRN], transit.KeptByReference(u.Type)
	if fits := kept && g != nil || !kept && u.GRN == "" && len(u.Parts) == 0; !fits {
		r.find(m.ID, "guarantee", "a usage of type %s names guarantee %q with %d parts", u.Type, u.GRN, len(u.Parts))
	}
	if due := recorded(g, u.Amount); u.State.Open() && (sum != due || len(u.Parts) == 0) {
		r.find(m.ID, "guarantee", "the parts on %s add up to %d, the amount is %d", u.GRN, sum, due)
	}
	if u.State == transit.UsageClaimed && (u.Claimed.Minor <= 0 || u.Claimed.Minor > u.Amount.Minor) {
		r.find(m.ID, "guarantee", "a usage of %s ended with a claim of %s", u.Amount, u.Claimed)
	}
}

// recorded is what the balances record of an amount: nothing under monitoring code 1.
func recorded(g *transit.Guarantee, amount transit.Money) int64 {
	if g != nil && g.Terms.Monitoring == transit.MonitorUsage {
		return 0
	}
	return amount.Minor
}

func lockedPart(u transit.Usage, p transit.UsagePart) int64 {
	if u.State.Open() {
		return p.Minor
	}
	return 0
}

// checkEvent checks that the event tells the step.
func (r *replay) checkEvent(was, next *transit.Movement) {
	var from transit.State
	if was != nil {
		from = was.State
	}
	told := r.tx.Event != nil && slices.ContainsFunc(r.tx.Event.Steps, func(s transit.EventStep) bool {
		return s.Record == "movement" && s.ID == next.ID && s.Seq == next.Seq && s.From == from && s.To == next.State &&
			s.Custodian == next.Custodian
	})
	if told {
		return
	}
	r.find(next.ID, "event", "no event tells step %d from %q to %s", next.Seq, from, next.State)
}
