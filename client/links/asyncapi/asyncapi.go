// Package asyncapi describes what an organisation's node application sends, as an AsyncAPI 3.0 document made from the Go types:
// the gateway's stream of server-sent events, the webhooks, and the deposits with single windows.
package asyncapi

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"carec.example/cats/client/links/event"
	"carec.example/cats/client/links/window"
)

// Version of the description. It grows when types are added, and its first number when a reader has to change.
const Version = "1.1.0"

// object is a JSON object; encoding/json writes its keys in order.
type object = map[string]any

// Document is the AsyncAPI document, indented JSON, always the same bytes.
func Document() ([]byte, error) {
	schemas, err := schemasOf()
	if err != nil {
		return nil, err
	}
	messages, channel := webhookMessages()
	deposits := depositMessages(messages)
	stream := object{"happening": ref("messages", "happening")}
	messages["happening"] = streamMessage()
	document := object{
		"asyncapi": "3.0.0",
		"info": object{
			"title": "Events of the CAREC Advanced Transit System", "version": Version,
			"description": "What happens on the ledger, told to systems that read it: by the gateway's stream of server-sent events, by " +
				"webhooks that the operator has set up, or by documents of UBL deposited with a single window. Events show what the public record " +
				"shows, and no content of a declaration; of the documents only the declaration has any.",
		},
		"defaultContentType": "application/json",
		"servers": object{"gateway": object{
			"host": "{host}", "protocol": "https", "description": "The gateway of the reader's own organisation.",
			"variables": object{"host": object{"default": "localhost:8443", "description": "Host and port of the gateway."}},
			"security":  []any{ref("securitySchemes", "mutualTLS"), ref("securitySchemes", "bearer"), ref("securitySchemes", "session")},
		}},
		"channels": object{
			"stream": object{
				"address": "/v1/events", "title": "Stream of events", "servers": []any{object{"$ref": "#/servers/gateway"}},
				"description": "Server-sent events (text/event-stream) of what happens to the caller's own records. A reader that comes back with " +
					"Last-Event-ID goes on behind that event; an id without data only moves its place.",
				"messages": stream,
				"bindings": object{"http": object{"bindingVersion": "0.3.0"}},
			},
			"webhook": object{
				"address": nil, "title": "Webhook",
				"description": "The address that the operator has given for a subscriber (cats webhook add). Of one movement an event is sent after " +
					"the one before it was taken with an answer 2xx, or given up. An event can come more than once, always under the same webhook-id. " +
					"A step that this version does not know comes as " + event.Prefix + "RECORD.changed, with the same data.",
				"messages": channel,
				"bindings": object{"http": object{"bindingVersion": "0.3.0"}},
			},
			"window": object{
				"address": nil, "title": "Single window",
				"description": "The address that the operator has given for a single window (cats window add). Of one movement a document is sent after " +
					"the one before it was answered with a receipt (2xx) or a refusal (4xx), or given up. A receipt's reference is the member reference " +
					"of a JSON object, else the header Location, else a line of plain text. A document can come more than once, always as the same bytes " +
					"under the same Idempotency-Key: it is answered as the first time.",
				"messages": deposits,
				"bindings": object{"http": object{"bindingVersion": "0.3.0"}},
			},
		},
		"operations": object{
			"deposit": operation("window", "POST", "Deposit a document with a single window."),
			"follow":  operation("stream", "GET", "Follow what happens to the caller's records.", "happening"),
			"notify":  operation("webhook", "POST", "Tell a subscriber what has happened."),
		},
		"components": object{"messages": messages, "schemas": schemas, "securitySchemes": security()},
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err = e.Encode(document)
	return out.Bytes(), err
}

func ref(kind, name string) object { return object{"$ref": "#/components/" + kind + "/" + name} }

// operation sends the messages of a channel, all when none is named.
func operation(channel, method, summary string, messages ...string) object {
	o := object{
		"action": "send", "channel": object{"$ref": "#/channels/" + channel}, "summary": summary,
		"bindings": object{"http": object{"method": method, "bindingVersion": "0.3.0"}},
	}
	if len(messages) > 0 {
		var list []any
		for _, m := range messages {
			list = append(list, object{"$ref": "#/channels/" + channel + "/messages/" + m})
		}
		o["messages"] = list
	}
	return o
}

func security() object {
	return object{
		"mutualTLS": object{"type": "X509", "description": "A client certificate of the organisation."},
		"bearer":    object{"type": "http", "scheme": "bearer", "description": "A token of the organisation's identity provider, where it has one."},
		"session": object{
			"type": "httpApiKey", "in": "cookie", "name": "cats_session", "description": "The session of a person who has logged in, where accounts are kept.",
		},
	}
}

// webhookMessages are one message for each type of event: in the components, and as the channel's references to them.
func webhookMessages() (messages, channel object) {
	messages, channel = object{}, object{}
	add := func(name, kind, title string, data object) {
		messages[name] = object{
			"name": kind, "title": title, "contentType": event.ContentType, "headers": ref("schemas", "WebhookHeaders"),
			"payload": object{"allOf": []any{
				ref("schemas", "CloudEvent"), object{"type": "object", "properties": object{"type": object{"const": kind}, "data": object{
					"type": "object", "properties": data,
				}}},
			}},
		}
		channel[name] = ref("messages", name)
	}
	for _, k := range event.Types() {
		title := strings.ReplaceAll(strings.ReplaceAll(k.Name, ".", ": "), "-", " ")
		add(k.Name, k.Type(), title, object{"record": object{"const": k.Record}, "step": object{"const": k.Step}})
	}
	add(strings.TrimPrefix(event.TestType, event.Prefix), event.TestType, "an address is tried; nothing has happened",
		object{"record": object{"const": "webhook"}, "step": object{"const": "Test"}})
	return messages, channel
}

// depositMessages are one message for each kind of document that is deposited: in the components, and as references to them.
func depositMessages(messages object) object {
	channel := object{}
	for _, k := range window.Kinds() {
		messages[k.Root()] = object{
			"name": k.Root(), "title": k.Root() + " of UBL 2.4", "contentType": "application/xml", "headers": ref("schemas", "DepositHeaders"),
			"description": "Valid by the schema of OASIS (UBL-" + k.Root() + "-2.4.xsd). The number of the deposit is its cbc:UUID.",
			"payload":     object{"type": "string"},
		}
		channel[k.Root()] = ref("messages", k.Root())
	}
	return channel
}

func streamMessage() object {
	return object{
		"name": "happening", "title": "what a transaction did to the caller's records", "contentType": "application/json",
		"description": "The event is called after the first record, its id is BLOCK.TRANSACTION.",
		"payload":     ref("schemas", "Stream"),
	}
}

// schemasOf are the schemas of the Go types. Objects are open: a field that a later version adds must not fail a reader.
func schemasOf() (object, error) {
	registry := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
	for _, t := range []reflect.Type{reflect.TypeFor[event.CloudEvent](), reflect.TypeFor[event.Stream]()} {
		registry.Schema(t, true, t.Name())
	}
	raw, err := json.Marshal(registry.Map())
	if err != nil {
		return nil, err
	}
	schemas := object{}
	if err := json.Unmarshal(raw, &schemas); err != nil {
		return nil, err
	}
	for _, s := range schemas {
		if o, ok := s.(object); ok {
			delete(o, "additionalProperties")
		}
	}
	schemas["WebhookHeaders"], schemas["DepositHeaders"] = headers(), depositHeaders()
	return schemas, nil
}

func text(description string, more object) object {
	o := object{"type": "string", "description": description}
	maps.Copy(o, more)
	return o
}

func depositHeaders() object {
	var roots []any
	for _, k := range window.Kinds() {
		roots = append(roots, k.Root())
	}
	return object{
		"type":     "object",
		"required": []any{"Idempotency-Key", "CATS-Document", "CATS-Event"},
		"properties": object{
			"Idempotency-Key": text("The number of the deposit, the same however often it is sent.", object{"format": "uuid"}),
			"CATS-Document":   text("The document.", object{"enum": roots}),
			"CATS-Event":      text("The type of the event that the document tells.", nil),
			"Authorization":   text("A bearer token, where the operator has given one.", nil),
		},
	}
}

// headers are those of Standard Webhooks.
func headers() object {
	return object{
		"type":     "object",
		"required": []any{"webhook-id", "webhook-timestamp", "webhook-signature"},
		"properties": object{
			"webhook-id":        text("The id of the event, the same on every delivery.", nil),
			"webhook-timestamp": text("When this attempt was made, in seconds since 1970.", object{"pattern": "^[0-9]+$"}),
			"webhook-signature": text("One signature for each secret that counts, with blanks between: v1 and the HMAC-SHA256 of "+
				"webhook-id.webhook-timestamp.body in base64.", object{"pattern": "^v1,[A-Za-z0-9+/]+=*( v1,[A-Za-z0-9+/]+=*)*$"}),
		},
	}
}
