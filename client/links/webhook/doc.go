// Package webhook tells an organisation's own systems what happens on the ledger: each event ([event.CloudEvent]) is posted to
// every subscriber, signed after Standard Webhooks, until the subscriber has taken it or the time for that is over.
//
//	hooks, err := webhook.New(ctx, webhook.Config{Database: db, Ledger: client, Channel: profile.Channel, Log: log})
//	err = hooks.Run(ctx)
//
// # Who sees what
//
// An event shows what the public record shows, which every member of the channel may read, and nothing of the content. A
// subscription sees every movement and guarantee on the channel: it is made by the operator for a system that may, or over the gateway by
// those whom the ledger lets read all of that. None is narrowed to a trader or guarantor.
//
// # Once in, at least once out, in order
//
// Package queue says how: an event is enqueued exactly once, and sent at least once, under the same webhook-id, which is how the
// subscriber knows it. Events of one movement reach a subscriber in the ledger's order.
//
// # When a subscriber fails
//
// Only an answer 2xx counts; redirections are not followed. It is tried again, with growing pauses, or when it asks to be
// (Retry-After), until [Config.GiveUp] has passed since the event; then the delivery is dead, which the log shows, and can
// be replayed. A subscriber that has taken nothing for [Config.DisableAfter], or that answers 410, is disabled with a mark. What
// comes meanwhile is kept for [Config.Keep], so that it can be replayed when it is enabled again.
//
// # Where it sends to
//
// Only to https, and never to an address in a private, local or otherwise special network (package outbound). For a system in its
// own network the operator allows that for the one subscription, and with it http.
package webhook
