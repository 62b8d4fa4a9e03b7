"""The command line: every mistake is answered in a line that says what to do, and never with a trace."""

import re

import pytest

from suite.running_suite import PAGE
from suite.settings import MEMBERS
from tests.integration.suite.test_files import HOMES
from tests.process import SuiteProcess

MISTAKES = [
    (["business-date", "garbage"], "garbage"),
    (["business-date", "2018-13-01"], "2018-13-01"),
    (["business-date", "0001-01-01"], "1900-01-01"),
    (["business-date", "2018-03-31"], "suite migrate"),
    (["replay", "--consumer", "risks", "--from", "garbage"], "neither an offset nor a moment"),
    (["replay", "--consumer", "risks", "--from", "²"], "neither an offset nor a moment"),
    (
        ["replay", "--consumer", "nobody", "--from", "0"],
        "finance, indicators, pledges, pledges-finance, pledges-risks, risks, risks-finance, subscriptions-finance",
    ),
    (["dead-letters", "show", "risks", "99999999999999999999"], "number"),
    (["dead-letters", "list"], "suite migrate"),
    (["dead-letters", "discard", "risks", "1", "--reason", " "], "say why"),
    (["dead-letters", "list", "--consumer", "nobody"], "There is no consumer"),
    (["rebuild", "indicators"], "keeps nothing that it derives"),
    (["run", "--port", "99999"], "65535"),
    (["serve", "risks"], "SUITE_GATEWAY_KEYS"),
    (["migrate", "--create"], "DATABASE_PASSWORD_RISKS"),
    (["load", "reference", "--url", "http://127.0.0.1:1"], "error"),
    (["import", "/no/such/file.csv", "--mapping", "native"], "/no/such/file.csv"),
    (["export", "observations.pdf"], ".csv, .xlsx, .ods"),
    (["keys", "revoke", "nobody"], "nobody"),
]


@pytest.mark.parametrize(("arguments", "words"), MISTAKES, ids=[" ".join(a) for a, _ in MISTAKES])
def test_mistakes_are_answered_in_a_line(suite, arguments, words):
    status, _, error = suite(*arguments)
    assert status != 0
    plain = " ".join(re.sub(r"[│╭╮╰╯─]", " ", error).split())
    assert words in plain
    assert "Traceback" not in error


def test_a_database_that_is_away_is_a_line_without_its_password(suite):
    url = "postgresql+asyncpg://commissioning_risks:very-secret-word@127.0.0.1:1/commissioning"
    for command in (["migrate", "risks"], ["dead-letters", "list", "--consumer", "risks"]):
        status, _, error = suite(*command, DATABASE_URL_RISKS=url)
        assert status == 1
        assert error.count("\n") == 1
        assert "very-secret-word" not in error


KEY = {"SUITE_GATEWAY_KEYS": "i" * 32, "GATEWAY_SIGNING_KEY": "i" * 32}
SERVER = "postgresql+asyncpg://commissioning_risks:very-secret-word@127.0.0.1:1/commissioning"
FORGOTTEN = [
    (["serve", "risks"], {}, ["SUITE_GATEWAY_KEYS", "DATABASE_URL_RISKS", "BUS"]),
    (["serve", "risks"], KEY | {"BUS": "kafka"}, ["DATABASE_URL_RISKS"]),
    (["serve", "risks"], KEY | {"DATABASE_URL_RISKS": SERVER}, ["BUS"]),
    (["serve", "gateway"], KEY, ["DATABASE_URL_GATEWAY"]),
    (["serve", "risks"], KEY | {"BUS": "kafka", "DATABASE_URL_RISKS": "sqlite+threads:///x.db"}, ["BUS=kafka"]),
    (["run"], {"BUS": "kafka", "DATABASE_URL_RISKS": SERVER}, ["DATABASE_URL_SUBSCRIPTIONS and DATABASE_URL_GATEWAY"]),
    (["migrate"], {"BUS": "kafka"}, ["DATABASE_URL_INDICATORS", "DATABASE_URL_GATEWAY"]),
    (["migrate"], {"DATABASE_URL_RISKS": SERVER}, ["DATABASE_URL_INDICATORS", "the others are on PostgreSQL"]),
    (["replay", "--consumer", "risks", "--from", "0"], {"BUS": "kafka"}, ["DATABASE_URL_RISKS"]),
    (["keys", "list"], {"BUS": "kafka"}, ["DATABASE_URL_GATEWAY"]),
    (["dead-letters", "list"], {"BUS": "kafka"}, ["DATABASE_URL_RISKS"]),
    (["topics"], {}, ["BUS=kafka", "the embedded bus needs none"]),
]


@pytest.mark.parametrize(("arguments", "environment", "words"), FORGOTTEN)
def test_what_was_forgotten_is_named_and_never_a_local_file(suite, tmp_path, arguments, environment, words):
    status, _, error = suite(*arguments, **environment)
    assert status == 1
    assert error.startswith("error: ")
    assert error.count("\n") == 1
    assert [word for word in words if word not in error] == []
    assert "very-secret-word" not in error
    assert list(tmp_path.iterdir()) == []


