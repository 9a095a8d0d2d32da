package projection

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/fakeledger"
	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/database"
	"carec.example/cats/client/database/databasetest"
)

// found searches and tells the LRNs of what it found, newest first.
func foundBy(t *testing.T, db *database.DB, text string, kinds ...Kind) string {
	t.Helper()
	model, err := Open(t.Context(), db)
	require.NoError(t, err)
	page, err := model.Search(t.Context(), Search{Text: text, Kinds: kinds})
	require.NoError(t, err)
	var out []string
	for _, h := range page.Items {
		out = append(out, h.Movement.LRN)
	}
	return strings.Join(out, " ")
}

// goods gives the first goods item a description, and the consignor a name.
func goods(description, consignor string) func(*transit.STD) {
	return func(s *transit.STD) {
		s.Consignment.HouseConsignments[0].ConsignmentItems[0].Commodity.DescriptionOfGoods = description
		if consignor == "" {
			return
		}
		if s.Consignment.Consignor != nil {
			s.Consignment.Consignor.Name = consignor
		} else {
			s.Consignment.HouseConsignments[0].Consignor.Name = consignor
		}
	}
}

func TestTheSearchFindsTheSameInBothDatabasesAndInEveryLanguage(t *testing.T) {
	w := newWorld(t)
	w.guarantee()
	w.lodge("RU", goods("Телевизоры цветные, ещё не бывшие в употреблении", ""))
	w.lodge("KK", goods("Түсті теледидарлар және қосалқы бөлшектер", ""))
	w.lodge("ZH", goods("液晶电视机及其零部件，型号ＡＢ－１２", ""))
	w.lodge("EN", goods("Colour television sets; LED, 4K (model AB-12)", ""))
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		t.Helper()
		require.NoError(t, follower(db, w.at("CNMSP", "urumqi")).CatchUp(t.Context()))
		for _, c := range []struct{ text, want string }{
			{"телевизоры", "RU"},
			{"ЦВЕТНЫЕ телевизоры", "RU"},
			{"еще", "RU"},
			{"телевизор", ""},
			{"телевизор*", "RU"},
			{`"телевизоры цветные"`, "RU"},
			{`"цветные телевизоры"`, ""},
			{"теледидарлар", "KK"},
			{"ҚОСАЛҚЫ", "KK"},
			{"电视", "ZH"},
			{"视电", ""},
			{"零部件 液晶", "ZH"},
			{"television colour", "EN"},
			{"AB12", ""},
			{"ab-12", "EN ZH"},
			{"12", "EN ZH"},
			{"4k", "EN"},
			{"televis*", "EN"},
			{"'; DROP TABLE ledger_text; --", ""},
			{`" OR "`, ""},
			{"NEAR(colour sets)", ""},
			{"body:colour", ""},
			{"a' | 'b", ""},
			{"", ""},
			{"***", ""},
		} {
			require.Equal(t, c.want, foundBy(t, db, c.text, ByText), "%q", c.text)
		}
	})
}

