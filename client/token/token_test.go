package token_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"carec.example/cats/client/token"
	"carec.example/cats/client/token/tokentest"
)

func TestAURINamesAKey(t *testing.T) {
	const whole = "pkcs11:token=My%20card;object=sign%3B1;id=%01%ff;type=private?module-path=/lib/p11.so&pin-source=file:/run/pin"
	u, err := token.Parse(whole)
	require.NoError(t, err)
	require.Equal(t, &token.URI{
		Token: "My card", Object: "sign;1", ID: []byte{1, 0xff}, Module: "/lib/p11.so", PINFile: "/run/pin",
	}, u)
	slot, err := token.Parse("pkcs11:slot-id=3;object=k?module-path=/m&pin-source=file:///run/pin")
	require.NoError(t, err)
	require.Equal(t, 3, *slot.Slot)
	require.Equal(t, "/run/pin", slot.PINFile)

	for text, because := range map[string]string{
		"/home/key.pem":                                "RFC 7512",
		"pkcs11:object=k?module-path=/m":               "exactly one of token",
		"pkcs11:token=a;serial=b;object=k":             "exactly one of token",
		"pkcs11:token=a?module-path=/m":                "names no key",
		"pkcs11:token=a;object=k":                      "module-path",
		"pkcs11:token=a;object=k;type=cert":            "not a private key",
		"pkcs11:token=%zz":                             "token",
		"pkcs11:slot-id=x;object=k":                    "no number",
		"pkcs11:slot-id=-1;object=k":                   "no number",
		"pkcs11:token=a;object=k?pin-value=1234":       "not understood",
		"pkcs11:token=a;object=k?pin-source=|getpin":   "file:",
		"pkcs11:token=a;object=k;manufacturer=m":       "not understood",
		"pkcs11:token=a;object=k?module-path=/m&x=%20": "not understood",
	} {
		_, err := token.Parse(text)
		require.ErrorContains(t, err, because, text)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("pkcs11:token=a;object=k?module-path=/m&pin-source=file:/p")
	f.Add("pkcs11:;;?&&=%")
	f.Fuzz(func(t *testing.T, text string) {
		if u, err := token.Parse(text); err == nil {
			require.NotEmpty(t, u.Module)
		}
	})
}

func TestAKeySignsOnItsDevice(t *testing.T) {
	card := tokentest.New(t, "officer")
	var keys token.Keys
	t.Cleanup(func() { require.NoError(t, keys.Close()) })
	key, err := keys.Key(card.URI("officer"))
	require.NoError(t, err)
	public, isECDSA := key.Public().(*ecdsa.PublicKey)
	require.True(t, isECDSA)
	digest := sha256.Sum256([]byte("goods"))
	signature, err := key.Sign(rand.Reader, digest[:], crypto.SHA256)
	require.NoError(t, err)
	require.True(t, ecdsa.VerifyASN1(public, digest[:], signature))

	again, err := keys.Key(card.URI("officer"))
	require.NoError(t, err)
	require.Equal(t, public, again.Public())
	_, err = keys.Key(card.URI("nobody"))
	require.ErrorContains(t, err, `couldn't find the key "nobody"`)
}

func TestWhoKnowsThePIN(t *testing.T) {
	card := tokentest.New(t, "officer")
	t.Run("Asked once for a device", func(t *testing.T) {
		asked := 0
		keys := token.Keys{AskPIN: func(device string) (string, error) {
			asked++
			require.Equal(t, tokentest.Label, device)
			return tokentest.PIN, nil
		}}
		for range 2 {
			_, err := keys.Key(card.WithoutPIN("officer"))
			require.NoError(t, err)
		}
		require.Equal(t, 1, asked)
		require.NoError(t, keys.Close())
	})
	t.Run("Nobody to ask", func(t *testing.T) {
		_, err := new(token.Keys).Key(card.WithoutPIN("officer"))
		require.ErrorContains(t, err, "nobody to ask")
	})
	t.Run("A wrong PIN opens nothing", func(t *testing.T) {
		keys := token.Keys{AskPIN: func(string) (string, error) { return "0000", nil }}
		_, err := keys.Key(card.WithoutPIN("officer"))
		require.ErrorContains(t, err, "couldn't open the device")
	})
	t.Run("A library that is none", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "lib.so")
		require.NoError(t, os.WriteFile(file, nil, 0o600))
		keys := token.Keys{AskPIN: func(string) (string, error) { return "", nil }}
		_, err := keys.Key("pkcs11:token=a;object=k?module-path=" + file)
		require.ErrorContains(t, err, "couldn't open the device")
	})
}

func TestTheDeviceIsSeenByOtherPrograms(t *testing.T) {
	tool, err := exec.LookPath("pkcs11-tool")
	if err != nil {
		t.Skip("pkcs11-tool is not installed (Debian: opensc)")
	}
	card := tokentest.New(t, "officer")
	list := exec.CommandContext(t.Context(), tool, "--module", card.Module, "--token-label", tokentest.Label, "--login", "--pin", tokentest.PIN, "-O")
	list.Env = append(os.Environ(), "SOFTHSM2_CONF="+os.Getenv("SOFTHSM2_CONF"))
	out, err := list.CombinedOutput()
	require.NoError(t, err, string(out))
	require.Contains(t, string(out), "officer")
	require.Contains(t, string(out), "never extractable")
}
