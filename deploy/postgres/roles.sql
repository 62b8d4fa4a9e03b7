-- One role, one schema and one search_path for each service, in the database psql is connected to.
--
--   DATABASE_PASSWORD_INDICATORS=... DATABASE_PASSWORD_RISKS=... DATABASE_PASSWORD_PLEDGES=... \
--   DATABASE_PASSWORD_FINANCE=... DATABASE_PASSWORD_GATEWAY=... \
--   psql -X -d commissioning -f deploy/postgres/roles.sql
--
-- Passwords come from the environment, or from psql variables (indicators_password, ...). A value that
-- starts with "SCRAM-SHA-256$" is taken as a ready verifier, so that no plain password reaches the server.
-- connection_limit (default 60) bounds each role, see docs/deployment.md.
--
-- Run it as a superuser, or as the owner of the database with CREATEROLE (the administrator of a managed
-- PostgreSQL 15 or newer). Running it again changes passwords and limits, repairs what drifted, keeps all data.

\set ON_ERROR_STOP on
\set services 'indicators,risks,pledges,finance,gateway'

\if :{?connection_limit} \else \set connection_limit 60 \endif
\if :{?indicators_password} \else \set indicators_password '' \getenv indicators_password DATABASE_PASSWORD_INDICATORS \endif
\if :{?risks_password} \else \set risks_password '' \getenv risks_password DATABASE_PASSWORD_RISKS \endif
\if :{?pledges_password} \else \set pledges_password '' \getenv pledges_password DATABASE_PASSWORD_PLEDGES \endif
\if :{?finance_password} \else \set finance_password '' \getenv finance_password DATABASE_PASSWORD_FINANCE \endif
\if :{?gateway_password} \else \set gateway_password '' \getenv gateway_password DATABASE_PASSWORD_GATEWAY \endif

BEGIN;

-- Nobody gets anything by default: not the database, not temporary tables, not the public schema.
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database()) \gexec
REVOKE ALL ON SCHEMA public FROM PUBLIC;

SELECT format('CREATE ROLE %I', 'commissioning_' || service)
FROM unnest(string_to_array(:'services', ',')) AS service
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'commissioning_' || service) \gexec

-- A missing or unusable password is an error here, at the role it is for, and nothing is changed.
SELECT CASE WHEN length(password) < 16
    THEN format('DO $$ BEGIN RAISE EXCEPTION %L; END $$',
                'the password for commissioning_' || service || ' is missing or shorter than 16 characters')
    WHEN password !~ '^[A-Za-z0-9._-]+$' AND password NOT LIKE 'SCRAM-SHA-256$%'
    THEN format('DO $$ BEGIN RAISE EXCEPTION %L; END $$',
                'the password for commissioning_' || service
                || ' stands inside addresses: only letters, digits, dot, dash and underscore will do')
    ELSE format('ALTER ROLE %I LOGIN NOINHERIT CONNECTION LIMIT %s PASSWORD %L',
                'commissioning_' || service, :'connection_limit', password) END
FROM (VALUES
    ('indicators', :'indicators_password'),
    ('risks', :'risks_password'),
    ('pledges', :'pledges_password'),
    ('finance', :'finance_password'),
    ('gateway', :'gateway_password')) AS given (service, password) \gexec

-- An administrator who is no superuser must be a member of a role to give it a schema; taken back below.
SELECT format('GRANT %I TO CURRENT_USER', 'commissioning_' || service)
FROM unnest(string_to_array(:'services', ',')) AS service
WHERE NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) \gexec

SELECT format(statement, current_database(), service, 'commissioning_' || service)
FROM unnest(string_to_array(:'services', ',')) WITH ORDINALITY AS each_service (service, place),
     unnest(ARRAY[
         'GRANT CONNECT ON DATABASE %1$I TO %3$I',
         'CREATE SCHEMA IF NOT EXISTS %2$I AUTHORIZATION %3$I',
         'ALTER SCHEMA %2$I OWNER TO %3$I',
         'REVOKE ALL ON SCHEMA %2$I FROM PUBLIC',
         'ALTER ROLE %3$I SET search_path = %2$I'
     ]) WITH ORDINALITY AS each_statement (statement, step)
ORDER BY place, step \gexec

SELECT format('REVOKE %I FROM CURRENT_USER', 'commissioning_' || service)
FROM unnest(string_to_array(:'services', ',')) AS service
WHERE NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) \gexec

-- PostgreSQL only warns when a REVOKE was not ours to make: look at what stands, and refuse a leak.
DO $$
DECLARE leak text;
BEGIN
    SELECT string_agg(rolname, ', ' ORDER BY rolname) INTO leak
    FROM pg_roles
    WHERE rolname IN ('commissioning_indicators', 'commissioning_risks', 'commissioning_pledges',
                      'commissioning_finance', 'commissioning_gateway')
      AND (rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls
           OR EXISTS (SELECT FROM pg_auth_members WHERE member = pg_roles.oid));
    IF leak IS NOT NULL THEN
        RAISE EXCEPTION 'more than a service may be, or a member of another role: %', leak;
    END IF;
    SELECT string_agg(format('%s may use schema %s', r.rolname, n.nspname), '; ' ORDER BY r.rolname, n.nspname)
    INTO leak
    FROM pg_roles r, pg_namespace n
    WHERE r.rolname IN ('commissioning_indicators', 'commissioning_risks', 'commissioning_pledges',
                        'commissioning_finance', 'commissioning_gateway')
      AND n.nspname IN ('public', 'indicators', 'risks', 'pledges', 'finance', 'gateway')
      AND r.rolname <> 'commissioning_' || n.nspname
      AND (has_schema_privilege(r.oid, n.oid, 'USAGE') OR has_schema_privilege(r.oid, n.oid, 'CREATE'));
    IF leak IS NOT NULL THEN
        RAISE EXCEPTION 'the services are not kept apart: %', leak;
    END IF;
END $$;

COMMIT;
