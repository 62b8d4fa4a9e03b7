"""The board's report of a quarter, from the numbers of the reference data to what is printed."""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from suite import report_commands
from tests.eventually import eventually
from tests.integration.gateway.conftest import served
from tests.integration.portal.suite_pages import Looking, form_of, looking, text_of
from tests.integration.reference.conftest import LOADING_SECONDS, Suite, loaded, migrated, suite

__all__ = ["loaded", "migrated", "suite"]

pytestmark = [pytest.mark.rest, pytest.mark.timeout(LOADING_SECONDS)]

AT = "/reports/v1/quarters/2017-18-Q3"
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
async def address(suite: Suite) -> AsyncIterator[str]:
    async with served(suite.running.app) as url:
        yield url


async def calling(suite: Suite, address: str, name: str, *scopes: str) -> tuple[httpx.AsyncClient, Looking]:
    """A client of the API with a key, and the same person on pages."""
    seen = await looking(suite, name, *scopes)
    return httpx.AsyncClient(base_url=address, headers={"authorization": f"Bearer {seen.key}"}, timeout=60), seen


async def opened(suite: Suite) -> None:
    """Have a job open the returns of the quarter, lest they come between what is compared."""
    await suite.swept()

    async def are_there() -> bool:
        return bool((await suite.get("/pledges/v1/returns?quarter=2017-18-Q3"))["items"])

    await eventually(are_there, within=60)


async def test_a_report_is_drafted_edited_published_and_frozen(suite: Suite, address: str) -> None:
    api, _ = await calling(suite, address, "Ana", "admin")
    made = await api.post(AT)
    assert (made.status_code, made.headers["location"]) == (201, AT)
    tables = {each["code"]: each for each in made.json()["tables"]}
    assert list(tables) == [
        "scorecard",
        "exceptions",
        "risks",
        "risk-moves",
        "pledges",
        "returns",
        "fund",
        "savings",
        "decisions",
    ]
    [waits] = [row for row in tables["scorecard"]["rows"] if row[1] == "A&E four hour wait"]
    assert (len(tables["scorecard"]["rows"]), waits[3:5]) == (22, ["2017-12", "79.29"])
    assert ["Plymouth integrated fund", "Total", "75702000.00"] in [row[:3] for row in tables["fund"]["rows"]]
    assert (await api.post(AT)).status_code == 200
    tag = {"if-match": (await api.get(AT)).headers["etag"]}
    sheet = {"board": "Health and Wellbeing Board", "recommendations": ["Note it", SCRIPT], "key_decision": False}
    edited = await api.patch(AT, json=sheet, headers=tag)
    assert (edited.status_code, edited.json()["front_sheet"]["board"]) == (200, "Health and Wellbeing Board")
    assert (await api.patch(AT, json={"board": None}, headers=tag)).status_code == 412
    assert "Draft, not published" in (await api.get(f"{AT}.html")).text
    published = (await api.post(f"{AT}/publish")).json()
    assert (published["state"], published["published_by"]) == ("published", "Ana")
    first = await api.get(f"{AT}.html")
    kept = {each["ending"]: each["digest"] for each in published["files"]}
    files = {ending: (await api.get(f"{AT}.{ending}")).content for ending in kept}
    assert {ending: hashlib.sha256(content).hexdigest() for ending, content in files.items()} == kept
    assert hashlib.sha256(first.content).hexdigest() == published["digest"]
    await suite.post("ae-four-hour-wait", "2017-12", "70.1", reason="Counted again")
    assert (await api.get(f"{AT}.html")).content == first.content
    assert {ending: (await api.get(f"{AT}.{ending}")).content for ending in kept} == files
    assert (await api.get(AT)).json()["tables"] == edited.json()["tables"]
    assert (await api.post(AT)).status_code == 409
    assert (await api.patch(AT, json={"board": None}, headers={"if-match": "*"})).status_code == 409
    assert (await api.post(f"{AT}/publish")).json() == published


@pytest.mark.verapdf
async def test_the_pdf_of_a_quarter_keeps_pdf_ua(
    suite: Suite, address: str, tmp_path: Path, pdf_check: Callable[[Path], tuple[bool, str]]
) -> None:
    api, _ = await calling(suite, address, "Ana", "admin")
    await api.post(AT)
    await api.patch(AT, json={"recommendations": ["Note it"], "summary": "As it was."}, headers={"if-match": "*"})
    await api.post(f"{AT}/publish")
    file = tmp_path / "report.pdf"
    file.write_bytes((await api.get(f"{AT}.pdf")).content)
    keeps, said = await asyncio.to_thread(pdf_check, file)
    assert keeps, said


