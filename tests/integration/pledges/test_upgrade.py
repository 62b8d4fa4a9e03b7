"""A database of before there were revisions: each subject has its first one afterwards, and reads as it did."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from chassis.settings import ServiceSettings
from chassis.storage import migrate
from chassis.storage.database import Database
from chassis.web.units import Resources
from services.pledges.app import SPEC, create_app
from services.pledges.domain.past import AsAt, RevisedKind
from services.pledges.repository.revisions import list_revised
from tests.integration.pledges.conftest import pin
from tests.integration.pledges.making import ROOT, make, officer, rows

pytestmark = pytest.mark.both_engines

NOTE = {"topic": "t", "figures": [{"figure": "1", "source": "s"}, {"figure": "2", "source": "p"}], "used": "1"}
ACTION = {"title": "Café", "weight": "2.50", "due": "2018-03-01", "leads": ["D"], "notes": [NOTE | {"why": "w"}]}
LINKS = {"links": [{"indicator": "dtoc", "area": "E06000026"}]}
PAST = {"quarter": "2017-18-Q3"}


async def call(api: httpx.AsyncClient, method: str, path: str, body: Any) -> None:
    answer = await api.request(method, f"{ROOT}/{path}", json=body)
    assert answer.status_code < 300, answer.text


async def states(database: Database) -> dict[tuple[str, str], Any]:
    found = await database.read(lambda tx: list_revised(tx, list(RevisedKind), AsAt()))
    return {(one.kind, one.subject): one.state for one in found}


async def fill(api: httpx.AsyncClient) -> None:
    await call(api, "PUT", "priorities/minds", {"title": "Minds", "leads": ["E"]})
    await call(api, "PUT", "actions/cafe", ACTION | {"priority": "minds"})
    measured = {"measure": {"measure": "Lonely", "baseline": "7", "date": "2022-05-05"}}
    await make(api, "1", officer("A"), officer("B", valid_from="2018-01-01"), **measured, top=True)
    await call(api, "PUT", "pledges/1/links", LINKS)
    await make(api, "2", officer("A"), due="2018-05-01", notes=[NOTE | {"why": "w"}])
    amended = {"delivery": "in_progress", "amendment": {"text": "Sooner", "reason": "Asked for"}}
    await call(api, "PATCH", "pledges/2", amended)


async def test_what_was_there_before_revisions_stays_in_the_past(database_for: Callable[[str], Awaitable[Database]]):
    database = await database_for("services.pledges")
    url = database.url.render_as_string(hide_password=False)
    await pin(database, date(2018, 2, 28))
    app = create_app(Resources(database=database, settings=ServiceSettings()))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://pledges") as api:
        await fill(api)
        recorded, shown = await states(database), await rows(api)
        await asyncio.to_thread(migrate.downgrade, SPEC.package, url, "0013")
        async with database.transaction() as connection:
            first = "SELECT min(id) FROM state_revision WHERE subject = '2018-2'"
            await connection.execute(
                sa.text(f"DELETE FROM state_revision WHERE subject <> '2018-2' OR id = ({first})")  # noqa: S608  ours
            )
        await asyncio.to_thread(migrate.upgrade, SPEC.package, url)
        assert await states(database) == recorded
        assert await rows(api) == shown
        one, two = await rows(api, **PAST)
        assert (one["wording"], one["portfolio_holder"], one["indicators"]) == ("Promise 1", "A", "dtoc")
        assert (two["wording"], two["delivery"], two["due"]) == ("Promise 2", "not_started", "2018-05-01")
        await pin(database, date(2018, 5, 2))
        await call(api, "PATCH", "pledges/1", {"delivery": "in_progress"})
        assert [each["delivery"] for each in await rows(api, **PAST)] == ["not_started"] * 2
        assert [each["delivery"] for each in await rows(api)] == ["in_progress"] * 2
        report = (await api.get(f"{ROOT}/quarters/2017-18-Q3/report")).json()
        assert [(each["code"], each["roll_up"]["actions"]) for each in report["priorities"]] == [("minds", 1)]
        changed = await api.get(f"{ROOT}/pledges", params={"changed_since": "2018-01-01T00:00:00Z"})
        assert len(changed.json()["items"]) == 2, "what was written of the past is no change"
