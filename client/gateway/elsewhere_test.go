package gateway

import (
	"crypto/ecdsa"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"math/big"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/formats"
)

// signing is a gateway over the real SDK and a mock peer, whose callers' keys are with the test alone.
type signing struct {
	*server
	peer    *mockPeer
	keys    away
	profile *cats.Profile
	expiry  time.Duration
	// record is the movement as the ledger has it, anchors those of the country.
	record  transit.Movement
	anchors []transit.TrustAnchor
}

func newSigning(t *testing.T) *signing {
	t.Helper()
	s := &signing{peer: &mockPeer{}, expiry: cats.DefaultExpiry, record: newFake().movement}
	s.peer.answer = s.chaincode
	s.profile, s.keys = profileWith(t, map[string]cats.IdentityProfile{
		"cn-officer-urumqi": {Role: transit.RoleOfficer, Office: "CNURM001"},
		"cn-officer-horgos": {Role: transit.RoleOfficer, Office: "CNHRS001"},
		"cn-trader":         {Role: transit.RoleTrader, Operator: "CN916501007TSL1"},
		"cn-present":        {Role: transit.RoleOfficer, Office: "CNURM001"},
	})
	db := newDatabase(t)
	s.server = &server{
		t: t, fake: newFake(), answers: kept(t, db), jobs: jobsIn(t, db), clock: &clock{at: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)},
	}
	s.start()
	t.Cleanup(s.end)
	return s
}

func (s *signing) start() {
	opts := []cats.Option{
		cats.WithConnections(s.peer.connect(s.t)), cats.WithExpiry(s.expiry),
		cats.WithRetries(cats.Retries{Base: time.Millisecond, Cap: 2 * time.Millisecond}),
		cats.WithTimeouts(cats.Timeouts{CommitStatus: 300 * time.Millisecond, Overall: 3 * time.Second}),
	}
	people := someCallers()
	present := people["officer"]
	present.Identity = "cn-present"
	people["present"] = present
	g, err := New(Config{
		Organisation: "CN", Observer: "cn-courier", Door: people.door, Answers: s.answers, Jobs: s.jobs, Now: s.clock.now,
		Log: slog.New(slog.DiscardHandler), Open: FromProfile(s.profile, nil, opts...),
		Prepare: PreparingFromProfile(s.profile, "cn-courier", nil, opts...), KeyElsewhere: KeyElsewhere(s.profile),
	})
	require.NoError(s.t, err)
	s.gateway, s.http = g, httptest.NewServer(g.Handler())
}

func (s *signing) restart() {
	s.end()
	s.start()
}

// chaincode answers as the ledger: steps move the record on, and a message is taken once.
func (s *signing) chaincode(fn transit.Function, argument []byte) ([]byte, error) {
	m := s.record
	switch fn {
	case transit.FnGetRegistry:
		return encode(transit.Consortium{V: 1, Organisations: []transit.Organisation{
			{MSP: "CNMSP", Kind: transit.Customs, Country: "CN"},
		}}), nil
	case transit.FnGetMovement:
		return encode(transit.MovementView{Movement: &m, Deliveries: []transit.Delivery{}}), nil
	case transit.FnGetPage:
		return encode(transit.Page{Entries: transit.Entries{Anchors: s.anchors}}), nil
	case transit.FnDeposit:
		return encode(transit.Face{ID: m.ID}), nil
	case transit.FnAccept, transit.FnLodge:
		var r transit.StepRequest
		if err := json.Unmarshal(argument, &r); err != nil {
			return nil, err
		}
		if r.ExpectedSeq != 0 && r.ExpectedSeq != m.Seq {
			return nil, status.Error(codes.Aborted, "chaincode response 409, "+transit.Faultf(transit.Stale, "moved").Wire())
		}
		m.Seq++
		m.Messages = append(m.Messages, transit.MessageOf(transit.Actor{MSP: "CNMSP", Office: "CNURM001"}, r.MessageID))
		return encode(m), nil
	}
	return nil, status.Error(codes.Unimplemented, string(fn))
}

// doc reads the document of a 202.
func (s *signing) doc(a answered) *cats.Prepared {
	s.t.Helper()
	require.Equal(s.t, 202, a.status, string(a.body))
	require.Equal(s.t, signaturesPath, a.header.Get("Location"))
	var d cats.Prepared
	require.NoError(s.t, json.Unmarshal(a.body, &d))
	return &d
}

