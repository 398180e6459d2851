-- Keys by which programs of others report through Open311. A key stands for a login and one role of its person; here is
-- only its digest. Where the server does not hold the role's signing key, that key lies here wrapped under the API key.

CREATE TABLE access.api_keys (
    digest      bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
    login       text  NOT NULL REFERENCES access.accounts ON DELETE CASCADE,
    person_id   uuid  NOT NULL,
    role        text  NOT NULL,
    program     text  NOT NULL,
    signing_key text, -- the verifier-key text of what is sealed
    sealed      bytea CHECK (octet_length(sealed) = 60),
    made        timestamptz NOT NULL DEFAULT now(),
    ended       timestamptz,
    CHECK ((signing_key IS NULL) = (sealed IS NULL))
);
CREATE INDEX api_keys_login_idx ON access.api_keys (login);

GRANT SELECT, INSERT ON access.api_keys TO :"writer";
GRANT UPDATE (ended, signing_key, sealed) ON access.api_keys TO :"writer";
