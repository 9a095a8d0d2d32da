package main

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/network/supervisor"
)

func TestTheTableTellsEachProcessPart(t *testing.T) {
	now := time.Unix(1e9, 0)
	since := func(d time.Duration) time.Time { return now.Add(-d) }
	var out bytes.Buffer
	require.NoError(t, table(&out, []supervisor.Status{
		{Name: "cn-orderer", Organisation: "CN", Address: "127.0.0.1:17003", State: supervisor.Running, Height: 12, Leader: 1, Number: 1,
			Memory: 50 << 20, Since: since(3 * time.Second)},
		{Name: "kz-orderer", Organisation: "KZ", Address: "127.0.0.1:17023", State: supervisor.Running, Height: 12, Leader: 1, Number: 2,
			Memory: 51 << 20, Since: since(200 * time.Second), Restarts: 1},
		{Name: "kg-peer", Organisation: "KG", Address: "127.0.0.1:17040", State: supervisor.Waiting, LastExit: "exit status 1",
			Since: since(5 * time.Hour), Restarts: 9},
		{Name: "cgm-chaincode", Organisation: "CGM", Address: "127.0.0.1:17070", State: supervisor.Running, Memory: 14 << 20,
			Since: since(72 * time.Hour)},
	}, now))
	require.Equal(t, `PROCESS        ORGANISATION  ADDRESS          STATE                   HEIGHT  MEMORY  SINCE  RESTARTS
cn-orderer     CN            127.0.0.1:17003  leader                  12      50 MB   3s     0
kz-orderer     KZ            127.0.0.1:17023  follows 1               12      51 MB   3m20s  1
kg-peer        KG            127.0.0.1:17040  waiting: exit status 1  -       -       5h0m   9
cgm-chaincode  CGM           127.0.0.1:17070  running                 -       14 MB   3d     0
4 processes, 115 MB
`, out.String())
}

func TestThePortOffsetMustBeANumber(t *testing.T) {
	t.Setenv("CATS_PORT_OFFSET", "many")
	command := root()
	command.SetArgs([]string{"status"})
	require.ErrorContains(t, command.ExecuteContext(t.Context()), `CATS_PORT_OFFSET: "many" is not a whole number`)
}
