package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"carec.example/cats/chaincode/ledger"
	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

// seeded is a ledger of movements that never travelled, each as far as its number says: of ten, six are discharged, two under way,
// one at the border and one to be accepted. Everything about a movement follows from its number.
type seeded struct {
	size int
	mu   sync.Mutex
	// numbers are those of the movements made so far.
	numbers map[string]int32
}

// Numbers of those who take part, and of movements in a block.
const (
	offices     = 60
	holders     = 5000
	seedBlock   = 200
	seedMinutes = 5 // so many movements begin in a minute
)

func (s *seeded) MSP() string                            { return "CNMSP" }
func (s *seeded) Height(context.Context) (uint64, error) { return uint64(s.size/seedBlock) + 3, nil }

func (s *seeded) office(i int) string {
	return fmt.Sprintf("%s%06d", []string{"CN", "KZ", "KG"}[i%3], i)
}
func (s *seeded) holder(i int) string    { return fmt.Sprintf("CN91650%08d", i%holders) }
func (s *seeded) grn(i int) string       { return fmt.Sprintf("26KZCGM%010d", i%holders) }
func (s *seeded) lrn(i int) string       { return fmt.Sprintf("LRN-%09d", i) }
func (s *seeded) container(i int) string { return fmt.Sprintf("TSLU%07d", i%10_000_000) }
func (s *seeded) seal(i int) string      { return fmt.Sprintf("CN%09d", i) }
func (s *seeded) plate(i int) string     { return fmt.Sprintf("%03dABC%05d", i%1000, i%100_000) }

func (s *seeded) id(i int) string {
	id, err := transit.NewMovementID("CN", "CNMSP", s.holder(i), s.lrn(i))
	if err != nil {
		panic(err) // its parts are made here
	}
	return id.String()
}

func (s *seeded) mrn(i int) string {
	id, err := transit.ParseMovementID(s.id(i))
	if err == nil {
		var mrn transit.MRN
		if mrn, err = id.MRN(2026, 'J'); err == nil {
			return mrn.String()
		}
	}
	panic(err) // as above
}

// stems and ends make some thousands of words, the first of which are in many texts, as words are.
func (s *seeded) word(i int) string {
	stems := []string{
		"телевиз", "компьют", "запчаст", "одежд", "обув", "мебел", "теледид", "киімдер", "жиһаз",
		"machiner", "textile", "furnitur", "footwear", "electron",
	}
	return stems[i%len(stems)] + strings.Repeat("а", i%5) + fmt.Sprint((i*i)%997)
}

func (s *seeded) chinese(i int) string {
	goods := []rune("液晶电视机服装鞋类家具机械设备零部件纺织品电子产品汽车配件")
	at := i % (len(goods) - 3)
	return string(goods[at : at+3])
}

// Content is a document with what the search looks at: two containers with two seals each, two plates, four operators, ten items.
func (s *seeded) Content(_ context.Context, movement string) (*cats.Document, error) {
	i, known := s.number(movement)
	if !known {
		return nil, errors.New("no such movement")
	}
	std := new(transit.STD)
	std.Holder = transit.Holder{IdentificationNumber: s.holder(i), Name: "Tianshan Logistics " + s.word(i)}
	c := &std.Consignment
	c.Consignor = &transit.Party{IdentificationNumber: s.holder(i + 1), Name: s.chinese(i) + "有限公司"}
	c.Consignee = &transit.Consignee{IdentificationNumber: s.holder(i + 2), Name: "ОсОО " + s.word(i+3)}
	for n := range 2 {
		c.TransportEquipment = append(c.TransportEquipment, transit.TransportEquipment{
			ContainerIdentificationNumber: s.container(i + n*s.size),
			Seals:                         []transit.Seal{{Identifier: s.seal(i + n*s.size)}, {Identifier: s.seal(i + (n+2)*s.size)}},
		})
		c.DepartureTransportMeans = append(c.DepartureTransportMeans, transit.TransportMeans{IdentificationNumber: s.plate(i + n)})
	}
	house := transit.HouseConsignment{}
	for n := range 10 {
		item := transit.ConsignmentItem{}
		item.Commodity.DescriptionOfGoods = s.word(i+n) + " " + s.word(i+n+1) + ", " + s.chinese(i+n) + ", new, packed in cartons"
		house.ConsignmentItems = append(house.ConsignmentItems, item)
	}
	c.HouseConsignments = []transit.HouseConsignment{house}
	return &cats.Document{Movement: &transit.Movement{Declared: transit.Declared{Version: 1}}, STD: std}, nil
}

// Blocks makes the blocks: the first names the ledger, the second has the guarantees, the others movements.
func (s *seeded) Blocks(ctx context.Context, from, to uint64) iter.Seq2[*cats.Block, error] {
	return func(yield func(*cats.Block, error) bool) {
		height, _ := s.Height(ctx)
		for n := from; n <= to && n < height; n++ {
			if err := ctx.Err(); err != nil {
				yield(nil, err)
				return
			}
			if !yield(s.block(n), nil) {
				return
			}
		}
	}
}

func (s *seeded) block(n uint64) *cats.Block {
	b := &cats.Block{Number: n}
	add := func(event *transit.EventPayload, at time.Time, writes ...cats.Write) {
		index := len(b.Transactions)
		b.Transactions = append(b.Transactions, &cats.Transaction{
			ID: fmt.Sprintf("%064x", n<<20|uint64(index)), Block: n, Index: index, Code: peer.TxValidationCode_VALID, At: at, Event: event, Writes: writes,
		})
	}
	switch n {
	case 0:
		add(nil, seedTime(0))
	case 1:
		for i := range holders {
			add(nil, seedTime(0), s.guarantee(i)...)
		}
	default:
		for i := int(n-2) * seedBlock; i < min(int(n-1)*seedBlock, s.size); i++ {
			for _, step := range s.life(i) {
				add(step.event, step.at, step.writes...)
			}
		}
	}
	return b
}

func seedTime(i int) time.Time {
	return time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC).Add(time.Duration(i/seedMinutes) * time.Minute)
}

func write(key string, v any) cats.Write {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err) // records always encode
	}
	return cats.Write{Key: key, Value: raw}
}

func (s *seeded) guarantee(i int) []cats.Write {
	terms := transit.Terms{
		GRN: s.grn(i), Type: "1", Guarantor: "CGMMSP", Holder: s.holder(i), Percentage: 100, Balances: 1,
		ReferenceAmount: transit.Money{Minor: 100_000_00, Currency: "USD"}, ValidFrom: "2026-01-01", ValidUntil: "2028-12-31",
	}
	return []cats.Write{
		write(ledger.GuaranteeKey(terms.GRN), transit.Guarantee{V: 1, Terms: terms}),
		write(ledger.BalanceKey(terms.GRN, 0), transit.Balance{V: 1, GRN: terms.GRN, Available: terms.ReferenceAmount.Minor}),
	}
}

// seededStep is one transaction of a movement.
type seededStep struct {
	event  *transit.EventPayload
	at     time.Time
	writes []cats.Write
}
