package cats

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"carec.example/cats/chaincode/identity"
	"carec.example/cats/chaincode/ledger"
	"carec.example/cats/chaincode/transit"
)

// Statement is what a signature will say, read from the very bytes that are signed and from nothing else: whoever prepared
// them is not believed.
type Statement struct {
	Stage              Stage
	Channel, Chaincode string
	Function           transit.Function
	// NCTS message of the same meaning, such as IE029; empty when there is none.
	NCTS          string
	TransactionID string
	// At is the time that the transaction bears.
	At time.Time
	// MSP and Certificate of the signer, and what the certificate claims.
	MSP         string
	Certificate *x509.Certificate
	Claims      identity.Certificate
	// Argument of the function (JSON).
	Argument json.RawMessage
	// Document is the content that goes to a country's private collection; nil when the call has none, and in the transaction,
	// which does not carry it.
	Document *transit.STD
	// Confidential is what goes along and stays off the ledger, by name. The transaction does not carry it; its identification is
	// that of the proposal, and peers endorse no other proposal of it than one that was signed.
	Confidential []Part
	// Endorsers are the organisations whose peers have endorsed the transaction.
	Endorsers []string
	// Record is the movement as the transaction leaves it; nil in a proposal.
	Record *transit.Course
	// Keys are all public keys that the transaction writes.
	Keys []string

	envelope *common.Envelope
}

// Statement reads what is to be signed. Bytes that do not hang together are an error: another transaction identification than
// that of signer and nonce, several actions, an endorsement of another proposal.
func (u *Unsigned) Statement() (*Statement, error) {
	s := &Statement{Stage: u.Stage}
	var err error
	switch u.Stage {
	case StageProposal:
		err = s.readProposal(u.Bytes)
	case StageTransaction:
		err = s.readTransaction(u.Bytes)
	default:
		err = fmt.Errorf("there is nothing to sign at the stage %q", u.Stage)
	}
	if err != nil {
		return nil, fmt.Errorf("couldn't read what is to be signed: %w", err)
	}
	return s, nil
}

func (s *Statement) readProposal(raw []byte) error {
	var proposed gateway.ProposedTransaction
	var proposal peer.Proposal
	var header common.Header
	var payload peer.ChaincodeProposalPayload
	if err := unmarshalAll(pair{raw, &proposed}); err != nil {
		return err
	}
	if err := unmarshalAll(pair{proposed.GetProposal().GetProposalBytes(), &proposal}); err != nil {
		return err
	}
	if err := unmarshalAll(pair{proposal.GetHeader(), &header}, pair{proposal.GetPayload(), &payload}); err != nil {
		return err
	}
	if err := s.readHeader(&header); err != nil {
		return err
	}
	if err := s.readInput(proposal.GetPayload()); err != nil {
		return err
	}
	return s.readTransient(payload.GetTransientMap())
}

func (s *Statement) readHeader(h *common.Header) error {
	var channel common.ChannelHeader
	var signature common.SignatureHeader
	var extension peer.ChaincodeHeaderExtension
	if err := unmarshalAll(pair{h.GetChannelHeader(), &channel}, pair{h.GetSignatureHeader(), &signature}); err != nil {
		return err
	}
	if err := unmarshalAll(pair{channel.GetExtension(), &extension}); err != nil {
		return err
	}
	if common.HeaderType(channel.GetType()) != common.HeaderType_ENDORSER_TRANSACTION {
		return errors.New("it is no transaction of a chaincode")
	}
	id := sha256.Sum256(slices.Concat(signature.GetNonce(), signature.GetCreator()))
	if channel.GetTxId() != hex.EncodeToString(id[:]) {
		return errors.New("the transaction identification is not that of the signer and the nonce")
	}
	who, certificate, err := signerOf(signature.GetCreator())
	if err != nil {
		return err
	}
	if certificate == nil {
		return errors.New("the signer has no certificate")
	}
	claims, fault := identity.Claims(who.MSP, certificate)
	if fault != nil {
		return fault
	}
	s.Channel, s.TransactionID, s.At = channel.GetChannelId(), channel.GetTxId(), channel.GetTimestamp().AsTime()
	s.Chaincode = extension.GetChaincodeId().GetName()
	s.MSP, s.Certificate, s.Claims = who.MSP, certificate, claims
	return nil
}

