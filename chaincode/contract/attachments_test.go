package contract_test

import (
	"strings"
	"testing"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/ledger"
	"carec.example/cats/chaincode/transit"
)

// file is what a declarant attaches.
func file(name string, data []byte) map[string][]byte {
	return map[string][]byte{
		transit.TransientFile: data, transit.TransientFileName: []byte(name), transit.TransientMediaType: []byte("application/pdf"),
		transit.TransientSalt: seed(),
	}
}

func (w *world) deposeFile(who string, m *transit.Movement, n int, content map[string][]byte) (*transit.Attachment, error) {
	return submit[transit.Attachment](w, at(w.people[who], "CNMSP", content), transit.FnAttach,
		transit.AttachRequest{Movement: m.ID, Name: transit.AttachmentName(n)})
}

func (w *world) publishFile(who string, m *transit.Movement, a *transit.Attachment) error {
	_, err := submit[transit.Attachment](w, w.people[who], transit.FnPublishAttachment,
		transit.PublishAttachmentRequest{Movement: m.ID, Name: a.Name, Digest: a.Digest})
	return err
}

func TestAnAttachmentTravelsLikeASection(t *testing.T) {
	w := insured(t, 1)
	m := w.released("LRN-1")
	largest := []byte(strings.Repeat("LION-MARKER-9 ", transit.MaxAttachmentBytes/14))
	a, err := w.deposeFile("trader", m, 1, file("Инвойс 7.pdf", largest))
	require.NoError(t, err)
	require.NoError(t, w.publishFile("trader", m, a))
	query := transit.AttachmentQuery{Movement: m.ID, Name: a.Name}
	open := func(who string) (*transit.File, error) {
		c, err := w.read(w.people[who], transit.FnGetAttachment, query)
		if err != nil {
			return nil, err
		}
		require.Len(t, c.Sections, 1)
		require.LessOrEqual(t, len(c.Sections[0].Value), transit.MaxSealedAttachment)
		return transit.UnsealFile(c.Sections[0].Value, transit.SectionDigest{Name: a.Name, Digest: w.stored(m.ID).Attachments[0].Digest})
	}
	f, err := open("trader")
	require.NoError(t, err)
	require.Equal(t, &transit.File{Name: "Инвойс 7.pdf", MediaType: "application/pdf", Data: largest}, f)
	_, err = open("khorgos")
	require.Equal(t, transit.NotFound, code(err))
	require.NoError(t, w.deliver(m, "KZMSP", w.sections(m, transit.SectionNames()...), ""))
	require.Equal(t, []string{a.Name}, w.look(m).Deliveries[1].Missing, "not delivered before the file is there, too")
	sealed := w.ledger.PrivateState("CNMSP", ledger.Collection("CNMSP"), ledger.AttachmentKey(m.ID, a.Name))
	require.Equal(t, transit.ContentMismatch, code(w.deliver(m, "KZMSP", map[string][]byte{transit.TransientAttachment: sealed[1:]}, a.Name)))
	require.Equal(t, transit.NotAuthorised, code(w.deliver(m, "CGMMSP", map[string][]byte{transit.TransientAttachment: sealed}, a.Name)))
	require.Equal(t, transit.NotAuthorised, code(w.deliver(m, "KZMSP", map[string][]byte{transit.TransientAttachment: sealed}, "attachment-2")))
	require.NoError(t, w.deliver(m, "KZMSP", map[string][]byte{transit.TransientAttachment: sealed}, a.Name))
	require.Equal(t, transit.Delivered, w.look(m).Deliveries[1].State)
	f, err = open("khorgos")
	require.NoError(t, err)
	require.Equal(t, largest, f.Data)

	_, err = open("clerk")
	require.Equal(t, transit.NotAuthorised, code(err))
	require.NoError(t, w.grant("trader", transit.GrantRequest{Movement: m.ID, MSP: "CGMMSP", Parts: []string{a.Name}, Until: "2026-12-24"}))
	require.NoError(t, w.deliver(m, "CGMMSP", map[string][]byte{transit.TransientAttachment: sealed}, a.Name))
	_, err = open("clerk")
	require.NoError(t, err)
	require.Equal(t, transit.NotAuthorised, code(w.deliver(m, "CGMMSP", w.sections(m, goods), "")), "no section is granted")
	_, err = w.read(w.people["clerk"], transit.FnGetShared, transit.MovementQuery{Movement: m.ID})
	require.Equal(t, transit.NotAuthorised, code(err))
	for _, confidential := range []string{"LION-MARKER-9", "Инвойс", "application/pdf"} {
		require.Empty(t, w.ledger.Exposures(confidential))
		require.False(t, w.ledger.Knows("KGMSP", confidential))
		require.False(t, w.ledger.Knows("CARECMSP", confidential))
	}
	_, err = submit[transit.Grant](w, w.people["trader"], transit.FnRevoke, transit.RevokeRequest{Movement: m.ID, MSP: "CGMMSP"})
	require.NoError(t, err)
	gone, err := w.purge(w.people["clerk"], m.ID, a.Name)
	require.NoError(t, err)
	require.Equal(t, []string{a.Name}, gone.Parts)
	w.checkLedger()
}

