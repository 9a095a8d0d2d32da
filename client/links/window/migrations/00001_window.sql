-- +goose Up
-- A window is a subscription to what happens: the single window with which documents are deposited.
CREATE TABLE window_subscription (
    id TEXT PRIMARY KEY,
    url TEXT NOT NULL,
    documents TEXT NOT NULL,          -- JSON list of kinds; [] for all
    types TEXT NOT NULL,              -- JSON list of wishes; [] for all
    private BIGINT NOT NULL,          -- 1: the operator allowed addresses within its own network
    token_file TEXT NOT NULL,         -- paths of files; '' for none. What they hold is in no table
    certificate TEXT NOT NULL,
    key TEXT NOT NULL,
    ca TEXT NOT NULL,
    created_at BIGINT NOT NULL,       -- times are milliseconds since 1970, UTC; 0 is never
    failing_since BIGINT NOT NULL,
    disabled_at BIGINT NOT NULL       -- 0: windows are removed, not disabled
);

-- One row: how far the ledger has been read, how many documents were due, and which process reads.
CREATE TABLE window_checkpoint (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    block BIGINT NOT NULL,
    transaction_id TEXT NOT NULL,
    events BIGINT NOT NULL,
    reader TEXT NOT NULL,
    reads_until BIGINT NOT NULL
);

-- One row for each document that is to be deposited anywhere.
CREATE TABLE window_event (
    seq BIGINT PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,      -- of the deposit
    document TEXT NOT NULL,           -- declaration, status or guarantee
    type TEXT NOT NULL,
    subject TEXT NOT NULL,
    lane TEXT NOT NULL,
    block BIGINT NOT NULL,
    transaction_id TEXT NOT NULL,
    step TEXT NOT NULL,               -- JSON, as the event has it
    body TEXT NOT NULL,               -- the document once it is made, until nobody waits for it any more
    at BIGINT NOT NULL
);
CREATE INDEX window_event_at ON window_event (at);
CREATE INDEX window_event_lane ON window_event (lane, document);

CREATE TABLE window_delivery (
    subscription TEXT NOT NULL REFERENCES window_subscription (id) ON DELETE CASCADE,
    seq BIGINT NOT NULL REFERENCES window_event (seq) ON DELETE CASCADE,
    lane TEXT NOT NULL,
    state TEXT NOT NULL,              -- waiting, delivered, refused or dead
    attempts BIGINT NOT NULL,
    since BIGINT NOT NULL,            -- from when the time to give up counts
    due_at BIGINT NOT NULL,
    claim TEXT NOT NULL,
    claimed_until BIGINT NOT NULL,
    done_at BIGINT NOT NULL,
    status BIGINT NOT NULL,           -- of the last answer; 0 when there was none
    problem TEXT NOT NULL,
    reference TEXT NOT NULL DEFAULT '', -- the receipt
    answer TEXT NOT NULL DEFAULT '',    -- what the window said to a deposit that it did not take
    PRIMARY KEY (subscription, seq)
);
CREATE INDEX window_delivery_lane ON window_delivery (subscription, state, lane, seq);
CREATE INDEX window_delivery_due ON window_delivery (subscription, state, due_at);
CREATE INDEX window_delivery_event ON window_delivery (seq);
