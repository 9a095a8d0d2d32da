package e2e

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/database/databasetest"
	"carec.example/cats/client/projection"
)

// projection follows the ledger of the main job for a country and for the regulator.
func (w *world) projection(t *testing.T) {
	t.Run("what is followed equals the records, and what is rebuilt", w.readModel)
	t.Run("an auditor reads every block and writes nothing", w.auditor)
}

func (w *world) readModel(t *testing.T) {
	ctx := within(t, 3*time.Minute)
	courier := w.as(t, "kz-courier")
	db := databasetest.Open(t, databasetest.SQLite(t))
	following, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- projection.New(db, courier, slog.New(slog.DiscardHandler)).Run(following) }()

	// It follows while something happens.
	m := w.accepted(t)
	model, err := projection.Open(ctx, db)
	require.NoError(t, err)
	require.EventuallyWithT(t, func(c *assert.CollectT) {
		page, err := model.Worklist(ctx, projection.Work{Office: m.Departure, Kinds: []projection.Task{projection.ToDecideControl}})
		require.NoError(c, err)
		require.True(c, slices.ContainsFunc(page.Items, func(i projection.WorkItem) bool { return i.Movement.ID == m.ID }))
	}, time.Minute, 200*time.Millisecond)

	// Every record is as the peer has it.
	records := 0
	for record, err := range courier.Movements().List(ctx) {
		require.NoError(t, err)
		got, err := model.Movement(ctx, record.Reference())
		require.NoError(t, err)
		require.Equal(t, []any{record.MRN, string(record.State), record.Custodian, record.Seq, record.At, record.LRN},
			[]any{got.MRN, got.State, got.Custodian, got.Seq, got.At, got.LRN})
		require.Len(t, got.Legs, len(record.Legs))
		records++
	}
	require.NotZero(t, records)

	// What was delivered to the country is found by what it says, in Chinese too.
	require.EventuallyWithT(t, func(c *assert.CollectT) {
		status, err := model.Status(ctx)
		require.NoError(c, err)
		require.NotZero(c, status.Contents["held"])
		require.Zero(c, status.Contents["wanted"])
	}, time.Minute, 500*time.Millisecond)
	std := load(t, examples+"cn-kz-kg-electronics.xml", nil)
	for text, kind := range map[string]projection.Kind{
		std.Consignment.TransportEquipment[0].ContainerIdentificationNumber:                   projection.ByContainer,
		std.Consignment.HouseConsignments[0].ConsignmentItems[0].Commodity.DescriptionOfGoods: projection.ByText,
	} {
		found, err := model.Search(ctx, projection.Search{Text: text, Kinds: []projection.Kind{kind}})
		require.NoError(t, err)
		require.NotEmpty(t, found.Items, text)
	}
	stop()
	require.NoError(t, <-done)

	source := projection.FromClient(courier)
	checked, err := projection.Check(ctx, db, source)
	require.NoError(t, err)
	require.Empty(t, checked.Differences)
	t.Logf("%d rows before block %d", checked.Rows, checked.Next)
	require.NoError(t, projection.New(db, courier, slog.New(slog.DiscardHandler)).Rebuild(ctx))
	checked, err = projection.Check(ctx, db, source)
	require.NoError(t, err)
	require.Empty(t, checked.Differences)
}

// auditor: the channel lets every member's people read, and propose; what they may propose, the chaincode decides by their role.
func (w *world) auditor(t *testing.T) {
	ctx := within(t, 2*time.Minute)
	analyst := w.as(t, "carec-analyst")
	height, err := analyst.Height(ctx)
	require.NoError(t, err)
	read := uint64(0)
	for block, err := range analyst.Blocks(ctx, 0, height-1) {
		require.NoError(t, err)
		read = block.Number
	}
	require.Equal(t, height-1, read)
	db := databasetest.Open(t, databasetest.SQLite(t))
	require.NoError(t, projection.New(db, analyst, slog.New(slog.DiscardHandler)).CatchUp(ctx))
	model, err := projection.Open(ctx, db)
	require.NoError(t, err)
	status, err := model.Status(ctx)
	require.NoError(t, err)
	require.NotEmpty(t, status.Movements)
	require.Empty(t, status.Contents, "the regulator holds no content")

	m := w.released(t)
	std := load(t, examples+"cn-kz-kg-electronics.xml", nil)
	std.TransitOperation.LRN = fresh()[:16]
	for name, write := range map[string]func() error{
		"lodging":        func() error { _, _, err := analyst.Movements().Lodge(ctx, std); return err },
		"a step":         func() error { _, _, err := analyst.Movements().ProposeHandOff(ctx, m.ID); return err },
		"a cancellation": func() error { _, _, err := analyst.Movements().Cancel(ctx, m.ID, "audit"); return err },
		"a guarantee": func() error {
			_, _, err := analyst.Guarantees().ReplaceAccessCodes(ctx, m.Guarantees[0].GRN, []string{"AUDI"})
			return err
		},
		"the registry": func() error {
			_, _, err := analyst.Registry().Propose(ctx, fresh(), transit.Change{CloseOffice: m.Departure})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			err := write()
			var failed *cats.Error
			require.ErrorAs(t, err, &failed)
			require.Equal(t, cats.Refused, failed.Class, err)
			require.NotNil(t, failed.Fault, err)
			require.Equal(t, transit.NotAuthorised, failed.Fault.Code, err)
		})
	}
	// And none of it came into a block by a way around the client: nothing of the analyst is in the ledger at all.
	height, err = analyst.Height(ctx)
	require.NoError(t, err)
	for block, err := range analyst.Blocks(ctx, 0, height-1) {
		require.NoError(t, err)
		for _, tx := range block.Transactions {
			wrote := tx.Code == peer.TxValidationCode_VALID && tx.Creator.MSP == "CARECMSP" && tx.Creator.Name == "carec-analyst"
			require.False(t, wrote, "transaction %s of block %d", tx.ID, block.Number)
		}
	}
}
