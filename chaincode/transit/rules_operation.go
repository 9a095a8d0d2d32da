package transit

import "time"

// operationRules concern the declaration as a whole: its type, procedure, dates and authorisations.
func operationRules() []Rule {
	return []Rule{
		{"C0411", "TIR carnet number", "A TIR carnet number is given for declaration type TIR and only for it.", checkC0411},
		{"C0904", "TIR holder",
			"The holder's TIR identification is given for declaration type TIR and only for it.", checkC0904},
		{"C0586", "countries of routing",
			"Countries of routing are required when the itinerary is binding or security data are given.", checkC0586},
		{"C0839", "limit date",
			"A limit date belongs to the authorised consignor (C521) alone, who must give it unless the goods are" +
				" not presented yet.", checkC0839},
		{"C0101", "reduced data set needs an authorisation",
			"A reduced data set needs at least one authorisation.", checkC0101},
		{"R0859", "authorisation for a reduced data set",
			"The authorisation C524 is cited exactly when the data set is reduced.", checkR0859},
		{"R0849", "no reduced data set under TIR", "A TIR declaration has the full data set.", checkR0849},
		{"STD04", "limit date not past", "The limit date is not before the day of the ledger's time.", checkLimitDate},
		{"STD05", "prepared before now",
			"The message was not prepared after the ledger's time. Messages carry no zone and senders' clocks" +
				" differ, so a day of tolerance is given; local time sent as UTC is no reason to refuse a truck.", checkPreparation},
	}
}

func checkC0411(c *ruling) {
	op := c.std.TransitOperation
	c.require(c.isTIR(), op.TIRCarnetNumber != "", operationAt+"/tirCarnetNumber", op.TIRCarnetNumber,
		"give the number of the TIR carnet, as the declaration type is TIR",
		"leave out the TIR carnet number, or declare type TIR")
}

func checkC0904(c *ruling) {
	id := c.std.Holder.TIRHolderIdentification
	c.require(c.isTIR(), id != "", "/holderOfTheTransitProcedure/tirHolderIdentificationNumber", id,
		"give the holder's TIR identification number, as the declaration type is TIR",
		"leave out the holder's TIR identification number, or declare type TIR")
}

func checkC0586(c *ruling) {
	if len(c.std.Consignment.CountriesOfRouting) > 0 {
		return
	}
	const at = consignmentAt + "/countriesOfRouting"
	switch op := c.std.TransitOperation; {
	case op.BindingItinerary.Set():
		c.missing(at, "give the countries of routing, as the itinerary is binding")
	case oneOf(op.Security, "1", "2", "3"):
		c.missing(at, "give the countries of routing, as security is "+op.Security)
	}
}

func checkC0839(c *ruling) {
	op := c.std.TransitOperation
	const at = operationAt + "/limitDate"
	switch {
	case !c.authorised(authorisedConsignor) && op.LimitDate != "":
		c.notAllowed(at, string(op.LimitDate), "leave out the limit date: only an authorised consignor (authorisation C521) sets one")
	case c.authorised(authorisedConsignor) && op.LimitDate == "" && !c.preLodged():
		c.missing(at, "give the limit date that you, as authorised consignor (C521), set for the arrival")
	}
}

func checkC0101(c *ruling) {
	if c.std.TransitOperation.ReducedDatasetIndicator.Set() && len(c.std.Authorisations) == 0 {
		c.missing("/authorisations", "cite the authorisation for a reduced data set, or set reducedDatasetIndicator to 0")
	}
}

func checkR0859(c *ruling) {
	reduced := c.std.TransitOperation.ReducedDatasetIndicator.Set()
	if reduced && len(c.std.Authorisations) > 0 && !c.authorised(reducedDataset) {
		c.broken("/authorisations", "", "cite the authorisation C524 for a reduced data set, or set reducedDatasetIndicator to 0")
	}
	if !reduced && c.authorised(reducedDataset) {
		c.broken(operationAt+"/reducedDatasetIndicator", string(c.std.TransitOperation.ReducedDatasetIndicator),
			"set reducedDatasetIndicator to 1, or leave out the authorisation C524")
	}
}

func checkR0849(c *ruling) {
	if c.isTIR() && c.std.TransitOperation.ReducedDatasetIndicator.Set() {
		c.broken(operationAt+"/reducedDatasetIndicator", "1", "set reducedDatasetIndicator to 0: a TIR declaration has the full data set")
	}
}

func checkLimitDate(c *ruling) {
	limit, err := c.std.TransitOperation.LimitDate.Parse()
	if err != nil || c.ctx.Now.IsZero() {
		return
	}
	if !c.ctx.Now.Before(EndOfDay(limit)) {
		c.broken(operationAt+"/limitDate", string(c.std.TransitOperation.LimitDate),
			"give a limit date of today ("+string(DateOf(c.ctx.Now))+") or later")
	}
}

// PreparationTolerance is how far the preparation of a message may lie after the ledger's time.
const PreparationTolerance = 24 * time.Hour

func checkPreparation(c *ruling) {
	prepared, err := c.std.Message.PreparationDateAndTime.Parse()
	if err != nil || c.ctx.Now.IsZero() {
		return
	}
	if After(prepared, c.ctx.Now, PreparationTolerance) {
		c.broken("/message/preparationDateAndTime", string(c.std.Message.PreparationDateAndTime),
			"give the time of preparation in UTC; it is later than now, "+string(DateTimeOf(c.ctx.Now)))
	}
}
