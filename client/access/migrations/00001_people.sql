-- +goose Up
-- Times are milliseconds since 1970, UTC.

-- Who may log in. The issuer is empty for an account of our own, which then has a password
-- (PHC string); else name is what the identity provider calls the person.
CREATE TABLE access_people (
    issuer     TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    password   TEXT   NOT NULL,
    disabled   INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (issuer, name)
);

-- As which identities of the profile a person may act; place 0 is the one to begin with.
CREATE TABLE access_identities (
    issuer   TEXT    NOT NULL,
    name     TEXT    NOT NULL,
    identity TEXT    NOT NULL,
    place    INTEGER NOT NULL,
    PRIMARY KEY (issuer, name, identity),
    FOREIGN KEY (issuer, name) REFERENCES access_people (issuer, name) ON DELETE CASCADE
);

-- The digest is SHA-256 of the token in the cookie: whoever reads this table cannot act as anybody.
CREATE TABLE access_sessions (
    digest     TEXT   NOT NULL PRIMARY KEY,
    issuer     TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    identity   TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL,
    FOREIGN KEY (issuer, name) REFERENCES access_people (issuer, name) ON DELETE CASCADE
);
CREATE INDEX access_sessions_person ON access_sessions (issuer, name, created_at);
CREATE INDEX access_sessions_created ON access_sessions (created_at);

-- Browsers from which a local account has been used with the right password.
CREATE TABLE access_devices (
    digest  TEXT   NOT NULL PRIMARY KEY,
    issuer  TEXT   NOT NULL,
    name    TEXT   NOT NULL,
    used_at BIGINT NOT NULL,
    FOREIGN KEY (issuer, name) REFERENCES access_people (issuer, name) ON DELETE CASCADE
);
CREATE INDEX access_devices_person ON access_devices (issuer, name, used_at);

-- Attempts to log in that have not been right, by a digest of the account, address or browser.
CREATE TABLE access_failures (
    subject  TEXT    NOT NULL PRIMARY KEY,
    failures INTEGER NOT NULL,
    last_at  BIGINT  NOT NULL
);
CREATE INDEX access_failures_last ON access_failures (last_at);
