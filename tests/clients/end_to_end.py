"""A council's program, made of nothing but the client that is released as a wheel, against a real suite.

Run by ``make clients`` once the client is generated; its name keeps it out of ``make test``.
"""

import asyncio
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.clients.checks import PROGRAMS, PYTHON_CLIENT, ROOT, WHEELS
from tests.process import ADMIN_KEY, SuiteProcess, settle

sys.path.insert(0, str(PYTHON_CLIENT.parent))

from commissioning_suite_client import AuthenticatedClient, models
from commissioning_suite_client.api.access import access_create_key
from commissioning_suite_client.api.finance import (
    finance_get_fund_position,
    finance_list_schemes,
    finance_savings_range,
)
from commissioning_suite_client.api.indicators import (
    indicators_add_indicator,
    indicators_get_indicator,
    indicators_list_indicators,
    indicators_list_observations,
    indicators_record_observation,
)
from commissioning_suite_client.api.risks import (
    risks_amend_risk,
    risks_create_risk,
    risks_get_risk,
    risks_list_audit_entries,
)
from commissioning_suite_client.connection import ProblemError, connect, items, result, tag

PLYMOUTH = "E06000026"
MOVED = {"title", "version", "changed_at"}
"""What a change of the title changes of a risk."""


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AuthenticatedClient]:
    suite = SuiteProcess(tmp_path_factory.mktemp("suite"))
    try:
        suite.start(within=150)
        yield connect(suite.url, ADMIN_KEY, timeout=60)
    finally:
        suite.kill()


def indicator() -> models.IndicatorIn:
    return models.IndicatorIn(
        code="home-care-within-a-day",
        name="Home care that begins within a day",
        unit=models.Unit.PERCENTAGE,
        polarity=models.Polarity.HIGH_IS_GOOD,
        frequency=models.PeriodKind.MONTH,
    )


def risk(ref: str = "OCC9") -> models.RiskIn:
    return models.RiskIn.from_dict(
        {
            "ref": ref,
            "register": "people-2018",
            "title": "Too few home-care hours",
            "category": "Operational/Service Delivery",
            "owner": "Craig McArdle",
            "mode": "propose",
            "controls": ["Weekly call with providers"],
            "assurances": [{"source": "Internal audit", "line": 3, "date": "2018-01-15"}],
            "actions": [{"text": "Open a second framework", "due": "2018-06-30"}],
            "review_date": "2018-06-30",
            "target": {"impact": 4, "likelihood": 2},
            "assessment": {"impact": 4, "likelihood": 3, "reason": "First assessment"},
            "links": [{"indicator": "home-care-within-a-day", "area": PLYMOUTH, "group": "home-care"}],
        }
    )


def test_an_indicator_and_its_observation_are_created_and_read(client: AuthenticatedClient) -> None:
    made = indicators_add_indicator.sync_detailed(client=client, body=indicator())
    assert (made.status_code, made.headers["location"]) == (201, "/indicators/v1/indicators/home-care-within-a-day")
    read = indicators_get_indicator.sync(made.parsed.code, client=client)
    assert read == made.parsed

    body = models.ObservationIn(
        area=PLYMOUTH, period="Jan-18", value="81.65", status=models.ObservationStatus.FINAL, note="First month"
    )
    recorded = indicators_record_observation.sync_detailed(read.code, client=client, body=body)
    assert recorded.status_code == 201
    (found,) = indicators_list_observations.sync(read.code, client=client, area=PLYMOUTH).items
    assert (str(found.value), found.status, found.note, found.revision) == ("81.65", body.status, "First month", 1)


