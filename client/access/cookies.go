package access

import (
	"net/http"
	"time"
)

// The cookies. The prefix makes browsers take them only over TLS, for this host alone and for
// all of it, so that no other host of the domain can plant one.
const (
	// SessionCookie holds the session of somebody who has logged in; DeviceCookie makes the browser known for the account.
	SessionCookie = "__Host-cats-session"
	DeviceCookie  = "__Host-cats-device"
	// FlowCookie holds what binds a log-in at the identity provider to this browser.
	FlowCookie = "__Host-cats-login"
)

// cookieOf returns the value of a cookie that a browser set once; two of one name say that somebody meddled.
func cookieOf(r *http.Request, name string) (string, bool) {
	found := r.CookiesNamed(name)
	if len(found) != 1 || found[0].Value == "" {
		return "", false
	}
	return found[0].Value, true
}

// setCookie sets a cookie that no script can read. A strict one is not sent along when another
// site leads here.
func setCookie(w http.ResponseWriter, name, value string, lasts time.Duration, site http.SameSite) {
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // the caller says which site, never none
		Name: name, Value: value, Path: "/", MaxAge: int(lasts / time.Second),
		Secure: true, HttpOnly: true, SameSite: site,
	})
}

func clearCookie(w http.ResponseWriter, name string, site http.SameSite) {
	http.SetCookie(w, &http.Cookie{Name: name, Path: "/", MaxAge: -1, Secure: true, HttpOnly: true, SameSite: site}) //nolint:gosec // as above
}
