-- One role, one schema and one search_path for each service of the suite, in the database at hand.
--
-- Both ways to make them run this file in a transaction of their own: `suite migrate --create`, and psql by
-- deploy/postgres/roles.sql. What it makes is told in settings of that transaction:
--
--   commissioning.services              whom to make roles for, separated by commas
--   commissioning.password_<service>    a password of 16 characters or more, or a verifier ("SCRAM-SHA-256$...")
--   commissioning.connection_limit      how many connections each role may have, 60 where it is not set

DO $$
DECLARE
    services text[] := string_to_array(current_setting('commissioning.services'), ',');
    connection_limit int := coalesce(nullif(current_setting('commissioning.connection_limit', true), '')::int, 60);
    is_superuser bool := (SELECT rolsuper FROM pg_roles WHERE rolname = current_user);
    service text;
    role text;
    password text;
    leak text;
BEGIN
    -- Nobody gets anything by default: not the database, not temporary tables, not the public schema.
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    REVOKE ALL ON SCHEMA public FROM PUBLIC;

    FOREACH service IN ARRAY services LOOP
        role := 'commissioning_' || service;
        password := coalesce(current_setting('commissioning.password_' || service, true), '');
        IF length(password) < 16 THEN
            RAISE invalid_parameter_value
                USING MESSAGE = format('the password for %s is missing or shorter than 16 characters', role);
        ELSIF password !~ '^[A-Za-z0-9._-]+$' AND password NOT LIKE 'SCRAM-SHA-256$%' THEN
            RAISE invalid_parameter_value USING MESSAGE = format(
                'the password for %s stands inside addresses: only letters, digits, dot, dash and underscore will do',
                role);
        END IF;
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
            EXECUTE format('CREATE ROLE %I', role);
        END IF;
        BEGIN
            EXECUTE format('ALTER ROLE %I LOGIN NOINHERIT CONNECTION LIMIT %s PASSWORD %L',
                           role, connection_limit, password);
        EXCEPTION WHEN OTHERS THEN  -- the server's own error would show the statement, with the password
            RAISE EXCEPTION USING ERRCODE = SQLSTATE, MESSAGE = format('%s cannot be altered: %s', role, SQLERRM);
        END;
        -- An administrator who is no superuser must be a member of a role to give it a schema; taken back below.
        IF NOT is_superuser THEN
            EXECUTE format('GRANT %I TO CURRENT_USER', role);
        END IF;
        EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), role);
        EXECUTE format('CREATE SCHEMA IF NOT EXISTS %I AUTHORIZATION %I', service, role);
        EXECUTE format('ALTER SCHEMA %I OWNER TO %I', service, role);
        EXECUTE format('REVOKE ALL ON SCHEMA %I FROM PUBLIC', service);
        EXECUTE format('ALTER ROLE %I SET search_path = %I', role, service);
        IF NOT is_superuser THEN
            EXECUTE format('REVOKE %I FROM CURRENT_USER', role);
        END IF;
    END LOOP;

    -- PostgreSQL only warns when a REVOKE was not ours to make: look at what stands, and refuse a leak.
    SELECT string_agg(rolname, ', ' ORDER BY rolname) INTO leak
    FROM pg_roles
    WHERE rolname IN (SELECT 'commissioning_' || unnest(services))
      AND (rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls
           OR EXISTS (SELECT FROM pg_auth_members WHERE member = pg_roles.oid));
    IF leak IS NOT NULL THEN
        RAISE EXCEPTION 'more than a service may be, or a member of another role: %', leak;
    END IF;
    SELECT string_agg(format('%s may use schema %s', r.rolname, n.nspname), '; ' ORDER BY r.rolname, n.nspname)
    INTO leak
    FROM pg_roles r, pg_namespace n
    WHERE r.rolname IN (SELECT 'commissioning_' || unnest(services))
      AND (n.nspname = 'public' OR n.nspname = ANY (services))
      AND r.rolname <> 'commissioning_' || n.nspname
      AND (has_schema_privilege(r.oid, n.oid, 'USAGE') OR has_schema_privilege(r.oid, n.oid, 'CREATE'));
    IF leak IS NOT NULL THEN
        RAISE EXCEPTION 'the services are not kept apart: %', leak;
    END IF;
END $$;
