-- +goose Up
CREATE TABLE risk_assessment (
    id TEXT PRIMARY KEY,
    movement TEXT NOT NULL,
    mrn TEXT NOT NULL,
    seq BIGINT NOT NULL,
    office TEXT NOT NULL,
    asked_at TEXT NOT NULL,
    took_ms BIGINT NOT NULL,
    service TEXT NOT NULL,
    advice TEXT NOT NULL,
    reference TEXT NOT NULL,
    reasons TEXT NOT NULL,            -- JSON list
    control_types TEXT NOT NULL,      -- JSON list
    default_because TEXT NOT NULL     -- empty when the service answered
);
CREATE INDEX risk_assessment_movement ON risk_assessment (movement, asked_at);

-- How the service has done lately, for all processes on the database.
CREATE TABLE risk_breaker (
    service TEXT PRIMARY KEY,
    failures BIGINT NOT NULL,
    open_until BIGINT NOT NULL        -- milliseconds since 1970
);
