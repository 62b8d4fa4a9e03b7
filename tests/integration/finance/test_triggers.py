"""A variance that is expected passes the trigger that partners agreed on, and falls back: each is told once."""

from typing import Any

import httpx
import pytest

from chassis.storage.database import Database
from services.finance.service.republication import REPUBLICATION
from tests.integration.finance.world import fund_body, money, published, scheme_body

FUND = "/finance/v1/funds/integrated-fund"
SUBJECT = "fund/integrated-fund"
CROSSED = "commissioning.trigger.crossed.v1"
UPDATED = "commissioning.fund.updated.v1"
TRIGGERS = {"fund": {"percent": "0.1"}, "line": {"amount": money(100)}, "lines": {"commissioning": {"percent": "5"}}}


async def agree(api: httpx.AsyncClient, triggers: dict[str, Any] | None) -> httpx.Response:
    agreement = {"effective_from": "2017-04-01", "triggers": triggers}
    return await api.put(FUND, json=fund_body(agreement=agreement))


async def spend(api: httpx.AsyncClient, reference: str, amount: int, line: str = "leisure") -> None:
    """Leisure has 5,000 a year: 416.67 a month."""
    posting = {"reference": reference, "line": line, "period": "2017-11", "amount": money(amount)}
    answer = await api.post(f"{FUND}/outturn", json={"postings": [posting]})
    assert answer.status_code == 201, answer.text


async def told(database: Database) -> list[tuple[str, list[tuple[str | None, str, str]]]]:
    """The types of a fund's events, each with what crossed: line, before and after."""
    events = await published(database, SUBJECT)
    assert [event["aggregateversion"] for event in events] == list(range(1, len(events) + 1))
    return [
        (event["type"], [(one["line"], one["before"], one["level"]) for one in event["data"].get("crossings", [])])
        for event in events
    ]


@pytest.mark.both_engines
async def test_passing_a_trigger_and_falling_back_are_told_each_once_with_the_whole_state(
    api: httpx.AsyncClient, database: Database
):
    assert (await agree(api, TRIGGERS)).status_code == 200
    before = await told(database)
    await spend(api, "a", 520)
    await spend(api, "b", 10)
    await spend(api, "c", 900)
    await spend(api, "d", -1300)
    assert (await told(database))[len(before) :] == [
        (CROSSED, [("leisure", "within", "beyond")]),
        (UPDATED, []),
        (CROSSED, [(None, "within", "beyond"), ("leisure", "beyond", "twice")]),
        (CROSSED, [(None, "beyond", "within"), ("leisure", "twice", "within")]),
    ]
    events = await published(database, SUBJECT)
    assert events[0]["data"].keys() | {"crossings"} == events[-1]["data"].keys()
    position, year = (await api.get(f"{FUND}/position")).json(), events[-1]["data"]["years"][0]
    assert (year["forecast"], year["trigger"]) == (position["forecast"], position["trigger"])
    for line, shown in zip(year["lines"], position["lines"], strict=True):
        assert (line["forecast"], line["trigger"]) == (shown["forecast"], shown["trigger"])


async def test_a_position_shows_forecast_and_trigger_as_the_forecast_does(api: httpx.AsyncClient):
    await agree(api, TRIGGERS)
    await spend(api, "a", 520)
    position, forecast = (await api.get(f"{FUND}/position")).json(), (await api.get(f"{FUND}/forecast")).json()
    assert position["forecast"] == forecast["as_budgeted"] == money("1005103.33")
    assert position["trigger"] == {
        "variance": money("103.33"),
        "limit": money(1005),
        "direction": "overspend",
        "level": "within",
    }
    commissioning, leisure = position["lines"]
    assert (commissioning["trigger"]["limit"], commissioning["trigger"]["level"]) == (money(50_000), "within")
    assert (leisure["trigger"]["variance"], leisure["trigger"]["level"]) == (money("103.33"), "beyond")


async def test_what_is_banked_is_expected_and_may_pass_a_trigger_for_underspends(
    api: httpx.AsyncClient, database: Database
):
    await agree(api, {"fund": {"amount": money(50), "direction": "underspend"}})
    assert (await api.post("/finance/v1/schemes", json=scheme_body(link=None))).status_code == 201
    for state in ("validated", "banked"):
        entry = {"reference": state, "state": state, "period": "2017-12", "amount": money(60), "reason": "Invoices"}
        assert (await api.post("/finance/v1/schemes/admissions/entries", json=entry)).status_code == 201
    assert (await told(database))[-1] == (CROSSED, [(None, "within", "beyond")])


async def test_agreeing_on_a_trigger_may_cross_it_and_agreeing_on_none_falls_back(
    api: httpx.AsyncClient, database: Database
):
    await spend(api, "a", 520)
    await agree(api, TRIGGERS)
    assert (await told(database))[-1] == (CROSSED, [("leisure", "within", "beyond")])
    await agree(api, None)
    assert (await told(database))[-1] == (CROSSED, [("leisure", "beyond", "within")])
    [crossing] = (await published(database, SUBJECT))[-1]["data"]["crossings"]
    assert (crossing["variance"], crossing["limit"]) == (None, None)


async def test_what_is_published_again_crosses_nothing(api: httpx.AsyncClient, database: Database):
    await agree(api, TRIGGERS)
    await spend(api, "a", 520)
    await database.write(lambda tx: REPUBLICATION.emit_states(tx, [SUBJECT]))
    assert (await told(database))[-1] == (UPDATED, [])
    assert (await published(database, SUBJECT))[-1]["data"]["years"][0]["lines"][1]["trigger"]["level"] == "beyond"


async def test_triggers_are_read_as_they_were_sent_and_refused_where_they_do_not_fit(api: httpx.AsyncClient):
    await agree(api, TRIGGERS)
    agreed = (await api.get(FUND)).json()["agreements"][-1]["triggers"]
    assert agreed["lines"]["commissioning"] == {"amount": None, "percent": "5", "direction": "overspend"}
    assert agreed["line"] == {"amount": money(100), "percent": None, "direction": "overspend"}
    assert (await agree(api, TRIGGERS)).status_code == 200
    assert len((await api.get(FUND)).json()["agreements"]) == 1
    for triggers, field in (
        ({"fund": {}}, "agreement.triggers.fund.amount"),
        ({"fund": {"percent": "101"}}, "agreement.triggers.fund.percent"),
        ({"lines": {"pool": {"percent": "1"}}}, "agreement.triggers.lines.pool"),
    ):
        refused = await agree(api, triggers)
        assert refused.status_code == 422
        assert [error["field"] for error in refused.json()["errors"]] == [field]
    assert len((await api.get(FUND)).json()["agreements"]) == 1
