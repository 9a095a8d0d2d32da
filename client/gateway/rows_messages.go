package gateway

import (
	"context"
	"net/http"
	"reflect"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/exchange"
)

// TradeMessage is one NCTS message to the caller.
type TradeMessage struct {
	// The messageIdentification. The same event always gives the same one, so that a reader tells what it has already.
	ID string `json:"id"`
	// The kind of message, such as CC028C.
	Kind string `json:"kind" example:"CC028C"`
	// Whether it refuses a message that was posted.
	Refusal bool `json:"refusal,omitempty"`
	// The message (XML), valid by the schema of its phase.
	XML string `json:"xml"`
}

// MessagePage are NCTS messages to the caller in the order of the ledger.
type MessagePage struct {
	Items []TradeMessage `json:"items"`
	// The place on the ledger to go on from; it is there also when nothing more has happened yet.
	Next string `json:"next,omitempty" example:"12.3"`
	// Whether there is more already.
	More bool `json:"more,omitempty"`
}

func messagesOf(answers []exchange.Answer) []TradeMessage {
	items := make([]TradeMessage, 0, len(answers))
	for _, a := range answers {
		items = append(items, TradeMessage{ID: a.ID, Kind: a.Kind, Refusal: a.Refusal, XML: string(a.XML)})
	}
	return items
}

// messageRows let a system that speaks NCTS use the ledger as its counterpart.
func messageRows() []operation {
	parties := []transit.Role{transit.RoleTrader}
	return tagged(tagMessages,
		operation{
			id: "postMessage", method: http.MethodPost, path: "/v1/messages", summary: "Post an NCTS message",
			description: "Takes CC007C, CC013C, CC014C, CC015C, CC044C, CC054C, CC141C and CC170C of phase 5 or 6 (XML) as the step that " +
				"they mean. What is refused is answered by a message of NCTS, with status 200. The ledger itself knows a message again by its " +
				"messageIdentification, so a message that is posted twice does nothing twice.",
			roles: parties, bytes: true, limit: transit.MaxSTDBytes, result: reflect.TypeFor[MessagePage](),
			perform: func(ctx context.Context, l *Ledger, r *request) (*reply, error) {
				answers, err := l.Messages.Post(ctx, r.body)
				if err != nil {
					return nil, err
				}
				return &reply{body: MessagePage{Items: messagesOf(answers)}}, nil
			},
		},
		read(operation{
			id: "listMessages", method: http.MethodGet, path: "/v1/messages", summary: "Read the NCTS messages to the caller",
			description: "What happened on the ledger to the caller's movements, as the messages that NCTS would have sent. All of them can be " +
				"read again from the beginning; the same event always gives the same message.",
			roles: parties,
			query: []parameter{{name: "after", description: "Where the page before ended; the beginning when left out.", example: "12.3"}},
		}, func(ctx context.Context, l *Ledger, r *request) (*MessagePage, error) {
			after, err := exchange.ParseCursor(r.query("after"))
			if err != nil {
				return nil, transit.Faultf(transit.MalformedRequest, "%v", err).At("/after")
			}
			page, err := l.Messages.Answers(ctx, after)
			if err != nil {
				return nil, err
			}
			return &MessagePage{Items: messagesOf(page.Answers), Next: page.Next.String(), More: page.More}, nil
		}),
	)
}
