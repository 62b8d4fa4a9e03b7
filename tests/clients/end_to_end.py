"""A council's program, made of nothing but the client that openapi-python-client generates, against a real suite.

Run by ``make clients`` once the client is generated; its name keeps it out of ``make test``.
"""

import sys
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from tests.clients.checks import PYTHON_CLIENT
from tests.process import ADMIN_KEY, SuiteProcess, settle

sys.path.insert(0, str(PYTHON_CLIENT.parent))

from suite_client import AuthenticatedClient, models
from suite_client.api.finance import (
    finance_get_fund_position,
    finance_list_schemes,
    finance_savings_range,
)
from suite_client.api.indicators import (
    indicators_add_indicator,
    indicators_get_indicator,
    indicators_list_observations,
    indicators_record_observation,
)
from suite_client.api.risks import (
    risks_amend_risk,
    risks_create_risk,
    risks_get_risk,
    risks_list_audit_entries,
)

PLYMOUTH = "E06000026"
MOVED = {"title", "version", "changed_at"}
"""What a change of the title changes of a risk."""


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AuthenticatedClient]:
    suite = SuiteProcess(tmp_path_factory.mktemp("suite"))
    try:
        suite.start(within=150)
        yield AuthenticatedClient(suite.url, ADMIN_KEY, timeout=60, raise_on_unexpected_status=True)
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


def risk() -> models.RiskIn:
    return models.RiskIn.from_dict(
        {
            "ref": "OCC9",
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
    amended = risks_amend_risk.sync_detailed("OCC9", client=client, body=change, if_match=before.headers["etag"])
    assert amended.status_code == 200
    was, now = before.parsed.to_dict(), risks_get_risk.sync("OCC9", client=client).to_dict()
    assert now["title"] == change.title
    assert {name: value for name, value in now.items() if name not in MOVED} == {
        name: value for name, value in was.items() if name not in MOVED
    }
    assert was["controls"], "there was something to lose"
    assert was["actions"]

    stale = risks_amend_risk.sync_detailed("OCC9", client=client, body=change, if_match=before.headers["etag"])
    assert (stale.status_code, stale.parsed.type_) == (412, "/problems/precondition-failed")
    entries = risks_list_audit_entries.sync(client=client, subject="OCC9").items
    assert [entry.action for entry in entries].count("risk.amended") == 1


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
    stranger = AuthenticatedClient(client._base_url, "no-key")
    return risks_create_risk.sync_detailed(client=stranger, body=risk())


@pytest.mark.parametrize(
    ("call", "status", "type_", "fields"),
    [
        (read_what_is_not_there, 404, "/problems/risk-unknown", set()),
        (record_nonsense, 422, "/problems/invalid", {"area", "value"}),
        (come_without_a_key, 401, "/problems/unauthorized", set()),
    ],
)
def test_errors_are_read_as_problems(
    client: AuthenticatedClient, call: Any, status: int, type_: str, fields: set[str]
) -> None:
    answer = call(client)
    assert isinstance(answer.parsed, models.Problem)
    assert (answer.status_code, answer.parsed.status, answer.parsed.type_) == (status, status, type_)
    assert {error.field for error in answer.parsed.errors or ()} == fields


def test_dates_are_dates(client: AuthenticatedClient) -> None:
    read = risks_get_risk.sync("OCC9", client=client)
    assert (read.review_date, read.assurances[0].date) == (date(2018, 6, 30), date(2018, 1, 15))
