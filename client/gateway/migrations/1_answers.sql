-- +goose Up
-- The answers to requests with an Idempotency-Key. The caller is a digest, so that the table names nobody. A row with the
-- status 0 is a claim: somebody is doing the request, until expires.
CREATE TABLE gateway_answers (
    caller          TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    request         TEXT NOT NULL,
    token           TEXT NOT NULL,
    expires         BIGINT NOT NULL,
    status          INTEGER NOT NULL,
    header          TEXT NOT NULL,
    body            TEXT NOT NULL,
    PRIMARY KEY (caller, idempotency_key)
);
CREATE INDEX gateway_answers_expires ON gateway_answers (expires);
