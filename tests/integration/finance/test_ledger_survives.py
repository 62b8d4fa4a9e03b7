"""Rebuilding, running at the same time, and migrating leave the ledger as it was."""

import asyncio
from collections.abc import Awaitable, Callable

import httpx
import pytest

from chassis.events.envelope import Delivery
from chassis.storage import migrate
from chassis.storage.database import Database
from chassis.storage.transaction import Tx
from services.finance.app import SPEC
from services.finance.projection import SUBSCRIPTION
from tests.integration.finance.world import (
    MONTHS,
    Source,
    cash,
    entries,
    hear,
    link_body,
    money,
    published,
    scheme_body,
    totals,
    worth,
)

pytestmark = pytest.mark.both_engines

SCHEMES = "/finance/v1/schemes"


async def rebuild(database: Database, log: list[Delivery]) -> None:
    hooks = SUBSCRIPTION.projection

    async def work(tx: Tx) -> None:
        await hooks.drop(tx)
        for start in range(0, len(log), 2):
            await hooks.fold(tx, log[start : start + 2])
        await hooks.evaluate_all(tx)

    await database.write(work)


async def test_a_rebuild_ends_in_the_same_state_and_posts_and_publishes_nothing(
    api: httpx.AsyncClient, database: Database
):
    await api.post(SCHEMES, json=scheme_body())
    source = Source()
    log = [source.say({month: str(1380 + i)}) for i, month in enumerate(MONTHS[:5])]
    log += [source.say({MONTHS[2]: None}), source.say({MONTHS[0]: "1400"})]
    await hear(database, log)
    before = (await entries(api, "admissions"), await published(database, "admissions"))
    position = (await api.get(f"{SCHEMES}/admissions/position")).json()
    await rebuild(database, log)
    assert (await entries(api, "admissions"), await published(database, "admissions")) == before
    assert (await api.get(f"{SCHEMES}/admissions/position")).json() == position


async def test_a_rebuild_mends_a_fact_that_was_lost_by_a_difference(api: httpx.AsyncClient, database: Database):
    await api.post(SCHEMES, json=scheme_body())
    source = Source()
    first, second = source.say({"2017-12": "1371"}), source.say({"2017-12": "1390"})
    await hear(database, [first])
    await rebuild(database, [first, second])
    assert (await totals(api, "admissions"))["2017-12"][0] == f"{worth('1390'):.2f}"
    assert len(await entries(api, "admissions")) == 2


async def test_a_value_beyond_any_ledger_is_held_back_and_flagged(api: httpx.AsyncClient, database: Database):
    await api.post(SCHEMES, json=scheme_body())
    source = Source()
    await hear(database, [source.say({"2017-12": "9999999999999999"})])
    position = (await api.get(f"{SCHEMES}/admissions/position")).json()
    assert position["indicated"] == money(0)
    assert position["flags"] == ["illustrative", "out_of_range"]


async def test_schemes_and_events_at_the_same_time_miss_nothing(api: httpx.AsyncClient, database: Database):
    """On PostgreSQL these interleave: a scheme must find an event that commits while it is being defined."""
    areas = [f"E0600{number:04d}" for number in range(12)]
    sources = {area: Source(area=area) for area in areas}
    events = {area: source.say({"2017-12": "1371"}) for area, source in sources.items()}

    async def define(area: str) -> None:
        answer = await api.post(SCHEMES, json=scheme_body(area.lower(), link=link_body(area=area)))
        assert answer.status_code == 201, answer.text

    await asyncio.gather(
        *(define(area) for area in areas),
        *(hear(database, [events[area]]) for area in areas),
    )
    for area in areas:
        assert await totals(api, area.lower()) == {"2017-12": ("6999.15", "2333.05")}
        assert len(await entries(api, area.lower())) == 1


async def test_claims_made_at_the_same_time_never_pass_the_whole(api: httpx.AsyncClient):
    bodies = [scheme_body(f"claim-{n}", link=link_body(attribution="0.3")) for n in range(8)]
    answers = await asyncio.gather(*(api.post(SCHEMES, json=body) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [201] * 3 + [409] * 5


async def test_one_reference_posted_at_the_same_time_is_one_entry(api: httpx.AsyncClient):
    await api.post(SCHEMES, json=scheme_body(link=None))
    body = {
        "reference": "once",
        "state": "validated",
        "period": "2017-12",
        "amount": money(5),
        "reason": "Seen on the invoice",
    }
    answers = await asyncio.gather(*(api.post(f"{SCHEMES}/admissions/entries", json=body) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert cash(await entries(api, "admissions")) == 5


async def test_a_quarter_that_closes_meanwhile_takes_nothing_afterwards(api: httpx.AsyncClient, database: Database):
    for n in range(4):
        await api.post(SCHEMES, json=scheme_body(f"s{n}", link=link_body(area=f"E0600000{n}")))
    sources = [Source(area=f"E0600000{n}") for n in range(4)]
    seen: list[str] = []

    async def close() -> None:
        await api.put("/finance/v1/funds/integrated-fund/closed-quarters/2017/18 Q3")
        seen.append(await closed_sum())

    async def closed_sum() -> str:
        fund = (await api.get("/finance/v1/funds/integrated-fund/position")).json()
        found = {q["quarter"]: q["indicated"]["amount"] for q in fund["quarters"]}
        return str(found.get("2017/18 Q3", "0.00"))

    await asyncio.gather(
        *(hear(database, [s.say({"2017-12": "1371"})]) for s in sources[:2]),
        close(),
        *(hear(database, [s.say({"2017-12": "1371"})]) for s in sources[2:]),
    )
    assert await closed_sum() == seen[0]
    for n in range(4):
        assert await totals(api, f"s{n}") == {"2017-12": ("6999.15", "2333.05")}


@pytest.mark.parametrize("step", ["check", "down and up"])
async def test_the_migration_is_what_the_models_say(database_for: Callable[[str], Awaitable[Database]], step: str):
    database = await database_for("services.finance")
    url = database.url.render_as_string(hide_password=False)
    if step == "down and up":
        await asyncio.to_thread(migrate.downgrade, SPEC.package, url)
        await asyncio.to_thread(migrate.upgrade, SPEC.package, url)
    await asyncio.to_thread(migrate.check, SPEC.package, url)
