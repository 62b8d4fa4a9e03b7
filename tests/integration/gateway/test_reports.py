"""Reports over HTTP, made of an API that a test can change as it likes."""

import hashlib
import io
import re
import zipfile
from collections.abc import Generator
from typing import Any

import httpx
import pytest
from sqlalchemy import delete

from chassis.identity import Caller
from gateway.reports.app import create_reports
from gateway.reports.asking import SuiteApi
from gateway.reports.models import FileRow
from portal.api import Api
from portal.settings import PortalSettings
from tests.conftest import ResourcesFor
from tests.integration.gateway.conftest import SIGNER, signed_for

pytestmark = pytest.mark.parametrize("database_for", ["sqlite"], indirect=True)

AT = "/reports/v1/quarters/2017-18-Q3"
REASON = {"reason": "Counted again"}
POUNDS = {"currency": "GBP"}
LINE = {name: {"amount": "1250.50", **POUNDS} for name in ("budget", "spent", "outturn", "variance")}


def card(code: str, value: str | None) -> dict[str, Any]:
    row = {
        "indicator": {"name": "Waits"},
        "breakdown": {},
        "latest": {"period": "2017-12", "value": value},
        "commentary": None,
        "target": None,
        "benchmark": {"colour": "green"},
        "trend": {"colour": "green"},
        "inferred": [],
    }
    area = {"code": "E06000026", "name": "Plymouth"}
    return {"code": code, "area": area, "sections": [{"name": "Care", "aims": [{"rows": [row]}]}]}


def listed(*items: dict[str, Any]) -> dict[str, Any]:
    return {"items": list(items), "next": None}


def registered(*items: dict[str, Any]) -> dict[str, Any]:
    return {"day": "2018-02-28", "items": list(items)}


class Stub(SuiteApi):
    """Answers by path; what it does not have is not found."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.answers = {
            "/indicators/v1/scorecards": listed({"code": "first"}, {"code": "second"}),
            "/indicators/v1/scorecards/first": card("first", "79.29"),
            "/indicators/v1/scorecards/second": card("second", None),
            "/indicators/v1/exceptions": listed(),
            "/risks/v1/register": registered(),
            "/risks/v1/rating-changes": listed(),
            "/pledges/v1/quarters/2017-18-Q3/report": {"pledges": [], "open_decisions": []},
            "/finance/v1/funds": listed({"code": "fund", "name": "Fund"}),
            "/finance/v1/funds/fund": {"code": "fund", "name": "Fund"},
            "/finance/v1/funds/fund/position": {"lines": [{"division": "Beds", **LINE}], **LINE},
        }

    def of(self, _caller: Caller) -> Api:
        return Api(self._answer)

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(str(request.url))
        found = self.answers.get(request.url.path)
        return httpx.Response(404, json={"status": 404}) if found is None else httpx.Response(200, json=found)


class As(httpx.Auth):
    """Signs each call as the gateway does for this caller."""

    def __init__(self, name: str, *scopes: str) -> None:
        self.caller = Caller(name, frozenset(scopes))

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["authorization"] = SIGNER.bearer(self.caller, "reports", request.method, request.url.path)
        yield request


ANA = As("Ana", "admin")


class Reports:
    """The app, what it is made of, and a client of it."""

    def __init__(self, app: Any, stub: Stub) -> None:
        self.app, self.stub = app, stub
        self.api = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://reports", auth=ANA)

    def prefer(self, scorecard: str) -> None:
        self.app.state.pages = PortalSettings(scorecard=scorecard)


@pytest.fixture
async def reports(resources_for: ResourcesFor) -> Reports:
    resources, stub = await resources_for("gateway", settings=signed_for("reports")), Stub()
    app = create_reports(resources, resources.database.metadata, stub, PortalSettings(scorecard="first"))
    return Reports(app, stub)


def problem_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition("/")[2]


async def test_a_report_is_made_of_what_was_known_at_a_moment(reports: Reports) -> None:
    then = "2018-02-20T17:00:00+00:00"
    made = await reports.api.post(AT, json={"as_of": "2018-02-20T17:00:00Z"})
    assert (made.status_code, made.json()["as_of"], made.json()["known_on"]) == (
        201,
        "2018-02-20T17:00:00Z",
        "2018-02-28",
    )
    parts = [httpx.URL(each) for each in reports.stub.asked]
    of_now = {each.path for each in parts if each.params.get("as_of") != then}
    assert of_now == {"/indicators/v1/scorecards", "/finance/v1/funds"}, "lists of what there is to ask for"
    assert "recorded by 20 February 2018, 17:00" in (await reports.api.get(f"{AT}.html")).text
    assert (await reports.api.post(AT)).json()["as_of"] is None, "the numbers of now"
    assert problem_of(await reports.api.post(AT, json={"as_of": "2999-01-01T00:00:00Z"})) == (422, "moment-ahead")
    reports.stub.answers["/risks/v1/register"]["day"] = "2017-12-30"
    assert problem_of(await reports.api.post(AT, json={"as_of": then})) == (422, "quarter-invalid")


async def test_a_report_stays_with_its_own_scorecard(reports: Reports) -> None:
    assert (await reports.api.post(AT)).json()["scorecard"] == "first"
    reports.prefer("second")
    assert (await reports.api.post(AT)).json()["scorecard"] == "first", "the numbers of now, not another card's"
    await reports.api.post(f"{AT}/publish")
    assert problem_of(await reports.api.post(f"{AT}/addenda", json=REASON)) == (409, "nothing-differs")
    del reports.stub.answers["/indicators/v1/scorecards/first"]
    assert problem_of(await reports.api.post(f"{AT}/addenda", json=REASON)) == (409, "scorecard-gone")


async def test_a_report_without_a_scorecard_gets_one_while_it_is_a_draft(reports: Reports) -> None:
    reports.stub.answers["/indicators/v1/scorecards"] = listed()
    assert (await reports.api.post(AT)).json()["scorecard"] is None
    reports.stub.answers["/indicators/v1/scorecards"] = listed({"code": "second"})
    assert (await reports.api.post(AT)).json()["scorecard"] == "second"


def text_of(file: bytes, within: str) -> str:
    """The XML of a spreadsheet's parts whose names begin so."""
    with zipfile.ZipFile(io.BytesIO(file)) as found:
        return "".join(found.read(each).decode() for each in found.namelist() if each.startswith(within))


