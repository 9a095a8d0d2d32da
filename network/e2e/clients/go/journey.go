package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/oapi-codegen/runtime/types"

	"carec.example/cats/network/e2e/clients/go/ledger"
)

// journey is a movement under way.
type journey struct {
	people  map[string]person
	clients map[string]*ledger.ClientWithResponses
	outcome *outcome
	// movement is its reference, last the transaction of the last step, tag the entity tag that the step left.
	movement, last, tag string
}

// as is the client of a person, whose peer has seen the last step.
func (j *journey) as(ctx context.Context, name string) (*ledger.ClientWithResponses, error) {
	c := j.clients[name]
	if c == nil {
		p, known := j.people[name]
		if !known {
			return nil, fmt.Errorf("nobody plays the %s", name)
		}
		var err error
		if c, err = p.client(); err != nil {
			return nil, err
		}
		j.clients[name] = c
	}
	if j.last == "" {
		return c, nil
	}
	seen, err := c.AwaitTransactionWithResponse(ctx, j.last, nil)
	if err != nil {
		return nil, err
	}
	if seen.JSON200 == nil {
		return nil, unexpected("waiting for a transaction", seen.Status(), seen.Body)
	}
	return c, nil
}

func unexpected(what, status string, body []byte) error {
	return fmt.Errorf("%s: %s: %s", what, status, body)
}

func key() *string {
	k := rand.Text()
	return &k
}

// introduce asks who the trader is taken for.
func (j *journey) introduce(ctx context.Context) error {
	c, err := j.as(ctx, "trader")
	if err != nil {
		return err
	}
	me, err := c.GetCallerWithResponse(ctx, nil)
	if err != nil {
		return err
	}
	if me.JSON200 == nil {
		return unexpected("who am I", me.Status(), me.Body)
	}
	j.outcome.Identity = me.JSON200.Identity
	return nil
}

// insure has the guarantor's clerk register the guarantee.
func (j *journey) insure(ctx context.Context, r ledger.Registration) error {
	c, err := j.as(ctx, "clerk")
	if err != nil {
		return err
	}
	done, err := c.RegisterGuaranteeWithResponse(ctx, &ledger.RegisterGuaranteeParams{IdempotencyKey: key()}, r)
	if err != nil {
		return err
	}
	if done.JSON201 == nil {
		return unexpected("registering the guarantee", done.Status(), done.Body)
	}
	j.last = *done.JSON201.Receipt.TransactionId
	return nil
}

// declare shows what a wrong declaration is told, and lodges the right one twice under one key.
func (j *journey) declare(ctx context.Context, std ledger.STD) error {
	c, err := j.as(ctx, "trader")
	if err != nil {
		return err
	}
	light, right := "0.5", std.Consignment.GrossMass
	std.Consignment.GrossMass = &light
	checked, err := c.CheckDeclarationWithResponse(ctx, std)
	std.Consignment.GrossMass = right
	if err != nil {
		return err
	}
	p := checked.ApplicationproblemJSON422
	if p == nil || p.Violations == nil || len(*p.Violations) == 0 {
		return unexpected("a wrong declaration", checked.Status(), checked.Body)
	}
	j.outcome.Refused = append(j.outcome.Refused, string(p.Code))

	params := &ledger.LodgeParams{IdempotencyKey: key()}
	first, err := c.LodgeWithResponse(ctx, params, std)
	if err != nil {
		return err
	}
	again, err := c.LodgeWithResponse(ctx, params, std)
	if err != nil {
		return err
	}
	if first.JSON201 == nil || string(first.Body) != string(again.Body) {
		return unexpected("lodging", first.Status(), first.Body)
	}
	j.movement, j.last = first.JSON201.Record.Id, *first.JSON201.Receipt.TransactionId
	return nil
}

// step takes what a step has come to.
func (j *journey) step(what, status string, done *ledger.ChangedCourse, body []byte) error {
	if done == nil || done.Receipt.TransactionId == nil {
		return unexpected(what, status, body)
	}
	j.last, j.tag = *done.Receipt.TransactionId, fmt.Sprintf("%q", fmt.Sprint(done.Record.Seq))
	if done.Record.Mrn != nil {
		j.movement, j.outcome.MRN = *done.Record.Mrn, *done.Record.Mrn
	}
	j.outcome.State, j.outcome.Seq = string(done.Record.State), done.Record.Seq
	return nil
}

