package main

import (
	"context"

	"carec.example/cats/client/gateway"
	"carec.example/cats/client/links/risk"
	"carec.example/cats/client/links/webhook"
	"carec.example/cats/client/links/window"
	"carec.example/cats/client/projection"
)

// beside opens the parts of the application that the gateway serves beside the ledger. They lie in the organisation's own database, into
// which the followers write; the risk-management service is there when the environment names one.
func (f *front) beside(ctx context.Context, c frontConfig) (gateway.Beside, error) {
	b := gateway.Beside{MSP: c.profile.Organisations[c.organisation].MSP}
	model, err := projection.Open(ctx, f.db)
	if err != nil {
		return b, err
	}
	b.Model = model
	if f.hooks, err = webhook.New(ctx, webhook.Config{Database: f.db, Channel: c.profile.Channel, Log: c.log.With("part", "webhook")}); err != nil {
		return b, err
	}
	b.Webhooks = f.hooks
	windows, err := window.New(ctx, window.Config{Database: f.db, Channel: c.profile.Channel, Log: c.log.With("part", "window")})
	if err != nil {
		return b, err
	}
	b.Deposits = windows.Backlog
	b.Assessments = func(ctx context.Context, movement string) ([]risk.Assessment, error) {
		return risk.List(ctx, f.db, movement)
	}
	if c.risk == nil {
		return b, nil
	}
	c.risk.Database = f.db
	if f.risk, err = risk.New(ctx, *c.risk); err != nil {
		return b, err
	}
	b.Assess = f.risk.Assess
	return b, nil
}

// riskOfEnvironment is the risk-management service that CATS_RISK_URL and the variables beside it name; nil when they name none.
func (a *app) riskOfEnvironment() (*risk.Config, error) {
	if a.getenv("CATS_RISK_URL") == "" {
		return nil, nil
	}
	return a.riskConfig(&riskService{})
}