func (s *signing) post(caller string, d *cats.Prepared) answered {
	s.t.Helper()
	return s.do(caller, "POST", signaturesPath, string(encode(d)))
}

// signed signs a document with its signer's key.
func (s *signing) signed(d *cats.Prepared) *cats.Prepared {
	s.t.Helper()
	require.NoError(s.t, d.Change.Sign(s.keys[d.As]))
	return d
}

func TestAKeyThatIsNotAtTheGateway(t *testing.T) {
	t.Run("A step is signed twice elsewhere, and answered as it would have been", func(t *testing.T) {
		s := newSigning(t)
		d := s.doc(s.do("officer", "POST", accept, ""))
		require.Equal(t, "cn-officer-urumqi", d.As)
		require.Equal(t, cats.StageProposal, d.Change.Stage)
		require.Contains(t, d.Statement, cats.Line{Name: "action", Text: "accept (IE028)"})
		require.Len(t, d.Digest, 64)
		d = s.doc(s.post("officer", s.signed(d)))
		require.Equal(t, cats.StageTransaction, d.Change.Stage)
		_, committed := s.peer.counts()
		require.Zero(t, committed)
		a := s.post("officer", s.signed(d))
		require.Equal(t, 200, a.status, string(a.body))
		require.Equal(t, `"4"`, a.header.Get("ETag"))
		var done Changed[*transit.Course]
		require.NoError(t, json.Unmarshal(a.body, &done))
		require.Equal(t, 4, done.Record.Seq)
		require.Equal(t, d.Change.TransactionID, done.Receipt.TransactionID)
		require.EqualValues(t, 7, done.Receipt.BlockNumber)
	})

	t.Run("A declaration is lodged in two transactions, with its own status", func(t *testing.T) {
		s := newSigning(t)
		a := s.do("trader", "POST", "/v1/movements", string(declaration(t)))
		signatures := 0
		for ; a.status == 202; signatures++ {
			a = s.post("trader", s.signed(s.doc(a)))
		}
		require.Equal(t, 201, a.status, string(a.body))
		require.Equal(t, 4, signatures)
		endorsed, committed := s.peer.counts()
		require.Equal(t, []int{2, 2}, []int{endorsed, committed})
	})

	t.Run("A declaration brings the declarant's signature along, where the country asks for it", func(t *testing.T) {
		s := newSigning(t)
		s.anchors = []transit.TrustAnchor{{}}
		a := s.do("trader", "POST", "/v1/movements", string(declaration(t)))
		require.Equal(t, 422, a.status)
		require.Equal(t, "/signature", a.problem(t).Violations[0].Pointer)
		d := s.doc(s.do("trader", "POST", "/v1/movements", string(declaration(t)), declarationHeader, "e30..c2ln"))
		statement, err := d.Change.Statement()
		require.NoError(t, err)
		require.Equal(t, transit.TransientSignature, statement.Carries([]byte("e30..c2ln")))
		d = s.doc(s.post("trader", s.signed(d)))
		d = s.doc(s.post("trader", s.signed(d)))
		require.Equal(t, transit.FnLodge, d.Change.Function, "the second transaction needs the signature no more")
	})

	t.Run("One whose key is here may ask for it", func(t *testing.T) {
		s := newSigning(t)
		require.Equal(t, 200, s.do("present", "POST", accept, "").status)
		d := s.doc(s.do("present", "POST", accept, "", signHeader, "elsewhere"))
		require.Equal(t, "cn-present", d.As)
		require.Equal(t, 202, s.post("present", s.signed(d)).status)
		require.Equal(t, 400, s.do("present", "POST", accept, "", signHeader, "maybe").status)
		require.Equal(t, 400, s.do("present", "POST", "/v1/jobs", `{"kind":"movements"}`, signHeader, "elsewhere").status)
	})

	t.Run("Any gateway goes on, and a crash loses nothing", func(t *testing.T) {
		s := newSigning(t)
		s.peer.deaf = true
		d := s.doc(s.do("officer", "POST", accept, "", "Idempotency-Key", "k1"))
		s.restart()
		d = s.signed(s.doc(s.post("officer", s.signed(d))))
		lost := s.post("officer", d)
		require.Equal(t, 504, lost.status, string(lost.body))
		require.Equal(t, d.Change.TransactionID, lost.problem(t).TransactionID)
		s.restart()
		s.peer.mu.Lock()
		s.peer.deaf = false
		s.peer.mu.Unlock()
		require.Equal(t, 200, s.post("officer", d).status)
		_, committed := s.peer.counts()
		require.Equal(t, 1, committed)
	})

	t.Run("What reads confidential content, or speaks messages, needs the key here", func(t *testing.T) {
		s := newSigning(t)
		for _, c := range [][]string{
			{"officer", "GET", base + "/content"}, {"officer", "POST", base + "/deliveries", `{"to":"KZMSP"}`},
			{"trader", "GET", "/v1/messages"}, {"trader", "GET", "/v1/guarantees"}, {"officer", "POST", "/v1/jobs", `{"kind":"movements"}`},
		} {
			a := s.do(c[0], c[1], c[2], append(c, "")[3])
			require.Equal(t, codeKeyElsewhere, a.problem(t).Code, c[2])
		}
		require.Equal(t, 200, s.do("trader", "GET", base, "").status)
		require.Equal(t, 200, s.do("trader", "GET", "/v1/caller", "").status)
		s.record.Holder, s.record.Declarant.Operator = "CN1", "CN1"
		require.Equal(t, 403, s.do("trader", "GET", base, "").status, "another's movement is not shown to a trader")
		require.Equal(t, 200, s.do("officer", "GET", base, "").status)
	})

	t.Run("A gateway that prepares nothing says so", func(t *testing.T) {
		s := newServer(t, newFake())
		require.Equal(t, 400, s.do("officer", "POST", accept, "", signHeader, "elsewhere").status)
		require.Equal(t, 400, s.do("officer", "POST", signaturesPath, `{"as":"x","change":{"stage":"proposal","function":""}}`).status)
	})
}

