-- What happened at the doors: who came in or did not, and what was changed about how accounts are guarded. No secrets, and no names
-- that were typed: who is unknown has no account here. Without a foreign key, so that a failed login locks nobody's account.
CREATE TABLE security_log (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    event text NOT NULL,
    account bigint,
    network text -- shortened: 192.0.2.x; nothing where it does not matter
);

CREATE INDEX security_log_account ON security_log (account, id) WHERE account IS NOT NULL;

CREATE INDEX security_log_event ON security_log (event, id);

CREATE INDEX security_log_network ON security_log (network, at) WHERE network IS NOT NULL;

CREATE INDEX security_log_at ON security_log (at);

-- The only way in which the application may take something out of the log: what is old.
CREATE FUNCTION delete_old_security_events(days integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    gone bigint;
BEGIN
    IF days < 30 THEN
        RAISE EXCEPTION 'security events are kept for 30 days at least';
    END IF;
    DELETE FROM security_log WHERE at < now() - make_interval(days => days);
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END
$$;

-- For installations whose web and jobs processes connect as another role than the one that migrates and owns the tables. That
-- role may do what they do, and can add to the logs but change nothing in them, nor any table. Safe to repeat.
CREATE FUNCTION grant_to_application(application name) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', application);
    EXECUTE format('REVOKE CREATE ON SCHEMA public FROM PUBLIC, %I', application);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO %I', application);
    EXECUTE format('GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO %I', application);
    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO %I', application);
    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO %I', application);
    EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON audit_log, security_log FROM %I', application);
    EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON _sqlx_migrations FROM %I', application);
EXCEPTION WHEN undefined_table THEN
    RAISE EXCEPTION 'the database has not been migrated by this program: %', SQLERRM;
END
$$;

-- Nobody but the owner hands out rights, or empties a log early.
REVOKE EXECUTE ON FUNCTION grant_to_application(name) FROM PUBLIC;
