// Package stdgen draws single transit documents for property tests of the formats.
package stdgen

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"carec.example/cats/chaincode/transit"
)

// Valid draws a document that the schema of the message allows, without the extensions of CATS.
func Valid(t *rapid.T) *transit.STD {
	s := &transit.STD{}
	fillValid(t, reflect.ValueOf(s).Elem(), transit.Schema(), shape{})
	return s
}

// Extended draws as [Valid] does, with the extensions of CATS.
func Extended(t *rapid.T) *transit.STD {
	s := &transit.STD{}
	fillValid(t, reflect.ValueOf(s).Elem(), transit.Schema(), shape{extensions: true})
	return s
}

// Full draws a valid document that has every element of the message once.
func Full(t *rapid.T) *transit.STD {
	s := &transit.STD{}
	fillValid(t, reflect.ValueOf(s).Elem(), transit.Schema(), shape{full: true})
	return s
}

// Fill draws values for a group of any message: each of its elements once when full.
func Fill(t *rapid.T, v reflect.Value, group *transit.Element, full bool) {
	fillValid(t, v, group, shape{full: full})
}

type shape struct{ full, extensions bool }

// text draws a value of a simple type from a pattern of its own, told apart from the checks of the product.
func text(t *rapid.T, name string) string {
	const word = `[A-Za-z0-9\-./&<>"'ÄéЖқ中文😀]`
	patterns := map[string]string{
		"digit": `[0-9]`, "digits2": `[0-9]{2}`, "letter": `[A-Za-z]`, "role": `[A-Za-z]{1,3}`, "currency": `[A-Za-z]{3}`,
		"flag": `[01]`, "language": `[A-Za-z]{2}`, "country": `[A-Z]{2}`, "capital": `[A-Z]`, "guaranteeType": `[A-Z0-9]`,
		"office": `[A-Z]{2}[A-Z0-9]{6}`, "operator": `[A-Z]{2}[!-~]{1,15}`, "grn": `[0-9]{2}[A-Z]{2}[A-Z0-9]{12}[0-9]([A-Z][0-9]{6})?`,
		"tirCarnet": `([1-9][0-9]{0,6}|2[0-4][0-9]{6}|25000000|XA(2[5-9]|100)[0-9]{6})`,
		"ascii17":   `[!-~]([ -~]{1,15}[!-~])?`, "ucr": `[!-~]([ -~]{1,33}[!-~])?`, "eMail": `[a-z]{1,9}@[a-z]{1,9}\.[a-z]{2,9}`,
		"latitude": `([+\-]?[0-8]?[0-9]\.[0-9]{5,7}|90\.0000000?)`, "longitude": `([+\-]?(1[0-7]|0?[0-9])[0-9]\.[0-9]{5,7}|180\.00000)`,
		"phase": `NCTS5\.[01]`, "messageType": `CC015C`, "amount": `(0|[1-9][0-9]{0,12})(\.[0-9]{1,2}0{0,3})?`,
		"mass": `([1-9][0-9]{0,9}(\.[0-9]{1,6}0?)?|0\.[0-9]{0,4}[1-9])`, "massOrZero": `(0|[1-9][0-9]{0,9})(\.[0-9]{1,6})?`,
		"date": `(19|20)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])`, "number1999": `(1[0-9]{3}|[1-9][0-9]{0,2})`,
		"number99999": `[1-9][0-9]{0,4}`, "number99999999": `[1-9][0-9]{0,7}`, "count9999": `(0|[1-9][0-9]{0,3})`,
		"count99999999": `(0|[1-9][0-9]{0,7})`, "digits1-2": `[0-9]{1,2}`, "number9": `[1-9]`, "eMailAny": `[a-z]{1,9}@[a-z]{1,9}\.[a-z]{2,9}`,
		"mrn": `(2[4-9]|[3-9][0-9])[A-Z]{2}[A-Z0-9]{12}[J-M][0-9]`, "errorCode": `(1[2-5]|26|5[0-2]|9[023])`, "officeCountry": `(DE|TR|UA)`,
		"ascii1-17": `[ -~]{1,17}`, "ascii1-35": `[ -~]{1,35}`, "ascii1-70": `[ -~]{1,70}`,
	}
	patterns["dateTime"] = patterns["date"] + `T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]`
	if p, known := patterns[name]; known {
		return rapid.StringMatching(p).Draw(t, name)
	}
	var least, most int
	switch {
	case strings.HasPrefix(name, "text="), strings.HasPrefix(name, "chars="), strings.HasPrefix(name, "token1-"):
		_, err := fmt.Sscan(name[strings.IndexAny(name, "=-")+1:], &most)
		require.NoError(t, err)
		if least = most; strings.HasPrefix(name, "token1-") {
			least = 1
		}
	default:
		_, err := fmt.Sscan(strings.TrimLeft(name, "tokenxchars"), &most)
		require.NoError(t, err)
		if least = most; !strings.HasPrefix(name, "token") {
			least = 1
		}
	}
	inner := `[A-Za-zЖ中 ]`
	if strings.HasPrefix(name, "token") {
		inner = word // blanks in a row would collapse
	}
	switch n := rapid.IntRange(least, most).Draw(t, "length"); n {
	case 1:
		return rapid.StringMatching(word).Draw(t, name)
	default:
		return rapid.StringMatching(word+inner+fmt.Sprintf("{%d}", n-2)+word).Draw(t, name)
	}
}

func fillValid(t *rapid.T, v reflect.Value, group *transit.Element, s shape) {
	for _, e := range group.Children {
		if e.Extension && !s.extensions || e.Max == 0 {
			continue // no message has it, or none of this phase
		}
		field := v.Field(e.Field)
		count := 1
		if !s.full {
			count = rapid.IntRange(min(1, e.Min), min(e.Max, e.Min+1, 2)).Draw(t, "count of "+e.JSON)
		}
		for range count {
			switch {
			case e.List:
				element := reflect.New(field.Type().Elem()).Elem()
				fillValid(t, element, e, s)
				field.Set(reflect.Append(field, element))
			case e.Type == nil && field.Kind() == reflect.Pointer:
				field.Set(reflect.New(field.Type().Elem()))
				fillValid(t, field.Elem(), e, s)
			case e.Type == nil:
				fillValid(t, field, e, s)
			default:
				setLeaf(t, field, text(t, e.Type.Name))
			}
		}
	}
}

func setLeaf(t *rapid.T, field reflect.Value, value string) {
	if field.Kind() == reflect.String {
		field.SetString(value)
		return
	}
	if field.Kind() == reflect.Pointer {
		field.Set(reflect.New(field.Type().Elem()))
		field = field.Elem()
	}
	var n int64
	_, err := fmt.Sscan(value, &n)
	require.NoError(t, err)
	field.SetInt(n)
}
