package projection

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/fakeledger"
	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/database"
	"carec.example/cats/client/database/databasetest"
)

const (
	ownOperator   = "CN916501007TSL1"
	otherOperator = "CN916540043SRF7"
)

// other has a second trader of the same country, with a guarantee of its own, lodge a declaration.
func (w *world) other(lrn string, edits ...func(*transit.STD)) {
	w.t.Helper()
	serial, err := transit.NewGRN(2026, "KZ", "SRF"+strings.Repeat("0", 9))
	require.NoError(w.t, err)
	if w.people["silkroad"] == nil {
		w.people["silkroad"] = w.ledger.Client("CNMSP", "silkroad", fakeledger.Attributes(map[string]string{"role": "trader", "operator": otherOperator}))
		terms := transit.Terms{
			GRN: serial.String(), Type: "1", Guarantor: "CGMMSP", Holder: otherOperator, Percentage: 100, Balances: 4,
			ReferenceAmount: transit.Money{Minor: 40_000_00, Currency: "USD"}, ValidFrom: "2026-01-01", ValidUntil: "2027-12-31",
		}
		g := submit[transit.Guarantee](w, "clerk", transit.FnUndertake, transit.UndertakeRequest{Terms: terms}, fakeledger.Endorsers("CGMMSP"),
			fakeledger.Transient(map[string][]byte{transit.TransientAccessCodes: []byte(`["TS17"]`), transit.TransientSalt: seed()}))
		submit[transit.Guarantee](w, "clerk", transit.FnRegister, transit.RegisterRequest{MessageID: w.header().MessageID, Guarantee: *g})
	}
	own := w.people["trader"]
	w.people["trader"] = w.people["silkroad"]
	w.lodge(lrn, append(edits, func(s *transit.STD) {
		s.Holder.IdentificationNumber = otherOperator
		s.Guarantees[0].GuaranteeReferences[0].GRN = serial.String()
	})...)
	w.people["trader"] = own
}

// two is a lived ledger on which a second trader of the same country has lodged a declaration of its own.
func two(t *testing.T) *world {
	t.Helper()
	w := lived(t)
	w.other("SILK-1", goods("copper cathodes", "Silk Road Metals"), func(s *transit.STD) {
		s.Consignment.TransportEquipment[0].ContainerIdentificationNumber = "CSQU3054383"
	})
	return w
}

// readers are people of China, of the guarantor and of the regulator, as one database would show them.
func readers() map[string]Reader {
	return map[string]Reader{
		"officer":       {MSP: "CNMSP", Role: transit.RoleOfficer},
		"courier":       {MSP: "CNMSP", Role: transit.RoleCourier},
		"own trader":    {MSP: "CNMSP", Role: transit.RoleTrader, Operator: ownOperator},
		"other trader":  {MSP: "CNMSP", Role: transit.RoleTrader, Operator: otherOperator},
		"administrator": {MSP: "CNMSP", Role: transit.RoleAdministrator},
		"off the route": {MSP: "UZMSP", Role: transit.RoleOfficer},
		"guarantor":     {MSP: "CGMMSP", Role: transit.RoleGuarantor},
		"analyst":       {MSP: "CARECMSP", Role: transit.RoleAnalyst},
	}
}

// viewed is what a search of a reader finds, newest first, or "refused".
func viewed(t *testing.T, m *Model, reader, text string, kinds ...Kind) string {
	t.Helper()
	page, err := m.View(readers()[reader]).Search(t.Context(), Search{Text: text, Kinds: kinds})
	var refused *NotForReader
	if err != nil {
		require.ErrorAs(t, err, &refused)
		return "refused"
	}
	var out []string
	for _, h := range page.Items {
		out = append(out, h.Movement.LRN)
	}
	return strings.Join(out, " ")
}

