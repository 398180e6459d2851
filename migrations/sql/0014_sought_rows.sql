-- What stands beside a row is looked for among all that was ever posted.
CREATE INDEX disclosed_names_reference_idx ON vault.disclosed_names (reference);
