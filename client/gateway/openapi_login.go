package gateway

import (
	"net/http"
	"reflect"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"carec.example/cats/client/access"
)

// Security schemes of the document.
const (
	bySystem = "mutualTLS"
	byToken  = "bearer"
	byCookie = "session"
	byFlow   = "logIn"
)

// logInOperation is an operation of the log-in, which package access serves.
type logInOperation struct {
	id, method, path, summary, description string
	body, result                           reflect.Type
	// status of success; page, when set, is the media type of an answer that is no JSON.
	status int
	page   string
	// cookies that the answer sets or ends.
	cookies []string
	// by are the schemes of which one is needed; none when nobody has to be known yet.
	by       []string
	query    []parameter
	problems []int
}

// logInOperations are all of the log-in.
func logInOperations() []logInOperation {
	info := reflect.TypeFor[access.SessionInfo]()
	identity := parameter{name: "identity", description: "The identity to act as; the first of those that one has when left out."}
	return []logInOperation{
		{
			id: "logIn", method: http.MethodPost, path: access.SessionPath, summary: "Log in to an account",
			description: "Begins a session, and makes the browser known for the account. Wrong passwords make the account and the address " +
				"wait, longer with each (429, locked-out, with Retry-After); a browser that is known waits only for its own.",
			body: reflect.TypeFor[access.SessionRequest](), result: info, status: http.StatusCreated,
			cookies: []string{access.SessionCookie, access.DeviceCookie}, problems: []int{400, 401, 403, 429, 503},
		},
		{
			id: "getSession", method: http.MethodGet, path: access.SessionPath, summary: "Read who one is taken for",
			description: "Of a session also until when it lasts, and the identities that one may choose.",
			result:      info, status: http.StatusOK, by: []string{bySystem, byToken, byCookie}, problems: []int{401, 403, 429, 503},
		},
		{
			id: "logOut", method: http.MethodDelete, path: access.SessionPath, summary: "Log out",
			description: "Ends the session. Whoever has none loses nothing.",
			status:      http.StatusNoContent, cookies: []string{access.SessionCookie}, problems: []int{403, 429, 503},
		},
		{
			id: "chooseIdentity", method: http.MethodPut, path: access.IdentityPath, summary: "Act as another of one's identities",
			description: "The session goes on under a new cookie, and ends when it would have ended.",
			body:        reflect.TypeFor[access.IdentityRequest](), result: info, status: http.StatusOK, by: []string{byCookie},
			cookies: []string{access.SessionCookie}, problems: []int{400, 401, 403, 429, 503},
		},
		{
			id: "changePassword", method: http.MethodPut, path: access.PasswordPath, summary: "Change one's own password",
			description: "Needs the present one, which counts as an attempt to log in. All sessions of the account end, and this browser gets a new one.",
			body:        reflect.TypeFor[access.PasswordRequest](), result: info, status: http.StatusOK, by: []string{byCookie},
			cookies: []string{access.SessionCookie, access.DeviceCookie}, problems: []int{400, 401, 403, 429, 503},
		},
		{
			id: "beginLogIn", method: http.MethodGet, path: access.LoginPath, summary: "Log in at the identity provider",
			description: "Sends a browser to the organisation's identity provider (OpenID Connect, authorization code with PKCE), where it has one.",
			status:      http.StatusSeeOther, cookies: []string{access.FlowCookie}, problems: []int{400, 403, 404, 429, 503},
			query: []parameter{
				{name: "return", description: "The page of this host to come back to.", example: "/"}, identity,
			},
		},
		{
			id: "finishLogIn", method: http.MethodGet, path: access.CallbackPath, summary: "Come back from the identity provider",
			description: "Where the provider sends the browser. The answer is a page that leads on to where the log-in was begun.",
			status:      http.StatusOK, page: "text/html", by: []string{byFlow}, cookies: []string{access.SessionCookie, access.FlowCookie},
			problems: []int{401, 403, 404, 429, 503},
			query: []parameter{
				{name: "code", description: "Of the provider."}, {name: "state", description: "As the log-in was begun with."},
				{name: "iss", description: "The provider's URL (RFC 9207)."},
			},
		},
	}
}

// addLogIn describes an operation of the log-in.
func (d *document) addLogIn(o *logInOperation) {
	h := &huma.Operation{
		OperationID: o.id, Method: o.method, Path: o.path, Tags: []string{tagLogIn}, Summary: o.summary, Description: o.description,
		Responses: map[string]*huma.Response{}, Security: []map[string][]string{},
	}
	for _, scheme := range o.by {
		h.Security = append(h.Security, map[string][]string{scheme: {}})
	}
	for _, q := range o.query {
		h.Parameters = append(h.Parameters, &huma.Param{Name: q.name, In: "query", Description: q.description, Schema: textSchema(q.values)})
	}
	if o.method != http.MethodGet {
		h.Parameters = append(h.Parameters, &huma.Param{
			Name: "Sec-Fetch-Site", In: "header", Schema: textSchema(nil), Example: "same-origin",
			Description: "Set by browsers. What another site makes a browser send is refused (403, cross-origin); where the header is missing, Origin tells.",
		})
	}
	if o.body != nil {
		h.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: d.schemas.of(o.body)}}}
	}
	h.Responses[strconv.Itoa(o.status)] = d.loggedIn(o)
	for _, status := range o.problems {
		h.Responses[strconv.Itoa(status)] = &huma.Response{Ref: "#/components/responses/" + responseName(status)}
	}
	d.put(h)
}

func (d *document) loggedIn(o *logInOperation) *huma.Response {
	r := &huma.Response{
		Description: http.StatusText(o.status),
		Headers:     map[string]*huma.Param{"X-Request-Id": {Ref: "#/components/headers/X-Request-Id"}},
	}
	switch {
	case o.page != "":
		r.Content = map[string]*huma.MediaType{o.page: {Schema: textSchema(nil)}}
	case o.result != nil:
		r.Content = map[string]*huma.MediaType{"application/json": {Schema: d.schemas.of(o.result)}}
	}
	if o.status == http.StatusSeeOther {
		r.Headers["Location"] = &huma.Param{Description: "The log-in page of the identity provider.", Schema: textSchema(nil)}
	}
	if len(o.cookies) > 0 {
		text := "Sets or ends " + o.cookies[0]
		for _, c := range o.cookies[1:] {
			text += " and " + c
		}
		text += "; no script reads them, and they go over TLS to this host alone."
		r.Headers["Set-Cookie"] = &huma.Param{Description: text, Schema: textSchema(nil)}
	}
	return r
}

func securitySchemes() map[string]*huma.SecurityScheme {
	return map[string]*huma.SecurityScheme{
		bySystem: {Type: "mutualTLS", Description: "A client certificate of the organisation."},
		byToken: {
			Type: "http", Scheme: "bearer", BearerFormat: "JWT",
			Description: "A token of the organisation's identity provider (OpenID Connect), where it has one.",
		},
		byCookie: {
			Type: "apiKey", In: "cookie", Name: access.SessionCookie,
			Description: "The session of a person who has logged in. What another site makes a browser send with it is refused (403, cross-origin).",
		},
		byFlow: {
			Type: "apiKey", In: "cookie", Name: access.FlowCookie,
			Description: "Binds a log-in at the identity provider to the browser that has begun it, for ten minutes.",
		},
	}
}
