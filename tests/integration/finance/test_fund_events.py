"""A fund is published whole, once in each unit of work that changes it, and only then."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from chassis.storage.database import Database
from services.finance.models import PublishedFundRow
from services.finance.service.republication import REPUBLICATION
from tests.integration.finance.world import Source, fund_body, hear, link_body, money, published, scheme_body

SCHEMES = "/finance/v1/schemes"
FUND = "/finance/v1/funds/integrated-fund"
SUBJECT = "fund/integrated-fund"


async def newest(database: Database) -> dict[str, Any]:
    events = await published(database, SUBJECT)
    assert [event["aggregateversion"] for event in events] == list(range(1, len(events) + 1))
    found: dict[str, Any] = events[-1]
    assert (found["type"], found["partitionkey"]) == ("commissioning.fund.updated.v1", SUBJECT)
    return found


async def post(api: httpx.AsyncClient, scheme: str, state: str, amount: str, **changes: Any) -> None:
    body = {"reference": f"{state}-{amount}", "state": state, "period": "2017-12", "amount": money(amount)}
    answer = await api.post(f"{SCHEMES}/{scheme}/entries", json=body | {"reason": "Invoices"} | changes)
    assert answer.status_code == 201, answer.text


async def test_what_is_published_is_the_position_of_every_year(api: httpx.AsyncClient, database: Database):
    await api.post(SCHEMES, json=scheme_body())
    await hear(database, [Source().say({"2017-12": "1371"})])
    await post(api, "admissions", "validated", "6000")
    await post(api, "admissions", "banked", "5500")
    data = (await newest(database))["data"]
    shown = (await api.get(f"{FUND}/position")).json()
    (year,) = data["years"]
    assert (data["fund"], data["host"], data["partners"]) == ("integrated-fund", "PCC", ["CCG", "PCC"])
    for name in ("financial_year", "budget", "outturn", "variance", "quarters", "flags", "risk_share"):
        assert year[name] == shown[name]
    assert [line["code"] for line in year["lines"]] == ["commissioning", "leisure"]
    assert (year["lines"][0]["outturn"], year["savings"]["banked"]) == (money(994_500), money(5_500))
    assert year["savings"]["plan"] == {"low": money(100_000), "high": money(180_000)}


async def test_each_change_of_a_fund_is_one_event_and_a_repetition_none(
    api: httpx.AsyncClient, database: Database, move_to: Callable[[date], Awaitable[None]]
):
    source, counted = Source(), []

    async def count() -> None:
        counted.append(len(await published(database, SUBJECT)))

    await count()
    for code, claim in (("a", "0.4"), ("b", "0.6")):
        await api.post(SCHEMES, json=scheme_body(code, link=link_body(attribution=claim)))
    await count()
    told = [source.say({"2017-11": "1390", "2017-12": "1371"})]
    await hear(database, told)
    await hear(database, told, through_inbox=False)
    await count()
    await post(api, "a", "validated", "100")
    await count()
    await api.put(f"{FUND}/closed-quarters/2017/18 Q3")
    await api.put(f"{FUND}/closed-quarters/2017/18 Q3")
    await count()
    await api.put(FUND, json=fund_body(name="Pooled"))
    await api.put(FUND, json=fund_body(name="Pooled"))
    await count()
    await api.patch(f"{SCHEMES}/b", json={"state": "withdrawn", "reason": "Mistyped"})
    await count()
    assert counted == [1, 3, 4, 5, 6, 7, 8]


async def test_closing_once_more_tells_nothing_though_another_image_would_tell_the_fund_otherwise(
    api: httpx.AsyncClient, database: Database
):
    """What an upgrade adds to a fund's events makes its state news, and closes no quarter again."""
    quarter = f"{FUND}/closed-quarters/2017/18 Q3"
    closed = (await api.put(quarter)).json()
    before = await published(database, SUBJECT)
    assert before[-1]["type"] == "commissioning.period.closed.v1"
    by_another = update(PublishedFundRow).values(fingerprint="of the version before")
    await database.write(lambda tx: tx.session.execute(by_another))
    assert (await api.put(quarter)).json() == closed
    assert len(await published(database, SUBJECT)) == len(before)
    assert (await api.put(FUND, json=fund_body())).status_code == 200
    assert (await newest(database))["data"]["closed_quarters"] == ["2017/18 Q3"]


