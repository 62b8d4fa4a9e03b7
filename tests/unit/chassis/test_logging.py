"""What is logged: ours and the libraries' in one form, and never at the price of what is logged."""

import io
import json
import logging
import sys

import pytest
import structlog

from chassis.logging import configure_logging


@pytest.fixture(autouse=True)
def _as_before():
    """Logging as the tests have it, afterwards."""
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.configure(**before)
    root.handlers[:] = handlers
    root.setLevel(level)


def test_ours_and_the_libraries_leave_lines_of_one_form(capsys):
    configure_logging(form="json")
    structlog.get_logger().info("relay.published", count=3)
    logging.getLogger("a.library").warning("slow: %s", "disk")
    ours, theirs = map(json.loads, capsys.readouterr().err.splitlines())
    assert (ours["event"], ours["count"], ours["level"]) == ("relay.published", 3, "info")
    assert (theirs["event"], theirs["level"]) == ("slow: disk", "warning")
    assert ours.keys() - {"count"} == theirs.keys()


def test_less_than_the_level_is_left_out(capsys):
    configure_logging(level="WARNING")
    structlog.get_logger().info("unheard")
    structlog.get_logger().warning("heard")
    assert [line.split("]")[1].split()[0] for line in capsys.readouterr().err.splitlines()] == ["heard"]


def test_what_cannot_be_written_fails_nothing(monkeypatch):
    file = io.StringIO()
    monkeypatch.setattr(sys, "stderr", file)
    configure_logging()
    file.close()
    structlog.get_logger().error("lost")


@pytest.mark.parametrize("form", ["plain", "json"])
def test_what_a_caller_sent_makes_no_line_of_its_own(capsys, form):
    configure_logging(form=form)
    forged = "/x\r\n2018-02-28T09:30:00Z [info] keys.created \x1b[2J\x85\u2028name=evil"
    structlog.get_logger().info("request.answered", path=forged, short="\x1b[2J", seen=[forged])
    logging.getLogger("a.library").warning("unreadable: %s", forged)
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 2
    assert "\x1b[2J" not in said


SECRETS = {
    "csk_" + "k" * 43: "csk_kkkk***",
    "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbmEifQ.c2lnbmF0dXJl": "***",
    "Bearer 0123456789abcdef": "Bearer ***",
    "postgresql://suite:hunter2-and-more@db:5432/risks": "postgresql://suite:***@db:5432/risks",
}


@pytest.mark.parametrize("form", ["plain", "json"])
@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_in_what_is_said_is_not_logged(capsys, form, secret):
    """In a field of ours, in what a library says, and in an error with its traceback."""
    configure_logging(form=form)
    structlog.get_logger().info("request.failed", reason=f"refused: {secret}", seen=[secret])
    logging.getLogger("a.library").warning("sent %s", secret)
    try:
        raise ValueError(secret)
    except ValueError:
        structlog.get_logger().exception("request.crashed")
    said = capsys.readouterr().err
    assert secret not in said
    assert said.count(SECRETS[secret]) >= 4


def test_what_looks_like_no_secret_is_logged_as_it_is(capsys):
    configure_logging(form="json")
    told = {"path": "/problems/unauthorized", "scheme": "Bearer", "at": "http://127.0.0.1:8000/", "prefix": "csk_abcd"}
    structlog.get_logger().info("gateway.key_refused", **told)
    said = json.loads(capsys.readouterr().err)
    assert {name: said[name] for name in told} == told
