package transit

// Function is the name of a chaincode function. Clients must spell it exactly.
type Function string

// The functions of the chaincode. Each takes one argument, a strict JSON object
// of the request type named beside it, and answers with the JSON of the result type.
const (
	// FnDeposit writes the content of a declaration or amendment into the private
	// collection of the country of departure, whose peer alone endorses:
	// DepositRequest, transient "std", "salt" and, when signed, "signature" -> Face.
	FnDeposit Function = "movement:Deposit"
	// FnLodge creates the public record from the deposited face: LodgeRequest -> Written.
	FnLodge Function = "movement:Lodge"
	// FnAmend replaces the content before release: LodgeRequest -> Written.
	FnAmend Function = "movement:Amend"
	// The steps of the procedure take a StepRequest and answer with Written. Those of the normal procedure:
	FnAccept          Function = "movement:Accept"
	FnReject          Function = "movement:Reject"
	FnDecideControl   Function = "movement:DecideControl"
	FnRecordControl   Function = "movement:RecordControl"
	FnRelease         Function = "movement:Release"
	FnRefuseRelease   Function = "movement:RefuseRelease"
	FnRequestCancel   Function = "movement:RequestCancel"
	FnCancel          Function = "movement:Cancel"
	FnProposeHandOff  Function = "movement:ProposeHandOff"
	FnAcceptHandOff   Function = "movement:AcceptHandOff"
	FnRefuseHandOff   Function = "movement:RefuseHandOff"
	FnWithdrawHandOff Function = "movement:WithdrawHandOff"
	FnArrive          Function = "movement:Arrive"
	FnRecordResults   Function = "movement:RecordResults"
	FnDischarge       Function = "movement:Discharge"
	// FnDeliver writes released content into the collection of a further country of the itinerary, or what a grant shows
	// into the grantee's, whose peer alone endorses: DeliverRequest, transient per section or "attachment" -> Delivery.
	FnDeliver Function = "movement:Deliver"
	// FnAnnex writes a confidential paper into the private collection of its author's organisation, whose peer alone
	// endorses: AnnexRequest, transient "annex" and "salt" -> AnnexRef.
	FnAnnex Function = "movement:Annex"
	// FnDeliverAnnex writes it into the collection of another organisation that takes part, whose peer alone endorses:
	// DeliverAnnexRequest, transient "annex" (the sealed value) -> AnnexRef.
	FnDeliverAnnex Function = "movement:DeliverAnnex"
	// FnGetAnnex reads one at a peer of the caller's own organisation: AnnexQuery, transient "readerKey" -> EncryptedContent.
	FnGetAnnex Function = "movement:ReadAnnex"
	// FnGetMovement: MovementQuery -> MovementView.
	FnGetMovement Function = "movement:Get"
	// FnListMovements: ListQuery -> MovementPage.
	FnListMovements Function = "movement:List"
	// FnGetContent reads the content at a peer of the caller's own organisation: MovementQuery, transient "readerKey"
	// -> EncryptedContent. It is meant to be evaluated; should a client submit it, the block keeps only ciphertext.
	FnGetContent Function = "movement:Content"

	// FnUndertake writes the terms of a guarantee into the guarantor's private
	// collection, whose peer alone endorses: UndertakeRequest, transient "accessCodes" and "salt" -> Guarantee.
	FnUndertake Function = "guarantee:Undertake"
	// FnRegister creates the public record of the guarantee and its balances: RegisterRequest -> Guarantee.
	FnRegister Function = "guarantee:Register"
	// FnReplaceAccessCodes: AccessCodesRequest, transient "accessCodes" and "salt" -> Guarantee.
	FnReplaceAccessCodes Function = "guarantee:ReplaceAccessCodes"
	// FnGetGuarantee: GuaranteeQuery -> GuaranteeView.
	FnGetGuarantee Function = "guarantee:Get"
	// FnListGuarantees: ListQuery -> GuaranteePage.
	FnListGuarantees Function = "guarantee:List"

	// FnFound creates the registry: FoundingRequest -> Consortium.
	FnFound Function = "registry:Found"
	// FnJoin keeps at a candidate's own peer, which alone endorses, the entry under which it agrees to become a
	// member: JoinRequest -> Organisation.
	FnJoin Function = "registry:Join"
	// FnPropose opens a change of the registry: ProposeRequest -> Proposal.
	FnPropose Function = "registry:Propose"
	// FnApprove approves one; with the majority of the customs authorities it takes effect: ApproveRequest -> Proposal.
	FnApprove Function = "registry:Approve"
	// FnGetRegistry: Empty -> Consortium.
	FnGetRegistry Function = "registry:Get"
	// FnListOffices: OfficeQuery -> OfficePage.
	FnListOffices Function = "registry:Offices"
	// FnGetProposal: ProposalQuery -> Proposal.
	FnGetProposal Function = "registry:Proposal"

	// FnInfo: Empty -> Info.
	FnInfo Function = "ledger:Info"
)