func TestTheSearchFindsByWhatPeopleKnow(t *testing.T) {
	w := newWorld(t)
	w.guarantee()
	m := w.step("urumqi", transit.StepAccept, transit.StepRequest{Movement: w.lodge("MINE-1").ID})
	w.lodge("OTHER", func(s *transit.STD) {
		s.Consignment.TransportEquipment[0].ContainerIdentificationNumber = "CSQU3054383"
		s.Consignment.TransportEquipment[0].Seals[0].Identifier = "OTHER-SEAL"
		s.Consignment.DepartureTransportMeans[0].IdentificationNumber = "999ZZZ02"
		for i := range s.Consignment.ActiveBorderTransportMeans {
			s.Consignment.ActiveBorderTransportMeans[i].IdentificationNumber = "999ZZZ02"
		}
	})
	std := document(t)
	container := std.Consignment.TransportEquipment[0].ContainerIdentificationNumber
	seal := std.Consignment.TransportEquipment[0].Seals[0].Identifier
	plate := std.Consignment.DepartureTransportMeans[0].IdentificationNumber
	consignor := std.Consignment.HouseConsignments[0].ConsignmentItems[0].Commodity.DescriptionOfGoods
	if c := std.Consignment.Consignor; c != nil {
		consignor = c.Name
	}
	require.NotEmpty(t, consignor)
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		t.Helper()
		require.NoError(t, follower(db, w.at("CNMSP", "urumqi")).CatchUp(t.Context()))
		require.Equal(t, "MINE-1", foundBy(t, db, m.MRN))
		require.Equal(t, "MINE-1", foundBy(t, db, m.MRN[:12], ByMRN))
		require.Equal(t, "MINE-1", foundBy(t, db, m.ID, ByMRN))
		require.Equal(t, "MINE-1", foundBy(t, db, "mine-1", ByLRN))
		require.Equal(t, "MINE-1", foundBy(t, db, container, ByContainer))
		require.Equal(t, "MINE-1", foundBy(t, db, strings.ToLower(container[:4]+" "+container[4:]), ByContainer))
		require.Equal(t, "MINE-1", foundBy(t, db, seal, BySeal))
		require.Equal(t, "MINE-1", foundBy(t, db, plate, ByPlate))
		require.Equal(t, "OTHER", foundBy(t, db, "999-ZZZ 02"))
		require.Equal(t, "OTHER MINE-1", foundBy(t, db, "CN916501007TSL1", ByOperator))
		require.Equal(t, "OTHER MINE-1", foundBy(t, db, consignor, ByText))
	})
}

func TestOnlyWhatTheOrganisationHoldsFeedsItsSearch(t *testing.T) {
	w := newWorld(t)
	w.guarantee()
	m := w.release("ONE", goods("Telescopes", ""))
	db := databasetest.Open(t, databasetest.SQLite(t))
	require.NoError(t, follower(db, w.at("KZMSP", "almaty")).CatchUp(t.Context()))
	require.Empty(t, foundBy(t, db, "telescopes"), "not delivered")
	require.Equal(t, "ONE", foundBy(t, db, m.MRN), "the record is public")
	w.deliver(m, "KZMSP")
	require.NoError(t, follower(db, w.at("KZMSP", "almaty")).CatchUp(t.Context()))
	require.Equal(t, "ONE", foundBy(t, db, "telescopes"))
	other := databasetest.Open(t, databasetest.SQLite(t))
	require.NoError(t, follower(other, w.at("KGMSP", "bishkek")).CatchUp(t.Context()))
	require.Empty(t, foundBy(t, other, "telescopes"))
}

func TestAContentThatCannotBeReadIsTriedAgain(t *testing.T) {
	w := newWorld(t)
	w.guarantee()
	w.lodge("ONE", goods("Telescopes", ""))
	source := w.at("CNMSP", "urumqi")
	source.away = true
	db := databasetest.Open(t, databasetest.SQLite(t))
	p := follower(db, source)
	require.NoError(t, p.CatchUp(t.Context()))
	require.Equal(t, 1, source.asked)
	require.NoError(t, p.CatchUp(t.Context()))
	require.Equal(t, 1, source.asked, "not at once")
	source.away = false
	due, err := p.due(t.Context(), time.Now().Add(time.Hour))
	require.NoError(t, err)
	require.Len(t, due, 1)
	got, err := p.read(t.Context(), due, time.Now())
	require.NoError(t, err)
	require.Equal(t, 1, got)
	require.Equal(t, "ONE", foundBy(t, db, "telescopes"))
}

func (w *world) purge(who string, m *transit.Movement, holding string) {
	w.t.Helper()
	submit[transit.Purged](w, who, transit.FnPurge, transit.PurgeRequest{Movement: m.ID, Holding: holding}, fakeledger.Endorsers(m.Legs[0].MSP))
}

