"""An officer posts a value; the risk tied to it is re-scored with its reasons, and the saving is restated."""

import argparse
import re
import shlex
import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from suite.ledger_verification import check_ledger
from tests.process import ADMIN_KEY, SuiteProcess, settle

PLYMOUTH = "E06000026"
ROOT = Path(__file__).parents[2]
CURL = argparse.ArgumentParser()
CURL.add_argument("-sS", action="store_true")
CURL.add_argument("-X", dest="method", default="GET")
CURL.add_argument("-H", dest="headers", action="append")
CURL.add_argument("-d", dest="body")
CURL.add_argument("address")


class FirstStart(NamedTuple):
    """A data folder with the reference data, what the start that made it showed, and how that ended."""

    folder: Path
    output: str
    key: str
    status: int


@pytest.fixture(scope="session")
def first_start(tmp_path_factory: pytest.TempPathFactory) -> FirstStart:
    """Started without a key, and once more, so that what sweeps publish at a start is published as well."""
    process = SuiteProcess(tmp_path_factory.mktemp("loaded") / "var", admin_key=None).start()
    key = process.wait_for(r'explanation" -H "Authorization: Bearer (csk_\S+)"')  # the last line of a start
    shown = process.output
    with process.client(key) as client:
        settle(client)
    status = process.stop()
    with process.start().client(key) as client:
        settle(client)
    process.kill()
    return FirstStart(process.folder, shown, key, status)


@pytest.fixture
def suite(first_start: FirstStart, tmp_path: Path):
    shutil.copytree(first_start.folder, tmp_path / "var")
    process = SuiteProcess(tmp_path / "var", reference=False)
    yield process
    process.kill()


def post(client, indicator, period, value, **more):
    body = {"area": PLYMOUTH, "period": period, "value": value, "status": "final"} | more
    return client.post(f"/indicators/v1/indicators/{indicator}/observations", json=body)


def risk(client, ref):
    return client.get(f"/risks/v1/risks/{ref}").raise_for_status().json()


def status(client, indicator):
    return client.get(f"/indicators/v1/indicators/{indicator}/status?area={PLYMOUTH}").raise_for_status().json()


def effective(client, ref):
    return risk(client, ref)["effective"]["likelihood"]


def linked_scheme(client, indicator):
    schemes = client.get("/finance/v1/schemes").raise_for_status().json()["items"]
    for scheme in schemes:
        detail = client.get(f"/finance/v1/schemes/{scheme['code']}").json()
        if indicator in str(detail):
            return scheme["code"]
    raise AssertionError(f"no scheme is linked to {indicator}")


def test_the_risk_goes_up_and_after_two_better_periods_down(suite):
    with suite.start().client() as client:
        scheme = linked_scheme(client, "ae-four-hour-wait")
        saving_before = client.get(f"/finance/v1/schemes/{scheme}/position").json()
        assert effective(client, "OCC4") == 4

        posted = post(client, "ae-four-hour-wait", "Jan-18", "70.1")
        assert posted.status_code == 201
        settle(client)
        assert effective(client, "OCC4") == 5
        explanation = client.get("/risks/v1/risks/OCC4/explanation").json()
        raised = client.get("/risks/v1/risks/OCC4/history").json()["items"][-1]
        assert raised["event_ids"] == [posted.json()["event"]], "the rise names the event that caused it, and no other"
        assert posted.json()["event"] in explanation["event_ids"]
        assert posted.json()["event"] in explanation["text"]
        link = next(link for link in explanation["links"] if link["indicator"] == "ae-four-hour-wait")
        assert (link["severity_at"], link["severity_now"]) == (1, 2)

        saving = client.get(f"/finance/v1/schemes/{scheme}/position").json()
        assert saving["indicated"] != saving_before["indicated"]
        assert saving["banked"] == saving_before["banked"]

        assert post(client, "ae-four-hour-wait", "Feb-18", "96.0").status_code == 201
        settle(client)
        assert effective(client, "OCC4") == 5, "one better period is not enough"
        assert post(client, "ae-four-hour-wait", "Mar-18", "96.5").status_code == 201
        settle(client)
        assert effective(client, "OCC4") < 5


def test_again_changes_nothing_and_a_final_value_needs_a_reason(suite):
    with suite.start().client() as client:
        assert post(client, "rtt-18-weeks", "Feb-18", "81.6").status_code == 201
        settle(client)
        before = risk(client, "OCC4"), status(client, "rtt-18-weeks")
        assert post(client, "rtt-18-weeks", "Feb-18", "81.6").status_code == 200
        settle(client)
        assert (risk(client, "OCC4"), status(client, "rtt-18-weeks")) == before
        refused = post(client, "rtt-18-weeks", "Feb-18", "80.0")
        assert refused.status_code == 409
        assert refused.headers["content-type"] == "application/problem+json"
        assert post(client, "rtt-18-weeks", "Feb-18", "80.0", reason="corrected return").status_code == 201
        settle(client)
        assert status(client, "rtt-18-weeks")["version"] == before[1]["version"] + 1


@pytest.mark.rest
@pytest.mark.parametrize("crash_at", ["relay.before_publish", "relay.before_mark", "consumer.mid_batch"])
def test_killed_between_commit_and_publish_loses_and_doubles_nothing(suite, crash_at):
    with suite.start(crash_at=crash_at).client() as client:
        with suppress(httpx.HTTPError):  # the answer may or may not get out before the end
            post(client, "ae-four-hour-wait", "Jan-18", "70.1")
        assert suite.wait_gone() == -9
    with suite.start().client() as client:
        settle(client)
        assert effective(client, "OCC4") == 5
        history = client.get("/risks/v1/risks/OCC4/history").json()["items"]
        raised = [entry for entry in history if entry["after"]["likelihood"] == 5]
        assert len(raised) == 1
        scheme = linked_scheme(client, "ae-four-hour-wait")
        entries = client.get(f"/finance/v1/schemes/{scheme}/entries").json()["items"]
        january = [e for e in entries if e["period"] == "2018-01"]
        assert len(january) == 1


