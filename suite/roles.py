"""One PostgreSQL role, schema and search path for each service, which cannot reach another's.

The same effect as ``deploy/postgres/roles.sql``, for machines without psql.
"""

import asyncpg

from suite.settings import MEMBERS, RoleSettings

CONNECTION_LIMIT = 60


def role(member: str) -> str:
    return f"commissioning_{member}"


async def create_roles(settings: RoleSettings) -> None:
    """Create what is missing and set passwords and grants anew, in one transaction. Keeps all data."""
    address = settings.admin_url.get_secret_value().replace("postgresql+asyncpg://", "postgresql://", 1)
    connection = await asyncpg.connect(address)
    try:
        async with connection.transaction():
            await _close_the_door(connection)
            for member in MEMBERS:
                await _create(connection, member, settings.password(member))
    finally:
        await connection.close()


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
