"""After a database went back in time: schemes are published once more, and lost series are worth nothing."""

import httpx
import pytest

from chassis.events.envelope import Delivery
from chassis.storage.database import Database
from contracts.period import Period
from services.finance.projection import SUBSCRIPTION
from services.finance.service.republication import REPUBLICATION
from tests.integration.finance.world import (
    ADMISSIONS,
    PLYMOUTH,
    Source,
    cash,
    entries,
    hear,
    link_body,
    money,
    published,
    scheme_body,
    totals,
)

P = Period.parse
SCHEMES = "/finance/v1/schemes"
FUND = "/finance/v1/funds/integrated-fund"
FORGOTTEN = f"{ADMISSIONS}/{PLYMOUTH}/sex=male"


async def forget(database: Database, *subjects: str) -> None:
    forget_series = SUBSCRIPTION.projection.forget
    assert forget_series is not None
    await database.write(lambda tx: forget_series(tx, subjects))


async def test_every_scheme_is_published_as_its_next_version(api: httpx.AsyncClient, database: Database):
    for code, attribution in (("a", "0.4"), ("b", "0.6")):
        await api.post(SCHEMES, json=scheme_body(code, link=link_body(attribution=attribution)))
    await hear(database, [Source().say({"2017-12": "1371"})])
    before = {code: (await published(database, code))[-1] for code in ("a", "b")}
    codes = list(await database.read(REPUBLICATION.list_subjects))
    assert codes == ["a", "b", "fund/integrated-fund"]
    await database.write(lambda tx: REPUBLICATION.emit_states(tx, codes))
    for code, event in before.items():
        again = (await published(database, code))[-1]
        assert again["aggregateversion"] == event["aggregateversion"] + 1
        assert again["data"] | {"caused_by": []} == event["data"] | {"caused_by": []}
        assert (await api.get(f"{SCHEMES}/{code}")).json()["version"] == again["aggregateversion"]


async def test_what_a_lost_series_indicated_is_taken_back_in_an_open_quarter(
    api: httpx.AsyncClient, database: Database
):
    await api.post(SCHEMES, json=scheme_body("men", link=link_body(breakdown={"sex": "male"})))
    await api.post(SCHEMES, json=scheme_body("all"))
    for source in (Source(), Source(breakdown="sex=male")):
        await hear(database, [source.say({"2017-09": "1390", "2017-12": "1371"})])
    await api.put(f"{FUND}/closed-quarters/2017/18 Q2")
    await forget(database, FORGOTTEN)
    await forget(database, FORGOTTEN)
    found = await entries(api, "men")
    assert (len(found), cash(found), await totals(api, "men")) == (4, 0, {})
    assert {entry["posted_in"] for entry in found[2:]} == {"2017/18 Q3"}
    assert (await published(database, "men"))[-1]["data"]["indicated"] == money(0)
    assert (await api.get(f"{SCHEMES}/men")).json()["link"]["pending"] is True
    assert set(await totals(api, "all")) == {"2017-09", "2017-12"}


async def test_a_series_that_comes_back_counts_again(api: httpx.AsyncClient, database: Database):
    await api.post(SCHEMES, json=scheme_body("men", link=link_body(breakdown={"sex": "male"})))
    source = Source(breakdown="sex=male")
    await hear(database, [source.say({"2017-12": "1371"})])
    await forget(database, FORGOTTEN)
    source.go_back()
    source.points.clear()
    await hear(database, [source.say({"2017-12": "1371"})])
    assert await totals(api, "men") == {"2017-12": ("6999.15", "2333.05")}
    assert len(await entries(api, "men")) == 3


async def lose_september(api: httpx.AsyncClient) -> tuple[Source, list[Delivery]]:
    """A series of three months, of which the producer lost September. Returns it and the events of before."""
    await api.post(SCHEMES, json=scheme_body())
    source = Source()
    before = [source.say({month: value}) for month, value in (("2017-09", "1390"), ("2017-11", "1380"))]
    before.append(source.say({"2017-12": "1371"}))
    source.go_back()
    del source.points[P("2017-09")]
    return source, before


async def test_money_of_a_period_that_the_producer_lost_is_taken_back(api: httpx.AsyncClient, database: Database):
    source, before = await lose_september(api)
    await hear(database, before)
    await api.put(f"{FUND}/closed-quarters/2017/18 Q2")
    await hear(database, [source.tell_all()])
    await hear(database, [source.tell_all()])
    assert set(await totals(api, "admissions")) == {"2017-11", "2017-12"}
    lost = [entry for entry in await entries(api, "admissions") if entry["period"] == "2017-09"]
    assert [(e["cash"]["amount"], e["posted_in"], e["generation"]) for e in lost] == [
        ("2413.50", "2017/18 Q2", 1),
        ("-2413.50", "2017/18 Q3", 2),
    ]
    told = (await published(database, "fund/integrated-fund"))[-1]["data"]["years"][0]["quarters"]
    assert [(q["quarter"], q["closed"]) for q in told] == [("2017/18 Q2", True), ("2017/18 Q3", False)]
    assert told[0]["indicated"] == money("2413.50")


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4), (3, 4, 0, 1, 2), (0, 4, 1, 3, 2), (4, 3, 2, 1, 0), (2, 3, 0, 4, 1)])
async def test_what_was_lost_stays_lost_in_whatever_order_it_is_told(
    api: httpx.AsyncClient, database: Database, order: tuple[int, ...]
):
    """Events of the lost time that come after the recovery bring nothing back, those of it that come first give way."""
    source, before = await lose_september(api)
    told = [*before, source.say({"2017-10": "1395"}), source.tell_all()]
    for n in order:
        await hear(database, [told[n]])
    right = {
        "2017-10": ("1206.75", "402.25"),
        "2017-11": ("4827.00", "1609.00"),
        "2017-12": ("6999.15", "2333.05"),
    }
    assert await totals(api, "admissions") == right
    await hear(database, told[:3], through_inbox=False)
    assert await totals(api, "admissions") == right
