package contract

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"

	"carec.example/cats/chaincode/guard"
	"carec.example/cats/chaincode/identity"
	"carec.example/cats/chaincode/ledger"
	"carec.example/cats/chaincode/transit"
)

func registryFunctions(c Config) []guard.Function {
	return []guard.Function{
		with(transit.FnPropose, propose),
		with(transit.FnApprove, approve),
		with(transit.FnGetRegistry, getRegistry),
		with(transit.FnListOffices, listOffices),
		with(transit.FnGetProposal, getProposal),
		with(transit.FnPutEntries, putEntries),
		with(transit.FnGetPage, getPage),
		{Name: transit.FnFound, Handle: founding(c.Founding)},
		{Name: transit.FnJoin, Handle: join},
	}
}

// founding makes the handler that creates the registry. Nobody can vote before there
// is a registry of who votes, so the consent is given outside: every organisation's
// administrator configures the digest of the founding document with its chaincode
// process, and a process endorses that document only. The transaction needs the
// majority of the customs authorities' peers like every creation.
func founding(agreed string) func(shim.ChaincodeStubInterface, []byte) ([]byte, error) {
	return func(stub shim.ChaincodeStubInterface, arg []byte) ([]byte, error) {
		req := new(transit.FoundingRequest)
		if err := decode(arg, req); err != nil {
			return nil, err
		}
		tx, err := ledger.Begin(stub)
		if err != nil {
			return nil, err
		}
		c := &call{Tx: tx, consortium: &transit.Consortium{
			V: 1, Seq: 1, Organisations: req.Organisations, RetentionDays: req.RetentionDays,
		}}
		if err := c.mayFound(agreed, arg); err != nil {
			return nil, err
		}
		if err := c.found(req); err != nil {
			return nil, err
		}
		if err := c.Commit(); err != nil {
			return nil, err
		}
		return json.Marshal(c.consortium)
	}
}

func (c *call) mayFound(agreed string, document []byte) error {
	was, err := c.Consortium()
	if err != nil {
		return err
	}
	if was != nil {
		return transit.Faultf(transit.AlreadyFounded, "the consortium's registry stands already")
	}
	cert, fault := identity.Read(c.Stub())
	if fault != nil {
		return fault
	}
	if cert.Unit != "admin" || c.Organisation(cert.MSP) == nil {
		return transit.Faultf(transit.NotAuthorised, "the registry is founded by an administrator of one of its organisations")
	}
	c.actor = transit.Actor{MSP: cert.MSP, Role: transit.RoleAdministrator}
	if agreed == "" || agreed != ledger.Digest(document) {
		return transit.Faultf(transit.NotAuthorised, "this is not the founding document that the endorsing organisation has agreed to")
	}
	return nil
}

func (c *call) found(req *transit.FoundingRequest) error {
	if len(c.members(transit.Customs)) == 0 {
		return transit.Faultf(transit.MalformedRequest, "a consortium needs a customs authority").At("/organisations")
	}
	var checked transit.Consortium
	for i := range req.Organisations {
		if fault := checkOrganisation(&checked, &req.Organisations[i]); fault != nil {
			return fault.At(fmt.Sprintf("/organisations/%d", i))
		}
		checked.Organisations = append(checked.Organisations, req.Organisations[i])
	}
	for i := range req.Offices {
		o := &req.Offices[i]
		if fault := c.checkOffice(o); fault != nil {
			return fault.At(fmt.Sprintf("/offices/%d", i))
		}
		if err := c.PutOffice(o); err != nil {
			return err
		}
	}
	if err := c.foundMattersOfAll(req); err != nil {
		return err
	}
	if err := c.foundBooks(req.Books); err != nil {
		return err
	}
	c.Emit(transit.EventStep{Record: "registry", ID: "founding", Seq: 1, Step: "Found", By: c.actor.MSP})
	return c.PutConsortium(c.consortium)
}

// foundMattersOfAll takes what a vote would take later.
func (c *call) foundMattersOfAll(req *transit.FoundingRequest) error {
	for _, ch := range []transit.Change{{RetentionDays: req.RetentionDays}, {Rates: req.Rates}} {
		if len(ch.Subjects()) == 0 {
			continue
		}
		if fault := c.checkChange(&ch); fault != nil {
			return fault.At("")
		}
	}
	if len(req.Rates) == 0 {
		return nil
	}
	return c.putRates(&transit.Proposal{ID: "founding", Change: transit.Change{Rates: req.Rates}})
}

// maxName bounds names of organisations and offices.
const maxName = 140

