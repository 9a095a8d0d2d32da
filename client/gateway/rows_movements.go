package gateway

import (
	"context"
	"net/http"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

// The headings of the document.
const (
	tagMovements   = "movements"
	tagDeparture   = "departure"
	tagRoute       = "route"
	tagDestination = "destination"
	tagRecovery    = "enquiry and recovery"
	tagTransfer    = "transfer"
	tagContent     = "content"
	tagGuarantees  = "guarantees"
	tagRegistry    = "registry"
	tagMessages    = "messages"
	tagSignatures  = "signatures"
	tagLogIn       = "log-in"
	tagLedger      = "ledger"
	tagJobs        = "jobs"
	tagEvents      = "events"
	tagModel       = "read model"
	tagWebhooks    = "webhooks"
	tagRisk        = "risk"
)

// Content is what a declaration says, verified section by section against the public record.
type Content struct {
	Movement *transit.Movement `json:"movement"`
	STD      *transit.STD      `json:"std"`
	// Signature is the declarant's; absent when the content is not signed.
	Signature *ContentSignature `json:"signature,omitempty"`
}

// ContentSignature is the declarant's signature over the content.
type ContentSignature struct {
	// Compact JWS with detached content (RFC 7515, RFC 7797).
	JWS string `json:"jws"`
	// Whether it holds, as this gateway has verified it.
	Valid bool `json:"valid"`
	// Problem is why it does not hold, or could not be verified.
	Problem string `json:"problem,omitempty"`
	Proof   *Proof `json:"proof,omitempty"`
}

// Shown is what a grant shows of a content: the document holds the granted sections alone.
type Shown struct {
	Movement *transit.Movement `json:"movement"`
	STD      *transit.STD      `json:"std"`
}

// Timeline is a movement's whole life as the blocks tell it.
type Timeline struct {
	Passages   []cats.Passage        `json:"passages"`
	Deliveries []cats.DeliveryStatus `json:"deliveries"`
}

// Receiver names the organisation that receives.
type Receiver struct {
	// MSP of the receiving organisation.
	To string `json:"to" example:"KZMSP"`
}

// GrantTerms are what a grant shows, and for how long.
type GrantTerms struct {
	// The one trader of the organisation who may read, such as a carrier.
	Operator string `json:"operator,omitempty" example:"KZ123456789012"`
	// Names of sections and attachments, in the order of the record.
	Parts []string `json:"parts" minItems:"1" example:"[\"transport\"]"`
	// Last day (UTC) on which they may be read.
	Until string `json:"until" format:"date" example:"2026-12-31"`
}

func movementRows() []operation {
	return tagged(tagMovements,
		listing("listMovements", "/v1/movements", "List the movements", transit.FnListMovements,
			func(ctx context.Context, l *Ledger, q transit.ListQuery) ([]*transit.Movement, string, error) {
				page, err := l.Movements.ListPage(ctx, q)
				if err != nil {
					return nil, "", err
				}
				return page.Movements, page.Bookmark, nil
			}),
		read(operation{
			id: "getMovement", method: http.MethodGet, path: "/v1/movements/{movement}", summary: "Read a movement",
			description: "The public record, and where its content, shares and annexes have been delivered.",
			functions:   []transit.Function{transit.FnGetMovement},
		}, func(ctx context.Context, l *Ledger, r *request) (*transit.MovementView, error) {
			return l.Movements.Get(ctx, r.path("movement"))
		}),
		read(operation{
			id: "getHistory", method: http.MethodGet, path: "/v1/movements/{movement}/history", summary: "Read a movement's history",
			description: "Its steps, deliveries and what they did to its guarantees, read out of the blocks with who signed and endorsed.",
			functions:   []transit.Function{transit.FnGetMovement},
		}, history),
		read(operation{
			id: "checkGuarantees", method: http.MethodGet, path: "/v1/movements/{movement}/guarantee-check",
			summary:     "Try the guarantees of a movement",
			description: "What stands against releasing it on its guarantees (IE200, IE201), without any effect.",
			functions:   []transit.Function{transit.FnCheckGuarantees},
		}, func(ctx context.Context, l *Ledger, r *request) (*transit.GuaranteeCheck, error) {
			return l.Guarantees.Check(ctx, r.path("movement"))
		}),
	)
}

func history(ctx context.Context, l *Ledger, r *request) (*Timeline, error) {
	view, err := l.Movements.Get(ctx, r.path("movement"))
	if err != nil {
		return nil, err
	}
	passages, err := l.Movements.History(ctx, view.Movement)
	if err != nil {
		return nil, err
	}
	return &Timeline{Passages: passages, Deliveries: cats.Deliveries(view, passages)}, nil
}

func declarationRows() []operation {
	traders := []transit.Role{transit.RoleTrader}
	lodge := change(operation{
		id: "lodge", method: http.MethodPost, path: "/v1/movements", summary: "Lodge a declaration",
		description: "The content goes to the peer of the country of departure alone; the public record holds its digests. " +
			"The same content lodged again by the same caller gives the same record; another content under the same LRN is refused.",
		functions: []transit.Function{transit.FnDeposit, transit.FnLodge}, roles: traders, unchecked: true,
		declares: true, limit: transit.MaxSTDBytes, status: http.StatusCreated,
	}, func(ctx context.Context, l *Ledger, r *request, std transit.STD) (movement, receipt, error) {
		return l.Movements.Lodge(ctx, &std, r.options()...)
	})
	amend := change(operation{
		id: "amend", method: http.MethodPut, path: "/v1/movements/{movement}/content", summary: "Amend a declaration",
		description: describeStep(transit.StepAmend) + "\n\nLRN, holder and office of departure stay.",
		functions:   []transit.Function{transit.FnDeposit, transit.FnAmend}, roles: rolesOf(transit.StepAmend), unchecked: true,
		declares: true, limit: transit.MaxSTDBytes, guarded: true,
	}, func(ctx context.Context, l *Ledger, r *request, std transit.STD) (movement, receipt, error) {
		return l.Movements.Amend(ctx, r.path("movement"), &std, r.options()...)
	})
	check := ask(operation{
		id: "checkDeclaration", method: http.MethodPost, path: "/v1/declaration-checks", summary: "Check a declaration against all rules",
		description: "At the peer of the country of departure, without writing anything. The answer is what the public record would show; " +
			"a declaration that breaks rules gives all violations at once (422).",
		functions: []transit.Function{transit.FnDeposit}, roles: traders, unchecked: true, limit: transit.MaxSTDBytes,
	}, func(ctx context.Context, l *Ledger, _ *request, std transit.STD) (*transit.Face, error) {
		return l.Movements.DryRun(ctx, &std)
	})
	return tagged(tagDeparture, lodge, amend, check)
}

func contentRows() []operation {
	return tagged(tagContent,
		read(operation{
			id: "getContent", method: http.MethodGet, path: "/v1/movements/{movement}/content", summary: "Read the content of a movement",
			description: "At a peer of the own organisation, every section verified against the digest on the public record.",
			functions:   []transit.Function{transit.FnGetContent},
		}, func(ctx context.Context, l *Ledger, r *request) (*Content, error) {
			d, err := l.Movements.Content(ctx, r.path("movement"))
			if err != nil {
				return nil, err
			}
			return contentOf(d), nil
		}),
		read(operation{
			id: "getShared", method: http.MethodGet, path: "/v1/movements/{movement}/shared", summary: "Read what a grant shows",
			functions: []transit.Function{transit.FnGetShared},
		}, func(ctx context.Context, l *Ledger, r *request) (*Shown, error) {
			d, err := l.Movements.Shared(ctx, r.path("movement"))
			if err != nil {
				return nil, err
			}
			return &Shown{Movement: d.Movement, STD: d.STD}, nil
		}),
		change(operation{
			id: "deliver", method: http.MethodPost, path: "/v1/movements/{movement}/deliveries", summary: "Bring the content to an organisation",
			discloses:   true,
			description: "The node application does this by itself, retried until done. The receiver's peer alone endorses.",
			functions:   []transit.Function{transit.FnDeliver},
			roles:       []transit.Role{transit.RoleOfficer, transit.RoleCourier, transit.RoleTrader},
		}, func(ctx context.Context, l *Ledger, r *request, b Receiver) (*transit.Delivery, receipt, error) {
			return l.Movements.Deliver(ctx, r.path("movement"), b.To)
		}),
		read(operation{
			id: "getAnnex", method: http.MethodGet, path: "/v1/movements/{movement}/annexes/{digest}", summary: "Read an annex",
			description: "A confidential paper of a step, verified against the digest on the record.",
			functions:   []transit.Function{transit.FnGetAnnex},
		}, func(ctx context.Context, l *Ledger, r *request) (*cats.Paper, error) {
			return l.Movements.Annex(ctx, r.path("movement"), r.path("digest"))
		}),
		change(operation{
			id: "deliverAnnex", method: http.MethodPost, discloses: true, path: "/v1/movements/{movement}/annexes/{digest}/deliveries",
			summary: "Bring an annex to an organisation", functions: []transit.Function{transit.FnDeliverAnnex},
			roles: []transit.Role{transit.RoleOfficer, transit.RoleCourier, transit.RoleTrader},
		}, func(ctx context.Context, l *Ledger, r *request, b Receiver) (*transit.AnnexRef, receipt, error) {
			return l.Movements.DeliverAnnex(ctx, r.path("movement"), r.path("digest"), b.To)
		}),
		attach(), attachment(),
		change(operation{
			id: "grant", method: http.MethodPut, path: "/v1/movements/{movement}/grants/{msp}", summary: "Show parts of the content to an organisation",
			description: "Replaces the grantee's former grant. It stands on the public record and says nothing of why.",
			functions:   []transit.Function{transit.FnGrant}, roles: []transit.Role{transit.RoleTrader},
		}, func(ctx context.Context, l *Ledger, r *request, b GrantTerms) (*transit.Grant, receipt, error) {
			return l.Movements.Grant(ctx, transit.GrantRequest{
				Movement: r.path("movement"), MSP: r.path("msp"), Operator: b.Operator, Parts: b.Parts, Until: b.Until,
			})
		}),
		change(operation{
			id: "revokeGrant", method: http.MethodDelete, path: "/v1/movements/{movement}/grants/{msp}", summary: "End a grant",
			description: "From then on nothing more is read under it. What was read is read.",
			functions:   []transit.Function{transit.FnRevoke}, roles: []transit.Role{transit.RoleTrader},
			query: []parameter{{name: "operator", description: "The one trader whom the grant names.", example: "KZ123456789012"}},
		}, func(ctx context.Context, l *Ledger, r *request, _ nothing) (*transit.Grant, receipt, error) {
			return l.Movements.Revoke(ctx, transit.RevokeRequest{Movement: r.path("movement"), MSP: r.path("msp"), Operator: r.query("operator")})
		}),
		listing("listPurgeable", "/v1/holdings/due", "List what the organisation may no longer keep", transit.FnListPurgeable,
			func(ctx context.Context, l *Ledger, q transit.ListQuery) ([]transit.Purgeable, string, error) {
				page, err := l.Movements.PurgeablePage(ctx, q)
				if err != nil {
					return nil, "", err
				}
				return page.Due, page.Bookmark, nil
			}),
		change(operation{
			id: "purge", method: http.MethodDelete, path: "/v1/holdings/{movement}/{holding}", summary: "Purge what is due",
			description: "Takes a holding of the own organisation out of its private collection with every former value; hashes and the " +
				"public record stay. The ledger refuses what is not due. The node application does this by itself.",
			functions: []transit.Function{transit.FnPurge},
			roles: []transit.Role{
				transit.RoleOfficer, transit.RoleCourier, transit.RoleGuarantor, transit.RoleAnalyst, transit.RoleAdministrator,
			},
		}, func(ctx context.Context, l *Ledger, r *request, _ nothing) (*transit.Purged, receipt, error) {
			return l.Movements.Purge(ctx, r.path("movement"), r.path("holding"))
		}),
	)
}

func contentOf(d *cats.Document) *Content {
	c := &Content{Movement: d.Movement, STD: d.STD}
	if s := d.Signature; s != nil {
		c.Signature = &ContentSignature{JWS: string(s.JWS), Valid: s.Proof != nil && s.Problem == nil, Proof: proofOf(s.Proof)}
		if s.Problem != nil {
			c.Signature.Problem = s.Problem.Error()
		}
	}
	return c
}

// attach is the row that takes a file; its bytes are the body, its media type the Content-Type.
func attach() operation {
	o := change(operation{
		id: "attach", method: http.MethodPost, path: "/v1/movements/{movement}/attachments", summary: "Attach a file",
		description: "The body is the file, its media type the Content-Type. Name, type and content stay confidential. " +
			"The same file attached again by the same caller is found attached.",
		functions: []transit.Function{transit.FnAttach, transit.FnPublishAttachment}, roles: []transit.Role{transit.RoleTrader},
		limit: transit.MaxAttachmentBytes, status: http.StatusCreated,
		query: []parameter{{
			name: "name", description: "Name of the file, without a path, in any language.", example: "invoice.pdf", required: true,
		}},
	}, func(ctx context.Context, l *Ledger, r *request, _ nothing) (*transit.Attachment, receipt, error) {
		return l.Movements.Attach(ctx, r.path("movement"), transit.File{Name: r.query("name"), MediaType: r.mediaType(), Data: r.body})
	})
	o.bytes = true
	return o
}

// attachment is the row that answers with a file.
func attachment() operation {
	return operation{
		id: "getAttachment", method: http.MethodGet, path: "/v1/movements/{movement}/attachments/{name}", summary: "Read an attached file",
		description: "The bytes, verified against the digest on the public record.",
		functions:   []transit.Function{transit.FnGetAttachment},
		perform: func(ctx context.Context, l *Ledger, r *request) (*reply, error) {
			f, err := l.Movements.Attachment(ctx, r.path("movement"), r.path("name"))
			if err != nil {
				return nil, err
			}
			return &reply{file: f, tag: digestTag(f.Data)}, nil
		},
	}
}
