package transit

// testRegister knows one operator, with one authorisation that counts.
func testRegister(number string) *Operator {
	if number != registeredOperator {
		return nil
	}
	return &Operator{Number: number, Authorisations: []OperatorAuthorisation{
		{Type: "C521", Reference: "AUTH-1", From: "2026-01-01", Offices: []string{declaration().DepartureOffice.ReferenceNumber}},
		{Type: "C521", Reference: "AUTH-2", From: "2026-03-02"},
	}}
}

const registeredOperator = "CN1REGISTERED"

// cite makes the declaration cite an authorisation of the operator in the register.
func cite(s *STD, reference string) {
	s.Representative = &Representative{IdentificationNumber: registeredOperator, Status: "2"}
	s.Authorisations = []Authorisation{{SequenceNumber: 1, Type: "C521", ReferenceNumber: reference}}
	s.TransitOperation.LimitDate = "2026-03-08"
}

func registerCases() []ruleCase {
	return []ruleCase{
		{"STD20", "14", "/authorisations/0/referenceNumber",
			func(s *STD) { cite(s, "AUTH-2") }, func(s *STD) { cite(s, "AUTH-1") }},
		{"STD21", "14", "/consignment/houseConsignments/0/consignmentItems/0/customsValue/amount",
			func(s *STD) { itemOf(s, 0).CustomsValue = &CustomsValue{"0.00", "USD"} },
			func(s *STD) { itemOf(s, 0).CustomsValue = &CustomsValue{"0.01", "USD"} }},
		{"STD21", "14", "/consignment/houseConsignments/0/consignmentItems/0/customsValue/amount",
			func(s *STD) { itemOf(s, 0).CustomsValue = &CustomsValue{"1.5", "JPY"} },
			func(s *STD) { itemOf(s, 0).CustomsValue = &CustomsValue{"150", "JPY"} }},
	}
}