func TestAViewFindsWhatItsReaderMayRead(t *testing.T) {
	w := two(t)
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		t.Helper()
		m := modelOf(t, w, db)
		mrn := w.record(w.find(t, m, "LRN-2")).MRN
		const all = "SILK-1 LRN-5 LRN-4 LRN-3 LRN-2 LRN-1"
		for _, c := range []struct {
			text  string
			kinds []Kind
			want  map[string]string
		}{
			{"copper", nil, map[string]string{
				"officer": "SILK-1", "courier": "SILK-1", "other trader": "SILK-1", "own trader": "", "administrator": "", "off the route": "",
				"guarantor": "", "analyst": "",
			}},
			{"copper", []Kind{ByText}, map[string]string{
				"own trader": "", "administrator": "refused", "off the route": "", "guarantor": "refused", "analyst": "refused",
			}},
			{"CSQU 305438-3", []Kind{ByContainer}, map[string]string{
				"officer": "SILK-1", "other trader": "SILK-1", "own trader": "", "off the route": "", "guarantor": "refused",
			}},
			{"CSQU3054383", nil, map[string]string{"own trader": "", "analyst": "", "administrator": "", "guarantor": ""}},
			{otherOperator, []Kind{ByOperator}, map[string]string{
				"officer": "SILK-1", "analyst": "SILK-1", "guarantor": "SILK-1", "own trader": "", "other trader": "SILK-1", "off the route": "SILK-1",
			}},
			{"SILK", nil, map[string]string{"officer": "SILK-1", "own trader": "", "analyst": "SILK-1", "other trader": "SILK-1"}},
			{"LRN", []Kind{ByLRN}, map[string]string{
				"other trader": "", "own trader": strings.TrimPrefix(all, "SILK-1 "), "analyst": strings.TrimPrefix(all, "SILK-1 "),
			}},
			{mrn, nil, map[string]string{"own trader": "LRN-2", "other trader": "", "guarantor": "LRN-2", "off the route": "LRN-2"}},
		} {
			for reader, want := range c.want {
				require.Equal(t, want, viewed(t, m, reader, c.text, c.kinds...), "%s looks for %q", reader, c.text)
			}
		}
	})
}

// Pages of a view are full: what the reader may not see takes no place in them.
func TestPagesOfAViewGoOnWithoutWhatIsNotTheReaders(t *testing.T) {
	w := newWorld(t)
	w.guarantee()
	for _, lrn := range []string{"A-0", "B-0", "A-1", "B-1", "B-2", "A-2", "B-3"} {
		if lrn[0] == 'B' {
			w.other(lrn, goods("steel", ""))
		} else {
			w.lodge(lrn, goods("steel", ""))
		}
	}
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		t.Helper()
		v := modelOf(t, w, db).View(readers()["own trader"])
		for _, limit := range []int{1, 2, 3} {
			var found []string
			for after := ""; ; {
				page, err := v.Search(t.Context(), Search{Text: "steel", Paging: Paging{Limit: limit, After: after}})
				require.NoError(t, err)
				for _, h := range page.Items {
					found = append(found, h.Movement.LRN)
				}
				if after = page.Next; after == "" {
					break
				}
				require.Len(t, page.Items, limit)
			}
			require.Equal(t, []string{"A-2", "A-1", "A-0"}, found, limit)
		}
	})
}

func TestAMovementOfSomebodyElseIsNotThereForATrader(t *testing.T) {
	w := two(t)
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		t.Helper()
		m := modelOf(t, w, db)
		silk := w.find(t, m, "SILK-1")
		for reader, sees := range map[string]bool{
			"own trader": false, "other trader": true, "officer": true, "analyst": true, "guarantor": true, "administrator": true, "courier": true,
		} {
			v := m.View(readers()[reader])
			_, err := v.Movement(t.Context(), silk)
			_, story := v.Timeline(t.Context(), silk, Paging{})
			if !sees {
				require.ErrorIs(t, err, ErrNotFound, reader)
				require.ErrorIs(t, story, ErrNotFound, reader)
				continue
			}
			require.NoError(t, err, reader)
			require.NoError(t, story, reader)
		}
		_, err := m.View(readers()["analyst"]).Movement(t.Context(), "CN0000000000AB")
		require.ErrorIs(t, err, ErrNotFound)
	})
}

// An operator to whom a document is offered sees the movement from the offer on.
func TestWhatWaitsForATraderIsThere(t *testing.T) {
	w := lived(t)
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		t.Helper()
		m := modelOf(t, w, db)
		id := w.find(t, m, "LRN-2")
		v := m.View(readers()["other trader"])
		_, err := v.Movement(t.Context(), id)
		require.ErrorIs(t, err, ErrNotFound)
		_, err = db.ExecContext(t.Context(), "INSERT INTO ledger_task (movement, kind, who, since, due) VALUES ($1, $2, $3, '', '')",
			id, string(ToAcceptTransfer), forOperator(otherOperator))
		require.NoError(t, err)
		_, err = v.Movement(t.Context(), id)
		require.NoError(t, err)
	})
}