func TestHeadersKeepTheirMeaningWithAKeyElsewhere(t *testing.T) {
	t.Run("If-Match goes under the signature, and the ledger refuses", func(t *testing.T) {
		s := newSigning(t)
		d := s.doc(s.do("officer", "POST", accept, "", "If-Match", `"3"`))
		s.record.Seq = 9
		a := s.post("officer", s.signed(d))
		require.Equal(t, 412, a.status)
		require.Equal(t, transit.Stale, a.problem(t).Code)
	})

	t.Run("A key gets its answer when all is committed, for whatever comes under it", func(t *testing.T) {
		s := newSigning(t)
		first := s.doc(s.do("officer", "POST", accept, "", "Idempotency-Key", "k1"))
		second := s.doc(s.do("officer", "POST", accept, "", "Idempotency-Key", "k1"))
		require.NotEqual(t, first.Change.TransactionID, second.Change.TransactionID)
		require.Equal(t, first.Change.MessageID, second.Change.MessageID)
		last := s.signed(s.doc(s.post("officer", s.signed(first))))
		done := s.post("officer", last)
		require.Equal(t, 200, done.status)
		for name, again := range map[string]answered{
			"the request":                  s.do("officer", "POST", accept, "", "Idempotency-Key", "k1"),
			"the same document":            s.post("officer", last),
			"another document of the same": s.post("officer", s.signed(second)),
		} {
			require.Equal(t, 200, again.status, name)
			require.Equal(t, string(done.body), string(again.body), name)
		}
		require.Equal(t, 422, s.do("officer", "POST", reject, `{"reason":"x"}`, "Idempotency-Key", "k1").status)
		endorsed, committed := s.peer.counts()
		require.Equal(t, []int{1, 1}, []int{endorsed, committed})
	})

	t.Run("Nobody is asked to sign what the record shows as done", func(t *testing.T) {
		s := newSigning(t)
		s.record.Messages = nil
		d := s.doc(s.do("officer", "POST", accept, "", "Idempotency-Key", "k1"))
		s.record.Messages = []string{transit.MessageOf(transit.Actor{MSP: "CNMSP", Office: "CNURM001"}, d.Change.MessageID)}
		a := s.do("officer", "POST", accept, "", "Idempotency-Key", "k1")
		require.Equal(t, 200, a.status, string(a.body))
		endorsed, _ := s.peer.counts()
		require.Zero(t, endorsed)
	})
}

