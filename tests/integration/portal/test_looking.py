"""Pages of a whole suite, for those who may see little, who come late, who write at the same time, or who mean ill."""

import asyncio
import html
import re
from datetime import UTC, datetime

import httpx
import pytest
from sqlalchemy import update

import portal.api
from gateway.sessions import door
from gateway.sessions.models import PageSession
from portal.api import Api, Json
from portal.listing import Listing
from tests.eventually import eventually
from tests.integration.portal.conftest import hidden_of
from tests.integration.portal.suite_pages import PAGES, PLYMOUTH, Looking, form_of, looking, text_of
from tests.integration.reference.conftest import LOADING_SECONDS, Suite, list_rows, loaded, migrated, suite

__all__ = ["loaded", "migrated", "suite"]

pytestmark = [pytest.mark.rest, pytest.mark.timeout(LOADING_SECONDS)]

_DRAFTS = "/pledges/v1/returns?state=draft&limit=1"
SCRIPT = "<script>alert('x')</script>\"'><img src=x onerror=alert(1)>"


async def a_return(suite: Suite) -> dict:
    """One that waits to be written: a worker opens them."""
    await suite.swept()

    async def opened() -> bool:
        return bool((await suite.get(_DRAFTS))["items"])

    await eventually(opened, within=60)
    found: dict = (await suite.get(_DRAFTS))["items"][0]
    return found


async def test_who_may_see_little_is_told_what_is_not_shown(suite: Suite) -> None:
    reader = await looking(suite, "Rita", "risks:read")
    assert "OCC4" in await reader.say("/register")
    assert "OCC4" in await reader.say("/register/risks/OCC4")
    assert "indicators:read" in text_of(await reader.see("/scorecard", 403))
    desk = await reader.say("/desk")
    assert "pledges:read" in desk
    assert "None is missing." not in desk
    assert "Indicators propose nothing." in desk
    assert "operations:read" in await reader.say("/")
    operations = await reader.say("/operations")
    assert "None waits for a decision." not in operations
    assert operations.count("operations:read") > 3


