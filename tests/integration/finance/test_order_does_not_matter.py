"""Any permutation, duplication and late delivery of a set of events leaves the same totals a period."""

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.events.envelope import Delivery
from chassis.settings import ServiceSettings
from chassis.storage.database import Database
from chassis.web.units import Resources
from contracts.colours import Polarity
from services.finance.app import create_app
from tests.integration.finance.conftest import BUSINESS_DATE, pin
from tests.integration.finance.world import (
    MONTHS,
    Source,
    fund_body,
    hear,
    link_body,
    published,
    scheme_body,
    totals,
    worth,
)

PERIODS = [*MONTHS[6:10], "2018-04", "2017/18 Q3"]  # two of them are none of the scheme's
VALUES = st.none() | st.decimals(min_value=1300, max_value=1500, places=1).map(str)
CHANGES = st.lists(
    st.dictionaries(st.sampled_from(PERIODS), VALUES, min_size=1, max_size=3) | st.sampled_from(list(Polarity)),
    min_size=1,
    max_size=9,
)
SHARES = {"admissions": "0.4", "late": "0.6"}
QUARTERS = ["2017/18 Q2", "2017/18 Q3"]


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[Source, list[Any]]:
    """A history, and a plan: batches of its events in any order, some twice, and acts of finance in between."""
    source = Source()
    events = [source.turn(c) if isinstance(c, Polarity) else source.say(c) for c in draw(CHANGES)]
    again = draw(st.lists(st.sampled_from(events), max_size=4))
    steps: list[Any] = draw(st.permutations([*events, *again, *QUARTERS, "define"]))
    return source, steps


def expected(source: Source, scheme: str) -> dict[str, Decimal]:
    """Worked out from the last word on each period alone."""
    sign = {Polarity.LOW_IS_GOOD: 1, Polarity.HIGH_IS_GOOD: -1, Polarity.NEUTRAL: 0}[source.polarity]
    found = {
        period.label: sign * worth(str(point.value), SHARES[scheme])
        for period, point in source.points.items()
        if point.value is not None and period.label in MONTHS
    }
    return {label: amount for label, amount in found.items() if amount}


async def act(api: httpx.AsyncClient, database: Database, step: object, *, through_inbox: bool) -> None:
    if isinstance(step, Delivery):
        await hear(database, [step], through_inbox=through_inbox)
    elif step == "define":
        body = scheme_body("late", link=link_body(attribution="0.6"))
        assert (await api.post("/finance/v1/schemes", json=body)).status_code == 201
    else:
        answer = await api.put(f"/finance/v1/funds/integrated-fund/closed-quarters/{step}")
        assert answer.status_code == 200


async def by_quarter(api: httpx.AsyncClient) -> dict[str, str]:
    """What the closed quarters hold."""
    fund = (await api.get("/finance/v1/funds/integrated-fund/position")).json()
    return {q["quarter"]: q["indicated"]["amount"] for q in fund["quarters"] if q["closed"]}


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(made=deliveries(), through_inbox=st.booleans())
async def test_order_duplicates_and_lateness_leave_the_same_totals_a_period(
    database_for: Callable[[str], Awaitable[Database]], made: tuple[Source, list[Any]], through_inbox: bool
):
    source, steps = made
    database = await database_for("services.finance")
    try:
        await pin(database, BUSINESS_DATE)
        app = create_app(Resources(database=database, settings=ServiceSettings()))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://finance") as api:
            await api.put("/finance/v1/funds/integrated-fund", json=fund_body())
            await api.post("/finance/v1/schemes", json=scheme_body("admissions"))
            frozen: dict[str, str] = {}
            for step in steps:
                await act(api, database, step, through_inbox=through_inbox)
                closed = await by_quarter(api)
                assert {quarter: closed[quarter] for quarter in frozen} == frozen
                frozen = closed
            for scheme in SHARES:
                cash = {period: Decimal(amounts[0]) for period, amounts in (await totals(api, scheme)).items()}
                assert cash == expected(source, scheme)
                told = (await published(database, scheme))[-1]["data"]["indicated"]["amount"]
                assert Decimal(told) == sum(cash.values(), Decimal(0))
    finally:
        await database.close()


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(made=deliveries(), size=st.integers(1, 7))
async def test_the_size_of_a_batch_does_not_matter(
    database_for: Callable[[str], Awaitable[Database]], made: tuple[Source, list[Any]], size: int
):
    source, steps = made
    events = [step for step in steps if isinstance(step, Delivery)]
    database = await database_for("services.finance")
    try:
        app = create_app(Resources(database=database, settings=ServiceSettings()))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://finance") as api:
            await api.put("/finance/v1/funds/integrated-fund", json=fund_body())
            await api.post("/finance/v1/schemes", json=scheme_body("admissions"))
            for start in range(0, len(events), size):
                await hear(database, events[start : start + size])
            cash = {period: Decimal(amounts[0]) for period, amounts in (await totals(api, "admissions")).items()}
            assert cash == expected(source, "admissions")
    finally:
        await database.close()