func TestWhatTheLedgerPurgesIsGoneFromTheDatabaseToo(t *testing.T) {
	w := newWorld(t)
	w.guarantee()
	m := w.lodge("ONE", goods("Rhinestones", ""))
	w.step("urumqi", transit.StepReject, transit.StepRequest{Movement: m.ID, Reason: "not presented"})
	before := w.at("CNMSP", "urumqi")
	w.ledger.Advance(31 * 24 * time.Hour)
	path := databasetest.SQLite(t)
	databasetest.Addresses(t, func(t *testing.T, address string) {
		t.Helper()
		if strings.HasPrefix(address, "sqlite:") {
			address = path
		}
		db := databasetest.Open(t, address)
		require.NoError(t, follower(db, before).CatchUp(t.Context()))
		require.Equal(t, "ONE", foundBy(t, db, "rhinestones"))
	})
	p := follower(databasetest.Open(t, path), before)
	late, err := p.source.Content(t.Context(), m.ID)
	require.NoError(t, err)
	w.purge("urumqi", m, "1")
	databasetest.Addresses(t, func(t *testing.T, address string) {
		t.Helper()
		if strings.HasPrefix(address, "sqlite:") {
			address = path
		}
		db := databasetest.Open(t, address)
		after := w.at("CNMSP", "urumqi")
		require.NoError(t, follower(db, after).CatchUp(t.Context()))
		require.Empty(t, foundBy(t, db, "rhinestones"))
		require.Empty(t, foundBy(t, db, m.Holder, ByContainer))
		done, err := follower(db, after).index(t.Context(), []wanted{{movement: m.ID, version: 1}}, []*described{describe(late.STD)})
		require.NoError(t, err)
		require.Zero(t, done, "a content that was read before the purge comes too late")
		require.NoError(t, follower(db, after).Rebuild(t.Context()))
		require.Empty(t, foundBy(t, db, "rhinestones"))
	})
	// Not a trace of the word is left in the file, in whatever page.
	db := databasetest.Open(t, path)
	_, err = db.ExecContext(t.Context(), "PRAGMA wal_checkpoint(TRUNCATE)")
	require.NoError(t, err)
	raw, err := os.ReadFile(strings.TrimPrefix(path, "sqlite:"))
	require.NoError(t, err)
	require.False(t, bytes.Contains(bytes.ToLower(raw), []byte("rhinestones")), "the word is still in the file")
}

func TestAnAmendmentReplacesWhatTheSearchKnows(t *testing.T) {
	w := newWorld(t)
	w.guarantee()
	m := w.lodge("ONE", goods("Telescopes", ""))
	db := databasetest.Open(t, databasetest.SQLite(t))
	require.NoError(t, follower(db, w.at("CNMSP", "urumqi")).CatchUp(t.Context()))
	std := document(t)
	std.TransitOperation.LRN = "ONE"
	goods("Microscopes", "")(std)
	content, err := transit.Canonical(std)
	require.NoError(t, err)
	face := submit[transit.Face](w, "trader", transit.FnDeposit,
		transit.DepositRequest{Departure: "CNURM001", LRN: "ONE", Version: 2}, fakeledger.Endorsers("CNMSP"),
		fakeledger.Transient(map[string][]byte{transit.TransientSTD: content, transit.TransientSalt: seed()}))
	submit[transit.Written](w, "trader", transit.FnAmend, transit.LodgeRequest{Header: w.header(), Face: *face})
	require.NoError(t, follower(db, w.at("CNMSP", "urumqi")).CatchUp(t.Context()))
	require.Empty(t, foundBy(t, db, "telescopes"))
	require.Equal(t, "ONE", foundBy(t, db, "microscopes"))
	w.purge("urumqi", m, "1")
	require.NoError(t, follower(db, w.at("CNMSP", "urumqi")).CatchUp(t.Context()))
	require.Equal(t, "ONE", foundBy(t, db, "microscopes"), "the purge was that of the older version")
}
