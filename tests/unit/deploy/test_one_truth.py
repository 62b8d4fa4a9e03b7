"""`suite migrate --create` and roles.sql leave the same PostgreSQL behind. A cluster of its own."""

import asyncio
from collections.abc import Callable

import pytest
from pydantic import SecretStr

from suite.roles import create_roles
from suite.settings import RoleSettings
from tests.unit.deploy.conftest import PASSWORDS, REPOSITORY, ROLE_SECRETS, SERVICES, Cluster

pytestmark = pytest.mark.postgres

ROLES = """
    SELECT rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolbypassrls,
           rolconnlimit, rolvaliduntil
    FROM pg_roles WHERE rolname LIKE 'commissioning%' ORDER BY rolname
"""
SETTINGS = "SELECT setrole::regrole, setdatabase, setconfig FROM pg_db_role_setting ORDER BY setrole::regrole::text"
MEMBERS = "SELECT roleid::regrole, member::regrole FROM pg_auth_members WHERE member::regrole::text ~ '^commissioning'"
SCHEMAS = """
    SELECT nspname, nspowner::regrole, nspacl::text FROM pg_namespace
    WHERE nspname !~ '^(pg_|information)' ORDER BY nspname
"""
DATABASE = "SELECT datdba::regrole, datacl::text FROM pg_database WHERE datname = 'commissioning'"


def left_behind(cluster: Cluster, administrator: str, apply: Callable[[], None]) -> list[str]:
    """What stands after ``apply`` in a new database with no roles; taken down again."""
    cluster.sql(f"CREATE DATABASE commissioning OWNER {administrator}")
    try:
        apply()
        return [cluster.sql(look, database="commissioning") for look in (ROLES, SETTINGS, MEMBERS, SCHEMAS, DATABASE)]
    finally:
        cluster.sql("DROP DATABASE commissioning WITH (FORCE)")
        for service in SERVICES:
            cluster.sql(f"DROP ROLE IF EXISTS commissioning_{service}")


@pytest.mark.parametrize("administrator", ["postgres", "administrator"])
def test_both_ways_leave_the_same(cluster: Cluster, administrator: str) -> None:
    if administrator != "postgres":
        cluster.sql("CREATE ROLE administrator LOGIN CREATEROLE PASSWORD 'postgres-password'")
    address = f"postgresql+asyncpg://{administrator}:postgres-password@127.0.0.1:{cluster.port}/commissioning"
    passwords = {f"password_{service}": SecretStr(password) for service, password in PASSWORDS.items()}
    settings = RoleSettings(admin_url=SecretStr(address), **passwords)
    script = str(REPOSITORY / "deploy" / "postgres" / "roles.sql")

    def by_psql() -> None:
        done = cluster.psql("-f", script, user=administrator, database="commissioning", **ROLE_SECRETS)
        assert done.returncode == 0, done.stderr

    def by_suite() -> None:
        asyncio.run(create_roles(settings))

    ours = left_behind(cluster, administrator, by_suite)
    assert ours[0].count("commissioning_") == len(SERVICES)
    assert ours == left_behind(cluster, administrator, by_psql)
