package exchange_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/exchange"
	"carec.example/cats/client/formats"
	"carec.example/cats/client/formats/ncts"
)

// recorder is a ledger that writes down what it is asked to do, and knows one movement: the one that a full message is about.
type recorder struct {
	party  exchange.Party
	record transit.Movement
	std    *transit.STD
	calls  []string
	// amended is the last declaration that came as an amendment.
	amended *transit.STD
}

func (r *recorder) note(name string, arguments ...any) (cats.Receipt, error) {
	text, err := json.Marshal(arguments)
	r.calls = append(r.calls, name+string(text))
	return cats.Receipt{}, err
}

func (r *recorder) Party() exchange.Party                  { return r.party }
func (r *recorder) Movements() exchange.Movements          { return r }
func (r *recorder) Height(context.Context) (uint64, error) { return 0, nil }

func (r *recorder) Blocks(context.Context, uint64, uint64) iter.Seq2[*cats.Block, error] {
	return func(func(*cats.Block, error) bool) {}
}

// Get is asked for the movement of the message; which one that is counts as what has come of it.
func (r *recorder) Get(_ context.Context, movement string) (*transit.MovementView, error) {
	_, err := r.note("Get", movement)
	m := r.record
	return &transit.MovementView{Movement: &m}, err
}

func (r *recorder) Content(context.Context, string) (*cats.Document, error) {
	m := r.record
	return &cats.Document{Movement: &m, STD: r.std}, nil
}

func (r *recorder) Annex(context.Context, string, string) (*cats.Paper, error) { return nil, nil } //nolint:nilnil // never asked

func (r *recorder) Lodge(_ context.Context, std *transit.STD, id string) (*transit.Movement, cats.Receipt, error) {
	receipt, err := r.note("Lodge", std, id)
	receipt.TransactionID = "tx"
	return &r.record, receipt, err
}

func (r *recorder) Amend(_ context.Context, movement string, std *transit.STD, id string) (cats.Receipt, error) {
	r.amended = std
	return r.note("Amend", movement, std, id)
}

func (r *recorder) Present(_ context.Context, movement, id string) (cats.Receipt, error) {
	return r.note("Present", movement, id)
}

func (r *recorder) Cancel(_ context.Context, movement, reason, id string) (cats.Receipt, error) {
	return r.note("Cancel", movement, reason, id)
}

func (r *recorder) RequestCancel(_ context.Context, movement, reason, id string) (cats.Receipt, error) {
	return r.note("RequestCancel", movement, reason, id)
}

func (r *recorder) RequestRelease(_ context.Context, movement, id string) (cats.Receipt, error) {
	return r.note("RequestRelease", movement, id)
}

func (r *recorder) AnswerEnquiry(_ context.Context, movement string, note *transit.Note, id string) (cats.Receipt, error) {
	return r.note("AnswerEnquiry", movement, note, id)
}

func (r *recorder) NotifyArrival(_ context.Context, movement string, simplified bool, id string) (cats.Receipt, error) {
	return r.note("NotifyArrival", movement, simplified, id)
}

// RemarkUnloading keeps no paper of remarks that everything conforms, as the client does.
func (r *recorder) RemarkUnloading(_ context.Context, movement string, remarks transit.UnloadingRemarks, id string) (cats.Receipt, error) {
	if remarks.Conform.Set() {
		return r.note("RemarkUnloading", movement, remarks.Conform, remarks.UnloadingCompletion, id)
	}
	return r.note("RemarkUnloading", movement, remarks, id)
}

// sample is one of two values of a simple type.
func sample(t *testing.T, e *transit.Element, second bool) string {
	t.Helper()
	pairs := map[string][2]string{
		"digit": {"1", "2"}, "digits2": {"10", "20"}, "letter": {"A", "B"}, "role": {"AB", "AC"}, "currency": {"USD", "CNY"},
		"flag": {"0", "1"}, "language": {"RU", "EN"}, "country": {"CN", "KZ"}, "capital": {"A", "B"}, "guaranteeType": {"1", "2"},
		"office": {"CNURM001", "CNHRS001"}, "operator": {"CN1", "CN2"}, "grn": {"26KZCGM0000000015", "26KZCGM0000000025"},
		"tirCarnet": {"1", "2"}, "eMail": {"a@b.cc", "b@b.cc"}, "eMailAny": {"a@b.cc", "b@b.cc"}, "latitude": {"1.00000", "2.00000"},
		"longitude": {"1.00000", "2.00000"}, "amount": {"1", "2"}, "mass": {"1", "2"}, "massOrZero": {"1", "2"},
		"date": {"2026-11-24", "2026-11-25"}, "dateTime": {"2026-11-24T08:00:00", "2026-11-24T09:00:00"},
		"mrn": {"26CN4TB0Q9V7HWKXJ5", "26CN5TB0Q9V7HWKXJ5"}, "officeCountry": {"DE", "TR"}, "phase": {"NCTS5.1", "NCTS5.1"},
		"digits1-2": {"1", "2"},
	}
	name := e.Type.Name
	if p, known := pairs[name]; known {
		if second {
			return p[1]
		}
		return p[0]
	}
	value := "A"
	if second {
		value = "B"
	}
	if strings.HasPrefix(name, "number") || strings.HasPrefix(name, "count") {
		return map[bool]string{false: "1", true: "2"}[second]
	}
	var length int
	exact := strings.HasPrefix(name, "token") && !strings.HasPrefix(name, "token1-") || strings.Contains(name, "=")
	if _, err := fmt.Sscan(strings.TrimLeft(name, "tokenxchars="), &length); exact && err == nil {
		return strings.Repeat(value, length)
	}
	return value
}