def test_a_patch_of_the_title_leaves_the_rest_of_a_risk_alone(client: AuthenticatedClient) -> None:
    created = risks_create_risk.sync_detailed(client=client, body=risk(), idempotency_key="occ9")
    assert created.status_code == 201
    settle(client.get_httpx_client())  # what its links tell of it changes its tag
    before = risks_get_risk.sync_detailed("OCC9", client=client)

    change = models.RiskPatch(title="Too few home-care hours to discharge people on time")
    amended = risks_amend_risk.sync_detailed("OCC9", client=client, body=change, if_match=tag(before))
    assert amended.status_code == 200
    was, now = before.parsed.to_dict(), risks_get_risk.sync("OCC9", client=client).to_dict()
    assert now["title"] == change.title
    assert {name: value for name, value in now.items() if name not in MOVED} == {
        name: value for name, value in was.items() if name not in MOVED
    }
    assert was["controls"], "there was something to lose"
    assert was["actions"]

    with pytest.raises(ProblemError) as stale:
        risks_amend_risk.sync_detailed("OCC9", client=client, body=change, if_match=tag(before))
    assert (stale.value.problem.status, stale.value.problem.type_) == (412, "/problems/precondition-failed")
    assert changes(client, "OCC9", "risk.amended") == 1


def changes(client: AuthenticatedClient, ref: str, action: str) -> int:
    entries = items(risks_list_audit_entries.sync, client=client, subject=ref)
    return [entry.action for entry in entries].count(action)


def test_money_is_read_whole_and_to_the_penny(client: AuthenticatedClient) -> None:
    schemes = finance_list_schemes.sync(client=client).items
    assert schemes
    position = finance_get_fund_position.sync(schemes[0].fund, client=client, financial_year="2018/19")
    assert {type(amount) for amount in (position.budget, position.outturn, position.lines[0].budget)} == {models.Money}
    assert position.budget.amount == "75183000.00"

    asked = models.SavingsRangeBody(
        base=models.Money(amount="1629000.00"), low_percent="2", high_percent="5", unit="1000"
    )
    found = finance_savings_range.sync(client=client, body=asked)
    assert (found.low.exact.amount, found.high.rounded.amount) == ("32580.00", "81000.00")


def read_what_is_not_there(client: AuthenticatedClient) -> Any:
    return risks_get_risk.sync_detailed("NONE", client=client)


def record_nonsense(client: AuthenticatedClient) -> Any:
    body = models.ObservationIn(area="nowhere", period="Jan-18", value="x")
    return indicators_record_observation.sync_detailed("ae-four-hour-wait", client=client, body=body)


def come_without_a_key(client: AuthenticatedClient) -> Any:
    stranger = connect(str(client.get_httpx_client().base_url), "no-key")
    return risks_create_risk.sync_detailed(client=stranger, body=risk())


@pytest.mark.parametrize(
    ("call", "status", "type_", "fields"),
    [
        (read_what_is_not_there, 404, "/problems/risk-unknown", set()),
        (record_nonsense, 422, "/problems/invalid", {"area", "value"}),
        (come_without_a_key, 401, "/problems/unauthorized", set()),
    ],
)
def test_problems_are_raised_with_every_field(
    client: AuthenticatedClient, call: Callable[..., Any], status: int, type_: str, fields: set[str]
) -> None:
    with pytest.raises(ProblemError) as raised:
        call(client)
    problem = raised.value.problem
    assert (problem.status, problem.type_) == (status, type_)
    assert {fault.field for fault in problem.errors or ()} == fields
    assert all(field in str(raised.value) for field in fields)
    assert raised.value.request_id


def test_dates_are_dates(client: AuthenticatedClient) -> None:
    read = risks_get_risk.sync("OCC9", client=client)
    assert (read.review_date, read.assurances[0].date) == (date(2018, 6, 30), date(2018, 1, 15))


def test_a_collection_is_read_to_its_end(client: AuthenticatedClient) -> None:
    codes = [each.code for each in items(indicators_list_indicators.sync, client=client, limit=25)]
    assert len(codes) == len(set(codes)) == indicators_list_indicators.sync(client=client, total=True).total > 50


class Troubled(httpx.HTTPTransport):
    """A way to the suite on which the first answers are lost, or are not the suite's."""

    def __init__(self, *first: httpx.Response | httpx.TransportError) -> None:
        super().__init__()
        self.first = list(first)
        self.sent: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(request)
        answer = super().handle_request(request)
        if not self.first:
            return answer
        answer.read()
        instead = self.first.pop(0)
        if isinstance(instead, httpx.TransportError):
            raise instead
        return instead


