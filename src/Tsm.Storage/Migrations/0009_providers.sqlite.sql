-- Why the tables are as they are:
-- 1. api_tokens knows what opens the API by its SHA-256 alone: who reads the table cannot come in. A token says by itself whose
--    it is, so the hash is unique over all tenants.
-- 2. contract_ends says once of each contract that its end was noticed, in the transaction of the event that tells of it;
--    undone is 0 while its work is still to be called off, which any node may do whose claim is the last.
-- 3. webhooks_served has a row for each webhook: which node serves it, until when, and from which event the next goes on.
-- 4. webhook_deliveries keeps what is sent, so that every attempt sends the same. An event is delivered to a webhook under one
--    key, however often the node that serves it comes across it.

CREATE TABLE api_tokens (
    tenant     TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    hash       BLOB    NOT NULL UNIQUE,
    role       TEXT    NOT NULL,
    scope      TEXT,
    name       TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER,
    used_on    INTEGER,
    PRIMARY KEY (tenant, id)
) STRICT;

CREATE TABLE contract_ends (
    tenant      TEXT    NOT NULL,
    contract    TEXT    NOT NULL,
    undone      INTEGER NOT NULL,
    lease_until INTEGER NOT NULL,
    PRIMARY KEY (tenant, contract)
) STRICT, WITHOUT ROWID;

CREATE TABLE webhooks_served (
    tenant      TEXT    NOT NULL,
    webhook     TEXT    NOT NULL,
    after       INTEGER NOT NULL,
    owner       TEXT,
    lease_until INTEGER NOT NULL,
    PRIMARY KEY (tenant, webhook)
) STRICT, WITHOUT ROWID;

CREATE TABLE webhook_deliveries (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant     TEXT    NOT NULL,
    webhook    TEXT    NOT NULL,
    event      TEXT    NOT NULL,
    kind       TEXT    NOT NULL,
    body       TEXT    NOT NULL,
    status     TEXT    NOT NULL,
    attempts   INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    give_up_at INTEGER NOT NULL,
    next_at    INTEGER,
    ended_at   INTEGER,
    code       INTEGER,
    text       TEXT,
    UNIQUE (tenant, webhook, event)
) STRICT;
CREATE INDEX webhook_deliveries_waiting ON webhook_deliveries (tenant, webhook, seq) WHERE status = 'Waiting';
CREATE INDEX webhook_deliveries_in_order ON webhook_deliveries (tenant, webhook, seq);
