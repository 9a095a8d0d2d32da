-- +goose Up
-- Who does, of an organisation's processes, what one of them is to do at a time. The holder is empty when nobody does. Each new
-- holder has a term of its own; beat counts the signs of life in it.
CREATE TABLE leader (
    part   TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    term   BIGINT NOT NULL,
    beat   BIGINT NOT NULL
);
-- What a part remembers from one term to the next, written by its leader alone.
CREATE TABLE leader_memory (
    part TEXT PRIMARY KEY,
    term BIGINT NOT NULL,
    body TEXT NOT NULL
);