// readInput reads the call. The chaincode that the header names and the one that is called must be the same.
func (s *Statement) readInput(raw []byte) error {
	var t Transaction
	if err := t.readInput(raw); err != nil {
		return err
	}
	if t.Chaincode != s.Chaincode {
		return fmt.Errorf("the header names chaincode %q, the call %q", s.Chaincode, t.Chaincode)
	}
	if !json.Valid(t.Argument) {
		return errors.New("the argument is not JSON")
	}
	s.Function, s.Argument = t.Function, t.Argument
	step, isStep := strings.CutPrefix(string(t.Function), "movement:")
	for _, row := range transit.Procedure() {
		if isStep && string(row.Step) == step {
			s.NCTS = row.Message
			break
		}
	}
	return nil
}

func (s *Statement) readTransaction(raw []byte) error {
	var prepared gateway.PreparedTransaction
	var payload common.Payload
	var tx peer.Transaction
	if err := unmarshalAll(pair{raw, &prepared}); err != nil {
		return err
	}
	s.envelope = prepared.GetEnvelope()
	if err := unmarshalAll(pair{s.envelope.GetPayload(), &payload}); err != nil {
		return err
	}
	if err := unmarshalAll(pair{payload.GetData(), &tx}); err != nil {
		return err
	}
	if err := s.readHeader(payload.GetHeader()); err != nil {
		return err
	}
	if len(tx.GetActions()) != 1 {
		return fmt.Errorf("it has %d actions", len(tx.GetActions()))
	}
	action := tx.GetActions()[0]
	if !bytes.Equal(action.GetHeader(), payload.GetHeader().GetSignatureHeader()) {
		return errors.New("the action is another signer's")
	}
	return s.readAction(payload.GetHeader(), action.GetPayload())
}

func (s *Statement) readAction(h *common.Header, raw []byte) error {
	var action peer.ChaincodeActionPayload
	var response peer.ProposalResponsePayload
	if err := unmarshalAll(pair{raw, &action}); err != nil {
		return err
	}
	if err := unmarshalAll(pair{action.GetAction().GetProposalResponsePayload(), &response}); err != nil {
		return err
	}
	// What the peers endorsed is bound to the call by this hash; otherwise the words below would be those of another call.
	hash := sha256.Sum256(slices.Concat(h.GetChannelHeader(), h.GetSignatureHeader(), action.GetChaincodeProposalPayload()))
	if !bytes.Equal(hash[:], response.GetProposalHash()) {
		return errors.New("the endorsements are those of another call")
	}
	if err := s.readInput(action.GetChaincodeProposalPayload()); err != nil {
		return err
	}
	t := Transaction{}
	if err := t.readAction(raw, s.Chaincode); err != nil {
		return err
	}
	s.Endorsers = t.Endorsers
	for _, w := range t.Writes {
		s.Keys = append(s.Keys, w.Key)
		var course transit.Course
		if json.Unmarshal(w.Value, &course) == nil && course.ID != "" && w.Key == ledger.MovementKey(course.ID) {
			s.Record = &course
		}
	}
	return nil
}

// Line is one line of a statement in words.
type Line struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// Lines say in words what is signed.
func (s *Statement) Lines() []Line {
	name := string(s.Function)
	if _, after, found := strings.Cut(name, ":"); found {
		name = after
	}
	what := spaced(name)
	if s.NCTS != "" {
		what += " (" + s.NCTS + ")"
	}
	who := s.Certificate.Subject.CommonName + ", " + cmp.Or(s.Claims.Role, s.Claims.Unit)
	if at := cmp.Or(s.Claims.Office, s.Claims.Operator); at != "" {
		who += " of " + at
	}
	fingerprint := sha256.Sum256(s.Certificate.Raw)
	lines := []Line{
		{"action", what},
		{"as", who + ", " + s.MSP},
		{"certificate", hex.EncodeToString(fingerprint[:])},
		{"ledger", s.Chaincode + " on " + s.Channel},
		{"time", s.At.UTC().Format(time.RFC3339)},
	}
	lines = append(lines, argumentLines(s.Argument)...)
	lines = append(lines, s.documentLines()...)
	for i := range s.Confidential {
		lines = append(lines, s.Confidential[i].lines()...)
	}
	lines = append(lines, s.outcomeLines()...)
	for i := range lines {
		lines[i] = Line{visible(lines[i].Name), visible(lines[i].Text)}
	}
	return lines
}

