package gateway

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/links/event"
	"carec.example/cats/client/links/outbound"
	"carec.example/cats/client/links/queue"
	"carec.example/cats/client/links/webhook"
)

// NewWebhook asks for a subscription to what happens from now on.
type NewWebhook struct {
	// Where events are posted to: https.
	URL string `json:"url" maxLength:"2048" example:"https://hooks.customs.example/cats"`
	// Only these types, or all that begin so: movement, movement.released. All when left out.
	Types []string `json:"types,omitempty" maxItems:"50" example:"[\"movement.released\"]"`
	// The subscriber is in the organisation's own network: private addresses are allowed, and http with them. Administrators alone may say so.
	AllowPrivate bool `json:"allowPrivate,omitempty"`
}

// Subscribed is a subscription with a secret for its signatures, which is told this once.
type Subscribed struct {
	Subscription *webhook.Subscription `json:"subscription"`
	// 32 random bytes as Standard Webhooks writes them.
	Secret string `json:"secret" example:"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"`
}

// Rotation makes a new secret.
type Rotation struct {
	// For how long the secrets before sign still, so that the subscriber can change over: a day when left out.
	OverlapSeconds *int64 `json:"overlapSeconds,omitempty" minimum:"0" maximum:"2592000" example:"86400"`
}

// ReplayOrder says what is delivered again: exactly one of the three is given.
type ReplayOrder struct {
	// One event by its id.
	Event string `json:"event,omitempty" example:"1207.5f1c.0"`
	// All that were given up.
	Dead bool `json:"dead,omitempty"`
	// All since a time, those that were taken already included. Events are kept for fourteen days.
	Since time.Time `json:"since,omitzero"`
}

// Replayed tells how many events wait again.
type Replayed struct {
	Events int `json:"events"`
}

// hookRoles are those who may read all that events tell: the whole public record, and every guarantee. A trader may not, nor may a
// guarantor of others' guarantees; both have the stream of events, which is narrowed to their own.
func hookRoles() []transit.Role {
	return []transit.Role{transit.RoleAdministrator, transit.RoleCourier, transit.RoleAnalyst}
}

// hooked makes the row of an operation on webhooks.
func hooked[B, R any](
	o operation, do func(ctx context.Context, hooks Webhooks, r *request, body B) (R, error),
) operation {
	o.roles, o.method = hookRoles(), http.MethodPost
	return act(o, func(ctx context.Context, r *request, body B) (R, error) {
		return withHooks(r, func(h Webhooks) (R, error) { return do(ctx, h, r, body) })
	})
}

func lookedUp[R any](o operation, do func(ctx context.Context, hooks Webhooks, r *request) (R, error)) operation {
	o.roles, o.method = hookRoles(), http.MethodGet
	return look(o, func(ctx context.Context, r *request) (R, error) {
		return withHooks(r, func(h Webhooks) (R, error) { return do(ctx, h, r) })
	})
}

func withHooks[R any](r *request, do func(Webhooks) (R, error)) (R, error) {
	var none R
	if r.beside.Webhooks == nil {
		return none, absent("webhooks")
	}
	result, err := do(r.beside.Webhooks)
	if err != nil {
		return none, ofHooks(err)
	}
	return result, nil
}

// ofHooks tells a failure of the webhooks as the ledger would.
func ofHooks(err error) error {
	switch {
	case errors.Is(err, webhook.ErrNoSubscription):
		return transit.Faultf(transit.NotFound, "there is no such subscription").At("/subscription")
	case errors.Is(err, queue.ErrCursor):
		return transit.Faultf(transit.MalformedRequest, "this is no cursor of the list").At("/cursor")
	case errors.Is(err, webhook.ErrTooMany), errors.Is(err, webhook.ErrDisabled):
		return transit.Faultf(transit.OutOfSequence, "%v", err)
	}
	return err
}

func webhookRows() []operation {
	return tagged(tagWebhooks,
		subscribe(),
		lookedUp(operation{
			id: "listWebhooks", path: "/v1/webhooks", summary: "List the subscriptions of the organisation",
			description: "Oldest first, those made on the command line included; never a secret.",
		}, func(ctx context.Context, h Webhooks, _ *request) (*Table[webhook.Subscription], error) {
			all, err := h.List(ctx)
			return &Table[webhook.Subscription]{Items: all}, err
		}),
		lookedUp(operation{id: "getWebhook", path: "/v1/webhooks/{subscription}", summary: "Read a subscription"},
			func(ctx context.Context, h Webhooks, r *request) (*webhook.Subscription, error) {
				return h.Get(ctx, r.path("subscription"))
			}),
		unsubscribe(),
		onHook("pauseWebhook", "pause", "Stop telling a subscriber",
			"What waits is given up; it and what comes meanwhile can be replayed after the subscription is resumed.", Webhooks.Pause),
		onHook("resumeWebhook", "resume", "Tell a subscriber again",
			"For what happens from now on, also when the subscription was disabled because nothing was taken.", Webhooks.Enable),
		rotateSecret(),
		hooked(operation{
			id: "tryWebhook", path: "/v1/webhooks/{subscription}/test", summary: "Send a subscriber an event that tells of nothing, now",
			description: "The answer tells what came of it.",
		}, func(ctx context.Context, h Webhooks, r *request, _ nothing) (*webhook.Outcome, error) {
			o, err := h.Test(ctx, r.path("subscription"))
			return &o, err
		}),
		deliveries(), replay(),
	)
}

