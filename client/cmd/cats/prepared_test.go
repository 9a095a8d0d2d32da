package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	"github.com/hyperledger/fabric-gateway/pkg/identity"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

// preparing is a session whose officer's key is in a file that the profile does not name.
type preparing struct {
	*session
	keyFile, file string
	gateway       *client.Gateway
	proposal      []byte
	reader        string
	forwarded     []cats.Stage
}

func newPreparing(t *testing.T) *preparing {
	t.Helper()
	p := &preparing{session: newSession(t)}
	p.file = filepath.Join(p.dir, "change.json")
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "officer-urumqi", OrganizationalUnit: []string{"client"}},
		NotAfter: time.Now().Add(time.Hour),
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	certificate, err := x509.ParseCertificate(raw)
	require.NoError(t, err)
	encoded, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	p.keyFile = p.session.file("officer.key", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded})))
	id, err := identity.NewX509Identity("CNMSP", certificate)
	require.NoError(t, err)
	conn, err := grpc.NewClient("passthrough:nowhere", grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	defer conn.Close()
	p.gateway, err = client.Connect(id, client.WithClientConnection(conn))
	require.NoError(t, err)
	proposal, err := p.gateway.GetNetwork("transit").GetContract("cats").NewProposal(string(transit.FnAccept),
		client.WithBytesArguments([]byte(`{"movement":"`+mrn+`"}`)))
	require.NoError(t, err)
	p.proposal, err = proposal.Bytes()
	require.NoError(t, err)
	return p
}

// other makes another proposal of the officer wait in the file.
func (p *preparing) other(fn transit.Function, argument string, transient map[string][]byte) {
	p.t.Helper()
	contract := p.gateway.GetNetwork("transit").GetContract("cats")
	proposal, err := contract.NewProposal(string(fn), client.WithBytesArguments([]byte(argument)), client.WithTransient(transient))
	require.NoError(p.t, err)
	raw, err := proposal.Bytes()
	require.NoError(p.t, err)
	waits := cats.Prepared{As: "cn-officer-urumqi", Request: &cats.PreparedRequest{Method: "POST", Path: "/v1/movements"}, Change: &cats.Unsigned{
		Stage: cats.StageProposal, Bytes: raw, Expires: time.Now().Add(time.Hour), Done: []cats.Done{{Result: json.RawMessage(`{"legs":null}`)}},
	}}
	require.NoError(p.t, writePrepared(p.file, &waits))
}

func (p *preparing) run(in string, args ...string) result {
	p.t.Helper()
	var out, errs bytes.Buffer
	code := run(context.Background(), args, environment{
		in: strings.NewReader(in), out: &out, err: &errs, getenv: func(name string) string { return p.env[name] },
		openFor: func(_ context.Context, _ *cats.Profile, reader, _ string) (*backend, error) {
			p.reader = reader
			b := p.fake.backend()
			b.forward = p.forward
			return b, nil
		},
	})
	return result{code: code, out: out.String(), err: errs.String()}
}

// forward endorses at once: what a proposal becomes is of no interest here.
func (p *preparing) forward(_ context.Context, u *cats.Unsigned) (*cats.Unsigned, error) {
	p.forwarded = append(p.forwarded, u.Stage)
	p.fake.fail = nil
	return &cats.Unsigned{Stage: cats.StageDone, Function: u.Function, Done: []cats.Done{{Function: u.Function, Receipt: receipt()}}}, nil
}