// Keys of the transient map.
const (
	// TransientSTD holds the canonical JSON of the [STD].
	TransientSTD = "std"
	// TransientSalt holds 32 random bytes.
	TransientSalt = "salt"
	// TransientAnnex holds the JSON of an annex, or its sealed value.
	TransientAnnex = "annex"
	// TransientReaderKey holds 32 random bytes that the reader makes for this one request.
	TransientReaderKey = "readerKey"
	// TransientAccessCodes holds a JSON array of access codes (an4).
	TransientAccessCodes = "accessCodes"
)

// Empty is the request of functions without parameters.
type Empty struct{}

// Header stands in every request that changes a record.
type Header struct {
	// MessageID identifies the message (an..36, chosen by the client). A record refuses one it has seen.
	MessageID string `json:"messageId"`
	// ExpectedSeq, when not zero, is the sequence number the caller last saw.
	ExpectedSeq int `json:"expectedSeq,omitempty"`
}

// DepositRequest names the content of the transient map. Version is 1 for a declaration, the
// record's version + 1 for an amendment.
type DepositRequest struct {
	// Departure is the office of departure; its country's collection receives the content.
	Departure string `json:"departure"`
	LRN       string `json:"lrn"`
	Version   int    `json:"version"`
}

// Written is the answer of a change of a movement: which record was written and what it has become. The record itself is
// not repeated, since every byte of an answer is kept by everybody for ever: a client reads it from the transaction's write
// set, or asks for it.
type Written struct {
	ID    string `json:"id"`
	MRN   string `json:"mrn,omitempty"`
	Seq   int    `json:"seq"`
	State State  `json:"state"`
}

// GuaranteeClaim is one guarantee reference of a declaration, or one guarantee without a reference on the ledger: the GRN is
// empty then, and of the types that have no references the amount too. Other references stay in the content.
type GuaranteeClaim struct {
	GRN    string `json:"grn,omitempty"`
	Type   string `json:"type"`
	Amount Money  `json:"amount,omitzero"`
}

// Face is what of a declaration stands on the public record, computed from the
// content by the chaincode at the country of departure. Its canonical JSON is also
// written to that country's private collection, so that the hash which every peer
// holds proves to every endorser that the country's own peer made it.
type Face struct {
	V               int              `json:"v"`
	ID              string           `json:"id"`
	Version         int              `json:"version"`
	LRN             string           `json:"lrn"`
	Declarant       Declarant        `json:"declarant"`
	Holder          string           `json:"holder"`
	DeclarationType string           `json:"declarationType"`
	AdditionalType  string           `json:"additionalType"`
	Security        string           `json:"security"`
	Departure       string           `json:"departure"`
	Destination     string           `json:"destination"`
	ExitOffices     []string         `json:"exitOffices,omitempty"`
	Legs            []Leg            `json:"legs"`
	Guarantees      []GuaranteeClaim `json:"guarantees"`
	Guarantors      []string         `json:"guarantors"`
	// Required is what the guarantees have to cover; absent when nothing is known to become due.
	Required *Required `json:"required,omitempty"`
	// Presentable and FirstArrival: see [Declared].
	Presentable  bool            `json:"presentable,omitempty"`
	FirstArrival Date            `json:"firstArrival,omitempty"`
	Sections     []SectionDigest `json:"sections"`
}

// LodgeRequest publishes a deposited face.
type LodgeRequest struct {
	Header
	Face Face `json:"face"`
}

