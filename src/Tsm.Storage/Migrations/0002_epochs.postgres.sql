-- Why the tables are as they are:
-- 1. A database that has gone back in time - restored from a backup, or taken over from a replica that was behind - would give
--    counters again that cards have seen. An epoch ends whenever that may have happened; a grain that was written in an
--    earlier one moves its counters ahead before anything else. So nothing has to be rewritten for all cards at once.
-- 2. place says where the data lie: the cluster, its timeline (a new one begins when a replica is promoted or a backup is
--    recovered), the database, and this very table (which a restored dump makes anew). Another place is another epoch.
-- 3. An epoch's number is the second since 2026 in which it began, so that one number never means two epochs, even when the same
--    backup is restored twice.
-- 4. Epochs are kept, so that an operator can see when and why each began.

CREATE TABLE epochs (
    epoch  integer NOT NULL PRIMARY KEY,
    place  text    NOT NULL,
    since  bigint  NOT NULL,
    reason text    NOT NULL
);
INSERT INTO epochs (epoch, place, since, reason) VALUES (0, '', now_ms(), 'first start');

ALTER TABLE grains ADD COLUMN epoch integer NOT NULL DEFAULT 0;

-- What a server does not tell is left empty; the rest still tells most restores.
CREATE FUNCTION database_place() RETURNS text LANGUAGE plpgsql
AS $$
DECLARE cluster text := ''; timeline text := '';
BEGIN
    BEGIN SELECT system_identifier::text INTO cluster FROM pg_control_system();
    EXCEPTION WHEN OTHERS THEN NULL; END;
    BEGIN SELECT substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) INTO timeline;
    EXCEPTION WHEN OTHERS THEN NULL; END;
    RETURN cluster || '/' || timeline || '/' || (SELECT oid FROM pg_database WHERE datname = current_database())
        || '/' || 'epochs'::regclass::oid;
END $$;
