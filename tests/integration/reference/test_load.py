"""The reference data in a real suite: all there, once, whatever came between."""

import json
import sqlite3
from collections.abc import Awaitable, Callable

import httpx
import pytest

from suite.load import load_reference
from suite.load.api_client import Refused
from suite.load.dataset import read_reference
from suite.load.finance import fund_body
from suite.load.local_outcomes import load_local_outcomes
from tests.integration.reference.conftest import AE, list_rows
from tests.integration.reference.test_contradicted import assert_both_figures_are_kept

INDICATORS = "/indicators/v1/indicators"
FUND = "/finance/v1/funds/plymouth-integrated"


async def test_the_first_load_makes_everything(report):
    made = {kind: counts.created for kind, counts in report.counts.items()}
    assert made == {
        "areas": 7,
        "frameworks": 9,
        "indicators": 88,
        "targets": 31,
        "scorecards": 4,
        "observations": 132,
        "projections": 60,
        "outcomes": 4,
        "objectives": 17,
        "system gaps": 3,
        "priorities rolled up": 8,
        "commentaries": 13,
        "quality rules": 3,
        "standards": 23,
        "risks": 18,
        "pledge sets": 2,
        "pledges": 12,
        "pledge links": 6,
        "priorities": 8,
        "actions": 218,
        "dependencies": 32,
        "boards": 28,
        "responsibilities": 13,
        "reports": 2,
        "meetings": 10,
        "decisions": 11,
        "providers": 24,
        "rating counts": 8,
        "rating feeds": 1,
        "benefits": 23,
        "consultations": 3,
        "options appraisals": 1,
        "impact assessments": 2,
        "printed lists": 46,
        "funds": 1,
        "schemes": 13,
        "unit costs": 5,
        "ranges": 1,
        "people": 37,
    }
    assert report.counts["targets"].skipped == 3
    assert all(counts.unchanged == counts.changed == counts.preserved == 0 for counts in report.counts.values())


async def test_a_second_load_makes_nothing_and_publishes_nothing(suite):
    await suite.swept()
    before = await suite.events()
    again = await suite.load()
    await suite.swept()
    assert await suite.events() == before
    assert (again.created, again.changed) == (0, 0)
    assert {kind: counts.preserved for kind, counts in again.counts.items() if counts.preserved} == {}


async def test_a_target_that_an_officer_went_back_to_stays(suite):
    """Versions are matched in order, so a load sends neither those that are there nor the ones after them again."""
    path = f"/indicators/v1/indicators/{AE}/targets"
    first = (await suite.get(path))["items"][0]
    sent = {name: first[name] for name in ("area", "kind", "due", "baseline", "applies_from", "source", "note")}
    for value in ("60", first["value"]):
        answer = await suite.client.post(path, json=sent | {"value": value, "reason": "Agreed anew"})
        assert answer.status_code == httpx.codes.CREATED, answer.text
    before = (await suite.get(path))["items"]
    again = await suite.load()
    assert (again.created, again.changed) == (0, 0)
    assert (await suite.get(path))["items"] == before


def broken_off_after(calls: int) -> Callable[[httpx.Request], Awaitable[None]]:
    """A hook that lets so many calls through that may change something."""
    made = 0

    async def break_off(request: httpx.Request) -> None:
        nonlocal made
        made += request.method != "GET"
        if made > calls:
            raise httpx.ConnectError("gone", request=request)

    return break_off


@pytest.mark.rest
async def test_a_load_that_broke_off_twice_goes_on(empty_suite, loaded):
    """Whatever was made stays; loading again makes the rest, and nothing twice. Calls under way may be lost."""
    folder, report = loaded
    hooks = empty_suite.client.event_hooks["request"]
    for calls in (90, 300):
        empty_suite.client.event_hooks = {"request": [broken_off_after(calls)]}
        with pytest.raises(httpx.ConnectError):
            await empty_suite.load()
    empty_suite.client.event_hooks = {"request": hooks}
    rest = await empty_suite.load()
    await empty_suite.caught_up()
    assert report.created - 390 <= rest.created < report.created
    with sqlite3.connect(folder / "indicators.db") as unbroken:
        events = unbroken.execute("SELECT count(*) FROM outbox").fetchone()[0]
    assert (await empty_suite.events())["indicators"] == events
    risk = await empty_suite.get("/risks/v1/risks/OCC4")
    assert sorted(link["severity_at"] for link in risk["links"]) == [0, 0, 0, 1]
    await assert_both_figures_are_kept(empty_suite)
    again = await empty_suite.load()
    assert (again.created, [kind for kind, counts in again.counts.items() if counts.preserved]) == (0, [])


