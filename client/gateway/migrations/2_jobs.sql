-- +goose Up
-- Long work. The owner is a digest of who ordered it, identity the one as whom it is done. Whoever does it holds it under a token of
-- its own, and counts up beat while it does; an empty token is a job that its process has given back.
CREATE TABLE gateway_jobs (
    id       TEXT PRIMARY KEY,
    owner    TEXT NOT NULL,
    identity TEXT NOT NULL,
    kind     TEXT NOT NULL,
    state    TEXT NOT NULL,
    canceled INTEGER NOT NULL,
    done     BIGINT NOT NULL,
    size     BIGINT NOT NULL,
    started  BIGINT NOT NULL,
    ended    BIGINT NOT NULL,
    problem  TEXT NOT NULL,
    token    TEXT NOT NULL,
    beat     BIGINT NOT NULL,
    attempt  INTEGER NOT NULL
);
CREATE INDEX gateway_jobs_owner ON gateway_jobs (owner, started);
-- The result in parts, so that neither writing nor reading it takes much memory.
CREATE TABLE gateway_job_parts (
    job  TEXT NOT NULL,
    part BIGINT NOT NULL,
    body BYTEA NOT NULL,
    PRIMARY KEY (job, part)
);
