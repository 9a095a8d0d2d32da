package projection

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"carec.example/cats/client/cats"
	"carec.example/cats/client/database"
	"carec.example/cats/client/database/databasetest"
)

// victim is the environment variable that makes the test program a follower which is to be killed: a folder with blocks and the
// address of the database.
const victim = "CATS_TEST_VICTIM"

func TestAFollowerIsKilledAgainAndAgain(t *testing.T) {
	w := lived(t)
	folder := t.TempDir()
	for i, b := range w.ledger.Blocks() {
		raw, err := proto.Marshal(b.Proto())
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(folder, fmt.Sprint(i+1)), raw, 0o600))
	}
	source := w.at("CNMSP", "urumqi")
	source.away = true
	want := followed(t, source)
	databasetest.Addresses(t, func(t *testing.T, address string) {
		t.Helper()
		db := databasetest.Open(t, address)
		require.NoError(t, follower(db, source).begin(t.Context()))
		const kills = 12
		for killed := 0; ; killed++ {
			started := filepath.Join(t.TempDir(), "started")
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestVictim$")
			cmd.Env = append(os.Environ(), victim+"="+folder, victim+"_DATABASE="+address, victim+"_STARTED="+started)
			require.NoError(t, cmd.Start())
			if killed == kills {
				require.NoError(t, cmd.Wait())
				break
			}
			require.Eventually(t, func() bool {
				_, err := os.Stat(started)
				return err == nil
			}, time.Minute, time.Millisecond, "it begins")
			time.Sleep(rand.N(time.Duration(killed+1) * 15 * time.Millisecond))
			// It may have come to its end just now; then the next one finds nothing left to do.
			require.NoError(t, cmd.Process.Kill())
			_ = cmd.Wait()
		}
		require.Equal(t, want, dump(t, db))
	})
}

// TestVictim is the follower of the test above: it takes one block a transaction, so that a kill finds it anywhere.
func TestVictim(t *testing.T) {
	folder := os.Getenv(victim)
	if folder == "" {
		t.Skip("it is started by the test that kills it")
	}
	source := &peerOf{msp: "CNMSP", away: true, blocks: []*cats.Block{{Transactions: []*cats.Transaction{{ID: "genesis"}}}}}
	for i := 1; ; i++ {
		raw, err := os.ReadFile(filepath.Join(folder, fmt.Sprint(i)))
		if err != nil {
			break
		}
		var b common.Block
		require.NoError(t, proto.Unmarshal(raw, &b))
		block, err := cats.ReadBlock(&b, "chaincode")
		require.NoError(t, err)
		source.blocks = append(source.blocks, block)
	}
	db, err := database.Open(context.Background(), os.Getenv(victim+"_DATABASE"))
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	require.NoError(t, os.WriteFile(os.Getenv(victim+"_STARTED"), nil, 0o600))
	for height := 1; height <= len(source.blocks); height++ {
		part := &peerOf{msp: source.msp, away: true, blocks: source.blocks[:height]}
		require.NoError(t, follower(db, part).CatchUp(t.Context()))
	}
}