func TestAChangeIsSignedElsewhere(t *testing.T) {
	accept := func(p *preparing) []string {
		return []string{"movement", "accept", mrn, "--as", "cn-officer-urumqi", "--prepare", p.file}
	}
	waits := func(p *preparing) {
		p.fake.fail = &cats.Unsigned{
			Stage: cats.StageProposal, Function: transit.FnAccept, Bytes: p.proposal, Expires: time.Now().Add(time.Hour),
		}
	}

	t.Run("The same command goes on after the signature, and the file is gone in the end", func(t *testing.T) {
		p := newPreparing(t)
		waits(p)
		r := p.run("", accept(p)...)
		require.Zero(t, r.code, r.err)
		require.Equal(t, "cn-courier", p.reader)
		require.Contains(t, r.out, "Not done yet")
		require.Contains(t, r.out, "accept (IE028)")
		info, err := os.Stat(p.file)
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm())

		calls := len(p.fake.calls)
		require.Zero(t, p.run("", accept(p)...).code)
		require.Len(t, p.fake.calls, calls, "nothing is prepared twice while the first waits")

		r = p.run("n\n", "prepared", "sign", p.file, "--key", p.keyFile)
		require.Equal(t, exitUsage, r.code)
		require.Contains(t, r.err, "not signed")
		r = p.run("", "prepared", "sign", p.file, "--key", p.keyFile)
		require.Equal(t, exitUsage, r.code, "no answer is no")
		r = p.run("yes\n", "prepared", "sign", p.file, "--key", p.keyFile)
		require.Zero(t, r.code, r.err)
		require.Contains(t, r.out, "Signed")

		r = p.run("", accept(p)...)
		require.Zero(t, r.code, r.err)
		require.Equal(t, []cats.Stage{cats.StageProposal}, p.forwarded)
		require.Contains(t, r.out, "Accepted")
		require.NoFileExists(t, p.file)
	})

	t.Run("What was committed before a crash is not committed again", func(t *testing.T) {
		p := newPreparing(t)
		raw, err := json.Marshal(cats.Prepared{
			Command: "movement accept " + mrn, As: "cn-officer-urumqi",
			Change: &cats.Unsigned{Stage: cats.StageDone, Done: []cats.Done{{Function: transit.FnAccept, Receipt: receipt()}}},
		})
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(p.file, raw, 0o600))
		r := p.run("", accept(p)...)
		require.Zero(t, r.code, r.err)
		require.Empty(t, p.forwarded)
		require.NoFileExists(t, p.file)
	})

	t.Run("A file serves one command of one person", func(t *testing.T) {
		p := newPreparing(t)
		waits(p)
		require.Zero(t, p.run("", accept(p)...).code)
		for _, other := range [][]string{
			{"movement", "accept", "26CNAP2X15SEM6WPJ2", "--as", "cn-officer-urumqi"},
			{"movement", "present", mrn, "--as", "cn-officer-urumqi"},
			{"movement", "accept", mrn, "--as", "cn-trader-tianshan"},
		} {
			r := p.run("", append(other, "--prepare", p.file)...)
			require.Equal(t, exitUsage, r.code)
			require.Contains(t, r.err, "belongs to")
		}
	})

	t.Run("And one set of flags", func(t *testing.T) {
		p := newPreparing(t)
		waits(p)
		reject := func(reason string) result {
			return p.run("", "movement", "reject", mrn, "--reason", reason, "--as", "cn-officer-urumqi", "--prepare", p.file)
		}
		require.Zero(t, reject("late").code)
		require.Zero(t, reject("late").code)
		r := reject("early")
		require.Equal(t, exitUsage, r.code)
		require.Contains(t, r.err, "--reason late")
	})

	t.Run("Files that are none", func(t *testing.T) {
		p := newPreparing(t)
		require.Equal(t, exitUsage, p.run("", "prepared", "show", p.file).code)
		require.NoError(t, os.WriteFile(p.file, []byte("{}"), 0o600))
		require.Equal(t, exitUsage, p.run("", "prepared", "show", p.file).code)
		require.Equal(t, exitUsage, p.run("", accept(p)...).code)
		require.NoError(t, os.WriteFile(p.file, []byte(`{"change":{"stage":"proposal","bytes":"AAAA"}}`), 0o600))
		r := p.run("", "prepared", "show", p.file)
		require.Equal(t, exitUsage, r.code)
		require.Contains(t, r.err, "couldn't read what is to be signed")
	})

	t.Run("Another's key does not sign", func(t *testing.T) {
		p, q := newPreparing(t), newPreparing(t)
		waits(p)
		require.Zero(t, p.run("", accept(p)...).code)
		r := p.run("", "prepared", "sign", p.file, "--yes", "--key", q.keyFile)
		require.Equal(t, exitUsage, r.code)
		require.Contains(t, r.err, "not that of officer-urumqi")
	})
}

