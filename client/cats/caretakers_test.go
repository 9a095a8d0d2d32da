package cats

import (
	"testing"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/stretchr/testify/require"
)

func TestCaretakersAreReadOutOfTheConfiguration(t *testing.T) {
	since := time.Date(2026, 11, 24, 6, 30, 15, 0, time.UTC)
	group := CaretakerGroup("KZMSP", since.In(time.FixedZone("Almaty", 5*3600)))
	require.Equal(t, "KZMSP.caretaker.20261124T063015Z", group)
	members := map[string]*common.ConfigGroup{"CNMSP": {}, group: {}, "KGMSP.caretaker.yesterday": {}, ".caretaker.20261124T063015Z": {}}
	config := &common.Config{ChannelGroup: &common.ConfigGroup{Groups: map[string]*common.ConfigGroup{"Application": {Groups: members}}}}
	require.Equal(t, map[string]time.Time{"KZMSP": since}, caretakersIn(config))
	require.Empty(t, caretakersIn(&common.Config{}))
}
