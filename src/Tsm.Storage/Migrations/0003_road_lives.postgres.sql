-- Why the tables are as they are:
-- 1. A deadline counts only the time in which an answer could have come in. Whoever is bound to a road says so every few
--    seconds; a gap in that is an outage, whatever its reason: SMSC, server, database, or a clock that has jumped.
-- 2. road_beats has one row for each road, shared by all nodes: it is alive as long as one of them is bound.
-- 3. Outages are kept for as long as a deadline may look back, and few.

CREATE TABLE road_beats (
    road        text COLLATE "C" NOT NULL PRIMARY KEY,
    alive_until bigint NOT NULL
);

CREATE TABLE road_outages (
    road  text COLLATE "C" NOT NULL,
    began bigint NOT NULL,
    ended bigint NOT NULL,
    PRIMARY KEY (road, began)
);
