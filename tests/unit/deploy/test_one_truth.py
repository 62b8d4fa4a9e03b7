"""`suite migrate --create` and roles.sql leave the same PostgreSQL behind. A cluster of its own."""

import asyncio
from collections.abc import Callable, Iterator

import pytest
from pydantic import SecretStr

from suite.database_roles import RolesRefused, UnusablePassword, create_roles
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


SCRIPT = REPOSITORY / "deploy" / "postgres" / "roles.sql"


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


def settings_for(cluster: Cluster, administrator: str = "postgres", **other: str) -> RoleSettings:
    address = f"postgresql+asyncpg://{administrator}:postgres-password@127.0.0.1:{cluster.port}/commissioning"
    passwords = {f"password_{service}": SecretStr(password) for service, password in (PASSWORDS | other).items()}
    return RoleSettings(admin_url=SecretStr(address), **passwords)


@pytest.mark.parametrize("administrator", ["postgres", "administrator"])
def test_both_ways_leave_the_same(cluster: Cluster, administrator: str) -> None:
    if administrator != "postgres":
        cluster.sql("CREATE ROLE administrator LOGIN CREATEROLE PASSWORD 'postgres-password'")
    settings = settings_for(cluster, administrator)

    def by_psql() -> None:
        done = cluster.psql("-f", str(SCRIPT), user=administrator, database="commissioning", **ROLE_SECRETS)
        assert done.returncode == 0, done.stderr

    def by_suite() -> None:
        asyncio.run(create_roles(settings))

    ours = left_behind(cluster, administrator, by_suite)
    assert ours[0].count("commissioning_") == len(SERVICES)
    assert ours == left_behind(cluster, administrator, by_psql)


@pytest.fixture
def standing(cluster: Cluster) -> Iterator[RoleSettings]:
    """Roles and schemas as the suite makes them, taken down afterwards."""
    cluster.sql("CREATE DATABASE commissioning")
    settings = settings_for(cluster)
    asyncio.run(create_roles(settings))
    yield settings
    cluster.sql("DROP DATABASE commissioning WITH (FORCE)")
    for service in SERVICES:
        cluster.sql(f"DROP ROLE commissioning_{service}")


LEAKS = {
    "ALTER ROLE commissioning_risks SUPERUSER": "a member of another role: commissioning_risks",
    "ALTER ROLE commissioning_risks BYPASSRLS": "a member of another role: commissioning_risks",
    "GRANT commissioning_finance TO commissioning_risks": "a member of another role: commissioning_risks",
    "GRANT USAGE ON SCHEMA risks TO commissioning_pledges": "commissioning_pledges may use schema risks",
}


@pytest.mark.parametrize(("leak", "words"), LEAKS.items(), ids=list(LEAKS))
def test_what_the_script_refuses_the_command_refuses(
    cluster: Cluster, standing: RoleSettings, leak: str, words: str
) -> None:
    cluster.sql(leak, database="commissioning")
    refused = cluster.psql("-f", str(SCRIPT), database="commissioning", **ROLE_SECRETS)
    assert words in refused.stderr
    with pytest.raises(RolesRefused, match=words):
        asyncio.run(create_roles(standing))


def test_a_wrong_administrator_is_a_line(cluster: Cluster, standing: RoleSettings) -> None:
    wrong = settings_for(cluster).admin_url.get_secret_value().replace("postgres-password", "guessed")
    with pytest.raises(RolesRefused, match="password authentication failed"):
        asyncio.run(create_roles(standing.model_copy(update={"admin_url": SecretStr(wrong)})))


def test_a_password_that_no_address_takes_changes_nothing(cluster: Cluster, standing: RoleSettings) -> None:
    look = "SELECT rolname, rolpassword FROM pg_authid WHERE rolname LIKE 'commissioning_%' ORDER BY rolname"
    before = cluster.sql(look)
    with pytest.raises(UnusablePassword, match="the password for commissioning_finance stands inside addresses"):
        asyncio.run(create_roles(settings_for(cluster, finance="slash/in-the-address")))
    assert cluster.sql(look) == before


def test_a_verifier_is_taken_as_it_is(cluster: Cluster, standing: RoleSettings) -> None:
    look = "SELECT rolpassword FROM pg_authid WHERE rolname = 'commissioning_{}'"
    verifier = cluster.sql(look.format("risks"))
    asyncio.run(create_roles(settings_for(cluster, finance=verifier)))
    assert cluster.sql(look.format("finance")) == verifier
