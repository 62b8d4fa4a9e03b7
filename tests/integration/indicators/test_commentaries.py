"""Commentaries: drafted, published, revised, withdrawn; their events, and what readers see when."""

import csv
import io
from typing import Any

import pytest

from chassis.storage.transaction import Tx
from services.indicators.service.republication import REPUBLICATION
from tests.integration.indicators.conftest import MONTHLY, PLYMOUTH, Api
from tests.integration.indicators.test_scorecards import SCORECARD

PATH = "/indicators/ae-four-hour-wait/commentaries"
SAID: dict[str, Any] = {"area": PLYMOUTH, "period": "Dec-17", "text": "Full wards"}
PUBLIC = SAID | {"state": "published", "author": "Ana Nowak"}


async def events(api: Api) -> list[dict[str, Any]]:
    return [each for each in await api.events() if "commentary" in each["type"]]


async def test_a_draft_is_no_event_and_what_is_published_is_one(api: Api):
    draft = await api.post(PATH, SAID, actor="Ben")
    assert (draft["number"], draft["revision"], draft["state"], draft["published"]) == (1, 1, "draft", None)
    assert (draft["author"], draft["period"]) == ("Ben", "2017-12")
    assert await events(api) == []
    public = await api.post(PATH, PUBLIC)
    assert (public["revision"], public["published"]["text"]) == (2, "Full wards")
    [event] = await events(api)
    subject = "ae-four-hour-wait/commentary/1"
    assert (event["subject"], event["partitionkey"], event["aggregateversion"]) == (subject, subject, 1)
    assert {name: event["data"][name] for name in ("area", "period", "revision", "state", "text", "author")} == {
        "area": PLYMOUTH,
        "period": "2017-12",
        "revision": 2,
        "state": "published",
        "text": "Full wards",
        "author": "Ana Nowak",
    }


async def test_the_same_again_changes_nothing(api: Api):
    first = await api.post(PATH, PUBLIC)
    assert await api.post(PATH, PUBLIC, 200) == first
    assert len(await events(api)) == 1


async def test_a_published_text_changes_with_a_reason_and_nothing_is_lost(api: Api):
    await api.post(PATH, PUBLIC)
    changed = PUBLIC | {"text": "Full wards, and flu"}
    assert (await api.post(PATH, changed, 422))["type"] == "/problems/reason-needed"
    await api.post(PATH, changed | {"reason": "Flu was left out"})
    await api.post(PATH, SAID | {"text": "A thought for later"})
    [listed] = (await api.get(PATH))["items"]
    assert (listed["text"], listed["published"]["text"]) == ("A thought for later", "Full wards, and flu")
    withdrawn = {"area": PLYMOUTH, "period": "2017-12", "state": "withdrawn"}
    await api.post(PATH, withdrawn, 422)
    await api.post(PATH, withdrawn | {"reason": "Of another hospital"})
    history = (await api.get(f"{PATH}/1"))["revisions"]
    assert [(each["revision"], each["state"], (each["published"] or {}).get("revision")) for each in history] == [
        (1, "published", 1),
        (2, "published", 2),
        (3, "draft", 2),
        (4, "withdrawn", None),
    ]
    sent = [(each["aggregateversion"], each["data"]["state"], each["data"]["text"]) for each in await events(api)]
    assert sent == [
        (1, "published", "Full wards"),
        (2, "published", "Full wards, and flu"),
        (3, "withdrawn", None),
    ]


async def test_commentaries_are_found_by_area_breakdown_period_and_moment(api: Api):
    await api.patch("/indicators/ae-four-hour-wait", {"dimensions": {"sex": ["male"]}})
    await api.post(PATH, PUBLIC)
    then = api.clock.moment.isoformat().replace("+00:00", "Z")
    api.clock.forward(hours=1)
    await api.post(PATH, SAID | {"breakdown": {"sex": "male"}})
    await api.post(PATH, SAID | {"period": "2017/18 Q3"})
    await api.post(PATH, PUBLIC | {"text": "Other", "reason": "r"})

    async def found(**query: str) -> list[tuple[int, str]]:
        return [(each["number"], each["text"]) for each in (await api.get(PATH, **query))["items"]]

    assert [number for number, _ in await found()] == [1, 2, 3]
    assert await found(breakdown="sex=male") == [(2, "Full wards")]
    assert await found(period="2017/18 Q3") == [(3, "Full wards")]
    assert await found(area="E06000027") == []
    assert await found(as_of=then) == [(1, "Full wards")]
    await api.get(PATH, 422, period="yesterday")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"area": "E99999999"}, "area"),
        ({"breakdown": {"sex": "male"}}, "breakdown"),
        ({"period": "never"}, "period"),
        ({"text": None}, "text"),
        ({"state": "withdrawn", "text": None}, "state"),
    ],
)
async def test_what_cannot_be_recorded_names_its_field(api: Api, change: dict[str, Any], field: str):
    assert field in [error["field"] for error in (await api.post(PATH, SAID | change, 422))["errors"]]
    await api.get(f"{PATH}/1", 404)
    await api.post("/indicators/nope/commentaries", SAID, 404)


async def test_a_scorecard_shows_what_is_published_on_its_latest_period(api: Api):
    await api.post("/indicators", MONTHLY | {"code": "rtt"})
    await api.put("/scorecards/integrated", SCORECARD, 201)
    await api.observe("Nov-17", "80")
    await api.observe("Dec-17", "79")
    await api.post(PATH, PUBLIC | {"period": "Nov-17", "text": "Before"})
    await api.post(PATH, PUBLIC | {"period": "2017/18 Q3", "text": "A hard quarter"})
    await api.post(PATH, SAID | {"text": "Not yet"})

    async def said(**query: str) -> str | None:
        shown = await api.get("/scorecards/integrated", **query)
        row = shown["sections"][1]["aims"][0]["rows"][0]
        return row["commentary"] and row["commentary"]["text"]

    assert await said() == "A hard quarter"
    then = api.clock.moment.isoformat().replace("+00:00", "Z")
    api.clock.forward(hours=1)
    await api.post(PATH, PUBLIC)
    assert (await said(), await said(as_of=then), await said(period="2017-11")) == (
        "Full wards",
        "A hard quarter",
        "Before",
    )
    answer = await api.client.get("/indicators/v1/scorecards/integrated.csv")
    rows = csv.DictReader(io.StringIO(answer.text, newline=""))
    assert [row["comment"] for row in rows] == ["", "Full wards", ""]


@pytest.mark.both_engines
async def test_commentaries_are_published_once_more_after_a_recovery(api: Api):
    await api.observe("Dec-17", "79")
    await api.post(PATH, PUBLIC)
    await api.post(PATH, SAID | {"period": "Nov-17"})

    async def again(tx: Tx) -> None:
        await REPUBLICATION.emit_states(tx, await REPUBLICATION.list_subjects(tx))

    await api.database.write(again)
    sent = [(each["subject"], each["aggregateversion"]) for each in await api.events()]
    series = f"ae-four-hour-wait/{PLYMOUTH}"
    assert sent == [
        (series, 1),
        ("ae-four-hour-wait/commentary/1", 1),
        (series, 2),
        ("ae-four-hour-wait/commentary/1", 2),
    ]
