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