def test_only_what_is_missing_is_named(suite):
    assert "DATABASE_URL" not in suite("serve", "risks", DATABASE_URL_RISKS=SERVER)[2]


def test_the_embedded_bus_needs_no_topics(suite):
    status, said, _ = suite("topics", BUS="embedded")
    assert (status, said) == (0, "The embedded bus needs no topics\n")


ROLES = {f"DATABASE_PASSWORD_{name.upper()}": "p" * 16 for name in MEMBERS}


def test_roles_are_not_made_for_databases_that_would_be_local_files(suite, tmp_path):
    status, _, error = suite("migrate", "--create", DATABASE_ADMIN_URL=SERVER, **ROLES)
    assert status == 1
    assert "Set DATABASE_URL_INDICATORS, DATABASE_URL_RISKS" in error
    assert list(tmp_path.iterdir()) == []


READERS = [["dead-letters", "list"], ["dead-letters", "show", "risks", "1"], ["business-date"], ["keys", "list"]]


@pytest.mark.parametrize("arguments", [*READERS, ["migrate", "--check"]], ids=" ".join)
def test_who_only_reads_makes_no_file(suite, tmp_path, arguments):
    status, _, error = suite(*arguments)
    assert status == 1
    assert "Run: suite migrate" in error
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [["openapi"], ["asyncapi"]], ids=" ".join)
def test_documents_make_no_file(suite, tmp_path, arguments):
    assert suite(*arguments, BUS="kafka")[0] == 0
    assert list(tmp_path.iterdir()) == []


def test_a_bad_setting_is_named(suite, monkeypatch):
    wrong = {
        "SUITE_BUSINESS_DATE": "0001-01-01",
        "LOG_FORMAT": "xml",
        "DATABASE_POOL_SIZE": "0",
        "GATEWAY_RISKS_URL": "nowhere",
    }
    for name, value in wrong.items():
        with monkeypatch.context() as only:
            only.setenv(name, value)
            status, _, error = suite("serve", "gateway", DATABASE_URL_GATEWAY="sqlite+threads:///x.db", **KEY)
        assert (status, error.count("\n")) == (1, 1), error
        assert error.startswith(f"error: {name}: ")
    assert suite("topics", BUS="pigeon")[2].startswith("error: BUS: ")


def test_so_is_one_of_kafka(suite):
    status, _, error = suite("topics", BUS="kafka", KAFKA_SECURITY_PROTOCOL="PIGEON")
    assert status == 1
    assert error.startswith("error: KAFKA_SECURITY_PROTOCOL: ")
    assert suite("topics", KAFKA_SECURITY_PROTOCOL="SASL_SSL")[2].startswith("error: KAFKA_*: SASL_SSL with")


def test_the_business_date_moves_in_every_service(suite):
    assert suite("migrate")[0] == 0
    assert suite("business-date", "2018-06-30")[1] == "2018-06-30\n"
    assert suite("business-date")[1] == "2018-06-30\n"
    assert suite("business-date", "today")[1] != "2018-06-30\n"


def test_keys_are_made_listed_and_revoked(suite):
    status, made, _ = suite("keys", "create", "stp", "--scope", "risks:read")
    assert status == 0
    assert made.startswith("csk_")
    listed = suite("keys", "list")[1]
    assert "stp" in listed
    assert made.strip() not in listed
    assert suite("keys", "revoke", "stp")[1] == "stp: revoked\n"
    assert "revoked" in suite("keys", "list")[1]


@pytest.mark.rest
def test_a_running_suite_lists_keys_to_the_last_and_takes_and_gives_files(suite, tmp_path):
    """More than a page of keys; a file as into the folder of a stopped suite, and out of it."""
    running = SuiteProcess(tmp_path / "var", reference=False).start()
    reached = {"SUITE_URL": running.url, "SUITE_KEY": running.admin_key}
    names = [f"key-{number}" for number in range(PAGE + 1)]
    try:
        assert running.wait_for(r"(No indicator is here yet)")
        with running.client() as client:
            for name in names:
                client.post("/access/v1/keys", json={"name": name, "scopes": ["risks:read"]}).raise_for_status()
        status, listed, error = suite("keys", "list", **reached)
        assert status == 0, error
        assert sorted(line.split()[0] for line in listed.splitlines()) == sorted(["admin", *names])
        assert suite("keys", "revoke", names[-1], **reached)[1] == f"{names[-1]}: revoked\n"
        status, said, error = suite("import", str(HOMES), "--mapping", "trafford", "--create-missing", **reached)
        assert (status, "60 rows read: 60 saved" in said) == (0, True), error
        taken = tmp_path / "taken.csv"
        assert suite("export", str(taken), "--area", "E92000001", **reached)[0] == 0
        assert len(taken.read_text().splitlines()) == 1 + 30
    finally:
        running.kill()


def test_the_documents_print_without_a_database(suite):
    import json

    assert "/risks/v1/risks" in json.loads(suite("openapi")[1])["paths"]
    assert json.loads(suite("asyncapi")[1])["asyncapi"] == "3.1.0"


def test_migrations_are_checked(suite):
    status, said, _ = suite("migrate")
    assert (status, said.count("up to date")) == (0, 6)
    assert suite("migrate", "--check")[0] == 0
