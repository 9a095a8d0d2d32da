package transit

import (
	"fmt"
	"strconv"
)

// addAnswerTypes are the simple types of the messages that are no declaration. What customs authorities send may have blanks at
// the ends of its texts ("chars"), what traders send may not ("text").
func addAnswerTypes(add func(string, SimpleType, ...string)) {
	for _, most := range []int{3, 4, 7, 17, 20, 22, 35, 70, 512} {
		add("chars"+strconv.Itoa(most), SimpleType{minLen: 1, maxLen: most})
	}
	add("chars=2", SimpleType{minLen: 2, maxLen: 2})
	for _, most := range []int{17, 35, 70} {
		add("ascii1-"+strconv.Itoa(most), SimpleType{minLen: 1, maxLen: most, hint: "ASCII characters"}, `[ -~]*`)
	}
	add("token1-3", SimpleType{Collapse: true, minLen: 1, maxLen: 3})
	add("digits1-2", SimpleType{Collapse: true, hint: "one or two digits"}, `[0-9]{1,2}`)
	add("number9", SimpleType{Collapse: true, number: true, most: 9, hint: "a whole number from 1"}, `[1-9]`)
	add("eMailAny", SimpleType{maxLen: 256, hint: "an e-mail address in ASCII"}, `[\x00-\x7F]+`, `[^@]+@[^.]+\..+`)
	// The year tells which form an MRN has: since 2024 the last but one character names the kind of procedure (R0410).
	add("mrn", SimpleType{hint: "a movement reference number of 18 characters"},
		fmt.Sprintf(`(%s)|(%s)`, `([01][0-9]|2[0-4])[A-Z]{2}[A-Z0-9]{13}[0-9]`, `(2[4-9]|[3-9][0-9])[A-Z]{2}[A-Z0-9]{12}[J-M][0-9]`))
	add("errorCode", SimpleType{Collapse: true, values: []string{"12", "13", "14", "15", "26", "50", "51", "52", "90", "92", "93"}})
	// The countries of the addresses of guarantors are those of the common transit convention alone.
	add("officeCountry", SimpleType{Collapse: true, values: []string{
		"AD", "AT", "BE", "BG", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR", "HR", "HU", "IE", "IS", "IT", "LT",
		"LU", "LV", "MK", "MT", "NL", "NO", "PL", "PT", "RO", "RS", "SE", "SI", "SK", "SM", "TR", "UA", "XI",
	}})
}