// full fills a group with every element once.
func full(t *testing.T, v reflect.Value, group *transit.Element, path string, paths *[]string) {
	t.Helper()
	for _, e := range group.Children {
		if e.Extension || e.Max == 0 {
			continue
		}
		field, below := v.Field(e.Field), path+"/"+e.JSON
		if e.List {
			field.Set(reflect.MakeSlice(field.Type(), 1, 1))
			field, below = field.Index(0), below+"/0"
		}
		if field.Kind() == reflect.Pointer {
			field.Set(reflect.New(field.Type().Elem()))
		}
		switch {
		case e.Type != nil:
			put(t, field, sample(t, e, false))
			*paths = append(*paths, below)
		case field.Kind() == reflect.Pointer:
			full(t, field.Elem(), e, below, paths)
		default:
			full(t, field, e, below, paths)
		}
	}
}

func put(t *testing.T, field reflect.Value, value string) {
	t.Helper()
	if field.Kind() == reflect.Pointer {
		field = field.Elem()
	}
	if field.Kind() == reflect.String {
		field.SetString(value)
		return
	}
	var n int64
	_, err := fmt.Sscan(value, &n)
	require.NoError(t, err)
	field.SetInt(n)
}

// at finds a leaf and its element by pointer.
func at(v reflect.Value, group *transit.Element, pointer string) (reflect.Value, *transit.Element) {
	for _, part := range strings.Split(strings.TrimPrefix(pointer, "/"), "/") {
		if v.Kind() == reflect.Slice {
			v = v.Index(0)
			continue
		}
		if v.Kind() == reflect.Pointer {
			v = v.Elem()
		}
		for _, e := range group.Children {
			if e.JSON == part {
				v, group = v.Field(e.Field), e
				break
			}
		}
	}
	return v, group
}

// subject is a full message of a kind and the ledger that it is for.
type subject struct {
	message *formats.Message
	paths   []string
}

func newSubject(t *testing.T, kind *ncts.Kind, phase transit.Phase) *subject {
	t.Helper()
	s := &subject{message: formats.NewMessage(kind.Name, phase)}
	full(t, reflect.ValueOf(s.message.Content).Elem(), s.message.Schema(), "", &s.paths)
	h := s.message.Header()
	h.Type, h.PhaseID = kind.Name, ncts.IDOf(phase)
	if kind.Name == "CC054C" {
		ncts.Set(s.message.Content, "TransitOperation/releaseRequested", "1")
	}
	require.Empty(t, s.message.Check())
	return s
}

// ledger knows the movement that the message is about as the message tells of it.
func (s *subject) ledger(t *testing.T) *recorder {
	t.Helper()
	get := func(path string) string { return ncts.Get(s.message.Content, path) }
	party := exchange.Party{MSP: "CNMSP", Operator: cmp.Or(get("TraderAtDestination/identificationNumber"), operator)}
	r := &recorder{party: party, std: declaration(t, "A")}
	r.std.Guarantees = []transit.DeclaredGuarantee{{SequenceNumber: 1, GuaranteeType: "3"}}
	r.record = transit.Movement{
		Course: transit.Course{
			ID: "CN4TB0Q9V7HWKX", State: transit.PreLodged, Holder: get("HolderOfTheTransitProcedure/identificationNumber"),
			Destination: get("CustomsOfficeOfDestinationActual/referenceNumber"),
			Enquiry:     &transit.Enquiry{Office: get("CustomsOfficeOfEnquiryAtDeparture/referenceNumber")},
		},
		Declared: transit.Declared{Departure: get("CustomsOfficeOfDeparture/referenceNumber"), LRN: "A", Version: 2},
	}
	return r
}

// came is what has come of a message: what the ledger was asked to do, or that it was refused; and what was left out.
func came(t *testing.T, r *recorder, m *formats.Message) (string, []exchange.LeftOut) {
	t.Helper()
	r.calls = nil
	outcome, err := exchange.Over(r).Post(context.Background(), text(t, m))
	require.NoError(t, err)
	if refusal := outcome.Refusal(); refusal != nil {
		return "refused: " + string(refusal.Text), nil
	}
	return strings.Join(r.calls, "\n"), outcome.LeftOut
}