// checkOrganisation accepts an organisation beside those already accepted.
func checkOrganisation(others *transit.Consortium, o *transit.Organisation) *transit.Fault {
	if !regexp.MustCompile(`^[A-Za-z0-9.-]{1,64}$`).MatchString(o.MSP) {
		return transit.Faultf(transit.MalformedRequest, "an MSP is named by 1 to 64 letters, digits, dots and hyphens")
	}
	if err := transit.ValidateText(o.Name, maxName); err != nil {
		return transit.Faultf(transit.MalformedRequest, "the name: %v", err)
	}
	if fault := checkCountry(o); fault != nil {
		return fault
	}
	if o.Suspended != nil || o.Guarantees != nil {
		return transit.Faultf(transit.MalformedRequest, "an organisation comes without suspension and limits")
	}
	for _, x := range others.Organisations {
		if x.MSP == o.MSP || (o.Country != "" && x.Country == o.Country) {
			return transit.Faultf(transit.MalformedRequest, "%s or its country stands in the registry already", o.MSP)
		}
	}
	return nil
}

// checkCountry: a customs authority has one, others have none.
func checkCountry(o *transit.Organisation) *transit.Fault {
	switch o.Kind {
	case transit.Customs:
		if err := transit.ValidateCountry(o.Country); err != nil {
			return transit.Faultf(transit.MalformedRequest, "a customs authority has a country: %v", err)
		}
	case transit.Guarantor, transit.Regulator:
		if o.Country != "" {
			return transit.Faultf(transit.MalformedRequest, "only a customs authority has a country")
		}
	default:
		return transit.Faultf(transit.MalformedRequest, "%q is no kind of organisation", o.Kind)
	}
	return nil
}

// officeRoles are the roles of a customs office (CL171 to CL174, the offices of guarantee and of recovery, and the one that keeps
// the country's entries of the registry).
func officeRoles() []string {
	return []string{"departure", "transit", "exit", "destination", "guarantee", "recovery", "enquiry", transit.OfficeRegistry}
}

func (c *call) checkOffice(o *transit.Office) *transit.Fault {
	if err := transit.ValidateCustomsOffice(o.Reference); err != nil {
		return transit.Faultf(transit.MalformedRequest, "%v", err)
	}
	org := c.Organisation(o.MSP)
	if org == nil || org.Kind != transit.Customs || org.Country != transit.OfficeCountry(o.Reference) {
		return transit.Faultf(transit.MalformedRequest, "office %s does not lie in the country of %q", o.Reference, o.MSP)
	}
	if err := transit.ValidateText(o.Name, maxName); err != nil {
		return transit.Faultf(transit.MalformedRequest, "the name: %v", err)
	}
	if o.Roles == nil {
		return transit.Faultf(transit.MalformedRequest, "the roles of office %s are missing", o.Reference)
	}
	for i, r := range o.Roles {
		if !slices.Contains(officeRoles(), r) || slices.Contains(o.Roles[:i], r) {
			return transit.Faultf(transit.MalformedRequest, "%q is no role of a customs office, or named twice", r)
		}
	}
	return nil
}

// propose opens a change of the registry; the proposer's approval is in it.
func propose(c *call, req *transit.ProposeRequest) (*transit.Proposal, error) {
	if err := c.mayGovern(); err != nil {
		return nil, err
	}
	if fault := checkMessageID(req.ID); fault != nil {
		return nil, fault.At("/id")
	}
	if fault := c.checkChange(&req.Change); fault != nil {
		return nil, fault
	}
	if err := c.mayVote(&req.Change); err != nil {
		return nil, err
	}
	was, err := c.Proposal(req.ID)
	if err != nil {
		return nil, err
	}
	if was != nil {
		return nil, transit.Faultf(transit.AlreadyExists, "proposal %s exists already", req.ID).At("/id")
	}
	change, err := transit.Canonical(req.Change)
	if err != nil {
		return nil, transit.Faultf(transit.MalformedRequest, "%v", err).At("/change")
	}
	p := &transit.Proposal{
		V: 1, ID: req.ID, Change: req.Change, Digest: ledger.Digest(change), BasedOn: c.consortium.Seq, Proposer: c.actor.MSP,
		ProposedAt: transit.Stamp(c.At()), Approvals: []string{},
	}
	return c.vote(p, "Propose")
}

// approve adds an organisation's approval; the digest shows that it saw the same change.
func approve(c *call, req *transit.ApproveRequest) (*transit.Proposal, error) {
	if err := c.mayGovern(); err != nil {
		return nil, err
	}
	if fault := checkMessageID(req.ID); fault != nil {
		return nil, fault.At("/id")
	}
	p, err := c.proposal(req.ID)
	if err != nil {
		return nil, err
	}
	if p.EffectiveAt != "" {
		return nil, transit.Faultf(transit.OutOfSequence, "proposal %s took effect at %s", p.ID, p.EffectiveAt)
	}
	if p.BasedOn != c.consortium.Seq {
		return nil, transit.Faultf(transit.Stale, "the registry has changed since proposal %s was made; propose the change anew", p.ID)
	}
	if p.Digest != req.Digest {
		return nil, transit.Faultf(transit.Stale, "proposal %s has another digest", p.ID).At("/digest")
	}
	if slices.Contains(p.Approvals, c.actor.MSP) {
		return nil, transit.Faultf(transit.Duplicate, "%s has approved proposal %s already", c.actor.MSP, p.ID)
	}
	// The registry may have changed since the proposal was made.
	if fault := c.checkChange(&p.Change); fault != nil {
		return nil, fault
	}
	if err := c.mayVote(&p.Change); err != nil {
		return nil, err
	}
	return c.vote(p, "Approve")
}

