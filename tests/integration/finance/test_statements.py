"""What an event costs in statements: a number that stays, however many periods it brings and entries it posts."""

import httpx

from chassis.events.envelope import Delivery
from chassis.storage.database import Database
from tests.integration.finance.world import MONTHS, Source, hear, scheme_body
from tests.integration.indicators.counting import counted

UNLINKED, POSTS_NOTHING, RESTATES = 6, 17, 42
"""Whoever adds a statement takes one away."""


async def cost(database: Database, delivery: Delivery) -> int:
    with counted(database) as seen:
        await hear(database, [delivery])
    return len(seen)


async def test_an_event_that_no_scheme_follows_costs_what_it_did(api: httpx.AsyncClient, database: Database):
    source = Source()
    await hear(database, [source.say({"2017-04": "1390"})])
    assert await cost(database, source.say({"2017-05": "1390"})) <= UNLINKED


async def test_restating_a_year_costs_as_many_statements_as_restating_a_month(
    api: httpx.AsyncClient, database: Database
):
    source = Source()
    assert (await api.post("/finance/v1/schemes", json=scheme_body())).status_code == 201
    await hear(database, [source.say({"2017-04": "1390"})])
    assert await cost(database, source.say({"2017-04": "1391"})) <= RESTATES
    assert await cost(database, source.say(dict.fromkeys(MONTHS[:10], "1380"))) <= RESTATES
    assert await cost(database, source.say({"2015-04": "1380"})) <= POSTS_NOTHING
