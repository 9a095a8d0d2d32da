package transit

// Functions on guarantees beyond registration. Each is named with the NCTS message of the same meaning.
const (
	// FnUpdateGuarantee changes amount, validity or restrictions (IE225): GuaranteeUpdateRequest -> Guarantee.
	FnUpdateGuarantee Function = "guarantee:Update"
	// FnCancelGuarantee ends a guarantee by its holder or guarantor (IE231): GuaranteeEndRequest -> Guarantee.
	FnCancelGuarantee Function = "guarantee:Cancel"
	// FnRevokeVoucher ends a voucher by its guarantor or the office of guarantee (IE229): GuaranteeEndRequest -> Guarantee.
	FnRevokeVoucher Function = "guarantee:Revoke"
	// FnInvalidateGuarantee ends guarantee and liability by the office of guarantee (IE228): GuaranteeEndRequest -> Guarantee.
	FnInvalidateGuarantee Function = "guarantee:Invalidate"
	// FnSellVoucher gives an unsold voucher its holder (IE224): VoucherSaleRequest, transient "accessCodes" and "salt" -> Guarantee.
	FnSellVoucher Function = "guarantee:Sell"
	// FnQueryGuarantee answers on usages and exposure (IE034, IE037): GuaranteeInquiry -> GuaranteeAnswer. A trader
	// gives one access code under "accessCodes" in the transient map.
	FnQueryGuarantee Function = "guarantee:Query"
	// FnCheckGuarantees tells what stands against releasing a movement on its guarantees, without any effect (IE200, IE201):
	// MovementQuery -> GuaranteeCheck.
	FnCheckGuarantees Function = "guarantee:Check"
)

// GuaranteeUpdate names the terms that change; what is left out stays. Amounts in minor units.
type GuaranteeUpdate struct {
	// ReferenceAmount in the guarantee's currency, above zero. It may be lower than what is in use.
	ReferenceAmount *Money `json:"referenceAmount,omitempty"`
	// Percentage of the reference amount that is the guarantee amount.
	Percentage *int `json:"percentage,omitempty"`
	// ValidUntil is the new last day (YYYY-MM-DD).
	ValidUntil string `json:"validUntil,omitempty"`
	// ExcludedCountries, ExcludedGoods and Representatives replace the whole list; an empty list clears it.
	ExcludedCountries *[]string `json:"excludedCountries,omitempty"`
	ExcludedGoods     *[]string `json:"excludedGoods,omitempty"`
	Representatives   *[]string `json:"representatives,omitempty"`
	NoSuspendedGoods  *bool     `json:"noSuspendedGoods,omitempty"`
}

// GuaranteeUpdateRequest changes the terms of a guarantee (IE225).
type GuaranteeUpdateRequest struct {
	Header
	GRN string `json:"grn"`
	GuaranteeUpdate
}

// GuaranteeEndRequest ends a guarantee: Cancel (IE231), Revoke (IE229) and Invalidate (IE228).
type GuaranteeEndRequest struct {
	Header
	GRN string `json:"grn"`
	// InvalidityDate (YYYY-MM-DD) is the first day on which nothing new is covered.
	InvalidityDate string `json:"invalidityDate"`
	// LiabilityLiberationDate (YYYY-MM-DD) is the first day on which nothing is claimed any more; Invalidate alone takes it.
	LiabilityLiberationDate string `json:"liabilityLiberationDate,omitempty"`
	// Reason (an..512) is public.
	Reason string `json:"reason,omitempty"`
}

// VoucherSaleRequest names who has bought a voucher.
type VoucherSaleRequest struct {
	Header
	GRN string `json:"grn"`
	// Holder is the identification number of the holder of the procedure.
	Holder string `json:"holder"`
}

// Query identifiers of IE034 (CL054).
const (
	QueryUsage            = "1"
	QueryExposure         = "2"
	QueryUsageAndExposure = "3"
	QueryDetails          = "4"
)

// GuaranteeInquiry asks about one guarantee (IE034). Whether the requester is the holder, the guarantor or an office, its
// certificate says.
type GuaranteeInquiry struct {
	GRN string `json:"grn"`
	// Query: 1 usage, 2 exposure, 3 usage and exposure, 4 details. Individual guarantees (types 2 and 4) take 1 or 4 (R0261).
	Query string `json:"query"`
	// Owner is the holder's identification number: the holder itself leaves it out, others give it (C0818).
	Owner string `json:"owner,omitempty"`
	// From and To (YYYY-MM-DD, both included) bound the day of locking; types 0, 1 and 9, queries 1 and 3 only (R0263). To
	// is later than From (R0705).
	From string `json:"periodFrom,omitempty"`
	To   string `json:"periodTo,omitempty"`
	// Bookmark of the page before; usages come a page at a time.
	Bookmark string `json:"bookmark,omitempty"`
}

// GuaranteeAnswer answers an inquiry (IE037).
type GuaranteeAnswer struct {
	GRN   string `json:"grn"`
	Query string `json:"query"`
	// Condition of the guarantee on the day of the question, and the invalid guarantee reasons that stand against a new usage.
	Condition Condition   `json:"condition"`
	Reasons   []Violation `json:"reasons"`
	// Terms and the invalidity, for every query.
	Terms      Terms       `json:"terms"`
	Invalidity *Invalidity `json:"invalidity,omitempty"`
	// GuaranteeAmount is the percentage of the reference amount, rounded up to the minor unit.
	GuaranteeAmount Money        `json:"guaranteeAmount"`
	Exposure        *Exposure    `json:"exposure,omitempty"`
	Usages          []UsageOfGRN `json:"usages"`
	// Bookmark of the next page of usages; empty after the last.
	Bookmark string `json:"bookmark,omitempty"`
}

// Exposure is what a guarantee stands for at the moment (IE037 EXPOSURE).
type Exposure struct {
	// Exposure is the sum of the open usages. Under monitoring code 1 the ledger's account does not know it, and it is absent.
	Exposure *Money `json:"exposure,omitempty"`
	// Counter is the number of open usages.
	Counter int `json:"counter"`
	// Balance is what is left for new usages; only monitoring code 3 has one (C0286). It is negative after the reference
	// amount was lowered below use.
	Balance *Money `json:"balance,omitempty"`
	// Claimed is the sum of what has been paid on claims.
	Claimed Money `json:"claimed"`
}

// UsageOfGRN is one open usage of a guarantee (IE037 USAGE). Usages that are over stand on their movements' records.
type UsageOfGRN struct {
	Movement string     `json:"movement"`
	MRN      string     `json:"mrn"`
	State    UsageState `json:"state"`
	// Covered is absent under monitoring code 1.
	Covered *Money `json:"covered,omitempty"`
	// LockedOn is a date (YYYY-MM-DD).
	LockedOn string `json:"lockedOn"`
	// ArrivedAt (RFC 3339) for types 0 and 1 (C0231).
	ArrivedAt string `json:"arrivedAt,omitempty"`
}

// GuaranteeCheck is the result of trying a movement's guarantees (IE201).
type GuaranteeCheck struct {
	Movement string `json:"movement"`
	// Covered: a release at this moment would lock every guarantee.
	Covered bool        `json:"covered"`
	Reasons []Violation `json:"reasons"`
}
