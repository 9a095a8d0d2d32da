package gateway

import (
	"context"
	"net/http"
	"time"

	"carec.example/cats/chaincode/signature"
	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

// ProposedChange is a change of the registry under an identification.
type ProposedChange struct {
	// Chosen by the proposer; made when left out.
	ID     string         `json:"id,omitempty" maxLength:"36" example:"close-KZHOR001"`
	Change transit.Change `json:"change"`
}

// Approval names the change that the approver has seen.
type Approval struct {
	// SHA-256 of the change in canonical JSON (RFC 8785), in hexadecimal.
	Digest string `json:"digest"`
}

// CountryBooks are entries of a country's own books.
type CountryBooks struct {
	// ISO 3166-1 code.
	Country string          `json:"country" example:"KZ"`
	Entries transit.Entries `json:"entries"`
}

// Written tells which pages were written, and by which transactions: one for each batch of entries.
type Written struct {
	Pages    []transit.WrittenPage `json:"pages"`
	Receipts []Receipt             `json:"receipts"`
}

// Registered tells whether an operator is in its country's register.
type Registered struct {
	Registered bool              `json:"registered"`
	Operator   *transit.Operator `json:"operator,omitempty"`
}

// Verification asks whether a signature over a document holds.
type Verification struct {
	STD transit.STD `json:"std"`
	// Compact JWS with detached content.
	JWS string `json:"jws"`
	// Who is said to have signed.
	Operator string `json:"operator" example:"CN916501007TSL1"`
	// The time for which trust anchors and revocations count; now when left out.
	At time.Time `json:"at,omitzero"`
}

// Proof is what a signature proves.
type Proof struct {
	Operator  string `json:"operator"`
	Algorithm string `json:"algorithm" example:"ES256"`
	// At is when the signer says to have signed.
	At time.Time `json:"at"`
	// Chain are the subjects of the certificates from the signer's to the trust anchor.
	Chain []string `json:"chain"`
}

func proofOf(p *signature.Proof) *Proof {
	if p == nil {
		return nil
	}
	out := &Proof{Operator: p.Operator, Algorithm: p.Algorithm, At: p.At, Chain: []string{}}
	for _, c := range p.Chain {
		out.Chain = append(out.Chain, c.Subject.String())
	}
	return out
}

func registryRows() []operation {
	administrators := []transit.Role{transit.RoleAdministrator}
	return tagged(tagRegistry,
		read(operation{
			id: "getRegistry", method: http.MethodGet, path: "/v1/registry", summary: "Read the organisations",
			functions: []transit.Function{transit.FnGetRegistry},
		}, func(ctx context.Context, l *Ledger, _ *request) (*transit.Consortium, error) {
			return l.Registry.Get(ctx)
		}),
		change(operation{
			id: "foundRegistry", method: http.MethodPost, path: "/v1/registry", summary: "Found the registry",
			description: "The body is the founding document, byte for byte as each organisation's administrator has agreed to it by its digest.",
			functions:   []transit.Function{transit.FnFound}, roles: administrators, status: http.StatusCreated,
		}, func(ctx context.Context, l *Ledger, r *request, _ transit.FoundingRequest) (*transit.Consortium, receipt, error) {
			return l.Registry.Found(ctx, r.body)
		}),
		change(operation{
			id: "joinRegistry", method: http.MethodPost, path: "/v1/registry/candidates", summary: "Agree to become a member",
			description: "Keeps the entry at the candidate's own peer. Its administrator does this before others propose it.",
			functions:   []transit.Function{transit.FnJoin}, roles: administrators, status: http.StatusCreated,
		}, func(ctx context.Context, l *Ledger, _ *request, b transit.Organisation) (*transit.Organisation, receipt, error) {
			return l.Registry.Join(ctx, b)
		}),
		change(operation{
			id: "proposeChange", method: http.MethodPost, path: "/v1/registry/proposals", summary: "Propose a change of the registry",
			functions: []transit.Function{transit.FnPropose}, roles: administrators, status: http.StatusCreated,
		}, func(ctx context.Context, l *Ledger, r *request, b ProposedChange) (*transit.Proposal, receipt, error) {
			if b.ID == "" {
				b.ID = r.messageID // the same key proposes the same change once
			}
			return l.Registry.Propose(ctx, b.ID, b.Change)
		}),
		read(operation{
			id: "getProposal", method: http.MethodGet, path: "/v1/registry/proposals/{proposal}", summary: "Read a proposed change and who has approved it",
			functions: []transit.Function{transit.FnGetProposal},
		}, func(ctx context.Context, l *Ledger, r *request) (*transit.Proposal, error) {
			return l.Registry.Proposal(ctx, r.path("proposal"))
		}),
		change(operation{
			id: "approveChange", method: http.MethodPost, path: "/v1/registry/proposals/{proposal}/approve", summary: "Approve a change",
			description: "With the majority of the customs authorities it takes effect.",
			functions:   []transit.Function{transit.FnApprove}, roles: administrators,
		}, func(ctx context.Context, l *Ledger, r *request, b Approval) (*transit.Proposal, receipt, error) {
			return l.Registry.Approve(ctx, r.path("proposal"), b.Digest)
		}),
		listing("listOffices", "/v1/offices", "List the customs offices", transit.FnListOffices,
			func(ctx context.Context, l *Ledger, q transit.ListQuery) ([]transit.Office, string, error) {
				page, err := l.Registry.OfficePage(ctx, q)
				if err != nil {
					return nil, "", err
				}
				return page.Offices, page.Bookmark, nil
			}),
		putEntries(),
		read(operation{
			id: "getBookPage", method: http.MethodGet, path: "/v1/books/{book}/pages/{page}", summary: "Read a page of a book of the registry",
			functions: []transit.Function{transit.FnGetPage},
			query:     []parameter{{name: "country", description: "ISO 3166-1 code; left out for the consortium's own book.", example: "KZ"}},
		}, func(ctx context.Context, l *Ledger, r *request) (*transit.Page, error) {
			return l.Registry.Page(ctx, r.query("country"), transit.Book(r.path("book")), r.path("page"))
		}),
		read(operation{
			id: "getOperator", method: http.MethodGet, path: "/v1/operators/{operator}", summary: "Find an operator in its country's register",
			functions: []transit.Function{transit.FnGetPage},
			query:     []parameter{{name: "day", description: "The day (YYYY-MM-DD) for which it is asked; today when left out.", example: "2026-12-31"}},
		}, findOperator),
		ask(operation{
			id: "verifySignature", method: http.MethodPost, path: "/v1/signature-checks", summary: "Verify a declarant's signature over a document",
			functions: []transit.Function{transit.FnGetPage}, unchecked: true, limit: transit.MaxSTDBytes + bodyLimit,
		}, verifySignature),
	)
}

func putEntries() operation {
	o := change(operation{
		id: "putEntries", method: http.MethodPost, path: "/v1/books", summary: "Write entries of a country's own books",
		description: "In as many transactions as they need; a batch that fails leaves those before it written. " +
			"Putting the same entries again changes nothing but sequence numbers.",
		functions: []transit.Function{transit.FnPutEntries}, roles: []transit.Role{transit.RoleAdministrator, transit.RoleOfficer},
	}, func(ctx context.Context, l *Ledger, _ *request, b CountryBooks) (*Written, receipt, error) {
		pages, receipts, err := l.Registry.Put(ctx, b.Country, b.Entries)
		if err != nil {
			return nil, receipt{}, err
		}
		w := &Written{Pages: pages, Receipts: []Receipt{}}
		var last cats.Receipt
		for _, r := range receipts {
			w.Receipts, last = append(w.Receipts, receiptOf(r)), r
		}
		return w, last, nil
	})
	return o
}

func findOperator(ctx context.Context, l *Ledger, r *request) (*Registered, error) {
	if err := transit.ValidateOperator(r.path("operator")); err != nil {
		return nil, transit.Faultf(transit.MalformedRequest, "%v", err).At("/operator")
	}
	day := transit.Date(r.query("day"))
	if day == "" {
		day = transit.DateOf(time.Now())
	} else if _, err := day.Parse(); err != nil {
		return nil, transit.Faultf(transit.MalformedRequest, "%v", err).At("/day")
	}
	found, err := l.Registry.Operator(ctx, r.path("operator"), day)
	if err != nil {
		return nil, err
	}
	return &Registered{Registered: found != nil, Operator: found}, nil
}

func verifySignature(ctx context.Context, l *Ledger, _ *request, b Verification) (*Proof, error) {
	if b.At.IsZero() {
		b.At = time.Now()
	}
	if err := transit.ValidateOperator(b.Operator); err != nil {
		return nil, transit.Faultf(transit.MalformedRequest, "%v", err).At("/operator")
	}
	if _, err := transit.SignedContent(&b.STD); err != nil {
		return nil, transit.Faultf(transit.InvalidDocument, "the document has no canonical form: %v", err).At("/std")
	}
	proof, err := l.Registry.VerifyDocument(ctx, &b.STD, []byte(b.JWS), b.Operator, b.At)
	if err != nil {
		return nil, err
	}
	return proofOf(proof), nil
}
