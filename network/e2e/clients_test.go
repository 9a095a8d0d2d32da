package e2e

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/gateway"
)

// program is a client in a folder of its own, a copy of one below clients.
type program struct {
	t      *testing.T
	folder string
}

func newProgram(t *testing.T, name string) *program {
	t.Helper()
	p := &program{t: t, folder: filepath.Join(t.TempDir(), name)}
	require.NoError(t, os.CopyFS(p.folder, os.DirFS(filepath.Join("clients", name))))
	return p
}

// unreachable is what tools say when packages are neither at hand nor to be had.
var unreachable = regexp.MustCompile(
	`dial tcp|no such host|connection refused|i/o timeout|module lookup disabled|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ECONNRESET|ENOTCACHED`)

// fetch runs a command that fetches packages, and skips the test where there are none to be had.
func (p *program) fetch(name string, args ...string) {
	p.t.Helper()
	if out, err := p.command(name, args...).CombinedOutput(); err != nil {
		if unreachable.Match(out) {
			p.t.Skipf("%s cannot fetch the packages of the client: %s", name, out)
		}
		require.NoError(p.t, err, "%s", out)
	}
}

// run runs a command and returns what it prints.
func (p *program) run(name string, args ...string) []byte {
	p.t.Helper()
	cmd := p.command(name, args...)
	var failure bytes.Buffer
	cmd.Stderr = &failure
	out, err := cmd.Output()
	require.NoError(p.t, err, "%s %v: %s", name, args, failure.String())
	return out
}

func (p *program) command(name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(within(p.t, 10*time.Minute), name, args...)
	cmd.Dir = p.folder
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=")
	cmd.WaitDelay = 10 * time.Second
	return cmd
}

// write writes a file of the program as JSON, and returns its path.
func (p *program) write(name string, v any) string {
	p.t.Helper()
	raw, err := json.Marshal(v)
	require.NoError(p.t, err)
	path := filepath.Join(p.folder, name)
	require.NoError(p.t, os.WriteFile(path, raw, 0o600))
	return path
}

// generated has a client that was generated from the document of the gateways work a movement from declaration to discharge.
func (w *world) generated(t *testing.T) {
	p := newProgram(t, "go")
	document := w.at(t, "cn-trader-tianshan").want(http.StatusOK, nil, "GET", "/openapi.json", nil).body
	require.NoError(t, os.WriteFile(filepath.Join(p.folder, "openapi.json"), document, 0o600))
	require.NoError(t, os.Mkdir(filepath.Join(p.folder, "ledger"), 0o700))
	p.fetch("go", "mod", "download")
	p.run("go", "tool", "oapi-codegen", "-config", "generator.yaml", "openapi.json")
	p.run("go", "build", "-trimpath", "-o", "client", ".")

	std := load(t, examples+"cn-kz-kg-electronics.xml", nil)
	std.TransitOperation.LRN = "G" + fresh()[:20]
	settings := map[string]any{
		"guarantee":   p.write("guarantee.json", freshGuarantee(t, std)),
		"declaration": p.write("declaration.json", std),
		"people": map[string]any{
			"trader": w.person(t, "cn-trader-tianshan"), "clerk": w.person(t, "cgm-clerk"), "analyst": w.person(t, "carec-analyst"),
			"departure": w.person(t, "cn-officer-urumqi"), "exit": w.person(t, "cn-officer-horgos"),
			"entry": w.person(t, "kz-officer-khorgos"), "second exit": w.person(t, "kz-officer-korday"),
			"second entry": w.person(t, "kg-officer-akzhol"), "destination": w.person(t, "kg-officer-bishkek"),
		},
	}
	var told struct {
		Identity, MRN, State, Goods string
		Seq, Pages, Passages        int
		Refused                     []transit.Code
	}
	require.NoError(t, json.Unmarshal(p.run("./client", p.write("settings.json", settings)), &told))
	require.Equal(t, "cn-trader-tianshan", told.Identity)
	require.Equal(t, []transit.Code{transit.InvalidDocument, transit.OutOfSequence, transit.Stale}, told.Refused)
	require.Equal(t, std.Consignment.HouseConsignments[0].ConsignmentItems[0].Commodity.DescriptionOfGoods, told.Goods)
	require.GreaterOrEqual(t, told.Pages, 1)
	require.GreaterOrEqual(t, told.Passages, told.Seq)

	view, err := w.as(t, "kg-officer-bishkek").Movements().Get(within(t, time.Minute), told.MRN)
	require.NoError(t, err)
	require.Equal(t, transit.Discharged, view.Movement.State)
	require.Equal(t, string(transit.Discharged), told.State)
	require.Equal(t, view.Movement.Seq, told.Seq)
	require.Equal(t, std.TransitOperation.LRN, view.Movement.LRN)
	require.Equal(t, transit.UsageFreed, view.Movement.Guarantees[0].State)
}