def troubled(client: AuthenticatedClient, *first: Any) -> tuple[AuthenticatedClient, Troubled]:
    transport = Troubled(*first)
    return connect(str(client.get_httpx_client().base_url), ADMIN_KEY, timeout=60, transport=transport), transport


def busy(status: int, seconds: str = "0") -> httpx.Response:
    return httpx.Response(status, headers={"retry-after": seconds})


def test_what_is_sent_again_has_its_effect_once(client: AuthenticatedClient) -> None:
    patient, transport = troubled(client, httpx.ReadError("lost"), busy(503), busy(429))
    made = risks_create_risk.sync_detailed(client=patient, body=risk("OCC10"))
    assert made.status_code == 201
    assert len(transport.sent) == 4
    assert len({request.headers["idempotency-key"] for request in transport.sent}) == 1
    assert changes(client, "OCC10", "risk.entered") == 1


def test_a_change_by_its_tag_is_not_sent_again_once_it_was_taken_in(client: AuthenticatedClient) -> None:
    read = risks_get_risk.sync_detailed("OCC10", client=client)
    body = models.RiskPatch(title="Lost on the way back")
    patient, transport = troubled(client, httpx.ReadError("lost"))
    with pytest.raises(httpx.ReadError):
        risks_amend_risk.sync("OCC10", client=patient, body=body, if_match=tag(read))
    assert len(transport.sent) == 1
    assert result(risks_get_risk.sync("OCC10", client=client)).title == body.title


def test_what_answers_with_a_secret_has_no_key_and_is_not_sent_again(client: AuthenticatedClient) -> None:
    patient, transport = troubled(client, httpx.ReadError("lost"))
    body = models.KeyIn(name="lost on the way", scopes=["risks:read"])
    with pytest.raises(httpx.ReadError):
        access_create_key.sync(client=patient, body=body)
    assert [request.headers.get("idempotency-key") for request in transport.sent] == [None]


@pytest.mark.parametrize(("first", "calls", "after"), [([busy(503, "61")], 1, 61), ([busy(502)] * 4, 4, 0)])
def test_there_is_an_end_to_patience(client: AuthenticatedClient, first: list[Any], calls: int, after: float) -> None:
    patient, transport = troubled(client, *first)
    with pytest.raises(ProblemError) as raised:
        risks_get_risk.sync("OCC4", client=patient)
    assert len(transport.sent) == calls
    assert (raised.value.problem.type_, raised.value.retry_after) == ("about:blank", after)


def test_it_calls_asynchronously_alike(client: AuthenticatedClient) -> None:
    async def both() -> str:
        async with connect(str(client.get_httpx_client().base_url), ADMIN_KEY) as suite:
            read = result(await risks_get_risk.asyncio("OCC4", client=suite))
            with pytest.raises(ProblemError):
                await risks_get_risk.asyncio("NONE", client=suite)
            return read.ref

    assert asyncio.run(both()) == "OCC4"


def program_in(path: Path) -> str:
    """The program in a document that uses the client."""
    programs = re.findall(r"^```python\n(.+?)^```$", path.read_text(), re.MULTILINE | re.DOTALL)
    (found,) = [each for each in programs if "commissioning_suite_client" in each]
    return found


@pytest.mark.parametrize("path", ["docs/integration.md", "clients/python/README.md"])
def test_the_wheel_does_what_is_printed_of_it(client: AuthenticatedClient, path: str) -> None:
    """On its own, as somebody installs it: the package itself comes out of the wheel."""
    (wheel,) = WHEELS.glob("commissioning_suite_client-*.whl")
    environment = {
        "PYTHONPATH": str(wheel),
        "SUITE_URL": str(client.get_httpx_client().base_url),
        "SUITE_KEY": ADMIN_KEY,
    }
    done = subprocess.run(
        [
            PROGRAMS / "python",
            "-c",
            f"import commissioning_suite_client as c\nprint(c.__file__)\n{program_in(ROOT / path)}",
        ],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    where, *risks, version, problem = done.stdout.splitlines()
    assert where.startswith(str(wheel))
    assert any(line.startswith("OCC4 ") for line in risks)
    assert int(version) > 0
    assert problem.startswith("/problems/risk-unknown ")
