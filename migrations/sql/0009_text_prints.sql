-- Prints of reports' texts, by which near-identical ones are found. They derive from personal text: they lie in the vault
-- and go with the value that they were made of, when its person is erased.

CREATE TABLE vault.text_prints (
    commitment bytea    PRIMARY KEY REFERENCES vault.personal_values ON DELETE CASCADE,
    minima     bytea    NOT NULL,
    bands      bigint[] NOT NULL
);
CREATE INDEX text_prints_bands_idx ON vault.text_prints USING gin (bands);

GRANT SELECT, INSERT ON vault.text_prints TO :"writer";
