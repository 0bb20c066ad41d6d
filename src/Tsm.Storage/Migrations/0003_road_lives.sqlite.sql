-- Why the tables are as they are:
-- 1. A deadline counts only the time in which an answer could have come in. Whoever is bound to a road says so every few
--    seconds; a gap in that is an outage, whatever its reason: SMSC, server, database, or a clock that has jumped.
-- 2. road_beats has one row for each road, shared by all nodes: it is alive as long as one of them is bound.
-- 3. Outages are kept for as long as a deadline may look back, and few.

CREATE TABLE road_beats (
    road        TEXT NOT NULL PRIMARY KEY,
    alive_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE road_outages (
    road  TEXT NOT NULL,
    began INTEGER NOT NULL,
    ended INTEGER NOT NULL,
    PRIMARY KEY (road, began)
) STRICT, WITHOUT ROWID;
