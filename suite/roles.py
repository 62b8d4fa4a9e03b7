"""One PostgreSQL role, schema and search path for each service, which cannot reach another's.

The same effect as ``deploy/postgres/roles.sql``, for machines without psql.
"""

import re

import asyncpg

from chassis.errors import BadRequest, Conflict
from suite.settings import MEMBERS, RoleSettings

CONNECTION_LIMIT = 60

PASSWORD = re.compile(r"[A-Za-z0-9._-]+|SCRAM-SHA-256\$.+")
"""What stands in an address as it is; or a verifier, from which the server makes nothing more."""


UNUSABLE = "stands inside addresses: only letters, digits, dot, dash and underscore will do"

KEPT_APART = """
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
"""
"""PostgreSQL only warns when a REVOKE was not ours to make: looks at what stands. roles.sql ends with the same."""


class UnusablePassword(BadRequest):
    title = "A password cannot stand in a database address"


class RolesRefused(Conflict):
    title = "The server refuses, or the services would not be kept apart"


def role(member: str) -> str:
    return f"commissioning_{member}"


async def create_roles(settings: RoleSettings) -> None:
    """Create what is missing and set passwords and grants anew, in one transaction. Keeps all data.

    Raises:
        UnusablePassword: a password would have to be escaped in an address.
        RolesRefused: a service would see more than its own schema, or the server forbids it; nothing is changed.
    """
    _check_passwords(settings)
    address = settings.admin_url.get_secret_value().replace("postgresql+asyncpg://", "postgresql://", 1)
    try:
        # No statement stays prepared: an older pooler would hand the next caller its name.
        connection = await asyncpg.connect(address, statement_cache_size=0)
        try:
            await _create_all(connection, settings)
        finally:
            await connection.close()
    except asyncpg.PostgresError as error:
        raise RolesRefused(f"roles and schemas are as they were: {error}") from error


def _check_passwords(settings: RoleSettings) -> None:
    for member in MEMBERS:
        if not PASSWORD.fullmatch(settings.password(member)):
            raise UnusablePassword(f"the password for {role(member)} {UNUSABLE}")


async def _create_all(connection: asyncpg.Connection, settings: RoleSettings) -> None:
    async with connection.transaction():
        await _close_the_door(connection)
        for member in MEMBERS:
            await _create(connection, member, settings.password(member))
        await connection.execute(KEPT_APART)


async def _close_the_door(connection: asyncpg.Connection) -> None:
    database = await connection.fetchval("SELECT quote_ident(current_database())")
    await connection.execute(f"REVOKE ALL ON DATABASE {database} FROM PUBLIC")
    await connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")


async def _create(connection: asyncpg.Connection, member: str, password: str) -> None:
    name, database = role(member), await connection.fetchval("SELECT quote_ident(current_database())")
    secret = await connection.fetchval("SELECT quote_literal($1::text)", password)
    superuser = await connection.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    if not await connection.fetchval("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", name):
        await connection.execute(f"CREATE ROLE {name}")
    statements = [
        f"ALTER ROLE {name} LOGIN NOINHERIT CONNECTION LIMIT {CONNECTION_LIMIT} PASSWORD {secret}",
        f"GRANT {name} TO CURRENT_USER" if not superuser else "",
        f"GRANT CONNECT ON DATABASE {database} TO {name}",
        f"CREATE SCHEMA IF NOT EXISTS {member} AUTHORIZATION {name}",
        f"ALTER SCHEMA {member} OWNER TO {name}",
        f"REVOKE ALL ON SCHEMA {member} FROM PUBLIC",
        f"ALTER ROLE {name} SET search_path = {member}",
        f"REVOKE {name} FROM CURRENT_USER" if not superuser else "",
    ]
    for statement in filter(None, statements):
        await connection.execute(statement)