// mayGovern lets administrators of customs authorities vote.
func (c *call) mayGovern() error {
	if c.actor.Role != transit.RoleAdministrator || c.actor.Kind != transit.Customs {
		return transit.Faultf(transit.NotAuthorised, "the registry is governed by the administrators of the customs authorities, not by %s", c.actor)
	}
	return nil
}

// vote adds the actor's approval and, with the majority of the customs authorities, applies the change.
func (c *call) vote(p *transit.Proposal, step string) (*transit.Proposal, error) {
	p.Approvals = append(p.Approvals, c.actor.MSP)
	slices.Sort(p.Approvals)
	if c.carried(p) {
		p.EffectiveAt = transit.Stamp(c.At())
		if err := c.apply(p); err != nil {
			return nil, err
		}
	}
	c.Emit(transit.EventStep{Record: "registry", ID: p.ID, Seq: len(p.Approvals), Step: step, By: c.actor.MSP})
	return p, c.PutProposal(p)
}

// takeIn opens the books of a new customs authority.
func (c *call) takeIn(o *transit.Organisation) error {
	if err := c.hasJoined(o); err != nil || o.Kind != transit.Customs {
		return err
	}
	return c.openBooks(o, transit.Entries{})
}

// hasJoined makes sure that the new member has a running peer which has agreed to this
// entry: records will ask for endorsements that only that peer can give.
func (c *call) hasJoined(o *transit.Organisation) error {
	want, err := transit.Canonical(o)
	if err != nil {
		return transit.Faultf(transit.MalformedRequest, "%v", err).At("/change/organisation")
	}
	// A peer knows no collection of an organisation that is not on the channel: that is an error there, and a no here.
	digest, err := c.PrivateDigest(o.MSP, ledger.JoiningKey(o.MSP))
	if err != nil || digest != ledger.Digest(want) {
		return transit.Faultf(transit.ContentMismatch, "%s has not joined with this entry at a peer of its own (registry:Join)", o.MSP)
	}
	return nil
}

// join keeps, at a candidate's own peer, the entry under which it agrees to become a member.
func join(stub shim.ChaincodeStubInterface, arg []byte) ([]byte, error) {
	req := new(transit.JoinRequest)
	if err := decode(arg, req); err != nil {
		return nil, err
	}
	tx, err := ledger.Begin(stub)
	if err != nil {
		return nil, err
	}
	cert, fault := identity.Read(stub)
	if fault != nil {
		return nil, fault
	}
	if cert.Unit != "admin" || cert.MSP != req.Organisation.MSP {
		return nil, transit.Faultf(transit.NotAuthorised, "an organisation joins by its own administrator")
	}
	if fault := checkOrganisation(&transit.Consortium{}, &req.Organisation); fault != nil {
		return nil, fault.At("/organisation")
	}
	value, err := transit.Canonical(req.Organisation)
	if err != nil {
		return nil, transit.Faultf(transit.MalformedRequest, "%v", err).At("/organisation")
	}
	tx.PutPrivate(cert.MSP, ledger.JoiningKey(cert.MSP), value)
	tx.Emit(transit.EventStep{Record: "registry", ID: cert.MSP, Step: "Join", By: cert.MSP})
	if err := tx.Commit(); err != nil {
		return nil, err
	}
	return json.Marshal(req.Organisation)
}

// closeOffice takes all roles from an office. The record stays: movements name it.
func (c *call) closeOffice(reference string) error {
	o, err := c.Office(reference)
	if err != nil {
		return err
	}
	if o == nil {
		return transit.Faultf(transit.NotFound, "there is no office %s", reference)
	}
	o.Roles = []string{}
	return c.PutOffice(o)
}

func (c *call) proposal(id string) (*transit.Proposal, error) {
	p, err := c.Proposal(id)
	if err != nil {
		return nil, err
	}
	if p == nil {
		return nil, transit.Faultf(transit.NotFound, "there is no proposal %s", id)
	}
	return p, nil
}

func getRegistry(c *call, _ *transit.Empty) (*transit.Consortium, error) { return c.consortium, nil }

func getProposal(c *call, req *transit.ProposalQuery) (*transit.Proposal, error) {
	if fault := checkMessageID(req.ID); fault != nil {
		return nil, fault.At("/id")
	}
	return c.proposal(req.ID)
}

func listOffices(c *call, req *transit.OfficeQuery) (*transit.OfficePage, error) {
	if fault := checkPage(req.ListQuery); fault != nil {
		return nil, fault
	}
	all, bookmark, err := c.Offices(req.ListQuery)
	if err != nil {
		return nil, err
	}
	page := &transit.OfficePage{Offices: []transit.Office{}, Bookmark: bookmark}
	for _, o := range all {
		page.Offices = append(page.Offices, *o)
	}
	return page, nil
}
