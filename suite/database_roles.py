"""One PostgreSQL role, schema and search path for each service, which cannot reach another's.

What is made stands in ``roles.sql`` beside this file, which ``deploy/postgres/roles.sql`` runs by psql; this is for
machines without psql.
"""

from importlib.resources import files

import asyncpg

from chassis.errors import BadRequest, Conflict
from suite.settings import MEMBERS, RoleSettings


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
    address = settings.admin_url.get_secret_value().replace("postgresql+asyncpg://", "postgresql://", 1)
    try:
        # No statement stays prepared: an older pooler would hand the next caller its name.
        connection = await asyncpg.connect(address, statement_cache_size=0)
        try:
            await _create_all(connection, settings)
        finally:
            await connection.close()
    except asyncpg.InvalidParameterValueError as error:
        raise UnusablePassword(str(error)) from error
    except asyncpg.PostgresError as error:
        raise RolesRefused(f"roles and schemas are as they were: {error}") from error


async def _create_all(connection: asyncpg.Connection, settings: RoleSettings) -> None:
    passwords = {f"password_{member}": settings.password(member) for member in MEMBERS}
    async with connection.transaction():
        for name, value in ({"services": ",".join(MEMBERS)} | passwords).items():
            await connection.execute("SELECT set_config('commissioning.' || $1, $2, true)", name, value)
        await connection.execute(files("suite").joinpath("roles.sql").read_text())
