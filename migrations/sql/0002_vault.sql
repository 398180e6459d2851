-- The vault: personal values, each under its person's key. Events hold only commitments to them.

CREATE SCHEMA vault;

CREATE TABLE vault.person_keys (
    person_id uuid  PRIMARY KEY,
    wrapped   bytea NOT NULL
);
CREATE TABLE vault.personal_values (
    commitment bytea PRIMARY KEY CHECK (octet_length(commitment) = 32),
    person_id  uuid  NOT NULL REFERENCES vault.person_keys,
    kind       text  NOT NULL,
    sealed     bytea NOT NULL
);
CREATE INDEX personal_values_person_idx ON vault.personal_values (person_id);

-- Masked names are what a public page may show; they go when the person goes.
CREATE TABLE vault.masks (
    person_id uuid PRIMARY KEY REFERENCES vault.person_keys,
    masked    text NOT NULL
);

CREATE TABLE vault.files (
    sha256 bytea PRIMARY KEY CHECK (octet_length(sha256) = 32),
    length bigint NOT NULL,
    kind   text  NOT NULL,
    sealed bytea NOT NULL,
    kept   timestamptz NOT NULL DEFAULT now()
);

-- Who opened what, when and why. Nobody's role may change it.
CREATE TABLE vault.openings (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    opened   timestamptz NOT NULL DEFAULT now(),
    actor    text   NOT NULL,
    reason   text   NOT NULL,
    subjects bytea[] NOT NULL
);
CREATE TRIGGER openings_not_rewritten BEFORE UPDATE OR DELETE ON vault.openings
    FOR EACH STATEMENT EXECUTE FUNCTION journal.refuse_rewriting();
CREATE TRIGGER openings_not_truncated BEFORE TRUNCATE ON vault.openings
    FOR EACH STATEMENT EXECUTE FUNCTION journal.refuse_rewriting();

GRANT USAGE ON SCHEMA vault TO :"writer", :"reader";
GRANT SELECT, INSERT ON vault.person_keys, vault.personal_values, vault.files, vault.openings TO :"writer";
GRANT SELECT, INSERT, UPDATE ON vault.masks TO :"writer";
GRANT SELECT ON vault.masks TO :"reader";

-- Who may sign in, as whom. A credential is not a fact of the county: it may change, and no event holds it.
CREATE SCHEMA access;
CREATE TABLE access.accounts (
    login     text PRIMARY KEY CHECK (login ~ '^[a-z0-9][a-z0-9._-]{1,63}$'),
    person_id uuid NOT NULL,
    password  text NOT NULL,
    created   timestamptz NOT NULL DEFAULT now()
);
GRANT USAGE ON SCHEMA access TO :"writer";
GRANT SELECT, INSERT, UPDATE, DELETE ON access.accounts TO :"writer";

-- The read models: made by the projector, read by pages, rebuilt beside and swapped.
CREATE SCHEMA read AUTHORIZATION :"projector";
GRANT USAGE ON SCHEMA read TO :"reader", :"auditor", :"writer";
