-- +goose Up

-- The beginnings of words have an index of their own, so that the movements of thousands of words need not be merged first.
DROP TABLE ledger_text;
CREATE VIRTUAL TABLE ledger_text USING fts5 (body, tokenize = 'ascii', prefix = '3 4 5 6');
INSERT INTO ledger_text (ledger_text, rank) VALUES ('secure-delete', 1);