func TestWorkListsAreForThoseWhoWork(t *testing.T) {
	w := two(t)
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		t.Helper()
		m := modelOf(t, w, db)
		for name, c := range map[string]struct {
			reader string
			work   Work
			may    bool
		}{
			"an officer its office":                    {"officer", Work{Office: "CNURM001"}, true},
			"an officer another office of the country": {"officer", Work{Office: "CNHRS001"}, true},
			"an officer an office of a neighbour":      {"officer", Work{Office: "KZHOR001"}, false},
			"an officer an office that there is not":   {"officer", Work{Office: "CNXXX999"}, false},
			"an officer an operator":                   {"officer", Work{Operator: ownOperator}, false},
			"an officer a guarantor":                   {"officer", Work{Guarantor: "CGMMSP"}, false},
			"an administrator its organisation's":      {"administrator", Work{Office: "CNURM001"}, true},
			"a trader itself":                          {"own trader", Work{Operator: ownOperator}, true},
			"a trader another":                         {"own trader", Work{Operator: otherOperator}, false},
			"a trader an office":                       {"own trader", Work{Office: "CNURM001"}, false},
			"a trader a guarantor":                     {"own trader", Work{Guarantor: "CNMSP"}, false},
			"a guarantor itself":                       {"guarantor", Work{Guarantor: "CGMMSP"}, true},
			"a guarantor another":                      {"guarantor", Work{Guarantor: "BANKMSP"}, false},
			"a guarantor an office":                    {"guarantor", Work{Office: "CNURM001"}, false},
			"an analyst an office":                     {"analyst", Work{Office: "KZHOR001"}, true},
			"an analyst an operator":                   {"analyst", Work{Operator: ownOperator}, true},
		} {
			v := m.View(readers()[c.reader])
			_, listed := v.Worklist(t.Context(), c.work)
			_, counted := v.WorkCounts(t.Context(), c.work)
			var refused *NotForReader
			require.Equal(t, c.may, listed == nil, name)
			require.Equal(t, c.may, counted == nil, name)
			if !c.may {
				require.ErrorAs(t, listed, &refused, name)
				require.ErrorAs(t, counted, &refused, name)
			}
		}
	})
}

func TestExposureIsThatOfTheReadersOwnGuarantees(t *testing.T) {
	w := two(t)
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		t.Helper()
		m := modelOf(t, w, db)
		// The other trader's guarantee becomes another guarantor's.
		for _, change := range []string{
			"UPDATE ledger_guarantee SET guarantor = 'BANKMSP' WHERE holder = $1",
			"UPDATE ledger_exposure SET guarantor = 'BANKMSP' WHERE side = 'both' AND holder = $1",
			`INSERT INTO ledger_exposure SELECT 'guarantor', guarantor, '', currency, guarantees, movements, reference, available, locked, claimed, claims_open
				FROM ledger_exposure WHERE side = 'both' AND holder = $1`,
		} {
			_, err := db.ExecContext(t.Context(), change, otherOperator)
			require.NoError(t, err)
		}
		names := func(reader string, e Exposed) string {
			page, err := m.View(readers()[reader]).Exposure(t.Context(), e)
			var refused *NotForReader
			if err != nil {
				require.ErrorAs(t, err, &refused)
				return "refused"
			}
			var out []string
			for _, x := range page.Items {
				out = append(out, x.Name)
			}
			return strings.Join(out, " ")
		}
		require.Equal(t, "BANKMSP CGMMSP", names("officer", Exposed{By: OfGuarantor}))
		require.Equal(t, ownOperator+" "+otherOperator, names("analyst", Exposed{By: OfHolder}))
		require.Equal(t, "CGMMSP", names("guarantor", Exposed{By: OfGuarantor}))
		require.Equal(t, ownOperator, names("guarantor", Exposed{By: OfHolder}))
		require.Equal(t, "refused", names("guarantor", Exposed{By: OfHolder, Guarantor: "BANKMSP"}))
		require.Empty(t, names("guarantor", Exposed{By: OfHolder, Holder: otherOperator}), "who else stands for a holder is not told")
		require.Equal(t, ownOperator, names("own trader", Exposed{By: OfHolder}))
		require.Equal(t, "CGMMSP", names("own trader", Exposed{By: OfGuarantor}))
		require.Equal(t, "refused", names("own trader", Exposed{By: OfHolder, Holder: otherOperator}))
		require.Empty(t, names("own trader", Exposed{By: OfGuarantor, Guarantor: "BANKMSP"}))
	})
}

