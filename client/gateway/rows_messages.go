package gateway

import (
	"context"
	"net/http"
	"reflect"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/exchange"
)

// TradeMessage is one message to the caller: of NCTS, of UBL, or in the form of the caller's national system.
type TradeMessage struct {
	// The messageIdentification, or the UUID of a document of UBL. The same event always gives the same one, so that a reader tells
	// what it has already.
	ID string `json:"id"`
	// The kind of message, such as CC028C, or TransportationStatus. Of a national document it is the name of its mapping, whose
	// status is told; with -refusal behind it tells why a document was refused, and with -problem why there is no status.
	Kind string `json:"kind" example:"CC028C"`
	// Whether it refuses a message that was posted.
	Refusal bool `json:"refusal,omitempty"`
	// The message of NCTS or UBL (XML), valid by the schema of its phase, or of UBL 2.4.
	XML string `json:"xml,omitempty"`
	// The mapping of a national document.
	Mapping string `json:"mapping,omitempty" example:"eaeu-transit"`
	// Media type of the national text.
	MediaType string `json:"mediaType,omitempty" example:"application/xml"`
	// The answer to a national document: its status in the national form, or JSON that tells what is wrong.
	Text string `json:"text,omitempty"`
}

// PostedMessage is what became of a message or national document.
type PostedMessage struct {
	// The answers that are known at once; those of the customs offices come later (listMessages).
	Items []TradeMessage `json:"items"`
	// What of the message has not come to the ledger, and why. The same message is always told the same.
	LeftOut []LeftOut `json:"leftOut,omitempty"`
	// What proves the step; left out when nothing was written.
	Receipt *Receipt `json:"receipt,omitempty"`
}

// LeftOut is a value of a message that has not come to the ledger.
type LeftOut struct {
	// Where it stands in the message.
	Place string `json:"place" example:"/CC007C/Consignment/Incident[1]/code"`
	// The line, in national documents.
	Line  int    `json:"line,omitempty"`
	Value string `json:"value,omitempty"`
	// Why it stays behind.
	Reason string `json:"reason"`
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
		m := TradeMessage{ID: a.ID, Kind: a.Kind, Refusal: a.Refusal}
		if a.Mapping == "" && a.MediaType == "application/xml" { // of NCTS or UBL
			m.XML = string(a.Text)
		} else {
			m.Mapping, m.MediaType, m.Text = a.Mapping, a.MediaType, string(a.Text)
		}
		items = append(items, m)
	}
	return items
}

func postedOf(o *exchange.Outcome) PostedMessage {
	posted := PostedMessage{Items: messagesOf(o.Answers)}
	if o.Receipt.TransactionID != "" {
		receipt := receiptOf(o.Receipt)
		posted.Receipt = &receipt
	}
	for _, l := range o.LeftOut {
		posted.LeftOut = append(posted.LeftOut, LeftOut(l))
	}
	return posted
}

// messageRows let a system that speaks NCTS, or its country's own language, use the ledger as its counterpart.
func messageRows() []operation {
	parties := []transit.Role{transit.RoleTrader}
	return tagged(tagMessages,
		operation{
			id: "postMessage", method: http.MethodPost, path: "/v1/messages", summary: "Post an NCTS message or a national document",
			description: "Takes CC007C, CC013C, CC014C, CC015C, CC044C, CC054C, CC141C and CC170C of phase 5 or 6 (XML) as the step that " +
				"they mean, and TransitCustomsDeclaration of UBL 2.4 as a declaration. What is refused is answered by a message of NCTS, or by " +
				"TransportationStatus, with status 200. The ledger itself knows a message again by its " +
				"messageIdentification, so a message that is posted twice does nothing twice. Where the organisation has mappings, the " +
				"declaration of a national system (XML, JSON or CSV) is taken as well and lodged as what its mapping makes of it; its status " +
				"then comes in the national form after every step.",
			roles: parties, own: true, bytes: true, limit: transit.MaxSTDBytes, result: reflect.TypeFor[PostedMessage](),
			query: []parameter{{
				name: "mapping", description: "Which mapping a national document is for, when its form fits several: of JSON or CSV.", example: "goods-list",
			}},
			perform: func(ctx context.Context, l *Ledger, r *request) (*reply, error) {
				outcome, err := l.Messages.PostAs(ctx, r.query("mapping"), r.body)
				if err != nil {
					return nil, err
				}
				return &reply{body: postedOf(outcome)}, nil
			},
		},
		read(operation{
			id: "listMessages", method: http.MethodGet, path: "/v1/messages", summary: "Read the NCTS messages to the caller",
			description: "What happened on the ledger to the caller's movements, as the messages that NCTS would have sent. All of them can be " +
				"read again from the beginning; the same event always gives the same message. As UBL there is one TransportationStatus for each step.",
			roles: parties, own: true,
			query: []parameter{
				{name: "after", description: "Where the page before ended; the beginning when left out.", example: "12.3"},
				{name: "form", description: "Whether they are messages of NCTS, which is the default, or documents of UBL 2.4.", values: []string{"ncts", "ubl"}},
			},
		}, func(ctx context.Context, l *Ledger, r *request) (*MessagePage, error) {
			after, err := exchange.ParseCursor(r.query("after"))
			if err != nil {
				return nil, transit.Faultf(transit.MalformedRequest, "%v", err).At("/after")
			}
			read := l.Messages.Answers
			switch form := r.query("form"); form {
			case "", "ncts":
			case "ubl":
				read = l.Messages.Statuses
			default:
				return nil, transit.Faultf(transit.MalformedRequest, "the form is ncts or ubl").At("/form")
			}
			page, err := read(ctx, after)
			if err != nil {
				return nil, err
			}
			return &MessagePage{Items: messagesOf(page.Answers), Next: page.Next.String(), More: page.More}, nil
		}),
		operation{
			id: "getStatus", method: http.MethodGet, path: "/v1/movements/{movement}/status", summary: "Read a movement's status in another form",
			description: "The record as the status document of a national system, by a mapping of the organisation, or as the " +
				"TransportationStatus of UBL 2.4.",
			functions: []transit.Function{transit.FnGetMovement}, own: true,
			query: []parameter{{
				name: "form", description: "Name of the mapping, or ubl.", example: "eaeu-transit", required: true,
			}},
			perform: func(ctx context.Context, l *Ledger, r *request) (*reply, error) {
				a, err := l.Messages.Status(ctx, r.query("form"), r.path("movement"))
				if err != nil {
					return nil, err
				}
				return &reply{file: &transit.File{Name: a.Kind + "-" + a.ID, MediaType: a.MediaType, Data: a.Text}, tag: digestTag(a.Text)}, nil
			},
		},
	)
}