func TestAttachingRefuses(t *testing.T) {
	w := insured(t, 1)
	m := w.lodged(document("LRN-1"))
	good := file("invoice.pdf", []byte("x"))
	for _, who := range []string{"rival", "urumqi", "courier", "clerk"} {
		_, err := w.deposeFile(who, m, 1, good)
		require.Equal(t, transit.NotAuthorised, code(err), who)
	}
	for name, c := range map[string]struct {
		transient string
		value     string
		want      transit.Code
	}{
		"an empty file":            {transit.TransientFile, "", transit.MalformedRequest},
		"a byte too much":          {transit.TransientFile, strings.Repeat("x", transit.MaxAttachmentBytes+1), transit.TooLarge},
		"a path":                   {transit.TransientFileName, "../../etc/passwd", transit.MalformedRequest},
		"a hidden file":            {transit.TransientFileName, ".profile", transit.MalformedRequest},
		"no name":                  {transit.TransientFileName, "", transit.MalformedRequest},
		"a name written backwards": {transit.TransientFileName, "invoice\u202efdp.exe", transit.MalformedRequest},
		"a name with a line break": {transit.TransientFileName, "a\nb", transit.MalformedRequest},
		"a long name":              {transit.TransientFileName, strings.Repeat("я", 121), transit.MalformedRequest},
		"bytes that are no text":   {transit.TransientFileName, "\xff", transit.MalformedRequest},
		"no media type":            {transit.TransientMediaType, "pdf", transit.MalformedRequest},
		"a short salt":             {transit.TransientSalt, "salt", transit.MalformedRequest},
	} {
		content := file("invoice.pdf", []byte("x"))
		content[c.transient] = []byte(c.value)
		_, err := w.deposeFile("trader", m, 1, content)
		require.Equal(t, c.want, code(err), name)
	}
	_, err := w.deposeFile("trader", m, 2, good)
	require.Equal(t, transit.Stale, code(err), "files are counted without a gap")
	a, err := w.deposeFile("trader", m, 1, good)
	require.NoError(t, err)
	require.Equal(t, transit.NotAuthorised, code(w.publishFile("rival", m, a)))
	b := *a
	b.Digest = strings.Repeat("0", 64)
	require.Equal(t, transit.ContentMismatch, code(w.publishFile("trader", m, &b)), "a digest that nobody holds")
	require.NoError(t, w.publishFile("trader", m, a))
	_, err = w.deposeFile("trader", m, 1, good)
	require.Equal(t, transit.Stale, code(err), "a published file is not replaced")
	for n := 2; n <= transit.MaxAttachments; n++ {
		a, err := w.deposeFile("trader", m, n, good)
		require.NoError(t, err)
		require.NoError(t, w.publishFile("trader", m, a))
	}
	_, err = w.deposeFile("trader", m, transit.MaxAttachments+1, good)
	require.Equal(t, transit.OutOfSequence, code(err))
	ended := w.must("urumqi", transit.StepCancel, w.lodged(document("LRN-2")), reason)
	_, err = w.deposeFile("trader", ended, 1, good)
	require.Equal(t, transit.OutOfSequence, code(err))
}

// TestAHeldFileReplacesNothing: a file deposited twice, of which the second was held back, does not take the place of the
// published one.
func TestAHeldFileReplacesNothing(t *testing.T) {
	w := insured(t, 1)
	m := w.lodged(document("LRN-1"))
	a, err := w.deposeFile("trader", m, 1, file("a.pdf", []byte("first")))
	require.NoError(t, err)
	held, err := at(w.people["trader"], "CNMSP", file("a.pdf", []byte("second"))).
		Endorse(string(transit.FnAttach), toJSON(transit.AttachRequest{Movement: m.ID, Name: a.Name}))
	require.NoError(t, err)
	require.NoError(t, w.publishFile("trader", m, a))
	b, err := w.ledger.Order(held)
	require.NoError(t, err)
	require.Equal(t, peer.TxValidationCode_MVCC_READ_CONFLICT, b.Codes()[0])
	require.Equal(t, transit.Delivered, w.look(m).Deliveries[0].State)
}

func TestAFileThatIsNotPublishedIsPurged(t *testing.T) {
	w := insured(t, 1)
	m := w.lodged(document("LRN-1"))
	a, err := w.deposeFile("trader", m, 1, file("a.pdf", []byte("x")))
	require.NoError(t, err)
	require.Empty(t, w.purgeable(w.people["courier"]))
	w.ledger.Advance(25 * time.Hour)
	require.Equal(t, []transit.Purgeable{{Movement: m.ID, Holding: a.Name, Reason: transit.PurgeUnpublished}}, w.purgeable(w.people["courier"]))
	_, err = w.purge(w.people["courier"], m.ID, a.Name)
	require.NoError(t, err)
	require.Equal(t, transit.ContentMismatch, code(w.publishFile("trader", m, a)))
}
