"""Reports as a database keeps them; what they are made of: tests/integration/portal/test_reports.py."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from chassis.paging import PageRequest
from chassis.storage import migrate
from chassis.storage.database import Database
from chassis.storage.transaction import Tx
from gateway.reports import repository, service
from gateway.reports.errors import NothingDiffers, ReportChanged, ReportPublished
from gateway.reports.report import (
    Column,
    Content,
    FrontSheet,
    Report,
    ReportFile,
    ReportState,
    ReportTable,
    Sources,
)
from tests.conftest import ResourcesFor
from tests.integration.gateway.changes import audited
from tests.integration.indicators.counting import counted

pytestmark = pytest.mark.both_engines

TABLE = ReportTable("fund", "Fund", 1, (Column("Line"), Column("Budget")), (("One", "1.00"), ("Two", None)))
FILES = {"pdf": b"%PDF", "html": b"<p>\xc3\xa9"}
KEPT = tuple(ReportFile.of(ending, FILES[ending]) for ending in sorted(FILES))


def content(quarter: str, *rows: tuple[str | None, ...]) -> Content:
    sources = Sources(quarter, "card", "Plymouth", "2017/18", "2018-02-28")
    return Content(FrontSheet(f"Report of {quarter}"), sources, (replace(TABLE, rows=rows or TABLE.rows),))


async def publish(tx: Tx, quarter: str) -> Report:
    """With files that say nothing."""
    found = await repository.get_report(tx, quarter)
    assert found is not None
    return await service.publish(tx, found.published(tx.actor, tx.now), FILES)


async def test_a_report_and_its_addenda_are_kept(resources_for: ResourcesFor) -> None:
    database = (await resources_for("gateway")).database
    for quarter in ("2017/18 Q2", "2017/18 Q3"):
        await database.write(lambda tx, quarter=quarter: service.draft(tx, content(quarter)), actor="Ana")
    drafted, created = await database.write(lambda tx: service.draft(tx, content("2017/18 Q3")), actor="Ben")
    assert (drafted.drafted_by, created) == ("Ana", False)
    await database.write(lambda tx: service.edit(tx, "2017/18 Q3", {"board": "Cabinet"}), actor="Ana")
    anew = content("2017/18 Q3", ("One", "2.00"))
    redrafted, _ = await database.write(lambda tx: service.draft(tx, anew), actor="Ben")
    assert (redrafted.content.front_sheet.board, redrafted.drafted_by) == ("Cabinet", "Ben")
    edited = await database.write(lambda tx: service.edit(tx, "2017/18 Q3", {"alternatives": []}), actor="Cai")
    assert edited == redrafted, "no alternatives are none, in whatever kind of list"
    edited = await database.write(lambda tx: service.edit(tx, "2017/18 Q3", {"part": "I"}), actor="Cai")
    assert (edited.drafted_by, edited.drafted_at > redrafted.drafted_at) == ("Cai", True)
    await database.write(lambda tx: publish(tx, "2017/18 Q3"), actor="Ana")
    with pytest.raises(ReportPublished):
        await database.write(lambda tx: service.draft(tx, content("2017/18 Q3")), actor="Ana")
    with pytest.raises(NothingDiffers):
        await database.write(lambda tx: service.add(tx, "2017/18 Q3", anew, "Again"), actor="Ana")
    await database.write(lambda tx: service.add(tx, "2017/18 Q3", content("2017/18 Q3"), "Revised"), actor="Ana")
    found = await database.read(lambda tx: service.get_report(tx, "2017/18 Q3"))
    assert (found.state, found.files, found.published_by) == (ReportState.PUBLISHED, KEPT, "Ana")
    assert [each.differences.rows for each in found.addenda] == [
        (("Fund", "One", "Budget", "2.00", "1.00"), ("Fund", "Two", "The whole row", "Not there", "There"))
    ]
    asked = (PageRequest(1), PageRequest(1, "2017/18 Q3"))
    pages = [await database.read(lambda tx, one=one: service.list_reports(tx, one)) for one in asked]
    assert [[(each.quarter, each.title, each.known_on, each.state) for each in one.items] for one in pages] == [
        [("2017/18 Q3", "Report of 2017/18 Q3", "2018-02-28", ReportState.PUBLISHED)],
        [("2017/18 Q2", "Report of 2017/18 Q2", "2018-02-28", ReportState.DRAFT)],
    ]
    entries = await audited(database)
    assert {type(each.after["tables"]) for each in entries if "tables" in each.after} == {str}, "no second copy"
    assert set(entries[3].after) == {"tables"}, "what differs of other numbers is what names them"
    assert [(each.action, each.actor) for each in entries] == [
        ("report.drafted", "Ana"),
        ("report.drafted", "Ana"),
        ("report.edited", "Ana"),
        ("report.drafted", "Ben"),
        ("report.edited", "Cai"),
        ("report.published", "Ana"),
        ("report.added_to", "Ana"),
    ]


async def test_two_who_draft_first_at_once_make_one_draft(resources_for: ResourcesFor) -> None:
    database = (await resources_for("gateway")).database
    quarter, is_drafted = "2017/18 Q3", asyncio.Event()

    async def draft_slowly(tx: Tx) -> bool:
        _, is_new = await service.draft(tx, content(quarter))
        is_drafted.set()
        await asyncio.sleep(0.3)
        return is_new

    first = asyncio.create_task(database.write(draft_slowly, actor="Ana", on_loop=True))
    await is_drafted.wait()
    found, is_new = await database.write(lambda tx: service.draft(tx, content(quarter, ("One", "2.00"))), actor="Ben")
    assert (await first, is_new, found.drafted_by) == (True, False, "Ben")
    assert [each.action for each in await audited(database)] == ["report.drafted", "report.drafted"]
    assert (await audited(database))[1].before is not None


async def test_no_first_draft_undoes_what_was_published_meanwhile(resources_for: ResourcesFor) -> None:
    database = (await resources_for("gateway")).database
    quarter, is_drafted = "2017/18 Q3", asyncio.Event()

    async def draft_and_publish(tx: Tx) -> None:
        await service.draft(tx, content(quarter))
        is_drafted.set()
        await asyncio.sleep(0.3)
        await publish(tx, quarter)

    first = asyncio.create_task(database.write(draft_and_publish, actor="Ana", on_loop=True))
    await is_drafted.wait()
    with pytest.raises(ReportPublished):
        await database.write(lambda tx: service.draft(tx, content(quarter)), actor="Ben")
    await first
    found = await database.read(lambda tx: service.get_report(tx, quarter))
    assert (found.state, found.files) == (ReportState.PUBLISHED, KEPT)


async def test_what_is_published_is_never_saved_as_a_draft(resources_for: ResourcesFor) -> None:
    database = (await resources_for("gateway")).database
    drafted, _ = await database.write(lambda tx: service.draft(tx, content("2017/18 Q3")))
    await database.write(lambda tx: publish(tx, "2017/18 Q3"))
    with pytest.raises(ReportPublished):
        await database.write(lambda tx: repository.save_draft(tx, drafted))


async def test_the_list_leaves_pages_and_tables_in_the_database(resources_for: ResourcesFor) -> None:
    database = (await resources_for("gateway")).database
    await database.write(lambda tx: service.draft(tx, content("2017/18 Q3")))
    with counted(database) as seen:
        await database.read(lambda tx: service.list_reports(tx, PageRequest(1)))
    [asked] = [each for each in seen if "FROM report" in each]
    assert ("html" in asked, "drafted_by" in asked) == (False, True)
    assert re.findall(r".report\.content", asked) == ["(report.content"] * 2, "parts of it alone"


async def test_files_are_kept_as_they_were_made(resources_for: ResourcesFor) -> None:
    database = (await resources_for("gateway")).database
    quarter = "2017/18 Q3"
    await database.write(lambda tx: service.draft(tx, content(quarter)), actor="Ana")
    published = await database.write(lambda tx: publish(tx, quarter), actor="Ana")
    assert published.digest == KEPT[0].digest, "of its page"
    assert await database.write(lambda tx: publish(tx, quarter), actor="Ben") == published, "again changes nothing"
    found = [await database.read(lambda tx, one=one: repository.get_file(tx, quarter, one)) for one in ("pdf", "ods")]
    assert found == [FILES["pdf"], None]
    entry = (await audited(database))[-1]
    assert entry.after["files"] == {each.ending: each.digest for each in KEPT}


async def test_files_of_what_was_changed_meanwhile_are_not_published(resources_for: ResourcesFor) -> None:
    database = (await resources_for("gateway")).database
    quarter = "2017/18 Q3"
    drafted, _ = await database.write(lambda tx: service.draft(tx, content(quarter)), actor="Ana")
    read = drafted.published("Ana", drafted.drafted_at)
    await database.write(lambda tx: service.edit(tx, quarter, {"board": "Cabinet"}), actor="Ben")
    with pytest.raises(ReportChanged):
        await database.write(lambda tx: service.publish(tx, read, FILES), actor="Ana")
    found = await database.read(lambda tx: repository.get_report(tx, quarter))
    assert found is not None
    assert (found.state, found.files) == (ReportState.DRAFT, ())


async def test_a_page_of_before_there_were_other_files_stays(
    database_for: Callable[[str], Awaitable[Database]],
) -> None:
    database = await database_for("gateway")
    url, quarter = database.url.render_as_string(hide_password=False), "2017/18 Q3"
    for each in ("2017/18 Q2", quarter):
        await database.write(lambda tx, each=each: service.draft(tx, content(each)), actor="Ana")
    before = await database.write(lambda tx: publish(tx, quarter), actor="Ana")
    await asyncio.to_thread(migrate.downgrade, "gateway", url, "0011")
    await asyncio.to_thread(migrate.upgrade, "gateway", url)
    found = await database.read(lambda tx: repository.get_report(tx, quarter))
    assert found == replace(before, files=KEPT[:1])
    page = await database.read(lambda tx: repository.get_file(tx, quarter, "html"))
    assert page == FILES["html"]
    draft = await database.read(lambda tx: repository.get_report(tx, "2017/18 Q2"))
    assert draft is not None
    assert (draft.state, draft.files) == (ReportState.DRAFT, ())
