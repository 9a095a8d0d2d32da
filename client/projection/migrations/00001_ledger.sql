-- +goose Up

-- How far the model has come. ledger is the identification of the first transaction of block 0, model the version of the
-- mapping from blocks to rows that wrote it.
CREATE TABLE ledger_projection (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    ledger TEXT NOT NULL,
    model BIGINT NOT NULL,
    next_block BIGINT NOT NULL,
    block_at TEXT NOT NULL DEFAULT ''
);

-- n is the place of the lodging in the ledger: block and index in it. It orders movements by age.
CREATE TABLE ledger_movement (
    id TEXT PRIMARY KEY,
    n BIGINT NOT NULL,
    mrn TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL DEFAULT '',
    custodian TEXT NOT NULL DEFAULT '',
    seq BIGINT NOT NULL DEFAULT 0,
    at TEXT NOT NULL DEFAULT '',
    holder TEXT NOT NULL DEFAULT '',
    departure TEXT NOT NULL DEFAULT '',
    destination TEXT NOT NULL DEFAULT '',
    time_limit TEXT NOT NULL DEFAULT '',
    presented_at TEXT NOT NULL DEFAULT '',
    accepted_at TEXT NOT NULL DEFAULT '',
    released_at TEXT NOT NULL DEFAULT '',
    arrived_at TEXT NOT NULL DEFAULT '',
    ended_at TEXT NOT NULL DEFAULT '',
    results TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT '',
    control_types TEXT NOT NULL DEFAULT '',
    control_result TEXT NOT NULL DEFAULT '',
    hand_off_office TEXT NOT NULL DEFAULT '',
    hand_off_at TEXT NOT NULL DEFAULT '',
    enquiry_at TEXT NOT NULL DEFAULT '',
    recovery_office TEXT NOT NULL DEFAULT '',
    recovery_at TEXT NOT NULL DEFAULT '',
    fallback_on TEXT NOT NULL DEFAULT '',
    version BIGINT NOT NULL DEFAULT 0,
    lrn TEXT NOT NULL DEFAULT '',
    declarant_msp TEXT NOT NULL DEFAULT '',
    declarant TEXT NOT NULL DEFAULT '',
    declaration_type TEXT NOT NULL DEFAULT '',
    additional_type TEXT NOT NULL DEFAULT '',
    security TEXT NOT NULL DEFAULT '',
    guarantors TEXT NOT NULL DEFAULT '',
    lodged_at TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX ledger_movement_n ON ledger_movement (n);
CREATE INDEX ledger_movement_mrn ON ledger_movement (mrn) WHERE mrn <> '';
CREATE INDEX ledger_movement_lrn ON ledger_movement (lrn, n);
CREATE INDEX ledger_movement_holder ON ledger_movement (holder, n);
CREATE INDEX ledger_movement_declarant ON ledger_movement (declarant, n);
CREATE INDEX ledger_movement_due ON ledger_movement (time_limit, id) WHERE state = 'released' AND time_limit <> '';

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
);

-- A border is crossed from the proposal of a hand-off (the last one, when several were made) to its acceptance.
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
);
CREATE INDEX ledger_crossing_pair ON ledger_crossing (from_country, to_country, seconds) WHERE accepted_at <> '';

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
);
CREATE INDEX ledger_usage_grn ON ledger_usage (grn, state) WHERE grn <> '';

CREATE TABLE ledger_claim (
    movement TEXT NOT NULL,
    item BIGINT NOT NULL,
    grn TEXT NOT NULL,
    amount BIGINT NOT NULL,
    currency TEXT NOT NULL,
    state TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (movement, item)
);

CREATE INDEX ledger_claim_grn ON ledger_claim (grn);

CREATE TABLE ledger_incident (
    movement TEXT NOT NULL,
    item BIGINT NOT NULL,
    code TEXT NOT NULL,
    office TEXT NOT NULL,
    country TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (movement, item)
);

-- What waits for whom: "office KZHOR001", "operator CN9165", "guarantor CGMMSP".
CREATE TABLE ledger_task (
    movement TEXT NOT NULL,
    kind TEXT NOT NULL,
    who TEXT NOT NULL,
    since TEXT NOT NULL,
    due TEXT NOT NULL,
    PRIMARY KEY (movement, kind, who)
);
CREATE INDEX ledger_task_who ON ledger_task (who, since, movement, kind);
CREATE INDEX ledger_task_kind ON ledger_task (who, kind, since, movement);

CREATE TABLE ledger_guarantee (
    grn TEXT PRIMARY KEY,
    type TEXT NOT NULL,
    guarantor TEXT NOT NULL,
    holder TEXT NOT NULL,
    office TEXT NOT NULL,
    reference BIGINT NOT NULL,
    currency TEXT NOT NULL,
    percentage BIGINT NOT NULL,
    monitoring TEXT NOT NULL,
    pending BIGINT NOT NULL,
    valid_from TEXT NOT NULL,
    valid_until TEXT NOT NULL,
    invalid_from TEXT NOT NULL,
    liberated_from TEXT NOT NULL,
    keeper TEXT NOT NULL,
    seq BIGINT NOT NULL,
    at TEXT NOT NULL
);
CREATE INDEX ledger_guarantee_guarantor ON ledger_guarantee (guarantor, currency);
CREATE INDEX ledger_guarantee_holder ON ledger_guarantee (holder, currency);

CREATE TABLE ledger_balance (
    grn TEXT NOT NULL,
    item BIGINT NOT NULL,
    available BIGINT NOT NULL,
    locked BIGINT NOT NULL,
    movements BIGINT NOT NULL,
    claimed BIGINT NOT NULL,
    uses BIGINT NOT NULL,
    PRIMARY KEY (grn, item)
);

CREATE TABLE ledger_organisation (
    msp TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    country TEXT NOT NULL,
    kind TEXT NOT NULL,
    suspended_since TEXT NOT NULL
);

CREATE TABLE ledger_office (
    reference TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    msp TEXT NOT NULL,
    roles TEXT NOT NULL
);

CREATE TABLE ledger_operator (
    country TEXT NOT NULL,
    page TEXT NOT NULL,
    number TEXT NOT NULL,
    valid_from TEXT NOT NULL,
    valid_until TEXT NOT NULL,
    name TEXT NOT NULL,
    aeo TEXT NOT NULL,
    PRIMARY KEY (number, valid_from)
);
CREATE INDEX ledger_operator_page ON ledger_operator (country, page);

-- One row for each change that a valid transaction told of a record.
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
);

-- The organisation's own: what of the content its peer holds and the search knows. state is wanted, held or purged.
CREATE TABLE ledger_content (
    movement TEXT PRIMARY KEY,
    n BIGINT NOT NULL,
    version BIGINT NOT NULL,
    state TEXT NOT NULL,
    tries BIGINT NOT NULL DEFAULT 0,
    retry_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX ledger_content_wanted ON ledger_content (retry_at) WHERE state = 'wanted';

CREATE TABLE ledger_identifier (
    movement TEXT NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (movement, kind, value)
);
CREATE INDEX ledger_identifier_value ON ledger_identifier (kind, value, n);