async def test_an_event_names_what_moved_the_fund(api: httpx.AsyncClient, database: Database):
    await api.post(SCHEMES, json=scheme_body())
    assert (await newest(database))["data"]["caused_by"] == []
    delivered = Source().say({"2017-12": "1371"})
    await hear(database, [delivered])
    assert (await newest(database))["data"]["caused_by"] == [delivered.id]


async def test_money_that_only_changes_its_quarter_is_published(api: httpx.AsyncClient, database: Database):
    """The scheme comes to the same, so that it has no event of its own; the fund's quarters do not."""
    await api.post(SCHEMES, json=scheme_body())
    source = Source()
    await hear(database, [source.say({"2017-09": "1390", "2017-12": "1371"})])
    before = [len(await published(database, subject)) for subject in ("admissions", SUBJECT)]
    await hear(database, [source.say({"2017-09": "1371", "2017-12": "1390"})])
    after = [len(await published(database, subject)) for subject in ("admissions", SUBJECT)]
    assert [now - then for now, then in zip(after, before, strict=True)] == [0, 1]
    quarters = (await newest(database))["data"]["years"][0]["quarters"]
    assert [(q["quarter"], q["indicated"]["amount"]) for q in quarters] == [
        ("2017/18 Q2", "6999.15"),
        ("2017/18 Q3", "2413.50"),
    ]


async def test_a_fund_named_as_a_scheme_has_a_subject_of_its_own(api: httpx.AsyncClient, database: Database):
    await api.post(SCHEMES, json=scheme_body("integrated-fund"))
    (restated,) = await published(database, "integrated-fund")
    assert restated["type"] == "commissioning.saving.restated.v1"
    assert (await newest(database))["data"]["fund"] == "integrated-fund"


async def test_after_a_recovery_funds_are_published_as_their_next_version(api: httpx.AsyncClient, database: Database):
    await api.post(SCHEMES, json=scheme_body())
    before = await newest(database)
    subjects = list(await database.read(REPUBLICATION.list_subjects))
    assert subjects == ["admissions", SUBJECT]
    await database.write(lambda tx: REPUBLICATION.emit_states(tx, [SUBJECT]))
    after = await newest(database)
    assert (after["aggregateversion"], after["data"]) == (before["aggregateversion"] + 1, before["data"])


@pytest.mark.both_engines
async def test_those_who_move_a_fund_side_by_side_publish_it_one_after_the_other(
    api: httpx.AsyncClient, database: Database
):
    """Each reads what the other committed: the newest event tells of both."""
    codes = [f"s{n}" for n in range(6)]
    for code in codes:
        await api.post(SCHEMES, json=scheme_body(code, link=None))
    before = len(await published(database, SUBJECT))
    await asyncio.gather(*(post(api, code, "validated", "100.01") for code in codes))
    assert len(await published(database, SUBJECT)) == before + len(codes)
    assert (await newest(database))["data"]["years"][0]["savings"]["validated"] == money("600.06")


@pytest.mark.both_engines
async def test_closing_a_quarter_is_told_once_with_the_whole_position(api: httpx.AsyncClient, database: Database):
    for _ in range(2):
        assert (await api.put(f"{FUND}/closed-quarters/2017-18-Q3")).status_code == 200
    first, closed = await published(database, SUBJECT)
    assert (closed["type"], closed["aggregateversion"]) == ("commissioning.period.closed.v1", 2)
    assert (closed["data"]["quarter"], closed["data"]["closed_by"]) == ("2017/18 Q3", "accountant")
    assert closed["data"]["closed_quarters"] == ["2017/18 Q3"]
    assert first["data"].keys() < closed["data"].keys()
    await database.write(lambda tx: REPUBLICATION.emit_states(tx, [SUBJECT]))
    assert (await newest(database))["data"]["closed_quarters"] == ["2017/18 Q3"]
