package transit

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Bounds of entries.
const (
	maxEntryName      = 140
	maxEntryReason    = 512
	maxBasisPoints    = 100_000 // ten times the value
	maxPerKg          = 1_000_000_000_000
	maxRatePart       = 1_000_000_000_000
	maxAuthorisations = 99
	maxOpenings       = 28
	maxHolidays       = 99
	minRSABits        = 2048
)

// CheckEntries checks entries of a country, the consortium's own for an empty one. Nothing that the ledger holds is asked. Violations
// name the entry with a pointer below the request's entries.
func CheckEntries(e *Entries, country string) []Violation {
	var found []Violation
	found = append(found, checkList("hours", e.Hours, country)...)
	found = append(found, checkList("operators", e.Operators, country)...)
	found = append(found, checkList("anchors", e.Anchors, country)...)
	found = append(found, checkList("revocations", e.Revocations, country)...)
	found = append(found, checkList("tariff", e.Tariff, country)...)
	found = append(found, checkList("rates", e.Rates, country)...)
	return append(found, checkList("packs", e.Packs, country)...)
}

func checkList[T any, P interface {
	*T
	bookEntry
}](name string, list []T, country string,
) []Violation {
	var found []Violation
	for i := range list {
		e := P(&list[i])
		for _, err := range []error{e.validity().check(), e.check(country)} {
			if err != nil {
				found = append(found, Violation{Code: CodeRuleViolation, Pointer: fmt.Sprintf("/%s/%d", name, i), Text: err.Error()})
			}
		}
	}
	return found
}

func (v *Validity) check() error {
	if v.Seq != 0 {
		return errors.New("the ledger sets the sequence number")
	}
	return checkDays(v.From, v.Until)
}

func checkDays(from, until Date) error {
	if _, err := from.Parse(); err != nil {
		return fmt.Errorf("the first day: %w", err)
	}
	if until == "" {
		return nil
	}
	if _, err := until.Parse(); err != nil {
		return fmt.Errorf("the last day: %w", err)
	}
	if until < from {
		return errors.New("the last day lies before the first")
	}
	return nil
}

func (e *OfficeHours) check(country string) error {
	if ValidateCustomsOffice(e.Office) != nil || OfficeCountry(e.Office) != country {
		return fmt.Errorf("%q is no customs office of %s", clip(e.Office), country)
	}
	if _, err := zoneOffset(e.Zone); err != nil {
		return err
	}
	if len(e.Week) > maxOpenings || len(e.Closed) > maxHolidays {
		return fmt.Errorf("at most %d openings and %d holidays", maxOpenings, maxHolidays)
	}
	for _, o := range e.Week {
		if err := o.check(); err != nil {
			return err
		}
	}
	for _, d := range e.Closed {
		if _, err := d.Parse(); err != nil {
			return err
		}
	}
	return nil
}

func (o Opening) check() error {
	opens, err := minuteOf(o.Opens)
	if err != nil {
		return err
	}
	closes, err := minuteOf(o.Closes)
	if err != nil {
		return err
	}
	if o.Day < 1 || o.Day > 7 || closes <= opens {
		return errors.New("an opening is on a day from 1 (Monday) to 7, and closes after it opens, on the same day")
	}
	return nil
}

func (e *Operator) check(country string) error {
	if err := ValidateOperator(e.Number); err != nil {
		return err
	}
	if e.Country != country || e.Number[:2] != country {
		return fmt.Errorf("operator %s is not one of %s", e.Number, country)
	}
	if err := ValidateText(e.Name, maxEntryName); err != nil {
		return fmt.Errorf("the name: %w", err)
	}
	if e.AEO != "" && !slices.Contains([]string{"AEOC", "AEOS", "AEOF"}, e.AEO) {
		return fmt.Errorf("%q is no AEO status: AEOC, AEOS or AEOF", clip(e.AEO))
	}
	if len(e.Authorisations) > maxAuthorisations {
		return fmt.Errorf("at most %d authorisations", maxAuthorisations)
	}
	for i := range e.Authorisations {
		if err := e.Authorisations[i].check(country); err != nil {
			return fmt.Errorf("authorisation %d: %w", i, err)
		}
	}
	return nil
}

