package ubl

import (
	"fmt"
	"io"
	"strings"

	"carec.example/cats/chaincode/transit"
)

// WriteGuarantee writes the terms of a guarantee as GuaranteeCertificate, valid by the schema of UBL 2.4; [ReadGuarantee] reads them
// back equal. The certificate is issued on the first day of the guarantee, and its process file is the guarantee reference number.
// Terms that [transit.Terms.Check] does not allow are refused as [*transit.Fault] InvalidDocument.
func WriteGuarantee(w io.Writer, terms *transit.Terms, options ...Option) error {
	if violations := terms.Check(); len(violations) > 0 {
		return transit.Faultf(transit.InvalidDocument, "the terms cannot be written as UBL").With(violations...)
	}
	leaves := leavesOf(terms)
	for i, l := range leaves {
		if l.pointer == amountMinor {
			leaves[i] = leaf{pointer: amountDecimal, value: terms.ReferenceAmount.Decimal()}
		}
	}
	text, err := certificate().document(enclosed(leaves, options))
	if err != nil {
		return fmt.Errorf("write GuaranteeCertificate: %w", err)
	}
	if _, err := w.Write(text); err != nil {
		return fmt.Errorf("write GuaranteeCertificate: %w", err)
	}
	return nil
}

// UBL has amounts in units of the currency, the ledger in the smallest.
const (
	amountMinor   = "/referenceAmount/minor"
	amountDecimal = "/referenceAmount/decimal"
	amountIn      = "/referenceAmount/currency"
)

// ReadGuarantee reads a GuaranteeCertificate of UBL 2. Errors and report are as with [ReadDeclaration]; the violations are those of
// [transit.Terms.Check], which begin with /terms.
func ReadGuarantee(r io.Reader) (*transit.Terms, *Report, error) {
	t := certificate()
	root, err := t.parse(r)
	if err != nil {
		return nil, nil, err
	}
	reading := t.read(root)
	violations := minorUnits(reading)
	terms := &transit.Terms{}
	violations = append(violations, build(reading.values, terms)...)
	for _, v := range terms.Check() {
		v.Pointer = strings.TrimPrefix(v.Pointer, "/terms")
		violations = append(violations, v)
	}
	return terms, reading.finish(root, violations), nil
}

// minorUnits turns the amount into that of the ledger, exactly.
func minorUnits(r *reading) []transit.Violation {
	currency := ""
	for _, v := range r.values {
		if v.pointer == amountIn {
			currency = v.text
		}
	}
	for i, v := range r.values {
		if v.pointer != amountDecimal {
			continue
		}
		money, err := transit.ParseMoney(v.text, currency)
		if err != nil {
			r.values = append(r.values[:i], r.values[i+1:]...)
			return []transit.Violation{{
				Code: transit.CodeRuleViolation, Pointer: "/referenceAmount", Rule: RuleUBL, Value: v.text, Text: err.Error(),
			}}
		}
		r.values[i].pointer, r.values[i].text = amountMinor, fmt.Sprint(money.Minor)
		return nil
	}
	return nil
}

func certificate() *table {
	return &table{root: "GuaranteeCertificate", rules: []rule{
		constant("cbc:UBLVersionID", version),
		constant("cbc:CustomizationID", "urn:carec:cats:ubl:guarantee:1"),
		text("/grn", "cbc:ID"),
		text(envelopeUUID, "cbc:UUID"),
		text("/grn", "cbc:ContractFolderID").again(),
		day("/validFrom", "cbc:IssueDate").again(),
		text("/type", "cbc:GuaranteeTypeCode"),
		{ours: amountDecimal, ubl: "cbc:LiabilityAmount", kind: asAmount},
		text(amountIn, "cbc:LiabilityAmount/@currencyID"),
		text("/monitoring", "cbc:ConstitutionCode"),
		day("/validFrom", "cac:ApplicablePeriod/cbc:StartDate"),
		day("/validUntil", "cac:ApplicablePeriod/cbc:EndDate"),
		required("cac:GuarantorParty"),
		text("/guarantor", "cac:GuarantorParty/cac:PartyIdentification/cbc:ID"),
		required("cac:InterestedParty"),
		text("/holder", "cac:InterestedParty/cac:PartyIdentification/cbc:ID"),
		text("/office", "cac:BeneficiaryParty/cac:PartyIdentification/cbc:ID"),
	}}
}

// required makes an element that the schema wants even when there is nothing to say in it.
func required(ubl string) rule { return constant(ubl, "") }
