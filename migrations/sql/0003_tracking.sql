-- Where followers that are written with the `eventsourcing` library stand in the logs they follow. The table has the
-- shape that its tracking recorder asks for; the row says that tracking is one row a follower.

CREATE TABLE journal.tracking (
    application_name text PRIMARY KEY,
    notification_id  bigint
);
INSERT INTO journal.tracking (application_name, notification_id) VALUES ('__migration__', 1);

GRANT SELECT, INSERT, UPDATE ON journal.tracking TO :"writer";
