-- +goose Up
CREATE TABLE webhook_subscription (
    id TEXT PRIMARY KEY,
    url TEXT NOT NULL,
    types TEXT NOT NULL,              -- JSON list of wishes; [] for all
    private BIGINT NOT NULL,          -- 1: the operator allowed addresses within its own network
    created_at BIGINT NOT NULL,       -- times are milliseconds since 1970, UTC; 0 is never
    failing_since BIGINT NOT NULL,
    disabled_at BIGINT NOT NULL,
    disabled_why TEXT NOT NULL
);

CREATE TABLE webhook_secret (
    subscription TEXT NOT NULL REFERENCES webhook_subscription (id) ON DELETE CASCADE,
    secret TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    until BIGINT NOT NULL,
    PRIMARY KEY (subscription, secret)
);

-- One row: how far the ledger has been read, how many events were made, and which process reads.
CREATE TABLE webhook_checkpoint (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    block BIGINT NOT NULL,
    transaction_id TEXT NOT NULL,
    events BIGINT NOT NULL,
    reader TEXT NOT NULL,
    reads_until BIGINT NOT NULL
);

CREATE TABLE webhook_event (
    seq BIGINT PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL,
    subject TEXT NOT NULL,
    lane TEXT NOT NULL,
    body TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX webhook_event_at ON webhook_event (at);

CREATE TABLE webhook_delivery (
    subscription TEXT NOT NULL REFERENCES webhook_subscription (id) ON DELETE CASCADE,
    seq BIGINT NOT NULL REFERENCES webhook_event (seq) ON DELETE CASCADE,
    lane TEXT NOT NULL,
    state TEXT NOT NULL,              -- waiting, delivered or dead
    attempts BIGINT NOT NULL,
    since BIGINT NOT NULL,            -- from when the time to give up counts
    due_at BIGINT NOT NULL,
    claim TEXT NOT NULL,
    claimed_until BIGINT NOT NULL,
    done_at BIGINT NOT NULL,
    status BIGINT NOT NULL,           -- of the last answer; 0 when there was none
    problem TEXT NOT NULL,
    PRIMARY KEY (subscription, seq)
);
CREATE INDEX webhook_delivery_lane ON webhook_delivery (subscription, state, lane, seq);
CREATE INDEX webhook_delivery_due ON webhook_delivery (subscription, state, due_at);
CREATE INDEX webhook_delivery_event ON webhook_delivery (seq);
