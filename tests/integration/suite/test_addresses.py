"""A wrong address is answered in one line that names its variable and none of its secrets."""

import pytest
from sqlalchemy.engine import make_url

from suite.settings import MEMBERS
from tests.integration.suite.conftest import execute

SERVER = "postgresql+asyncpg://commissioning_risks:very-secret-word@127.0.0.1:1/commissioning"
URLS = {f"DATABASE_URL_{name.upper()}": SERVER for name in MEMBERS}
ROLES = {f"DATABASE_PASSWORD_{name.upper()}": "p" * 16 for name in MEMBERS}
ADMIN = "postgresql+asyncpg://postgres:very-secret-word@127.0.0.1:1/postgres"
ADDRESSES = [
    ("garbage", "DATABASE_ADMIN_URL: this is no database address"),
    ("postgresql://postgres:very-secret-word/@host:port/x", "DATABASE_ADMIN_URL: "),
    ("mysql://root:very-secret-word@host/x", "DATABASE_ADMIN_URL: postgresql"),
    (f"{ADMIN}?sslmode=require", "DATABASE_ADMIN_URL: leave ssl and sslmode out: PGSSLMODE"),
    (f"{ADMIN}?ssl=true", "DATABASE_ADMIN_URL: leave ssl and sslmode out: PGSSLMODE"),
    (f"{ADMIN}?very-secret-word=1", "DATABASE_ADMIN_URL: after the ? only host"),
    (ADMIN, "Connect call failed"),
]


def one_line(answer):
    status, _, error = answer
    assert (status, error.count("\n")) == (1, 1), error
    assert error.startswith("error: ")
    assert "very-secret" not in error
    return error


@pytest.mark.parametrize(("address", "words"), ADDRESSES)
def test_an_administrators_address_is_checked(suite, address, words):
    assert words in one_line(suite("migrate", "--create", DATABASE_ADMIN_URL=address, **ROLES, **URLS))


@pytest.mark.parametrize("parameter", ["sslmode=require", "ssl=require", "application_name=suite"])
def test_so_is_a_services(suite, parameter):
    error = one_line(suite("migrate", "risks", DATABASE_URL_RISKS=f"{SERVER}?{parameter}"))
    assert error.startswith("error: DATABASE_URL_RISKS: ")


@pytest.fixture
def nobody(empty_database):
    """A role that may come in and do nothing."""
    execute(empty_database, "CREATE ROLE command_nobody LOGIN PASSWORD 'very-secret-word'")
    yield make_url(empty_database).set(username="command_nobody", password="very-secret-word")
    execute(empty_database, "DROP ROLE command_nobody")


@pytest.mark.postgres
def test_what_the_server_refuses_is_a_line(suite, nobody, empty_database):
    refused = {
        "password authentication failed": nobody.set(password="very-secret-wrong"),
        "does not exist": make_url(empty_database).set(database="not_there"),
        "as they were": nobody,
    }
    for words, address in refused.items():
        given = address.render_as_string(hide_password=False)
        assert words in one_line(suite("migrate", "--create", DATABASE_ADMIN_URL=given, **ROLES, **URLS))
        if address is not nobody:
            assert words in one_line(suite("migrate", "risks", DATABASE_URL_RISKS=given))


@pytest.mark.postgres
def test_the_mode_of_tls_is_given_beside_the_address(empty_database, suite):
    """The server of the tests speaks without TLS: who insists on it is refused, so the variable is heard."""
    own = URLS | {"DATABASE_URL_RISKS": empty_database, "PGSSLMODE": "require"}
    for command in (["migrate", "risks"], ["migrate", "--create"]):
        error = one_line(suite(*command, DATABASE_ADMIN_URL=empty_database, **ROLES, **own))
        assert "SSL" in error
