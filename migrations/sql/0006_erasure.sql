-- Erasing a person: the journal says that it was decided, and only then may the vault destroy.

-- Which persons the journal says are erased: few, and asked for at every start and by everything that keeps a value.
CREATE INDEX events_erasures_idx ON journal.events (originator_id) WHERE topic = 'person.erased/1';

-- Which checkpoints were time-stamped: one a day at most, and asked for every day.
CREATE INDEX events_timestamps_idx ON journal.events (notification_id) WHERE topic = 'log.checkpoint_timestamped/1';

-- Whose values were destroyed. Pages that show a masked name may read it, to say so instead.
CREATE TABLE vault.destroyed (
    person_id uuid PRIMARY KEY,
    destroyed timestamptz NOT NULL DEFAULT now()
);

-- Whose data an opening told; the values themselves may be gone when somebody asks.
ALTER TABLE vault.openings ADD COLUMN persons uuid[];

-- A file of one person is kept under that person's key and goes with it; the bank's files are nobody's alone.
ALTER TABLE vault.files ADD COLUMN person_id uuid REFERENCES vault.person_keys;
CREATE INDEX files_person_idx ON vault.files (person_id) WHERE person_id IS NOT NULL;

-- By which key-encryption key the persons' keys are wrapped: a keyed digest that tells nothing about it.
CREATE TABLE vault.key_in_use (
    one         boolean     PRIMARY KEY DEFAULT true CHECK (one),
    fingerprint bytea       NOT NULL CHECK (octet_length(fingerprint) = 32),
    since       timestamptz NOT NULL DEFAULT now()
);

-- The only way to take anything out of the vault. Everything of the person goes at once, and with it the sign-in, its
-- sessions and the person's wrapped signing keys.
-- Nobody can destroy a person whom the journal does not name as erased.
CREATE FUNCTION vault.destroy(person uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    had_key boolean;
BEGIN
    PERFORM 1 FROM journal.events WHERE topic = 'person.erased/1' AND originator_id = person;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the journal does not say that person % is erased', person
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- Whoever is keeping a value of the person at this moment holds this row; the value goes with the others then.
    PERFORM 1 FROM vault.person_keys WHERE person_id = person FOR UPDATE;
    had_key := FOUND;
    DELETE FROM vault.files WHERE person_id = person;
    DELETE FROM vault.personal_values WHERE person_id = person;
    DELETE FROM vault.masks WHERE person_id = person;
    DELETE FROM vault.person_keys WHERE person_id = person;
    DELETE FROM access.accounts WHERE person_id = person;
    DELETE FROM access.invitations WHERE person_id = person;
    DELETE FROM access.locks WHERE person_id = person;
    INSERT INTO vault.destroyed (person_id) VALUES (person) ON CONFLICT (person_id) DO NOTHING;
    RETURN had_key;
END $$;
REVOKE ALL ON FUNCTION vault.destroy(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION vault.destroy(uuid) TO :"writer";

GRANT UPDATE (wrapped) ON vault.person_keys TO :"writer";
GRANT SELECT, INSERT, UPDATE ON vault.key_in_use TO :"writer";
GRANT SELECT ON vault.destroyed TO :"writer", :"reader";
