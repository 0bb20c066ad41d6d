-- Why the tables are as they are:
-- 1. requests has what a step decides in columns that claims and lists read, and the rest in documents that are only shown.
-- 2. revision keeps two nodes from writing over each other; lease only keeps them from doing the same work twice.
-- 3. due is when a request is to be looked at, watch the job whose end it waits for: both are null once it has ended, so that the
--    indexes hold what is alive and nothing else.
-- 4. allocations is written before a server is asked, so that what it gave is known to be owed back whoever dies in between.
-- 5. serials gives a serial number to one card for good; it is free again only when no card has used it.

CREATE TABLE requests (
    seq         INTEGER PRIMARY KEY,
    tenant      TEXT    NOT NULL,
    id          TEXT    NOT NULL,
    origin      TEXT    NOT NULL,
    requester   TEXT    NOT NULL,
    actor       TEXT    NOT NULL,
    content     TEXT    NOT NULL,
    identifier  TEXT    NOT NULL,
    operation   TEXT    NOT NULL,
    msisdn      TEXT,
    sender      TEXT,
    iccid       TEXT,
    card        TEXT,
    service     TEXT,
    version     TEXT,
    provider    TEXT,
    contract    TEXT,
    plan        TEXT,
    status      TEXT    NOT NULL,
    cancel      INTEGER NOT NULL,
    grade       TEXT,
    problem     TEXT,
    jobs        TEXT    NOT NULL,
    audits      INTEGER NOT NULL,
    attempts    INTEGER NOT NULL,
    eligibility TEXT,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    ended_at    INTEGER,
    due         INTEGER,
    watch       TEXT,
    revision    INTEGER NOT NULL,
    lease       INTEGER NOT NULL DEFAULT 0,
    UNIQUE (tenant, id)
) STRICT;
CREATE INDEX requests_in_order ON requests (tenant, seq);
CREATE INDEX requests_by_provider ON requests (tenant, provider, seq);
CREATE INDEX requests_by_requester ON requests (tenant, requester, seq);
CREATE INDEX requests_by_card ON requests (tenant, card, service, seq);
CREATE INDEX requests_due ON requests (due) WHERE due IS NOT NULL;
CREATE INDEX requests_watching ON requests (tenant, watch) WHERE watch IS NOT NULL;

CREATE TABLE allocations (
    tenant     TEXT    NOT NULL,
    request    TEXT    NOT NULL,
    server     TEXT    NOT NULL,
    service    TEXT    NOT NULL,
    card       TEXT    NOT NULL,
    iccid      TEXT    NOT NULL,
    operation  TEXT    NOT NULL,
    msisdn     TEXT    NOT NULL,
    names      TEXT    NOT NULL,
    state      TEXT    NOT NULL,
    allocation TEXT,
    serial     TEXT,
    sealed     BLOB    NOT NULL,
    was_used   INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    attempts   INTEGER NOT NULL DEFAULT 0,
    due        INTEGER,
    lease      INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant, request)
) STRICT, WITHOUT ROWID;
CREATE INDEX allocations_by_card ON allocations (tenant, card, service);
CREATE INDEX allocations_by_serial ON allocations (tenant, service, serial) WHERE serial IS NOT NULL;
CREATE INDEX allocations_due ON allocations (due) WHERE due IS NOT NULL;

CREATE TABLE serials (
    tenant  TEXT NOT NULL,
    service TEXT NOT NULL,
    serial  TEXT NOT NULL,
    card    TEXT NOT NULL,
    PRIMARY KEY (tenant, service, serial)
) STRICT, WITHOUT ROWID;
