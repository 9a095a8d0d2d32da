package e2e

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/network/journey"
)

// leak sends a marker along the route in the private content and searches every file
// and log of the network for it: the countries of the itinerary hold it, nobody else does.
func (w *world) leak(t *testing.T) {
	marker := "MARKER" + fresh()
	std := load(t, examples+"cn-kz-kg-electronics.xml", nil)
	item := &std.Consignment.HouseConsignments[0].ConsignmentItems[0]
	item.Commodity.DescriptionOfGoods = marker
	std.TransitOperation.LRN = "L" + fresh()[:20]
	m := w.accept(t, std)
	require.Equal(t, map[string]bool{"CN": true}, w.holders(t, marker), "before release only the country of departure")

	ctx := within(t, 3*time.Minute)
	std.TransitOperation.LRN = "L" + fresh()[:20]
	report, err := journey.Run(ctx, std, journey.Options{Profile: w.profile})
	require.NoError(t, err)
	require.Equal(t, transit.Discharged, report.Movement.State)
	require.Equal(t, map[string]bool{"CN": true, "KZ": true, "KG": true}, w.holders(t, marker))
	for _, code := range []string{`"accessCode":"TS17`, `["TS17"]`} {
		require.Empty(t, w.holders(t, code), "an access code stays nowhere, not even in the country of departure")
	}

	_, _, err = w.as(t, "cn-officer-urumqi").Movements().Cancel(ctx, m.MRN, "test of confidentiality")
	require.NoError(t, err)
	for _, who := range []string{"carec-analyst", "cgm-clerk", "cn-trader-silkroad", "cn-admin"} {
		_, err := w.as(t, who).Movements().Content(ctx, report.Movement.MRN)
		require.Equal(t, transit.NotAuthorised, faultOf(t, err).Code, who)
	}
}

// holders searches the folders of all organisations, orderers and logs included, and
// tells which organisations hold the marker and whether it is only in their peer's private data.
func (w *world) holders(t *testing.T, marker string) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	root := filepath.Dir(w.net.ProfilePath())
	files := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return nil //nolint:nilerr // LevelDB removes files while we look
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return nil //nolint:nilerr // as above
		}
		files++
		if !bytes.Contains(b, []byte(marker)) {
			return nil
		}
		parts := strings.Split(strings.TrimPrefix(path, root+string(filepath.Separator)), string(filepath.Separator))
		require.Equal(t, "organisations", parts[0], "the marker is in %s", path)
		require.True(t, strings.Contains(path, "/peer/") && privateStore(path), "the marker is in %s", path)
		found[parts[1]] = true
		return nil
	})
	require.NoError(t, err)
	require.Greater(t, files, 100, "the search looked at the network's files")
	return found
}

// privateStore reports whether a file belongs to the stores in which a peer keeps private data.
func privateStore(path string) bool {
	for _, store := range []string{"pvtdataStore", "stateLeveldb", "transientstore", "transientStore"} {
		if strings.Contains(path, store) {
			return true
		}
	}
	return false
}
