package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

type fakeContents struct{ *fake }

func (f fakeContents) Grant(_ context.Context, r transit.GrantRequest) (*transit.Grant, cats.Receipt, error) {
	f.called("grant", r.Movement, r.MSP, r.Operator, strings.Join(r.Parts, ","), r.Until)
	return &transit.Grant{MSP: r.MSP, Operator: r.Operator, Parts: r.Parts, Until: r.Until}, receipt(), f.fail
}

func (f fakeContents) Revoke(_ context.Context, r transit.RevokeRequest) (*transit.Grant, cats.Receipt, error) {
	f.called("revoke", r.Movement, r.MSP, r.Operator)
	return &transit.Grant{MSP: r.MSP, Operator: r.Operator, Parts: []string{"goods"}, Until: "2026-12-31"}, receipt(), f.fail
}

func (f fakeContents) Shared(_ context.Context, movement string) (*cats.Document, error) {
	f.called("shared", movement)
	return &cats.Document{Movement: f.record, STD: f.std}, f.fail
}

func (f fakeContents) Attach(_ context.Context, movement string, file transit.File) (*transit.Attachment, cats.Receipt, error) {
	f.called("attach", movement, file.Name, file.MediaType, string(file.Data))
	return &transit.Attachment{Name: "attachment-1", Digest: "aa"}, receipt(), f.fail
}

func (f fakeContents) Attachment(_ context.Context, movement, name string) (*transit.File, error) {
	f.called("attachment", movement, name)
	return &transit.File{Name: "счёт.pdf", MediaType: "application/pdf", Data: []byte("x")}, f.fail
}

func (f fakeContents) ProposeTransfer(_ context.Context, id, to string, o ...cats.CallOption) (*transit.Course, cats.Receipt, error) {
	return fakeMovements(f).step("propose transfer", id, o, to)
}

func (f fakeContents) AcceptTransfer(
	_ context.Context, id string, claims []transit.GuaranteeClaim, o ...cats.CallOption,
) (*transit.Course, cats.Receipt, error) {
	var texts []string
	for _, c := range claims {
		texts = append(texts, c.GRN, c.Type, c.Amount.String())
	}
	return fakeMovements(f).step("accept transfer", id, o, texts...)
}

func (f fakeContents) RefuseTransfer(_ context.Context, id, reason string, o ...cats.CallOption) (*transit.Course, cats.Receipt, error) {
	return fakeMovements(f).step("refuse transfer", id, o, reason)
}

func (f fakeContents) WithdrawTransfer(_ context.Context, id, reason string, o ...cats.CallOption) (*transit.Course, cats.Receipt, error) {
	return fakeMovements(f).step("withdraw transfer", id, o, reason)
}

type fakeKeeper struct{ *fake }

func (f fakeKeeper) Run(ctx context.Context) error {
	f.keeperRan.Store(true)
	<-ctx.Done()
	return nil
}

func TestWhatAnOwnerDoesReachesTheLedger(t *testing.T) {
	for line, want := range map[string]string{
		"movement grant M --to CGMMSP --part attachment-1,goods --part general --until 2026-12-31": "grant M CGMMSP  general,goods,attachment-1 2026-12-31",
		"movement grant M --to KZMSP --operator KZ1 --part goods --until 2026-12-31":               "grant M KZMSP KZ1 goods 2026-12-31",
		"movement revoke M --to KZMSP --operator KZ1":                                              "revoke M KZMSP KZ1",
		"movement shared M": "shared M",
		"movement transfer propose M --to KZ190840012345":                               "propose transfer M KZ190840012345",
		"movement transfer accept M --guarantee G:1:18500.00:USD --guarantee H:2:1:JPY": "accept transfer M G 1 18 500.00 USD H 2 1 JPY",
		"movement transfer refuse M --reason no":                                        "refuse transfer M no",
		"movement transfer withdraw M":                                                  "withdraw transfer M ",
		"attachment list M":                                                             "get M",
	} {
		t.Run(line, func(t *testing.T) {
			s := newSession(t)
			r := s.run(strings.Fields(line)...)
			require.Zero(t, r.code, r.err)
			require.Equal(t, []string{want}, s.fake.calls)
		})
	}
	for line, want := range map[string]string{
		"movement grant M --to CGMMSP --part goods":        "--until is missing",
		"movement revoke M":                                "--to is missing",
		"movement transfer accept M":                       "--guarantee is missing",
		"movement transfer accept M --guarantee G:1:1":     "is not GRN:TYPE:AMOUNT:CURRENCY",
		"movement transfer accept M --guarantee G:1:x:USD": "--guarantee",
		"attachment add M":                                 "FILE is missing",
		"attachment add M /nowhere/file.pdf":               "no such file",
	} {
		r := newSession(t).run(strings.Fields(line)...)
		require.Equal(t, exitUsage, r.code, line)
		require.Contains(t, r.err, want, line)
	}
}

func TestFilesAreAttachedAndWritten(t *testing.T) {
	s := newSession(t)
	r := s.run("attachment", "add", "M", s.file("invoice.pdf", "text"))
	require.Zero(t, r.code, r.err)
	require.Equal(t, []string{"attach M invoice.pdf application/pdf text"}, s.fake.calls)
	golden(t, "attachment-add", r.out)
	r = s.run("attachment", "add", "M", s.file("data.unknown", "text"), "--type", "text/plain")
	require.Zero(t, r.code, r.err)
	require.Equal(t, "attach M data.unknown text/plain text", s.fake.calls[1])
	r = s.run("attachment", "add", "M", s.file("large.pdf", strings.Repeat("x", transit.MaxAttachmentBytes+1)))
	require.Equal(t, exitUsage, r.code)
	require.Contains(t, r.err, "more than the 1048576")

	to := filepath.Join(s.dir, "got.pdf")
	r = s.run("attachment", "get", "M", "attachment-1", "-o", to)
	require.Zero(t, r.code, r.err)
	got, err := os.ReadFile(to)
	require.NoError(t, err)
	require.Equal(t, "x", string(got))
	r = s.run("attachment", "get", "M", "attachment-1", "-o", to)
	require.Equal(t, exitUsage, r.code, "an existing file stays")
	t.Chdir(s.dir)
	r = s.run("attachment", "get", "M", "attachment-1")
	require.Zero(t, r.code, r.err)
	require.FileExists(t, filepath.Join(s.dir, "счёт.pdf"))
}

func TestAMovementShowsWhatItsOwnerHasDoneWithIt(t *testing.T) {
	s := newSession(t)
	m := s.fake.view.Movement
	m.Attachments = []transit.Attachment{{Name: "attachment-1", Digest: strings.Repeat("ab", 32), AddedAt: "2026-11-24T06:07:35Z"}}
	m.Transfer = &transit.Transfer{To: "KZ190840012345", ProposedAt: "2026-11-24T09:10:00Z"}
	s.fake.view.Deliveries[2].State = transit.DeliveryPurged
	s.fake.view.Shared = []transit.Share{
		{Grant: transit.Grant{MSP: "CGMMSP", Parts: []string{"goods"}, Until: "2026-12-31", GrantedAt: "2026-11-24T06:08:00Z"},
			Live: true, State: transit.Delivered},
		{Grant: transit.Grant{MSP: "KZMSP", Operator: "KZ1", Parts: []string{"transport", "attachment-1"}, Until: "2026-11-23",
			GrantedAt: "2026-11-22T06:08:00Z"}, State: transit.DeliveryPending},
	}
	r := s.run("movement", "show", mrn)
	require.Zero(t, r.code, r.err)
	golden(t, "movement-shared", r.out)
}
