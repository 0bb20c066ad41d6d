-- Why the table is as it is:
-- 1. One row for each road (an account at an SMSC), whatever tenant's cards it leads to: the account is what has a rate.
-- 2. rate is what the node said that started last: all nodes keep to it from their next lease on. NULL is no limit.
-- 3. credits and credited_at are a token bucket: filled with the rate on the clock of the database, which all nodes share, and
--    emptied in slices, so that the row is written a few times a second however many short messages leave.
-- 4. A claim looks at paused in its own statement: what is paused is claimed by nobody from the commit of the pause on.
-- 5. The row is rewritten all the time and has no index but its key: with room in its page it is rewritten in place.

CREATE TABLE roads (
    road        text COLLATE "C" NOT NULL PRIMARY KEY,
    rate        integer,
    credits     double precision NOT NULL DEFAULT 0,
    credited_at bigint  NOT NULL DEFAULT 0,
    paused      boolean NOT NULL DEFAULT false
) WITH (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
