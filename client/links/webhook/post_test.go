package webhook

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Whatever let the address through before: the connection itself is what is refused.
func TestTheConnectionIsGuarded(t *testing.T) {
	asked := 0
	s := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	defer s.Close()
	p := newPoster(5*time.Second, nil)
	defer p.close()
	o := p.send(t.Context(), s.URL, false, []string{newSecret()}, "1.a.0", []byte("{}"))
	require.Equal(t, "the host lies in a private, local or special network, which has to be allowed for it", o.Problem)
	o = p.send(t.Context(), s.URL, true, []string{newSecret()}, "1.a.0", []byte("{}"))
	require.Equal(t, "the certificate of the host is not trusted", o.Problem)
	require.Zero(t, asked)
}

func TestAnAnswerIsBounded(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/header" {
			w.Header().Set("X", longText(64<<10))
			return
		}
		for range 1 << 14 {
			if _, err := w.Write(make([]byte, 1<<14)); err != nil {
				return
			}
		}
	}))
	defer s.Close()
	p := newPoster(20*time.Second, nil)
	defer p.close()
	begin := time.Now()
	require.True(t, p.send(t.Context(), s.URL, true, []string{newSecret()}, "1.a.0", []byte("{}")).Taken())
	require.Less(t, time.Since(begin), 5*time.Second, "256 MiB are not read")
	require.Equal(t, "the connection failed", p.send(t.Context(), s.URL+"/header", true, []string{newSecret()}, "1.a.0", []byte("{}")).Problem)
}

func longText(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = 'x'
	}
	return string(b)
}
