-- The journal: events that are never changed, the head of their tree, and what their postings add up to.
-- Role names stand as placeholders (owner, writer, projector, reader, auditor); the runner puts the real ones in.

CREATE SCHEMA journal;

CREATE TABLE journal.events (
    originator_id      uuid   NOT NULL,
    originator_version bigint NOT NULL,
    topic              text   NOT NULL,
    state              bytea  NOT NULL,
    notification_id    bigint NOT NULL,
    leaf               bytea  NOT NULL GENERATED ALWAYS AS (sha256('\x00'::bytea || state)) STORED,
    PRIMARY KEY (originator_id, originator_version)
);
CREATE UNIQUE INDEX events_notification_id_idx ON journal.events (notification_id);
-- Signed lines do not compress; looking for a pattern in them costs time at every append.
ALTER TABLE journal.events ALTER COLUMN state SET STORAGE EXTERNAL;

COMMENT ON TABLE journal.events IS 'One row per entry: state is the whole signed note, leaf its RFC 6962 hash, notification_id its log index + 1.';

-- One row: whoever appends locks it, so that commit order is index order and there is no gap.
CREATE TABLE journal.head (
    one  boolean PRIMARY KEY DEFAULT true CHECK (one),
    size bigint  NOT NULL CHECK (size >= 0),
    root bytea   NOT NULL CHECK (octet_length(root) = 32)
);
INSERT INTO journal.head (size, root) VALUES (0, sha256(''::bytea));

-- Roots of full tiles: (level, index) covers 256^level leaves. Level 0 is the column leaf of the events.
CREATE TABLE journal.tree (
    level smallint NOT NULL CHECK (level BETWEEN 1 AND 7),
    index bigint   NOT NULL CHECK (index >= 0),
    hash  bytea    NOT NULL CHECK (octet_length(hash) = 32),
    PRIMARY KEY (level, index)
);

-- What the postings add up to. side: +1 never below zero, -1 never above zero, 0 not limited.
CREATE TABLE journal.balances (
    account   text     NOT NULL,
    commodity text     NOT NULL,
    amount    bigint   NOT NULL,
    side      smallint NOT NULL CHECK (side IN (-1, 0, 1)),
    PRIMARY KEY (account, commodity),
    CONSTRAINT balance_within_limit CHECK (side * amount >= 0)
) WITH (fillfactor = 70);

-- Idempotency keys: the same key with the same input finds its first outcome here.
CREATE TABLE journal.commands (
    actor    uuid   NOT NULL,
    key      text   NOT NULL,
    input    bytea  NOT NULL CHECK (octet_length(input) = 32),
    first_id bigint NOT NULL,
    last_id  bigint NOT NULL CHECK (last_id >= first_id),
    PRIMARY KEY (actor, key)
);

CREATE FUNCTION journal.refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the journal is append-only: % on %.% refused', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER events_not_rewritten BEFORE UPDATE OR DELETE ON journal.events
    FOR EACH STATEMENT EXECUTE FUNCTION journal.refuse_rewriting();
CREATE TRIGGER events_not_truncated BEFORE TRUNCATE ON journal.events
    FOR EACH STATEMENT EXECUTE FUNCTION journal.refuse_rewriting();
CREATE TRIGGER tree_not_rewritten BEFORE UPDATE OR DELETE ON journal.tree
    FOR EACH STATEMENT EXECUTE FUNCTION journal.refuse_rewriting();
CREATE TRIGGER tree_not_truncated BEFORE TRUNCATE ON journal.tree
    FOR EACH STATEMENT EXECUTE FUNCTION journal.refuse_rewriting();
CREATE TRIGGER commands_not_rewritten BEFORE UPDATE OR DELETE ON journal.commands
    FOR EACH STATEMENT EXECUTE FUNCTION journal.refuse_rewriting();
CREATE TRIGGER commands_not_truncated BEFORE TRUNCATE ON journal.commands
    FOR EACH STATEMENT EXECUTE FUNCTION journal.refuse_rewriting();

-- Everything a batch must know, in one call: lock the head, then read what the lock makes stable. The settings: an
-- index is always right here, and a plan that was made while the tables were small must not outlive that.
CREATE FUNCTION journal.begin_append(
    streams uuid[], actors uuid[], keys text[], accounts text[], commodities text[],
    OUT size bigint, OUT root bytea, OUT versions bigint[], OUT known jsonb, OUT amounts bigint[]
) LANGUAGE plpgsql SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    SELECT h.size, h.root INTO size, root FROM journal.head h FOR UPDATE;
    SELECT array_agg(coalesce((SELECT e.originator_version FROM journal.events e WHERE e.originator_id = s.id
                               ORDER BY e.originator_version DESC LIMIT 1), -1) ORDER BY s.ord)
        INTO versions FROM unnest(streams) WITH ORDINALITY AS s(id, ord);
    SELECT coalesce(jsonb_agg(jsonb_build_array(k.ord - 1, encode(c.input, 'hex'), c.first_id, c.last_id)), '[]')
        INTO known FROM unnest(actors, keys) WITH ORDINALITY AS k(actor, key, ord)
        JOIN journal.commands c ON c.actor = k.actor AND c.key = k.key;
    SELECT array_agg(coalesce(b.amount, 0) ORDER BY a.ord)
        INTO amounts FROM unnest(accounts, commodities) WITH ORDINALITY AS a(account, commodity, ord)
        LEFT JOIN journal.balances b ON b.account = a.account AND b.commodity = a.commodity;
