"""deploy/postgres/roles.sql on a real PostgreSQL: each service has its own room and no key to another."""

import subprocess
from collections.abc import Iterator
from itertools import permutations
from uuid import uuid4

import pytest

from tests.unit.deploy.conftest import PASSWORDS, REPOSITORY, ROLE_SECRETS, SERVICES, Cluster

pytestmark = pytest.mark.postgres
ROLES = REPOSITORY / "deploy" / "postgres" / "roles.sql"


def run(cluster: Cluster, database: str, *arguments: str, user: str = "postgres") -> subprocess.CompletedProcess[str]:
    return cluster.psql(*arguments, "-f", str(ROLES), database=database, user=user, **ROLE_SECRETS)


@pytest.fixture(scope="module")
def database(cluster: Cluster) -> Iterator[str]:
    """A database with the roles in it, and a table with a row in every schema."""
    name = f"commissioning_{uuid4().hex[:8]}"
    cluster.sql(f"CREATE DATABASE {name}")
    done = run(cluster, name)
    assert done.returncode == 0, done.stderr
    for service in SERVICES:
        owner = f"commissioning_{service}"
        cluster.sql("CREATE TABLE thing AS SELECT 1 AS known", user=owner, database=name)
    yield name
    cluster.sql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_works_in_its_own_schema(cluster: Cluster, database: str, service: str) -> None:
    who = {"user": f"commissioning_{service}", "database": database}
    assert cluster.sql("SHOW search_path", **who) == service
    assert cluster.sql("SELECT known FROM thing", **who) == "1"
    assert cluster.sql("SELECT schemaname FROM pg_tables WHERE tablename = 'thing' AND tableowner = user", **who) == (
        service
    )
    assert cluster.sql("CREATE TABLE more (id int); DROP TABLE more", **who)


@pytest.mark.parametrize(("service", "other"), list(permutations(SERVICES, 2)))
def test_a_service_sees_nothing_of_another(cluster: Cluster, database: str, service: str, other: str) -> None:
    who = {"user": f"commissioning_{service}", "database": database}
    for statement in (
        f"SELECT * FROM {other}.thing",  # noqa: S608  the name comes from the list above
        f"INSERT INTO {other}.thing VALUES (2)",  # noqa: S608  the same
        f"CREATE TABLE {other}.mine (id int)",
        f"SET ROLE commissioning_{other}",
    ):
        refused = cluster.psql("-c", statement, **who)
        assert refused.returncode != 0, statement
        assert "permission denied" in refused.stderr


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_no_rights_outside(cluster: Cluster, database: str, service: str) -> None:
    who = {"user": f"commissioning_{service}", "database": database}
    for statement in (
        "CREATE TABLE public.mine (id int)",
        "CREATE SCHEMA mine",
        "CREATE TEMPORARY TABLE mine (id int)",
        "CREATE DATABASE mine",
        "CREATE ROLE mine",
        "SELECT pg_read_file('postgresql.conf')",
    ):
        refused = cluster.psql("-c", statement, **who)
        assert refused.returncode != 0, statement
        assert "permission denied" in refused.stderr
    assert (
        cluster.sql(
            "SELECT rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls, rolinherit, "
            "rolconnlimit FROM pg_roles WHERE rolname = user",
            **who,
        )
        == "f|f|f|f|f|f|60"
    )


def test_a_wrong_password_is_refused(cluster: Cluster, database: str) -> None:
    refused = cluster.psql(
        "-c", "SELECT 1", user="commissioning_risks", database=database, PGPASSWORD=PASSWORDS["finance"]
    )
    assert refused.returncode != 0
    assert "password authentication failed" in refused.stderr


def test_running_again_keeps_data_and_repairs_a_leak(cluster: Cluster, database: str) -> None:
    cluster.sql("GRANT ALL ON SCHEMA public TO PUBLIC; GRANT ALL ON SCHEMA risks TO PUBLIC", database=database)
    done = run(cluster, database, "-v", "connection_limit=7")
    assert done.returncode == 0, done.stderr
    who = {"user": "commissioning_finance", "database": database}
    assert cluster.sql("SELECT known FROM thing", **who) == "1"
    assert cluster.psql("-c", "SELECT * FROM risks.thing", **who).returncode != 0
    assert cluster.sql("SELECT rolconnlimit FROM pg_roles WHERE rolname = user", **who) == "7"
    assert run(cluster, database).returncode == 0


def test_a_grant_to_a_role_is_refused(cluster: Cluster, database: str) -> None:
    cluster.sql("GRANT USAGE ON SCHEMA risks TO commissioning_pledges", database=database)
    try:
        refused = run(cluster, database)
        assert refused.returncode != 0
        assert "commissioning_pledges may use schema risks" in refused.stderr
    finally:
        cluster.sql("REVOKE USAGE ON SCHEMA risks FROM commissioning_pledges", database=database)


def test_a_missing_password_changes_nothing(cluster: Cluster, database: str) -> None:
    known = "SELECT rolpassword FROM pg_authid WHERE rolname LIKE 'commissioning_%' ORDER BY rolname"
    before = cluster.sql(known, database=database)
    given = {name: value for name, value in ROLE_SECRETS.items() if "FINANCE" not in name}
    refused = cluster.psql("-f", str(ROLES), database=database, **given)
    assert refused.returncode != 0
    assert "commissioning_finance" in refused.stderr
    assert cluster.sql(known, database=database) == before


@pytest.mark.parametrize("password", ["with a space, long enough", "slash/in-the-address", "at@in-the-address-here"])
def test_a_password_that_no_address_takes_changes_nothing(cluster: Cluster, database: str, password: str) -> None:
    given = ROLE_SECRETS | {"DATABASE_PASSWORD_FINANCE": password}
    refused = cluster.psql("-f", str(ROLES), database=database, **given)
    assert refused.returncode != 0
    assert "the password for commissioning_finance stands inside addresses" in refused.stderr
    assert password not in refused.stderr
    assert cluster.sql("SELECT known FROM thing", user="commissioning_finance", database=database) == "1"


@pytest.mark.parametrize("power", ["CREATEDB", "CREATEROLE", "BYPASSRLS", "IN"])
def test_a_role_with_more_power_is_refused(cluster: Cluster, database: str, power: str) -> None:
    give, take = f"ALTER ROLE commissioning_risks {power}", f"ALTER ROLE commissioning_risks NO{power}"
    if power == "IN":
        give = "GRANT commissioning_finance TO commissioning_risks"
        take = "REVOKE commissioning_finance FROM commissioning_risks"
    cluster.sql(give)
    try:
        refused = run(cluster, database)
        assert refused.returncode != 0
        assert "more than a service may be, or a member of another role: commissioning_risks" in refused.stderr
    finally:
        cluster.sql(take)