async def test_what_is_corrected_later_is_told_by_an_addendum(suite: Suite, address: str) -> None:
    await opened(suite)
    api, _ = await calling(suite, address, "Ana", "admin")
    reason, then = {"reason": "December was counted again"}, {"as_of": datetime.now(UTC).isoformat()}
    await suite.post("ae-four-hour-wait", "2017-12", "75.0", reason="Mistyped")
    known = (await api.post(AT, json=then)).json()
    figures = {row[1]: row[4] for table in known["tables"] if table["code"] == "scorecard" for row in table["rows"]}
    assert figures["A&E four hour wait"] == "79.29"
    await suite.post("ae-four-hour-wait", "2017-12", "79.29", reason="Mended")
    assert (await api.post(f"{AT.replace('Q3', 'Q2')}/addenda", json=reason)).status_code == 404
    now = (await api.post(AT)).json()
    assert now["tables"][0]["rows"] == known["tables"][0]["rows"], "the scorecard is as it was"
    assert (await api.post(f"{AT}/addenda", json=reason)).status_code == 409
    digest = (await api.post(f"{AT}/publish")).json()["digest"]
    unchanged = await api.post(f"{AT}/addenda", json=reason)
    assert (unchanged.status_code, unchanged.json()["type"].rpartition("/")[2]) == (409, "nothing-differs")
    await suite.post("ae-four-hour-wait", "2017-12", "70.1", reason="Counted again")
    added = (await api.post(f"{AT}/addenda", json=reason)).json()
    [addendum] = added["addenda"]
    told = [row[1:] for row in addendum["differences"]["rows"] if row[0] == "Scorecard"]
    assert ["Community care, A&E four hour wait", "Value", "79.29", "70.1"] in told
    assert (added["digest"], addendum["number"], addendum["added_by"]) == (digest, 1, "Ana")
    assert (await api.post(f"{AT}/addenda", json=reason)).status_code == 409
    actions = [
        each["action"] for each in (await api.get("/reports/v1/audit?subject=report-2017/18 Q3")).json()["items"]
    ]
    assert actions == ["report.drafted", "report.drafted", "report.published", "report.added_to"]


@pytest.mark.parametrize(
    ("quarter", "status"), [("2017-18-Q4", 422), ("2017-18", 422), ("rubbish", 422), ("2030-31-Q1", 422)]
)
async def test_a_quarter_that_has_not_ended_is_not_reported(
    suite: Suite, address: str, quarter: str, status: int
) -> None:
    api, _ = await calling(suite, address, "Ana", "admin")
    answer = await api.post(f"/reports/v1/quarters/{quarter}")
    assert answer.status_code == status, answer.text
    listed = await api.get("/reports/v1/quarters")
    assert listed.json().get("items") == [], listed.text


async def test_a_report_has_no_holes_and_is_published_by_who_may(suite: Suite, address: str) -> None:
    few, _ = await calling(suite, address, "Fay", "reports:read", "reports:write", "indicators:read")
    refused = await few.post(AT)
    assert (refused.status_code, "risks:read" in refused.text) == (403, True)
    reads = ("reports:read", "indicators:read", "risks:read", "pledges:read", "finance:read")
    writer, _ = await calling(suite, address, "Wil", "reports:write", *reads)
    assert (await writer.post(AT)).status_code == 201
    assert "reports:publish" in (await writer.post(f"{AT}/publish")).text
    publisher, _ = await calling(suite, address, "Pia", "reports:publish", "reports:read")
    assert (await publisher.post(f"{AT}/publish")).json()["published_by"] == "Pia"


async def test_the_page_needs_nothing_else_and_runs_nothing(suite: Suite, address: str) -> None:
    api, ana = await calling(suite, address, "Ana", "admin")
    await api.post(AT)
    await api.patch(AT, json={"title": SCRIPT, "summary": SCRIPT}, headers={"if-match": "*"})
    await api.post(f"{AT}/publish")
    answer = await api.get(f"{AT}.html")
    assert answer.headers["content-type"].startswith("text/html")
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert re.findall(r"(?:src|href)=\"([^#][^\"]*)\"", answer.text) == []
    assert ("<script" in answer.text, "&lt;script&gt;" in answer.text) == (False, True)
    assert answer.text.startswith("<!DOCTYPE html>")
    assert all(f'id="{each["code"]}"' in answer.text for each in (await api.get(AT)).json()["tables"])
    shown = await ana.client.get("/reports/2017-18-Q3/report.html")
    assert (shown.content, shown.headers["content-security-policy"]) == (
        answer.content,
        answer.headers["content-security-policy"],
    )
    assert "<script>alert" not in await ana.see("/reports/2017-18-Q3")
    for ending, kind in (("pdf", "application/pdf"), ("docx", "application/vnd")):
        by_page = await ana.client.get(f"/reports/2017-18-Q3/report.{ending}")
        assert by_page.headers["content-type"].startswith(kind)
        assert by_page.content == (await api.get(f"{AT}.{ending}")).content
    for ending in ("csv", "xlsx", "ods"):
        file = await api.get(f"{AT}/tables/fund.{ending}")
        assert (file.status_code, len(file.content) > 100) == (200, True)
    assert (await api.get(f"{AT}/tables/nothing.csv")).status_code == 404