// StepRequest asks for one step of the procedure. Only the fields that the step
// takes may be set; which they are stands in the table of [Procedure].
type StepRequest struct {
	Header
	// Movement is the MRN, or the movement identification.
	Movement string `json:"movement"`
	// TimeLimit (YYYY-MM-DD): Release, RegisterFallback (last day to present the goods), RefuseGuarantee (last day to replace
	// it), RecordDiscrepancies (last day to resolve them).
	TimeLimit string `json:"timeLimit,omitempty"`
	// Balances: Release. Order in which the balance records of each guarantee are drawn on; empty lets the ledger choose.
	Balances []BalanceChoice `json:"balances,omitempty"`
	// ControlTypes and Documents: DecideControl.
	ControlTypes []string `json:"controlTypes,omitempty"`
	Documents    []string `json:"documents,omitempty"`
	// Result: RecordControl, RecordResults. Control result code A1, A2, A3 or, at departure, B1.
	Result string `json:"result,omitempty"`
	// Reason: of refusals, rejections, cancellations and requests (an..512). It is public.
	Reason string `json:"reason,omitempty"`
	// NewHolder: ProposeTransfer. Identification number of the operator to whom the document is offered.
	NewHolder string `json:"newHolder,omitempty"`
	// Guarantees: AcceptTransfer. The new holder's own, which take the place of the former holder's.
	Guarantees []GuaranteeClaim `json:"guarantees,omitempty"`
	// OverrideReason: Accept, Release. Why the office takes guarantees that do not cover what is required (an..512). It is public.
	OverrideReason string `json:"overrideReason,omitempty"`
	// Diversion: AskDiversion. Which undeclared office has met the goods: transit, destination or exit.
	Diversion string `json:"diversion,omitempty"`
	// Route: GrantDiversion. The offices at which the remaining territories are entered, in order.
	Route []string `json:"route,omitempty"`
	// Destination: GrantDiversion. The office of destination when it changes.
	Destination string `json:"destination,omitempty"`
	// Incident: RegisterIncident. The incident code 1 to 6 (CL019).
	Incident string `json:"incident,omitempty"`
	// Annex: the confidential paper of the step, see [FnAnnex].
	Annex *AnnexRef `json:"annex,omitempty"`
	// Simplified: NotifyArrival, by an authorised consignee.
	Simplified bool `json:"simplified,omitempty"`
	// Conform and Complete: RemarkUnloading.
	Conform  *bool `json:"conform,omitempty"`
	Complete *bool `json:"complete,omitempty"`
	// GoodsReleased: ReleaseGoods, partial or full.
	GoodsReleased string `json:"goodsReleased,omitempty"`
	// Claims: Claim. What is demanded of each guarantee reference.
	Claims []ClaimRequest `json:"claims,omitempty"`
	// GRN: PayClaim, ContestClaim, WithdrawClaim.
	GRN string `json:"grn,omitempty"`
	// Office: AskRecovery. The office of recovery that shall take over.
	Office string `json:"office,omitempty"`
	// StartedOn (YYYY-MM-DD): RegisterFallback. The day of the release on paper.
	StartedOn string `json:"startedOn,omitempty"`
}

// ClaimRequest demands an amount of one guarantee reference, in its currency, at most what it covers.
type ClaimRequest struct {
	GRN    string `json:"grn"`
	Amount Money  `json:"amount"`
}

// AnnexRequest says for which movement and of which kind the transient annex is.
type AnnexRequest struct {
	Movement string    `json:"movement"`
	Kind     AnnexKind `json:"kind"`
}

// DeliverAnnexRequest names an annex of the record and the MSP that receives it.
type DeliverAnnexRequest struct {
	Movement string `json:"movement"`
	Digest   string `json:"digest"`
	To       string `json:"to"`
}

// AnnexQuery names an annex of the record.
type AnnexQuery struct {
	Movement string `json:"movement"`
	Digest   string `json:"digest"`
}

// Note is the content of an annex of kind [AnnexNote].
type Note struct {
	// Text (an..2000).
	Text string `json:"text"`
	// References to documents (an..70 each, at most 99).
	References []string `json:"references,omitempty"`
}