func subscribe() operation {
	return hooked(operation{
		id: "addWebhook", path: "/v1/webhooks", summary: "Subscribe to what happens from now on", status: http.StatusCreated,
		description: "Events are CloudEvents signed after Standard Webhooks, as the AsyncAPI document describes them. They show what the public record " +
			"shows of every movement and guarantee on the channel, and no content. The secret is told this once.",
	}, func(ctx context.Context, h Webhooks, r *request, b NewWebhook) (*Subscribed, error) {
		if b.AllowPrivate && r.caller.Role != transit.RoleAdministrator {
			return nil, transit.Faultf(transit.NotAuthorised, "an address in the own network is for administrators to allow").At("/allowPrivate")
		}
		if err := outbound.CheckURL(b.URL, b.AllowPrivate); err != nil {
			return nil, transit.Faultf(transit.MalformedRequest, "%v", err).At("/url")
		}
		for i, w := range b.Types {
			if !event.Known(w) {
				return nil, transit.Faultf(transit.MalformedRequest, "no event has the type").At("/types/" + strconv.Itoa(i))
			}
		}
		s, secret, err := h.Add(ctx, b.URL, b.Types, b.AllowPrivate)
		if err != nil {
			return nil, err
		}
		return &Subscribed{Subscription: s, Secret: secret}, nil
	})
}

func unsubscribe() operation {
	o := hooked(operation{
		id: "removeWebhook", path: "/v1/webhooks/{subscription}", summary: "End a subscription, with what waits for it",
		description: "Answers with the subscription as it was.",
	}, func(ctx context.Context, h Webhooks, r *request, _ nothing) (*webhook.Subscription, error) {
		s, err := h.Get(ctx, r.path("subscription"))
		if err != nil {
			return nil, err
		}
		return s, h.Remove(ctx, s.ID)
	})
	o.method = http.MethodDelete
	return o
}

// onHook makes the row of what is done to one subscription, which the answer shows then.
func onHook(id, verb, summary, description string, do func(Webhooks, context.Context, string) error) operation {
	return hooked(operation{id: id, path: "/v1/webhooks/{subscription}/" + verb, summary: summary, description: description},
		func(ctx context.Context, h Webhooks, r *request, _ nothing) (*webhook.Subscription, error) {
			if err := do(h, ctx, r.path("subscription")); err != nil {
				return nil, err
			}
			return h.Get(ctx, r.path("subscription"))
		})
}

func rotateSecret() operation {
	return hooked(operation{
		id: "rotateWebhookSecret", path: "/v1/webhooks/{subscription}/rotate", summary: "Make a new secret",
		description: "It is told this once.",
	}, func(ctx context.Context, h Webhooks, r *request, b Rotation) (*Subscribed, error) {
		overlap := 24 * time.Hour
		if b.OverlapSeconds != nil {
			overlap = time.Duration(*b.OverlapSeconds) * time.Second
		}
		secret, err := h.Rotate(ctx, r.path("subscription"), overlap)
		if err != nil {
			return nil, err
		}
		s, err := h.Get(ctx, r.path("subscription"))
		if err != nil {
			return nil, err
		}
		return &Subscribed{Subscription: s, Secret: secret}, nil
	})
}

func deliveries() operation {
	states := []string{"waiting", "delivered", "dead"}
	return lookedUp(operation{
		id: "listDeliveries", path: "/v1/webhooks/{subscription}/deliveries", summary: "Read what was delivered to a subscriber, waits, or was given up",
		description: "The newest first, a page at a time. A delivery keeps its place whatever becomes of it.",
		query: []parameter{
			{name: "state", description: "Only those in this state.", values: states},
			{name: "size", description: "How many a page has at most: 1 to 1000, 100 when left out.", example: "100"},
			{name: "cursor", description: "The cursor of the page before; the first page when left out."},
		},
	}, func(ctx context.Context, h Webhooks, r *request) (*Page[webhook.Delivery], error) {
		f, err := deliveryFilter(r, states)
		if err != nil {
			return nil, err
		}
		s, err := h.Get(ctx, r.path("subscription"))
		if err != nil {
			return nil, err
		}
		f.Subscription = s.ID
		found, err := h.Log(ctx, f)
		if err != nil {
			return nil, err
		}
		return &Page[webhook.Delivery]{Items: found.Items, Next: sealCursor(r.operation.id, found.Next)}, nil
	})
}

func deliveryFilter(r *request, states []string) (f webhook.Filter, err error) {
	if f.State = r.query("state"); f.State != "" {
		if err := oneOf("state", f.State, states); err != nil {
			return f, err
		}
	}
	if text := r.query("size"); text != "" {
		if f.Limit, err = strconv.Atoi(text); err != nil || f.Limit < 1 || f.Limit > queue.MaxLimit {
			return f, transit.Faultf(transit.MalformedRequest, "the size of a page is 1 to %d", queue.MaxLimit).At("/size")
		}
	}
	f.After, err = openCursor(r.operation.id, r.query("cursor"))
	return f, err
}

func replay() operation {
	return hooked(operation{
		id: "replayWebhook", path: "/v1/webhooks/{subscription}/replay", summary: "Deliver events again",
		description: "Under the ids that they had, in the ledger's order.",
	}, func(ctx context.Context, h Webhooks, r *request, b ReplayOrder) (*Replayed, error) {
		chosen := 0
		for _, is := range []bool{b.Event != "", b.Dead, !b.Since.IsZero()} {
			if is {
				chosen++
			}
		}
		if chosen != 1 {
			return nil, transit.Faultf(transit.MalformedRequest, "say what to replay: event, dead or since, one of them")
		}
		if illegible(b.Event) {
			return nil, transit.Faultf(transit.MalformedRequest, "this is no id of an event").At("/event")
		}
		n, err := h.Replay(ctx, r.path("subscription"), webhook.Which{Event: b.Event, Dead: b.Dead, Since: b.Since})
		return &Replayed{Events: n}, err
	})
}
