-- Officers' private keys, wrapped by what only they know, and the sessions in which they may be used.
-- Nothing here opens anything by itself: a wrapped key needs its holder's secret, a session the token in his browser.

CREATE TABLE access.locks (
    person_id  uuid    PRIMARY KEY,
    salt       bytea   NOT NULL CHECK (octet_length(salt) = 16),
    memory_kib integer NOT NULL CHECK (memory_kib > 0),
    passes     integer NOT NULL CHECK (passes > 0),
    lanes      integer NOT NULL CHECK (lanes > 0)
);

-- A key that the journal does not know yet is a request: an administrator compares its fingerprint and registers it.
CREATE TABLE access.wrapped_keys (
    key       text  PRIMARY KEY,
    person_id uuid  NOT NULL REFERENCES access.locks ON DELETE CASCADE,
    role      text  NOT NULL,
    sealed    bytea NOT NULL CHECK (octet_length(sealed) = 60),
    made      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX wrapped_keys_person_idx ON access.wrapped_keys (person_id);

-- The holder's keys once more, wrapped under a token that stands in his cookie and nowhere here.
CREATE TABLE access.sessions (
    id      bytea PRIMARY KEY CHECK (octet_length(id) = 32),
    login   text  NOT NULL REFERENCES access.accounts ON DELETE CASCADE,
    expires timestamptz NOT NULL,
    sealed  bytea NOT NULL
);
CREATE INDEX sessions_login_idx ON access.sessions (login);
CREATE INDEX sessions_expires_idx ON access.sessions (expires);

-- A code that is handed over in person and lets its owner choose his secret, once.
CREATE TABLE access.invitations (
    login     text  PRIMARY KEY CHECK (login ~ '^[a-z0-9][a-z0-9._-]{1,63}$'),
    person_id uuid  NOT NULL,
    code      bytea NOT NULL CHECK (octet_length(code) = 32),
    expires   timestamptz NOT NULL
);

GRANT SELECT, INSERT, UPDATE, DELETE
    ON access.locks, access.wrapped_keys, access.sessions, access.invitations TO :"writer";
