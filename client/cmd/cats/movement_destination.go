package main

import (
	"context"

	"github.com/spf13/cobra"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

func (a *app) notifyCommand() *cobra.Command {
	var simplified bool
	c := a.stepCommand("notify", "Notify the arrival, as the trader there (IE007)",
		"Tells the office of destination that the goods are there. Any trader of the country of destination may, once.",
		`  cats movement notify 26CN4TB0Q9V7HWKXJ5 --as kg-trader-alatoo
  cats movement notify 26CN4TB0Q9V7HWKXJ5 --simplified --as kg-trader-alatoo`, "Arrival notified",
		func(ctx context.Context, m movements, id string, opts []cats.CallOption) (*transit.Course, cats.Receipt, error) {
			return m.NotifyArrival(ctx, id, simplified, opts...)
		})
	c.Flags().BoolVar(&simplified, "simplified", false, "at the place of an authorised consignee")
	return c
}

func (a *app) rejectArrivalCommand() *cobra.Command {
	return a.reasonCommand(about{
		"reject-arrival", "Reject a notification of arrival (IE057)", "Rejects the notification; the trader may notify again.",
		`  cats movement reject-arrival 26CN4TB0Q9V7HWKXJ5 --reason "goods not presented" --as kg-officer-bishkek`, "Arrival rejected",
	}, true, movements.RejectArrival)
}

func (a *app) unloadingCommand() *cobra.Command {
	return group("unloading", "Permission and remarks of unloading",
		`The office of destination permits the unloading, and the trader who notified the arrival
remarks what was found. An unloading that is not complete goes on under another permission.`,
		`  cats movement unloading permit 26CN4TB0Q9V7HWKXJ5 --as kg-officer-bishkek
  cats movement unloading remark 26CN4TB0Q9V7HWKXJ5 --conform --as kg-trader-alatoo`,
		a.plainCommand(about{
			"permit", "Permit the unloading (IE043)", "Permits the unloading, again after remarks that it was not completed.",
			`  cats movement unloading permit 26CN4TB0Q9V7HWKXJ5 --as kg-officer-bishkek`, "Unloading permitted",
		}, movements.PermitUnloading),
		a.remarkCommand(),
		a.reasonCommand(about{
			"reject", "Reject the remarks (IE057)", "Rejects the unloading remarks; the trader makes new ones.",
			`  cats movement unloading reject 26CN4TB0Q9V7HWKXJ5 --reason "item 2 is missing" --as kg-officer-bishkek`, "Remarks rejected",
		}, true, movements.RejectRemarks))
}

func (a *app) remarkCommand() *cobra.Command {
	var conform, more bool
	var file string
	c := a.stepCommand("remark", "Make the unloading remarks (IE044)",
		`Tells what was found: that everything conforms, or only what differs, in a file that the
countries on the route alone read. With --more the unloading is not finished yet; the
file says so by itself.`,
		`  cats movement unloading remark 26CN4TB0Q9V7HWKXJ5 --conform --as kg-trader-alatoo
  cats movement unloading remark 26CN4TB0Q9V7HWKXJ5 --annex remarks.yaml --as kg-trader-alatoo

  # remarks.yaml
  conform: "0"
  unloadingCompletion: "1"
  unloadingDate: 2026-11-24
  stateOfSeals: "1"
  unloadingRemark: two packages are missing`, "Remarks made",
		func(ctx context.Context, m movements, id string, opts []cats.CallOption) (*transit.Course, cats.Receipt, error) {
			remarks := &transit.UnloadingRemarks{Conform: transit.FlagYes, UnloadingCompletion: transit.FlagYes}
			if more {
				remarks.UnloadingCompletion = transit.FlagNo
			}
			if file != "" {
				var err error
				if remarks, err = readAnnex[transit.UnloadingRemarks](a, file); err != nil {
					return nil, cats.Receipt{}, err
				}
			}
			return m.RemarkUnloading(ctx, id, *remarks, opts...)
		})
	c.Flags().BoolVar(&conform, "conform", false, "everything is as declared")
	c.Flags().BoolVar(&more, "more", false, "the unloading is not finished")
	c.Flags().StringVar(&file, "annex", "", "`FILE` (YAML or JSON) with what differs; - reads the input")
	oneOf(c, "conform", "annex")
	notBoth(c, "conform", "annex")
	notBoth(c, "more", "annex")
	return c
}

func (a *app) releaseGoodsCommand() *cobra.Command {
	var partly bool
	c := a.stepCommand("release-goods", "Release the goods at destination (IE025)",
		"Releases the goods to the trader, all of them or, with --partly, some.",
		`  cats movement release-goods 26CN4TB0Q9V7HWKXJ5 --as kg-officer-bishkek`, "Goods released",
		func(ctx context.Context, m movements, id string, opts []cats.CallOption) (*transit.Course, cats.Receipt, error) {
			extent := transit.ReleasedFully
			if partly {
				extent = transit.ReleasedPartly
			}
			return m.ReleaseGoods(ctx, id, extent, opts...)
		})
	c.Flags().BoolVar(&partly, "partly", false, "some of the goods only")
	return c
}

func (a *app) discrepanciesCommand() *cobra.Command {
	return group("discrepancies", "Differences found at destination",
		`Control results that tell of differences make the movement wait: the office of departure
resolves them until a day that the office of destination sets, or recovery follows.`,
		`  cats movement discrepancies record 26CN4TB0Q9V7HWKXJ5 --note "2 packages missing" --limit 2026-12-20 --as kg-officer-bishkek
  cats movement discrepancies resolve 26CN4TB0Q9V7HWKXJ5 --reason "left behind at departure" --as cn-officer-urumqi`,
		a.recordDiscrepanciesCommand(),
		a.reasonNoteCommand(about{
			"resolve", "Resolve them and discharge (IE049)", "Discharges a movement whose differences are cleared, and frees its guarantee.",
			`  cats movement discrepancies resolve 26CN4TB0Q9V7HWKXJ5 --reason "left behind at departure" --as cn-officer-urumqi`, "Discharged",
		}, movements.ResolveDiscrepancies))
}

func (a *app) recordDiscrepanciesCommand() *cobra.Command {
	var result, limit string
	var note noteFlags
	c := a.stepCommand("record", "Record results with differences (IE018, IE019)",
		"Records that the goods differ: A5, or B1 not satisfactory. The note says what differs.",
		`  cats movement discrepancies record 26CN4TB0Q9V7HWKXJ5 --note "2 packages missing" --limit 2026-12-20 --as kg-officer-bishkek`,
		"Discrepancies recorded",
		func(ctx context.Context, m movements, id string, opts []cats.CallOption) (*transit.Course, cats.Receipt, error) {
			n, err := note.read(a)
			if err != nil {
				return nil, cats.Receipt{}, err
			}
			return m.RecordDiscrepancies(ctx, id, result, limit, n, opts...)
		})
	c.Flags().StringVar(&result, "result", "B1", "control result `CODE`, A5 or B1")
	note.bind(c)
	limitFlag(c, &limit, "last `DATE` (YYYY-MM-DD) to resolve them")
	oneOf(c, "annex", "note")
	return c
}