async def test_without_a_key_nothing_is_loaded_and_the_answer_is_told(suite):
    transport = httpx.ASGITransport(suite.running.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://suite") as stranger:
        with pytest.raises(Refused) as refused:
            await load_reference(stranger, wait=suite.caught_up, report=lambda _line: None)
    assert refused.value.status == 401
    assert "POST /indicators/v1/areas answered 401" in str(refused.value)


async def test_a_correction_made_since_stays(suite):
    answer = await suite.post("rtt-18-weeks", "Dec-17", "80.9", reason="Late return")
    assert answer.status_code == 201
    await suite.client.patch("/indicators/v1/indicators/dtoc-all", json={"owner": "Somebody else", "reason": "Moved"})
    again = await suite.load()
    assert again.created == 0
    assert again.counts["indicators"].preserved == 1
    status = await suite.get("/indicators/v1/indicators/rtt-18-weeks/status?area=E06000026")
    assert [point["value"] for point in status["series"]][-2:] == ["80.9", "81.6"]


async def test_what_a_former_version_named_otherwise_is_renamed_once(suite):
    """And marked as far as it could not mark it; what someone named anew stays."""
    former = {"name": "Falls in hospital that caused harm", "inferred": [], "reason": "As it was"}
    await _patch(suite, f"{INDICATORS}/falls-with-harm", former)
    await _patch(suite, f"{INDICATORS}/population", {"inferred": ["polarity"], "reason": "As it was"})
    await _patch(suite, f"{INDICATORS}/dtoc-all", {"name": "Delays", "reason": "Our own word"})
    local = {"name": "Measures defined in Plymouth", "reason": "As it was"}
    await _patch(suite, "/indicators/v1/frameworks/LOCAL", local)
    board = {"source": "Safeguarding Adults Board", "opinion": "adequate", "line": 2, "date": "2018-01-31"}
    await _patch(suite, "/risks/v1/risks/OCC3", {"assurances": [board]})
    body = fund_body(read_reference())
    renamed = {"UHP": "University Hospitals Plymouth"}
    partners = [one | {"name": renamed.get(one["code"], one["name"])} for one in body["partners"]]
    (await suite.client.put(FUND, json=body | {"partners": partners})).raise_for_status()

    changed = {kind: counts.changed for kind, counts in (await suite.load()).counts.items() if counts.changed}
    assert changed == {"frameworks": 1, "indicators": 2, "risks": 1, "funds": 1}
    falls, people, delays = [
        await suite.get(f"{INDICATORS}/{one}") for one in ("falls-with-harm", "population", "dtoc-all")
    ]
    assert (falls["name"], falls["inferred"]) == ("In hospital Falls with harm", ["framework"])
    assert people["inferred"] == ["framework", "polarity"]
    assert delays["name"] == "Delays"
    risk, fund = await suite.get("/risks/v1/risks/OCC3"), await suite.get(FUND)
    assert risk["assurances"] == [board | {"source": "Plymouth Safeguarding Adults Board"}]
    assert fund["partners"][3]["name"] == "University Hospitals Plymouth NHS Trust"
    again = await suite.load()
    assert (again.created, again.changed) == (0, 0)


async def _patch(suite, path: str, body: dict) -> None:
    (await suite.client.patch(path, json=body)).raise_for_status()


async def test_the_report_reads_as_text_and_as_json(report):
    assert "11.9 (2018-19 business plan, scorecard table) against 10.50 (2018-19 business plan, ex" in report.as_text()
    assert "observations: 132 created" in report.as_text()
    parsed = json.loads(report.as_json())
    assert len(parsed["contradictions"]) == len(report.contradictions) == 57
    assert parsed["counts"]["pledges"]["created"] == 12
    assert "57 contradictions" in report.summary()


async def test_the_local_outcomes_framework_is_switched_on_once(suite):
    first = await load_local_outcomes(suite.client, "E06000026")
    assert {kind: counts.created for kind, counts in first.counts.items()} == {
        "frameworks": 1,
        "indicators": 34,
        "scorecards": 1,
    }
    again = await load_local_outcomes(suite.client, "E06000026")
    assert (again.created, again.counts["indicators"].unchanged, again.counts["scorecards"].unchanged) == (0, 34, 1)
    card = await suite.get("/indicators/v1/scorecards/local-outcomes-2026")
    assert (len(card["sections"]), len(list_rows(card))) == (16, 34)
    assert "34 of about 115 metrics" in card["name"]
    framework = await suite.get("/indicators/v1/frameworks/LOF-2026")
    assert "incomplete" in framework["name"]
    assert "34 of about 115 metrics" in again.as_text()
