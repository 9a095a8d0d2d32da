-- +goose Up

-- The beginnings of words have an index of their own, so that the movements of thousands of words need not be merged first.
DROP TABLE ledger_text;
CREATE VIRTUAL TABLE ledger_text USING fts5 (body, tokenize = 'ascii', prefix = '3 4 5 6');
INSERT INTO ledger_text (ledger_text, rank) VALUES ('secure-delete', 1);

-- The rows that a movement has many of lie in the tree of their key: one tree to write instead of two, and a movement's rows side
-- by side. The model is empty here (00004).
DROP TABLE ledger_leg;
CREATE TABLE ledger_leg (
    movement TEXT NOT NULL,
    leg BIGINT NOT NULL,
    country TEXT NOT NULL,
    msp TEXT NOT NULL,
    entry_office TEXT NOT NULL,
    actual_office TEXT NOT NULL,
    state TEXT NOT NULL,
    started_at TEXT NOT NULL,
    ended_at TEXT NOT NULL,
    PRIMARY KEY (movement, leg)
) WITHOUT ROWID;

DROP TABLE ledger_crossing;
CREATE TABLE ledger_crossing (
    movement TEXT NOT NULL,
    leg BIGINT NOT NULL,
    from_country TEXT NOT NULL,
    to_country TEXT NOT NULL,
    office TEXT NOT NULL,
    proposed_at TEXT NOT NULL,
    accepted_at TEXT NOT NULL DEFAULT '',
    seconds BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (movement, leg)
) WITHOUT ROWID;

DROP TABLE ledger_usage;
CREATE TABLE ledger_usage (
    movement TEXT NOT NULL,
    item BIGINT NOT NULL,
    grn TEXT NOT NULL,
    type TEXT NOT NULL,
    amount BIGINT NOT NULL,
    currency TEXT NOT NULL,
    state TEXT NOT NULL,
    claimed BIGINT NOT NULL,
    PRIMARY KEY (movement, item)
) WITHOUT ROWID;
CREATE INDEX ledger_usage_grn ON ledger_usage (grn, state) WHERE grn <> '';

DROP TABLE ledger_claim;
CREATE TABLE ledger_claim (
    movement TEXT NOT NULL,
    item BIGINT NOT NULL,
    grn TEXT NOT NULL,
    amount BIGINT NOT NULL,
    currency TEXT NOT NULL,
    state TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (movement, item)
) WITHOUT ROWID;
CREATE INDEX ledger_claim_grn ON ledger_claim (grn);

DROP TABLE ledger_incident;
CREATE TABLE ledger_incident (
    movement TEXT NOT NULL,
    item BIGINT NOT NULL,
    code TEXT NOT NULL,
    office TEXT NOT NULL,
    country TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (movement, item)
) WITHOUT ROWID;

DROP TABLE ledger_task;
CREATE TABLE ledger_task (
    movement TEXT NOT NULL,
    kind TEXT NOT NULL,
    who TEXT NOT NULL,
    since TEXT NOT NULL,
    due TEXT NOT NULL,
    PRIMARY KEY (movement, kind, who)
) WITHOUT ROWID;
CREATE INDEX ledger_task_who ON ledger_task (who, since, movement, kind);
CREATE INDEX ledger_task_kind ON ledger_task (who, kind, since, movement);

DROP TABLE ledger_balance;
CREATE TABLE ledger_balance (
    grn TEXT NOT NULL,
    item BIGINT NOT NULL,
    available BIGINT NOT NULL,
    locked BIGINT NOT NULL,
    movements BIGINT NOT NULL,
    claimed BIGINT NOT NULL,
    uses BIGINT NOT NULL,
    PRIMARY KEY (grn, item)
) WITHOUT ROWID;

DROP TABLE ledger_event;
CREATE TABLE ledger_event (
    id TEXT NOT NULL,
    block BIGINT NOT NULL,
    tx BIGINT NOT NULL,
    item BIGINT NOT NULL,
    record TEXT NOT NULL,
    seq BIGINT NOT NULL,
    step TEXT NOT NULL,
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    custodian TEXT NOT NULL,
    msp TEXT NOT NULL,
    office TEXT NOT NULL,
    at TEXT NOT NULL,
    change BIGINT NOT NULL,
    currency TEXT NOT NULL,
    transaction_id TEXT NOT NULL,
    PRIMARY KEY (id, block, tx, item)
) WITHOUT ROWID;

DROP TABLE ledger_identifier;
CREATE TABLE ledger_identifier (
    movement TEXT NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (movement, kind, value)
) WITHOUT ROWID;
CREATE INDEX ledger_identifier_value ON ledger_identifier (kind, value, n);

DROP TABLE ledger_state;
CREATE TABLE ledger_state (
    state TEXT PRIMARY KEY,
    movements BIGINT NOT NULL
) WITHOUT ROWID;

DROP TABLE ledger_crossed;
CREATE TABLE ledger_crossed (
    period TEXT NOT NULL,
    from_country TEXT NOT NULL,
    to_country TEXT NOT NULL,
    bucket BIGINT NOT NULL,
    crossings BIGINT NOT NULL,
    seconds BIGINT NOT NULL,
    longest BIGINT NOT NULL,
    PRIMARY KEY (period, from_country, to_country, bucket)
) WITHOUT ROWID;

DROP TABLE ledger_discharge;
CREATE TABLE ledger_discharge (
    period TEXT NOT NULL,
    departure TEXT NOT NULL,
    destination TEXT NOT NULL,
    released BIGINT NOT NULL,
    in_time BIGINT NOT NULL,
    late BIGINT NOT NULL,
    under_way BIGINT NOT NULL,
    enquiry BIGINT NOT NULL,
    recovery BIGINT NOT NULL,
    written_off BIGINT NOT NULL,
    PRIMARY KEY (period, departure, destination)
) WITHOUT ROWID;

DROP TABLE ledger_claimed;
CREATE TABLE ledger_claimed (
    period TEXT NOT NULL,
    guarantor TEXT NOT NULL,
    state TEXT NOT NULL,
    currency TEXT NOT NULL,
    claims BIGINT NOT NULL,
    amount BIGINT NOT NULL,
    PRIMARY KEY (period, guarantor, state, currency)
) WITHOUT ROWID;

DROP TABLE ledger_exposure;
CREATE TABLE ledger_exposure (
    side TEXT NOT NULL,
    guarantor TEXT NOT NULL,
    holder TEXT NOT NULL,
    currency TEXT NOT NULL,
    guarantees BIGINT NOT NULL,
    movements BIGINT NOT NULL,
    reference BIGINT NOT NULL,
    available BIGINT NOT NULL,
    locked BIGINT NOT NULL,
    claimed BIGINT NOT NULL,
    claims_open BIGINT NOT NULL,
    PRIMARY KEY (side, guarantor, holder, currency)
) WITHOUT ROWID;
CREATE INDEX ledger_exposure_holder ON ledger_exposure (side, holder, guarantor, currency);

DROP TABLE ledger_content_state;
CREATE TABLE ledger_content_state (
    state TEXT NOT NULL,
    writer TEXT NOT NULL,
    contents BIGINT NOT NULL,
    PRIMARY KEY (state, writer)
) WITHOUT ROWID;
