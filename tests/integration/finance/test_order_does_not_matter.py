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
from contracts.indicators import ChangedPeriod, Missing
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
SYMBOLS = st.sampled_from(list(Missing)).map(lambda symbol: symbol.value)
VALUES = st.none() | SYMBOLS | st.decimals(min_value=1300, max_value=1500, places=1).map(str)
SAID = st.tuples(
    st.dictionaries(st.sampled_from(PERIODS), VALUES, min_size=1, max_size=3), st.sampled_from(["final", "provisional"])
)
BREAKDOWNS = ["", "sex=male", "sex=female"]
CHANGES = st.lists(
    st.tuples(st.sampled_from(BREAKDOWNS), SAID | st.sampled_from(list(Polarity)) | st.just("go back")),
    min_size=1,
    max_size=9,
)
CLAIMS = {"admissions": ("0.4", ""), "late": ("0.35", "sex=male")}
"""Of each scheme its attribution and its breakdown."""
QUARTERS = ["2017/18 Q2", "2017/18 Q3"]

Sources = dict[str, Source]


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[Sources, list[Any]]:
    """A history of three series, and a plan: its events in any order, some twice, and acts of finance in between."""
    sources = {breakdown: Source(breakdown=breakdown) for breakdown in BREAKDOWNS}
    events = [event for breakdown, change in draw(CHANGES) for event in tell(sources[breakdown], change)]
    again = draw(st.lists(st.sampled_from(events), max_size=4)) if events else []
    steps: list[Any] = draw(st.permutations([*events, *again, *QUARTERS, "define"]))
    return sources, steps


def tell(source: Source, change: Any) -> list[Delivery]:
    if change == "go back":
        source.go_back()
        return [source.say({period.label: text(point) for period, point in source.points.items()})]
    return [source.turn(change) if isinstance(change, Polarity) else source.say(change[0], change[1])]


def text(point: ChangedPeriod) -> str | None:
    if point.missing is not None:
        return point.missing.value
    return None if point.value is None else str(point.value)


def expected(sources: Sources, scheme: str) -> dict[str, Decimal]:
    """Worked out from the last word on each period alone."""
    attribution, breakdown = CLAIMS[scheme]
    source = sources[breakdown]
    sign = {Polarity.LOW_IS_GOOD: 1, Polarity.HIGH_IS_GOOD: -1, Polarity.NEUTRAL: 0}[source.polarity]
    found = {
        period.label: sign * worth(str(point.value), attribution)
        for period, point in source.points.items()
        if point.value is not None and period.label in MONTHS
    }
    return {label: amount for label, amount in found.items() if amount}


async def act(api: httpx.AsyncClient, database: Database, step: object, *, through_inbox: bool) -> None:
    if isinstance(step, Delivery):
        await hear(database, [step], through_inbox=through_inbox)
    elif step == "define":
        body = scheme_body("late", link=link_body(attribution="0.35", breakdown={"sex": "male"}))
        assert (await api.post("/finance/v1/schemes", json=body)).status_code == 201
    else:
        answer = await api.put(f"/finance/v1/funds/integrated-fund/closed-quarters/{step}")
        assert answer.status_code == 200


async def by_quarter(api: httpx.AsyncClient) -> dict[str, str]:
    """What the closed quarters hold."""
    fund = (await api.get("/finance/v1/funds/integrated-fund/position")).json()
    return {q["quarter"]: q["indicated"]["amount"] for q in fund["quarters"] if q["closed"]}


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(made=deliveries(), through_inbox=st.booleans())
async def test_order_duplicates_and_lateness_leave_the_same_totals_a_period(
    database_for: Callable[[str], Awaitable[Database]], made: tuple[Sources, list[Any]], through_inbox: bool
):
    sources, steps = made
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
            for scheme in CLAIMS:
                cash = {period: Decimal(amounts[0]) for period, amounts in (await totals(api, scheme)).items()}
                assert cash == expected(sources, scheme)
                told = (await published(database, scheme))[-1]["data"]["indicated"]["amount"]
                assert Decimal(told) == sum(cash.values(), Decimal(0))
    finally:
        await database.close()


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(made=deliveries(), size=st.integers(1, 7))
async def test_the_size_of_a_batch_does_not_matter(
    database_for: Callable[[str], Awaitable[Database]], made: tuple[Sources, list[Any]], size: int
):
    sources, steps = made
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
            assert cash == expected(sources, "admissions")
    finally:
        await database.close()
