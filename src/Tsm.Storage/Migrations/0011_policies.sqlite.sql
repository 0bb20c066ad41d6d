-- Why the tables are as they are:
-- 1. usage_records grows with the use of cards. A server's own name for a record is its key, so that a batch that is sent twice
--    is counted once. Amounts are ten-thousandths: sums of whole numbers do not depend on their order.
-- 2. work_due is the queue of what is to be looked at in the background, of several kinds. A row is claimed with a lease, so that
--    any node may die; mark rises with everything that asks for a look, so that whoever has looked sees that more has come since.
-- 3. policy_actions is what rules have decided, each with the records it rests on. The decision is written first and carried out
--    afterwards under a job id that follows from it: a node that dies between the two has decided, and another carries it out.

CREATE TABLE usage_records (
    seq         INTEGER PRIMARY KEY,
    tenant      TEXT    NOT NULL,
    server      TEXT    NOT NULL,
    id          TEXT    NOT NULL,
    service     TEXT    NOT NULL,
    card        TEXT    NOT NULL,
    iccid       TEXT    NOT NULL,
    msisdn      TEXT    NOT NULL,
    at          INTEGER NOT NULL,
    kind        TEXT    NOT NULL,
    amount      INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    UNIQUE (tenant, server, id)
) STRICT;
CREATE INDEX usage_records_by_card ON usage_records (tenant, card, service, at);
CREATE INDEX usage_records_by_service ON usage_records (tenant, service, at);

CREATE TABLE work_due (
    tenant        TEXT    NOT NULL,
    kind          TEXT    NOT NULL,
    item          TEXT    NOT NULL,
    due           INTEGER NOT NULL,
    mark          INTEGER NOT NULL,
    claimed_until INTEGER,
    PRIMARY KEY (tenant, kind, item)
) STRICT, WITHOUT ROWID;
CREATE INDEX work_due_by_time ON work_due (kind, due);

CREATE TABLE policy_actions (
    seq        INTEGER PRIMARY KEY,
    tenant     TEXT    NOT NULL,
    policy     TEXT    NOT NULL,
    card       TEXT    NOT NULL,
    service    TEXT    NOT NULL,
    number     INTEGER NOT NULL,
    iccid      TEXT    NOT NULL,
    step       TEXT    NOT NULL,
    revision   INTEGER NOT NULL,
    score      TEXT    NOT NULL,
    records    TEXT    NOT NULL,
    decided_at INTEGER NOT NULL,
    outcome    TEXT    NOT NULL,
    job        TEXT,
    problem    TEXT,
    settled_at INTEGER,
    UNIQUE (tenant, policy, card, service, number)
) STRICT;
CREATE INDEX policy_actions_by_card ON policy_actions (tenant, card, service, policy, number);