async def test_a_report_is_made_on_its_pages(suite: Suite) -> None:
    await opened(suite)
    ana = await looking(suite, "Ana", "admin")
    form = form_of(await ana.see("/reports"), "Draft it")
    not_yet = await ana.client.post("/reports", data=form | {"quarter": "2017/18 Q4"})
    assert (not_yet.status_code, "2018-02-28" in not_yet.text) == (422, True)
    early = await ana.client.post("/reports", data=form | {"quarter": "2017/18 Q3", "as_of": "2018-01-01"})
    assert (early.status_code, 'value="2018-01-01"' in early.text) == (409, True), "there was no scorecard then"
    then = {"as_of": datetime.now(UTC).isoformat()}
    drafted = await ana.client.post("/reports", data=form | {"quarter": "2017/18 Q3"} | then)
    path, _, done = drafted.headers["location"].partition("?")
    assert (path, done) == ("/reports/2017-18-Q3", "done=draft-then")
    assert "The draft has the numbers that were known then." in await ana.see(drafted.headers["location"])
    sheet = form_of(await ana.see(path), "Purpose")
    said = {"title": "Quarter three", "recommendations": "Note it\n\nAgree the plan", "key_decision": "yes"}
    saved = await ana.client.post(path, data=sheet | said, follow_redirects=True)
    assert "The front sheet is saved." in saved.text
    stale = await ana.client.post(path, data=sheet | said | {"title": "Mine"})
    assert (stale.status_code, 'value="Mine"' in stale.text) == (412, True)
    assert "What somebody else has written meanwhile Quarter three" in text_of(stale.text)
    assert text_of(stale.text).count("Agree the plan") == 2, "theirs, and the same in the form"
    empty = await ana.client.post(path, data=form_of(await ana.see(path), "Purpose") | {"title": ""})
    assert empty.status_code == 422
    unknown = await ana.client.post(path, data=sheet | {"step": "burn"})
    assert unknown.status_code == 422
    unread = form_of(await ana.see(path), "Publish for good")
    again = form_of(await ana.see(path), "Purpose") | said | {"title": "Quarter three, again"}
    assert (await ana.client.post(path, data=again)).status_code == 303
    refused = await ana.client.post(path, data=unread)
    assert (refused.status_code, "Publish for good" in refused.text) == (412, True)
    publish = form_of(refused.text, "Publish for good")
    shown = text_of((await ana.client.post(path, data=publish, follow_redirects=True)).text)
    assert "The report is published." in shown
    assert "Agree the plan" in shown
    nothing = await ana.client.post(path, data=form_of(await ana.see(path), "Add an addendum") | {"reason": "No why"})
    assert (nothing.status_code, "as it was published" in nothing.text) == (409, True)
    assert 'value="No why"' in nothing.text
    assert "Quarter three" in await ana.say("/reports")


async def test_a_report_is_made_from_a_command_line(suite: Suite, address: str, tmp_path: Path) -> None:
    await opened(suite)
    _, ana = await calling(suite, address, "Ana", "admin")
    given = {"SUITE_URL": address, "SUITE_KEY": ana.key}

    async def say(*arguments: str, status: int = 0) -> str:
        done = await asyncio.to_thread(CliRunner().invoke, report_commands.app, arguments, env=given)
        assert done.exit_code == status, f"{done.output} {done.exception}"
        return done.output

    said = await say("draft", "2017/18 Q3")
    assert "2017/18 Q3: draft by Ana, figures as known on 2018-02-28" in said
    await say("publish", "2017-18-Q3", "--version", "0" * 64, status=1)
    said = await say("publish", "2017-18-Q3", "--version", re.findall(r"version (\w{64})", said)[0])
    assert "2017/18 Q3: published by Ana" in said
    kept = dict(re.findall(r"(\w+)  \d+ bytes  SHA-256 (\w{64})", said))
    for ending in ("pdf", "ods"):
        file = tmp_path / f"report.{ending}"
        await say("get", "2017-18-Q3", "--format", ending, "--into", str(file))
        assert hashlib.sha256(file.read_bytes()).hexdigest() == kept[ending]
    await suite.post("ae-four-hour-wait", "2017-12", "70.1", reason="Counted again")
    assert "Addendum 1: " in await say("add", "2017-18-Q3", "--reason", "Counted again")
    await say("draft", "2017-18", status=2)
