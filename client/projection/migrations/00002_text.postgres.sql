-- +goose Up

CREATE TABLE ledger_text (rowid BIGINT PRIMARY KEY, body TSVECTOR NOT NULL);
CREATE INDEX ledger_text_body ON ledger_text USING GIN (body);