// person says how somebody reaches the gateway of its organisation.
func (w *world) person(t *testing.T, identity string) map[string]string {
	t.Helper()
	id, err := w.profile.Identity(identity)
	require.NoError(t, err)
	org := w.profile.Organisations[id.Organisation]
	return map[string]string{
		"gateway": "https://" + org.Gateway.Address, "authority": w.path(org.TLSCA),
		"certificate": w.path(id.TLSCertificate), "key": w.path(id.TLSKey),
	}
}

// freshGuarantee has the declaration name a guarantee of its own, and returns what registers it.
func freshGuarantee(t *testing.T, std *transit.STD) gateway.Registration {
	t.Helper()
	ref := &std.Guarantees[0].GuaranteeReferences[0]
	now := time.Now().UTC()
	grn, err := transit.NewGRN(now.Year(), "CN", rand.Text()[:12])
	require.NoError(t, err)
	ref.GRN = grn.String()
	amount, err := transit.ParseMoney(string(ref.AmountToBeCovered), ref.Currency)
	require.NoError(t, err)
	return gateway.Registration{
		Terms: transit.Terms{
			GRN: ref.GRN, Type: std.Guarantees[0].GuaranteeType, Guarantor: "CGMMSP", Holder: std.Holder.IdentificationNumber,
			ReferenceAmount: amount, Percentage: 100, Balances: 2,
			ValidFrom: now.Format(time.DateOnly), ValidUntil: now.AddDate(1, 0, 0).Format(time.DateOnly),
		},
		AccessCodes: []string{ref.AccessCode},
	}
}

// node has Fabric's own client for Node take a step with a confidential annex at the peer itself, and follow its event.
func (w *world) node(t *testing.T) {
	for _, tool := range []string{"node", "npm"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed", tool)
		}
	}
	p := newProgram(t, "node")
	p.fetch("npm", "ci", "--prefer-offline", "--no-update-notifier")

	const officer = "cn-officer-urumqi"
	m := w.released(t)
	id, err := w.profile.Identity(officer)
	require.NoError(t, err)
	org := w.profile.Organisations[id.Organisation]
	incident := transit.Incident{
		Code: "5", Text: "a lorry of another party ran into the trailer " + fresh(),
		Location: transit.IncidentLocation{QualifierOfIdentification: "U", UNLocode: "CNURC", Country: "CN"},
	}
	var told struct {
		Annex       transit.AnnexRef
		Transaction string
		Written     transit.Written
		State       transit.State
		Seq         int
		Event       struct {
			Name    string
			Payload transit.EventPayload
		}
		Refused []string
	}
	require.NoError(t, json.Unmarshal(p.run("node", "main.js", p.write("settings.json", map[string]any{
		"address": org.Peers[0].Address, "serverName": org.Peers[0].ServerName, "authority": w.path(org.TLSCA),
		"tlsCertificate": w.path(id.TLSCertificate), "tlsKey": w.path(id.TLSKey),
		"certificate": w.path(id.Certificate), "key": w.path(id.Key), "msp": org.MSP,
		"channel": w.profile.Channel, "chaincode": w.profile.Chaincode,
		"id": m.ID, "movement": m.MRN, "incident": incident,
	})), &told))
	require.Equal(t, transit.Released, told.State)
	require.Equal(t, m.Seq+1, told.Seq)
	require.Equal(t, transit.Written{ID: m.ID, MRN: m.MRN, Seq: told.Seq, State: transit.Released}, told.Written)
	require.Len(t, told.Event.Payload.Steps, 1)
	require.Equal(t, string(transit.StepRegisterIncident), told.Event.Payload.Steps[0].Step)
	require.Equal(t, told.Seq, told.Event.Payload.Steps[0].Seq)
	require.Len(t, told.Refused, 1)
	require.Contains(t, told.Refused[0], string(transit.NotAuthorised))
	w.knows(t, officer, m, told.Transaction, told.Annex, incident)
}

// knows makes sure that the ledger shows what the other client did.
func (w *world) knows(t *testing.T, officer string, m *transit.Movement, transaction string, annex transit.AnnexRef, incident transit.Incident) {
	t.Helper()
	ctx := within(t, time.Minute)
	movements := w.as(t, officer).Movements()
	paper, err := movements.Annex(ctx, m.MRN, annex.Digest)
	require.NoError(t, err)
	content, err := json.Marshal(incident)
	require.NoError(t, err)
	require.JSONEq(t, string(content), string(paper.Content))
	view, err := movements.Get(ctx, m.MRN)
	require.NoError(t, err)
	passages, err := movements.History(ctx, view.Movement)
	require.NoError(t, err)
	var found *cats.Passage
	for i := range passages {
		if passages[i].Transaction == transaction {
			found = &passages[i]
		}
	}
	require.NotNil(t, found, "the transaction is in the movement's history")
	require.GreaterOrEqual(t, len(found.Endorsers), 2, "never one organisation alone")
	_, _, err = movements.Cancel(ctx, m.MRN, "the journey does not take place")
	require.NoError(t, err)
}
