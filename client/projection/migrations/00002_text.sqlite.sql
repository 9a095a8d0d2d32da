-- +goose Up

-- The words come separated and folded already (see words), so that the tokenizer has nothing to decide. What is deleted
-- is deleted from the index too, not only marked.
CREATE VIRTUAL TABLE ledger_text USING fts5 (body, tokenize = 'ascii');
INSERT INTO ledger_text (ledger_text, rank) VALUES ('secure-delete', 1);