func (a *OperatorAuthorisation) check(country string) error {
	if !DepartureAuthorisations().Has(a.Type) && !DestinationAuthorisations().Has(a.Type) {
		return fmt.Errorf("%q is no type of authorisation", clip(a.Type))
	}
	if err := ValidateText(a.Reference, 35); err != nil {
		return fmt.Errorf("the reference: %w", err)
	}
	for _, o := range a.Offices {
		if ValidateCustomsOffice(o) != nil || OfficeCountry(o) != country {
			return fmt.Errorf("%q is no customs office of %s", clip(o), country)
		}
	}
	return checkDays(a.From, a.Until)
}

func (e *TrustAnchor) check(string) error {
	if err := ValidateText(e.Name, maxEntryName); err != nil {
		return fmt.Errorf("the name: %w", err)
	}
	c, err := e.Parse()
	if err != nil {
		return err
	}
	if !c.BasicConstraintsValid || !c.IsCA || c.KeyUsage != 0 && c.KeyUsage&x509.KeyUsageCertSign == 0 {
		return errors.New("the certificate is not one of an authority that may sign certificates")
	}
	switch k := c.PublicKey.(type) {
	case *ecdsa.PublicKey, ed25519.PublicKey:
		return nil
	case *rsa.PublicKey:
		if k.N.BitLen() >= minRSABits {
			return nil
		}
	}
	return fmt.Errorf("the certificate's key is neither ECDSA, Ed25519 nor RSA of %d bits", minRSABits)
}

func (e *Revocation) check(string) error {
	if !regexp.MustCompile(`^[0-9a-f]{64}$`).MatchString(e.Issuer) {
		return errors.New("the issuer is the SHA-256 of its name in lower case hexadecimal")
	}
	if !regexp.MustCompile(`^(0|[1-9a-f][0-9a-f]{0,63})$`).MatchString(e.Serial) {
		return errors.New("the serial number is lower case hexadecimal without leading zeros")
	}
	if e.Reason == "" {
		return nil
	}
	return ValidateText(e.Reason, maxEntryReason)
}

func (e *TariffLine) check(string) error {
	if err := ValidateHS6(e.HS); err != nil {
		return err
	}
	if !slices.Contains(BookTariff.Pages(), e.HS[:2]) {
		return fmt.Errorf("%s is in no chapter of the Harmonised System", e.HS)
	}
	if err := ValidateCurrency(e.Currency); err != nil {
		return err
	}
	if e.Duty < 0 || e.Duty > maxBasisPoints || e.Tax < 0 || e.Tax > maxBasisPoints {
		return fmt.Errorf("rates are 0 to %d basis points", maxBasisPoints)
	}
	if e.PerKg < 0 || e.PerKg > maxPerKg || e.ReferencePerKg < 0 || e.ReferencePerKg > maxPerKg {
		return fmt.Errorf("amounts per kilogram are 0 to %d minor units", int64(maxPerKg))
	}
	return nil
}

func (e *Rate) check(string) error {
	if err := errors.Join(ValidateCurrency(e.Base), ValidateCurrency(e.Quote)); err != nil {
		return err
	}
	if e.Base == e.Quote {
		return errors.New("a rate is between two currencies")
	}
	if e.Numerator < 1 || e.Numerator > maxRatePart || e.Denominator < 1 || e.Denominator > maxRatePart {
		return fmt.Errorf("numerator and denominator are 1 to %d", int64(maxRatePart))
	}
	return nil
}

func (e *PackChoice) check(string) error {
	if HasRulePack(e.Pack) {
		return nil
	}
	var known []string
	for _, p := range RulePacks() {
		known = append(known, p.Name)
	}
	return fmt.Errorf("%q is no rule pack of this program, which knows %s", clip(e.Pack), strings.Join(known, ", "))
}