END $$;

-- Everything a batch writes, in one call, under the lock of the head. `leaves`: the hashes of what was given, one after
-- another; other bytes stored than given end the transaction.
CREATE FUNCTION journal.finish_append(
    old_size bigint, new_root bytea,
    streams uuid[], versions bigint[], topics text[], states bytea[], leaves bytea,
    levels bigint[], indexes bigint[], hashes bytea[],
    accounts text[], commodities text[], amounts bigint[], sides bigint[],
    actors uuid[], keys text[], inputs bytea[], firsts bigint[], lasts bigint[]
) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    stored_leaves bytea;
BEGIN
    WITH stored AS (
        INSERT INTO journal.events (originator_id, originator_version, topic, state, notification_id)
        SELECT e.stream, e.version, e.topic, e.state, old_size + e.ord
        FROM unnest(streams, versions, topics, states) WITH ORDINALITY AS e(stream, version, topic, state, ord)
        RETURNING notification_id, leaf
    )
    SELECT string_agg(leaf, ''::bytea ORDER BY notification_id) INTO stored_leaves FROM stored;
    IF stored_leaves IS DISTINCT FROM leaves THEN
        RAISE EXCEPTION 'other bytes were stored than were given' USING ERRCODE = 'data_corrupted';
    END IF;
    IF cardinality(levels) > 0 THEN
        INSERT INTO journal.tree (level, index, hash)
            SELECT * FROM unnest(levels, indexes, hashes);
    END IF;
    IF cardinality(accounts) > 0 THEN
        INSERT INTO journal.balances AS b (account, commodity, amount, side)
            SELECT * FROM unnest(accounts, commodities, amounts, sides)
            ON CONFLICT (account, commodity) DO UPDATE SET amount = EXCLUDED.amount;
    END IF;
    IF cardinality(keys) > 0 THEN
        INSERT INTO journal.commands (actor, key, input, first_id, last_id)
            SELECT * FROM unnest(actors, keys, inputs, firsts, lasts);
    END IF;
    UPDATE journal.head SET size = old_size + cardinality(streams), root = new_root WHERE size = old_size;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the head moved while it was locked' USING ERRCODE = 'data_corrupted';
    END IF;
    PERFORM pg_notify('journal_appended', '');
    RETURN true;
END $$;

-- Both in one call, for a writer that foresees what `begin_append` would show: true if it was so and the batch is
-- written, false if anything is otherwise; then nothing is written.
CREATE FUNCTION journal.append_as_foreseen(
    seen_root bytea, seen_streams uuid[], seen_versions bigint[], seen_amounts bigint[],
    old_size bigint, new_root bytea,
    streams uuid[], versions bigint[], topics text[], states bytea[], leaves bytea,
    levels bigint[], indexes bigint[], hashes bytea[],
    accounts text[], commodities text[], amounts bigint[], sides bigint[],
    actors uuid[], keys text[], inputs bytea[], firsts bigint[], lasts bigint[]
) RETURNS boolean LANGUAGE plpgsql SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    PERFORM 1 FROM journal.head h WHERE h.size = old_size AND h.root = seen_root FOR UPDATE;
    IF NOT FOUND
        OR EXISTS (
            SELECT 1 FROM unnest(seen_streams, seen_versions) AS s(id, version)
            WHERE s.version <> coalesce((SELECT e.originator_version FROM journal.events e WHERE e.originator_id = s.id
                                         ORDER BY e.originator_version DESC LIMIT 1), 0))
        OR EXISTS (
            SELECT 1 FROM unnest(actors, keys) AS k(actor, key)
            JOIN journal.commands c ON c.actor = k.actor AND c.key = k.key)
        OR EXISTS (
            SELECT 1 FROM unnest(accounts, commodities, seen_amounts) AS a(account, commodity, amount)
            LEFT JOIN journal.balances b ON b.account = a.account AND b.commodity = a.commodity
            WHERE a.amount <> coalesce(b.amount, 0))
    THEN
        RETURN false;
    END IF;
    RETURN journal.finish_append(old_size, new_root, streams, versions, topics, states, leaves, levels, indexes, hashes,
                                 accounts, commodities, amounts, sides, actors, keys, inputs, firsts, lasts);
END $$;

GRANT USAGE ON SCHEMA journal TO :"writer", :"projector", :"reader", :"auditor";
GRANT SELECT, INSERT ON journal.events, journal.tree, journal.commands TO :"writer";
GRANT SELECT, INSERT, UPDATE ON journal.balances TO :"writer";
GRANT SELECT, UPDATE ON journal.head TO :"writer";
GRANT SELECT ON journal.events, journal.head TO :"projector";
GRANT SELECT ON journal.head TO :"reader";
GRANT SELECT ON journal.events, journal.head, journal.tree, journal.balances TO :"auditor";