// visible writes what a terminal does not show, or shows by moving other text, as its number: texts are those of whoever prepared
// the change.
func visible(text string) string {
	var b strings.Builder
	for _, r := range text {
		if unicode.IsPrint(r) {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "\\u{%x}", r)
		}
	}
	return b.String()
}

func (s *Statement) documentLines() []Line {
	d := s.Document
	if d == nil {
		return nil
	}
	items := 0
	for _, h := range d.Consignment.HouseConsignments {
		items += len(h.ConsignmentItems)
	}
	lines := []Line{
		{"document", fmt.Sprintf("LRN %s, %d goods items, %s kg", d.TransitOperation.LRN, items, d.Consignment.GrossMass)},
		{"holder of the procedure", cmp.Or(d.Holder.IdentificationNumber, d.Holder.Name)},
		{"route", d.DepartureOffice.ReferenceNumber + " to " + d.DestinationOffice.ReferenceNumber},
	}
	for _, g := range d.Guarantees {
		for _, r := range g.GuaranteeReferences {
			lines = append(lines, Line{"guarantee", strings.TrimSpace(fmt.Sprintf("%s, %s %s", r.GRN, r.AmountToBeCovered, r.Currency))})
		}
	}
	return lines
}

func (s *Statement) outcomeLines() []Line {
	if s.Stage != StageTransaction {
		return nil
	}
	lines := []Line{{"endorsed by", strings.Join(s.Endorsers, ", ")}}
	if s.Record != nil {
		lines = append(lines, Line{"movement", fmt.Sprintf("%s becomes %s, custody of %s", s.Record.Reference(), s.Record.State, s.Record.Custodian)})
		for _, u := range s.Record.Guarantees {
			if u.GRN != "" {
				lines = append(lines, Line{"guarantee", strings.TrimSpace(fmt.Sprintf("%s %s %s", u.GRN, u.State, u.Amount))})
			}
		}
	}
	return append(lines, Line{"writes", fmt.Sprintf("%d records", len(s.Keys))})
}

// argumentLines are the values of an argument with the way to each, by name. Of the content's sections, which are digests that
// tell a reader nothing, only the number is given.
func argumentLines(argument []byte) []Line {
	var lines []Line
	d := json.NewDecoder(bytes.NewReader(argument))
	d.UseNumber()
	var fields map[string]any
	if d.Decode(&fields) != nil {
		return []Line{{"argument", string(argument)}}
	}
	walkArgument("", fields, &lines)
	return lines
}

func walkArgument(path string, v any, lines *[]Line) {
	switch v := v.(type) {
	case map[string]any:
		names := make([]string, 0, len(v))
		for name := range v {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			walkArgument(strings.TrimPrefix(path+"."+name, "."), v[name], lines)
		}
	case []any:
		var texts []string
		for _, e := range v {
			if text, plain := e.(string); plain {
				texts = append(texts, text)
			}
		}
		switch {
		case len(texts) == len(v):
			*lines = append(*lines, Line{path, strings.Join(texts, ", ")})
		case strings.HasSuffix(path, "sections"):
			*lines = append(*lines, Line{path, fmt.Sprintf("%d digests", len(v))})
		default:
			for i, e := range v {
				walkArgument(fmt.Sprintf("%s[%d]", path, i+1), e, lines)
			}
		}
	default:
		*lines = append(*lines, Line{path, fmt.Sprint(v)})
	}
}

// spaced turns the name of a function into words: AcceptHandOff is "accept hand off".
func spaced(name string) string {
	var b strings.Builder
	for i, r := range name {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
