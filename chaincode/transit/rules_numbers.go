package transit

import (
	"reflect"
	"strconv"
)

func numberRules() []Rule {
	return []Rule{
		{"R0987", "sequence numbers",
			"Sequence numbers of each list run 1, 2, 3, ... in the order of the document.", checkR0987},
		{"R0988", "goods item numbers", "Goods item numbers run 1, 2, 3, ... in each house.", checkR0988},
		{"R0007", "declaration goods item numbers",
			"Declaration goods item numbers run 1, 2, 3, ... through the whole declaration.", checkR0007},
	}
}

func checkR0987(c *ruling) { c.visit(c.numbered) }

// numbered reports the sequence numbers of a list that are not those of their places; any other node has none.
func (f *findings) numbered(at string, node any) {
	list := reflect.ValueOf(node).Elem()
	if list.Kind() != reflect.Slice {
		return
	}
	field, ok := list.Type().Elem().FieldByName("SequenceNumber")
	if !ok {
		return
	}
	for i := range list.Len() {
		if n := int(list.Index(i).FieldByIndex(field.Index).Int()); n != i+1 {
			f.number(at+"/"+strconv.Itoa(i)+"/sequenceNumber", n, i+1)
		}
	}
}

func checkR0988(c *ruling) {
	c.eachHouse(func(_ int, items []atItem) {
		for j, it := range items {
			if it.GoodsItemNumber != j+1 {
				c.number(it.pointer+"/goodsItemNumber", it.GoodsItemNumber, j+1)
			}
		}
	})
}

func checkR0007(c *ruling) {
	for i, it := range c.items {
		if it.DeclarationGoodsItemNumber != i+1 {
			c.number(it.pointer+"/declarationGoodsItemNumber", it.DeclarationGoodsItemNumber, i+1)
		}
	}
}

// number reports a number that is not the one of its place. An absent one is the schema's finding.
func (f *findings) number(pointer string, got, want int) {
	if got != 0 {
		f.broken(pointer, strconv.Itoa(got), "number in order of the document, from 1: this one is "+strconv.Itoa(want))
	}
}