// Each value of each message in is changed, one at a time. Either the ledger gets something else then, or the value is listed as left
// out, and never both.
func TestEveryValueOfAMessageComesToTheLedgerOrIsLeftOutByName(t *testing.T) {
	for _, kind := range ncts.Kinds() {
		for phase := transit.Phase5; kind.FromTrader && phase <= transit.Phase6; phase++ {
			if kind.Schema(phase) == nil {
				continue
			}
			t.Run(fmt.Sprintf("%s in phase %d", kind.Name, phase), func(t *testing.T) { everyValue(t, kind, phase, func(*formats.Message) {}) })
		}
	}
	t.Run("a presentation of what a guarantee with an access code covers", func(t *testing.T) {
		s := newSubject(t, ncts.Find("CC170C"), transit.Phase5)
		r := s.ledger(t)
		came(t, r, s.message)
		r.std, r.amended.Guarantees = r.amended, declaration(t, "A").WithoutAccessCodes().Guarantees
		holds := func(_ *subject) *recorder { return r }
		asIs, _ := came(t, r, s.message)
		require.NotContains(t, asIs, "Amend", "the declaration says it already")
		everyValueOn(t, ncts.Find("CC170C"), transit.Phase5, func(*formats.Message) {}, holds)
	})
	t.Run("remarks that everything conforms", func(t *testing.T) {
		everyValue(t, ncts.Find("CC044C"), transit.Phase5, func(m *formats.Message) { m.Content.(*ncts.CC044C).UnloadingRemark.Conform = "1" })
	})
}

func everyValue(t *testing.T, kind *ncts.Kind, phase transit.Phase, alter func(*formats.Message)) {
	t.Helper()
	everyValueOn(t, kind, phase, alter, func(s *subject) *recorder { return s.ledger(t) })
}

func everyValueOn(t *testing.T, kind *ncts.Kind, phase transit.Phase, alter func(*formats.Message), on func(*subject) *recorder) {
	t.Helper()
	fresh := func() *subject {
		s := newSubject(t, kind, phase)
		alter(s.message)
		return s
	}
	first := fresh()
	ledger := on(first)
	asIs, left := came(t, ledger, first.message)
	require.NotContains(t, asIs, "refused")
	listed := map[string]string{}
	for _, l := range left {
		require.NotEmpty(t, l.Reason)
		listed[l.Place] = l.Value
	}
	for _, pointer := range first.paths {
		if strings.HasPrefix(pointer, "/message/") {
			continue
		}
		other := fresh()
		field, element := at(reflect.ValueOf(other.message.Content).Elem(), other.message.Schema(), pointer)
		value := sample(t, element, true)
		if was, _ := transit.LeafText(field); was == value {
			value = sample(t, element, false)
		}
		put(t, field, value)
		changed, _ := came(t, ledger, other.message)
		place := ncts.XPath(first.message.Schema(), pointer)
		_, told := listed[place]
		require.NotEqual(t, changed != asIs, told, "%s: comes to the ledger %v, listed as left out %v", place, changed != asIs, told)
	}
}

func TestTheTableOfPartsNamesElementsThatThereAre(t *testing.T) {
	for _, kind := range ncts.Kinds() {
		parts := exchange.Parts(kind.Name)
		require.Equal(t, kind.FromTrader, parts != nil, kind.Name)
		for _, p := range parts {
			if p.At != "" {
				require.True(t, leads(kind.Schema(transit.Phase5), p.At), "%s has no %s", kind.Name, p.At)
			}
		}
	}
}

func leads(e *transit.Element, path string) bool {
	for _, c := range e.Children {
		if rest, is := strings.CutPrefix(path+"/", c.Name+"/"); is && (rest == "" || leads(c, strings.TrimSuffix(rest, "/"))) {
			return true
		}
	}
	return false
}

func TestWhatAFileLeavesOutStandsBesideItsAnswers(t *testing.T) {
	w, _, mrn := underway(t)
	f := newFolders(t)
	folder := f.open(t, exchange.Over(w.at("consignee")))
	f.drop(t, "arrival.xml", arrival(t, "ARR-1", mrn))
	settle(t, folder)
	require.Len(t, names(t, f.in, "done"), 1)
	files := names(t, f.out)
	require.Len(t, files, 1)
	raw, err := os.ReadFile(filepath.Join(f.out, files[0]))
	require.NoError(t, err)
	var told exchange.FileLeftOut
	require.NoError(t, json.Unmarshal(raw, &told))
	require.Equal(t, "arrival.xml", told.File)
	outcome, err := exchange.Over(w.at("consignee")).Post(context.Background(), arrival(t, "ARR-1", mrn))
	require.NoError(t, err)
	require.Equal(t, outcome.LeftOut, told.LeftOut, "the same by calls, and when it is sent again")
	places := map[string]string{}
	for _, l := range told.LeftOut {
		places[l.Place] = l.Value
	}
	require.Equal(t, "KGFRU001", places["/CC007C/Consignment/LocationOfGoods/CustomsOffice/referenceNumber"])
	require.NotContains(t, places, "/CC007C/TransitOperation/MRN")
}
