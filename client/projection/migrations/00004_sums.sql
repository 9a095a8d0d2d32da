-- +goose Up

-- What lists and statistics would otherwise add up from all rows is kept as sums, in the transaction that changes the rows.
-- A row whose first number is 0 is deleted. period is the beginning of a day: '' for all time, YYYY, YYYY-MM, YYYY-MM-D (ten
-- days) and YYYY-MM-DD.

CREATE TABLE ledger_state (
    state TEXT PRIMARY KEY,
    movements BIGINT NOT NULL
);

-- Crossings by their length: bucket has all lengths with the same first six binary digits.
CREATE TABLE ledger_crossed (
    period TEXT NOT NULL,
    from_country TEXT NOT NULL,
    to_country TEXT NOT NULL,
    bucket BIGINT NOT NULL,
    crossings BIGINT NOT NULL,
    seconds BIGINT NOT NULL,
    longest BIGINT NOT NULL,
    PRIMARY KEY (period, from_country, to_country, bucket)
);

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
);

CREATE TABLE ledger_claimed (
    period TEXT NOT NULL,
    guarantor TEXT NOT NULL,
    state TEXT NOT NULL,
    currency TEXT NOT NULL,
    claims BIGINT NOT NULL,
    amount BIGINT NOT NULL,
    PRIMARY KEY (period, guarantor, state, currency)
);

-- side is guarantor (holder is empty: of all holders), holder (guarantor is empty: of all guarantors), or both.
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
);
CREATE INDEX ledger_exposure_holder ON ledger_exposure (side, holder, guarantor, currency);

-- The contents by what is known of them. Those who follow blocks and those who read contents add to rows of their own, so
-- that neither waits for the other; a number of one of them may be negative.
CREATE TABLE ledger_content_state (
    state TEXT NOT NULL,
    writer TEXT NOT NULL,
    contents BIGINT NOT NULL,
    PRIMARY KEY (state, writer)
);

CREATE INDEX ledger_movement_due_at ON ledger_movement (departure, time_limit, id) WHERE state = 'released' AND time_limit <> '';

-- What is due comes in this order, without sorting all that waits.
DROP INDEX ledger_content_wanted;
CREATE INDEX ledger_content_wanted ON ledger_content (retry_at, movement) WHERE state = 'wanted';

-- The statistics are sums now.
DROP INDEX ledger_crossing_pair;

-- The model is made anew: version 0 is none that any program writes, so that whoever follows next begins at block 0. Until
-- then the model is empty rather than half of what it says.
DELETE FROM ledger_movement;
DELETE FROM ledger_leg;
DELETE FROM ledger_crossing;
DELETE FROM ledger_usage;
DELETE FROM ledger_claim;
DELETE FROM ledger_incident;
DELETE FROM ledger_task;
DELETE FROM ledger_guarantee;
DELETE FROM ledger_balance;
DELETE FROM ledger_organisation;
DELETE FROM ledger_office;
DELETE FROM ledger_operator;
DELETE FROM ledger_event;
DELETE FROM ledger_content;
DELETE FROM ledger_identifier;
DELETE FROM ledger_text;
UPDATE ledger_projection SET model = 0, next_block = 0, block_at = '';
