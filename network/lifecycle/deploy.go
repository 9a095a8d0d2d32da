package lifecycle

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/hyperledger/fabric-admin-sdk/pkg/chaincode"
	lc "github.com/hyperledger/fabric-protos-go-apiv2/peer/lifecycle"
	"google.golang.org/protobuf/proto"

	"carec.example/cats/network/parallel"
)

// Package makes the chaincode package of a program that runs as a service. It holds no code, only the program's digest:
// organisations that approve the same package id have agreed on the same program, byte for byte. Equal input gives equal
// bytes, hence the same id everywhere.
func Package(label, programDigest string) (content []byte, id string, err error) {
	program, err := json.Marshal(map[string]string{"sha256": programDigest})
	if err != nil {
		return nil, "", err
	}
	metadata, err := json.Marshal(map[string]string{"type": "ccaas", "label": label})
	if err != nil {
		return nil, "", err
	}
	code, err := archive([]entry{
		{"connection.json", []byte(`{"dial_timeout":"10s"}`)},
		{"program.json", program},
	})
	if err != nil {
		return nil, "", err
	}
	content, err = archive([]entry{{"metadata.json", metadata}, {"code.tar.gz", code}})
	if err != nil {
		return nil, "", err
	}
	return content, chaincode.GetPackageID(label, content), nil
}

type entry struct {
	name    string
	content []byte
}

