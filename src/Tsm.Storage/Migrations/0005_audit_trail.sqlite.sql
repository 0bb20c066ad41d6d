-- Why the tables are as they are:
-- 1. Entries go in unchained, in the transaction of what they tell of: no turn waits for the hash of another. position and hash
--    come later, from one sealer; that is the only change an entry ever sees, and the triggers refuse every other.
-- 2. A position is dense within its tenant and is given once; a partial index finds what is not sealed, however late it was
--    committed.
-- 3. Each tenant has a chain, a key and heads of its own, so that a trail can be handed out whole.
-- 4. Heads are kept, all of them, and numbered without a gap: one that was taken out from between others is missed.
-- 5. audit_keys holds the public part readable and the private part wrapped under the tenant's key.
-- 6. details is a JSON object of texts. It is hashed by its names and values, not as it is written.
-- 7. audit_checks is what the last recurring verification found, for all nodes to show. It proves nothing and may change.
-- 8. The triggers keep accidents out. Somebody who owns the database can drop them: that is what the chain is for.

CREATE TABLE audit_trail (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant       TEXT    NOT NULL,
    at           INTEGER NOT NULL,
    actor_kind   TEXT    NOT NULL,
    actor        TEXT    NOT NULL,
    claimed      TEXT,
    action       TEXT    NOT NULL,
    subject_kind TEXT    NOT NULL,
    subject      TEXT    NOT NULL,
    job          TEXT,
    text         TEXT    NOT NULL,
    details      TEXT    NOT NULL,
    position     INTEGER,
    hash         BLOB
) STRICT;
CREATE INDEX audit_trail_by_tenant ON audit_trail (tenant);
CREATE INDEX audit_trail_by_subject ON audit_trail (tenant, subject);
CREATE UNIQUE INDEX audit_trail_sealed ON audit_trail (tenant, position) WHERE position IS NOT NULL;
CREATE INDEX audit_trail_unsealed ON audit_trail (tenant) WHERE position IS NULL;
CREATE TRIGGER audit_trail_stays BEFORE UPDATE ON audit_trail
WHEN OLD.position IS NOT NULL OR NEW.position IS NULL OR NEW.hash IS NULL
    OR OLD.id IS NOT NEW.id OR OLD.tenant IS NOT NEW.tenant OR OLD.at IS NOT NEW.at OR OLD.actor_kind IS NOT NEW.actor_kind
    OR OLD.actor IS NOT NEW.actor OR OLD.claimed IS NOT NEW.claimed OR OLD.action IS NOT NEW.action
    OR OLD.subject_kind IS NOT NEW.subject_kind OR OLD.subject IS NOT NEW.subject OR OLD.job IS NOT NEW.job
    OR OLD.text IS NOT NEW.text OR OLD.details IS NOT NEW.details
BEGIN
    SELECT raise(ABORT, 'the audit trail is never changed');
END;
CREATE TRIGGER audit_trail_is_kept BEFORE DELETE ON audit_trail
BEGIN
    SELECT raise(ABORT, 'the audit trail is never deleted');
END;

CREATE TABLE audit_heads (
    tenant    TEXT    NOT NULL,
    number    INTEGER NOT NULL,
    position  INTEGER NOT NULL,
    hash      BLOB    NOT NULL,
    at        INTEGER NOT NULL,
    key       TEXT    NOT NULL,
    signature BLOB    NOT NULL,
    PRIMARY KEY (tenant, number)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER audit_heads_stay BEFORE UPDATE ON audit_heads
BEGIN
    SELECT raise(ABORT, 'a signed head is never changed');
END;
CREATE TRIGGER audit_heads_are_kept BEFORE DELETE ON audit_heads
BEGIN
    SELECT raise(ABORT, 'a signed head is never deleted');
END;

CREATE TABLE audit_keys (
    tenant     TEXT    NOT NULL PRIMARY KEY,
    id         TEXT    NOT NULL,
    public_key BLOB    NOT NULL,
    wrapped    BLOB    NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE audit_checks (
    tenant   TEXT    NOT NULL PRIMARY KEY,
    at       INTEGER NOT NULL,
    entries  INTEGER NOT NULL,
    broken   INTEGER,
    code     TEXT,
    what     TEXT
) STRICT, WITHOUT ROWID;
