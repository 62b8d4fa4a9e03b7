"""A ledger of before series had breakdowns: every figure is kept, and what was posted twice says what it corrected."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from chassis.settings import ServiceSettings
from chassis.storage import migrate
from chassis.storage.database import Database
from chassis.storage.types import ExactDecimal, UtcDateTime
from chassis.web.units import Resources
from services.finance.app import SPEC, create_app
from tests.integration.finance.conftest import pin
from tests.integration.finance.world import ADMISSIONS, PLYMOUTH, Source, entries, fund_body, hear, link_body
from tests.integration.finance.world import scheme_body as body_of

pytestmark = pytest.mark.both_engines

BEFORE = "0003"
AT = datetime(2026, 3, 30, 23, 30, tzinfo=UTC)  # the day after in England
ENTRY = sa.table(
    "entry",
    sa.column("scheme"),
    sa.column("state"),
    sa.column("period_kind"),
    sa.column("period_start", sa.Date()),
    sa.column("period_end", sa.Date()),
    sa.column("posted_quarter", sa.Date()),
    sa.column("corrects", sa.Boolean()),
    sa.column("cash", ExactDecimal()),
    sa.column("non_cash", ExactDecimal()),
    sa.column("indicator"),
    sa.column("area"),
    sa.column("revision"),
    sa.column("rule_version"),
    sa.column("event_id"),
    sa.column("reference"),
    sa.column("reason"),
    sa.column("actor"),
    sa.column("at", UtcDateTime()),
)


def entry(cash: str, reference: str | None = None, **changes: Any) -> dict[str, Any]:
    return {
        "scheme": "admissions",
        "state": "validated",
        "period_kind": "month",
        "period_start": date(2017, 12, 1),
        "period_end": date(2017, 12, 31),
        "posted_quarter": date(2017, 10, 1),
        "corrects": False,
        "cash": Decimal(cash),
        "non_cash": Decimal("0.00"),
        **dict.fromkeys(("indicator", "area", "revision", "rule_version", "event_id")),
        "reference": reference,
        "reason": "Invoices",
        "actor": "accountant",
        "at": AT,
    } | changes


ROWS = [
    entry(
        "6999.15",
        non_cash=Decimal("2333.05"),
        state="indicated",
        indicator=ADMISSIONS,
        area=PLYMOUTH,
        revision=1,
        rule_version="1",
    ),
    entry("100.01", "first"),
    entry("-0.02", "second"),
    entry("50.00", "banked", state="banked"),
    entry("7.00", "november", period_start=date(2017, 11, 1), period_end=date(2017, 11, 30)),
]
SERIES = (
    "UPDATE indicator_area SET version = 4, polarity = 'low_is_good', polarity_since = 3 "
    "WHERE indicator = :indicator AND area = :area"
)
FACT = (
    "INSERT INTO indicator_fact VALUES "
    "(:indicator, :area, 'month', '2017-12-01', '2017-12-31', '1371', 1, 'final', 'E06000026-1')"
)


async def go_back(database: Database, url: str, revision: str) -> None:
    """The database as it was at a revision, with the scheme and fund that are defined in it."""
    await asyncio.to_thread(migrate.downgrade, SPEC.package, url, revision)
    async with database.transaction() as connection:
        for statement in (SERIES, FACT):
            await connection.execute(sa.text(statement), {"indicator": ADMISSIONS, "area": PLYMOUTH})
        await connection.execute(ENTRY.insert(), ROWS)


@pytest.mark.parametrize(("pinned", "day"), [(None, "2026-03-31"), (date(2018, 2, 28), "2018-02-28")])
async def test_every_figure_is_kept_and_dated(
    database_for: Callable[[str], Awaitable[Database]], pinned: date | None, day: str
):
    database = await database_for("services.finance")
    url = database.url.render_as_string(hide_password=False)
    if pinned:
        await pin(database, pinned)
    app = create_app(Resources(database=database, settings=ServiceSettings()))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://finance") as api:
        await api.put("/finance/v1/funds/integrated-fund", json=fund_body())
        await api.post("/finance/v1/schemes", json=body_of(link=link_body()))
        await go_back(database, url, BEFORE)
        await asyncio.to_thread(migrate.upgrade, SPEC.package, url)
        found = await entries(api, "admissions")
        assert [Decimal(one["cash"]["amount"]) for one in found] == [row["cash"] for row in ROWS]
        assert {one["business_date"] for one in found} == {day}
        assert [(one["reference"], one["corrects"]) for one in found[1:]] == [
            ("first", None),
            ("second", "first"),
            ("banked", None),
            ("november", None),
        ]
        assert (found[0]["breakdown"], found[0]["generation"], found[0]["revision"]) == ({}, 1, 1)
        await hear(database, [Source().say({"2017-12": "1371"})])
        assert len(await entries(api, "admissions")) == len(ROWS), "revision 1 was posted before"
        assert (await api.get("/finance/v1/schemes/admissions")).json()["link"]["pending"] is False
