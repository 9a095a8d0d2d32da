package outbound_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"carec.example/cats/client/links/outbound"
)

func TestAnAddressIsOneOfThePublicInternet(t *testing.T) {
	for address, want := range map[string]string{
		"https://hooks.customs.example/a?b=c":       "",
		"https://8.8.8.8/a":                         "",
		"https://[2606:4700::1111]/a":               "",
		"http://hooks.customs.example/a":            "must begin with https",
		"ftp://hooks.customs.example/a":             "must begin with https",
		"https:///a":                                "names no host",
		"https://u:p@hooks.customs.example":         "no user and password",
		"https://hooks.customs.example/#x":          "no fragment",
		"https://localhost/a":                       "private, local or special",
		"https://a.LocalHost./a":                    "private, local or special",
		"https://127.0.0.1/a":                       "private, local or special",
		"https://10.1.2.3/a":                        "private, local or special",
		"https://172.16.0.1/a":                      "private, local or special",
		"https://192.168.1.1/a":                     "private, local or special",
		"https://169.254.169.254/latest":            "private, local or special",
		"https://100.64.0.1/a":                      "private, local or special",
		"https://0.0.0.0/a":                         "private, local or special",
		"https://255.255.255.255/a":                 "private, local or special",
		"https://224.0.0.1/a":                       "private, local or special",
		"https://[::1]/a":                           "private, local or special",
		"https://[::]/a":                            "private, local or special",
		"https://[fe80::1]/a":                       "private, local or special",
		"https://[fd00::1]/a":                       "private, local or special",
		"https://[::ffff:127.0.0.1]/a":              "private, local or special",
		"https://[::ffff:8.8.8.8]/a":                "",
		"https://[64:ff9b::7f00:1]/a":               "private, local or special",
		"https://[2002:7f00:1::]/a":                 "private, local or special",
		"https://[::7f00:1]/a":                      "private, local or special",
		"https://h/" + string(make([]byte, 3000)):   "more than 2048 bytes",
		"https://secret\x7f.customs.example/hidden": "cannot be read",
	} {
		err := outbound.CheckURL(address, false)
		if want == "" {
			require.NoError(t, err, address)
			continue
		}
		require.ErrorContains(t, err, want, "%.80q", address)
		require.NotContains(t, err.Error(), "secret")
	}
	require.NoError(t, outbound.CheckURL("http://127.0.0.1:8080/a", true))
	require.Error(t, outbound.CheckURL("file:///etc/passwd", true))
}
