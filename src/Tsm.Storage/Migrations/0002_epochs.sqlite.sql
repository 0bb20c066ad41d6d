-- Why the table is as it is:
-- 1. A database that has gone back in time, restored from a backup, would give counters again that cards have seen. An epoch
--    ends whenever an operator says that this has happened; a grain that was written in an earlier one moves its counters ahead
--    before anything else. A file cannot tell by itself that it is a copy of yesterday.
-- 2. An epoch's number is the second since 2026 in which it began, so that one number never means two epochs, even when the same
--    backup is restored twice.
-- 3. Epochs are kept, so that an operator can see when and why each began.

CREATE TABLE epochs (
    epoch  INTEGER NOT NULL PRIMARY KEY,
    since  INTEGER NOT NULL,
    reason TEXT    NOT NULL
) STRICT;
INSERT INTO epochs (epoch, since, reason) VALUES (0, CAST(unixepoch('subsec') * 1000 AS INTEGER), 'first start');

ALTER TABLE grains ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
