package transit

// The functions on the books of the registry.
const (
	// FnPutEntries writes entries of a country's own books: PutEntriesRequest -> PutEntriesResult.
	FnPutEntries Function = "registry:Put"
	// FnGetPage reads a page of a book: PageQuery -> Page.
	FnGetPage Function = "registry:Page"
)

// PutEntriesRequest writes entries of a country's own books, for its own administrator or an officer at one of its offices with
// the role registry; trust anchors and revocations are for the administrator. An entry with the key and first day of one that is
// there takes its place; one that begins later ends the one before on the day before.
type PutEntriesRequest struct {
	Country string `json:"country"`
	Entries
}

// PutEntriesResult tells which pages were written.
type PutEntriesResult struct {
	Entries int           `json:"entries"`
	Pages   []WrittenPage `json:"pages"`
}

// WrittenPage is a page and its new sequence number.
type WrittenPage struct {
	Book Book   `json:"book"`
	Page string `json:"page"`
	Seq  int    `json:"seq"`
}

// PageQuery names a page; [Book.Pages] lists their names. An empty country asks for the consortium's own.
type PageQuery struct {
	Country string `json:"country,omitempty"`
	Book    Book   `json:"book"`
	Page    string `json:"page"`
}

// CountryEntries are the entries with which a country's books begin.
type CountryEntries struct {
	Country string `json:"country"`
	Entries
}

// SuspendChange suspends an organisation: its people change nothing until it is reinstated, and nothing new is bound to it.
type SuspendChange struct {
	MSP string `json:"msp"`
	// Reason is public.
	Reason string `json:"reason"`
}

// Suspension stands beside a suspended organisation in the list of members.
type Suspension struct {
	Since  string `json:"since"`
	Reason string `json:"reason"`
	// Proposal by which it was decided.
	Proposal string `json:"proposal"`
}

// GuarantorLimits are what a guarantor may undertake. They are asked when a guarantee is undertaken and registered; what
// is registered stays.
type GuarantorLimits struct {
	MSP string `json:"msp"`
	// Types of guarantee; empty for every type.
	Types []string `json:"types,omitempty"`
	// Limit of the reference amount of one guarantee; absent for none.
	Limit *Money `json:"limit,omitempty"`
}

// Subjects names the fields of the change that are set; a change that can be made has one.
func (c *Change) Subjects() []string {
	var out []string
	for _, f := range []struct {
		name string
		set  bool
	}{
		{"organisation", c.Organisation != nil},
		{"office", c.Office != nil},
		{"closeOffice", c.CloseOffice != ""},
		{"suspend", c.Suspend != nil},
		{"reinstate", c.Reinstate != ""},
		{"guarantor", c.Guarantor != nil},
		{"rates", len(c.Rates) > 0},
		{"retentionDays", c.RetentionDays != 0},
	} {
		if f.set {
			out = append(out, f.name)
		}
	}
	return out
}

// About is the organisation that a suspension or its end is about, which does not vote on it; empty for other changes.
func (c *Change) About() string {
	if c.Suspend != nil {
		return c.Suspend.MSP
	}
	return c.Reinstate
}
