-- Sheets for the notice board as they were drawn: kept while their version is posted, for whoever prints or fetches one.
-- Each can be drawn again, byte for byte, so none is missed once it is gone.

CREATE TABLE vault.posters (
    sha256        bytea   PRIMARY KEY CHECK (octet_length(sha256) = 32),
    disclosure_id uuid    NOT NULL,
    version       integer NOT NULL,
    paper         text    NOT NULL,
    until         date    NOT NULL, -- the last day on which its version is posted
    content       bytea   NOT NULL CHECK (vault.posters.sha256 = sha256(content))
);
CREATE INDEX posters_version_idx ON vault.posters (disclosure_id, version, paper);
CREATE INDEX posters_until_idx ON vault.posters (until);

-- A sheet bears names: it goes with the first of them that is taken away.
CREATE FUNCTION vault.discard_posters_naming() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    DELETE FROM vault.posters
    WHERE disclosure_id = OLD.disclosure_id AND vault.posters.version = OLD.version;
    RETURN OLD;
END $$;
CREATE TRIGGER names_taken_away AFTER DELETE ON vault.disclosed_names
FOR EACH ROW EXECUTE FUNCTION vault.discard_posters_naming();

-- The only other way to take one out: its days are over.
CREATE FUNCTION vault.discard_posters_down(day date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    discarded integer;
BEGIN
    DELETE FROM vault.posters WHERE until < day;
    GET DIAGNOSTICS discarded = ROW_COUNT;
    RETURN discarded;
END $$;
REVOKE ALL ON FUNCTION vault.discard_posters_down(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION vault.discard_posters_down(date) TO :"writer";

GRANT SELECT, INSERT ON vault.posters TO :"writer";
GRANT SELECT ON vault.posters TO :"reader";
