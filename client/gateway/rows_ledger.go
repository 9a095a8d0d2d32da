package gateway

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"carec.example/cats/chaincode/transit"
)

// Standing tells what the organisation's peer runs and how far its copy of the ledger has come.
type Standing struct {
	MSP string `json:"msp" example:"KZMSP"`
	// Number of blocks at the peer.
	Height    uint64       `json:"height"`
	Chaincode transit.Info `json:"chaincode"`
}

// Committed tells in which block a transaction stands.
type Committed struct {
	TransactionID string `json:"transactionId"`
	BlockNumber   uint64 `json:"blockNumber"`
}

// Self is who the gateway takes the caller for.
type Self struct {
	// The identity of the ledger as which the caller acts.
	Identity     string       `json:"identity" example:"kz-officer-khorgos"`
	Organisation string       `json:"organisation" example:"KZ"`
	Role         transit.Role `json:"role"`
	Office       string       `json:"office,omitempty" example:"KZHOR001"`
	Operator     string       `json:"operator,omitempty" example:"KZ123456789012"`
	// How the caller proved who it is.
	Scheme string `json:"scheme" enum:"mutual-tls,session,bearer"`
}

func ledgerRows() []operation {
	return tagged(tagLedger,
		read(operation{
			id: "getLedger", method: http.MethodGet, path: "/v1/ledger", summary: "Read what the organisation's peer runs",
			functions: []transit.Function{transit.FnInfo},
		}, func(ctx context.Context, l *Ledger, _ *request) (*Standing, error) {
			info, err := l.Node.Info(ctx)
			if err != nil {
				return nil, err
			}
			height, err := l.Node.Height(ctx)
			if err != nil {
				return nil, err
			}
			return &Standing{MSP: l.Node.MSP(), Height: height, Chaincode: *info}, nil
		}),
		read(operation{
			id: "awaitTransaction", method: http.MethodGet, path: "/v1/transactions/{transaction}",
			summary: "Wait until the own peer has a transaction",
			description: "Resolves an unknown outcome, and lets one organisation build on what another has just done. " +
				"A transaction that was not valid is a conflict (409); one of which nothing is learnt in time gives 504.",
		}, func(ctx context.Context, l *Ledger, r *request) (*Committed, error) {
			id := r.path("transaction")
			// The peer would wait for any text as long as for a transaction that is under way.
			if len(id) != 64 || strings.Trim(id, "0123456789abcdef") != "" {
				return nil, transit.Faultf(transit.MalformedRequest, "a transaction id has 64 hexadecimal digits, a to f small").At("/transaction")
			}
			block, err := l.Node.Await(ctx, id)
			if err != nil {
				return nil, err
			}
			return &Committed{TransactionID: id, BlockNumber: block}, nil
		}),
		read(operation{
			id: "getCaller", method: http.MethodGet, path: "/v1/caller", summary: "Read who the gateway takes the caller for",
		}, func(_ context.Context, _ *Ledger, r *request) (*Self, error) {
			c := r.caller
			return &Self{
				Identity: c.Identity, Organisation: c.Organisation, Role: c.Role, Office: c.Office, Operator: c.Operator,
				Scheme: string(c.Scheme),
			}, nil
		}),
	)
}

// table are all operations that ask the ledger, in the order of the document.
func table() []operation {
	return slices.Concat(
		movementRows(), declarationRows(), steps(), contentRows(), guaranteeRows(), registryRows(), messageRows(), signatureRows(), ledgerRows(),
		modelRows(), webhookRows(), riskRows(),
	)
}