async def test_figures_are_numbers_in_spreadsheets(reports: Reports) -> None:
    await reports.api.post(AT)
    fund, figures = [
        [(await reports.api.get(f"{AT}/tables/{table}.{ending}")).content for ending in ("xlsx", "ods", "csv")]
        for table in ("fund", "scorecard")
    ]
    assert text_of(fund[0], "xl/worksheets/sheet").count("<v>1250.5</v>") == 8
    assert re.search(r'<c r="\w+"( s="\d+")?><v>79\.29', text_of(figures[0], "xl/worksheets/sheet"))
    assert text_of(fund[1], "content.xml").count('office:value-type="float" office:value="1250.50"') == 8
    assert 'office:value-type="float" office:value="79.29"' in text_of(figures[1], "content.xml")
    assert b"1250.50,1250.50" in fund[2], "a CSV has every digit that there is"


async def test_the_rating_before_is_named_by_what_it_is(reports: Reports) -> None:
    before, now = ({"band": band, "score": None} for band in ("green", "red"))
    risk = {"ref": "R1", "title": "Risk", "owner": "Ana", "status": "open", "movement": "up", "version": 1}
    reports.stub.answers["/risks/v1/register"] = registered(
        risk | {"previous": before, "effective": now, "target": None}
    )
    tables = {each["code"]: each for each in (await reports.api.post(AT)).json()["tables"]}
    [row] = tables["risks"]["rows"]
    said = dict(zip((each["title"] for each in tables["risks"]["columns"]), row, strict=True))
    assert (said["When the last quarter closed"], said["Now"]) == ("Green", "Red")


async def test_moves_are_asked_of_all_risks_at_once(reports: Reports) -> None:
    green, red = ({"band": band, "score": None} for band in ("green", "red"))
    still = {"title": "Risk", "owner": "Ana", "status": "open", "movement": None, "version": 0}
    ratings = {"previous": None, "effective": red, "target": None}
    listed_risks = [still | ratings | {"ref": ref} for ref in ("R2", "R10")]
    reports.stub.answers["/risks/v1/register"] = registered(
        *listed_risks, still | ratings | {"ref": "R3", "status": "closed"}
    )
    said = {"business_date": "2017-11-01", "cause": "indicator_update", "why": "Waits are red"}
    moved = [("R10", green, red), ("R2", green, red), ("R3", green, red), ("R2", None, red), ("R2", red, red)]
    changes = [said | {"risk": ref, "before": before, "after": after} for ref, before, after in moved]
    reports.stub.answers["/risks/v1/rating-changes"] = listed(*changes)
    tables = {each["code"]: each for each in (await reports.api.post(AT)).json()["tables"]}
    rest = ["2017-11-01", "Green", "Red", "indicator update", "Waits are red"]
    assert tables["risk-moves"]["rows"] == [["R2", *rest], ["R10", *rest]], "in the order of the register"
    [asked] = [each for each in reports.stub.asked if "rating-changes" in each]
    assert "from=2017-10-01" in asked