func TestWhatIsNotForwarded(t *testing.T) {
	s := newSigning(t)
	fresh := func() *cats.Prepared {
		return s.signed(s.doc(s.do("officer", "POST", accept, "", "Idempotency-Key", "k")))
	}
	other := s.signed(s.doc(s.do("other", "POST", accept, "")))
	wrong := func(change func(d *cats.Prepared)) *cats.Prepared {
		d := fresh()
		change(d)
		return d
	}
	for name, c := range map[string]struct {
		doc     *cats.Prepared
		status  int
		code    transit.Code
		pointer string
	}{
		"without a signature": {wrong(func(d *cats.Prepared) { d.Change.Signature = nil }), 422, codeSignature, "/change/signature"},
		"a broken signature":  {wrong(func(d *cats.Prepared) { d.Change.Signature = []byte{1, 2} }), 422, codeSignature, "/change/signature"},
		"a signature of other bytes": {
			wrong(func(d *cats.Prepared) { d.Change.Signature = fresh().Change.Signature }), 422, codeSignature, "/change/signature",
		},
		"after its time": {
			wrong(func(d *cats.Prepared) { d.Change.Expires = time.Now().Add(-time.Second) }), 410, codeExpired, "/change/expires",
		},
		"altered bytes": {
			wrong(func(d *cats.Prepared) { d.Change.Bytes[len(d.Change.Bytes)/2] ^= 1 }), 400, transit.MalformedRequest, "/change/bytes",
		},
		"no bytes":           {wrong(func(d *cats.Prepared) { d.Change.Bytes = nil }), 400, transit.MalformedRequest, "/change/bytes"},
		"a stage that is no": {wrong(func(d *cats.Prepared) { d.Change.Stage = cats.StageDone }), 400, transit.MalformedRequest, "/change/bytes"},
		"someone else's":     {other, 403, transit.NotAuthorised, "/change/bytes"},
		"as another request": {
			wrong(func(d *cats.Prepared) {
				d.Request.Path, d.Request.MediaType, d.Request.Body = reject, "application/json", []byte(`{"reason":"x"}`)
			}),
			400, transit.MalformedRequest, "/change/bytes",
		},
		"as a request that is none": {
			wrong(func(d *cats.Prepared) { d.Request.Path = "/v1/nothing" }), 404, codeNoSuchOperation, "/request/path",
		},
		"as a reading": {
			wrong(func(d *cats.Prepared) { d.Request.Method, d.Request.Path = "GET", base }), 404, codeNoSuchOperation, "/request/path",
		},
		"as itself": {
			wrong(func(d *cats.Prepared) { d.Request.Path = signaturesPath }), 404, codeNoSuchOperation, "/request/path",
		},
		"elsewhere": {
			wrong(func(d *cats.Prepared) { d.Request.Path = "https://example.org/" }), 404, codeNoSuchOperation, "/request/path",
		},
		"another's role":                 {wrong(func(d *cats.Prepared) { d.Request.Path = base + "/present" }), 403, transit.NotAuthorised, ""},
		"with a field that nobody knows": {nil, 400, transit.MalformedRequest, ""},
		"of the command line":            {wrong(func(d *cats.Prepared) { d.Request = nil }), 400, transit.MalformedRequest, "/request"},
		"without anything to sign":       {wrong(func(d *cats.Prepared) { d.Change = nil }), 400, transit.MalformedRequest, "/change"},
	} {
		t.Run(name, func(t *testing.T) {
			body := []byte(`{"as":"x","why":"y"}`)
			if c.doc != nil {
				body = encode(c.doc)
			}
			p := s.do("officer", "POST", signaturesPath, string(body)).problem(t)
			require.Equal(t, c.status, p.Status, p.Detail)
			require.Equal(t, c.code, p.Code)
			require.Equal(t, c.pointer, p.Pointer)
			require.NotEmpty(t, p.Detail)
		})
	}
	endorsed, _ := s.peer.counts()
	require.Zero(t, endorsed, "nothing was sent")
	require.Equal(t, 202, s.post("officer", fresh()).status, "a refusal is not kept under the key")
}

func TestATimeIsNotProlonged(t *testing.T) {
	s := newSigning(t)
	s.expiry = time.Millisecond
	s.restart()
	d := s.signed(s.doc(s.do("officer", "POST", accept, "")))
	d.Change.Expires = time.Now().Add(time.Hour)
	time.Sleep(5 * time.Millisecond)
	require.Equal(t, codeExpired, s.post("officer", d).problem(t).Code, "the time under the signature counts")
}

