-- What a posted version shows beside a row is a name and a reference; the salt lets whoever holds both see that they
-- are those the journal fixed a digest of. All three go with their person; of a row whose name nobody knows, and of
-- what was posted before references were secret, some are empty.
ALTER TABLE vault.disclosed_names
    ADD COLUMN reference text NOT NULL DEFAULT '',
    ADD COLUMN salt bytea CHECK (octet_length(salt) = 32);

GRANT UPDATE (reference, salt) ON vault.disclosed_names TO :"writer";