func archive(entries []entry) ([]byte, error) {
	var out bytes.Buffer
	zip := gzip.NewWriter(&out)
	tape := tar.NewWriter(zip)
	for _, e := range entries {
		header := &tar.Header{Name: e.name, Mode: 0o644, Size: int64(len(e.content)), Typeflag: tar.TypeReg, Format: tar.FormatUSTAR}
		if err := tape.WriteHeader(header); err != nil {
			return nil, err
		}
		if _, err := tape.Write(e.content); err != nil {
			return nil, err
		}
	}
	if err := tape.Close(); err != nil {
		return nil, err
	}
	if err := zip.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// Definition is a chaincode as the channel is to know it.
type Definition struct {
	Channel, Name string
	// Version names the program: equal versions are equal programs.
	Version string
	// Policy is the endorsement policy, a signature policy expression.
	Policy string
	// PackageID and Package are the package every organisation installs.
	PackageID string
	Package   []byte
	// Members is the number of organisations on the channel, whose majority has to approve.
	Members int
	// Renew makes a new definition of equal terms.
	Renew bool
}

// Outcome says what a deployment came to.
type Outcome struct {
	Sequence int64
	// Changed: a new definition was committed.
	Changed bool
	// Approvals is the number of members that have approved; short of a majority nothing was committed.
	Approvals int
	Committed bool
}

// Deploy installs on every peer of the sessions, and approves and commits once for each of their members. An approval is an
// organisation's: its further peers learn of it from the one that has it.
func Deploy(ctx context.Context, sessions []*Session, d Definition) (Outcome, error) {
	if err := install(ctx, sessions, d); err != nil {
		return Outcome{}, err
	}
	sessions = oneOfEach(sessions)
	for {
		outcome, err := define(ctx, sessions, d)
		if err == nil || !overtaken(err) {
			return outcome, err
		}
		select {
		case <-ctx.Done():
			return outcome, err
		case <-time.After(250 * time.Millisecond):
		}
	}
}

// oneOfEach keeps the first session of every member.
func oneOfEach(sessions []*Session) []*Session {
	seen := map[string]bool{}
	var first []*Session
	for _, s := range sessions {
		if !seen[s.Member.MSP] {
			seen[s.Member.MSP] = true
			first = append(first, s)
		}
	}
	return first
}

// overtaken recognises a decision on the sequence made from a ledger that was not up to date: a peer that has just
// joined a channel sees no definition until it has caught up, and another organisation may have committed meanwhile.
func overtaken(err error) bool { return strings.Contains(err.Error(), "requested sequence is") }

// define approves and commits.
func define(ctx context.Context, sessions []*Session, d Definition) (Outcome, error) {
	definition, changed, err := nextDefinition(ctx, sessions[0], d)
	if err != nil {
		return Outcome{}, err
	}
	if err := approveAll(ctx, sessions, definition); err != nil {
		return Outcome{}, err
	}
	outcome := Outcome{Sequence: definition.Sequence, Changed: changed, Approvals: d.Members, Committed: true}
	if !changed {
		return outcome, nil
	}
	outcome.Approvals, outcome.Committed, err = commit(ctx, sessions[0], definition, d.Members)
	return outcome, err
}

func install(ctx context.Context, sessions []*Session, d Definition) error {
	return parallel.Each(ctx, sessions, func(ctx context.Context, s *Session) error {
		peer := chaincode.NewPeer(s.Connection, s.Identity)
		installed, err := peer.QueryInstalled(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", s.Member.Name, err)
		}
		for _, c := range installed.GetInstalledChaincodes() {
			if c.GetPackageId() == d.PackageID {
				return nil
			}
		}
		if _, err := peer.Install(ctx, bytes.NewReader(d.Package)); err != nil {
			return fmt.Errorf("%s: install: %w", s.Member.Name, err)
		}
		return nil
	})
}

// nextDefinition decides on the sequence: the committed one if the terms are the same, otherwise the one after it. The
// version names the program, so another program is another definition.
func nextDefinition(ctx context.Context, s *Session, d Definition) (*chaincode.Definition, bool, error) {
	policy, err := chaincode.NewApplicationPolicy(d.Policy, "")
	if err != nil {
		return nil, false, fmt.Errorf("endorsement policy %q: %w", d.Policy, err)
	}
	definition := &chaincode.Definition{
		ChannelName: d.Channel, Name: d.Name, Version: d.Version, PackageID: d.PackageID, ApplicationPolicy: policy, Sequence: 1,
	}
	gateway := chaincode.NewGateway(s.Connection, s.Identity)
	var committed *lc.QueryChaincodeDefinitionsResult
	err = insist(ctx, func(ctx context.Context) (err error) {
		committed, err = gateway.QueryCommitted(ctx, d.Channel)
		return err
	})
	if err != nil {
		return nil, false, fmt.Errorf("%s: %w", s.Member.Name, err)
	}
	for _, c := range committed.GetChaincodeDefinitions() {
		if c.GetName() != d.Name {
			continue
		}
		definition.Sequence = c.GetSequence()
		if !d.Renew && sameTerms(definition, c.GetVersion(), c.GetValidationParameter()) {
			return definition, false, nil
		}
		definition.Sequence++
	}
	return definition, true, nil
}

func packageOf(approved *lc.QueryApprovedChaincodeDefinitionResult) string {
	return approved.GetSource().GetLocalPackage().GetPackageId()
}

func sameTerms(d *chaincode.Definition, version string, policy []byte) bool {
	ours, err := proto.MarshalOptions{Deterministic: true}.Marshal(d.ApplicationPolicy)
	return err == nil && version == d.Version && bytes.Equal(ours, policy)
}

func approveAll(ctx context.Context, sessions []*Session, d *chaincode.Definition) error {
	return parallel.Each(ctx, sessions, func(ctx context.Context, s *Session) error {
		if err := insist(ctx, func(ctx context.Context) error { return approve(ctx, s, d) }); err != nil {
			return fmt.Errorf("%s: %w", s.Member.Name, err)
		}
		return nil
	})
}

func approve(ctx context.Context, s *Session, d *chaincode.Definition) error {
	gateway := chaincode.NewGateway(s.Connection, s.Identity)
	approved, err := gateway.QueryApproved(ctx, d.ChannelName, d.Name, d.Sequence)
	if err == nil && packageOf(approved) == d.PackageID && sameTerms(d, approved.GetVersion(), approved.GetValidationParameter()) {
		return nil
	}
	err = gateway.Approve(ctx, d)
	if err != nil && strings.Contains(err.Error(), "with unchanged content") {
		return nil
	}
	return err
}

// commit commits once a majority has approved; an organisation that starts only its own part may be the first of many.
func commit(ctx context.Context, s *Session, d *chaincode.Definition, members int) (approvals int, committed bool, err error) {
	gateway := chaincode.NewGateway(s.Connection, s.Identity)
	err = insist(ctx, func(ctx context.Context) error {
		readiness, err := gateway.CheckCommitReadiness(ctx, d)
		if err != nil {
			return err
		}
		approvals = 0
		for _, yes := range readiness.GetApprovals() {
			if yes {
				approvals++
			}
		}
		if approvals <= members/2 {
			return nil
		}
		err = gateway.Commit(ctx, d)
		committed = err == nil
		return err
	})
	if err != nil {
		return approvals, committed, fmt.Errorf("commit %s: %w", d.Name, err)
	}
	return approvals, committed, nil
}
