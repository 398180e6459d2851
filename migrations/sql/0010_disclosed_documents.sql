-- What was computed for disclosure, byte for byte: the journal names a document by its digest and nothing else. It holds
-- no name; who a row is about stands in `subjects`, beside it. What nobody drafted within days may be discarded.

CREATE TABLE journal.disclosed_documents (
    digest   bytea       PRIMARY KEY CHECK (octet_length(digest) = 32),
    content  bytea       NOT NULL CHECK (sha256(content) = digest),
    subjects jsonb       NOT NULL,
    drafted  boolean     NOT NULL DEFAULT false,
    computed timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX disclosed_documents_idle_idx ON journal.disclosed_documents (computed) WHERE NOT drafted;

CREATE FUNCTION journal.discard_undrafted() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    discarded integer;
BEGIN
    DELETE FROM journal.disclosed_documents WHERE NOT drafted AND computed < now() - interval '3 days';
    GET DIAGNOSTICS discarded = ROW_COUNT;
    RETURN discarded;
END $$;
REVOKE ALL ON FUNCTION journal.discard_undrafted() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION journal.discard_undrafted() TO :"writer";

GRANT SELECT, INSERT, UPDATE (drafted) ON journal.disclosed_documents TO :"writer";
GRANT SELECT ON journal.disclosed_documents TO :"reader", :"auditor";

-- Names as a posted version showed them, masked or in full as the village's recorded setting said. They go with their
-- person, and the rows on every page then say so.
CREATE TABLE vault.disclosed_names (
    disclosure_id uuid    NOT NULL,
    version       integer NOT NULL,
    name_of       text    NOT NULL, -- the row: table:number
    person_id     uuid    NOT NULL REFERENCES vault.person_keys ON DELETE CASCADE,
    shown         text    NOT NULL,
    PRIMARY KEY (disclosure_id, version, name_of)
);
CREATE INDEX disclosed_names_person_idx ON vault.disclosed_names (person_id);

GRANT SELECT, INSERT, UPDATE (person_id, shown) ON vault.disclosed_names TO :"writer";
GRANT SELECT ON vault.disclosed_names TO :"reader";