func TestOverdueMovementsAreThoseOfTheReadersOrganisation(t *testing.T) {
	w := two(t)
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		t.Helper()
		m := modelOf(t, w, db)
		for reader, want := range map[string]int{
			"officer": 1, "administrator": 1, "courier": 1, "off the route": 0, "own trader": 1, "other trader": 0, "guarantor": 1, "analyst": 1,
		} {
			page, err := m.View(readers()[reader]).Overdue(t.Context(), Late{Day: "2027-01-10"})
			require.NoError(t, err)
			require.Len(t, page.Items, want, reader)
		}
		page, err := m.View(Reader{MSP: "GMMSP", Role: transit.RoleGuarantor}).Overdue(t.Context(), Late{Day: "2027-01-10"})
		require.NoError(t, err)
		require.Empty(t, page.Items, "a name within a name is another's")
	})
}

func TestStatisticsAreNotForTradersAndClaimsAreTheGuarantorsOwn(t *testing.T) {
	w := lived(t)
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		t.Helper()
		m := modelOf(t, w, db)
		for reader, r := range readers() {
			v := m.View(r)
			_, crossings := v.Crossings(t.Context(), Period{})
			_, discharges := v.Discharges(t.Context(), Period{})
			_, states := v.States(t.Context())
			_, claims := v.Claims(t.Context(), Period{})
			for _, err := range []error{crossings, discharges, states, claims} {
				require.Equal(t, r.Role == transit.RoleTrader, err != nil, "%s: %v", reader, err)
			}
		}
		for msp, want := range map[string]int{"CGMMSP": 1, "BANKMSP": 0} {
			found, err := m.View(Reader{MSP: msp, Role: transit.RoleGuarantor}).Claims(t.Context(), Period{})
			require.NoError(t, err)
			require.Len(t, found, want)
		}
		states, err := m.States(t.Context())
		require.NoError(t, err)
		require.Contains(t, states, StateCount{State: transit.UnderRecovery, Movements: 1})
	})
}

func TestWhoHasNoPartIsRefused(t *testing.T) {
	w := newWorld(t)
	db := databasetest.Open(t, databasetest.SQLite(t))
	m := modelOf(t, w, db)
	for name, r := range map[string]Reader{
		"nobody": {}, "another role": {MSP: "CNMSP", Role: "peer"}, "a trader without a number": {MSP: "CNMSP", Role: transit.RoleTrader},
		"an officer of nobody": {Role: transit.RoleOfficer},
	} {
		v := m.View(r)
		_, search := v.Search(t.Context(), Search{Text: "LRN"})
		_, movement := v.Movement(t.Context(), "CN4TB0Q9V7HWKX")
		_, late := v.Overdue(t.Context(), Late{Day: "2027-01-10"})
		_, exposure := v.Exposure(t.Context(), Exposed{By: OfHolder})
		_, work := v.Worklist(t.Context(), Work{Guarantor: ""})
		_, claims := v.Claims(t.Context(), Period{})
		for _, err := range []error{search, movement, late, exposure, work, claims} {
			var refused *NotForReader
			require.ErrorAs(t, err, &refused, name)
		}
	}
}

func TestProgressTellsTheBlocksInTheModel(t *testing.T) {
	w := newWorld(t)
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		t.Helper()
		m, err := Open(t.Context(), db)
		require.NoError(t, err)
		empty, err := m.Progress(t.Context())
		require.NoError(t, err)
		require.Zero(t, empty)
		got, err := modelOf(t, w, db).Progress(t.Context())
		require.NoError(t, err)
		status, err := m.Status(t.Context())
		require.NoError(t, err)
		require.Equal(t, Progress{Next: status.Next, At: status.At}, got)
		require.NotZero(t, got.Next)
	})
}
