package cats

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"google.golang.org/protobuf/proto"
)

// A member that is gone for good can be replaced by a caretaker, by majority of the others. The caretaker has the member's MSP name,
// so that records which ask for its peer go on. The mark is the name of its group in the channel's configuration, which
// only another majority could change.

const (
	caretakerInfix = ".caretaker."
	caretakerTime  = "20060102T150405Z"
)

// CaretakerGroup names the group of the channel's configuration in which a caretaker stands for an organisation since a moment.
func CaretakerGroup(msp string, since time.Time) string {
	return msp + caretakerInfix + since.UTC().Format(caretakerTime)
}

// ParseCaretakerGroup reads a name made by [CaretakerGroup]; ok is false for the group of a member that stands for itself.
func ParseCaretakerGroup(group string) (msp string, since time.Time, ok bool) {
	msp, at, found := strings.Cut(group, caretakerInfix)
	since, err := time.Parse(caretakerTime, at)
	return msp, since, found && msp != "" && err == nil
}

// Caretakers tells for which organisations (by MSP) caretakers act, and since when, as the channel's configuration at the own
// peer has it.
func (c *Client) Caretakers(ctx context.Context) (map[string]time.Time, error) {
	raw, err := c.ask(ctx, "cscc", "GetChannelConfig", c.profile.Channel)
	if err != nil {
		return nil, err
	}
	var config common.Config
	if err := proto.Unmarshal(raw, &config); err != nil {
		return nil, fmt.Errorf("couldn't read the channel's configuration: %w", err)
	}
	return caretakersIn(&config), nil
}

func caretakersIn(config *common.Config) map[string]time.Time {
	found := map[string]time.Time{}
	for group := range config.GetChannelGroup().GetGroups()["Application"].GetGroups() {
		if msp, since, ok := ParseCaretakerGroup(group); ok {
			found[msp] = since
		}
	}
	return found
}
