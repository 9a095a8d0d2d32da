package transit

import "strings"

// CodeEntry is one code of a list, what it means in English ("" where the list is kept as codes only), and the days between
// which it may be used, both included; an empty day leaves that end open.
type CodeEntry struct {
	Code       string `json:"code"`
	Title      string `json:"title,omitempty"`
	ValidFrom  Date   `json:"validFrom,omitempty"`
	ValidUntil Date   `json:"validUntil,omitempty"`
}

// on tells whether the code may be used on a day; the empty day is any.
func (e CodeEntry) on(day Date) bool {
	return day == "" || e.ValidFrom <= day && (e.ValidUntil == "" || day <= e.ValidUntil)
}

// CodeList is one versioned list of codes. It is filled when the program starts and never changed after that, so that every
// peer of one version of the program has the same lists. A code that comes or goes at a day keeps its place with that day:
// what was declared before is still judged by what was valid then.
type CodeList struct {
	info    CodeListInfo
	entries []CodeEntry
	index   map[string]int
}

// CodeListInfo says what a list is, without its codes.
type CodeListInfo struct {
	// ID is the NCTS number of the list, such as CL251; violations cite it as their rule.
	ID    string `json:"id"`
	Title string `json:"title"`
	// Version is the date of the edition that was taken over.
	Version string `json:"version"`
	// ValidFrom is the day since when the list has this content, but for the codes with days of their own. A document of an
	// earlier day is judged by it as well, being the oldest edition that is kept.
	ValidFrom Date `json:"validFrom"`
	// ValidUntil is the last day of the list; empty while it is in force.
	ValidUntil Date `json:"validUntil,omitempty"`
	// Source is the standard the list comes from.
	Source string `json:"source"`
	// Codes is the number of codes, those that are no longer or not yet valid included.
	Codes int `json:"codes"`
}

// Info describes the list without its codes.
func (l *CodeList) Info() CodeListInfo { return l.info }

// ID is the NCTS number of the list, such as CL251.
func (l *CodeList) ID() string { return l.info.ID }

// Name is number and title in one.
func (l *CodeList) Name() string { return l.info.ID + " " + l.info.Title }

// Version is the date of the edition.
func (l *CodeList) Version() string { return l.info.Version }

// Source is the standard the list comes from.
func (l *CodeList) Source() string { return l.info.Source }

// Has tells whether code is in the list on any day, exactly as written.
func (l *CodeList) Has(code string) bool { return l.HasOn(code, "") }

// HasOn tells whether code, exactly as written, may be used on a day; the empty day is any.
func (l *CodeList) HasOn(code string, day Date) bool {
	i, ok := l.index[code]
	return ok && l.entries[i].on(day)
}

// Title returns the meaning of a code and whether the code exists.
func (l *CodeList) Title(code string) (string, bool) {
	i, ok := l.index[code]
	if !ok {
		return "", false
	}
	return l.entries[i].Title, true
}

// Entries returns a copy of the list in its own order.
func (l *CodeList) Entries() []CodeEntry { return append([]CodeEntry(nil), l.entries...) }

// Len is the number of codes.
func (l *CodeList) Len() int { return len(l.entries) }

// short lists the codes of a day in a text when there are few enough to be of help.
func (l *CodeList) short(day Date) string {
	const few = 16
	if len(l.entries) > few {
		return ""
	}
	var codes []string
	for _, e := range l.entries {
		if e.on(day) {
			codes = append(codes, e.Code)
		}
	}
	return strings.Join(codes, ", ")
}

// Edition of the lists taken over from the NCTS reference data, and where they come from.
const (
	versionNCTS = "2025-02-12"
	sourceNCTS  = "NCTS reference data"
	sourceRec21 = "UNECE Recommendation 21"
)

func newCodeList(name, version string, from Date, source string, entries []CodeEntry) *CodeList {
	id, title, _ := strings.Cut(name, " ")
	l := &CodeList{
		info:    CodeListInfo{ID: id, Title: title, Version: version, ValidFrom: from, Source: source, Codes: len(entries)},
		entries: entries, index: make(map[string]int, len(entries)),
	}
	for i, e := range entries {
		l.index[e.Code] = i
	}
	return l
}

func nctsList(name string, from Date, entries ...CodeEntry) *CodeList {
	return newCodeList(name, versionNCTS, from, sourceNCTS, entries)
}

func entry(code, title string) CodeEntry { return CodeEntry{Code: code, Title: title} }

func codesOnly(blocks ...string) []CodeEntry {
	var out []CodeEntry
	for _, b := range blocks {
		for _, code := range strings.Fields(b) {
			out = append(out, CodeEntry{Code: code})
		}
	}
	return out
}

// TransitionEnd is the last day of the transitional period between NCTS phases 4 and 5.
const TransitionEnd Date = "2025-01-21"

func untilTransitionEnded(e CodeEntry) CodeEntry {
	e.ValidUntil = TransitionEnd
	return e
}

// currencyList is ISO 4217 as of 2026: the lev was legal tender beside the euro until the end of January, the Caribbean guilder
// came in March 2025.
func currencyList() *CodeList {
	entries := codesOnly(currencies2, currencies0, currencies3)
	entries = between(entries, "BGN", "", "2026-01-31")
	entries = between(entries, "XCG", "2025-03-31", "")
	return newCodeList("CL048 currencies", "2026-01-01", "2026-01-01", "ISO 4217", entries)
}

// between limits the days of one code of a list.
func between(entries []CodeEntry, code string, from, until Date) []CodeEntry {
	for i := range entries {
		if entries[i].Code == code {
			entries[i].ValidFrom, entries[i].ValidUntil = from, until
		}
	}
	return entries
}