// depart accepts and releases the movement, and shows two steps that are refused.
func (j *journey) depart(ctx context.Context) error {
	c, err := j.as(ctx, "departure")
	if err != nil {
		return err
	}
	accepted, err := c.AcceptWithResponse(ctx, j.movement, &ledger.AcceptParams{IdempotencyKey: key()}, ledger.AcceptJSONRequestBody{})
	if err == nil {
		err = j.step("accepting", accepted.Status(), accepted.JSON200, accepted.Body)
	}
	if err != nil {
		return err
	}
	early, err := c.ArriveWithResponse(ctx, j.movement, nil)
	if err != nil {
		return err
	}
	if early.ApplicationproblemJSON409 == nil {
		return unexpected("arriving too early", early.Status(), early.Body)
	}
	limit := ledger.ReleaseOrder{TimeLimit: types.Date{Time: time.Now().UTC().AddDate(0, 0, 20)}}
	stale := `"1"`
	late, err := c.ReleaseWithResponse(ctx, j.movement, &ledger.ReleaseParams{IfMatch: &stale}, limit)
	if err != nil {
		return err
	}
	if late.ApplicationproblemJSON412 == nil {
		return unexpected("releasing what has moved", late.Status(), late.Body)
	}
	j.outcome.Refused = append(j.outcome.Refused, string(early.ApplicationproblemJSON409.Code), string(late.ApplicationproblemJSON412.Code))
	released, err := c.ReleaseWithResponse(ctx, j.movement, &ledger.ReleaseParams{IdempotencyKey: key(), IfMatch: &j.tag}, limit)
	if err != nil {
		return err
	}
	return j.step("releasing", released.Status(), released.JSON200, released.Body)
}

// travel takes the movement over both borders to the discharge.
func (j *journey) travel(ctx context.Context) error {
	type client = ledger.ClientWithResponses
	propose := func(c *client) error {
		r, err := c.ProposeHandOffWithResponse(ctx, j.movement, &ledger.ProposeHandOffParams{IdempotencyKey: key(), IfMatch: &j.tag})
		if err != nil {
			return err
		}
		return j.step("proposing a hand-off", r.Status(), r.JSON200, r.Body)
	}
	accept := func(c *client) error {
		r, err := c.AcceptHandOffWithResponse(ctx, j.movement, &ledger.AcceptHandOffParams{IdempotencyKey: key(), IfMatch: &j.tag})
		if err != nil {
			return err
		}
		return j.step("accepting a hand-off", r.Status(), r.JSON200, r.Body)
	}
	arrive := func(c *client) error {
		r, err := c.ArriveWithResponse(ctx, j.movement, &ledger.ArriveParams{IdempotencyKey: key(), IfMatch: &j.tag})
		if err != nil {
			return err
		}
		return j.step("arriving", r.Status(), r.JSON200, r.Body)
	}
	control := func(c *client) error {
		result := ledger.ControlResult{Result: "A1"}
		r, err := c.RecordResultsWithResponse(ctx, j.movement, &ledger.RecordResultsParams{IdempotencyKey: key(), IfMatch: &j.tag}, result)
		if err != nil {
			return err
		}
		return j.step("recording the results", r.Status(), r.JSON200, r.Body)
	}
	discharge := func(c *client) error {
		r, err := c.DischargeWithResponse(ctx, j.movement, &ledger.DischargeParams{IdempotencyKey: key(), IfMatch: &j.tag})
		if err != nil {
			return err
		}
		return j.step("discharging", r.Status(), r.JSON200, r.Body)
	}
	for _, s := range []struct {
		who  string
		take func(*client) error
	}{
		{"exit", propose}, {"entry", accept}, {"second exit", propose}, {"second entry", accept},
		{"destination", arrive}, {"destination", control}, {"destination", discharge},
	} {
		c, err := j.as(ctx, s.who)
		if err != nil {
			return err
		}
		if err := s.take(c); err != nil {
			return fmt.Errorf("at the %s: %w", s.who, err)
		}
	}
	return nil
}

// find reads the list page by page until the movement comes.
func (j *journey) find(ctx context.Context) error {
	c, err := j.as(ctx, "analyst")
	if err != nil {
		return err
	}
	size, cursor := "1", (*string)(nil)
	for {
		page, err := c.ListMovementsWithResponse(ctx, &ledger.ListMovementsParams{Size: &size, Cursor: cursor})
		if err != nil {
			return err
		}
		if page.JSON200 == nil || page.JSON200.Items == nil {
			return unexpected("listing", page.Status(), page.Body)
		}
		j.outcome.Pages++
		for _, m := range *page.JSON200.Items {
			if m.Mrn != nil && *m.Mrn == j.movement {
				return nil
			}
		}
		if cursor = page.JSON200.Next; cursor == nil {
			return errors.New("the list ends before the movement comes")
		}
	}
}

// read looks at history and content.
func (j *journey) read(ctx context.Context) error {
	c, err := j.as(ctx, "destination")
	if err != nil {
		return err
	}
	story, err := c.GetHistoryWithResponse(ctx, j.movement, nil)
	if err != nil {
		return err
	}
	if story.JSON200 == nil || story.JSON200.Passages == nil {
		return unexpected("the history", story.Status(), story.Body)
	}
	j.outcome.Passages = len(*story.JSON200.Passages)
	content, err := c.GetContentWithResponse(ctx, j.movement, nil)
	if err != nil {
		return err
	}
	if content.JSON200 == nil {
		return unexpected("the content", content.Status(), content.Body)
	}
	houses := *content.JSON200.Std.Consignment.HouseConsignments
	if goods := (*houses[0].ConsignmentItems)[0].Commodity.DescriptionOfGoods; goods != nil {
		j.outcome.Goods = *goods
	}
	return nil
}