func TestWhatTheSignerHoldsIsCompared(t *testing.T) {
	p := newPreparing(t)
	std := p.file + ".std.json"
	r := p.run("", "std", "convert", "../../formats/examples/cn-kz-kg-electronics.xml")
	require.Zero(t, r.code, r.err)
	require.NoError(t, os.WriteFile(std, []byte(r.out), 0o600))
	document, err := transit.DecodeSTD([]byte(r.out))
	require.NoError(t, err)
	content, err := transit.Canonical(document)
	require.NoError(t, err)
	another := p.session.file("another.yaml", "text: there\n")

	t.Run("A declaration, as XML or JSON", func(t *testing.T) {
		p.other(transit.FnDeposit, `{}`, map[string][]byte{transit.TransientSTD: content, transit.TransientSalt: make([]byte, 32)})
		for _, held := range []string{std, "../../formats/examples/cn-kz-kg-electronics.xml"} {
			r := p.run("", "prepared", "show", p.file, "--content", held)
			require.Zero(t, r.code, r.err)
			require.Contains(t, r.out, `goes along as "std"`)
		}
		changed := p.session.file("changed.json", strings.Replace(r.out, document.TransitOperation.LRN, "ANOTHERLRN", 1))
		r := p.run("", "prepared", "sign", p.file, "--content", changed, "--yes", "--key", p.keyFile)
		require.Equal(t, exitUsage, r.code)
		require.Contains(t, r.err, "what is in the change is not")
		require.Zero(t, p.run("", "prepared", "sign", p.file, "--content", std, "--yes", "--key", p.keyFile).code)
	})

	t.Run("An annex, as YAML", func(t *testing.T) {
		p.other(transit.FnAnnex, `{"kind":"note"}`, map[string][]byte{transit.TransientAnnex: []byte(`{"references":["a"],"text":"not there"}`)})
		note := p.session.file("note.yaml", "text: not there\nreferences: [a]\n")
		require.Zero(t, p.run("", "prepared", "show", p.file, "--content", note).code)
		require.Equal(t, exitUsage, p.run("", "prepared", "show", p.file, "--content", another).code)
	})

	t.Run("An attachment, byte for byte; and nothing where nothing goes along", func(t *testing.T) {
		p.other(transit.FnAttach, `{}`, map[string][]byte{transit.TransientFile: []byte("%PDF")})
		require.Zero(t, p.run("", "prepared", "show", p.file, "--content", p.session.file("a.pdf", "%PDF")).code)
		p.other(transit.FnAccept, `{}`, nil)
		r := p.run("", "prepared", "show", p.file, "--content", std)
		require.Equal(t, exitUsage, r.code)
		require.Contains(t, r.err, "carries no content")
	})
}

func TestADocumentOfAGatewayIsSigned(t *testing.T) {
	p := newPreparing(t)
	p.other(transit.FnAccept, `{"movement":"`+mrn+`"}`, nil)
	r := p.run("yes\n", "prepared", "sign", p.file, "--key", p.keyFile)
	require.Zero(t, r.code, r.err)
	require.Contains(t, r.out, "/v1/signatures")
	back, err := readPrepared(p.file)
	require.NoError(t, err)
	require.NotEmpty(t, back.Change.Signature)
	require.Equal(t, "/v1/movements", back.Request.Path)
	require.JSONEq(t, `{"legs":null}`, string(back.Change.Done[0].Result))
	r = p.run("", "movement", "accept", mrn, "--as", "cn-officer-urumqi", "--prepare", p.file)
	require.Equal(t, exitUsage, r.code, "it belongs to the gateway, not to a command")
}
