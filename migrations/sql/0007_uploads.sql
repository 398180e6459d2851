-- Photos on their way into a report: kept before the event that names them, and taken out again if none ever does.

-- Two people may send the same picture; each has a copy under a key of his own, and takes only that one along.
ALTER TABLE vault.files DROP CONSTRAINT files_pkey;
CREATE UNIQUE INDEX files_owner_idx ON vault.files (sha256, coalesce(person_id, '00000000-0000-0000-0000-000000000000'));

CREATE TABLE vault.uploads (
    person_id       uuid  NOT NULL REFERENCES vault.person_keys ON DELETE CASCADE,
    sha256          bytea NOT NULL CHECK (octet_length(sha256) = 32),
    length          bigint NOT NULL,
    difference_hash text  NOT NULL CHECK (difference_hash ~ '^[0-9a-f]{16}$'),
    exif            bytea CHECK (octet_length(exif) = 32),
    incident_ids    uuid[] NOT NULL DEFAULT '{}',
    touched         timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (person_id, sha256)
);
CREATE INDEX uploads_touched_idx ON vault.uploads (touched);

-- The only other way to take anything out of the vault: what was sent long ago and no report of the journal names.
-- A report lays its claim before it is recorded, so that nothing is discarded under one that is being written.
CREATE FUNCTION vault.discard_uploads(before timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    upload record;
    discarded integer := 0;
BEGIN
    IF before > now() - interval '1 day' THEN
        RAISE EXCEPTION 'an upload is kept for a day at least' USING ERRCODE = 'insufficient_privilege';
    END IF;
    FOR upload IN
        SELECT u.person_id, u.sha256, u.exif FROM vault.uploads u
        WHERE u.touched < before AND u.touched > '-infinity'
        ORDER BY u.touched LIMIT 20 FOR UPDATE SKIP LOCKED
    LOOP
        IF EXISTS (SELECT FROM vault.uploads u JOIN journal.events e ON e.originator_id = ANY (u.incident_ids)
                   WHERE u.person_id = upload.person_id AND u.sha256 = upload.sha256) THEN
            -- Reported: never looked at again.
            UPDATE vault.uploads SET touched = '-infinity'
                WHERE person_id = upload.person_id AND sha256 = upload.sha256;
        ELSE
            DELETE FROM vault.uploads WHERE person_id = upload.person_id AND sha256 = upload.sha256;
            DELETE FROM vault.files WHERE person_id = upload.person_id AND sha256 = upload.sha256;
            DELETE FROM vault.personal_values WHERE person_id = upload.person_id AND commitment = upload.exif;
            discarded := discarded + 1;
        END IF;
    END LOOP;
    RETURN discarded;
END $$;
REVOKE ALL ON FUNCTION vault.discard_uploads(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION vault.discard_uploads(timestamptz) TO :"writer";

GRANT SELECT, INSERT, UPDATE (exif, incident_ids, touched) ON vault.uploads TO :"writer";
