package remote

import (
	"context"
	"fmt"
	"net/url"

	"carec.example/cats/client/cats"
	"carec.example/cats/client/exchange"
	"carec.example/cats/client/gateway"
)

// messages are messages of NCTS and UBL and national documents.
type messages struct{ c *Client }

// PostAs posts a message or national document. The ledger knows it again by its messageIdentification, so it goes without a key.
func (m messages) PostAs(ctx context.Context, mapping string, message []byte) (*exchange.Outcome, error) {
	// What it is, the gateway sees for itself.
	k := &call{operation: "postMessage", body: file{"application/octet-stream", message}, remembered: true}
	if mapping != "" {
		k.query = url.Values{"mapping": {mapping}}
	}
	a, err := m.c.do(ctx, k)
	if err != nil {
		return nil, err
	}
	var posted gateway.PostedMessage
	if err := a.decode(k, &posted); err != nil {
		return nil, err
	}
	outcome := &exchange.Outcome{Answers: answersOf(posted.Items)}
	for _, l := range posted.LeftOut {
		outcome.LeftOut = append(outcome.LeftOut, exchange.LeftOut(l))
	}
	if posted.Receipt != nil {
		outcome.Receipt = a.receipt(*posted.Receipt)
	}
	return outcome, nil
}

func answersOf(items []gateway.TradeMessage) []exchange.Answer {
	var out []exchange.Answer
	for _, i := range items {
		a := exchange.Answer{ID: i.ID, Kind: i.Kind, Refusal: i.Refusal, Mapping: i.Mapping, MediaType: i.MediaType, Text: []byte(i.Text)}
		if i.XML != "" {
			a.MediaType, a.Text = "application/xml", []byte(i.XML)
		}
		out = append(out, a)
	}
	return out
}

// Status reads a movement's status in another form. Its id is the reference by which it was asked for.
func (m messages) Status(ctx context.Context, mapping, movement string) (*exchange.Answer, error) {
	a, err := m.c.do(ctx, &call{operation: "getStatus", path: []string{movement}, query: url.Values{"form": {mapping}}})
	if err != nil {
		return nil, err
	}
	status := &exchange.Answer{ID: movement, Kind: mapping, MediaType: a.header.Get("Content-Type"), Text: a.body}
	if mapping != exchange.UBL {
		status.Mapping = mapping
	}
	return status, nil
}

func (m messages) Answers(ctx context.Context, after exchange.Cursor) (exchange.Page, error) {
	return m.page(ctx, "ncts", after)
}

func (m messages) Statuses(ctx context.Context, after exchange.Cursor) (exchange.Page, error) {
	return m.page(ctx, "ubl", after)
}

func (m messages) page(ctx context.Context, form string, after exchange.Cursor) (exchange.Page, error) {
	k := &call{operation: "listMessages", query: url.Values{"form": {form}, "after": {after.String()}}}
	found, err := query[gateway.MessagePage](ctx, m.c, k)
	if err != nil {
		return exchange.Page{}, err
	}
	next, err := exchange.ParseCursor(found.Next)
	if err != nil {
		return exchange.Page{}, (&cats.Error{Op: k.operation, Class: cats.Internal}).Because(fmt.Errorf("where to go on: %w", err))
	}
	return exchange.Page{Answers: answersOf(found.Items), Next: next, More: found.More}, nil
}
