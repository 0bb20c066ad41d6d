-- Why the tables are as they are:
-- 1. The tenant leads every key: no statement can forget it and still use an index, and a tenant's rows lie together.
-- 2. A grain is (tenant, grain), grain being kind/id. Everything else that belongs to it repeats these two columns rather
--    than a number, so that rows can be moved between databases and buckets without being renumbered.
-- 3. grains holds what a turn reads and writes and nothing that is listed. Lists read columns, never states.
-- 4. version is what concurrency rests on: a write names the version it has read, and one that has lost changes no row.
-- 5. outbox has one row for each grain: a packet that is queued replaces the one before. A new row gets a new seq, so that
--    claims go in the order of waiting. claimed_until without a value is ready; passed and not settled is possibly sent.
-- 6. An alias holds from valid_from until before valid_until. The largest integer stands for "still", so that the primary key
--    itself sees to it that one grain at a time holds an alias.
-- 7. Keys lie beside the state: they are written by imports and key changes, not by turns.
-- 8. jobs, card_history and applications are listed in the order of arrival, so their rowid is the order and the cursor.
-- 9. card_history only grows; triggers refuse the rest.
-- 10. Times are milliseconds since 1970 in UTC; enumerations are their names, which survive a reordering.
-- 11. Partial indexes: few grains are due and few packets wait, so what does not wait costs no index entry.

CREATE TABLE grains (
    tenant  TEXT    NOT NULL,
    grain   TEXT    NOT NULL,
    version INTEGER NOT NULL,
    schema  INTEGER NOT NULL,
    due     INTEGER,
    state   BLOB    NOT NULL,
    PRIMARY KEY (tenant, grain)
) STRICT;
CREATE INDEX grains_due ON grains (due) WHERE due IS NOT NULL;

CREATE TABLE outbox (
    seq           INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant        TEXT    NOT NULL,
    grain         TEXT    NOT NULL,
    road          TEXT    NOT NULL,
    packet        TEXT    NOT NULL,
    attempt       INTEGER NOT NULL,
    destination   TEXT    NOT NULL,
    segments      BLOB    NOT NULL,
    claimed_until INTEGER,
    UNIQUE (tenant, grain)
) STRICT;
CREATE INDEX outbox_ready ON outbox (road, seq) WHERE claimed_until IS NULL;
CREATE INDEX outbox_claimed ON outbox (claimed_until) WHERE claimed_until IS NOT NULL;

CREATE TABLE aliases (
    tenant      TEXT    NOT NULL,
    kind        TEXT    NOT NULL,
    value       TEXT    NOT NULL,
    valid_until INTEGER NOT NULL DEFAULT 9223372036854775807,
    valid_from  INTEGER NOT NULL,
    grain       TEXT    NOT NULL,
    PRIMARY KEY (tenant, kind, value, valid_until)
) STRICT, WITHOUT ROWID;

CREATE TABLE card_keys (
    tenant    TEXT    NOT NULL,
    grain     TEXT    NOT NULL,
    version   INTEGER NOT NULL,
    algorithm TEXT    NOT NULL,
    kic       BLOB    NOT NULL,
    kid       BLOB    NOT NULL,
    dek       BLOB    NOT NULL,
    kic_check BLOB    NOT NULL,
    kid_check BLOB    NOT NULL,
    dek_check BLOB    NOT NULL,
    PRIMARY KEY (tenant, grain, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE cards (
    tenant        TEXT    NOT NULL,
    grain         TEXT    NOT NULL,
    iccid         TEXT    NOT NULL,
    msisdn        TEXT    NOT NULL,
    model         TEXT    NOT NULL,
    contents      INTEGER NOT NULL,
    active_job    TEXT,
    queued        INTEGER NOT NULL,
    last_proof_at INTEGER,
    uncertain     INTEGER NOT NULL,
    PRIMARY KEY (tenant, grain)
) STRICT, WITHOUT ROWID;
CREATE INDEX cards_by_iccid ON cards (tenant, iccid, grain);
CREATE INDEX cards_by_model ON cards (tenant, model, iccid, grain);

CREATE TABLE jobs (
    seq          INTEGER PRIMARY KEY,
    tenant       TEXT    NOT NULL,
    id           TEXT    NOT NULL,
    card         TEXT    NOT NULL,
    iccid        TEXT    NOT NULL,
    operation    TEXT    NOT NULL,
    application  TEXT,
    instance     TEXT,
    status       TEXT    NOT NULL,
    grade        TEXT,
    now          TEXT    NOT NULL,
    steps_done   INTEGER NOT NULL,
    steps_total  INTEGER NOT NULL,
    sms_sent     INTEGER NOT NULL,
    sms_repeated INTEGER NOT NULL,
    sms_received INTEGER NOT NULL,
    octets_sent  INTEGER NOT NULL,
    proofs       INTEGER NOT NULL,
    problem      TEXT,
    created_at   INTEGER NOT NULL,
    started_at   INTEGER,
    ended_at     INTEGER,
    UNIQUE (tenant, id)
) STRICT;
CREATE INDEX jobs_by_tenant ON jobs (tenant);
CREATE INDEX jobs_by_card ON jobs (tenant, card);
CREATE INDEX jobs_by_status ON jobs (tenant, status);

CREATE TABLE card_history (
    seq    INTEGER PRIMARY KEY,
    tenant TEXT    NOT NULL,
    grain  TEXT    NOT NULL,
    at     INTEGER NOT NULL,
    job    TEXT,
    kind   TEXT    NOT NULL,
    grade  TEXT,
    text   TEXT    NOT NULL,
    raw    BLOB    NOT NULL
) STRICT;
CREATE INDEX card_history_by_grain ON card_history (tenant, grain);
CREATE TRIGGER card_history_stays BEFORE UPDATE ON card_history
BEGIN
    SELECT raise(ABORT, 'history is never changed');
END;
CREATE TRIGGER card_history_is_kept BEFORE DELETE ON card_history
BEGIN
    SELECT raise(ABORT, 'history is never deleted');
END;

CREATE TABLE applications (
    seq          INTEGER PRIMARY KEY,
    tenant       TEXT    NOT NULL,
    id           TEXT    NOT NULL,
    name         TEXT    NOT NULL,
    package_aid  TEXT    NOT NULL,
    package_name TEXT,
    version      TEXT    NOT NULL,
    java_card    TEXT    NOT NULL,
    applets      TEXT    NOT NULL,
    imports      TEXT    NOT NULL,
    memory       INTEGER NOT NULL,
    sha256       TEXT    NOT NULL,
    uploaded_at  INTEGER NOT NULL,
    load_file    BLOB    NOT NULL,
    UNIQUE (tenant, id)
) STRICT;

CREATE TABLE card_models (
    tenant TEXT NOT NULL,
    name   TEXT NOT NULL,
    model  TEXT NOT NULL,
    PRIMARY KEY (tenant, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE quarantine (
    seq         INTEGER PRIMARY KEY,
    tenant      TEXT    NOT NULL,
    at          INTEGER NOT NULL,
    road        TEXT    NOT NULL,
    source      TEXT    NOT NULL,
    destination TEXT    NOT NULL,
    user_data   BLOB    NOT NULL,
    reason      TEXT    NOT NULL
) STRICT;
CREATE INDEX quarantine_by_tenant ON quarantine (tenant);

-- Tenant keys wrapped by the vault key; the row of the empty tenant is the check value of the vault key itself.
CREATE TABLE vault (
    tenant  TEXT NOT NULL PRIMARY KEY,
    wrapped BLOB NOT NULL
) STRICT, WITHOUT ROWID;