async def test_a_page_shows_what_is_up_and_says_what_is_not(suite: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
    ana = await looking(suite, "Ana", "admin")
    asked = door.send_as

    async def without_risks(app: object, caller: object, request: httpx.Request) -> httpx.Response:
        if request.url.path.startswith("/risks/"):
            return httpx.Response(503, json={"title": "Unavailable", "detail": "The risks service cannot be reached."})
        return await asked(app, caller, request)  # type: ignore[arg-type]

    monkeypatch.setattr(door, "send_as", without_risks)
    for path in ("/", "/desk", "/operations", f"/scorecard/indicators/ae-four-hour-wait?area={PLYMOUTH}"):
        assert "The risks service cannot be reached." in await ana.say(path)
    assert "79.29" in await ana.say(f"/scorecard/indicators/ae-four-hour-wait?area={PLYMOUTH}")
    assert "Not shown" not in await ana.say("/fund")
    assert "cannot be reached" in text_of(await ana.see("/register", 503))


async def test_what_is_sent_after_the_session_ended_changes_nothing(suite: Suite) -> None:
    ana = await looking(suite, "Ana", "admin")
    found = await a_return(suite)
    path = f"/promises/returns/{found['id']}"
    fields = form_of(await ana.see(path), "Save") | {"narrative": "Too late"}
    ended = update(PageSession).values(ends_at=datetime(2018, 1, 1, tzinfo=UTC))
    await suite.running.databases["gateway"].write(lambda tx: tx.session.execute(ended))
    seen = await ana.client.get("/register?search=care")
    assert (seen.status_code, seen.headers["location"]) == (303, "/sign-in?next=%2Fregister%3Fsearch%3Dcare")
    sent = await ana.client.post(path, data=fields)
    assert (sent.status_code, sent.headers["location"]) == (303, "/sign-in")
    assert (await suite.get(f"/pledges/v1/returns/{found['id']}"))["narrative"] is None


async def test_a_return_is_not_written_over_what_somebody_else_wrote(suite: Suite) -> None:
    ana = await looking(suite, "Ana", "admin")
    found = await a_return(suite)
    path, api = f"/promises/returns/{found['id']}", f"/pledges/v1/returns/{found['id']}"
    fields = form_of(await ana.see(path), "Save") | {"narrative": "Mine"}
    tag = (await suite.client.get(api)).headers["etag"]
    (await suite.client.patch(api, json={"narrative": "Theirs"}, headers={"if-match": tag})).raise_for_status()
    late = await ana.client.post(path, data=fields)
    assert late.status_code == 412
    assert "Theirs" in late.text
    assert ">Mine</textarea>" in late.text
    assert (await suite.get(api))["narrative"] == "Theirs"
    once_more = await ana.client.post(path, data=form_of(late.text, "Save") | {"narrative": "Mine"})
    assert once_more.status_code == 303
    assert (await suite.get(api))["narrative"] == "Mine"


@pytest.mark.parametrize("step", ["", "delete", "approved"])
async def test_a_step_that_there_is_not_is_refused(suite: Suite, step: str) -> None:
    ana = await looking(suite, "Ana", "admin")
    found = await a_return(suite)
    fields = form_of(await ana.see(f"/promises/returns/{found['id']}"), "Save")
    sent = {"form-token": fields["form-token"], "step": step, "narrative": "Oops"}
    assert (await ana.client.post(f"/promises/returns/{found['id']}", data=sent)).status_code == 422
    assert (await suite.get(f"/pledges/v1/returns/{found['id']}"))["narrative"] is None
    answer = await ana.client.post("/register/risks/OCC4/proposals/1", data=sent | {"decision": step})
    assert answer.status_code == 422


async def test_a_return_goes_its_way(suite: Suite) -> None:
    found = await a_return(suite)
    path = f"/promises/returns/{found['id']}"
    ana = await looking(suite, "Ana", "pledges:read", "pledges:return")
    holder = await looking(suite, found["assignment"]["portfolio_holder"], "pledges:read", "pledges:approve")

    async def step(who: Looking, words: str, **fields: str) -> str:
        sent = form_of(await who.see(path), words) | fields
        return text_of((await who.client.post(path, data=sent, follow_redirects=True)).text)

    assert "is saved" in await step(ana, "Save", colour="green", narrative="Done", next_steps="None")
    assert "is submitted" in await step(ana, "Submit")
    assert "pledges:approve" in await step(ana, "Approve", step="approve")
    assert "reason" in await step(holder, "Approve", step="return")
    assert "handed back" in await step(holder, "Approve", step="return", reason="More words")
    assert found["id"] in await ana.say("/desk")
    assert "is submitted" in await step(ana, "Submit")
    assert "is approved" in await step(holder, "Approve", step="approve")
    assert (await suite.get(f"/pledges/v1/returns/{found['id']}"))["locked"] is True


@pytest.mark.parametrize("decision", ["accept", "reject"])
async def test_a_proposal_is_decided(suite: Suite, decision: str) -> None:
    patched = await suite.client.get("/risks/v1/risks/OCC4")
    tag = {"if-match": patched.headers["etag"]}
    (
        await suite.client.patch(
            "/risks/v1/risks/OCC4", json={"mode": "propose", "reason": "Owner decides"}, headers=tag
        )
    ).raise_for_status()
    await suite.post("ae-four-hour-wait", "2018-01", "50.1")
    ana = await looking(suite, "Ana", "admin")
    [open_one] = (await suite.get("/risks/v1/proposals?state=open"))["items"]
    path = f"/register/risks/OCC4/proposals/{open_one['id']}"
    assert "/register/risks/OCC4#proposals" in await ana.see("/desk")
    assert "/register/risks/OCC4#proposals" in await ana.see("/register")
    form = form_of(await ana.see("/register/risks/OCC4"), "Accept")
    without = await ana.client.post(path, data=form | {"decision": decision, "reason": ""})
    assert without.status_code == 422
    decided = await ana.client.post(path, data=form | {"decision": decision, "reason": "Seen"}, follow_redirects=True)
    assert f"The proposal is {decision}ed." in decided.text
    assert (await suite.get("/risks/v1/proposals"))["items"][0]["state"] == f"{decision}ed"


NOTHING_TO_SHOW = {
    "/operations/new-recipient",
    "/register/acceptances",
    "/register/new-control?risk=OCC5",
    "/register/proposals",
    "/register/treatment",
    "/reports",
}
"""There are none in the reference data, or a form shows no text."""


async def test_nothing_that_is_stored_runs_in_a_page(suite: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every text of every answer is followed by a script."""
    ana = await looking(suite, "Ana", "admin")
    plain = portal.api.body_of
    monkeypatch.setattr(portal.api, "body_of", lambda answer: _spoilt(plain(answer)))
    code = (await a_return(suite))["id"]
    body = {"name": "the warehouse", "url": "https://93.184.216.34/hook", "heartbeat": False}
    subscription = (await suite.client.post("/events/v1/subscriptions", json=body)).raise_for_status().json()["id"]
    without = set()
    for path in [*PAGES, f"/promises/returns/{code}", f"/operations/subscriptions/{subscription}"]:
        page = await ana.see(path)
        assert ("<script>alert" in page, "<img" in page) == (False, False), path
        without |= set() if "&lt;script&gt;alert" in page else {path}
    assert without == NOTHING_TO_SHOW


def _spoilt(value: object, name: str = "") -> object:
    """With a script after every text that is for people: those that the pages read are as they were."""
    if isinstance(value, dict):
        return {key: _spoilt(each, key) for key, each in value.items()}
    if isinstance(value, list):
        return [_spoilt(each, name) for each in value]
    if isinstance(value, str) and (" " in value or name in _TEXTS) and not re.match(r"[\d(]", value):
        return value + SCRIPT
    return value


_TEXTS = {"name", "title", "actor", "by", "owner", "reason", "note", "account", "debit", "host", "filename", "subject"}


async def test_a_long_series_with_breakdowns_keeps_its_total(suite: Suite) -> None:
    indicator = {
        "code": "many-parts",
        "name": "Of many parts",
        "unit": "count",
        "polarity": "low_is_good",
        "frequency": "month",
        "dimensions": {"band": [f"b{number:02}" for number in range(10)]},
    }
    (await suite.client.post("/indicators/v1/indicators", json=indicator)).raise_for_status()
    months = [f"{2010 + at // 12}-{at % 12 + 1:02}" for at in range(24)]
    parts = [{}, *({"band": f"b{number:02}"} for number in range(10))]
    values = [
        {"area": PLYMOUTH, "period": month, "value": str(at), "status": "final", "breakdown": part}
        for at, month in enumerate(months, start=1)
        for part in parts
    ]
    path = "/indicators/v1/indicators/many-parts/observations"
    answers = [await suite.client.post(path, json=each) for each in values]
    assert {each.status_code for each in answers} <= {200, 201}, answers[0].text
    ana = await looking(suite, "Ana", "admin")
    at = f"/scorecard/indicators/many-parts?area={PLYMOUTH}"
    page = await ana.see(at)
    table = page[page.index('id="values"') : page.index("[c] suppressed")]
    assert [month in table for month in months] == [True] * 24
    file = await ana.see(re.search(r'href="([^"]*file\.csv[^"]*)"', page)[1].replace("&amp;", "&"))  # type: ignore[index]
    assert len(file.splitlines()) == 1 + 24
    assert "Show those that follow" not in page


async def test_a_group_of_areas_is_no_series_of_its_own(suite: Suite) -> None:
    ana = await looking(suite, "Ana", "admin")
    group = {"name": "Some neighbours", "kind": "group", "areas": ["E92000001"]}
    put = await suite.client.put("/indicators/v1/area-groups/some-neighbours", json=group)
    assert put.status_code in {200, 201}, put.text
    at = f"/scorecard/indicators/dtoc-all?area={PLYMOUTH}&comparator="
    page = await ana.say(f"{at}some-neighbours")
    assert "some-neighbours has no values of its own" in page
    assert "has no values of its own" not in await ana.say(f"{at}E92000001")


async def test_what_is_more_than_a_page_shows_is_said_and_shown_by_the_next(suite: Suite) -> None:
    risk = {"register": "people-2018", "kind": "threat", "title": "One of many", "matrix": "five-by-five@1"}
    answers = await asyncio.gather(
        *(suite.client.post("/risks/v1/risks", json=risk | {"ref": f"Z{number:03}"}) for number in range(190))
    )
    assert {each.status_code for each in answers} == {201}, answers[0].text
    ana = await looking(suite, "Ana", "admin")
    first = await ana.see("/register")
    assert "200 of 208 are shown here." in first
    link = re.search(r'href="(\?after-risks=[^"#]*)', first)
    assert link
    assert "Z189" in await ana.see(f"/register{link[1].replace('&amp;', '&')}")


async def test_a_rating_that_moved_waits_on_the_desk_of_its_owner(suite: Suite) -> None:
    ana = await looking(suite, "reader-of-reviews", "risks:read")
    value = {"area": PLYMOUTH, "period": "Jan-18", "value": "70.1", "status": "final"}
    answer = await suite.client.post("/indicators/v1/indicators/ae-four-hour-wait/observations", json=value)
    assert answer.status_code == httpx.codes.CREATED, answer.text

    async def waits() -> None:
        assert re.search(r"OCC4 : Urgent care [^:]*, due 14 March 2018", await ana.say("/desk"))

    await eventually(waits)
    assert "OCC4" not in await ana.say("/desk?owner=Nobody")


async def test_older_entries_of_a_scheme_are_shown_by_the_next_page(
    suite: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page asks for as many entries as the API gives unasked."""
    ana = await looking(suite, "reader-of-entries", "finance:read")

    async def three(api: Api, path: str, **parameters: str | None) -> dict:
        wanted = {"limit": "3"} if path.endswith("/explanation") else {}
        return await get(api, path, **wanted, **parameters)

    get = Api.get
    monkeypatch.setattr(Api, "get", three)
    page = await ana.see("/fund/schemes/front-door")
    count = int(re.search(r"3 of (\d+) are shown, the newest first", page)[1])
    numbers, whole = [], ""
    while True:
        whole += page
        numbers += [int(each) for each in re.findall(r'/entries/[^"]+">(\d+)</a></th>', page)]
        following = re.search(r'href="(\?after=[^"#]+)#entries"', page)
        if not following:
            break
        page = await ana.see(f"/fund/schemes/front-door{html.unescape(following[1])}")
    assert len(numbers) == count > 3
    assert numbers == sorted(numbers, reverse=True)
    assert re.search(r"2017-12</td>[^£]*\N{MINUS SIGN}£1,376.38", whole)


@pytest.mark.parametrize("path", ["/boards/cabinet", "/boards/reports/cabinet-2014-07-15", "/register/risks/OCC4"])
async def test_every_list_of_a_page_leads_to_what_follows(
    suite: Suite, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    asked: set[str] = set()

    def listing(_api: Api, name: str, body: Json) -> Listing:
        asked.add(name)
        return Listing(body["items"], len(body["items"]), None, f"after-{name}=x")

    ana = await looking(suite, "Ana", "admin")
    monkeypatch.setattr(Api, "_listing", listing)
    assert set(re.findall(r'href="\?after-([\w-]+)=x', await ana.see(path))) == asked
    assert len(asked) > 2


async def test_a_file_is_as_large_as_the_page_says(suite: Suite) -> None:
    ana = await looking(suite, "Ana", "admin")
    form = form_of(await ana.see("/import"), "Go on") | {"mapping": "native", "reason": ""}
    row = b"dtoc-all,E06000026,2017/18 Q4,22\n"

    async def sent(rows: int) -> httpx.Response:
        content = b"indicator,area,period,value\n" + row * rows
        return await ana.client.post("/import", data=form, files={"file": ("a.csv", content, "text/csv")})

    assert (await sent(2_000_000 // len(row))).status_code == 303
    too_large = await sent(9_000_000 // len(row))
    assert (too_large.status_code, "At most 8 MiB" in too_large.text) == (413, True)
    assert "How the file is read" in too_large.text


async def test_an_action_stands_beside_what_it_was(suite: Suite) -> None:
    ana = await looking(suite, "Ana", "pledges:read")
    path = "/promises/actions/bed-based-care"
    assert "Looked at on" not in await ana.say(path)
    assert "Looked at on 28 February 2018" in await ana.say(f"{path}?quarter=2017-18-Q4")
    assert "Nothing of it was recorded by then." in await ana.say(f"{path}?quarter=2016-17-Q4")
    await ana.see("/boards/files/decisions.csv")


async def test_a_dot_segment_names_nothing(suite: Suite) -> None:
    ana = await looking(suite, "Ana", "admin")
    for path in (
        "/register/risks/%2E%2E",
        "/promises/returns/%2E%2E",
        "/scorecard/indicators/%2E",
        "/fund/%2E%2E/entries",
    ):
        assert (await ana.client.get(path)).status_code == 404, path


async def test_home_tells_what_changed_since_the_visit_before(suite: Suite) -> None:
    """To whoever may read it: who changed what asks for more."""
    ana = await looking(suite, "Ana", "indicators:read", "risks:read", "pledges:read")
    assert "The scorecard was not there then." in await ana.say("/"), "a week before"
    body = {"impact": 4, "likelihood": 2, "reason": "Looked at again"}
    risk = (await suite.client.get("/risks/v1/risks?status=open&limit=1")).json()["items"][0]["ref"]
    (await suite.client.post(f"/risks/v1/risks/{risk}/assessments", json=body)).raise_for_status()
    before = await suite.get("/indicators/v1/scorecards/integrated-2017-18")
    await suite.post("dementia-diagnosis-rate", "2018-01", "70.5")
    page = await ana.client.get("/sign-in")
    await ana.client.post("/sign-in", data=hidden_of(page.text) | {"key": ana.key})
    home = await ana.see("/")
    [row] = [each for each in list_rows(before) if each["indicator"]["code"] == "dementia-diagnosis-rate"]
    figures = text_of(home[home.index('id="figures"') : home.index('id="risks"')])
    assert f"{row['indicator']['name']} 60.1 2017-12 70.5 2018-01" in figures
    assert figures.count("2018-01") == 1
    assert "Changed since you were last here" in home
    assert re.findall(r'href="/register/risks/([^"]+)"', home) == [risk]
    assert "Not shown" in home


async def test_people_and_what_names_none_of_them(suite: Suite) -> None:
    ana = await looking(suite, "Ana", "admin")
    await ana.see("/people/unowned.pdf", 404)
    text = await ana.say("/people")
    assert "Adam Morris" in text
    assert "Neither a person nor a post" in text
    assert (await ana.client.get("/people/unowned.csv")).text.count("\n") > 10
    assert "Everything names somebody." in await ana.say("/people?why=left")
    rita = await looking(suite, "Rita", "risks:read")
    assert "Not shown: This needs the scope admin." in await rita.say("/people")