// BalanceChoice orders the balance records of one guarantee.
type BalanceChoice struct {
	GRN   string `json:"grn"`
	Order []int  `json:"order"`
}

// DeliverRequest names the receiving organisation's MSP. The transient map holds, under each section's name, the sealed
// value exactly as the departure country holds it: all sections, or those that a grant shows; or it holds, under
// "attachment", that of the one attachment named.
type DeliverRequest struct {
	Movement   string `json:"movement"`
	To         string `json:"to"`
	Attachment string `json:"attachment,omitempty"`
}

// Delivery is the state of the content at one country of the itinerary.
type Delivery struct {
	MSP     string `json:"msp"`
	Country string `json:"country"`
	// Delivered: every section of the record's version and every attachment is held under the record's digest. When it
	// came is told by the delivery's event in the blocks.
	Delivered bool          `json:"delivered"`
	State     DeliveryState `json:"state"`
	// Missing are the names of the parts that are not held.
	Missing []string `json:"missing,omitempty"`
}

// MovementQuery names a movement by MRN or movement identification.
type MovementQuery struct {
	Movement string `json:"movement"`
}

// MovementView is a movement and where its content has been delivered.
type MovementView struct {
	Movement   *Movement  `json:"movement"`
	Deliveries []Delivery `json:"deliveries"`
	Shared     []Share    `json:"shared,omitempty"`
	// Annexes tell where the annexes of the record are.
	Annexes []AnnexDelivery `json:"annexes,omitempty"`
}

// SealedSection is one section with its salted value, for reading and for delivery.
type SealedSection struct {
	Name string `json:"name"`
	// Value is the sealed value byte for byte (base64 in JSON).
	Value []byte `json:"value"`
}

// Content is the content of a movement as one organisation holds it.
type Content struct {
	ID       string          `json:"id"`
	Version  int             `json:"version"`
	Sections []SealedSection `json:"sections"`
}

// EncryptedContent is a [Content] that only whoever made the reader key can read, see [DecryptContent].
type EncryptedContent struct {
	// TransactionID of the request; the key derives from it, so that no key is used twice.
	TransactionID string `json:"transactionId"`
	Cipher        []byte `json:"cipher"`
}

// ListQuery pages through records in the order of their keys.
type ListQuery struct {
	// Size of the page, 1..100; 0 means 50.
	Size     int    `json:"size,omitempty"`
	Bookmark string `json:"bookmark,omitempty"`
}

// MovementPage is a page of movements; an empty bookmark marks the last.
type MovementPage struct {
	Movements []*Movement `json:"movements"`
	Bookmark  string      `json:"bookmark,omitempty"`
}

// GuaranteePage is a page of guarantees; an empty bookmark marks the last.
type GuaranteePage struct {
	Guarantees []*Guarantee `json:"guarantees"`
	Bookmark   string       `json:"bookmark,omitempty"`
}

// UndertakeRequest holds the terms of a guarantee.
type UndertakeRequest struct {
	Terms Terms `json:"terms"`
}

// RegisterRequest publishes the terms that the guarantor's peer has undertaken.
type RegisterRequest struct {
	MessageID string    `json:"messageId"`
	Guarantee Guarantee `json:"guarantee"`
}

// AccessCodesRequest replaces all access codes of a guarantee.
type AccessCodesRequest struct {
	Header
	GRN string `json:"grn"`
}

// GuaranteeQuery names a guarantee.
type GuaranteeQuery struct {
	GRN string `json:"grn"`
}

// FoundingRequest is the founding document of the consortium. Each customs
// authority's administrator configures the digest of the same document.
type FoundingRequest struct {
	V             int            `json:"v"`
	Organisations []Organisation `json:"organisations"`
	Offices       []Office       `json:"offices"`
	// RetentionDays, Rates: the consortium's own, see [Change].
	RetentionDays int    `json:"retentionDays,omitempty"`
	Rates         []Rate `json:"rates,omitempty"`
	// Books are the entries with which countries begin; one without may be left out.
	Books []CountryEntries `json:"books,omitempty"`
}

// Consortium lists the organisations; every transaction reads it.
type Consortium struct {
	V             int            `json:"v"`
	Seq           int            `json:"seq"`
	Organisations []Organisation `json:"organisations"`
	// RetentionDays is how long content is kept after the end of a movement; 0 until further notice.
	RetentionDays int `json:"retentionDays,omitempty"`
}

