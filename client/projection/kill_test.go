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
		killed := 0
		for killed < 200 {
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestVictim$")
			cmd.Env = append(os.Environ(), victim+"="+folder, victim+"_DATABASE="+address)
			require.NoError(t, cmd.Start())
			ended := make(chan error, 1)
			go func() { ended <- cmd.Wait() }()
			select {
			case err := <-ended:
				require.NoError(t, err)
				require.Equal(t, want, dump(t, db), "killed %d times", killed)
				require.NotZero(t, killed)
				return
			case <-time.After(20*time.Millisecond + time.Duration(killed)*10*time.Millisecond + rand.N(50*time.Millisecond)):
				require.NoError(t, cmd.Process.Kill())
				require.Error(t, <-ended)
				killed++
			}
		}
		require.Fail(t, "it never came to the end")
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
	for height := 1; height <= len(source.blocks); height++ {
		part := &peerOf{msp: source.msp, away: true, blocks: source.blocks[:height]}
		require.NoError(t, follower(db, part).CatchUp(t.Context()))
	}
}
