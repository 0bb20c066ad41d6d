-- Why the table is as it is:
-- 1. One row for each road that somebody has paused; a road without a row is not.
-- 2. Rates are not here: one process serves the file, and keeps them itself.

CREATE TABLE roads (
    road   TEXT    NOT NULL PRIMARY KEY,
    paused INTEGER NOT NULL DEFAULT 0
) STRICT;