async def test_what_was_not_read_is_not_published(reports: Reports) -> None:
    read = {"version": (await reports.api.post(AT)).json()["version"]}
    edited = await reports.api.patch(AT, json={"summary": "Another's words"}, headers={"if-match": "*"})
    assert problem_of(await reports.api.post(f"{AT}/publish", json=read)) == (412, "report-changed")
    reports.stub.answers["/indicators/v1/scorecards/first"] = card("first", "70.1")
    anew = (await reports.api.post(AT)).json()
    refused = await reports.api.post(f"{AT}/publish", json={"version": edited.json()["version"]})
    assert problem_of(refused) == (412, "report-changed"), "other numbers are another version too"
    assert (await reports.api.get(AT)).json() == anew, "it is a draft still"
    for _ in range(2):
        published = await reports.api.post(f"{AT}/publish", json={"version": anew["version"]})
        assert (published.status_code, published.json()["version"]) == (200, anew["version"])
    assert problem_of(await reports.api.post(f"{AT}/publish", json=read)) == (412, "report-changed")
    assert (await reports.api.post(f"{AT}/publish", json={"version": "x" * 65})).status_code == 422


async def test_a_draft_is_read_by_those_who_make_reports(reports: Reports) -> None:
    await reports.api.post(AT)
    paths = (AT, f"{AT}.html", f"{AT}/tables/fund.csv", f"{AT}.ods")

    async def seen(*scopes: str) -> list[int]:
        asked = As("Ben", "reports:read", *scopes)
        listed = (await reports.api.get("/reports/v1/quarters", auth=asked)).json()["items"]
        return [len(listed), *[(await reports.api.get(path, auth=asked)).status_code for path in paths]]

    assert await seen() == [0, 404, 404, 404, 404]
    assert await seen("reports:write") == await seen("reports:publish") == [1, 200, 200, 200, 200]
    await reports.api.post(f"{AT}/publish")
    assert await seen() == [1, 200, 200, 200, 200]


FORMS = {
    "html": ("text/html; charset=utf-8", b"<!DOCTYPE html>"),
    "pdf": ("application/pdf", b"%PDF-1.7"),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", b"PK"),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b"PK"),
    "ods": ("application/vnd.oasis.opendocument.spreadsheet", b"PK"),
}


async def test_every_form_is_frozen(reports: Reports) -> None:
    await reports.api.post(AT)
    drafts = {ending: (await reports.api.get(f"{AT}.{ending}")).content for ending in FORMS}
    published = (await reports.api.post(f"{AT}/publish")).json()
    kept = {each["ending"]: each for each in published["files"]}
    assert set(kept) == set(FORMS)
    reports.app.state.pages = PortalSettings(council="Another council")
    for ending, (media_type, head) in FORMS.items():
        answer = await reports.api.get(f"{AT}.{ending}")
        assert (answer.headers["content-type"], answer.content.startswith(head)) == (media_type, True)
        assert answer.content != drafts[ending]
        file = kept[ending]
        assert (file["size"], file["digest"]) == (len(answer.content), hashlib.sha256(answer.content).hexdigest())
    assert published["digest"] == kept["html"]["digest"]
    assert (await reports.api.get(f"{AT}.txt")).status_code == 422


async def test_one_workbook_has_all_tables(reports: Reports) -> None:
    tables = (await reports.api.post(AT)).json()["tables"]
    sheets = [*("Cover", "Contents", "Columns"), *(each["code"].replace("-", "_") for each in tables)]
    book = (await reports.api.get(f"{AT}.xlsx")).content
    assert re.findall(r'<sheet name="(\w+)"', text_of(book, "xl/workbook.xml")) == sheets
    book = (await reports.api.get(f"{AT}.ods")).content
    assert re.findall(r'<table:table table:name="(\w+)"', text_of(book, "content.xml")) == sheets
    assert text_of(book, "content.xml").count('office:value-type="float" office:value="1250.50"') == 8


async def test_a_report_of_before_there_were_other_forms_has_them_of_its_frozen_state(reports: Reports) -> None:
    await reports.api.post(AT)
    await reports.api.post(f"{AT}/publish")
    first = (await reports.api.get(f"{AT}.pdf")).content
    await reports.app.state.resources.database.write(lambda tx: tx.session.execute(delete(FileRow)))
    assert (await reports.api.get(f"{AT}.pdf")).content == first


@pytest.mark.parametrize("period", ["2016-17", "2017-12", "2017", "2012 - 14"])
async def test_a_period_that_is_no_quarter_has_no_report(reports: Reports, period: str) -> None:
    at = f"/reports/v1/quarters/{period}"
    assert problem_of(await reports.api.post(at)) == (422, "quarter-invalid")
    assert problem_of(await reports.api.get(f"{at}.pdf")) == (422, "quarter-invalid")
