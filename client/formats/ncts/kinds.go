package ncts

import (
	"reflect"
	"sync"

	"carec.example/cats/chaincode/transit"
)

// Kind is one message of NCTS.
type Kind struct {
	// Name of the root element, such as CC007C.
	Name string
	// Title is what the message says, in a few words.
	Title string
	// FromTrader tells that traders send it; the others are sent by customs offices.
	FromTrader bool

	make    func() any
	schemas map[transit.Phase]func() *transit.Element
}

// New makes an empty message: a pointer to its struct.
func (k *Kind) New() any { return k.make() }

// Schema is the tree of the message in the phase, or nil when the phase does not have the message. It is shared and must not be
// changed.
func (k *Kind) Schema(phase transit.Phase) *transit.Element {
	if schema, known := k.schemas[phase]; known {
		return schema()
	}
	return nil
}

// Number is the number of the message in the documents of NCTS, such as IE007.
func (k *Kind) Number() string { return "IE" + k.Name[2:5] }

// kind makes a row of the table.
func kind[T any](name, title string, fromTrader bool, phases ...transit.Phase) *Kind {
	k := &Kind{
		Name: name, Title: title, FromTrader: fromTrader, make: func() any { return new(T) },
		schemas: map[transit.Phase]func() *transit.Element{},
	}
	if len(phases) == 0 {
		phases = []transit.Phase{transit.Phase5, transit.Phase6}
	}
	for _, phase := range phases {
		k.schemas[phase] = sync.OnceValue(func() *transit.Element {
			return transit.MessageSchema(name, reflect.TypeFor[T](), phase)
		})
	}
	return k
}

// Kinds lists the messages, those of traders first.
func Kinds() []*Kind {
	return append([]*Kind(nil), kinds...)
}

// kinds is built once and never changed.
var kinds = []*Kind{
	kind[CC007C]("CC007C", "arrival notification", true),
	kind[CC013C]("CC013C", "amendment of a declaration", true),
	kind[CC014C]("CC014C", "request for invalidation of a declaration", true),
	kind[transit.STD]("CC015C", "declaration", true),
	kind[CC044C]("CC044C", "unloading remarks", true),
	kind[CC054C]("CC054C", "request of release", true, transit.Phase5),
	kind[CC141C]("CC141C", "information about a non-arrived movement", true, transit.Phase5),
	kind[CC170C]("CC170C", "presentation notification for a pre-lodged declaration", true),
	kind[CC004C]("CC004C", "acceptance of an amendment", false),
	kind[CC009C]("CC009C", "invalidation decision", false),
	kind[CC019C]("CC019C", "notification of discrepancies", false),
	kind[CC022C]("CC022C", "notification to amend a declaration", false),
	kind[CC025C]("CC025C", "notification of the release of goods", false),
	kind[CC028C]("CC028C", "notification that the MRN is allocated", false),
	kind[CC029C]("CC029C", "release for transit", false),
	kind[CC035C]("CC035C", "recovery notification", false),
	kind[CC043C]("CC043C", "unloading permission", false),
	kind[CC045C]("CC045C", "write-off notification", false),
	kind[CC051C]("CC051C", "refusal to release for transit", false),
	kind[CC055C]("CC055C", "refusal of a guarantee", false),
	kind[CC056C]("CC056C", "rejection by the office of departure", false),
	kind[CC057C]("CC057C", "rejection by the office of destination", false),
	kind[CC060C]("CC060C", "control decision notification", false),
	kind[CC140C]("CC140C", "request on a non-arrived movement", false, transit.Phase5),
	kind[CC182C]("CC182C", "forwarded incident notification", false),
	kind[CC906C]("CC906C", "functional refusal", false),
	kind[CC928C]("CC928C", "positive acknowledgement", false),
}

// Find finds a message by the name of its root element, or nil.
func Find(name string) *Kind {
	for _, k := range kinds {
		if k.Name == name {
			return k
		}
	}
	return nil
}

// PhaseOf is the phase that the attribute PhaseID of a message names; a message without one is of phase 5.
func PhaseOf(id string) transit.Phase {
	if id == PhaseID6 {
		return transit.Phase6
	}
	return transit.Phase5
}

// Values of the attribute PhaseID that are written.
const (
	PhaseID5 = "NCTS5.1"
	PhaseID6 = "NCTS6"
)

// IDOf is the attribute PhaseID of messages of the phase.
func IDOf(phase transit.Phase) string {
	if phase == transit.Phase6 {
		return PhaseID6
	}
	return PhaseID5
}