func TestSignaturesOfAllForms(t *testing.T) {
	for name, form := range map[string]func(t *testing.T, key *ecdsa.PrivateKey, der []byte) []byte{
		"with the higher S, as tokens give them": func(t *testing.T, key *ecdsa.PrivateKey, der []byte) []byte {
			t.Helper()
			r, s := apart(der)
			raw, err := asn1.Marshal(struct{ R, S *big.Int }{r, new(big.Int).Sub(key.Params().N, s)})
			require.NoError(t, err)
			require.False(t, isLow(&key.PublicKey, raw))
			return raw
		},
		"R and S one after the other, as browsers give them": func(t *testing.T, _ *ecdsa.PrivateKey, der []byte) []byte {
			t.Helper()
			r, s := apart(der)
			return append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSigning(t)
			key := s.keys["cn-officer-urumqi"]
			a := s.do("officer", "POST", accept, "")
			for range 2 {
				d := s.signed(s.doc(a))
				d.Change.Signature = form(t, key, d.Change.Signature)
				a = s.post("officer", d)
			}
			require.Equal(t, 200, a.status, string(a.body))
		})
	}
}

func TestAPreparedChangeIsExplained(t *testing.T) {
	s := newSigning(t)
	d := s.doc(s.do("officer", "POST", accept, ""))
	words, digest := d.Statement, d.Digest
	d.Statement, d.Digest, d.Change.Function = nil, "", "movement:Discharge"
	a := s.do("officer", "POST", "/v1/statements", string(encode(d)))
	require.Equal(t, 200, a.status, string(a.body))
	var e Explained
	require.NoError(t, json.Unmarshal(a.body, &e))
	require.Equal(t, Explained{Stage: cats.StageProposal, Statement: words, Digest: digest, TransactionID: d.Change.TransactionID}, e)
	d.Change.Bytes = []byte(base64.StdEncoding.EncodeToString([]byte("x")))
	require.Equal(t, "/change/bytes", s.do("officer", "POST", "/v1/statements", string(encode(d))).problem(t).Pointer)
	require.Equal(t, "/change", s.do("officer", "POST", "/v1/statements", `{"as":"x","change":null}`).problem(t).Pointer)
}

func apart(der []byte) (r, s *big.Int) {
	var both struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &both); err != nil {
		return new(big.Int), new(big.Int)
	}
	return both.R, both.S
}

func isLow(key *ecdsa.PublicKey, der []byte) bool {
	_, s := apart(der)
	return s.Cmp(new(big.Int).Rsh(key.Params().N, 1)) <= 0
}

func declaration(t *testing.T) []byte {
	t.Helper()
	f, err := os.Open("../formats/examples/cn-kz-kg-electronics.xml")
	require.NoError(t, err)
	defer f.Close()
	std, err := formats.ReadCC015C(f)
	require.NoError(t, err)
	return encode(std)
}

// TestWhoseKeyIsElsewhereReads holds the readings that the gateway's own identity makes for others: a new one is looked at before
// it comes in here.
func TestWhoseKeyIsElsewhereReads(t *testing.T) {
	everybody := []string{
		"listMovements", "getMovement", "getHistory", "getRegistry", "getProposal", "listOffices", "getBookPage", "getOperator",
		"verifySignature", "explainPrepared", "getLedger", "awaitTransaction", "getCaller", "getModel", "listJobs", "getJob", "cancelJob",
	}
	for role, want := range map[transit.Role][]string{
		transit.RoleTrader: everybody, transit.RoleGuarantor: everybody,
		transit.RoleOfficer: append([]string{"checkGuarantees", "listGuarantees", "getGuarantee"}, everybody...),
	} {
		var may []string
		for _, o := range operations(nil) {
			if !o.changes && !o.local && o.answer == nil && !o.askedAs(role) {
				may = append(may, o.id)
			}
		}
		require.ElementsMatch(t, want, may, role)
	}
	for _, o := range operations(nil) {
		require.Equal(t, o.changes && !o.local && o.id != "orderJob" && o.id != "assessRisk", o.prepares(), o.id)
	}
}