def test_the_first_start_makes_a_key_and_shows_it_once(first_start, suite):
    assert any("Business date 2018-02-28" in line for line in first_start.output.splitlines()[:3]), first_start.output
    assert first_start.status == 0
    suite.admin_key, suite.reference = None, True
    suite.start()
    suite.wait_for(r"(suite keys create NAME)")
    assert "csk_" not in suite.output
    assert suite.command("business-date") == "2018-02-28\n"
    for key, answer in ((first_start.key, 200), ("wrong", 401)):
        with suite.client(key) as client:
            assert client.get("/risks/v1/risks/OCC4").status_code == answer
    suite.kill()
    stored = b"".join(path.read_bytes() for path in suite.folder.glob("*"))
    assert first_start.key.encode() not in stored


def commands_in(text: str) -> list[list[str]]:
    """The words of each curl of a text for a shell, as a shell reads them."""
    lines = text.replace("\\\n", " ").replace(" && ", "\n").splitlines()
    return [shlex.split(line) for line in lines if line.lstrip().startswith("curl ")]


def sent(words: list[str], url: str, key: str) -> httpx.Response:
    """What is answered to a curl that was printed for a suite elsewhere, with its key or with ``$SUITE_KEY``."""
    given = CURL.parse_args(words[1:])
    headers = dict(header.replace("$SUITE_KEY", key).split(": ", 1) for header in given.headers)
    there = re.sub(r"^http://127\.0\.0\.1:\d+", url, given.address)
    return httpx.request(given.method, there, headers=headers, content=given.body, timeout=30, trust_env=False)


@pytest.mark.parametrize("printed", ["README", "the first start"])
def test_what_is_printed_to_be_pasted_does_what_it_says(first_start, suite, printed):
    text = first_start.output if printed == "the first start" else (ROOT / "README.md").read_text()
    post, explanation, *others = commands_in(text)
    with suite.start().client() as client:
        assert effective(client, "OCC4") == 4
        assert sent(post, suite.url, first_start.key).status_code == 201
        settle(client)
        assert effective(client, "OCC4") == 5
    for words in (explanation, *others):
        answer = sent(words, suite.url, first_start.key)
        assert answer.status_code == 200, answer.text
    assert len(others) == (1 if printed == "README" else 0)


def test_starting_again_keeps_the_data_and_loads_nothing_twice(suite):
    with suite.start().client() as client:
        post(client, "ae-four-hour-wait", "Jan-18", "70.1")
        settle(client)
    suite.stop()
    suite.reference = True
    with suite.start().client() as client:
        assert effective(client, "OCC4") == 5
        history = client.get("/indicators/v1/indicators/ae-four-hour-wait/observations").json()["items"]
        assert [o["revision"] for o in history if o["period"] == "2018-01" and o["area"] == PLYMOUTH] == [1]


def test_bad_input_is_answered_well(suite):
    with suite.start().client() as client:
        path = "/indicators/v1/indicators/ae-four-hour-wait/observations"
        good = {"area": PLYMOUTH, "period": "Jan-18", "value": "81.6", "status": "final"}

        def fields(status, body=None, **more):
            answer = client.post(path, json=body, **more) if body is not None else client.post(path, **more)
            assert answer.status_code == status, answer.text
            assert answer.headers["content-type"] == "application/problem+json"
            problem = answer.json()
            assert problem["status"] == status
            return [error["field"] for error in problem.get("errors", [])]

        assert post(client, "no-such-indicator", "Jan-18", "1").status_code == 404
        assert fields(422, good | {"period": "sometime"}) == ["period"]
        assert fields(422, good | {"value": "many"}) == ["value"]
        assert fields(422, good | {"value": "NaN"}) == ["value"]
        assert fields(422, good | {"surprise": 1}) == ["surprise"]
        assert fields(422, good | {"area": "E99999999"}) == ["area"]
        assert set(fields(422, {"period": "sometime", "value": "many"})) == {"area", "period", "value"}
        raw_nan = '{"area":"E06000026","period":"Jan-18","value":NaN,"status":"final"}'
        assert fields(422, content=raw_nan, headers={"content-type": "application/json"}) == ["value"]
        fields(400, content="{oops", headers={"content-type": "application/json"})
        fields(415, content="area=E06000026", headers={"content-type": "application/x-www-form-urlencoded"})
        fields(413, content=b"x" * 10_000_000, headers={"content-type": "application/json"})
        known = client.get("/indicators/v1/indicators/ae-four-hour-wait").json()
        names = ("code", "name", "unit", "decimals", "polarity", "frequency")
        again = {name: known[name] for name in names} | {"name": "Another"}
        assert client.post("/indicators/v1/indicators", json=again).status_code == 409


def test_the_ledger_is_verified_by_address_and_a_row_that_was_changed_is_named(suite):
    suite.start()
    check = check_ledger(suite.url, ADMIN_KEY)
    assert check.is_clean
    assert check.transfers > check.entries > 0
    suite.stop()
    with closing(sqlite3.connect(suite.folder / "finance.db")) as connection, connection:
        connection.execute("UPDATE transfer SET pence = pence + 1 WHERE number = 3")
    suite.start()
    assert "transfer plymouth-integrated.3" in {
        f"{one.table} {one.row}" for one in check_ledger(suite.url, ADMIN_KEY).faults
    }