// Change is one change of the registry; exactly one field is set.
type Change struct {
	Organisation *Organisation `json:"organisation,omitempty"`
	Office       *Office       `json:"office,omitempty"`
	// CloseOffice ends an office: no new movement names it.
	CloseOffice string `json:"closeOffice,omitempty"`
	// Suspend and Reinstate (an MSP) are voted on by the customs authorities but the one that it is about.
	Suspend   *SuspendChange `json:"suspend,omitempty"`
	Reinstate string         `json:"reinstate,omitempty"`
	// Guarantor sets what a guarantor may undertake, in place of what was set before.
	Guarantor *GuarantorLimits `json:"guarantor,omitempty"`
	// Rates are the consortium's own rates of exchange, put into its book as [PutEntriesRequest] says.
	Rates []Rate `json:"rates,omitempty"`
	// RetentionDays is how long content is kept after the end of a movement.
	RetentionDays int `json:"retentionDays,omitempty"`
}

// JoinRequest is the registry entry of a candidate.
type JoinRequest struct {
	Organisation Organisation `json:"organisation"`
}

// ProposeRequest opens a change under an identification chosen by the proposer (an..36).
type ProposeRequest struct {
	ID     string `json:"id"`
	Change Change `json:"change"`
}

// ApproveRequest approves a change. Digest is the SHA-256 of the change as the approver saw it, in hexadecimal.
type ApproveRequest struct {
	ID     string `json:"id"`
	Digest string `json:"digest"`
}

// ProposalQuery names a proposed change.
type ProposalQuery struct {
	ID string `json:"id"`
}

// Proposal is a proposed change of the registry and who has approved it.
type Proposal struct {
	V      int    `json:"v"`
	ID     string `json:"id"`
	Change Change `json:"change"`
	Digest string `json:"digest"`
	// BasedOn is the sequence number of the registry that the change was proposed for; it expires with the next change.
	BasedOn    int      `json:"basedOn"`
	Proposer   string   `json:"proposer"`
	ProposedAt string   `json:"proposedAt"`
	Approvals  []string `json:"approvals"`
	// EffectiveAt is set when the majority of the customs authorities had approved.
	EffectiveAt string `json:"effectiveAt,omitempty"`
}

// OfficeQuery pages through the offices.
type OfficeQuery struct {
	ListQuery
}

// OfficePage is a page of offices; an empty bookmark marks the last.
type OfficePage struct {
	Offices  []Office `json:"offices"`
	Bookmark string   `json:"bookmark,omitempty"`
}

// Info tells what chaincode a peer runs.
type Info struct {
	Version   string   `json:"version"`
	Build     string   `json:"build"`
	Functions []string `json:"functions"`
	Founded   bool     `json:"founded"`
}

// EventName is the name of the one event of every committed change.
const EventName = "cats.v1"

// EventPayload is the payload of the event: public facts only.
type EventPayload struct {
	V     int         `json:"v"`
	Steps []EventStep `json:"steps"`
}

// EventStep tells one record's change. Seq grows by one per record, so that a reader notices a gap. A delivery changes no
// record and carries its movement's; the change of a guarantee's balance has 0 and stands beside the movement's step that made it.
type EventStep struct {
	// Record is "movement", "guarantee", "delivery", "annex" (one was delivered), "attachment", "grant", "purge" or "registry".
	Record string `json:"record"`
	// ID is the movement identification, GRN or proposal identification.
	ID   string `json:"id"`
	MRN  string `json:"mrn,omitempty"`
	Seq  int    `json:"seq"`
	Step string `json:"step"`
	From State  `json:"from,omitempty"`
	To   State  `json:"to,omitempty"`
	// Custodian after the step; of a delivery or grant, the organisation that receives.
	Custodian string `json:"custodian,omitempty"`
	// By is the acting organisation, Office the acting office.
	By     string `json:"by"`
	Office string `json:"office,omitempty"`
	// Change is the money effect on what a guarantee has available: positive when freed or raised, negative when locked or
	// lowered; of a usage that ends with a claim, what was credited.
	Change *Money `json:"change,omitempty"`
}
