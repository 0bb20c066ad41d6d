-- Why the tables are as they are:
-- 1. books holds what people declare and change now and then (providers, contracts, services, rules): one document each, with a
--    version, so that nobody overwrites what they have not seen. A new kind of document needs no new table.
-- 2. service_instances is a list beside the cards' states, written by their turns: what a provider sees, counted for quotas.
--    One row for each generation of a service on a card; what is gone stays as history.
-- 3. events are read in the order of their arrival, by the webhooks' deliveries and by whoever asks; nothing changes them.

CREATE TABLE books (
    tenant   TEXT    NOT NULL,
    kind     TEXT    NOT NULL,
    id       TEXT    NOT NULL,
    owner    TEXT,
    version  INTEGER NOT NULL,
    document TEXT    NOT NULL,
    PRIMARY KEY (tenant, kind, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX books_by_owner ON books (tenant, kind, owner, id) WHERE owner IS NOT NULL;

CREATE TABLE service_instances (
    seq        INTEGER PRIMARY KEY,
    tenant     TEXT    NOT NULL,
    card       TEXT    NOT NULL,
    iccid      TEXT    NOT NULL,
    msisdn     TEXT    NOT NULL,
    service    TEXT    NOT NULL,
    provider   TEXT    NOT NULL,
    version    TEXT    NOT NULL,
    contract   TEXT,
    generation INTEGER NOT NULL,
    state      TEXT    NOT NULL,
    wanted     TEXT    NOT NULL,
    pending    INTEGER NOT NULL,
    job        TEXT,
    proven_at  INTEGER,
    updated_at INTEGER NOT NULL,
    UNIQUE (tenant, card, service, generation)
) STRICT;
CREATE INDEX service_instances_by_provider ON service_instances (tenant, provider, service, seq);

CREATE TABLE events (
    seq      INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant   TEXT    NOT NULL,
    at       INTEGER NOT NULL,
    kind     TEXT    NOT NULL,
    provider TEXT,
    service  TEXT,
    iccid    TEXT,
    msisdn   TEXT,
    job      TEXT,
    request  TEXT,
    text     TEXT    NOT NULL,
    details  TEXT    NOT NULL
) STRICT;
CREATE INDEX events_by_provider ON events (tenant, provider, seq);
