"""Risks that hang on the variances of funds, as finance judges them against agreed triggers."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from chassis.bus.port import Record
from chassis.events.envelope import Delivery, delivery, headers
from chassis.storage.transaction import Tx
from contracts.finance import FUND_UPDATED, PERIOD_CLOSED, SOURCE
from services.risks.projection import FUNDS
from tests.integration.risks.conftest import Register, counted, links

LEVELS = {"g": "within", "a": "beyond", "r": "twice"}
Colours = dict[str | None, str]
"""A letter a place: within its trigger, beyond it or twice it; none where no trigger is agreed."""


def trigger(letter: str | None) -> Any:
    variance = {"g": "1.00", "a": "120000.00", "r": "200000.00"}
    if letter is None:
        return None
    pounds = {"amount": variance[letter], "currency": "GBP"}, {"amount": "100000.00", "currency": "GBP"}
    return {"variance": pounds[0], "limit": pounds[1], "direction": "overspend", "level": LEVELS[letter]}


def year(label: str, colours: dict[str | None, str | None]) -> Any:
    lines = [{"code": code, "trigger": trigger(letter)} for code, letter in colours.items() if code]
    return {"financial_year": label, "trigger": trigger(colours.get(None)), "lines": lines}


def fund(
    version: int, *years: Any, closed: Sequence[str] = (), type_: str = FUND_UPDATED, code: str = "bcf"
) -> Delivery:
    """An event of a fund as the consumer gets it."""
    subject, event_id = f"fund/{code}", f"{code}@{version}"
    data = {"fund": code, "name": code, "closed_quarters": list(closed), "years": list(years)}
    body = {
        "specversion": "1.0",
        "id": event_id,
        "source": SOURCE,
        "type": type_,
        "subject": subject,
        "time": "2018-02-01T00:00:00Z",
        "datacontenttype": "application/json",
        "partitionkey": subject,
        "aggregateversion": version,
        "generation": 1,
        "data": data,
    }
    named = headers(event_id=event_id, source=SOURCE, type_=type_, version=version, traceparent=None, generation=1)
    return delivery(Record("commissioning.finance.v1", 0, version, subject, json.dumps(body).encode(), named, 0))


NOW = "2017/18"
WHOLE = [{"fund": "bcf", "group": "money"}]
LINE = [{"fund": "bcf", "line": "homes", "group": "money"}]


@pytest.mark.both_engines
@pytest.mark.parametrize(("fund_links", "place"), [(WHOLE, None), (LINE, "homes")])
async def test_a_variance_beyond_its_trigger_moves_a_risk(
    register: Register, fund_links: Any, place: str | None
) -> None:
    await register.hear(fund(1, year(NOW, {place: "g", "other": "r"})))
    await register.risk(fund_links=fund_links)
    assert await register.likelihoods() == (3, 3, 3)
    await register.hear(fund(2, year(NOW, {place: "a", "other": "g"})))
    assert await register.likelihoods() == (3, 4, 4)
    [link] = (await register.get("/risks/OCC4"))["fund_links"]
    shown = {name: link[name] for name in ("fund", "line", "signal", "severity_now", "severity_at", "latest_year")}
    assert shown == {
        "fund": "bcf",
        "line": place,
        "signal": "finance",
        "severity_now": 1,
        "severity_at": 0,
        "latest_year": NOW,
    }
    await register.hear(fund(3, year(NOW, {place: "r"}), type_=PERIOD_CLOSED, closed=["2017/18 Q3"]))
    [link] = (await register.get("/risks/OCC4"))["fund_links"]
    assert (link["severity_now"], link["stale"], link["pending"]) == (2, False, False)


@pytest.mark.both_engines
async def test_a_fund_and_an_indicator_that_turn_red_are_two_causes(register: Register) -> None:
    await register.hear(fund(1, year(NOW, {None: "g"})))
    await register.say("ae/RK9", 1, "gg")
    await register.risk(
        assessment={"impact": 4, "likelihood": 2, "reason": "First"}, links=links("ae/RK9"), fund_links=WHOLE
    )
    await register.say("ae/RK9", 2, "ggr")
    assert await register.likelihoods() == (2, 3, 3)
    await register.hear(fund(2, year(NOW, {None: "r"})))
    assert await register.likelihoods() == (2, 4, 4)


async def test_of_all_years_that_are_not_closed_the_worst_counts(register: Register) -> None:
    await register.hear(fund(1, year("2016/17", {None: "r"}), year(NOW, {None: "g"}), year("2018/19", {None: "a"})))
    await register.risk(fund_links=WHOLE)
    assert (await register.get("/risks/OCC4"))["fund_links"][0]["severity_now"] == 2
    closed = [f"2016/17 Q{quarter}" for quarter in range(1, 5)]
    years = (year("2016/17", {None: "r"}), year(NOW, {None: "g"}), year("2018/19", {None: "a"}))
    await register.hear(fund(2, *years, closed=closed))
    explained = await register.get("/risks/OCC4/explanation")
    [link] = explained["fund_links"]
    assert [
        (each["financial_year"], each["level"], each["variance"], each["severity"]) for each in link["variances"]
    ] == [
        ("2017/18", "within", "1.00", 0),
        ("2018/19", "beyond", "120000.00", 1),
    ]
    assert (link["severity_now"], link["event_id"]) == (1, "bcf@2")
    assert "the fund bcf (finance, group money) went from red to amber" in explained["text"]


@pytest.mark.both_engines
async def test_what_a_fund_has_no_more_is_unknown(register: Register) -> None:
    await register.hear(fund(1, year(NOW, {"homes": "g", "home": "g"})), fund(1, year(NOW, {None: "r"}), code="bcf2"))
    await register.risk(fund_links=LINE)
    await register.hear(fund(2, year(NOW, {"homes": "r"})))
    await register.hear(fund(3, year(NOW, {"home": "a"})))
    [link] = (await register.get("/risks/OCC4"))["fund_links"]
    assert (link["severity_now"], link["latest_year"], link["pending"]) == (None, None, False)
    assert await register.likelihoods() == (3, 3, 3), "it counts as at its snapshot"
    [other] = [row for row in await register.column("indicator_signal", "subject", "severity") if row[0] == "fund:bcf2"]
    assert other[1] == 2, "another fund's code begins alike"


async def test_order_and_repetition_do_not_matter(register: Register) -> None:
    await register.risk(fund_links=WHOLE)
    newest = fund(3, year(NOW, {None: "a"}))
    await register.hear(newest, fund(1, year(NOW, {None: "r"})))
    await register.hear(fund(2, year(NOW, {None: "r"})), newest)
    assert (await register.get("/risks/OCC4"))["fund_links"][0]["severity_now"] == 1
    contradicted = FUNDS.projection.list_contradicted
    assert contradicted
    assert await register.database.read(lambda tx: contradicted(tx, [newest])) == []
    assert await register.database.read(lambda tx: contradicted(tx, [fund(3, year(NOW, {None: "r"}))])) == ["fund/bcf"]


@pytest.mark.both_engines
async def test_a_fund_that_finance_lost_is_forgotten_and_a_rebuild_has_it_again(register: Register) -> None:
    await register.hear(fund(1, year(NOW, {None: "g", "homes": "g"})))
    await register.risk(fund_links=LINE)
    await register.hear(fund(2, year(NOW, {None: "g", "homes": "r"})))
    assert await register.likelihoods() == (3, 4, 4)

    async def forget(tx: Tx) -> None:
        assert FUNDS.projection.forget
        await FUNDS.projection.forget(tx, ["fund/bcf"])

    await register.database.write(forget)
    assert await register.likelihoods() == (3, 3, 3)

    async def rebuild(tx: Tx) -> None:
        await FUNDS.projection.drop(tx)
        await FUNDS.projection.fold(tx, [fund(2, year(NOW, {None: "g", "homes": "r"}))])
        await FUNDS.projection.evaluate_all(tx)

    await register.database.write(rebuild)
    assert await register.likelihoods() == (3, 4, 4)


async def test_links_to_funds_stay_unless_they_are_sent(register: Register) -> None:
    await register.say("ae/RK9", 1, "gg")
    await register.hear(fund(1, year(NOW, {None: "g"})))
    await register.risk(links=links("ae/RK9"), fund_links=WHOLE)
    risk = await register.put("/risks/OCC4/links", {"links": []})
    assert (risk["links"], len(risk["fund_links"])) == ([], 1)
    there = await register.get("/risks/OCC4/links")
    assert there == {"links": [], "fund_links": [{"fund": "bcf", "line": None, "group": "money"}]}
    assert len((await register.put("/risks/OCC4/links", there))["fund_links"]) == 1
    risk = await register.put("/risks/OCC4/links", {"links": links("ae/RK9"), "fund_links": []})
    assert (len(risk["links"]), risk["fund_links"]) == (1, [])


async def test_a_fund_stands_in_one_group_of_a_risk(register: Register) -> None:
    given = [*WHOLE, {"fund": "bcf", "line": "homes", "group": "else"}, {"fund": "bcf", "group": "money"}]
    body = {"ref": "R", "register": "people", "title": "R", "links": links("ae/RK9"), "fund_links": given}
    problem = await register.post("/risks", body, 422)
    assert [error["field"] for error in problem["errors"]] == ["fund_links.1.group", "fund_links.2"]
    long = [{"fund": "f" * 60, "line": "l" * 60, "group": "money"}]
    await register.post("/risks", body | {"fund_links": long}, 422)


async def test_the_whole_state_of_events_and_history_has_them(register: Register) -> None:
    await register.hear(fund(1, year(NOW, {None: "g"})))
    await register.risk(links=links("ae/RK9"), fund_links=WHOLE)
    await register.hear(fund(2, year(NOW, {None: "r"})))
    told = (await register.events("OCC4"))[-1]
    assert told["fund_links"] == [
        {
            "fund": "bcf",
            "line": None,
            "group": "money",
            "signal": "finance",
            "severity_now": 2,
            "severity_at": 0,
            "version": 2,
            "pending": False,
        }
    ]
    assert [each["indicator"] for each in told["links"]] == ["ae"]
    assert told["caused_by"] == ["bcf@2"]
    entry = (await register.get("/risks/OCC4/history"))["items"][-1]
    assert entry["fund_versions"] == [{"fund": "bcf", "line": None, "generation": 1, "version": 2}]
    assert [each["indicator"] for each in entry["indicator_versions"]] == ["ae"]
    past = await register.get("/risks/OCC4/explanation", as_of=entry["at"])
    assert past["fund_links"][0]["variances"][0]["level"] == "twice"


async def test_risks_are_found_by_the_fund_they_hang_on(register: Register) -> None:
    await register.risk("A", fund_links=WHOLE)
    await register.risk("B", fund_links=LINE)
    await register.risk("C", links=links("ae/RK9"))
    await register.risk("D", fund_links=[{"fund": "bcf2", "group": "money"}])
    found = await register.get("/risks", fund="bcf")
    assert [risk["ref"] for risk in found["items"]] == ["A", "B"]
    assert "pending_link" in found["items"][0]["flags"]


async def test_a_fund_that_becomes_known_asks_for_a_review(register: Register) -> None:
    await register.risk(fund_links=LINE)
    await register.hear(fund(1, year(NOW, {"homes": "a"})))
    [task] = (await register.get("/review-tasks"))["items"]
    assert (task["indicator"], task["area"], task["fund"], task["line"]) == (None, None, "bcf", "homes")
    assert "line homes of the fund bcf was unknown" in task["reason"]


async def test_an_indicators_events_ask_nothing_of_funds(register: Register) -> None:
    await register.risk(fund_links=LINE)
    await register.hear(fund(1, year(NOW, {"homes": "a"})))
    with counted(register.database) as statements:
        await register.say("i/RK9", 1, "gg")
    assert not [each for each in statements if "LIKE" in each]


@pytest.mark.both_engines
async def test_a_link_to_a_fund_or_a_line_that_there_is_not_stays_pending(register: Register) -> None:
    """Whatever its case: nothing that finance says is of it, and nothing fails for it."""
    other = [{"fund": "BCF", "line": "homes", "group": "a"}, {"fund": "bcf", "line": "nope", "group": "b"}]
    await register.risk(fund_links=other)
    for version, colour in ((1, "g"), (2, "r")):
        await register.hear(fund(version, year(NOW, {None: colour, "homes": colour})))
    shown = (await register.get("/risks/OCC4"))["fund_links"]
    assert [(link["fund"], link["line"], link["pending"]) for link in shown] == [
        ("BCF", "homes", True),
        ("bcf", "nope", True),
    ]


async def test_a_variance_is_supposed_as_an_indicator_is(register: Register) -> None:
    await register.hear(fund(1, year(NOW, {None: "g", "homes": "g"})))
    await register.say("ae/RK9", 1, "gg")
    await register.risk("A", fund_links=WHOLE, links=links("ae/RK9"))
    await register.risk("B", fund_links=LINE)
    twice = {"fund": "bcf", "level": "twice"}
    found = await register.post("/risks/A/simulations", {"funds": [twice]}, 200)
    assert (found["present"]["score"], found["supposed"]["effective"]["score"]) == (12, 16)
    [link] = found["supposed"]["fund_links"]
    assert (link["severity_now"], link["variances"]) == (2, [])
    both = {"funds": [twice | {"line": "homes", "level": "beyond"}, {"fund": "none", "level": "twice"}]}
    both["signals"] = [{"indicator": "ae", "area": "RK9", "colour": "red"}]
    across = await register.post("/simulations", both, 200)
    assert [(one["ref"], one["supposed"]["effective"]["score"]) for one in across["moved"]] == [("A", 16), ("B", 16)]
    assert across["unlinked"] == ["fund:none"]
    refused = await register.post("/risks/A/simulations", both, 422)
    assert [one["field"] for one in refused["errors"]] == ["funds.0.fund", "funds.1.fund"]
    for body in ({}, {"signals": [], "funds": []}, {"funds": [twice | {"level": "red"}]}):
        await register.post("/simulations", body, 422)
    assert (await register.get("/risks/A"))["effective"]["score"] == 12
