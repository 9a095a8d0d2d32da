package transit

// The functions on content: who holds it, who may read it, and how it ends.
const (
	// FnAttach writes a file into the private collection of the country of departure, whose peer alone endorses:
	// AttachRequest, transient "file", "fileName", "mediaType" and "salt" -> Attachment.
	FnAttach Function = "movement:Attach"
	// FnPublishAttachment puts the digest of a deposited file on the record: PublishAttachmentRequest -> Attachment.
	FnPublishAttachment Function = "movement:PublishAttachment"
	// FnGetAttachment reads one file at a peer of the caller's own organisation: AttachmentQuery, transient "readerKey"
	// -> EncryptedContent, with the one part.
	FnGetAttachment Function = "movement:Attachment"
	// FnGrant lets an organisation read parts of the content until a day; it replaces the grantee's former grant:
	// GrantRequest -> Grant.
	FnGrant Function = "movement:Grant"
	// FnRevoke ends a grant: RevokeRequest -> Grant, the one that ended.
	FnRevoke Function = "movement:Revoke"
	// FnGetShared reads the parts that a grant shows to the caller, at a peer of its own organisation: MovementQuery,
	// transient "readerKey" -> EncryptedContent.
	FnGetShared Function = "movement:Shared"
	// FnPurge purges from the caller's own organisation's collection what it may no longer keep; its peer alone
	// endorses: PurgeRequest -> Purged.
	FnPurge Function = "movement:Purge"
	// FnListPurgeable lists what is due for that, at a peer of the caller's own organisation: ListQuery -> PurgeablePage.
	// It is meant to be evaluated.
	FnListPurgeable Function = "movement:Purgeable"
)

// Keys of the transient map for files.
const (
	// TransientFile holds the bytes of the file.
	TransientFile = "file"
	// TransientFileName holds the file's name, in any language.
	TransientFileName = "fileName"
	// TransientMediaType holds the media type (RFC 6838), such as application/pdf.
	TransientMediaType = "mediaType"
	// TransientAttachment holds the sealed value of a file, for delivery.
	TransientAttachment = "attachment"
)

// AttachRequest names the next attachment of a movement; its name and number are public, nothing else.
type AttachRequest struct {
	Movement string `json:"movement"`
	// Name is [AttachmentName] of the number that follows the attachments on the record.
	Name string `json:"name"`
}

// PublishAttachmentRequest publishes a deposited file.
type PublishAttachmentRequest struct {
	Movement string `json:"movement"`
	Name     string `json:"name"`
	// Digest of the sealed value, as FnAttach answered.
	Digest string `json:"digest"`
}

// AttachmentQuery names one attachment.
type AttachmentQuery struct {
	Movement string `json:"movement"`
	Name     string `json:"name"`
}

// GrantRequest asks for a grant. It is public, as the record is.
type GrantRequest struct {
	Movement string `json:"movement"`
	// MSP of the organisation that may read.
	MSP string `json:"msp"`
	// Operator, when given, is the one trader of that organisation who may read, such as a carrier.
	Operator string `json:"operator,omitempty"`
	// Parts are names of sections and attachments, in the order of the record.
	Parts []string `json:"parts"`
	// Until is the last day (YYYY-MM-DD, UTC) on which they may be read.
	Until string `json:"until"`
}

// RevokeRequest names a grant by its grantee.
type RevokeRequest struct {
	Movement string `json:"movement"`
	MSP      string `json:"msp"`
	Operator string `json:"operator,omitempty"`
}

// DeliveryState is how far a content has come at an organisation.
type DeliveryState string

// States of a delivery.
const (
	DeliveryPending DeliveryState = "pending"
	Delivered       DeliveryState = "delivered"
	// DeliveryPurged: the organisation held the content and has purged it when its time was over.
	DeliveryPurged DeliveryState = "purged"
)

// Share is a grant and how far the parts have come at the grantee.
type Share struct {
	Grant
	// Live: it may be read today.
	Live    bool          `json:"live"`
	State   DeliveryState `json:"state"`
	Missing []string      `json:"missing,omitempty"`
}

// PurgeRequest names one holding of the caller's organisation.
type PurgeRequest struct {
	// Movement identification; of what was never lodged there is no other reference.
	Movement string `json:"movement"`
	// Holding is the version of the content in decimal, or the name of an attachment.
	Holding string `json:"holding"`
}

// Purged tells what has been purged.
type Purged struct {
	Movement string      `json:"movement"`
	Holding  string      `json:"holding"`
	Reason   PurgeReason `json:"reason"`
	// Parts are the names of the sections or the attachment.
	Parts []string `json:"parts"`
}

// Purgeable is one holding with something that is due for purging.
type Purgeable struct {
	Movement string      `json:"movement"`
	Holding  string      `json:"holding"`
	Reason   PurgeReason `json:"reason"`
}

// PurgeablePage is a page of them; it can be empty and yet have a bookmark. An empty bookmark marks the last page.
type PurgeablePage struct {
	Due      []Purgeable `json:"due"`
	Bookmark string      `json:"bookmark,omitempty"`
}
