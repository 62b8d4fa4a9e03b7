-- One role, one schema and one search_path for each service, in the database psql is connected to.
-- What is done stands in suite/roles.sql, which `suite migrate --create` runs as well.
--
--   DATABASE_PASSWORD_INDICATORS=... DATABASE_PASSWORD_RISKS=... DATABASE_PASSWORD_PLEDGES=... \
--   DATABASE_PASSWORD_FINANCE=... DATABASE_PASSWORD_SUBSCRIPTIONS=... DATABASE_PASSWORD_GATEWAY=... \
--   psql -X -d commissioning -f deploy/postgres/roles.sql
--
-- Passwords come from the environment, or from psql variables (indicators_password, ...). A value that
-- starts with "SCRAM-SHA-256$" is taken as a ready verifier, so that no plain password reaches the server.
-- connection_limit (default 60) bounds each role, see docs/deployment.md.
--
-- Run it as a superuser, or as the owner of the database with CREATEROLE (the administrator of a managed
-- PostgreSQL 15 or newer). Running it again changes passwords and limits, repairs what drifted, keeps all data.

\set ON_ERROR_STOP on
\set services 'indicators,risks,pledges,finance,subscriptions,gateway'

\if :{?connection_limit} \else \set connection_limit '' \endif
\if :{?indicators_password} \else \set indicators_password '' \getenv indicators_password DATABASE_PASSWORD_INDICATORS \endif
\if :{?risks_password} \else \set risks_password '' \getenv risks_password DATABASE_PASSWORD_RISKS \endif
\if :{?pledges_password} \else \set pledges_password '' \getenv pledges_password DATABASE_PASSWORD_PLEDGES \endif
\if :{?finance_password} \else \set finance_password '' \getenv finance_password DATABASE_PASSWORD_FINANCE \endif
\if :{?subscriptions_password} \else \set subscriptions_password '' \getenv subscriptions_password DATABASE_PASSWORD_SUBSCRIPTIONS \endif
\if :{?gateway_password} \else \set gateway_password '' \getenv gateway_password DATABASE_PASSWORD_GATEWAY \endif

BEGIN;

SELECT set_config('commissioning.' || name, value, true)
FROM (VALUES
    ('services', :'services'),
    ('connection_limit', :'connection_limit'),
    ('password_indicators', :'indicators_password'),
    ('password_risks', :'risks_password'),
    ('password_pledges', :'pledges_password'),
    ('password_finance', :'finance_password'),
    ('password_subscriptions', :'subscriptions_password'),
    ('password_gateway', :'gateway_password')) AS given (name, value)
\g /dev/null

\ir ../../suite/roles.sql

COMMIT;
