-- Words of somebody whom the journal does not know (a suggestion, an objection) lie under a key of their own, named by
-- the id of what was said. They are destroyed like a person's values, and for the same reason only: the journal says so.

CREATE INDEX events_suggestions_erased_idx ON journal.events (originator_id) WHERE topic = 'suggestion.text_erased/1';
CREATE INDEX events_objections_erased_idx ON journal.events (notification_id) WHERE topic = 'objection.text_erased/1';

-- Whose key the journal says is to be destroyed: a person, a suggestion, or an objection, which has no stream of its own
-- and is named within its event. The line of an event is everything before its first line feed.
CREATE VIEW vault.erasures AS
SELECT originator_id AS person_id FROM journal.events WHERE topic = 'person.erased/1'
UNION ALL
SELECT originator_id FROM journal.events WHERE topic = 'suggestion.text_erased/1'
UNION ALL
SELECT CASE topic WHEN 'objection.text_erased/1'
    THEN (split_part(convert_from(state, 'UTF8'), E'\n', 1)::jsonb #>> '{data,objection_id}')::uuid END
FROM journal.events WHERE topic = 'objection.text_erased/1';
GRANT SELECT ON vault.erasures TO :"writer";

-- As before, and for such words too. Nobody can destroy what the journal does not name as erased.
CREATE OR REPLACE FUNCTION vault.destroy(person uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    had_key boolean;
BEGIN
    PERFORM 1 FROM vault.erasures WHERE person_id = person;
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
