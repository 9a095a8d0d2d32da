// Package access tells who calls the gateway of an organisation, and as which identity of
// the ledger that caller acts.
//
//	guard, err := access.New(ctx, access.Config{Profile: profile, Organisation: "KZ", Database: db})
//	guard.ConfigureTLS(server.TLSConfig)
//	mux.Handle("/v1/session", guard.Handler())  // and the paths below it, and below /v1/oidc/
//	mux.Handle("/v1/", guard.Require(business)) // business asks From(r.Context())
//	go guard.Run(ctx)
//
// # Three ways in
//
// A national system shows a client certificate of the organisation's authority. The
// certificate is that of an identity in the profile, and the system is that identity.
//
// A person logs in: at the gateway, with an account that an administrator made ("cats user
// add"), so that an organisation without an identity provider can begin at once; or at the
// organisation's identity provider (OpenID Connect). Either way the browser gets a session
// cookie. A person may hold several identities, such as two offices, and acts as one of them
// at a time.
//
// A program or a console shows a token of the identity provider with each request.
//
// When a request shows several credentials the most explicit one counts: token, cookie,
// certificate. One that is no good is refused, and no other stands in for it.
//
// # As whom
//
// Whatever the way in, it ends at the name of an identity in the profile ([Caller]), and that
// identity signs what the caller does. Only identities of the organisation that the gateway
// serves are given out: when they are assigned, when a session begins, and again at each
// request, so that neither a row in the database nor a certificate lets somebody act as
// another organisation. What that identity may do is decided by the ledger.
//
// # What is kept where
//
// People, sessions, failed attempts and known browsers lie in the organisation's database.
// Gateways keep no copy: they can run side by side, and what one ends is over for the others.
// Of a session's token only the SHA-256 is kept, of a password only the argon2id hash, of a
// name that could not log in only a digest. A log-in at the identity provider keeps nothing at
// all (see flow). Only rates are counted in the process, each gateway for itself.
//
// # What is defended, and how
//
//   - Guessing passwords: each attempt counts before it is judged; after five failures of an
//     account, or fifty of an address, each further one doubles the wait, up to 15 minutes.
//   - Locking others out: a wait is not prolonged by attempts made during it, and a browser in
//     which the owner has logged in before is counted by itself, whatever others do.
//   - Finding out who has an account: an unknown name, a wrong password and a disabled account
//     cost the same work and get the same answer.
//   - Exhausting memory: two hashes at a time (64 MiB each), 64 requests waiting, others are
//     turned away; tables of rates have a fixed number of places.
//   - Stolen databases: nothing in it opens a session.
//   - Planted sessions: a log-in and a change of identity always make a new token.
//   - Other sites: the cookie is SameSite=Strict, changes are refused when Sec-Fetch-Site or
//     Origin tells another site, and bodies must be JSON.
//   - Answers of the identity provider in the wrong browser, twice, late, or for another log-in:
//     state, nonce and PKCE verifier derive from a secret that only the browser holds.
//   - Stolen certificates: revocation lists, and a certificate older than the one in the
//     profile has been replaced by it.
//
// Names are personal data: nothing here writes them, or addresses, to a log.
package access
