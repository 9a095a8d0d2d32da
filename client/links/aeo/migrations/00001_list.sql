-- +goose Up
-- The lists that were imported in full, so that no older one follows.
CREATE TABLE aeo_list (
    country TEXT NOT NULL,
    number BIGINT NOT NULL,
    day TEXT NOT NULL,
    digest TEXT NOT NULL,
    signer TEXT NOT NULL,
    imported_at TEXT NOT NULL,
    PRIMARY KEY (country, number)
);
